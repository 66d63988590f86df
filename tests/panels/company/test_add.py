"""Adding a person and a sale: from SuperOffice's defaults, with its rights, once, and beside no namesake unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from tests.panels.conftest import ACME, address, text_of
from tests.panels.test_edit import HTMX
from tests.panels.test_follow_ups import hours_later
from tests.panels.test_person import fields, without_basis
from tests.sandbox import rights
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

PERSON = {"first_name": "Ada", "last_name": "<b>Ås</b>", "title": "CTO", "emails-0": "ada@acme.example"}
SALE = {"heading": "Pumps <big>", "amount": "1,200.50", "date": "2027-01-20"}
ACTIONS = {"add-person": ("person", PERSON, "v1/Person$"), "add-sale": ("sale", SALE, "v1/Sale$")}

type Made = Callable[[str], list[Row]]


@pytest.fixture
def made(tenant: Tenant) -> Made:
    """``made("add-sale")``: the rows that are there now and were not before."""
    tables = {action: table for action, (table, _typed, _path) in ACTIONS.items()}
    before = {table: set(tenant.table(table)) for table in tables.values()}
    return lambda action: [
        row for key, row in tenant.table(tables[action]).items() if key not in before[tables[action]]
    ]


def where(tenant: Tenant, action: str, human: str = "alice") -> str:
    return address(tenant, human, f"company/{action}")


def open_form(client: Client, tenant: Tenant, action: str, human: str = "alice") -> dict[str, str]:
    """As first shown; words that are chosen by key are what is offered first."""
    page = text_of(client.get(where(tenant, action, human), headers=HTMX))
    chosen = dict(re.findall(r'<select name="(\w+)".*?value="(\w+)" selected', page, re.DOTALL))
    return fields(page) | chosen


def save(client: Client, tenant: Tenant, action: str, typed: dict[str, str], human: str = "alice") -> Any:
    return client.post(where(tenant, action, human), typed, headers=HTMX)


def test_a_person_is_added(alice: Client, tenant: Tenant, made: Made) -> None:
    """He works here, is reachable as typed, and the list shows him."""
    typed = open_form(alice, tenant, "add-person") | PERSON | {"mobile_phones-0": "+47 900 11 222"}

    response = save(alice, tenant, "add-person", typed)

    page = text_of(response)
    assert response.status_code == 200, page
    [row] = made("add-person")
    assert (row["first_name"], row["last_name"], row["title"], row["contact"]) == ("Ada", "<b>Ås</b>", "CTO", ACME)
    assert [one["value"] for one in row["emails"]] == ["ada@acme.example"]
    assert [one["value"] for one in row["mobile_phones"]] == ["+47 900 11 222"]
    assert "Ada &lt;b&gt;Ås&lt;/b&gt;" in page
    assert "Contact created" in page
    assert "sidecard:changed" in response.headers["HX-Trigger"]


@pytest.mark.parametrize(
    ("chosen", "source", "legal_base"),
    [({}, "API", "61F"), ({"source": "WEBFORM", "legal_base": "61A"}, "WEBFORM", "61A")],
)
def test_a_new_person_says_how_we_know_of_him(
    alice: Client, tenant: Tenant, chosen: dict[str, str], source: str, legal_base: str
) -> None:
    """CERT-24: "other integration" unless somebody knows better; a withdrawn basis is none to choose."""
    typed = open_form(alice, tenant, "add-person")
    assert (typed["source"], typed["legal_base"]) == ("API", "61F")
    assert "WITHDRAWN" not in text_of(alice.get(where(tenant, "add-person"), headers=HTMX))

    save(alice, tenant, "add-person", typed | PERSON | chosen)

    person = max(tenant.table("person"))
    [consent] = [row for row in tenant.table("consent").values() if row["person"] == person]
    assert tenant.lists["consentsource"][consent["source"]]["key"] == source
    assert tenant.lists["legalbase"][consent["legal_base"]]["key"] == legal_base


def test_without_the_lists_the_source_is_still_known(
    alice: Client, tenant: Tenant, fail: Callable[..., None], made: Made
) -> None:
    fail("List/(ConsentSource|LegalBase)", status=403)
    typed = open_form(alice, tenant, "add-person") | PERSON

    assert (typed["source"], typed["legal_base"]) == ("API", "61F")
    assert save(alice, tenant, "add-person", typed).status_code == 200
    assert len(made("add-person")) == 1


@pytest.mark.parametrize(
    "alike", [{"emails-0": "kari.lodemel@acme-norge.example"}, {"first_name": "Kari", "last_name": "Nygård"}]
)
def test_namesakes_are_shown_before_anybody_is_added(
    alice: Client, tenant: Tenant, made: Made, alike: dict[str, str]
) -> None:
    """CERT-82: he opens the one he meant, or creates another one all the same."""
    typed = open_form(alice, tenant, "add-person") | PERSON | alike

    asked = save(alice, tenant, "add-person", typed)

    page = text_of(asked)
    assert asked.status_code == 409
    assert "These people are already there" in page
    assert 'data-soprotocol="person.main?person_id=' in page
    assert without_basis(fields(page)) | {"source": "API", "legal_base": "61F"} == without_basis(typed)
    assert made("add-person") == []
    shown = re.search(r'name="anyway"\s+value="([0-9,]+)"\s*>', page[page.index('class="buttons"') :])
    assert shown is not None
    assert save(alice, tenant, "add-person", typed | {"anyway": shown[1]}).status_code == 200
    assert len(made("add-person")) == 1


def test_a_further_namesake_is_shown_too(alice: Client, tenant: Tenant, made: Made) -> None:
    """What was agreed to was another list."""
    typed = open_form(alice, tenant, "add-person") | PERSON | {"first_name": "Kari", "last_name": "Nygård"}

    assert save(alice, tenant, "add-person", typed | {"anyway": "1,2"}).status_code == 409
    assert made("add-person") == []


def test_who_may_not_look_at_persons_may_still_add_one(
    alice: Client, tenant: Tenant, made: Made, fail: Callable[..., None]
) -> None:
    typed = open_form(alice, tenant, "add-person") | PERSON
    fail("v1/Person$", method="GET", status=403)

    assert save(alice, tenant, "add-person", typed).status_code == 200
    assert len(made("add-person")) == 1


def test_a_sale_is_created(alice: Client, tenant: Tenant, made: Made) -> None:
    """Type and stage begin as SuperOffice's own for a new sale; amounts are read as the reader writes them."""
    typed = open_form(alice, tenant, "add-sale")
    assert not {"stage", "sale_type", "source", "competitor"} & set(typed)
    assert typed["begins"] == "1-1-10"

    response = save(alice, tenant, "add-sale", typed | SALE)

    page = text_of(response)
    assert response.status_code == 200, page
    [row] = made("add-sale")
    assert (row["heading"], row["amount"], row["contact"]) == ("Pumps <big>", 1200.5, ACME)
    assert date.fromisoformat(row["date"][:10]) == date(2027, 1, 20)
    assert (row["status"], row["associate"]) == ("Open", 5)
    assert row["stage"]
    assert "Pumps &lt;big&gt;" in page
    assert "Sale created" in page


def test_a_sale_begins_in_a_stage_of_its_type(alice: Client, tenant: Tenant, made: Made) -> None:
    """Each type the person may choose offers exactly its own, which bring their probability along."""
    tenant.lists["saletype"][2]["deleted"] = True
    page = text_of(alice.get(where(tenant, "add-sale"), headers=HTMX))
    typed = open_form(alice, tenant, "add-sale") | SALE

    wrong = save(alice, tenant, "add-sale", typed | {"begins": "3-2-30"})
    saved = save(alice, tenant, "add-sale", typed | {"begins": "3-4-80"})

    offered = re.findall(r'<option value="\d+-\d+-\d+"[^>]*>([^<]+)</option>', page)
    assert offered == [
        *("New sale › Lead 10%", "New sale › Need analysis 30%", "New sale › Quote sent 50%"),
        *("New sale › Negotiation 80%", "New sale › Sold 100%", "New sale › Lost 0%"),
        *("Subscription › Lead 10%", "Subscription › Negotiation 80%"),
        *("Subscription › Sold 100%", "Subscription › Lost 0%"),
    ]
    assert (wrong.status_code, saved.status_code) == (422, 200)
    [row] = made("add-sale")
    assert (row["sale_type"], row["stage"], row["probability"]) == (3, 4, 80)


@pytest.mark.parametrize(
    ("fault", "offered"), [({"path": "List/SaleType", "status": 403}, 18), ({"path": "List/", "status": 500}, 0)]
)
def test_without_types_a_sale_begins_as_superoffice_has_it(
    alice: Client, tenant: Tenant, made: Made, fail: Callable[..., None], fault: dict[str, Any], offered: int
) -> None:
    """Who may not look at types is offered all stages; where nothing can be read there is nothing to choose."""
    fail(**fault)
    page = text_of(alice.get(where(tenant, "add-sale"), headers=HTMX))

    saved = save(alice, tenant, "add-sale", open_form(alice, tenant, "add-sale") | SALE)

    assert len(re.findall(r'<option value="\d+-\d+-\d+"', page)) == offered
    assert saved.status_code == 200, text_of(saved)
    [row] = made("add-sale")
    assert (row["sale_type"], row["stage"], row["probability"]) == (1, 1, 10)


def test_an_older_sale_that_says_the_same_is_another_one(
    alice: Client, tenant: Tenant, sandbox: Sandbox, made: Made, fail: Callable[..., None]
) -> None:
    """An answer that is lost is not found in what was there before."""
    first, second = (open_form(alice, tenant, "add-sale") | SALE for _ in range(2))
    assert save(alice, tenant, "add-sale", first).status_code == 200
    [older] = made("add-sale")
    older["registered"] = "2026-01-01T10:00:00Z"
    fail("v1/Sale$", method="POST", drop="before", count=1)

    unknown = save(alice, tenant, "add-sale", second)

    assert unknown.status_code == 503
    assert "We do not know whether this was saved" in text_of(unknown)


def test_what_superoffice_requires_is_asked_for(
    alice: Client, tenant: Tenant, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CERT-39: a customer may want a source of each sale; his default has none."""
    monkeypatch.setitem(rights.MANDATORY["sale"], "Source", "Source is a mandatory field")
    typed = open_form(alice, tenant, "add-sale") | SALE
    assert "source" in typed

    refused = save(alice, tenant, "add-sale", typed | {"source": ""})
    source = next(str(key) for key in tenant.lists["source"])
    saved = save(alice, tenant, "add-sale", typed | {"source": source})

    assert refused.status_code == 422
    assert fields(text_of(refused))["heading"] == SALE["heading"]
    assert saved.status_code == 200, text_of(saved)
    [row] = made("add-sale")
    assert row["source"] == int(source)


@pytest.mark.parametrize(
    ("action", "kind", "value", "stored"),
    [("add-person", "ShortText", "Indeed", "Indeed"), ("add-sale", "Number", "12", 12), ("add-sale", "List", "2", 2)],
)
def test_a_field_of_the_customer_s_own_that_is_required_is_asked_for(
    alice: Client, tenant: Tenant, made: Made, action: str, kind: str, value: str, stored: object
) -> None:
    """CERT-39: in sight; those that may stay empty are left to SuperOffice."""
    table, said, _path = ACTIONS[action]
    fields_of = [row for row in tenant.table("udef_published").values() if row["Type"].lower() == table]
    field = next(row for row in fields_of if row["FieldType"] == kind)
    field["IsMandatory"] = True
    name = f"own.{field['ProgId']}"

    typed = open_form(alice, tenant, action) | said
    refused = save(alice, tenant, action, typed | {name: ""})
    saved = save(alice, tenant, action, typed | {name: value})

    assert [one for one in typed if one.startswith("own.")] == [name]
    assert refused.status_code == 422
    assert saved.status_code == 200, text_of(saved)
    [row] = made(action)
    assert stored in row["udef"].values()


@pytest.mark.parametrize(
    ("action", "typed"),
    [
        ("add-person", {"first_name": " "}),
        ("add-person", {"emails-0": "no address"}),
        ("add-person", {"source": "UNKNOWN"}),
        ("add-sale", {"heading": ""}),
        ("add-sale", {"amount": "many"}),
        ("add-sale", {"date": "soon"}),
    ],
)
def test_what_cannot_be_says_so(alice: Client, tenant: Tenant, made: Made, action: str, typed: dict[str, str]) -> None:
    _table, said, _path = ACTIONS[action]
    form = open_form(alice, tenant, action) | said | typed

    response = save(alice, tenant, action, form)

    assert response.status_code == 422
    assert text_of(response).count('class="errorlist"') == 1
    assert made(action) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_not_create_is_told_so(bob: Client, tenant: Tenant, made: Made, action: str) -> None:
    """CERT-39: in SuperOffice's words, before he types; a form posted all the same is refused and keeps its text."""
    table, said, _path = ACTIONS[action]
    typed = open_form(bob, tenant, action, "bob") | said
    tenant.denied["bob"] = [f"{table}:insert"]

    page = text_of(bob.get(where(tenant, action, "bob"), headers=HTMX))
    refused = save(bob, tenant, action, typed, "bob")

    assert 'class="denied"' in page
    assert 'class="pill main"' not in page
    assert refused.status_code in (403, 422)
    assert without_basis(fields(text_of(refused))).items() >= said.items()
    assert made(action) == []


@pytest.mark.parametrize("action", ACTIONS)
def test_it_works_without_javascript(alice: Client, tenant: Tenant, made: Made, action: str) -> None:
    _table, said, _path = ACTIONS[action]
    page = text_of(alice.get(where(tenant, action)))

    response = alice.post(where(tenant, action), open_form(alice, tenant, action) | said)

    assert "<html" in page
    assert response.status_code == 303
    assert response.headers["Location"] == address(tenant) + "#saved"
    assert len(made(action)) == 1


# Once, whatever happens


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 500}, 503),
        ({"status": 429, "retry_after": "3"}, 503),
        ({"status": 403}, 403),
        ({"status": 400}, 422),
        ({"status": 412}, 409),
        ({"drop": "before"}, 503),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_what_was_typed_comes_back_and_can_be_saved_later(
    alice: Client,
    tenant: Tenant,
    sandbox: Sandbox,
    made: Made,
    fail: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    action: str,
    fault: dict[str, Any],
    status: int,
) -> None:
    _table, said, path = ACTIONS[action]
    typed = open_form(alice, tenant, action) | said
    fail(path, method="POST", **fault)

    failed = save(alice, tenant, action, typed)

    assert failed.status_code == status
    assert without_basis(fields(text_of(failed))).items() >= said.items()
    assert made(action) == []
    sandbox.world.faults.clear()
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    assert save(alice, tenant, action, typed).status_code == 200
    assert len(made(action)) == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_the_same_form_twice_creates_one(alice: Client, tenant: Tenant, made: Made, action: str) -> None:
    """The second of a double click sees what the first one did, and takes nobody for his own namesake."""
    typed = open_form(alice, tenant, action) | ACTIONS[action][1]

    answers = [save(alice, tenant, action, typed) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(made(action)) == 1


@pytest.mark.parametrize("action", ACTIONS)
def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, tenant: Tenant, sandbox: Sandbox, made: Made, fail: Callable[..., None], action: str
) -> None:
    """At once; and if SuperOffice does not answer the look either, when he saves again."""
    _table, said, path = ACTIONS[action]
    typed = open_form(alice, tenant, action) | said
    fail(path, method="POST", drop="after", count=1)
    fail(f"Contact/{ACME}/", method="GET", status=500)

    unknown = save(alice, tenant, action, typed)
    sandbox.world.faults.clear()
    again = save(alice, tenant, action, typed)

    assert unknown.status_code == 503
    assert "We do not know whether this was saved" in text_of(unknown)
    assert again.status_code == 200, text_of(again)
    assert len(made(action)) == 1
