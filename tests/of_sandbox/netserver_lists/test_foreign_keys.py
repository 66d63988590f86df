"""Foreign keys: a partner's own ids on records."""

from __future__ import annotations

from typing import Any

import pytest

from tests.of_sandbox.netserver.caller import Caller

DEVICE = "v1/ForeignApp/Sidecard/Radar/main"

KEY = {"Key": "id", "Value": "A-1", "RecordId": 17, "TableName": "contact"}


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/ForeignSystem/{method}", status=status, **body, **more)


@pytest.fixture
def keyed(alice: Caller) -> Caller:
    """Alice, with the key A-1 of Sidecard's on Acme."""
    alice("POST", "v1/ForeignApp", json={"Name": "Sidecard"})
    alice("POST", DEVICE)
    alice("POST", f"{DEVICE}/Key", json=KEY)
    return alice


def test_from_application_to_key(keyed: Caller) -> None:
    app = keyed("GET", "v1/ForeignApp/sidecard")
    assert (app["Name"], [device["Name"] for device in app["Devices"]]) == ("Sidecard", ["Radar"])
    assert app["CreatedBy"]["AssociateId"] == 5
    assert keyed("GET", f"v1/ForeignApp/{app['ForeignAppId']}")["_Links"]
    assert keyed("GET", "v1/ForeignApp/Sidecard/Devices") == app["Devices"]
    assert keyed("GET", DEVICE) == app["Devices"][0]
    found = keyed("GET", "v1/ForeignApp/Sidecard/Radar/Key/id/contact/17")
    assert {name: found[name] for name in KEY} == KEY
    assert found["CreatedBy"] == "Alice Berg"
    assert keyed("GET", f"{DEVICE}/Key/id/contact/17/Value") == "A-1"


def test_the_record_of_a_value(keyed: Caller) -> None:
    assert keyed("GET", "v1/ForeignApp/Sidecard/Radar/Key/id/contact?keyValue=A-1")["RecordId"] == 17
    assert keyed("GET", f"{DEVICE}/Key/id/contact?Value=A-1")["RecordId"] == 17
    keyed("GET", "v1/ForeignApp/Sidecard/Radar/Key/id/contact?keyValue=A-2", status=404)


def test_a_key_is_overwritten(keyed: Caller) -> None:
    keyed("PUT", f"{DEVICE}/Key", json=KEY | {"Value": "x" * 500})
    assert keyed("GET", f"{DEVICE}/Key/id/contact/17/Value") == "x" * 500
    assert len(agent(keyed, "GetApplicationKeys", {"ApplicationName": "Sidecard"})) == 1


def test_keys_on_entities(keyed: Caller) -> None:
    assert "Sidecard.Radar.id" not in keyed("GET", "v1/Contact/17")["ExtraFields"]
    shown = keyed("GET", "v1/Contact/17?fk=true")
    assert shown["ExtraFields"]["Sidecard.Radar.id"] == "A-1"
    assert shown["ExtraFields"]["x_credit_limit"] == "[F:0]"
    everything = {"Sidecard.Radar.id": "A-1", "VismaGlobal.ERP.customer": "10017"}
    assert keyed("GET", "v1/Contact/17/ForeignKey") == everything
    keyed("GET", "v1/Contact/999/ForeignKey", status=404)
    keyed("PUT", "v1/Contact/17", json=shown)


def test_deleting(keyed: Caller) -> None:
    keyed("DELETE", f"{DEVICE}/Key/id/contact/17", status=204)
    keyed("GET", f"{DEVICE}/Key/id/contact/17", status=404)
    keyed("POST", f"{DEVICE}/Key", json=KEY)
    keyed("DELETE", DEVICE, status=204)
    keyed("GET", DEVICE, status=404)
    assert keyed("GET", "v1/Contact/17/ForeignKey") == {"VismaGlobal.ERP.customer": "10017"}
    app = keyed("GET", "v1/ForeignApp/Sidecard")
    keyed("DELETE", f"v1/ForeignApp/{app['ForeignAppId']}", status=204)
    keyed("GET", "v1/ForeignApp/Sidecard", status=404)


def test_what_cannot_have_a_key(keyed: Caller) -> None:
    keyed("POST", f"{DEVICE}/Key", json=KEY | {"TableName": "ticket"}, status=400)
    keyed("POST", f"{DEVICE}/Key", json=KEY | {"RecordId": 999}, status=400)
    keyed("POST", "v1/ForeignApp/Sidecard/Nothing/here/Key", json=KEY, status=404)
    keyed("POST", "v1/ForeignApp/Nobody/Radar/main", status=404)


def test_the_agents_way(alice: Caller) -> None:
    app = agent(alice, "SaveForeignAppEntity", agent(alice, "CreateDefaultForeignAppEntity") | {"Name": "Other"})
    assert agent(alice, "GetForeignAppEntity", params={"foreignAppEntityId": app["ForeignAppId"]}) == app
    where = {"ApplicationName": "Other", "DeviceName": "Phone", "DeviceIdentifier": ""}
    device = agent(alice, "AddDeviceByIdentifier", where)
    assert agent(alice, "GetForeignDevice", params={"foreignDeviceId": device["ForeignDeviceId"]}) == device
    agent(alice, "SaveForeignKey", where | {"ForeignKey": KEY | {"TableName": "person", "RecordId": 2}})
    named = {"ApplicationName": "Other", "DeviceName": "Phone", "KeyName": "id", "TableName": "person"}
    assert agent(alice, "GetKeyValue", named | {"RecordId": 2}) == "A-1"
    assert agent(alice, "GetKey", named | {"RecordId": 3}) is None
    assert agent(alice, "GetKeyByValue", named | {"KeyValue": "A-1"})["RecordId"] == 2
    everything = agent(alice, "GetAllForeignKeysOnEntity", {"EntityType": "person", "EntityId": 2})
    assert everything == {"Other.Phone.id": "A-1"}
    agent(alice, "DeleteForeignKeyOnName", named | {"DeviceIdentifier": "", "RecordId": 0}, status=204)
    assert agent(alice, "GetDeviceKeys", {"ApplicationName": "Other", "DeviceName": "Phone"}) == []
    agent(alice, "DeleteForeignAppEntity", status=204, params={"foreignAppEntityId": app["ForeignAppId"]})
    assert agent(alice, "GetAppByName", {"ApplicationName": "Other"}) is None
