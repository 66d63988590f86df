"""The person panel against a SuperOffice that behaves: what it shows, and correcting a person's facts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tests.forms import fields
from tests.panels.conftest import ACME, address, but_facts, text_of
from tests.panels.test_edit import HTMX
from tests.sandbox.world import Row, Tenant

EMBEDDED = {"Sec-Fetch-Dest": "iframe"}
ALICE = 1
"""The person who is the user Alice."""


def person_id(tenant: Tenant) -> int:
    """Acme's first contact, who has its open sales and activities."""
    found: int = tenant.table("contact")[ACME]["person"]
    return found


def where(tenant: Tenant, path: str = "", human: str = "alice", **query: object) -> str:
    """The person panel's address as SuperOffice computes it."""
    said = {"contact_id": "", "person_id": person_id(tenant)} | query
    return address(tenant, human, f"person/{path}".rstrip("/"), **said)


@pytest.fixture
def kari(tenant: Tenant) -> Row:
    return tenant.table("person")[person_id(tenant)]


def without_basis(typed: dict[str, str]) -> dict[str, str]:
    """It is signed anew each time."""
    return {name: value for name, value in typed.items() if name != "basis"}


def open_form(
    client: Client, tenant: Tenant, action: str = "edit", human: str = "alice", **query: object
) -> dict[str, str]:
    return fields(text_of(client.get(where(tenant, action, human, **query), headers=HTMX)))


def save(client: Client, tenant: Tenant, typed: dict[str, str], action: str = "edit", **query: Any) -> Any:
    return client.post(where(tenant, action, **query), typed, headers=HTMX)


# Looking


def test_it_says_who_it_is_and_how_to_reach_him(alice: Client, tenant: Tenant, kari: Row) -> None:
    response = alice.get(where(tenant))

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert f"{kari['first_name']} {kari['last_name']}" in page
    assert kari["title"] in page
    digits = kari["mobile_phones"][0]["value"].replace(" ", "")
    assert f'href="tel:{digits}"' in page
    assert f'href="mailto:{kari["emails"][0]["value"]}"' in page
    assert "Open sales" in page
    assert "Upgrade of the control system" in page


def test_it_asks_superoffice_once_for_each_part(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """CERT-19: four questions, side by side, beside what is remembered."""
    alice.get(where(tenant))

    path = f"Person/{person_id(tenant)}"
    asked = sorted(call.partition("/v1/")[2] for call in but_facts(calls()) if "/v1/" in call)
    assert asked == [path, f"{path}/Activities", f"{path}/Sales", f"{path}/Tickets"]


@pytest.mark.parametrize(("part", "number"), [("facts", 1), ("sales", 1), ("activities", 1)])
def test_a_part_costs_only_its_own_calls(
    alice: Client, tenant: Tenant, calls: Callable[[], list[str]], part: str, number: int
) -> None:
    page = text_of(alice.get(where(tenant, part=part), headers=HTMX))

    assert len([call for call in but_facts(calls()) if "/v1/" in call]) == number
    assert "<html" not in page


def test_only_open_sales_are_shown(alice: Client, tenant: Tenant) -> None:
    for sale in tenant.table("sale").values():
        sale["status"] = "Sold"

    assert "No open sales." in text_of(alice.get(where(tenant)))


def test_the_line_says_what_is_next(alice: Client, tenant: Tenant) -> None:
    line = next_line(text_of(alice.get(where(tenant))))

    assert ">Next</b>" in line
    assert "Last contact" in line
    assert "overdue" not in line


def test_the_line_says_that_nothing_is_planned(alice: Client, tenant: Tenant) -> None:
    for row in tenant.table("appointment").values():
        row["person"] = 0

    page = text_of(alice.get(where(tenant)))

    assert "Nothing planned" in next_line(page)
    assert "No contact so far" in next_line(page)
    assert "No activities found." in page


def test_the_line_counts_what_is_overdue(alice: Client, tenant: Tenant) -> None:
    mine = [row for row in tenant.table("appointment").values() if row["person"] == person_id(tenant)]
    late = [row for row in mine if row["completed"]]
    for row in late:
        row["completed"] = False

    page = text_of(alice.get(where(tenant)))

    assert f"{len(late)} overdue" in next_line(page)
    assert page.count(">Overdue</span>") == len(late)


def next_line(page: str) -> str:
    found = re.search(r'<p class="next-line">(.*?)</p>', page, re.DOTALL)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("legal_base", "said"),
    [(1, "Allowed"), (7, "Withdrawn"), (None, "Not allowed")],
    ids=["given", "withdrawn", "none"],
)
def test_e_marketing_is_said_in_words(alice: Client, tenant: Tenant, legal_base: int | None, said: str) -> None:
    """CERT-25: nobody writes to somebody who did not allow it."""
    who = person_id(tenant)
    consents = tenant.table("consent")
    for key in [key for key, row in consents.items() if row["person"] == who and row["purpose"] == 2]:
        del consents[key]
    if legal_base:
        store = next(row for row in consents.values() if row["person"] == who)
        consents[9999] = store | {"purpose": 2, "legal_base": legal_base}

    page = text_of(alice.get(where(tenant)))

    stated = re.search(r"<dt>E-marketing</dt><dd>(.*?)</dd>", page, re.DOTALL)
    assert stated is not None
    assert said in stated[1]


def test_the_company_is_a_link_that_stays_where_one_is(alice: Client, tenant: Tenant) -> None:
    """Inside SuperOffice it opens SuperOffice's card; on a page of its own our company panel."""
    embedded = text_of(alice.get(where(tenant), headers=EMBEDDED))
    standalone = text_of(alice.get(where(tenant)))

    card = 'data-soprotocol="contact.main?contact_id=17"'
    assert card in embedded
    assert f'{card} href="/panels/company/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;contact_id=17"' in standalone
    assert "/panels/company/?" not in embedded


def test_a_company_s_people_lead_to_this_panel(alice: Client, tenant: Tenant) -> None:
    page = text_of(alice.get(address(tenant)))

    assert f'href="/panels/person/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;person_id={person_id(tenant)}"' in page


def test_a_new_contact_is_quiet(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    response = alice.get(where(tenant, person_id=0, contact_id=ACME))

    assert "Save the contact first" in text_of(response)
    assert calls() == []


def test_an_unknown_contact_no_longer_exists(alice: Client, tenant: Tenant) -> None:
    response = alice.get(where(tenant, person_id=987654))

    assert response.status_code == 404
    assert "This contact no longer exists" in text_of(response)


@pytest.mark.parametrize(("path", "part"), [("Sales", "sales"), ("Activities", "activities")])
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, tenant: Tenant, kari: Row, fail: Callable[..., None], path: str, part: str
) -> None:
    fail(f"Person/.*/{path}", status=500)

    page = text_of(alice.get(where(tenant)))

    assert page.count("does not answer right now") == 1
    assert f"&amp;part={part}" in page
    assert kari["last_name"] in page


def test_denied_sales_cost_only_the_sales(bob: Client, tenant: Tenant) -> None:
    """CERT-39."""
    tenant.denied["bob"] = ["sale:select"]

    page = text_of(bob.get(where(tenant, human="bob")))

    assert "does not give you access" in page
    assert "part=sales" not in page
    assert "Last contact" in page


def test_hostile_names_are_only_names(alice: Client, tenant: Tenant, kari: Row) -> None:
    """CERT-04."""
    nasty = '"><script>alert(1)</script>'
    kari |= {"first_name": nasty, "title": nasty, "mobile_phones": [{"id": 1, "value": nasty, "description": nasty}]}
    kari["emails"] = [{"id": 2, "value": nasty, "description": ""}]

    for path in ("", "edit"):
        assert "<script>alert" not in text_of(alice.get(where(tenant, path)))


# Correcting


def test_a_mobile_number_is_mended(alice: Client, tenant: Tenant, kari: Row, calls: Callable[[], list[str]]) -> None:
    """One guarded PATCH, then one look at the facts."""
    typed = open_form(alice, tenant) | {"mobile_phones-0": "+47 99 99 99 99"}
    before = [number["value"] for number in kari["direct_phones"] + kari["emails"]]
    calls()

    response = save(alice, tenant, typed)

    assert response.status_code == 200
    assert "+47 99 99 99 99" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    assert [call.partition(" ")[0] for call in calls()] == ["PATCH", "GET"]
    assert [number["value"] for number in kari["mobile_phones"]] == ["+47 99 99 99 99"]
    assert [number["value"] for number in kari["direct_phones"] + kari["emails"]] == before


def test_every_kind_of_field_is_saved(alice: Client, tenant: Tenant, kari: Row) -> None:
    typed = open_form(alice, tenant)
    position = next(str(key) for key in tenant.lists["perspos"] if str(key) != typed["position"])
    changed = {"first_name": "Anna", "position": position, "birth": "1984-05-17", "is_retired": "1", "no_mailing": "1"}

    response = save(alice, tenant, typed | changed)

    assert response.status_code == 200
    assert (kari["first_name"], kari["position"], kari["birth"]) == ("Anna", int(position), [1984, 5, 17])
    assert (kari["retired"], kari["no_mailing"]) == (True, True)
    again = open_form(alice, tenant)
    assert {name: again[name] for name in changed} == changed


@pytest.mark.parametrize(
    ("language", "written"), [("en-US", "5/17/1984"), ("nb-NO", "17.05.1984"), ("sv", "1984-05-17")]
)
def test_a_day_is_written_as_the_reader_writes_it(
    alice: Client, tenant: Tenant, kari: Row, language: str, written: str
) -> None:
    """CERT-66."""
    kari["birth"] = [1984, 5, 17]

    typed = open_form(alice, tenant, lang=language)
    save(alice, tenant, typed | {"birth": written.replace("17", "18")}, lang=language)

    assert typed["birth"] == "1984-05-17"
    assert kari["birth"] == [1984, 5, 18]


def test_a_day_that_is_none_says_so(alice: Client, tenant: Tenant, kari: Row) -> None:
    for nonsense in ("tomorrow", "31/31/1984", "5"):
        response = save(alice, tenant, open_form(alice, tenant) | {"birth": nonsense, "first_name": "Anna"})

        assert response.status_code == 422
        assert "Write a date like" in text_of(response)
        assert fields(text_of(response))["birth"] == nonsense
        assert fields(text_of(response))["first_name"] == "Anna"
    assert kari["birth"] is None


def test_a_user_is_never_moved(alice: Client, tenant: Tenant) -> None:
    """CERT-22: the company cannot be chosen, SuperOffice's reason stands beside it, nor can it be posted past."""
    who = tenant.table("person")[ALICE]
    before = who["contact"]
    page = text_of(alice.get(where(tenant, "edit", person_id=ALICE), headers=HTMX))

    assert re.search(r'<select name="company"[^>]* disabled', page)
    assert re.search(r'id="id_company_helptext">[^<]*(user|associate)', page, re.IGNORECASE)
    response = save(alice, tenant, fields(page) | {"company": str(ACME), "title": "Head"}, person_id=ALICE)
    assert response.status_code == 200
    assert (who["contact"], who["title"]) == (before, "Head")


def test_who_may_not_change_has_no_pencil(bob: Client, tenant: Tenant) -> None:
    """CERT-39."""
    tenant.denied["bob"] = ["person:update"]

    page = text_of(bob.get(where(tenant, human="bob")))

    assert 'aria-label="Edit the facts"' not in page
    assert 'class="locked"' in page


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 500}, 503),
        ({"status": 503}, 503),
        ({"status": 429, "retry_after": "3"}, 503),
        ({"status": 403}, 403),
        ({"status": 404}, 404),
        ({"status": 412}, 409),
        ({"status": 400}, 422),
        ({"status": 401}, 401),
        ({"drop": "before"}, 503),
    ],
)
def test_the_form_comes_back_with_what_was_typed(
    alice: Client, tenant: Tenant, fail: Callable[..., None], fault: dict[str, Any], status: int
) -> None:
    typed = open_form(alice, tenant) | {"title": "<Head> & co", "birth": "1984-05-17", "is_retired": "1"}
    fail("", **fault)

    response = save(alice, tenant, typed)

    back = fields(text_of(response))
    assert response.status_code == status
    assert without_basis(back) == without_basis(typed)
    assert "<Head>" not in text_of(response)


def test_a_conflict_shows_both_versions_in_words(alice: Client, tenant: Tenant, kari: Row) -> None:
    """Days, flags and choices as the reader reads them, not as they are stored."""
    names = {key: item["name"] for key, item in tenant.lists["perspos"].items()}
    kari |= {"position": 1, "birth": [1984, 5, 17], "retired": False}
    typed = open_form(alice, tenant) | {"position": "2", "birth": "5/18/1984", "is_retired": "1", "title": "Head"}
    kari |= {"position": 3, "birth": [1984, 5, 19], "title": "Boss"}

    torn = save(alice, tenant, typed)

    page = text_of(torn)
    assert torn.status_code == 409
    assert "<b>5/18/1984</b>" in page
    assert "<b>5/19/1984</b>" in page
    for key in (2, 3):
        english = names[key].partition('US:"')[2].partition('"')[0]
        assert f"<b>{english}</b>" in page
    chosen = {"choose-position": "theirs", "choose-birth": "mine", "choose-title": "theirs"}
    assert save(alice, tenant, fields(page) | chosen).status_code == 200
    assert (kari["position"], kari["birth"], kari["title"], kari["retired"]) == (3, [1984, 5, 18], "Boss", True)


def test_what_was_seen_of_one_contact_is_not_posted_to_another(alice: Client, tenant: Tenant) -> None:
    typed = open_form(alice, tenant)
    other = next(key for key in tenant.table("person") if key not in (ALICE, person_id(tenant)))

    response = save(alice, tenant, typed | {"title": "Head"}, person_id=other)

    assert response.status_code == 422
    assert "too old to be saved" in text_of(response)
    assert fields(text_of(response))["title"] == "Head"
