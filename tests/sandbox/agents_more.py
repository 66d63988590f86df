"""What else panels ask the agents of records: lists of a company, a person or a project, duplicates, consents,
members, diaries, contents of documents, messages of requests."""

from __future__ import annotations

import base64
from collections.abc import Callable

from starlette.responses import Response

from . import consents, documents, duplicates, records, relations
from .activities import APPOINTMENT
from .agents import Methods, argument, bare, id_in_query, lights, saved, seen_or_none, shown_or_null
from .answers import Call, Refused, bad
from .business import MEMBER, PROJECT, SALE, add_member, members_of
from .documents import DOCUMENT
from .entities import COMPANY, PERSON, people_of
from .fields import Entity
from .kind import Kind, find, shown
from .lights import member_light, messages_of
from .relations import RELATION, SELECTION
from .tickets import MESSAGE, TICKET
from .world import Row


def nothing() -> Response:
    """204; a new one each time, as the gate sets a cookie on it."""
    return Response(status_code=204)


Fits = Callable[[int, Row], bool]


def fitting(call: Call, kind: Kind, fits: Fits) -> list[Entity]:
    """Light carriers of the rows that fit."""
    rows = call.tenant.table(kind.table).items()
    return lights(call, kind, [key for key, row in rows if not row["deleted"] and fits(key, row)])


def owned(kind: Kind, of: str, name: str) -> Callable[[Call], Response]:
    """All light carriers of a kind whose row points at the record in the argument ``name``."""

    def handler(call: Call) -> Response:
        wanted = argument(call, name, int)
        return call.answer(fitting(call, kind, lambda key, row: row[of] == wanted))

    return handler


def sales_of(of: str, name: str, only_open: bool = False) -> Callable[[Call], Response]:
    """Sales of a company or a person; ``OnlyOpenSales`` leaves out those that are decided."""

    def handler(call: Call) -> Response:
        wanted, limited = argument(call, name, int), only_open or argument(call, "OnlyOpenSales", bool, False)
        return call.answer(
            fitting(call, SALE, lambda key, row: row[of] == wanted and (row["status"] == "Open" or not limited))
        )

    return handler


def timed(kind: Kind, at: str, of: str, name: str) -> Callable[[Call], Response]:
    """Rows of a record between ``StartTime`` and ``EndTime``, oldest first, at most ``Count``; ``name`` empty: the
    caller's own."""

    def handler(call: Call) -> Response:
        wanted = argument(call, name, int) if name else call.associate.associate_id
        start, end, count = _moment(call, "StartTime"), _moment(call, "EndTime"), argument(call, "Count", int, 0)
        rows = [(k, r) for k, r in call.tenant.table(kind.table).items() if r[of] == wanted and not r["deleted"]]
        inside = [(k, r) for k, r in rows if (not start or r[at] >= start) and (not end or r[at] <= end)]
        keys = [key for key, _ in sorted(inside, key=lambda pair: pair[1][at])]
        return call.answer(lights(call, kind, keys)[: count or None])

    return handler


def _moment(call: Call, name: str) -> str:
    text = argument(call, name, str, "")
    try:
        return call.clock.store(text) if text else ""
    except ValueError as error:
        raise bad(f"{name}: {text!r} is no date") from error


def my_contact(call: Call) -> Response:
    """The caller's own company."""
    return call.answer(shown_or_null(call, COMPANY, call.tenant.owner_contact_id))


def my_person(call: Call) -> Response:
    """The caller as a person."""
    return call.answer(shown_or_null(call, PERSON, call.associate.person_id))


def persons(call: Call) -> Response:
    """Persons of a company by rank."""
    found = people_of(call, argument(call, "ContactId", int))
    return call.answer(lights(call, PERSON, [key for key, _ in found]))


def company_with_persons(call: Call) -> Response:
    return call.answer(shown_or_null(call, COMPANY, argument(call, "ContactId", int)))


def person_in_company(call: Call) -> Response:
    """The default of a person of a company."""
    call.demand("person", "insert")
    row = PERSON.empty(call) | {"contact": argument(call, "ContactId", int)}
    return call.answer(bare(shown(call, PERSON, 0, row, new=True)))


def persons_of_project(call: Call) -> Response:
    found = members_of(call, argument(call, "ProjectId", int))
    return call.answer(lights(call, PERSON, [row["person"] for _, row in found if row["person"]]))


def is_number_valid(kind: Kind) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        key = argument(call, "ContactId", int, 0)
        return call.answer(duplicates.is_free(call, kind, key, argument(call, "Number", str)))

    return handler


def name_duplicates(call: Call) -> Response:
    found = duplicates.companies_named(call, argument(call, "Name", str), argument(call, "Department", str, ""))
    return call.answer(found)


def has_consent(call: Call) -> Response:
    return call.answer(consents.consented(call, argument(call, "PersonId", int), argument(call, "Purpose", str)))


def set_consent(call: Call) -> Response:
    texts = [argument(call, name, str) for name in ("Purpose", "Source", "LegalBase")]
    consents.give(call, argument(call, "PersonId", int), *texts, comment=argument(call, "Comment", str, ""))
    return nothing()


def remove_consent(call: Call) -> Response:
    consents.withdraw(call, argument(call, "PersonId", int), argument(call, "Purpose", str))
    return nothing()


def consent_infos(call: Call) -> Response:
    return consents.consents(call, argument(call, "PersonId", int))


APPOINTMENT_TYPES = ("inDiary", "inChecklist", "Note", "BookingForDiary", "BookingForChecklist")


def new_appointment(call: Call) -> Response:
    """A follow-up of a type, for a user."""
    call.demand("appointment", "insert")
    kind = argument(call, "Type", str, "inDiary")
    if kind not in APPOINTMENT_TYPES:
        raise bad(f"Type: {kind} is none of {', '.join(APPOINTMENT_TYPES)}")
    row = APPOINTMENT.empty(call) | {"type": kind}
    row["associate"] = argument(call, "AssociateId", int, 0) or row["associate"]
    return call.answer(bare(shown(call, APPOINTMENT, 0, row, new=True)))


def save_appointment(call: Call) -> Response:
    """``Appointment/Save``: repeating follow-ups are not built, so each is saved alone."""
    return call.answer(saved(call, APPOINTMENT, argument(call, "AppointmentEntity", dict)))


def delete_appointment(call: Call) -> Response:
    records.deleted(call, APPOINTMENT, argument(call, "AppointmentId", int))
    return nothing()


def toggle_appointment(call: Call) -> Response:
    """Done becomes not done and back."""
    key = argument(call, "AppointmentId", int)
    row = find(call, APPOINTMENT, key, "update")
    row["completed"] = not row["completed"]
    records.touch(call, row)
    records.tell(call, "appointment", key, "changed", ["completed"])
    return call.answer("Completed" if row["completed"] else "NotStarted")


def projects_of(of: str, name: str) -> Callable[[Call], Response]:
    """Projects a company or a person takes part in."""

    def handler(call: Call) -> Response:
        wanted = argument(call, name, int)
        return call.answer(
            fitting(call, PROJECT, lambda key, row: any(m[of] == wanted for _, m in members_of(call, key)))
        )

    return handler


def my_projects(call: Call) -> Response:
    me, as_member = call.associate, argument(call, "IncludeMemberProjects", bool, False)

    def mine(key: int, row: Row) -> bool:
        takes_part = as_member and any(m["person"] == me.person_id for _, m in members_of(call, key))
        return row["associate"] == me.associate_id or takes_part

    return call.answer(fitting(call, PROJECT, mine))


def project_duplicates(call: Call) -> Response:
    return call.answer(duplicates.projects_named(call, argument(call, "Name", str)))


def project_members(call: Call) -> Response:
    project = argument(call, "ProjectId", int)
    found = members_of(call, project) if seen_or_none(call, PROJECT, project) is not None else []
    return call.answer([member_light(call, key, row) for key, row in found])


def add_members(call: Call) -> Response:
    project = argument(call, "ProjectEntityId", int)
    find(call, PROJECT, project, "update")
    for member in argument(call, "ProjectMembers", list):
        add_member(call, project, member)
    return nothing()


def delete_members(call: Call) -> Response:
    for key in relations.ids_of(argument(call, "MemberIds", list)):
        records.deleted(call, MEMBER, key)
    return nothing()


def complete_project(call: Call) -> Response:
    key = argument(call, "ProjectId", int)
    row = find(call, PROJECT, key, "update")
    row["completed"] = argument(call, "IsCompleted", bool)
    records.touch(call, row)
    records.tell(call, "project", key, "changed", ["completed"])
    return nothing()


def document_stream(call: Call) -> Response:
    """The content itself for who accepts ``application/octet-stream`` (SuperOffice's client), else base64 in JSON."""
    row = seen_or_none(call, DOCUMENT, argument(call, "DocumentId", int))
    if row is not None and "application/octet-stream" in call.headers.get("accept", ""):
        return Response(documents.bytes_of(row["content"]), media_type="application/octet-stream")
    return call.answer(row["content"] if row is not None else None)


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


def tickets(call: Call) -> Response:
    ids = relations.ids_of(argument(call, "TicketIds", list))
    return call.answer(lights(call, TICKET, ids))


def ticket_messages(call: Call) -> Response:
    """Messages of a request in full; all of them without ``MessageIds``."""
    ticket, wanted = argument(call, "TicketId", int), argument(call, "MessageIds", list, [])
    seen_or_none(call, TICKET, ticket)
    found = [(key, row) for key, row in messages_of(call, ticket) if not wanted or key in wanted]
    return call.answer([bare(shown(call, MESSAGE, key, row)) for key, row in found])


def one(kind: Kind, parameter: str) -> Callable[[Call], Response]:
    """A full entity by an id in the query, null if it is missing."""
    return lambda call: call.answer(shown_or_null(call, kind, id_in_query(call, parameter)))


def default(kind: Kind) -> Callable[[Call], Response]:
    return lambda call: call.answer(bare(records.fresh(call, kind)))


def save(kind: Kind, name: str = "") -> Callable[[Call], Response]:
    """Save an entity that is the body, or the parameter ``name`` in it."""
    return lambda call: call.answer(saved(call, kind, argument(call, name, dict) if name else call.json))


def delete(kind: Kind, name: str, in_query: bool = False) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        records.deleted(call, kind, id_in_query(call, name) if in_query else argument(call, name, int))
        return nothing()

    return handler


def new_selection(call: Call) -> Response:
    """A selection of records of one table."""
    call.demand("selection", "insert")
    target = argument(call, "TargetTableName", str).lower()
    if target not in relations.TARGETS:
        raise bad(f"TargetTableName: {target} is none of {', '.join(relations.TARGETS)}")
    return call.answer(bare(shown(call, SELECTION, 0, relations.new_selection(call, target), new=True)))


def add_to_selection(call: Call) -> Response:
    ids = relations.ids_of(argument(call, "Ids", list))
    return call.answer(relations.added(call, argument(call, "SelectionId", int), ids))


def remove_from_selection(call: Call) -> Response:
    ids = relations.ids_of(argument(call, "SelectionMemberIds", list))
    relations.removed(call, argument(call, "SelectionId", int), ids)
    return nothing()


def add_pairs(call: Call) -> Response:
    relations.put_pairs(call, argument(call, "SelectionId", int), argument(call, "ContactPersonIds", list))
    return nothing()


def remove_pairs(call: Call) -> Response:
    companies = relations.companies_of(argument(call, "ContactPersonIds", list))
    relations.removed(call, argument(call, "SelectionId", int), companies)
    return nothing()


HANDLERS: dict[str, dict[str, Callable[[Call], Response]]] = {
    "Contact": {
        "GetMyContact": my_contact,
        "GetPersons": persons,
        "GetContactWithPersons": company_with_persons,
        "GetDuplicates": name_duplicates,
        "GetNameDepartmentDuplicates": name_duplicates,
        "GetDomainDuplicates": lambda call: call.answer(duplicates.companies_at(call, argument(call, "Domain", str))),
        "IsNumberValid": is_number_valid(COMPANY),
    },
    "Person": {
        "GetMyPerson": my_person,
        "GetPersonsFromContact": persons,
        "GetPersonsFromProject": persons_of_project,
        "CreateDefaultByContactId": person_in_company,
        "HasConsent": has_consent,
        "SetConsent": set_consent,
        "RemoveConsent": remove_consent,
        "GetConsentInfos": consent_infos,
        "IsNumberValid": is_number_valid(PERSON),
    },
    "Sale": {
        "GetSalesFromContact": sales_of("contact", "ContactId"),
        "GetOpenSalesForContact": sales_of("contact", "ContactId", only_open=True),
        "GetSalesFromPerson": sales_of("person", "PersonId"),
        "IsNumberValid": is_number_valid(SALE),
    },
    "Appointment": {
        "CreateDefaultAppointmentEntityByType": new_appointment,
        "CreateDefaultAppointmentEntityByTypeAndAssociate": new_appointment,
        "GetAssociateDiary": timed(APPOINTMENT, "start", "associate", "AssociateId"),
        "GetMyDiary": timed(APPOINTMENT, "start", "associate", ""),
        "GetMyAppointments": timed(APPOINTMENT, "start", "associate", ""),
        "GetContactAppointments": timed(APPOINTMENT, "start", "contact", "ContactId"),
        "GetPersonAppointments": timed(APPOINTMENT, "start", "person", "PersonId"),
        "GetProjectAppointments": timed(APPOINTMENT, "start", "project", "ProjectId"),
        "Save": save_appointment,
        "Delete": delete_appointment,
        "ToggleAppointmentStatus": toggle_appointment,
    },
    "Project": {
        "GetDuplicates": project_duplicates,
        "GetProjectMembers": project_members,
        "GetProjectMember": one(MEMBER, "projectMemberId"),
        "CreateDefaultProjectMember": default(MEMBER),
        "SaveProjectMember": save(MEMBER),
        "DeleteProjectMember": delete(MEMBER, "projectMemberId", in_query=True),
        "AddProjectMembers": add_members,
        "DeleteProjectMembers": delete_members,
        "GetProjectsFromContact": projects_of("contact", "ContactId"),
        "GetProjectsFromPerson": projects_of("person", "PersonId"),
        "GetMyProjects": my_projects,
        "SetCompleted": complete_project,
        "IsNumberValid": is_number_valid(PROJECT),
    },
    "Document": {
        "GetDocumentStream": document_stream,
        "SetDocumentStreamFromId": set_document_stream,
        "SetDocumentStream": set_entity_stream,
        "GetDocumentLength": document_length,
        "CreateNewPhysicalDocumentFromTemplate": from_template,
        "GetContactDocuments": timed(DOCUMENT, "date", "contact", "ContactId"),
        "GetProjectDocuments": timed(DOCUMENT, "date", "project", "ProjectId"),
        "GetPersonDocuments": owned(DOCUMENT, "person", "PersonId"),
        "GetSaleDocuments": owned(DOCUMENT, "sale", "SaleId"),
    },
    "Ticket": {
        "DeleteTicketEntity": delete(TICKET, "TicketEntityId"),
        "GetTickets": tickets,
        "GetTicketMessageEntities": ticket_messages,
        "CreateDefaultTicketMessageEntity": default(MESSAGE),
        "GetTicketMessageEntity": one(MESSAGE, "ticketMessageEntityId"),
        "SaveTicketMessageEntity": save(MESSAGE),
        "DeleteTicketMessageEntity": delete(MESSAGE, "TicketMessageEntityId"),
    },
    "Relation": {
        "CreateDefaultContactRelationEntity": default(RELATION),
        "GetContactRelationEntity": one(RELATION, "contactRelationEntityId"),
        "SaveContactRelation": save(RELATION, "ContactRelationEntity"),
        "DeleteContactRelation": delete(RELATION, "ContactRelationEntityId"),
    },
    "Selection": {
        "CreateDefaultSelectionEntity": default(SELECTION),
        "CreateSelectionEntity": new_selection,
        "GetSelectionEntity": one(SELECTION, "selectionEntityId"),
        "SaveSelectionEntity": save(SELECTION),
        "DeleteSelectionEntity": delete(SELECTION, "SelectionEntityId"),
        "AddSelectionMembers": add_to_selection,
        "RemoveSelectionMembers": remove_from_selection,
        "AddContactSelectionMembers": add_pairs,
        "RemoveContactSelectionMembers": remove_pairs,
    },
}

PATHS: dict[str, Methods] = {
    f"v1/Agents/{agent}/{method}": {"POST": handler}
    for agent, methods in HANDLERS.items()
    for method, handler in methods.items()
}
