"""Archives show a tenant's own fields: user-defined and extra ones, as they are published."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller

OWN = (
    "contactUdef/SuperOffice:1,contactUdef/SuperOffice:3,contactUdef/SuperOffice:4,contactUdef/SuperOffice:6,"
    "contactUdef/SuperOffice:7,contactUdef/Nordlys.Terms.Discount,contactExtra/x_credit_limit"
)


def acme(caller: Caller, select: str = OWN, **parameters: Any) -> dict[str, Any]:
    return caller.rows("v1/Contact", select=select, filter="contactId eq 17", **parameters)[0]


def companies(caller: Caller, text: str) -> list[int]:
    return [row["contactId"] for row in caller.rows("v1/Contact", select="contactId", filter=text)]


def test_each_type_as_archives_show_it(alice: Caller) -> None:
    row = acme(alice)
    assert row["contactUdef/SuperOffice:1"] == ""
    assert row["contactUdef/SuperOffice:3"] == 119
    assert row["contactUdef/SuperOffice:4"] == "2013-03-18T00:00:00"
    assert row["contactUdef/SuperOffice:6"] is True
    assert row["contactUdef/SuperOffice:7"] == "Yearly"
    assert row["contactUdef/Nordlys.Terms.Discount"] == 2.5
    assert row["contactExtra/x_credit_limit"] == 0.0


def test_a_list_field_in_the_callers_language_and_raw(bob: Caller) -> None:
    column = acme(bob, "contactUdef/SuperOffice:7", mode="Full")["Column"]["contactUdef/SuperOffice:7"]
    assert (column["RawValue"], column["DisplayValue"]) == (1, "Årlig")


def test_a_date_is_the_same_day_in_every_zone(alice: Caller) -> None:
    for zone in ("US-CA, includeTZOffset", "UTC", "NO"):
        parameters = {"$select": "contactUdef/SuperOffice:4", "$filter": "contactId eq 17"}
        answer = alice("GET", "v1/Contact", params=parameters, headers={"SO-TimeZone": zone})
        assert answer["value"][0]["contactUdef/SuperOffice:4"].startswith("2013-03-18T00:00:00")


@pytest.mark.parametrize(
    "text",
    [
        "contactUdef/SuperOffice:3 gt 110 and contactUdef/SuperOffice:3 lt 120",
        "contactUdef/SuperOffice:4 date '2013-03-18'",
        "contactUdef/SuperOffice:5 before '1968-01-01' and contactUdef/SuperOffice:5 after '1967-01-01'",
        "contactUdef/SuperOffice:6 set true",
        "contactUdef/SuperOffice:7 oneOf (1)",
        "contactUdef/Nordlys.Terms.Discount between (2.5, 3)",
        "contactExtra/x_credit_limit eq 0.0",
    ],
)
def test_filters_by_type(alice: Caller, text: str) -> None:
    found = companies(alice, text)
    assert 17 in found
    rest = companies(alice, "getAllRows set true")
    assert len(found) < len(rest) or "Extra" in text


def test_a_text_is_found_by_its_beginning(alice: Caller) -> None:
    assert set(companies(alice, "contactUdef/SuperOffice:1 begins 'gamle'")) == {2, 4, 8, 10, 14, 16, 20, 22, 26}


@pytest.mark.parametrize(
    "text",
    [
        "contactUdef/SuperOffice:3 begins '1'",
        "contactUdef/SuperOffice:7 oneOf ('Yearly')",
        "contactUdef/SuperOffice:99 eq 1",
        "personUdef/SuperOffice:1 is 'x'",
        "contactExtra/SuperOffice:3 eq 1",
    ],
)
def test_what_a_field_cannot_be_asked(alice: Caller, text: str) -> None:
    alice("GET", "v1/Contact", params={"$filter": text}, status=400)


def test_rows_in_the_order_of_a_field(alice: Caller) -> None:
    field = "contactUdef/SuperOffice:3"
    numbers = [row[field] for row in alice.rows("v1/Contact", select=field, orderby=f"{field} desc")]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 0


@pytest.mark.parametrize(
    ("path", "column"),
    [
        ("v1/Person", "personUdef/SuperOffice:2"),
        ("v1/Person", "personContact/contactUdef/SuperOffice:3"),
        ("v1/Person", "personExtra/x_shoe_size"),
        ("v1/Sale", "saleUdef/SuperOffice:2"),
        ("v1/Sale", "contact/contactUdef/SuperOffice:3"),
        ("v1/Project", "projectUdef/SuperOffice:1"),
        ("v1/Appointment", "appointmentUdef/SuperOffice:1"),
        ("v1/Contact/17/Persons", "personUdef/SuperOffice:2"),
        ("v1/Contact/17/Sales", "saleUdef/SuperOffice:3"),
        ("v1/Contact/17/Activities", "appointmentUdef/SuperOffice:1"),
        ("v1/Ticket", "extra/x_device"),
    ],
)
def test_where_fields_are_columns(alice: Caller, path: str, column: str) -> None:
    rows = alice.rows(path, select=column, orderby=column)
    assert rows
    assert all(row[column] is not None for row in rows)


def test_a_field_that_was_changed_is_changed_in_the_archive(alice: Caller) -> None:
    value = {"SuperOffice:3": "[I:4711]"}
    alice("PATCH", "v1/Contact/17", json=[{"op": "replace", "path": "CustomFields", "value": value}])
    assert companies(alice, "contactUdef/SuperOffice:3 eq 4711") == [17]


def test_a_field_is_a_column_once_it_is_published(alice: Caller) -> None:
    fresh = alice("POST", "v1/Project/UdefLayout", params={"udefFieldType": "Number"})
    fresh |= {"FieldLabel": "Floor", "ProgId": "Nordlys.Floor"}
    alice("PUT", "v1/Project/UdefLayout", json=[fresh])
    column = "projectUdef/Nordlys.Floor"
    alice("GET", "v1/Project", params={"$select": column}, status=400)
    alice("POST", "v1/Project/UdefLayout/Publish")
    assert {row[column] for row in alice.rows("v1/Project", select=column)} == {0}


def test_metadata_names_them_with_what_they_can_be_asked(alice: Caller) -> None:
    told = {one["Name"]: one for one in alice.send("GET", "v1/Archive/SimpleContact/$metadata").json()["value"]}
    contract, discount = told["contactUdef/SuperOffice:7"], told["contactUdef/Nordlys.Terms.Discount"]
    assert (contract["DisplayName"], contract["RestrictionType"]) == ("Contract type", "listAny")
    assert contract["RestrictionListName"].startswith("udlist")
    assert (discount["RestrictionType"], discount["CanOrderBy"]) == ("decimal", True)
    by_agent = alice("POST", "v1/Agents/Archive/GetAvailableColumns", json={"ProviderName": "FindSale"})
    assert "saleUdef/SuperOffice:1" in [one["Name"] for one in by_agent]


def test_agents_ask_for_them_with_encoded_values(alice: Caller) -> None:
    asked = {
        "ProviderName": "SimpleContact",
        "Columns": ["contactUdef/SuperOffice:3", "contactUdef/SuperOffice:4"],
        "Restriction": [{"Name": "contactUdef/SuperOffice:7", "Operator": "oneOf", "Values": ["[I:1]"]}],
    }
    rows = alice("POST", "v1/Agents/Archive/GetArchiveListByColumns", json=asked)
    data = next(row["ColumnData"] for row in rows if row["PrimaryKey"] == 17)
    assert data["contactUdef/SuperOffice:3"]["DisplayValue"] == "[I:119]"
    assert data["contactUdef/SuperOffice:4"]["DisplayValue"] == "[D:03/18/2013 00:00:00.0000000]"
