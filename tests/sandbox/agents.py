"""Agents for records: ``v1/Agents/{Agent}/{Method}``, always POST [ws/endpoints/agents-webapi].

The same code as REST serves them. A record that is missing is null, not 404.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from starlette.responses import Response

from . import duplicates, images, records
from .answers import Call, bad
from .asking import nothing
from .documents import bytes_of
from .facts import PATHS as DOCUMENTED
from .fields import Entity
from .kind import Kind, blank, is_blank, row_of, shown
from .rest import KINDS
from .saving import refuse_misfits
from .world import Row

Methods = dict[str, Callable[..., Response]]

Fits = Callable[[int, Row], bool]


def bare(entity: Entity) -> Entity:
    """An entity as agents show it: without the links of REST."""
    return {name: value for name, value in entity.items() if name != "_Links"}


def id_in_query(call: Call, name: str) -> int:
    """A simple id argument (``?saleEntityId=4``); 400 if it is missing or no number."""
    text = call.parameter(name) or ""
    if not text.isdecimal():
        raise bad(f"The parameter {name} is missing or no number")
    return int(text)


def argument(call: Call, name: str, kind: type, default: Any = None) -> Any:
    """A named parameter of the request object in the body; 400 if it lacks without a default or is of another type."""
    if not isinstance(call.json, dict):
        raise bad("The body is no request object")
    value = call.json.get(name)
    value = default if value is None else value
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise bad(f"{name}: {value!r} is no {kind.__name__}")
    return value


def shown_or_null(call: Call, kind: Kind, key: int) -> Entity | None:
    """A full entity, None for a record that is missing."""
    if is_blank(call, kind, key):
        return bare(blank(call, kind, key, kind.carrier))
    row = seen_or_none(call, kind, key)
    return bare(shown(call, kind, key, row)) if row is not None else None


def seen_or_none(call: Call, kind: Kind, key: int) -> Row | None:
    """The row of a record, None for one that is missing; 403 for one the caller may not read."""
    call.demand(kind.table, "select")
    row = row_of(call, kind, key)
    if row is not None:
        call.demand(kind.table, "select", row)
    return row


def create_default(call: Call, kind: Kind) -> Response:
    return call.answer(bare(records.fresh(call, kind)))


def get_entity(call: Call, kind: Kind, parameter: str) -> Response:
    return call.answer(shown_or_null(call, kind, id_in_query(call, parameter)))


def save_entity(call: Call, kind: Kind) -> Response:
    return call.answer(saved(call, kind, call.json))


def saved(call: Call, kind: Kind, sent: Any) -> Entity:
    """An entity without an id is created, one with an id replaced."""
    wanted = records.whole(sent, kind)
    refuse_misfits(wanted, kind.carrier)
    key = wanted[kind.key]
    return bare(records.replaced(call, kind, key, wanted) if key else records.created(call, kind, wanted))


def delete_entity(call: Call, kind: Kind, parameter: str) -> Response:
    records.deleted(call, kind, id_in_query(call, parameter))
    return Response(status_code=204)


def get_light(call: Call, kind: Kind, parameter: str) -> Response:
    return call.answer(light_or_null(call, kind, id_in_query(call, parameter)))


def light_or_null(call: Call, kind: Kind, key: int) -> Entity | None:
    """A light carrier, None for a record that is missing."""
    if is_blank(call, kind, key):
        return blank(call, kind, key, kind.name)
    row = seen_or_none(call, kind, key)
    return kind.simple(call, key, row) if row is not None and kind.simple is not None else None


def get_list(call: Call, kind: Kind) -> Response:
    """Light carriers of an array of ids."""
    ids = call.json
    if not isinstance(ids, list) or not all(isinstance(key, int) for key in ids):
        raise bad("The body is no array of ids")
    return call.answer(lights(call, kind, ids))


def lights(call: Call, kind: Kind, keys: Iterable[int]) -> list[Entity]:
    """Light carriers; records that are missing, and those the caller may not read, are left out."""
    call.demand(kind.table, "select")
    found = [(key, row_of(call, kind, key)) for key in keys]
    return [
        kind.simple(call, key, row)
        for key, row in found
        if row is not None and kind.simple is not None and call.may(kind.table, "select", row)
    ]


def validate_entity(call: Call, kind: Kind) -> Response:
    return call.answer(records.faults(call, kind, records.whole(argument(call, f"{kind.name}Entity", dict), kind)))


def paths(kind: Kind) -> dict[str, Methods]:
    """What the agent of every main entity has."""
    name, lower = kind.name, kind.name[0].lower() + kind.name[1:]
    handlers: dict[str, Callable[..., Response]] = {
        f"CreateDefault{name}Entity": partial(create_default, kind=kind),
        f"Get{name}Entity": partial(get_entity, kind=kind, parameter=f"{lower}EntityId"),
        f"Save{name}Entity": partial(save_entity, kind=kind),
        f"Delete{name}Entity": partial(delete_entity, kind=kind, parameter=f"{lower}EntityId"),
        f"Get{name}": partial(get_light, kind=kind, parameter=f"{lower}Id"),
        f"Get{name}List": partial(get_list, kind=kind),
        f"Validate{name}Entity": partial(validate_entity, kind=kind),
    }
    return {f"v1/Agents/{name}/{method}": {"POST": handler} for method, handler in handlers.items()}


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


def between(call: Call, kind: Kind, at: str, fits: Fits) -> list[Entity]:
    """Light carriers of rows that fit and lie between the arguments ``StartTime`` and ``EndTime``, oldest first, at
    most ``Count``."""
    start, end, count = moment(call, "StartTime"), moment(call, "EndTime"), argument(call, "Count", int, 0)
    rows = [(k, r) for k, r in call.tenant.table(kind.table).items() if not r["deleted"] and fits(k, r)]
    inside = [(k, r) for k, r in rows if (not start or r[at] >= start) and (not end or r[at] <= end)]
    keys = [key for key, _ in sorted(inside, key=lambda pair: pair[1][at])]
    return lights(call, kind, keys)[: count or None]


def moment(call: Call, name: str) -> str:
    """An argument that is a time, as records store it; empty if it lacks."""
    text = argument(call, name, str, "")
    try:
        return call.clock.store(text) if text else ""
    except ValueError as error:
        raise bad(f"{name}: {text!r} is no date") from error


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


def is_number_valid(kind: Kind) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        key = argument(call, "ContactId", int, 0)
        return call.answer(duplicates.is_free(call, kind, key, argument(call, "Number", str)))

    return handler


def picture(kind: Kind, name: str) -> Callable[[Call], Response]:
    """The picture of a record: its bytes for who accepts ``application/octet-stream``, else base64; null without."""

    def handler(call: Call) -> Response:
        key = argument(call, name, int)
        content = images.base64_of(call, kind, key) if seen_or_none(call, kind, key) is not None else None
        return streamed(call, content)

    return handler


def streamed(call: Call, content: str | None) -> Response:
    """Content that is kept in base64, as bytes for who accepts them (SuperOffice's client), else in JSON."""
    if content is not None and "application/octet-stream" in call.headers.get("accept", ""):
        return Response(b64decode(content), media_type="application/octet-stream")
    return call.answer(content)


def set_picture(kind: Kind, name: str) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        images.stored(call, kind, argument(call, name, int), bytes_of(argument(call, "Image", str)))
        return nothing()

    return handler


def no_other(call: Call) -> Response:
    """False: of what this asks for the sandbox has none, and makes none."""
    return call.answer(False)


def posted(handlers: dict[str, dict[str, Callable[[Call], Response]]]) -> dict[str, Methods]:
    """Paths of agents' methods; the handlers stand by agent and method."""
    return {
        f"v1/Agents/{agent}/{method}": {"POST": handler}
        for agent, methods in handlers.items()
        for method, handler in methods.items()
    }


MAIN = ("Contact", "Person", "Sale", "Appointment", "Project", "Document", "Ticket")

PATHS: dict[str, Methods] = {
    path: methods
    for name in MAIN
    for path, methods in paths(KINDS[name]).items()
    if path in DOCUMENTED  # tickets lack some
}
