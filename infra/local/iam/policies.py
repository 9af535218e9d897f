"""Policies of functions as grants: one action on one resource each, so that each can be found used or unused."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

from ministack.core import iam_evaluator

from infra.local.iam.calls import Call, Context

Document = dict[str, Any]


@dataclass(frozen=True)
class Grant:
    """What one statement allows of one action on one resource, which may be a pattern."""

    function: str
    action: str
    resource: str
    # "Resource", or "NotResource" where everything else is meant.
    element: str = "Resource"
    # As JSON; empty where there is none.
    condition: str = ""

    def names(self, call: Call) -> bool:
        """Whether it is about this call, whatever its condition says."""
        if not iam_evaluator.fnmatch_iam(call.action, self.action):
            return False
        return iam_evaluator.fnmatch_iam_cs(call.resource, self.resource) == (self.element == "Resource")

    def holds(self, asked: Context) -> bool:
        """Whether its condition is met."""
        if not self.condition:
            return True
        about = iam_evaluator.EvalContext("", "AssumedRole", "", self.action, self.resource, "", service_context=dict(asked))
        met: bool = iam_evaluator._conditions_met(json.loads(self.condition), about)
        return met

    def as_json(self) -> Document:
        """As it is kept in a file."""
        return asdict(self)

    def __str__(self) -> str:
        resource = self.resource.split(":", 5)[-1] if self.element == "Resource" else f"all but {self.resource}"
        return f"{self.function}: {self.action} on {resource}{f' if {self.condition}' if self.condition else ''}"


class NotUnderstood(ValueError):
    """A policy says something that is not read here, and nothing may be allowed because of that."""


def grants(function: str, documents: Iterable[Document | str]) -> list[Grant]:
    """All that the policies of a function allow, in their order."""
    found = []
    for document in documents:
        read: Document = json.loads(document) if isinstance(document, str) else document
        for statement in _list(read["Statement"]):
            if statement["Effect"] != "Allow" or "NotAction" in statement:
                raise NotUnderstood(f"{function}: only what is allowed is listed, by its actions: {statement}")
            element = "Resource" if "Resource" in statement else "NotResource"
            condition = json.dumps(statement["Condition"], sort_keys=True) if statement.get("Condition") else ""
            found += [
                Grant(function, action, resource, element, condition)
                for action in _list(statement["Action"])
                for resource in _list(statement[element])
            ]
    return found


class Policy:
    """What one function may do."""

    def __init__(self, found: list[Grant]) -> None:
        self.grants = found
        self._named: dict[Call, list[Grant]] = {}

    def allowing(self, call: Call, asked: Callable[[], Context]) -> Grant | None:
        """The first grant that allows it. What conditions look at is asked for only where there is one to be met."""
        named = self._named.get(call)
        if named is None:
            if len(self._named) > 5_000:  # Keys of objects are endless.
                self._named.clear()
            named = self._named[call] = [grant for grant in self.grants if grant.names(call)]
        return next((grant for grant in named if not grant.condition or grant.holds(asked())), None)


def of_mappings(sources: Iterable[tuple[str, str | None]]) -> list[tuple[str, str]]:
    """Actions on resources that Lambda itself needs of a function's role to feed it from these sources, each of them with
    where its failures go. No call shows them here."""
    needed = []
    for source, failures in sources:
        service = source.split(":")[2]
        if service == "sqs":
            needed += [(f"sqs:{action}", source) for action in ("ReceiveMessage", "DeleteMessage", "GetQueueAttributes")]
        elif service == "dynamodb":
            needed += [(f"dynamodb:{action}", source) for action in ("DescribeStream", "GetRecords", "GetShardIterator")]
            needed.append(("dynamodb:ListStreams", "*"))
        else:
            raise NotUnderstood(f"how Lambda reads {source}")
        if failures:
            needed.append(("sqs:SendMessage", failures))
    return needed


def _list(one_or_more: Any) -> list[Any]:
    return one_or_more if isinstance(one_or_more, list) else [one_or_more]
