"""Tokens that SuperOffice signed: validated, not just read [auth/validate-security-tokens].

Whoever holds the keys gives them (``keys_in`` reads a JWKS document, ``key_in`` a shipped certificate); this module
asks nobody. Accepted is RS256 alone, whatever a token's header says, with ``iss``, ``exp``, ``nbf`` and ``iat`` in
order. Keys are found by the header's ``x5t`` or ``kid``; a token that names none, or none that is known, is tried with
all of them.
"""

# PyJWT and cryptography are imported where a token is looked at: most programs that use this package never do.
from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from crm_client.errors import Forged
from crm_client.frozen import dataclass

SCHEME = "http://schemes.superoffice.net/identity/"
"""Prefix of SuperOffice's own claims."""
LOOK_AT_MOST_EVERY = 60.0
"""Seconds between two looks for new keys: tokens may name keys that do not exist."""
LEEWAY = 60.0
"""Seconds that our clock may differ from SuperOffice's."""


@dataclass(frozen=True)
class Key:
    """A public key of SuperOffice's."""

    names: frozenset[str]
    """Its ``x5t`` and ``kid``."""
    public: Any = field(repr=False)
    """An RSA public key of ``cryptography``."""


def keys_in(document: Any) -> tuple[Key, ...]:
    """The RSA signing keys of a JWKS document; those of another kind are left out."""
    from jwt import PyJWK, PyJWTError

    listed = document.get("keys") if isinstance(document, Mapping) else None
    found = []
    for jwk in listed if isinstance(listed, list) else ():
        if not isinstance(jwk, Mapping) or jwk.get("kty") != "RSA" or jwk.get("use", "sig") != "sig":
            continue
        try:
            # The algorithm is ours to say, whatever the document claims.
            public = PyJWK({**jwk, "alg": "RS256"}).key
        except (PyJWTError, ValueError, TypeError):
            continue
        found.append(Key(frozenset(str(jwk[name]) for name in ("kid", "x5t") if jwk.get(name)), public))
    return tuple(found)


def key_in(certificate: bytes) -> Key:
    """The key of a certificate in PEM, e.g. ``SuperOfficeFederatedLogin.crt``, by its SHA-1 thumbprint."""
    import base64

    from cryptography.hazmat.primitives.hashes import SHA1
    from cryptography.x509 import load_pem_x509_certificate

    loaded = load_pem_x509_certificate(certificate)
    x5t = base64.urlsafe_b64encode(loaded.fingerprint(SHA1())).rstrip(b"=").decode()  # noqa: S303 (names a key)
    return Key(frozenset({x5t}), loaded.public_key())


def names_in(token: str) -> frozenset[str]:
    """How a token names its key. Raises ``Forged`` for something that is no token."""
    from jwt import PyJWTError, get_unverified_header

    try:
        header = get_unverified_header(token)
    except (PyJWTError, RecursionError) as error:
        raise _forged(error) from None
    return frozenset(str(header[name]) for name in ("kid", "x5t") if header.get(name))


class KeyRing:
    """SuperOffice's keys of one environment as last seen; threads may share it. It asks nobody itself: whoever is told
    that it ``wants`` a look fetches the JWKS document and lets it ``learn``.
    """

    def __init__(self, known: Iterable[Key] = ()) -> None:
        self.known = tuple(known)
        self._looked_at = float("-inf")

    def wants(self, token: str) -> bool:
        """No known key has the token's name, and nobody looked within a minute. (Of a token without a name nobody knows
        whether its key is known.)
        """
        names = names_in(token)
        is_known = any(names & key.names for key in self.known)
        return not is_known and time.monotonic() - self._looked_at > LOOK_AT_MOST_EVERY

    def learn(self, document: Any) -> None:
        """Take the keys of a JWKS document; one without any leaves the known ones."""
        self._looked_at = time.monotonic()
        self.known = keys_in(document) or self.known


def validated(token: str, keys: Iterable[Key], issuer: str, audience: str | None) -> dict[str, Any]:
    """All claims of a token that SuperOffice signed for us.

    ``audience`` None is for the one kind of token whose audience is not documented, the state change's.

    Raises ``Forged`` for anything else; the text says why and holds nothing of the token.
    """
    known, named = tuple(keys), names_in(token)
    wrong = Forged("token: no key is known", sent=False)
    for key in [key for key in known if named & key.names] or known:
        try:
            return _decoded(token, key, issuer, audience)
        except Forged as error:
            wrong = error
    raise wrong


def own(claims: Mapping[str, Any], name: str) -> str:
    """One of SuperOffice's own claims (``ctx``, ``ticket`` …); empty if the token has none."""
    value = claims.get(SCHEME + name)
    return value if isinstance(value, str) else ""


def _decoded(token: str, key: Key, issuer: str, audience: str | None) -> dict[str, Any]:
    from jwt import PyJWTError, decode

    options: Any = {"require": ["exp", "nbf", "iat", "iss"], "verify_aud": audience is not None}
    try:
        return decode(
            token,
            key.public,
            algorithms=["RS256"],
            issuer=issuer,
            audience=audience,
            leeway=LEEWAY,
            options=options,
        )
    except (PyJWTError, ValueError, TypeError, OverflowError, RecursionError) as error:
        raise _forged(error) from None


def _forged(error: Exception) -> Forged:
    """By the kind of error alone: its text may quote the token."""
    return Forged(f"token: {type(error).__name__}", sent=False)
