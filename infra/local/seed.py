"""Sends the demo data through the API, as any client would. Repeating it changes nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timezone
from typing import Any

from botocore.exceptions import ClientError

from infra.local import aws, demo
from infra.local.api import Api
from infra.local.settings import Settings

_BULK = 500
# Seconds in which everything that demo data bring about is applied, also on a busy machine.
PATIENCE = 1800.0
# Kept in the local AWS itself, so that it is saved, and lost, together with the data.
_ANCHOR = "/mini-crm/demo-anchor"


def is_first_time(settings: Settings) -> bool:
    """Whether this stack never had demo data."""
    return _anchor(settings) is None


def seed(
    settings: Settings,
    count: int,
    say: Callable[[str], None] = print,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Sends `count` customers and all that they did; returns when everything is accepted (see `drained`)."""
    anchor = _anchor(settings) or datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    api = Api(settings)
    started = time.monotonic()
    for path, bodies in (
        ("/api/customers", demo.customers(count, anchor)),
        ("/api/orders", demo.orders(count, anchor)),
        ("/api/activities", demo.activities(count, anchor)),
    ):
        sent = 0
        for items in _bulks(bodies):
            answer = api.post(path, {"items": items})
            refused = [one for one in answer["items"] if one.get("status") != "queued"]
            if refused:
                raise RuntimeError(f"{path} refused demo data: {refused[0]}")
            sent += len(items)
            meanwhile()
        say(f"{path}: {sent} sent")
    aws.client(settings, "ssm").put_parameter(Name=_ANCHOR, Value=anchor.isoformat(), Type="String", Overwrite=True)
    say(f"accepted after {time.monotonic() - started:.1f} s")


def drained(settings: Settings, patience: float, say: Callable[[str], None] = print, meanwhile: Callable[[], None] = lambda: None) -> bool:
    """Waits until everything accepted is applied; what has to wait for its hour may do so. False when that takes longer than
    `patience` seconds: a message that fails comes back after hours."""
    deadline, told = time.monotonic() + patience, time.monotonic()
    quiet = 0
    while quiet < 2:
        busy = {name: depth for name, depth in aws.queues(settings, delayed=False).items() if sum(depth)}
        quiet = 0 if busy else quiet + 1
        work = ", ".join(f"{name} {waiting} waiting, {flight} in flight" for name, (waiting, flight) in busy.items())
        if busy and time.monotonic() > deadline:
            say(f"still in the queues: {work}")
            return False
        if busy and time.monotonic() - told > 10:
            told = time.monotonic()
            say(f"in the queues: {work}")
        meanwhile()
        time.sleep(0.2)
    return True


def _anchor(settings: Settings) -> datetime | None:
    try:
        found = aws.client(settings, "ssm").get_parameter(Name=_ANCHOR)
    except ClientError:
        return None
    return datetime.fromisoformat(found["Parameter"]["Value"])


def _bulks(bodies: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    while items := list(itertools.islice(bodies, _BULK)):
        yield items
