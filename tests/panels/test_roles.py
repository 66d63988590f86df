"""People whose role in SuperOffice limits them: what they may not do is not offered, and nothing they typed is lost."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.forms import fields
from tests.panels.conftest import ACME, address, signed_in, text_of
from tests.panels.test_access import HTMX
from tests.sandbox.roles import roles
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

POLARFISK = 27
"""The company Eva looks after."""

REASON = "Your role does not allow this"

MAY_BE_REFUSED = ("log", "plan", "add-person", "add-sale", "request", "note", "postpone")
"""Forms that SuperOffice must be asked for first: whether it lets somebody create one, its answer tells."""


@pytest.fixture
def eva(db: None, sandbox: Sandbox) -> Client:
    """User level 4: what is hers she changes, others' companies she reads, others' sales she does not see."""
    return signed_in(sandbox, "Cust12345", "eva")


@pytest.fixture
def gus(db: None, sandbox: Sandbox) -> Client:
    """User level 5: he reads, and creates follow-ups."""
    return signed_in(sandbox, "Cust12345", "gus")


def offered(page: str) -> set[str]:
    """The names of the actions a panel's page has links and buttons for."""
    return set(re.findall(r'(?:href|formaction)="/panels/[\w-]+/([\w-]+)/', page))


def first_of(tenant: Tenant, table: str, human: str) -> tuple[int, Row]:
    owner = tenant.associates[human].associate_id
    return next((key, row) for key, row in tenant.table(table).items() if row["associate"] == owner)


@pytest.mark.parametrize("who", ["eva", "gus"])
@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("company", {}),
        ("person", {"person_id": 43}),
        ("project", {"project_id": 1}),
        ("request", {"ticket_id": 1}),
    ],
)
def test_what_may_only_be_read_has_no_way_to_change_it(
    db: None, sandbox: Sandbox, tenant: Tenant, who: str, path: str, query: dict[str, int]
) -> None:
    """CERT-39: the lock says why."""
    client = signed_in(sandbox, "Cust12345", who)

    response = client.get(address(tenant, who, path, **query))

    page = text_of(response)
    assert response.status_code == 200
    assert f'class="locked" title="{REASON}"' in page
    assert offered(page) <= set(MAY_BE_REFUSED)
    assert 'class="trouble' not in page


def test_one_s_own_company_has_everything(eva: Client, tenant: Tenant) -> None:
    page = text_of(eva.get(address(tenant, "eva", contact_id=POLARFISK)))

    assert "edit" in offered(page)
    assert 'class="locked"' not in page
    assert "Cold chain monitoring" in page


def test_other_people_s_sales_are_not_there(eva: Client, tenant: Tenant) -> None:
    """Lists leave them out, sums too; the sale itself is refused calmly."""
    key, row = first_of(tenant, "sale", "bob")
    row |= {"contact": POLARFISK, "heading": "Bob's secret", "status": "Open"}

    company = text_of(eva.get(address(tenant, "eva", contact_id=POLARFISK)))
    pipeline = text_of(eva.get(address(tenant, "eva", "pipeline", whose="all")))
    sale = eva.get(address(tenant, "eva", "sale", sale_id=key))

    assert "secret" not in company
    hers = [one["amount"] for one in tenant.table("sale").values() if (one["associate"], one["status"]) == (8, "Open")]
    assert f"{sum(hers):,.0f}" in pipeline
    assert sale.status_code == 403
    assert "SuperOffice does not give you access to this" in text_of(sale)
    assert "You do not have the right to read this sale" in text_of(sale)


def test_a_sale_whose_company_is_hidden_keeps_it(eva: Client, tenant: Tenant) -> None:
    """SuperOffice shows no name; what she changes leaves the company as it is."""
    roles(tenant)[5]["rights"]["contact"]["OtherAssociates"] = ""
    roles(tenant)[5]["rights"]["contact"]["PrimaryGroup"] = ""
    key, row = first_of(tenant, "sale", "eva")
    row |= {"contact": ACME, "person": 0}
    where = address(tenant, "eva", "sale/edit", sale_id=key)

    shown = text_of(eva.get(address(tenant, "eva", "sale", sale_id=key)))
    form = fields(text_of(eva.get(where, headers=HTMX))) | {"heading": "Still Acme's"}
    response = eva.post(where, form, headers=HTMX)

    assert "Acme" not in shown
    assert response.status_code == 200, text_of(response)
    assert (row["heading"], row["contact"]) == ("Still Acme's", ACME)


@pytest.mark.parametrize(
    ("action", "query", "typed", "table"),
    [
        ("company/add-person", {}, {"first_name": "Ada", "last_name": "Ås"}, "person"),
        ("project/member", {"project_id": 1}, {"comment": "Knows the harbour", "person": "49"}, "project_member"),
        ("request/note", {"ticket_id": 1}, {"body": "Called twice"}, "ticket_message"),
    ],
)
def test_what_is_refused_at_the_end_keeps_what_was_typed(
    eva: Client, tenant: Tenant, action: str, query: dict[str, int], typed: dict[str, str], table: str
) -> None:
    """She may create contacts, members and notes, but not these: whose record it becomes decides, when it is saved."""
    before = len(tenant.table(table))
    where = address(tenant, "eva", action, **query)
    page = text_of(eva.get(where, headers=HTMX))
    assert 'class="pill main"' in page

    response = eva.post(where, fields(page) | typed, headers=HTMX)

    refused = text_of(response)
    assert response.status_code in (403, 422), refused
    assert "You do not have the right to create this" in refused
    assert fields(refused).items() >= typed.items()
    assert len(tenant.table(table)) == before


@pytest.mark.parametrize("action", ["company/add-sale", "company/add-person", "company/request", "project/member"])
def test_who_may_create_nothing_is_told_before_he_types(gus: Client, tenant: Tenant, action: str) -> None:
    page = text_of(gus.get(address(tenant, "gus", action, project_id=1), headers=HTMX))

    assert 'class="denied"' in page
    assert 'type="submit"' not in page


def test_a_reader_logs_a_call(gus: Client, tenant: Tenant) -> None:
    before = len(tenant.table("appointment"))
    where = address(tenant, "gus", "company/log")
    form = fields(text_of(gus.get(where, headers=HTMX))) | {"title": "Called", "task": "1"}

    response = gus.post(where, form, headers=HTMX)

    assert response.status_code == 200, text_of(response)
    assert len(tenant.table("appointment")) == before + 1
    assert tenant.table("appointment")[max(tenant.table("appointment"))]["associate"] == 9


def test_the_group_s_sale_of_the_other_customer_is_read_only(db: None, sandbox: Sandbox) -> None:
    """Freja, User level 3: Dora's sales she reads, Kim's, who is in another group, she does not."""
    oresund = sandbox.world.tenants["Cust67890"]
    sandbox.world.approve(oresund)
    freja = signed_in(sandbox, "Cust67890", "freja")

    mine, dora, kim = (first_of(oresund, "sale", human)[0] for human in ("freja", "dora", "kim"))
    own = text_of(freja.get(address(oresund, "freja", "sale", sale_id=mine)))
    group = text_of(freja.get(address(oresund, "freja", "sale", sale_id=dora)))
    hidden = freja.get(address(oresund, "freja", "sale", sale_id=kim))

    assert "edit" in offered(own)
    assert 'class="locked"' in group
    assert not offered(group) & {"edit", "move", "postpone", "sold", "lost"}
    assert hidden.status_code == 403


@pytest.mark.parametrize(
    ("path", "table", "query"),
    [
        ("company", "contact", {}),
        ("person", "person", {"person_id": 43}),
        ("sale", "sale", {"sale_id": 2}),
        ("project", "project", {"project_id": 1}),
        ("request", "ticket", {"ticket_id": 1}),
    ],
)
def test_a_record_that_comes_blank_is_no_empty_one(
    eva: Client, sandbox: Sandbox, tenant: Tenant, path: str, table: str, query: dict[str, int]
) -> None:
    """SuperOffice may hide a record by emptying it: the panel says that it is hidden, and why, as of a refusal."""
    sandbox.world.netserver.hidden_records_are_blank = True
    lines = roles(tenant)[5]["rights"][table]
    lines |= {relation: "" for relation in lines if relation != "MyOwn"}

    response = eva.get(address(tenant, "eva", path, **query))

    page = text_of(response)
    assert response.status_code == 403
    assert "SuperOffice does not give you access to this" in page
    assert REASON in page


def test_a_hidden_field_is_neither_shown_nor_lost(db: None, sandbox: Sandbox, tenant: Tenant) -> None:
    """Of a sale the amount: the form has no input for it, and saving the rest leaves it."""
    bob = signed_in(sandbox, "Cust12345", "bob")
    key, row = first_of(tenant, "sale", "bob")
    amount = row["amount"]
    tenant.denied["bob"] = ["sale.Amount:select"]
    where = address(tenant, "bob", "sale/edit", sale_id=key)

    shown = text_of(bob.get(address(tenant, "bob", "sale", sale_id=key)))
    form = text_of(bob.get(where, headers=HTMX))
    response = bob.post(where, fields(form) | {"heading": "Pumps"}, headers=HTMX)

    assert f"{amount:,.0f}" not in shown
    assert "<small>" not in shown
    assert 'name="amount"' not in form
    assert response.status_code == 200, text_of(response)
    assert (row["heading"], row["amount"]) == ("Pumps", amount)
