"""Which events there are, and what the records of each table tell of themselves in them [wh/reference].

Names are those of the database: columns in ``Changes``, and in ``FieldValues`` the values of ids, dates and flags.
Where a row holds a word, the database has a number: ``Kind.values``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .facts import TYPES
from .world import Row, Tenant

CRUD = ["created", "changed", "deleted"]

EVENTS = {
    "contact": ["created", "changed", "softdeleted", "deleted"],
    "person": ["created", "changed", "softdeleted", "deleted", "consented", "unconsented"],
    "activity": CRUD,
    "document": [*CRUD, "edited"],
    "project": CRUD,
    "projectmember": CRUD,
    "sale": [*CRUD, "sold", "lost", "completed"],
    "salestakeholder": CRUD,
    "relation": CRUD,
    "associate": CRUD,
    "ticket": ["created", "changed"],
    "chatsession": ["created", "changed", "message"],
    "quote": ["approved", "rejected", "sent", "ordered"],
    "list": ["created", "changed", "softdeleted"],
}
"""Events by entity; a list's are ``list.{name}.{event}``. Extra tables and own events have names of their own."""

KNOWN_COLUMNS = {
    "associate": "associate_id",
    "registered_by": "registered_associate_id",
    "updated_by": "updated_associate_id",
    "contact": "contact_id",
    "person": "person_id",
    "project": "project_id",
    "sale": "sale_id",
    "country": "country_id",
    "source": "source",
    "support_associate": "supportAssociateId",
    "support_person": "supportPersonId",
    "ticket_priority": "ticketPriorityId",
    "customer_language": "customerLanguageId",
    "own_address": "usePersonAddress",
    "kana_name": "kanaName",
    "kana_first_name": "kanaFirstName",
    "kana_last_name": "kanaLastName",
    "dbi_agent": "dbi_agent_id",
    "dbi_modified": "dbi_last_modified",
    "dbi_synchronized": "dbi_last_syncronized",
}
"""Row key to database column where all tables agree; any other key is its column's name."""

NO_COLUMNS = ("udef", "extra", "interests", "links", "custom")
"""Keys of a row that lie in other tables, as everything does that is a list or a map."""

BOOKS = ("registered", "registered_associate_id", "updated")

Value = Callable[[Tenant, Row], Any]


@dataclass(frozen=True)
class Kind:
    """How records of one table appear in events."""

    entity: str
    key: str
    columns: dict[str, str] = field(default_factory=dict)
    """Row key to column, where it is not as in ``KNOWN_COLUMNS``."""
    told: tuple[str, ...] = ()
    """Columns whose values are sent too: ids, dates and flags."""
    values: dict[str, Value] = field(default_factory=dict)
    """Columns whose value is not what lies in the row."""

    def column(self, name: str) -> str:
        return self.columns.get(name) or KNOWN_COLUMNS.get(name) or name


def numbered(kind: str, prop: str, key: str, default: str = "") -> Value:
    """The number of a word in a row, as a carrier's property counts its words."""
    words = TYPES[kind][prop].split("|")
    return lambda tenant, row: words.index(row.get(key, default))


def counted(key: str) -> Value:
    """How many a row has of what lies in a table of its own."""
    return lambda tenant, row: len(row.get(key, []))


def chosen(key: str) -> Value:
    """A list item that not every row has."""
    return lambda tenant, row: row.get(key, 0)


CHOSEN_OF_SALE = {
    "comptr_id": "competitor",
    "credited_id": "credited",
    "reason_id": "reason",
    "reasonSold_id": "reason_sold",
    "reasonStalled_id": "reason_stalled",
}
"""Column to row key."""


def _status_of_activity(tenant: Tenant, row: Row) -> int:
    return TYPES["Appointment"]["Completed"].split("|").index("Completed" if row["completed"] else "NotStarted")


def _status_of_ticket(tenant: Tenant, row: Row) -> int:
    words = TYPES["TicketEntity"]["BaseStatus"].split("|")
    word = "Deleted" if row["deleted"] else tenant.lists["ticketstatus"].get(row["status"], {}).get("status", "Unknown")
    return words.index(word)


def _company_of_ticket(tenant: Tenant, row: Row) -> int:
    return int(tenant.table("person").get(row["person"], {"contact": 0})["contact"])


CONTACT, PERSON = 5, 6
"""Numbers of tables."""


def _end(side: str) -> dict[str, Value]:
    """Which record a relation begins or ends at: a person, or else a company."""
    name = {"source": "source", "target": "destination"}[side]
    return {
        f"{name}_table": lambda tenant, row: PERSON if row[f"{side}_person"] else CONTACT,
        f"{name}_record": lambda tenant, row: row[f"{side}_person"] or row[f"{side}_contact"],
    }


KINDS = {
    "contact": Kind(
        "contact",
        "contact_id",
        {"category": "category_idx", "business": "business_idx", "code": "number1", "number": "number2"}
        | {"orgnr": "orgNr", "stop": "xstop", "no_mailing": "noMailing", "note": "text_id", "person": "mother_id"},
        ("activeInterests", "associate_id", "business_idx", "category_idx", "country_id", "deleted", "source", *BOOKS),
        {"activeInterests": counted("interests")},
    ),
    "person": Kind(
        "person",
        "person_id",
        {"first_name": "firstname", "middle_name": "middleName", "last_name": "lastname", "position": "position_idx"}
        | {"no_mailing": "noMailing", "note": "text_id", "number": "person_number"},
        ("activeInterests", "contact_id", "country_id", "person_id", "position_idx", "retired", "source")
        + ("updated_associate_id", *BOOKS),
        {"activeInterests": counted("interests")},
    ),
    "appointment": Kind(
        "activity",
        "appointment_id",
        {"task": "task_idx", "start": "activeDate", "end": "endDate", "title": "title_id", "text": "text_id"}
        | {"agenda": "agenda_id", "completed": "status", "priority": "priority_idx", "mother": "mother_id"},
        ("activeDate", "associate_id", "contact_id", "endDate", "mother_id", "person_id", "project_id", "sale_id")
        + ("status", "task_idx", "type", "updated"),
        {"status": _status_of_activity, "type": numbered("AppointmentEntity", "Type", "type", "inDiary")}
        | {"mother_id": chosen("mother")},
    ),
    "document": Kind(
        "document",
        "document_id",
        {"description": "text_id"},
        ("document_id", "updated_associate_id", *BOOKS),
    ),
    "project": Kind(
        "project",
        "project_id",
        {"status": "status_idx", "type": "type_idx", "description": "text_id", "completed": "done"},
        ("activeLinks", "associate_id", "done", "status_idx", "type_idx", "updated_associate_id", *BOOKS),
        {"activeLinks": counted("links")},
    ),
    "project_member": Kind(
        "projectmember",
        "projectmember_id",
        {"function": "mtype_idx"},
        ("contact_id", "mtype_idx", "person_id", "project_id", "projectmember_id", "updated_associate_id", *BOOKS),
    ),
    "sale": Kind(
        "sale",
        "sale_id",
        {"currency": "currency_id", "stage": "probability_idx", "sale_type": "saleType_id", "source": "source_id"}
        | {"date": "saledate", "next_due": "nextDueDate", "description": "text_id"}
        | {key: name for name, key in CHOSEN_OF_SALE.items()},
        ("activeLinks", "associate_id", "comptr_id", "contact_id", "credited_id", "currency_id", "done", "person_id")
        + ("probability_idx", "project_id", "reason_id", "reasonSold_id", "reasonStalled_id", "saleType_id")
        + ("saledate", "source_id", "status", "updated_associate_id", *BOOKS),
        {"status": numbered("SaleEntity", "Status", "status"), "activeLinks": counted("links")}
        | {"done": lambda tenant, row: row["status"] in ("Sold", "Lost")}
        | {name: chosen(key) for name, key in CHOSEN_OF_SALE.items()},
    ),
    "sale_stakeholder": Kind(
        "salestakeholder",
        "salestakeholder_id",
        {"role": "stakeholderrole_id"},
        ("contact_id", "person_id", "sale_id", "stakeholderrole_id", "updated_associate_id", *BOOKS),
    ),
    "relation": Kind(
        "relation",
        "relation_id",
        {"definition": "reldef_id", "source_contact": "source_record", "source_person": "source_record"}
        | {"target_contact": "destination_record", "target_person": "destination_record"},
        ("destination_record", "destination_table", "reldef_id", "source_record", "source_table")
        + ("updated_associate_id", *BOOKS),
        _end("source") | _end("target"),
    ),
    "ticket": Kind(
        "ticket",
        "id",
        {"person": "cust_id", "owner": "owned_by", "updated": "last_changed", "registered": "created_at"}
        | {"status": "ticket_status", "type": "ticket_type", "deleted": "status"},
        ("category", "contact_id", "created_at", "cust_id", "last_changed", "owned_by", "priority", "project_id")
        + ("sale_id", "slevel", "status", "ticket_status", "ticket_type"),
        {"status": _status_of_ticket, "contact_id": _company_of_ticket}
        | {"slevel": numbered("TicketEntity", "Slevel", "slevel")},
    ),
    "associate": Kind("associate", "associate_id", {"group": "group_idx"}, ("group_idx",)),
}
"""Tables whose changes are told. Lists are told as ``list.{name}`` without fields."""
