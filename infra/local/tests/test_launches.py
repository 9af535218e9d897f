"""Drafts, their one launch, holdouts, test phases, and why somebody got a campaign or did not."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from infra.local.api import Api
from infra.local.tests.harness import SETTINGS, StackTest, waits


class Launches(StackTest):
    """Each test has customers of its own, known by an attribute, and a segment of them."""

    PEOPLE = 60

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        items = [{"email": self.email(n), "name": f"Person {n}", "emailConsent": n % 6 != 0, "attributes": {"mark": self.mark}} for n in range(self.PEOPLE)]
        self.api.post("/api/customers", {"items": items})
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": self.mark}]}
        self.segment: str = self.api.post("/api/segments", {"name": self.mark, "rules": rules})["id"]
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{self.segment}")

    def email(self, number: int) -> str:
        return f"{self.mark}-{number}@launches.example"

    def body(self, *bodies: str, **more: Any) -> dict[str, Any]:
        variants = [{"subject": "Hi", "body": body} for body in bodies]
        return {"name": self.mark, "segmentId": self.segment, "channel": "email", "variants": variants, **more}

    def draft(self, **more: Any) -> str:
        answer = self.api.call("POST", "/api/campaigns", {**self.body("Dear {{name}}"), "draft": True, **more})
        self.assertEqual((answer.status, answer.json()["status"]), (201, "draft"), answer.body)
        return str(answer.json()["id"])

    def sent(self, campaign: str, seconds: float = 60) -> dict[str, Any]:
        """The campaign once everybody is settled."""
        found: dict[str, Any] = {}

        def is_sent() -> bool:
            found.update(self.api.get(f"/api/campaigns/{campaign}"))
            return bool(found["status"] == "sent")

        self.eventually(is_sent, seconds, "the campaign")
        return found

    def test_a_draft_changes_until_it_is_launched(self) -> None:
        draft = self.draft(holdout=0.1)
        path = f"/api/campaigns/{draft}"
        tag = self.api.call("GET", path).headers["etag"]
        changed = self.api.call("PATCH", path, {"name": "Another", "holdout": None}, {"if-match": tag})
        self.assertEqual((changed.status, changed.json()["name"]), (200, "Another"), changed.body)
        self.assertEqual(self.api.call("PATCH", path, {"name": "Late"}, {"if-match": tag}).status, 412)
        self.assertEqual(self.api.call("POST", f"{path}/pause").status, 409)
        self.assertEqual(self.api.call("POST", f"{path}/launch").status, 202)
        self.assertEqual(self.api.call("PATCH", path, {"name": "Later"}).status, 409)
        self.assertEqual(self.api.call("DELETE", path).status, 409)
        self.assertEqual(self.sent(draft)["sent"], 50)
        other = f"/api/campaigns/{self.draft()}"
        self.assertEqual(self.api.call("DELETE", other).status, 204)
        self.assertEqual(self.api.call("GET", other).status, 404)

    def test_launches_at_once_are_one_campaign_and_the_log_is_the_funnel(self) -> None:
        draft = self.draft(holdout=0.4)
        preview = self.api.post("/api/campaigns/preview", {**self.body("Dear {{name}}"), "holdout": 0.4, "draftId": draft})
        counts = [step["count"] for step in preview["steps"]]
        self.assertEqual(counts[:5], [60, 60, 50, 50, 50])
        self.assertEqual((counts[5], len(preview["steps"][2]["droppedSample"])), (preview["willSend"], 5))
        with ThreadPoolExecutor(4) as pool:
            answers = list(pool.map(lambda _: Api(SETTINGS).call("POST", f"/api/campaigns/{draft}/launch"), range(4)))
        self.assertEqual({(answer.status, answer.json()["id"]) for answer in answers}, {(202, draft)})
        campaign = self.sent(draft)
        self.assertEqual([step["count"] for step in campaign["funnel"]["steps"]], counts)
        log = self.api.everything(f"/api/campaigns/{draft}/messages")
        self.assertEqual(len({entry["customerId"] for entry in log}), len(log))
        skipped = [entry["skippedReason"] for entry in log if entry["status"] == "skipped"]
        self.assertEqual((len(log), skipped.count("no_consent"), skipped.count("held_out")), (60, 10, 50 - preview["willSend"]))
        self.assertEqual(campaign["sent"], preview["willSend"])
        held = next(entry for entry in log if entry.get("skippedReason") == "held_out")
        why = self.api.get(f"/api/campaigns/{draft}/why?email={held['email']}")
        self.assertEqual([step["atLaunch"] for step in why["steps"]], [True] * 5 + [False])
        self.assertEqual((why["entry"]["skippedReason"], why["rules"]["holds"]), ("held_out", True))
        self.assertEqual(self.api.call("GET", f"/api/campaigns/{draft}/why?email=nobody@launches.example").status, 404)

    def test_a_launch_that_would_fail_for_somebody_is_refused(self) -> None:
        self.api.post("/api/customers", {"email": self.email(1), "attributes": {"points": "many"}})
        self.applied()
        text = "{% if attributes.points %}{{ attributes.points - 1 }}{% endif %}"
        answer = self.api.call("POST", "/api/campaigns", self.body(text))
        self.assertEqual(answer.status, 422, answer.body)
        self.assertEqual([fault["field"] for fault in answer.json()["errors"]], ["variants[0]"])
        self.assertIn(self.email(1), answer.json()["errors"][0]["reason"])
        tried = self.api.post("/api/campaigns/render", {"email": self.email(1), "channel": "email", "variants": [{"subject": "Hi {{name}}", "body": "x"}]})
        self.assertEqual(tried["messages"], [{"subject": "Hi Person 1", "body": "x"}])

    @waits
    def test_the_rest_gets_the_winner_after_the_test_phase(self) -> None:
        test = {"share": 0.5, "minutes": 1}
        launched = self.api.post("/api/campaigns", self.body("first", "second", test=test))
        campaign = self.sent(launched["id"], 150)
        winner = campaign["test"]["winner"]
        log = [entry for entry in self.api.everything(f"/api/campaigns/{launched['id']}/messages") if entry["status"] != "skipped"]
        self.assertEqual(len(log), 50)
        for entry in log:
            self.assertEqual(entry["body"], ["first", "second"][entry["variant"]])
        later = [entry for entry in log if entry["sentAt"] >= campaign["test"]["until"]]
        self.assertTrue(0 < len(later) < 50, len(later))
        self.assertEqual({entry["variant"] for entry in later}, {winner})
