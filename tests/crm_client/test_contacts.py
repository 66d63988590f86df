"""Companies: read, listed, changed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import Call
from crm_client.contacts import ELEMENTS, FIELDS, ITEMS, Contact, change_contact, changes, contact, contacts
from crm_client.errors import BadAnswer
from crm_client.patch import MISSING, Change, json_patch
from crm_client.values import Element, FieldRight, Item

from .conftest import answered
from .test_patch import patched


def entity(**more: Any) -> dict[str, Any]:
    """A ContactEntity as NetServer sends it, shortened."""
    return {
        "ContactId": 17,
        "Name": "Acme",
        "Department": "Oslo",
        "OrgNr": "NO 999",
        "Number1": "code",
        "Number2": "10017",
        "Description": "Pays late",
        "Phones": [{"Value": "+47 22", "StrippedValue": "4722", "Description": "Work", "FieldProperties": {}}],
        "Emails": [],
        "Urls": None,
        "Category": {"Id": 3, "Value": "Customer", "Tooltip": ""},
        "Business": None,
        "Country": {"CountryId": 578, "Name": "Norway"},
        "Associate": {"AssociateId": 5, "Name": "AB", "FullName": "Alice Berg"},
        "Address": {"Formatted": "B-gaten 45\n0123 OSLO\n"},
        "Xstop": False,
        "NoMailing": True,
        "Deleted": 0,
        "UpdatedDate": "2026-03-01T14:52:00Z",
        "CreatedDate": "0001-01-01T00:00:00Z",
        "TableRight": {"Mask": "FULL", "Reason": ""},
        "FieldProperties": {
            "Name": {
                "FieldRight": {"Mask": "Update, UIHintMandatory", "Reason": "Name must be filled in"},
                "FieldType": "System.String",
                "FieldLength": 219,
            },
            "OrgNr": {"FieldRight": {"Mask": "Read", "Reason": "Comes from the register"}},
        },
        "InventedIn2027": {"a": 1},
        **more,
    }


def acme(**more: Any) -> Contact:
    return Contact.parse(entity(**more))


def test_it_reads_a_company() -> None:
    company = answered(contact(17), entity())
    assert company == acme()
    assert company.full_name == "Acme, Oslo"
    assert company.phones == (Element("+47 22", "Work", "4722"),)
    assert (company.category, company.business) == (Item(3, "Customer"), None)
    assert company.owner == Item(5, "Alice Berg")
    assert company.address == "B-gaten 45\n0123 OSLO"
    assert company.updated == datetime(2026, 3, 1, 14, 52, tzinfo=UTC)
    assert company.registered is None
    assert (company.is_stopped, company.no_mailing, company.is_deleted) == (False, True, False)


def test_what_it_does_not_know_survives() -> None:
    assert acme().raw["InventedIn2027"] == {"a": 1}


def test_each_field_has_its_right() -> None:
    company = acme()
    assert company.right("name") == FieldRight(True, True, True, "Name must be filled in", 219)
    assert company.right("org_nr") == FieldRight(True, False, False, "Comes from the register")
    assert company.right("phones") == FieldRight()


def test_a_record_that_may_not_be_changed_has_no_free_field() -> None:
    company = acme(TableRight={"Mask": "Select", "Reason": "Your role does not allow it"})
    assert [company.right(name).is_writable for name in FIELDS] == [False] * len(FIELDS)
    assert company.right("phones").reason == "Your role does not allow it"


@pytest.mark.parametrize("answer", [None, [], {}, {"Name": "x"}])
def test_an_answer_that_is_no_company(answer: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(contact(17), answer)


def test_a_company_that_lacks_everything() -> None:
    """Restricted callers get half-empty carriers."""
    company = Contact.parse({"ContactId": 17})
    assert (company.name, company.phones, company.owner, company.address) == ("", (), None, "")


def test_only_what_differs_is_changed() -> None:
    same = {
        "name": "Acme",
        "department": "Oslo",
        "phones": ["+47 22"],
        "emails": [],
        "urls": [],
        "category": 3,
        "business": 0,
    }
    assert changes(acme(), **same) == []
    assert changes(acme(), **same | {"name": "Acme AS", "category": 4}) == [
        Change("/Name", "Acme", "Acme AS"),
        Change("/Category/Id", 3, 4),
    ]


def test_a_list_value_where_there_was_none() -> None:
    assert changes(acme(), business=2) == [Change("/Business", None, {"Id": 2})]
    assert changes(acme(Business={"Id": 0, "Value": ""}), business=2) == [Change("/Business/Id", 0, 2)]
    assert changes(acme(), category=0) == [Change("/Category/Id", 3, 0)]


def test_a_guard_repeats_what_came_even_null() -> None:
    assert changes(acme(Department=None), department="Oslo") == [Change("/Department", None, "Oslo")]


def test_phones_are_replaced_removed_and_added() -> None:
    seen = acme(Phones=[{"Value": "1"}, {"Value": "2"}, {"Value": "3"}])
    assert changes(seen, phones=["1", "", "33", "", "4"]) == [
        Change("/Phones/2/Value", "3", "33"),
        Change("/Phones/1", "2", MISSING, guard="/Phones/1/Value"),
        Change("/Phones/-", MISSING, {"Value": "4", "Description": ""}),
    ]
    assert [change.path for change in changes(seen, phones=[])] == ["/Phones/2", "/Phones/1", "/Phones/0"]


numbers = st.lists(st.text("0123456789 ", max_size=4), max_size=5)


@given(numbers, numbers)
def test_any_phones_turn_into_any_others(before: list[str], wanted: list[str]) -> None:
    """However many there were and there shall be."""
    seen = acme(Phones=[{"Value": value} for value in before])
    record = patched(dict(seen.raw), json_patch(changes(seen, phones=wanted)))
    assert [phone["Value"] for phone in record["Phones"]] == [value for value in wanted if value]


def test_a_change_is_one_guarded_call() -> None:
    operation = change_contact(17, changes(acme(), name="Acme AS"), acme().updated)
    call = next(operation)
    assert (call.method, call.path) == ("PATCH", "v1/Contact/17")
    assert call.headers == {"If-Unmodified-Since": "Sun, 01 Mar 2026 14:52:00 GMT"}
    with pytest.raises(StopIteration) as done:
        operation.send(entity(Name="Acme AS"))
    assert done.value.value.name == "Acme AS"


def test_no_change_only_reads() -> None:
    operation = change_contact(17, [])
    assert next(operation) == Call("GET", "v1/Contact/17")


def test_a_name_is_a_field_or_a_mistake() -> None:
    with pytest.raises(KeyError):
        changes(acme(), colour="red")


def test_every_field_can_be_read_under_its_name() -> None:
    assert {*ELEMENTS, *ITEMS} < set(FIELDS)
    assert all(hasattr(acme(), name) for name in FIELDS)


ROW = {
    "PrimaryKey": "17",
    "EntityName": "contact",
    "contactId": 17,
    "nameDepartment": "Acme, Oslo",
    "category": "Customer",
    "business": None,
    "contactAssociate/fullName": "Alice Berg",
    "stop": False,
    "updatedDate": "2026-03-01T14:52:00+0100",
}


def test_it_lists_companies_by_name() -> None:
    operation = contacts("O'Hara", top=20)
    query = next(operation).query
    assert query["$filter"] == "contactId gt 0 and name contains 'O''Hara'"
    assert (query["$orderBy"], query["$top"]) == ("name", "20")
    with pytest.raises(StopIteration) as done:
        operation.send({"value": [ROW]})
    [row] = done.value.value
    assert (row.contact_id, row.name, row.business, row.owner) == (17, "Acme, Oslo", "", "Alice Berg")
    assert row.updated == datetime(2026, 3, 1, 13, 52, tzinfo=UTC)


def test_it_reads_on_by_id() -> None:
    """Skipping costs the square of the depth."""
    query = next(contacts(after=17)).query
    assert (query["$filter"], query["$orderBy"]) == ("contactId gt 17", "contactId")
    assert "$skip" not in query
