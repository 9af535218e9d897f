"""The model of a local stack: its stand-in with GEMINI=fake, else the real service where the secret holds a key."""

from __future__ import annotations

import json

from infra.local import aws
from infra.local.build import binary
from infra.local.processes import Child
from infra.local.settings import Settings

# The stand-in takes any key; this one tells a developer who looks at the secret where it comes from.
KEY = "key-of-the-local-stand-in"
_MEMBER = "geminiApiKey"


def child(settings: Settings) -> Child | None:
    """The stand-in, if this stack has one and it is built."""
    program = binary("local-gemini") if settings.gemini == "fake" else None
    return Child("gemini", [str(program), "--port", str(settings.gemini_port)], {}, settings.logs) if program else None


def keep_key(settings: Settings) -> None:
    """Gives the functions a key of the stand-in, or takes it from them. A key that somebody else put there stays."""
    client = aws.client(settings, "secretsmanager")
    secret = aws.resources(settings)["AppSecret"]
    held = json.loads(client.get_secret_value(SecretId=secret)["SecretString"])
    if (wanted := with_key(held, settings.gemini == "fake")) != held:
        client.put_secret_value(SecretId=secret, SecretString=json.dumps(wanted))


def with_key(secret: dict[str, str], fake: bool) -> dict[str, str]:
    """The secret as it should be; all its other members stay as they are."""
    if secret.get(_MEMBER) not in (None, "", KEY):
        return secret
    rest = {name: value for name, value in secret.items() if name != _MEMBER}
    return {**rest, _MEMBER: KEY} if fake else rest
