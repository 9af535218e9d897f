"""What belongs to a backup, and how it is known to be whole."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from infra.backup.deployment import BackupError

FORMAT = 1
_NAME = "manifest.json"
# Stands in a directory from the first file on until the manifest is there.
_UNFINISHED = "UNFINISHED"
_OURS = {"tables", "files", "csv", "parts", "files.jsonl", _UNFINISHED}


@dataclass(frozen=True)
class Entry:
    """A file of a backup. `items` counts lines, where it has lines."""

    bytes: int
    sha256: str
    items: int | None = None


@dataclass
class Manifest:
    """Everything but the data. Paths are relative to the backup's directory."""

    stack: str
    currency: str
    version: str
    began: str
    ended: str = ""
    format: int = FORMAT
    # What was in the queues when the export began: it is in no table yet, so it is not in the export.
    messages: dict[str, int] = field(default_factory=dict)
    entries: dict[str, Entry] = field(default_factory=dict)

    def publish(self, directory: Path) -> None:
        """Makes a whole backup of the directory."""
        partial = directory / f"{_NAME}.partial"
        with partial.open("w", encoding="utf-8") as file:
            file.write(json.dumps(asdict(self), indent=2, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        partial.replace(directory / _NAME)
        (directory / _UNFINISHED).unlink()


def begin(directory: Path) -> list[Path]:
    """Marks the directory as a backup that is not whole; returns what an interrupted one has left there."""
    directory.mkdir(parents=True, exist_ok=True)
    there = {path.name for path in directory.iterdir()}
    if _NAME in there:
        raise BackupError(f"{directory} holds a whole export already; name another directory")
    if there and not (_UNFINISHED in there and there <= _OURS | {f"{_NAME}.partial"}):
        raise BackupError(f"{directory} is not empty; name another directory")
    (directory / _UNFINISHED).write_text("This export is not whole. `make export` with the same DIR begins it anew.\n")
    return [directory / name for name in there - {_UNFINISHED}]


def verified(directory: Path) -> tuple[Manifest, str]:
    """The manifest of a whole and undamaged backup, and its digest."""
    try:
        text = (directory / _NAME).read_bytes()
    except FileNotFoundError:
        raise BackupError(f"{directory} is no whole export: it has no {_NAME}") from None
    try:
        read = json.loads(text)
        read["entries"] = {path: Entry(**entry) for path, entry in read["entries"].items()}
        manifest = Manifest(**read)
    except (ValueError, KeyError, TypeError):
        raise BackupError(f"{directory / _NAME} is damaged, or of another version of this program") from None
    if manifest.format != FORMAT:
        raise BackupError(f"{directory} has format {manifest.format}, and this program reads {FORMAT}")
    for path, entry in manifest.entries.items():
        if not (directory / path).is_file():
            raise BackupError(f"{path} is missing")
        if described(directory / path) != (entry.bytes, entry.sha256):
            raise BackupError(f"{path} is damaged: its checksum is not that of the manifest")
    return manifest, hashlib.sha256(text).hexdigest()


def described(path: Path) -> tuple[int, str]:
    """Length and checksum of a file."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return path.stat().st_size, digest.hexdigest()


def write(path: Path, lines: Iterable[str]) -> Entry:
    """Writes lines, each of which has its end; all of it is on the disk afterwards."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, length, items = hashlib.sha256(), 0, 0
    with path.open("wb") as file:
        for line in lines:
            encoded = line.encode()
            file.write(encoded)
            digest.update(encoded)
            length += len(encoded)
            items += 1
        file.flush()
        os.fsync(file.fileno())
    return Entry(length, digest.hexdigest(), items)
