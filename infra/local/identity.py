"""The key of the local identity provider: made once per local stack, and wiped with it."""

from __future__ import annotations

import base64
import hashlib
import os
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT = "mini-crm-local"


def key_file(directory: Path) -> Path:
    """The private key (PKCS #1, DER), made when there is none."""
    file = directory / "identity.der"
    if not file.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        der = key.private_bytes(
            serialization.Encoding.DER, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
        )
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(der)
    return file


def certificates(file: Path) -> dict[str, Any]:
    """The JSON Web Key Set of its public half (RFC 7517)."""
    key = serialization.load_der_private_key(file.read_bytes(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    numbers = key.public_key().public_numbers()
    modulus = _encoded(numbers.n)
    kid = hashlib.sha256(modulus.encode()).hexdigest()[:40]
    return {"keys": [{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": modulus, "e": _encoded(numbers.e)}]}


def subject(email: str) -> str:
    """The `sub` of an address: the provider computes the same."""
    digest = hashlib.sha256(email.strip().lower().encode()).digest()
    return f"1{int.from_bytes(digest[:8], 'big'):020}"


def _encoded(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
