"""`make export`: reads all tables and files of a deployment that goes on working meanwhile."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from infra.backup import manifest, tabular
from infra.backup.deployment import Deployment, Table
from infra.backup.items import Sorter, to_line
from infra.backup.manifest import Entry, Manifest
from infra.local.settings import ROOT

# Parts of a table that are read side by side, and files.
_READERS = 4
# Attachments, and rows that imports have rejected. Uploads are read and deleted; exports are copies, kept for a day.
KEPT_FILES = ("attachments/", "rejected/")
_CHUNK = 1024 * 1024

Say = Callable[[str], None]


def export(deployment: Deployment, directory: Path, say: Say) -> Manifest:
    """Writes a whole backup into the directory, which must be empty or hold one that was interrupted."""
    now = datetime.now(UTC)
    found = Manifest(deployment.stack, deployment.currency, _version(), began=_text(now), messages=deployment.messages())
    for left in manifest.begin(directory):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    if found.messages:
        waiting = ", ".join(f"{name} {count}" for name, count in found.messages.items())
        say(f"in the queues, and so not in this export: {waiting}")
    for table in deployment.tables:
        path = f"tables/{table.name}.jsonl"
        entry = found.entries[path] = manifest.write(directory / path, _lines(deployment, table, directory / "parts"))
        say(f"{table.name}: {entry.items} items, {entry.bytes / 1e6:.1f} MB")
    found.entries |= _files(deployment, directory, say)
    for path, entry in tabular.write(directory, deployment.currency):
        found.entries[path] = entry
    found.ended = _text(datetime.now(UTC))
    (directory / "parts").rmdir()
    found.publish(directory)
    say(f"exported to {directory}")
    return found


def is_kept(table: Table, item: dict[str, Any]) -> bool:
    """Sessions are left out: one that was ended since would come back to life. So is the mark of a restore."""
    first = item[table.keys[0]]["S"]
    return not (table.name == "Access" and first.startswith("session#")) and not (table.name == "App" and first == "restore")


def _lines(deployment: Deployment, table: Table, parts: Path) -> Iterator[str]:
    """The items of a table, a line each."""
    parts.mkdir(exist_ok=True)
    sorters = [Sorter(parts, f"{table.name}-{number}") for number in range(_READERS)]
    pages = deployment.client("dynamodb").get_paginator("scan")

    def read(number: int) -> None:
        for page in pages.paginate(TableName=table.physical, Segment=number, TotalSegments=_READERS, ConsistentRead=True):
            for item in page["Items"]:
                if is_kept(table, item):
                    sorters[number].add(to_line(item))

    with ThreadPoolExecutor(_READERS) as pool:
        list(pool.map(read, range(_READERS)))
    return sorters[0].sorted(sorters[1:])


def _files(deployment: Deployment, directory: Path, say: Say) -> dict[str, Entry]:
    """Fetches the files; `files.jsonl` names them with what they were stored as."""
    s3, entries, gone = deployment.client("s3"), {}, 0

    def fetch(key: str) -> dict[str, Any] | None:
        path = place(directory, key)
        try:
            answer = s3.get_object(Bucket=deployment.bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            # Somebody removed it after it was listed.
            return None
        path.parent.mkdir(parents=True, exist_ok=True)
        digest, length = hashlib.sha256(), 0
        with path.open("wb") as file:
            for chunk in answer["Body"].iter_chunks(_CHUNK):
                file.write(chunk)
                digest.update(chunk)
                length += len(chunk)
        return {"key": key, "contentType": answer["ContentType"], "bytes": length, "sha256": digest.hexdigest()}

    def listed() -> Iterator[str]:
        nonlocal gone
        with ThreadPoolExecutor(_READERS) as pool:
            for prefix in KEPT_FILES:
                for keys in deployment.objects(prefix):
                    for file in pool.map(fetch, keys):
                        if file is None:
                            gone += 1
                        else:
                            yield json.dumps(file, sort_keys=True) + "\n"

    entry = entries["files.jsonl"] = manifest.write(directory / "files.jsonl", listed())
    say(f"files: {entry.items}" + (f"; {gone} were removed meanwhile and are left out" if gone else ""))
    return entries


def place(directory: Path, key: str) -> Path:
    """Where the file of a key is kept."""
    path = (directory / "files" / key).resolve()
    if not path.is_relative_to((directory / "files").resolve()):
        raise ValueError(f"{key} is no key of ours")
    return path


def _version() -> str:
    return next(line.split('"')[1] for line in (ROOT / "Cargo.toml").read_text().splitlines() if line.startswith("version = "))


def _text(at: datetime) -> str:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z")
