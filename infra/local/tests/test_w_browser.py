"""The journeys of frontend/e2e, each a test of its own, against the web app as it is built and the whole product behind it."""

from __future__ import annotations

import unittest
from collections.abc import Callable

from infra.local import journeys
from infra.local.tests.harness import SETTINGS


class Browser(unittest.TestCase):
    """No browser is a failure, never a skip."""

    def test_there_are_journeys(self) -> None:
        self.assertGreaterEqual(len(journeys.names()), 20)


def _journey(name: str) -> Callable[[Browser], None]:
    def test(self: Browser) -> None:
        passed, said = journeys.run(SETTINGS, name)
        if said.strip():
            print(said.strip(), flush=True)
        self.assertTrue(passed, f"{name} failed; what was on the screen is in target/journeys")

    return test


for _name in journeys.names():
    setattr(Browser, f"test_{_name.replace('-', '_')}", _journey(_name))
