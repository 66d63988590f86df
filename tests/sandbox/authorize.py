"""Reads an authorisation request and carries answers back to the application's callback.

Documentation: api/authentication/online/sign-in-user/auth-code-flow.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.responses import RedirectResponse, Response

from .pages import page
from .world import Client, Human, Tenant, World

RESPONSE_TYPES = ["code", "id_token", "code id_token", "token id_token", "token"]
RESPONSE_MODES = ["form_post", "fragment", "query"]
CHALLENGE_METHODS = ["S256", "plain"]
CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class Unanswerable(Exception):
    """Client or callback cannot be trusted: the person is told on the identity provider's own page."""

    def __init__(self, title: str, text: str) -> None:
        super().__init__(title)
        self.title, self.text = title, text


class Refused(Exception):
    """The answer to the application is an error; ``error`` is one of OAuth's codes."""

    def __init__(self, way: Way, error: str, description: str) -> None:
        super().__init__(error, description)
        self.way, self.error, self.description = way, error, description

    def response(self, client: Client) -> Response:
        """To the callback, or to the application's own error callback if it has one."""
        way = replace(self.way, redirect_uri=client.error_url) if client.error_url else self.way
        return way.back({"error": self.error, "error_description": self.description})


@dataclass(frozen=True)
class Way:
    """The way back to the application."""

    redirect_uri: str
    response_mode: str
    state: str | None

    def back(self, fields: dict[str, str]) -> Response:
        """Send the browser to the callback with these fields and the state as it came."""
        if self.state is not None:
            fields = fields | {"state": self.state}
        if self.response_mode == "form_post":
            return page("post.html", action=self.redirect_uri, fields=fields)
        joint = "#" if self.response_mode == "fragment" else "&" if "?" in self.redirect_uri else "?"
        return RedirectResponse(f"{self.redirect_uri}{joint}{urlencode(fields)}", 303)


@dataclass(frozen=True)
class Ask:
    """A valid authorisation request; ``ctx`` is the tenant it names, if it names one."""

    client: Client
    way: Way
    ctx: str | None
    nonce: str | None
    challenge: str | None
    challenge_method: str


def understand(world: World, named: str, query: QueryParams) -> Ask:
    """The request behind ``/login/{named}/oauth/authorize?{query}``.

    Raises `Unanswerable` for an unknown client or callback, `Refused` for everything the callback may hear of.
    """
    client = world.clients.get(query.get("client_id", ""))
    if client is None:
        raise Unanswerable("Technical error", "This application is not known here (client_id).")
    uri = query.get("redirect_uri", "")
    if not is_registered(client, uri):
        raise Unanswerable("Authorization error: InvalidRedirectUrl (2)", "The redirect URL is not registered.")
    mode = query.get("response_mode", "query")
    way = Way(uri, mode if mode in RESPONSE_MODES else "query", query.get("state"))
    for error, description in faults(query):
        raise Refused(way, error, description)
    challenge = query.get("code_challenge")
    method = query.get("code_challenge_method", "plain")
    return Ask(client, way, named_tenant(named, query), query.get("nonce"), challenge, method)


def is_registered(client: Client, uri: str) -> bool:
    """Registered values are regular expressions; the whole address must fit. A fragment is never part of one."""
    return "#" not in uri and any(re.fullmatch(pattern, uri) for pattern in client.redirect_uris)


def named_tenant(named: str, query: QueryParams) -> str | None:
    """The tenant in the path (instead of ``common``) or in ``acr_values=tenant:{ctx}``."""
    if named != "common":
        return named
    values = [v.removeprefix("tenant:") for v in query.get("acr_values", "").split() if v.startswith("tenant:")]
    return values[0] if values else None


def faults(query: QueryParams) -> Iterator[tuple[str, str]]:
    """What is wrong with a request, as OAuth error code and description."""
    twice = {name for name in query if len(query.getlist(name)) > 1}
    if twice:
        yield "invalid_request", f"given more than once: {', '.join(sorted(twice))}"
    kind = query.get("response_type", "")
    if kind in RESPONSE_TYPES[1:]:
        yield "unauthorized_client", "this application is registered for the authorization code flow only"
    elif kind != "code":
        yield "unsupported_response_type", "response_type must be code"
    if "openid" not in query.get("scope", "").split():
        yield "invalid_scope", "scope must hold openid"
    if query.get("response_mode", "query") not in RESPONSE_MODES:
        yield "invalid_request", "response_mode is not supported"
    yield from challenge_faults(query)


def challenge_faults(query: QueryParams) -> Iterator[tuple[str, str]]:
    """PKCE; the method's default is ``plain`` (documentation: sign-in-user/native-apps)."""
    challenge, method = query.get("code_challenge"), query.get("code_challenge_method")
    if method is not None and method not in CHALLENGE_METHODS:
        yield "invalid_request", "code_challenge_method must be S256 or plain"
    if challenge is not None and not CHALLENGE.fullmatch(challenge):
        yield "invalid_request", "code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~"
    if challenge is None and method is not None:
        yield "invalid_request", "code_challenge is missing"


def issue_code(world: World, ask: Ask, tenant: Tenant, human: Human) -> str:
    """A code the application may exchange once, within ten minutes."""
    code = secrets.token_urlsafe(32)
    world.codes[code] = {
        "kind": "authorization",
        "client_id": ask.client.client_id,
        "redirect_uri": ask.way.redirect_uri,
        "ctx": tenant.ctx,
        "human": human.key,
        "nonce": ask.nonce,
        "challenge": ask.challenge,
        "challenge_method": ask.challenge_method,
        "expires": world.now().timestamp() + world.login.code_seconds,
    }
    return code
