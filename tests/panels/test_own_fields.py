"""What a customer added to SuperOffice's records: shown with the facts, corrected by type."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client

from crm_client.contacts import Contact
from crm_client.udef import UdefField
from panel.panels.contract import Section
from panel.panels.own_fields import own_fields
from tests.panels.conftest import ACME, address, but_facts, text_of
from tests.panels.test_edit import HTMX, fields, open_form, save
from tests.sandbox.world import Row, Tenant

FORMER, NOTE, EMPLOYEES, SINCE = "own.SuperOffice:1", "own.SuperOffice:2", "own.SuperOffice:3", "own.SuperOffice:4"
FOUNDED, AGREEMENT, CONTRACT = "own.SuperOffice:5", "own.SuperOffice:6", "own.SuperOffice:7"
DISCOUNT = "own.Nordlys.Terms.Discount"
TYPED = {
    FORMER: "Acme & <Sønner>",
    NOTE: "Ring twice",
    EMPLOYEES: "120",
    SINCE: "2011-04-30",
    FOUNDED: "1899-12-31",
    AGREEMENT: "1",
    CONTRACT: "2",
    DISCOUNT: "12.5",
}
STORED = {
    "cs01": "Acme & <Sønner>",
    "cs02": "Ring twice",
    "cl01": 120,
    "cl02": "2011-04-30T00:00:00",
    "cs03": "1899-12-31T00:00:00",
    "cl03": True,
    "cl04": 2,
    "cf01": 12.5,
}


@pytest.fixture
def acme(tenant: Tenant) -> Row:
    return tenant.table("contact")[ACME]


def shown(page: str) -> tuple[dict[str, str], dict[str, str]]:
    """Labels and values of the customer's own fields: those of the first page, and those folded away."""
    first = re.search(r'<dl class="own">(.*?)</dl>', page, re.DOTALL)
    more = re.search(r'<details class="more-fields">(.*?)</details>', page, re.DOTALL)
    return _rows(first[1] if first else ""), _rows(more[1] if more else "")


def _rows(html: str) -> dict[str, str]:
    rows = re.findall(r"<dt[^>]*>(.*?)</dt><dd>(.*?)</dd>", html, re.DOTALL)
    return {unescape(label): unescape(re.sub("<[^>]*>", "", value)) for label, value in rows}


def definition(tenant: Tenant, prog_id: str) -> Row:
    return next(row for row in tenant.table("udef_published").values() if row["ProgId"] == prog_id)


def test_they_stand_below_the_facts(alice: Client, tenant: Tenant, acme: Row) -> None:
    """What the administrator put on the first page stands there; the rest is folded away; without a value nothing."""
    acme["udef"] = STORED | {"cs02": "", "cl03": False}

    first, more = shown(text_of(alice.get(address(tenant))))

    assert first == {"Discount": "12.5"}
    assert more == {
        "Former name": "Acme & <Sønner>",
        "Employees": "120",
        "Customer since": "Apr 30, 2011",
        "Founded": "Dec 31, 1899",
        "Contract type": "Monthly",
    }


def test_they_speak_the_readers_language(alice: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-63, CERT-66."""
    acme["udef"] = STORED

    first, more = shown(text_of(alice.get(address(tenant, lang="nb-NO"))))

    assert first == {"Rabatt": "12,5"}
    assert (more["Rammeavtale"], more["Kunde siden"]) == ("Ja", "30. apr. 2011")


@pytest.mark.parametrize(
    ("path", "record", "label"),
    [
        ("person", {"person_id": 17}, "Decision maker"),
        ("sale", {"sale_id": 7}, "Margin"),
    ],
)
def test_every_card_has_them(alice: Client, tenant: Tenant, path: str, record: dict[str, int], label: str) -> None:
    values = {"al01": True, "sf01": 20.5}
    tenant.table(path)[next(iter(record.values()))]["udef"] = values

    _first, more = shown(text_of(alice.get(address(tenant, path=path, **record))))

    assert label in more


def test_definitions_are_asked_for_once(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """CERT-19, CERT-50: with the rest of a cold panel, and not at all in a warm one."""
    alice.get(address(tenant))
    cold = calls()
    alice.get(address(tenant, contact_id=18))
    warm = calls()

    assert len([call for call in but_facts(cold) if "/v1/" in call]) == len(warm) == 5
    assert sum("/UdefLayout/" in call for call in cold) == 1


def test_without_definitions_the_panel_is_there(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    fail("UdefLayout", status=500)

    page = text_of(alice.get(address(tenant)))

    assert "Acme" in page
    assert shown(page) == ({}, {})


def test_what_superoffice_hides_is_not_there() -> None:
    """CERT-39."""
    discount = UdefField.parse({"ProgId": "A.B", "FieldLabel": "Discount", "FieldType": "Decimal"})
    hidden = {"CustomFields.A.B": {"FieldRight": {"Mask": "None", "Reason": "No"}}}
    entity = {"CustomFields": {"A.B": "[F:5]"}}

    seen = own_fields(Contact.parse(entity), Section(data=[discount]))
    unseen = own_fields(Contact.parse(entity | {"FieldProperties": hidden}), Section(data=[discount]))

    assert [value for _field, value in seen.more] == [Decimal(5)]
    assert not unseen.more


# Correcting them


def test_each_type_is_corrected(alice: Client, tenant: Tenant, acme: Row) -> None:
    typed = open_form(alice, tenant) | TYPED

    response = save(alice, tenant, typed)

    assert response.status_code == 200, text_of(response)
    assert acme["udef"] == STORED


def test_only_what_changed_is_sent(alice: Client, tenant: Tenant, acme: Row, calls: Callable[[], list[str]]) -> None:
    acme["udef"] = dict(STORED)
    typed = open_form(alice, tenant)
    calls()

    save(alice, tenant, typed)

    assert not any(call.startswith("PATCH") for call in calls())
    assert {name: typed[name] for name in TYPED} == TYPED


def test_a_record_without_any_value_gets_some(alice: Client, tenant: Tenant) -> None:
    nothing = tenant.table("contact")[18]
    nothing["udef"] = {}
    page = text_of(alice.get(address(tenant, path="company/edit", contact_id=18), headers=HTMX))

    response = alice.post(
        address(tenant, path="company/edit", contact_id=18), fields(page) | {EMPLOYEES: "3"}, headers=HTMX
    )

    assert response.status_code == 200
    assert nothing["udef"]["cl01"] == 3


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        (EMPLOYEES, "many", "Enter a whole number."),
        (DISCOUNT, "cheap", "Enter a number."),
        (SINCE, "soon", "Write a date like"),
        (FORMER, "x" * 40, "at most 39 characters"),
        (CONTRACT, "999", "Choose from the list."),
    ],
)
def test_what_is_none_is_told_beside_its_field(
    alice: Client, tenant: Tenant, acme: Row, name: str, typed: str, said: str
) -> None:
    """The fields folded away are open then, and nothing is sent."""
    before = dict(acme["udef"])

    response = save(alice, tenant, open_form(alice, tenant) | {name: typed})

    page = text_of(response)
    assert response.status_code == 422
    assert said in page
    assert '<details class="more-fields" open>' in page
    assert acme["udef"] == before


def test_a_mandatory_one_is_demanded(alice: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-39: before SuperOffice is asked."""
    definition(tenant, "SuperOffice:1")["IsMandatory"] = True

    response = save(alice, tenant, open_form(alice, tenant) | {FORMER: ""})

    assert response.status_code == 422
    assert "This field is required." in text_of(response)


def test_superoffices_refusal_stands_beside_its_field(alice: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-39: it became mandatory after the form was opened. The field is named as people know it."""
    typed = open_form(alice, tenant) | {FORMER: "", "department": "Bergen"}
    acme["udef"]["cs01"] = ""
    definition(tenant, "SuperOffice:1")["IsMandatory"] = True

    response = save(alice, tenant, typed)

    page = text_of(response)
    assert response.status_code == 422
    assert re.search(r'class="errorlist"[^>]*><li>Former name is a mandatory field', page)
    assert fields(page)["department"] == "Bergen"


def test_a_read_only_one_is_locked(alice: Client, tenant: Tenant, acme: Row) -> None:
    """CERT-39: and cannot be posted past."""
    definition(tenant, "SuperOffice:3")["IsReadOnly"] = True
    page = text_of(alice.get(address(tenant, path="company/edit"), headers=HTMX))

    save(alice, tenant, fields(page) | {EMPLOYEES: "999"})

    assert re.search(rf'name="{EMPLOYEES}"[^>]* disabled', page)
    assert acme["udef"]["cl01"] != 999


def test_a_conflict_lets_the_person_choose(alice: Client, tenant: Tenant, acme: Row) -> None:
    acme["udef"] = dict(STORED)
    typed = open_form(alice, tenant) | {CONTRACT: "1", EMPLOYEES: "77", DISCOUNT: "3"}
    acme["udef"] |= {"cl04": 3, "cl01": 88}

    torn = save(alice, tenant, typed)
    page = text_of(torn)
    choices = {f"choose-{CONTRACT}": "theirs", f"choose-{EMPLOYEES}": "mine"}
    saved = save(alice, tenant, fields(page) | choices)

    assert torn.status_code == 409
    assert '<details class="more-fields" open>' in page
    assert re.findall(r"<b>(77|88)</b>", page) == ["77", "88"]
    assert saved.status_code == 200
    assert {name: acme["udef"][name] for name in ("cl04", "cl01", "cf01")} == {"cl04": 3, "cl01": 77, "cf01": 3.0}


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"status": 403}, 403), ({"status": 412}, 409), ({"status": 500}, 503), ({"drop": "before"}, 503)],
)
def test_nothing_typed_is_lost(
    alice: Client, tenant: Tenant, fail: Callable[..., None], fault: dict[str, Any], status: int
) -> None:
    typed = open_form(alice, tenant) | TYPED
    fail("", **fault)

    response = save(alice, tenant, typed)

    back = fields(text_of(response))
    assert response.status_code == status
    assert {name: back[name] for name in TYPED} == TYPED


def test_a_form_too_old_to_be_saved_keeps_them(alice: Client, tenant: Tenant) -> None:
    typed = open_form(alice, tenant) | TYPED | {"street.City": "Bergen"}

    back = fields(text_of(save(alice, tenant, typed | {"basis": "forged"})))

    assert (back[FORMER], back[EMPLOYEES], back["street.City"]) == (TYPED[FORMER], "120", "Bergen")
