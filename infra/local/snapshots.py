"""Saved states of the local AWS: whole generations, published by one rename, the one before kept.

MiniStack itself saves on a clean stop only, file by file. Here a save is a forked copy of the process writing at its
leisure, so that serving pauses for the fork alone, and a `kill -9` costs the writes since the last save.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

_CURRENT = "current"
_FACTS = "saved.json"


class Generations:
    """The generations below one directory; `current` is a link to the newest whole one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)

    def current(self) -> Path | None:
        """The newest whole generation."""
        link = self.directory / _CURRENT
        return link.resolve() if (link / _FACTS).is_file() else None

    def age(self) -> float | None:
        """Seconds since the newest generation was saved."""
        current = self.current()
        return time.time() - saved_at(current) if current else None

    def write(self, save: Callable[[Path], None]) -> Path:
        """Lets `save` fill a new generation, publishes it, and drops all but the one before."""
        at = time.time()
        before = self.current()
        new = self.directory / f"{time.time_ns():020d}"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir()
        save(new)
        (new / _FACTS).write_text(json.dumps({"at": at}))
        link = self.directory / f".{_CURRENT}-{os.getpid()}"
        link.unlink(missing_ok=True)
        link.symlink_to(new.name)
        os.replace(link, self.directory / _CURRENT)
        self._drop_all_but(new, before)
        return new

    def clean(self) -> None:
        """Removes what a killed process left half-written."""
        current = self.current()
        for path in self._all():
            if not (path / _FACTS).is_file() or (current and path.name > current.name):
                shutil.rmtree(path, ignore_errors=True)

    def _drop_all_but(self, *kept: Path | None) -> None:
        names = {path.name for path in kept if path}
        for path in self._all():
            if path.name not in names:
                shutil.rmtree(path, ignore_errors=True)

    def _all(self) -> list[Path]:
        return [path for path in self.directory.iterdir() if path.is_dir() and path.name.isdigit()]


def saved_at(generation: Path) -> float:
    """The moment whose state a generation holds, in seconds since 1970."""
    at: float = json.loads((generation / _FACTS).read_text())["at"]
    return at
