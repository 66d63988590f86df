"""Tokens: renewed in time, once, and never shown."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.auth import AHEAD, PATIENCE, Grant, UserToken, granted, renew, renew_async
from crm_client.calls import Call, Operation
from crm_client.clients import AT_ONCE, AsyncCrm, Crm
from crm_client.contacts import contact
from crm_client.errors import BadAnswer, BadRequest, CrmError, NotFound, NotSignedIn, Unavailable
from crm_client.hands import LEASE

from .conftest import BASE, TOKEN_URL, AsyncShelf, NetServer, Open, Shelf, grant

FRESH = {"access_token": "8A:Cust12345.second", "expires_in": 3600, "token_type": "bearer", "id_token": "x"}
ACME = {"ContactId": 17, "Name": "Acme"}


def only(token: str) -> Callable[[httpx.Request], httpx.Response]:
    """Answers whoever holds this token; 401 to everybody else."""

    def answer(request: httpx.Request) -> httpx.Response:
        known = request.headers["authorization"] == f"Bearer {token}"
        return httpx.Response(200, json=ACME) if known else httpx.Response(401, json={"ErrorMessage": "Who are you?"})

    return answer


def asking(call: Call) -> Operation[Any]:
    return (yield call)


@pytest.fixture
def netserver(netserver: NetServer) -> NetServer:
    netserver.on("v1/Contact/17", only("8A:Cust12345.second"))
    netserver.on("tokens", FRESH)
    return netserver


TOKENS = "POST /login/common/oauth/tokens"


def test_a_good_token_is_used(netserver: NetServer, open_crm: Open) -> None:
    shelf = Shelf(grant("8A:Cust12345.second"))
    open_crm(netserver, shelf).ask(contact(17))
    assert netserver.log == ["GET v1/Contact/17"]
    assert shelf.events == []


def test_a_token_is_renewed_ahead_of_its_end(netserver: NetServer, open_crm: Open) -> None:
    """The person waits for one renewal, not for a refusal and a renewal."""
    shelf = Shelf(grant(seconds=AHEAD.total_seconds() - 1))
    open_crm(netserver, shelf).ask(contact(17))
    assert netserver.log == [TOKENS, "GET v1/Contact/17"]
    assert shelf.events == ["claim", "save"]


@pytest.mark.parametrize(("seconds", "events"), [(55, ["claim", "save"]), (65, [])])
def test_a_minute_ahead(netserver: NetServer, open_crm: Open, seconds: float, events: list[str]) -> None:
    netserver.on("v1/Contact/17", ACME)
    shelf = Shelf(grant(seconds=seconds))
    open_crm(netserver, shelf).ask(contact(17))
    assert shelf.events == events


def test_a_refused_token_is_renewed_and_the_call_sent_once_more(netserver: NetServer, open_crm: Open) -> None:
    shelf = Shelf()
    assert open_crm(netserver, shelf).ask(contact(17)).name == "Acme"
    assert netserver.log == ["GET v1/Contact/17", TOKENS, "GET v1/Contact/17"]


def test_a_call_is_never_sent_a_third_time(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", only("another"))
    with pytest.raises(NotSignedIn) as caught:
        open_crm(netserver, Shelf()).ask(contact(17))
    assert caught.value.message == "Who are you?"
    assert netserver.log == ["GET v1/Contact/17", TOKENS, "GET v1/Contact/17"]


def test_a_change_keeps_its_body_when_sent_once_more(netserver: NetServer, open_crm: Open) -> None:
    """401 means it was not done, so a change may follow the new token too."""

    def change() -> Operation[Any]:
        return (yield Call("PATCH", "v1/Contact/17", json=[{"op": "remove", "path": "/Name"}]))

    open_crm(netserver, Shelf()).ask(change())
    assert netserver.asked[0].content == netserver.asked[2].content != b""


def test_the_refresh_token_travels_in_the_body(netserver: NetServer, open_crm: Open) -> None:
    """A query would end in logs."""
    open_crm(netserver, Shelf()).ask(contact(17))
    asked = netserver.asked[1]
    assert asked.url.query == b""
    assert parse_qs(asked.content.decode()) == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["refresh-token-of-alice"],
        "client_id": ["sidecard"],
        "client_secret": ["top-secret"],
    }
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"
    assert "authorization" not in asked.headers


def test_a_renewal_keeps_the_refresh_token(netserver: NetServer, open_crm: Open) -> None:
    """Its answer holds none."""
    shelf = Shelf()
    open_crm(netserver, shelf).ask(contact(17))
    assert shelf.load().refresh_token == "refresh-token-of-alice"
    assert shelf.load().access_token == "8A:Cust12345.second"
    assert not shelf.load().ends_within(timedelta(minutes=59))


def test_a_refused_refresh_token_is_forgotten(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("tokens", {"error": "invalid_grant", "error_description": "8A:secret"}, status=400)
    shelf = Shelf()
    with pytest.raises(NotSignedIn) as caught:
        open_crm(netserver, shelf).ask(contact(17))
    assert shelf.events == ["claim", "lost"]
    assert caught.value.sent is False
    assert "secret" not in str(caught.value) + caught.value.message


def nested(status: int) -> Callable[[httpx.Request], httpx.Response]:
    """Brackets without end."""
    return lambda _: httpx.Response(status, content=b"[" * 100_000)


@pytest.mark.parametrize(
    ("status", "answer", "error"),
    [
        (503, {}, Unavailable),
        (429, {}, Unavailable),
        (401, {}, NotSignedIn),
        (403, {"error": "access_denied"}, NotSignedIn),
        (401, {"error": "invalid_client"}, BadRequest),
        (400, {"error": "8A:Cust12345.secret"}, NotSignedIn),
        (404, {}, BadRequest),
        (302, {}, BadRequest),
        (200, {}, BadAnswer),
        (200, [], BadAnswer),
        (200, nested(200), BadAnswer),
        (400, nested(400), NotSignedIn),
        (200, {"access_token": "8A:Cust12345.secret", "expires_in": "soon"}, BadAnswer),
        (200, {"access_token": "8A:Cust12345.secret", "expires_in": 1e300}, BadAnswer),
    ],
)
def test_a_renewal_that_fails_otherwise_may_be_tried_again(
    netserver: NetServer, open_crm: Open, status: int, answer: Any, error: type[CrmError]
) -> None:
    """The grant stays, the claim ends."""
    netserver.on("tokens", answer, status=status)
    shelf = Shelf()
    with pytest.raises(error) as caught:
        open_crm(netserver, shelf).ask(contact(17))
    assert shelf.events == ["claim", "release"]
    assert shelf.grant is not None
    assert caught.value.sent is False
    assert "secret" not in str(caught.value) + caught.value.message + caught.value.error_type


def test_a_login_host_that_is_down_leaves_the_call_unsent(netserver: NetServer, open_crm: Open) -> None:
    """Even a change: it is the renewal that got no answer."""

    def dead(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("no answer")

    def change() -> Operation[Any]:
        return (yield Call("PATCH", "v1/Contact/17", json=[]))

    netserver.on("tokens", dead)
    shelf = Shelf(grant(seconds=-1))
    with pytest.raises(Unavailable) as caught:
        open_crm(netserver, shelf).ask(change())
    assert caught.value.sent is False
    assert shelf.events == ["claim", "release"]


def _silent(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("no answer")


def _busy(_: httpx.Request) -> httpx.Response:
    return httpx.Response(503)


@pytest.mark.parametrize("login", [_silent, _busy])
def test_a_token_that_is_still_good_serves_while_the_login_host_does_not(
    netserver: NetServer, open_crm: Open, login: Callable[[httpx.Request], httpx.Response]
) -> None:
    """And the claim runs out by itself, so that the next calls do not wait for the same trouble."""
    netserver.on("v1/Contact/17", only("8A:Cust12345.first"))
    netserver.on("tokens", login)
    shelf = Shelf(grant(seconds=30))
    crm = open_crm(netserver, shelf)
    for _ in range(3):
        assert crm.ask(contact(17)).name == "Acme"
    assert netserver.log.count(TOKENS) == 1
    assert shelf.events == ["claim", "miss", "miss"]


def test_a_sign_in_that_ended_is_told_though_its_token_is_still_good(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("tokens", {"error": "invalid_grant"}, status=400)
    with pytest.raises(NotSignedIn):
        open_crm(netserver, Shelf(grant(seconds=30))).ask(contact(17))


@pytest.mark.asyncio
async def test_nobody_waits_for_a_renewal_ahead(netserver: NetServer) -> None:
    """One renews; the others go on with the token that is still good."""
    netserver.on("v1/Contact/17", {"ContactId": 17, "Name": "Acme"})
    shelf, renewed = Shelf(grant(seconds=30)), asyncio.Event()

    async def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            await renewed.wait()
        return netserver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), auth)
        first = asyncio.create_task(crm(contact(17)))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            await crm.all(*[contact(17) for _ in range(10)])
        assert not first.done()
        renewed.set()
        assert (await first).name == "Acme"
    assert netserver.asked[-1].headers["authorization"] == "Bearer 8A:Cust12345.second"


def test_nobody_signed_in(netserver: NetServer, open_crm: Open) -> None:
    with pytest.raises(NotSignedIn):
        open_crm(netserver, Shelf(None)).ask(contact(17))
    assert netserver.asked == []


def test_who_loses_the_claim_waits_and_reads(netserver: NetServer, open_crm: Open) -> None:
    """Another process renews."""
    shelf = Shelf(grant(seconds=-1), held=True)
    load, loads = shelf.load, []

    def load_later() -> Any:
        loads.append(1)
        if len(loads) == 4:
            shelf.save(grant("8A:Cust12345.second"))
        return load()

    shelf.load = load_later  # type: ignore[method-assign]
    open_crm(netserver, shelf).ask(contact(17))
    assert netserver.log == ["GET v1/Contact/17"]
    assert shelf.events == ["miss", "miss", "miss", "save"]


def test_an_error_that_is_kept_keeps_no_old_token(netserver: NetServer, open_crm: Open) -> None:
    """A failed renewal's traceback holds its place in the queue; meanwhile another process renews, and time goes by."""
    shelf = Shelf(grant(seconds=-1))
    crm = open_crm(netserver, shelf)
    netserver.on("tokens", {}, status=503)
    with pytest.raises(Unavailable) as kept:
        crm.ask(contact(17))
    netserver.on("tokens", FRESH)
    assert crm.ask(contact(17)).name == "Acme"
    shelf.grant = grant("8A:Cust12345.third", seconds=-1)
    netserver.on("v1/Contact/17", only("8A:Cust12345.fourth"))
    netserver.on("tokens", FRESH | {"access_token": "8A:Cust12345.fourth"})
    assert crm.ask(contact(17)).name == "Acme"
    assert kept.value.sent is False


def test_who_dies_while_renewing_is_not_waited_for_forever(
    netserver: NetServer, open_crm: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crm_client.hands.LEASE", 0.1)
    with pytest.raises(Unavailable) as caught:
        open_crm(netserver, Shelf(grant(seconds=-1), held=True)).ask(contact(17))
    assert (caught.value.sent, netserver.asked) == (False, [])


@pytest.mark.parametrize("seconds", [-10, 3600], ids=["ended", "refused"])
@pytest.mark.asyncio
async def test_two_hundred_calls_renew_once(netserver: NetServer, seconds: float) -> None:
    """Each with an auth of its own, as each request of a web application has."""
    shelf = Shelf(grant(seconds=seconds))

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return netserver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:

        def alice() -> AsyncCrm:
            auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), ("Cust12345", 5))
            return AsyncCrm(http, AsyncFixedAddress(BASE), auth)

        companies = await asyncio.gather(*[alice()(contact(17)) for _ in range(200)])
    assert {company.name for company in companies} == {"Acme"}
    assert netserver.log.count(TOKENS) == 1
    assert shelf.events == ["claim", "save"]


@pytest.mark.parametrize("seconds", [30, -1], ids=["ahead", "ended"])
@pytest.mark.asyncio
async def test_who_has_renewed_keeps_nobody_from_renewing(netserver: NetServer, seconds: float) -> None:
    """Though his own call is still under way."""
    shelf, arrived, answered = Shelf(grant(seconds=seconds)), asyncio.Event(), asyncio.Event()
    tokens = iter(["8A:Cust12345.second", "8A:Cust12345.third"])
    netserver.on("tokens", lambda _: httpx.Response(200, json=FRESH | {"access_token": next(tokens)}))
    netserver.on("v1/Contact/17", only("8A:Cust12345.third"))

    async def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/slow"):
            arrived.set()
            await answered.wait()
        return netserver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), auth)
        slow = asyncio.create_task(crm(asking(Call("GET", "v1/slow"))))
        async with asyncio.timeout(5):
            await arrived.wait()
            assert (await crm(contact(17))).name == "Acme"
        assert not slow.done()
        answered.set()
        with pytest.raises(NotFound):
            await slow


@pytest.mark.asyncio
async def test_those_who_wait_share_the_trouble(netserver: NetServer) -> None:
    """A login host in trouble is not asked by each of them in turn."""
    netserver.on("tokens", {}, status=503, **{"Retry-After": "9"})

    async def answer(request: httpx.Request) -> httpx.Response:
        await asyncio.sleep(0.01)
        return netserver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(Shelf(grant(seconds=-1))), "alice")
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), auth)
        errors = await asyncio.gather(*[crm(contact(17)) for _ in range(AT_ONCE)], return_exceptions=True)
    assert netserver.log == [TOKENS]
    assert {(type(error).__mro__[1], error.status, error.retry_after) for error in errors} == {(Unavailable, 503, 9)}  # type: ignore[union-attr]
    assert len(set(map(id, errors))) == AT_ONCE


def test_threads_that_wait_ask_nothing(netserver: NetServer) -> None:
    """They share what the first one got, without a look into the store each."""
    shelf, loaded = Shelf(grant(seconds=-1)), threading.Barrier(AT_ONCE, timeout=10)
    load = shelf.load

    def load_together() -> Any:
        loaded.wait()
        return load()

    def answer(request: httpx.Request) -> httpx.Response:
        time.sleep(1 if str(request.url) == TOKEN_URL else 0)  # until all queue
        return netserver(request)

    shelf.load = load_together  # type: ignore[method-assign]
    with httpx.Client(transport=httpx.MockTransport(answer)) as http, ThreadPoolExecutor(AT_ONCE) as pool:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, object())
        crm = Crm(http, FixedAddress(BASE), auth)
        assert len(list(pool.map(crm, [contact(17) for _ in range(AT_ONCE)]))) == AT_ONCE
    assert shelf.events == ["claim", "save"]


@pytest.mark.asyncio
async def test_nobody_waits_for_anothers_renewal_nor_gets_his_token(netserver: NetServer) -> None:
    bobs, both = asyncio.Event(), {}
    for name in ("alice", "bob"):
        both[name] = Shelf(Grant(f"old-{name}", f"refresh-{name}", datetime.now(UTC)))

    async def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) != TOKEN_URL:
            return httpx.Response(200, json={"ContactId": 17, "Name": request.headers["authorization"]})
        name = "alice" if b"refresh-alice" in request.content else "bob"
        if name == "bob":
            await bobs.wait()
        return httpx.Response(200, json=FRESH | {"access_token": f"new-{name}"})

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:

        def of(name: str) -> AsyncCrm:
            auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(both[name]), ("Cust12345", name))
            return AsyncCrm(http, AsyncFixedAddress(BASE), auth)

        slow = asyncio.create_task(of("bob")(contact(17)))
        await asyncio.sleep(0.01)
        async with asyncio.timeout(5):
            assert (await of("alice")(contact(17))).name == "Bearer new-alice"
        bobs.set()
        assert (await slow).name == "Bearer new-bob"


@pytest.mark.asyncio
async def test_who_goes_away_while_renewing_leaves_nothing_locked(netserver: NetServer) -> None:
    """A browser closes; the next call renews."""
    shelf = Shelf(grant(seconds=-1))
    patience = [30.0, 0.0]

    async def answer(request: httpx.Request) -> httpx.Response:
        if str(request.url) == TOKEN_URL:
            await asyncio.sleep(patience.pop(0))
        return netserver(request)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), auth)
        gone, waiting = asyncio.create_task(crm(contact(17))), asyncio.create_task(crm(contact(17)))
        await asyncio.sleep(0.05)
        gone.cancel()
        assert (await waiting).name == "Acme"
        with pytest.raises(asyncio.CancelledError):
            await gone
    assert shelf.events == ["claim", "release", "claim", "save"]


@pytest.mark.parametrize("seconds", [-10, 3600], ids=["ended", "refused"])
def test_two_hundred_threads_renew_once(netserver: NetServer, seconds: float) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        time.sleep(0.01)
        return netserver(request)

    shelf = Shelf(grant(seconds=seconds))
    with httpx.Client(transport=httpx.MockTransport(answer)) as http, ThreadPoolExecutor(200) as pool:

        def ask(_: int) -> str:
            auth = UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, ("Cust12345", 5))
            return Crm(http, FixedAddress(BASE), auth)(contact(17)).name

        assert set(pool.map(ask, range(200))) == {"Acme"}
    assert netserver.log.count(TOKENS) == 1


@pytest.mark.parametrize(("seconds", "renewals"), [(299, 1), (301, 0)])
def test_background_work_renews_what_ends_soon(netserver: NetServer, seconds: float, renewals: int) -> None:
    shelf = Shelf(grant(seconds=seconds))
    with httpx.Client(transport=httpx.MockTransport(netserver)) as http:
        renew(http, UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, "alice"), timedelta(minutes=5))
    assert netserver.log == [TOKENS] * renewals


@pytest.mark.asyncio
async def test_background_work_renews_in_the_other_colour(netserver: NetServer) -> None:
    shelf = Shelf(grant(seconds=299))
    async with httpx.AsyncClient(transport=httpx.MockTransport(netserver)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        await renew_async(http, auth, timedelta(minutes=5))
    assert shelf.events == ["claim", "save"]


@pytest.mark.asyncio
async def test_background_work_follows_no_redirect() -> None:
    """The refresh token and the application's secret would go along, whoever made the HTTP client."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        return httpx.Response(307, headers={"Location": "https://evil.example/"})

    transport, shelf = httpx.MockTransport(answer), Shelf(grant(seconds=-1))
    with httpx.Client(transport=transport, follow_redirects=True) as http, pytest.raises(BadRequest):
        renew(http, UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, "alice"), AHEAD)
    async with httpx.AsyncClient(transport=transport, follow_redirects=True) as async_http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        with pytest.raises(BadRequest):
            await renew_async(async_http, auth, AHEAD)
    assert asked == ["online.superoffice.com"] * 2


def _dead(_: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError("no route")


def test_background_work_is_told_of_a_dead_line() -> None:
    shelf = Shelf(grant(seconds=-1))
    with httpx.Client(transport=httpx.MockTransport(_dead)) as http, pytest.raises(Unavailable):
        renew(http, UserToken(TOKEN_URL, "sidecard", "top-secret", shelf, "alice"), timedelta(minutes=5))
    assert shelf.events == ["claim", "release"]


@pytest.mark.asyncio
async def test_background_work_is_told_of_a_dead_line_in_the_other_colour() -> None:
    shelf = Shelf(grant(seconds=-1))
    async with httpx.AsyncClient(transport=httpx.MockTransport(_dead)) as http:
        auth = UserToken(TOKEN_URL, "sidecard", "top-secret", AsyncShelf(shelf), "alice")
        with pytest.raises(Unavailable):
            await renew_async(http, auth, timedelta(minutes=5))
    assert shelf.events == ["claim", "release"]


def test_a_claim_outlasts_what_it_is_for() -> None:
    """Else a second process would renew beside the first."""
    assert sum(PATIENCE.values()) < LEASE


def test_a_login_host_that_is_busy_says_how_long(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("tokens", {}, status=503, **{"Retry-After": "9"})
    with pytest.raises(Unavailable) as caught:
        open_crm(netserver, Shelf(grant(seconds=-1))).ask(contact(17))
    assert (caught.value.retry_after, caught.value.status) == (9, 503)


def test_a_grant_shows_no_token() -> None:
    assert "8A:" not in repr(grant())
    assert "refresh-token" not in repr(grant())


def test_a_lifetime_may_be_a_text() -> None:
    """A third-party fixture has it so."""
    answer = httpx.Response(200, json=FRESH | {"expires_in": "3600", "refresh_token": "new"})
    read = granted(answer)
    assert read.refresh_token == "new"
    assert timedelta(minutes=59) < read.expires_at - datetime.now(UTC) <= timedelta(hours=1)
