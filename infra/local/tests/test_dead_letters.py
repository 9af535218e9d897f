"""Dead letters over HTTP and the local AWS: why each is one, redriving and discarding them one by one; and what a month costs."""

from __future__ import annotations

import json
from typing import Any

from infra.local.tests.harness import StackTest
from infra.local.tests.test_main_job import event


class DeadLetters(StackTest):
    def customer(self, email: str) -> dict[str, Any]:
        found = [c for c in self.api.get(f"/api/customers?search={email}")["items"] if c["email"] == email]
        return found[0] if found else {}

    def letters(self, queue: str = "orders") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.api.get(f"/api/queues/{queue}/dead-letters")["items"]
        return found

    def letter(self, number: str) -> dict[str, Any] | None:
        """The dead letter about the order of that number."""
        return next((one for one in self.letters() if any(s.get("number") == number for s in one["subjects"])), None)

    def poison(self, number: str) -> dict[str, Any]:
        """Sends an order that nobody can apply, and waits until it is set aside."""
        bad = event("crm.order.place.v1", {"email": "poison@letters.example", "orderId": number, "total": -1})
        self.aws("sqs").send_message(QueueUrl=self.outputs()["OrdersQueueUrl"], MessageBody=json.dumps(bad))
        return self.seen(number)

    def seen(self, number: str, unlike: str = "") -> dict[str, Any]:
        """The dead letter about that order once it is there. An erasure, when it looks through a queue, has all of them out of sight
        for a moment."""
        seen: list[dict[str, Any]] = []

        def is_there() -> bool:
            seen.extend(one for one in [self.letter(number)] if one and one["id"] != unlike)
            return bool(seen)

        self.eventually(is_there, 60, f"the dead letter of {number}")
        return seen[-1]

    def test_a_poisoned_message_says_why_and_nothing_of_its_customer(self) -> None:
        letter = self.poison("dl-why")
        self.assertIn("data.total", letter["reason"])
        self.assertEqual((letter["cause"], letter["tries"], letter["kind"]), ("setAside", 1, "crm.order.place.v1"))
        self.assertNotIn("poison@letters.example", json.dumps(letter))
        self.assertEqual(self.seen("dl-why"), letter, "looking changes nothing, and hides nothing")
        path = f"/api/queues/orders/dead-letters/{letter['id']}"
        for role in ("marketer", "analyst"):
            self.assertEqual(self.as_role(role).call("GET", "/api/queues/orders/dead-letters").status, 403)
            self.assertEqual(self.as_role(role).call("POST", f"{path}/redrive").status, 403)
            self.assertEqual(self.as_role(role).call("POST", f"{path}/discard", {"reason": "x"}).status, 403)

    def test_one_that_is_still_wrong_comes_back_and_can_be_discarded_for_good(self) -> None:
        letter = self.poison("dl-back")
        path = f"/api/queues/orders/dead-letters/{letter['id']}"
        self.assertEqual(self.api.call("POST", f"{path}/redrive").status, 202)
        self.assertEqual(self.api.call("POST", f"{path}/redrive").status, 404, "it is not there any more")
        again = self.seen("dl-back", unlike=letter["id"])
        path = f"/api/queues/orders/dead-letters/{again['id']}"
        self.assertEqual(self.api.call("POST", f"{path}/discard", {}).status, 422)
        self.assertEqual(self.api.call("POST", f"{path}/discard", {"reason": "A test of the shop's"}).status, 204)
        self.assertIsNone(self.letter("dl-back"))
        entry = self.api.get(f"/api/audit?object=queues/orders/dead-letters/{again['id']}")["items"][0]
        self.assertEqual((entry["action"], entry["after"]["why"]), ("discard_letter", "A test of the shop's"))
        self.assertIn("data.total", entry["before"]["failedReason"])

    def test_a_letter_that_is_redriven_twice_counts_once(self) -> None:
        good = event("crm.order.place.v1", {"email": "twice@letters.example", "orderId": "dl-twice", "total": 5})
        dead = self.outputs()["OrdersQueueUrl"] + "-dead"
        for _ in range(2):
            self.aws("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps(good))
        mine: list[dict[str, Any]] = []

        def are_there() -> bool:
            mine[:] = [one for one in self.letters() if any(s.get("number") == "dl-twice" for s in one["subjects"])]
            return len(mine) == 2

        self.eventually(are_there, 60, "both letters")
        self.assertEqual([one["cause"] for one in mine], ["unknown", "unknown"])
        for one in mine:
            self.assertEqual(self.api.call("POST", f"/api/queues/orders/dead-letters/{one['id']}/redrive").status, 202)
        self.eventually(lambda: self.customer("twice@letters.example").get("orderCount") == 1, 30)
        self.eventually(lambda: self.waiting("orders") == 0, 60, "the queue to be empty")
        customer = self.customer("twice@letters.example")
        self.assertEqual((customer["orderCount"], customer["totalSpend"]), (1, 5))

    def test_every_queue_gives_its_letters_back_and_lets_them_go(self) -> None:
        for queue in [one["name"] for one in self.api.get("/api/queues")["items"]]:
            with self.subTest(queue=queue):
                before = {one["id"] for one in self.letters(queue)}
                dead = self.outputs()[f"{queue.capitalize()}QueueUrl"] + "-dead"
                self.aws("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps({"nobody": "knows this"}))
                letter = self.newest(queue, before)
                self.assertEqual(self.api.call("POST", f"/api/queues/{queue}/dead-letters/{letter}/redrive").status, 202)
                # Its worker sets it aside again, and says why.
                again = self.newest(queue, before | {letter})
                self.assertEqual(self.api.call("POST", f"/api/queues/{queue}/dead-letters/{again}/discard", {"reason": "A test"}).status, 204)

    def newest(self, queue: str, known: set[str]) -> str:
        """The letter of a queue that has not been there, as soon as it is."""
        self.eventually(lambda: any(one["id"] not in known for one in self.letters(queue)), 60, f"a dead letter of {queue}")
        return next(one["id"] for one in self.letters(queue) if one["id"] not in known)

    def waiting(self, name: str) -> int:
        queue = next(one for one in self.api.get("/api/queues")["items"] if one["name"] == name)
        return int(queue["depth"] + queue["inFlight"] + queue["delayed"])

    def test_what_a_month_costs_is_the_sum_of_its_lines(self) -> None:
        self.assertEqual(self.as_role("marketer").call("GET", "/api/costs").status, 403)
        costs = self.api.get("/api/costs")
        lines = costs["work"] + costs["floor"]
        self.assertAlmostEqual(costs["total"], sum(line["price"] for line in lines), 9)
        priced = {price["unit"]: price for price in costs["prices"]}
        for line in lines:
            for part in line["parts"]:
                price = priced[part["unit"]]
                self.assertTrue(price["source"].startswith("https://") and price["date"], price)
                self.assertAlmostEqual(part["price"], part["amount"] * float(price["usdPerMillion"]) / 1e6, 6)
        self.assertGreater(costs["floorPerMonth"], 0)
        self.assertEqual(self.api.get("/api/costs?month=2001-01")["work"][0]["count"], 0)
