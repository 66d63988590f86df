"""PATCH: JSON Patch and merge patch on entities."""

from __future__ import annotations

from typing import Any

import pytest

from .caller import Caller

COMPANY = "v1/Contact/17"


def test_operations_change_exactly_what_they_name(alice: Caller) -> None:
    before = alice("GET", COMPANY)
    seen = before["Phones"][0]["Value"]
    patch = [
        {"op": "test", "path": "/Phones/0/Value", "value": seen},
        {"op": "replace", "path": "phones/0/value", "value": "+47 22 33 44 55"},
        {"op": "add", "path": "/Emails/-", "value": {"Value": "new@acme-norge.example"}},
        {"op": "replace", "path": "/Category/Id", "value": 2},
        {"op": "remove", "path": "/Phones/1"},
    ]
    after = alice("PATCH", COMPANY, json=patch)
    assert [p["Value"] for p in after["Phones"]] == ["+47 22 33 44 55"]
    assert [e["Value"] for e in after["Emails"]] == [before["Emails"][0]["Value"], "new@acme-norge.example"]
    assert after["Category"]["Value"] == "Prospect"
    assert after["UpdatedBy"]["FullName"] == "Alice Berg"
    untouched = set(before) - {"Phones", "Persons", "Emails", "Category", "UpdatedBy", "UpdatedDate"}
    assert {name: after[name] for name in untouched} == {name: before[name] for name in untouched}


def test_a_failed_test_changes_nothing(alice: Caller) -> None:
    before = alice("GET", COMPANY)
    patch = [
        {"op": "replace", "path": "/Department", "value": "Bergen"},
        {"op": "test", "path": "/Name", "value": "Acme Ltd"},
    ]
    refused = alice("PATCH", COMPANY, json=patch, status=400)
    assert refused["ErrorType"] == "JsonPatchException"
    assert alice("GET", COMPANY) == before


def test_tests_see_what_the_caller_was_shown(alice: Caller, bob: Caller) -> None:
    path = "/Category/Value"
    patch = [{"op": "test", "path": path, "value": "Kunde"}, {"op": "replace", "path": "/Department", "value": "Salg"}]
    assert bob("PATCH", COMPANY, json=patch)["Department"] == "Salg"
    alice("PATCH", COMPANY, json=patch, status=400)


def test_a_test_tells_true_from_one_and_objects_from_texts(alice: Caller) -> None:
    for path, value in (("/Xstop", 0), ("/Category", "Customer"), ("/Name", None)):
        alice("PATCH", COMPANY, json=[{"op": "test", "path": path, "value": value}], status=400)
    alice("PATCH", COMPANY, json=[{"op": "test", "path": "/Xstop", "value": False}])


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "copy", "path": "/Name", "from": "/Department"},
        {"op": "replace", "path": "/Name"},
        {"op": "replace", "value": "x"},
        {"op": "replace", "path": "/Phones/9/Value", "value": "1"},
        {"op": "remove", "path": "/Phones/9"},
        {"op": "replace", "path": "/Nmae", "value": "x"},
        {"op": "test", "path": "/Nmae", "value": "x"},
        {"op": "replace", "path": "/Name/First", "value": "x"},
        {"op": "replace", "path": "/Name", "value": 7},
    ],
)
def test_senseless_operations_are_refused(alice: Caller, operation: dict[str, Any]) -> None:
    before = alice("GET", COMPANY)
    alice("PATCH", COMPANY, json=[operation], status=400)
    assert alice("GET", COMPANY) == before


def test_merge_patch_appends_an_object_and_replaces_by_an_array(alice: Caller) -> None:
    before = alice("GET", COMPANY)["Phones"]
    appended = alice("PATCH", COMPANY, json={"Phones": {"Value": "+47 55 55 55 55"}})["Phones"]
    assert [p["Value"] for p in appended] == [*(p["Value"] for p in before), "+47 55 55 55 55"]
    replaced = alice("PATCH", COMPANY, json={"Phones": [{"Value": "1"}], "Category": {"Id": 3}})
    assert [p["Value"] for p in replaced["Phones"]] == ["1"]
    assert replaced["Category"]["Value"] == "Supplier"


def test_removing_a_text_empties_it(alice: Caller) -> None:
    assert alice("PATCH", COMPANY, json=[{"op": "remove", "path": "/Department"}])["Department"] == ""
    alice("PATCH", COMPANY, json=[{"op": "remove", "path": "/Name"}], status=400)


def test_the_time_guard_is_not_for_patch(alice: Caller) -> None:
    headers = {"If-Unmodified-Since": "Thu, 01 Jan 2015 00:00:00 GMT"}
    alice("PATCH", COMPANY, json={"Department": "Salg"}, headers=headers)


def test_a_patched_person(alice: Caller) -> None:
    patch = [
        {"op": "replace", "path": "/MobilePhones", "value": [{"Value": "+47 900 11 222"}]},
        {"op": "replace", "path": "/Contact/ContactId", "value": 16},
        {"op": "add", "path": "/Interests/0/Selected", "value": True},
    ]
    person = alice("PATCH", "v1/Person/43", json=patch)
    assert person["MobilePhones"][0]["StrippedValue"] == "004790011222"
    assert person["Contact"]["Name"] == "Jysk Vindteknik A/S"
    assert person["ActiveInterests"] == 1
