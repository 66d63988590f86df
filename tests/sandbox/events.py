"""What happens to records, as SuperOffice's webhooks tell it (documentation: automation/webhook).

Whoever stores a row calls `changed`; it queues one delivery for each webhook that wants the event and comes back at
once. Only columns of the record's own table raise events: phones, addresses and user-defined fields lie in tables of
their own. Texts are never sent, only the names of their columns.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .signing import signature
from .world import Delivery, Row, Tenant, World

USER_AGENT = "NetServer-Webhook/11.10.721.0"

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
}
"""Row key to database column where all tables agree; any other key is its column's name."""

NO_COLUMNS = ("udef", "extra", "interests", "links", "custom")
"""Keys of a row that lie in other tables, as everything does that is a list or a map."""

SOFT = ("contact", "person")
"""Tables whose records go to the recycle bin first."""


@dataclass(frozen=True)
class Kind:
    """How records of one table appear in events."""

    entity: str
    key: str
    columns: dict[str, str] = field(default_factory=dict)
    """Row key to column, where it is not as in ``KNOWN_COLUMNS``."""
    told: tuple[str, ...] = ()
    """Columns whose values are sent too: ids, dates and flags."""

    def column(self, name: str) -> str:
        return self.columns.get(name) or KNOWN_COLUMNS.get(name) or name


BOOKS = ("registered", "registered_associate_id", "updated")

KINDS = {
    "contact": Kind(
        "contact",
        "contact_id",
        {"category": "category_idx", "business": "business_idx", "code": "number1", "number": "number2"}
        | {"orgnr": "orgNr", "stop": "xstop", "no_mailing": "noMailing", "note": "text_id", "person": "mother_id"},
        ("associate_id", "business_idx", "category_idx", "country_id", "deleted", "source", *BOOKS),
    ),
    "person": Kind(
        "person",
        "person_id",
        {"first_name": "firstname", "middle_name": "middleName", "last_name": "lastname", "position": "position_idx"}
        | {"no_mailing": "noMailing", "note": "text_id", "number": "person_number"},
        ("contact_id", "country_id", "person_id", "position_idx", "retired", "source", "updated_associate_id", *BOOKS),
    ),
    "appointment": Kind(
        "activity",
        "appointment_id",
        {"task": "task_idx", "start": "activeDate", "end": "endDate", "title": "title_id", "text": "text_id"}
        | {"agenda": "agenda_id", "completed": "status", "private": "private"},
        ("activeDate", "associate_id", "contact_id", "endDate", "person_id", "project_id", "sale_id", "status")
        + ("task_idx", "type", "updated"),
    ),
    "document": Kind(
        "document",
        "document_id",
        {"title": "name", "description": "text_id"},
        ("document_id", "appointment_id", "updated_associate_id", *BOOKS),
    ),
    "project": Kind(
        "project",
        "project_id",
        {"status": "status_idx", "type": "type_idx", "description": "text_id", "completed": "done"},
        ("associate_id", "done", "status_idx", "type_idx", "updated_associate_id", *BOOKS),
    ),
    "project_member": Kind(
        "projectmember",
        "projectmember_id",
        {"role": "mtype_idx", "type": "mtype_idx"},
        ("contact_id", "mtype_idx", "person_id", "project_id", "projectmember_id", "updated_associate_id", *BOOKS),
    ),
    "sale": Kind(
        "sale",
        "sale_id",
        {"currency": "currency_id", "stage": "probability_idx", "sale_type": "saleType_id", "source": "source_id"}
        | {"date": "saledate", "next_due": "nextDueDate", "description": "text_id"},
        ("associate_id", "contact_id", "currency_id", "person_id", "probability_idx", "project_id", "saleType_id")
        + ("saledate", "source_id", "status", "updated_associate_id", *BOOKS),
    ),
    "stakeholder": Kind("salestakeholder", "salestakeholder_id", {"role": "stakeholderrole_id"}),
    "relation": Kind("relation", "relation_id", {"definition": "reldef_id"}, ("updated_associate_id", *BOOKS)),
    "ticket": Kind(
        "ticket",
        "id",
        {"person": "cust_id", "owner": "owned_by", "updated": "last_changed", "registered": "created_at"},
        ("category", "contact_id", "created_at", "cust_id", "last_changed", "owned_by", "priority", "project_id")
        + ("sale_id", "slevel", "status", "ticket_status", "ticket_type"),
    ),
    "associate": Kind("associate", "associate_id"),
}
"""Tables whose changes are told. Lists are told as ``list.{name}`` without fields."""


@dataclass(frozen=True)
class Happening:
    """One event, before it is put into words for each webhook."""

    name: str
    entity: str
    key: int
    by: int
    changes: list[str] = field(default_factory=list)
    fields: dict[str, Any] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    event_id: str = field(default_factory=lambda: str(uuid.uuid4()))


def changed(
    world: World, tenant: Tenant, table: str, key: int, event: str, changes: Iterable[str] | None = None, by: int = 0
) -> None:
    """A row was ``created``, ``changed`` or ``deleted``; call it after storing (a row removed for good: before).

    ``changes`` are the row keys that differ, None for all; ``by`` is the associate who did it. For a list, ``table``
    is ``list.{name}``. Tables that have no events are passed over.
    """
    for happening in happenings(tenant, table, key, event, changes, by):
        announce(world, tenant, happening)


def announce(world: World, tenant: Tenant, happening: Happening) -> None:
    """Queue an event for every webhook that listens."""
    for webhook_id, webhook in tenant.table("webhook").items():
        if webhook["state"] == "Active" and happening.name in webhook["events"]:
            world.deliveries.append(delivery(world, tenant, webhook_id, webhook, happening))


def happenings(
    tenant: Tenant, table: str, key: int, event: str, changes: Iterable[str] | None, by: int
) -> list[Happening]:
    """The events of one stored row; a sale that was won has three."""
    if table.startswith("list."):
        softly = {"deleted": "softdeleted"}.get(event, event)
        return [Happening(f"{table}.{softly}", table, key, by)]
    kind, row = KINDS.get(table), tenant.table(table).get(key)
    if kind is None or row is None:
        return []
    names = own_columns(row) if changes is None else [name for name in changes if name in own_columns(row)]
    if event == "changed" and not set(names) - {"updated", "updated_by"}:
        return []
    if event == "deleted" and table in SOFT and row.get("deleted"):
        event = "softdeleted"
    told = _told(tenant, kind, key, row)
    if event == "deleted":
        return [Happening(f"{kind.entity}.{event}", kind.entity, key, by, values=_ids(kind, key, told))]
    columns = sorted({kind.key, "updated", "updated_associate_id"} | {kind.column(name) for name in names})
    first = Happening(f"{kind.entity}.{event}", kind.entity, key, by, columns, told)
    return [first, *_outcome(table, key, row, names, by)]


def own_columns(row: Row) -> list[str]:
    """Keys of a row that are columns of its own table."""
    return [name for name, value in row.items() if not isinstance(value, (list, dict)) and name not in NO_COLUMNS]


def delivery(world: World, tenant: Tenant, webhook_id: int, webhook: Row, happening: Happening) -> Delivery:
    """What one webhook gets for an event, due now."""
    body = payload(world, tenant.ctx, webhook, happening)
    return Delivery(
        ctx=tenant.ctx,
        webhook_id=webhook_id,
        event=happening.name,
        event_id=happening.event_id,
        url=webhook["url"],
        headers=headers(webhook, happening, body),
        body=body,
        due=world.now().timestamp(),
        queued=world.now().timestamp(),
    )


def payload(world: World, ctx: str, webhook: Row, happening: Happening) -> str:
    """The body, as SuperOffice orders it; the webhook's own properties stand beside SuperOffice's, which win."""
    state_event = happening.entity == "webhook"
    # webhook17.stopped is the name to listen to; the body says webhook.stopped and has 17 as key.
    name = re.sub(r"^webhook\d+", "webhook", happening.name) if state_event else happening.name
    told = {
        "EventId": happening.event_id,
        "Timestamp": world.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z",
        "Changes": happening.changes,
        "Event": name,
        "PrimaryKey": happening.key,
        "Entity": happening.entity,
        "FieldValues": happening.fields,
        "Values": happening.values,
        "ContextIdentifier": ctx,
        "ChangedByAssociateId": happening.by,
        "WebhookName": webhook["name"],
    }
    if state_event:
        del told["Entity"]
    return json.dumps(webhook["properties"] | told, ensure_ascii=False, separators=(",", ":"))


def headers(webhook: Row, happening: Happening, body: str) -> dict[str, str]:
    """The request's headers; the webhook's own cannot replace SuperOffice's."""
    told = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": USER_AGENT,
        "X-SuperOffice-Event": happening.name,
        "X-SuperOffice-EventId": happening.event_id,
    }
    if happening.name == "test":
        told["X-Hook-Test"] = "true"
    if webhook["secret"]:
        told["X-SuperOffice-Signature"] = signature(webhook["secret"], body.encode())
    ours = {name.lower() for name in told}
    return {name: value for name, value in webhook["headers"].items() if name.lower() not in ours} | told


def _outcome(table: str, key: int, row: Row, names: list[str], by: int) -> list[Happening]:
    """A sale that got an outcome is told once more; these events carry no fields."""
    outcome = {"Sold": "sold", "Lost": "lost"}.get(row.get("status", "")) if table == "sale" else None
    if outcome is None or "status" not in names:
        return []
    return [Happening(f"sale.{name}", "sale", key, by) for name in (outcome, "completed")]


def _told(tenant: Tenant, kind: Kind, key: int, row: Row) -> dict[str, Any]:
    values = {kind.key: key} | {kind.column(name): row[name] for name in own_columns(row)}
    return {name: _shown(tenant, values[name]) for name in sorted(kind.told) if name in values}


def _shown(tenant: Tenant, value: Any) -> Any:
    """Dates carry the offset of the tenant's own zone, unlike the payload's ``Timestamp``."""
    if not isinstance(value, str) or "T" not in value:
        return value
    return datetime.fromisoformat(value).replace(tzinfo=UTC).astimezone(ZoneInfo(tenant.base_zone)).isoformat()


def _ids(kind: Kind, key: int, told: dict[str, Any]) -> dict[str, Any]:
    return {kind.key: key} | {name: value for name, value in told.items() if name.endswith(("_id", "_idx"))}


def fire(world: World, tenant: Tenant, name: str, key: int, by: int = 0) -> None:
    """Announce an event without anything having happened, about a record that exists if there is one."""
    entity, _, event = name.rpartition(".")
    table = next((table for table, kind in KINDS.items() if kind.entity == entity), entity)
    key = key or next(iter(tenant.table(table)), 0)
    told = happenings(tenant, table, key, event, None, by)
    found = next((one for one in told if one.name == name), None)
    announce(world, tenant, found or Happening(name, entity or name, key, by))


def differing(before: Row, after: Row) -> list[str]:
    """Keys whose values are no longer the same."""
    return [name for name, value in after.items() if name not in before or before[name] != value]
