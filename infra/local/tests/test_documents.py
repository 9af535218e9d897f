"""What documents tell people to type works as it stands there. Which command is run where: `infra/checks/documents.py`."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from infra.checks.documents import blocks, documents
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK, StackTest


class Documents(StackTest):
    """The commands, on the ports of the test stack."""

    def test_blocks_of_commands_run_as_they_stand(self) -> None:
        ran = 0
        for path in documents():
            script = "\n".join(blocks(path.read_text()))
            if not script:
                continue
            with self.subTest(document=path.name):
                said = self._bash(script)
                ran += 1
                self.assertNotIn("application/problem+json", said)
                self.assertNotIn('"code":', said)
                if path.name == "README.md":
                    for expected in ('"status":"queued"', '"count":', '"audience":', '"nextCursor":', '"revenue":', '"source":'):
                        self.assertIn(expected, said)
        self.assertGreater(ran, 0)

    def test_demo_data_and_imports(self) -> None:
        self.assertIn("applied", self._bash("make seed CUSTOMERS=20"))
        with tempfile.TemporaryDirectory() as directory:
            file = Path(directory) / "orders.csv"
            file.write_text("email,order_id,amount,date\nimported@example.in,DOC-1,250,2026-11-01\n")
            self._bash(f"make import KIND=orders FILE={file}")
        self.assertEqual(self.api.get("/api/orders/by-email/imported@example.in")["items"][0]["total"], 250)

    def test_a_token_is_of_whom_it_was_asked_for(self) -> None:
        token = self._bash("make token EMAIL=documented@example.com ROLE=analyst").strip()
        api = self.anonymous()
        api.token = token
        self.assertEqual(api.get("/auth/user-jwt")["user"]["role"], "analyst")

    def test_accuracy_is_printed(self) -> None:
        said = self._bash("make eval-nl PROFILE=dev FILE=shared/crm-words/tests/words/dev.jsonl DAY=2026-11-25", patience=1500)
        self.assertIn("34", said)

    def test_the_document_of_the_api_comes_out_as_it_is_kept(self) -> None:
        kept = (ROOT / "infra" / "openapi.json").read_bytes()
        self._bash("make openapi", patience=1500)
        self.assertEqual((ROOT / "infra" / "openapi.json").read_bytes(), kept)

    def _bash(self, script: str, patience: float = 600) -> str:
        """What it prints; it must succeed to its last command."""
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script.replace("localhost:8080", f"localhost:{SETTINGS.port}")],
            cwd=ROOT, env={**os.environ, **STACK.environment()}, capture_output=True, text=True, timeout=patience, check=False,
        )  # fmt: skip
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout
