"""One property of an entity in both directions: how it is shown from a row, and what of it is stored.

A kind of record (``kinds.py``) is a table of these, so that reading, creating, replacing and patching are written once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .answers import Call, bad
from .carriers import associate, elements, item_of, list_value, user
from .facts import carrier
from .lights import (
    appointment_light,
    company_light,
    document_light,
    person_light,
    project_light,
    sale_light,
    ticket_light,
)
from .rights import table_right
from .world import Row

Entity = dict[str, Any]


@dataclass(frozen=True)
class Field:
    """A property: the row's ``key``, ``show(call, row)``, and ``store(call, name, sent)``, which may refuse."""

    key: str
    show: Callable[[Call, Row], Any]
    store: Callable[[Call, str, Any], Any]
    id_name: str = ""
    """For references: the id's name inside the carrier."""
    elements: bool = False
    """A list of phones, e-mails or web addresses."""


def plain(key: str, empty: Any = "") -> Field:
    """A text, a number or a flag that lies in the row as it is shown; ``empty`` where nothing was sent."""
    return Field(key, lambda call, row: row.get(key, empty), lambda call, name, sent: empty if sent is None else sent)


def flag(key: str) -> Field:
    """True or false."""
    return plain(key, False)


def number(key: str) -> Field:
    """A whole number."""
    return plain(key, 0)


def money(key: str) -> Field:
    """A number with decimals; a whole number sent is one too."""
    return Field(key, lambda call, row: float(row.get(key, 0)), lambda call, name, sent: float(sent or 0))


def many(key: str) -> Field:
    """Phones, e-mails or web addresses."""
    return Field(key, lambda call, row: elements(row.get(key, [])), lambda call, name, sent: _rows(sent), elements=True)


def _rows(shown: list[Entity] | None) -> list[Row]:
    """Rows for phones and the like, numbered by rank: NetServer shows no ids of them."""
    filled = [element for element in shown or [] if (element.get("Value") or "").strip()]
    return [
        {"id": rank, "value": element["Value"], "description": element.get("Description") or ""}
        for rank, element in enumerate(filled, 1)
    ]


def listed(key: str, kind: str, mdo: str, id_name: str = "Id") -> Field:
    """A value of a list, as carrier ``kind``."""

    def show(call: Call, row: Row) -> Any:
        return list_value(call.tenant, kind, mdo, row.get(key, 0))

    return Field(key, show, _stored_id(id_name, lambda call, key: item_of(call.tenant, mdo, key) is not None), id_name)


def of_user(key: str) -> Field:
    """A user."""

    def known(call: Call, key: int) -> bool:
        return user(call.tenant, key) is not None

    return Field(
        key, lambda call, row: associate(call, row.get(key, 0)), _stored_id("AssociateId", known), "AssociateId"
    )


LIGHTS: dict[str, tuple[str, Callable[[Call, int, Row], Entity]]] = {
    "contact": ("ContactId", company_light),
    "person": ("PersonId", person_light),
    "sale": ("SaleId", sale_light),
    "appointment": ("AppointmentId", appointment_light),
    "project": ("ProjectId", project_light),
    "document": ("DocumentId", document_light),
    "ticket": ("TicketId", ticket_light),
}
"""Table to the id's name in its light carrier, and how that is made."""


def light(call: Call, table: str, key: int) -> Entity | None:
    """The light carrier of a record, None for none; of one the caller may not read the id alone: what is hidden is
    blank [sec/sentry/rows]."""
    row = call.tenant.table(table).get(key)
    if row is None:
        return None
    id_name, made = LIGHTS[table]
    if call.may(table, "select", row):
        return made(call, key, row)
    return carrier(table.title(), **{id_name: key, "TableRight": table_right(call, table, row)})


def record(key: str, table: str) -> Field:
    """Another record, shown by its light carrier, stored by its id."""
    id_name = LIGHTS[table][0]

    def known(call: Call, there: int) -> bool:
        return there in call.tenant.table(table)

    return Field(key, lambda call, row: light(call, table, row.get(key, 0)), _stored_id(id_name, known), id_name)


def record_id(key: str, table: str) -> Field:
    """The bare id of another record."""

    def store(call: Call, name: str, sent: Any) -> int:
        if sent and sent not in call.tenant.table(table):
            raise bad(f"{name}: there is no {table} {sent}")
        return int(sent or 0)

    return Field(key, lambda call, row: row.get(key, 0), store)


def item_id(key: str, mdo: str) -> Field:
    """The bare id of a list item."""

    def store(call: Call, name: str, sent: Any) -> int:
        if sent and item_of(call.tenant, mdo, sent) is None:
            raise bad(f"{name}: there is no item {sent} in the list {mdo}")
        return int(sent or 0)

    return Field(key, lambda call, row: row.get(key, 0), store)


def _stored_id(id_name: str, known: Callable[[Call, int], bool]) -> Callable[[Call, str, Any], int]:
    def store(call: Call, name: str, sent: Any) -> int:
        key = (sent or {}).get(id_name) or 0
        if key and not known(call, key):
            raise bad(f"{name}: there is no {id_name} {key}")
        return int(key)

    return store


def moment(key: str) -> Field:
    """A point in time, in the caller's zone."""
    return Field(key, lambda call, row: call.clock.show(row.get(key, "")), _stored_moment)


def _stored_moment(call: Call, name: str, sent: Any) -> str:
    try:
        return call.clock.store(sent) if sent else ""
    except (ValueError, OverflowError) as error:
        raise bad(f"{name}: {sent!r} is no date") from error


def day(key: str) -> Field:
    """A date without time: never moved between zones [ws/so-timezone]."""
    return Field(
        key, lambda call, row: call.clock.show_day(row.get(key, "")), lambda call, name, sent: stored_day(sent)
    )


def stored_day(sent: str | None) -> str:
    """The day of what was sent, whatever its time and offset; empty for year 1."""
    return "" if not sent or sent.startswith("0001-") else f"{sent[:10]}T00:00:00"


def activity_status(key: str) -> Field:
    """``Completed`` of activities, a flag in the row; only done and not done are told apart."""
    return Field(
        key,
        lambda call, row: "Completed" if row.get(key) else "NotStarted",
        lambda call, name, sent: sent == "Completed",
    )


def links(key: str = "links") -> Field:
    """Links to other records; the whole array is replaced."""

    def show(call: Call, row: Row) -> list[Entity]:
        return [
            carrier("Link", EntityName=to["table"], Id=to["id"], Description=to["description"], LinkId=rank)
            for rank, to in enumerate(row.get(key, []), 1)
        ]

    def store(call: Call, name: str, sent: Any) -> list[Row]:
        return [_link(call, link) for link in sent or []]

    return Field(key, show, store)


def _link(call: Call, link: Entity) -> Row:
    table, key = str(link.get("EntityName") or "").lower(), link.get("Id") or 0
    if table not in LIGHTS or key not in call.tenant.table(table):
        raise bad(f"Links: there is no {table or 'EntityName'} {key}")
    return {"table": table, "id": key, "description": link.get("Description") or ""}


def visible_for(call: Call, row: Row) -> list[Entity]:
    """Everybody: confidential records are not built here."""
    return [carrier("VisibleFor", VisibleId=0, Visibility="All", DisplayValue='US:"All";NO:"Alle";SW:"Alla";DA:"Alle"')]


PUBLISHED: dict[str, Field] = {
    "IsPublished": flag("published"),
    "PublishEventDate": moment("publish_event"),
    "PublishFrom": moment("publish_from"),
    "PublishTo": moment("publish_to"),
}
"""Whether and when a record is shown to customers."""
