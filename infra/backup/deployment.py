"""The deployment that is exported or restored: its tables, its bucket, its queues, and what runs in it by itself."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import boto3
from botocore.config import Config

from infra.local import aws, template
from infra.local.settings import Settings

# Idempotency keys and rates, which are over within a day, and the log of what webhooks were sent: no figure rests on it, and what it
# says is still to be sent again has its message in a queue, which is not exported either.
_TRANSIENT = {"RequestsTable", "DeliveriesTable"}
_RETRIES = Config(retries={"mode": "adaptive", "max_attempts": 10})


class BackupError(Exception):
    """Why nothing, or no more, is done; for the person at the terminal."""


@dataclass(frozen=True)
class Table:
    """A table by the name that it has in backups, and by the one that it has here."""

    name: str
    physical: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Deployment:
    """A stack, and how its services are reached."""

    stack: str
    client: Callable[[str], Any]
    # Physical names of tables that are read instead of the stack's own, by those of the template: of a recovery to a point in time.
    elsewhere: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def of(stack: str, settings: Settings | None = None, elsewhere: Mapping[str, str] | None = None) -> Deployment:
        """The stack of that name in the caller's AWS account; without a name, the local product."""
        if stack:
            # boto3 alone reads AWS_DEFAULT_REGION only.
            session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
            return Deployment(stack, lambda service: session.client(service, config=_RETRIES), elsewhere or {})
        local = settings or Settings.from_environment()
        return Deployment(local.stack_name, lambda service: aws.client(local, service), elsewhere or {})

    @cached_property
    def resources(self) -> dict[str, str]:
        """Physical names by those of the template."""
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack)
        summaries = (one for page in pages for one in page["StackResourceSummaries"])
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in summaries if one.get("PhysicalResourceId")}

    @cached_property
    def outputs(self) -> dict[str, str]:
        """The outputs of the stack."""
        (found,) = self.client("cloudformation").describe_stacks(StackName=self.stack)["Stacks"]
        return {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", [])}

    @cached_property
    def tables(self) -> list[Table]:
        """Every table of the template whose items outlive a day, but for the log of webhooks.

        Raises:
            BackupError: a table is to be read elsewhere that there is not, or that is never exported.
        """
        found = []
        for name, body in template.load()["Resources"].items():
            if body["Type"] == "AWS::DynamoDB::Table" and name not in _TRANSIENT:
                keys = tuple(key["AttributeName"] for key in body["Properties"]["KeySchema"])
                found.append(Table(name.removesuffix("Table"), self.elsewhere.get(name, self.resources[name]), keys))
        if unknown := sorted(self.elsewhere.keys() - {f"{one.name}Table" for one in found}):
            raise BackupError(f"TABLES: no table that is exported is called {', '.join(unknown)}, but {', '.join(f'{one.name}Table' for one in found)} are")
        return found

    @property
    def bucket(self) -> str:
        """The bucket of all files."""
        return self.resources["UploadsBucket"]

    @cached_property
    def currency(self) -> str:
        """What amounts are in."""
        configuration = self.client("lambda").get_function_configuration(FunctionName=self.resources["ClockFunction"])
        return str(configuration["Environment"]["Variables"]["CURRENCY"])

    def messages(self) -> dict[str, int]:
        """How many messages each queue has, waiting, in work and set aside; those that have none are left out."""
        sqs, found = self.client("sqs"), {}
        for name, url in self.resources.items():
            if not name.endswith("Queue"):
                continue
            numbers = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            count = sum(int(value) for key, value in numbers.items() if key.startswith("ApproximateNumberOfMessages"))
            if count:
                found[name.removesuffix("Queue")] = count
        return found

    def objects(self, prefix: str) -> Iterator[list[str]]:
        """The keys of the bucket's objects under a prefix, a page at a time."""
        pages = self.client("s3").get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=prefix)
        return ([one["Key"] for one in page.get("Contents", [])] for page in pages)

    def pause(self) -> None:
        """Stops what acts by itself: the clock, and what follows streams. Queues keep their consumers."""
        self.client("events").disable_rule(Name=self._rule)
        self._follow(False, "Disabled")

    def wake(self) -> None:
        """Lets it act again: the clock makes up for the minutes since the export, then changes are followed."""
        while not self._tick():
            pass
        self._follow(True, "Enabled")
        self.client("events").enable_rule(Name=self._rule)

    @property
    def _rule(self) -> str:
        return self.resources["ClockFunctionEachMinute"]

    def _follow(self, enabled: bool, state: str) -> None:
        lambda_ = self.client("lambda")
        mappings = [self.resources[name] for name in template.streams(template.load())]
        for mapping in mappings:
            lambda_.update_event_source_mapping(UUID=mapping, Enabled=enabled)
        deadline = time.monotonic() + 120
        while any(lambda_.get_event_source_mapping(UUID=mapping)["State"] != state for mapping in mappings):
            if time.monotonic() > deadline:
                raise BackupError(f"the mappings of streams do not become {state.lower()}. Try again.")
            time.sleep(1)

    def _tick(self) -> bool:
        """Lets the clock do what one call of it does; true when nothing is due any more."""
        answer = self.client("lambda").invoke(FunctionName=self.resources["ClockFunction"], Payload=b"{}")
        with closing(answer["Payload"]) as payload:
            tick = json.loads(payload.read())
        if answer.get("FunctionError") or not tick["sound"]:
            raise BackupError(f"the clock fails: {tick}; its log says why. Try again.")
        return bool(tick["caughtUp"])
