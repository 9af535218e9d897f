"""What functions say in their closing lines of the units and requests that they used, and what they may use."""

from __future__ import annotations

import json
import math
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.local import aws
from infra.local.settings import ROOT, Settings

PRICES: dict[str, dict[str, str]] = json.loads((ROOT / "infra" / "prices.json").read_text())["prices"]
BUDGETS: dict[str, dict[str, float]] = json.loads((ROOT / "infra" / "budgets.json").read_text())["budgets"]
# What the minute brings, whatever else happens; it is in the sum of an idle month.
CLOCK = "clock"
# For so long nothing is heard of the functions once all is done.
_QUIET = 3.0
_PATIENCE = 7200.0


@dataclass
class Use:
    """Units and requests, by what they are billed by."""

    written: float = 0.0
    read: float = 0.0
    queued: float = 0.0
    invoked: float = 0.0

    def add(self, other: Use) -> None:
        """Takes in what somebody else used."""
        self.written += other.written
        self.read += other.read
        self.queued += other.queued
        self.invoked += other.invoked

    def each(self, count: int) -> Use:
        """What one of so many used."""
        return Use(*(amount / count for amount in (self.written, self.read, self.queued, self.invoked)))

    def dollars(self) -> float:
        """Its price by the list, without the time that functions are at work."""
        units = ("dynamodbWriteRequestUnit", "dynamodbReadRequestUnit", "sqsRequest", "lambdaRequest")
        amounts = (self.written, self.read, self.queued, self.invoked)
        return sum(amount * float(PRICES[unit]["usdPerMillion"]) / 1e6 for unit, amount in zip(units, amounts, strict=True))


def over(budget: str, one: Use) -> list[str]:
    """In what something is dearer than its budget."""
    allowed = BUDGETS[budget]
    used = {unit: float(getattr(one, unit)) for unit in allowed}
    return [f"{budget}: {unit} {used[unit]:.3f}, at most {most}" for unit, most in allowed.items() if used[unit] > most]


@dataclass
class Counted:
    """What a piece of work used, by function."""

    by_function: dict[str, Use] = field(default_factory=lambda: defaultdict(Use))
    # Events applied, and customers settled because of it: the local AWS may hold a line back until its function is called again.
    applied: int = 0
    settled: int = 0

    def total(self, functions: Collection[str] = ()) -> Use:
        """What these used together; all of them when none is named."""
        total = Use()
        for name, use in self.by_function.items():
            if name in functions or not functions:
                total.add(use)
        return total


class Logs:
    """The logs of all functions: those behind the API write files of their own, workers write to that of the local AWS."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.places: dict[Path, int] = {}

    def of(self, work: Callable[[], Any]) -> Counted:
        """What is used from now until the work is done, and all that follows from it."""
        self.skip()
        work()
        counted = Counted()
        heard = started = time.monotonic()
        while time.monotonic() - heard < _QUIET or not self._is_at_rest():
            if time.monotonic() - started > _PATIENCE:
                raise AssertionError("the functions do not come to an end")
            for line in self.closing():
                name = line["function"].removeprefix(f"{self.settings.stack_name}-")
                if name != CLOCK:
                    counted.by_function[name].add(use_of(line))
                    counted.applied += line.get("writes.applied", 0)
                    counted.settled += line.get("customers.changed", 0) if name == "segment-stream" else 0
                    # Who only looks whether there is anything to tell others says nothing of work under way.
                    heard = time.monotonic() if name != "event-stream" else heard
            time.sleep(0.25)
        return counted

    def _is_at_rest(self) -> bool:
        """Whether nothing waits in a queue or on a stream."""
        return not any(sum(depth) for depth in aws.queues(self.settings, delayed=False).values()) and aws.streams_are_read(self.settings)

    def skip(self) -> None:
        """Leaves out what is there by now."""
        for _ in self.closing():
            pass

    def closing(self) -> Iterator[dict[str, Any]]:
        """The last line of each invocation that has ended since the last time."""
        for path in (self.settings.logs / "aws.log", *sorted(self.settings.logs.glob("*-[0-9].log"))):
            if not path.exists():
                continue
            with path.open("rb") as log:
                log.seek(self.places.get(path, 0))
                for line in log:
                    if not line.endswith(b"\n"):
                        break
                    self.places[path] = self.places.get(path, 0) + len(line)
                    begin = line.find(b'{"timestamp"')
                    if begin >= 0 and b'"invocation ended"' in line:
                        yield json.loads(line[begin:])


def use_of(line: dict[str, Any]) -> Use:
    """What an invocation says of itself, and what bringing its messages was: receiving and deleting, ten at a time."""
    brought = 2 * math.ceil(line.get("batch.messages", 0) / 10)
    return Use(line.get("cost.written", 0), line.get("cost.read", 0), line.get("cost.queued", 0) + brought, 1)
