"""Follow-ups: appointments, phone calls, tasks; with a time of day or all day."""

from __future__ import annotations

from datetime import timedelta

from . import bookings, recurrence
from .answers import Call, bad
from .business import refuse_stranger
from .carriers import user
from .facts import carrier
from .fields import (
    PUBLISHED,
    Entity,
    Field,
    activity_status,
    flag,
    links,
    listed,
    moment,
    number,
    of_user,
    plain,
    record,
    stored_day,
    visible_for,
)
from .kind import Kind
from .lights import appointment_light
from .world import Row

FIELDS: dict[str, Field] = {
    "Title": plain("title"),
    "Description": plain("text"),
    "Agenda": plain("agenda"),
    "InternalNotes": plain("internal_notes"),
    "Location": plain("location"),
    "StartDate": moment("start"),
    "EndDate": moment("end"),
    "IsAlldayEvent": flag("all_day"),
    "IsFree": flag("is_free"),
    "HasAlarm": flag("alarm"),
    "AlarmLeadTime": plain("alarm_lead", "00:00:00"),
    "IsMileStone": flag("milestone"),
    "RejectReason": plain("reject_reason"),
    "JoinVideomeetUrl": plain("video_url"),
    "Private": plain("private", "Public"),
    "Type": plain("type", "inDiary"),
    "Completed": activity_status("completed"),
    "Associate": of_user("associate"),
    "Contact": record("contact", "contact"),
    "Person": record("person", "person"),
    "Project": record("project", "project"),
    "Sale": record("sale", "sale"),
    "Task": listed("task", "TaskListItem", "task", "TaskListItemId"),
    "Priority": listed("priority", "Priority", "priority"),
    "ColorIndex": number("color"),
    "LagTime": plain("lag", "00:00:00"),
    "LeadTime": plain("lead", "00:00:00"),
    "CentralserviceVideomeetId": plain("video_id"),
    **PUBLISHED,
    "Links": links(),
}

LISTS = {
    "Associate": "associate",
    "Contact": "contact_new",
    "Person": "person",
    "Priority": "priority",
    "Project": "project",
    "RejectReason": "rejectReason",
    "Task": "task",
    "Sale": "sale",
}


def _more(call: Call, key: int, row: Row, new: bool) -> Entity:
    show = call.clock.show_day if row["all_day"] else call.clock.show
    return {
        "StartDate": show(row["start"]),
        "EndDate": show(row["end"]),
        "ActiveDate": show(row["start"]),
        "ActiveLinks": len(row.get("links", [])),
        "AssignmentStatus": "None",
        "InvitationStatus": bookings.status(call, row),
        "BookingType": bookings.role(call, key, row),
        "MotherId": row.get("mother", 0),
        "Participants": [_participant(call, *part) for part in bookings.participants(call, key, row)],
        "VisibleFor": visible_for(call, row),
        "Recurrence": recurrence.shown(call, key, row),
    }


def _participant(call: Call, part: Row, status: str) -> Entity:
    person = call.tenant.table("person").get(part["person"])
    return carrier(
        "ParticipantInfo",
        AssociateId=part["associate"],
        PersonId=part["person"],
        ContactId=person["contact"] if person else 0,
        InvitationStatus=status,
        EmailAddress=part["email"],
    )


def _kept(call: Call, shown: Entity, wanted: Entity) -> Row:
    refuse_stranger(call, wanted)
    if (wanted.get("Recurrence") or {}).get("IsRecurrence") and not (shown.get("Recurrence") or {}).get("IsRecurrence"):
        raise bad("Recurrence: a series is made by the agent Appointment, Save, of a new follow-up")
    kept: Row = {"participants": [_invited(call, part) for part in wanted.get("Participants") or []]}
    if wanted.get("IsAlldayEvent"):
        kept |= {key: stored_day(wanted.get(name)) for name, key in (("StartDate", "start"), ("EndDate", "end"))}
    if not stored_day(wanted.get("StartDate")):
        raise bad("StartDate: a follow-up needs a start")
    if (wanted.get("EndDate") or "")[:19] < (wanted.get("StartDate") or "")[:19]:
        raise bad("EndDate: a follow-up cannot end before it starts")
    return kept


def _invited(call: Call, part: Entity) -> Row:
    """One participant; ids that do not agree with the database are refused."""
    associate_id, person_id = part.get("AssociateId") or 0, part.get("PersonId") or 0
    found = user(call.tenant, associate_id)
    if associate_id and (found is None or (person_id and person_id != found.person_id)):
        raise bad(f"Participants: AssociateId {associate_id} and PersonId {person_id} do not agree")
    if person_id and person_id not in call.tenant.table("person"):
        raise bad(f"Participants: there is no PersonId {person_id}")
    person_id = person_id or (found.person_id if found else 0)
    return {"associate": associate_id, "person": person_id, "email": part.get("EmailAddress") or ""}


def empty(call: Call) -> Row:
    """A meeting of the caller's, at the next full hour."""
    hour = call.world.now().replace(tzinfo=None, minute=0, second=0, microsecond=0) + timedelta(hours=1)
    texts = dict.fromkeys(("title", "text", "agenda", "location"), "")
    return {
        **texts,
        **dict.fromkeys(("contact", "person", "project", "sale"), 0),
        "associate": call.associate.associate_id,
        "task": 2,
        "priority": 2,
        "start": hour.isoformat(timespec="seconds"),
        "end": (hour + timedelta(hours=1)).isoformat(timespec="seconds"),
        "all_day": False,
        "completed": False,
        "deleted": False,
    }


APPOINTMENT = Kind(
    name="Appointment",
    table="appointment",
    key="AppointmentId",
    fields=FIELDS,
    empty=empty,
    more=_more,
    keep=_kept,
    done=bookings.invite,
    simple=appointment_light,
    lists=LISTS,
    sublists=("Participants", "Links"),
)
