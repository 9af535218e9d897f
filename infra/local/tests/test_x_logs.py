"""What the functions have said of themselves while the other tests of this stack ran: whole, counted right, and nothing about anybody.

Runs late, when there is something to look at, and before the tests that begin with nothing.
"""

from __future__ import annotations

import json
import re
import subprocess
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import jsonschema

from infra.local.build import BINARIES
from infra.local.settings import REGION, ROOT
from infra.local.tests.harness import SETTINGS, StackTest

# What the runtime itself writes when the local AWS stops or starts a function is not of a function.
_FRAMES = re.compile(r"^(START|END|REPORT|INIT_START) ")
_PERSONAL = {
    "an e-mail address": re.compile(r"[A-Za-z0-9._%+-]+(?:@|%40)[A-Za-z0-9-]+\.[A-Za-z]{2,}"),
    "a phone number": re.compile(r"(?<![\w.:-])\+\d{8,15}(?![\w-])"),
    "a token": re.compile(r"eyJ[A-Za-z0-9_-]{10,}\.|mcrm_[A-Za-z0-9]{8,}|[Bb]earer [A-Za-z0-9]"),
    "a signed link": re.compile(r"X-Amz-Signature|/api/(?:unsubscribe|o|c)/[A-Za-z0-9_-]{16,}"),
    "a message's text": re.compile(r"<html|<p>|unsubscribe\?", re.IGNORECASE),
}
_PAGE = 10_000
# Before any test.
_BEGINNING = datetime.fromtimestamp(0, UTC)
_EVERY = ("timestamp", "level", "message", "function")
_CLOSING = ("requestId", "coldStart", "durationMs")
# As published in the specification of the embedded metric format, without its titles and examples.
_NAME = {"type": "string", "minLength": 1, "maxLength": 255}
_METRIC = {"type": "object", "required": ["Name"], "properties": {"Name": _NAME, "Unit": {"enum": ["Count", "Milliseconds"]}}}
_DIRECTIVE = {
    "type": "object",
    "required": ["Namespace", "Dimensions", "Metrics"],
    "properties": {
        "Namespace": _NAME,
        "Dimensions": {"type": "array", "minItems": 1, "items": {"type": "array", "maxItems": 9, "items": _NAME}},
        "Metrics": {"type": "array", "maxItems": 100, "items": _METRIC},
    },
}
_EMBEDDED = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {"Timestamp": {"type": "integer"}, "CloudWatchMetrics": {"type": "array", "items": _DIRECTIVE}},
        }
    },
}
_NUMBER = {"type": "number"}
_VALUE = {"anyOf": [_NUMBER, {"type": "array", "items": _NUMBER, "maxItems": 100}]}


class Logs(StackTest):
    """Lines of functions behind the API are in files; those of workers are where AWS would have them."""

    def raw(self, since: datetime = _BEGINNING) -> list[str]:
        """Every line that a function has written, by its own process, or under the local AWS since a moment."""
        lines = []
        for log in SETTINGS.logs.glob("*-[0-9].log"):
            lines += log.read_text(errors="replace").splitlines()
        lines += self.of_workers(int(since.timestamp() * 1000))
        return [line for line in lines if line and not _FRAMES.match(line)]

    def of_workers(self, start: int) -> Iterator[str]:
        """The local AWS gives so many lines at most, the oldest, and no token that leads to the others."""
        logs, group = self.aws("logs"), f"/aws/lambda/{SETTINGS.stack_name}"
        while len(events := logs.filter_log_events(logGroupName=group, startTime=start)["events"]) >= _PAGE:
            last = events[-1]["timestamp"]
            self.assertGreater(last, start, "one millisecond fills a page")
            yield from (event["message"] for event in events if event["timestamp"] < last)
            start = last
        yield from (event["message"] for event in events)

    def lines(self, since: datetime = _BEGINNING) -> list[dict[str, Any]]:
        """The same, read; what is no JSON is a failure."""
        read = []
        for line in self.raw(since):
            try:
                read.append(json.loads(line))
            except ValueError:
                self.fail(f"no JSON: {line[:300]}")
        if since == _BEGINNING:
            return read
        return [line for line in read if datetime.fromisoformat(line["timestamp"]) >= since]

    def closing(self, since: datetime = _BEGINNING) -> list[dict[str, Any]]:
        """The last line of each invocation."""
        return [line for line in self.lines(since) if line.get("message") == "invocation ended"]

    def counted(self, since: datetime = _BEGINNING) -> Counter[str]:
        """What CloudWatch would have counted since then."""
        counts: Counter[str] = Counter()
        for line in self.closing(since):
            for directive in line.get("_aws", {}).get("CloudWatchMetrics", []):
                for metric in directive["Metrics"]:
                    value = line[metric["Name"]]
                    counts[metric["Name"]] += len(value) if isinstance(value, list) else value
        return counts

    def settled(self, since: datetime = _BEGINNING) -> Counter[str]:
        """The counts of writes once none is on its way: a line is written when its invocation has been answered."""
        self.applied()
        last: list[Counter[str]] = [self.counted(since)]

        def stands() -> bool:
            # Queues of other work, and campaigns of other tests, may go on for as long as they like.
            last.append(Counter({name: count for name, count in self.counted(since).items() if name.startswith(("writes.", "letters.", "errors"))}))
            return last[-1] == last[-2]

        self.eventually(stands, 60, "counts that stand still")
        return last[-1]

    def test_every_line_is_json_and_says_whose_it_is(self) -> None:
        lines = self.lines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertEqual([name for name in _EVERY if name not in line], [], line)
            datetime.fromisoformat(line["timestamp"])
        inside = [line for line in lines if line["level"] == "ERROR" and line["message"] != "panicked"]
        self.assertEqual([line for line in inside if not line.get("requestId")], [])

    def test_whoever_cannot_start_says_why_in_such_a_line(self) -> None:
        for folder in sorted((ROOT / "functions").iterdir()):
            with self.subTest(folder.name):
                done = subprocess.run([BINARIES / folder.name], env={}, capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual((done.returncode, done.stderr), (1, ""))
                [line] = map(json.loads, done.stdout.splitlines())
                self.assertEqual((line["level"], line["message"]), ("ERROR", "the function cannot run"))
                self.assertRegex(line["cause"], r"^environment variable [A-Z_]+: is not set")

    def test_every_invocation_ends_with_how_it_went(self) -> None:
        def served() -> set[str]:
            return {line["function"].removeprefix(f"{SETTINGS.stack_name}-") for line in self.closing()}

        # By HTTP, queue, stream and schedule.
        every = {"orders-api", "write-worker", "segment-stream", "clock"}
        self.eventually(lambda: every <= served(), 90, "a closing line of every kind of invocation")
        closing = self.closing()
        for line in closing:
            self.assertEqual([name for name in _CLOSING if name not in line], [], line)
        requests = [line for line in closing if "http.route" in line]
        self.assertEqual([line for line in requests if not line.get("origin") or "http.status" not in line], [])
        self.assertTrue(any(line["coldStart"] for line in closing) and not all(line["coldStart"] for line in closing))
        self.assertEqual(max(Counter(line["requestId"] for line in closing).values()), 1, "an invocation ended twice")

    def test_metrics_are_in_the_format_that_cloudwatch_reads(self) -> None:
        documents = [line for line in self.lines() if "_aws" in line]
        self.assertGreater(len(documents), 0)
        for document in documents:
            jsonschema.validate(document, _EMBEDDED)
            for directive in document["_aws"]["CloudWatchMetrics"]:
                self.assertEqual(directive["Dimensions"], [["stack"]])
                self.assertEqual(document["stack"], SETTINGS.stack_name)
                for metric in directive["Metrics"]:
                    jsonschema.validate(document[metric["Name"]], _VALUE)

    def test_nothing_personal_is_in_any_line(self) -> None:
        found = {}
        for line in self.raw():
            for what, pattern in _PERSONAL.items():
                if pattern.search(line):
                    found.setdefault(what, line[:400])
        self.assertEqual(found, {})

    def test_counts_are_what_happened(self) -> None:
        # All that came before has come to rest; what is read from here on is what happens here.
        self.applied()
        since = datetime.now(UTC)
        before = self.settled(since)
        mark = uuid.uuid4().hex[:8]
        order = {"email": f"{mark}@logs.example", "orderId": f"logs-{mark}", "total": 5, "placedAt": "2026-01-02"}
        other = {**order, "orderId": f"logs-{mark}-2"}
        changed = {**order, "total": 6}
        for body in (order, order, other, changed):
            self.api.post("/api/orders", body)
        unreadable = {"specversion": "1.0", "id": mark, "source": "/e2e", "type": "crm.order.unheard.v1", "data": {}}
        queue = self.outputs()["OrdersQueueUrl"]
        self.aws("sqs").send_message(QueueUrl=queue, MessageBody=json.dumps([unreadable]))
        expected = {"writes.accepted": 4, "writes.applied": 2, "writes.duplicate": 1, "writes.rejected": 2, "letters.dead": 1}
        added: Counter[str] = Counter()

        def is_counted() -> bool:
            added.clear()
            added.update(self.counted(since))
            added.subtract(before)
            return {name: added[name] for name in expected} == expected

        self.eventually(is_counted, 60, f"counts of {expected}")
        self.assertGreaterEqual(added["writes.lag"], 1)
        self.assertEqual(added["writes.accepted"] + 1, sum(added[f"writes.{what}"] for what in ("applied", "duplicate", "rejected")))

    def test_whatever_was_accepted_has_come_to_something(self) -> None:
        counts = self.settled()
        became = sum(counts[f"writes.{what}"] for what in ("applied", "duplicate", "rejected"))
        self.assertGreater(counts["writes.accepted"], 0)
        # What other systems put on the queues, and what came twice, is on the right alone.
        self.assertLessEqual(counts["writes.accepted"], became + counts["letters.dead"])

    def test_one_id_leads_from_the_answer_to_the_worker(self) -> None:
        mark = uuid.uuid4().hex[:8]
        body = {"email": f"{mark}@logs.example", "orderId": f"trail-{mark}", "total": 5}
        answer = self.api.call("POST", "/api/orders", body)
        self.assertEqual(answer.status, 202)
        origin = answer.headers["apigw-requestid"]
        since = datetime.now(UTC) - timedelta(minutes=1)

        def functions() -> set[str]:
            lines = [line for line in self.lines(since) if line.get("origin") == origin or origin in line.get("origins", [])]
            return {line["function"].removeprefix(f"{SETTINGS.stack_name}-") for line in lines}

        self.eventually(lambda: functions() == {"orders-api", "write-worker"}, 60, "both functions' lines")

    def test_a_request_that_failed_by_its_sender_is_no_error(self) -> None:
        since = datetime.now(UTC) - timedelta(minutes=1)
        answers = [self.api.call("POST", "/api/orders", {"email": "x"}), self.api.call("GET", "/api/orders/none")]
        self.assertEqual([answer.status for answer in answers], [422, 404])
        origins = {answer.headers["apigw-requestid"] for answer in answers}

        def ends() -> list[dict[str, Any]]:
            return [line for line in self.closing(since) if line.get("origin") in origins]

        self.eventually(lambda: {line["origin"] for line in ends()} == origins, what="the closing lines of both")
        self.assertEqual([line for line in ends() if "errors" in line], [])

    def test_alarms_and_dashboard_are_deployed_with_the_system(self) -> None:
        cloudwatch = self.aws("cloudwatch")
        alarms = cloudwatch.describe_alarms(AlarmNamePrefix=f"{SETTINGS.stack_name}-")["MetricAlarms"]
        names = {alarm["AlarmName"].removeprefix(f"{SETTINGS.stack_name}-") for alarm in alarms}
        self.assertLessEqual({"letters-waiting", "orders-late", "errors", "api-failing", "clock-silent"}, names)
        watched = next(alarm for alarm in alarms if alarm["AlarmName"].endswith("-orders-late"))
        queue = {dimension["Name"]: dimension["Value"] for dimension in watched["Dimensions"]}["QueueName"]
        self.assertIn("QueueUrl", self.aws("sqs").get_queue_url(QueueName=queue))
        body = cloudwatch.get_dashboard(DashboardName=f"{SETTINGS.stack_name}-{REGION}")["DashboardBody"]
        self.assertGreater(len(json.loads(body)["widgets"]), 10)
        self.assertIn("DashboardUrl", self.outputs())
