"""Both drivers on a small NetServer: the same answers, the same errors, the same number of calls."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Generator
from typing import Any

import httpx
import pytest

from crm_client.address import AsyncFixedAddress, FixedAddress
from crm_client.calls import Call, Operation
from crm_client.clients import AT_ONCE, PLAINLY, TIMEOUTS, AsyncCrm, Crm, async_http, sync_http
from crm_client.contacts import contact
from crm_client.errors import CrmError, Denied, Misdirected, NotFound, OutcomeUnknown, Unavailable
from crm_client.gates import gates
from crm_client.hooks import CallRecord
from crm_client.users import current_principal

from .conftest import BASE, MOVED, Moving, NetServer, Open, Shelf, grant

ACME = {"ContactId": 17, "Name": "Acme"}


def asking(call: Call) -> Operation[Any]:
    return (yield call)


def name_or(contact_id: int, otherwise: str) -> Operation[str]:
    """An operation that lives with a missing record."""
    try:
        return (yield from contact(contact_id)).name
    except NotFound:
        return otherwise


def test_it_works(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    assert open_crm(netserver).ask(contact(17)).name == "Acme"
    assert netserver.log == ["GET v1/Contact/17"]


def test_an_error_is_raised_inside_the_operation(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    crm = open_crm(netserver)
    assert crm.ask(name_or(17, "gone")) == "Acme"
    assert crm.ask(name_or(18, "gone")) == "gone"


def test_an_operation_that_breaks_off_is_closed(netserver: NetServer, open_crm: Open) -> None:
    """Its ``finally`` runs now, not when memory is tidied up."""
    seen = []

    def tidy() -> Operation[None]:
        try:
            yield from contact(18)
        finally:
            seen.append("tidied")

    with pytest.raises(NotFound):
        open_crm(netserver).ask(tidy())
    assert seen == ["tidied"]


def test_so_is_one_whose_call_breaks_off_otherwise(netserver: NetServer, open_crm: Open) -> None:
    """By a mistake in a hook, for example; though somebody keeps the error and its traceback."""
    seen = []

    def mistaken(_: CallRecord) -> None:
        raise RuntimeError("oops")

    def tidy() -> Operation[None]:
        try:
            yield from contact(18)
        finally:
            seen.append("tidied")

    with pytest.raises(RuntimeError) as kept:
        open_crm(netserver, hooks=[mistaken]).ask(tidy())
    assert seen == ["tidied"]
    assert kept.tb


class Own(httpx.Auth):
    """A credential of somebody's own, that asks for something first."""

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        response = yield httpx.Request("GET", f"{BASE}own-token")
        request.headers["Authorization"] = f"Own {response.status_code}"
        yield request


@pytest.mark.asyncio
async def test_any_credential_of_httpxs_will_do(netserver: NetServer) -> None:
    netserver.on("v1/Contact/17", ACME)
    transport = httpx.MockTransport(netserver)
    with httpx.Client(transport=transport) as http:
        assert Crm(http, FixedAddress(BASE), Own())(contact(17)).name == "Acme"
    async with httpx.AsyncClient(transport=transport) as awaited:
        assert (await AsyncCrm(awaited, AsyncFixedAddress(BASE), Own())(contact(17))).name == "Acme"
    assert netserver.log == ["GET own-token", "GET v1/Contact/17"] * 2
    assert netserver.asked[-1].headers["authorization"] == "Own 404"


def test_several_answers_come_in_order(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    netserver.on("v1/User/currentPrincipal", {"AssociateId": 5, "FullName": "Alice Berg"})
    company, me = open_crm(netserver).all(contact(17), current_principal())
    assert (company.name, me.full_name) == ("Acme", "Alice Berg")
    assert netserver.log == ["GET v1/Contact/17", "GET v1/User/currentPrincipal"]


def test_the_first_error_of_several_comes_alone(netserver: NetServer, open_crm: Open) -> None:
    """Not in an ExceptionGroup: callers write ``except Denied``."""
    netserver.on("v1/Contact/17", ACME)
    netserver.on("v1/Contact/18", {"ErrorMessage": "You may not"}, status=403)
    with pytest.raises(Denied) as caught:
        open_crm(netserver).all(contact(17), contact(18), contact(17))
    assert caught.value.message == "You may not"


def test_a_moved_tenant_is_found_again(netserver: NetServer, open_crm: Open) -> None:
    """Whatever the call: the wrong host did nothing."""
    netserver.base = MOVED
    netserver.on("v1/Contact", ACME)
    moving = Moving(BASE, MOVED)
    assert open_crm(netserver, moving=moving).ask(asking(Call("POST", "v1/Contact", json={"Name": "Acme"}))) == ACME
    assert netserver.log == ["POST v1/Contact", "POST v1/Contact"]
    assert [request.content for request in netserver.asked] == [b'{"Name": "Acme"}'] * 2


def test_a_tenant_that_stays_lost_is_not_chased(netserver: NetServer, open_crm: Open) -> None:
    netserver.base = "https://nowhere.example/"
    moving = Moving(BASE, MOVED)
    with pytest.raises(Misdirected):
        open_crm(netserver, moving=moving).ask(contact(17))
    assert (len(netserver.asked), moving.refreshed) == (2, 1)


def test_it_says_who_asks_and_in_which_language(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    open_crm(netserver, Shelf(grant("8A:Cust12345.abc")), language="nb-NO", app_token="app-secret").ask(contact(17))
    sent = netserver.asked[0].headers
    assert sent["authorization"] == "Bearer 8A:Cust12345.abc"
    assert sent["accept-language"] == "nb-NO"
    assert sent["so-timezone"] == "UTC, includeTZOffset"
    assert sent["so-apptoken"] == "app-secret"
    assert sent["accept"] == "application/json"
    assert "content-type" not in sent


def test_a_change_is_sent_as_json(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    open_crm(netserver).ask(asking(Call("PATCH", "v1/Contact/17", json=[{"op": "remove", "path": "/Name"}])))
    assert netserver.asked[0].headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "lost", "error", "sent"),
    [
        ("GET", httpx.ReadTimeout, Unavailable, None),
        ("GET", httpx.ConnectError, Unavailable, False),
        ("POST", httpx.ConnectError, Unavailable, False),
        ("POST", httpx.PoolTimeout, Unavailable, False),
        ("POST", httpx.ReadTimeout, OutcomeUnknown, None),
        ("PATCH", httpx.WriteError, OutcomeUnknown, None),
        ("PUT", httpx.RemoteProtocolError, OutcomeUnknown, None),
        ("DELETE", httpx.ReadError, OutcomeUnknown, None),
    ],
)
def test_a_lost_answer(
    netserver: NetServer, open_crm: Open, method: str, lost: type[Exception], error: type[CrmError], sent: bool | None
) -> None:
    """What never left is sent again; whether a change that did leave happened nobody knows."""

    def lose(_: httpx.Request) -> httpx.Response:
        raise lost("the line is dead")

    netserver.on("v1/Contact/17", lose)
    with pytest.raises(error) as caught:
        open_crm(netserver).ask(asking(Call(method, "v1/Contact/17")))
    assert (caught.value.sent, caught.value.permanent) == (sent, error is OutcomeUnknown)
    assert len(netserver.asked) == (3 if lost is httpx.ConnectError else 1)


@pytest.mark.parametrize("token", ["8A:Cust12345.very-secret", "very-secret"])
def test_no_trace_of_an_error_shows_a_token_or_what_was_typed(netserver: NetServer, open_crm: Open, token: str) -> None:
    """A traceback ends in logs and error trackers. A token is masked whatever it looks like."""
    netserver.on("v1/Contact", {"ErrorMessage": f"Bad {token} of app-secret"}, status=400)
    crm = open_crm(netserver, Shelf(grant(token)), app_token="app-secret")
    with pytest.raises(CrmError) as caught:
        crm.ask(asking(Call("GET", "v1/Contact", query={"$filter": "name is 'O''Hara'"})))
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caught.value.message
    assert "very-secret" not in shown
    assert "app-secret" not in shown
    assert "Hara" not in str(caught.value)
    assert caught.value.message == "Bad *** of ***"


# From here on what only the asynchronous driver can do.


class Slow:
    """Answers after a while; counts how many wait at once."""

    def __init__(self, seconds: float = 0.02) -> None:
        self.seconds = seconds
        self.now = self.most = self.all = self.cancelled = 0

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.now += 1
        self.all += 1
        self.most = max(self.most, self.now)
        try:
            if request.url.path.endswith("/403"):
                return httpx.Response(403)
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.now -= 1
        return httpx.Response(200, json=ACME)


async def _on(app: Slow, **rest: Any) -> AsyncCrm:
    http = httpx.AsyncClient(transport=httpx.MockTransport(app))
    return AsyncCrm(http, AsyncFixedAddress(BASE), None, **rest)


@pytest.mark.asyncio
async def test_reads_run_side_by_side() -> None:
    app = Slow()
    crm = await _on(app)
    await crm.all(*[contact(17) for _ in range(5)])
    assert app.most == 5
    await crm.http.aclose()


@pytest.mark.asyncio
async def test_a_failure_cancels_the_others() -> None:
    """Nobody waits 30 s for five slow answers when the sixth says no."""
    app = Slow(30)
    crm = await _on(app)
    async with asyncio.timeout(5):
        with pytest.raises(Denied):
            await crm.all(contact(17), contact(403), contact(17))
    assert (app.cancelled, app.now) == (2, 0)
    await crm.http.aclose()


@pytest.mark.asyncio
async def test_a_mistake_of_ours_is_not_mistaken_for_superoffices() -> None:
    def wrong() -> Operation[int]:
        yield Call("GET", "v1/Contact/17")
        return 1 // 0

    crm = await _on(Slow())
    with pytest.raises(ZeroDivisionError):
        await crm.all(contact(17), wrong())
    await crm.http.aclose()


@pytest.mark.asyncio
async def test_a_tenant_gets_so_many_calls_at_once() -> None:
    """One customer's slow CRM must not take every connection."""
    app = Slow()
    crm = await _on(app)
    await crm.all(*[contact(17) for _ in range(3 * AT_ONCE)])
    assert (app.most, app.all) == (AT_ONCE, 3 * AT_ONCE)
    await crm.http.aclose()


def test_the_limit_lives_in_each_loop_anew() -> None:
    """A semaphore that once waited belongs to its loop."""
    for _ in range(2):
        app = Slow()

        async def crowd(app: Slow = app) -> None:
            crm = await _on(app)
            await crm.all(*[contact(17) for _ in range(AT_ONCE + 4)])
            await crm.http.aclose()

        asyncio.run(crowd())
        assert app.most == AT_ONCE


@pytest.mark.asyncio
@pytest.mark.parametrize(("call", "error"), [("GET", Unavailable), ("PATCH", OutcomeUnknown)])
async def test_no_call_takes_longer_than_its_deadline(call: str, error: type[CrmError]) -> None:
    crm = await _on(Slow(30), deadline=0.05)
    with pytest.raises(error) as caught:
        await crm(asking(Call(call, "v1/Contact/17")))
    assert caught.value.sent is None
    await crm.http.aclose()


@pytest.mark.asyncio
async def test_a_call_that_never_got_its_turn_was_not_sent() -> None:
    crm = await _on(Slow(0.3))
    impatient = AsyncCrm(crm.http, AsyncFixedAddress(BASE), None, deadline=0.1)
    crowd = asyncio.gather(*[crm(contact(17)) for _ in range(AT_ONCE)])
    await asyncio.sleep(0.05)
    with pytest.raises(Unavailable) as caught:
        await impatient(asking(Call("POST", "v1/Contact")))
    assert caught.value.sent is False
    await crowd
    await crm.http.aclose()


def silent() -> httpx.AsyncClient:
    """Its answers never come."""
    return httpx.AsyncClient(transport=httpx.MockTransport(Slow(30)))


async def read_body(crm: AsyncCrm) -> None:
    async with crm.stream(Call("GET", "v1/Document/5/Content")):
        raise AssertionError


async def read_record(crm: AsyncCrm) -> None:
    await crm(contact(17))


either = pytest.mark.parametrize("ask", [read_record, read_body])


@either
@pytest.mark.asyncio
async def test_who_goes_away_holds_no_place(ask: Any) -> None:
    """Under way or still waiting for a place: a browser closes, a task is stopped."""
    async with silent() as http:
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), None)
        tasks = [asyncio.create_task(ask(crm)) for _ in range(AT_ONCE + 5)]
        await asyncio.sleep(0.05)
        assert (gates().altogether, len(gates().waiting[BASE])) == (AT_ONCE, 5)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    assert (gates().altogether, gates().under_way, gates().waiting) == (0, {}, {})


@either
@pytest.mark.asyncio
async def test_who_meets_his_deadline_holds_no_place(ask: Any) -> None:
    async with silent() as http:
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), None, deadline=0.05)
        with pytest.raises(Unavailable):
            await ask(crm)
    assert gates().under_way == {}


@pytest.mark.asyncio
async def test_our_clients_keep_no_cookies() -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers={"Set-Cookie": "ASP.NET_SessionId=a"}))
    with sync_http() as http:
        http._transport = transport
        http.get(BASE)
        assert len(http.cookies.jar) == 0
    async with async_http() as awaited:
        await awaited._transport.aclose()
        awaited._transport = transport
        await awaited.get(BASE)
        assert len(awaited.cookies.jar) == 0


def test_no_client_takes_anything_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy or a netrc would see or add credentials."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    with sync_http() as http:
        assert http.trust_env is False
        assert not http.follow_redirects
    assert async_http().trust_env is False


@pytest.mark.asyncio
async def test_an_ordinary_call_goes_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing else would tell if it went httpx's own, but by its cost."""
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"ContactId": 17})

    async def too_long(*_args: object, **_options: object) -> None:
        raise AssertionError("through httpx's own send")

    async with async_http() as http:
        await http._transport.aclose()
        http._transport = httpx.MockTransport(answer)
        monkeypatch.setattr(httpx.AsyncClient, "send", too_long)
        found = await AsyncCrm(http, AsyncFixedAddress(BASE), None)(contact(17))
        assert found.contact_id == 17
        bare = await http.send(httpx.Request("GET", BASE), **PLAINLY)
    assert bare.request.extensions["timeout"] == TIMEOUTS.as_dict() == asked[-1].extensions["timeout"]
    assert asked[0].extensions["timeout"].keys() == TIMEOUTS.as_dict().keys()
