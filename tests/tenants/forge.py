"""Id tokens, good and bad, and a SuperID that exists as a key set only."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLAIM = "http://schemes.superoffice.net/identity/"


@cache
def key(name: str) -> rsa.RSAPrivateKey:
    """A key pair by name: made once, for it is slow."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def jwk(name: str, **names: str) -> dict[str, Any]:
    return RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True) | {"use": "sig"} | names


def claims(issuer: str, **changes: Any) -> dict[str, Any]:
    """Good claims as [validate-security-tokens] lists them; None leaves one out, SuperOffice's own by short name."""
    now = int(time.time())
    good: dict[str, Any] = {
        "sub": "alice@acme.example",
        "iss": issuer,
        "aud": "sidecard-sandbox",
        "iat": str(now),
        "nbf": now - 60,
        "exp": now + 300,
        "nonce": "a nonce",
        CLAIM + "ctx": "Cust12345",
        CLAIM + "associateid": "5",
        CLAIM + "is_administrator": "True",
        CLAIM + "email": "alice@acme.example",
        CLAIM + "company_name": "Acme",
        CLAIM + "serial": "1234567890",
        CLAIM + "webapi_url": "http://localhost:8801/Cust12345/api/",
        CLAIM + "netserver_url": "http://localhost:8801/Cust12345/Remote/Services88/",
        CLAIM + "system_token": "Sidecard-8k8Q7DmBgo",
    }
    changed = {name if name in good else CLAIM + name: value for name, value in changes.items()}
    return {name: value for name, value in (good | changed).items() if value is not None}


def sign(told: dict[str, Any], by: str = "current", **header: str) -> str:
    return jwt.encode(told, key(by), algorithm="RS256", headers=header or {"x5t": "current"})


def unsigned(told: dict[str, Any]) -> str:
    return jwt.encode(told, None, algorithm="none")


def pem(public: rsa.RSAPublicKey) -> bytes:
    return public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def signed_with_public_key_as_secret(told: dict[str, Any], secret: bytes, **header: str) -> str:
    """HS256 with what everybody knows; PyJWT itself refuses to do this."""

    def part(value: bytes) -> str:
        return base64.urlsafe_b64encode(value).rstrip(b"=").decode()

    head = part(json.dumps({"typ": "JWT", "alg": "HS256"} | header).encode())
    signed = f"{head}.{part(json.dumps(told).encode())}"
    return f"{signed}.{part(hmac.digest(secret, signed.encode(), hashlib.sha256))}"
