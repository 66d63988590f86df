"""What is remembered, for whom, and for how long; NetServer decides whether a record still holds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from crm_client.address import AsyncFixedAddress
from crm_client.cache import Kept, Memory, NotRemembered, forget, forget_async
from crm_client.calls import Call, Operation, http_date
from crm_client.clients import AsyncCrm
from crm_client.errors import CrmError, Denied, OutcomeUnknown
from crm_client.hooks import CallRecord
from crm_client.users import current_principal

from .conftest import BASE, Awaiting, Blocking, NetServer, Open

ME = "v1/User/currentPrincipal"
ALICE = {"AssociateId": 5, "FullName": "Alice Berg", "FunctionRights": ["admin-all"]}
CHANGED = datetime(2026, 3, 1, 12, tzinfo=UTC)


@dataclass
class Shelf:
    """A cache in both colours, whose clock can be moved."""

    kept: dict[str, tuple[bytes, float]] = field(default_factory=dict)
    now: float = 0.0

    def get(self, key: str, /) -> Any:
        value, until = self.kept.get(key, (None, 0.0))
        return value if self.now < until else None

    def set(self, key: str, value: bytes, seconds: float, /) -> None:
        self.kept[key] = value, self.now + seconds

    async def aget(self, key: str, /) -> Any:
        await asyncio.sleep(0)
        return self.get(key)

    async def aset(self, key: str, value: bytes, seconds: float, /) -> None:
        await asyncio.sleep(0)
        self.set(key, value, seconds)


def of(shelf: Shelf, associate_id: int = 5, ctx: str = "Cust12345", records: Shelf | None = None) -> Memory[Any]:
    return Memory(shelf, "online", ctx, associate_id, records)


def asking(call: Call) -> Operation[Any]:
    return (yield call)


class Company:
    """One record that knows when it changed."""

    def __init__(self) -> None:
        self.name = "Acme"
        self.updated = CHANGED
        self.now = CHANGED + timedelta(minutes=1)
        self.whole = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        date = {"Date": http_date(self.now)}
        since = request.headers.get("if-modified-since")
        if since and self.updated <= datetime.strptime(since, "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC):
            return httpx.Response(304, headers=date)
        self.whole += 1
        return httpx.Response(200, json={"ContactId": 17, "Name": self.name}, headers=date)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def company(netserver: NetServer) -> Company:
    company = Company()
    netserver.on("v1/Contact/17", company)
    netserver.on(ME, ALICE)
    netserver.on("v1/MDOList/category", [{"Id": 1, "Name": "Customer"}])
    return company


@pytest.mark.usefixtures("company")
class TestFacts:
    def test_the_principal_is_asked_once(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        assert [crm.ask(current_principal()).full_name for _ in range(3)] == ["Alice Berg"] * 3
        assert netserver.log == [f"GET {ME}"]

    def test_for_ten_minutes(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        for now in (0, 599, 601):
            shelf.now = now
            crm.ask(current_principal())
        assert len(netserver.asked) == 2

    @pytest.mark.parametrize("other", [{"associate_id": 6}, {"ctx": "Cust67890"}])
    def test_nobody_gets_anothers(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, other: dict[str, Any]
    ) -> None:
        """Two people on one cache, at one address."""
        open_crm(netserver, memory=of(shelf)).ask(current_principal())
        netserver.on(ME, {"AssociateId": 6, "FullName": "Bob Dahl"})
        assert open_crm(netserver, memory=of(shelf, **other)).ask(current_principal()).full_name == "Bob Dahl"

    def test_keys_hold_tenant_and_associate(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        open_crm(netserver, memory=of(shelf)).ask(current_principal())
        [key] = shelf.kept
        assert key.startswith("crm_client:online:cust12345:5:")
        assert len(key) <= 200

    def test_each_language_has_its_own(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        for language in ("en", "nb-NO", "en"):
            open_crm(netserver, memory=of(shelf), language=language).ask(asking(Call("GET", "v1/MDOList/category")))
        assert len(netserver.asked) == 2
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(asking(Call("GET", "v1/MDOList/category", language="x")))
        crm.ask(asking(Call("GET", "v1/MDOList/category", query={"flat": "true"})))
        assert len(netserver.asked) == 4

    def test_nobody_changes_what_another_sees(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        for _ in range(3):
            answer = crm.ask(asking(Call("GET", "v1/MDOList/category")))
            assert answer == [{"Id": 1, "Name": "Customer"}]
            answer.clear()

    def test_a_fresh_answer_on_demand(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(current_principal())
        netserver.on(ME, ALICE | {"FunctionRights": []})
        assert crm.ask(current_principal()).function_rights == {"admin-all"}
        assert crm.ask(asking(Call("GET", ME, is_fresh=True)))["FunctionRights"] == []
        assert crm.ask(current_principal()).function_rights == frozenset()

    def test_a_change_of_a_list_forgets(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        """For everybody in the tenant, and for nobody else."""
        netserver.on("v1/List/Category/Items", {"Id": 2})
        alice, bob = (open_crm(netserver, memory=of(shelf, one)) for one in (5, 6))
        charlie = open_crm(netserver, memory=of(shelf, 5, "Cust67890"))
        for crm in (alice, bob, charlie):
            crm.ask(asking(Call("GET", "v1/MDOList/category")))
        alice.ask(asking(Call("POST", "v1/List/Category/Items", json={"Name": "New"})))
        netserver.asked.clear()
        for crm in (alice, bob, charlie):
            crm.ask(asking(Call("GET", "v1/MDOList/category")))
        assert len(netserver.asked) == 2

    def test_a_webhook_forgets(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(current_principal())
        forget(shelf, "online", "CUST12345")
        crm.ask(current_principal())
        asyncio.run(forget_async(shelf, "online", "Cust12345"))
        crm.ask(current_principal())
        assert len(netserver.asked) == 3

    def test_who_keeps_records_is_told_of_changes(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        """And of those of which nobody knows what became."""
        told: list[tuple[str, Any]] = []
        memory = replace(of(shelf), changing=lambda call, answer: told.append((call.name, answer)))
        crm = open_crm(netserver, memory=memory)
        netserver.on("v1/Agents/MDO/GetList", [])
        netserver.on("v1/Sale", {"SaleId": 5})
        netserver.on("v1/Sale/5", {}, status=500)
        crm.ask(current_principal())
        crm.ask(asking(Call("POST", "v1/Agents/MDO/GetList", json={}, reads=True)))
        crm.ask(asking(Call("POST", "v1/Sale", json={})))
        with pytest.raises(CrmError):
            crm.ask(asking(Call("PUT", "v1/Sale/5", json={})))
        assert told == [("POST v1/Sale", {"SaleId": 5}), ("PUT v1/Sale/5", None)]

    @pytest.mark.parametrize("fate", [httpx.ReadError, httpx.ReadTimeout])
    def test_a_change_whose_outcome_is_unknown_forgets_too(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, fate: type[httpx.RequestError]
    ) -> None:
        def lose(_: httpx.Request) -> httpx.Response:
            raise fate("lost")

        netserver.on("v1/List/Category/Items", lose)
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(asking(Call("GET", "v1/MDOList/category")))
        with pytest.raises(OutcomeUnknown):
            crm.ask(asking(Call("POST", "v1/List/Category/Items", json={"Name": "New"})))
        crm.ask(asking(Call("GET", "v1/MDOList/category")))
        assert netserver.log.count("GET v1/MDOList/category") == 2

    def test_what_asks_in_its_own_way_is_no_fact(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        """Headers of the call's own decide: its language, its format, whether anything comes at all."""
        netserver.on("v1/MDOList/category", lambda request: httpx.Response(200, json=request.headers["SO-Language"]))
        crm = open_crm(netserver, memory=of(shelf), language="x")
        own = Call("GET", "v1/MDOList/category", headers={"so-language": "de"})
        assert [crm.ask(asking(own)), crm.ask(asking(replace(own, headers={})))] == ["de", "x"]
        netserver.on("v1/List/Category", status=304)
        unless = Call("GET", "v1/List/Category", headers={"If-Modified-Since": http_date(CHANGED)})
        assert crm.ask(asking(unless)) is None
        netserver.on("v1/List/Category", {"Id": 64})
        assert crm.ask(asking(replace(unless, headers={}))) == {"Id": 64}

    @pytest.mark.parametrize("junk", [b"", b"x", b"nan-ish Mon\n{}", b"\xff\n", "text"])
    def test_what_somebody_else_keeps_there_is_nothing(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, junk: Any
    ) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(current_principal())
        [key] = shelf.kept
        shelf.set(key, junk, 600)
        assert crm.ask(current_principal()).full_name == "Alice Berg"

    def test_an_error_is_not_remembered(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        netserver.on(ME, {}, status=403)
        crm = open_crm(netserver, memory=of(shelf))
        for _ in range(2):
            with pytest.raises(Denied):
                crm.ask(current_principal())
        assert shelf.kept == {}

    @pytest.mark.parametrize(
        "call",
        [
            Call("GET", "v1/Contact/17"),
            Call("GET", "v1/Contact", query={"$select": "name"}),
            Call("GET", "v1/Contact/UdefLayout/Publish"),
            Call("GET", "v1/Person/17/Consent"),
            Call("POST", "v1/Agents/MDO/GetList", json={}, reads=True),
        ],
        ids=lambda call: call.name,
    )
    def test_nothing_else_is_remembered(self, netserver: NetServer, open_crm: Open, shelf: Shelf, call: Call) -> None:
        netserver.on(call.path, {"ContactId": 17})
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(asking(call))
        crm.ask(asking(call))
        assert (len(netserver.asked), shelf.kept) == (2, {})


@pytest.mark.asyncio
async def test_a_change_that_ran_out_of_time_is_told_at_once(shelf: Shelf) -> None:
    """Before anybody has done with its error."""

    async def silent(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        raise AssertionError

    told: list[tuple[str, Any]] = []
    memory = replace(of(shelf), changing=lambda call, answer: told.append((call.name, answer)))
    async with httpx.AsyncClient(transport=httpx.MockTransport(silent)) as http:
        crm = AsyncCrm(http, AsyncFixedAddress(BASE), None, deadline=0.05, memory=memory)
        with pytest.raises(OutcomeUnknown) as caught:
            await crm(asking(Call("PUT", "v1/Sale/5", json={})))
    assert told == [("PUT v1/Sale/5", None)]
    assert caught.value.sent is None


class TestRecords:
    def test_an_unchanged_record_travels_once(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, company: Company
    ) -> None:
        """Asked each time, sent once."""
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        answers = [crm.ask(asking(Call("GET", "v1/Contact/17"))) for _ in range(3)]
        assert answers == [{"ContactId": 17, "Name": "Acme"}] * 3
        assert (len(netserver.asked), company.whole) == (3, 1)

    def test_a_changed_one_again(self, netserver: NetServer, open_crm: Open, shelf: Shelf, company: Company) -> None:
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        crm.ask(asking(Call("GET", "v1/Contact/17")))
        company.name, company.updated = "Acme AS", company.now
        company.now += timedelta(seconds=5)
        assert crm.ask(asking(Call("GET", "v1/Contact/17")))["Name"] == "Acme AS"

    def test_a_change_in_the_very_second_of_the_answer_is_seen(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, company: Company
    ) -> None:
        """HTTP dates know no fractions."""
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        crm.ask(asking(Call("GET", "v1/Contact/17")))
        company.name, company.updated = "Acme AS", company.now
        assert crm.ask(asking(Call("GET", "v1/Contact/17")))["Name"] == "Acme AS"

    def test_for_a_minute_since_it_was_confirmed(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, company: Company
    ) -> None:
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        whole = []
        for now in (0, 59, 61, 122):
            shelf.now = now
            crm.ask(asking(Call("GET", "v1/Contact/17")))
            whole.append(company.whole)
        assert whole == [1, 1, 1, 2]

    def test_who_may_not_read_it_any_more_does_not(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, company: Company
    ) -> None:
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        crm.ask(asking(Call("GET", "v1/Contact/17")))
        netserver.on("v1/Contact/17", {}, status=403)
        with pytest.raises(Denied):
            crm.ask(asking(Call("GET", "v1/Contact/17")))

    def test_a_condition_of_the_calls_own(self, netserver: NetServer, open_crm: Open, company: Company) -> None:
        """Without a memory the caller has the old value himself: nothing means unchanged."""
        crm = open_crm(netserver)
        headers = {"If-Modified-Since": http_date(company.now)}
        assert crm.ask(asking(Call("GET", "v1/Contact/17", headers=headers))) is None

    def test_an_unasked_304_is_a_mistake(self, netserver: NetServer, open_crm: Open) -> None:
        netserver.on("v1/Contact/17", status=304)
        with pytest.raises(CrmError):
            open_crm(netserver).ask(asking(Call("GET", "v1/Contact/17")))


ROWS = Call("GET", "v1/Contact/17/Persons", query={"$select": "fullName"})


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch, shelf: Shelf) -> Callable[[float], None]:
    """Moves our clock and the shelf's."""
    started = time.time()

    def to(seconds: float) -> None:
        shelf.now = seconds
        monkeypatch.setattr("crm_client.sending.time.time", lambda: started + seconds)

    to(0)
    return to


class TestRows:
    @pytest.fixture(autouse=True)
    def _people(self, netserver: NetServer, company: Company) -> None:
        netserver.on("v1/Contact/17/Persons", {"value": [{"fullName": "Ola"}]})

    def test_they_stand_for_twenty_seconds(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, clock: Callable[[float], None]
    ) -> None:
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        asked = []
        for now in (0, 19, 21, 40, 42):
            clock(now)
            assert crm.ask(asking(ROWS))["value"] == [{"fullName": "Ola"}]
            asked.append(len(netserver.asked))
        assert asked == [1, 1, 2, 2, 3]

    def test_without_a_cache_for_them_they_are_asked_each_time(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf
    ) -> None:
        crm = open_crm(netserver, memory=of(shelf))
        crm.ask(asking(ROWS))
        crm.ask(asking(ROWS))
        assert len(netserver.asked) == 2

    def test_other_columns_are_another_question(self, netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
        crm = open_crm(netserver, memory=of(Shelf(), records=shelf))
        crm.ask(asking(ROWS))
        crm.ask(asking(replace(ROWS, query={"$select": "email"})))
        assert len(netserver.asked) == 2


class TestWithoutAsking:
    @pytest.fixture(autouse=True)
    def _people(self, netserver: NetServer, company: Company) -> None:
        netserver.on("v1/Contact/17/Persons", {"value": [{"fullName": "Ola"}]})

    def test_what_was_seen_is_shown_however_old(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, clock: Callable[[float], None]
    ) -> None:
        seen = open_crm(netserver, memory=of(Shelf(), records=shelf))
        silent = open_crm(netserver, memory=replace(of(Shelf(), records=shelf), asks=False))
        for call in (Call("GET", "v1/Contact/17"), ROWS):
            seen.ask(asking(call))
        asked = len(netserver.asked)
        clock(59)
        assert silent.ask(asking(Call("GET", "v1/Contact/17")))["Name"] == "Acme"
        assert silent.ask(asking(ROWS))["value"] == [{"fullName": "Ola"}]
        assert len(netserver.asked) == asked

    @pytest.mark.parametrize(
        "call", [Call("GET", "v1/Contact/17"), ROWS, Call("GET", ME), Call("PATCH", "v1/Contact/17", json=[])]
    )
    def test_anything_else_says_so_and_is_not_sent(
        self, netserver: NetServer, open_crm: Open, shelf: Shelf, call: Call
    ) -> None:
        silent = open_crm(netserver, memory=replace(of(Shelf(), records=shelf), asks=False))
        with pytest.raises(NotRemembered):
            silent.ask(asking(call))
        assert netserver.asked == []


@pytest.mark.usefixtures("company")
def test_hooks_hear_of_what_was_remembered(netserver: NetServer, open_crm: Open, shelf: Shelf) -> None:
    told: list[CallRecord] = []
    crm = open_crm(netserver, memory=of(shelf, records=Shelf()), hooks=[told.append])
    for path in (ME, ME, "v1/Contact/17", "v1/Contact/17"):
        crm.ask(asking(Call("GET", path)))
    assert [(one.sent, one.status, one.is_remembered) for one in told] == [
        (1, 200, False),
        (0, None, True),
        (1, 200, False),
        (1, 304, True),
    ]
    assert {one.tenant for one in told} == {"Cust12345"}


@pytest.mark.parametrize("date", ["", "yesterday", "9999-99-99"])
def test_an_answer_without_a_time_is_not_asked_about(date: str) -> None:
    assert Kept(b"", date, 0.0).since == ""


def test_djangos_cache_will_do(netserver: NetServer) -> None:
    """In both colours, as it is."""
    from django.core.cache.backends.locmem import LocMemCache

    netserver.on(ME, ALICE)
    cache = LocMemCache("crm", {})
    for face in (Blocking, Awaiting):
        crm = face(netserver, memory=Memory(cache, "online", "Cust12345", 5))
        assert crm.ask(current_principal()).full_name == "Alice Berg"
        crm.close()
    assert len(netserver.asked) == 1
