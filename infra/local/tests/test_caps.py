"""Caps: a third campaign finds that everybody has had their two messages, and the preview has said so."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local import aws
from infra.local.api import Api
from infra.local.tests.harness import SETTINGS, StackTest
from infra.local.waiting import wait_until

_PEOPLE = 30
_CAPS = {"messages": 2, "days": 7}


class Caps(StackTest):
    """Each test has people of its own, known by an attribute; one in six gives no consent."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        people = [{"email": self.email(n), "emailConsent": n % 6 != 0, "attributes": {"caps": self.mark}} for n in range(_PEOPLE)]
        self.api.post("/api/customers", {"items": people})
        wait_until(lambda: not sum(aws.queues(SETTINGS)["customers"]), 60, "applied writes")
        rules = {"combinator": "and", "rules": [{"field": "attributes.caps", "operator": "=", "value": self.mark}]}
        segment = self.api.post("/api/segments", {"name": f"Caps {self.mark}", "rules": rules})["id"]
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{segment}")
        variants = [{"subject": "Hi", "body": "x"}]
        self.body: dict[str, Any] = {"name": self.mark, "segmentId": segment, "channel": "email", "variants": variants, "caps": _CAPS}

    def email(self, number: int) -> str:
        return f"{self.mark}-{number}@caps.example"

    def launch(self, **more: Any) -> str:
        return str(Api(SETTINGS).post("/api/campaigns", {**self.body, **more})["id"])

    def ended(self, campaign: str) -> dict[str, Any]:
        """The campaign once everybody is settled."""
        path = f"/api/campaigns/{campaign}"
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 90, "the campaign")
        found: dict[str, Any] = self.api.get(path)
        return found

    def counts(self, steps: list[dict[str, Any]]) -> list[int]:
        return [step["count"] for step in steps]

    def test_a_third_campaign_skips_everybody_as_its_preview_says(self) -> None:
        for _ in range(2):
            campaign = self.ended(self.launch())
            self.assertEqual((campaign["sent"], campaign["skipped"], campaign["caps"]), (25, 5, _CAPS))
        preview = self.api.post("/api/campaigns/preview", self.body)
        self.assertEqual(self.counts(preview["steps"]), [30, 30, 25, 25, 0, 0])
        self.assertEqual((preview["willSend"], len(preview["steps"][4]["droppedSample"])), (0, 5))
        wide = self.api.post("/api/campaigns/preview", {**self.body, "caps": {"messages": 3, "days": 7}})
        self.assertEqual(wide["willSend"], 25)
        third = self.ended(self.launch())
        self.assertEqual((third["sent"], third["skipped"]), (0, 30))
        self.assertEqual(self.counts(third["funnel"]["steps"]), self.counts(preview["steps"]))
        log = self.api.everything(f"/api/campaigns/{third['id']}/messages")
        reasons = [(entry["skippedReason"], entry["phase"]) for entry in log]
        self.assertEqual((reasons.count(("capped", "launch")), reasons.count(("no_consent", "launch"))), (25, 5))
        why = self.api.get(f"/api/campaigns/{third['id']}/why?email={self.email(1)}")
        told = {step["step"]: (step["atLaunch"], step["now"]) for step in why["steps"]}
        self.assertEqual((told["notSuppressed"], told["notCapped"], told["notHeldOut"]), ((True, True), (False, False), (None, True)))
        # Whoever asks for no caps gets none.
        self.assertEqual(self.ended(self.launch(caps=None))["sent"], 25)

    def test_campaigns_at_once_write_to_each_person_as_often_as_they_may(self) -> None:
        with ThreadPoolExecutor(4) as pool:
            campaigns = list(pool.map(lambda number: self.launch(name=f"{self.mark} {number}"), range(4)))
        logs = [self.api.everything(f"/api/campaigns/{self.ended(campaign)['id']}/messages") for campaign in campaigns]
        got: dict[str, int] = {}
        for entry in (entry for log in logs for entry in log):
            if entry["status"] == "skipped":
                self.assertIn(entry["skippedReason"], ("capped", "no_consent"))
            else:
                got[entry["email"]] = got.get(entry["email"], 0) + 1
        self.assertEqual(set(got.values()), {2})
        self.assertEqual(len(got), 25)
