"""The same data as CSV, for another system to read: what the API names, in major units, one row each.

Written from the tables of the backup, so both are of one moment. Columns are named as the API names fields.
Addresses that are suppressed are here by their hash alone, as in the tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import Binary, TypeDeserializer

from infra.backup import manifest
from infra.backup.items import of_line
from infra.backup.manifest import Entry

# ISO 4217, list one, as in shared/crm-domain/src/money.rs: all others have two decimals.
_DECIMALS = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0) | dict.fromkeys(
    "BHD IQD JOD KWD LYD OMR TND".split(), 3
)
# What a formula begins with.
_BEGINS = "=+-@\t\r"
_read = TypeDeserializer().deserialize

Record = dict[str, Any]
Row = dict[str, Any]


def write(directory: Path, currency: str) -> Iterator[tuple[str, Entry]]:
    """Writes all of them; names each with its description."""
    tables = directory / "tables"
    decimals = _DECIMALS.get(currency, 2)

    def money(minor: Any) -> str:
        return "" if minor is None else str(Decimal(int(minor)).scaleb(-decimals))

    def table(name: str) -> Iterator[Record]:
        with (tables / f"{name}.jsonl").open(encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield {key: _read(value) for key, value in of_line(line).items()}

    def app(kind: str) -> Iterator[Record]:
        return (item for item in table("App") if item["pk"] == kind)

    # The only thing that is held whole: the names of attributes, and which edition of which segment is shown.
    attributes = sorted({key for one in table("Customers") for key in one.get("attributes", {})})
    shown = {int(one["shown"]): one["sk"] for one in app("segment") if one.get("shown") is not None}

    files: list[tuple[str, list[str], Iterable[Row]]] = [
        (
            "customers",
            [*_CUSTOMER, *(f"attributes.{key}" for key in attributes)],
            (_customer(one, money) for one in table("Customers") if "email" in one),
        ),
        ("orders", _ORDER, (_order(one, money, currency) for one in table("Orders") if one.get("body"))),
        ("order-lines", _LINE, (line for one in table("Orders") if one.get("body") for line in _lines(one, money))),
        ("activities", _ACTIVITY, ({**one, "type": one["kind"]} for one in table("Activities"))),
        ("segments", _SEGMENT, ({**one, "id": one["sk"]} for one in app("segment"))),
        ("segment-members", _MEMBER, (row for one in table("Memberships") if (row := _member(one, shown)))),
        ("campaigns", _CAMPAIGN, ({**one, "id": one["sk"]} for one in app("campaign"))),
        ("messages", _MESSAGE, (_message(one) for one in table("Messages"))),
        ("suppressions", _SUPPRESSION, (one["entry"]["standing"] for one in table("Suppressions") if one.get("entry", {}).get("standing"))),
    ]
    for name, columns, rows in files:
        path = f"csv/{name}.csv"
        yield path, manifest.write(directory / path, _csv(columns, rows))


_CUSTOMER = (
    "id email otherEmails name phone city country timeZone tags visits totalSpend orderCount firstOrderAt lastOrderAt lastActiveAt createdAt "
    "updatedAt emailConsent smsConsent whatsappConsent"
).split()
_ORDER = "id orderId customerId email status placedAt total currency quantity".split()
_LINE = "id orderId sku name quantity unitPrice".split()
_ACTIVITY = "id customerId type at".split()
_SEGMENT = "id name description rules createdAt updatedAt".split()
_MEMBER = "segmentId customerId".split()
_CAMPAIGN = "id name segmentId channel objective rules variants createdAt launchedAt scheduledAt".split()
_MESSAGE = (
    "campaignId customerId email channel variant queuedAt sentAt deliveredAt openedAt clickedAt convertedAt bouncedAt complainedAt "
    "unsubscribedAt failedAt failedReason unknownAt skippedReason skippedPhase providerId subject body"
).split()
_SUPPRESSION = "id channel reason at shown".split()


def _customer(one: Record, money: Callable[[Any], str]) -> Row:
    merged = one.get("visitsMerged", {}).values()
    active = [at for at in (one.get("seenAt"), one.get("lastPurchaseAt")) if at]
    return {
        **one,
        "tags": ";".join(sorted(one.get("tags", []))),
        "otherEmails": ";".join(sorted(one.get("otherEmails", []))),
        "visits": one.get("visitsGiven", 0) + one.get("visitsRecorded", 0) + sum(merged),
        "totalSpend": money(one.get("totalSpend", 0)),
        "lastActiveAt": max(active, default=None),
        "createdAt": one.get("createdGiven", one["firstSeen"]),
        **{f"attributes.{key}": value for key, value in one.get("attributes", {}).items()},
    }


def _message(one: Record) -> Row:
    # What its provider has explained, behind the time of the report, is said before why nobody took it.
    why = one["explained"].split(" ", 1)[1] if "explained" in one else one.get("failedReason")
    return {**one, "campaignId": one["shard"].split("#")[0], "failedReason": why}


def _order(one: Record, money: Callable[[Any], str], currency: str) -> Row:
    body = one["body"]
    lines = body["items"]
    total = body["paid"] if body.get("paid") is not None else sum(line["unitPrice"] * line["quantity"] for line in lines)
    return {
        **one,
        "orderId": body.get("merchant_id"),
        "email": body["email"],
        "status": one.get("status") or body.get("status") or "placed",
        "placedAt": body.get("placed_at") or one["stamp"]["at"],
        "total": money(total),
        "currency": currency,
        "quantity": sum(line["quantity"] for line in lines) if lines else body.get("quantity"),
    }


def _lines(one: Record, money: Callable[[Any], str]) -> Iterator[Row]:
    for line in one["body"]["items"]:
        yield {**line, "id": one["id"], "orderId": one["body"].get("merchant_id"), "unitPrice": money(line["unitPrice"])}


def _member(one: Record, shown: dict[int, str]) -> Row | None:
    kind, _, rest = one["pk"].partition("#")
    segment = shown.get(int(rest.split("#")[0])) if kind == "m" else None
    return {"segmentId": segment, "customerId": one["sk"]} if segment else None


def _csv(columns: list[str], rows: Iterable[Row]) -> Iterator[str]:
    yield ",".join(cell(column) for column in columns) + "\r\n"
    for row in rows:
        yield ",".join(cell(_shown(row.get(column))) for column in columns) + "\r\n"


def _shown(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case Decimal():
            return f"{value:f}"
        case str():
            return value
        case _:
            return json.dumps(_json(value), ensure_ascii=False, sort_keys=True)


def _json(value: Any) -> Any:
    match value:
        case dict():
            return {key: _json(one) for key, one in value.items()}
        case list() | set():
            return [_json(one) for one in value]
        case Decimal():
            return int(value) if value == value.to_integral_value() else float(value)
        case Binary():
            return value.value.hex()
        case _:
            return value


def cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula, as in shared/crm-domain/src/spreadsheet.rs."""
    guarded, begins = "", True
    for sign in text:
        if begins and sign in _BEGINS:
            guarded += "'"
        # Where a comma stands for the decimal point, spreadsheets take `;` for the delimiter, quotes within a line for text,
        # and so the end of a line for the end of a row.
        begins = sign in ";\n\r" or begins and sign in ' "' and guarded != ""
        guarded += sign
    if any(sign in text for sign in ',"\n\r;'):
        quoted = guarded.replace('"', '""')
        return f'"{quoted}"'
    return guarded
