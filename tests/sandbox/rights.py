"""TableRight and FieldProperties as NetServer sends them [sec/sentry/services/tableright]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .answers import Call
from .facts import TYPES, carrier
from .preferences import closest
from .world import Row

LENGTHS = {
    "contact": {"Name": 219, "Department": 219, "OrgNr": 49, "Number1": 49, "Number2": 49, "Description": 2047},
    "person": {
        "Firstname": 99,
        "MiddleName": 99,
        "Lastname": 99,
        "Mrmrs": 239,
        "Title": 239,
        "Salutation": 239,
        "PersonNumber": 49,
        "Description": 4000,
    },
    "appointment": {
        "Title": 4000,
        "Description": 4000,
        "Agenda": 4000,
        "InternalNotes": 4000,
        "Location": 254,
        "RejectReason": 254,
        "JoinVideomeetUrl": 2000,
    },
    "sale": {"SaleText": 4000, "Postit": 4000},
    "project": {"Description": 4000, "Postit": 4000},
    "document": {"Description": 4000},
    "ticket_message": {"Body": 1_000_000, "HtmlBody": 1_000_000, "EmailHeader": 100_000},
    "selection": {"Description": 4000, "Postit": 4000},
}
"""Database lengths seen in real payloads [oas]; the longer texts of kinds without one are a choice, and texts
not named here hold 255."""

ELEMENT_LENGTHS = {"Urls": 1023}
"""Longest value of a phone, e-mail or web address; 239 where nothing else is said."""

OWNER_NEEDED = 'US:"Owner is a mandatory field";NO:"Eier er et obligatorisk felt"'

MANDATORY = {
    "contact": {
        "Name": "[SR_MANDATORY_FIELD_1281]",
        "Business": "[SR_MANDATORY_FIELD_1288]",
        "Category": "[SR_MANDATORY_FIELD_1289]",
    },
    "person": {"Firstname": "[SR_MANDATORY_FIELD_1539]", "Contact": "[SR_MANDATORY_FIELD_1541]"},
    "sale": {
        "Heading": 'US:"Sale is a mandatory field";NO:"Salg er et obligatorisk felt"',
        "Associate": OWNER_NEEDED,
        "Saledate": 'US:"Sale date is a mandatory field";NO:"Salgsdato er et obligatorisk felt"',
    },
    "appointment": {"Associate": OWNER_NEEDED},
    "project": {
        "Name": 'US:"Project name is a mandatory field";NO:"Prosjektnavn er et obligatorisk felt"',
        "Associate": OWNER_NEEDED,
        "ProjectType": 'US:"Project type is a mandatory field";NO:"Prosjekttype er et obligatorisk felt"',
    },
    "project_member": {
        "ProjectId": 'US:"Project is a mandatory field";NO:"Prosjekt er et obligatorisk felt"',
    },
    "sale_stakeholder": {"SaleId": 'US:"Sale is a mandatory field";NO:"Salg er et obligatorisk felt"'},
    "document": {
        "Associate": OWNER_NEEDED,
        "DocumentTemplate": 'US:"Document type is a mandatory field";NO:"Dokumenttype er et obligatorisk felt"',
    },
    "ticket": {"Title": 'US:"Title is a mandatory field";NO:"Tittel er et obligatorisk felt"'},
    "ticket_message": {"Ticket": 'US:"Request is a mandatory field";NO:"Sak er et obligatorisk felt"'},
    "relation": {
        "RelationDefinitionId": 'US:"Relation is a mandatory field";NO:"Relasjon er et obligatorisk felt"',
    },
    "selection": {"Name": 'US:"Selection name is a mandatory field";NO:"Utvalgets navn er et obligatorisk felt"'},
}
"""What must be filled, and the reason NetServer gives; which fields of sales and the like is a choice. Tenants demand
more (``Tenant.mandatory``), and let persons be without a company."""

READ_ONLY = (
    *("ActiveStatusMonitorId", "FullName", "FormalName", "IsAssociate", "CorrespondingAssociate", "Leadstatus"),
    *("HasConflict", "PreferredTZLocationData", "NextMilestoneDate", "NextDueDate", "NumMessages", "MemberCount"),
)

ENTITIES = {
    "contact": "ContactEntityWithLinks",
    "person": "PersonEntityWithLinks",
    "sale": "SaleEntityWithLinks",
    "appointment": "AppointmentEntityWithLinks",
    "project": "ProjectEntityWithLinks",
    "project_member": "ProjectMemberWithLinks",
    "sale_stakeholder": "SaleStakeholderWithLinks",
    "document": "DocumentEntityWithLinks",
    "ticket": "TicketEntityWithLinks",
    "ticket_message": "TicketMessageEntity",
    "relation": "ContactRelationEntityWithLinks",
    "selection": "SelectionEntityWithLinks",
}
"""Table to the carrier of its full entities."""

NO_RIGHTS_OF_THEIR_OWN = ("FieldProperties", "TableRight", "_Links", "UserDefinedFields", "ExtraFields", "CustomFields")

SYSTEM_TYPES = {
    "int": ("System.Int32", 4),
    "bool": ("System.Boolean", 2),
    "datetime": ("System.DateTime", 16),
    "double": ("System.Double", 8),
    "[EntityElement]": ("SuperOffice.CRM.Services.EntityElement[]", 0),
}


@dataclass(frozen=True)
class Lock:
    """A field that cannot be written, and why; one that is ``hidden`` cannot be read either."""

    reason: str
    hidden: bool = False


def table_right(call: Call, table: str, row: Row | None) -> dict[str, Any]:
    """What the caller may do with a row, ``Mask`` as text."""
    allowed = [right for right in ("select", "update", "insert", "delete") if call.may(table, right, row)]
    if len(allowed) < 4:
        return carrier("TableRight", Mask=mask_of(allowed), Reason="[SR_ACCESS_ROLE]")
    if table == "contact" and is_owner(call, row):
        return carrier("TableRight", Mask="RI, RestrictedUpdate", Reason="[SR_ACCESS_ASSOCCONT_DELETE]")
    if table == "person" and is_user(call, row):
        return carrier("TableRight", Mask="Select, Update, Insert", Reason="[SR_ACCESS_ASSOCIATE_CONTACT]")
    return carrier("TableRight", Mask="Select, Update, Insert, Delete", Reason="")


def mandatory(call: Call, table: str) -> dict[str, str]:
    """What must be filled in this tenant, and why.

    A person needs a company unless the preference says he does not ([oas], PersonEntity).
    """
    found = MANDATORY.get(table, {}) | {name: _needed(name) for name in call.tenant.mandatory.get(table, [])}
    preference = closest(call, "Functions", "MandatoryContactOnPerson") if table == "person" else None
    if preference is not None and preference[1]["value"].lower() in ("0", "false"):
        del found["Contact"]
    return found


def _needed(name: str) -> str:
    return f'US:"{name} is a mandatory field";NO:"{name} er et obligatorisk felt"'


def mask_of(rights: list[str]) -> str:
    """Rights in words, as they stand in JSON."""
    return ", ".join(rights).title() or "None"


def field_properties(call: Call, table: str, row: Row | None) -> dict[str, Any]:
    """Right, type and length of each field."""
    locks = locked(call, table, row)
    kinds, needed = TYPES[ENTITIES[table]], mandatory(call, table)
    return {
        name: _field_property(table, name, kind, locks.get(name), needed.get(name, ""))
        for name, kind in kinds.items()
        if name not in NO_RIGHTS_OF_THEIR_OWN
    }


def locked(call: Call, table: str, row: Row | None) -> dict[str, Lock]:
    """Fields the caller cannot change in this row."""
    locks = {name: Lock("") for name in READ_ONLY if name in TYPES[ENTITIES[table]]}
    right = "insert" if row is None else "update"
    if not call.may(table, right, row):
        return {name: Lock("[SR_ACCESS_ROLE]") for name in TYPES[ENTITIES[table]]} | denied_fields(call, table)
    if table == "contact" and is_owner(call, row):
        locks["Name"] = Lock("[SR_ACCESS_OWNER_NAME]")
    if table == "person" and is_user(call, row):
        locks["Contact"] = Lock("[SR_ACCESS_ASSOCIATE_CONTACT]")
    return locks | denied_fields(call, table)


def denied_fields(call: Call, table: str) -> dict[str, Lock]:
    """Single fields that ``Tenant.denied`` takes from the caller, as overrides of sentry do [sec/sentry/overrides]."""
    found = (entry.partition(":") for entry in call.tenant.denied.get(call.associate.human, []) if "." in entry)
    fields = [(*place.split(".", 1), right) for place, _, right in found]
    return {
        name: Lock("[SR_ACCESS_ROLE]", hidden=right == "select")
        for of, name, right in sorted(fields, key=lambda field: field[2] == "select")
        if of == table and right in ("select", "update")
    }


def is_owner(call: Call, row: Row | None) -> bool:
    """Whether a company row is the one that owns the database."""
    return row is not None and row is call.tenant.table("contact").get(call.tenant.owner_contact_id)


def is_user(call: Call, row: Row | None) -> bool:
    """Whether a person row belongs to a user."""
    people = call.tenant.table("person")
    return row is not None and any(row is people.get(a.person_id) for a in call.tenant.associates.values())


def _field_property(table: str, name: str, kind: str, lock: Lock | None, needed: str) -> dict[str, Any]:
    mask = "Update, UIHintMandatory" if needed else "Update"
    if lock is not None:
        mask = "None" if lock.hidden else "Read"
    system, length = _system_type(table, name, kind)
    right = carrier("FieldRight", Mask=mask, Reason=lock.reason if lock else needed)
    return carrier("FieldProperty", FieldRight=right, FieldType=system, FieldLength=length)


def _system_type(table: str, name: str, kind: str) -> tuple[str | None, int]:
    if kind == "string":
        return "System.String", LENGTHS.get(table, {}).get(name, 255)
    if kind in SYSTEM_TYPES:
        return SYSTEM_TYPES[kind]
    return (f"SuperOffice.CRM.Services.{kind}", 4) if kind in TYPES and kind != "Address" else (None, 0)
