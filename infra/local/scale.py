"""`make scale`: how segments do with many customers, on a stack of their own that is thrown away afterwards.

Prints one figure a line: name, value, unit. CUSTOMERS and SEGMENTS say how many.
"""

from __future__ import annotations

import json
import os
import random
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("TEST_PORTS", "28080,29000,24566")
os.environ.setdefault("TEST_STATE_DIR", ".local-scale")

from infra.local import aws
from infra.local.api import Api
from infra.local.one_change import Changes
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK
from infra.local.waiting import wait_until

CITIES = ("Pune", "Goa", "Delhi", "Mumbai", "Chennai", "Kochi", "Jaipur", "Indore", "Surat", "Agra")
_BULK = 500
_CHANGES = 21


def main() -> None:
    """Loads, measures, prints."""
    customers, segments = int(os.environ.get("CUSTOMERS", "100000")), int(os.environ.get("SEGMENTS", "200"))
    # Now, so that no compiler is at work while something is measured.
    subprocess.run(["cargo", "build", "--quiet", "--workspace", "--bins", "--examples"], cwd=ROOT, check=True)
    with STACK.fresh():
        api = Api(SETTINGS)
        people: list[str] = []
        figure("customers loaded", timed(lambda: load(api, customers, people)), "s", f"{customers} customers, two orders each third")
        ids = [create(api, f"Segment {n}", rules(n)) for n in range(segments)]
        figure("all segments built", timed(lambda: built(api, ids, 3600)), "s", f"{segments} segments")
        counts = {one["id"]: one["count"] for one in api.everything("/api/segments")}
        figure("members in all", sum(counts.values()), "memberships")
        one_change(api, people, segments)
        figure("one more segment built", timed(lambda: built(api, [create(api, "Late", rules(7))], 600)), "s")
        previews(api)
    STACK.wipe()


def figure(name: str, value: float, unit: str, note: str = "") -> None:
    """One line."""
    print(f"{name:40} {value:12.2f} {unit:14} {note}", flush=True)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that it takes."""
    started = time.monotonic()
    work()
    return time.monotonic() - started


def load(api: Api, customers: int, ids: list[str]) -> None:
    """Makes customers, whose ids it appends, and orders for every third."""
    load_customers(api, customers, ids)
    chance = random.Random(7)
    buyers = [n for n in range(customers) if n % 3 == 0 for _ in range(2)]
    for batch in chunks(buyers):
        placed = [
            {"email": address(n), "total": chance.randrange(100, 9000), "placedAt": f"2026-{chance.randrange(1, 10):02}-{1 + n % 28:02}"}
            for n in batch
        ]
        api.post("/api/orders", {"items": placed})
    settled()


def load_customers(api: Api, customers: int, ids: list[str]) -> None:
    """Makes customers, whose ids it appends."""
    for batch in chunks(range(customers)):
        people = [
            {
                "email": address(n),
                "name": f"Person {n}",
                "city": CITIES[n % len(CITIES)],
                "tags": [f"t{n % 40}"],
                "attributes": {"score": n % 1000},
                "visits": n % 25,
                "lastActiveAt": f"2026-{1 + n % 9:02}-{1 + n % 28:02}T10:00:00Z",
                "createdAt": f"2025-{1 + n % 12:02}-{1 + n % 28:02}",
            }
            for n in batch
        ]
        ids += [one["id"] for one in api.post("/api/customers", {"items": people})["items"]]
    settled()


def settled() -> None:
    """Waits until all queues are empty."""
    wait_until(lambda: not any(sum(depth) for depth in aws.queues(SETTINGS).values()), 3600, "the queues")


def address(n: int) -> str:
    """The address of a customer."""
    return f"c{n}@scale.example"


def chunks(things: Any) -> Iterator[list[Any]]:
    """Lists of the size of a bulk."""
    held = list(things)
    for first in range(0, len(held), _BULK):
        yield held[first : first + _BULK]


def rules(n: int) -> dict[str, Any]:
    """One of many kinds of rules."""
    kinds: list[list[dict[str, Any]]] = [
        [{"field": "city", "operator": "=", "value": CITIES[n % 10]}, {"field": "visits", "operator": "=", "value": n % 25}],
        [{"field": "tags", "operator": "contains", "value": f"t{n % 40}"}],
        [{"field": "totalSpend", "operator": ">", "value": 15000 + 10 * n}, {"field": "orderCount", "operator": ">=", "value": 2}],
        [{"field": "lastActiveAt", "operator": "within", "value": f"P{80 + n % 20}D"}, {"field": "city", "operator": "=", "value": CITIES[n % 10]}],
        [{"field": "orderCount", "operator": ">=", "value": 2, "within": f"P{90 + n % 30}D"}],
        [{"field": "attributes.score", "operator": "between", "value": [5 * n % 1000, 5 * n % 1000 + 9]}],
    ]
    return {"combinator": "and", "rules": kinds[n % len(kinds)]}


def create(api: Api, name: str, wire: dict[str, Any]) -> str:
    """A segment's id."""
    made: str = api.post("/api/segments", {"name": name, "rules": wire})["id"]
    return made


def built(api: Api, ids: list[str], patience: float) -> None:
    """Waits until all are live."""
    wanted = set(ids)
    wait_until(lambda: all(one["state"] == "live" for one in api.everything("/api/segments") if one["id"] in wanted), patience, "the build")


def one_change(api: Api, people: list[str], segments: int) -> None:
    """From the write of one customer to the last of the memberships that it changes."""
    # With all tags, a customer belongs to every segment that is about one.
    changes = Changes(api, SETTINGS, STACK.pids()[:1], {f"Segment {n}" for n in range(segments) if n % 6 == 1})
    chosen = [(n * 7919) % len(people) for n in range(_CHANGES + 1)]
    figure("stream caught up after", changes.catch_up(address(chosen.pop()), 600), "s", "what was loaded and built before")
    for n in chosen:
        changes.measure(people[n], address(n))
    changes.report(figure)


def previews(api: Api) -> None:
    """Previews beside the same reading with nothing done, turn about."""
    table = aws.resources(SETTINGS)["CustomersTable"]
    common = ["id", "email", "firstSeen", "version"]
    for name, wire, read in (("city", rules(0), ["city", "visitsGiven", "visitsRecorded"]), ("orders within", rules(4), ["history", "chapters"])):
        mine, bare = [], []
        for _ in range(5):
            mine.append(api.post("/api/segments/preview", {"rules": wire})["tookMs"])
            answer = subprocess.run(
                [str(ROOT / "target" / "debug" / "examples" / "bare_scan"), table, *common, *read],
                env={**os.environ, **aws.CREDENTIALS, "AWS_ENDPOINT_URL": SETTINGS.aws_url},
                check=True,
                capture_output=True,
                text=True,
            )
            items, took = (float(part) for part in answer.stdout.split())
            bare.append(took)
        figure(f"preview ({name}): median", statistics.median(mine), "ms", json.dumps(wire))
        figure(f"bare scan ({name}): median", statistics.median(bare), "ms", f"{items:.0f} items")
        figure(f"preview / bare scan ({name})", statistics.median(mine) / statistics.median(bare), "ratio")
    # A scan is billed by whole items, whatever it projects; the emulator does not count them.
    size = item_size(table)
    figure("read units of one preview", items * size / 4096 / 2, "RRU", f"{items:.0f} items of {size:.0f} bytes, / 4,096 / 2")


def item_size(table: str) -> float:
    """The mean size of an item, from a sample."""
    sample = aws.client(SETTINGS, "dynamodb").scan(TableName=table, Limit=1000)["Items"]
    return float(sum(len(name) + _bytes(value) for item in sample for name, value in item.items()) / len(sample))


def _bytes(value: dict[str, Any]) -> int:
    """The size of an attribute's value as DynamoDB counts it, to a few bytes."""
    (kind, held), *_ = value.items()
    match kind:
        case "S":
            return len(held.encode())
        case "N":
            return (len(held.lstrip("-0.")) + 1) // 2 + 1
        case "B":
            return len(held)
        case "L":
            return 3 + sum(1 + _bytes(one) for one in held)
        case "M":
            return 3 + sum(1 + len(name) + _bytes(one) for name, one in held.items())
        case "SS":
            return sum(len(one) for one in held)
    return 1


if __name__ == "__main__":
    main()
