"""What a tenant decides, and what NetServer's documentation leaves open: mandatory fields, hidden records, formats."""

from __future__ import annotations

import pytest

from tests.sandbox.server import Sandbox

from .caller import Caller


@pytest.fixture
def eva(sandbox: Sandbox) -> Caller:
    """User level 4: others' sales are hidden from her."""
    return Caller(sandbox, "eva")


# Mandatory fields


def test_a_tenant_demands_more(alice: Caller) -> None:
    alice.world.tenants["Cust12345"].mandatory = {"sale": ["Source", "Contact"], "contact": ["Number2", "Phones"]}
    fresh = alice("GET", "v1/Sale/default") | {"Heading": "Pumps"}
    assert fresh["FieldProperties"]["Source"]["FieldRight"] == {
        "Mask": "Update, UIHintMandatory",
        "Reason": "Source is a mandatory field",
    }
    assert alice("POST", "v1/Sale", json=fresh, status=400)["ErrorMessage"] == "Source is a mandatory field"
    given = fresh | {"Source": {"Id": 1}, "Contact": {"ContactId": 17}}
    assert alice("POST", "v1/Sale/Validate", json=given) == {}
    assert alice("POST", "v1/Sale", json=given)["Source"]["Id"] == 1
    told = alice("POST", "v1/Contact/Validate", json=alice("GET", "v1/Contact/17") | {"Phones": []})
    assert told == {"Phones": "Phones is a mandatory field"}
    alice("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "/Number2", "value": ""}], status=400)


def test_a_preference_lets_persons_be_without_a_company(alice: Caller) -> None:
    fresh = alice("GET", "v1/Person/default") | {"Firstname": "Ada", "Lastname": "Ås"}
    alice("POST", "v1/Person", json=fresh, status=400)
    alice("PUT", "v1/Preference/Functions/MandatoryContactOnPerson/SystemWide?value=0", status=204)
    fresh = alice("GET", "v1/Person/default") | {"Firstname": "Ada", "Lastname": "Ås"}
    assert fresh["FieldProperties"]["Contact"]["FieldRight"] == {"Mask": "Update", "Reason": ""}
    made = alice("POST", "v1/Person", json=fresh)
    assert made["Contact"] is None
    row = alice.rows("v1/Person", select="fullName,personContact/name", filter=f"personId eq {made['PersonId']}")[0]
    assert (row["fullName"], row["personContact/name"]) == ("Ada Ås", "")


# Records one may not read


def test_hidden_records_can_come_blank(eva: Caller) -> None:
    """As NetServer's own objects do; a switch, as the documentation does not say what REST answers."""
    sales = eva.world.tenants["Cust12345"].table("sale")
    key = next(key for key, row in sales.items() if row["associate"] == 6)
    eva("GET", f"v1/Sale/{key}", status=403)
    eva.world.netserver.hidden_records_are_blank = True
    shown = eva("GET", f"v1/Sale/{key}")
    assert (shown["SaleId"], shown["Heading"], shown["Amount"], shown["Contact"]) == (key, "", 0.0, None)
    assert shown["TableRight"] == {"Mask": "None", "Reason": "Your role does not allow this"}
    assert {field["FieldRight"]["Mask"] for field in shown["FieldProperties"].values()} == {"None"}
    light = eva("GET", f"v1/Sale/{key}/Simple")
    assert (light["SaleId"], light["Title"], light["TableRight"]["Mask"]) == (key, "", "None")
    assert eva("POST", "v1/Agents/Sale/GetSaleEntity", params={"saleEntityId": key})["Heading"] == ""
    assert eva("POST", "v1/Agents/Sale/GetSale", params={"saleId": key})["Title"] == ""
    eva("PATCH", f"v1/Sale/{key}", json={"Heading": "Mine"}, status=403)
    eva("DELETE", f"v1/Sale/{key}", status=403)
    eva("GET", "v1/Sale/99999", status=404)
    mine = next(key for key, row in sales.items() if row["associate"] == 8)
    assert eva("GET", f"v1/Sale/{mine}")["TableRight"]["Mask"].startswith("Select, ")


# Formats


@pytest.mark.parametrize("accept", ["application/xml", "text/xml", "application/atom+xml, application/xml"])
def test_answers_in_xml_are_not_there(alice: Caller, accept: str) -> None:
    refused = alice("GET", "v1/Contact/17", headers={"Accept": accept}, status=501)
    assert "XML" in refused["ErrorMessage"]


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html,application/xml;q=0.9,*/*;q=0.8"])
def test_who_takes_anything_gets_json(alice: Caller, accept: str) -> None:
    assert alice("GET", "v1/Contact/17", headers={"Accept": accept})["ContactId"] == 17


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        *(("text/plain", 415), ("application/octet-stream", 415), ("application/xml", 501)),
        *(("application/x-www-form-urlencoded", 501), ("application/json; charset=utf-8", 200), ("text/json", 200)),
        *(("application/merge-patch+json", 200), ("application/json-patch+json", 200)),
    ],
)
def test_entities_come_as_json(alice: Caller, kind: str, status: int) -> None:
    sent = {"content": b'{"Department": "Bergen"}', "headers": {"Content-Type": kind}}
    alice("PATCH", "v1/Contact/17", status=status, **sent)
    stored = alice.world.tenants["Cust12345"].table("contact")[17]["department"]
    assert stored == ("Bergen" if status == 200 else "Oslo")


def test_a_mistake_is_told_once_and_where(alice: Caller) -> None:
    refused = alice("PATCH", "v1/Contact/17", json={"Nonsense": {"Deep": 1}}, status=400)
    assert refused["ErrorMessage"] == "/: ContactEntityWithLinks has no property Nonsense"
    refused = alice("PATCH", "v1/Contact/17", json={"Category": {"Identity": 1}}, status=400)
    assert refused["ErrorMessage"] == "/Category: Category has no property Identity"


def test_a_page_of_no_rows_has_no_next_one(alice: Caller) -> None:
    answer = alice("GET", "v1/Contact", params={"$top": "0"})
    assert (answer["value"], answer["odata.nextLink"]) == ([], None)


def test_options_that_ask_for_nothing_are_no_gap(alice: Caller) -> None:
    quiet = {"$inlineCount": "False", "$options": "GrandTotal=false", "$context": "", "$output": "Logical"}
    assert alice("GET", "v1/Contact", params=quiet)["value"]
    for name, value in (("$inlineCount", "True"), ("$options", "Fast=true"), ("$context", "x")):
        alice("GET", "v1/Contact", params={name: value}, status=501)
