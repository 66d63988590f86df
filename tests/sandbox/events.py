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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .event_kinds import EVENTS, KINDS, NO_COLUMNS, Kind
from .signing import signature
from .world import Delivery, Row, Tenant, World

USER_AGENT = "NetServer-Webhook/11.10.721.0"

NOTHING = ("", 0, "00:00:00", [])

STAMPS = ("updated", "updated_by")
"""Keys of a row that differ with every change."""


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

    What has no event of its own is told as a change: that of a request which was deleted, whose row stays.

    ``changes`` are the row keys that differ, None for all; ``by`` is the associate who did it. For a list, ``table``
    is ``list.{name}``. Tables that have no events are passed over.
    """
    for happening in happenings(tenant, table, key, event, changes, by):
        announce(world, tenant, happening)


def announce(world: World, tenant: Tenant, happening: Happening) -> None:
    """Queue an event for every webhook that listens."""
    for webhook_id, webhook in tenant.table("webhook").items():
        if webhook["state"] == "Active" and happening.name in webhook["events"]:
            message = delivery(world, tenant, webhook_id, webhook, happening)
            world.deliveries += [message, replace(message, attempts=[])] if arrives_twice(world) else [message]


def arrives_twice(world: World) -> bool:
    """Whether the next event is one of the share that comes as a duplicate; evenly spread, not by chance."""
    share = world.netserver.duplicate_deliveries
    world.announced += 1
    return int(world.announced * share) > int((world.announced - 1) * share)


def again(world: World, message: Delivery, webhook: Row, new_id: bool) -> Delivery:
    """A message once more, as an administrator sends it from the log: the same event, or issued as a new one."""
    now = world.now().timestamp()
    fresh = replace(message, due=now, queued=now, attempts=[], outcome="")
    if new_id:
        fresh.event_id = str(uuid.uuid4())
        fresh.body = _json(json.loads(message.body) | {"EventId": fresh.event_id})
        fresh.headers = message.headers | {"X-SuperOffice-EventId": fresh.event_id} | _signed(webhook, fresh.body)
    return fresh


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
    if event not in EVENTS[kind.entity]:
        event = "changed"
    names = own_columns(row) if changes is None else [name for name in changes if name in own_columns(row)]
    if event == "changed" and not set(names) - set(STAMPS):
        return []
    if event == "deleted" and "softdeleted" in EVENTS[kind.entity] and row.get("deleted"):
        event = "softdeleted"
    told = _told(tenant, kind, key, row)
    if event == "deleted":
        return [Happening(f"{kind.entity}.{event}", kind.entity, key, by, values=_ids(kind, key, told))]
    columns = sorted({kind.key, *(kind.column(name) for name in (*names, *STAMPS) if name in row)})
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
    return _json(webhook["properties"] | told)


def _json(body: dict[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def _signed(webhook: Row, body: str) -> dict[str, str]:
    return {"X-SuperOffice-Signature": signature(webhook["secret"], body.encode())} if webhook["secret"] else {}


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
    told |= _signed(webhook, body)
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
    values |= {name: value(tenant, row) for name, value in kind.values.items()}
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
    """Keys whose values are no longer the same; one that was not there and now holds nothing is."""
    return [name for name, value in after.items() if before.get(name, value if value in NOTHING else None) != value]
