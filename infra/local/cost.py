"""`make cost`: what fixed workloads use of AWS, by the functions' own count, on a stack of their own that is thrown away afterwards.

ORDERS, RECIPIENTS and CHANGES say how many; what one of them uses hardly depends on it. The functions are the real ones, and
say in their closing lines what the local DynamoDB billed them for. Its write units are those of AWS, with indexes and
transactions; of reads it knows no sizes, so these follow from what was read. Fails where something costs more than
`infra/budgets.json` allows.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local import scale  # first: it names the stack
from infra.local.api import Api
from infra.local.counted import Counted, Logs, Use, over
from infra.local.scale import built, chunks, create, rules
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK
from infra.local.waiting import wait_until

_ALONE = 10
_SEGMENTS = 50
_EACH = 3
_CITIES = scale.CITIES
# Of one: two units for itself in its transaction, and a third of its customer's two.
_FLOOR_OF_ORDER = 2 + 2 / _EACH
# Of one: the message, and its receipt.
_FLOOR_OF_MESSAGE = 2.0


def main() -> None:
    """Loads, counts, prints; fails where a budget is not held."""
    orders, recipients, changes = (int(os.environ.get(name) or "100000") for name in ("ORDERS", "RECIPIENTS", "CHANGES"))
    subprocess.run(["cargo", "build", "--quiet", "--workspace", "--bins"], cwd=ROOT, check=not os.environ.get("SKIP_BUILD"))
    with STACK.fresh():
        faults = workloads(Api(SETTINGS), Logs(SETTINGS), orders, recipients, changes)
    STACK.wipe()
    if faults:
        raise SystemExit("\n".join(faults))


def workloads(api: Api, logs: Logs, orders: int, recipients: int, changes: int) -> list[str]:
    """All of them, one after the other; what costs more than it may."""
    faults: list[str] = []

    def told(name: str, budget: str | None, count: int, floor: float | None, work: Callable[[], Any]) -> None:
        counted = logs.of(work)
        show(name, counted, count, floor)
        if budget:
            faults.extend(over(budget, counted.total().each(count)))

    people = max(recipients, changes)
    print(f"{'':36} {'WRU':>8} {'floor':>6} {'RRU':>8} {'SQS':>8} {'calls':>8} {'$/million':>10}", flush=True)
    one_by_one, bulk = list(placed("one", orders)), list(placed("bulk", orders))
    before, single = known(_ALONE)
    in_bulk(api, "/api/orders", before)
    logs.of(lambda: None)
    told("order, alone", "orderAlone", _ALONE, _FLOOR_OF_ORDER, lambda: alone(api, single))
    told("order, one by one", "orderAlone", orders, _FLOOR_OF_ORDER, lambda: [api.post("/api/orders", one) for one in one_by_one])
    told("order, by 500", "orderInBulk", orders, _FLOOR_OF_ORDER, lambda: in_bulk(api, "/api/orders", bulk))
    told("customer, new, by 500", "customerNew", people, None, lambda: in_bulk(api, "/api/customers", list(customers(people))))
    segments = [create(api, f"Segment {n}", rules(n)) for n in range(_SEGMENTS)]
    told("segment, built", None, _SEGMENTS, None, lambda: built(api, segments, 3600))
    told("profile change, 50 segments", "profileChange", changes, None, lambda: in_bulk(api, "/api/customers", list(changed(changes))))
    late = [{**one, "email": f"c{n // _EACH}@cost.example", "orderId": f"late-{n}"} for n, one in enumerate(bulk[: _EACH * people])]
    told("order, by 500, 50 segments", None, len(late), _FLOOR_OF_ORDER, lambda: in_bulk(api, "/api/orders", late))
    rules_of_all = {"combinator": "and", "rules": [{"field": "email", "operator": "endsWith", "value": "@cost.example"}]}
    segment = create(api, "Everyone", rules_of_all)
    built(api, [segment], 3600)
    logs.of(lambda: None)
    told("message, to everybody", "message", people, _FLOOR_OF_MESSAGE, lambda: campaign(api, segment, people))
    idle(api)
    return faults


def show(name: str, counted: Counted, count: int, floor: float | None) -> None:
    """A line of what one used, and one for each function that took part."""
    row(name, counted.total().each(count), floor)
    for function, use in sorted(counted.by_function.items(), key=lambda one: -one[1].dollars()):
        row(f"  {function}", use.each(count), None)


def row(name: str, one: Use, floor: float | None) -> None:
    """One line."""
    least = "" if floor is None else f"{floor:.2f}"
    dollars = one.dollars() * 1e6
    print(f"{name:36} {one.written:8.2f} {least:>6} {one.read:8.2f} {one.queued:8.3f} {one.invoked:8.3f} {dollars:10.3f}", flush=True)


def placed(shop: str, count: int) -> Iterator[dict[str, Any]]:
    """Orders, three of each customer, one after the other."""
    start = datetime(2026, 9, 1, tzinfo=UTC)
    for n in range(count):
        at = (start + timedelta(minutes=n % 80_000)).isoformat()
        yield {"email": f"{shop}{n // _EACH}@orders.example", "orderId": f"{shop}-{n}", "total": 100 + n % 900, "placedAt": at}


def customers(count: int) -> Iterator[dict[str, Any]]:
    """Customers who were active lately."""
    for n in range(count):
        yield {
            "email": f"c{n}@cost.example",
            "name": f"Person {n}",
            "city": _CITIES[n % len(_CITIES)],
            "tags": [f"t{n % 40}"],
            "attributes": {"score": n % 1000},
            "lastActiveAt": (datetime.now(UTC) - timedelta(days=3)).isoformat(),
            "createdAt": f"2025-{1 + n % 12:02}-{1 + n % 28:02}",
        }


def changed(count: int) -> Iterator[dict[str, Any]]:
    """They come by again, and score a point: most stay where they are in the segments."""
    for n in range(count):
        at = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
        yield {"email": f"c{n}@cost.example", "attributes": {"score": (n + 1) % 1000}, "lastActiveAt": at}


def known(count: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Two orders of each of so many customers, and a third."""
    orders = list(placed("alone", count * _EACH))
    return [one for n, one in enumerate(orders) if n % _EACH], orders[::_EACH]


def alone(api: Api, orders: list[dict[str, Any]]) -> None:
    """Places each order when nothing is left of the one before."""
    for one in orders:
        api.post("/api/orders", one)
        scale.settled()


def in_bulk(api: Api, path: str, items: list[dict[str, Any]]) -> None:
    """Sends all of them, 500 at a time."""
    for batch in chunks(items):
        api.post(path, {"items": batch})


def campaign(api: Api, segment: str, people: int) -> None:
    """Writes to everybody, and waits for the last receipt."""
    variants = [{"subject": "Hello {{name}}", "body": '<p>Dear {{name|default("friend")}} in {{city}}</p>'}]
    body = {"name": "Cost", "segmentId": segment, "channel": "email", "variants": variants}
    path = f"/api/campaigns/{api.post('/api/campaigns', body)['id']}"

    def is_over() -> bool:
        now: dict[str, int] = api.get(path)
        return now["delivered"] + now["bounced"] == people

    # Whoever looks reads the counts of all its shards, and is no part of what a message costs.
    wait_until(is_over, 7200, "the campaign", every=15)


def idle(api: Api) -> None:
    """A month in which nothing happens, as `bill.rs` derives it."""
    costs = api.get("/api/costs")
    for line in costs["floor"]:
        print(f"idle month: {line['item']:24} {'':52} {_whole_month(line, costs):10.3f} $", flush=True)
    print(f"{'idle month':36} {'':52} {costs['floorPerMonth']:10.3f} $", flush=True)


def _whole_month(line: dict[str, Any], costs: dict[str, Any]) -> float:
    so_far = sum(one["price"] for one in costs["floor"])
    return float(line["price"] * costs["floorPerMonth"] / so_far) if so_far else 0.0


if __name__ == "__main__":
    main()
