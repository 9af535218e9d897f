"""Starts the test stack, runs the end-to-end tests on it, stops it, and looks at what is left."""

from __future__ import annotations

import os
import signal
import sys
import time
import unittest
from collections import Counter
from typing import Any

from infra.local import processes
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK
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


def main() -> int:
    """The exit code."""
    STACK.whole = len(sys.argv) == 1
    pattern = "test_*.py" if STACK.whole else sys.argv[1]
    STACK.wipe()
    print(f"stack ready after {STACK.start():.0f} s", flush=True)
    try:
        loader = unittest.defaultTestLoader
        suite = loader.discover(str(ROOT / "infra" / "local" / "tests"), pattern, top_level_dir=str(ROOT))
        suite.addTests(loader.loadTestsFromTestCase(Lifecycle))
        result = unittest.TextTestRunner(verbosity=2, resultclass=Timed).run(suite)
    finally:
        if STACK.process and STACK.process.poll() is None:
            STACK.stop()
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
