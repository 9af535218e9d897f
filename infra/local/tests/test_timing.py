"""When recipients are written to: in their own hours, at a rate, woken by the clock, held and let go by a person."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra.local.tests.harness import StackTest, waits

_ZONES = ("Asia/Kolkata", "America/New_York", "Pacific/Kiritimati")
_EACH = 4


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Timing(StackTest):
    """Campaigns to people of their own, in three zones."""

    def setUp(self) -> None:
        self.mark = uuid.uuid4().hex[:12]
        zones = [zone for zone in _ZONES for _ in range(_EACH)]
        people = [
            {"email": f"t{number}.{self.mark}@timing.example", "timeZone": zone, "attributes": {"timing": self.mark}}
            for number, zone in enumerate(zones)
        ]
        self.assertEqual(self.api.call("POST", "/api/customers", {"items": people}).status, 202)
        self.zones = {person["email"]: person["timeZone"] for person in people}
        self.applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.timing", "operator": "=", "value": self.mark}]}
        self.segment = self.api.post("/api/segments", {"name": f"Timing {self.mark}", "rules": rules})["id"]
        self.eventually(lambda: self.api.get(f"/api/segments/{self.segment}")["state"] == "live", what="the segment")

    def body(self, **timing: Any) -> dict[str, Any]:
        variants = [{"subject": "Hello", "body": "x"}]
        return {"name": self.mark, "segmentId": self.segment, "channel": "email", "variants": variants, **timing}

    def launch(self, **timing: Any) -> str:
        return f"/api/campaigns/{self.api.post('/api/campaigns', self.body(**timing))['id']}"

    def log(self, path: str) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = self.api.get(f"{path}/messages?limit=100")["items"]
        return items

    @waits
    def test_a_scheduled_campaign_waits_for_its_second(self) -> None:
        at = datetime.now(UTC) + timedelta(seconds=30)
        path = self.launch(scheduledAt=at.isoformat())
        self.assertEqual(self.api.get(path)["status"], "scheduled")
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 120, "the campaign")
        self.assertGreaterEqual(min(moment(entry["sentAt"]) for entry in self.log(path)), at)

    def test_who_sleeps_waits_and_the_others_are_written_to(self) -> None:
        # Of the three zones one has another hour than the others, at any moment: those have it quiet.
        here = datetime.now(ZoneInfo(_ZONES[0]))
        quiet = {"from": f"{here.hour:02}:00", "until": f"{(here.hour + 2) % 24:02}:00"}
        path = self.launch(quietHours=quiet)
        self.eventually(lambda: self.api.get(path)["sent"] == 2 * _EACH, 60, "those who are awake")
        for entry in self.log(path):
            if self.zones[entry["email"]] == _ZONES[0]:
                self.assertEqual(entry["status"], "queued")
                due = moment(entry["dueAt"]).astimezone(ZoneInfo(_ZONES[0]))
                self.assertEqual((due.hour, due.minute), ((here.hour + 2) % 24, 0))
            else:
                self.assertNotEqual(entry["status"], "queued")
        self.assertEqual(self.api.get(path)["status"], "sending")
        # Nobody waits for the night to end when all of it is cancelled.
        self.assertEqual(self.api.call("POST", f"{path}/cancel").status, 200)
        self.eventually(lambda: self.api.get(path)["skipped"] == _EACH, 60, "the rest to be skipped")
        self.assertEqual(self.api.get(path)["status"], "cancelled")

    def test_nine_in_the_morning_comes_to_each_zone_by_itself(self) -> None:
        # A quarter of an hour ago in New York, so all day since elsewhere: all of them at once. Half a day later: nobody yet.
        past = (datetime.now(ZoneInfo(_ZONES[1])) - timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M")
        path = self.launch(localTime=past)
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 60, "the campaign")
        ahead = (datetime.now(ZoneInfo(_ZONES[2])) - timedelta(minutes=15)).strftime("%Y-%m-%dT%H:%M")
        path = self.launch(localTime=ahead)
        self.eventually(lambda: self.api.get(path)["sent"] == _EACH, 60, "the furthest east")
        for entry in self.log(path):
            zone = self.zones[entry["email"]]
            if zone != _ZONES[2]:
                shown = moment(entry["dueAt"]).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M")
                self.assertEqual((entry["status"], shown), ("queued", ahead))
        self.assertEqual(self.api.call("POST", f"{path}/cancel").status, 200)

    @waits
    def test_a_rate_is_kept_through_a_pause(self) -> None:
        began = datetime.now(UTC)
        path = self.launch(ratePerMinute=12)
        self.eventually(lambda: self.api.get(path)["sent"] >= 2, 60, "the first")
        self.assertEqual(self.api.call("POST", f"{path}/pause").status, 200)
        held = self.api.get(path)["sent"]
        self.assertLess(held, len(self.zones))
        self.assertEqual(self.api.call("POST", f"{path}/resume").status, 200)
        self.eventually(lambda: self.api.get(path)["status"] == "sent", 240, "all of them")
        sent = sorted(moment(entry["sentAt"]) for entry in self.log(path))
        self.assertEqual(len(sent), len(self.zones))
        # One in five seconds. How far a letter's turn and its sending lie apart is the machine's affair.
        for number, at in enumerate(sent):
            self.assertGreaterEqual(at, began + number * timedelta(seconds=5))

    def test_times_that_mean_nothing_are_refused(self) -> None:
        hour_ago = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        for timing, field in (
            ({"scheduledAt": hour_ago}, "scheduledAt"),
            ({"localTime": "2020-01-01T09:00"}, "localTime"),
            ({"localTime": "2030-02-30T09:00"}, "localTime"),
            ({"timeZone": "Mars/Olympus"}, "timeZone"),
            ({"windows": [{"from": "9", "until": "10:00"}]}, "windows[0].from"),
            ({"windows": [{"from": "09:00", "until": "10:00"}], "quietHours": {"from": "08:00", "until": "11:00"}}, "quietHours"),
            ({"ratePerMinute": 0}, "ratePerMinute"),
        ):
            answer = self.api.call("POST", "/api/campaigns", self.body(**timing))
            self.assertEqual(answer.status, 422, timing)
            self.assertEqual([error["field"] for error in answer.json()["errors"]], [field])
