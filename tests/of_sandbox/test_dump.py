"""The dump of a tenant's configuration: whatever an application sets up shows in it, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.server import Sandbox

from .netserver.caller import Caller
from .receiver import Receiver
from .visitor import Application

APP_TOKEN = {"SO-AppToken": "sandbox-secret"}


@pytest.fixture
def charlie(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, "charlie", "Cust67890", **APP_TOKEN)


@pytest.fixture
def dumped(application: Application) -> Callable[..., dict[str, Any]]:
    def dumped(**query: str) -> dict[str, Any]:
        response = application.http.get("/__sandbox__/tenants/Cust67890/dump", params=query)
        assert response.status_code == 200
        return response.json()

    return dumped


def panel(charlie: Caller) -> Callable[[], Any]:
    given = charlie("POST", "v1/Agents/List/CreateDefaultWebPanelEntity")
    given |= {"Name": "Acme", "Url": "https://a.example/", "VisibleIn": "ContactCard", "ProgId": "Acme.Card"}
    made = charlie("POST", "v1/Agents/List/SaveWebPanelEntity", json=given)
    return lambda: charlie("POST", "v1/Agents/List/DeleteWebPanel", json={"Id": made["WebPanelId"]}, status=204)


def task_menu(charlie: Caller) -> Callable[[], Any]:
    given = charlie("POST", "v1/Agents/List/CreateDefaultTaskMenu") | {"Name": "Acme", "ProgId": "Acme.Menu"}
    charlie("POST", "v1/Agents/List/SaveTaskMenu", json=given)
    return lambda: charlie("POST", "v1/Agents/List/DeleteAppTaskMenus", status=204)


def own_list(charlie: Caller) -> Callable[[], Any]:
    made = charlie("POST", "v1/List", json={"Name": 'US:"Acme";NO:"Acme"'})
    charlie("POST", f"v1/List/{made['Id']}/Items", json={"Name": 'US:"One";NO:"En"'})
    return lambda: charlie("DELETE", f"v1/List/{made['Id']}", status=204)


def list_item(charlie: Caller) -> Callable[[], Any]:
    made = charlie("POST", "v1/List/Source/Items", json={"Name": "Acme"})
    return lambda: charlie("DELETE", f"v1/List/Source/Items/{made['Id']}", status=204)


def field(charlie: Caller) -> Callable[[], Any]:
    made = charlie("POST", "v1/Contact/UdefLayout?udefFieldType=Number")
    named = made | {"ProgId": "Acme.Score", "FieldLabel": "Score"}
    charlie("PUT", "v1/Contact/UdefLayout", json=[named])
    charlie("POST", "v1/Contact/UdefLayout/Publish")

    def undo() -> None:
        charlie("DELETE", "v1/Contact/UdefLayout/Acme.Score", status=204)
        charlie("POST", "v1/Contact/UdefLayout/Publish")

    return undo


def webhook(charlie: Caller) -> Callable[[], Any]:
    with Receiver() as receiver:
        given = {"Name": "Acme", "Events": ["contact.created"], "TargetUrl": receiver.url, "Secret": "do not tell"}
        made = charlie("POST", "v1/Webhook", json=given)
    return lambda: charlie("DELETE", f"v1/Webhook/{made['WebhookId']}", status=204)


def foreign_app(charlie: Caller) -> Callable[[], Any]:
    made = charlie("POST", "v1/ForeignApp", json={"Name": "Acme"})
    charlie("POST", "v1/ForeignApp/Acme/Acme/1")
    charlie(
        "POST", "v1/ForeignApp/Acme/Acme/1/Key", json={"Key": "id", "Value": "7", "RecordId": 1, "TableName": "contact"}
    )
    return lambda: charlie("DELETE", f"v1/ForeignApp/{made['ForeignAppId']}", status=204)


def preference(charlie: Caller) -> Callable[[], Any]:
    given = {"Level": "Database", "RawValue": "1", "Specification": {"Section": "Acme", "Key": "On"}}
    made = charlie("POST", "v1/Agents/Preference/SavePreferenceEntity", json={"Preference": given})
    key = made["UserPreferenceId"]
    return lambda: charlie("POST", "v1/Agents/Preference/DeletePreference", json={"Id": key}, status=204)


def description(charlie: Caller) -> Callable[[], Any]:
    made = charlie("POST", "v1/PreferenceDescription", json={"Section": "Acme", "Key": "On", "Name": "On"})
    return lambda: charlie("DELETE", f"v1/PreferenceDescription/{made['PrefDescId']}", status=204)


def preference_value(charlie: Caller) -> Callable[[], Any]:
    given = {"PrefDescId": 2, "PrefValue": "Acme"}
    made = charlie("POST", "v1/PreferenceDescriptionLine", json=given)
    return lambda: charlie("DELETE", f"v1/PreferenceDescriptionLine/{made['PrefDescLineId']}", status=204)


def banner(charlie: Caller) -> Callable[[], Any]:
    agent, given = "v1/Agents/Diagnostics", {"SystemMessageId": "Acme", "AssociateId": 8}
    charlie("POST", f"{agent}/SendSystemMessage", 204, json=given | {"MarkdownMessage": "Acme"})
    return lambda: charlie("POST", f"{agent}/RemoveSystemMessageForAssociate", 204, json=given)


@pytest.mark.parametrize(
    "provision",
    [
        panel,
        task_menu,
        own_list,
        list_item,
        field,
        webhook,
        foreign_app,
        preference,
        description,
        preference_value,
        banner,
    ],
    ids=lambda one: one.__name__,
)
def test_what_is_set_up_shows_and_what_is_taken_away_does_not(
    charlie: Caller, dumped: Callable[..., dict[str, Any]], provision: Callable[[Caller], Callable[[], Any]]
) -> None:
    before = dumped()
    undo = provision(charlie)
    with_it = dumped()
    assert "Acme" in json.dumps(with_it)
    assert with_it != before
    undo()
    assert dumped() == before


def test_setting_up_twice_looks_like_once(charlie: Caller, dumped: Callable[..., dict[str, Any]]) -> None:
    undo = field(charlie)
    first = dumped()
    undo()
    field(charlie)
    assert dumped() == first


def test_a_mark_is_seen_when_it_is_asked_for(charlie: Caller, dumped: Callable[..., dict[str, Any]]) -> None:
    own_list(charlie)()
    assert "Acme" not in json.dumps(dumped())
    assert "Acme" in json.dumps(dumped(deleted="true"))


def test_work_with_records_leaves_it_alone(charlie: Caller, dumped: Callable[..., dict[str, Any]]) -> None:
    before = dumped()
    charlie("POST", "v1/Contact", json=charlie("GET", "v1/Contact/default") | {"Name": "Acme"}, status=200)
    assert dumped() == before


def test_an_unknown_tenant_has_none(application: Application) -> None:
    assert application.http.get("/__sandbox__/tenants/Cust1/dump").status_code == 404
