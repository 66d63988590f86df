"""An application's RSA key pair, in the XML the developer portal issues it in and as PEM."""

from __future__ import annotations

import base64
from functools import lru_cache
from pathlib import Path
from xml.etree import ElementTree

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

SANDBOX_KEY = Path(__file__).with_name("application_key.xml")
"""The key of the seeded application. It is public: it opens nothing but sandboxes."""


def sandbox_key() -> str:
    """The seeded application's private key in RSA XML."""
    return SANDBOX_KEY.read_text(encoding="ascii").strip()


@lru_cache(maxsize=16)
def private_key(xml: str) -> rsa.RSAPrivateKey:
    """The key behind ``<RSAKeyValue>``, whose numbers are Base64, highest byte first."""
    root = ElementTree.fromstring(xml)
    number = {part.tag: int.from_bytes(base64.b64decode(part.text or "")) for part in root}
    public = rsa.RSAPublicNumbers(number["Exponent"], number["Modulus"])
    primes = number["P"], number["Q"], number["D"], number["DP"], number["DQ"], number["InverseQ"]
    return rsa.RSAPrivateNumbers(*primes, public).private_key()


def pem(xml: str) -> str:
    """The same private key as PEM (PKCS#8)."""
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    return private_key(xml).private_bytes(*form).decode()
