"""How calls behave in both colours: deadlines, languages and zones, and what hooks are told."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.address import FixedAddress
from crm_client.auth import UserToken
from crm_client.calls import UNTRANSLATED, Call, Operation, plain
from crm_client.clients import Crm, sync_http
from crm_client.contacts import contact
from crm_client.errors import CrmError, NotFound, OutcomeUnknown, Unavailable
from crm_client.gates import gate
from crm_client.hands import turn_of
from crm_client.hooks import CallRecord
from crm_client.retries import Retries
from crm_client.sending import Answer
from crm_client.stores import MemoryStore

from .conftest import BASE, MOVED, TOKEN_URL, Moving, NetServer, Open, Shelf, grant
from .raw_server import drips, keeps_silent

ACME = {"ContactId": 17, "Name": "Acme"}


def asking(call: Call) -> Operation[Any]:
    return (yield call)


# Languages and zones


def sent(netserver: NetServer, *names: str) -> list[str | None]:
    return [netserver.asked[-1].headers.get(name) for name in names]


LOCALE = ("accept-language", "so-language", "so-culture", "so-timezone")


def test_a_client_has_a_language_a_culture_and_a_zone(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    open_crm(netserver, language="nb-NO", culture="sv", time_zone="NO").ask(contact(17))
    assert sent(netserver, *LOCALE) == ["nb-NO", None, "sv", "NO, includeTZOffset"]


def test_a_call_may_have_its_own(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    crm = open_crm(netserver, language="nb-NO", culture="sv")
    crm.ask(asking(Call("GET", "v1/Contact/17", language="de", time_zone="261")))
    assert sent(netserver, *LOCALE) == ["de", None, "sv", "261, includeTZOffset"]
    crm.ask(asking(Call("GET", "v1/Contact/17", culture="en-GB")))
    assert sent(netserver, *LOCALE) == ["nb-NO", None, "en-GB", "UTC, includeTZOffset"]


def test_texts_in_all_languages(netserver: NetServer, open_crm: Open) -> None:
    """A list item that is read in one language and written back has lost the others."""
    netserver.on("v1/List/5", ACME)
    open_crm(netserver).ask(asking(Call("GET", "v1/List/5", language=UNTRANSLATED)))
    assert sent(netserver, *LOCALE[:2]) == [None, "x"]


def test_a_header_of_the_call_wins_whatever_its_case(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", ACME)
    headers = {"accept": "application/xml", "SO-TIMEZONE": "DK"}
    crm = open_crm(netserver)
    with pytest.raises(CrmError):
        crm.ask(asking(Call("GET", "v1/Contact/18", headers=headers)))
    assert [value for name, value in netserver.asked[-1].headers.multi_items() if name == "accept"] == [
        "application/xml"
    ]
    assert sent(netserver, "so-timezone") == ["DK"]


# Deadlines


@pytest.mark.parametrize(("method", "error"), [("GET", Unavailable), ("PATCH", OutcomeUnknown)])
def test_a_blocking_call_keeps_its_deadline_too(serve: Any, method: str, error: type[CrmError]) -> None:
    """Though bytes keep coming."""
    began = time.monotonic()
    with sync_http() as http, pytest.raises(error) as caught:
        Crm(http, FixedAddress(serve(drips).base), None, deadline=0.4)(asking(Call(method, "v1/Contact/17")))
    assert time.monotonic() - began < 2
    assert caught.value.sent is None


def test_so_does_its_renewal(serve: Any) -> None:
    """SuperID is silent: the call was not sent."""
    login = serve(keeps_silent)
    auth = UserToken(login.base, "sidecard", "top-secret", MemoryStore(grant(seconds=-1)), object())
    began = time.monotonic()
    with sync_http() as http, pytest.raises(Unavailable) as caught:
        Crm(http, FixedAddress(BASE), auth, deadline=0.4)(asking(Call("POST", "v1/Contact")))
    assert time.monotonic() - began < 2
    assert (caught.value.sent, len(login.heads)) == (False, 1)


def test_no_wait_for_a_byte_is_longer_than_the_deadline(netserver: NetServer) -> None:
    netserver.on("v1/Contact/17", ACME)
    with httpx.Client(transport=httpx.MockTransport(netserver)) as http:
        Crm(http, FixedAddress(BASE), None, deadline=2)(contact(17))
    waits = netserver.asked[0].extensions["timeout"]
    assert set(waits) == {"connect", "read", "write", "pool"}
    assert all(0 < seconds <= 2 for seconds in waits.values())


def test_a_blocking_call_that_never_got_its_turn_was_not_sent(netserver: NetServer) -> None:
    base = "https://online2.superoffice.com/Crowded/api/"
    turn = gate(base)
    while turn.acquire(blocking=False):
        pass
    began = time.monotonic()
    with httpx.Client(transport=httpx.MockTransport(netserver)) as http, pytest.raises(Unavailable) as caught:
        Crm(http, FixedAddress(base), None, deadline=0.05)(asking(Call("POST", "v1/Contact")))
    assert (caught.value.sent, netserver.asked) == (False, [])
    assert time.monotonic() - began < 2


def test_a_blocking_call_does_not_wait_for_a_renewal_forever(netserver: NetServer, open_crm: Open) -> None:
    """Another process holds the claim."""
    crm = open_crm(netserver, Shelf(grant(seconds=-1), held=True), deadline=0.3)
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        crm.ask(asking(Call("POST", "v1/Contact")))
    assert time.monotonic() - began < 2
    assert (caught.value.sent, netserver.asked) == (False, [])


def test_nor_for_anothers_turn(netserver: NetServer) -> None:
    """A thread renews for the same person, and takes its time."""
    turn = turn_of("alice")
    auth = UserToken(TOKEN_URL, "sidecard", "top-secret", MemoryStore(grant(seconds=-1)), "alice")
    http = httpx.Client(transport=httpx.MockTransport(netserver))
    began = time.monotonic()
    with http, turn.lock, pytest.raises(Unavailable) as caught:
        Crm(http, FixedAddress(BASE), auth, deadline=0.2)(asking(Call("POST", "v1/Contact")))
    assert time.monotonic() - began < 2
    assert (caught.value.sent, netserver.asked) == (False, [])


def test_there_is_no_time_left_for_another_attempt(netserver: NetServer, open_crm: Open) -> None:
    netserver.on("v1/Contact/17", {}, status=503)
    began = time.monotonic()
    with pytest.raises(Unavailable) as caught:
        open_crm(netserver, deadline=1.0, retries=Retries(attempts=9, first=0.9, longest=5)).ask(contact(17))
    assert time.monotonic() - began < 1
    assert caught.value.status == 503


# Hooks


@pytest.fixture
def told() -> list[CallRecord]:
    return []


Listen = Callable[..., Any]


def test_a_hook_hears_of_each_call_once(netserver: NetServer, open_crm: Open, told: list[CallRecord]) -> None:
    netserver.on("v1/Contact/17", ACME)
    crm = open_crm(netserver, hooks=[told.append])
    crm.ask(contact(17))
    with pytest.raises(NotFound):
        crm.ask(contact(18))
    first, second = told
    assert dataclasses.replace(first, seconds=0) == CallRecord(
        "GET", "v1/Contact/{id}", "Cust12345", status=200, sent=1, seconds=0
    )
    assert 0 < first.seconds < 5
    assert (second.status, second.error) == (404, "NotFound")


def test_a_hook_hears_how_often_a_call_was_sent(netserver: NetServer, open_crm: Open, told: list[CallRecord]) -> None:
    """Moved, and then its token was refused."""
    netserver.base = MOVED
    statuses = iter([401, 200])
    netserver.on("v1/Contact/17", lambda _: httpx.Response(next(statuses), json=ACME))
    netserver.on("tokens", {"access_token": "8A:new", "expires_in": 3600})
    open_crm(netserver, Shelf(), Moving(BASE, MOVED), hooks=[told.append]).ask(contact(17))
    assert [(one.sent, one.status, one.error) for one in told] == [(3, 200, "")]


def test_a_hook_hears_of_a_lost_answer(netserver: NetServer, open_crm: Open, told: list[CallRecord]) -> None:
    def lose(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("died")

    netserver.on("v1/Contact", lose)
    with pytest.raises(OutcomeUnknown):
        open_crm(netserver, hooks=[told.append]).ask(asking(Call("POST", "v1/Contact", json={})))
    assert [(one.status, one.sent, one.error) for one in told] == [(None, 1, "OutcomeUnknown")]


def test_what_a_hook_is_told_is_no_secret(netserver: NetServer, open_crm: Open, told: list[CallRecord]) -> None:
    """It ends in logs and metrics."""
    crm = open_crm(netserver, Shelf(grant("8A:Cust12345.secret")), app_token="app-secret", hooks=[told.append])
    typed = Call("GET", "v1/Contact/Duplicates/Acme", query={"department": "O'Hara"}, headers={"X-Mine": "mine"})
    with pytest.raises(CrmError) as caught:
        crm.ask(asking(typed))
    for shown in (repr(told), str(caught.value)):
        assert not [word for word in ("secret", "Acme", "Hara", "mine") if word in shown]
    with pytest.raises(dataclasses.FrozenInstanceError):
        told[0].status = 0  # type: ignore[misc]


def test_an_answer_shows_nothing_of_what_was_asked_and_said() -> None:
    """Error trackers print what stood in a function's names."""
    asked = httpx.Headers({"SO-AppToken": "app-secret", "Authorization": "Bearer 8A:secret"})
    assert "secret" not in repr(Answer(200, {"set-cookie": "secret"}, b"secret", asked))


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("v1/Contact/17", "v1/Contact/{id}"),
        ("v1/Contact/17/Persons", "v1/Contact/{id}/Persons"),
        ("v1/Contact/default", "v1/Contact/default"),
        ("v1/Contact/Duplicates/Acme", "v1/Contact/Duplicates/{text}"),
        ("v1/Contact/DuplicateDomains/acme.example", "v1/Contact/DuplicateDomains/{text}"),
        ("v1/Sale/17/IsNumberValid/A-7", "v1/Sale/{id}/IsNumberValid/{text}"),
        ("v1/MDOList/udlist94/selectable", "v1/MDOList/udlist94/selectable"),
        ("v1/List/Category/Items/5/UserGroups", "v1/List/Category/Items/{id}/UserGroups"),
        ("v1/Contact/CustomField/SuperOffice:1", "v1/Contact/CustomField/{text}"),
        (
            "v1/ForeignApp/Sidecard/pc/Key/k/person/5/Value",
            "v1/ForeignApp/Sidecard/{text}/Key/{text}/{text}/{id}/Value",
        ),
        ("v1/Agents/Person/GetPersonEntity", "v1/Agents/Person/GetPersonEntity"),
        ("v1/Archive/FindContact/$metadata", "v1/Archive/FindContact/$metadata"),
        ("v1", "v1"),
    ],
)
def test_a_path_without_what_varies(path: str, shown: str) -> None:
    assert plain(path, "{id}") == shown


@given(st.text(st.characters(codec="utf-8", exclude_characters="/"), min_size=20))
def test_no_typed_text_is_shown(typed: str) -> None:
    from urllib.parse import quote

    for path in (f"v1/Contact/Duplicates/{quote(typed, safe='')}", f"v1/Project/Duplicates/{typed}"):
        shown = plain(path)
        assert typed not in shown or typed.isdecimal()
