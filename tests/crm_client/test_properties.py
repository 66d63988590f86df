"""What holds whatever people type, SuperOffice answers or a stranger sends.

Filters and patches are read by the sandbox's own readers, which share no code with ``crm_client``. More of the kind:
texts inside their quotes (``test_archive``), phones (``test_contacts``), links and masks alone (``test_calls``),
overtaken edits (``test_patch``), cookies on real sockets (``test_wire``).
"""

from __future__ import annotations

import asyncio
import json
import pickle
import traceback
import typing
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from crm_client import appointments, archive, contacts, documents, persons, projects, sales, selections, tickets
from crm_client.archive import Archive, both, either, pages
from crm_client.auth import Grant, UserToken
from crm_client.calls import NEXT_LINK, Call, Operation
from crm_client.clients import AsyncCrm, Crm, async_http, sync_http
from crm_client.errors import CrmError
from crm_client.fields import ElementsPlace, Word
from crm_client.patch import MISSING, Change, escaped, json_patch
from crm_client.records import Kind, changes, places
from crm_client.udef import FieldType, UdefField
from crm_client.values import Address, Element, Item, moment
from tests.crm_client.conftest import BASE, TOKEN_URL, AsyncMoving, AsyncShelf, Moving, Shelf
from tests.sandbox import filters, patching
from tests.sandbox.filters import All, Condition, Some

texts = st.text(st.characters(codec="utf-8"), max_size=12)
numbers = st.integers(-(2**31), 2**31 - 1)
amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=4)
days = st.dates()
moments = st.datetimes(min_value=datetime(2, 1, 2), max_value=datetime(9998, 1, 1), timezones=st.timezones())  # noqa: DTZ001

type Told = tuple[str, filters.Filter]
"""A filter as we write it, and what it means."""


def condition(values: st.SearchStrategy[Any], write: Callable[..., str], operator: str, read: Any = None) -> Any:
    """One condition; ``read`` is the value as the sandbox reads it."""
    return values.map(
        lambda value: (write("name", value), Condition("name", operator, (read(value) if read else value,)))
    )


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S").zfill(19)


def pair(values: st.SearchStrategy[Any], write: Callable[..., str], operator: str, read: Any = None) -> Any:
    """A condition from one value to another."""
    return st.tuples(values, values).map(
        lambda ends: (write("name", *ends), Condition("name", operator, tuple(map(read, ends)) if read else ends))
    )


def several(values: st.SearchStrategy[Any], write: Callable[..., str], operator: str) -> Any:
    """A condition with a list of values."""
    return st.lists(values, min_size=1).map(
        lambda some: (write("name", some), Condition("name", operator, tuple(some)))
    )


def span(write: Callable[..., str], function: str) -> Any:
    """A function of so many weeks, months …"""
    return st.tuples(st.integers(1, 99), st.sampled_from(filters.UNITS)).map(
        lambda told: (write("name", *told), Condition("name", function, told))
    )


conditions = st.one_of(
    condition(texts, archive.is_, "is"),
    condition(texts, archive.is_not, "isnot"),
    condition(texts, archive.begins, "begins"),
    condition(texts, archive.not_begins, "notbegins"),
    condition(texts, archive.contains, "contains"),
    condition(texts, archive.not_contains, "notcontains"),
    condition(texts, archive.substring_of, "contains"),
    condition(texts, archive.starts_with, "begins"),
    condition(texts, archive.ends_with, "ends"),
    condition(numbers, archive.is_, "eq"),
    condition(numbers, archive.is_not, "ne"),
    condition(amounts, archive.greater, "gt", float),
    condition(amounts, archive.less, "lt", float),
    condition(st.booleans(), archive.is_true, "set"),
    condition(days, archive.on, "date", date.isoformat),
    condition(days, archive.is_, "date", date.isoformat),
    condition(days, archive.before, "before", date.isoformat),
    condition(days, archive.until, "beforeorequal", date.isoformat),
    condition(days, archive.after, "after", date.isoformat),
    condition(moments, archive.since, "aftertime", utc),
    condition(moments, archive.before_time, "beforetime", utc),
    condition(moments, archive.is_, "datetime", utc),
    pair(texts, archive.between, "between"),
    pair(amounts, archive.between, "between", float),
    pair(days, archive.between, "between", date.isoformat),
    pair(days, archive.days, "datebetween", date.isoformat),
    several(texts, archive.any_of, "in"),
    several(numbers, archive.any_of, "in"),
    several(numbers, archive.one_of, "oneof"),
    several(numbers, archive.not_one_of, "notoneof"),
    several(numbers, archive.associate_one_of, "associateisoneof"),
    several(numbers, archive.associate_not_one_of, "associateisnotoneof"),
    span(archive.next_, "next"),
    span(archive.previous, "previous"),
    span(archive.this_and_next, "thisandnext"),
    span(archive.this_and_previous, "thisandprevious"),
    st.sampled_from(filters.UNITS).map(lambda unit: (archive.this("name", unit), Condition("name", "this", (1, unit)))),
    st.sampled_from(archive.PERIODS).map(
        lambda period: (archive.during("name", period), Condition("name", period.lower()))
    ),
)


def joined(join: Callable[..., str], kind: type[All | Some], parts: list[Told]) -> Told:
    return join(*[written for written, _ in parts]), kind(tuple(meant for _, meant in parts))


alls = st.lists(conditions, min_size=2, max_size=3).map(lambda parts: joined(both, All, parts))
somes = st.lists(conditions | alls, min_size=2, max_size=3).map(lambda parts: joined(either, Some, parts))
wheres = st.lists(conditions | somes, min_size=2, max_size=4)


@given(wheres)
def test_any_filter_means_to_superoffice_what_it_means_to_us(parts: list[Told]) -> None:
    """Through the address of a real request and back."""
    query = Archive("v1/Contact").where(*[written for written, _ in parts]).call.query
    url = str(httpx.URL("https://x.example/", params=dict(query)))
    arrived = parse_qs(urlsplit(url).query, keep_blank_values=True)["$filter"]
    assert [filters.parse(one) for one in arrived] == [All(tuple(meant for _, meant in parts))]


values = st.recursive(
    st.none() | st.booleans() | texts | numbers | amounts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)


def as_read(value: Any) -> Any:
    """Exact amounts are numbers with a point once they are JSON."""
    return json.loads(json.dumps(value, default=float))


@st.composite
def edits(draw: st.DrawFn) -> tuple[dict[str, Any], str, Any]:
    """A record, one of its keys and a value for it. Names that differ in case only are one to NetServer."""
    record = draw(st.dictionaries(texts.filter(bool), values, min_size=1, max_size=4))
    assume(len({name.lower() for name in record}) == len(record))
    return as_read(record), draw(st.sampled_from(sorted(record))), draw(values)


@given(edits())
def test_any_change_arrives_and_nothing_else_changes(edit: tuple[dict[str, Any], str, Any]) -> None:
    record, name, value = edit
    body = Call("PATCH", "v1/Contact/17", json=json_patch([Change(escaped(name), record[name], value)])).body or b""
    assert patching.patched(record, json.loads(body)) == record | {name: as_read(value)}


@given(edits())
def test_any_value_is_added_to_a_list_and_taken_away(edit: tuple[dict[str, Any], str, Any]) -> None:
    record, _, value = edit
    listed = {**record, "Some~List/": [as_read(value)]}
    add = Change(f"{escaped('Some~List/')}/-", MISSING, value)
    remove = Change(f"{escaped('Some~List/')}/0", as_read(value), MISSING)
    assert patching.patched(listed, as_read(json_patch([add, remove]))) == {**record, "Some~List/": [as_read(value)]}


KINDS: list[Kind[Any]] = [
    contacts.CONTACTS,
    persons.PERSONS,
    sales.SALES,
    appointments.APPOINTMENTS,
    projects.PROJECTS,
    documents.DOCUMENTS,
    tickets.TICKETS,
    selections.SELECTIONS,
]

OF_TYPE: dict[Any, st.SearchStrategy[Any]] = {
    str: texts,
    int: numbers,
    bool: st.booleans(),
    Decimal: amounts,
    date | None: st.none() | days.filter(lambda day: day.year > 1),
    datetime | None: st.none() | moments.map(lambda moment: moment.astimezone(UTC).replace(microsecond=0)),
    Item | None: st.none() | st.builds(Item, st.integers(1, 2**31 - 1), st.just("")),
    Address: st.builds(Address, *[texts] * 7),
    tuple[Element, ...]: st.lists(st.builds(Element, texts.filter(bool), texts), max_size=3).map(tuple),
}
"""Year 1 is SuperOffice's empty date, a phone without a number none."""


def editable(kind: Kind[Any]) -> dict[str, st.SearchStrategy[Any]]:
    """Fields by name, and what may be in them."""
    hints = typing.get_type_hints(kind.record)
    names = [name for name, place in places(kind.record).items() if not place.reads_only]
    words = {name: hints[name] for name in names if isinstance(hints[name], type) and issubclass(hints[name], Word)}
    known = {name: st.sampled_from([word for word in words[name] if word.name != "UNKNOWN"]) for name in words}
    return known | {name: OF_TYPE[hints[name]] for name in names if hints[name] in OF_TYPE}


def nothing_in(kind: Kind[Any], names: Iterable[str]) -> dict[str, Any]:
    """A record with these properties, all empty."""
    entity: dict[str, Any] = {}
    for name in names:
        outer, _, inner = places(kind.record)[name].path.partition("/")
        empty = [] if isinstance(places(kind.record)[name], ElementsPlace) else None
        entity[outer] = {**entity.get(outer, {}), inner: empty} if inner else empty
    return entity


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_any_values_of_a_record_come_back(kind: Kind[Any]) -> None:
    """Written by us, applied by the sandbox, read by us; from nothing, and from whatever was there."""
    fields = editable(kind)

    @settings(max_examples=25, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries(fields), st.fixed_dictionaries(fields))
    def come_back(first: dict[str, Any], second: dict[str, Any]) -> None:
        entity = nothing_in(kind, fields)
        for values in (first, second):
            wanted = changes(kind.record.parse(entity), **values)
            entity = patching.patched(entity, as_read(json_patch(wanted)))
            changed = kind.record.parse(entity)
            assert {name: getattr(changed, name) for name in values} == values

    assert len(fields) > 4
    come_back()


OWN: dict[FieldType, st.SearchStrategy[Any]] = {
    FieldType.NUMBER: numbers,
    FieldType.SHORT_TEXT: texts,
    FieldType.LONG_TEXT: texts,
    FieldType.DATE: st.none() | days.filter(lambda day: day.year > 1),
    FieldType.UNLIMITED_DATE: st.none() | days.filter(lambda day: day.year > 1),
    FieldType.CHECKBOX: st.booleans(),
    FieldType.LIST: st.none() | st.builds(Item, st.integers(1, 2**31 - 1), st.just("")),
    FieldType.DECIMAL: amounts,
}


@pytest.mark.parametrize("kind", OWN)
def test_any_value_of_a_field_of_ones_own_comes_back(kind: FieldType) -> None:
    field = UdefField.parse({"ProgId": "Acme/Size~1", "FieldType": kind.value})

    @settings(max_examples=50)
    @given(OWN[kind], OWN[kind])
    def come_back(first: Any, second: Any) -> None:
        entity: dict[str, Any] = {"ContactId": 17, "CustomFields": {}}
        for value in (first, second):
            wanted = field.changes(contacts.Contact.parse(entity), value)
            entity = patching.patched(entity, as_read(json_patch(wanted)))
            assert field.read(contacts.Contact.parse(entity)) == value

    come_back()


class Both:
    """Two people on one HTTP client, in both colours, before a server that answers as it is told."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.asked: list[httpx.Request] = []
        self.answer = answer

    def _take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return self.answer(request)

    def run(self, operation: Callable[[], Operation[Any]], *tokens: str) -> list[CrmError]:
        """What was raised."""
        return [*self._blocking(operation, tokens), *asyncio.run(self._awaiting(operation, tokens))]

    def _blocking(self, operation: Callable[[], Operation[Any]], tokens: tuple[str, ...]) -> list[CrmError]:
        raised = []
        with sync_http() as http:
            http._transport = httpx.MockTransport(self._take)
            for token in tokens:
                try:
                    Crm(http, Moving(BASE), credential(token, Shelf))(operation())
                except CrmError as error:
                    raised.append(error)
        return raised

    async def _awaiting(self, operation: Callable[[], Operation[Any]], tokens: tuple[str, ...]) -> list[CrmError]:
        raised = []
        async with async_http() as http:
            await http._transport.aclose()
            http._transport = httpx.MockTransport(self._take)
            for token in tokens:
                try:
                    crm = AsyncCrm(
                        http, AsyncMoving(Moving(BASE)), credential(token, lambda kept: AsyncShelf(Shelf(kept)))
                    )
                    await crm(operation())
                except CrmError as error:
                    raised.append(error)
        return raised


def credential(token: str, shelf: Callable[[Grant], Any]) -> UserToken:
    kept = Grant(token, f"refresh-{token}", datetime(2999, 1, 1, tzinfo=UTC))
    return UserToken(TOKEN_URL, "sidecard", "top-secret", shelf(kept), token)


quick = settings(max_examples=20, suppress_health_check=list(HealthCheck))
hosts = st.sampled_from(
    ["evil.example", "online2.superoffice.com.evil.example", "online2.superoffice.com@evil.example"]
)
ports = st.sampled_from(["", ":443", ":80", ":8443", ":"])
schemes = st.sampled_from(["https://", "http://", "//", "\\\\", "https:\\\\", "HTTPS://"])
tails = st.sampled_from(["/Cust12345/api/v1/Contact?$skip=1", "/Cust12345/api/../v1", "/", ""])
links = st.builds(lambda *parts: "".join(parts), schemes, hosts | texts, ports, tails) | texts


@quick
@given(links)
@example("https://online2.superoffice.com/Cust99999/api/v1/Contact?$skip=1")
@example("0..")
def test_no_link_of_a_page_leads_a_token_elsewhere(link: str) -> None:
    server = Both(lambda _: httpx.Response(200, json={"value": [], NEXT_LINK: link}))
    server.run(lambda: pages(Archive("v1/Contact")), "8A:Cust12345.alice")
    assert len(server.asked) >= 2
    for request in server.asked:
        assert str(request.url).startswith(BASE)
        assert ".." not in request.url.path.split("/")


tokens = st.text("abcdefgh0123456789", min_size=8, max_size=20).map(lambda text: f"8A:Cust12345.{text}")
statuses = st.sampled_from([200, 204, 302, 400, 401, 403, 404, 412, 421, 429, 500, 503])


@quick
@given(tokens, statuses, texts, st.sampled_from(["ErrorMessage", "Message", "ErrorType", "ErrorSource", "error"]))
@example("8A:Cust12345.aaaaaaaa", 200, "", "{")
def test_no_exception_tells_a_token(token: str, status: int, words: str, key: str) -> None:
    """Wherever SuperOffice, or whoever stands in front of it, repeats what we sent; also in tracebacks and pickles."""

    def answer(request: httpx.Request) -> httpx.Response:
        sent = request.headers.get("Authorization", request.content.decode())
        told = {key: f"{words}{sent}{words}", "Error": True}
        body = json.dumps(told) if key != "{" else f"not JSON: {sent}"
        return httpx.Response(
            status, text=body, headers={"Location": f"https://x.example/?{token}", "Retry-After": "9"}
        )

    assume(token.partition(".")[2] not in words)
    raised = Both(answer).run(lambda: contacts.contact(17), token)
    assert len(raised) in (0, 2)
    for error in raised:
        shown = [str(error), repr(error), *map(str, vars(error).values()), *traceback.format_exception(error)]
        shown.append(pickle.dumps(error).decode("latin-1"))
        for secret in (token, token.partition(".")[2], f"refresh-{token}", "top-secret"):
            assert not any(secret in text for text in shown)


cookies = st.builds(
    lambda name, value, *attributes: "; ".join([f"{name}={value}", *filter(None, attributes)]),
    st.sampled_from(["ASP.NET_SessionId", "SoSession", "__Host-x", "a"]),
    st.text("abc123", min_size=1),
    st.sampled_from(["", "Path=/", "Path=/Cust12345"]),
    st.sampled_from(["", "Domain=superoffice.com", "Domain=.superoffice.com", "Domain=online2.superoffice.com"]),
    st.sampled_from(["", "Secure", "HttpOnly", "Max-Age=9999"]),
)


@quick
@given(cookies)
def test_nobodys_cookie_reaches_anybodys_call(cookie: str) -> None:
    """Two people on one HTTP client, one call after the other."""
    server = Both(lambda _: httpx.Response(200, json={"ContactId": 17}, headers={"Set-Cookie": cookie}))
    assert server.run(lambda: contacts.contact(17), "8A:Cust12345.alice", "8A:Cust12345.bob") == []
    assert [request.headers["Authorization"].rpartition(".")[2] for request in server.asked] == ["alice", "bob"] * 2
    assert not any("cookie" in request.headers for request in server.asked)


@given(moments)
def test_a_moment_is_the_same_moment_after_any_zone(at: datetime) -> None:
    """SuperOffice answers with an offset, whatever the zone."""
    assert moment(at.isoformat()) == at.astimezone(UTC)
