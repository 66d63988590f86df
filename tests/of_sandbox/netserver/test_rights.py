"""TableRight, FieldProperties and what sentry denies."""

from __future__ import annotations

import pytest

from .caller import Caller


def deny(caller: Caller, human: str, *rights: str) -> None:
    caller.world.tenants["Cust12345"].denied[human] = list(rights)


def test_the_rights_of_an_ordinary_company(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    assert company["TableRight"]["Mask"] == "Select, Update, Insert, Delete"
    fields = company["FieldProperties"]
    assert fields["Name"]["FieldRight"] == {
        "Mask": "Update, UIHintMandatory",
        "Reason": "Company name is a mandatory field",
    }
    assert fields["Name"]["FieldLength"] == 219
    assert fields["OrgNr"] == {
        "FieldRight": {"Mask": "Update", "Reason": ""},
        "FieldType": "System.String",
        "FieldLength": 49,
    }
    assert fields["Category"]["FieldType"] == "SuperOffice.CRM.Services.Category"
    assert fields["ActiveStatusMonitorId"]["FieldRight"]["Mask"] == "Read"


def test_the_owner_company_keeps_its_name(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/1")
    assert company["TableRight"]["Mask"] == "RI, RestrictedUpdate"
    assert company["FieldProperties"]["Name"]["FieldRight"]["Mask"] == "Read"
    refused = alice("PATCH", "v1/Contact/1", json={"Name": "Other"}, status=403)
    assert refused["ErrorType"] == "SoSentryException"
    assert alice("PATCH", "v1/Contact/1", json={"Department": "Oslo"})["Department"] == "Oslo"
    alice("DELETE", "v1/Contact/1", status=403)


def test_a_user_stays_in_his_company(alice: Caller) -> None:
    person = alice("GET", "v1/Person/1")
    assert person["IsAssociate"]
    assert person["FieldProperties"]["Contact"]["FieldRight"]["Mask"] == "Read"
    alice("PATCH", "v1/Person/1", json={"Contact": {"ContactId": 17}}, status=403)
    assert alice("PATCH", "v1/Person/1", json={"Title": "Selger"})["Title"] == "Selger"


def test_a_denied_update_shows_in_the_rights_and_is_refused(bob: Caller, alice: Caller) -> None:
    deny(bob, "bob", "contact:update", "contact:insert", "contact:delete")
    company = bob("GET", "v1/Contact/17")
    assert company["TableRight"] == {"Mask": "Select", "Reason": "Rollen din tillater ikke dette"}
    assert company["FieldProperties"]["Phones"]["FieldRight"]["Mask"] == "Read"
    refused = bob("PATCH", "v1/Contact/17", json={"Department": "x"}, status=403)
    assert refused["ErrorType"] == "SoSentryException"
    bob("PUT", "v1/Contact/17", json=company, status=403)
    bob("DELETE", "v1/Contact/17", status=403)
    bob("GET", "v1/Contact/default", status=403)
    alice("PATCH", "v1/Contact/17", json={"Department": "x"})


@pytest.mark.parametrize(
    ("right", "path"),
    [
        ("sale:select", "v1/Contact/17/Sales"),
        ("person:select", "v1/Contact/17/Persons"),
        ("appointment:select", "v1/Contact/17/Activities"),
        ("contact:select", "v1/Contact"),
        ("contact:select", "v1/Contact/17"),
    ],
)
def test_a_denied_table_is_403(bob: Caller, right: str, path: str) -> None:
    deny(bob, "bob", right)
    assert bob("GET", path, status=403)["ErrorType"] == "SoSentryException"


def test_a_denied_archive_leaves_the_others(bob: Caller) -> None:
    deny(bob, "bob", "sale:select", "person:select")
    assert bob("GET", "v1/Contact/17")["Persons"] == []
    rows = bob.rows("v1/Contact/17/Activities", select="text,person/fullName,contact/name")
    assert rows
    assert {(row["person/fullName"], row["contact/name"]) for row in rows} == {("", "Acme")}
