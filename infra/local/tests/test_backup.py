"""Exports and restores, of a deployment in memory: what needs no stack."""

from __future__ import annotations

import json
import tempfile
import unittest
from collections import defaultdict
from pathlib import Path
from typing import Any
from unittest import mock

from infra.backup import restore as restoring
from infra.backup.__main__ import elsewhere
from infra.backup.deployment import BackupError, Deployment
from infra.backup.export import export
from infra.backup.restore import restore
from infra.backup.tabular import cell
from infra.local import template

_RESOURCES = template.load()["Resources"]


class Cells(unittest.TestCase):
    """CSV as spreadsheets read it."""

    def test_cells_are_quoted_where_they_must_be_and_never_formulas(self) -> None:
        # The table of shared/crm-domain/src/spreadsheet.rs.
        for text, expected in (
            ("", ""),
            ("Asha Rao", "Asha Rao"),
            ("a,b", '"a,b"'),
            ("a; b", '"a; b"'),
            ('say "hi"', '"say ""hi"""'),
            ("two\nlines", '"two\nlines"'),
            ("=1+1", "'=1+1"),
            ("+91 98450", "'+91 98450"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\t=1", "'\t=1"),
            ("\r=1", "\"'\r'=1\""),
            ("two\n=1+1", "\"two\n'=1+1\""),
            ("=cmd|' /C calc'!A0,1", "\"'=cmd|' /C calc'!A0,1\""),
            ("a;=1+1;b", "\"a;'=1+1;b\""),
            ('a; "=1', "\"a; \"\"'=1\""),
            ("a -b", "a -b"),
            ("a;b-c", '"a;b-c"'),
        ):
            self.assertEqual(cell(text), expected, repr(text))


class Copies(unittest.TestCase):
    """What is in an export, and what comes back of it."""

    def test_a_table_that_was_recovered_is_read_instead_of_the_stack_s_own(self) -> None:
        ours = Memory()
        ours.tables["mini-crm-CustomersTable"] = {("old",): {"id": {"S": "old"}}}
        ours.tables["recovered"] = {("new",): {"id": {"S": "new"}}}
        directory = self.directory()
        export(ours.deployment(elsewhere("CustomersTable=recovered")), directory, lambda line: None)
        self.assertEqual((directory / "tables" / "Customers.jsonl").read_text(), '{"id":{"S":"new"}}\n')

    def test_what_is_no_table_of_an_export_is_refused(self) -> None:
        for text in ("Customers=recovered", "DeliveriesTable=recovered"):
            with self.assertRaisesRegex(BackupError, "no table that is exported is called"):
                _ = Memory().deployment(elsewhere(text)).tables
        for text in ("CustomersTable", "=recovered", "CustomersTable=", "CustomersTable=a CustomersTable=b"):
            with self.assertRaisesRegex(BackupError, "is not Name=physical-name"):
                elsewhere(text)
        self.assertEqual(elsewhere(""), {})

    def test_a_file_that_goes_away_after_it_was_listed_is_left_out_and_counted(self) -> None:
        ours = Memory()
        ours.files = {"attachments/gone": None, "attachments/there": b"%PDF"}
        said: list[str] = []
        directory = self.directory()
        found = export(ours.deployment(), directory, said.append)
        self.assertEqual(found.entries["files.jsonl"].items, 1)
        self.assertIn("files: 1; 1 were removed meanwhile and are left out", said)
        self.assertEqual([path.name for path in (directory / "files" / "attachments").iterdir()], ["there"])

    def test_a_later_list_of_erasures_is_loaded_with_an_older_backup(self) -> None:
        before, after = self.exported("first"), self.exported("first", "second")
        for erasures, expected, left in ((after, {"first", "second"}, "erases everybody on the list"), (None, {"first"}, "is here again and on no list")):
            with self.subTest(erasures=erasures), mock.patch.object(restoring._Mark, "quiet"):
                theirs, said = Memory(), list[str]()
                restore(theirs.deployment(), before, said.append, erasures=erasures)
                self.assertEqual({key[1] for key in theirs.tables["mini-crm-ErasuresTable"]}, expected)
                self.assertEqual(theirs.tables["mini-crm-CustomersTable"].keys(), {("first",)})
                self.assertIn(left, "\n".join(said))

    def test_a_list_of_erasures_from_before_the_backup_is_refused_before_anything_is_loaded(self) -> None:
        before, after = self.exported("first"), self.exported("first", "second")
        facts = json.loads((before / "manifest.json").read_text())
        (before / "manifest.json").write_text(json.dumps({**facts, "began": "2026-01-01T00:00:00Z"}))
        theirs = Memory()
        with self.assertRaisesRegex(BackupError, "before the backup"):
            restore(theirs.deployment(), after, lambda line: None, erasures=before)
        self.assertFalse(any(theirs.tables.values()))

    def exported(self, *erased: str) -> Path:
        """An export of a deployment in which there is one customer, and these were erased."""
        ours = Memory()
        ours.tables["mini-crm-CustomersTable"] = {("first",): {"id": {"S": "first"}}}
        ours.tables["mini-crm-ErasuresTable"] = {("erasure", who): {"pk": {"S": "erasure"}, "sk": {"S": who}} for who in erased}
        directory = self.directory()
        with mock.patch("infra.backup.tabular.write", return_value=iter(())):
            export(ours.deployment(), directory, lambda line: None)
        return directory

    def directory(self) -> Path:
        """A new one."""
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        return Path(scratch.name) / "export"


class Memory:
    """As much of AWS as a backup asks for: tables and files."""

    def __init__(self) -> None:
        self.tables: dict[str, dict[tuple[str, ...], dict[str, Any]]] = defaultdict(dict)
        # A file of which nothing is known is listed, and gone when it is asked for.
        self.files: dict[str, bytes | None] = {}
        self.exceptions = mock.Mock(NoSuchKey=KeyError)
        tables = {name: body["Properties"] for name, body in _RESOURCES.items() if body["Type"] == "AWS::DynamoDB::Table"}
        self.keys = {f"mini-crm-{name}": [key["AttributeName"] for key in about["KeySchema"]] for name, about in tables.items()}

    def deployment(self, tables: dict[str, str] | None = None) -> Deployment:
        """The stack that has them; nothing in it acts by itself."""

        class Resting(Deployment):
            currency = "INR"  # type: ignore[assignment]
            outputs = {"AppSecretArn": "secret"}  # type: ignore[assignment]

            def messages(self) -> dict[str, int]:
                return {}

            def pause(self) -> None:
                pass

            def wake(self) -> None:
                pass

        return Resting("mini-crm", lambda service: self, tables or {})

    def get_paginator(self, operation: str) -> Any:
        """Everything on one page, of the first of those who read side by side."""
        pages = {"list_stack_resources": self._resources, "scan": self._scan, "list_objects_v2": self._listed}
        return mock.Mock(paginate=lambda **asked: [pages[operation](**asked)])

    def _resources(self, StackName: str) -> dict[str, Any]:
        names = [(name, f"{StackName}-{name}") for name in _RESOURCES]
        return {"StackResourceSummaries": [{"LogicalResourceId": name, "PhysicalResourceId": physical} for name, physical in names]}

    def _scan(self, TableName: str, Segment: int = 0, **_: Any) -> dict[str, Any]:
        return {"Items": list(self.tables[TableName].values()) if Segment == 0 else []}

    def _listed(self, Prefix: str, **_: Any) -> dict[str, Any]:
        return {"Contents": [{"Key": key} for key in sorted(self.files) if key.startswith(Prefix)]}

    def get_object(self, Key: str, **_: Any) -> dict[str, Any]:
        held = self.files[Key]
        if held is None:
            raise KeyError(Key)
        return {"Body": mock.Mock(iter_chunks=lambda size: iter([held])), "ContentType": "application/pdf"}

    def batch_write_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        for table, request in ((table, one) for table, requests in RequestItems.items() for one in requests):
            self.put_item(table, request["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def put_item(self, TableName: str, Item: dict[str, Any]) -> None:
        self.tables[TableName][tuple(Item[key]["S"] for key in self.keys[TableName])] = Item

    def get_item(self, TableName: str, Key: dict[str, Any], **_: Any) -> dict[str, Any]:
        found = self.tables[TableName].get(tuple(value["S"] for value in Key.values()))
        return {"Item": found} if found else {}

    def update_item(self, **_: Any) -> None:
        pass

    def delete_item(self, TableName: str, Key: dict[str, Any]) -> None:
        del self.tables[TableName][tuple(value["S"] for value in Key.values())]
