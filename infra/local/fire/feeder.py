"""Another system, which puts events on the queues itself: twice, in any order, contradicting itself, and now and then unreadable.

It gives each event its own time, so what stands in the end is known beforehand. Its customers and orders are its own.
"""

from __future__ import annotations

import json
import random
import time
import uuid
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.local import aws
from infra.local.fire.book import Activity, Order
from infra.local.fire.shop import CITIES, Shop

_TYPES = {"orders": "crm.order.place.v1", "status": "crm.order.status.v1", "customers": "crm.customer.upsert.v1", "activities": "crm.activity.record.v1"}
_PATIENCE = 120.0


class Feeder:
    """Works until the shop closes."""

    def __init__(self, shop: Shop, poison: bool, pause: float) -> None:
        self.shop = shop
        self.chance = random.Random(f"{shop.seed} feeder")
        self.sqs = aws.client(shop.settings, "sqs")
        outputs = aws.outputs(shop.settings)
        self.urls = {name: outputs[f"{name.capitalize()}QueueUrl"] for name in ("customers", "orders", "activities")}
        self.poison = poison
        self.pause = pause
        self.count = 0

    def work(self) -> None:
        """Batch after batch."""
        while not self.shop.over.is_set():
            self.shop.over.wait(self.pause)
            orders = [one for _ in range(self.chance.randrange(1, 8)) for one in self._order()]
            if self.poison and self.chance.random() < 0.2:
                orders.append(self._unreadable())
            self._twice("orders", orders)
            self._twice("customers", [self._customer() for _ in range(self.chance.randrange(1, 6))])
            self._twice("activities", [self._activity() for _ in range(self.chance.randrange(1, 8))])

    def _twice(self, queue: str, events: list[dict[str, Any]]) -> None:
        """All of them in one order and, as likely as not, some of them in another."""
        self.chance.shuffle(events)
        self._send(queue, events)
        good = [one for one in events if one["id"] not in self.shop.book.poison]
        if self.chance.random() < 0.5:
            self._send(queue, self.chance.sample(good, self.chance.randrange(len(good) + 1)))

    def _send(self, queue: str, events: list[dict[str, Any]]) -> None:
        """Until the queue has it. What was not heard may have been sent all the same."""
        deadline = time.monotonic() + _PATIENCE
        while events:
            try:
                self.sqs.send_message(QueueUrl=self.urls[queue], MessageBody=json.dumps(events))
                return
            except (BotoCoreError, ClientError) as error:
                self.shop.tally.failed(f"queue of {queue}", type(error).__name__)
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.5)

    def _order(self) -> list[dict[str, Any]]:
        """An order; perhaps also another version of it, and what became of it."""
        self.count += 1
        number, email = f"f-{self.shop.seed}-{self.count}", self._email()
        events = []
        for _ in range(self.chance.choice((1, 1, 2))):
            total, placed_at = self.chance.randrange(90_000), self._time()
            event = self._event("orders", {"email": email, "orderId": number, "total": total / 100, "placedAt": placed_at})
            self.shop.book.order(number, Order(email, total, placed_at), (event["time"], event["id"]))
            events.append(event)
        for _ in range(self.chance.choice((0, 0, 1, 2))):
            status = self.chance.choice(("fulfilled", "cancelled", "refunded"))
            event = self._event("status", {"orderId": number, "status": status})
            self.shop.book.status(number, status, (event["time"], event["id"]))
            events.append(event)
        return events

    def _customer(self) -> dict[str, Any]:
        said = {"city": self.chance.choice(CITIES), "name": f"Fed {self.chance.randrange(100)}"}
        said = {name: said[name] for name in self.chance.sample(sorted(said), self.chance.randrange(1, 3))}
        email = self._email()
        event = self._event("customers", {"email": email, **said})
        self.shop.book.upsert(email, said, (event["time"], event["id"]))
        return event

    def _activity(self) -> dict[str, Any]:
        self.count += 1
        activity = Activity(self._email(), "visit", self._time())
        identity = f"fa-{self.shop.seed}-{self.count}"
        self.shop.book.activity(identity, activity)
        return self._event("activities", {"email": activity.email, "type": activity.kind, "at": activity.at, "activityId": identity})

    def _unreadable(self) -> dict[str, Any]:
        event = self._event("orders", {"email": "nobody", "total": -1})
        self.shop.book.poison.add(event["id"])
        return event

    def _email(self) -> str:
        return f"f{self.chance.randrange(60)}@fed.example"

    def _time(self) -> str:
        return f"2026-{self.chance.randrange(1, 11):02}-{self.chance.randrange(1, 29):02}T{self.chance.randrange(24):02}:00:00Z"

    def _event(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        """Its id is made by chance, its time is of the past."""
        identity = str(uuid.UUID(int=self.chance.getrandbits(128), version=4))
        return {"specversion": "1.0", "id": identity, "source": "/feeder", "type": _TYPES[kind], "time": self._time(), "data": data}
