"""A shop at work while its processes die; then peace, and what has become of it.

Peace begins with one more stop of the local AWS: with it end the leases on messages whose worker was killed, which would else be out
of sight for twelve minutes. Whatever is among the dead letters by then is redriven, as somebody would do after an outage.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from infra.local.api import Api
from infra.local.fire import invariants
from infra.local.fire.client import Client
from infra.local.fire.feeder import Feeder
from infra.local.fire.killer import Killer
from infra.local.fire.shop import SEGMENTS, Deeds, Shop
from infra.local.settings import Settings
from infra.local.waiting import PASSING, wait_until

_RIGHT_WITHIN = 300.0


@dataclass
class Burnt:
    """What is left."""

    shop: Shop
    killer: Killer
    stored: invariants.Stored
    faults: list[str]
    redriven: int
    seconds: dict[str, float] = field(default_factory=dict)

    def told(self) -> list[str]:
        """What happened, a line each."""
        book, tally = self.shop.book, self.shop.tally
        killed = ", ".join(f"{name} {times}" for name, times in sorted(self.killer.killed.items()))
        errors = {kind: dict(counts) for kind, counts in sorted(tally.errors.items())}
        return [
            f"accepted: {', '.join(f'{times} {what}' for what, times in sorted(book.accepted.items()))}; unreadable on purpose: {len(book.poison)}",
            f"killed: {sum(self.killer.killed.values())} times: {killed}",
            f"attempts that came to nothing, and were made again: {tally.error_count()}: {errors}",
            f"stored: {invariants.summary(self.stored)}; redriven dead letters: {self.redriven}",
            f"seconds: {', '.join(f'{name} {took:.0f}' for name, took in self.seconds.items())}",
            *(self.faults or ["all five invariants hold"]),
        ]


def burn(settings: Settings, supervisor: int, seed: int, seconds: float, outages: int, clerks: int = 6) -> Burnt:
    """Sets it on fire for so many seconds, with so many stops of the local AWS; then waits for peace, and looks."""
    shop = Shop(settings, seed, clerks, first=120, people=360, answered_within=5)
    killer = Killer(settings, supervisor, seed)
    clock = _Clock()
    audience = {shop.address(n) for n in range(shop.first)}
    first = shop.open(segments=2)
    clock.note("until the shop was open")

    shop.begin(lambda clerk: [*clerk.writes(), *seldom(clerk.reads())])
    shop.let("feeder", Feeder(shop, poison=True, pause=0.5).work)
    shop.let("killer", lambda: killer.work(0.2, 1.0))
    shop.let("marketer", lambda: _campaigns(shop, first, audience))
    for outage in range(outages + 1):
        shop.over.wait(seconds / (outages + 1))
        if outage < outages:
            clock.away += killer.stop_aws()
        if outage == 0:
            shop.let("editor", lambda: _segments(shop))
    killer.over.set()
    shop.close()
    clock.note("of fire")

    killer.stop_aws()
    redriven = _peace(settings, shop)
    clock.note("until all was applied")
    stored, faults = look(settings, shop)
    clock.note("until all was right" if not faults else "until it was given up")
    clock.took["of these without a local AWS"] = clock.away
    return Burnt(shop, killer, stored, [*shop.failures, *faults], redriven, clock.took)


def seldom(deeds: Deeds) -> Deeds:
    """The same, each as often as the others, and not too often."""
    return [(1, deed) for _, deed in deeds]


def _campaigns(shop: Shop, segment: str, audience: set[str]) -> None:
    """One that is paused and resumed, and its log, read all the while."""
    client = Client(shop.settings, shop.tally, "marketer@example.com", "marketer", shop.answered_within)
    campaign = shop.launch(client, segment, audience)
    shop.watch(client, campaign, 3)
    for deed in ("pause", "resume"):
        # Sent before it could be paused: that is no fault.
        client.send(deed, "POST", f"/api/campaigns/{campaign}/{deed}", key=f"{deed} {campaign}", also=(409,))
        shop.watch(client, campaign, 2)
    while not shop.over.is_set():
        shop.watch(client, campaign, 5)
        shop.launch(client, segment, audience)


def _segments(shop: Shop) -> None:
    """One is edited, and one is new, in the middle of it."""
    client = Client(shop.settings, shop.tally, "marketer@example.com", "marketer", shop.answered_within)
    shop.edit_a_segment(client)
    shop.segment("Known", SEGMENTS["Known"], client)


def _peace(settings: Settings, shop: Shop) -> int:
    """Waits until nothing is to be done any more; how many dead letters had to be redriven."""
    redriven, asked = 0, 0.0
    api = Api(settings)

    def at_rest() -> bool:
        nonlocal redriven, asked
        if time.monotonic() - asked > 10:
            asked = time.monotonic()
            redriven += _redrive(settings, api, shop)
            for campaign in shop.book.audiences:
                if api.get(f"/api/campaigns/{campaign}")["status"] in ("paused", "failed"):
                    api.call("POST", f"/api/campaigns/{campaign}/resume")
        busy = any(sum(depth) for depth in invariants.waiting(settings).values())
        return not busy and all(api.get(f"/api/campaigns/{one}")["status"] == "sent" for one in shop.book.audiences)

    wait_until(at_rest, 900, "peace")
    return redriven


def _redrive(settings: Settings, api: Api, shop: Shop) -> int:
    """Gives everything back that is not unreadable on purpose."""
    count = 0
    for name, bodies in invariants.dead_letters(settings).items():
        mine = [body for body in bodies if not any(identity in body for identity in shop.book.poison)]
        if mine:
            count += len(mine)
            api.call("POST", f"/api/queues/{name}/redrive")
    return count


def look(settings: Settings, shop: Shop) -> tuple[invariants.Stored, list[str]]:
    """What is wrong, once it does not get better: memberships follow their customers in a moment of their own, and builds of new
    segments, which may wait for a minute in between, count as work of later."""
    deadline = time.monotonic() + _RIGHT_WITHIN
    while True:
        try:
            stored = invariants.read(settings, shop.book)
            faults = invariants.faults(stored, shop.book)
            if not faults or time.monotonic() > deadline:
                return stored, faults
        except PASSING:
            if time.monotonic() > deadline:
                raise
        time.sleep(2)


class _Clock:
    """Seconds of each part."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.since = time.monotonic()
        self.away = 0.0

    def note(self, name: str) -> None:
        """A part is over."""
        now = time.monotonic()
        self.took[name] = now - self.since
        self.since = now
