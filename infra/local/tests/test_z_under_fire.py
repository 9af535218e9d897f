"""A shop at work while its processes are killed: what was accepted is there in the end, once, and all figures agree with it.

Runs after `test_z_restart.py`, which leaves an empty stack: whatever is stored is then of this test, so all of it can be compared, and its
unreadable events are in nobody's way.
"""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from infra.local import aws
from infra.local.fire import invariants
from infra.local.fire.burn import Burnt, burn
from infra.local.tests.harness import SETTINGS, STACK, StackTest
from infra.local.waiting import wait_until

_SECONDS = 25.0


class UnderFire(StackTest):
    """One fire, which every test looks at."""

    burnt: Burnt

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        assert STACK.process
        cls.burnt = burn(SETTINGS, STACK.process.pid, int(os.environ.get("SEED") or 1), _SECONDS, outages=1)
        print("".join(f"\n  {line}" for line in cls.burnt.told()), flush=True)

    def test_all_that_was_accepted_is_applied_once_and_every_figure_agrees(self) -> None:
        self.assertEqual(self.burnt.faults, [])

    def test_there_was_a_fire(self) -> None:
        killed = self.burnt.killer.killed
        self.assertGreater(sum(killed.values()), 15, killed)
        self.assertGreater(sum(times for name, times in killed.items() if name.endswith("-api")), 0, killed)
        self.assertGreater(sum(times for name, times in killed.items() if name.startswith(SETTINGS.stack_name)), 0, killed)
        self.assertEqual(killed["local AWS, stopped"], 2, killed)
        log = Path(SETTINGS.logs / "aws.log").read_text(errors="replace")
        self.assertIn("Runtime exited before returning a response", log, "no worker died in the middle of its work")
        self.assertGreater(self.burnt.shop.tally.error_count(), 0, "no client has noticed anything")
        accepted = self.burnt.shop.book.accepted
        self.assertTrue(all(accepted[what] > 20 for what in ("orders", "customers", "activities", "statuses")), accepted)
        self.assertGreater(len(self.burnt.stored.messages), 0)

    def test_one_item_that_is_tampered_with_is_noticed(self) -> None:
        table, dynamodb = aws.resources(SETTINGS)["CustomersTable"], self.aws("dynamodb")
        victim = next(one for one in self.burnt.stored.customers if one.get("orderCount"))
        change = {"Key": {"id": {"S": victim["id"]}}, "UpdateExpression": "ADD totalSpend :one", "TableName": table}
        for one, numbers in (("1", {"2", "3"}), ("-1", set())):
            dynamodb.update_item(**change, ExpressionAttributeValues={":one": {"N": one}})
            # Work of later, such as the sweep of what a segment was before, may be under way in one look.
            wait_until(lambda numbers=numbers: self.broken(invariants.read(SETTINGS, self.burnt.shop.book)) == numbers, what=f"{numbers}")  # type: ignore[misc]

    def test_damage_of_every_kind_is_noticed(self) -> None:
        def later(text: str) -> str:
            return (datetime.fromisoformat(text) + timedelta(hours=1)).isoformat()

        def sent(entries: list[dict[str, Any]]) -> dict[str, Any]:
            return next(one for one in entries if one.get("deliveredAt"))

        def log(stored: invariants.Stored) -> list[dict[str, Any]]:
            return next(iter(stored.logs.values()))

        def counting(stored: invariants.Stored) -> int:
            return next(n for n, one in enumerate(stored.orders) if one.get("body") and not one.get("status"))

        damages: list[tuple[set[str], Callable[[invariants.Stored], object]]] = [
            ({"1", "2"}, lambda stored: stored.orders.pop(counting(stored))),
            ({"1", "2"}, lambda stored: stored.orders.append(stored.orders[counting(stored)])),
            ({"1"}, lambda stored: stored.waiting.update(orders=(1, 0))),
            ({"1"}, lambda stored: stored.dead["orders"].append("{}")),
            ({"1"}, lambda stored: stored.dead["orders"].clear()),
            ({"1", "2"}, lambda stored: stored.activities.remove(next(one for one in stored.activities if one["kind"] == "visit"))),
            ({"2", "3"}, lambda stored: stored.statistics["daily"].pop(0)),
            ({"2"}, lambda stored: stored.customers[0].update(lastOrderAt="2020-01-01T00:00:00Z")),
            ({"3"}, lambda stored: next(one for one in stored.shown if "name" in one).update(name="Somebody else")),
            ({"3"}, lambda stored: stored.shown.pop()),
            ({"4", "5"}, lambda stored: stored.messages.append(sent(stored.messages))),
            ({"4"}, lambda stored: sent(log(stored)).update(sentAt=later(sent(log(stored))["deliveredAt"]))),
            ({"4"}, lambda stored: log(stored).pop()),
            ({"4", "5"}, lambda stored: stored.messages.pop()),
            ({"5"}, lambda stored: stored.campaigns[0].update(delivered=stored.campaigns[0]["delivered"] + 1)),
            ({"5"}, lambda stored: stored.segments[0].update(count=stored.segments[0]["count"] + 1)),
            ({"5"}, lambda stored: next(iter(members for members in stored.members.values() if members)).pop()),
        ]
        for number, (numbers, damage) in enumerate(damages):
            with self.subTest(damage=number):
                stored = copy.deepcopy(self.burnt.stored)
                damage(stored)
                self.assertEqual(self.broken(stored), numbers)

    def broken(self, stored: invariants.Stored) -> set[str]:
        """The numbers of the invariants that do not hold."""
        return {fault.split(":")[0].removeprefix("invariant ") for fault in invariants.faults(stored, self.burnt.shop.book)}
