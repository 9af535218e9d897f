"""`make test`: the checks, the tests of the workspace and of the web app, then the whole product on a second stack."""

from __future__ import annotations

import re
import subprocess
import sys

from infra.checks import check
from infra.checks.steps import ROOT, Score


def main() -> int:
    """The exit code; the last line says how many tests passed and failed."""
    score = Score()
    check.run(score)
    _counted(score, "Rust tests", ["cargo", "nextest", "run", "--workspace", "--no-fail-fast"], r"(\d+) passed", r"(\d+) failed")
    # nextest leaves examples in the documentation to cargo.
    score.run("Rust examples in the documentation", ["cargo", "test", "--workspace", "--doc", "--quiet"])
    # End to end there is more waiting than work: these fill the gaps.
    web = score.begin("front end: tests", ["npm", "run", "--silent", "test"], ROOT / "frontend")
    command = [sys.executable, "-m", "infra.local.tests"]
    _counted(score, "end to end", command, r"end-to-end: (\d+) passed", r"end-to-end: \d+ passed, (\d+) failed")
    web()
    return score.close()


def _counted(score: Score, name: str, command: list[str], passed: str, failed: str) -> None:
    """Runs a test runner, shows its output as it comes, and takes over its counts."""
    print(f"-- {name}", flush=True)
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout
    good = bad = 0
    for line in process.stdout:
        print(line, end="", flush=True)
        plain = re.sub(r"\x1b\[[0-9;]*m", "", line)
        if found := re.search(passed, plain):
            good = int(found[1])
        if found := re.search(failed, plain):
            bad = int(found[1])
    code = process.wait()
    # A runner that ran nothing, or broke before it could count, has failed.
    if (code != 0 or good == 0) and bad == 0:
        bad = 1
    score.passed += good
    score.failed += bad
    if bad:
        score.faults.append(name)


if __name__ == "__main__":
    sys.exit(main())
