"""Looking up a person or a company in a form: by three letters, once, in no address, and only one's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from panel.panels.editing.fields import PickField
from tests.forms import fields
from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.world import Row, Tenant

HTMX = {"HX-Request": "true"}
SCRIPT = {"Accept": "application/json"}
Calls = Callable[[], list[str]]


@pytest.fixture
def people(tenant: Tenant) -> dict[str, int]:
    """Who works at Acme, by first name."""
    rows = {key: row for key, row in tenant.table("person").items() if row["contact"] == ACME}
    return {f"{row['first_name']} {row['last_name']}": key for key, row in rows.items()}


def opened(client: Client, tenant: Tenant, action: str = "plan", human: str = "alice") -> dict[str, str]:
    return fields(text_of(client.get(address(tenant, human, f"company/{action}"), headers=HTMX)))


def look_up(client: Client, tenant: Tenant, text: str, human: str = "alice", **more: Any) -> Any:
    where = address(tenant, human, more.pop("path", "company/plan"), suggest="person")
    typed = more.pop("typed", None) or {"basis": opened(client, tenant, human=human)["basis"]}
    return client.post(where, typed | {"find-person": text}, headers=SCRIPT | more.pop("headers", {}))


def test_the_persons_of_the_company_are_found(alice: Client, tenant: Tenant, people: dict[str, int]) -> None:
    found = look_up(alice, tenant, "Kar").json()

    wanted = sorted((name, key) for name, key in people.items() if name.startswith("Kari"))
    assert wanted
    assert found["options"] == [{"value": f"{key}:{name}", "text": name} for name, key in wanted]
    assert found["hint"] == f"{len(wanted)} found"


def test_two_letters_are_too_few(alice: Client, tenant: Tenant, calls: Calls) -> None:
    """CERT-20: nothing is asked."""
    typed = {"basis": opened(alice, tenant)["basis"]}
    calls()

    for text in ("", "K", "Ka", "  Ka "):
        answer = look_up(alice, tenant, text, typed=typed).json()
        assert answer == {"options": [], "hint": "Type at least 3 letters."}
    assert calls() == []


def test_it_is_one_question(alice: Client, tenant: Tenant, calls: Calls) -> None:
    """CERT-50; and what was typed is in no address of ours: it came in the body."""
    typed = {"basis": opened(alice, tenant)["basis"]}
    calls()

    look_up(alice, tenant, "Kari", typed=typed)

    [asked] = calls()
    assert asked.endswith(f"/v1/Contact/{ACME}/Persons")


def test_nothing_found_says_so(alice: Client, tenant: Tenant) -> None:
    assert look_up(alice, tenant, "Xyz").json() == {"options": [], "hint": "Nothing found."}


def test_a_follow_up_is_planned_with_a_person(alice: Client, tenant: Tenant, people: dict[str, int]) -> None:
    option = look_up(alice, tenant, "Kari").json()["options"][0]
    typed = opened(alice, tenant) | {"title": "Lunch", "person": option["value"], "day": "2027-01-20", "time": "12:00"}

    response = alice.post(address(tenant, path="company/plan"), typed, headers=HTMX)

    assert response.status_code == 200, text_of(response)
    [made] = [row for row in tenant.table("appointment").values() if row["title"] == "Lunch"]
    assert (made["person"], made["contact"]) == (people[option["text"]], ACME)


def test_with_nobody_it_is_about_the_company(alice: Client, tenant: Tenant) -> None:
    typed = opened(alice, tenant, "log") | {"title": "Called"}

    assert alice.post(address(tenant, path="company/log"), typed, headers=HTMX).status_code == 200
    [made] = [row for row in tenant.table("appointment").values() if row["title"] == "Called"]
    assert (made["person"], made["contact"]) == (0, ACME)


def test_without_scripts_the_form_finds(alice: Client, tenant: Tenant) -> None:
    """What was typed stays, nothing is judged yet, and who was found can be chosen."""
    typed = opened(alice, tenant) | {"title": "", "text": "<Bring> cake", "find-person": "Kari"}

    page = text_of(alice.post(address(tenant, path="company/plan", suggest="person"), typed))

    offered = re.findall(r'<option value="(\d+:[^"]+)">([^<]+)</option>', page)
    assert "<html" in page
    assert offered
    assert all(value.endswith(f":{name}") and name.startswith("Kari") for value, name in offered)
    assert fields(page)["text"] == "<Bring> cake"
    assert 'class="errorlist"' not in page


def test_on_a_persons_card_nobody_asks_with_whom(alice: Client, tenant: Tenant, people: dict[str, int]) -> None:
    who = next(iter(people.values()))

    page = text_of(alice.get(address(tenant, path="person/plan", person_id=who), headers=HTMX))

    assert 'name="person"' not in page


@pytest.fixture
def pumps(tenant: Tenant) -> tuple[int, Row]:
    key = next(key for key, row in tenant.table("sale").items() if row["contact"] == ACME and row["status"] == "Open")
    return key, tenant.table("sale")[key]


def test_the_person_of_a_sale(alice: Client, tenant: Tenant, pumps: tuple[int, Row], people: dict[str, int]) -> None:
    """Shown by name, exchanged for a colleague; and a conflict tells who is who."""
    key, sale = pumps
    (first, mine), (second, theirs), (_third, other) = people.items()
    sale["person"] = mine
    where = address(tenant, path="sale/edit", sale_id=key)
    typed = fields(text_of(alice.get(where, headers=HTMX)))
    page = text_of(alice.get(where, headers=HTMX))

    sale["person"] = other
    torn = alice.post(where, typed | {"person": f"{theirs}:{second}"}, headers=HTMX)
    choice = {"choose-person": "mine", "person": f"{theirs}:{second}"}
    saved = alice.post(where, fields(text_of(torn)) | choice, headers=HTMX)

    assert f'<option value="{mine}:{first}" selected>{first}</option>' in page
    assert torn.status_code == 409
    assert f"<b>{second}</b>" in text_of(torn)
    assert saved.status_code == 200
    assert sale["person"] == theirs


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 403}, 403), ({"status": 429}, 503), ({"status": 500}, 503), ({"drop": "before"}, 503)],
)
def test_who_was_chosen_stays(
    alice: Client, tenant: Tenant, pumps: tuple[int, Row], fail: Callable[..., None], fault: dict[str, Any], status: int
) -> None:
    """Although nobody can be asked for his name again."""
    where = address(tenant, path="sale/edit", sale_id=pumps[0])
    typed = fields(text_of(alice.get(where, headers=HTMX))) | {"person": "99:Per <b>&amp;", "heading": "Pumps"}
    fail("", **fault)

    response = alice.post(where, typed, headers=HTMX)

    page = text_of(response)
    assert response.status_code == status
    assert '<option value="99:Per &lt;b&gt;&amp;amp;" selected>Per &lt;b&gt;&amp;amp;</option>' in page


@pytest.mark.parametrize("nonsense", ["Kari", "x:Kari", "-1:Kari", "99999999999:Kari", "1 or 1=1:x"])
def test_what_is_no_id_is_refused(nonsense: str) -> None:
    with pytest.raises(Exception, match=r"Choose from the list\."):
        PickField().clean(nonsense)


@pytest.mark.parametrize(
    ("fault", "hint"),
    [({"status": 403}, "does not give you access"), ({"status": 500}, "does not answer right now")],
)
def test_trouble_is_said(alice: Client, tenant: Tenant, fail: Callable[..., None], fault: Any, hint: str) -> None:
    typed = {"basis": opened(alice, tenant)["basis"]}
    fail("", **fault)

    answer = look_up(alice, tenant, "Kari", typed=typed)

    assert hint in answer.json()["hint"]
    assert answer.json()["options"] == []
    assert answer.status_code in (403, 503)


def test_signed_out_it_finds_nobody(alice: Client, tenant: Tenant, calls: Calls) -> None:
    typed = {"basis": opened(alice, tenant)["basis"]}
    alice.post("/signout/", {"ctx": tenant.ctx})
    calls()

    answer = look_up(alice, tenant, "Kari", typed=typed)

    assert (answer.status_code, answer.json()["options"]) == (401, [])
    assert not any("/v1/" in call for call in calls())


def test_a_stranger_finds_nobody_of_ours(alice: Client, charlie: Client, tenant: Tenant, calls: Calls) -> None:
    """Charlie with Alice's form and Alice's address; with his own address he is asked for his own people only."""
    typed = {"basis": opened(alice, tenant)["basis"]}
    calls()

    answer = look_up(charlie, tenant, "Kari", typed=typed)
    his = {"uctx": "Cust67890", "usid": 5}
    basis = fields(text_of(charlie.get(address(tenant, path="company/plan", **his), headers=HTMX)))["basis"]
    where = address(tenant, path="company/plan", suggest="person", **his)
    own = charlie.post(where, {"basis": basis, "find-person": "Kari"}, headers=SCRIPT)
    with_ours = charlie.post(where, typed | {"find-person": "Kari"}, headers=SCRIPT)

    assert answer.status_code == 401
    assert answer.json()["options"] == []
    assert with_ours.status_code == 404
    names = [option["text"] for option in own.json()["options"]]
    assert not [call for call in calls() if "/Cust12345/" in call]
    ours = {f"{row['first_name']} {row['last_name']}" for row in tenant.table("person").values()}
    assert not [name for name in names if name in ours]


def test_only_what_a_form_looks_up_is_looked_up(alice: Client, tenant: Tenant) -> None:
    for field in ("title", "company", "nonsense"):
        where = address(tenant, path="company/plan", suggest=field)
        assert alice.post(where, {f"find-{field}": "Kari"}, headers=SCRIPT).status_code == 404
