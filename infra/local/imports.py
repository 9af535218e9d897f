"""`make import`: one file through the import API, as the web app does it."""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.parse
from pathlib import Path
from typing import Any

from infra.local.api import Api, ApiError
from infra.local.settings import Settings

_CHUNK = 1 << 20
# Seconds after which an import in which nothing moves is left to itself.
_PATIENCE = 300.0


def run(settings: Settings, kind: str, file: Path, mapping: str | None = None) -> int:
    """Uploads, watches, reports; the exit code."""
    if not file.is_file():
        print(f"make import: FILE=path is missing, or there is no file {file}", file=sys.stderr)
        return 2
    try:
        wanted: dict[str, Any] = {"kind": kind, **({"mapping": json.loads(mapping)} if mapping else {})}
    except ValueError as error:
        print(f"make import: MAPPING is no JSON: {error}", file=sys.stderr)
        return 2
    api = Api(settings)
    started = time.monotonic()
    try:
        begun = api.post("/api/imports", wanted)
        _upload(begun["upload"], file)
        found = _watch(api, begun["id"])
    except ApiError as error:
        print(f"\nmake import: {error}", file=sys.stderr)
        return 1
    took = time.monotonic() - started
    page = f"{settings.url}/imports/{begun['id']}"
    if found["status"] not in ("done", "failed"):
        print(f"make import: nothing has moved for {_PATIENCE:.0f} s; see {page}, and the queues", file=sys.stderr)
        return 1
    if found["status"] == "failed":
        print(f"make import: failed: {found.get('error', 'no reason given')}", file=sys.stderr)
        return 1
    rows, accepted, rejected = (found.get(name, 0) for name in ("rows", "accepted", "rejected"))
    print(f"{rows} rows: {accepted} accepted, {rejected} rejected, all applied after {took:.1f} s")
    if rejected:
        print(f"rejected rows with their reasons: {page}")
    return 0


def _upload(target: dict[str, Any], file: Path) -> None:
    """Streams the file to where the API says."""
    where = urllib.parse.urlsplit(target["url"])
    kind = http.client.HTTPSConnection if where.scheme == "https" else http.client.HTTPConnection
    connection = kind(where.netloc, timeout=300)
    size = file.stat().st_size
    connection.putrequest(target.get("method", "PUT"), f"{where.path}?{where.query}" if where.query else where.path)
    for name, value in target.get("headers", {}).items():
        connection.putheader(name, value)
    connection.putheader("content-length", str(size))
    connection.endheaders()
    sent = 0
    with file.open("rb") as source:
        while chunk := source.read(_CHUNK):
            connection.send(chunk)
            sent += len(chunk)
            _bar("upload", sent, size)
    response = connection.getresponse()
    answer = response.read()
    if response.status >= 300:
        raise ApiError(f"upload: {response.status} {answer[:300].decode(errors='replace')}")


def _watch(api: Api, identity: str) -> dict[str, Any]:
    """The import as it ends, or as it has stood for so long that it does not look as if it would."""
    before, moved = "", time.monotonic()
    while True:
        found: dict[str, Any] = api.get(f"/api/imports/{urllib.parse.quote(identity)}")
        read, whole = found.get("bytesRead") or 0, found.get("bytesTotal") or 0
        pending, parts = found.get("pendingParts") or 0, found.get("parts") or 0
        if found["status"] == "applying" and parts:
            read, whole = parts - pending, parts
        note = f"{found.get('rows', 0)} rows" + (f", {pending} parts to apply" if pending else "")
        _bar(found["status"], read, whole, note)
        if found["status"] in ("done", "failed"):
            _end_bar()
            return found
        if (now := f"{found['status']} {read} {pending} {note}") != before:
            before, moved = now, time.monotonic()
        if time.monotonic() - moved > _PATIENCE:
            _end_bar()
            return found
        time.sleep(0.3)


def _bar(what: str, done: int, whole: int, note: str = "") -> None:
    share = min(done / whole, 1) if whole else 0
    filled = int(share * 30)
    line = f"{what:<9} [{'#' * filled}{'.' * (30 - filled)}] {share:4.0%} {note}"
    # In a terminal one line that changes; elsewhere a log, so only what is new.
    if sys.stdout.isatty():
        print(f"\r{line:<78}", end="", flush=True)
    elif _bar.__dict__.get("last") != line:
        _bar.__dict__["last"] = line
        print(line, flush=True)


def _end_bar() -> None:
    if sys.stdout.isatty():
        print()
