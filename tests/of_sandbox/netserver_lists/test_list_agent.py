"""The List agent for any list."""

from __future__ import annotations

from typing import Any

import pytest

from tests.of_sandbox.netserver.caller import Caller
from tests.sandbox import list_agents
from tests.sandbox.facts import PATHS, TYPES, queries

OWN = {"UdListDefinitionId": 94}

NAMED = {"UdListDefinitionName": "udlist94"}

DEFAULTS = [name for name in list_agents.METHODS if name.startswith("CreateDefault") and "From" not in name]

READS = [
    name
    for name in list_agents.METHODS
    if name.startswith("Get") and PATHS[f"v1/Agents/List/{name}"]["POST"].strip("[]") in list_agents.SERVED
]


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/List/{method}", status=status, **body, **more)


@pytest.mark.parametrize("method", DEFAULTS)
def test_defaults_are_new(alice: Caller, method: str) -> None:
    made = agent(alice, method)
    assert made[next(name for name in made if name.endswith("Id"))] == 0


@pytest.mark.parametrize("method", READS)
def test_every_carrier_can_be_read(alice: Caller, method: str) -> None:
    answers = PATHS[f"v1/Agents/List/{method}"]["POST"]
    if not answers.startswith("["):
        parameter = f"{method[3].lower()}{method[4:]}Id"
        takes_id = parameter.lower() in queries(f"v1/Agents/List/{method}", "POST")
        assert agent(alice, method, params={parameter: 1} if takes_id else {}) or method == "GetCountry"
    elif method.endswith("List"):
        assert len(agent(alice, method, [1, 2, 999])) in (0, 1, 2)
    else:
        given = {"IncludeDeleted": True} if f"{method}Request" in TYPES else None
        assert agent(alice, method, given)


def test_values_inside_entities(alice: Caller) -> None:
    assert agent(alice, "GetCategory", params={"categoryId": 1})["Value"] == "Customer"
    assert agent(alice, "GetCategory", params={"categoryId": 99}) is None
    assert [b["Id"] for b in agent(alice, "GetBusinessList", [2, 1])] == [2, 1]
    assert agent(alice, "GetOurCurrency")["Value"] == "NOK"
    assert agent(alice, "ChangeCurrency", {"Amount": 117.0, "FromCurrency": "NOK", "ToCurrency": "EUR"}) == 10.0


def test_full_items(alice: Caller, bob: Caller) -> None:
    stage = agent(alice, "CreateDefaultSaleStageEntity") | {"Value": "Verbal yes", "Probability": 90}
    made = agent(alice, "SaveSaleStageEntity", stage)
    assert agent(alice, "GetSaleStageEntity", params={"saleStageEntityId": made["SaleStageId"]}) == made
    assert made in alice("GET", "v1/List/Rating/Items")
    agent(bob, "SaveSaleStageEntity", stage, status=403)
    purpose = {"Name": "Surveys", "Key": "SURVEY", "Active": 1}
    saved = agent(alice, "SaveConsentPurpose", {"ConsentPurpose": purpose})
    assert alice("GET", f"v1/List/ConsentPurpose/Items/{saved['ConsentPurposeId']}")["Key"] == "SURVEY"
    agent(alice, "DeleteTicketStatusEntity", status=204, params={"ticketStatusEntityId": 3})
    assert [s["TicketStatusId"] for s in alice("GET", "v1/List/TicketStatus/Items")] == [1, 2]


@pytest.mark.parametrize(("suffix", "where"), [("Definition", OWN), ("Name", NAMED)])
def test_items_of_any_list(alice: Caller, suffix: str, where: dict[str, Any]) -> None:
    made = agent(alice, f"AddFromList{suffix}", where | {"Item": {"Name": "Fifth"}})
    at = where | {"Id": made["Id"]}
    assert agent(alice, f"GetFromList{suffix}", at) == made
    assert agent(alice, f"SaveFromList{suffix}", at | {"Item": made | {"Name": "Last"}})["Name"] == "Last"
    agent(alice, f"DeleteFromList{suffix}", at, status=204)
    names = [item["Name"] for item in agent(alice, f"GetAllFromList{suffix}", where)]
    assert names == ["Yearly", "Monthly", "Pilot"]
    assert len(agent(alice, f"GetAllFromList{suffix}", where | {"IncludeDeleted": True})) == 4
    agent(alice, f"DeleteAllFromList{suffix}", where, status=204)
    assert agent(alice, f"GetAllFromList{suffix}", where) == []


def test_an_item_that_names_its_list(alice: Caller) -> None:
    made = agent(alice, "SaveListItemEntity", {"ListItemEntity": {"Name": "Fifth", "UdListDefinitionId": 94}})
    assert alice("GET", f"v1/List/94/Items/{made['Id']}") == made
    alice("POST", "v1/Agents/List/SaveListItemEntity", json={"Name": "bare"}, status=400)


def test_lists_themselves(alice: Caller) -> None:
    made = agent(alice, "SaveListEntity", agent(alice, "CreateDefaultListEntity") | {"Name": "Ours"})
    assert agent(alice, "GetListEntity", params={"listEntityId": made["Id"]}) == made
    assert agent(alice, "GetListEntityByName", {"Name": "Ours"}) == made
    assert made in agent(alice, "GetListDefinitions", {"IncludeDeleted": False})
    assert agent(alice, "GetListEntity", params={"listEntityId": 999}) is None
    agent(alice, "DeleteListEntityByName", {"Name": "Ours"}, status=204)
    assert agent(alice, "GetListEntityByName", {"Name": "Ours"})["Deleted"] is True


def test_headings_and_order(alice: Caller) -> None:
    heading = agent(alice, "SaveHeadingFromListDefinition", {"Id": 94, "Entity": {"Name": "Rare"}})
    agent(alice, "SetHeadingsForListItem", OWN | {"ListItemId": 3, "HeadingIds": [3], "Enable": True}, status=204)
    assert [h["Selected"] for h in agent(alice, "GetHeadings", OWN | {"ListItemId": 3})] == [False, True, True]
    inside = agent(alice, "GetListItemsForHeading", OWN | {"HeadingId": heading["HeadingId"]})
    assert [item["Id"] for item in inside if item["Selected"]] == [3]
    agent(alice, "SetRankOnHeadings", OWN | {"HeadingIds": [3, 2, 1]}, status=204)
    assert [h["Name"] for h in agent(alice, "GetHeadingsFromName", {"Name": "udlist94"})] == [
        "Rare",
        "Trial",
        "Running",
    ]
    agent(alice, "MoveListItem", OWN | {"ListItemId": 3, "Direction": -1}, status=204)
    assert [i["Id"] for i in agent(alice, "GetAllFromListDefinition", OWN)] == [1, 3, 2]
    agent(alice, "SortListItems", OWN | {"CultureName": "en"}, status=204)
    assert [i["Name"] for i in agent(alice, "GetAllFromListDefinition", OWN)] == ["Monthly", "Pilot", "Yearly"]


def test_what_a_group_sees(alice: Caller) -> None:
    agent(alice, "SetListItemsForUserGroup", OWN | {"UsergroupId": 2, "ListItemIds": [3], "Enable": False}, status=204)
    seen = agent(alice, "GetListItemsForUserGroup", OWN | {"GroupId": 2})
    assert [(item["Id"], item["Selected"]) for item in seen] == [(1, True), (2, True), (3, False)]


def test_methods_the_sandbox_lacks_say_so(alice: Caller) -> None:
    refused = agent(alice, "GetPluginList", status=501)
    assert refused["ErrorMessage"] == "The sandbox lacks POST v1/Agents/List/GetPluginList"
