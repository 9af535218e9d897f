"""Segments that follow their customers: by data, by time, by rules, by name; through the stream, the clock and the builds."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import aws
from infra.local.tests.harness import SETTINGS, StackTest


def where(field: str, operator: str, value: Any, **more: Any) -> dict[str, Any]:
    """Rules of one condition."""
    return {"combinator": "and", "rules": [{"field": field, "operator": operator, "value": value, **more}]}


class Segments(StackTest):
    """Each test has customers of its own, known by an attribute."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]

    def email(self, number: int) -> str:
        return f"{self.mark}-{number}@segments.example"

    def people(self, count: int, **more: Any) -> None:
        items = [{"email": self.email(n), "city": "Pune" if n % 3 == 0 else "Goa", "attributes": {"mark": self.mark}, **more} for n in range(count)]
        for first in range(0, count, 500):
            self.api.post("/api/customers", {"items": items[first : first + 500]})
        self.applied()

    def mine(self, *rules: dict[str, Any]) -> dict[str, Any]:
        """Rules about the customers of this test alone."""
        own = {"field": "attributes.mark", "operator": "=", "value": self.mark}
        return {"combinator": "and", "rules": [own, *rules]}

    def create(self, name: str, rules: dict[str, Any] | None) -> str:
        body = {"name": name, "rules": rules} if rules else {"name": name, "kind": "list"}
        made = self.api.post("/api/segments", body)
        self.addCleanup(self.api.call, "DELETE", f"/api/segments/{made['id']}")
        identity: str = made["id"]
        return identity

    def live(self, segment: str, seconds: float = 60) -> dict[str, Any]:
        """The segment once it is built."""
        found: dict[str, Any] = {}

        def is_live() -> bool:
            found.update(self.api.get(f"/api/segments/{segment}"))
            return bool(found["state"] == "live")

        self.eventually(is_live, seconds, "the build")
        return found

    def count(self, segment: str) -> int:
        return int(self.api.get(f"/api/segments/{segment}").get("count", -1))

    def members(self, segment: str) -> set[str]:
        found: set[str] = set()
        cursor = ""
        while True:
            page = self.api.get(f"/api/segments/{segment}/members?limit=100{cursor}")
            found |= {item["email"] for item in page["items"]}
            if page["nextCursor"] is None:
                return found
            cursor = f"&cursor={page['nextCursor']}"

    def tick(self) -> dict[str, Any]:
        """Lets the clock run now."""
        name = aws.resources(SETTINGS)["ClockFunction"]
        answer = self.aws("lambda").invoke(FunctionName=name, Payload=b"{}")
        told: dict[str, Any] = json.loads(answer["Payload"].read())
        self.assertTrue(told["sound"], told)
        return told

    def profile(self, number: int) -> str:
        found = self.api.get(f"/api/customers?search={self.email(number)}")["items"]
        return f"/api/customers/{found[0]['id']}"

    def days(self, segment: str) -> list[dict[str, Any]]:
        days: list[dict[str, Any]] = self.api.get(f"/api/segments/{segment}/sizes")["days"]
        return days

    def sizes(self, segment: str) -> tuple[int, int, int, int]:
        """Size, enters, leaves, and who came by rules, in all its days: there are two once midnight has passed."""
        days = self.days(segment)
        entered, left, rebuilt = (sum(day[what] for day in days) for what in ("entered", "left", "rebuilt"))
        return days[-1]["size"], entered, left, rebuilt

    def test_sizes_of_days_follow_members_and_rules(self) -> None:
        self.people(30)
        pune = self.create("Pune", self.mine({"field": "city", "operator": "=", "value": "Pune"}))
        self.live(pune)
        # Whose own writing the stream brings only after the segment was made has come by data, not by rules.
        _, came, left, selected = self.sizes(pune)
        self.assertEqual((came + selected, left), (10, 0))
        self.api.post("/api/customers", {"items": [{"email": self.email(1), "city": "Pune"}, {"email": self.email(0), "city": "Goa"}]})
        self.eventually(lambda: self.sizes(pune) == (10, came + 1, 1, selected), 60, "who came and went")
        self.assertEqual(self.api.get(f"/api/segments/{pune}")["recentSizes"][-1], 10)
        self.api.call("PATCH", f"/api/segments/{pune}", {"rules": self.mine({"field": "city", "operator": "=", "value": "Goa"})})
        self.live(pune)
        size, came, left, selected = self.sizes(pune)
        self.assertEqual((size, came - left + selected), (20, 20))
        # What moved under the old rules is no move under the new ones, unless it was on another day.
        self.assertEqual([self.days(pune)[-1][what] for what in ("entered", "left")], [0, 0])

    def test_members_follow_the_data(self) -> None:
        self.people(60)
        pune = self.create("Pune", self.mine({"field": "city", "operator": "=", "value": "Pune"}))
        self.assertEqual(self.live(pune)["count"], 20)
        self.assertEqual(self.members(pune), {self.email(n) for n in range(0, 60, 3)})
        started = time.monotonic()
        self.api.post("/api/customers", {"email": self.email(1), "city": "Pune"})
        self.eventually(lambda: self.count(pune) == 21, 60, "the new member")
        print(f"{time.monotonic() - started:.1f} s from the write to the count ... ", end="", flush=True)
        self.api.post("/api/customers", {"email": self.email(0), "city": "Goa"})
        self.eventually(lambda: self.count(pune) == 20, 60, "the leaving")
        self.assertEqual(self.members(pune), {self.email(n) for n in range(0, 60, 3)} - {self.email(0)} | {self.email(1)})
        # Segments of other tests may hold them too.
        history = [one for one in self.api.get(f"{self.profile(0)}/segments/history")["items"] if one["segmentId"] == pune]
        self.assertEqual([one["event"] for one in history], ["left", "entered"])
        self.assertEqual(history[0]["cause"], "data")
        self.assertIn(pune, [one["id"] for one in self.api.get(f"{self.profile(1)}/segments")["items"]])

    def test_a_burst_on_one_customer_counts_once(self) -> None:
        self.people(3)
        buyers = self.create("Buyers", self.mine({"field": "orderCount", "operator": ">=", "value": 5}))
        self.live(buyers)
        for n in range(40):
            self.api.post("/api/orders", {"email": self.email(1), "orderId": f"{self.mark}-{n}", "total": 1})
        self.applied()
        self.eventually(lambda: self.count(buyers) == 1, what="the buyer")
        moves = self.api.get(f"{self.profile(1)}/segments/history")["items"]
        self.assertEqual([one["event"] for one in moves if one["name"] == "Buyers"], ["entered"])

    def test_time_alone_moves_people_in_the_minute_it_happens(self) -> None:
        now = datetime.now(UTC)
        leaves = now.replace(microsecond=0) + timedelta(seconds=300)
        self.people(2, lastActiveAt=(leaves - timedelta(days=30)).isoformat().replace("+00:00", "Z"))
        active = self.create("Active", self.mine({"field": "lastActiveAt", "operator": "within", "value": "P30D"}))
        idle = self.create("Idle", {"combinator": "and", "not": True, "rules": [self.mine_not_in(active)]})
        self.assertEqual(self.live(active)["count"], 2)
        why = self.api.get(f"/api/segments/{active}/explain?email={self.email(0)}")["rules"][1]
        self.assertEqual(datetime.fromisoformat(why["flipsAt"]), leaves + timedelta(microseconds=1))
        self.live(idle)
        self.tick()
        self.assertEqual(self.count(active), 2, "too early")
        self.eventually(lambda: datetime.now(UTC) > leaves, 300, "the flip")
        # The clock itself runs each minute, and finds them by itself.
        self.eventually(lambda: self.count(active) == 0, 120, "the clock")
        history = self.api.get(f"{self.profile(0)}/segments/history")["items"]
        left = next(one for one in history if one["name"] == "Active" and one["event"] == "left")
        self.assertEqual((left["cause"], datetime.fromisoformat(left["at"])), ("time", leaves + timedelta(microseconds=1)))

    def mine_not_in(self, segment: str) -> dict[str, Any]:
        return {
            "combinator": "or",
            "rules": [
                {"field": "segment", "operator": "in", "value": [segment]},
                {"field": "attributes.mark", "operator": "!=", "value": self.mark},
            ],
        }

    def test_an_edited_segment_shows_the_old_members_until_the_new_ones_are_complete(self) -> None:
        self.people(600)
        one = self.create("One", self.mine({"field": "city", "operator": "=", "value": "Pune"}))
        other = self.create("Other", {"combinator": "and", "rules": [{"field": "segment", "operator": "notIn", "value": [one]}, *self.mine()["rules"]]})
        self.assertEqual((self.live(one)["count"], self.live(other)["count"]), (200, 400))
        self.assertEqual(self.api.get(f"/api/segments/{one}/overlap?with={other}"), {"count": 200, "other": 400, "both": 0})
        rules = self.mine({"field": "city", "operator": "in", "value": ["Pune", "Goa"]})
        self.assertEqual(self.api.call("PATCH", f"/api/segments/{one}", {"rules": rules}).status, 200)
        seen = set()

        def both() -> bool:
            found = [self.api.get(f"/api/segments/{segment}") for segment in (one, other)]
            seen.add(found[0]["count"])
            if found[0]["state"] == "building":
                self.assertTrue(0 <= found[0]["progress"] <= 1)
            return all(segment["state"] == "live" for segment in found)

        self.eventually(both, 60, "the builds")
        self.assertLessEqual(seen, {200, 600}, "a half result was shown")
        self.assertEqual((self.count(one), self.count(other)), (600, 0))

    def test_everybody_whom_rules_select_is_tagged(self) -> None:
        emails = [f"edited{n}@segments.example" for n in range(3)]
        self.api.post("/api/customers", {"items": [{"email": email, "city": "Editpur"} for email in emails]})
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Editpur"}]}
        self.assertEqual(self.api.call("POST", "/api/customers/edit", {"rules": rules, "tagsAdded": ["edited"]}).status, 202)

        def tagged() -> bool:
            found = self.api.get("/api/customers?search=edited")["items"]
            return sorted(one["email"] for one in found if "edited" in one["tags"]) == emails

        self.eventually(tagged, 60, "the tag")

    def test_a_build_that_nobody_heard_of_begins_with_the_clock(self) -> None:
        self.people(3)
        queue = self.outputs()["SegmentsQueueUrl"]
        self.eventually(lambda: not self.is_asked_for(), 60, "the end of other builds")
        with self.nobody_reads(queue):
            lost = self.create("Lost", self.mine())
            self.eventually(self.is_asked_for, what="the request for the build")
            self.aws("sqs").purge_queue(QueueUrl=queue)
            self.tick()
            self.eventually(self.is_asked_for, what="the clock's request")
            self.assertEqual(self.api.get(f"/api/segments/{lost}")["state"], "building")
        self.assertEqual(self.live(lost)["count"], 3)

    def is_asked_for(self) -> bool:
        """Whether something waits in the queue of builds."""
        return sum(aws.queues(SETTINGS, delayed=False)["segments"]) > 0

    @contextmanager
    def nobody_reads(self, queue: str) -> Iterator[None]:
        """While this holds, no function is fed from a queue."""
        lambda_ = self.aws("lambda")
        arn = self.aws("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        [mapping] = lambda_.list_event_source_mappings(EventSourceArn=arn)["EventSourceMappings"]
        lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            lambda_.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def test_lists_are_kept_by_name(self) -> None:
        self.people(5)
        vip = self.create("VIP", None)
        self.live(vip)
        self.api.post(f"/api/segments/{vip}/members", {"add": [self.email(0), self.email(1)], "remove": [self.email(2)]})
        file = f"email\n{self.email(3)}\nnobody\n".encode()
        answer = self.api.call("POST", f"/api/segments/{vip}/members/file?action=add", file, headers={"content-type": "text/csv"})
        self.assertEqual((answer.status, answer.json()["queued"], answer.json()["rejected"][0]["field"]), (202, 1, "people[1]"))
        self.eventually(lambda: self.members(vip) == {self.email(n) for n in (0, 1, 3)}, what="the list")
        self.api.post(f"/api/segments/{vip}/members", {"remove": [self.email(0)]})
        self.eventually(lambda: self.count(vip) == 2, what="the removal")
        others = self.create("Others", self.mine({"field": "segment", "operator": "notIn", "value": [vip]}))
        self.assertEqual(self.live(others)["count"], 3)
        self.assertEqual(self.api.call("DELETE", f"/api/segments/{vip}").status, 409)
