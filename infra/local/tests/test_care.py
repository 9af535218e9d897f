"""One customer at a time: changed by hand, merged with another, told of, erased from every store."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from typing import Any

from infra.local import aws
from infra.local.tests.harness import SETTINGS, StackTest


class Care(StackTest):
    """Each test has people of its own, whose names and addresses have its mark."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        # By this, rules pick them without naming them.
        self.number = int(self.mark[:8], 16)

    def email(self, who: str) -> str:
        return f"{who}.{self.mark}@care.example"

    def person(self, who: str, **more: Any) -> str:
        """The path of a new customer."""
        answer = self.api.call("POST", "/api/customers", {"email": self.email(who), "name": f"{who.title()} {self.mark}", **more})
        self.assertEqual(answer.status, 202)
        self.applied()
        return f"/api/customers/{answer.json()['id']}"

    def order(self, who: str, number: int, total: int = 100) -> None:
        self.api.post("/api/orders", {"email": self.email(who), "orderId": f"{self.mark}-{number}", "total": total, "placedAt": f"2026-01-0{number}"})

    def test_a_change_by_hand_holds_to_what_was_seen(self) -> None:
        path = self.person("asha", city="Pune")
        seen = self.api.call("GET", path).headers["etag"]
        changed = self.api.call("PATCH", path, {"city": "Goa"}, headers={"if-match": seen})
        self.assertEqual((changed.status, changed.json()["city"]), (200, "Goa"))
        self.assertEqual(self.api.call("PATCH", path, {"city": "Agra"}, headers={"if-match": seen}).status, 412)
        self.assertEqual(self.api.call("DELETE", path, headers={"if-match": seen}).status, 412)
        self.assertEqual(self.api.get(path)["city"], "Goa")
        self.assertEqual(self.as_role("analyst").call("PATCH", path, {"city": "Agra"}).status, 403)

    def test_two_become_one_for_good(self) -> None:
        stays, goes = self.person("asha"), self.person("usha", phone="+91 20 1234")
        for number, who in enumerate(("asha", "usha", "usha", "asha"), 1):
            self.order(who, number)
        self.applied()
        merged = self.api.call("POST", f"{stays}/merge", {"from": self.email("usha")})
        self.assertEqual(merged.status, 200, merged.body)
        self.assertEqual((merged.json()["orderCount"], merged.json()["phone"]), (4, "+91 20 1234"))
        self.order("usha", 5)
        self.order("usha", 2)
        self.applied()
        numbers = [f"{self.mark}-{number}" for number in (5, 4, 3, 2, 1)]
        for path in (f"{stays}/orders", f"{goes}/orders", f"/api/orders/by-email/{self.email('usha')}"):
            self.assertEqual([one["orderId"] for one in self.api.everything(path, 4)], numbers, path)
        self.assertEqual(self.api.get(goes)["totalSpend"], 500)
        found = self.api.get(f"/api/customers?search={self.email('usha')}")["items"]
        self.assertEqual([f"/api/customers/{one['id']}" for one in found], [stays])
        told = self.api.everything(f"{goes}/timeline", 4)
        self.assertEqual([one["order"]["orderId"] for one in told if one["kind"] == "order"], numbers)
        self.assertEqual(self.api.call("POST", f"{goes}/merge", {"from": self.email("asha")}).status, 422)

    def test_nothing_is_left_of_who_is_erased(self) -> None:
        path, twin = self.person("asha", attributes={"care": self.number}), self.person("usha")
        self.order("asha", 1)
        self.order("usha", 2)
        self.api.post("/api/activities", {"email": self.email("asha"), "type": f"visit-{self.mark}", "at": "2026-01-03"})
        self.applied()
        self.assertEqual(self.api.call("POST", f"{path}/merge", {"from": self.email("usha")}).status, 200)
        campaign = self.campaign()
        kinds = {one["kind"] for one in self.api.everything(f"{path}/timeline", 4)}
        self.assertEqual(kinds, {"order", "activity", "message", "segment"})
        self.letter()
        self.files(path)
        self.assertGreater(len(list(self.traces())), 8)
        backup = self.stored(path)

        self.assertEqual(self.api.call("DELETE", path).status, 204)
        for gone in (path, twin):
            self.assertEqual(self.api.call("GET", gone).status, 404)
        self.assertEqual(self.api.get(f"/api/customers?search={self.email('usha')}")["items"], [])
        erased = self.erasure(path)
        # The first pass comes by itself; the last one would in three quarters of an hour.
        self.eventually(lambda: not any("Orders" in trace or "Activities" in trace for trace in self.traces()), 60, "the first pass")
        self.pass_over([path, twin], erased["at"])
        self.eventually(lambda: "finishedAt" in self.erasure(path), 60, "the last pass")
        self.eventually(lambda: not list(self.traces()), 60, f"the end of {list(self.traces())[:3]}")
        # What they bought still counts, and what was sent was sent.
        orders = [one for one in self.api.everything("/api/orders") if one.get("orderId") in (f"{self.mark}-1", f"{self.mark}-2")]
        self.assertEqual([one["total"] for one in orders], [100, 100])
        self.assertEqual({one["email"] for one in orders}, {"erased@customer.invalid"})
        self.assertEqual(self.api.get(f"/api/campaigns/{campaign}")["sent"], 1)
        # A backup brings them back, and the list of erasures makes an end of it.
        self.aws("dynamodb").put_item(TableName=aws.resources(SETTINGS)["CustomersTable"], Item=backup)
        self.assertEqual(self.api.get(path)["name"], f"Asha {self.mark}")
        self.assertEqual(self.api.call("POST", "/api/erasures/replay").status, 202)
        self.eventually(lambda: self.api.call("GET", path).status == 404, 60, "the replay")
        # Whoever comes again begins anew.
        self.assertEqual(self.api.get(self.person("asha"))["orderCount"], 0)

    def campaign(self) -> str:
        """A campaign to this test's people, once it has been sent."""
        rules = {"combinator": "and", "rules": [{"field": "attributes.care", "operator": "=", "value": self.number}]}
        segment = self.api.post("/api/segments", {"name": f"Care {self.number}", "rules": rules})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{segment}")["state"] == "live", 60, "the segment")
        variants = [{"subject": "For {{name}}", "body": "Dear {{name}}"}]
        launch = {"name": "Care", "segmentId": segment, "channel": "email", "variants": variants}
        campaign: str = self.api.post("/api/campaigns", launch)["id"]
        self.eventually(lambda: self.api.get(f"/api/campaigns/{campaign}")["status"] == "sent", 60, "the campaign")
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{segment}")
        return campaign

    def letter(self) -> None:
        """A message with an order that cannot be read, beside one of somebody else."""
        event = {"specversion": "1.0", "source": "/care", "type": "crm.order.place.v1", "time": "2026-01-01T00:00:00Z"}
        bad = [{**event, "id": f"{self.mark}-{n}", "data": {"email": who, "total": "much"}} for n, who in enumerate((self.email("usha"), "other@care.example"))]
        sqs, outputs = self.aws("sqs"), self.outputs()
        sqs.send_message(QueueUrl=outputs["OrdersQueueUrl"], MessageBody=json.dumps(bad))
        # Beside somebody else among the dead letters of every queue, whatever led there.
        for name in ("Customers", "Orders", "Activities", "Receipts", "Delivery", "Imports", "Segments", "Questions", "Webhooks"):
            sqs.send_message(QueueUrl=outputs[f"{name}QueueUrl"] + "-dead", MessageBody=json.dumps(bad))
            self.addCleanup(sqs.purge_queue, QueueUrl=outputs[f"{name}QueueUrl"] + "-dead")
        self.eventually(lambda: any("orders-dead" in trace for trace in self.traces()), 60, "the dead letter")

    def files(self, path: str) -> None:
        """A file that is attached, one whose import never came to its end, and rejected rows, alone and beside somebody else's."""
        s3, bucket, row = self.aws("s3"), aws.resources(SETTINGS)["UploadsBucket"], f"email,name\n{self.email('usha')},{self.mark}\n"
        identity = path.rsplit("/", 1)[1]
        rejected = f"2,{self.email('usha')},{self.mark}\n"
        for key, body in (
            (f"attachments/{identity}/{uuid.uuid4()}", self.mark),
            ("imports/never-begun/file.csv", row),
            (f"rejected/{uuid.uuid4()}/000000000000000.csv", rejected),
            (f"rejected/{uuid.uuid4()}/000000000000000.csv", f"{rejected}3,other@care.example,wrong\n"),
        ):
            s3.put_object(Bucket=bucket, Key=key, Body=body.encode())

    def stored(self, path: str) -> dict[str, Any]:
        """A customer's item as a backup has it."""
        key = {"id": {"S": path.rsplit("/", 1)[1]}}
        item: dict[str, Any] = self.aws("dynamodb").get_item(TableName=aws.resources(SETTINGS)["CustomersTable"], Key=key)["Item"]
        return item

    def erasure(self, path: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.api.get("/api/erasures")["items"] if path.endswith(one["id"]))
        return found

    def pass_over(self, paths: list[str], at: str) -> None:
        """Asks for the last pass now."""
        identities = [path.rsplit("/", 1)[1] for path in paths]
        emails = [self.email(who) for who in ("asha", "usha")]
        sweep = {"task": "sweep-customer.v1", "customer": identities[0], "at": at, "identities": identities, "emails": emails, "pass": 3}
        self.aws("sqs").send_message(QueueUrl=self.outputs()["ErasuresQueueUrl"], MessageBody=json.dumps(sweep))

    def traces(self) -> Iterator[str]:
        """Whatever has the mark of this test: in tables, in dead letters, in files."""
        resources = aws.resources(SETTINGS)
        for name, table in sorted(resources.items()):
            if name.endswith("Table"):
                for page in self.aws("dynamodb").get_paginator("scan").paginate(TableName=table, ConsistentRead=True):
                    for item in page["Items"]:
                        text = repr(item)
                        # The merchant's own numbers of the orders stay.
                        text = text.replace(f"{self.mark}-", "") if name == "OrdersTable" else text
                        if self.mark in text:
                            yield f"{name}: {text[:200]}"
        sqs = self.aws("sqs")
        for name, queue in sorted(resources.items()):
            if name.endswith("DeadQueue"):
                letters = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])
                yield from (f"{queue}: {letter['Body'][:200]}" for letter in letters if self.email("usha") in letter["Body"])
        s3, bucket = self.aws("s3"), resources["UploadsBucket"]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for one in page.get("Contents", []):
                if self.mark.encode() in s3.get_object(Bucket=bucket, Key=one["Key"])["Body"].read():
                    yield f"{one['Key']}"
