"""Notices when `make`, our parent, was told to stop.

GNU make passes SIGTERM on to what it runs, but a SIGINT sent to make alone (not by Ctrl-C in a terminal, which reaches
the whole group) it keeps to itself: it resets the signal and waits for us. That reset can be seen from outside.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path


class Parent:
    """The process that started us."""

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.watched = self._is_make() and self._catches(signal.SIGINT)

    def wants_us_to_stop(self) -> bool:
        """True when make was interrupted, or is gone."""
        if os.getppid() != self.pid:
            return self.watched
        return self.watched and not self._catches(signal.SIGINT)

    def _is_make(self) -> bool:
        try:
            return Path(f"/proc/{self.pid}/comm").read_text().strip() in ("make", "gmake")
        except OSError:
            return False

    def _catches(self, number: int) -> bool:
        try:
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("SigCgt:"):
                    return bool(int(line.split()[1], 16) >> (number - 1) & 1)
        except OSError:
            pass
        return False
