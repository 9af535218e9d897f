"""What a campaign brought and what it cost: attribution after cancellations, units as storage bills them, the log as a file."""

from __future__ import annotations

import csv
import io
import json
import urllib.request
import uuid
from datetime import UTC, datetime
from typing import Any

from infra.local.tests.harness import StackTest

_PEOPLE = 20


class Results(StackTest):
    """One campaign to people of its own."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]

    def email(self, number: int) -> str:
        return f"r{number}.{self.mark}@results.example"

    def launch(self) -> str:
        """The path of a campaign to all of them that is over, receipts too."""
        people = [{"email": self.email(number), "attributes": {"results": self.mark}} for number in range(_PEOPLE)]
        self.assertEqual(self.api.call("POST", "/api/customers", {"items": people}).status, 202)
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.results", "operator": "=", "value": self.mark}]}
        segment = self.api.post("/api/segments", {"name": f"Results {self.mark}", "rules": rules})["id"]
        variants = [{"subject": "A", "body": "x"}, {"subject": "B", "body": "y"}]
        body = {"name": f"Sale {self.mark}", "segmentId": segment, "channel": "email", "variants": variants, "attributionDays": 3}
        path = f"/api/campaigns/{self.api.post('/api/campaigns', body)['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 60, "the campaign")
        self.eventually(lambda: sum(self.api.get(path)[part] for part in ("delivered", "bounced")) == _PEOPLE, 60, "all receipts")
        return path

    def recounted(self, path: str) -> dict[str, Any]:
        """A report that was begun after this call, without the minute for which the last one counts as fresh."""
        asked = datetime.now(UTC)
        task = {"task": "recount.v1", "campaign": path.rsplit("/", 1)[-1], "askedAt": asked.isoformat()}
        self.aws("sqs").send_message(QueueUrl=self.outputs()["DeliveryQueueUrl"], MessageBody=json.dumps(task))

        def is_there() -> bool:
            counted = self.api.get(f"{path}/report").get("asOf")
            return counted is not None and datetime.fromisoformat(counted) >= asked

        self.eventually(is_there, 60, "the report")
        report: dict[str, Any] = self.api.get(f"{path}/report")
        return report

    def test_orders_count_for_a_campaign_until_they_are_cancelled(self) -> None:
        path = self.launch()
        orders = [{"email": self.email(number), "orderId": f"{self.mark}-{number}", "total": 100.5} for number in range(5)]
        placed = self.api.call("POST", "/api/orders", {"items": orders})
        self.assertEqual(placed.status, 202)
        self.applied()
        report = self.recounted(path)
        self.assertEqual(report["attribution"], {"days": 3, "converted": 5, "orders": 5, "revenue": 502.5, "currency": "INR"})
        self.assertEqual(sum(variant["revenue"] for variant in report["variants"]), 502.5)
        self.assertEqual(sum(stretch["converted"] for stretch in report["series"]), 5)
        log = self.api.get(f"{path}/messages?limit=100")["items"]
        # By the moment, since who ordered although their message bounced has bounced.
        self.assertEqual(sum("convertedAt" in entry for entry in log), 5)
        order = self.api.get(f"/api/orders/by-email/{self.email(0)}")["items"][0]["id"]
        self.assertEqual(self.api.call("PATCH", f"/api/orders/{order}", {"status": "refunded"}).status, 202)
        self.applied()
        report = self.recounted(path)
        self.assertEqual((report["attribution"]["orders"], report["attribution"]["revenue"]), (4, 402))
        campaign = self.api.get(path)
        for count in ("audience", "sent", "delivered", "bounced", "skipped", "failed"):
            self.assertEqual(report["counts"][count], campaign[count], count)

    def test_a_campaign_knows_what_it_used(self) -> None:
        path = self.launch()
        cost = self.recounted(path)["cost"]
        parts = {part["work"]: part for part in cost["parts"]}
        self.assertLessEqual({"planning", "delivery", "receipts"}, set(parts))
        # One entry put and one settled for each, at what storage says that it bills.
        self.assertGreaterEqual(parts["planning"]["writeUnits"], _PEOPLE)
        self.assertGreaterEqual(parts["delivery"]["writeUnits"], _PEOPLE)
        # Twenty people carry what a campaign of any size costs once, so the budget is held for large ones elsewhere.
        self.assertLess(cost["total"]["writeUnits"], 10 * _PEOPLE)
        self.assertGreater(cost["total"]["price"], 0)
        again = self.recounted(path)["cost"]
        self.assertIn("recounts", {part["work"] for part in again["parts"]})
        for work in ("planning", "delivery"):
            now = next(part for part in again["parts"] if part["work"] == work)
            self.assertEqual(now["writeUnits"], parts[work]["writeUnits"], work)

    def test_the_log_is_a_file(self) -> None:
        path = self.launch()

        def exported() -> list[dict[str, str]]:
            begun = self.api.call("POST", f"{path}/exports", {})
            self.assertEqual(begun.status, 202, begun.body)
            export = begun.headers["location"]
            self.eventually(lambda: self.api.get(export)["status"] == "done", 60, "the export")
            with urllib.request.urlopen(self.api.get(export)["url"]) as answer:  # noqa: S310 - an address of our own
                return list(csv.DictReader(io.StringIO(answer.read().decode())))

        rows: list[dict[str, str]] = []
        # The erasure of another test's customer takes all files away: then once more.
        self.eventually(lambda: bool(rows.extend(exported()) or rows), 60, "a file")
        log = {entry["email"]: entry["status"] for entry in self.api.get(f"{path}/messages?limit=100")["items"]}
        self.assertEqual({row["email"]: row["status"] for row in rows}, log)
        self.assertEqual(len(rows), _PEOPLE)
        self.assertEqual(self.as_role("analyst").call("POST", f"{path}/exports", {}).status, 403)
