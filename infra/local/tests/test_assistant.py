"""The assistant on the running product, with the model's stand-in behind it: it answers, whatever that one does."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

from infra.local import deploy
from infra.local.tests.harness import SETTINGS, StackTest


class Assistant(StackTest):
    """Plain words to rules, objectives to messages, results to words."""

    def setUp(self) -> None:
        super().setUp()
        self.addCleanup(self.script)

    def script(self, *behaviours: dict[str, Any], forever: bool = False) -> None:
        """How the model behaves with the next requests."""
        base = deploy.parameters(SETTINGS)["GeminiBaseUrl"]
        body = json.dumps({"behaviours": list(behaviours), "forever": forever}).encode()
        request = urllib.request.Request(f"{base}/_peer/script", body, {"content-type": "application/json"})
        with urllib.request.urlopen(request, timeout=10):
            pass

    def test_words_become_an_audience_that_counts_the_people_meant(self) -> None:
        people = [{"email": f"assistant{n}@example.in", "city": "Nashik", "tags": ["teashop"] if n < 2 else []} for n in range(5)]
        self.api.post("/api/customers", {"items": people})
        self.api.post("/api/orders", {"email": "assistant0@example.in", "orderId": "assistant-0", "total": 7_500})

        def answer() -> Any:
            return self.api.post("/api/generate-rules", {"prompt": "customers in Nashik who spent over ₹5,000"})

        def count() -> Any:
            return self.api.post("/api/segments/preview", {"rules": answer()["rules"]})["count"]

        self.assertEqual(answer()["source"], "gemini")
        self.assertIn("Nashik", answer()["explanation"])
        self.eventually(lambda: count() == 1)
        # What things are called has come in with the customers, and the grammar knows it.
        self.script({"kind": "malformedJson"}, forever=True)

        def offline() -> bool:
            found = self.api.call("POST", "/api/generate-rules", {"prompt": "teashop customers"})
            body = found.json()
            return found.status == 200 and body["rules"]["rules"][0]["field"] == "tags" and body["offlineReason"] == "unusable"

        self.eventually(offline)

    def test_a_question_over_the_quota_waits_and_is_answered(self) -> None:
        # Longer than anybody waits for an answer, so that nobody asks again before all have asked.
        self.script({"kind": "rateLimited", "retryAfterSeconds": 30}, forever=True)
        headers = {"prefer": "respond-async"}
        segment = self.satara()
        prompt = {"prompt": "customers who ordered more than 41 times"}
        accepted = self.api.call("POST", "/api/generate-rules", prompt, headers)
        self.assertEqual((accepted.status, accepted.json()["status"]), (202, "waiting"))
        place = accepted.headers["location"]
        # Messages wait as rules do, with the people that they will be tried on.
        others = [self.api.call("POST", path, {**body, "objective": "Thank everybody who is in Satara"}, headers) for path, body in self.about(segment)]
        self.assertEqual([(other.status, other.json()["status"]) for other in others], [(202, "waiting")] * 3)
        impatient = self.api.post("/api/generate-rules", {"prompt": "customers who ordered more than 42 times"})
        self.assertEqual((impatient["source"], impatient["offlineReason"]), ("offline", "quota"))
        self.script()
        self.eventually(lambda: self.api.get(place)["status"] == "answered", 120)
        result = self.api.get(place)["result"]
        self.assertEqual((result["source"], result["rules"]["rules"][0]["value"]), ("gemini", 41))
        for other in others:
            self.eventually(lambda other=other: self.api.get(other.headers["location"])["status"] == "answered", 120)  # type: ignore[misc]

    def about(self, segment: str) -> list[tuple[str, dict[str, Any]]]:
        """Questions about anybody, about the members of a segment, and about people whom the objective names."""
        messages = {"channel": "sms", "count": 1}
        return [("/api/generate-messages", messages), ("/api/generate-messages", {**messages, "segmentId": segment}), ("/api/campaigns/suggest", {})]

    def satara(self) -> str:
        """A segment that is built, with a member."""
        self.api.post("/api/customers", {"items": [{"email": "asha@satara.example", "city": "Satara"}]})
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Satara"}]}
        segment: str = self.api.post("/api/segments", {"name": "Satara", "rules": rules})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{segment}")["state"] == "live", 60, "the segment")
        return segment

    def test_messages_are_tried_on_people_whom_they_are_for(self) -> None:
        for path, body in self.about(self.satara()):
            self.assertTrue(self.api.post(path, {**body, "objective": "Thank everybody who is in Satara"}), path)

    def test_results_are_told_with_the_numbers_of_the_report_alone(self) -> None:
        self.api.post("/api/customers", {"items": [{"email": f"told{n}@example.in", "city": "Kolhapur"} for n in range(4)]})
        rules = {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Kolhapur"}]}
        self.eventually(lambda: self.api.post("/api/segments/preview", {"rules": rules})["count"] == 4)
        segment = self.api.post("/api/segments", {"name": "Kolhapur", "rules": rules})
        objective = {"objective": "Thank our customers in Kolhapur", "channel": "sms", "segmentId": segment["id"], "count": 2}
        messages = self.api.post("/api/generate-messages", objective)["messages"]
        self.assertEqual(len(messages), 2)
        variants = [{"body": message["body"]} for message in messages]
        launch = {"name": "Thanks", "segmentId": segment["id"], "channel": "email", "variants": variants}
        launch["variants"] = [{"subject": "Thanks", **variant} for variant in variants]
        campaign = self.api.post("/api/campaigns", launch)
        path = f"/api/campaigns/{campaign['id']}"
        self.eventually(lambda: self.api.get(path)["status"] == "sent")
        self.script({"kind": "inventedNumbers"}, forever=True)
        summary = self.api.post(f"{path}/summary", {})
        self.assertEqual((summary["source"], summary["offlineReason"]), ("offline", "unusable"))
        self.assertIn("4", summary["summary"])

    def test_what_the_model_used_is_shown_to_administrators(self) -> None:
        self.api.post("/api/generate-rules", {"prompt": "customers who visited at least 43 times"})
        # Of two, since a day may have ended meanwhile.
        days = self.api.get("/api/ai/usage?days=2")["days"]
        self.assertGreater(sum(day["tokens"]["input"] for day in days), 0)
        self.assertGreater(sum(day["gemini"] for day in days), 0)
        self.assertEqual(self.as_role("analyst").call("GET", "/api/ai/usage").status, 403)
