"""What each process of a stack holds in memory over time, and whether that stays the same."""

from __future__ import annotations

import os
import statistics
from dataclasses import dataclass, field
from pathlib import Path

from infra.local import processes
from infra.local.fire.killer import Killer

# The last third of the samples may be so many times what came before, and so many bytes besides: an allocator keeps what it has had.
RATIO = 1.1
ALLOWANCE = 2 << 20
# Fewer samples say nothing about a trend.
_ENOUGH = 9


@dataclass
class Held:
    """The samples of one process, in bytes."""

    name: str
    samples: list[int] = field(default_factory=list)

    def thirds(self) -> tuple[float, float, float]:
        """The medians of the first, the middle and the last third."""
        third = len(self.samples) // 3
        parts = (self.samples[:third], self.samples[third : 2 * third], self.samples[-third:])
        return (statistics.median(parts[0]), statistics.median(parts[1]), statistics.median(parts[2]))

    def before(self) -> int:
        """The most that it held before the last third."""
        return max(self.samples[: -(len(self.samples) // 3)])


def growing(processes: list[Held]) -> list[Held]:
    """Which of those that do the same hold more in their last third than any of them has held before. Not than itself has: what one
    keeps is what its largest batch took, and which of them gets that one, and when, is chance."""
    most = max(held.before() for held in processes)
    return [held for held in processes if held.thirds()[2] > RATIO * most + ALLOWANCE]


class Memory:
    """Samples the processes below one supervisor: what each has allocated (RssAnon), and not its program, of which its share changes
    with whoever else runs the same."""

    def __init__(self, supervisor: int, killer: Killer) -> None:
        self.supervisor = supervisor
        self.killer = killer
        self.held: dict[int, Held] = {}

    def sample(self) -> None:
        """One sample of each."""
        named = {pid: name for kind in self.killer.running().values() for name, pids in kind.items() for pid in pids}
        aws = self.killer.aws()
        named |= {self.supervisor: "supervisor", **({aws: "local AWS"} if aws else {})}
        for pid in [self.supervisor, *processes.descendants(self.supervisor)]:
            if pid in named and (size := _allocated(pid)):
                self.held.setdefault(pid, Held(named[pid])).samples.append(size)

    def by_name(self) -> dict[str, list[Held]]:
        """Processes that were there long enough to say something, by what they are."""
        found: dict[str, list[Held]] = {}
        for held in self.held.values():
            if len(held.samples) >= _ENOUGH:
                found.setdefault(held.name, []).append(held)
        return dict(sorted(found.items()))


def _allocated(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def megabytes(size: float) -> str:
    """For people."""
    return f"{size / (1 << 20):.1f}"


def load_average() -> str:
    """How busy the machine is."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
