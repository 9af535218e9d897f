"""What a shop was told is accepted, and what has to follow from that whatever happened on the way.

A fold of its own over the accepted events, in the words of the contract and without any code of the product: per identity
the smallest stamp wins, per field the greatest. What nobody was told is not in here, so each client goes on asking until
it has been answered.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

# Time and id of an event, in the order in which events are compared.
Stamp = tuple[str, str]
# Orders of these leave every sum.
_GONE = ("cancelled", "refunded")


@dataclass(frozen=True)
class Order:
    """A version of an order. `total` is in minor units."""

    email: str
    total: int
    placed_at: str


@dataclass
class Customer:
    """What follows for one address."""

    fields: dict[str, tuple[Stamp, Any]] = field(default_factory=dict)
    attributes: dict[str, tuple[Stamp, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Activity:
    """Something that a customer did."""

    email: str
    kind: str
    at: str


class Book:
    """Written by all clients at once, read when all have ended."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.said = 0
        self.customers: dict[str, Customer] = {}
        self.orders: dict[str, tuple[Stamp, Order]] = {}
        self.statuses: dict[str, tuple[Stamp, str]] = {}
        self.activities: dict[tuple[str, str], Activity] = {}
        # Ids of events that nobody can apply.
        self.poison: set[str] = set()
        # Of each campaign, whom it has to have an entry for, and what entries were seen to say meanwhile.
        self.audiences: dict[str, set[str]] = {}
        self.seen: dict[tuple[str, str], dict[str, str]] = {}
        # Rules of segments, by id, as they were last accepted.
        self.segments: dict[str, dict[str, Any]] = {}
        self.accepted: Counter[str] = Counter()

    def order(self, number: str, order: Order, stamp: Stamp = ("", "")) -> None:
        """A version of an order; the one with the smallest stamp stands."""
        with self.lock:
            self.accepted["orders"] += 1
            self._customer(order.email)
            held = self.orders.get(number)
            if held is None or stamp < held[0]:
                self.orders[number] = (stamp, order)

    def status(self, number: str, status: str, stamp: Stamp | None = None) -> None:
        """What became of an order. Without a stamp, what its one client was told last."""
        with self.lock:
            self.accepted["statuses"] += 1
            _put(self.statuses, number, stamp or self._now(), status)

    def upsert(self, email: str, said: dict[str, Any], stamp: Stamp | None = None) -> None:
        """Fields of a customer; attributes by key."""
        with self.lock:
            self.accepted["customers"] += 1
            stamp = stamp or self._now()
            customer = self._customer(email)
            for name, value in said.items():
                if name != "attributes":
                    _put(customer.fields, name, stamp, value)
            for key, value in said.get("attributes", {}).items():
                _put(customer.attributes, key, stamp, value)

    def activity(self, identity: str, activity: Activity) -> None:
        """Something that a customer did; the same identity is the same deed."""
        with self.lock:
            self.accepted["activities"] += 1
            self._customer(activity.email)
            self.activities[activity.email, identity] = activity

    def saw(self, campaign: str, entry: dict[str, Any]) -> None:
        """An entry of a log, as somebody read it: what it says is said once and for all."""
        with self.lock:
            times = {name: value for name, value in entry.items() if name.endswith("At") and name not in ("dueAt", "convertedAt")}
            self.seen.setdefault((campaign, entry["email"]), {}).update(times)

    def counting(self) -> dict[str, Order]:
        """Orders that count, by number."""
        return {number: order for number, (_, order) in self.orders.items() if self.status_of(number) not in _GONE}

    def status_of(self, number: str) -> str:
        """What became of an order."""
        held = self.statuses.get(number)
        return held[1] if held else "placed"

    def expected(self) -> dict[str, dict[str, Any]]:
        """Every customer as they have to be, by address; amounts in minor units, what is missing left out."""
        orders: dict[str, list[tuple[Order, bool]]] = {}
        for number, (_, order) in self.orders.items():
            orders.setdefault(order.email, []).append((order, self.status_of(number) not in _GONE))
        deeds: dict[str, list[Activity]] = {}
        for activity in self.activities.values():
            deeds.setdefault(activity.email, []).append(activity)
        return {
            email: _customer(customer, orders.get(email, []), deeds.get(email, []))
            for email, customer in self.customers.items()
        }

    def days(self) -> dict[str, tuple[int, int]]:
        """Orders and revenue of each day."""
        days: dict[str, tuple[int, int]] = {}
        for order in self.counting().values():
            count, revenue = days.get(order.placed_at[:10], (0, 0))
            days[order.placed_at[:10]] = (count + 1, revenue + order.total)
        return days

    def _customer(self, email: str) -> Customer:
        return self.customers.setdefault(email, Customer())

    def _now(self) -> Stamp:
        self.said += 1
        return ("", f"{self.said:012}")


def _put(held: dict[str, tuple[Stamp, Any]], name: str, stamp: Stamp, value: Any) -> None:
    if name not in held or held[name][0] < stamp:
        held[name] = (stamp, value)


def _customer(customer: Customer, orders: list[tuple[Order, bool]], deeds: list[Activity]) -> dict[str, Any]:
    said = {name: value for name, (_, value) in customer.fields.items()}
    counting = [order for order, counts in orders if counts]
    active = [order.placed_at for order, _ in orders] + [deed.at for deed in deeds]
    placed = [order.placed_at for order in counting]
    found = {
        "name": said.get("name"),
        "city": said.get("city"),
        "tags": sorted(said.get("tags", [])),
        "attributes": {key: value for key, (_, value) in customer.attributes.items()},
        "visits": said.get("visits", 0) + sum(deed.kind == "visit" for deed in deeds),
        "totalSpend": sum(order.total for order in counting),
        "orderCount": len(counting),
        "firstOrderAt": min(placed, default=None),
        "lastOrderAt": max(placed, default=None),
        "lastActiveAt": max(active, default=None),
    }
    return {name: value for name, value in found.items() if value is not None}
