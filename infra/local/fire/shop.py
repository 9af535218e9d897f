"""A shop at work: clerks who write and read over HTTP, systems that feed the queues, and somebody who sends a campaign.

Everything is chosen by a seed; when what happens is up to the machine. Each clerk changes customers and orders of their
own, one request after the other, so that it is known who said what last. Orders and activities may be about anybody.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable
from typing import Any

from infra.local.fire.book import Activity, Book, Order
from infra.local.fire.client import Client, Tally
from infra.local.settings import Settings

CITIES = ("Pune", "Goa", "Delhi", "Kochi")
TAGS = ("vip", "trade", "tea", "coffee")
_BULK = 200
_OPEN_WITHIN = 300.0
# What a clerk may do, with how often.
Deeds = list[tuple[int, Callable[[], None]]]
Rules = dict[str, Any]
# What the shop's segments are about; which changes them is up to the clerks.
SEGMENTS: dict[str, Rules] = {
    "Pune": {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Pune"}]},
    "Regulars": {
        "combinator": "and",
        "rules": [{"field": "orderCount", "operator": ">=", "value": 3}, {"field": "totalSpend", "operator": ">", "value": 900}],
    },
    "Known": {
        "combinator": "or",
        "rules": [{"field": "visits", "operator": ">=", "value": 2}, {"field": "tags", "operator": "contains", "value": "vip"}],
    },
}
FIRST: Rules = {"combinator": "and", "rules": [{"field": "attributes.wave", "operator": "=", "value": "first"}]}
EDITED: Rules = {"combinator": "and", "rules": [{"field": "city", "operator": "=", "value": "Goa"}]}


class Shop:
    """Begins with customers of a first wave, segments, and nothing else."""

    def __init__(
        self, settings: Settings, seed: int, clerks: int, first: int, people: int, rate: float | None = None, answered_within: float = 30
    ) -> None:
        self.settings = settings
        self.seed = seed
        self.first = first
        self.people = people
        self.book = Book()
        self.tally = Tally()
        self.over = threading.Event()
        self.failures: list[str] = []
        self.rate = rate
        self.answered_within = answered_within
        self.owner = Client(settings, self.tally, answered_within=answered_within)
        self.clerks = [Clerk(self, number, clerks) for number in range(clerks)]
        self.threads: list[threading.Thread] = []

    def open(self, segments: int = len(SEGMENTS)) -> str:
        """Loads the first wave, and makes so many segments; the id of the one that is the first wave."""
        for start in range(0, self.first, _BULK):
            self.load([self.newcomer(n) for n in range(start, min(start + _BULK, self.first))])
        for name in list(SEGMENTS)[:segments]:
            self.segment(name, SEGMENTS[name])
        first = self.segment("First", FIRST)
        deadline = time.monotonic() + _OPEN_WITHIN
        while self.owner.ask("segment", f"/api/segments/{first}").get("count") != self.first:
            if time.monotonic() > deadline:
                raise AssertionError(f"the first wave was not there within {_OPEN_WITHIN:.0f} s")
            time.sleep(0.5)
        return first

    def begin(self, deeds: Callable[[Clerk], Deeds]) -> None:
        """Lets the clerks work."""
        for clerk in self.clerks:
            self.let(f"clerk {clerk.number}", lambda clerk=clerk: clerk.work(deeds(clerk)))

    def let(self, name: str, work: Callable[[], None]) -> None:
        """Somebody works besides; what fails is kept."""

        def noted() -> None:
            try:
                work()
            except Exception as error:
                self.failures.append(f"{name}: {type(error).__name__}: {error}")

        thread = threading.Thread(target=noted, name=name, daemon=True)
        self.threads.append(thread)
        thread.start()

    def close(self, patience: float = 300) -> None:
        """Nobody begins anything new; what was begun gets its answer."""
        self.over.set()
        deadline = time.monotonic() + patience
        for thread in self.threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                self.failures.append(f"{thread.name} did not end")

    def address(self, number: int) -> str:
        """The address of a customer."""
        return f"c{number}@fire.example"

    def newcomer(self, number: int) -> dict[str, Any]:
        """A customer of the first wave."""
        said = {"name": f"Person {number}", "city": CITIES[number % len(CITIES)], "attributes": {"wave": "first"}}
        return {"email": self.address(number), **said, "emailConsent": number % 7 != 0}

    def load(self, people: list[dict[str, Any]]) -> None:
        """Customers in bulk."""
        self.owner.write("customers in bulk", "POST", "/api/customers", {"items": people})
        for one in people:
            self.book.upsert(one["email"], {name: value for name, value in one.items() if name != "email"})

    def segment(self, name: str, rules: Rules, client: Client | None = None) -> str:
        """A segment; its id."""
        made: str = (client or self.owner).write("segment", "POST", "/api/segments", {"name": name, "rules": rules})["id"]
        self.book.segments[made] = rules
        return made

    def edit_a_segment(self, client: Client) -> None:
        """Gives a segment another meaning, or its first one again."""
        chosen = next(iter(self.book.segments))
        rules = EDITED if self.book.segments[chosen] != EDITED else SEGMENTS["Pune"]
        client.write("segment edited", "PATCH", f"/api/segments/{chosen}", {"rules": rules})
        self.book.segments[chosen] = rules

    def launch(self, client: Client, segment: str, audience: set[str]) -> str:
        """A campaign to everybody of the segment; its id."""
        variants = [{"subject": "Hello {{name}}", "body": "<p>Dear {{name}}</p>"}, {"subject": "{{name}}", "body": "<p>From {{city}}</p>"}]
        body = {"name": "Fire", "segmentId": segment, "channel": "email", "variants": variants}
        campaign: str = client.write("launch", "POST", "/api/campaigns", body)["id"]
        self.book.audiences[campaign] = audience
        return campaign

    def watch(self, client: Client, campaign: str, seconds: float) -> None:
        """Reads the campaign and its log for so long."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.over.is_set():
            client.ask("campaign", f"/api/campaigns/{campaign}")
            self.read_log(client, campaign)
            self.over.wait(0.5)

    def read_log(self, client: Client, campaign: str) -> None:
        """What the log says is said for good."""
        cursor = ""
        while True:
            page = client.ask("log", f"/api/campaigns/{campaign}/messages?limit=100{cursor}")
            for entry in page["items"]:
                self.book.saw(campaign, entry)
            if page["nextCursor"] is None or self.over.is_set():
                return
            cursor = f"&cursor={page['nextCursor']}"


class Clerk:
    """One thread, one client, one sequence of choices."""

    def __init__(self, shop: Shop, number: int, of: int) -> None:
        self.shop = shop
        self.number = number
        self.of = of
        self.chance = random.Random(f"{shop.seed} {number}")
        self.client = Client(shop.settings, shop.tally, f"clerk{number}@example.com", "marketer", shop.answered_within)
        self.placed: list[tuple[str, str]] = []
        self.count = 0

    def work(self, kinds: Deeds) -> None:
        """Does one thing after the other, at its share of the rate."""
        weights = [weight for weight, _ in kinds]
        due = time.monotonic()
        while not self.shop.over.is_set():
            self.chance.choices(kinds, weights)[0][1]()
            if self.shop.rate:
                due = max(due + self.of / self.shop.rate, time.monotonic() - 5)
                self.shop.over.wait(max(0.0, due - time.monotonic()))

    # -- writes --------------------------------------------------------------------------------------------------

    def writes(self) -> Deeds:
        """Everything that comes in over HTTP."""
        return [
            (10, self.place_one),
            (3, self.place_many),
            (6, self.upsert_one),
            (2, self.upsert_many),
            (6, self.act_once),
            (2, self.act_often),
            (4, self.change_status),
        ]

    def place_one(self) -> None:
        """One order; now and then the same once more, as a webhook that was not heard does."""
        number, order, body = self.new_order()
        for _ in range(self.chance.choice((1, 1, 1, 2))):
            answer = self.client.write("order", "POST", "/api/orders", body)
            self.shop.book.order(number, order)
        self.placed.append((number, answer["id"]))

    def place_many(self) -> None:
        """Orders in bulk, some of them twice."""
        made = [self.new_order() for _ in range(self.chance.randrange(5, 60))]
        made += self.chance.sample(made, len(made) // 5)
        answers = self.many("orders in bulk", "/api/orders", [body for _, _, body in made])
        for number, order, _ in made:
            self.shop.book.order(number, order)
        self.placed += [(number, answer["id"]) for (number, _, _), answer in list(zip(made, answers, strict=True))[:3]]

    def upsert_one(self) -> None:
        """Fields of one of this clerk's own customers."""
        email, said = self.said()
        self.client.write("customer", "POST", "/api/customers", {"email": email, **said})
        self.shop.book.upsert(email, said)

    def upsert_many(self) -> None:
        """The same of several, each once: within one request they are said at the same time."""
        said = dict(self.said() for _ in range(self.chance.randrange(3, 30)))
        self.many("customers in bulk", "/api/customers", [{"email": email, **fields} for email, fields in said.items()])
        for email, fields in said.items():
            self.shop.book.upsert(email, fields)

    def act_once(self) -> None:
        """One activity."""
        identity, activity, body = self.new_activity()
        self.client.write("activity", "POST", "/api/activities", body)
        self.shop.book.activity(identity, activity)

    def act_often(self) -> None:
        """Activities in bulk, some of them twice."""
        made = [self.new_activity() for _ in range(self.chance.randrange(5, 60))]
        made += self.chance.sample(made, len(made) // 5)
        self.many("activities in bulk", "/api/activities", [body for _, _, body in made])
        for identity, activity, _ in made:
            self.shop.book.activity(identity, activity)

    def change_status(self) -> None:
        """What became of an order that this clerk has placed; perhaps it is not there yet."""
        if not self.placed:
            return
        number, identity = self.chance.choice(self.placed)
        status = self.chance.choice(("fulfilled", "fulfilled", "cancelled", "refunded", "placed"))
        key = str(uuid.uuid4())
        answer = self.client.send("status", "PATCH", f"/api/orders/{identity}", {"status": status}, key, also=(404,))
        if answer.status == 202:
            self.shop.book.status(number, status)

    def many(self, kind: str, path: str, items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """A bulk request of which nothing is refused; its results."""
        found: list[dict[str, Any]] = self.client.write(kind, "POST", path, {"items": items})["items"]
        if refused := [one for one in found if one["status"] != "queued"]:
            raise AssertionError(f"refused: {refused[:3]}")
        return found

    # -- what is written -----------------------------------------------------------------------------------------

    def new_order(self) -> tuple[str, Order, dict[str, Any]]:
        """A number, what the order is, and how it is said."""
        number = self.name("o")
        email = self.anybody()
        if self.chance.random() < 0.3:
            price, quantity = self.chance.randrange(100, 50_000), self.chance.randrange(1, 5)
            line = {"sku": f"S{price % 20}", "name": f"Tea {price % 20}", "quantity": quantity, "unitPrice": price / 100}
            total, said = price * quantity, {"items": [line]}
        else:
            total = self.chance.randrange(0, 90_000)
            said = {"total": total / 100}
        order = Order(email, total, self.moment())
        return number, order, {"email": email, "orderId": number, "placedAt": order.placed_at, **said}

    def new_activity(self) -> tuple[str, Activity, dict[str, Any]]:
        """The same of an activity."""
        activity = Activity(self.anybody(), self.chance.choice(("visit", "visit", "signup")), self.moment())
        identity = self.name("a")
        return identity, activity, {"email": activity.email, "type": activity.kind, "at": activity.at, "activityId": identity}

    def said(self) -> tuple[str, dict[str, Any]]:
        """One of this clerk's own customers, and some fields."""
        mine = range(self.number, self.shop.people, self.of)
        fields: dict[str, Any] = {
            "name": f"Person {self.chance.randrange(1000)}",
            "city": self.chance.choice(CITIES),
            "tags": self.chance.sample(TAGS, self.chance.randrange(0, 3)),
            "visits": self.chance.randrange(0, 4),
            "attributes": {f"k{self.chance.randrange(3)}": self.chance.randrange(100)},
        }
        chosen = self.chance.sample(sorted(fields), self.chance.randrange(1, 4))
        return self.shop.address(self.chance.choice(mine)), {name: fields[name] for name in chosen}

    def anybody(self) -> str:
        """Anybody's address; some are met more often than others."""
        return self.shop.address(min(self.chance.randrange(self.shop.people), self.chance.randrange(self.shop.people)))

    def moment(self) -> str:
        """A time of the last year and a half."""
        day = f"{self.chance.choice(('2025-11', '2025-12', '2026-03', '2026-07', '2026-10'))}-{self.chance.randrange(1, 29):02}"
        return f"{day}T{self.chance.randrange(24):02}:{self.chance.randrange(60):02}:{self.chance.randrange(60):02}Z"

    def name(self, kind: str) -> str:
        """A number that nothing else has."""
        self.count += 1
        return f"{kind}-{self.shop.seed}-{self.number}-{self.count}"

    # -- reads ---------------------------------------------------------------------------------------------------

    def reads(self) -> Deeds:
        """What somebody in front of the web app asks for."""
        return [
            (3, lambda: self.look("customers", "/api/customers?limit=25")),
            (3, lambda: self.look("search", f"/api/customers?search=c{self.chance.randrange(100)}")),
            (3, lambda: self.look("orders", "/api/orders?limit=25")),
            (3, lambda: self.look("orders of one", f"/api/orders/by-email/{self.anybody()}")),
            (2, lambda: self.look("statistics", "/api/stats")),
            (2, lambda: self.look("segments", "/api/segments")),
            (2, lambda: self.look("members", f"/api/segments/{self.any_segment()}/members?limit=25")),
            (1, lambda: self.look("explanation", f"/api/segments/{self.any_segment()}/explain?email={self.shop.address(0)}")),
            (1, lambda: self.client.write("preview", "POST", "/api/segments/preview", {"rules": self.chance.choice(list(SEGMENTS.values()))})),
            (1, lambda: self.look("campaigns", "/api/campaigns")),
            (1, lambda: self.look("health", "/api/health")),
        ]

    def look(self, kind: str, path: str) -> None:
        """A GET."""
        self.client.ask(kind, path)

    def any_segment(self) -> str:
        """One of the shop's segments."""
        return self.chance.choice(list(self.shop.book.segments))
