"""What handlers rely on of storage holds on MiniStack, as on the DynamoDBs on which the Rust tests and `make storage` try it."""

from __future__ import annotations

import unittest

from infra.local import storage


class Storage(unittest.TestCase):
    """The suite of `shared/crm-aws/tests/storage`, on an emulator of its own."""

    def test_the_adapters_rely_on_nothing_that_the_emulator_has_not(self) -> None:
        code, said = storage.on_ministack()
        self.assertEqual(code, 0, said)
        self.assertRegex(said, r"test result: ok\. [1-9][0-9]+ passed")
