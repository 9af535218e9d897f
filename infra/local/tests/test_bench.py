"""`make bench` measures: on what is built for development, a line comes of every kind that functions do, with its target, and they did the work."""

from __future__ import annotations

import os
import re
import subprocess
import unittest

from infra.local.build import BINARIES
from infra.local.settings import ROOT

_LINE = re.compile(
    r"(?P<name>[a-z][a-z0-9.-]+) (?P<value>\d+\.\d\d) (?P<unit>[a-zA-Z/]+)(?: (?P<ratio>\d+\.\d\d) of [^;]+)?(?:; target [<>]= [^;]+: (?:met|missed))?(?:; .+)?"
)


class Bench(unittest.TestCase):
    """The figures of such builds mean nothing; the harness fails where a function does not do what is measured."""

    def test_each_line_is_a_figure_with_its_unit(self) -> None:
        wanted = {"FUNCTIONS": str(BINARIES), "ROWS": "zip start first-call accept apply campaign", "RUNS": "1", "RECIPIENTS": "300"}
        command = ["make", "--no-print-directory", "bench"]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **wanted}, capture_output=True, text=True, timeout=1500, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [_LINE.fullmatch(line) for line in done.stdout.splitlines()]
        self.assertNotIn(None, lines, done.stdout)
        named = {line["name"]: float(line["value"]) for line in lines if line}
        functions = {path.name for path in (ROOT / "functions").iterdir()}
        for kind in ("zip", "start", "first-call"):
            self.assertEqual({name.removeprefix(f"{kind}.") for name in named if name.startswith(f"{kind}.")}, functions)
        for name in ("accept.one", "accept.bulk", "apply", "campaign", "campaign.plan", "campaign.deliver", "campaign.memory"):
            self.assertGreater(named[name], 0, name)

    def test_a_line_that_there_is_not_is_refused(self) -> None:
        wanted = {"FUNCTIONS": str(BINARIES), "ROWS": "speed"}
        command = ["make", "--no-print-directory", "bench"]
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **wanted}, capture_output=True, text=True, timeout=300, check=False)
        self.assertIn("no line begins with speed", done.stderr)
        self.assertNotEqual(done.returncode, 0)
