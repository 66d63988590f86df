"""Users, their groups and roles, and NetServer's own texts."""

from __future__ import annotations

from typing import Any

from tests.of_sandbox.netserver.caller import Caller


def agent(caller: Caller, method: str, given: Any = None, status: int = 200, **more: Any) -> Any:
    body = {} if given is None else {"json": given}
    return caller("POST", f"v1/Agents/{method}", status=status, **body, **more)


def test_the_callers_group(bob: Caller, kim: Caller) -> None:
    assert (bob("GET", "v1/User/currentPrincipal")["GroupId"], kim("GET", "v1/User/currentPrincipal")["GroupId"]) == (
        1,
        2,
    )
    assert kim("GET", "v1/User/currentAssociate")["GroupIdx"] == 2


def test_associates(alice: Caller) -> None:
    bob = agent(alice, "Associate/GetAssociate", params={"associateId": 6})
    assert (bob["FullName"], bob["UserName"]) == ("Bob Nygård", "bob@acme.example")
    assert agent(alice, "Associate/GetAssociateByPersonId", {"PersonId": 2}) == bob
    assert agent(alice, "Associate/GetAssociateList", [6, 99]) == [bob]
    in_sales = agent(alice, "Associate/GetAssociatesByGroup", {"GroupId": 1, "Type": 1})
    assert [one["AssociateId"] for one in in_sales] == [5, 6, 8]
    assert agent(alice, "Associate/GetAssociate", params={"associateId": 99}) is None


def test_users(alice: Caller) -> None:
    bob = alice("GET", "v1/User/6")
    assert (bob["Role"]["Value"], bob["UserGroup"]["Value"], bob["Person"]["PersonId"]) == ("User level 1", "Sales", 2)
    named = {"UserName": "bob@acme.example"}
    assert agent(alice, "User/GetUserFromName", named)["AssociateId"] == 6
    assert agent(alice, "User/GetUserFromName", {"UserName": "nobody"}) is None
    assert alice("GET", "v1/User/bob@acme.example")["AssociateId"] == 6
    assert agent(alice, "User/GetUserInfo", params={"userInfoId": 6})["UserGroupName"] == "Sales"
    assert [group["Value"] for group in agent(alice, "User/GetAllUserGroups", {})] == ["Sales", "Service"]
    rights = agent(alice, "User/GetFunctionalRights", {"RoleId": 2})
    assert [right["Name"] for right in rights if right["Selected"]] == ["allow-bulk-export"]
    alice("GET", "v1/User/99", status=404)


def test_users_are_not_for_applications_to_change(alice: Caller) -> None:
    alice("PUT", "v1/User/6", json={}, status=403)
    alice("GET", "v1/User/current", status=403)
    agent(alice, "User/SaveUser", {}, status=403)


def test_presence_and_notes(alice: Caller, bob: Caller) -> None:
    away = {"Status": "StatusNotAvailable", "Message": "At the dentist's"}
    bob("PUT", "v1/User/6/UserPresenceStatus", json=away)
    assert alice("GET", "v1/User/6/UserPresenceStatus") == away
    bob("PUT", "v1/User/5/UserPresenceStatus", json=away, status=403)
    agent(bob, "Associate/SaveNote", {"AssociateId": 6, "Note": ["Call Acme"]}, status=204)
    assert agent(bob, "Associate/GetNote", {"AssociateId": 6}) == ["Call Acme"]


def test_texts_of_netserver(alice: Caller) -> None:
    assert "nb-NO" in alice("GET", "v1/String/KnownLanguages")
    assert alice("GET", "v1/String/SR_YES/nb-NO") == "Ja"
    assert alice("GET", "v1/String/SR_YES")["SR_YES"]["en-US"] == "Yes"
    assert alice("GET", "v1/String", params={"q": "obligatorisk", "isoLangCode": "no"})[0].startswith("SR_MANDATORY")
    assert alice("POST", "v1/String?isoLangCode=da", json=["SR_NO"]) == {"SR_NO": {"da": "Nej"}}
    alice("GET", "v1/String/SR_NOTHING/en", status=404)
    alice("GET", "v1/String/SR_YES/tlh", status=400)
