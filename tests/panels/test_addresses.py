"""Addresses in the layout of their country, and who looks after a company."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from panel.panels.contract import Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.form import RecordForm
from tests.panels.conftest import ACME, address, text_of
from tests.panels.test_edit import EDIT, HTMX, fields, open_form, save
from tests.sandbox.world import Row, Tenant


@pytest.fixture
def acme(tenant: Tenant) -> Row:
    return tenant.table("contact")[ACME]


def test_the_fields_are_those_of_the_country(alice: Client, tenant: Tenant, acme: Row) -> None:
    """As NetServer lays them out, each with a label of its own and its length."""
    acme["street"] |= {"line1": "Storgata 1", "zip": "0155", "city": "Oslo"}

    page = text_of(alice.get(address(tenant, path=EDIT), headers=HTMX))

    names = re.findall(r'name="((?:street|postal)\.\w+)"', page)
    assert names == [f"{side}.{part}" for side in ("street", "postal") for part in ("Address1", "Zipcode", "City")]
    assert re.findall(r'<h2 class="group">(.*?)</h2>', page) == ["Visiting address", "Postal address"]
    assert '<label for="id_street.Zipcode">Postcode</label>' in page
    assert re.search(r'name="street.Zipcode" value="0155"[^>]* maxlength="11"', page)


def test_an_address_is_corrected(alice: Client, tenant: Tenant, acme: Row) -> None:
    acme["street"] |= {"line1": "Storgata 1", "zip": "0155", "city": "Oslo"}
    before = dict(acme["postal"])
    typed = open_form(alice, tenant) | {"street.Address1": "Torget 2", "street.City": "Bergen"}

    response = save(alice, tenant, typed)

    street = acme["street"]
    assert response.status_code == 200
    assert (street["line1"], street["zip"], street["city"]) == ("Torget 2", "0155", "Bergen")
    assert acme["postal"] == before
    assert "Torget 2<br>" in text_of(response)


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, tenant: Tenant, acme: Row, fail: Callable[..., None]
) -> None:
    typed = open_form(alice, tenant) | {"postal.City": "Bergen"}
    fail("", method="PATCH", drop="after", count=1)

    assert save(alice, tenant, typed).status_code == 200
    assert acme["postal"]["city"] == "Bergen"


def test_a_conflict_in_one_part(alice: Client, tenant: Tenant, acme: Row) -> None:
    """The other parts are saved with either choice."""
    typed = open_form(alice, tenant) | {"street.City": "Bergen", "street.Zipcode": "5003"}
    acme["street"]["city"] = "Voss"

    torn = save(alice, tenant, typed)
    save(alice, tenant, fields(text_of(torn)) | {"choose-street.City": "theirs"})

    assert torn.status_code == 409
    assert (acme["street"]["city"], acme["street"]["zip"]) == ("Voss", "5003")


def test_without_a_layout_its_plain_parts_are_changed() -> None:
    """Nothing lays an address out where SuperOffice knows no country."""
    from crm_client.contacts import CONTACTS
    from panel.panels.company.edit import EditFacts

    entity: dict[str, Any] = {"ContactId": 17, "Address": {"Street": {"City": "Oslo"}, "LocalizedAddress": None}}
    card = Card("Cust12345", 5, "en-US", contact_id=17)
    sheet = EditFacts()
    first = RecordForm(card, Basis.of(sheet, CONTACTS.parse(entity), {}))
    again = RecordForm(card, Basis.opened(sheet, first.basis_token, card), {"name": "Acme", "street.City": "Bergen"})

    assert again.is_valid(), again.errors
    [change] = [change for change in again.changes(again.wanted()) if "Address" in change.path]
    assert (change.path, change.seen, change.value) == ("/Address/Street/City", "Oslo", "Bergen")


def test_who_looks_after_it_and_where_it_is(alice: Client, tenant: Tenant, acme: Row) -> None:
    """Our contact and the country are chosen from SuperOffice's own lists."""
    typed = open_form(alice, tenant)
    bob = str(tenant.associates["bob"].associate_id)
    other = next(key for key in tenant.lists["country"] if str(key) != typed["country_item"])

    response = save(alice, tenant, typed | {"owner": bob, "country_item": str(other)})

    assert response.status_code == 200
    assert (acme["associate"], acme["country"]) == (int(bob), other)
