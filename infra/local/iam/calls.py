"""What a request to AWS asks for, in the words of IAM: actions on resources, and what conditions may look at.

Only requests that our functions make are known; any other is none that could be allowed. The mapping follows the Service
Authorization Reference.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs

# The partition key of a table, or of one of its indexes.
KeyNames = Callable[[str, str | None], str]
# By the name of the key in lower case: one value, or several.
Context = dict[str, str | list[str]]

_ACCOUNT = "000000000000"
# In a string of JSON each quote has a backslash before it, so these find members only.
_TABLE = re.compile(rb'"TableName":\s*"([^"]+)"')
_INDEX = re.compile(rb'"IndexName":\s*"([^"]+)"')
_QUEUE = re.compile(rb'"QueueUrl":\s*"[^"]*/([^"/]+)"')
_SECRET = re.compile(rb'"SecretId":\s*"([^"]+)"')
_STREAM = re.compile(rb'"(?:StreamArn|ShardIterator)":\s*"(arn:[^"]+?/stream/[^"|/]+)')

_BATCHES = ("BatchGetItem", "BatchWriteItem")
_IN_TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
    "Get": "GetItem",
}
# Of statements in PartiQL, those that functions make: what they are called, and the table.
_STATEMENT = re.compile(r'(INSERT INTO|UPDATE) "([^"]+)"')
_BY_STATEMENT = {"INSERT INTO": "PartiQLInsert", "UPDATE": "PartiQLUpdate"}
# An attribute whose value is a parameter.
_PARAMETER = re.compile(r"""["'](\w+)["'] ?[:=] ?\?""")
# Parameters that do not make another action of a request, but for those that `_s3` asks for.
_PLAIN = re.compile(r"x-id|list-type|prefix|continuation-token|max-keys|key-marker|upload-id-marker|max-uploads|response-.*|x-amz-.*|partnumber")


@dataclass(frozen=True)
class Call:
    """One action on one resource; a request may be several."""

    action: str
    resource: str


@dataclass(frozen=True)
class Request:
    """A signed request: the service and region that it was signed for, and what was sent."""

    service: str
    region: str
    method: str
    # Decoded, unlike the query.
    path: str
    query: str
    # The header x-amz-target, or nothing.
    target: str
    body: bytes

    @cached_property
    def sent(self) -> dict[str, Any]:
        """The body, where it is JSON."""
        read: dict[str, Any] = json.loads(self.body or b"{}")
        return read

    def arn(self, resource: str, service: str | None = None) -> str:
        """The name of a resource where the request goes."""
        return f"arn:aws:{service or self.service}:{self.region}:{_ACCOUNT}:{resource}"


def calls(request: Request) -> list[Call]:
    """All that the request asks for, each once; none where nobody has said what it asks for."""
    mapping = _SERVICES.get(request.service)
    return list(dict.fromkeys(mapping(request))) if mapping else []


def context(request: Request, call: Call, key_name: KeyNames) -> Context:
    """What a policy's conditions may ask of one of the request's calls."""
    if request.service == "ses":
        return {"ses:fromaddress": _address(request)}
    if not call.action.startswith("dynamodb:"):
        return {}
    keys = _leading_keys(request, call, key_name)
    return {} if keys is None else {"dynamodb:leadingkeys": keys}


def _dynamodb(request: Request) -> list[Call]:
    operation = request.target.rsplit(".", 1)[-1]
    if request.target.startswith("DynamoDBStreams"):
        stream = _STREAM.search(request.body)
        return [Call(f"dynamodb:{operation}", stream[1].decode() if stream else "*")]
    if operation in _BATCHES:
        return [Call(f"dynamodb:{operation}", _table(request, name)) for name in request.sent["RequestItems"]]
    if operation == "BatchExecuteStatement":
        return [Call(f"dynamodb:{action}", _table(request, table)) for action, table, _ in _statements(request)]
    if operation.startswith("Transact"):
        return [Call(f"dynamodb:{_IN_TRANSACTIONS[kind]}", _table(request, one["TableName"])) for kind, one in _actions(request)]
    table, index = _TABLE.search(request.body), _INDEX.search(request.body)
    if not table:
        return []
    suffix = f"/index/{index[1].decode()}" if index else ""
    return [Call(f"dynamodb:{operation}", _table(request, table[1].decode()) + suffix)]


def _table(request: Request, name: str) -> str:
    return request.arn(f"table/{name}")


def _actions(request: Request) -> list[tuple[str, dict[str, Any]]]:
    return [(kind, one) for item in request.sent["TransactItems"] for kind, one in item.items()]


def _statements(request: Request) -> list[tuple[str, str, dict[str, Any]]]:
    """Of each statement its action, its table and the attributes that it names; none at all where one of them is unknown."""
    found = []
    for one in request.sent["Statements"]:
        begins = _STATEMENT.match(one["Statement"])
        if not begins:
            return []
        named = dict(zip(_PARAMETER.findall(one["Statement"]), one["Parameters"], strict=True))
        found.append((_BY_STATEMENT[begins[1]], begins[2], named))
    return found


def _leading_keys(request: Request, call: Call, key_name: KeyNames) -> list[str] | None:
    """The partition keys that are touched; a scan has none to tell."""
    operation = request.target.rsplit(".", 1)[-1]
    table, _, index = call.resource.split(":table/", 1)[1].partition("/index/")
    name, sent = key_name(table, index or None), request.sent
    items: list[dict[str, Any]]
    if operation == "BatchGetItem":
        items = sent["RequestItems"][table]["Keys"]
    elif operation == "BatchWriteItem":
        writes = [write for one in sent["RequestItems"][table] for write in one.values()]
        items = [write.get("Item") or write["Key"] for write in writes]
    elif operation.startswith("Transact"):
        same = [one for kind, one in _actions(request) if one["TableName"] == table and call.action.endswith(f":{_IN_TRANSACTIONS[kind]}")]
        items = [one.get("Item") or one["Key"] for one in same]
    elif operation == "BatchExecuteStatement":
        items = [named for action, of, named in _statements(request) if of == table and call.action.endswith(f":{action}")]
    elif operation == "Query":
        aliases = [re.escape(alias) for alias, of in sent.get("ExpressionAttributeNames", {}).items() if of == name]
        found = re.search(rf"(?<![\w#])(?:{'|'.join([re.escape(name), *aliases])})\s*=\s*(:\w+)", sent["KeyConditionExpression"])
        items = [{name: sent["ExpressionAttributeValues"][found[1]]}] if found else []
    elif operation == "Scan":
        return None
    else:
        items = [sent.get("Item") or sent["Key"]]
    return list(dict.fromkeys(str(next(iter(item[name].values()))) for item in items))


def _sqs(request: Request) -> list[Call]:
    queue = _QUEUE.search(request.body)
    # A batch has no action of its own.
    operation = request.target.rsplit(".", 1)[-1].removesuffix("Batch")
    return [Call(f"sqs:{operation}", request.arn(queue[1].decode()))] if queue else []


def _secrets(request: Request) -> list[Call]:
    secret = _SECRET.search(request.body)
    operation = request.target.rsplit(".", 1)[-1]
    return [Call(f"secretsmanager:{operation}", secret[1].decode())] if secret else []


def _events(request: Request) -> list[Call]:
    if not request.target.endswith(".PutEvents"):
        return []
    buses = [entry.get("EventBusName") or "default" for entry in request.sent["Entries"]]
    return [Call("events:PutEvents", bus if bus.startswith("arn:") else request.arn(f"event-bus/{bus}")) for bus in buses]


def _ses(request: Request) -> list[Call]:
    if (request.method, request.path) != ("POST", "/v2/email/outbound-emails"):
        return []
    named = [f"identity/{_address(request)}"]
    if configuration := request.sent.get("ConfigurationSetName"):
        named.append(f"configuration-set/{configuration}")
    return [Call("ses:SendEmail", request.arn(one)) for one in named]


def _address(request: Request) -> str:
    """Without the name that may stand before it."""
    return str(request.sent["FromEmailAddress"]).rsplit("<", 1)[-1].rstrip(">")


def _sns(request: Request) -> list[Call]:
    form = parse_qs(request.body.decode())
    if form.get("Action") != ["Publish"]:
        return []
    # A telephone number has no name.
    return [Call("sns:Publish", (form.get("TopicArn") or form.get("TargetArn") or ["*"])[0])]


def _s3(request: Request) -> list[Call]:
    bucket, _, key = request.path.lstrip("/").partition("/")
    names = {name.lower() for name in parse_qs(request.query, keep_blank_values=True)}
    special = {name for name in names if not _PLAIN.fullmatch(name)}
    of_bucket, of_object = f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/{key}"
    if not key:
        if request.method == "POST" and special == {"delete"}:
            deleted = re.findall(r"<Key>(.*?)</Key>", request.body.decode(), re.DOTALL)
            return [Call("s3:DeleteObject", f"{of_bucket}/{html.unescape(one)}") for one in deleted]
        whole = {frozenset(): "ListBucket", frozenset({"uploads"}): "ListBucketMultipartUploads"}
        action = whole.get(frozenset(special)) if request.method == "GET" else None
        return [Call(f"s3:{action}", of_bucket)] if action else []
    action = _OBJECTS.get((request.method, frozenset(special)))
    return [Call(f"s3:{action}", of_object)] if action else []


_UPLOAD = frozenset({"uploadid"})
_OBJECTS = {
    ("GET", frozenset()): "GetObject",
    ("HEAD", frozenset()): "GetObject",
    ("PUT", frozenset()): "PutObject",
    ("DELETE", frozenset()): "DeleteObject",
    ("POST", frozenset({"uploads"})): "PutObject",
    ("PUT", _UPLOAD): "PutObject",
    ("POST", _UPLOAD): "PutObject",
    ("DELETE", _UPLOAD): "AbortMultipartUpload",
}

_SERVICES: dict[str, Callable[[Request], list[Call]]] = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "secretsmanager": _secrets,
    "events": _events,
    "ses": _ses,
    "sns": _sns,
    "s3": _s3,
}
