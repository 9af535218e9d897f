"""Items of DynamoDB as lines of text, exactly, and in an order that is the same for the same items."""

from __future__ import annotations

import base64
import hashlib
import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

# Lines that are sorted in memory, by each of those who read a table side by side.
RUN_BYTES = 32 * 1024 * 1024
# Files that are merged at once.
_MERGED = 200


def to_line(item: dict[str, Any]) -> str:
    """DynamoDB's own JSON: every value with its type, numbers as text, bytes as base64."""
    return json.dumps({name: _plain(value) for name, value in item.items()}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def of_line(line: str) -> dict[str, Any]:
    """The reverse of `to_line`."""
    return {name: _typed(value) for name, value in json.loads(line).items()}


def _plain(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    match kind:
        case "B":
            held = base64.b64encode(held).decode()
        case "BS":
            held = sorted(base64.b64encode(one).decode() for one in held)
        case "SS" | "NS":
            held = sorted(held)
        case "L":
            held = [_plain(one) for one in held]
        case "M":
            held = {name: _plain(one) for name, one in held.items()}
    return {kind: held}


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    ((kind, held),) = value.items()
    match kind:
        case "B":
            held = base64.b64decode(held)
        case "BS":
            held = [base64.b64decode(one) for one in held]
        case "L":
            held = [_typed(one) for one in held]
        case "M":
            held = {name: _typed(one) for name, one in held.items()}
    return {kind: held}


class Sorter:
    """Sorts more lines than fit into memory. They come in the order of their digests: that is the same for the same items,
    and who loads them writes to all partitions of a table instead of one after the other."""

    def __init__(self, directory: Path, name: str) -> None:
        self.directory = directory
        self.name = name
        self.written = 0
        self.lines: list[str] = []
        self.bytes = 0
        self.runs: list[Path] = []

    def add(self, line: str) -> None:
        """One more line."""
        self.lines.append(f"{hashlib.blake2b(line.encode(), digest_size=8).hexdigest()}{line}\n")
        self.bytes += len(line)
        if self.bytes > RUN_BYTES:
            self.flush()

    def flush(self) -> None:
        """Writes what is in memory."""
        if self.lines:
            self.lines.sort()
            self.runs.append(self._write(self.lines))
            self.lines, self.bytes = [], 0

    def sorted(self, others: Iterable[Sorter] = ()) -> Iterator[str]:
        """All lines, those of others among them, with their ends. The files that were needed for it are gone afterwards."""
        for one in (self, *others):
            one.flush()
        self.runs = [run for one in (self, *others) for run in one.runs]
        while len(self.runs) > _MERGED:
            some, self.runs = self.runs[:_MERGED], self.runs[_MERGED:]
            self.runs.append(self._write(_merged(some)))
        return (line[16:] for line in _merged(self.runs))

    def _write(self, lines: Iterable[str]) -> Path:
        self.written += 1
        path = self.directory / f"{self.name}-{self.written}.run"
        with path.open("w", encoding="utf-8", newline="\n") as run:
            run.writelines(lines)
        return path


def _merged(runs: list[Path]) -> Iterator[str]:
    with ExitStack() as stack:
        files = [stack.enter_context(path.open(encoding="utf-8", newline="\n")) for path in runs]
        yield from heapq.merge(*files)
    for path in runs:
        path.unlink()
