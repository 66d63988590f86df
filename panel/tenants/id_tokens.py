"""Who signed in: the claims of a SuperOffice id token, believed only after every check.

Nothing is read from a token that did not pass. Claims and checks: [auth/validate-security-tokens].
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field
from typing import Any

import jwt
from django.conf import settings

from panel.tenants import addresses, discovery

CLAIM = "http://schemes.superoffice.net/identity/"
REQUIRED = ["exp", "iat", "nbf", "sub", "aud", "iss"]
CLOCKS_DIFFER = 10.0
"""Seconds that our clock and SuperID's may be apart."""


class IdTokenRefused(Exception):
    """The token proves nobody; ``reason`` is a code for the log, never the token."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Identity:
    """A user of a tenant, proven."""

    ctx: str
    associate_id: int
    is_administrator: bool
    email: str
    company_name: str
    serial: str
    webapi_url: str
    netserver_url: str
    system_token: str = field(repr=False)
    """Empty unless the application has this claim switched on."""


def validate(token: str, nonce: str) -> Identity:
    """Check signature, times, issuer, audience and ``nonce``, then read the claims.

    Raises:
        IdTokenRefused: any check failed.
        SuperIdUnavailable: its keys could not be fetched.
    """
    claims = _verified_claims(token)
    if not nonce or not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise IdTokenRefused("nonce")
    return _identity(claims)


def _verified_claims(token: str) -> dict[str, Any]:
    refused = IdTokenRefused("no-key")
    for key in discovery.superid().keys_named(_key_names(token)):
        try:
            return _decoded(token, key)
        except jwt.InvalidSignatureError:
            refused = IdTokenRefused("signature")
        except jwt.PyJWTError as error:
            raise IdTokenRefused(_reason(error)) from None
    raise refused


def _key_names(token: str) -> set[str]:
    try:
        header = jwt.get_unverified_header(token)
    except jwt.PyJWTError:
        raise IdTokenRefused("malformed") from None
    # Before any key is looked at: a public key must never serve as the secret of HS256, nor nothing as "none".
    if header.get("alg") != "RS256":
        raise IdTokenRefused("algorithm")
    return {header[name] for name in ("x5t", "kid") if isinstance(header.get(name), str)}


def _decoded(token: str, key: jwt.PyJWK) -> dict[str, Any]:
    return jwt.decode(
        token,
        key,
        algorithms=["RS256"],
        audience=settings.SUPEROFFICE["client_id"],
        issuer=settings.SUPEROFFICE["login_url"],
        leeway=CLOCKS_DIFFER,
        options={"require": REQUIRED, "strict_aud": True},
    )


def _reason(error: jwt.PyJWTError) -> str:
    match error:
        case jwt.ExpiredSignatureError():
            return "expired"
        case jwt.ImmatureSignatureError():
            return "not-yet-valid"
        case jwt.InvalidAudienceError():
            return "audience"
        case jwt.InvalidIssuerError():
            return "issuer"
        case jwt.MissingRequiredClaimError():
            return "missing-claim"
        case _:
            return "malformed"


def _identity(claims: dict[str, Any]) -> Identity:
    def text(name: str) -> str:
        return str(claims.get(CLAIM + name) or "")

    ctx, associate_id = text("ctx"), text("associateid")
    if not (ctx.isascii() and ctx.isalnum() and associate_id.isascii() and associate_id.isdigit()):
        raise IdTokenRefused("missing-claim")
    return Identity(
        ctx=ctx,
        associate_id=int(associate_id),
        is_administrator=text("is_administrator").lower() == "true",
        email=text("so_primary_email_address") or text("email") or text("upn") or str(claims["sub"]),
        company_name=text("company_name"),
        serial=text("serial"),
        webapi_url=_webapi_url(text("webapi_url")),
        netserver_url=text("netserver_url"),
        system_token=text("system_token"),
    )


def _webapi_url(claimed: str) -> str:
    try:
        return addresses.guarded(claimed)
    except addresses.ForeignAddress:
        raise IdTokenRefused("foreign-address") from None
