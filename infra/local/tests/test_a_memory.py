"""What counts as memory that grows, in `make load`."""

from __future__ import annotations

import unittest

from infra.local.fire.memory import Held, growing

_MB = 1 << 20


def _held(*megabytes: int) -> Held:
    """A process with as many samples of each."""
    return Held("worker", [each * _MB for each in megabytes for _ in range(5)])


class Memory(unittest.TestCase):
    """By hand."""

    def test_what_grows_beyond_all_that_do_the_same_is_a_leak(self) -> None:
        leak = _held(8, 16, 24)
        self.assertEqual(growing([_held(8, 14, 14), leak]), [leak])

    def test_the_largest_batch_may_come_late(self) -> None:
        self.assertEqual(growing([_held(7, 7, 14), _held(8, 14, 14)]), [])

    def test_one_by_itself_is_held_to_what_it_had(self) -> None:
        self.assertEqual(growing([_held(20, 20, 23)]), [])
        late = _held(20, 20, 25)
        self.assertEqual(growing([late]), [late])
