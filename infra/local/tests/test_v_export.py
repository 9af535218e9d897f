"""Leaving and coming back: a deployment is exported, restored into an empty one, and is the same as before."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import tempfile
import unittest
import urllib.request
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from infra.backup import export, items, manifest, restore
from infra.backup.deployment import BackupError, Deployment
from infra.local import aws
from infra.local.api import Api
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK, Stack, StackTest
from infra.local.waiting import wait_until

# An empty product beside the one that is exported.
_OTHER = Stack(
    replace(
        SETTINGS,
        port=SETTINGS.port + 20,
        lambda_port=SETTINGS.lambda_port + 20,
        aws_port=SETTINGS.aws_port + 20,
        gemini_port=SETTINGS.gemini_port + 20,
        directory=SETTINGS.directory / "empty",
    )
)


class Leaving(StackTest):
    """One export, which every test looks at."""

    directory: Path
    mark: str

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.mark = uuid.uuid4().hex[:12]
        cls._live(cls.api)
        cls.directory = Path(tempfile.mkdtemp()) / "export"
        cls.addClassCleanup(shutil.rmtree, cls.directory.parent)
        done = make("export", cls.directory)
        assert done.returncode == 0, done.stderr
        # Three of the four passes of an erasure are still to come.
        assert re.search("in the queues, and so not in this export: .*Erasures", done.stdout), done.stdout

    @classmethod
    def _live(cls, api: Api) -> None:
        """Something of every kind happens, and comes to rest."""
        people = [
            {"email": f"{who}.{cls.mark}@leaving.example", "name": name, "phone": "+91 98450", "attributes": {"mark": cls.mark}, "tags": ["vip", "नया"]}
            for who, name in (("asha", "=1+1"), ("usha", 'Usha "U", née; Rao'), ("gone", "Gone"))
        ]
        api.post("/api/customers", {"items": people})
        order = {"email": people[0]["email"], "orderId": f"L-{cls.mark}", "items": [{"sku": "T", "name": "Tea", "quantity": 2, "unitPrice": 349.5}]}
        api.post("/api/orders", order)
        api.post("/api/activities", {"email": people[1]["email"], "type": "visit", "at": "2026-11-01T10:00:00Z"})
        cls._applied()
        rules = {"combinator": "and", "rules": [{"field": "attributes.mark", "operator": "=", "value": cls.mark}]}
        segment = api.post("/api/segments", {"name": f"Leaving {cls.mark}", "rules": rules})["id"]
        wait_until(lambda: api.get(f"/api/segments/{segment}").get("count") == 3, 60, "the segment")
        variants = [{"subject": "For {{name}}", "body": "<p>Dear {{name}}</p>"}]
        launch = {"name": "Leaving", "segmentId": segment, "channel": "email", "variants": variants}
        campaign = api.post("/api/campaigns", launch)["id"]
        wait_until(lambda: api.get(f"/api/campaigns/{campaign}")["status"] == "sent", 60, "the campaign")
        api.call("POST", "/api/suppressions", {"address": people[1]["email"]})
        # Nobody is there, so whatever the restored product told it would be in what is remembered of its failures.
        webhook = api.post("/api/webhooks", {"url": "http://127.0.0.1:9/", "types": ["crm.customer.created.v1"]})["id"]
        cls.addClassCleanup(api.call, "DELETE", f"/api/webhooks/{webhook}")
        asha, gone = (api.get(f"/api/customers?search={people[at]['email']}")["items"][0]["id"] for at in (0, 2))
        ticket = api.post(f"/api/customers/{asha}/attachments", {"name": "a.pdf", "contentType": "application/pdf", "size": 4})
        upload = ticket["upload"]
        request = urllib.request.Request(upload["url"], b"%PDF", upload["headers"], method="PUT")
        urllib.request.urlopen(request, timeout=20).close()
        assert api.call("DELETE", f"/api/customers/{gone}").status == 204

        # What the first pass of an erasure finds would be in the export, and gone here when both are compared.
        def is_passed() -> bool:
            log = api.get(f"/api/campaigns/{campaign}/messages?limit=100")["items"]
            return people[2]["email"] not in {one["email"] for one in log} and not sum(aws.queues(SETTINGS, delayed=False)["erasures"])

        wait_until(is_passed, 60, "the first pass of the erasure")
        # Last, so that there is time for the export.
        cls._soon_over(api, people[1]["email"])
        cls._applied()

    @classmethod
    def _soon_over(cls, api: Api, email: str) -> None:
        """Somebody belongs to a segment until a moment that comes after the export."""
        begun = datetime.now(UTC) - timedelta(hours=1) + timedelta(seconds=180)
        api.post("/api/activities", {"email": email, "type": "visit", "at": begun.isoformat()})
        conditions = [{"field": "email", "operator": "=", "value": email}, {"field": "lastActiveAt", "operator": "within", "value": "PT1H"}]
        segment = api.post("/api/segments", {"name": f"Over {cls.mark}", "rules": {"combinator": "and", "rules": conditions}})["id"]
        wait_until(lambda: api.get(f"/api/segments/{segment}").get("count") == 1, 60, "the segment that ends")

    @staticmethod
    def _applied() -> None:
        # Campaigns of other tests may still have messages that wait, and segments old meanings that are swept away later.
        def at_rest() -> bool:
            waiting, due = aws.queues(SETTINGS), aws.queues(SETTINGS, delayed=False)
            return not any(sum(waiting[name]) for name in ("customers", "orders", "activities", "receipts")) and not sum(due["segments"])

        wait_until(at_rest, 60, "applied writes")

    def test_what_is_left_behind_can_be_read_by_anybody(self) -> None:
        def rows(name: str) -> list[dict[str, str]]:
            with (self.directory / "csv" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                return list(csv.DictReader(file))

        customers = {row["email"]: row for row in rows("customers")}
        # Not by the figure of all customers: other tests have put customers back as a backup of one table would.
        scan = self.aws("dynamodb").get_paginator("scan")
        table = aws.resources(SETTINGS)["CustomersTable"]
        pages = scan.paginate(TableName=table, Select="COUNT", FilterExpression="attribute_exists(email)")
        self.assertEqual(len(customers), sum(page["Count"] for page in pages))
        asha = customers[f"asha.{self.mark}@leaving.example"]
        self.assertEqual((asha["name"], asha["phone"], asha["totalSpend"], asha["orderCount"]), ("'=1+1", "'+91 98450", "699.00", "1"))
        self.assertEqual((asha["attributes.mark"], asha["tags"]), (self.mark, "vip;नया"))
        self.assertEqual(customers[f"usha.{self.mark}@leaving.example"]["name"], 'Usha "U", née; Rao')
        (order,) = (row for row in rows("orders") if row["orderId"] == f"L-{self.mark}")
        self.assertEqual((order["total"], order["quantity"], order["status"], order["email"]), ("699.00", "2", "placed", asha["email"]))
        (line,) = (row for row in rows("order-lines") if row["orderId"] == f"L-{self.mark}")
        self.assertEqual((line["name"], line["unitPrice"]), ("Tea", "349.50"))
        (segment,) = (row for row in rows("segments") if row["name"] == f"Leaving {self.mark}")
        self.assertEqual(json.loads(segment["rules"])["rules"][0]["value"], self.mark)
        members = {row["customerId"] for row in rows("segment-members") if row["segmentId"] == segment["id"]}
        self.assertEqual(members, {row["id"] for row in customers.values() if row["attributes.mark"] == self.mark})
        self.assertIn(asha["email"], {row["email"] for row in rows("messages") if row["deliveredAt"] or row["sentAt"]})
        self.assertTrue(rows("activities") and rows("campaigns") and rows("suppressions"))

    def test_no_secret_and_no_session_leaves(self) -> None:
        secret = self.aws("secretsmanager").get_secret_value(SecretId=self.outputs()["AppSecretArn"])["SecretString"]
        for path in self.directory.rglob("*"):
            if path.is_file():
                text = path.read_bytes()
                self.assertNotIn(json.loads(secret)["signingKey"].encode(), text, str(path))
                self.assertNotIn(b'"session#', text, str(path))

    def test_a_deployment_with_data_is_refused_and_goes_on(self) -> None:
        done = make("restore", self.directory)
        self.assertEqual(done.returncode, 2, done.stdout)
        self.assertIn("is not empty", done.stderr)
        self.assertIn("Customers (", done.stderr)
        mapping = aws.resources(SETTINGS)["SegmentStreamMapping"]
        self.assertEqual(self.aws("lambda").get_event_source_mapping(UUID=mapping)["State"], "Enabled")

    def test_a_whole_export_is_not_written_over(self) -> None:
        done = make("export", self.directory)
        self.assertEqual((done.returncode, "already" in done.stderr), (2, True), done.stderr)

    def test_an_export_that_ends_in_the_middle_is_begun_anew(self) -> None:
        half = self.directory.parent / "half"
        with self.assertRaises(ConnectionError):
            export.export(failing(Deployment.of("", SETTINGS), "get_paginator", 3), half, lambda line: None)
        with self.assertRaisesRegex(BackupError, "no whole export"):
            restore.restore(Deployment.of("", SETTINGS), half, lambda line: None)
        self.assertEqual(make("export", half).returncode, 0)
        self.assertEqual({path.name for path in half.iterdir()}, {path.name for path in self.directory.iterdir()})

    def test_a_damaged_export_is_no_backup(self) -> None:
        copy = self.directory.parent / "copy"
        self.addCleanup(shutil.rmtree, copy)

        def without_manifest() -> None:
            (copy / "manifest.json").unlink()

        def damaged() -> None:
            with (copy / "tables" / "Orders.jsonl").open("r+b") as file:
                file.write(b"[")

        def cut() -> None:
            path = copy / "tables" / "Customers.jsonl"
            os.truncate(path, path.stat().st_size // 2)

        def missing() -> None:
            (copy / "files.jsonl").unlink()

        expected: list[tuple[Callable[[], None], str]] = [
            (without_manifest, "no whole export"),
            (damaged, "tables/Orders.jsonl is damaged"),
            (cut, "tables/Customers.jsonl is damaged"),
            (missing, "files.jsonl is missing"),
        ]
        for spoil, reason in expected:
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(self.directory, copy)
            spoil()
            with self.assertRaisesRegex(BackupError, reason):
                restore.restore(Deployment.of("", SETTINGS), copy, lambda line: None)

    def test_everything_comes_back_into_an_empty_deployment(self) -> None:
        _OTHER.wipe()
        self.addCleanup(_OTHER.wipe)
        _OTHER.start()
        self.addCleanup(_OTHER.stop)
        self._interrupted()
        again = make("restore", self.directory, _OTHER, "ASLEEP=1")
        self.assertEqual(again.returncode, 0, again.stderr)

        with self.subTest("item for item, byte for byte"):
            second = self.directory.parent / "second"
            self.assertEqual(make("export", second, _OTHER).returncode, 0)
            before, after = (manifest.verified(where)[0] for where in (self.directory, second))
            for path, entry in before.entries.items():
                self.assertEqual(after.entries[path], entry, path)
            for path in (path for path in (self.directory / "files").rglob("*") if path.is_file()):
                self.assertEqual((second / path.relative_to(self.directory)).read_bytes(), path.read_bytes())

        self._carry_the_secret_over()
        left = f"/api/customers/{self._customer('usha')}/segments/history"
        wait_until(lambda: self.api.get(left)["items"][0]["event"] == "left", 240, "the end of a membership")
        woken = make("restore", self.directory, _OTHER)
        self.assertEqual(woken.returncode, 0, woken.stderr)
        self.assertIn("addressKey", woken.stdout)
        with self.subTest("as people see it"):
            self._seen_alike(Api(_OTHER.settings))
        with self.subTest("what fell due meanwhile has happened, at its own time"):
            self.assertEqual(Api(_OTHER.settings).get(left), self.api.get(left))
        with self.subTest("the rest of an erasure is asked for anew"):
            replayed = Api(_OTHER.settings).post("/api/erasures/replay", {})
            self.assertGreater(replayed["erasures"], 0)

    def _interrupted(self) -> None:
        """A restore ends in the middle of a table; nothing else may be restored there then."""
        with self.assertRaises(ConnectionError):
            restore.restore(failing(Deployment.of("", _OTHER.settings), "batch_write_item", 3), self.directory, lambda line: None)
        other = self.directory.parent / "other"
        shutil.copytree(self.directory, other)
        facts = json.loads((other / "manifest.json").read_text())
        (other / "manifest.json").write_text(json.dumps({**facts, "began": "2026-01-01T00:00:00Z"}))
        done = make("restore", other, _OTHER)
        self.assertEqual((done.returncode, "another backup" in done.stderr), (2, True), done.stderr)

    def _customer(self, who: str) -> str:
        found: str = self.api.get(f"/api/customers?search={who}.{self.mark}@leaving.example")["items"][0]["id"]
        return found

    def _carry_the_secret_over(self) -> None:
        """What the end of a restore tells its operator to do."""
        ours, theirs = (
            (client, aws.outputs(settings)["AppSecretArn"])
            for settings in (SETTINGS, _OTHER.settings)
            for client in (aws.client(settings, "secretsmanager"),)
        )
        old = json.loads(ours[0].get_secret_value(SecretId=ours[1])["SecretString"])
        new = json.loads(theirs[0].get_secret_value(SecretId=theirs[1])["SecretString"])
        new |= {"addressKey": old.get("addressKey", old["signingKey"]), "previousSigningKey": old["signingKey"]}
        theirs[0].put_secret_value(SecretId=theirs[1], SecretString=json.dumps(new))

    def _seen_alike(self, other: Api) -> None:
        ours = self.api
        segment = next(one for one in ours.get("/api/segments?limit=100")["items"] if one["name"] == f"Leaving {self.mark}")["id"]
        campaign = next(one for one in ours.get("/api/campaigns?limit=100")["items"] if one["segmentId"] == segment)["id"]
        usha = f"usha.{self.mark}@leaving.example"
        asha = ours.get(f"/api/orders/by-email/asha.{self.mark}@leaving.example")["items"][0]
        for path in (
            "/api/customers?limit=100",
            f"/api/customers?search={usha}",
            "/api/orders?limit=100",
            f"/api/orders/by-email/{asha['email']}",
            f"/api/segments/{segment}",
            f"/api/segments/{segment}/members",
            f"/api/campaigns/{campaign}/messages?limit=100",
            f"/api/suppressions?address={usha}",
            "/api/users",
            "/api/imports",
            "/api/erasures",
        ):
            self.assertEqual(_lasting(other.get(path)), _lasting(ours.get(path)), path)
        stats = [api.get("/api/stats") for api in (ours, other)]
        for figure in ("customers", "orders", "revenue", "segments", "campaigns"):
            self.assertEqual(stats[0][figure], stats[1][figure], figure)
        steps = {"name": "Again", "segmentId": segment, "channel": "email", "variants": [{"subject": "x", "body": "y"}]}
        preview = [api.call("POST", "/api/campaigns/preview", steps).json()["steps"] for api in (ours, other)]
        self.assertEqual(preview[0], preview[1], "who is suppressed")


class Lines(unittest.TestCase):
    """Items as text."""

    def test_every_type_comes_back(self) -> None:
        item = {
            "s": {"S": "line\n\u2028\x00é"},
            "n": {"N": "12345678901234567890.123456789"},
            "b": {"B": b"\x00\xff\n"},
            "null": {"NULL": True},
            "bool": {"BOOL": False},
            "l": {"L": [{"M": {"deep": {"B": b""}}}, {"L": []}]},
            "ss": {"SS": ["a", "b"]},
            "ns": {"NS": ["1", "2"]},
            "bs": {"BS": [b"\x01", b"\x02"]},
        }
        line = items.to_line(item)
        self.assertEqual(items.of_line(line), item)
        self.assertNotIn("\n", line)
        self.assertEqual(items.to_line({**dict(reversed(item.items())), "ss": {"SS": ["b", "a"]}}), line)

    def test_more_than_fits_into_memory_comes_in_the_same_order(self) -> None:
        lines = [items.to_line({"id": {"N": str(number)}}) for number in range(3000)]
        found = []
        for run, shuffled in ((items.RUN_BYTES, lines), (40, list(reversed(lines)))):
            with tempfile.TemporaryDirectory() as directory, mock.patch.object(items, "RUN_BYTES", run):
                sorters = [items.Sorter(Path(directory), name) for name in "ab"]
                for number, line in enumerate(shuffled):
                    sorters[number % 2].add(line)
                found.append(list(sorters[0].sorted(sorters[1:])))
                self.assertEqual(list(Path(directory).iterdir()), [])
        self.assertEqual(found[0], found[1])
        self.assertEqual(sorted(found[0]), sorted(f"{line}\n" for line in lines))


def failing(deployment: Deployment, operation: str, after: int) -> Deployment:
    """The same, but for DynamoDB, which ends the connection at one call of an operation."""
    real, calls = deployment.client("dynamodb"), iter(range(after))

    class Failing:
        def __getattr__(self, name: str) -> Any:
            if name == operation and next(calls, None) is None:
                raise ConnectionError("the line is cut")
            return getattr(real, name)

    return Deployment(deployment.stack, lambda service: Failing() if service == "dynamodb" else deployment.client(service))


def _lasting(answer: Any) -> Any:
    """An answer without its cursor, which each deployment signs with a key of its own, and without what may have ended meanwhile."""
    if "nextCursor" not in answer:
        return answer
    items = [{name: value for name, value in item.items() if name != "finishedAt"} for item in answer["items"]]
    return {**answer, "items": items, "nextCursor": None}


def make(command: str, directory: Path, stack: Stack = STACK, *variables: str) -> subprocess.CompletedProcess[str]:
    """`make export` or `make restore` on a stack."""
    environment = {**os.environ, **stack.environment()}
    called = ["make", "--silent", command, f"DIR={directory}", *variables]
    return subprocess.run(called, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=1500, check=False)
