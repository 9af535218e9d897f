"""The main job, as a merchant does it: data in, an audience described, a campaign sent, the log read."""

from __future__ import annotations

import csv
import io
import json
import math
import tempfile
import time
import uuid
from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from infra.local import aws, imports
from infra.local.tests.harness import SETTINGS, StackTest
from infra.local.waiting import wait_until


def event(kind: str, data: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A CloudEvent as another system would put it on a queue."""
    now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    return {"specversion": "1.0", "id": str(uuid.uuid4()), "source": "/e2e", "type": kind, "time": now, "data": data, **changes}


class MainJob(StackTest):
    """Each test uses addresses of its own, so that they do not meet."""

    def customer(self, email: str) -> dict[str, Any]:
        found = [c for c in self.api.get(f"/api/customers?search={email}")["items"] if c["email"] == email]
        return found[0] if found else {}

    def send(self, output: str, *events: Any) -> None:
        self.aws("sqs").send_message(QueueUrl=self.outputs()[output], MessageBody=json.dumps(events))

    def test_an_order_over_http_makes_its_customer(self) -> None:
        body = {"email": "Http@Main.Example", "orderId": "http-1", "total": 12.5, "placedAt": "2026-01-02"}
        first = self.api.post("/api/orders", body)
        self.assertEqual(first, self.api.post("/api/orders", body))
        self.applied()
        customer = self.customer("http@main.example")
        self.assertEqual((customer["totalSpend"], customer["orderCount"]), (12.5, 1))
        self.assertEqual(self.api.get(f"/api/orders/{first['id']}")["placedAt"], "2026-01-02T00:00:00Z")
        self.assertEqual(self.api.call("PATCH", f"/api/orders/{first['id']}", {"status": "refunded"}).status, 202)
        self.eventually(lambda: self.customer("http@main.example")["totalSpend"] == 0)
        self.assertEqual(self.customer("http@main.example")["orderCount"], 0)

    def test_search_finds_by_the_beginning_of_each_word(self) -> None:
        self.api.post("/api/customers", {"email": "zubin@search.example", "name": "Zubin Qamar Mehta"})
        self.applied()
        for text, found in (("zub", 1), ("QAM", 1), ("meh zub", 1), ("zubin@sea", 1), ("ubin", 0), ("zub xyz", 0)):
            page = self.api.get(f"/api/customers?search={text.replace(' ', '%20')}")
            self.assertEqual(len([c for c in page["items"] if c["email"] == "zubin@search.example"]), found, text)

    def test_events_on_the_queue_in_any_order_and_twice(self) -> None:
        status = event("crm.order.status.v1", {"orderId": "q-2", "status": "cancelled"})
        orders = [event("crm.order.place.v1", {"email": "queue@main.example", "orderId": f"q-{n}", "total": n}) for n in (1, 2, 3)]
        visit = event("crm.activity.record.v1", {"email": "queue@main.example", "type": "visit", "at": "2026-02-03T04:05:06Z"})
        self.send("OrdersQueueUrl", status, *orders)
        self.send("OrdersQueueUrl", *orders, status)
        self.send("ActivitiesQueueUrl", visit, visit)
        self.applied()
        customer = self.customer("queue@main.example")
        self.assertEqual((customer["totalSpend"], customer["orderCount"], customer["visits"]), (4, 2, 1))

    def test_poison_ends_in_the_dead_letters_with_its_reason_and_its_neighbours_are_applied(self) -> None:
        dead = next(q for q in self.api.get("/api/queues")["items"] if q["name"] == "orders")["deadLetters"]
        good = event("crm.order.place.v1", {"email": "neighbour@main.example", "orderId": "n-1", "total": 1})
        bad = event("crm.order.place.v1", {"email": "nobody", "total": -1})
        self.send("OrdersQueueUrl", bad, good)
        self.aws("sqs").send_message(QueueUrl=self.outputs()["OrdersQueueUrl"], MessageBody="no JSON at all")
        self.eventually(lambda: self.customer("neighbour@main.example").get("orderCount") == 1)
        wait_until(
            lambda: next(q for q in self.api.get("/api/queues")["items"] if q["name"] == "orders")["deadLetters"] > dead + 1,
            60,
            "two more dead letters",
        )
        url = self.outputs()["OrdersQueueUrl"] + "-dead"
        letters: dict[str, Any] = {}

        # An erasure of another test's customer has all letters out of sight for a moment, when it looks through them.
        def have_both() -> bool:
            found = self.aws("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=5, MessageAttributeNames=["All"])
            letters.update({letter["MessageId"]: letter for letter in found.get("Messages", [])})
            attributes = [letter.get("MessageAttributes", {}) for letter in letters.values()]
            reasons = [one["reason"]["StringValue"] for one in attributes if "reason" in one]
            is_one = any("data.email: must be an e-mail address" in r and "data.total" in r for r in reasons)
            return is_one and any(r.startswith("malformed JSON") for r in reasons)

        wait_until(have_both, 60, "both reasons")
        for letter in letters.values():
            self.aws("sqs").delete_message(QueueUrl=url, ReceiptHandle=letter["ReceiptHandle"])

    def test_dead_letters_can_be_redriven(self) -> None:
        url = self.outputs()["OrdersQueueUrl"] + "-dead"
        good = event("crm.order.place.v1", {"email": "redriven@main.example", "orderId": "r-1", "total": 3})
        self.aws("sqs").send_message(QueueUrl=url, MessageBody=json.dumps(good))
        self.assertEqual(self.as_role("analyst").call("POST", "/api/queues/orders/redrive").status, 403)

        redriven = -math.inf

        # An erasure that has the letter out of sight for a moment leaves nothing to redrive. Nobody may ask twenty times a minute.
        def is_there() -> bool:
            nonlocal redriven
            if time.monotonic() - redriven > 5:
                self.assertLess(self.api.call("POST", "/api/queues/orders/redrive").status, 300)
                redriven = time.monotonic()
            return bool(self.customer("redriven@main.example").get("totalSpend") == 3)

        self.eventually(is_there)

    def test_a_file_is_imported_once_with_its_bad_rows_named(self) -> None:
        before = self.api.get("/api/stats")
        rows = [f"csv{n % 300}@import.example,csv-{n},2025-0{n % 9 + 1}-11,1,{n % 50}.25" for n in range(1_000)]
        rows[500] = 'csv1@import.example,csv-500,2025-01-01,1,"12.345"'
        text = "\ufeffE-mail,Order ID,Date,Qty,Amount\r\n" + "\r\n".join(rows) + "\r\n"
        for attempt in (1, 2):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "orders.csv"
                file.write_text(text, newline="")
                self.assertEqual(imports.run(SETTINGS, "orders", file), 0, attempt)
            stats = self.api.get("/api/stats")
            self.assertEqual(stats["orders"] - before["orders"], 999, attempt)
            self.assertEqual(stats["customers"] - before["customers"], 300, attempt)
        total = sum(Decimal(n % 50) + Decimal("0.25") for n in range(1_000) if n != 500)
        self.assertEqual(Decimal(str(stats["revenue"])) - Decimal(str(before["revenue"])), total)
        newest = self.api.get("/api/imports?limit=1")["items"][0]
        self.assertEqual((newest["rows"], newest["accepted"], newest["rejected"]), (1_000, 999, 1))
        answer = self.api.call("GET", f"/api/imports/{newest['id']}/rejected")
        rejected = list(csv.DictReader(io.StringIO(answer.body.decode())))
        self.assertEqual([row["line"] for row in rejected], ["502"])
        self.assertIn("at most 2 decimals", rejected[0]["reason"])

    def test_customers_and_activities_come_by_files_too(self) -> None:
        files = {"customers": "email,name\nfile@import.example,Asha\n", "activities": "email,type,at\nfile@import.example,visit,2025-01-02\n"}
        for kind, text in files.items():
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / f"{kind}.csv"
                file.write_text(text)
                self.assertEqual(imports.run(SETTINGS, kind, file), 0, kind)
        self.eventually(lambda: self.customer("file@import.example").get("name") == "Asha", what="the customer")
        self.eventually(lambda: self.customer("file@import.example").get("visits") == 1, what="the visit")

    def test_files_that_are_not_what_they_should_be_fail_clearly(self) -> None:
        for text in ("", "nothing,useful\n1,2\n", "email,order_id\na@x.in,1\n"):
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder) / "orders.csv"
                file.write_text(text)
                self.assertEqual(imports.run(SETTINGS, "orders", file), 1, text)
            self.assertTrue(self.api.get("/api/imports?limit=1")["items"][0]["error"], text)

    def test_orders_are_listed_newest_first_each_once(self) -> None:
        orders = [{"email": "list@main.example", "orderId": f"l-{n}", "total": 1, "placedAt": f"2024-{n % 12 + 1:02}-{n % 28 + 1:02}"} for n in range(230)]
        self.api.post("/api/orders", {"items": orders})
        self.applied()
        by_email = self.api.everything("/api/orders/by-email/list@main.example")
        self.assertEqual(len({order["id"] for order in by_email}), 230)
        everyone = self.api.everything("/api/orders")
        # As times: texts with fractions of different lengths do not sort like them.
        keys = [(datetime.fromisoformat(order["placedAt"]), order["id"]) for order in everyone]
        self.assertEqual(keys, sorted(keys, reverse=True))
        self.assertEqual(len(set(keys)), self._orders_in_all())

    def _orders_in_all(self) -> int:
        scan = self.aws("dynamodb").get_paginator("scan")
        table = next(name for name in self.aws("dynamodb").list_tables()["TableNames"] if "orders" in name.lower())
        return sum(1 for page in scan.paginate(TableName=table) for item in page["Items"] if "body" in item)

    def test_a_campaign_reaches_everyone_of_its_segment_once(self) -> None:
        orders = [{"email": f"aud{n}@campaign.example", "orderId": f"c-{n}", "total": 10 * n, "placedAt": "2025-06-01"} for n in range(150)]
        self.api.post("/api/orders", {"items": orders})
        people = [{"email": f"aud{n}@campaign.example", "name": f"Person <{n}>", "attributes": {"c": True}} for n in range(150)]
        people[149]["emailConsent"] = False
        self.api.post("/api/customers", {"items": people})
        self.applied()
        rules = {
            "combinator": "and",
            "rules": [
                {"field": "attributes.c", "operator": "=", "value": True},
                {"field": "totalSpend", "operator": ">", "value": 500},
            ],
        }
        preview = self.api.post("/api/segments/preview", {"rules": rules})
        self.assertEqual(preview["count"], 99)
        segment = self.api.post("/api/segments", {"name": "Over 500", "rules": rules})
        members = self.api.everything(f"/api/segments/{segment['id']}/members")
        self.assertEqual({m["email"] for m in members}, {f"aud{n}@campaign.example" for n in range(51, 150)})
        launch = {
            "name": "Thanks",
            "segmentId": segment["id"],
            "channel": "email",
            "variants": [{"subject": "Hello {{name}}", "body": 'Dear {{name|default("there")}}, thank you.'}],
        }
        funnel = {step["step"]: step["count"] for step in self.api.post("/api/campaigns/preview", launch)["steps"]}
        self.assertEqual((funnel["matching"], funnel["consenting"]), (99, 98))
        campaign = self.api.post("/api/campaigns", launch)
        path = f"/api/campaigns/{campaign['id']}"
        wait_until(lambda: self.api.get(path)["status"] == "sent", 60, "the campaign's end")
        self.applied()
        state = self.api.get(path)
        self.assertEqual((state["audience"], state["sent"] + state["failed"] + state["skipped"]), (99, 99))
        self.assertEqual(state["skipped"], 1)
        log = self.api.everything(f"{path}/messages")
        self.assertEqual(Counter(entry["email"] for entry in log), Counter(m["email"] for m in members))
        delivered = sum(entry["status"] == "delivered" or "deliveredAt" in entry for entry in log)
        self.assertEqual(delivered, state["delivered"])
        self.assertGreater(delivered, 70)
        skipped = next(entry for entry in log if entry["email"] == "aud149@campaign.example")
        self.assertEqual((skipped["status"], skipped["skippedReason"]), ("skipped", "no_consent"))
        sent = next(entry for entry in log if entry["email"] == "aud60@campaign.example")
        self.assertEqual(sent["body"], "Dear Person &lt;60&gt;, thank you.")
