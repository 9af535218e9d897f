"""A customer of more orders than their item holds: every sum and every window stays exact."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from infra.local import aws
from infra.local.tests.harness import SETTINGS, StackTest

_EMAIL = "till@history.example"
_ORDERS = 5_000
_BULK = 500
_START = datetime(2020, 1, 1, tzinfo=UTC)
# What a tail holds at most, and what else may be on the customer.
_ITEM_BYTES = 40_000


def placed(at: datetime, number: int) -> dict[str, Any]:
    return {"email": _EMAIL, "orderId": f"history-{number}", "total": number % 7 + 0.25, "placedAt": at.isoformat().replace("+00:00", "Z")}


class LongHistory(StackTest):
    """One order an hour, some thousands of hours long; then late ones."""

    def customer(self) -> dict[str, Any]:
        found = self.api.get(f"/api/customers?search={_EMAIL}")["items"]
        return next((one for one in found if one["email"] == _EMAIL), {})

    def matches(self, field: str, value: float, within: str) -> bool:
        rules = [
            {"field": "email", "operator": "=", "value": _EMAIL},
            {"field": field, "operator": "=", "value": value, "within": within},
        ]
        return bool(self.api.post("/api/segments/preview", {"rules": {"combinator": "and", "rules": rules}})["count"] == 1)

    def assert_exact(self, orders: dict[int, tuple[datetime, Decimal]]) -> None:
        """Sums and windows say what the orders sent add up to."""
        customer = self.customer()
        self.assertEqual(customer["orderCount"], len(orders))
        self.assertEqual(Decimal(str(customer["totalSpend"])), sum(total for _, total in orders.values()))
        last = max(at for at, _ in orders.values()).date()
        for first, until in (
            ("2020-01-01", "2020-01-01"),
            ("2020-01-02", "2020-01-02"),
            ("2019-12-31", "2020-01-01"),
            # Across whatever cuts there are.
            ("2020-02-10", "2020-02-12"),
            ("2020-01-05", "2020-06-20"),
            (str(last), str(last)),
            ("1999-12-31", str(last - timedelta(days=1))),
            ("1900-01-01", "2199-12-31"),
        ):
            inside = [total for at, total in orders.values() if first <= str(at.date()) <= until]
            within = f"{first}/{until}"
            self.assertTrue(self.matches("orderCount", len(inside), within), within)
            self.assertFalse(self.matches("orderCount", len(inside) + 1, within), within)
            self.assertTrue(self.matches("totalSpend", float(sum(inside)), within), within)

    def assert_stored_in_pieces(self, customer_id: str) -> int:
        """The customer's item is small, and names every chapter that there is; how many there are."""
        dynamodb, tables = self.aws("dynamodb"), aws.resources(SETTINGS)
        item = dynamodb.get_item(TableName=tables["CustomersTable"], Key={"id": {"S": customer_id}}, ConsistentRead=True)["Item"]
        self.assertLess(len(item["history"]["B"]), _ITEM_BYTES)
        found = dynamodb.query(
            TableName=tables["HistoriesTable"],
            KeyConditionExpression="customerId = :customer",
            ExpressionAttributeValues={":customer": {"S": customer_id}},
            ConsistentRead=True,
        )["Items"]
        named = item["chapters"]["B"]
        self.assertEqual({named[at : at + 16].hex() for at in range(0, len(named), 16)}, {one["id"]["S"].replace("-", "") for one in found})
        return len(found)

    def test_thousands_of_orders_of_one_customer_stay_exact(self) -> None:
        orders: dict[int, tuple[datetime, Decimal]] = {}

        def send(moments: list[datetime]) -> list[str]:
            """Sends one order for each moment; their ids."""
            numbers = range(len(orders), len(orders) + len(moments))
            bodies = [placed(at, number) for at, number in zip(moments, numbers, strict=True)]
            answers = self.api.post("/api/orders", {"items": bodies})["items"]
            self.assertEqual([one for one in answers if one.get("status") != "queued"], [])
            for number, at in zip(numbers, moments, strict=True):
                orders[number] = (at, Decimal(number % 7) + Decimal("0.25"))
            # One bulk at a time: all of it is one customer, on whom workers would only meet.
            self.applied(180)
            return [one["id"] for one in answers]

        hours = [_START + timedelta(hours=hour) for hour in range(_ORDERS)]
        ids = [one for first in range(0, _ORDERS, _BULK) for one in send(hours[first : first + _BULK])]
        customer_id = self.customer()["id"]
        self.assertGreaterEqual(self.assert_stored_in_pieces(customer_id), 1)
        self.assert_exact(orders)

        # The last instant of one day and the first of the next, years late; then one older than all.
        midnight = datetime(2020, 1, 2, tzinfo=UTC)
        send([midnight - timedelta(microseconds=1)])
        send([midnight])
        send([datetime(1999, 12, 31, 12, tzinfo=UTC)])
        self.assertEqual(self.customer()["firstOrderAt"], "1999-12-31T12:00:00Z")
        self.assert_exact(orders)
        self.assertGreaterEqual(self.assert_stored_in_pieces(customer_id), 1)

        # An order from the middle of the past is refunded.
        self.assertEqual(self.api.call("PATCH", f"/api/orders/{ids[1_000]}", {"status": "refunded"}).status, 202)
        del orders[1_000]
        self.eventually(lambda: self.customer()["orderCount"] == len(orders))
        self.assert_exact(orders)
        self.assertGreaterEqual(self.assert_stored_in_pieces(customer_id), 1)
        self.assert_everybody_reads_all_of_it(customer_id, len(orders))
        self.assert_it_goes_with_its_customer(customer_id)

    def assert_everybody_reads_all_of_it(self, customer_id: str, count: int) -> None:
        """A segment, a campaign with its preview, and an export: all by a window that no tail holds."""
        window = {"field": "orderCount", "operator": "=", "value": count, "within": "1900-01-01/2199-12-31"}
        rules = {"combinator": "and", "rules": [{"field": "email", "operator": "=", "value": _EMAIL}, window]}
        segment = self.api.post("/api/segments", {"name": "Long history", "rules": rules})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{segment}")["state"] == "live", 60, "the segment")
        self.assertEqual(self.api.get(f"/api/segments/{segment}")["count"], 1)
        variants = [{"subject": "Hello", "body": "Dear {{name}}"}]
        launch = {"name": "Long history", "segmentId": segment, "channel": "email", "variants": variants}
        steps = {step["step"]: step["count"] for step in self.api.post("/api/campaigns/preview", launch)["steps"]}
        self.assertEqual(steps["matching"], 1)
        campaign = f"/api/campaigns/{self.api.post('/api/campaigns', launch)['id']}"
        self.eventually(lambda: self.api.get(campaign)["status"] == "sent", 60, "the campaign")
        self.assertEqual(self.api.get(campaign)["sent"], 1)
        why = self.api.get(f"{campaign}/why?email={_EMAIL}")
        self.assertTrue(why, "nobody knows why")
        begun = self.api.call("POST", "/api/customers/exports", {"rules": rules})
        self.assertEqual(begun.status, 202, begun.body)
        export = begun.headers["location"]
        self.eventually(lambda: self.api.get(export)["status"] != "running" and self.api.get(export)["status"] != "queued", 60, "the export")
        self.assertEqual(self.api.get(export)["status"], "done")

    def assert_it_goes_with_its_customer(self, customer_id: str) -> None:
        """A merge writes chapters by hand, and after an erasure there are none."""
        other = "other@history.example"
        self.api.post("/api/orders", {"items": [{**placed(datetime(2020, 2, 2, tzinfo=UTC), 0), "email": other, "orderId": "history-other"}]})
        self.applied()
        count = self.customer()["orderCount"]
        merged = self.api.call("POST", f"/api/customers/{customer_id}/merge", {"from": other})
        self.assertEqual((merged.status, merged.json().get("orderCount")), (200, count + 1), merged.body)
        self.assertGreaterEqual(self.assert_stored_in_pieces(customer_id), 1)
        self.assertEqual(self.api.call("DELETE", f"/api/customers/{customer_id}").status, 204)
        table, key = aws.resources(SETTINGS)["HistoriesTable"], {":customer": {"S": customer_id}}

        def left() -> int:
            found = self.aws("dynamodb").query(
                TableName=table, KeyConditionExpression="customerId = :customer", ExpressionAttributeValues=key, ConsistentRead=True
            )  # fmt: skip
            return int(found["Count"])

        self.eventually(lambda: left() == 0, 60, "the end of its chapters")
