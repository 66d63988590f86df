"""Archive providers [arch/reference]: which there are, what rows they have, which columns exist and what fills them.

``columns.json`` holds names and restriction types from SuperOffice's reference; a ``*`` marks those one can sort by.
A column that exists there and is not filled here answers 501, an invented one 400.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from . import columns_crm as crm
from . import columns_own
from . import columns_people as people
from .answers import Call, bad, lacking
from .columns import Column, Columns, Getter, Join
from .columns_own import OwnColumn
from .lights import base_status
from .roles import governing
from .world import Row, Tenant

Facts = dict[str, dict[str, Any]]

FACTS: dict[str, Facts] = json.loads(Path(__file__).with_name("columns.json").read_text(encoding="utf-8"))


def _with(name: str, *others: str, **more: str) -> Facts:
    """A provider's columns and those of others, and some more."""
    columns, joins = dict(FACTS[name]["columns"]), dict(FACTS[name]["joins"])
    for other in others:
        columns |= FACTS[other]["columns"]
        joins |= FACTS[other]["joins"]
    return {"columns": columns | more, "joins": joins}


FACTS |= {
    **dict.fromkeys(("Appointment", "DiaryAppointment", "CheckListAppointment"), FACTS["FindAppointment"]),
    **dict.fromkeys(("DiaryActivity", "SaleActivity", "ProjectActivity"), _with("FindAppointment", "FindDocument")),
    "Document": FACTS["FindDocument"],
    "FindTicket": FACTS["Ticket"],
    "RecycleTicket": FACTS["Ticket"],
    "RecycleContact": FACTS["SimpleContact"],
    "RecyclePerson": FACTS["Person"],
    "OwnerContacts": _with("SimpleContact", "OwnerContacts"),
    "InternalUsers": FACTS["AllUsers"],
    "ContactProjects": _with("FindProject", contactId="int*"),
    "PersonProjects": _with("FindProject", personId="int*", eventParticipantStatus="listAny*"),
    "SaleFilteredWithStakeholder": _with("FindSale", isStakeholderSale="bool*", saleStakeholderId="int*"),
    "FreetextContact": _with("SimpleContact", searchwords="string"),
    "FreetextPerson": _with("Person", searchwords="string"),
    "FreetextProject": _with("FindProject", searchwords="string"),
    "FreetextSale": _with("FindSale", searchwords="string"),
    "FreetextAppointment": _with("FindAppointment", searchwords="string"),
    "FreetextDocument": _with("FindDocument", searchwords="string"),
    "FreetextTicket": _with("Ticket", searchwords="string"),
    "FreetextSelection": _with("FindSelection", searchwords="string"),
}

COLUMNS: dict[str, Columns] = {
    columns.name: columns
    for columns in (
        *(people.COMPANY, people.PERSON, people.USER),
        *(crm.APPOINTMENT, crm.DOCUMENT, crm.SALE, crm.PROJECT, crm.MEMBER, crm.STAKEHOLDER),
        *(crm.RELATION, crm.SELECTION, crm.TICKET, crm.MESSAGE),
    )
}
"""What fills columns, by table."""

OWN = {
    "contact": "SimpleContact",
    "person": "Person",
    "user": "User",
    "appointment": "FindAppointment",
    "document": "FindDocument",
    "sale": "FindSale",
    "project": "FindProject",
    "ticket": "Ticket",
}
"""Table to the provider whose columns it has where it is joined."""

Fits = Callable[[Call, int, Row], bool]


@dataclass(frozen=True)
class Source:
    """Where rows of one type come from."""

    table: str
    fits: Fits = lambda call, key, row: True
    narrow: Callable[[Call, str, int, int, Row], bool] | None = None
    """``(call, of, of_key, key, row)``: belongs to a record; the table's rule in ``BELONGS`` unless given."""
    deleted: bool = False
    """Deleted rows, and only those."""
    shown_as: str = ""
    """``EntityName`` if that is not the row type's name."""

    @property
    def right(self) -> str:
        """The table whose select right the rows need; users are shown to everybody."""
        return "" if self.table == "user" else governing(self.table)

    def rows(self, call: Call) -> Iterable[tuple[int, Row]]:
        """Key and row of everything that is not hidden by its being deleted."""
        if self.table != "user":
            return [(k, r) for k, r in call.tenant.table(self.table).items() if bool(r["deleted"]) is self.deleted]
        people_rows = call.tenant.table("person")
        return [(a.associate_id, people_rows[a.person_id]) for a in call.tenant.associates.values()]


@dataclass(frozen=True)
class Provider:
    """An archive provider: its row types, and the columns of an empty ``$select``."""

    name: str
    sources: dict[str, Source]
    default: str
    unfilled: tuple[str, ...] = ()
    """Row types it knows of which the sandbox has none."""

    @property
    def tables(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.table for source in self.sources.values()))


def _person(call: Call, row: Row) -> Row:
    return call.tenant.table("person").get(row["person"]) or {"retired": False}


def _stopped(call: Call, row: Row) -> bool:
    return bool((call.tenant.table("contact").get(row["contact"]) or {}).get("stop"))


def _parts(name: str, table: str) -> dict[str, Source]:
    """Members and stakeholders: those at work, former employees, and those of stopped companies."""
    return {
        name: Source(table, lambda call, key, row: not _person(call, row)["retired"] and not _stopped(call, row)),
        "retired": Source(table, lambda call, key, row: _person(call, row)["retired"] and not _stopped(call, row)),
        "stop": Source(table, lambda call, key, row: _stopped(call, row)),
    }


def _through_stakeholder(call: Call, of: str, of_key: int, key: int, row: Row) -> bool:
    """Sales a company or person only has a stake in."""
    rows = call.tenant.table("sale_stakeholder").values()
    return row[of] != of_key and any(r["sale"] == key and r[of] == of_key and not r["deleted"] for r in rows)


def _is_task(call: Call, key: int, row: Row) -> bool:
    return call.tenant.lists["task"].get(row["task"], {}).get("type") == "ToDo"


def _is_closed(call: Call, key: int, row: Row) -> bool:
    return base_status(call, row) == "Closed"


ACTIVITY = {"appointment": Source("appointment"), "document": Source("document")}

PEOPLE = {
    "person": Source("person", lambda call, key, row: not row["retired"]),
    "retiredPerson": Source("person", lambda call, key, row: row["retired"]),
}

TICKETS = {
    "ticket": Source("ticket", lambda call, key, row: not _is_closed(call, key, row)),
    "ticketdisplayclosed": Source("ticket", _is_closed, shown_as="ticket"),
}

USER_TYPES = ("expired", "superoffice_system-user-cal", "superoffice_visible-for", "superoffice_ten-sales")

COMPANY_DEFAULT, SALE_DEFAULT, PROJECT_DEFAULT = "contactId,nameDepartment", "saleId,heading,amount", "projectId,name"

ACTIVITY_DEFAULT, DOCUMENT_DEFAULT = "date,type,text", "documentId,date,name"

USER_DEFAULT, TICKET_DEFAULT = "associateDbId,assocName,fullName", "ticketId,title"

_ALL = (
    Provider("SimpleContact", {"contact": Source("contact")}, COMPANY_DEFAULT),
    Provider(
        "OwnerContacts",
        {"contact": Source("contact", lambda call, key, row: key == call.tenant.owner_contact_id)},
        COMPANY_DEFAULT,
    ),
    Provider("RecycleContact", {"contact": Source("contact", deleted=True)}, COMPANY_DEFAULT),
    Provider("FreetextContact", {"contact": Source("contact")}, COMPANY_DEFAULT),
    Provider("Person", PEOPLE, "personId,fullName"),
    Provider("FreetextPerson", PEOPLE, "personId,fullName"),
    Provider("RecyclePerson", {"person": Source("person", deleted=True)}, "personId,fullName"),
    Provider(
        "ContactActivity", ACTIVITY, "date,type,text,recordTypeText", unfilled=("chat", "formSubmission", "mailing")
    ),
    Provider("DiaryActivity", ACTIVITY, ACTIVITY_DEFAULT),
    Provider("SaleActivity", ACTIVITY, ACTIVITY_DEFAULT),
    Provider("ProjectActivity", ACTIVITY, ACTIVITY_DEFAULT, unfilled=("mailing",)),
    Provider("FindAppointment", {"appointment": Source("appointment")}, f"appointmentId,{ACTIVITY_DEFAULT}"),
    Provider("FreetextAppointment", {"appointment": Source("appointment")}, f"appointmentId,{ACTIVITY_DEFAULT}"),
    Provider("Appointment", {"appointment": Source("appointment")}, f"appointmentId,{ACTIVITY_DEFAULT}"),
    Provider("DiaryAppointment", {"appointment": Source("appointment")}, f"appointmentId,{ACTIVITY_DEFAULT}"),
    Provider(
        "CheckListAppointment", {"appointment": Source("appointment", _is_task)}, f"appointmentId,{ACTIVITY_DEFAULT}"
    ),
    Provider("FindDocument", {"document": Source("document")}, DOCUMENT_DEFAULT),
    Provider("FreetextDocument", {"document": Source("document")}, DOCUMENT_DEFAULT),
    Provider("Document", {"document": Source("document")}, DOCUMENT_DEFAULT),
    Provider("FindSale", {"sale": Source("sale")}, SALE_DEFAULT),
    Provider("FreetextSale", {"sale": Source("sale")}, SALE_DEFAULT),
    Provider(
        "SaleFilteredWithStakeholder",
        {
            "sale": Source("sale"),
            "includestakeholders": Source("sale", narrow=_through_stakeholder, shown_as="sale"),
        },
        SALE_DEFAULT,
    ),
    Provider("FindProject", {"project": Source("project")}, PROJECT_DEFAULT),
    Provider("FreetextProject", {"project": Source("project")}, PROJECT_DEFAULT),
    Provider("ContactProjects", {"project": Source("project")}, PROJECT_DEFAULT),
    Provider("PersonProjects", {"project": Source("project")}, PROJECT_DEFAULT),
    Provider("ProjectMember", _parts("projectMember", "project_member"), "projectMemberId,personId"),
    Provider("SaleStakeholder", _parts("salestakeholder", "sale_stakeholder"), "saleStakeholderId,saleId"),
    Provider("Relation", {"relation": Source("relation")}, "relationId,relationName", unfilled=("retired", "stop")),
    Provider("FindSelection", {"selection": Source("selection")}, "selectionId,name"),
    Provider("FreetextSelection", {"selection": Source("selection")}, "selectionId,name"),
    Provider("Ticket", TICKETS, TICKET_DEFAULT),
    Provider("FindTicket", TICKETS, TICKET_DEFAULT),
    Provider("FreetextTicket", TICKETS, TICKET_DEFAULT),
    Provider("RecycleTicket", {"ticket": Source("ticket", deleted=True)}, TICKET_DEFAULT),
    Provider("TicketMessage", {"ticketmessage": Source("ticket_message")}, "ticketMessageId,createdAt,author"),
    Provider(
        "Participants",
        {"associate": Source("user"), "externalPerson": Source("person")},
        "fullName,personId",
        unfilled=("resource", "emailParticipant"),
    ),
    Provider(
        "Links",
        {name: Source(name) for name in ("appointment", "sale", "project", "document")},
        "date,text",
        unfilled=("url", "person", "Contact", "Selection"),
    ),
    Provider("AllUsers", {"all": Source("user")}, USER_DEFAULT, unfilled=USER_TYPES),
    Provider("InternalUsers", {"all": Source("user")}, USER_DEFAULT, unfilled=USER_TYPES),
)

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in _ALL}

BY_NAME = {name.lower(): name for name in PROVIDERS}

UNBUILT = {
    *("externalusers", "emailaddress", "foreignkeys", "userpreferences", "salehistory", "consentpurpose", "dynamic"),
    *("projectguide", "saleguide", "freetextcount", "links", "participants"),
}
"""Documented providers the sandbox lacks; the last two have rows only below a record."""


def find(tenant: Tenant, provider: str, name: str) -> Column:
    """The column with a name; Refused (400) for unknown ones, (501) for documented ones the sandbox lacks."""
    own = columns_own.named(tenant, name)
    return _documented(provider, name) if own is None else _found(provider, name, own)


@cache
def _documented(provider: str, name: str) -> Column:
    return _found(provider, name, None)


def _found(provider: str, name: str, own: OwnColumn | None) -> Column:
    archive, facts = PROVIDERS[provider], FACTS[provider]
    kind = _kind(facts, archive.tables, name, own)
    getters = {table: getter for table in archive.tables if (getter := _getter(table, name, own)) is not None}
    if kind is not None and getters:
        return Column(name, kind.rstrip("*"), kind.endswith("*"), getters)
    prefix, _, rest = name.partition("/")
    lacks = kind is not None or (rest and prefix in facts["joins"] and facts["joins"][prefix] is None)
    if lacks and not columns_own.is_own(name):
        raise lacking(f"the column {name} of {provider}")
    raise bad(f"Unknown column {name} in {provider}")


def _kind(facts: Facts, tables: tuple[str, ...], name: str, own: OwnColumn | None) -> str | None:
    """The restriction type of a column, None if it is not documented."""
    if own is not None and name == own.name:
        return f"{own.kind}*" if own.table in tables else None
    prefix, _, rest = name.partition("/")
    if not rest:
        return facts["columns"].get(name)
    documented = facts["joins"].get(prefix)
    if documented and rest in documented:
        return str(documented[rest])
    joins = [COLUMNS[table].joins[prefix] for table in tables if prefix in COLUMNS[table].joins]
    if not joins or prefix not in facts["joins"]:
        return None
    target = joins[0].table
    return _kind(FACTS[OWN[target]], (target,), rest, own)


def _getter(table: str, name: str, own: OwnColumn | None) -> Getter | None:
    """What fills a column from a table's rows, directly or through joins; None if nothing does."""
    if own is not None and (table, name) == (own.table, own.name):
        return own.getter
    columns = COLUMNS[table]
    prefix, _, rest = name.partition("/")
    if name in columns.getters:
        return columns.getters[name]
    join = columns.joins.get(prefix) if rest else None
    inner = _getter(join.table, rest, own) if join is not None else None
    return _through(join, inner) if join is not None and inner is not None else None


def _through(join: Join, inner: Getter) -> Getter:
    def get(call: Call, key: int, row: Row) -> Any:
        there, other = join.step(call, row)
        if other is None or (join.right and not call.may(join.right, "select", other)):
            return None
        return inner(call, there, other)

    return get


def metadata(tenant: Tenant, provider: str) -> list[dict[str, Any]]:
    """What ``$metadata`` and ``GetAvailableColumns`` tell of each documented column and own field [search/odata]."""
    tables = PROVIDERS[provider].tables
    own = [column for table in tables for column in columns_own.of_table(tenant, table)]
    return [
        *(_described(name, kind.rstrip("*"), kind.endswith("*")) for name, kind in _offered(provider, tables)),
        *(_described(c.name, c.kind, True) | {"DisplayName": c.label, "RestrictionListName": c.mdo} for c in own),
    ]


def _offered(provider: str, tables: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Names and restriction types: those of the rows themselves and of what is joined to them."""
    facts = FACTS[provider]
    yield from facts["columns"].items()
    for prefix, columns in facts["joins"].items():
        joins = [COLUMNS[table].joins[prefix] for table in tables if prefix in COLUMNS[table].joins]
        known = columns or (FACTS[OWN[joins[0].table]]["columns"] if joins else {})
        yield from ((f"{prefix}/{name}", kind) for name, kind in known.items())


DISPLAY = {"bool": "checkbox", "int": "int", "decimal": "decimal", "date": "date", "datetime": "datetime"}


def _described(name: str, kind: str, sortable: bool) -> dict[str, Any]:
    restrictable = kind not in ("-", "?")
    return {
        "DisplayName": name,
        "DisplayTooltip": "",
        "DisplayType": DISPLAY.get(kind, "label"),
        "CanOrderBy": sortable,
        "Name": name,
        "CanRestrictBy": restrictable,
        "RestrictionType": kind if restrictable else "",
        "RestrictionListName": name if kind == "listAny" else "",
        "IsVisible": name not in ("getAllRows", "getNoRows"),
        "ExtraInfo": "",
        "Width": "10%",
        "IconHint": "",
        "HeadingIconHint": "",
    }
