"""Values of user-defined and extra fields on records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.of_sandbox.netserver.caller import Caller

ACME = "v1/Contact/17"


def patch(caller: Caller, key: str, value: str, status: int = 200, place: str = "CustomFields") -> Any:
    change = [{"op": "replace", "path": place, "value": {key: value}}]
    return caller("PATCH", ACME, json=change, status=status)


def test_both_maps_and_their_encodings(alice: Caller) -> None:
    seen = alice("GET", ACME)
    old, new = seen["UserDefinedFields"], seen["CustomFields"]
    assert old["SuperOffice:3"] == new["SuperOffice:3"] == new["SuperOffice:3:org"] == "[I:119]"
    assert old["SuperOffice:4"] == "[D:03/18/2013 00:00:00.0000000]"
    assert new["SuperOffice:4"] == "[DT:03/18/2013 00:00:00.0000000]"
    assert (old["SuperOffice:6"], new["SuperOffice:6"]) == ("True", "[I:1]")
    assert new["SuperOffice:6:DisplayText"] == "Yes"
    assert (new["SuperOffice:7"], new["SuperOffice:7:DisplayText"]) == ("[I:1]", "Yearly")
    assert new["SuperOffice:7:DisplayTooltip"] == ""
    assert new["Nordlys.Terms.Discount"] == "[F:2.5]"
    assert (new["x_credit_limit"], seen["ExtraFields"]["x_credit_limit"]) == ("[F:0]", "[F:0]")
    assert "x_credit_limit" not in old


def test_display_texts_in_the_callers_language(bob: Caller) -> None:
    new = bob("GET", ACME)["CustomFields"]
    assert (new["SuperOffice:6:DisplayText"], new["SuperOffice:7:DisplayText"]) == ("Ja", "Årlig")


def test_what_a_default_has(alice: Caller) -> None:
    assert alice("GET", "v1/Sale/default")["CustomFields"]["SuperOffice:2"] == "[F:12.5]"
    empty = alice("GET", "v1/Contact/default")["CustomFields"]
    assert empty["SuperOffice:4"] == "[DT:01/01/0001 00:00:00.0000000]"


@pytest.mark.parametrize(
    ("key", "sent", "shown"),
    [
        ("SuperOffice:1", "Acme & Sons", "Acme & Sons"),
        ("SuperOffice:2", "[SR_YES]", "Yes"),
        ("SuperOffice:3", "[I:42]", "[I:42]"),
        ("SuperOffice:3", "42", "[I:42]"),
        ("SuperOffice:3", "", "[I:0]"),
        ("SuperOffice:4", "[D:12/24/2026]", "[DT:12/24/2026 00:00:00.0000000]"),
        ("SuperOffice:4", "2026-12-24T00:00:00", "[DT:12/24/2026 00:00:00.0000000]"),
        ("SuperOffice:4", "[D:01/01/0001]", "[DT:01/01/0001 00:00:00.0000000]"),
        ("SuperOffice:5", "[DT:05/17/1814 00:00:00.0000000]", "[DT:05/17/1814 00:00:00.0000000]"),
        ("SuperOffice:6", "False", "[I:0]"),
        ("SuperOffice:7", "[I:2]", "[I:2]"),
        ("Nordlys.Terms.Discount", "[F:4.43]", "[F:4.43]"),
        ("x_credit_limit", "[F:1000.5]", "[F:1000.5]"),
    ],
)
def test_values_of_every_type(alice: Caller, key: str, sent: str, shown: str) -> None:
    patch(alice, key, sent)
    read = alice("GET", ACME)["CustomFields"]
    assert read[key] == shown
    assert read["SuperOffice:3" if key != "SuperOffice:3" else "SuperOffice:7"] != ""


def test_the_old_map_still_writes(alice: Caller) -> None:
    patch(alice, "SuperOffice:6", "False", place="UserDefinedFields")
    assert alice("GET", ACME)["CustomFields"]["SuperOffice:6"] == "[I:0]"


def test_fields_left_out_stay(alice: Caller) -> None:
    whole = alice("GET", ACME)
    alice("PUT", ACME, json=whole | {"CustomFields": {"SuperOffice:3": "[I:1]"}, "UserDefinedFields": None})
    kept = alice("GET", ACME)["CustomFields"]
    assert (kept["SuperOffice:3"], kept["SuperOffice:7"]) == ("[I:1]", "[I:1]")
    alice("PUT", ACME, json=whole)
    assert alice("GET", ACME)["CustomFields"]["SuperOffice:3"] == "[I:119]"


@pytest.mark.parametrize(
    ("key", "sent", "message"),
    [
        ("SuperOffice:3", "many", "SuperOffice:3: 'many' is no Number"),
        ("SuperOffice:4", "[D:24/12/2026]", "SuperOffice:4: '[D:24/12/2026]' is no Date"),
        ("SuperOffice:6", "maybe", "SuperOffice:6: 'maybe' is no Checkbox"),
        ("SuperOffice:7", "[I:99]", "SuperOffice:7: the list udlist94 has no item 99"),
        ("SuperOffice:1", "x" * 40, "SuperOffice:1 is too long: at most 39 characters"),
        ("SuperOffice:99", "x", "CustomFields: there is no field SuperOffice:99"),
    ],
)
def test_values_a_field_cannot_hold(alice: Caller, key: str, sent: str, message: str) -> None:
    assert patch(alice, key, sent, status=400)["ErrorMessage"] == message


def test_rights_and_lengths(alice: Caller, bob: Caller) -> None:
    given = alice("GET", ACME)["FieldProperties"]
    assert given["CustomFields.SuperOffice:1"]["FieldLength"] == 39
    assert given["UserDefinedFields.SuperOffice:7"]["FieldType"] == "List"
    alice.world.tenants["Cust12345"].denied["bob"] = ["contact:update"]
    closed = bob("GET", ACME)["FieldProperties"]["CustomFields.SuperOffice:1"]["FieldRight"]
    assert (closed["Mask"], closed["Reason"]) == ("Read", "Rollen din tillater ikke dette")


def test_new_records_have_them_too(alice: Caller) -> None:
    default = alice("GET", "v1/Sale/default")
    given = {"Heading": "Big one", "Contact": {"ContactId": 17}, "Amount": 1.0, "Saledate": "2026-12-24T00:00:00"}
    made = alice("POST", "v1/Sale", json=default | given | {"CustomFields": {"SuperOffice:4": "[I:5]"}})
    assert made["CustomFields"]["SuperOffice:4"] == "[I:5]"
    assert made["CustomFields"]["SuperOffice:2"] == "[F:12.5]"
