"""What must be true once all is at rest, read back from the tables and the API; the numbers are those of ARCHITECTURE.md.

`read` looks at everything, `faults` says what is wrong with it. Nothing here waits: a fault of a moment is the caller's to judge.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from infra.local import aws
from infra.local.api import Api
from infra.local.fire.book import Book
from infra.local.fire.shop import Rules
from infra.local.settings import Settings

_read = TypeDeserializer().deserialize
# In the order in which they may be set; what is missing says nothing.
_FORWARD = ("queuedAt", "sentAt", "deliveredAt", "openedAt", "clickedAt")
# What a provider tells of a letter, which it has taken by then.
_HEARD = ("deliveredAt", "openedAt", "machineOpenedAt", "clickedAt", "bouncedAt", "complainedAt", "unsubscribedAt")
_COUNTS = ("audience", "queued", "sent", "delivered", "opened", "clicked", "bounced", "complained", "unsubscribed", "failed", "skipped", "unknown")
_PARTS = {"deliveredAt": "delivered", "clickedAt": "clicked", "bouncedAt": "bounced", "complainedAt": "complained", "unsubscribedAt": "unsubscribed"}
# Their messages wait for hours of their own: the sweep of a segment's old members, the passes of an erasure.
_LATER = ("segments", "erasures")
# More of one kind tell nothing new.
_SHOWN = 5
Record = dict[str, Any]


@dataclass
class Stored:
    """Everything that there is."""

    waiting: dict[str, tuple[int, int]]
    # Bodies of dead letters, by queue.
    dead: dict[str, list[str]]
    customers: list[Record]
    orders: list[Record]
    activities: list[Record]
    messages: list[Record]
    # As the API shows them; logs by campaign.
    shown: list[Record]
    logs: dict[str, list[Record]]
    statistics: Record
    campaigns: list[Record]
    # Of each segment: what it says of itself, its members, and what a preview of its rules counts.
    segments: list[Record]
    members: dict[str, list[str]]
    previews: dict[str, int]


def read(settings: Settings, book: Book) -> Stored:
    """Reads all of it."""
    api = Api(settings)
    names = aws.resources(settings)
    segments = [one for one in api.everything("/api/segments") if one["id"] in book.segments]
    return Stored(
        waiting=waiting(settings),
        dead=dead_letters(settings),
        customers=list(_table(settings, names["CustomersTable"])),
        orders=list(_table(settings, names["OrdersTable"])),
        activities=list(_table(settings, names["ActivitiesTable"])),
        messages=list(_table(settings, names["MessagesTable"])),
        shown=api.everything("/api/customers"),
        logs={campaign: api.everything(f"/api/campaigns/{campaign}/messages") for campaign in book.audiences},
        statistics=api.get("/api/stats"),
        campaigns=[api.get(f"/api/campaigns/{campaign}") for campaign in book.audiences],
        segments=segments,
        members={one["id"]: [member["email"] for member in api.everything(f"/api/segments/{one['id']}/members")] for one in segments},
        previews={one["id"]: api.post("/api/segments/preview", {"rules": book.segments[one["id"]]})["count"] for one in segments},
    )


def faults(stored: Stored, book: Book) -> list[str]:
    """What is not as it has to be, a sentence each."""
    found = {
        1: _accounted_for(stored, book),
        2: _sums(stored),
        3: _as_expected(stored, book),
        4: _log(stored, book),
        5: [*_counts(stored), *_segments(stored, book)],
    }
    return [f"invariant {number}: {fault}" for number, faults in found.items() for fault in _some(faults)]


# -- 1: accepted = applied + in flight + dead-lettered ---------------------------------------------------------------


def _accounted_for(stored: Stored, book: Book) -> Iterator[str]:
    for name, depth in stored.waiting.items():
        if sum(depth):
            yield f"{name}: {depth[0]} waiting, {depth[1]} in flight"
    dead = {name: bodies for name, bodies in stored.dead.items() if bodies}
    letters = [body for bodies in dead.values() for body in bodies]
    lost = [identity for identity in book.poison if not any(identity in body for body in letters)]
    yield from (f"the unreadable event {identity} is nowhere" for identity in lost)
    for name, bodies in dead.items():
        yield from (f"a dead letter of {name}: {body[:300]}" for body in bodies if not any(identity in body for identity in book.poison))
    held = Counter(order["body"]["merchant_id"] for order in stored.orders if order.get("body"))
    yield from (f"order {number} was accepted and is not there" for number in book.orders.keys() - held.keys())
    yield from (f"order {number} is there {times} times, accepted or not" for number, times in held.items() if times > 1 or number not in book.orders)
    emails = {one["id"]: one["email"] for one in stored.customers if "email" in one}
    recorded = Counter((emails.get(one["customerId"]), one["kind"], _time(one["at"])) for one in stored.activities)
    accepted = Counter((one.email, one.kind, _time(one.at)) for one in book.activities.values())
    yield from (f"activity {deed}: {times} accepted and not there" for deed, times in (accepted - recorded).items())
    yield from (f"activity {deed}: {times} more than were accepted" for deed, times in (recorded - accepted).items())


# -- 2: sums are those of what is stored ------------------------------------------------------------------------------


def _sums(stored: Stored) -> Iterator[str]:
    orders: dict[str, list[tuple[int, datetime]]] = {}
    days: dict[str, list[int]] = {}
    for one in stored.orders:
        body = one.get("body")
        if not body or (one.get("status") or body.get("status") or "placed") in ("cancelled", "refunded"):
            continue
        paid = body.get("paid")
        total = int(paid if paid is not None else sum(line["unitPrice"] * line["quantity"] for line in body["items"]))
        at = _time(body.get("placed_at") or one["stamp"]["at"])
        orders.setdefault(body["email"], []).append((total, at))
        days.setdefault(at.date().isoformat(), []).append(total)
    visits = Counter(one["customerId"] for one in stored.activities if one["kind"] == "visit")
    for one in stored.customers:
        mine = orders.pop(one["email"], [])
        placed = [at for _, at in mine]
        folded = (sum(total for total, _ in mine), len(mine), min(placed, default=None), max(placed, default=None), visits[one["id"]])
        first, last = one.get("firstOrderAt"), one.get("lastOrderAt")
        sums = (int(one.get("totalSpend", 0)), int(one.get("orderCount", 0)), first and _time(first), last and _time(last), int(one.get("visitsRecorded", 0)))
        if sums != folded:
            yield f"{one['email']}: sums {sums}, but orders and activities make {folded}"
    yield from (f"{email} has orders and is not there" for email in orders)
    daily = {day["date"]: (day["orders"], _minor(day["revenue"])) for day in stored.statistics["daily"] if day["orders"] or day["revenue"]}
    counted = {day: (len(totals), sum(totals)) for day, totals in days.items()}
    for day in sorted(daily.keys() | counted.keys()):
        if daily.get(day) != counted.get(day):
            yield f"{day}: figures {daily.get(day)}, but orders make {counted.get(day)}"


# -- 3: the state is that of the set of accepted events ----------------------------------------------------------------


def _as_expected(stored: Stored, book: Book) -> Iterator[str]:
    expected = book.expected()
    shown = {one["email"]: one for one in stored.shown}
    yield from (f"{email} was accepted and is not listed" for email in expected.keys() - shown.keys())
    yield from (f"{email} is listed and was never accepted" for email in shown.keys() - expected.keys())
    if len(shown) != len(stored.shown):
        yield f"{len(stored.shown)} customers are listed, of which {len(shown)} are different"
    for email, wanted in expected.items():
        one = shown.get(email)
        if one is None:
            continue
        is_ = {**{name: one.get(name) for name in wanted}, "totalSpend": _minor(one["totalSpend"]), "tags": sorted(one["tags"])}
        for name in wanted:
            if name.endswith("At") and is_[name]:
                is_[name], wanted[name] = _time(is_[name]), _time(wanted[name])
        if is_ != wanted:
            wrong = {name: (is_[name], value) for name, value in wanted.items() if is_[name] != value}
            yield f"{email}: (is, has to be) {wrong}"
    all_ = {"customers": len(expected), "orders": len(book.counting()), "revenue": sum(order.total for order in book.counting().values())}
    told = {name: _minor(stored.statistics[name]) if name == "revenue" else stored.statistics[name] for name in all_}
    if told != all_:
        yield f"statistics say {told}, accepted were {all_}"
    newcomers = sum(day["customers"] for day in stored.statistics["daily"])
    if newcomers != len(expected):
        yield f"days have {newcomers} new customers, accepted were {len(expected)}"
    for day, (count, revenue) in book.days().items():
        figures = next((one for one in stored.statistics["daily"] if one["date"] == day), {"orders": 0, "revenue": 0})
        if (figures["orders"], _minor(figures["revenue"])) != (count, revenue):
            yield f"{day}: figures {figures}, accepted were {count} orders of {revenue}"


# -- 4: one entry per campaign and customer, times set once and forward -----------------------------------------------


def _log(stored: Stored, book: Book) -> Iterator[str]:
    entries: dict[tuple[str, str], Record] = {}
    for one in stored.messages:
        key = (one["shard"].split("#")[0], one["email"])
        if key in entries:
            yield f"{key} has two entries"
        entries[key] = one
        if one.get("skippedReason") and one.get("sentAt"):
            yield f"{key} was skipped and sent"
    shown = {(campaign, one["email"]): one for campaign, log in stored.logs.items() for one in log}
    yield from (f"{key} is in the table or in what is shown of the log, and not in both" for key in entries.keys() ^ shown.keys())
    for key, one in shown.items():
        times = [_time(one[name]) for name in _FORWARD if one.get(name)]
        if times != sorted(times):
            yield f"{key}: times go backwards: { {name: one.get(name) for name in _FORWARD} }"
    for campaign, audience in book.audiences.items():
        logged = {email for held, email in entries if held == campaign}
        yield from (f"campaign {campaign} has no entry for {email}" for email in audience - logged)
        yield from (f"campaign {campaign} has an entry for {email}, who is no part of it" for email in logged - audience)
    for key, seen in book.seen.items():
        one = shown.get(key, {})
        heard = min((_time(one[name]) for name in _HEARD if one.get(name)), default=None)
        for name, value in seen.items():
            held = one.get(name) and _time(one[name])
            # Whoever handed it over may have died: then it was sent by the time of the first report, whenever that came.
            if held != _time(value) and not (name == "sentAt" and held and held == heard and held < _time(value)):
                yield f"{key}: {name} was {value}, and is {one.get(name)}"


# -- 5: counts are counts ----------------------------------------------------------------------------------------------


def _counts(stored: Stored) -> Iterator[str]:
    for campaign in stored.campaigns:
        log = [one for one in stored.messages if one["shard"].startswith(f"{campaign['id']}#")]
        counted = dict.fromkeys(_COUNTS, 0) | _counted(log)
        told = {name: campaign.get(name, 0) for name in _COUNTS}
        if told != counted:
            yield f"campaign {campaign['id']} says {told}, its log {counted}"
        if campaign["status"] != "sent":
            yield f"campaign {campaign['id']} is {campaign['status']}"
    logged = len(stored.messages)
    if stored.statistics["messages"] != logged:
        yield f"statistics say {stored.statistics['messages']} messages, the logs have {logged}"


def _counted(log: list[Record]) -> Counter[str]:
    counts: Counter[str] = Counter(audience=len(log))
    for one in log:
        if one.get("skippedReason"):
            counts["skipped"] += 1
        elif one.get("failedAt"):
            counts["failed"] += 1
        elif any(one.get(name) for name in ("sentAt", "bouncedAt", *_FORWARD[2:])):
            counts["sent"] += 1
            counts["opened"] += bool(one.get("openedAt") or one.get("machineOpenedAt"))
            for name, count in _PARTS.items():
                counts[count] += bool(one.get(name))
        else:
            counts["unknown" if one.get("unknownAt") else "queued"] += 1
    return counts


def _segments(stored: Stored, book: Book) -> Iterator[str]:
    expected = book.expected()
    yield from (f"segment {one} is not there" for one in book.segments.keys() - {one["id"] for one in stored.segments})
    for segment in stored.segments:
        rules = book.segments[segment["id"]]
        wanted = {email for email, customer in expected.items() if holds(rules, customer)}
        members = stored.members[segment["id"]]
        what = f"segment {segment['name']}"
        if segment["state"] != "live":
            # A new one says nothing else before it is complete.
            yield f"{what} is {segment['state']}"
            continue
        if len(members) != len(set(members)):
            yield f"{what} lists {len(members)} members, of whom {len(set(members))} are different"
        yield from (f"{what} lacks {email}" for email in wanted - set(members))
        yield from (f"{what} has {email}, who does not belong" for email in set(members) - wanted)
        if (segment["count"], stored.previews[segment["id"]]) != (len(wanted), len(wanted)):
            yield f"{what} counts {segment['count']}, its preview {stored.previews[segment['id']]}, its rules say {len(wanted)}"


def holds(rules: Rules, customer: Record) -> bool:
    """Whether rules say so of a customer; those that the shop uses, read from the contract and from nothing else."""
    if "combinator" in rules:
        each = [holds(rule, customer) for rule in rules["rules"]]
        return all(each) if rules["combinator"] == "and" else any(each)
    name, wanted = rules["field"], rules["value"]
    value = customer.get("attributes", {}).get(name.removeprefix("attributes.")) if "." in name else customer.get(name)
    match rules["operator"]:
        case "=":
            return bool(value == wanted)
        case ">=":
            return value is not None and value >= wanted
        case ">":
            return value is not None and (value > wanted * 100 if name == "totalSpend" else value > wanted)
        case "contains":
            return wanted in (value or [])
    raise ValueError(f"no such operator here: {rules['operator']}")


# -- reading -------------------------------------------------------------------------------------------------------------


def _table(settings: Settings, name: str) -> Iterator[Record]:
    for page in aws.client(settings, "dynamodb").get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        for item in page["Items"]:
            yield {key: _read(value) for key, value in item.items()}


def waiting(settings: Settings) -> dict[str, tuple[int, int]]:
    """What is still to be done, by queue: waiting, and in hand."""
    at_once = aws.queues(settings, delayed=False)
    return {name: at_once[name] if name in _LATER else depth for name, depth in aws.queues(settings).items()}


def dead_letters(settings: Settings) -> dict[str, list[str]]:
    """Looks at all dead letters, and leaves them where they are."""
    sqs = aws.client(settings, "sqs")
    found = {}
    for name, url in aws.outputs(settings).items():
        if not name.endswith("QueueUrl"):
            continue
        letters: dict[str, tuple[str, str]] = {}
        dead = f"{url}-dead"
        while some := sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10, VisibilityTimeout=30).get("Messages"):
            letters |= {one["MessageId"]: (one["ReceiptHandle"], one["Body"]) for one in some}
        for handle, _ in letters.values():
            sqs.change_message_visibility(QueueUrl=dead, ReceiptHandle=handle, VisibilityTimeout=0)
        found[name.removesuffix("QueueUrl").lower()] = [body for _, body in letters.values()]
    return found


def _some(faults: Iterable[str]) -> list[str]:
    all_ = list(faults)
    return all_ if len(all_) <= _SHOWN else [*all_[:_SHOWN], f"and {len(all_) - _SHOWN} more"]


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _minor(amount: float) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_value())


def summary(stored: Stored) -> str:
    """What was looked at."""
    return (
        f"{len(stored.customers)} customers, {len(stored.orders)} orders, {len(stored.activities)} activities, "
        f"{len(stored.messages)} log entries, {sum(len(one) for one in stored.members.values())} memberships"
    )


def as_json(stored: Stored) -> str:
    """For comparing two readings."""
    return json.dumps(stored.__dict__, default=str, sort_keys=True)
