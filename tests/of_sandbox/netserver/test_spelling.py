"""NetServer does not mind the case of properties, nor flags as numbers: SuperOffice's own client sends both."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.facts import body_kind, misfits, spelt

from .caller import Caller


@pytest.mark.parametrize(
    ("method", "path", "kind"),
    [
        ("PUT", "v1/Contact/17", "ContactEntity"),
        ("PATCH", "v1/contact/17", "ContactEntity"),
        ("POST", "v1/Contact", "ContactEntity"),
        ("POST", "v1/Agents/MDO/GetList", "GetListRequest"),
        ("POST", "v1/agents/mdo/getlist", "GetListRequest"),
        ("POST", "v1/Webhook/Test", "Webhook"),
        ("GET", "v1/Contact/17", None),
        ("POST", "v1/Contact/17/Invented", None),
    ],
)
def test_what_is_sent_where(method: str, path: str, kind: str | None) -> None:
    assert body_kind(path, method) == kind


def test_properties_are_spelt_as_documented_and_maps_left_alone() -> None:
    sent = {
        "webhookId": 3,
        "TARGETURL": "https://a.example",
        "headers": {"x-Mine": "1"},
        "errorAssociates": [{"id": 5, "toolTip": "t"}],
        "invented": 1,
    }
    assert spelt(sent, "Webhook") == {
        "WebhookId": 3,
        "TargetUrl": "https://a.example",
        "Headers": {"x-Mine": "1"},
        "ErrorAssociates": [{"Id": 5, "ToolTip": "t"}],
        "invented": 1,
    }


@pytest.mark.parametrize(("number", "words"), [(0, "None"), (1, "Email"), (2, "InApp"), (3, "Email, InApp"), (4, 4)])
def test_flags_may_be_numbers(number: int, words: Any) -> None:
    found = spelt({"notifyVia": number}, "Webhook")
    assert found == {"NotifyVia": words}
    assert bool(misfits(found, "Webhook", whole=False)) == (words == 4)


def test_masks_may_be_numbers_and_other_texts_not() -> None:
    assert spelt({"tableRight": {"mask": 15}, "message": 5}, "WebhookResult") == {
        "TableRight": {"Mask": "15"},
        "Message": 5,
    }


def test_a_company_in_camel_case(alice: Caller) -> None:
    company = alice("GET", "v1/Contact/17")
    camel = {name[0].lower() + name[1:]: value for name, value in company.items()}
    alice("PUT", "v1/Contact/17", json=camel | {"department": "Bergen"})
    assert alice("PATCH", "v1/Contact/17", json={"orgNr": "1"})["Department"] == "Bergen"
    assert alice("GET", "v1/Contact/17")["OrgNr"] == "1"
