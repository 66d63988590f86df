"""What else panels ask the agents of companies, persons, requests, relations and selections."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from . import consents, duplicates, records, relations
from .activities import APPOINTMENT
from .agents import (
    argument,
    bare,
    default,
    delete,
    fitting,
    id_in_query,
    is_number_valid,
    light_or_null,
    lights,
    moment,
    one,
    picture,
    posted,
    save,
    saved,
    seen_or_none,
    set_picture,
    shown_or_null,
)
from .answers import Call, Refused, bad, lacking, not_found
from .asking import asked, nothing
from .business import SALE, members_of
from .carriers import elements, user
from .documents import DOCUMENT
from .entities import COMPANY, PERSON, people_of
from .facts import carrier
from .images import base64_of
from .kind import Kind, find, row_of, shown
from .lights import message_light, messages_of
from .relations import RELATION, SELECTION
from .rights import is_user
from .tickets import MESSAGE, TICKET


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


def tickets(call: Call) -> Response:
    ids = asked(call)["TicketIds"]
    return call.answer(lights(call, TICKET, ids))


def ticket_messages(call: Call) -> Response:
    """Messages of a request in full; all of them without ``MessageIds``."""
    ticket, wanted = argument(call, "TicketId", int), argument(call, "MessageIds", list, [])
    seen_or_none(call, TICKET, ticket)
    found = [(key, row) for key, row in messages_of(call, ticket) if not wanted or key in wanted]
    return call.answer([bare(shown(call, MESSAGE, key, row)) for key, row in found])


def my_contacts(call: Call) -> Response:
    """Companies whose *our contact* the caller is."""
    me = call.associate.associate_id
    return call.answer(fitting(call, COMPANY, lambda key, row: row["associate"] == me))


def my_card(call: Call) -> Response:
    """The caller's company with the caller as its only person."""
    entity = shown_or_null(call, COMPANY, call.tenant.table("person")[call.associate.person_id]["contact"])
    return call.answer(entity and entity | {"Persons": lights(call, PERSON, [call.associate.person_id])})


def add_person(call: Call) -> Response:
    """A new person of a company, whatever company the entity names."""
    given = asked(call)
    find(call, COMPANY, given["ContactId"])
    sent = (given["NewPersonEntity"] or {}) | {"PersonId": 0, "Contact": {"ContactId": given["ContactId"]}}
    return call.answer(saved(call, PERSON, sent))


def interests(kind: Kind, name: str, mdo: str) -> Callable[[Call], Response]:
    """Some interests are switched on and some off; 400 for one that is in both, or in no list."""

    def handler(call: Call) -> Response:
        given = asked(call)
        on, off = set(given["EnableInterestIds"]), set(given["DisableInterestIds"])
        if on & off or not on | off <= call.tenant.lists[mdo].keys():
            raise bad("An interest is switched either on or off, and is in the list of interests")
        row = find(call, kind, given[name], "update")
        records.altered(call, kind, given[name], {"interests": sorted((set(row.get("interests", [])) | on) - off)})
        return nothing()

    return handler


def undelete(kind: Kind) -> Callable[[Call], Response]:
    """Out of the recycle bin; 404 for what never was."""

    def handler(call: Call) -> Response:
        key = argument(call, "Id", int)
        row = call.tenant.table(kind.table).get(key)
        if row is None:
            raise not_found(kind.name, key)
        call.demand(kind.table, "delete", row)
        row["deleted"] = False
        records.touch(call, row)
        records.tell(call, kind.table, key, "changed", ["deleted"])
        return nothing()

    return handler


def address(kind: Kind, name: str) -> Callable[[Call], Response]:
    """The address of a company or a person; null for a record that is missing."""

    def handler(call: Call) -> Response:
        entity = shown_or_null(call, kind, argument(call, name, int))
        return call.answer(entity and entity["Address"])

    return handler


def colleagues(call: Call) -> Response:
    """Who works in the caller's company, by rank."""
    company = call.tenant.table("person")[call.associate.person_id]["contact"]
    return call.answer(lights(call, PERSON, [key for key, _ in people_of(call, company)]))


def phones(call: Call) -> Response:
    """All numbers of a person: direct, mobile, private, others."""
    row = seen_or_none(call, PERSON, argument(call, "PersonId", int)) or {}
    kinds = ("direct_phones", "mobile_phones", "private_phones", "other_phones")
    return call.answer([one for name in kinds for one in elements(row.get(name, []))])


def owner_of(call: Call, key: int) -> Response:
    """*Our contact* at a person's company, as a person; null if there is none."""
    person = seen_or_none(call, PERSON, key)
    company = call.tenant.table("contact").get(person["contact"]) if person else None
    owner = user(call.tenant, company["associate"]) if company else None
    return call.answer(light_or_null(call, PERSON, owner.person_id) if owner else None)


def rank(call: Call, key: int, wanted: int) -> int:
    """Put a person at a place in the company, counted from 1, and the others in order around him; his rank then."""
    row = find(call, PERSON, key, "update")
    others = [(k, p) for k, p in people_of(call, row["contact"]) if k != key]
    place = min(max(wanted, 1), len(others) + 1)
    ordered = [*others[: place - 1], (key, row), *others[place - 1 :]]
    for number, (person, there) in enumerate(ordered, 1):
        if there["rank"] != number:
            records.altered(call, PERSON, person, {"rank": number})
    return place


def set_rank(call: Call) -> Response:
    given = asked(call)
    rank(call, given["PersonId"], given["DesiredRank"])
    return call.answer(True)


def change_rank(call: Call) -> Response:
    """One place up or down."""
    given = asked(call)
    row = find(call, PERSON, given["PersonId"], "update")
    place = [key for key, _ in people_of(call, row["contact"])].index(given["PersonId"]) + 1
    return call.answer(rank(call, given["PersonId"], place - 1 if given["MoveUp"] else place + 1))


def normalize_ranks(call: Call) -> Response:
    """Ranks of a company's persons, counted from 1 without gaps."""
    found = people_of(call, asked(call)["ContactId"])
    if found:
        rank(call, found[0][0], 1)
    return call.answer(bool(found))


def move_person(call: Call) -> Response:
    """To another company, with the follow-ups, documents and sales from a time on. Users stay [certification]."""
    given = asked(call)
    row = find(call, PERSON, given["PersonId"], "update")
    find(call, COMPANY, given["DestinationContactId"])
    if is_user(call, row):
        raise Refused(403, "SoSentryException", "[SR_ACCESS_PERSON_ISASSOC] A user stays in the company")
    since = moment(call, "MoveAfterDate")
    place = {"contact": given["DestinationContactId"]}
    for kind, at in ((APPOINTMENT, "start"), (DOCUMENT, "date"), (SALE, "date")):
        rows = call.tenant.table(kind.table).items()
        theirs = [key for key, one in rows if one["person"] == given["PersonId"] and one["contact"] == row["contact"]]
        for key in theirs:
            if call.tenant.table(kind.table)[key][at] >= since:
                records.altered(call, kind, key, place)
    records.altered(call, PERSON, given["PersonId"], place | {"rank": len(people_of(call, place["contact"])) + 1})
    return nothing()


def person_images(call: Call) -> Response:
    """Pictures of those persons who have one; only as they are."""
    given = asked(call)
    if given["ScaledWidth"] or given["ScaledHeight"]:
        raise lacking("scaling of images (ScaledWidth, ScaledHeight)")
    found = {
        one["PersonId"]: base64_of(call, PERSON, one["PersonId"]) for one in lights(call, PERSON, given["PersonIds"])
    }
    return call.answer([carrier("PersonImage", PersonId=key, ImageData=data) for key, data in found.items() if data])


# Requests


def summaries(call: Call) -> Response:
    """What a list of requests shows of some."""
    names = {"TicketId": "TicketId", "Title": "Title", "Registered": "CreatedAt"}
    rows = call.tenant.table("ticket")
    found = lights(call, TICKET, asked(call)["TicketIds"])
    return call.answer(
        [
            carrier("TicketSummaryItem", **{name: one[of] for name, of in names.items()})
            | {"TicketStatus": rows[one["TicketId"]]["status"], "IconHint": "ticket"}
            for one in found
        ]
    )


def of_no_other_ticket(call: Call) -> Response:
    """Nothing: requests have neither attachments nor relations to each other here."""
    given = asked(call)
    seen_or_none(call, TICKET, given.get("TicketId") or given.get("TicketEntityId") or 0)
    return call.answer([])


def light_message(call: Call) -> Response:
    key = id_in_query(call, "ticketMessageId")
    row = seen_or_none(call, MESSAGE, key)
    return call.answer(message_light(call, key, row) if row is not None else None)


def accept_tickets(call: Call) -> Response:
    """Requests become the caller's."""
    for key in asked(call)["TicketIds"]:
        records.altered(call, TICKET, key, {"owner": call.associate.associate_id})
    return nothing()


def mark_message(call: Call) -> Response:
    given = asked(call)
    records.altered(call, MESSAGE, given["TicketMessageId"], {"important": given["Important"]})
    return nothing()


def ticket_of_type(call: Call) -> Response:
    """The default of a request of a type."""
    call.demand("ticket", "insert")
    key = argument(call, "TicketTypeId", int)
    if key not in call.tenant.lists["tickettype"]:
        raise bad(f"TicketTypeId: there is no request type {key}")
    return call.answer(bare(shown(call, TICKET, 0, TICKET.empty(call) | {"type": key}, new=True)))


def delete_tickets(call: Call) -> Response:
    """Requests are marked as deleted; the ids of those that were."""
    found = [key for key in asked(call)["TicketIds"] if row_of(call, TICKET, key) is not None]
    for key in found:
        records.deleted(call, TICKET, key)
    return call.answer(found)


def undelete_tickets(call: Call) -> Response:
    for key in asked(call)["TicketIds"]:
        row = call.tenant.table("ticket").get(key)
        if row is None:
            raise not_found("Ticket", key)
        call.demand("ticket", "delete", row)
        row |= {"deleted": False, "closed": "", "status": TICKET.empty(call)["status"]}
        records.touch(call, row)
        records.tell(call, "ticket", key, "changed", ["deleted", "status"])
    return nothing()


def read_by_owner(call: Call) -> Response:
    """Read or not; changes nothing of a request that is another's."""
    given = asked(call)
    row = find(call, TICKET, given["TicketEntityId"])
    if row["owner"] == call.associate.associate_id:
        records.altered(call, TICKET, given["TicketEntityId"], {"read_status": given["ReadStatus"]})
    return call.answer(bare(shown(call, TICKET, given["TicketEntityId"], row)))


def read_status(call: Call) -> Response:
    """Of several requests; the ids of those that were changed."""
    given = asked(call)
    found = [key for key in given["TicketIds"] if row_of(call, TICKET, key) is not None]
    for key in found:
        records.altered(call, TICKET, key, {"read_status": given["NewStatus"]})
    return call.answer(found)


def new_selection(call: Call) -> Response:
    """A selection of records of one table."""
    call.demand("selection", "insert")
    target = argument(call, "TargetTableName", str).lower()
    if target not in relations.TARGETS:
        raise bad(f"TargetTableName: {target} is none of {', '.join(relations.TARGETS)}")
    return call.answer(bare(shown(call, SELECTION, 0, relations.new_selection(call, target), new=True)))


def add_to_selection(call: Call) -> Response:
    ids = asked(call)["Ids"]
    return call.answer(relations.added(call, argument(call, "SelectionId", int), ids))


def remove_from_selection(call: Call) -> Response:
    ids = asked(call)["SelectionMemberIds"]
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
        "GetMyContacts": my_contacts,
        "GetMyBizCard": my_card,
        "AddPerson": add_person,
        "GetAddress": address(COMPANY, "ContactId"),
        "UpdateInterests": interests(COMPANY, "ContactId", "contint"),
        "Undelete": undelete(COMPANY),
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
        "GetColleagues": colleagues,
        "GetPhones": phones,
        "GetPersonImage": picture(PERSON, "PersonId"),
        "GetPersonImages": person_images,
        "SetPersonImage": set_picture(PERSON, "PersonId"),
        "CreateDefaultPersonImage": lambda call: call.answer(carrier("PersonImage")),
        "GetMyOwner": lambda call: owner_of(call, call.associate.person_id),
        "GetOwnerOnPersonId": lambda call: owner_of(call, argument(call, "PersonId", int)),
        "GetAddress": address(PERSON, "PersonId"),
        "UpdateInterests": interests(PERSON, "PersonId", "persint"),
        "Undelete": undelete(PERSON),
        "SetPersonRank": set_rank,
        "ChangePersonRank": change_rank,
        "NormalizeRanks": normalize_ranks,
        "Move": move_person,
    },
    "Ticket": {
        "DeleteTicketEntity": delete(TICKET, "TicketEntityId"),
        "GetTickets": tickets,
        "CreateDefaultForTicketType": ticket_of_type,
        "SaveTicketEntityWithNotify": save(TICKET, "NewEntity"),
        "AcceptTickets": accept_tickets,
        "SetTicketReadByOwner": read_by_owner,
        "UpdateTicketsReadStatus": read_status,
        "SetDeletedStatusByIds": delete_tickets,
        "UndeleteByIds": undelete_tickets,
        "GetTicketSummaries": summaries,
        "GetTicketRelations": of_no_other_ticket,
        "GetTicketAttachments": of_no_other_ticket,
        "GetTicketMessage": light_message,
        "SaveTicketMessageEntityWithNotify": save(MESSAGE, "NewEntity"),
        "SetTicketMessageImportant": mark_message,
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

PATHS = posted(HANDLERS)
