"""`make sending`: one campaign to many recipients, on a stack of its own that is thrown away afterwards.

Prints one figure a line: name, value, unit. RECIPIENTS says how many.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime
from typing import Any

from infra.local import scale  # first: it names the stack
from infra.local import aws
from infra.local.api import Api
from infra.local.scale import figure, load_customers, timed
from infra.local.settings import ROOT
from infra.local.tests.harness import SETTINGS, STACK
from infra.local.waiting import wait_until

_PATIENCE = 7200
# Of one recipient, without caps: DECISIONS.md.
_WRITE_UNITS, _QUEUE_REQUESTS = 4.0, 0.1


def main() -> None:
    """Loads, sends, prints; fails where the budget of a recipient is not held."""
    recipients = int(os.environ.get("RECIPIENTS", "100000"))
    subprocess.run(["cargo", "build", "--quiet", "--workspace", "--bins"], cwd=ROOT, check=True)
    with STACK.fresh():
        api = Api(SETTINGS)
        figure("customers loaded", timed(lambda: load_customers(api, recipients, [])), "s", f"{recipients} customers")
        report = send(api, recipients)
    STACK.wipe()
    costs(report, recipients)


def send(api: Api, recipients: int) -> dict[str, Any]:
    """Sends a campaign to everybody and waits for its report; prints how long each leg takes."""
    everyone = scale.create(api, "Everyone", {"combinator": "and", "rules": []})
    variants = [{"subject": "Hello {{name}}", "body": '<p>Dear {{name|default("friend")}} in {{city}}</p>'}]
    body = {"name": "Many", "segmentId": everyone, "channel": "email", "variants": variants}
    path = ""

    def launch() -> None:
        nonlocal path
        path = f"/api/campaigns/{api.post('/api/campaigns', body)['id']}"

    figure("launch accepted", timed(launch), "s", "everybody's message was made for it, as far as time allows")
    legs = (
        ("audience frozen", lambda now: now["planned"]),
        ("all sent", lambda now: now["status"] == "sent"),
        ("all receipts applied", lambda now: now["delivered"] + now["bounced"] == recipients),
    )
    for name, is_over in legs:
        took = timed(lambda is_over=is_over: wait_until(lambda: is_over(api.get(path)), _PATIENCE, "the campaign"))
        figure(name, took, "s", f"{recipients / max(took, 0.001):.0f} recipients a second")
    asked = datetime.now(UTC)
    task = {"task": "recount.v1", "campaign": path.rsplit("/", 1)[-1], "askedAt": asked.isoformat()}
    url = aws.resources(SETTINGS)["DeliveryQueue"]
    figure("report made", timed(lambda: recount(api, path, url, task, asked)), "s")
    report: dict[str, Any] = api.get(f"{path}/report")
    return report


def recount(api: Api, path: str, url: str, task: dict[str, Any], asked: datetime) -> None:
    """Has a report made from now."""
    aws.client(SETTINGS, "sqs").send_message(QueueUrl=url, MessageBody=json.dumps(task))

    def is_there() -> bool:
        counted = api.get(f"{path}/report").get("asOf")
        return counted is not None and datetime.fromisoformat(counted) >= asked

    wait_until(is_there, _PATIENCE, "the report")


def costs(report: dict[str, Any], recipients: int) -> None:
    """What the campaign used by its own count, for a recipient."""
    for part in report["cost"]["parts"]:
        note = f"{part['queueRequests'] / recipients:.3f} queue requests, {part['readUnits'] / recipients:.2f} read units"
        figure(f"{part['work']}: write units / recipient", part["writeUnits"] / recipients, "WRU", note)
    total = report["cost"]["total"]
    written, queued = total["writeUnits"] / recipients, total["queueRequests"] / recipients
    figure("write units / recipient", written, "WRU", f"at most {_WRITE_UNITS}")
    figure("queue requests / recipient", queued, "requests", f"at most {_QUEUE_REQUESTS}")
    figure("price of a million recipients", total["price"] / recipients * 1e6, report["cost"]["currency"], "without the provider's")
    if written > _WRITE_UNITS or queued > _QUEUE_REQUESTS:
        raise SystemExit("a recipient costs more than they may")


if __name__ == "__main__":
    main()
