"""The agents of follow-ups and documents: diaries, tasks, done or not, contents of documents.

Follow-ups that repeat are saved and deleted by their agent only (`recurrence`), and invitations are answered by it
(`bookings`).
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import datetime, timedelta

from starlette.responses import Response

from . import bookings, documents, records, recurrence
from .activities import APPOINTMENT
from .agents import (
    Fits,
    argument,
    bare,
    between,
    fitting,
    lights,
    moment,
    no_other,
    owned,
    posted,
    saved,
    seen_or_none,
    streamed,
)
from .answers import Call, Refused, bad, lacking
from .asking import asked, nothing, number
from .business import SALE
from .carriers import user
from .documents import DOCUMENT
from .facts import carrier
from .fields import Entity
from .kind import Kind, find, row_of, shown
from .list_agents import SERVED
from .world import Row

TYPES = ("inDiary", "inChecklist", "Note", "BookingForDiary", "BookingForChecklist")
DIARY = ("inDiary", "BookingForDiary")
TASKS = ("inChecklist", "BookingForChecklist")

ACTIVITIES = {"appointment_id": APPOINTMENT, "document_id": DOCUMENT, "sale_id": SALE}
"""What an activity identifier (``appointment_id=5``) may speak of."""


# Follow-ups


def new_appointment(call: Call) -> Response:
    """A follow-up of a type, for a user."""
    call.demand("appointment", "insert")
    kind = argument(call, "Type", str, "inDiary")
    if kind not in TYPES:
        raise bad(f"Type: {kind} is none of {', '.join(TYPES)}")
    row = APPOINTMENT.empty(call) | {"type": kind}
    row["associate"] = argument(call, "AssociateId", int, 0) or row["associate"]
    return fresh(call, row)


def fresh(call: Call, row: Row) -> Response:
    """A follow-up that is not saved yet."""
    return call.answer(bare(shown(call, APPOINTMENT, 0, row, new=True)))


def like_another(call: Call) -> Response:
    """The task and the participants of another one, today at its time of day; nothing is stored."""
    call.demand("appointment", "insert")
    row = find(call, APPOINTMENT, argument(call, "AppointmentId", int))
    kept = ("task", "participants", "all_day", "priority", "contact", "person", "project", "sale", "type")
    made = APPOINTMENT.empty(call) | {name: row[name] for name in kept if name in row}
    made["associate"] = argument(call, "AssociateId", int, 0) or made["associate"]
    start, end = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
    begins = datetime.combine(call.world.now().date(), start.time())
    made |= {"start": begins.isoformat(), "end": (begins + (end - start)).isoformat()}
    return fresh(call, made)


def reopening(call: Call) -> Response:
    """A reminder of a stalled sale, on the day when it is to be opened again; nothing is stored."""
    call.demand("appointment", "insert")
    key = argument(call, "SaleId", int)
    sale = find(call, SALE, key)
    made = APPOINTMENT.empty(call) | {name: sale[name] for name in ("contact", "person", "project", "associate")}
    day = sale.get("reopen") or made["start"]
    at = datetime.combine(datetime.fromisoformat(day).date(), datetime.fromisoformat(made["start"]).time())
    made |= {"sale": key, "text": sale["heading"], "start": at.isoformat()}
    return fresh(call, made | {"end": (at + timedelta(hours=1)).isoformat()})


def save_appointment(call: Call) -> Response:
    """One follow-up, a new series of them, or with ``ThisAndForward`` one and those that come after it."""
    given = asked(call)
    sent = given["AppointmentEntity"] or {}
    if not sent.get("AppointmentId") and (sent.get("Recurrence") or {}).get("IsRecurrence"):
        return call.answer(new_series(call, sent))
    later = following(call, sent.get("AppointmentId") or 0, given["UpdateMode"])
    if not later:
        return call.answer(saved(call, APPOINTMENT, sent))
    wanted = recurrence.moved(call, sent, [row for _, row in later])
    made = [saved(call, APPOINTMENT, one | {"AppointmentId": key}) for (key, _), one in zip(later, wanted, strict=True)]
    return call.answer(made[0])


def new_series(call: Call, sent: Entity) -> Entity:
    """One follow-up for each day of the pattern; the first of them."""
    rule = recurrence.whole(sent["Recurrence"])
    days, number = recurrence.days_of(rule), call.tenant.next_id("recurrence")
    alone = sent | {"Recurrence": None}
    made = [saved(call, APPOINTMENT, recurrence.shifted(call, alone, day))["AppointmentId"] for day in days]
    call.tenant.table("recurrence")[number] = {"rule": rule, "deleted": False}
    rows = call.tenant.table("appointment")
    for key in made:
        rows[key]["recurrence"] = number
    return bare(shown(call, APPOINTMENT, made[0], rows[made[0]]))


def following(call: Call, key: int, mode: str) -> list[tuple[int, Row]]:
    """A follow-up of a series and those that come after it, if they are meant; else nothing."""
    if mode == "StopRecurrence":
        raise lacking("the UpdateMode StopRecurrence")
    row = row_of(call, APPOINTMENT, key)
    if mode != "ThisAndForward" or row is None or not row.get("recurrence"):
        return []
    return [(k, one) for k, one in recurrence.of_series(call, row["recurrence"]) if one["start"] >= row["start"]]


def delete_appointment(call: Call) -> Response:
    given = asked(call)
    later = following(call, given["AppointmentId"], given["UpdateMode"])
    for key in [key for key, _ in later] or [given["AppointmentId"]]:
        records.deleted(call, APPOINTMENT, key)
    return nothing()


def default_pattern(call: Call) -> Response:
    """A pattern from a day on."""
    moment(call, "StartDate")
    return call.answer(recurrence.fresh(call, argument(call, "StartDate", str)))


def today(call: Call) -> str:
    return call.world.now().astimezone(call.clock.zone).date().isoformat()


def calculate_days(call: Call) -> Response:
    """The pattern of a follow-up with its days, and what collides on them."""
    entity = asked(call)["AppointmentEntity"] or {}
    rule = recurrence.whole(entity.get("Recurrence") or {})
    return call.answer(rule | {"Dates": recurrence.conflicts(call, entity, recurrence.days_of(rule))})


def validate_days(call: Call) -> Response:
    given = asked(call)
    custom: Entity = {"Pattern": "Custom", "Dates": [{"Date": one} for one in given["Dates"]]}
    return call.answer(recurrence.conflicts(call, given["AppointmentEntity"] or {}, recurrence.days_of(custom)))


def involved(call: Call) -> Response:
    """All follow-ups of a series, or a follow-up and its invitations."""
    given = asked(call)
    mother = given["MotherId"]
    keys = [mother, *bookings.children(call, mother).values()] if mother else []
    if given["RecurrenceRuleId"]:
        keys += [key for key, _ in recurrence.of_series(call, given["RecurrenceRuleId"]) if key not in keys]
    return call.answer(lights(call, APPOINTMENT, keys))


def invitation(call: Call, key: int, mode: str) -> Row:
    """The row of an invitation; 400 for any other follow-up."""
    if mode == "StopRecurrence":
        raise lacking("the UpdateMode StopRecurrence")
    row = find(call, APPOINTMENT, key, "update")
    if not row.get("mother"):
        raise bad(f"AppointmentId: {key} is no invitation")
    return row


def accept(call: Call) -> Response:
    """An invitation becomes a follow-up like any other."""
    given = asked(call)
    row = invitation(call, given["AppointmentId"], given["UpdateMode"])
    kind = {booked: plain for plain, booked in bookings.BOOKED.items()}.get(row["type"], row["type"])
    records.altered(call, APPOINTMENT, given["AppointmentId"], {"invitation": "Accepted", "type": kind})
    return nothing()


def reject(call: Call) -> Response:
    given = asked(call)
    invitation(call, given["AppointmentId"], given["UpdateMode"])
    changes = {"invitation": "Declined", "reject_reason": given["RejectReason"]}
    records.altered(call, APPOINTMENT, given["AppointmentId"], changes)
    return nothing()


def set_seen(call: Call) -> Response:
    """One invitation or several; what was answered stays so."""
    given = asked(call)
    for key in given["AppointmentIds"] if "AppointmentIds" in given else [given["AppointmentId"]]:
        row = invitation(call, key, given["UpdateMode"])
        records.altered(call, APPOINTMENT, key, {"invitation": bookings.SEEN.get(row["invitation"], row["invitation"])})
    return nothing()


def needed(call: Call, name: str) -> str:
    """An argument that must be a time."""
    text = moment(call, name)
    if not text:
        raise bad(f"{name} is missing")
    return text


def move(call: Call) -> Response:
    """To another start, as long as before."""
    given = asked(call)
    row = find(call, APPOINTMENT, given["AppointmentId"], "update")
    start = datetime.fromisoformat(needed(call, "NewStartTime"))
    lasts = datetime.fromisoformat(row["end"]) - datetime.fromisoformat(row["start"])
    changes = {"start": start.isoformat(), "end": (start + lasts).isoformat()}
    records.altered(call, APPOINTMENT, given["AppointmentId"], changes)
    return call.answer(bare(shown(call, APPOINTMENT, given["AppointmentId"], row)))


def update(call: Call) -> Response:
    """Time, status, type and owner by names; the light carrier as it is then."""
    given = asked(call)
    key = given["Id"]
    find(call, APPOINTMENT, key, "update")
    if given["Type"] not in TYPES or given["Status"] not in ("NotStarted", "Started", "Completed"):
        raise bad(f"Status {given['Status']} and Type {given['Type']}: the sandbox has no such follow-ups")
    if user(call.tenant, given["AssociateId"]) is None:
        raise bad(f"AssociateId: there is no user {given['AssociateId']}")
    start, end = (needed(call, name) for name in ("StartTime", "EndTime"))
    if end < start:
        raise bad("EndTime: a follow-up cannot end before it starts")
    changes = {"start": start, "end": end, "completed": given["Status"] == "Completed", "type": given["Type"]}
    row = records.altered(call, APPOINTMENT, key, changes | {"associate": given["AssociateId"]})
    assert APPOINTMENT.simple is not None
    return call.answer(APPOINTMENT.simple(call, key, row))


def to_task(call: Call) -> Response:
    """From the diary to the list of tasks, unless others take part."""
    key = argument(call, "AppointmentId", int)
    row = find(call, APPOINTMENT, key, "update")
    if len(row.get("participants", [])) > 1:
        raise bad("Only a follow-up without other participants becomes a task")
    records.altered(call, APPOINTMENT, key, {"type": "inChecklist"})
    return call.answer(bare(shown(call, APPOINTMENT, key, row)))


def toggle_appointment(call: Call) -> Response:
    """Done becomes not done and back."""
    key = argument(call, "AppointmentId", int)
    return call.answer(status(records.altered(call, APPOINTMENT, key, other(find(call, APPOINTMENT, key, "update")))))


def other(row: Row) -> Row:
    """What is done becomes undone."""
    return {"completed": not row["completed"]}


def status(row: Row) -> str:
    return "Completed" if row["completed"] else "NotStarted"


# Activities: follow-ups and documents by identifiers


def activities(call: Call, texts: list[str]) -> list[tuple[Kind, int, Row]]:
    """Records that identifiers name. One that is not there makes the whole order do nothing, as documented."""
    found = []
    for text in texts:
        name, _, number = text.partition("=")
        kind = ACTIVITIES.get(name)
        if kind is None or not number.isdecimal():
            raise bad(f"ActivityIdentifier: {text!r} is not like appointment_id=5")
        if row_of(call, kind, int(number)) is None:
            return []
        found.append((kind, int(number), find(call, kind, int(number), "update")))
    if any(kind is SALE for kind, _, _ in found):
        raise bad("ActivityIdentifier: a sale is done once it is sold or lost")
    return found


def set_status(call: Call) -> Response:
    given = asked(call)
    for kind, key, _ in activities(call, given["ActivityIdentifier"]):
        records.altered(call, kind, key, {"completed": given["ActivityStatus"] == "Completed"})
    return nothing()


def toggle(call: Call) -> Response:
    """Each for itself; the status of the last one."""
    given = asked(call)["ActivityIdentifier"]
    found = activities(call, given if isinstance(given, list) else [given])
    rows = [records.altered(call, kind, key, other(row)) for kind, key, row in found]
    return call.answer(status(rows[-1]) if rows else "Unknown")


# Lists of follow-ups and documents


def of_user(name: str, types: tuple[str, ...]) -> Callable[[Call], Response]:
    """Follow-ups of a user within a time, of some types; ``name`` empty: the caller's own."""

    def handler(call: Call) -> Response:
        who = argument(call, name, int) if name else call.associate.associate_id
        return call.answer(between(call, APPOINTMENT, "start", lambda key, row: in_list_of(row, who, types)))

    return handler


def of_type(row: Row, types: tuple[str, ...]) -> bool:
    return not types or row.get("type", "inDiary") in types


def persons_diary(call: Call) -> Response:
    """The diary of a person who is a user; 400 for anybody else."""
    who = own_user(call)
    return call.answer(between(call, APPOINTMENT, "start", lambda key, row: in_list_of(row, who, DIARY)))


def own_user(call: Call) -> int:
    person = argument(call, "PersonId", int)
    found = next((one.associate_id for one in call.tenant.associates.values() if one.person_id == person), None)
    if found is None:
        raise bad(f"PersonId: {person} is no user")
    return found


def in_list_of(row: Row, who: int, types: tuple[str, ...]) -> bool:
    return bool(row["associate"] == who) and of_type(row, types) and row.get("invitation") != "Declined"


def diaries(call: Call) -> Response:
    """Several users' diaries in one."""
    who = asked(call)["AssociateIds"]
    return call.answer(
        between(call, APPOINTMENT, "start", lambda key, row: any(in_list_of(row, one, DIARY) for one in who))
    )


def tasks(call: Call) -> Response:
    """What is in somebody's list of tasks and not done, oldest first, at most ``Count``."""
    who = own_user(call) if "PersonId" in call.json else call.associate.associate_id
    open_tasks = between(
        call, APPOINTMENT, "start", lambda key, row: in_list_of(row, who, TASKS) and not row["completed"]
    )
    return call.answer(open_tasks)


def at(of: str) -> Callable[[Call, int], Fits]:
    """Rows that point at a record."""
    return lambda call, wanted: lambda key, row: row[of] == wanted


def of_member(call: Call, wanted: int) -> Fits:
    """Rows of the projects a person is a member of."""
    projects = projects_with(call, wanted)
    return lambda key, row: row["project"] in projects


def of_person(call: Call, wanted: int) -> Fits:
    """Rows of a person, and of his projects if these are wanted too."""
    given, member = asked(call), of_member(call, wanted)
    more = given.get("IncludeProjectAppointments") or given.get("IncludeProjectDocuments")
    return lambda key, row: row["person"] == wanted or bool(more and member(key, row))


PLACES = {
    "Contact": ("ContactId", at("contact")),
    "Person": ("PersonId", of_person),
    "Project": ("ProjectId", at("project")),
    "ProjectMember": ("PersonId", of_member),
}
"""Whose follow-ups and documents there are lists of: the argument that names the record, and which rows are its."""


def projects_with(call: Call, person: int) -> set[int]:
    """Projects a person is a member of."""
    rows = call.tenant.table("project_member").values()
    return {row["project"] for row in rows if row["person"] == person and not row["deleted"]}


def listing(kind: Kind, place: str, narrowed: Callable[[Call], Fits]) -> Callable[[Call], Response]:
    """Rows of a place within a time, of those that ``narrowed`` leaves."""
    time = "start" if kind is APPOINTMENT else "date"
    name, belongs = PLACES[place]

    def handler(call: Call) -> Response:
        mine, wanted = belongs(call, argument(call, name, int)), narrowed(call)
        return call.answer(between(call, kind, time, lambda key, row: mine(key, row) and wanted(key, row)))

    return handler


def whole(call: Call) -> Fits:
    return lambda key, row: True


def one_of(of: str, name: str) -> Callable[[Call], Fits]:
    """Rows whose list value is the argument, or one of it."""

    def narrowed(call: Call) -> Fits:
        given = asked(call)[name]
        wanted = given if isinstance(given, list) else [given]
        return lambda key, row: row[of] in wanted

    return narrowed


def under_heading(of: str, mdo: str, name: str) -> Callable[[Call], Fits]:
    """Rows whose list value stands under a heading."""

    def narrowed(call: Call) -> Fits:
        wanted, items = argument(call, name, int), call.tenant.lists[mdo]
        return lambda key, row: wanted in items.get(row[of], {}).get("headings", [])

    return narrowed


def by_type(call: Call) -> Fits:
    wanted = argument(call, "AppointmentType", str)
    return lambda key, row: of_type(row, (wanted,))


NARROWED: dict[str, tuple[Kind, Callable[[Call], Fits]]] = {
    "AppointmentsByTask": (APPOINTMENT, one_of("task", "TaskId")),
    "AppointmentsByTasks": (APPOINTMENT, one_of("task", "TaskIds")),
    "AppointmentsByTaskHeading": (APPOINTMENT, under_heading("task", "task", "TaskHeadingId")),
    "AppointmentsByType": (APPOINTMENT, by_type),
    "DocumentsByTemplateType": (DOCUMENT, one_of("template", "DocumentTemplateId")),
    "DocumentsByTemplateTypes": (DOCUMENT, one_of("template", "DocumentTemplateIds")),
    "DocumentsByTemplateHeading": (DOCUMENT, under_heading("template", "doctmpl", "TemplateHeadingId")),
}
"""Lists of a place by what its follow-ups and documents are."""


def may_insert(call: Call) -> Response:
    """Whether the caller may write follow-ups of each of some users."""
    new = APPOINTMENT.empty(call)
    who = asked(call)["AssociateIds"]
    return call.answer([call.may("appointment", "insert", new | {"associate": one}) for one in who])


# Documents


def document_stream(call: Call) -> Response:
    row = seen_or_none(call, DOCUMENT, key_of_document(call))
    return streamed(call, row["content"] if row is not None else None)


def key_of_document(call: Call) -> int:
    """By its id, or as an entity that has one."""
    given = asked(call)
    return int(given["DocumentId"] if "DocumentId" in given else (given["DocumentEntity"] or {}).get("DocumentId") or 0)


def set_document_stream(call: Call) -> Response:
    key, text = argument(call, "DocumentId", int), argument(call, "Stream", str)
    return call.answer(documents.stored_content(call, key, documents.bytes_of(text)))


def set_entity_stream(call: Call) -> Response:
    key = argument(call, "DocumentEntity", dict).get("DocumentId") or 0
    text = argument(call, "Stream", str)
    if find(call, DOCUMENT, key, "update")["content"] and not argument(call, "OverwriteExistingData", bool, False):
        raise Refused(400, "SoException", "The document has content already")
    return call.answer(documents.stored_content(call, key, documents.bytes_of(text)))


def document_length(call: Call) -> Response:
    row = find(call, DOCUMENT, argument(call, "DocumentId", int))
    return call.answer(len(base64.b64decode(row["content"])))


def from_template(call: Call) -> Response:
    return call.answer(documents.made_from_template(call, argument(call, "DocumentId", int)))


def document_url(call: Call) -> Response:
    return documents.url(call, argument(call, "DocumentId", int))


def rename(call: Call) -> Response:
    """The name of the file; answered as it is stored."""
    given = asked(call)
    if not given["NewFilename"].strip():
        raise bad("NewFilename: a document needs a name")
    row = records.altered(call, DOCUMENT, given["DocumentId"], {"name": given["NewFilename"].strip()})
    return call.answer(row["name"])


def linked_documents(call: Call) -> Response:
    """Documents a follow-up links to."""
    row = seen_or_none(call, APPOINTMENT, argument(call, "AppointmentId", int)) or {}
    ids = [link["id"] for link in row.get("links", []) if link["table"] == "document"]
    return call.answer(fitting(call, DOCUMENT, lambda key, row: key in ids))


def versions(call: Call) -> Response:
    """None: documents are not versioned here; ``LockSemantics`` says so."""
    seen_or_none(call, DOCUMENT, argument(call, "DocumentId", int))
    return call.answer([])


def checkout_state(call: Call) -> Response:
    find(call, DOCUMENT, argument(call, "DocumentId", int))
    return call.answer(carrier("CheckoutInfo", State="LockingNotSupported"))


TASK = SERVED["TaskListItem"]


def save_task(call: Call) -> Response:
    sent = asked(call)
    return call.answer(TASK.save(call, sent["TaskListItemId"], call.json))


HANDLERS: dict[str, dict[str, Callable[[Call], Response]]] = {
    "Appointment": {
        "CreateDefaultAppointmentEntityByType": new_appointment,
        "CreateDefaultAppointmentEntityByTypeAndAssociate": new_appointment,
        "CreateAppointmentEntityFromExisting": like_another,
        "CreateDefaultReOpenAppointment": reopening,
        "GetAssociateDiary": of_user("AssociateId", DIARY),
        "GetAssociatesDiary": diaries,
        "GetPersonDiary": persons_diary,
        "GetMyDiary": of_user("", DIARY),
        "GetMyTasks": tasks,
        "GetPersonTasks": tasks,
        "GetMyAppointments": of_user("", ()),
        "GetContactAppointments": listing(APPOINTMENT, "Contact", whole),
        "GetPersonAppointments": listing(APPOINTMENT, "Person", whole),
        "GetProjectAppointments": listing(APPOINTMENT, "Project", whole),
        "GetProjectMemberAppointments": listing(APPOINTMENT, "ProjectMember", whole),
        "GetCanInsertForAssociates": may_insert,
        "WillSendEmail": no_other,
        "CreateDefaultTaskListItem": lambda call: call.answer(TASK.default(call)),
        "GetTaskListItem": lambda call: call.answer(TASK.one(call, number(call, "taskListItemId"))),
        "GetTaskListItems": lambda call: call.answer(TASK.all(call, argument(call, "IncludeDeleted", bool, False))),
        "SaveTaskListItem": save_task,
        "CreateDefaultRecurrence": lambda call: call.answer(recurrence.fresh(call, today(call))),
        "CreateDefaultRecurrenceByDate": default_pattern,
        "CalculateDays": calculate_days,
        "ValidateDays": validate_days,
        "GetAppointmentRecords": involved,
        "Accept": accept,
        "Reject": reject,
        "SetSeen": set_seen,
        "SetSeenMany": set_seen,
        "Save": save_appointment,
        "Delete": delete_appointment,
        "Move": move,
        "UpdateAppointmentWithMode": update,
        "ConvertAppointmentToTask": to_task,
        "ToggleAppointmentStatus": toggle_appointment,
        "ToggleActivity": toggle,
        "ToggleActivities": toggle,
        "SetActivityStatus": set_status,
    },
    "Document": {
        "GetDocumentStream": document_stream,
        "GetDocumentStreamFromEntity": document_stream,
        "SetDocumentStreamFromId": set_document_stream,
        "SetDocumentStream": set_entity_stream,
        "GetDocumentLength": document_length,
        "GetDocumentUrl": document_url,
        "GetVersionList": versions,
        "GetCheckoutState": checkout_state,
        "RenameDocument": rename,
        "CreateNewPhysicalDocumentFromTemplate": from_template,
        "GetAppointmentDocuments": linked_documents,
        "GetContactDocuments": listing(DOCUMENT, "Contact", whole),
        "GetProjectDocuments": listing(DOCUMENT, "Project", whole),
        "GetPersonDocuments": owned(DOCUMENT, "person", "PersonId"),
        "GetPersonDocumentsByDate": listing(DOCUMENT, "Person", whole),
        "GetProjectMemberDocuments": listing(DOCUMENT, "ProjectMember", whole),
        "GetSaleDocuments": owned(DOCUMENT, "sale", "SaleId"),
    },
}

for _ending, (_kind, _narrowed) in NARROWED.items():
    for _place in PLACES:
        HANDLERS[_kind.name][f"Get{_place}{_ending}"] = listing(_kind, _place, _narrowed)

PATHS = posted(HANDLERS)
