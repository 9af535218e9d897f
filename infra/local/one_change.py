"""How long it takes from the write of one customer to the last membership that it changes, and where the time goes.

The legs come from what the functions say at the end of an invocation; they share one clock with this program:

- accepted: the request, until its 202
- queued: on the queue, until write-worker has it (the emulator's polling and its start of the function)
- written: write-worker's own work
- streamed: from there until segment-stream has it (again the emulator's)
- settled: segment-stream's own work: reading the customer and where they stand, all segments evaluated, one transaction
- seen: until this program sees it by asking for the customer's segments, time and again
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from infra.local import processes
from infra.local.api import Api
from infra.local.counted import Logs
from infra.local.settings import Settings

_LEGS = ("accepted", "queued", "written", "streamed", "settled", "seen")
_PAUSE = 0.02
_TICK = os.sysconf("SC_CLK_TCK")

Figure = Callable[[str, float, str, str], None]


class Changes:
    """Changes customers one by one, and keeps what each of them took."""

    def __init__(self, api: Api, settings: Settings, pids: list[int], wanted: set[str]) -> None:
        self.api = api
        self.logs = Logs(settings)
        self.wanted = wanted
        self.pids = pids
        self.took: list[float] = []
        self.legs: list[dict[str, float]] = []
        self.moved: list[int] = []
        self.asked: list[int] = []
        self.cpu: list[dict[str, float]] = []

    def catch_up(self, email: str, patience: float) -> float:
        """Waits until the stream has worked off what came before: a change is seen when all earlier ones are."""
        return self._change(email, patience)[0]

    def measure(self, identity: str, email: str) -> None:
        """One change, by itself."""
        before = self._names(identity)
        self.logs.skip()
        cpu = _cpu(self.pids)
        started = time.time()
        took, accepted, asked = self._change(email, 60)
        used = _cpu(self.pids)
        self.took.append(took)
        self.asked.append(asked)
        self.cpu.append({name: used[name] - cpu.get(name, 0.0) for name in used})
        self.moved.append(len(self._names(identity) ^ before))
        self.legs.append(_legs(*self._told(), started, accepted, started + took))

    def report(self, figure: Figure) -> None:
        """Prints it."""
        slowest = self.took.index(max(self.took))
        load = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        moved = f"{min(self.moved)} to {max(self.moved)} memberships moved, {len(self.took)} changes, {load}"
        figure("one change, all memberships: median", statistics.median(self.took), "s", moved)
        figure("one change, all memberships: worst", max(self.took), "s", "")
        for leg in _LEGS:
            times = [legs[leg] for legs in self.legs]
            figure(f"  {leg}: median", 1000 * statistics.median(times), "ms", f"{1000 * self.legs[slowest][leg]:.0f} ms in the worst")
        figure("  asked until seen: median", statistics.median(self.asked), "requests", f"every {1000 * _PAUSE:.0f} ms")
        for name in ("emulator", "functions and gateway"):
            figure(f"  CPU of {name}: median", 1000 * statistics.median(used[name] for used in self.cpu), "ms", "over all legs")

    def _change(self, email: str, patience: float) -> tuple[float, float, int]:
        """Gives a customer all tags; seconds until all is seen, seconds until it was accepted, how often it was asked for."""
        started = time.monotonic()
        identity = self.api.post("/api/customers", {"email": email, "tags": [f"t{tag}" for tag in range(40)]})["id"]
        accepted = time.monotonic() - started
        asked = 1
        while not self.wanted <= self._names(identity):
            if time.monotonic() - started > patience:
                raise AssertionError(f"the memberships of {email} did not change within {patience:.0f} s")
            time.sleep(_PAUSE)
            asked += 1
        return time.monotonic() - started, accepted, asked

    def _names(self, identity: str) -> set[str]:
        """The segments to which a customer belongs."""
        return {one["name"] for one in self.api.get(f"/api/customers/{identity}/segments")["items"]}

    def _told(self) -> tuple[Invocation, Invocation]:
        """Who wrote the customer and who moved them, once both have told what they did."""
        told: dict[str, Invocation] = {}
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            for line in self.logs.closing():
                # The stream may deliver the last line of a batch before.
                for what in ("writes.applied", "segments.moves"):
                    if line.get(what, 0) > 0:
                        told.setdefault(what, Invocation.of(line))
            if len(told) == 2:
                return told["writes.applied"], told["segments.moves"]
            time.sleep(0.05)
        raise AssertionError("the workers have not told what they did")


@dataclass(frozen=True)
class Invocation:
    """Seconds since 1970."""

    began: float
    ended: float

    @staticmethod
    def of(line: dict[str, Any]) -> Invocation:
        """That which a closing line closes."""
        ended = datetime.fromisoformat(line["timestamp"]).timestamp()
        return Invocation(ended - line["durationMs"] / 1e3, ended)


def _legs(written: Invocation, settled: Invocation, started: float, accepted: float, seen: float) -> dict[str, float]:
    """Splits the time."""
    ends = [
        started + accepted,
        written.began,
        # The stream may have the customer before write-worker has finished with the message.
        min(written.ended, settled.began),
        settled.began,
        settled.ended,
        seen,
    ]
    legs, before = {}, started
    for leg, end in zip(_LEGS, ends, strict=True):
        legs[leg] = max(0.0, end - before)
        before = max(before, end)
    return legs


def _cpu(pids: list[int]) -> dict[str, float]:
    """Seconds of CPU used so far: by the emulator, and by everything else of the stack."""
    used = {"emulator": 0.0, "functions and gateway": 0.0}
    for pid in {one for root in pids for one in (root, *processes.descendants(root))}:
        try:
            # After the name, which may hold anything: user and system time are the 12th and 13th.
            fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        # What saves the state is a fork of the emulator: lower in priority, and no part of a change.
        name = "emulator" if b"infra.local.emulator" in command else "functions and gateway"
        if name == "functions and gateway" or fields[16] == "0":
            used[name] += (int(fields[11]) + int(fields[12])) / _TICK
    return used
