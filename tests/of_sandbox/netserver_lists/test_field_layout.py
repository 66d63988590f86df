"""Definitions of user-defined fields: a draft, publishing, and what changes with it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.of_sandbox.netserver.caller import Caller

LAYOUT = "v1/Contact/UdefLayout"


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/UserDefinedFieldInfo/{method}", status=status, **body, **more)


def test_a_field_from_template_to_value(alice: Caller) -> None:
    made = alice("POST", f"{LAYOUT}?udefFieldType=Number")
    assert (made["ProgId"], made["TemplateVariableName"], made["Type"]) == ("SuperOffice:8", "cl05", "Contact")
    mine = made | {"FieldLabel": 'US:"Score";NO:"Poeng"', "ProgId": "Sidecard.Radar.Score", "FieldDefault": "[I:7]"}
    saved = alice("PUT", LAYOUT, json=[mine])
    assert [field["ProgId"] for field in saved][-1] == "Sidecard.Radar.Score"
    assert len(saved) == 9
    assert "Sidecard.Radar.Score" not in alice("GET", "v1/Contact/17")["CustomFields"]
    assert alice("GET", f"{LAYOUT}/Changed") is True
    assert alice("GET", f"{LAYOUT}/Publish") is False
    before = alice("GET", f"{LAYOUT}/Published")
    assert alice("POST", f"{LAYOUT}/Publish") == 9
    after = alice("GET", f"{LAYOUT}/Published")
    assert not {f["UDefFieldId"] for f in before} & {f["UDefFieldId"] for f in after}
    assert alice("GET", LAYOUT) == after
    assert alice("GET", f"{LAYOUT}/Changed") is False
    alice("POST", "v1/Agents/Configuration/RebuildUdefDeltas", status=204)
    assert alice("GET", "v1/Contact/default")["CustomFields"]["Sidecard.Radar.Score"] == "[I:7]"
    by_label = alice("GET", f"{LAYOUT}/Published/Poeng")
    assert by_label == alice("GET", f"{LAYOUT}/Published/Sidecard.Radar.Score")
    assert by_label["HasBeenPublished"] is True


def test_publishing_loses_no_values(alice: Caller) -> None:
    before = alice("GET", "v1/Contact/17")["CustomFields"]
    alice("POST", f"{LAYOUT}/Publish")
    assert alice("GET", "v1/Contact/17")["CustomFields"] == before


def test_a_deleted_field_shows_until_publishing(alice: Caller) -> None:
    alice("DELETE", f"{LAYOUT}/SuperOffice:3", status=204)
    alice("GET", f"{LAYOUT}/SuperOffice:3", status=404)
    assert "SuperOffice:3" in alice("GET", "v1/Contact/17")["CustomFields"]
    alice("POST", f"{LAYOUT}/Publish")
    assert "SuperOffice:3" not in alice("GET", "v1/Contact/17")["CustomFields"]


def test_revert(alice: Caller) -> None:
    alice("DELETE", f"{LAYOUT}/SuperOffice:3", status=204)
    alice("POST", f"{LAYOUT}/Revert", status=204)
    assert alice("GET", f"{LAYOUT}/SuperOffice:3")["FieldLabel"] == "Employees"


def test_another_type_moves_the_values(alice: Caller) -> None:
    changed = alice("POST", f"{LAYOUT}/SuperOffice:3/ChangeTo/ShortText")
    assert (changed["FieldType"], changed["TemplateVariableName"]) == ("ShortText", "cs04")
    assert alice("GET", f"{LAYOUT}/Changed?columnChangesOnly=true") is True
    alice("POST", f"{LAYOUT}/Publish")
    assert alice("GET", "v1/Contact/17")["CustomFields"]["SuperOffice:3"] == "119"


def test_only_administrators_change_fields(bob: Caller) -> None:
    field = bob("GET", f"{LAYOUT}/SuperOffice:3")
    bob("PUT", LAYOUT, json=[field], status=403)
    bob("POST", f"{LAYOUT}?udefFieldType=Number", status=403)
    bob("POST", f"{LAYOUT}/Publish", status=403)
    bob("DELETE", f"{LAYOUT}/SuperOffice:3", status=403)
    agent(bob, "SetPublishStartSystemEvent", {"OwnerType": "Contact"}, status=403)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"FieldLabel": ""}, "A field needs a label and a ProgId"),
        ({"ProgId": "SUPEROFFICE:4"}, "The ProgId SUPEROFFICE:4 is taken"),
        ({"IsMandatory": True, "IsReadOnly": True}, "A field cannot be mandatory and read-only"),
        ({"FieldDefault": "many"}, "The default is no Number"),
    ],
)
def test_fields_that_cannot_be(alice: Caller, wrong: dict[str, Any], message: str) -> None:
    field = alice("GET", f"{LAYOUT}/SuperOffice:3")
    assert alice("PUT", LAYOUT, json=[field | wrong], status=400)["ErrorMessage"] == message


def test_mandatory_and_read_only_fields(alice: Caller) -> None:
    fields = {f["ProgId"]: f for f in alice("GET", LAYOUT, headers={"SO-Language": "x"})}
    mandatory, fixed = fields["SuperOffice:1"] | {"IsMandatory": True}, fields["SuperOffice:3"] | {"IsReadOnly": True}
    alice("PUT", LAYOUT, json=[mandatory, fixed])
    alice("POST", f"{LAYOUT}/Publish")
    seen = alice("GET", "v1/Contact/17")
    assert seen["FieldProperties"]["CustomFields.SuperOffice:1"]["FieldRight"]["Mask"] == "Update, UIHintMandatory"
    refused = alice("PUT", "v1/Contact/17", json=seen, status=400)
    assert refused["ErrorMessage"] == "SuperOffice:1 is a mandatory field"
    filled = seen | {"CustomFields": {"SuperOffice:1": "Old Acme"}}
    saved = alice("PUT", "v1/Contact/17", json=filled)
    alice("PUT", "v1/Contact/17", json=saved | {"CustomFields": {"SuperOffice:3": "[I:1]"}}, status=403)


def test_the_agents_way(alice: Caller) -> None:
    owner = {"OwnerType": "Person"}
    made = agent(alice, "CreateUserDefinedFieldInfo", owner | {"FieldType": "List"})
    assert made["UDefFieldId"] == 0
    chosen = agent(alice, "SetListTableIdAndUDListDefinitionIdFromSelectedListId", {"Info": made, "SelectedListId": 94})
    assert (chosen["ListTableId"], chosen["UDListDefinitionId"], chosen["MdoListName"]) == (136, 94, "udlist94")
    saved = agent(alice, "SaveUserDefinedFieldInfo", chosen | {"FieldLabel": "Deal", "ProgId": "Sidecard.Deal"})
    assert agent(alice, "GetUserDefinedFieldFromProgId", owner | {"ProgId": "Sidecard.Deal"}) == saved
    assert agent(alice, "GetPublishedUserDefinedFieldFromProgId", owner | {"ProgId": "Sidecard.Deal"}) is None
    assert agent(alice, "GetUserDefinedFieldInfo", params={"userDefinedFieldInfoId": saved["UDefFieldId"]}) == saved
    assert agent(alice, "IsAnyPublishEventActive") is False
    agent(alice, "SetPublishStartSystemEvent", owner, status=204)
    assert agent(alice, "IsAnyPublishEventActive") is True
    alice("POST", f"{LAYOUT}/Publish", status=400)
    assert agent(alice, "Publish", owner) == 5
    assert agent(alice, "IsAnyPublishEventActive") is False
    found = agent(alice, "GetPublishedUserDefinedFieldFromFieldLabel", owner | {"FieldLabel": "Deal"})
    assert found["UDefFieldId"] != saved["UDefFieldId"]
    assert alice("GET", "v1/Person/2")["CustomFields"]["Sidecard.Deal:DisplayText"] == ""
    agent(alice, "DeleteUserDefinedFieldInfo", status=204, params={"userDefinedFieldInfoId": found["UDefFieldId"]})
    assert len(agent(alice, "GetUserDefinedFieldList", owner)) == 4
    assert len(agent(alice, "GetPublishedUserDefinedFieldList", owner)) == 5


def test_definitions_of_custom_fields(alice: Caller) -> None:
    infos = {info["FieldName"]: info for info in alice("GET", "v1/Contact/CustomField")}
    assert infos["x_credit_limit"]["FieldType"] == "Decimal"
    assert infos["SuperOffice:7"]["FieldType"] == "MdoList"
    assert alice("GET", "v1/Contact/CustomField/SuperOffice:3") == infos["SuperOffice:3"]
    assert infos["SuperOffice:3"]["ShortLabel"] == "Empl."
    alice("GET", "v1/Contact/CustomField/nothing", status=404)
    assert [info["FieldName"] for info in alice("GET", "v1/Ticket/CustomField")] == ["x_device"]
    assert agent(alice, "GetCustomFieldInfo", {"TableName": "contact", "FieldName": "x_credit_limit"})["Rank"] == 1
