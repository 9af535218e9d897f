"""Bearer tokens of the local product, signed with its own secret."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
import uuid
from typing import Any

from infra.local import aws
from infra.local.settings import Settings

ROLES = ("owner", "admin", "marketer", "analyst")
_HOURS = 12


def token(settings: Settings, email: str = "owner@example.com", role: str = "owner") -> str:
    """A token of 12 hours for that user; the same address is always the same user."""
    secret = aws.client(settings, "secretsmanager").get_secret_value(SecretId=aws.outputs(settings)["AppSecretArn"])
    now = int(time.time())
    return sign(
        json.loads(secret["SecretString"])["signingKey"],
        {
            "iss": "mini-crm",
            "aud": "mini-crm-api",
            "sub": str(uuid.uuid5(uuid.NAMESPACE_URL, f"mailto:{email.strip().lower()}")),
            "email": email.strip().lower(),
            "name": email.split("@")[0].replace(".", " ").title(),
            "role": role,
            "iat": now,
            "exp": now + _HOURS * 3600,
        },
    )


def sign(key: str, claims: dict[str, Any]) -> str:
    """A JWT by HS256 whose `kid` says which key it was."""
    header = {"alg": "HS256", "typ": "JWT", "kid": hashlib.sha256(key.encode()).hexdigest()[:8]}
    body = ".".join(_encode(json.dumps(part, separators=(",", ":")).encode()) for part in (header, claims))
    return f"{body}.{_encode(hmac.digest(key.encode(), body.encode(), 'sha256'))}"


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
