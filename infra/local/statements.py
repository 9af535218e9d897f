"""Statements of the local AWS in PartiQL that write as any other writes do.

MiniStack puts nothing on a table's stream for them, and counts a unit for each whatever its size. Everything else about them
remains its own.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

Answer = tuple[int, dict[str, str], bytes]


def install() -> None:
    """Puts it in the place of MiniStack's own."""
    from ministack.services import dynamodb

    beyond: dict[str, float] = defaultdict(float)

    def told(write: Callable[..., Answer], target: Callable[[Any, Any], tuple[Any, Any]]) -> Callable[..., Answer]:
        def writes(table: dict[str, Any], parsed: dict[str, Any], *rest: Any) -> Answer:
            partition, sort = target(table, parsed)
            old = table["items"].get(partition, {}).get(sort)
            answer = write(table, parsed, *rest)
            new = table["items"].get(partition, {}).get(sort)
            if answer[0] == 200:
                dynamodb._emit_stream_event(parsed["table"], "MODIFY" if old else "INSERT", old, new)
            # A condition that does not hold is billed too, by what it was asked of.
            capacity: dict[str, Any] = {"table": 0.0, "gsi": {}, "lsi": {}}
            dynamodb._accumulate_write_capacity(capacity, table, old, new)
            beyond[parsed["table"]] += capacity["table"] + sum(capacity["gsi"].values()) - 1
            return answer

        return writes

    def added(table: dict[str, Any], parsed: dict[str, Any]) -> tuple[Any, Any]:
        item = parsed.get("item") or {}
        item = item.get("M", item)
        sort = table["sk_name"]
        return dynamodb._extract_key_val(item.get(table["pk_name"])), dynamodb._extract_key_val(item.get(sort)) if sort else "__no_sort__"

    def changed(table: dict[str, Any], parsed: dict[str, Any]) -> tuple[Any, Any]:
        partition, sort, _, _ = dynamodb._partiql_key_target(table, parsed)
        return partition, sort

    dynamodb._partiql_insert = told(dynamodb._partiql_insert, added)
    dynamodb._partiql_update = told(dynamodb._partiql_update, changed)
    batch = dynamodb._batch_execute_statement

    def counted(data: dict[str, Any]) -> Answer:
        beyond.clear()
        status, headers, body = batch(data)
        if status == 200 and beyond and (said := json.loads(body)).get("ConsumedCapacity"):
            for one in said["ConsumedCapacity"]:
                one["CapacityUnits"] += beyond[one["TableName"]]
            body = json.dumps(said, ensure_ascii=False).encode()
        return status, headers, body

    dynamodb._batch_execute_statement = counted
