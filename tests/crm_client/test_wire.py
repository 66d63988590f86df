"""Real sockets: what a dying server, a cookie, a redirect and a certificate do, in both colours."""

from __future__ import annotations

import asyncio
import datetime
import logging
import socket
import ssl
import traceback
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from crm_client import clients
from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.auth import UserToken
from crm_client.calls import Call, Operation
from crm_client.clients import AT_ONCE, AsyncCrm, Crm, async_http, sync_http
from crm_client.contacts import contact
from crm_client.errors import BadAnswer, CrmError, OutcomeUnknown, Unavailable
from crm_client.retries import Retries
from crm_client.stores import AsyncMemoryStore, MemoryStore
from crm_client.system_user import SystemUser
from tests.sandbox.application_keys import sandbox_key
from tests.sandbox.server import Sandbox

from .conftest import grant
from .raw_server import Answer, Server, keeps_silent, resets, says, sends
from .test_with_sandbox import CLIENT, AwaitingUser, BlockingUser

HALF = b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"a":'


def half_then(end: Answer) -> Answer:
    def answer(server: Server, connection: socket.socket) -> None:
        connection.sendall(HALF)
        end(server, connection)

    return answer


ENDINGS: dict[str, Answer] = {
    "close": sends(b""),
    "reset": resets,
    "silence": keeps_silent,
    "half a head": sends(b"HTTP/1.1 200 OK\r\nContent-Le"),
    "half a body": sends(HALF),
    "half a body, reset": half_then(resets),
    "half a body, silence": half_then(keeps_silent),
    "half a chunk": sends(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\n{"a"'),
    "no gzip": sends(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"),
    "no http": sends(b"\x00\x01garbage\r\n\r\n"),
}

type MakeHttp[H] = Callable[[], H]


def blocking(base: str, *operations: Operation[Any], make: MakeHttp[AbstractContextManager[httpx.Client]]) -> list[Any]:
    with make() as http:
        crm = Crm(http, FixedAddress(base), None)
        return [crm(operation) for operation in operations]


def awaiting(
    base: str, *operations: Operation[Any], make: MakeHttp[AbstractAsyncContextManager[httpx.AsyncClient]]
) -> list[Any]:
    async def run() -> list[Any]:
        async with make() as http:
            crm = AsyncCrm(http, AsyncFixedAddress(base), None)
            return [await crm(operation) for operation in operations]

    return asyncio.run(run())


def httpxs_own() -> httpx.AsyncClient:
    """Not on aiohttp: somebody may bring a client of his own."""
    return httpx.AsyncClient(trust_env=False, timeout=clients.TIMEOUTS)


DRIVERS = {
    "Crm": partial(blocking, make=sync_http),
    "AsyncCrm": partial(awaiting, make=async_http),
    "AsyncCrm on httpx": partial(awaiting, make=httpxs_own),
}
every_driver = pytest.mark.parametrize("drive", DRIVERS.values(), ids=DRIVERS)


def send(method: str) -> Operation[Any]:
    body = None if method in ("GET", "DELETE") else {"Name": "Acme"}
    return (yield Call(method, "v1/Contact/17", json=body))


@every_driver
@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
@pytest.mark.parametrize("ending", ENDINGS)
def test_a_server_that_dies_after_reading(
    serve: Callable[..., Server], drive: Any, method: str, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change is reported as unknown and sent once, whatever library lies below; a question may be asked again."""
    is_silent = ending.endswith("silence")
    monkeypatch.setattr(clients, "TIMEOUTS", httpx.Timeout(0.3 if is_silent else 5))
    server = serve(ENDINGS[ending])
    with pytest.raises(Unavailable if method == "GET" else OutcomeUnknown) as caught:
        drive(server.base, send(method))
    assert caught.value.sent is None
    again = method == "GET" and not is_silent and ending != "no gzip"
    assert len(server.heads) == (Retries().attempts if again else 1)


@every_driver
def test_a_server_that_is_not_there(drive: Any) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable) as caught:
            drive(f"http://127.0.0.1:{taken.getsockname()[1]}/Cust12345/api/", send("POST"))
    assert caught.value.sent is False


COOKIE = "Set-Cookie: ASP.NET_SessionId=abc; path=/\r\n"


@every_driver
def test_no_cookie_is_ever_sent_back(serve: Callable[..., Server], drive: Any) -> None:
    """NetServer's session cookie would carry one person's session into another's call."""
    server = serve(says("200 OK", headers=COOKIE))
    drive(server.base, send("GET"), send("GET"))
    assert len(server.heads) == 2
    assert not any(b"cookie" in head for head in server.heads)


@pytest.mark.asyncio
async def test_all_places_of_a_tenant_can_be_taken() -> None:
    """No library below waits for a connection that another call has: the server answers once all have come."""
    all_came = asyncio.Barrier(AT_ONCE)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        await all_came.wait()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, async_http() as http:
        crm = AsyncCrm(http, AsyncFixedAddress(f"http://127.0.0.1:{port}/Cust12345/api/"), None, deadline=5)
        assert await asyncio.gather(*[crm(send("GET")) for _ in range(AT_ONCE)]) == [{}] * AT_ONCE


FOLLOWING = {
    "Crm": partial(blocking, make=lambda: httpx.Client(follow_redirects=True, trust_env=False)),
    "AsyncCrm": partial(awaiting, make=lambda: httpx.AsyncClient(follow_redirects=True, trust_env=False)),
}


@pytest.mark.parametrize("drive", [*DRIVERS.values(), *FOLLOWING.values()], ids=[*DRIVERS, *FOLLOWING])
@pytest.mark.parametrize("status", ["302 Found", "307 Temporary Redirect"])
def test_no_redirect_is_followed(serve: Callable[..., Server], drive: Any, status: str) -> None:
    """It would carry the application's secret along, if not the token; even where a client would follow it."""
    elsewhere = serve(says("200 OK"))
    server = serve(says(status, headers=f"Location: {elsewhere.base}\r\n"))
    with pytest.raises(BadAnswer):
        drive(server.base, send("POST"))
    assert elsewhere.heads == []


@every_driver
def test_no_proxy_of_the_environment_sees_a_call(
    serve: Callable[..., Server], drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, server = serve(says("200 OK")), serve(says("200 OK"))
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.base.partition("/Cust")[0])
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    drive(server.base, send("POST"))
    assert (len(proxy.heads), len(server.heads)) == (0, 1)


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself, with its key."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path: Path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(private + made.public_bytes(pem))
    return path


@pytest.fixture
def secure(serve: Callable[..., Server], certificate: Path) -> Server:
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate)
    return serve(says("200 OK"), tls)


ours = pytest.mark.parametrize("drive", [DRIVERS["Crm"], DRIVERS["AsyncCrm"]], ids=["Crm", "AsyncCrm"])


@ours
def test_a_certificate_nobody_vouches_for(secure: Server, drive: Any) -> None:
    """Nothing is sent to whoever holds it."""
    with pytest.raises(Unavailable) as caught:
        drive(secure.base, send("POST"))
    assert (caught.value.sent, secure.heads) == (False, [])


@ours
def test_both_clients_trust_the_same(
    secure: Server, certificate: Path, drive: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clients, "_tls", lambda: ssl.create_default_context(cafile=certificate))
    assert drive(secure.base, send("POST")) == [{}]


# What an error shows, and what is logged

SECRETS = ("first-token", "refresh-token-of-alice", "client-secret", "app-secret", "system-token")


def person(server: Server, store: Any) -> UserToken:
    return UserToken(server.base, "sidecard", "client-secret", store(grant("8A:Cust12345.first-token")), object())


def person_to_renew(server: Server, store: Any) -> UserToken:
    old = grant("8A:Cust12345.first-token", seconds=-1)
    return UserToken(server.base, "sidecard", "client-secret", store(old), object())


def system_user(server: Server, store: Any) -> SystemUser:
    keys = sandbox_key(), "client-secret"
    return SystemUser(server.base, f"Cust{id(server)}", "1", "system-token", *keys, store())


def failed(base: str, auth: Any, is_async: bool) -> CrmError:
    rest: dict[str, Any] = {"app_token": "app-secret", "deadline": 1.0}
    try:
        if not is_async:
            with sync_http() as http:
                Crm(http, FixedAddress(base), auth, **rest)(send("POST"))

        async def run() -> None:
            async with async_http() as http:
                await AsyncCrm(http, AsyncFixedAddress(base), auth, **rest)(send("POST"))

        asyncio.run(run())
    except CrmError as error:
        return error
    raise AssertionError("it went well")


@pytest.mark.parametrize("is_async", [False, True], ids=["Crm", "AsyncCrm"])
@pytest.mark.parametrize("credential", [person, person_to_renew, system_user])
@pytest.mark.parametrize("ending", ["close", "half a body", "no http", "silence", "500", "200"])
def test_no_error_shows_a_secret(serve: Callable[..., Server], credential: Any, ending: str, is_async: bool) -> None:
    """Nor does any error beneath it, nor what error trackers read of our own functions: their names' values."""
    answers = ENDINGS | {"500": says("500 Oh"), "200": says("200 OK", b"not JSON")}
    server = serve(answers[ending])
    store = AsyncMemoryStore if is_async else MemoryStore
    left: list[BaseException | None] = [failed(server.base, credential(server, store), is_async)]
    shown = []
    while left:
        error = left.pop()
        if error is not None:
            shown += [str(error), repr(error), repr(error.args), *map(repr, vars(error).values())]
            frames = traceback.StackSummary.extract(traceback.walk_tb(error.__traceback__), capture_locals=True)
            shown += [repr(frame.locals) for frame in frames if "/crm_client/" in frame.filename.replace("/tests/", "")]
            left += [error.__cause__, error.__context__]
    assert len(shown) > 10
    assert [secret for secret in SECRETS for text in shown if secret in text] == []


@pytest.mark.parametrize("is_async", [False, True], ids=["Crm", "AsyncCrm"])
def test_no_log_of_any_library_tells_a_token(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, is_async: bool
) -> None:
    """At their most talkative: an old token is refused and renewed, a system user exchanges his."""
    for name in ("", "httpx", "httpcore", "aiohttp", "asyncio", "h11", "crm_client"):
        caplog.set_level(logging.DEBUG, name)
    user = (AwaitingUser if is_async else BlockingUser)(sandbox, "alice", "Cust12345")
    before = user.shelf.load()
    sandbox.world.access_tokens.clear()
    assert user.ask(contact(17)).contact_id == 17
    tenant, client = sandbox.world.tenants["Cust12345"], sandbox.world.clients[CLIENT]
    system_token = tenant.system_tokens.setdefault(CLIENT, "Sidecard-8k8Q7DmBgo")
    store = AsyncMemoryStore() if is_async else MemoryStore()
    key = sandbox_key()
    user.crm.auth = SystemUser(sandbox.login_url, "Cust12345", tenant.serial, system_token, key, client.secret, store)
    assert user.ask(contact(17)).contact_id == 17
    ticket = (store._store if isinstance(store, AsyncMemoryStore) else store).load()
    user.close()
    told = "\n".join(f"{record.getMessage()} {record.args} {record.exc_text}" for record in caplog.records)
    assert told
    assert is_async or "/v1/Contact/17" in told  # ordinary calls of AsyncCrm go past httpx's log
    for secret in (before.access_token, before.refresh_token, user.shelf.load().access_token, ticket.access_token):
        assert secret not in told
    for secret in (client.secret, system_token):
        assert secret not in told
