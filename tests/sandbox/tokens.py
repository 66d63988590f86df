"""The identity provider's keys, and the tokens they sign."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from .world import World

PUBLISHED = 2
"""How many keys the JWKS document shows: the one that signs now and the one before."""


@dataclass(frozen=True)
class SigningKey:
    """An RSA key with its certificate; ``x5t`` is the certificate's SHA-1 thumbprint in base64url."""

    private: rsa.RSAPrivateKey
    certificate: bytes
    x5t: str

    def jwk(self) -> dict[str, Any]:
        """The public half for the JWKS document. There is no ``kid``: tokens name their key by ``x5t`` alone."""
        numbers = self.private.public_key().public_numbers()
        return {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "x5t": self.x5t,
            "x5c": [base64.b64encode(self.certificate).decode()],
            "n": _number(numbers.n),
            "e": _number(numbers.e),
        }


def new_key() -> str:
    """A fresh RSA 2048 private key in PEM. Slow (a quarter of a second): made once and kept over resets."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return key.private_bytes(*pem).decode()


def ensure_keys(world: World) -> None:
    """Give a new world its two keys."""
    while len(world.keys) < PUBLISHED:
        world.keys.append(new_key())


def rotate(world: World) -> None:
    """Sign with a new key from now on; the previous one stays published, an older one goes."""
    world.keys[:] = [new_key(), *world.keys][:PUBLISHED]


@lru_cache(maxsize=16)
def signing_key(pem: str) -> SigningKey:
    """The key behind a PEM text."""
    private = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("the sandbox signs with RSA keys only")
    certificate = _certificate(private)
    return SigningKey(private, certificate, _base64url(hashlib.sha1(certificate, usedforsecurity=False).digest()))


def jwks(world: World) -> dict[str, Any]:
    """The JWKS document, newest key first."""
    return {"keys": [signing_key(pem).jwk() for pem in world.keys]}


def sign(world: World, claims: dict[str, Any]) -> str:
    """A JWT whose header is ``typ``, ``alg`` and ``x5t``, as in SuperOffice's own samples."""
    key = signing_key(world.keys[0])
    return jwt.encode(claims, key.private, algorithm="RS256", headers={"x5t": key.x5t})


def _certificate(private: rsa.RSAPrivateKey) -> bytes:
    """A self-signed certificate in DER. Fixed dates and serial: the same key always has the same thumbprint."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Sandbox Federated Login")])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2014, 4, 4, tzinfo=UTC))
        .not_valid_after(datetime(2114, 3, 11, tzinfo=UTC))
    )
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _number(value: int) -> str:
    return _base64url(value.to_bytes((value.bit_length() + 7) // 8))


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
