"""`make restore`: loads a backup into a deployment that is empty.

Nothing acts by itself while it loads: the clock and what follows changes of customers are paused, so memberships and
timers are those of the backup, item for item, before anybody looks at them. A mark in the App table says that a restore is
under way, of which backup, and which tables are done; the same command goes on from there.
"""

from __future__ import annotations

import itertools
import json
import random
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

from infra.backup import manifest
from infra.backup.deployment import BackupError, Deployment, Table
from infra.backup.export import KEPT_FILES, Say, is_kept, place
from infra.backup.items import of_line
from infra.backup.manifest import Manifest

_BATCH = 25
_WRITERS = 8
_ATTEMPTS = 12
_MARK = {"pk": {"S": "restore"}, "sk": {"S": "restore"}}
_CLOCK = {"pk": {"S": "clock"}, "sk": {"S": "drained"}}
# Segments before timers, and customers with their memberships before both: should the clock still tick once after it was
# paused, it finds nobody due, or everything that it needs.
_LAST = ("Customers", "Memberships", "App", "Timers")


def restore(deployment: Deployment, directory: Path, say: Say, asleep: bool = False, erasures: Path | None = None) -> None:
    """Loads the backup, and wakes the deployment unless it is to stay asleep; then the same call again wakes it.

    Of `erasures`, a later export, the list of who was erased is loaded as well: a backup knows nothing of those after it.
    """
    backup, digest = manifest.verified(directory)
    say(f"{len(backup.entries)} files are whole: {backup.stack}, exported at {backup.began}")
    if backup.currency != deployment.currency:
        raise BackupError(f"amounts are in {backup.currency}, and this deployment has {deployment.currency}")
    tables = sorted(deployment.tables, key=lambda table: _LAST.index(table.name) if table.name in _LAST else -1)
    if missing := [table.name for table in tables if f"tables/{table.name}.jsonl" not in backup.entries]:
        raise BackupError(f"the export knows nothing of the tables {', '.join(missing)}")
    if erasures:
        _need_later(erasures, backup)
    app = next(table for table in tables if table.name == "App")
    mark = _Mark(deployment, app, digest)
    if not mark.stands():
        _refuse_what_is_there(deployment, tables)
        mark.set()
    deployment.pause()
    for table in tables:
        if table.name not in mark.done:
            count = _load(deployment, table, _items(directory, table))
            mark.note(table.name)
            say(f"{table.name}: {count} items")
    if erasures and "later erasures" not in mark.done:
        table = next(table for table in tables if table.name == "Erasures")
        say(f"Erasures, of {erasures}: {_load(deployment, table, _items(erasures, table))} items")
        mark.note("later erasures")
    if "files" not in mark.done:
        say(f"files: {_load_files(deployment, directory)}")
        mark.note("files")
    _wind(deployment, app, directory)
    if asleep:
        say("loaded; it stays asleep: the same command without ASLEEP wakes it")
        return
    mark.quiet()
    deployment.wake()
    mark.remove()
    for line in _left_to_do(deployment, erasures is not None or "later erasures" in mark.done):
        say(line)


class _Mark:
    """What says that a restore is under way."""

    def __init__(self, deployment: Deployment, app: Table, digest: str) -> None:
        self.dynamodb = deployment.client("dynamodb")
        self.table = app.physical
        self.digest = digest
        self.done: set[str] = set()

    def stands(self) -> bool:
        """Whether this backup is being restored already."""
        item = self.dynamodb.get_item(TableName=self.table, Key=_MARK, ConsistentRead=True).get("Item")
        if item and item["manifest"]["S"] != self.digest:
            raise BackupError("another backup is being restored here: go on with that one, or empty the deployment")
        self.done = set(item.get("done", {}).get("SS", [])) if item else set()
        return item is not None

    def set(self) -> None:
        """From now on it is."""
        self.dynamodb.put_item(TableName=self.table, Item={**_MARK, "manifest": {"S": self.digest}})

    def note(self, name: str) -> None:
        """This much is done."""
        self.dynamodb.update_item(
            TableName=self.table,
            Key=_MARK,
            UpdateExpression="ADD #done :name",
            ExpressionAttributeNames={"#done": "done"},
            ExpressionAttributeValues={":name": {"SS": [name]}},
        )

    def quiet(self) -> None:
        """What is there by now is told to nobody: streams cannot tell it from what is new."""
        # Streams date their records by whole seconds.
        until = int(time.time()) + 2
        item = {**_MARK, "sk": {"S": "quiet"}, "until": {"N": str(until * 1_000_000)}}
        self.dynamodb.put_item(TableName=self.table, Item=item)
        while time.time() < until:
            time.sleep(0.1)

    def remove(self) -> None:
        """It is over."""
        self.dynamodb.delete_item(TableName=self.table, Key=_MARK)


def _need_later(directory: Path, backup: Manifest) -> None:
    """The list of erasures is whole, and of no earlier moment than the backup."""
    later, _ = manifest.verified(directory)
    if later.began < backup.began:
        raise BackupError(f"ERASURES: {directory} was exported at {later.began}, before the backup ({backup.began})")


def _refuse_what_is_there(deployment: Deployment, tables: list[Table]) -> None:
    dynamodb = deployment.client("dynamodb")
    found = []
    for table in tables:
        pages = dynamodb.get_paginator("scan").paginate(TableName=table.physical, ConsistentRead=True)
        item = next((item for page in pages for item in page["Items"] if not _is_of_a_new_deployment(table, item)), None)
        if item:
            found.append(f"{table.name} ({'/'.join(item[key]['S'] for key in table.keys)})")
    found += [f"files under {prefix}" for prefix in KEPT_FILES if any(deployment.objects(prefix))]
    found += [f"{count} messages of {name}" for name, count in deployment.messages().items()]
    if found:
        raise BackupError(f"{deployment.stack} is not empty: {', '.join(found)}")


def _is_of_a_new_deployment(table: Table, item: dict[str, Any]) -> bool:
    """What a deployment writes before anybody has done anything: the clock's minute, which key addresses are hashed by."""
    first = item[table.keys[0]]["S"]
    return (table.name == "App" and first == "clock") or (table.name == "Suppressions" and first == "key") or not is_kept(table, item)


def _items(directory: Path, table: Table) -> Iterator[dict[str, Any]]:
    with (directory / "tables" / f"{table.name}.jsonl").open(encoding="utf-8", newline="\n") as lines:
        for line in lines:
            item = of_line(line)
            # The clock is wound last.
            if not (table.name == "App" and item["pk"] == _CLOCK["pk"]):
                yield item


def _load(deployment: Deployment, table: Table, items: Iterable[dict[str, Any]]) -> int:
    dynamodb, count = deployment.client("dynamodb"), 0
    under_way: set[Future[None]] = set()
    with ThreadPoolExecutor(_WRITERS) as pool:
        for batch in _batched(items):
            count += len(batch)
            under_way.add(pool.submit(_put, dynamodb, table.physical, batch))
            # No more than a few batches are in memory.
            if len(under_way) >= 2 * _WRITERS:
                done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                for one in done:
                    one.result()
        for one in under_way:
            one.result()
    return count


def _batched(items: Iterable[dict[str, Any]]) -> Iterator[tuple[dict[str, Any], ...]]:
    iterator = iter(items)
    while batch := tuple(itertools.islice(iterator, _BATCH)):
        yield batch


def _put(dynamodb: Any, table: str, items: Iterable[dict[str, Any]]) -> None:
    """Puts up to 25 items; those for which there was no capacity are put again, ever later."""
    requests = {table: [{"PutRequest": {"Item": item}} for item in items]}
    for attempt in range(_ATTEMPTS):
        requests = dynamodb.batch_write_item(RequestItems=requests)["UnprocessedItems"]
        if not requests:
            return
        time.sleep(random.uniform(0, min(0.05 * 2**attempt, 20)))
    raise BackupError(f"{table} takes no more; the same command goes on from here")


def _load_files(deployment: Deployment, directory: Path) -> int:
    s3 = deployment.client("s3")

    def put(line: str) -> None:
        file = json.loads(line)
        path = place(directory, file["key"])
        if manifest.described(path) != (file["bytes"], file["sha256"]):
            raise BackupError(f"files/{file['key']} is damaged: its checksum is not that of files.jsonl")
        with path.open("rb") as body:
            s3.put_object(Bucket=deployment.bucket, Key=file["key"], Body=body, ContentType=file["contentType"])

    count = 0
    with (directory / "files.jsonl").open(encoding="utf-8") as lines, ThreadPoolExecutor(_WRITERS) as pool:
        while some := list(itertools.islice(lines, 1000)):
            count += sum(1 for _ in pool.map(put, some))
    return count


def _wind(deployment: Deployment, app: Table, directory: Path) -> None:
    """Sets the clock to the minute in which it stood, so that what fell due since then is made up for."""
    with (directory / "tables" / "App.jsonl").open(encoding="utf-8", newline="\n") as lines:
        clock = next((item for line in lines if '"clock"' in line and (item := of_line(line))["pk"] == _CLOCK["pk"]), None)
    if clock:
        deployment.client("dynamodb").put_item(TableName=app.physical, Item=clock)


def _left_to_do(deployment: Deployment, later_erasures: bool) -> list[str]:
    secret = deployment.outputs["AppSecretArn"]
    replay = "POST /api/erasures/replay, as an administrator,"
    erasures = (
        [f"2. {replay} erases everybody on the list of erasures again. Whoever was erased", "   after that list was exported is to be erased by hand."]
        if later_erasures
        else [f"2. {replay} finishes erasures of the export that were not finished. Whoever was", "   erased after the export is here again and on no list here: erase them again."]
    )
    return [
        "restored. What is left to you:",
        f"1. The secret {secret} is not part of a backup. Give it, of the secret of the old deployment, addressKey, or, where that has",
        "   none, its signingKey as addressKey: without it nothing is sent, since nobody could tell who is suppressed. Its signingKey as",
        "   previousSigningKey keeps links in messages that were sent working.",
        *erasures,
        "3. Campaigns that were being sent when the export was made go on when they are paused and resumed.",
    ]
