"""Stops the stack that runs on a directory, and wipes the directory."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import time

from infra.local.settings import Settings


def reset(settings: Settings) -> int:
    """The exit code."""
    directory = settings.directory
    if not directory.exists():
        print(f"nothing to wipe in {directory}")
        return 0
    # Longer than the supervisor gives the local AWS to save its state.
    if not _stopped(settings, signal.SIGTERM, 150) and not _stopped(settings, signal.SIGKILL, 10):
        print("the stack does not end")
        return 1
    let_go(settings.state / "lock", 60)
    shutil.rmtree(directory)
    print(f"wiped {directory}")
    return 0


def _stopped(settings: Settings, sig: int, seconds: float) -> bool:
    lock = settings.directory / "lock"
    if let_go(lock):
        return True
    try:
        # Who holds the lock wrote this, so the id is not someone else's.
        os.kill(json.loads((settings.directory / "running.json").read_text())["pid"], sig)
    except (OSError, ValueError, KeyError):
        pass
    return let_go(lock, seconds)


def let_go(lock: os.PathLike[str], seconds: float = 0) -> bool:
    """Whether nobody holds the lock, at the latest after so many seconds."""
    deadline = time.monotonic() + seconds
    try:
        with open(lock, "a") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    return True
                except OSError:
                    if time.monotonic() >= deadline:
                        return False
                    time.sleep(0.1)
    except FileNotFoundError:
        return True
