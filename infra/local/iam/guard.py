"""Stands before the local AWS, and refuses calls of functions that the policies of their roles do not allow.

A function's access key is its name, so a URL that it has presigned is held against its policies too, whoever uses it.
Policies are those of the deployed roles. Each grant that was used, and each call that was refused, is noted once in a file, for
the test that compares them (`tests/test_zz_grants.py`). Calls by others (tests, the deployment) are not looked at.
"""

from __future__ import annotations

import json
import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from infra.local.iam.calls import Call, Request, calls, context
from infra.local.iam.policies import Document, Grant, NotUnderstood, Policy, grants
from infra.local.settings import REGION

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_ACCOUNT = "000000000000"
# How long a change of policies may take to be seen, as on AWS; a change through the IAM API is seen at once.
_REMEMBERED = 1.0
_SIGNED = re.compile(r"([^/=]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")

log = logging.getLogger("emulator.iam")


class Journal:
    """What was used and what was refused so far, also before a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines = set(path.read_text().splitlines()) if path.exists() else set()

    def note(self, kind: str, what: Document) -> None:
        """Adds it, unless it is there."""
        line = json.dumps({kind: what}, sort_keys=True)
        if line not in self.lines:
            self.lines.add(line)
            with self.path.open("a") as file:
                file.write(line + "\n")


class Guard:
    """An ASGI application in front of another."""

    def __init__(self, app: App, journal: Journal, documents: Callable[[str], Iterable[Document | str] | None]) -> None:
        self.app = app
        self.journal = journal
        self.documents = documents
        self.used: set[Grant] = set()
        self._policies: dict[str, tuple[float, list[Document | str], Policy | None]] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        # Before a presigned request a browser asks by OPTIONS, in nobody's name.
        signed = _signed(scope) if scope["type"] == "http" and scope["method"] != "OPTIONS" else None
        policy = self.policy(signed[0]) if signed else None
        if not signed or not policy:
            await self.app(scope, receive, send)
            if signed and signed[2] == "iam":
                self._policies.clear()
            return
        function, region, service = signed
        body = b""
        if service != "s3" or _deletes(scope):
            body = await _body(receive)
            receive = _again(body, receive)
        target = next((value.decode() for name, value in scope["headers"] if name == b"x-amz-target"), "")
        query = scope["query_string"].decode("latin-1")
        request = Request(service, region, scope["method"], scope["path"], query, target, body)
        wanted = calls(request) or [Call(f"{service}:{target or request.method + ' ' + request.path}", "*")]
        if refused := self.refused(function, policy, request, wanted):
            await _refuse(function, refused, request, send)
            return
        if wanted[0].action == "s3:GetObject":
            send = self._unless_absent(function, policy, request, wanted[0], send)
        await self.app(scope, receive, send)

    def policy(self, function: str) -> Policy | None:
        """What a function may do; nothing at all where that is not understood. None for whoever is no function."""
        until, before, policy = self._policies.get(function, (0.0, [], None))
        now = time.monotonic()
        if now < until:
            return policy
        found = self.documents(function)
        documents = None if found is None else list(found)
        if documents is None:
            policy = None
        elif policy is None or documents != before:
            try:
                policy = Policy(grants(function, documents))
            except NotUnderstood:
                log.exception("nothing is allowed")
                policy = Policy([])
        self._policies[function] = (now + _REMEMBERED, documents or [], policy)
        return policy

    def refused(self, function: str, policy: Policy, request: Request, wanted: list[Call]) -> Call | None:
        """The first of these calls that is not allowed."""
        for call in wanted:
            grant = policy.allowing(call, lambda call=call: context(request, call, key_name))  # type: ignore[misc]
            if grant is None:
                log.warning("%s may not %s on %s", function, call.action, call.resource)
                self.journal.note("refused", {"function": function, "action": call.action, "resource": call.resource})
                return call
            if grant not in self.used:
                self.used.add(grant)
                self.journal.note("used", grant.as_json())
        return None

    def _unless_absent(self, function: str, policy: Policy, request: Request, call: Call, send: Send) -> Send:
        """S3 tells that an object is not there only to those who may list the bucket."""
        hidden = False

        async def sent(message: Message) -> None:
            nonlocal hidden
            if message["type"] == "http.response.start" and message["status"] == 404:
                listing = Call("s3:ListBucket", call.resource.split("/", 1)[0])
                hidden = self.refused(function, policy, request, [listing]) is not None
                if hidden:
                    await _refuse(function, listing, request, send)
            if not hidden:
                await send(message)

        return sent


def deployed(function: str) -> list[Document | str] | None:
    """The policies of the role of a function that is deployed in the local AWS, which from then on knows the function's key."""
    from ministack.core.iam_evaluator import _resolve_managed_policy_document
    from ministack.services import iam, lambda_svc, sts

    found = lambda_svc._functions.get_scoped(_ACCOUNT, REGION, function)
    if not found:
        return None
    # It verifies presigned URLs.
    name = found["config"]["Role"].rsplit("/", 1)[-1]
    session = {"Arn": f"arn:aws:sts::{_ACCOUNT}:assumed-role/{name}/{function}", "UserId": function, "SecretAccessKey": "test"}
    sts._sessions[function] = session
    role = iam._roles.get_scoped(_ACCOUNT, None, name) or {}
    managed = [_resolve_managed_policy_document(arn, _ACCOUNT) for arn in role.get("AttachedPolicies", [])]
    return [*role.get("InlinePolicies", {}).values(), *(document for document in managed if document)]


def key_name(table: str, index: str | None) -> str:
    """The partition key of a table of the local AWS, or of an index of it."""
    from ministack.services import dynamodb

    found = dynamodb._tables.get_scoped(_ACCOUNT, REGION, table)
    if index is None:
        return str(found["pk_name"])
    schema = next(one["KeySchema"] for one in found["GlobalSecondaryIndexes"] if one["IndexName"] == index)
    return next(str(one["AttributeName"]) for one in schema if one["KeyType"] == "HASH")


def _signed(scope: Message) -> tuple[str, str, str] | None:
    """Access key, region and service of a signature in the header or the URL."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            found = _SIGNED.search(value.decode("latin-1"))
            break
    else:
        query = scope["query_string"]
        found = _SIGNED.search(unquote(query.decode("latin-1"))) if b"X-Amz-Credential=" in query else None
    return (found[1], found[2], found[3]) if found else None


def _deletes(scope: Message) -> bool:
    """Whether it is the one request to S3 that says in its body what it is about."""
    return scope["method"] == "POST" and b"delete" in scope["query_string"]


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    parts = [body]
    while message.get("more_body"):
        message = await receive()
        parts.append(message.get("body", b""))
    return b"".join(parts) if len(parts) > 1 else body


def _again(body: bytes, receive: Receive) -> Receive:
    """The same body once more, in one piece."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


async def _refuse(function: str, call: Call, request: Request, send: Send) -> None:
    """Answers as the service does."""
    from ministack.core.iam_actions import access_denied_response

    service = "sesv2" if request.service == "ses" else request.service
    headers = {"x-amz-target": request.target} if request.target else {}
    status, told, body = access_denied_response(
        service, call.action, f"arn:aws:sts::{_ACCOUNT}:assumed-role/{function}/{function}", str(uuid.uuid4()),
        headers=headers, resource_arn=call.resource,
    )  # fmt: skip
    pairs = [(name.lower().encode(), str(value).encode()) for name, value in told.items()]
    body = b"" if request.method == "HEAD" else body
    await send({"type": "http.response.start", "status": status, "headers": [*pairs, (b"content-length", str(len(body)).encode())]})
    await send({"type": "http.response.body", "body": body})
