"""Texts in several languages, as administrators and applications write them, are read in one, wherever they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from crm_client.calls import UNTRANSLATED, Call, decipher
from crm_client.contacts import Contact
from crm_client.lists import ListItem
from crm_client.sales import Stage
from crm_client.udef import UdefField

BIL = 'NO:"Bil", US:"Car"'
PLACES: dict[str, tuple[Any, Any]] = {
    "the name of a list's item": ({"Id": 1, "Name": BIL}, lambda found: ListItem.parse(found).name),
    "its tooltip": ({"Id": 1, "ToolTip": BIL}, lambda found: ListItem.parse(found).tooltip),
    "an item below a heading": (
        {"Id": 1, "ChildItems": [{"Id": 2, "Name": BIL}]},
        lambda found: ListItem.parse(found).children[0].name,
    ),
    "an item of a record": ({"Category": {"Id": 1, "Value": BIL}}, lambda found: Contact.parse(found).category.name),
    "a stage": ({"SaleStageId": 1, "Value": BIL}, lambda found: Stage.parse(found).name),
    "the label of a field": ({"ProgId": "A.B", "FieldLabel": BIL}, lambda found: UdefField.parse(found).label),
    "its heading in lists": ({"ProgId": "A.B", "ShortLabel": BIL}, lambda found: UdefField.parse(found).short_label),
    "what a field holds": (
        {"CustomFields": {"A.B": "[I:1]", "A.B:DisplayText": BIL}},
        lambda found: UdefField.parse({"ProgId": "A.B", "FieldType": "List"}).read(Contact.parse(found)).name,
    ),
    "why a field is locked": (
        {"FieldProperties": {"Name": {"FieldRight": {"Mask": "Read", "Reason": BIL}}}},
        lambda found: Contact.parse(found).right("name").reason,
    ),
    "why a record is locked": (
        {"TableRight": {"Mask": "Select", "Reason": BIL}},
        lambda found: Contact.parse(found).table_right.reason,
    ),
    "the label of an address": (
        {"Address": {"LocalizedAddress": [[{"Label": BIL}]]}},
        lambda found: found["Address"]["LocalizedAddress"][0][0]["Label"],
    ),
    "a column of a row": ({"value": [{"category": BIL}]}, lambda found: found["value"][0]["category"]),
}


def read(answer: Any, language: str) -> Any:
    return decipher(Call("GET", "v1/X"), 200, {}, json.dumps(answer).encode(), language=language)


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(("language", "expected"), [("nb-NO", "Bil"), ("en-US", "Car"), ("de", "Bil")])
def test_they_are_read_in_the_persons_language(place: str, language: str, expected: str) -> None:
    """CERT-63: where his own is missing, the first one."""
    answer, found = PLACES[place]

    assert found(read(answer, language)) == expected


def test_whoever_keeps_lists_gets_all_of_them() -> None:
    """Sent back, one language would replace the others."""
    assert read({"Name": BIL}, "") == {"Name": BIL}
    assert UNTRANSLATED == "x"


@pytest.mark.parametrize("plain", ['Say "NO:" to it', "NO: Bil", 'A "quoted" word', 'no:"Bil"', "US"])
def test_other_texts_stay_as_they_are(plain: str) -> None:
    assert read({"Name": plain, "Count": 1}, "nb-NO") == {"Name": plain, "Count": 1}
