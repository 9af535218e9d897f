"""What the README tells a newcomer to type works as it stands there."""

from __future__ import annotations

import os
import re
import subprocess

from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK, StackTest


class Readme(StackTest):
    """The commands, on the ports of the test stack."""

    def test_the_first_five_minutes(self) -> None:
        text = (ROOT / "README.md").read_text()
        block = re.search(r"## The first five minutes.*?```sh\n(.*?)```", text, re.DOTALL)
        assert block
        script = block[1].replace("localhost:8080", f"localhost:{SETTINGS.port}")
        environment = {**os.environ, **STACK.environment()}
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        for expected in ('"status":"queued"', '"count":', '"audience":', '"nextCursor":', '"revenue":'):
            self.assertIn(expected, done.stdout)
        self.assertNotIn("application/problem+json", done.stdout)
        self.assertNotIn('"code":', done.stdout)
