"""The running product against its own document: whatever is sent, no answer is a 5xx or outside the schema."""

from __future__ import annotations

import os
import re
import subprocess

from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, StackTest

_SCHEMATHESIS = ROOT / ".venv" / "contract" / "bin" / "schemathesis"
_CHECKS = ",".join(
    (
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_headers_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
    )
)
# What holds for some operations alone.
_RULES = ROOT / "infra" / "local" / "tests" / "contract.toml"
_SECONDS = int(os.environ.get("CONTRACT_SECONDS", "60"))


class Contract(StackTest):
    """Late, since it leaves all kinds of things behind."""

    def test_no_answer_is_outside_the_document(self) -> None:
        command = [str(_SCHEMATHESIS), "--config-file", str(_RULES), "run", str(ROOT / "infra" / "openapi.json"), "--url", f"http://127.0.0.1:{SETTINGS.port}"]
        command += ["--header", f"Authorization: Bearer {self.api.token}", "--checks", _CHECKS]
        # Hypothesis would otherwise call its own slowness an error on a busy machine.
        command += ["--suppress-health-check", "all", "--warnings", "off", "--continue-on-failure"]
        command += ["--max-time", str(_SECONDS), "--max-examples", "40", "--no-color", "--generation-database", "none"]
        # The same cases every time: a change is judged by what it changes. SEED tries others.
        command += ["--seed", os.environ.get("SEED", "1")]
        # It leaves notes where it runs.
        done = subprocess.run(command, cwd=SETTINGS.directory, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_SECONDS + 900, check=False)
        self.assertEqual(done.returncode, 0, f"{done.stdout[-12000:]}\n{done.stderr[-3000:]}")
        counted = re.search(r"(\d+) generated", done.stdout)
        self.assertTrue(counted, done.stdout[-2000:])
        assert counted
        self.assertGreater(int(counted[1]), 200, "it has hardly tried anything")
        print(f"{counted[0]} ... ", end="", flush=True)
