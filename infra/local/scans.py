"""Scans of the local AWS that cost what they read.

MiniStack sorts and hashes the whole table for every page of a scan, so that a scan of 100,000 items, a megabyte a page,
takes minutes. Here the order of a table is kept from page to page for as long as its keys are the same; what a page
holds, and everything else about a scan, remains MiniStack's own.
"""

from __future__ import annotations

import itertools
import types
import zlib
from bisect import bisect_left
from collections.abc import Iterator
from typing import Any

Table = dict[str, Any]


class _Order:
    """The partition keys of one table, sorted."""

    def __init__(self, keys: list[Any]) -> None:
        self.keys = keys
        self.sorted = sorted(keys)
        self.parts: dict[int, list[list[Any]]] = {}

    def part(self, part: int, of: int) -> list[Any]:
        """Those of one part of a parallel scan. Which it is depends on the key alone, so it stays in its part."""
        if of == 1:
            return self.sorted
        if of not in self.parts:
            parts: list[list[Any]] = [[] for _ in range(of)]
            for key in self.sorted:
                parts[zlib.crc32(str(key).encode()) % of].append(key)
            self.parts[of] = parts
        return self.parts[of][part]


def install() -> None:
    """Puts it in the place of MiniStack's own, for scans of tables; those of indexes stay as they are."""
    from ministack.services import dynamodb

    whole = dynamodb._scan
    orders: dict[int, _Order] = {}

    def order(table: Table) -> _Order:
        keys = list(table["items"])
        known = orders.get(id(table["items"]))
        if known is None or known.keys != keys:
            known = orders[id(table["items"])] = _Order(keys)
        return known

    def scan(data: dict[str, Any]) -> Any:
        name = dynamodb._normalize_table_name(data.get("TableName"))
        table = dynamodb._tables.get(name)
        if not table or data.get("IndexName"):
            return whole(data)

        def paged(_none: Any, limit: Any, _empty: Table, index: Any) -> Any:
            # Called when all that was asked for has been found to be sound.
            keys = order(table).part(int(data.get("Segment") or 0), int(data.get("TotalSegments") or 1))
            return dynamodb._paginate_evaluated_items(_after(table, keys, data.get("ExclusiveStartKey")), limit, table, index)

        # MiniStack's function sees no items; where it cuts the page out of them, it is given the right ones.
        seen = {**whole.__globals__, "_tables": {name: {**table, "items": {}}}, "_paginate_evaluated_items": paged}
        return types.FunctionType(whole.__code__, seen, whole.__name__, whole.__defaults__, whole.__closure__)(data)

    dynamodb._scan = scan


def _after(table: Table, keys: list[Any], start: dict[str, Any] | None) -> Iterator[Any]:
    """The items of these partitions, in order, after the one with the key `start`."""
    from ministack.services.dynamodb import _extract_key_val

    partition, row, first = None, None, 0
    if start:
        partition = _extract_key_val(start.get(table["pk_name"]))
        row = _extract_key_val(start.get(table["sk_name"])) if table.get("sk_name") else None
        first = bisect_left(keys, partition)
    for key in itertools.islice(keys, first, None):
        # Who came or went since the order was made is left out, as a scan may.
        rows = table["items"].get(key, {})
        for sort in sorted(rows):
            if partition is None or key != partition or (row is not None and sort > row):
                yield rows[sort]
