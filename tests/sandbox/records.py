"""Every kind of record in REST: default, read, create, replace, patch, delete, validate, simple [rest-webapi]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from starlette.responses import Response

from .answers import Call, Refused, bad
from .events import changed, differing
from .facts import blank as empty
from .fields import Entity
from .kind import Kind, blank, find, is_blank, shown
from .patching import patched
from .saving import AFTER, empty_fields, long_texts, refuse_misfits, stored
from .texts import in_language
from .world import Row

HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


def default(call: Call, kind: Kind) -> Response:
    """A new entity with defaults; nothing is stored."""
    return call.answer(fresh(call, kind))


def fresh(call: Call, kind: Kind) -> Entity:
    """The default entity itself."""
    call.demand(kind.right, "insert")
    return shown(call, kind, 0, kind.empty(call), new=True)


def read(call: Call, kind: Kind, key: int) -> Response:
    """One entity; 304 if not changed since ``If-Modified-Since``.

    What counts is the record's own ``updated``, to the second as in HTTP. Records of other tables inside it, like the
    persons of a company, have their own.
    """
    if is_blank(call, kind, key):
        return call.answer(blank(call, kind, key, kind.carrier))
    row = find(call, kind, key)
    since = _header_date(call, "if-modified-since")
    if since is not None and _updated(row) <= since:
        return Response(status_code=304)
    return call.answer(shown(call, kind, key, row))


def simple(call: Call, kind: Kind, key: int) -> Response:
    """The flat, read-only version of an entity."""
    if kind.simple is None:
        raise KeyError(f"{kind.name} has no light carrier")
    if is_blank(call, kind, key):
        return call.answer(blank(call, kind, key, kind.name))
    row = find(call, kind, key)
    return call.answer(kind.simple(call, key, row))


def create(call: Call, kind: Kind) -> Response:
    """Store a new entity, answer it with its id."""
    return call.answer(created(call, kind, whole(call.json, kind)))


def created(call: Call, kind: Kind, wanted: Entity) -> Entity:
    """Store a new entity."""
    call.demand(kind.right, "insert")
    row = kind.empty(call)
    row |= stored(call, kind, shown(call, kind, 0, row, new=True), wanted, None)
    key = call.tenant.next_id(kind.table)
    stamp, who = call.world.stamp(), call.associate.associate_id
    row |= {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who, "deleted": False}
    call.demand(kind.table, "insert", row)
    call.tenant.table(kind.table)[key] = row
    _finish(call, kind, key, row, wanted)
    tell(call, kind.table, key, "created")
    return shown(call, kind, key, row)


def replace(call: Call, kind: Kind, key: int) -> Response:
    """PUT: the whole entity, properties left out are emptied; 412 if changed since ``If-Unmodified-Since``."""
    _refuse_changed(call, find(call, kind, key, "update"))
    return call.answer(replaced(call, kind, key, whole(call.json, kind)))


def replaced(call: Call, kind: Kind, key: int, wanted: Entity) -> Entity:
    """Store a whole entity over another."""
    return _replaced(call, kind, key, _seen(call, kind, key), wanted)


def _seen(call: Call, kind: Kind, key: int) -> Entity:
    """An entity as this caller sees it."""
    return in_language(shown(call, kind, key, find(call, kind, key, "update")), call.language)


def _replaced(call: Call, kind: Kind, key: int, seen: Entity, wanted: Entity) -> Entity:
    row = find(call, kind, key, "update")
    changes = stored(call, kind, seen, wanted, row)
    differ = differing(row, row | changes)
    row |= changes
    touch(call, row)
    _finish(call, kind, key, row, wanted)
    tell(call, kind.table, key, "changed", differ)
    return shown(call, kind, key, row)


def _finish(call: Call, kind: Kind, key: int, row: Row, wanted: Entity) -> None:
    kind.done(call, key, row, wanted)
    for after in AFTER:
        after(call, kind.table, key, row, wanted)


def patch(call: Call, kind: Kind, key: int) -> Response:
    """PATCH, applied to the entity as this caller sees it.

    ``If-Unmodified-Since`` is documented for PUT only; a switch of the world makes it count here too.
    """
    row = find(call, kind, key, "update")
    if call.world.netserver.patch_honours_unmodified_since:
        _refuse_changed(call, row)
    seen = _seen(call, kind, key)
    return call.answer(_replaced(call, kind, key, seen, patched(seen, call.json)))


def delete(call: Call, kind: Kind, key: int) -> Response:
    """Mark as deleted: 204 without a body."""
    _refuse_changed(call, find(call, kind, key, "delete"))
    deleted(call, kind, key)
    return Response(status_code=204)


def deleted(call: Call, kind: Kind, key: int) -> None:
    """Mark a record as deleted; 403 for the company that owns the database."""
    row = find(call, kind, key, "delete")
    if kind.table == "contact" and key == call.tenant.owner_contact_id:
        raise Refused(403, "SoSentryException", "[SR_ACCESS_ASSOCCONT_DELETE]")
    row["deleted"] = True
    touch(call, row)
    tell(call, kind.table, key, "deleted")


def altered(call: Call, kind: Kind, key: int, changes: Row) -> Row:
    """Change some of a record's row without its entity; the row."""
    row = find(call, kind, key, "update")
    differ = differing(row, row | changes)
    row |= changes
    touch(call, row)
    tell(call, kind.table, key, "changed", differ)
    return row


def touch(call: Call, row: Row) -> None:
    """A row was changed now, by the caller."""
    row |= {"updated": call.world.stamp(), "updated_by": call.associate.associate_id}


def validate(call: Call, kind: Kind) -> Response:
    """What is wrong with an entity, by property; nothing is stored."""
    return call.answer(faults(call, kind, whole(call.json, kind)))


def faults(call: Call, kind: Kind, wanted: Entity) -> dict[str, str]:
    """Mandatory fields without a value and too long texts, each with its reason."""
    refuse_misfits(wanted, kind.carrier)
    long = {text.split(" is ")[0].removeprefix("The value of "): text for text in long_texts(kind, wanted)}
    return long | empty_fields(call, kind, wanted)


def tell(call: Call, table: str, key: int, what: str, differ: list[str] | None = None) -> None:
    """Let webhooks know of a change; ``differ`` are the row's keys that are new, None for all."""
    changed(call.world, call.tenant, table, key, what, differ, call.associate.associate_id)


def whole(body: Any, kind: Kind) -> Entity:
    """What somebody sent as an entity, properties left out being empty; 400 if it is none."""
    if not isinstance(body, dict):
        raise bad("Entity to save is not in request body")
    return empty(kind.carrier) | body


def _refuse_changed(call: Call, row: Row) -> None:
    since = _header_date(call, "if-unmodified-since")
    if since is not None and _updated(row) > since:
        raise Refused(412, "SoPreconditionException", "The record has changed since the given time")


def _updated(row: Row) -> datetime:
    return datetime.fromisoformat(row["updated"]).replace(tzinfo=UTC)


def _header_date(call: Call, name: str) -> datetime | None:
    text = call.headers.get(name)
    if text is None:
        return None
    try:
        return datetime.strptime(text, HTTP_DATE).replace(tzinfo=UTC)
    except ValueError as error:
        raise bad(f"{name} is no HTTP date: {text}") from error
