"""Starts the test stack, runs the end-to-end tests on it, stops it, and looks at what is left."""

from __future__ import annotations

import io
import os
import signal
import sys
import time
import unittest
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TextIO

from infra.local import processes
from infra.local.settings import ROOT
from infra.local.tests.harness import BESIDE, SETTINGS, STACK
from infra.local.waiting import wait_until

_SLOWEST = 20


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


def _run(tests: unittest.TestSuite, says: TextIO) -> Timed:
    result = unittest.TextTestRunner(says, verbosity=2, resultclass=Timed).run(tests)
    assert isinstance(result, Timed)
    return result


def main() -> int:
    """The exit code."""
    STACK.whole = len(sys.argv) == 1
    pattern = "test_*.py" if STACK.whole else sys.argv[1]
    STACK.wipe()
    print(f"stack ready after {STACK.start():.0f} s", flush=True)
    try:
        loader = unittest.defaultTestLoader
        found = list(_flat(loader.discover(str(ROOT / "infra" / "local" / "tests"), pattern, top_level_dir=str(ROOT))))
        waiting = [test for test in found if hasattr(getattr(test, test.id().rpartition(".")[2], None), "waits")]
        with ThreadPoolExecutor(max(len(waiting), 1)) as beside:
            BESIDE.extend(beside.submit(_run, unittest.TestSuite([test]), io.StringIO()) for test in waiting)
            result = _run(unittest.TestSuite(test for test in found if test not in waiting), sys.stderr)
            others: list[Timed] = [one.result() for one in BESIDE]
        others.append(_run(loader.loadTestsFromTestCase(Lifecycle), sys.stderr))
    finally:
        if STACK.process and STACK.process.poll() is None:
            STACK.stop()
    for other in others:
        result.testsRun += other.testsRun
        result.failures += other.failures
        result.errors += other.errors
        result.took += other.took
    print("".join(f"FAILED, beside others: {test.id()}\n{trace}\n" for other in others[:-1] for test, trace in (*other.failures, *other.errors)), end="")
    print("slowest: " + ", ".join(f"{name} {seconds} s" for name, seconds in result.took.most_common(_SLOWEST)))
    failed = len(result.failures) + len(result.errors)
    if failed:
        print(f"logs: {os.path.relpath(SETTINGS.logs, ROOT)}")
    else:
        STACK.wipe()
    print(f"end-to-end: {result.testsRun - failed} passed, {failed} failed")
    return 1 if failed or not result.testsRun else 0


if __name__ == "__main__":
    sys.exit(main())
