"""The token and the revocation endpoint (documentation: api/authentication/online/sign-in-user/auth-code-flow)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Any
from urllib.parse import unquote_plus

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from .authorize import CHALLENGE, is_registered
from .claims import id_token_claims
from .tokens import sign
from .world import Client, Human, Tenant, World


class Failed(Exception):
    """The endpoint's answer is an error; ``error`` is one of OAuth's codes."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.error, self.description = error, description

    def response(self) -> Response:
        status = 401 if self.error == "invalid_client" else 400
        headers = {"WWW-Authenticate": "Basic"} if status == 401 else None
        return JSONResponse({"error": self.error, "error_description": self.description}, status, headers)


class TokenEndpoint:
    """Codes and refresh tokens in, access tokens and id tokens out."""

    def __init__(self, world: World, urls: dict[str, str]) -> None:
        self.world, self.urls = world, urls

    async def tokens(self, request: Request) -> Response:
        """``POST …/oauth/tokens``: the grants ``authorization_code`` and ``refresh_token``."""
        form = await request.form()
        try:
            client = self.client(request, form)
            match form.get("grant_type"):
                case "authorization_code":
                    answer = self.exchange(request, client, form)
                case "refresh_token":
                    answer = self.refresh(request, client, form)
                case _:
                    raise Failed("unsupported_grant_type", "use authorization_code or refresh_token")
        except Failed as failed:
            return failed.response()
        return JSONResponse(answer)

    async def revoke(self, request: Request) -> Response:
        """``POST …/oauth/revoke``: ends an access or refresh token of this client; unknown ones are fine (RFC 7009)."""
        form = await request.form()
        try:
            client = self.client(request, form)
        except Failed as failed:
            return failed.response()
        token = text(form, "token")
        for held in (self.world.access_tokens, self.world.refresh_tokens):
            if held.get(token, {}).get("client_id") == client.client_id:
                del held[token]
        return Response(status_code=200)

    def client(self, request: Request, form: FormData) -> Client:
        """The application that proves itself, by form fields or by Basic authentication."""
        if "client_secret" in request.query_params:
            raise Failed("invalid_request", "a secret belongs in the body: addresses end up in logs")
        client_id, secret = text(form, "client_id"), text(form, "client_secret")
        if "authorization" in request.headers:
            client_id, secret = basic_credentials(request.headers["authorization"])
        client = self.world.clients.get(client_id)
        if client is None or not same(secret, client.secret):
            raise Failed("invalid_client", "client id or secret is wrong")
        return client

    def exchange(self, request: Request, client: Client, form: FormData) -> dict[str, Any]:
        """A code for tokens, once; used again, it also ends what it brought (RFC 6749 §4.1.2)."""
        code = self.world.codes.get(text(form, "code"))
        if code is None or code["kind"] != "authorization" or code["client_id"] != client.client_id:
            raise Failed("invalid_grant", "this code is not known")
        if "brought" in code:
            self.take_back(code["brought"])
            raise Failed("invalid_grant", "this code was used before")
        check_exchange(code, text(form, "redirect_uri"), form.get("code_verifier"), self.world.now().timestamp())
        tenant, human = self.holder(request, code)
        answer = self.answer(client, tenant, human, code["nonce"])
        refresh = secrets.token_urlsafe(48)
        self.world.refresh_tokens[refresh] = {"ctx": tenant.ctx, "human": human.key, "client_id": client.client_id}
        code["brought"] = [answer["access_token"], refresh]
        return answer | {"refresh_token": refresh}

    def refresh(self, request: Request, client: Client, form: FormData) -> dict[str, Any]:
        """A new access token and a fresh id token. The refresh token stays as it is and is not in the answer."""
        held = self.world.refresh_tokens.get(text(form, "refresh_token"))
        if held is None or held["client_id"] != client.client_id:
            raise Failed("invalid_grant", "this refresh token is not known")
        if "redirect_uri" in form and not is_registered(client, text(form, "redirect_uri")):
            raise Failed("invalid_grant", "redirect_uri is not registered")
        tenant, human = self.holder(request, held)
        return self.answer(client, tenant, human, nonce=None)

    def holder(self, request: Request, held: dict[str, Any]) -> tuple[Tenant, Human]:
        """Whose code or refresh token it is, as long as the tenant's authorization stands."""
        tenant = self.world.tenant(held["ctx"])
        request.state.tenant, request.state.user = held["ctx"], held["human"]
        if tenant is None or held["human"] not in tenant.associates:
            raise Failed("invalid_grant", "the application has no authorization for this user at this tenant")
        if tenant.refusal:
            raise Failed("invalid_grant", tenant.refusal)
        return tenant, self.world.humans[held["human"]]

    def answer(self, client: Client, tenant: Tenant, human: Human, nonce: str | None) -> dict[str, Any]:
        """What exchange and refresh have in common."""
        return {
            "token_type": "Bearer",
            "access_token": self.world.issue_access_token(tenant.ctx, human.key, client.client_id),
            "expires_in": self.world.login.access_token_seconds,
            "id_token": sign(self.world, id_token_claims(self.world, self.urls, client, tenant, human, nonce)),
        }

    def take_back(self, tokens: list[str]) -> None:
        for token in tokens:
            self.world.access_tokens.pop(token, None)
            self.world.refresh_tokens.pop(token, None)


def check_exchange(code: dict[str, Any], redirect_uri: str, verifier: object, now: float) -> None:
    """Raises `Failed` unless the code is fresh, meant for this callback, and its PKCE challenge is met."""
    if code["expires"] <= now:
        raise Failed("invalid_grant", "this code has expired")
    if code["redirect_uri"] != redirect_uri:
        raise Failed("invalid_grant", "redirect_uri is not the one of the authorisation request")
    if code["challenge"] is None and verifier is None:
        return
    if code["challenge"] is None or not is_met(code["challenge"], code["challenge_method"], verifier):
        raise Failed("invalid_grant", "code_verifier does not fit the code_challenge")


def is_met(challenge: str, method: str, verifier: object) -> bool:
    """Does a PKCE verifier answer its challenge?"""
    if not isinstance(verifier, str) or not CHALLENGE.fullmatch(verifier):
        return False
    if method == "S256":
        verifier = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return same(verifier, challenge)


def basic_credentials(header: str) -> tuple[str, str]:
    """Client id and secret of a Basic header; both are form-encoded first (RFC 6749 §2.3.1)."""
    scheme, _, value = header.partition(" ")
    try:
        client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise Failed("invalid_client", "the Authorization header cannot be read") from error
    if scheme.lower() != "basic":
        raise Failed("invalid_client", "only Basic authentication is understood here")
    return unquote_plus(client_id), unquote_plus(secret)


def text(form: FormData, name: str) -> str:
    """A form field, empty when it is missing or a file."""
    value = form.get(name)
    return value if isinstance(value, str) else ""


def same(a: str, b: str) -> bool:
    return hmac.compare_digest(a.encode(), b.encode())
