"""Starts the test stack, runs the end-to-end tests on it, stops it, and looks at what is left.

All of them are run by two processes, each with a stack; PATTERN picks files, for one.
"""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import time
import unittest
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fnmatch import fnmatch
from typing import Any, TextIO

from infra.local import processes
from infra.local.settings import ROOT
from infra.local.tests.harness import BESIDE, SETTINGS, STACK, Stack
from infra.local.waiting import wait_until

_SLOWEST = 20
# What runs on the second stack: those that work the most, and those that take their stack down.
_SECOND = "test_[v-wy-z]_*.py"
# How far its ports are from the first stack's.
_APART = 200
# Whoever began the tests looks at what is left.
_KEEP = "--keep"
_COUNTED = r"end-to-end: (\d+) passed, (\d+) failed"


class Lifecycle(unittest.TestCase):
    """What must hold after all other tests."""

    def test_stops_cleanly_and_leaves_nothing(self) -> None:
        pids = STACK.pids()
        self.assertGreater(len(pids), 5)
        self.assertEqual(processes.exposed_listeners(pids), [], "something listened beyond loopback")
        self.assertEqual(STACK.stop(signal.SIGTERM), 0, STACK.said())
        wait_until(lambda: not any(map(processes.running, pids)), what="the end of all processes")
        self.assertEqual(processes.executing_below(SETTINGS.temporary), [])


class Timed(unittest.TextTestResult):
    """Knows how long each test took, and what came before the first test of its class."""

    def __init__(self, *rest: Any) -> None:
        super().__init__(*rest)
        self.took: Counter[str] = Counter()
        self.ended = time.monotonic()

    def stopTest(self, test: unittest.TestCase) -> None:
        super().stopTest(test)
        now = time.monotonic()
        self.took[test.id().removeprefix("infra.local.tests.")] = round(now - self.ended)
        self.ended = now


def _flat(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for part in suite:
        if isinstance(part, unittest.TestSuite):
            yield from _flat(part)
        else:
            yield part


def _found(pattern: str) -> list[unittest.TestCase]:
    tests = unittest.defaultTestLoader.discover(str(ROOT / "infra" / "local" / "tests"), pattern, top_level_dir=str(ROOT))
    return list(_flat(tests))


def _file(test: unittest.TestCase) -> str:
    return f"{type(test).__module__.rpartition('.')[2]}.py"


def _run(tests: unittest.TestSuite, says: TextIO) -> Timed:
    result = unittest.TextTestRunner(says, verbosity=2, resultclass=Timed).run(tests)
    assert isinstance(result, Timed)
    return result


class Second:
    """Tests on a second stack in a process of their own: there is more waiting than work."""

    def __init__(self, pattern: str) -> None:
        self.output = SETTINGS.directory / "beside.log"
        self.settings = replace(SETTINGS, directory=ROOT / f"{SETTINGS.directory.name}-2")
        ports = ",".join(str(port + _APART) for port in (SETTINGS.port, SETTINGS.lambda_port, SETTINGS.aws_port))
        environment = {**os.environ, "TEST_PORTS": ports, "TEST_STATE_DIR": self.settings.directory.name}
        with self.output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "infra.local.tests", pattern, _KEEP],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=processes.with_parent(signal.SIGTERM),
            )

    def end(self) -> tuple[int, int]:
        """Waits, shows what was said, and takes over what functions were seen to do; how many passed and failed."""
        code = self.process.wait()
        said = self.output.read_text(errors="replace")
        print(f"-- beside:\n{said}-- end of what was beside", flush=True)
        with SETTINGS.calls.open("ab") as calls:
            calls.write(self.settings.calls.read_bytes() if self.settings.calls.exists() else b"")
        passed, failed = map(int, (re.findall(_COUNTED, said) or [(0, 0)])[-1])
        if code == 0:
            Stack(self.settings).wipe()
        return passed, max(failed, int(code != 0))


def main() -> int:
    """The exit code."""
    STACK.whole = len(sys.argv) == 1
    pattern = "test_*.py" if STACK.whole else sys.argv[1]
    with STACK.fresh() as seconds:
        print(f"stack ready after {seconds:.0f} s", flush=True)
        # Not before: nothing is built twice at once.
        second = Second(_SECOND) if STACK.whole else None
        found = [test for test in _found(pattern) if not second or not fnmatch(_file(test), _SECOND)]
        waiting = [test for test in found if hasattr(getattr(test, test.id().rpartition(".")[2], None), "waits")]
        last = [test for test in found if _file(test).startswith("test_zz_")]
        with ThreadPoolExecutor(max(len(waiting), 1)) as beside:
            BESIDE.extend(beside.submit(_run, unittest.TestSuite([test]), io.StringIO()) for test in waiting)
            result = _run(unittest.TestSuite(test for test in found if test not in waiting + last), sys.stderr)
            others: list[Timed] = [one.result() for one in BESIDE]
        passed, failed = second.end() if second else (0, 0)
        others.append(_run(unittest.TestSuite(last), sys.stderr))
        others.append(_run(unittest.defaultTestLoader.loadTestsFromTestCase(Lifecycle), sys.stderr))
    for other in others:
        result.testsRun += other.testsRun
        result.failures += other.failures
        result.errors += other.errors
        result.took += other.took
    print("".join(f"FAILED, beside others: {test.id()}\n{trace}\n" for other in others[:-2] for test, trace in (*other.failures, *other.errors)), end="")
    print("slowest: " + ", ".join(f"{name} {seconds} s" for name, seconds in result.took.most_common(_SLOWEST)))
    failed += (mine := len(result.failures) + len(result.errors))
    passed += result.testsRun - mine
    if failed:
        print(f"logs: {os.path.relpath(SETTINGS.logs, ROOT)}")
    elif _KEEP not in sys.argv:
        STACK.wipe()
    print(f"end-to-end: {passed} passed, {failed} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
