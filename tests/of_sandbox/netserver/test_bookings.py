"""Invitations: who is invited has them in his diary, answers them, and is told of changes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.server import Sandbox

from .caller import Caller
from .test_more_agents import agent

DAY = {"StartTime": "2031-05-14T00:00:00", "EndTime": "2031-05-14T23:00:00"}
ALICE, BOB, KIM, STRANGER = {"AssociateId": 5}, {"AssociateId": 6}, {"AssociateId": 7}, {"PersonId": 43}


@pytest.fixture
def bob(sandbox: Sandbox) -> Caller:
    return Caller(sandbox, "bob")


@pytest.fixture
def meeting(alice: Caller) -> dict[str, Any]:
    """Alice invites Bob and somebody who is no user."""
    fresh = agent(alice, "Appointment/CreateDefaultAppointmentEntity")
    times = {"StartDate": "2031-05-14T09:00:00", "EndDate": "2031-05-14T10:00:00", "Title": "Kick-off"}
    return agent(alice, "Appointment/Save", AppointmentEntity=fresh | times | {"Participants": [ALICE, BOB, STRANGER]})


def diary(caller: Caller) -> list[dict[str, Any]]:
    return agent(caller, "Appointment/GetMyDiary", **DAY)


def statuses(caller: Caller, key: int) -> list[str]:
    return [one["InvitationStatus"] for one in caller("GET", f"v1/Appointment/{key}")["Participants"]]


def changed(caller: Caller, entity: dict[str, Any], **how: Any) -> dict[str, Any]:
    return agent(caller, "Appointment/Save", AppointmentEntity=entity | how)


def test_who_is_invited_has_it_in_his_diary(alice: Caller, bob: Caller, meeting: dict[str, Any]) -> None:
    assert meeting["BookingType"] == "Owner"
    assert statuses(alice, meeting["AppointmentId"]) == ["Accepted", "Invitation", "None"]
    (light,) = diary(bob)
    assert (light["Title"], light["Type"], light["InvitationStatus"]) == ("Kick-off", "BookingForDiary", "Invitation")
    invitation = bob("GET", f"v1/Appointment/{light['AppointmentId']}")
    assert (invitation["MotherId"], invitation["BookingType"]) == (meeting["AppointmentId"], "Participant")
    assert [one["AssociateId"] for one in invitation["Participants"]] == [5, 6, 0]
    found = agent(alice, "Appointment/GetAppointmentRecords", MotherId=meeting["AppointmentId"])
    assert [one["AppointmentId"] for one in found] == [meeting["AppointmentId"], light["AppointmentId"]]
    assert len(diary(alice)) == 1


def test_invitations_are_answered(alice: Caller, bob: Caller, meeting: dict[str, Any]) -> None:
    key, mother = diary(bob)[0]["AppointmentId"], meeting["AppointmentId"]
    agent(bob, "Appointment/SetSeen", 204, AppointmentId=key)
    assert statuses(alice, mother)[1] == "Seen"
    agent(bob, "Appointment/Accept", 204, AppointmentId=key, UpdateMode="OnlyThis")
    accepted = bob("GET", f"v1/Appointment/{key}")
    assert (accepted["InvitationStatus"], accepted["Type"]) == ("Accepted", "inDiary")
    agent(bob, "Appointment/SetSeenMany", 204, AppointmentIds=[key])
    assert statuses(alice, mother)[1] == "Accepted"
    agent(bob, "Appointment/Reject", 204, AppointmentId=key, RejectReason="On holiday")
    assert bob("GET", f"v1/Appointment/{key}")["RejectReason"] == "On holiday"
    assert statuses(alice, mother)[1] == "Declined"
    assert diary(bob) == []
    agent(alice, "Appointment/Accept", 400, AppointmentId=mother)
    agent(bob, "Appointment/Accept", 501, AppointmentId=key, UpdateMode="StopRecurrence")


def test_what_is_moved_is_to_be_answered_anew(alice: Caller, bob: Caller, meeting: dict[str, Any]) -> None:
    key = diary(bob)[0]["AppointmentId"]
    agent(bob, "Appointment/Accept", 204, AppointmentId=key)
    named = changed(alice, meeting, Title="Kick-off at last")
    (light,) = diary(bob)
    assert (light["Title"], light["InvitationStatus"]) == ("Kick-off at last", "Accepted")
    changed(alice, named, StartDate="2031-05-14T09:30:00")
    (light,) = diary(bob)
    assert (light["StartDate"], light["InvitationStatus"]) == ("2031-05-14T09:30:00", "Moved")
    agent(bob, "Appointment/SetSeen", 204, AppointmentId=key)
    assert statuses(alice, meeting["AppointmentId"])[1] == "MovedSeen"


def test_participants_come_and_go(alice: Caller, bob: Caller, meeting: dict[str, Any], sandbox: Sandbox) -> None:
    changed(alice, meeting, Participants=[ALICE, KIM])
    assert diary(bob) == []
    (light,) = diary(Caller(sandbox, "kim"))
    agent(alice, "Appointment/Delete", 204, AppointmentId=meeting["AppointmentId"])
    invitation = alice("GET", f"v1/Appointment/{light['AppointmentId']}")
    assert invitation["InvitationStatus"] == "Cancelled"


def test_an_invitation_saved_by_itself_invites_nobody(alice: Caller, bob: Caller, meeting: dict[str, Any]) -> None:
    key = diary(bob)[0]["AppointmentId"]
    entity = bob("GET", f"v1/Appointment/{key}")
    saved = bob("PUT", f"v1/Appointment/{key}", json=entity | {"Location": "My room"})
    assert (saved["Location"], saved["MotherId"]) == ("My room", meeting["AppointmentId"])
    found = agent(alice, "Appointment/GetAppointmentRecords", MotherId=meeting["AppointmentId"])
    assert len(found) == 2
