"""Addresses that are not written to: by hand, by receipts, by file, through erasures."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from infra.local.tests.harness import StackTest


class Suppressions(StackTest):
    """Each test has customers of its own, known by an attribute."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]

    def email(self, who: str) -> str:
        return f"{who}.{self.mark}@suppressed.example"

    def people(self, *names: str) -> None:
        items = [{"email": self.email(who), "name": who.title(), "attributes": {"mark": self.mark}} for who in names]
        self.api.post("/api/customers", {"items": items})
        self.applied()

    def launch(self) -> dict[str, Any]:
        """What a launch to this test's people takes."""
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": self.mark}]}
        segment = self.api.post("/api/segments", {"name": f"Mine {self.mark}", "rules": rules})["id"]
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{segment}")
        variants = [{"subject": "For {{name}}", "body": "<p>Dear {{name}}</p>"}]
        return {"name": "Suppressed", "segmentId": segment, "channel": "email", "variants": variants}

    def sent(self, launch: dict[str, Any]) -> list[dict[str, Any]]:
        """The log of a new campaign, once it has been sent."""
        campaign = self.api.post("/api/campaigns", launch)["id"]
        self.eventually(lambda: self.api.get(f"/api/campaigns/{campaign}")["status"] == "sent", 60, "the campaign")
        log: list[dict[str, Any]] = self.api.get(f"/api/campaigns/{campaign}/messages?limit=100")["items"]
        return log

    def receipt(self, message: str, status: str, **more: Any) -> None:
        now = datetime.now(UTC).isoformat()
        data = {"messageId": message, "status": status, "at": now, **more}
        event = {"specversion": "1.0", "id": uuid.uuid4().hex, "source": "/t", "type": "crm.message.receipt.v1", "time": now, "data": data}
        self.aws("sqs").send_message(QueueUrl=self.outputs()["ReceiptsQueueUrl"], MessageBody=json.dumps(event))

    def stands(self, who: str) -> str | None:
        found = self.api.get(f"/api/suppressions?address={quote(self.email(who))}")["items"]
        return found[0]["reason"] if found else None

    def test_who_is_on_the_list_is_skipped_until_taken_off(self) -> None:
        self.people("asha", "usha")
        launch = self.launch()
        added = self.api.call("POST", "/api/suppressions", {"address": self.email("asha").upper()})
        self.assertEqual((added.status, added.json()["added"]), (200, 1))
        steps = {one["step"]: one["count"] for one in self.api.call("POST", "/api/campaigns/preview", launch).json()["steps"]}
        self.assertEqual((steps["consenting"], steps["notSuppressed"]), (2, 1))
        skipped = {one["email"]: (one.get("skippedReason"), one.get("phase")) for one in self.sent(launch)}
        self.assertEqual(skipped[self.email("asha")], ("suppressed", "launch"))
        self.assertEqual(skipped[self.email("usha")], (None, None))
        found = self.api.get(f"/api/suppressions?address={quote(self.email('asha'))}")["items"][0]
        self.assertNotIn(self.mark, json.dumps(found))
        self.assertEqual(self.api.call("DELETE", f"/api/suppressions/{found['id']}").status, 204)
        self.assertNotIn("skipped", {one["status"] for one in self.sent(launch)})

    def test_bounces_and_complaints_suppress_and_outlive_their_customer(self) -> None:
        self.people("hard", "spam", "soft")
        launch = self.launch()
        log = {one["email"]: one["id"] for one in self.sent(launch)}
        self.receipt(log[self.email("hard")], "bounced", bounceType="hard")
        self.receipt(log[self.email("spam")], "complained")
        self.receipt(log[self.email("soft")], "bounced", bounceType="soft")
        self.eventually(lambda: self.stands("hard") == "hard_bounce" and self.stands("spam") == "complaint", 60, "the receipts")
        self.assertIsNone(self.stands("soft"))
        customer = self.api.get(f"/api/customers?search={self.email('spam')}")["items"][0]["id"]
        self.assertEqual(self.api.call("DELETE", f"/api/customers/{customer}").status, 204)
        self.people("spam")
        skipped = {one["email"]: one.get("skippedReason") for one in self.sent(launch)}
        self.assertEqual((skipped[self.email("spam")], skipped[self.email("hard")]), ("suppressed", "suppressed"))

    def test_the_list_comes_and_goes_as_a_file(self) -> None:
        text = f"email,reason\n{self.email('asha')},complaint\nnobody,\n"
        headers = {"content-type": "text/csv"}
        taken = self.api.call("POST", "/api/suppressions/file", text.encode(), headers=headers)
        self.assertEqual((taken.status, taken.json()["added"], len(taken.json()["rejected"])), (200, 1, 1))
        self.assertEqual(self.stands("asha"), "complaint")
        exported = self.api.call("GET", "/api/suppressions/file?reason=complaint")
        self.assertEqual(exported.status, 200)
        self.assertEqual(self.api.call("POST", "/api/suppressions/file", exported.body, headers=headers).json()["added"], 0)
        self.assertEqual(self.as_role("marketer").call("DELETE", f"/api/suppressions/{'0' * 32}").status, 403)
