"""Both drivers against the running sandbox: two readers of the same documentation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_client.activities import last_activity_of, next_activity_of, overdue_activity_of
from crm_client.address import AsyncStateAddress
from crm_client.address import StateAddress as BlockingStateAddress
from crm_client.archive import Archive, any_of, contains, first_page, pages
from crm_client.auth import Grant, UserToken
from crm_client.calls import Call, Operation
from crm_client.clients import AsyncCrm, Crm, async_http, sync_http
from crm_client.contacts import Contact, change_contact, changes, contact, contacts
from crm_client.errors import (
    BadRequest,
    Conflict,
    CrmError,
    Denied,
    NotFound,
    NotSignedIn,
    OutcomeUnknown,
    Throttled,
    Unavailable,
)
from crm_client.hooks import CallRecord
from crm_client.lists import mdo_list
from crm_client.persons import persons_of
from crm_client.sales import open_sales_of, sale, sums
from crm_client.state import TenantState, state_url
from crm_client.users import current_principal
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault

from .conftest import AsyncMoving, AsyncShelf, Shelf

CLIENT = "sidecard-sandbox"


class StateAddress:
    """An address as the state API tells it."""

    def __init__(self, login_url: str, ctx: str) -> None:
        self.login_url, self.ctx = login_url, ctx
        self.known = self.refresh()

    def get(self) -> str:
        return self.known

    def refresh(self) -> str:
        answer = httpx.get(state_url(self.login_url, self.ctx), trust_env=False)
        self.known = TenantState.parse(answer.json()).api
        return self.known


class User:
    """Somebody's CRM in one colour, on the library's own HTTP clients."""

    def __init__(self, sandbox: Sandbox, human: str, ctx: str, seconds: float = 3600) -> None:
        world = sandbox.world
        access = world.issue_access_token(ctx, human, CLIENT)
        refresh = f"refresh-{human}-{ctx}"
        world.refresh_tokens[refresh] = {"ctx": ctx, "human": human, "client_id": CLIENT}
        self.shelf = Shelf(Grant(access, refresh, datetime.now(UTC) + timedelta(seconds=seconds)))
        self.address = StateAddress(sandbox.login_url, ctx)
        self.token_url = f"{sandbox.login_url}/login/common/oauth/tokens"

    def auth(self, store: Any) -> UserToken:
        return UserToken(self.token_url, CLIENT, "sandbox-secret", store, id(self.shelf))


class BlockingUser(User):
    def __init__(self, *args: Any, language: str = "en", **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.http = sync_http()
        self.crm = Crm(self.http, self.address, self.auth(self.shelf), language)

    def ask[T](self, operation: Operation[T]) -> T:
        return self.crm(operation)

    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        return self.crm.all(*operations)

    def close(self) -> None:
        self.http.close()


class AwaitingUser(User):
    def __init__(self, *args: Any, language: str = "en", **rest: Any) -> None:
        super().__init__(*args, **rest)
        self.runner = asyncio.Runner()
        self.http = async_http()
        self.crm = AsyncCrm(self.http, AsyncMoving(self.address), self.auth(AsyncShelf(self.shelf)), language)  # type: ignore[arg-type]

    def ask[T](self, operation: Operation[T]) -> T:
        return self.runner.run(self.crm(operation))

    def all(self, *operations: Operation[Any]) -> tuple[Any, ...]:
        return self.runner.run(self.crm.all(*operations))

    def close(self) -> None:
        self.runner.run(self.http.aclose())
        self.runner.close()


SignIn = Callable[..., BlockingUser | AwaitingUser]


@pytest.fixture(params=[BlockingUser, AwaitingUser], ids=["Crm", "AsyncCrm"])
def sign_in(request: pytest.FixtureRequest, sandbox: Sandbox) -> Iterator[SignIn]:
    users: list[BlockingUser | AwaitingUser] = []

    def one(human: str = "alice", ctx: str = "Cust12345", **rest: Any) -> BlockingUser | AwaitingUser:
        users.append(request.param(sandbox, human, ctx, **rest))
        return users[-1]

    yield one
    for user in users:
        user.close()


def statuses(sandbox: Sandbox) -> list[int]:
    """What NetServer answered so far."""
    return [call["status"] for call in sandbox.world.calls if "/api/" in call["path"] and "/state/" not in call["path"]]


def acme(user: BlockingUser | AwaitingUser) -> Contact:
    return user.ask(contact(17))


def test_alice_reads_acme(sign_in: SignIn) -> None:
    company = acme(sign_in())
    assert company.name.startswith("Acme")
    assert company.contact_id == 17
    assert company.phones
    assert company.category
    assert company.business
    assert company.owner
    assert company.country
    assert company.address
    assert company.updated
    assert company.right("name").is_mandatory
    assert company.right("name").max_length == 219
    assert company.right("name").is_writable


def test_everything_a_company_panel_asks(sign_in: SignIn) -> None:
    now = datetime.now(UTC)
    company, persons, sales, last, following, overdue = sign_in().all(
        contact(17),
        persons_of(17),
        open_sales_of(17),
        last_activity_of(17, now),
        next_activity_of(17, now),
        overdue_activity_of(17, now),
    )
    assert company.contact_id == 17
    assert len(persons) > 1
    assert all(person.name and person.person_id and not person.is_retired for person in persons)
    assert [person.rank for person in persons] == sorted(person.rank for person in persons)
    assert set(sums(sales)) == {"NOK", "EUR"}
    assert all(amount > Decimal(0) for amount in sums(sales).values())
    assert all(sale.status == "Open" and sale.heading and sale.date and sale.sale_id for sale in sales)
    assert last.is_completed
    assert last.start <= now
    assert last.task
    assert last.owner_id
    assert not following.is_completed
    assert following.start >= now
    assert overdue is None or overdue.start < now


def test_texts_come_in_the_persons_language(sign_in: SignIn) -> None:
    names = {
        language: [item.name for item in sign_in(language=language).ask(mdo_list("category"))]
        for language in ("en", "nb-NO")
    }
    assert len(names["en"]) == len(names["nb-NO"]) > 2
    assert names["en"] != names["nb-NO"]


def test_the_lists_a_company_needs(sign_in: SignIn) -> None:
    user = sign_in()
    company = acme(user)
    categories, businesses = user.all(mdo_list("category"), mdo_list("business"))
    assert company.category is not None
    assert company.category.id in {item.id for item in categories}
    assert {item.name for item in businesses}


def test_who_is_who(sign_in: SignIn) -> None:
    me = sign_in("kim", "Cust67890").ask(current_principal())
    assert me.ctx == "Cust67890"
    assert me.full_name.startswith("Kim")
    assert me.associate_id


def test_a_list_of_companies_read_on_and_on(sign_in: SignIn) -> None:
    user = sign_in()
    seen: list[int] = []
    while rows := user.ask(contacts(top=7, after=seen[-1] if seen else 0)):
        seen += [row.contact_id for row in rows]
    assert seen == sorted(set(seen))
    everything = user.ask(pages(Archive("v1/Contact").select("contactId").order_by("contactId").top(5)))
    assert [row["contactId"] for row in everything] == seen


def test_a_short_list_comes_by_name(sign_in: SignIn) -> None:
    rows = sign_in().ask(contacts("Acme"))
    assert 17 in [row.contact_id for row in rows]
    assert all("acme" in row.name.lower() and row.category and row.owner for row in rows)


def test_a_company_called_like_a_script_is_found_by_its_name(sign_in: SignIn) -> None:
    [row] = sign_in().ask(contacts("<script>alert(1)</script>"))
    assert row.name == "<script>alert(1)</script>"


def test_charlie_sees_nothing_of_another_customer(sandbox: Sandbox, sign_in: SignIn) -> None:
    """His token, at the other customer's address."""
    charlie = sign_in("charlie", "Cust67890")
    charlie.address.known = StateAddress(sandbox.login_url, "Cust12345").known
    with pytest.raises(NotSignedIn):
        acme(charlie)


def test_a_phone_is_mended(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()
    before = acme(user)
    phones = ["+47 22 00 00 99", *[phone.value for phone in before.phones[1:]], "+47 22 00 00 98"]
    after = user.ask(change_contact(17, changes(before, phones=phones), before.updated))
    assert [phone.value for phone in after.phones] == phones
    assert after.phones[0].description == before.phones[0].description
    assert [row["value"] for row in sandbox.world.tenants["Cust12345"].table("contact")[17]["phones"]] == phones


def test_everything_that_can_be_edited(sign_in: SignIn) -> None:
    user = sign_in()
    before = acme(user)
    categories, businesses = user.all(mdo_list("category"), mdo_list("business"))
    assert before.category is not None
    assert before.business is not None
    wanted = {
        "name": "Acme AS",
        "department": "O'Hara & Søn",
        "org_nr": "NO 1",
        "number": "n",
        "code": "c",
        "note": "two\nlines",
        "phones": ["1", "2", "3"],
        "emails": ["post@acme.example"],
        "urls": [],
        "category": next(item.id for item in categories if item.id != before.category.id),
        "business": next(item.id for item in businesses if item.id != before.business.id),
    }
    user.ask(change_contact(17, changes(before, **wanted)))
    assert changes(acme(user), **wanted) == []


def test_somebody_else_was_faster(sign_in: SignIn) -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    seen = acme(alice)
    bob.ask(change_contact(17, changes(seen, name="Bob's Acme")))
    with pytest.raises(Conflict) as caught:
        alice.ask(change_contact(17, changes(seen, name="Alice's Acme"), seen.updated))
    assert caught.value.current.name == "Bob's Acme"
    assert caught.value.paths == ("/Name",)
    assert acme(alice).name == "Bob's Acme"


def test_somebody_else_changed_something_else(sign_in: SignIn) -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    seen = acme(alice)
    bob.ask(change_contact(17, changes(seen, department="Bergen")))
    after = alice.ask(change_contact(17, changes(seen, name="Acme AS"), seen.updated))
    assert (after.name, after.department) == ("Acme AS", "Bergen")


def test_somebody_else_did_the_same(sign_in: SignIn) -> None:
    alice, bob = sign_in("alice"), sign_in("bob")
    seen = acme(alice)
    bob.ask(change_contact(17, changes(seen, name="Acme AS")))
    assert alice.ask(change_contact(17, changes(seen, name="Acme AS"))).name == "Acme AS"


def test_a_mandatory_field_left_empty_is_refused_in_superoffices_words(sign_in: SignIn) -> None:
    user = sign_in()
    seen = acme(user)
    with pytest.raises(BadRequest) as caught:
        user.ask(change_contact(17, changes(seen, name="")))
    assert caught.value.message
    assert not isinstance(caught.value, Conflict)
    assert acme(user).name == seen.name


def test_the_owner_company_keeps_its_name(sandbox: Sandbox, sign_in: SignIn) -> None:
    """CERT-21: a wrong name locks everybody out."""
    user = sign_in()
    owner = user.ask(contact(sandbox.world.tenants["Cust12345"].owner_contact_id))
    assert not owner.right("name").is_writable
    assert owner.right("name").reason
    with pytest.raises(CrmError):
        user.ask(change_contact(owner.contact_id, changes(owner, name="Another")))


def test_a_company_that_is_not_there(sign_in: SignIn) -> None:
    with pytest.raises(NotFound) as caught:
        sign_in().ask(contact(999_999))
    assert caught.value.message
    assert caught.value.error_type


def test_a_denied_archive(sandbox: Sandbox, sign_in: SignIn) -> None:
    sandbox.world.tenants["Cust12345"].denied = {"bob": ["sale:select"]}
    with pytest.raises(Denied):
        sign_in("bob").ask(open_sales_of(17))
    assert sign_in("alice").ask(open_sales_of(17))


@pytest.mark.parametrize("blank", [False, True])
def test_a_hidden_record_is_denied_refused_or_blank(sandbox: Sandbox, sign_in: SignIn, blank: bool) -> None:
    """What REST answers is not documented; NetServer's own objects come empty."""
    sandbox.world.netserver.hidden_records_are_blank = blank
    sales = sandbox.world.tenants["Cust12345"].table("sale")
    eva = sign_in("eva")
    with pytest.raises(Denied) as caught:
        eva.ask(sale(next(key for key, row in sales.items() if row["associate"] == 6)))
    assert caught.value.message
    assert eva.ask(sale(next(key for key, row in sales.items() if row["associate"] == 8))).table_right.can_delete


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(status=429, retry_after="7"), Throttled),
        (Fault(status=500), Unavailable),
        (Fault(status=503), Unavailable),
        (Fault(status=401), NotSignedIn),
        (Fault(status=403), Denied),
        (Fault(drop="before"), Unavailable),
        (Fault(drop="after"), Unavailable),
    ],
)
def test_trouble(sandbox: Sandbox, sign_in: SignIn, fault: Fault, error: type[CrmError]) -> None:
    user = sign_in()
    sandbox.world.faults.append(fault)
    with pytest.raises(error) as caught:
        acme(user)
    assert user.shelf.grant is not None
    assert user.shelf.grant.access_token not in f"{caught.value}{caught.value.message}"
    if fault.retry_after:
        assert caught.value.retry_after == 7


def test_a_create_whose_answer_is_lost_is_sent_once(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()

    def create() -> Operation[Any]:
        entity = yield Call("GET", "v1/Contact/default")
        return (yield Call("POST", "v1/Contact", json=entity | {"Name": "Twice AS"}))

    sandbox.world.faults.append(Fault(method="POST", path="Contact$", drop="after"))
    with pytest.raises(OutcomeUnknown) as caught:
        user.ask(create())
    assert caught.value.sent is None
    assert len(user.ask(contacts("Twice AS"))) <= 1
    assert [call["method"] for call in sandbox.world.calls].count("POST") == 1


def test_a_change_whose_answer_is_lost_is_found_done(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()
    seen = acme(user)
    sandbox.world.faults.append(Fault(method="PATCH", drop="after"))
    assert user.ask(change_contact(17, changes(seen, name="Acme AS"))).name == "Acme AS"


def test_a_change_that_died_on_its_way_stays_unknown(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()
    seen = acme(user)
    sandbox.world.faults.append(Fault(method="PATCH", drop="before"))
    with pytest.raises(OutcomeUnknown):
        user.ask(change_contact(17, changes(seen, name="Acme AS")))
    assert acme(user).name == seen.name


def test_an_expired_token_is_renewed_once(sandbox: Sandbox, sign_in: SignIn) -> None:
    """The clock of SuperOffice is ahead: the token looked good."""
    user = sign_in()
    sandbox.world.access_tokens.clear()
    user.all(contact(17), persons_of(17), open_sales_of(17))
    assert user.shelf.events.count("save") == 1
    assert acme(user)


def test_a_tenant_that_revoked_the_application(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()
    sandbox.world.end_authorization(sandbox.world.tenants["Cust12345"])
    with pytest.raises(NotSignedIn):
        acme(user)
    assert user.shelf.events == ["claim", "lost"]
    assert user.shelf.grant is None


def test_a_tenant_that_moves(sandbox: Sandbox, sign_in: SignIn) -> None:
    user = sign_in()
    acme(user)
    sandbox.world.tenants["Cust12345"].host = "app"
    assert acme(user)
    assert statuses(sandbox) == [200, 421, 200]
    assert user.address.known == f"{sandbox.urls['app']}/Cust12345/api/"


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[AwaitingUser]:
    user = AwaitingUser(sandbox, "alice", "Cust12345")
    yield user
    user.close()


def test_fifty_calls_while_a_tenant_moves(sandbox: Sandbox, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """All succeed, none is sent more than twice, and SuperOffice is asked once where the tenant lives now."""
    monkeypatch.setattr("crm_client.address.JUST_NOW", 60)  # this machine may be busy
    told: list[CallRecord] = []
    ctx = "Cust12345"

    def hear(record: CallRecord) -> None:
        told.append(record)
        if len(told) == 10:
            sandbox.world.tenants[ctx].host = "app"

    user = sign_in()
    user.crm.hooks = [hear]

    async def crowd(crm: AsyncCrm) -> list[Contact]:
        crm.address = AsyncStateAddress(crm.http, sandbox.login_url, ctx)
        await crm.address.get()
        return await asyncio.gather(*[crm(contact(17)) for _ in range(50)])

    def threads(crm: Crm) -> list[Contact]:
        crm.address = BlockingStateAddress(crm.http, sandbox.login_url, ctx)
        crm.address.get()
        with ThreadPoolExecutor(50) as pool:
            return list(pool.map(crm, [contact(17) for _ in range(50)]))

    before = asked_where(sandbox)
    companies = threads(user.crm) if isinstance(user, BlockingUser) else user.runner.run(crowd(user.crm))
    assert {company.contact_id for company in companies} == {17}
    assert len(told) == 50
    assert {record.sent for record in told} == {1, 2}
    assert statuses(sandbox).count(200) == 50
    assert asked_where(sandbox) - before == 2


def asked_where(sandbox: Sandbox) -> int:
    return sum("/api/state/" in call["path"] for call in sandbox.world.calls)


def test_no_cookie_of_netserver_is_sent_back(sign_in: SignIn) -> None:
    """The sandbox sets one on every answer and refuses a call that carries it."""
    user = sign_in()
    assert [acme(user).contact_id for _ in range(3)] == [17, 17, 17]


def test_any_text_can_be_searched_for(sandbox: Sandbox, alice: AwaitingUser) -> None:
    """Through the URL, or a form where it would be too long; aiohttp's own quoting and the sandbox's reading."""
    row = sandbox.world.tenants["Cust12345"].table("contact")[17]

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(st.text(st.characters(codec="utf-8"), min_size=1, max_size=20).filter(lambda text: text == text.strip()))
    def search(text: str) -> None:
        row["department"] = text
        query = Archive("v1/Contact").select("contactId").where(contains("department", text))
        for asked in (query, query.where(any_of("contactId", range(1, 1000)))):
            assert 17 in [company["contactId"] for company in alice.ask(first_page(asked))]

    search()
