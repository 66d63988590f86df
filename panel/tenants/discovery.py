"""What SuperID publishes about itself: its endpoints and its keys, remembered between sign-ins."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from jwt import PyJWK, PyJWKSet
from jwt.exceptions import PyJWKSetError

from crm_client.clients import sync_http

TIMEOUT = 10.0
DISCOVERY_LASTS = 3600.0
KEYS_LAST = 3600.0
REFETCH_AT_MOST_EVERY = 60.0


class SuperIdUnavailable(Exception):
    """SuperID did not answer, or not what its documentation says."""


@dataclass(frozen=True)
class Endpoints:
    """From the discovery document."""

    issuer: str
    authorization: str
    token: str
    jwks: str


@dataclass(frozen=True)
class PublishedKey:
    """A key of SuperID, with the names by which a token may call for it."""

    names: frozenset[str]
    key: PyJWK


class SuperId:
    """One environment's identity provider, as far as it is known to this process."""

    def __init__(self, login_url: str) -> None:
        self.login_url = login_url
        self._endpoints: tuple[float, Endpoints] | None = None
        self._keys: tuple[float, list[PublishedKey]] | None = None
        self._lock = threading.Lock()

    def endpoints(self) -> Endpoints:
        """Raises: SuperIdUnavailable."""
        with self._lock:
            if self._endpoints is None or time.monotonic() - self._endpoints[0] > DISCOVERY_LASTS:
                document = fetch(f"{self.login_url}/login/.well-known/openid-configuration")
                self._endpoints = (time.monotonic(), self._read(document))
            return self._endpoints[1]

    def _read(self, document: dict[str, Any]) -> Endpoints:
        names = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")
        values = [str(document.get(name, "")) for name in names]
        home = urlsplit(self.login_url)
        if values[0] != self.login_url or any(urlsplit(url)[:2] != home[:2] for url in values[1:]):
            raise SuperIdUnavailable("the discovery document names an issuer or endpoints that are not SuperID's")
        return Endpoints(*values)

    def keys_named(self, names: set[str]) -> list[PyJWK]:
        """The keys that may have signed a token whose header holds ``names`` (its ``x5t`` and ``kid``).

        A name that no key carries makes us ask SuperID again, at most once a minute; if it is still unknown any RSA
        signing key may be the one, for SuperOffice's key set need not repeat the thumbprint.

        Raises:
            SuperIdUnavailable: no keys are known and SuperID gives none.
        """
        jwks = self.endpoints().jwks
        with self._lock:
            keys = self._fresh_keys(jwks, KEYS_LAST)
            if names and not any(names & published.names for published in keys):
                keys = self._fresh_keys(jwks, REFETCH_AT_MOST_EVERY)
        named = [published.key for published in keys if names & published.names]
        return named or [published.key for published in keys]

    def _fresh_keys(self, jwks: str, lasts: float) -> list[PublishedKey]:
        if self._keys is None or time.monotonic() - self._keys[0] > lasts:
            self._keys = (time.monotonic(), read_keys(fetch(jwks)))
        return self._keys[1]


def read_keys(document: dict[str, Any]) -> list[PublishedKey]:
    """The RSA signing keys of a JWKS document.

    Raises:
        SuperIdUnavailable: there are none.
    """
    usable = [
        jwk
        for jwk in document.get("keys", [])
        if isinstance(jwk, dict) and jwk.get("kty") == "RSA" and jwk.get("use", "sig") == "sig"
    ]
    names = [frozenset(str(jwk[name]) for name in ("kid", "x5t") if jwk.get(name)) for jwk in usable]
    try:
        # The algorithm is ours to say, whatever the document claims.
        keys = PyJWKSet([jwk | {"alg": "RS256"} for jwk in usable]).keys
    except PyJWKSetError:
        raise SuperIdUnavailable("SuperID publishes no RSA signing key") from None
    return [PublishedKey(*pair) for pair in zip(names, keys, strict=True)]


def fetch(url: str) -> dict[str, Any]:
    """One JSON object from SuperID.

    Raises:
        SuperIdUnavailable: anything else came, or nothing.
    """
    try:
        with sync_http() as http:
            document = http.get(url, timeout=TIMEOUT).raise_for_status().json()
    except (httpx.HTTPError, ValueError) as error:
        raise SuperIdUnavailable(f"SuperID did not answer: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise SuperIdUnavailable("SuperID answered something else than an object")
    return document


_known: dict[str, SuperId] = {}


def superid() -> SuperId:
    """The identity provider of the environment we serve."""
    login_url = settings.SUPEROFFICE["login_url"]
    return _known.setdefault(login_url, SuperId(login_url))


def forget() -> None:
    """Know nothing again, as a process that just started."""
    _known.clear()
