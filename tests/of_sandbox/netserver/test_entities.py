"""Contact and Person: reading, creating, replacing, deleting."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest

from tests.sandbox.server import Sandbox

from .caller import Caller


def test_every_company_and_person_fits_the_description(alice: Caller) -> None:
    tenant = alice.world.tenants["Cust12345"]
    for key in tenant.table("contact"):
        assert alice("GET", f"v1/Contact/{key}")["ContactId"] == key
    for key in tenant.table("person"):
        assert alice("GET", f"v1/Person/{key}")["PersonId"] == key


def test_the_other_tenant_has_other_companies(sandbox: Sandbox) -> None:
    charlie = Caller(sandbox, "charlie", "Cust67890")
    assert charlie("GET", "v1/Contact/1")["Name"] == "Øresund Partners ApS"
    charlie("GET", "v1/Contact/17", status=404)


def test_a_company_as_it_is_shown(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    assert company["Name"] == "Acme"
    assert company["Category"]["Value"] == "Customer"
    assert company["Phones"][0]["Value"].startswith("+47 ")
    assert company["Phones"][0]["StrippedValue"].startswith("0047")
    assert company["Address"]["Postal"]["City"] == "Oslo"
    assert company["Address"]["LocalizedAddress"][1][1]["Name"] == "StreetCity"
    assert company["Address"]["LocalizedAddress"][1][1]["Value"] == "Oslo"
    assert [p["Rank"] for p in company["Persons"]] == sorted(p["Rank"] for p in company["Persons"])
    assert company["_Links"]["Archive.Persons"] == f"{alice.api}v1/Contact/17/Persons"
    assert company["_Links"]["Category.List"] == f"{alice.api}v1/MDOList/category"


def test_a_hostile_name_is_a_name(alice: Caller) -> None:
    assert alice("GET", "v1/Contact/23")["Name"] == "<script>alert(1)</script>"


def test_missing_records_are_404_in_the_documented_form(alice: Caller) -> None:
    assert alice("GET", "v1/Contact/999", status=404)["ErrorType"] == "SoNotFoundException"
    alice("GET", "v1/Person/999", status=404)
    alice("PATCH", "v1/Contact/999", status=404, json={"Name": "x"})


def test_select_empties_all_other_properties(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17", params={"$select": "Name,phones"})
    assert company["Name"] == "Acme"
    assert company["Phones"]
    assert {name for name, value in company.items() if value is not None} == {"Name", "Phones"}
    alice("GET", "v1/Contact/17", params={"$select": "Nmae"}, status=400)


@pytest.mark.parametrize(
    ("header", "value", "category", "country"),
    [
        ("Accept-Language", "nb-NO", "Kunde", "Norge"),
        ("Accept-Language", "sv,en;q=0.5", "Kund", "Norge"),
        ("Accept-Language", "cs", "Customer", "Norway"),
        ("SO-Language", "da", "Kunde", "Norge"),
        ("SO-Language", "fi", "Asiakas", "Norja"),
    ],
)
def test_lists_in_the_language_asked_for(alice: Caller, header: str, value: str, category: str, country: str) -> None:
    company = alice("GET", "v1/Contact/17", headers={header: value})
    assert (company["Category"]["Value"], company["Country"]["Name"]) == (category, country)


@pytest.mark.parametrize("headers", [{"SO-Language": "x"}, {"SO-Language": "*"}, {"Accept-Language": ""}])
def test_without_a_language_texts_come_raw(alice: Caller, headers: dict[str, str]) -> None:
    company = alice("GET", "v1/Contact/17", headers=headers)
    assert company["Category"]["Value"].startswith('US:"Customer";NO:"Kunde"')
    assert company["FieldProperties"]["Name"]["FieldRight"]["Reason"] == "[SR_MANDATORY_FIELD_1281]"


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("", "2026-02-01T13:00:00"),
        ("NO, includeTZOffset", "2026-02-01T13:00:00+0100"),
        ("UTC", "2026-02-01T12:00:00"),
        ("1, includeTZOffset", "2026-02-01T12:00:00Z"),
        ("US-NY, includeTZOffset", "2026-02-01T07:00:00-0500"),
    ],
)
def test_dates_in_the_zone_asked_for(alice: Caller, zone: str, shown: str) -> None:
    alice.world.tenants["Cust12345"].table("contact")[17]["updated"] = "2026-02-01T12:00:00"
    assert alice("GET", "v1/Contact/17", headers={"SO-TimeZone": zone})["UpdatedDate"] == shown


def test_an_unknown_zone_is_refused(alice: Caller) -> None:
    alice("GET", "v1/Contact/17", headers={"SO-TimeZone": "Mars"}, status=400)


def test_a_birthday_is_the_same_day_everywhere(alice: Caller) -> None:
    patch = {"BirthDate": "1980-05-13T00:00:00"}
    alice("PATCH", "v1/Person/43", json=patch, headers={"SO-TimeZone": "US-NY"})
    person = alice("GET", "v1/Person/43", headers={"SO-TimeZone": "NO, includeTZOffset"})
    assert person["BirthDate"] == "1980-05-13T00:00:00Z"


def create_company(caller: Caller, **given: Any) -> dict[str, Any]:
    entity = caller("GET", "v1/Contact/default")
    created: dict[str, Any] = caller("POST", "v1/Contact", json=entity | given)
    return created


def test_a_company_from_its_default(alice: Caller) -> None:
    created = create_company(alice, Name="Nytt Firma AS", Phones=[{"Value": "+47 22 00 11 22", "Description": "Hoved"}])
    again = alice("GET", f"v1/Contact/{created['ContactId']}")
    assert again["Name"] == "Nytt Firma AS"
    assert again["Phones"][0]["StrippedValue"] == "004722001122"
    assert again["CreatedBy"]["FullName"] == "Alice Berg"
    assert again["Associate"]["AssociateId"] == 5


def test_a_person_from_its_default(alice: Caller) -> None:
    entity = alice("GET", "v1/Person/default")
    entity |= {"Firstname": "Tore", "Lastname": "Øye", "Contact": {"ContactId": 17}, "Position": {"Id": 4}}
    created = alice("POST", "v1/Person", json=entity)
    assert created["FullName"] == "Tore Øye"
    assert created["Contact"]["Name"] == "Acme"
    assert created["Position"]["Value"] == "IT manager"


def test_put_replaces_the_whole(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    del company["_Links"], company["Department"]
    company["Name"] = "Acme Norge"
    replaced = alice("PUT", "v1/Contact/17", json=company)
    assert (replaced["Name"], replaced["Department"]) == ("Acme Norge", "")
    assert replaced["Phones"] == company["Phones"]
    assert replaced["Address"] == company["Address"]


def test_put_guarded_by_time(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    past = formatdate(alice.world.now().timestamp() - 10, usegmt=True)
    alice("PUT", "v1/Contact/17", json=company, headers={"If-Unmodified-Since": past})
    alice("PUT", "v1/Contact/17", json=company, headers={"If-Unmodified-Since": past}, status=412)
    alice("PUT", "v1/Contact/17", json=company, headers={"If-Unmodified-Since": "yesterday"}, status=400)


def test_get_guarded_by_time(alice: Caller) -> None:
    now = formatdate(alice.world.now().timestamp(), usegmt=True)
    assert alice("GET", "v1/Contact/17", headers={"If-Modified-Since": now}, status=304) is None
    alice("GET", "v1/Contact/17", headers={"If-Modified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"})


def test_delete_marks_and_hides(alice: Caller) -> None:
    assert alice("DELETE", "v1/Contact/16", status=204) is None
    assert alice("GET", "v1/Contact/16")["Deleted"] == 1
    assert alice.rows("v1/Contact", select="contactId", filter="contactId eq 16") == []
    alice("DELETE", "v1/Person/43", status=204)
    alice("GET", "v1/Person/43", status=404)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Name": " "}, "Company name is a mandatory field"),
        ({"Category": None}, "Category is a mandatory field"),
        ({"Business": {"Id": 0}}, "Business is a mandatory field"),
        ({"Name": "x" * 220}, "The value of Name is too long: at most 219 characters"),
        ({"Phones": [{"Value": "1" * 240}]}, "The value of Phones is too long: at most 239 characters"),
        ({"Category": {"Id": 99}}, "Category: there is no Id 99"),
        ({"Country": {"CountryId": 1}}, "Country: there is no CountryId 1"),
    ],
)
def test_what_cannot_be_saved_is_refused_and_said(alice: Caller, change: dict[str, Any], message: str) -> None:
    company = alice("GET", "v1/Contact/17")
    refused = alice("PUT", "v1/Contact/17", json=company | change, status=400)
    assert refused["ErrorMessage"] == message
    assert alice("GET", "v1/Contact/17") == company


@pytest.mark.parametrize(
    "change", [{"Nmae": "x"}, {"Name": 5}, {"NoMailing": "no"}, {"Phones": {}}, {"Phones": [{"Number": "1"}]}]
)
def test_invented_names_and_wrong_types_are_refused(alice: Caller, change: dict[str, Any]) -> None:
    company = alice("GET", "v1/Contact/17")
    assert alice("PUT", "v1/Contact/17", json=company | change, status=400)["ErrorType"] == "ArgumentException"


def test_a_person_needs_a_first_name_and_a_company(bob: Caller) -> None:
    entity = bob("GET", "v1/Person/default")
    assert "Fornavn" in bob("POST", "v1/Person", json=entity, status=400)["ErrorMessage"]
    entity["Firstname"] = "Tore"
    assert "Firma" in bob("POST", "v1/Person", json=entity, status=400)["ErrorMessage"]


@pytest.mark.parametrize("body", ["", "nonsense", "[]"])
def test_no_entity_in_the_body(alice: Caller, body: str) -> None:
    alice("PUT", "v1/Contact/17", content=body, status=400)
    alice("POST", "v1/Contact", content=body, status=400)


def test_a_changed_layout_wins_over_the_structured_address(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    company["Address"]["Postal"]["City"] = "Bergen"
    company["Address"]["Street"]["City"] = "Ignored"
    company["Address"]["LocalizedAddress"][1][1]["Value"] = "Moss"
    saved = alice("PUT", "v1/Contact/17", json=company)
    assert saved["Address"]["Street"]["City"] == "Moss"
    assert saved["Address"]["Postal"]["City"] == "Oslo"


def test_the_structured_address_counts_if_the_layout_is_untouched(alice: Caller) -> None:
    patch = [{"op": "replace", "path": "Address/Postal/City", "value": "Bergen"}]
    assert alice("PATCH", "v1/Contact/17", json=patch)["Address"]["LocalizedAddress"][3][1]["Value"] == "Bergen"
