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
    key, nonce, ciphertext = _sealed(clear.encode(), _place(tenant, owner, kind))
    return ".".join((VERSION, key_id(key), _text(nonce), _text(ciphertext)))


def unseal(sealed: str, *, tenant: str, owner: str, kind: str) -> str:
    """What ``seal`` was given, at the same place.

    Raises:
        BrokenSeal: it does not open here.
    """
    version, _, rest = sealed.partition(".")
    name, _, rest = rest.partition(".")
    nonce, _, ciphertext = rest.partition(".")
    try:
        parts = _bytes(nonce), _bytes(ciphertext)
    except (NotBase64, ValueError):
        raise BrokenSeal("the sealed value is damaged") from None
    return _opened(version, name, *parts, _place(tenant, owner, kind)).decode()


def seal_bytes(clear: bytes, *, tenant: str, owner: str, kind: str) -> bytes:
    """The same for what is kept as bytes, without the third that base64 adds."""
    key, nonce, ciphertext = _sealed(clear, _place(tenant, owner, kind))
    return b".".join((VERSION.encode(), key_id(key).encode(), nonce + ciphertext))


def unseal_bytes(sealed: bytes, *, tenant: str, owner: str, kind: str) -> bytes:
    """What ``seal_bytes`` was given, at the same place. Raises as ``unseal``."""
    version, _, rest = sealed.partition(b".")
    name, _, rest = rest.partition(b".")
    place = _place(tenant, owner, kind)
    return _opened(version.decode("latin-1"), name.decode("latin-1"), rest[:NONCE_BYTES], rest[NONCE_BYTES:], place)


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


def _sealed(clear: bytes, place: bytes) -> tuple[bytes, bytes, bytes]:
    key = parse_key(settings.SIDECARD_SEAL_KEYS[0])
    nonce = os.urandom(NONCE_BYTES)
    return key, nonce, AESGCM(key).encrypt(nonce, clear, place)


def _opened(version: str, name: str, nonce: bytes, ciphertext: bytes, place: bytes) -> bytes:
    keys = {key_id(key): key for key in map(parse_key, settings.SIDECARD_SEAL_KEYS)}
    if version != VERSION or name not in keys:
        raise BrokenSeal(f"no key {name[:8]!r} for a seal of version {version[:8]!r}")
    try:
        return AESGCM(keys[name]).decrypt(nonce, ciphertext, place)
    except (InvalidTag, ValueError):  # ValueError for a nonce or text that is cut short
        raise BrokenSeal("the sealed value does not open here") from None


def _place(tenant: str, owner: str, kind: str) -> bytes:
    # A list in JSON: no two different places read the same.
    return json.dumps([tenant, owner, kind]).encode()


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
