"""`make load MINUTES=30 RATE=4`: mixed traffic of a shop on a stack of its own that is thrown away: who grows, who fails, who lags.

RATE is requests per second of the clerks together; a campaign, an edited segment and an import come every few minutes besides.
Fails where there is an error (a 429 is none), a process whose memory grows, a queue that is not worked off, or a broken invariant.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TEST_PORTS", "28280,29200,24766")
os.environ.setdefault("TEST_STATE_DIR", ".local-load")

from infra.local import aws, imports
from infra.local.fire import invariants, memory
from infra.local.fire.book import Order
from infra.local.fire.burn import look
from infra.local.fire.client import Client, Tally
from infra.local.fire.feeder import Feeder
from infra.local.fire.killer import Killer
from infra.local.fire.memory import Memory, load_average, megabytes
from infra.local.fire.shop import CITIES, Clerk, Deeds, Shop
from infra.local.tests.harness import SETTINGS, STACK
from infra.local.waiting import wait_until

_CLERKS = 6
_FIRST, _PEOPLE = 500, 1_500
_SAMPLE_EVERY = 10.0
# Everything that comes now and then comes as often as this.
_NOW_AND_THEN = 240.0
_ROWS = 300
_PROMPTS = ("customers in Pune with more than 2 orders", "people who spent over 5000", "not active in the last 90 days")


def main() -> int:
    """The exit code."""
    seconds = 60 * float(os.environ.get("MINUTES") or 30)
    rate = float(os.environ.get("RATE") or 4)
    with STACK.fresh():
        assert STACK.process
        good = Load(STACK.process.pid, rate).run(seconds)
    if good:
        STACK.wipe()
    return 0 if good else 1


class Load:
    """One run."""

    def __init__(self, supervisor: int, rate: float) -> None:
        self.shop = Shop(SETTINGS, 1, _CLERKS, first=_FIRST, people=_PEOPLE, rate=rate)
        self.memory = Memory(supervisor, Killer(SETTINGS, supervisor, 0))
        self.lag: dict[str, int] = {}
        self.items: list[int] = []

    def run(self, seconds: float) -> bool:
        """Whether all is well."""
        shop = self.shop
        first = shop.open()
        # What others do on the machine is no load of ours; it is told at both ends.
        print(f"{seconds / 60:.0f} minutes at {shop.rate} requests/s; {load_average()}", flush=True)
        began = time.monotonic()
        shop.begin(everything)
        shop.let("feeder", Feeder(shop, poison=False, pause=2).work)
        shop.let("marketer", lambda: self.now_and_then(first))
        shop.let("sampler", self.sample)
        shop.over.wait(seconds)
        shop.close()
        took = time.monotonic() - began
        emptied = self.until_empty()
        stored, faults = look(SETTINGS, self.shop)
        return self.report(took, emptied, stored, [*shop.failures, *faults])

    def now_and_then(self, segment: str) -> None:
        """What does not come with every minute."""
        client = Client(SETTINGS, self.shop.tally, "marketer@example.com", "marketer")
        audience = {self.shop.address(n) for n in range(_FIRST)}
        number = 0
        while not self.shop.over.is_set():
            campaign = self.shop.launch(client, segment, audience)
            self.shop.edit_a_segment(client)
            self.import_orders(number)
            number += 1
            self.shop.watch(client, campaign, 20)
            self.shop.over.wait(_NOW_AND_THEN - 20)

    def import_orders(self, number: int) -> None:
        """A file, through the API for files."""
        rows = []
        for row in range(_ROWS):
            name, order = f"i-{number}-{row}", Order(self.shop.address(row), 100 * row + 25, f"2026-0{row % 9 + 1}-11T00:00:00Z")
            rows.append(f"{order.email},{name},{order.placed_at},{row}.25")
            self.shop.book.order(name, order)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "orders.csv"
            file.write_text("email,order id,date,amount\n" + "\n".join(rows) + "\n")
            started = time.monotonic()
            if imports.run(SETTINGS, "orders", file) == 0:
                self.shop.tally.answered("import, applied", time.monotonic() - started)
            else:
                self.shop.tally.failed("import", "failed")

    def sample(self) -> None:
        """Memory and lag, again and again."""
        client = Client(SETTINGS, self.shop.tally)
        while not self.shop.over.wait(_SAMPLE_EVERY):
            self.memory.sample()
            self.items.append(count_items())
            for queue in client.ask("queues", "/api/queues")["items"]:
                self.lag[queue["name"]] = max(self.lag.get(queue["name"], 0), queue["ageSeconds"] or 0)

    def until_empty(self) -> float:
        """Seconds until no queue has anything that is due."""
        started = time.monotonic()
        wait_until(lambda: not any(sum(depth) for depth in invariants.waiting(SETTINGS).values()), 900, "empty queues")
        return time.monotonic() - started

    def report(self, took: float, emptied: float, stored: invariants.Stored, faults: list[str]) -> bool:
        """Prints everything; whether all is well."""
        tally = self.shop.tally
        show_requests(tally, took)
        growing = self.show_memory()
        print(f"lag: {', '.join(f'{name} {age} s' for name, age in sorted(self.lag.items()) if age)} at most; all empty {emptied:.0f} s after the end")
        print(f"stored: {invariants.summary(stored)}; {load_average()}")
        for fault in [*faults, *growing]:
            print(fault)
        if not faults:
            print("all five invariants hold")
        return not faults and not growing and not tally.error_count()

    def show_memory(self) -> list[str]:
        """Who grows."""
        faults = []
        print(f"{'memory, MB':28}{'processes':>10}{'first third':>12}{'middle':>10}{'last':>10}{'most':>10}")
        for name, processes in self.memory.by_name().items():
            thirds = [sum(part) for part in zip(*(held.thirds() for held in processes), strict=True)]
            most = max(sample for held in processes for sample in held.samples)
            print(f"{name:28}{len(processes):>10}" + "".join(f"{megabytes(size):>{width}}" for size, width in zip([*thirds, most], (12, 10, 10, 10), strict=True)))
            if name == "local AWS":
                # It is the database, and keeps everything in memory: it grows with what is stored.
                grown, items = processes[0].samples[-1] - processes[0].samples[0], self.items[-1] - self.items[0]
                print(f"  holds all data in memory: {items} items more, {grown / max(items, 1) / 1024:.1f} KB for each")
            else:
                faults += [f"{name} grows: {megabytes(held.before())} at most before, then {megabytes(held.thirds()[2])} MB" for held in memory.growing(processes)]
        return faults


def everything(clerk: Clerk) -> Deeds:
    """Reads, writes, and questions to the assistant."""
    prompt = lambda: {"prompt": clerk.chance.choice(_PROMPTS)}  # noqa: E731
    asked = [
        (1, lambda: clerk.client.write("rules from words", "POST", "/api/generate-rules", prompt())),
        (1, lambda: clerk.client.write("messages", "POST", "/api/generate-messages", {"objective": "Bring back who has not ordered", "channel": "email"})),
    ]
    newcomers = [(1, lambda: newcomer(clerk))]
    return [*clerk.writes(), *((2 * weight, read) for weight, read in clerk.reads()), *asked, *newcomers]


def newcomer(clerk: Clerk) -> None:
    """Somebody who was never there before."""
    email, said = f"{clerk.name('n')}@fire.example", {"name": "New", "city": clerk.chance.choice(CITIES)}
    clerk.client.write("customer", "POST", "/api/customers", {"email": email, **said})
    clerk.shop.book.upsert(email, said)


def show_requests(tally: Tally, took: float) -> None:
    """Requests, how long they took, and what failed."""
    print(f"{'requests':22}{'number':>8}{'per s':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}  errors")
    all_: list[float] = []
    for kind in sorted({*tally.took, *tally.errors}):
        times = sorted(tally.took.get(kind, []))
        all_ += times
        errors = ", ".join(f"{times} {what}" for what, times in tally.errors.get(kind, {}).items()) or "none"
        print(f"{kind:22}{len(times):>8}{len(times) / took:>8.2f}{_at(times, 0.5)}{_at(times, 0.95)}{_at(times, 0.99)}  {errors}")
    all_.sort()
    print(f"{'all':22}{len(all_):>8}{len(all_) / took:>8.2f}{_at(all_, 0.5)}{_at(all_, 0.95)}{_at(all_, 0.99)}  {tally.error_count()}; 429: {tally.throttled}")


def _at(times: list[float], share: float) -> str:
    return f"{1000 * times[min(int(share * len(times)), len(times) - 1)]:>9.0f}" if times else f"{'-':>9}"


def count_items() -> int:
    """Items in all tables, as the local AWS counts them."""
    dynamodb = aws.client(SETTINGS, "dynamodb")
    return sum(dynamodb.describe_table(TableName=name)["Table"]["ItemCount"] for name in dynamodb.list_tables()["TableNames"])


if __name__ == "__main__":
    sys.exit(main())
