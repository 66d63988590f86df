"""Correcting a company's facts: rights, what was typed, and two people at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.world import Row, Tenant

HTMX = {"HX-Request": "true"}
EDIT = "company/edit"


@pytest.fixture
def acme(tenant: Tenant) -> Row:
    return tenant.table("contact")[ACME]


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of the form."""
    found = dict(re.findall(r'<input type="(?:text|email|hidden|date)" name="([^"]+)" value="([^"]*)"', page))
    found |= dict(re.findall(r'<textarea name="([^"]+)"[^>]*>\n(.*?)</textarea>', page, re.DOTALL))
    empty = re.findall(r'<input type="(?:text|email|date)" name="([^"]+)"(?! value)', page)
    chosen = re.findall(r'<select name="([^"]+)".*?<option value="(\d+)" selected>', page, re.DOTALL)
    found = dict.fromkeys(empty, "") | found | dict(chosen)
    found.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in found.items()}


def open_form(client: Client, tenant: Tenant, human: str = "alice") -> dict[str, str]:
    return fields(text_of(client.get(address(tenant, human, EDIT), headers=HTMX)))


def save(client: Client, tenant: Tenant, typed: dict[str, str], human: str = "alice", **headers: str) -> Any:
    return client.post(address(tenant, human, EDIT), typed, headers=HTMX | headers)


def test_a_phone_number_is_mended(alice: Client, tenant: Tenant, acme: Row) -> None:
    """The main story: the new number is at SuperOffice, shown here, and the host card is told."""
    typed = open_form(alice, tenant) | {"phones-0": "+47 22 99 99 99"}

    response = save(alice, tenant, typed)

    page = text_of(response)
    assert response.status_code == 200
    assert acme["phones"][0]["value"] == "+47 22 99 99 99"
    assert "+47 22 99 99 99" in page
    assert '<form method="post"' not in page
    assert "Saved" in page
    assert "sidecard:changed" in response.headers["HX-Trigger"]


def test_only_what_changed_is_sent(alice: Client, tenant: Tenant, acme: Row, calls: Callable[[], list[str]]) -> None:
    """One guarded PATCH, then one look at the facts; other phones keep their place and label."""
    before = [(phone["value"], phone["description"]) for phone in acme["phones"]]
    typed = open_form(alice, tenant) | {"phones-0": "+47 22 99 99 99"}
    calls()

    save(alice, tenant, typed)

    asked = calls()
    assert [call.partition(" ")[0] for call in asked] == ["PATCH", "GET"], asked
    after = [(phone["value"], phone["description"]) for phone in acme["phones"]]
    assert after == [("+47 22 99 99 99", before[0][1]), *before[1:]]


def test_saving_without_a_change_changes_nothing(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    typed = open_form(alice, tenant)
    calls()

    assert save(alice, tenant, typed).status_code == 200
    assert not any(call.startswith("PATCH") for call in calls())


def test_saving_twice_is_harmless(alice: Client, tenant: Tenant, acme: Row) -> None:
    """The second of a double click finds its value there already."""
    typed = open_form(alice, tenant) | {"phones-0": "+47 22 99 99 99", "name": "Acme Norge"}

    first, second = save(alice, tenant, typed), save(alice, tenant, typed)

    assert [first.status_code, second.status_code] == [200, 200]
    assert "Saved" in text_of(second)
    assert acme["name"] == "Acme Norge"


def test_it_works_without_javascript(alice: Client, tenant: Tenant, acme: Row) -> None:
    """The form is a page of its own and a plain post leads back to the panel."""
    page = text_of(alice.get(address(tenant, path=EDIT)))
    response = alice.post(address(tenant, path=EDIT), fields(page) | {"department": "Bergen"})

    assert "<html" in page
    assert response.status_code == 303
    assert response.headers["Location"] == address(tenant) + "#saved"
    assert acme["department"] == "Bergen"


def test_a_list_value_is_chosen(alice: Client, tenant: Tenant, acme: Row) -> None:
    typed = open_form(alice, tenant)
    other = next(str(key) for key in tenant.lists["category"] if str(key) != typed["category"])

    save(alice, tenant, typed | {"category": other})

    assert acme["category"] == int(other)


def test_an_emptied_phone_is_removed_and_one_is_added(alice: Client, tenant: Tenant, acme: Row) -> None:
    acme["phones"] = []
    typed = open_form(alice, tenant)
    save(alice, tenant, typed | {"phones-0": "+47 22 11 11 11"})
    added = [phone["value"] for phone in acme["phones"]]

    typed = open_form(alice, tenant)
    save(alice, tenant, typed | {"phones-0": ""})

    assert added == ["+47 22 11 11 11"]
    assert acme["phones"] == []


# Rights


def test_a_mandatory_field_left_empty_says_so(alice: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-39: in SuperOffice's own words, which are its tooltip too; what else was typed stays."""
    typed = open_form(alice, tenant) | {"name": "  ", "phones-0": "+47 22 99 99 99"}

    response = save(alice, tenant, typed)

    page = text_of(response)
    assert response.status_code == 422
    assert re.search(r'class="errorlist"[^>]*><li>Company name is a mandatory field', page)
    assert 'title="Company name is a mandatory field' in page
    assert 'aria-describedby="id_name_helptext' in page
    assert fields(page)["phones-0"] == "+47 22 99 99 99"
    assert acme["name"] == "Acme"


def test_a_text_is_no_longer_than_superoffice_takes(alice: Client, tenant: Tenant) -> None:
    page = text_of(alice.get(address(tenant, path=EDIT), headers=HTMX))

    assert re.search(r'name="org_nr"[^>]* maxlength="49"', page)
    assert save(alice, tenant, fields(page) | {"org_nr": "9" * 50}).status_code == 422


def test_the_owner_company_keeps_its_name(alice: Client, tenant: Tenant) -> None:
    """CERT-21: a wrong name there locks everybody out, so the field cannot be used, nor posted past."""
    owner = tenant.owner_contact_id
    before = tenant.table("contact")[owner]["name"]
    page = text_of(alice.get(address(tenant, path=EDIT, contact_id=owner), headers=HTMX))

    assert re.search(r'<input type="text" name="name"[^>]* disabled', page)
    assert re.search(r'<p class="hint"\s+id="id_name_helptext">[^<]{10,}</p>', page)
    alice.post(address(tenant, path=EDIT, contact_id=owner), fields(page) | {"name": "Gone"}, headers=HTMX)
    assert tenant.table("contact")[owner]["name"] == before


def test_who_may_not_change_has_no_pencil(bob: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-39: the reason stands in its place; a form posted all the same is refused and keeps its text."""
    typed = open_form(bob, tenant, "bob") | {"department": "Bergen"}
    tenant.denied["bob"] = ["contact:update"]

    page = text_of(bob.get(address(tenant, "bob")))
    refused = save(bob, tenant, typed, "bob")

    assert 'aria-label="Edit the facts"' not in page
    assert 'class="locked"' in page
    assert refused.status_code in (403, 422)
    assert fields(text_of(refused))["department"] == "Bergen"
    assert acme["department"] != "Bergen"


# What was typed is never lost


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"status": 500}, 503, "does not answer right now"),
        ({"status": 503}, 503, "does not answer right now"),
        ({"status": 429, "retry_after": "3"}, 503, "asks us to slow down"),
        ({"status": 421}, 503, "does not answer right now"),
        ({"status": 403}, 403, "does not give you access"),
        ({"status": 404}, 404, "no longer exists"),
        ({"status": 400}, 422, "did not accept this"),
        ({"status": 401}, 401, "signed out"),
        ({"drop": "before"}, 503, "We do not know whether this was saved"),
    ],
)
def test_the_form_comes_back_with_what_was_typed(
    alice: Client, tenant: Tenant, fail: Callable[..., None], fault: dict[str, Any], status: int, words: str
) -> None:
    typed = open_form(alice, tenant) | {"department": "<Bergen> & co", "phones-0": "+47 1"}
    fail("", **fault)

    response = save(alice, tenant, typed)

    page = text_of(response)
    assert response.status_code == status
    assert words in page
    assert fields(page)["department"] == "<Bergen> & co"
    assert fields(page)["phones-0"] == "+47 1"
    assert "<Bergen>" not in page


def test_saving_again_after_a_failure_works(
    alice: Client, tenant: Tenant, acme: Row, fail: Callable[..., None]
) -> None:
    typed = open_form(alice, tenant) | {"department": "Bergen"}
    fail("", method="PATCH", status=500, count=1)
    failed = save(alice, tenant, typed)

    again = save(alice, tenant, fields(text_of(failed)))

    assert failed.status_code == 503
    assert again.status_code == 200
    assert acme["department"] == "Bergen"


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, tenant: Tenant, acme: Row, fail: Callable[..., None]
) -> None:
    """The change was made and the line broke: the record shows it, so the person sees it saved."""
    typed = open_form(alice, tenant) | {"department": "Bergen"}
    fail("", method="PATCH", drop="after", count=1)

    response = save(alice, tenant, typed)

    assert response.status_code == 200
    assert "Saved" in text_of(response)
    assert acme["department"] == "Bergen"


def test_saved_but_not_readable_is_not_a_failed_save(
    alice: Client, tenant: Tenant, acme: Row, fail: Callable[..., None]
) -> None:
    typed = open_form(alice, tenant) | {"department": "Bergen"}
    fail("", method="GET", status=500)

    response = save(alice, tenant, typed)

    assert acme["department"] == "Bergen"
    assert response.status_code == 200
    assert "Your change is saved" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]


def test_signed_out_meanwhile_the_text_stays(alice: Client, tenant: Tenant) -> None:
    typed = open_form(alice, tenant) | {"department": "Bergen"}
    alice.post("/signout/", {"ctx": tenant.ctx})

    response = save(alice, tenant, typed, **{"X-Sidecard-Shell": "embedded"})

    page = text_of(response)
    assert response.status_code == 401
    assert fields(page)["department"] == "Bergen"
    assert "data-sign-in" in page


def test_a_form_that_was_tampered_with_is_not_saved(alice: Client, tenant: Tenant, acme: Row) -> None:
    """What was seen of one company cannot be posted to another; the text stays."""
    typed = open_form(alice, tenant) | {"department": "Bergen"}

    elsewhere = alice.post(address(tenant, path=EDIT, contact_id=18), typed, headers=HTMX)
    forged = save(alice, tenant, typed | {"basis": typed["basis"][:-3] + "abc"})

    for response in (elsewhere, forged):
        assert response.status_code == 422
        assert "too old to be saved" in text_of(response)
        assert fields(text_of(response))["department"] == "Bergen"
    assert acme["department"] != "Bergen"


# Two people at once


def test_a_conflict_shows_both_versions(alice: Client, tenant: Tenant, acme: Row) -> None:
    typed = open_form(alice, tenant) | {"department": "Mine"}
    acme["department"] = "Theirs"

    response = save(alice, tenant, typed)

    page = text_of(response)
    assert response.status_code == 409
    assert "Someone changed this meanwhile" in page
    assert "<b>Mine</b>" in page
    assert "<b>Theirs</b>" in page
    assert acme["department"] == "Theirs"


@pytest.mark.parametrize(("choice", "expected"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_the_person_chooses(alice: Client, tenant: Tenant, acme: Row, choice: str, expected: str) -> None:
    """His other changes are saved with either choice."""
    typed = open_form(alice, tenant) | {"department": "Mine", "phones-0": "+47 5"}
    acme["department"] = "Theirs"
    torn = fields(text_of(save(alice, tenant, typed)))

    response = save(alice, tenant, torn | {"choose-department": choice})

    assert response.status_code == 200
    assert acme["department"] == expected
    assert acme["phones"][0]["value"] == "+47 5"


def test_not_choosing_is_asked_again(alice: Client, tenant: Tenant, acme: Row) -> None:
    typed = open_form(alice, tenant) | {"department": "Mine"}
    acme["department"] = "Theirs"
    torn = fields(text_of(save(alice, tenant, typed)))

    response = save(alice, tenant, torn)

    assert response.status_code == 422
    assert "Choose one of the two." in text_of(response)
    assert acme["department"] == "Theirs"


def test_a_third_change_is_a_new_conflict(alice: Client, tenant: Tenant, acme: Row) -> None:
    """Choosing is guarded as well."""
    typed = open_form(alice, tenant) | {"department": "Mine"}
    acme["department"] = "Theirs"
    torn = fields(text_of(save(alice, tenant, typed)))
    acme["department"] = "A third one's"

    response = save(alice, tenant, torn | {"choose-department": "mine"})

    assert response.status_code == 409
    assert acme["department"] == "A third one's"


def test_a_change_elsewhere_is_no_conflict(alice: Client, tenant: Tenant, acme: Row) -> None:
    """Somebody changed another field: both changes live."""
    typed = open_form(alice, tenant) | {"department": "Mine"}
    acme["name"] = "Acme Norge"

    assert save(alice, tenant, typed).status_code == 200
    assert (acme["name"], acme["department"]) == ("Acme Norge", "Mine")


def test_a_phone_removed_by_somebody_else(alice: Client, tenant: Tenant, acme: Row) -> None:
    """The number I corrected is gone: I am asked, and mine can come back."""
    typed = open_form(alice, tenant) | {"phones-1": "+47 7"}
    del acme["phones"][1]

    torn = save(alice, tenant, typed)
    saved = save(alice, tenant, fields(text_of(torn)) | {"choose-phones-1": "mine"})

    assert torn.status_code == 409
    assert saved.status_code == 200
    assert [phone["value"] for phone in acme["phones"]][1:] == ["+47 7"]


def test_who_changed_it_is_named(alice: Client, tenant: Tenant, acme: Row) -> None:
    typed = open_form(alice, tenant) | {"department": "Mine"}
    bob = tenant.associates["bob"].associate_id
    acme |= {"department": "Theirs", "updated_by": bob, "updated": "2026-11-29T12:00:00"}

    page = text_of(save(alice, tenant, typed))

    assert re.search(r"<legend>Bob \w+ changed this meanwhile</legend>", page)


# Phones


@pytest.mark.parametrize(
    ("typed", "stored", "warned"),
    [
        ("22 10 45 99", "+47 22 10 45 99", False),
        ("0047 22104599", "+47 22 10 45 99", False),
        ("+4722104599", "+47 22 10 45 99", False),
        ("+47 221 04 599", "+47 221 04 599", False),
        ("+46 8 123 456 78", "+46 8 123 456 78", False),
        ("ask Kari", "ask Kari", True),
        ("12", "12", True),
    ],
)
def test_a_phone_number_gets_its_country(
    alice: Client, tenant: Tenant, acme: Row, typed: str, stored: str, warned: bool
) -> None:
    """That of the company. What is none is saved as it was typed, and told."""
    response = save(alice, tenant, open_form(alice, tenant) | {"phones-0": typed})

    assert response.status_code == 200
    assert acme["phones"][0]["value"] == stored
    assert (f"{typed} does not look like a phone number." in text_of(response)) is warned


def test_a_number_nobody_touched_stays_as_it_is(alice: Client, tenant: Tenant, acme: Row) -> None:
    acme["phones"][0]["value"] = "22104599 "

    save(alice, tenant, open_form(alice, tenant) | {"department": "Bergen"})

    assert acme["phones"][0]["value"] == "22104599 "


# Refusals


def test_a_form_that_is_not_opened_leads_back(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    """CERT-39: the section it was to replace can be had again."""
    fail("", status=403)

    page = text_of(alice.get(address(tenant, path=EDIT), headers=HTMX))

    assert "does not give you access" in page
    assert re.search(r'hx-get="[^"]*part=facts[^"]*back=edit"', page)
    assert ">Back</a>" in page
