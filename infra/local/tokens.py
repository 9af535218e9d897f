"""Bearer tokens of the local product, signed with its own secret, for users who are created when they are not there."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import json
import time
from typing import Any

from infra.local import aws, identity
from infra.local.settings import Settings

ROLES = ("owner", "admin", "marketer", "analyst")
_HOURS = 12


def token(settings: Settings, email: str = "owner@example.com", role: str = "owner") -> str:
    """A token of 12 hours for that user, who is the one that the local sign-in of this address leads to."""
    user = _user(settings, email.strip().lower(), role)
    secret = aws.client(settings, "secretsmanager").get_secret_value(SecretId=aws.outputs(settings)["AppSecretArn"])
    now = int(time.time())
    claims = {"iss": "mini-crm", "aud": "mini-crm-api", "sub": user, "iat": now, "exp": now + _HOURS * 3600}
    return sign(json.loads(secret["SecretString"])["signingKey"], claims)


def sign(key: str, claims: dict[str, Any]) -> str:
    """A JWT by HS256 whose `kid` says which key it was."""
    header = {"alg": "HS256", "typ": "JWT", "kid": hashlib.sha256(key.encode()).hexdigest()[:8]}
    body = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{body}.{_encode(hmac.digest(key.encode(), body.encode(), 'sha256'))}"


def _user(settings: Settings, email: str, role: str) -> str:
    """The id of a user of this address and role. A user has one role: asked for another, somebody else of that address."""
    dynamodb = aws.client(settings, "dynamodb")
    table = aws.resources(settings)["AccessTable"]
    found = None
    for suffix in ("", f"-{role}"):
        found = identity.subject(email) + suffix
        item = dynamodb.get_item(TableName=table, Key=_key(found), ConsistentRead=True).get("Item")
        if item is None:
            _create(dynamodb, table, found, email, role)
            return found
        if item["record"]["M"]["role"]["S"] == role:
            return found
    raise RuntimeError(f"{email} has another role than {role}")


def _create(dynamodb: Any, table: str, user: str, email: str, role: str) -> None:
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    name = email.split("@")[0].replace(".", " ").title()
    record = {"id": user, "email": email, "name": name, "role": role, "status": "active", "createdAt": now}
    dynamodb.put_item(
        TableName=table,
        Item={**_key(user), "version": {"N": "1"}, "record": {"M": {name: {"S": value} for name, value in record.items()}}},
    )


def _key(user: str) -> dict[str, Any]:
    return {"pk": {"S": "user"}, "sk": {"S": user}}


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
