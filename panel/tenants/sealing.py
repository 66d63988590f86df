"""Secrets at rest: AES-GCM, bound to the row they belong to.

A sealed value reads ``v1.<key id>.<nonce>.<ciphertext>``, the last two in base64url. Its associated data name the
tenant, the owner and the kind, so a value copied to another row or column does not open there.
"""

from __future__ import annotations

import hashlib
import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "v1"
KEY_BYTES = 32
NONCE_BYTES = 12


class BadKey(ValueError):
    """A seal key is not 32 bytes in base64url."""


class BrokenSeal(Exception):
    """A sealed value does not open: changed, moved from another row, or sealed by a key that is gone."""


def seal(clear: str, *, tenant: str, owner: str, kind: str) -> str:
    """Encrypt ``clear`` by the newest key for one place only."""
    key = parse_key(settings.SIDECARD_SEAL_KEYS[0])
    nonce = os.urandom(NONCE_BYTES)
    ciphertext = AESGCM(key).encrypt(nonce, clear.encode(), _place(tenant, owner, kind))
    return ".".join((VERSION, key_id(key), _text(nonce), _text(ciphertext)))


def unseal(sealed: str, *, tenant: str, owner: str, kind: str) -> str:
    """What ``seal`` was given, at the same place.

    Raises:
        BrokenSeal: it does not open here.
    """
    key, nonce, ciphertext = _parts(sealed)
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _place(tenant, owner, kind)).decode()
    except InvalidTag:
        raise BrokenSeal(f"the {kind} of {owner} does not open here") from None


def is_sealed_by_newest(sealed: str) -> bool:
    """False when a rotation still has to seal this value anew."""
    return sealed.split(".")[1:2] == [key_id(parse_key(settings.SIDECARD_SEAL_KEYS[0]))]


def parse_key(text: str) -> bytes:
    """A key from the environment.

    Raises:
        BadKey: its form is wrong.
    """
    try:
        key = urlsafe_b64decode(text.strip())
    except (NotBase64, ValueError):
        raise BadKey("a seal key must be base64url") from None
    if len(key) != KEY_BYTES:
        raise BadKey(f"a seal key must be {KEY_BYTES} bytes, not {len(key)}")
    return key


def key_id(key: bytes) -> str:
    """A short public name of a key, so that a value says which one opens it."""
    return hashlib.sha256(b"sidecard seal key" + key).hexdigest()[:8]


def _parts(sealed: str) -> tuple[bytes, bytes, bytes]:
    version, _, rest = sealed.partition(".")
    name, _, rest = rest.partition(".")
    nonce, _, ciphertext = rest.partition(".")
    keys = {key_id(key): key for key in map(parse_key, settings.SIDECARD_SEAL_KEYS)}
    if version != VERSION or name not in keys:
        raise BrokenSeal(f"no key {name[:8]!r} for a seal of version {version[:8]!r}")
    try:
        return keys[name], _bytes(nonce), _bytes(ciphertext)
    except (NotBase64, ValueError):
        raise BrokenSeal("the sealed value is damaged") from None


def _place(tenant: str, owner: str, kind: str) -> bytes:
    # A list in JSON: no two different places read the same.
    return json.dumps([tenant, owner, kind]).encode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
