"""Scans of the local AWS: each item once, whatever the pages and the parts."""

from __future__ import annotations

from typing import Any

from infra.local.tests.harness import StackTest

_ITEMS = 1_200
# Some hundred of them make a page of a megabyte.
_TEXT = "x" * 3_000


class Scans(StackTest):
    """On tables of their own."""

    def table(self, name: str, sort: bool) -> None:
        names = ["id", "row"] if sort else ["id"]
        dynamo = self.aws("dynamodb")
        dynamo.create_table(
            TableName=name,
            AttributeDefinitions=[{"AttributeName": one, "AttributeType": "S"} for one in names],
            KeySchema=[{"AttributeName": one, "KeyType": kind} for one, kind in zip(names, ("HASH", "RANGE"), strict=False)],
            BillingMode="PAY_PER_REQUEST",
        )
        self.addCleanup(dynamo.delete_table, TableName=name)
        for first in range(0, _ITEMS, 25):
            puts = [{"PutRequest": {"Item": {**key(n, sort), "text": {"S": _TEXT}}}} for n in range(first, first + 25)]
            dynamo.batch_write_item(RequestItems={name: puts})

    def scanned(self, name: str, **wanted: Any) -> tuple[list[tuple[str, ...]], int]:
        """The keys of all items, and in how many pages they came."""
        pages = list(self.aws("dynamodb").get_paginator("scan").paginate(TableName=name, **wanted))
        items = [item for page in pages for item in page["Items"]]
        return [tuple(item[one]["S"] for one in ("id", "row") if one in item) for item in items], len(pages)

    def test_each_item_comes_once_by_pages_and_by_parts(self) -> None:
        for sort in (False, True):
            name = f"scans-{sort}"
            self.table(name, sort)
            everything = sorted(tuple(value["S"] for value in key(n, sort).values()) for n in range(_ITEMS))
            found, pages = self.scanned(name)
            self.assertEqual(found, everything)
            self.assertEqual(pages, 4, "a page is a megabyte")
            found, pages = self.scanned(name, Limit=100, ProjectionExpression="id" + (", #r" if sort else ""), **named(sort))
            self.assertEqual(found, everything)
            self.assertEqual(pages, 13, "the last page does not know that it is")
            parts = [self.scanned(name, Segment=part, TotalSegments=3)[0] for part in range(3)]
            self.assertEqual(sorted(found for part in parts for found in part), everything)
            self.assertTrue(all(len(part) > _ITEMS / 6 for part in parts), "the parts are of like size")

    def test_who_comes_and_goes_meanwhile_takes_nobody_else_along(self) -> None:
        self.table("scans-meanwhile", False)
        dynamo = self.aws("dynamodb")
        found: set[str] = set()
        start: dict[str, Any] = {}
        gone = set()
        for turn in range(100):
            page = dynamo.scan(TableName="scans-meanwhile", Limit=50, **start)
            found |= {item["id"]["S"] for item in page["Items"]}
            if "LastEvaluatedKey" not in page:
                break
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
            # The very item at which the scan stands, one before it, one after it, and a new one.
            for one in (page["LastEvaluatedKey"]["id"]["S"], f"k{turn:05}", f"k{_ITEMS - 1 - turn:05}"):
                dynamo.delete_item(TableName="scans-meanwhile", Key={"id": {"S": one}})
                gone.add(one)
            dynamo.put_item(TableName="scans-meanwhile", Item={"id": {"S": f"j{turn}"}})
        stayed = {f"k{n:05}" for n in range(_ITEMS)} - gone
        self.assertLessEqual(stayed, found)


def key(n: int, sort: bool) -> dict[str, Any]:
    """Three rows a partition, where there are rows."""
    return {"id": {"S": f"k{n // 3:05}"}, "row": {"S": f"r{n % 3}"}} if sort else {"id": {"S": f"k{n:05}"}}


def named(sort: bool) -> dict[str, Any]:
    """`row` is a reserved word."""
    return {"ExpressionAttributeNames": {"#r": "row"}} if sort else {}
