"""The system user: a signed system token in, a JWT with a ticket out (documentation: api/authentication/online).

``POST /Login/api/PartnerSystemUser/Authenticate``. The documentation tells no HTTP status for a refusal; the sandbox
answers 200 with ``IsSuccessful`` false, and 400 only for a body that is no such request. The tolerance of the
timestamp is not documented either: five minutes to both sides here. The error texts are the names of SuperID's codes.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .application_keys import private_key
from .claims import system_user_claims
from .oauth import same
from .tokens import sign
from .world import Client, Tenant, World

PATH = "api/PartnerSystemUser/Authenticate"
TOLERANCE = timedelta(minutes=5)
TIMESTAMP = "%Y%m%d%H%M"
FIELDS = ("SignedSystemToken", "ApplicationToken", "ContextIdentifier", "ReturnTokenType")
USER = "system user"
"""How the call log names it."""


class Failed(Exception):
    """The exchange is refused; the text becomes ``ErrorMessage``."""


@dataclass(frozen=True)
class Signed:
    """A signed system token, taken apart: ``{token}.{timestamp}.{signature}``."""

    token: str
    timestamp: str
    signature: str

    @classmethod
    def parse(cls, text: str) -> Signed:
        """From the right: an application's name, the first part of its token, may hold dots."""
        parts = text.rsplit(".", 2)
        if len(parts) != 3:
            raise Failed("InvalidSignature (7): expected token.timestamp.signature")
        return cls(*parts)

    @property
    def data(self) -> bytes:
        """What was signed."""
        return f"{self.token}.{self.timestamp}".encode()


def routes(world: World, urls: dict[str, str]) -> list[BaseRoute]:
    """The exchange; its address is written with a capital L, and IIS does not care."""

    async def authenticate(request: Request) -> Response:
        request.state.user = USER
        given = asked(await request.body())
        if given is None:
            return answer(400, error=f"Send a JSON object with the texts {', '.join(FIELDS)}")
        request.state.tenant = given["ContextIdentifier"]
        try:
            return answer(200, token=exchange(world, urls, given))
        except Failed as failed:
            return answer(200, error=str(failed))

    return [Route(f"/{login}/{PATH}", authenticate, methods=["POST"]) for login in ("Login", "login")]


def asked(body: bytes) -> dict[str, str] | None:
    """The request's fields; None if it is not as documented."""
    try:
        given = json.loads(body)
    except ValueError:
        return None
    if not isinstance(given, dict) or not all(isinstance(given.get(name), str) for name in FIELDS):
        return None
    return given


def answer(status: int, token: str = "", error: str = "") -> Response:
    """Exactly three fields, whatever happened."""
    return JSONResponse({"IsSuccessful": not error, "Token": token, "ErrorMessage": error}, status)


def exchange(world: World, urls: dict[str, str], given: dict[str, str]) -> str:
    """A JWT with a fresh ticket. Raises `Failed`."""
    if given["ReturnTokenType"].upper() != "JWT":
        raise Failed("ReturnTokenType: the sandbox answers JWT only")
    client = next((c for c in world.clients.values() if same(c.secret, given["ApplicationToken"])), None)
    if client is None:
        raise Failed("Denied (4): this ApplicationToken is not known")
    tenant = world.tenant(given["ContextIdentifier"])
    if tenant is None:
        raise Failed("Denied (4): this ContextIdentifier is not known")
    if tenant.refusal:
        raise Failed(tenant.refusal)
    if not client.system_token:
        raise Failed("Denied (4): this application has no system user")
    check(world.now(), client, tenant, Signed.parse(given["SignedSystemToken"]))
    ticket = world.issue_ticket(tenant.ctx, client.client_id)
    return sign(world, system_user_claims(world, urls, tenant, ticket))


def check(now: datetime, client: Client, tenant: Tenant, signed: Signed) -> None:
    """In this order: the signature, the time, the token. Raises `Failed`."""
    check_signature(client, signed)
    try:
        at = datetime.strptime(signed.timestamp, TIMESTAMP).replace(tzinfo=UTC)
    except ValueError as error:
        raise Failed("InvalidTimestamp (6): expected yyyyMMddHHmm") from error
    # The timestamp has no seconds: up to one minute of its age is rounding.
    if not now - TOLERANCE - timedelta(minutes=1) < at <= now + TOLERANCE:
        raise Failed("InvalidTimestamp (6): too far from now, in UTC")
    if not same(tenant.system_tokens.get(client.client_id, ""), signed.token):
        raise Failed("Denied (4): this system token is not the one of this application at this tenant")


def check_signature(client: Client, signed: Signed) -> None:
    """RSA, PKCS#1 v1.5, SHA-256, Base64 with padding."""
    try:
        signature = base64.b64decode(signed.signature, validate=True)
        private_key(client.key_xml).public_key().verify(signature, signed.data, PKCS1v15(), SHA256())
    except (binascii.Error, InvalidSignature) as error:
        raise Failed("InvalidSignature (7)") from error
