"""Contact and Person: default, read, create, replace, patch and delete (webapi.md §2)."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from starlette.responses import Response

from . import entities
from .answers import Call, Refused, bad
from .events import changed, differing
from .facts import TYPES, blank
from .patching import patched
from .rights import ENTITIES
from .saving import COMPANY, PERSON, Shape, stored
from .texts import in_language
from .world import Row


@dataclass(frozen=True)
class Kind:
    """One of the two entities served."""

    shape: Shape
    find: Callable[[Call, int], Row]
    show: Callable[[Call, int, Row, bool], dict[str, Any]]
    empty: Callable[[Call], Row]

    @property
    def table(self) -> str:
        return self.shape.table


def default(call: Call, kind: Kind) -> Response:
    """A new entity with defaults; nothing is stored."""
    call.demand(kind.table, "insert")
    return answer(call, kind, kind.show(call, 0, kind.empty(call), True))


def read(call: Call, kind: Kind, key: int) -> Response:
    """One entity; 304 if not changed since ``If-Modified-Since``."""
    call.demand(kind.table, "select")
    row = kind.find(call, key)
    since = _header_date(call, "if-modified-since")
    if since is not None and _updated(row) <= since:
        return Response(status_code=304)
    return answer(call, kind, kind.show(call, key, row, False))


def create(call: Call, kind: Kind) -> Response:
    """Store a new entity, answer it with its id."""
    call.demand(kind.table, "insert")
    row = kind.empty(call)
    wanted = _whole(call, kind)
    row |= stored(call, kind.shape, kind.show(call, 0, row, True), wanted, None)
    if kind is PERSON_KIND:
        row["rank"] = len(entities.people_of(call, row["contact"])) + 1
    key = call.tenant.next_id(kind.table)
    stamp, who = call.world.stamp(), call.associate.associate_id
    row |= {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who, "deleted": False}
    call.tenant.table(kind.table)[key] = row
    changed(call.world, call.tenant, kind.table, key, "created", by=who)
    return answer(call, kind, kind.show(call, key, row, False))


def replace(call: Call, kind: Kind, key: int) -> Response:
    """PUT: the whole entity, properties left out are emptied; 412 if changed since ``If-Unmodified-Since``."""
    call.demand(kind.table, "update")
    row = kind.find(call, key)
    _refuse_changed(call, row)
    return _save(call, kind, key, row, _whole(call, kind))


def patch(call: Call, kind: Kind, key: int) -> Response:
    """PATCH, applied to the entity as this caller sees it. ``If-Unmodified-Since`` is documented for PUT only."""
    call.demand(kind.table, "update")
    row = kind.find(call, key)
    shown = in_language(kind.show(call, key, row, False), call.language)
    return _save(call, kind, key, row, patched(shown, call.json))


def delete(call: Call, kind: Kind, key: int) -> Response:
    """Mark as deleted: 204 without a body."""
    call.demand(kind.table, "delete")
    row = kind.find(call, key)
    _refuse_changed(call, row)
    if kind.table == "contact" and key == call.tenant.owner_contact_id:
        raise Refused(403, "SoSentryException", "[SR_ACCESS_ASSOCCONT_DELETE]")
    row |= {"deleted": True, "updated": call.world.stamp(), "updated_by": call.associate.associate_id}
    changed(call.world, call.tenant, kind.table, key, "deleted", by=call.associate.associate_id)
    return Response(status_code=204)


def answer(call: Call, kind: Kind, entity: dict[str, Any]) -> Response:
    """The entity in the caller's language; with ``$select`` all properties not named are null."""
    wanted = call.parameter("$select")
    if wanted:
        entity = _selected(entity, wanted, ENTITIES[kind.table])
    return call.answer(entity)


def _selected(entity: dict[str, Any], wanted: str, carrier: str) -> dict[str, Any]:
    names = {name.strip().lower() for name in wanted.split(",") if name.strip()}
    unknown = names - {name.lower() for name in TYPES[carrier]}
    if unknown:
        raise bad(f"$select: {carrier} has no property {', '.join(sorted(unknown))}")
    return {name: value if name.lower() in names else None for name, value in entity.items()}


def _save(call: Call, kind: Kind, key: int, row: Row, wanted: dict[str, Any]) -> Response:
    shown = in_language(kind.show(call, key, row, False), call.language)
    changes = stored(call, kind.shape, shown, wanted, row)
    differ = differing(row, row | changes)
    row |= changes | {"updated": call.world.stamp(), "updated_by": call.associate.associate_id}
    changed(call.world, call.tenant, kind.table, key, "changed", differ, by=call.associate.associate_id)
    return answer(call, kind, kind.show(call, key, row, False))


def _whole(call: Call, kind: Kind) -> dict[str, Any]:
    if not isinstance(call.json, dict):
        raise bad("Entity to save is not in request body")
    return blank(ENTITIES[kind.table]) | call.json


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
        return parsedate_to_datetime(text)
    except ValueError as error:
        raise bad(f"{name} is no HTTP date: {text}") from error


def _new_company(call: Call) -> Row:
    address = {"line1": "", "line2": "", "line3": "", "zip": "", "city": "", "county": "", "state": ""}
    texts = dict.fromkeys(("name", "department", "code", "orgnr", "note"), "")
    lists: Row = {"category": 2, "business": 1, "source": 0, "person": 0}
    elements: Row = {"phones": [], "faxes": [], "emails": [], "urls": []}
    return {
        **texts,
        **lists,
        **elements,
        "number": str(10000 + call.tenant.next_id("contact")),
        "country": call.tenant.table("contact")[call.tenant.owner_contact_id]["country"],
        "associate": call.associate.associate_id,
        "postal": address,
        "street": deepcopy(address),
        "stop": False,
        "no_mailing": False,
        "deleted": False,
    }


def _new_person(call: Call) -> Row:
    texts = dict.fromkeys(("first_name", "middle_name", "last_name", "mrmrs", "title", "number", "note"), "")
    elements: Row = {"direct_phones": [], "mobile_phones": [], "private_phones": [], "emails": [], "urls": []}
    return {
        **texts,
        **elements,
        "contact": 0,
        "position": 0,
        "country": call.tenant.table("contact")[call.tenant.owner_contact_id]["country"],
        "rank": 0,
        "source": 0,
        "birth": None,
        "retired": False,
        "no_mailing": False,
        "deleted": False,
    }


CONTACT_KIND = Kind(COMPANY, entities.company_row, entities.company, _new_company)

PERSON_KIND = Kind(PERSON, entities.person_row, entities.person, _new_person)
