"""Web panels: what SuperOffice demands of them, whose they are, and where they show."""

from __future__ import annotations

from typing import Any

import pytest

from tests.of_sandbox.netserver.caller import Caller
from tests.sandbox import events, web_panels
from tests.sandbox.seed import PANELS
from tests.sandbox.server import Sandbox
from tests.sandbox.variables import Current
from tests.sandbox.web_names import Desk

URL = "https://panel.example.com/company/?uctx=<uctx>&usid=<usid>"

ITEMS = "v1/List/WebPanel/Items"

TOKEN = {"SO-AppToken": "sandbox-secret"}

GIVEN = {
    "Name": 'US:"Radar";NO:"Radar"',
    "Tooltip": "Sidecard",
    "Url": URL,
    "WindowName": "sidecard.radar",
    "VisibleIn": "PersonCard",
    "ProgId": "Sidecard.Radar",
    "UrlEncoding": "Unicode",
    "Icon": 16384,
    "AlwaysReloadOnShow": True,
    "OnSalesMarketingPocket": True,
}


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/List/{method}", status=status, **body, **more)


def test_a_panel_from_its_default(alice: Caller) -> None:
    default = alice("GET", f"{ITEMS}/Default")
    assert (default["WebPanelId"], default["UrlEncoding"], default["OnCentral"]) == (0, "Unknown", True)
    made = alice("POST", ITEMS, json=default | GIVEN)
    read = alice("GET", f"{ITEMS}/{made['WebPanelId']}", headers={"SO-Language": "x"})
    assert {name: read[name] for name in GIVEN} == GIVEN
    changed = alice("PUT", f"{ITEMS}/{made['WebPanelId']}", json=read | {"VisibleIn": "SaleCard"})
    assert (changed["VisibleIn"], changed["Name"]) == ("SaleCard", "Radar")
    alice("DELETE", f"{ITEMS}/{made['WebPanelId']}", status=204)
    assert alice("GET", f"{ITEMS}/{made['WebPanelId']}")["Deleted"] is True


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"Url": "http://panel.example.com/"}, "Url must be an https address"),
        ({"Url": "https://panel.example.com/a b"}, "Url must not contain spaces"),
        ({"Url": "https://panel.example.com/?t=<usec>"}, "The template variable usec is forbidden online"),
        ({"Url": "https://x/" + "y" * 1014}, "Url is too long: at most 1023 characters"),
        ({"Url": ""}, "Url must be an https address"),
        ({"WindowName": "w" * 255}, "WindowName is too long: at most 254 characters"),
        ({"Tooltip": "t" * 255}, "Tooltip is too long: at most 254 characters"),
        ({"Name": "n" * 240}, "Name is too long: at most 239 characters"),
        ({"Name": "SIDECARD (side)"}, "Name SIDECARD (side) is already in use by another web panel"),
        ({"WindowName": "sidecard.company.tab"}, "WindowName sidecard.company.tab is already in use"),
        ({"ProgId": "Sidecard.Company.Side"}, "ProgId Sidecard.Company.Side is already in use"),
        ({"VisibleIn": "Nowhere"}, "/VisibleIn: 'Nowhere' is no"),
    ],
)
def test_panels_superoffice_would_not_take(alice: Caller, wrong: dict[str, str], message: str) -> None:
    refused = alice("POST", ITEMS, json=GIVEN | wrong, status=400)
    assert refused["ErrorMessage"].startswith(message)


def test_loopback_may_be_plain_http(alice: Caller) -> None:
    alice("POST", ITEMS, json=GIVEN | {"Url": "http://127.0.0.1:8000/panels/x/?uctx=<uctx>&usid=<usid>"})


def test_a_deleted_panel_keeps_its_name(alice: Caller) -> None:
    made = alice("POST", ITEMS, json=GIVEN)
    alice("DELETE", f"{ITEMS}/{made['WebPanelId']}", status=204)
    alice("POST", ITEMS, json=GIVEN, status=400)
    agent(alice, "DeleteWebPanel", {"Id": made["WebPanelId"]}, status=204)
    alice("GET", f"{ITEMS}/{made['WebPanelId']}", status=404)
    alice("POST", ITEMS, json=GIVEN)


def test_only_administrators_change_panels(bob: Caller) -> None:
    bob("POST", ITEMS, json=GIVEN, status=403)
    agent(bob, "SaveWebPanelEntity", GIVEN, status=403)
    agent(bob, "DeleteWebPanel", {"Id": 1}, status=403)
    assert len(bob("GET", ITEMS)) == len(PANELS)


def test_panels_by_the_agent(alice: Caller) -> None:
    made = agent(alice, "SaveWebPanelEntity", agent(alice, "CreateDefaultWebPanelEntity") | GIVEN)
    assert agent(alice, "GetWebPanelEntity", params={"webPanelEntityId": made["WebPanelId"]}) == made
    assert agent(alice, "GetWebPanelByProgId", {"ProgId": "Sidecard.Radar"}) == made
    assert agent(alice, "GetWebPanelByProgId", {"ProgId": "Nobody's"}) is None
    assert agent(alice, "GetWebPanelEntity", params={"webPanelEntityId": 999}) is None
    assert made in agent(alice, "GetWebPanelList")
    assert agent(alice, "SaveWebPanelEntity", made | {"Icon": 7})["Icon"] == 7


def test_an_application_finds_its_own_panels_by_its_token(alice: Caller) -> None:
    agent(alice, "SaveWebPanelEntity", GIVEN | {"Name": "Somebody's", "WindowName": "other", "ProgId": "other"})
    mine = agent(alice, "SaveWebPanelEntity", GIVEN, headers=TOKEN)
    assert agent(alice, "GetAppWebPanels", headers=TOKEN) == [mine]
    assert agent(alice, "GetAppWebPanels") == []
    assert agent(alice, "GetAppWebPanels", headers={"SO-AppToken": "wrong"}) == []
    agent(alice, "DeleteAppWebPanels", status=204)
    assert agent(alice, "GetAppWebPanels", headers=TOKEN) == [mine]
    agent(alice, "DeleteAppWebPanels", status=204, headers=TOKEN)
    assert [panel["ProgId"] for panel in alice("GET", ITEMS)][len(PANELS) :] == ["other"]


def test_panels_for_all_user_groups(alice: Caller) -> None:
    made = alice("POST", ITEMS, json=GIVEN)
    path = f"v1/List/28/Items/{made['WebPanelId']}/UserGroups"
    groups = alice("GET", path)
    assert [group["Selected"] for group in groups] == [False, False]
    alice("PUT", path, json=[group | {"Selected": True} for group in groups])
    assert [g["Selected"] for g in alice("GET", f"v1/List/WebPanel/Items/{made['WebPanelId']}/UserGroups")] == [
        True,
        True,
    ]
    where = {"UdListDefinitionId": 28, "ListItemId": made["WebPanelId"]}
    agent(alice, "SetVisibleForUserGroup", where | {"UserGroupId": [2], "Enable": False}, status=204)
    assert [g["Selected"] for g in agent(alice, "GetVisibleForUserGroups", where)] == [True, False]
    by_name = {"UdListDefinitionName": "WebPanel", "ListItemId": made["WebPanelId"]}
    everybody = [group | {"Selected": True} for group in groups]
    chosen = agent(alice, "SetVisibleForUserGroupsFromListName", by_name | {"UserGroups": everybody})
    assert [g["Selected"] for g in chosen] == [True, True]


def test_task_menu_items(alice: Caller) -> None:
    menu = {
        "Name": "Ring",
        "TableName": "contact",
        "TaskType": "Url",
        "UrlOrSoprotocol": URL,
        "ProgId": "Sidecard.Ring",
    }
    made = agent(alice, "SaveTaskMenu", agent(alice, "CreateDefaultTaskMenu") | menu, headers=TOKEN)
    assert agent(alice, "GetTaskMenu", params={"taskMenuId": made["TaskMenuId"]}) == made
    assert agent(alice, "GetTaskMenuByProgId", {"ProgId": "Sidecard.Ring"})["UrlOrSoprotocol"] == URL
    assert agent(alice, "GetAppTaskMenus", headers=TOKEN) == [made]
    agent(alice, "DeleteTaskMenu", status=204, params={"taskMenuId": made["TaskMenuId"]})
    assert agent(alice, "GetTaskMenu", params={"taskMenuId": made["TaskMenuId"]}) is None


def shown(sandbox: Sandbox, human: str) -> list[str]:
    """Titles of the panels SuperOffice Web shows a user on the card of a person."""
    tenant = sandbox.world.tenants["Cust12345"]
    desk = Desk(sandbox.world, tenant, tenant.associates[human])
    return [panel.title for panel in web_panels.panels(desk, "person", Current(person_id=2)) if panel.area == "card"]


def test_a_new_panel_is_nobody_s_until_groups_are_chosen(sandbox: Sandbox, alice: Caller) -> None:
    made = alice("POST", ITEMS, json=GIVEN)
    assert shown(sandbox, "bob") == shown(sandbox, "kim") == []
    alice("PUT", f"v1/List/28/Items/{made['WebPanelId']}/UserGroups", json=[{"Id": 2, "Selected": True}])
    assert (shown(sandbox, "bob"), shown(sandbox, "kim")) == ([], ["Radar"])


def test_without_user_groups_everybody_sees_a_new_panel(sandbox: Sandbox, alice: Caller) -> None:
    whole = {name: value for name, value in alice("GET", "v1/List/28").items() if name != "_Links"}
    alice("PUT", "v1/List/WebPanel", json=whole | {"UseGroupsAndHeadings": False})
    alice("POST", ITEMS, json=GIVEN)
    assert shown(sandbox, "bob") == ["Radar"]


def test_webhooks_hear_of_panels(sandbox: Sandbox, alice: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    monkeypatch.setattr(
        events, "announce", lambda world, tenant, happening: told.append((happening.name, happening.by))
    )
    key = alice("POST", ITEMS, json=GIVEN)["WebPanelId"]
    alice("PUT", f"{ITEMS}/{key}", json=GIVEN | {"Icon": 5})
    alice("DELETE", f"{ITEMS}/{key}", status=204)
    assert told == [("list.extapp.created", 5), ("list.extapp.changed", 5), ("list.extapp.softdeleted", 5)]
