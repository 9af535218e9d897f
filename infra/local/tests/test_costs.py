"""What an order, a change and a message use, held against their budgets; and that the local AWS counts as DynamoDB bills."""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import aws
from infra.local.counted import CLOCK, Counted, Logs, Use, over, use_of
from infra.local.tests.harness import SETTINGS, StackTest, alone
from infra.local.waiting import wait_until

_BULK = 300
_EACH = 3
_PEOPLE = 100
_RECIPIENTS = 500
# A campaign to so few carries what one of any size costs once: the plan's parts, the counts of shards, the report, and who waits for it.
_ONCE = Use(written=60, read=400, queued=20)


class Costs(StackTest):
    """Of functions of the write path: what segments of other tests make of a change is left out."""

    def setUp(self) -> None:
        alone()
        self.logs = Logs(SETTINGS)
        self.mark = uuid.uuid4().hex[:8]
        # Whatever other tests have begun.
        self.logs.of(lambda: None)

    def measured(self, write: Callable[[], Any], count: int) -> Counted:
        """What so many writes use. The local AWS may hold the last line of a function back until its next call: then once more."""
        for _ in range(6):
            counted = self.logs.of(write)
            if counted.applied == counted.settled == count:
                return counted
        raise AssertionError(f"{counted.applied} applied and {counted.settled} settled, not {count}")

    def orders(self, count: int, each: int = _EACH) -> list[dict[str, Any]]:
        """New ones of new customers, each of whom has some, one after the other."""
        at, mark = datetime.now(UTC).isoformat(), uuid.uuid4().hex[:8]
        return [{"email": f"o{n // each}.{mark}@cost.example", "orderId": f"{mark}-{n}", "total": 5, "placedAt": at} for n in range(count)]

    def test_an_order_costs_no_more_than_its_budget(self) -> None:
        counted = self.bulk()
        self.assertEqual(over("orderInBulk", counted.total(("orders-api", "write-worker")).each(_BULK)), [])
        self.assertGreaterEqual(counted.by_function["write-worker"].written, 4 * _BULK, "nothing less is billed for an order")
        known = self.orders(1)[0]

        def place() -> None:
            self.api.post("/api/orders", {**known, "orderId": uuid.uuid4().hex})

        self.measured(place, 1)
        counted = self.measured(place, 1)
        self.assertEqual(over("orderAlone", counted.total(("orders-api", "write-worker"))), [])
        self.assertGreaterEqual(counted.by_function["write-worker"].written, 8)

    def bulk(self) -> Counted:
        """Three orders each of new customers, who are settled once each."""
        for _ in range(6):
            counted = self.logs.of(lambda: self.api.post("/api/orders", {"items": self.orders(_BULK)}))
            if counted.applied == _BULK:
                return counted
        raise AssertionError(f"{counted.applied} applied, not {_BULK}")

    def test_a_change_that_moves_nobody_costs_its_customer_alone(self) -> None:
        city = f"Costville {self.mark}"
        where = {"field": "city", "operator": "=", "value": city}
        lately = {"field": "lastActiveAt", "operator": "within", "value": "P30D"}
        segment = self.api.post("/api/segments", {"name": city, "rules": {"combinator": "and", "rules": [where, lately]}})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{segment}")["state"] == "live", 120)
        emails = [f"p{n}.{self.mark}@cost.example" for n in range(_PEOPLE)]
        came = datetime.now(UTC) - timedelta(days=3)

        def come_by() -> None:
            nonlocal came
            came += timedelta(hours=1)
            self.api.post("/api/customers", {"items": [{"email": one, "lastActiveAt": came.isoformat(), "city": city} for one in emails]})

        self.measured(come_by, _PEOPLE)
        self.assertEqual(self.api.get(f"/api/segments/{segment}")["count"], _PEOPLE)
        counted = self.measured(come_by, _PEOPLE)
        self.assertEqual(over("profileChange", counted.total(("customers-api", "write-worker", "segment-stream")).each(_PEOPLE)), [])
        # Their timers are later now: they are left to ring.
        self.assertEqual(counted.by_function["segment-stream"].written, 0)
        self.api.call("DELETE", f"/api/segments/{segment}")

    def test_a_new_customer_costs_no_more_than_their_budget(self) -> None:
        def arrive() -> None:
            mark = uuid.uuid4().hex[:8]
            people = [{"email": f"n{n}.{mark}@cost.example", "name": f"Person {n}", "city": self.mark} for n in range(_BULK)]
            self.api.post("/api/customers", {"items": people})

        counted = self.measured(arrive, _BULK)
        # Segments of other tests may take them in.
        self.assertEqual(over("customerNew", counted.total(("customers-api", "write-worker")).each(_BULK)), [])
        self.assertGreaterEqual(counted.by_function["write-worker"].written, 3 * _BULK, "themselves, and their place in the list")

    def test_a_minute_in_which_nothing_is_due_costs_no_more_than_its_budget(self) -> None:
        seen: list[Use] = []

        def has_told() -> bool:
            seen.extend(use_of(line) for line in self.logs.closing() if line["function"].endswith(f"-{CLOCK}"))
            return bool(seen)

        # What others' tests have left may be due in one of them.
        for _ in range(3):
            told = len(seen)
            self.aws("lambda").invoke(FunctionName=aws.resources(SETTINGS)["ClockFunction"], Payload=b"{}")
            wait_until(lambda told=told: has_told() and len(seen) > told, 60, "what the clock used")
        quiet = min(seen, key=Use.dollars)
        self.assertGreater(quiet.read, 0)
        # Dead-letter queues are asked each fifth minute, by a request each.
        self.assertEqual(over("minute", Use(quiet.written, quiet.read, quiet.queued / 5)), [])

    def test_a_message_costs_no_more_than_its_budget(self) -> None:
        city = f"Mailville {self.mark}"
        people = [{"email": f"m{n}.{self.mark}@cost.example", "city": city} for n in range(_RECIPIENTS)]
        self.logs.of(lambda: self.api.post("/api/customers", {"items": people}))
        # Whoever still owes a line of that says it now.
        self.logs.of(lambda: self.api.post("/api/customers", {"items": people}))
        rules = {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": city}]}
        segment = self.api.post("/api/segments", {"name": city, "rules": rules})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{segment}")["state"] == "live", 120)
        variants = [{"subject": "Hello", "body": "<p>Dear {{email}}</p>"}]
        body = {"name": city, "segmentId": segment, "channel": "email", "variants": variants}

        def send() -> None:
            path = f"/api/campaigns/{self.api.post('/api/campaigns', body)['id']}"
            # Each look reads the counts of all its shards, which is no part of what a message costs.
            wait_until(lambda: (now := self.api.get(path))["delivered"] + now["bounced"] == _RECIPIENTS, 240, "the campaign", every=5)

        self.logs.skip()
        used = self.logs.of(send).total(("campaigns-api", "delivery-worker", "write-worker"))
        self.assertGreaterEqual(used.written, 2 * _RECIPIENTS, "an entry, and its receipt")
        beyond = Use(used.written - _ONCE.written, used.read - _ONCE.read, used.queued - _ONCE.queued)
        self.assertEqual(over("message", beyond.each(_RECIPIENTS)), [])

    def test_the_local_aws_counts_writes_as_dynamodb_bills_them_and_reads_as_if_all_were_small(self) -> None:
        dynamodb, name = self.aws("dynamodb"), f"cost-{self.mark}"
        stored = aws.resources(SETTINGS)["OrdersTable"]
        described = dynamodb.describe_table(TableName=stored)["Table"]
        indexes = [{key: one[key] for key in ("IndexName", "KeySchema", "Projection")} for one in described["GlobalSecondaryIndexes"]]
        shape = {key: described[key] for key in ("AttributeDefinitions", "KeySchema")}
        dynamodb.create_table(TableName=name, BillingMode="PAY_PER_REQUEST", GlobalSecondaryIndexes=indexes, **shape)
        self.addCleanup(dynamodb.delete_table, TableName=name)
        self.logs.of(lambda: self.api.post("/api/orders", {"items": self.orders(1)}))
        order = next(one for page in dynamodb.get_paginator("scan").paginate(TableName=stored) for one in page["Items"] if "customerId" in one)
        large = {**order, "note": {"S": "x" * 9_000}}

        def units(answer: dict[str, Any]) -> float:
            said = answer["ConsumedCapacity"]
            return float(sum(one["CapacityUnits"] for one in (said if isinstance(said, list) else [said])))

        def put(item: dict[str, Any], twice: bool) -> float:
            if not twice:
                return units(dynamodb.put_item(TableName=name, Item=item, ReturnConsumedCapacity="TOTAL"))
            action = {"Put": {"TableName": name, "Item": item}}
            return units(dynamodb.transact_write_items(TransactItems=[action], ReturnConsumedCapacity="TOTAL"))

        for item in (order, large):
            for twice in (False, True):
                kilobytes = math.ceil(size_of(item) / 1024)
                one = {**item, "id": {"S": uuid.uuid4().hex}}
                self.assertEqual(put(one, twice), kilobytes * (2 if twice else 1) + kilobytes * 2, "two indexes hold all of it, once each")
                self.assertEqual(put(one, twice), kilobytes * (2 if twice else 1), "an index is not written where nothing changes for it")
        moved = {**order, "id": {"S": "moved"}}
        self.assertEqual(put(moved, False), 3)
        self.assertEqual(put({**moved, "listKey": {"S": "elsewhere"}}, False), 1 + 2 + 1, "moving in an index is a deletion and a put")
        dynamodb.put_item(TableName=name, Item={**large, "id": {"S": "large"}})
        read = dynamodb.get_item(TableName=name, Key={"id": {"S": "large"}}, ConsistentRead=True, ReturnConsumedCapacity="TOTAL")
        self.assertEqual(units(read), 1, "AWS bills three for ten kilobytes: so the functions count what they have read")


def size_of(item: dict[str, dict[str, Any]]) -> int:
    """Bytes of an item of texts, numbers, booleans, lists and maps, as DynamoDB counts them."""
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: dict[str, Any]) -> int:
    ((kind, held),) = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            digits = held.lstrip("-").replace(".", "").strip("0")
            return math.ceil(len(digits) / 2) + 1 + held.startswith("-")
        case "L":
            return 3 + sum(1 + _size(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _size(one) for name, one in held.items())
    return 1
