"""The system user: signed, exchanged, validated, kept; on a small login host and on the sandbox."""

from __future__ import annotations

import asyncio
import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.auth import Grant
from crm_client.calls import Call, Operation
from crm_client.clients import AsyncCrm, Crm, sync_http
from crm_client.contacts import contact
from crm_client.errors import BadAnswer, CrmError, Forged, NotSignedIn, Unavailable
from crm_client.jwts import SCHEME, Key, KeyRing
from crm_client.stores import AsyncMemoryStore, MemoryStore
from crm_client.system_user import EXCHANGE, JWKS, NO_TICKET, TICKET_LASTS, SystemUser, read_key, sign
from tests.sandbox.application_keys import pem, sandbox_key
from tests.sandbox.server import Sandbox

from .conftest import BASE

LOGIN = "https://online.superoffice.com"
SECRET = "the-application-token"
SYSTEM_TOKEN = "My Panel App-8k8Q7DmBgo"
THEIRS = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Login:
    """A login host that gives tickets, and a NetServer that takes the newest one."""

    answer: dict[str, Any] | None = None
    claims: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    asked: list[str] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    ticket: str = ""
    is_deaf: bool = False
    keys_status: int = 200

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        assert not request.url.query  # it would end in logs
        if request.url.path == EXCHANGE:
            self.bodies.append(json.loads(request.content))
            return httpx.Response(self.status, json=self.answer or self.exchanged())
        if request.url.path == JWKS:
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(THEIRS.public_key()))
            told = {"keys": [jwk | {"use": "sig", "x5t": "theirs"}]}
            return httpx.Response(self.keys_status, json=told if self.keys_status == 200 else {})
        credentials = request.headers.get("authorization"), request.headers.get("so-apptoken")
        if self.is_deaf or credentials != (f"SOTicket {self.ticket}", SECRET):
            return httpx.Response(401, json={"ErrorMessage": f"No such ticket {credentials}"})
        return httpx.Response(200, json={"ContactId": 17, "Name": "Acme"})

    def exchanged(self) -> dict[str, Any]:
        now = int(time.time())
        self.ticket = f"7T:ticket-{len(self.bodies)}"
        claims = {"iss": "SuperOffice AS", "aud": "spn:123", "iat": str(now), "nbf": now - 60, "exp": now + 300}
        own = {SCHEME + "ticket": self.ticket, SCHEME + "ctx": "Cust12345"}
        token = jwt.encode(claims | own | self.claims, THEIRS, "RS256", headers={"x5t": "theirs"})
        return {"IsSuccessful": True, "Token": token, "ErrorMessage": ""}


@pytest.fixture
def login() -> Login:
    return Login()


class Asker:
    """A system user's ``Crm`` or ``AsyncCrm``."""

    def __init__(self, app: Any, is_async: bool, ticket: Grant = NO_TICKET, **rest: Any) -> None:
        self.is_async = is_async
        transport = httpx.MockTransport(app)
        self.store = (AsyncMemoryStore if is_async else MemoryStore)(ticket)
        keys = rest.pop("keys", None)
        auth = SystemUser(LOGIN, "Cust12345", "123", SYSTEM_TOKEN, sandbox_key(), SECRET, self.store, keys)  # type: ignore[arg-type]
        self.runner = asyncio.Runner()
        if is_async:
            self.async_crm = AsyncCrm(httpx.AsyncClient(transport=transport), AsyncFixedAddress(BASE), auth, **rest)
        else:
            self.crm = Crm(httpx.Client(transport=transport), FixedAddress(BASE), auth, **rest)

    def ask[T](self, operation: Operation[T]) -> T:
        return self.runner.run(self.async_crm(operation)) if self.is_async else self.crm(operation)

    def kept(self) -> Grant:
        store = self.store._store if isinstance(self.store, AsyncMemoryStore) else self.store
        return store.load()

    def close(self) -> None:
        if self.is_async:
            self.runner.run(self.async_crm.http.aclose())
        else:
            self.crm.http.close()
        self.runner.close()


@pytest.fixture(params=[False, True], ids=["Crm", "AsyncCrm"])
def open_as(request: pytest.FixtureRequest) -> Iterator[Any]:
    askers: list[Asker] = []

    def one(app: Any, *args: Any, **rest: Any) -> Asker:
        askers.append(Asker(app, request.param, *args, **rest))
        return askers[-1]

    yield one
    for asker in askers:
        asker.close()


CALL = "/Cust12345/api/v1/Contact/17"


def test_it_works(login: Login, open_as: Any) -> None:
    asker = open_as(login)
    assert asker.ask(contact(17)).name == "Acme"
    assert login.asked == [EXCHANGE, JWKS, CALL]
    told = login.bodies[0]
    assert {name: told[name] for name in ("ApplicationToken", "ContextIdentifier", "ReturnTokenType")} == {
        "ApplicationToken": SECRET,
        "ContextIdentifier": "Cust12345",
        "ReturnTokenType": "JWT",
    }
    assert told["SignedSystemToken"].startswith(f"{SYSTEM_TOKEN}.20")
    assert timedelta(hours=5, minutes=59) < asker.kept().expires_at - datetime.now(UTC) <= timedelta(hours=6)


def test_a_ticket_serves_many_calls(login: Login, open_as: Any) -> None:
    asker = open_as(login)
    for _ in range(3):
        asker.ask(contact(17))
    assert login.asked == [EXCHANGE, JWKS, CALL, CALL, CALL]


def test_a_refused_ticket_is_replaced_once(login: Login, open_as: Any) -> None:
    """One new ticket, one replay."""
    asker = open_as(login, Grant("7T:old", "", datetime.now(UTC) + TICKET_LASTS))
    assert asker.ask(contact(17)).name == "Acme"
    assert login.asked == [CALL, EXCHANGE, JWKS, CALL]


def test_a_ticket_whose_use_was_just_noted_is_replaced_too(login: Login, open_as: Any) -> None:
    """It is the same ticket, whatever its end."""
    asker = open_as(login, Grant("7T:old", "", datetime.now(UTC) + TICKET_LASTS - timedelta(minutes=11)), deadline=2.0)
    assert asker.ask(contact(17)).name == "Acme"
    assert login.asked == [CALL, EXCHANGE, JWKS, CALL]


def test_a_second_refusal_is_told(login: Login, open_as: Any) -> None:
    login.is_deaf = True
    with pytest.raises(NotSignedIn) as caught:
        open_as(login).ask(contact(17))
    assert login.asked == [EXCHANGE, JWKS, CALL, EXCHANGE, CALL]
    assert "7T:" not in caught.value.message
    assert SECRET not in caught.value.message


def test_a_ticket_that_lay_six_hours_is_replaced_unasked(login: Login, open_as: Any) -> None:
    asker = open_as(login, Grant("7T:old", "", datetime.now(UTC) - timedelta(seconds=1)))
    asker.ask(contact(17))
    assert login.asked == [EXCHANGE, JWKS, CALL]


@pytest.mark.parametrize(("minutes", "is_noted"), [(5, False), (11, True)])
def test_six_hours_count_from_the_last_use(login: Login, open_as: Any, minutes: int, is_noted: bool) -> None:
    """Noted now and then, not at each call."""
    login.ticket = "7T:used"
    until = datetime.now(UTC) + TICKET_LASTS - timedelta(minutes=minutes)
    asker = open_as(login, Grant("7T:used", "", until))
    asker.ask(contact(17))
    assert login.asked == [CALL]
    noted = asker.kept().expires_at - until
    assert noted > timedelta(minutes=10) if is_noted else noted == timedelta(0)


@pytest.mark.parametrize(
    "claims",
    [{"iss": LOGIN}, {"aud": "spn:124"}, {"exp": 1_000_000_000}, {SCHEME + "ctx": "Cust67890"}],
    ids=["issuer", "audience", "expired", "tenant"],
)
def test_a_token_that_is_not_ours_gives_no_ticket(login: Login, open_as: Any, claims: dict[str, Any]) -> None:
    login.claims = claims
    with pytest.raises(Forged) as caught:
        open_as(login).ask(contact(17))
    assert CALL not in login.asked
    assert caught.value.sent is False


def test_a_token_without_a_ticket(login: Login, open_as: Any) -> None:
    login.claims = {SCHEME + "ticket": ""}
    with pytest.raises(BadAnswer):
        open_as(login).ask(contact(17))


@pytest.mark.parametrize(
    ("status", "answer", "error", "message"),
    [
        (200, {"IsSuccessful": False, "Token": None, "ErrorMessage": "Revoked (1)"}, NotSignedIn, "Revoked (1)"),
        (400, {"IsSuccessful": False, "ErrorMessage": f"Bad {SYSTEM_TOKEN}"}, NotSignedIn, "Bad ***"),
        (401, {"x": 1}, NotSignedIn, ""),
        (200, {"IsSuccessful": True, "Token": ""}, BadAnswer, ""),
        (200, {"x": 1}, BadAnswer, ""),
        (404, {"x": 1}, BadAnswer, ""),
        (503, {"x": 1}, Unavailable, ""),
        (429, {"x": 1}, Unavailable, ""),
    ],
)
def test_an_exchange_that_fails(
    login: Login, open_as: Any, status: int, answer: Any, error: type[CrmError], message: str
) -> None:
    login.status, login.answer = status, answer
    with pytest.raises(error) as caught:
        open_as(login).ask(contact(17))
    assert (caught.value.message, caught.value.sent) == (message, False)
    assert SYSTEM_TOKEN not in str(caught.value)
    assert CALL not in login.asked


def test_a_refusal_that_repeats_what_we_said_shows_none_of_it(login: Login, open_as: Any) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        told = login(request)
        refused = {"IsSuccessful": False, "ErrorMessage": f"Bad: {request.content.decode()}"}
        return httpx.Response(200, json=refused) if request.url.path == EXCHANGE else told

    with pytest.raises(NotSignedIn) as caught:
        open_as(answer).ask(contact(17))
    [told] = login.bodies
    data, _, signature = told["SignedSystemToken"].rpartition(".")
    assert caught.value.message.startswith("Bad: {")
    for secret in (SYSTEM_TOKEN, SECRET, data, signature):
        assert secret not in caught.value.message


@pytest.mark.parametrize("status", [429, 503])
def test_keys_that_do_not_come_for_now(login: Login, open_as: Any, status: int) -> None:
    """That is trouble which passes, no forgery; the next call asks anew."""
    login.keys_status = status
    asker = open_as(login)
    with pytest.raises(Unavailable) as caught:
        asker.ask(contact(17))
    assert (caught.value.sent, caught.value.status) == (False, status)
    login.keys_status = 200
    assert asker.ask(contact(17)).name == "Acme"


def test_a_new_key_of_superoffices(login: Login, open_as: Any) -> None:
    """It changed its certificate while we run: the token names a key that nobody knows yet."""
    ring = KeyRing([Key(frozenset({"old"}), rsa.generate_private_key(65537, 2048).public_key())])
    assert open_as(login, keys=ring).ask(contact(17)).name == "Acme"
    assert login.asked == [EXCHANGE, JWKS, CALL]
    assert [key.names for key in ring.known] == [{"theirs"}]


@pytest.mark.parametrize("key", [sandbox_key(), pem(sandbox_key())], ids=["XML", "PEM"])
def test_the_signature(key: str) -> None:
    """Over the token and the UTC minute in twenty-four hours."""
    signed = sign(SYSTEM_TOKEN, key, datetime.fromisoformat("2026-03-01T23:05:59+09:00"))
    data, _, signature = signed.rpartition(".")
    assert data == f"{SYSTEM_TOKEN}.202603011405"
    read_key(key).public_key().verify(base64.b64decode(signature), data.encode(), PKCS1v15(), SHA256())


@pytest.mark.parametrize("key", ["", "<RSAKeyValue><P>AQ==</P></RSAKeyValue>", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0"])
def test_a_key_that_is_none_says_so(key: str) -> None:
    with pytest.raises(ValueError, match="neither PEM nor") as caught:
        read_key(key)
    assert "c2VjcmV0" not in str(caught.value)


def test_a_key_of_another_kind() -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    with pytest.raises(ValueError, match="no RSA key"):
        read_key(Ed25519PrivateKey.generate().private_bytes(*form).decode())


@pytest.mark.asyncio
async def test_fifty_first_calls_exchange_once(login: Login) -> None:
    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return login(request)

    store = AsyncMemoryStore()
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auths = [SystemUser(LOGIN, "Cust12345", "123", SYSTEM_TOKEN, sandbox_key(), SECRET, store) for _ in range(50)]
        crms = [AsyncCrm(http, AsyncFixedAddress(BASE), auth) for auth in auths]
        await asyncio.gather(*[crm(contact(17)) for crm in crms])
    assert login.asked.count(EXCHANGE) == 1


@pytest.mark.asyncio
async def test_each_tenant_gets_its_own_ticket(login: Login) -> None:
    """Though they exchange in the same moment."""

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        if request.url.path == EXCHANGE:
            ctx = json.loads(request.content)["ContextIdentifier"]
            login.claims = {SCHEME + "ctx": ctx, SCHEME + "ticket": f"7T:{ctx}"}
        elif request.url.path != JWKS:
            return httpx.Response(200, json={"ContactId": 17, "Name": request.headers["authorization"]})
        return login(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:

        def of(ctx: str) -> AsyncCrm:
            auth = SystemUser(LOGIN, ctx, "123", SYSTEM_TOKEN, sandbox_key(), SECRET, AsyncMemoryStore())
            return AsyncCrm(http, AsyncFixedAddress(f"https://online2.superoffice.com/{ctx}/api/"), auth)

        names = [f"Cust{number}" for number in range(1, 6)]
        companies = await asyncio.gather(*[of(ctx)(contact(17)) for ctx in names])
    assert [company.name for company in companies] == [f"SOTicket 7T:{ctx}" for ctx in names]


# The sandbox


@pytest.fixture
def user(sandbox: Sandbox) -> Iterator[Crm]:
    tenant, client = sandbox.world.tenants["Cust12345"], sandbox.world.clients["sidecard-sandbox"]
    token = tenant.system_tokens.setdefault(client.client_id, "Sidecard-8k8Q7DmBgo")
    auth = SystemUser(sandbox.login_url, "Cust12345", tenant.serial, token, sandbox_key(), client.secret, MemoryStore())
    with sync_http() as http:
        yield Crm(http, FixedAddress(f"{sandbox.tenant_url('Cust12345')}/api/"), auth)


def test_it_works_on_the_sandbox(sandbox: Sandbox, user: Crm) -> None:
    assert user(contact(17)).name.startswith("Acme")
    sandbox.world.tickets.clear()
    assert user(contact(17)).name.startswith("Acme")


def test_a_customer_who_revoked_us(sandbox: Sandbox, user: Crm) -> None:
    sandbox.world.tenants["Cust12345"].revoked = True
    with pytest.raises(NotSignedIn) as caught:
        user(contact(17))
    assert caught.value.message == "Revoked (1)"


def test_a_change_follows_a_new_ticket(sandbox: Sandbox, user: Crm) -> None:
    """401 means it was not done."""

    def rename() -> Operation[Any]:
        return (yield Call("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "/Department", "value": "X"}]))

    user(contact(17))
    sandbox.world.tickets.clear()
    assert user(rename())["Department"] == "X"
