"""The system user: background work in a tenant, without a person [auth/auth-application].

It may do everything in that tenant, whatever SuperOffice's roles say. Use it for background work only, and never show
a person what it read without asking for his own rights.

::

    auth = SystemUser(
        "https://online.superoffice.com", "Cust12345", serial="1234567890", system_token=…, private_key=…,
        client_secret=…, store=store,
    )
    crm = Crm(http, address, auth)

The *system token* comes with an administrator's sign-in and is constant. Signed with the time by the application's
private key it is exchanged for a JWT, which is validated at once and holds a *ticket*. A ticket lives six hours after
its last use; a call that meets 401 gets one new ticket and is sent once more. One exchange serves everybody: tickets
lie in a ``TicketStore`` and are renewed as tokens are (see ``auth``).
"""

# cryptography is imported where a token is signed: once in six hours.
from __future__ import annotations

import base64
import re
from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import methodcaller
from typing import TYPE_CHECKING, Any, Protocol

from crm_client import jwts
from crm_client.auth import AsyncTokenStore, Credential, Grant, TokenStore, answered, asking, sound
from crm_client.calls import masked, object_in
from crm_client.errors import BadAnswer, Forged, NotSignedIn
from crm_client.jwts import KeyRing

if TYPE_CHECKING:
    import httpx
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

EXCHANGE = "/Login/api/PartnerSystemUser/Authenticate"
JWKS = "/login/.well-known/jwks"
ISSUER = "SuperOffice AS"
TICKET_LASTS = timedelta(hours=6)
"""After its last use."""
NOTED_EVERY = timedelta(minutes=10)
"""How exactly a store knows the last use: a ticket in steady use is not written down at each call."""
NO_TICKET = Grant("", "", datetime.min.replace(tzinfo=UTC))
"""What a store loads that holds none."""


class TicketStore(TokenStore, Protocol):
    """Where a tenant's ticket is kept, for ``Crm``. A ticket is a ``Grant`` without a refresh token. ``load`` gives
    ``NO_TICKET`` where there is none.
    """

    def extend(self, ticket: Grant, expires_at: datetime) -> None:
        """The ticket is used and lives longer: note it, if this ticket is still the stored one."""


class AsyncTicketStore(AsyncTokenStore, Protocol):
    """The same for ``AsyncCrm``."""

    async def extend(self, ticket: Grant, expires_at: datetime) -> None: ...


class SystemUser(Credential):
    """An application's credential for NetServer calls in one tenant, without a person.

    ``login_url`` is the environment's login host, ``serial`` the tenant's database number (a claim of id tokens),
    ``private_key`` the application's RSA key, as PEM or in the developer portal's XML, ``client_secret`` what
    SuperOffice also calls application token. ``keys`` are SuperOffice's own, shared by all tenants of an environment;
    they are asked for when needed.

    Raises ``NotSignedIn`` if SuperOffice refuses the exchange (``message`` says why: revoked, to be approved again …),
    ``Forged`` if its token is not what was asked for, ``Unavailable`` if it does not answer; ``ValueError`` for a
    ``private_key`` that is none, when it is first needed.
    """

    def __init__(
        self,
        login_url: str,
        ctx: str,
        serial: str,
        system_token: str,
        private_key: str,
        client_secret: str,
        store: TicketStore | AsyncTicketStore,
        keys: KeyRing | None = None,
    ) -> None:
        super().__init__(store, ("system user", login_url, ctx.lower()))
        self._login_url = login_url.rstrip("/")
        self._ctx, self._serial = ctx, serial
        self._system_token, self._private_key, self._client_secret = system_token, private_key, client_secret
        self._keys = keys or KeyRing()

    def _authorise(self, request: httpx.Request, grant: Grant) -> None:
        request.headers["Authorization"] = f"SOTicket {grant.access_token}"
        request.headers["SO-AppToken"] = self._client_secret

    def _using(self, grant: Grant) -> Generator[Any, Any, None]:
        expires_at = datetime.now(UTC) + TICKET_LASTS
        if expires_at - grant.expires_at > NOTED_EVERY:
            yield methodcaller("extend", grant, expires_at)

    def _exchanged(self, stale: Grant) -> Generator[Any, Any, Grant]:
        """A new ticket for the signed system token."""
        token = self._token_in((yield from answered(self._question())))
        if self._keys.wants(token):
            published = yield from answered(asking("GET", self._login_url + JWKS))
            self._keys.learn(object_in(sound(published).content))
        grant = Grant(self._ticket(token), "", datetime.now(UTC) + TICKET_LASTS)
        yield methodcaller("save", grant)
        return grant

    def _question(self) -> httpx.Request:
        """Its secrets are in no name of a frame that an error passes: error trackers print those."""
        question = {
            "SignedSystemToken": sign(self._system_token, self._private_key, datetime.now(UTC)),
            "ApplicationToken": self._client_secret,
            "ContextIdentifier": self._ctx,
            "ReturnTokenType": "JWT",
        }
        return asking("POST", self._login_url + EXCHANGE, json=question)

    def _token_in(self, response: httpx.Response) -> str:
        """The JWT in the exchange's answer; which status a refusal has is not documented."""
        status, told = sound(response).status_code, object_in(response.content)
        token, message = told.get("Token"), told.get("ErrorMessage")
        if told.get("IsSuccessful") is True and isinstance(token, str) and token:
            return token
        if told.get("IsSuccessful") is False or status in (400, 401, 403):
            words = self._masked(message, response.request) if isinstance(message, str) else ""
            summary = "system user: SuperOffice refuses the system token"
            raise NotSignedIn(summary, sent=False, status=status, message=words)
        raise BadAnswer(f"system user: {status}, and no token", sent=False, status=status)

    def _masked(self, message: str, asked: httpx.Request) -> str:
        signed = str(object_in(asked.content)["SignedSystemToken"])
        return masked(message, (signed, self._system_token, self._client_secret))

    def _ticket(self, token: str) -> str:
        claims = jwts.validated(token, self._keys.known, ISSUER, f"spn:{self._serial}")
        ticket, ctx = jwts.own(claims, "ticket"), jwts.own(claims, "ctx")
        if ctx and ctx.lower() != self._ctx.lower():
            raise Forged("system user: the token is another tenant's", sent=False)
        if not ticket:
            raise BadAnswer("system user: the token holds no ticket", sent=False)
        return ticket


def sign(system_token: str, private_key: str, now: datetime) -> str:
    """``{token}.{time}.{signature}``: RSA, PKCS#1 v1.5, SHA-256, over the token and the UTC minute
    [auth/auth-application/sign-system-user-token].
    """
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    data = f"{system_token}.{now.astimezone(UTC):%Y%m%d%H%M}"
    signature = read_key(private_key).sign(data.encode(), PKCS1v15(), SHA256())
    return f"{data}.{base64.b64encode(signature).decode()}"


@lru_cache(maxsize=8)
def read_key(text: str) -> RSAPrivateKey:
    """A private key from PEM, or from the XML the developer portal issues (``<RSAKeyValue>``).

    Raises ``ValueError`` for anything else; its text holds nothing of the key.
    """
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = _from_xml(text) if "<RSAKeyValue>" in text else load_pem_private_key(text.encode(), None)
    except (ValueError, KeyError, TypeError):
        raise ValueError("the application's private key is neither PEM nor <RSAKeyValue>") from None
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("the application's private key is no RSA key")
    return key


def _from_xml(text: str) -> RSAPrivateKey:
    """Numbers in Base64, highest byte first."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateNumbers, RSAPublicNumbers

    parts = re.findall(r"<(\w+)>\s*([A-Za-z0-9+/=\s]+?)\s*</\1>", text)
    number = {name: int.from_bytes(base64.b64decode(value)) for name, value in parts}
    public = RSAPublicNumbers(number["Exponent"], number["Modulus"])
    return RSAPrivateNumbers(
        p=number["P"],
        q=number["Q"],
        d=number["D"],
        dmp1=number["DP"],
        dmq1=number["DQ"],
        iqmp=number["InverseQ"],
        public_numbers=public,
    ).private_key()
