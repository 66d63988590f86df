"""Archives: lists of rows asked for with OData parameters (webapi.md §6)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from starlette.responses import Response

from . import filters, operators
from .answers import Call, Refused, bad, lacking, not_found
from .columns import Cell, Column
from .filters import Condition
from .providers import find
from .rights import table_right
from .texts import in_language
from .world import Row

PAGE = 1000

PARAMETERS = ("$select", "$filter", "$orderby", "$entities", "$top", "$skip", "$mode", "$context", "$format", "$output")

UNBUILT_PARAMETERS = ("$options", "$jsonsafe", "$inlinecount")

MASKS = {"None": 0, "Select": 1, "Update": 2, "Insert": 4, "Delete": 8, "RI": 5, "RestrictedUpdate": 32}


@dataclass(frozen=True)
class Provider:
    """An archive provider: the table it shows, its row types, and the columns of an empty ``$select``."""

    name: str
    table: str
    entities: dict[str, Callable[[Row], bool]]
    default: str
    link: str
    unfilled: tuple[str, ...] = ()
    """Row types it knows of which the sandbox has none."""


PROVIDERS = {
    "SimpleContact": Provider(
        "SimpleContact", "contact", {"contact": lambda row: True}, "contactId,nameDepartment", "contact_id"
    ),
    "Person": Provider(
        "Person",
        "person",
        {"person": lambda row: not row["retired"], "retiredPerson": lambda row: row["retired"]},
        "personId,fullName",
        "person_id",
    ),
    "ContactActivity": Provider(
        "ContactActivity",
        "appointment",
        {"appointment": lambda row: True},
        "appointmentId,date,type,text",
        "appointment_id",
        ("chat", "document", "formSubmission", "mailing"),
    ),
    "FindSale": Provider(
        "FindSale", "sale", {"sale": lambda row: True}, "saleId,heading,amount", "sale_id", ("includestakeholders",)
    ),
}

BY_NAME = {name.lower(): name for name in PROVIDERS} | {"salefilteredwithstakeholder": "FindSale"}

UNBUILT = {
    "findappointment",
    "appointment",
    "diaryactivity",
    "diaryappointment",
    "checklistappointment",
    "findproject",
    "contactprojects",
    "personprojects",
    "finddocument",
    "document",
    "ticket",
    "findticket",
    "projectmember",
    "salestakeholder",
    "relation",
    "allusers",
    "internalusers",
    "externalusers",
    "emailaddress",
    "foreignkeys",
    "userpreferences",
    "ticketmessage",
    "salehistory",
    "ownercontacts",
    "consentpurpose",
    "dynamic",
    "freetextcontact",
    "freetextperson",
}
"""Documented providers the sandbox lacks."""


@dataclass(frozen=True)
class Query:
    """The parameters of a call, understood."""

    columns: list[Column]
    decide: Callable[[int, Row], bool]
    order: list[tuple[Column, bool]]
    entities: tuple[str, ...]
    top: int
    skip: int
    full: bool


def by_name(call: Call, name: str) -> Response:
    """``/Archive/{provider}``."""
    found = BY_NAME.get(name.lower())
    if found is None:
        known = name.lower() in UNBUILT
        raise lacking(f"the archive {name}") if known else Refused(404, "SoNotFoundException", f"No provider {name}")
    return listing(call, found)


def listing(call: Call, provider: str, of: str = "", key: int = 0) -> Response:
    """A page of rows; ``of`` and ``key`` narrow it to the rows of a company or a person."""
    archive = PROVIDERS[provider]
    call.demand(archive.table, "select")
    if of and key not in call.tenant.table(of):
        raise not_found(of.title(), key)
    query = _understood(call, archive)
    rows = [found for found in _rows(call, archive, query) if not of or found[1][of] == key]
    for column, descending in reversed(query.order):
        rows.sort(key=lambda found, c=column: _sort_key(call, c, *found[:2]), reverse=descending)
    page = rows[query.skip : query.skip + query.top]
    more = len(rows) > query.skip + query.top
    return call.answer(
        {
            "odata.metadata": f"{call.api}v1/Archive/{archive.name}/$metadata",
            "odata.nextLink": _next_link(call, query) if more else None,
            "value": [_shown(call, archive, query, *found) for found in page],
        }
    )


def _understood(call: Call, archive: Provider) -> Query:
    _refuse_parameters(call)
    mode = (call.parameter("$mode") or "Slim").lower()
    if mode == "wide":
        raise lacking("$mode=Wide")
    if mode not in ("slim", "full"):
        raise bad(f"Unknown $mode {mode}")
    return Query(
        columns=_selected(call, archive),
        decide=_decider(call, archive),
        order=_order(call, archive),
        entities=_entities(call, archive),
        top=_number(call, "$top", PAGE),
        skip=_number(call, "$skip", 0),
        full=mode == "full",
    )


def _refuse_parameters(call: Call) -> None:
    for name, value in call.query:
        if name.lower() in UNBUILT_PARAMETERS or (name.lower() == "$output" and value.lower() != "logical"):
            raise lacking(f"the parameter {name}")
        if name.lower() not in PARAMETERS:
            raise bad(f"Unknown parameter {name}")


def _selected(call: Call, archive: Provider) -> list[Column]:
    names = _split(call.parameter("$select") or archive.default)
    if any("(" in name or ":" in name for name in names):
        raise lacking("aggregation in $select")
    return [find(archive.name, name) for name in names]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _order(call: Call, archive: Provider) -> list[tuple[Column, bool]]:
    order = []
    for part in _split(call.parameter("$orderby") or ""):
        name, _, direction = part.partition(" ")
        if direction.strip().lower() not in ("", "asc", "desc"):
            raise bad(f"$orderby: {direction} is neither asc nor desc")
        column = find(archive.name, name)
        if not column.sortable:
            raise bad(f"$orderby: the column {name} cannot be sorted by")
        order.append((column, direction.strip().lower() == "desc"))
    return order


def _entities(call: Call, archive: Provider) -> tuple[str, ...]:
    known = {name.lower(): name for name in (*archive.entities, *archive.unfilled)}
    names = _split(call.parameter("$entities") or ",".join(archive.entities))
    unknown = [name for name in names if name.lower() not in known]
    if unknown:
        raise bad(f"$entities: {archive.name} has no {', '.join(unknown)}")
    return tuple(known[name.lower()] for name in names)


def _number(call: Call, name: str, default: int) -> int:
    text = call.parameter(name)
    if text is None or text == "":
        return default
    if not text.isdecimal():
        raise bad(f"{name}: {text} is no number")
    return int(text)


def _decider(call: Call, archive: Provider) -> Callable[[int, Row], bool]:
    text = call.parameter("$filter")
    if not text:
        return lambda key, row: True
    tree = filters.parse(text)
    tests = {condition: _test(call, archive, condition) for condition in filters.conditions(tree)}
    return lambda key, row: filters.holds(tree, lambda condition: tests[condition](key, row))


def _test(call: Call, archive: Provider, condition: Condition) -> Callable[[int, Row], bool]:
    column = find(archive.name, condition.column)
    asker = operators.Asker(
        call.clock, call.world.now().astimezone(call.clock.zone).date(), call.associate.associate_id
    )
    if column.kind == "stringorPK" and all(isinstance(value, int) for value in condition.values):
        test = operators.test_for(column.name, "int", condition.operator, condition.values, asker)
        return lambda key, row: any(test(cell.key) for cell in column.cells(call, key, row))
    test = operators.test_for(column.name, column.kind, condition.operator, condition.values, asker)
    return lambda key, row: any(test(cell.raw) for cell in column.cells(call, key, row))


def _rows(call: Call, archive: Provider, query: Query) -> Iterator[tuple[int, Row, str]]:
    for key, row in call.tenant.table(archive.table).items():
        entity = next((name for name, fits in archive.entities.items() if fits(row)), "")
        if not row["deleted"] and entity in query.entities and query.decide(key, row):
            yield key, row, entity


def _sort_key(call: Call, column: Column, key: int, row: Row) -> tuple[bool, Any]:
    cell = column.cells(call, key, row)[0]
    value = in_language(cell.shown, call.language or "US") if isinstance(cell.shown, str) else cell.raw
    return value is not None, value.casefold() if isinstance(value, str) else value or 0


def _shown(call: Call, archive: Provider, query: Query, key: int, row: Row, entity: str) -> dict[str, Any]:
    cells = {column.name: (column, column.cells(call, key, row)[0]) for column in query.columns}
    if not query.full:
        values = {name: _slim(call, column, cell) for name, (column, cell) in cells.items()}
        return {"PrimaryKey": str(key), "EntityName": entity, **values}
    right = table_right(call, archive.table, row)
    return {
        "PrimaryKey": key,
        "EntityName": entity,
        "StyleHint": "",
        "LinkHint": f"nav={archive.table}&{archive.link}={key}",
        "TableRight": {"Mask": _mask(right["Mask"]), "Reason": right["Reason"]},
        "Column": {name: _wide(call, column, cell) for name, (column, cell) in cells.items()},
    }


def _slim(call: Call, column: Column, cell: Cell) -> Any:
    if cell.shown is not None:
        return cell.shown
    if column.kind in ("date", "datetime"):
        return call.clock.show(cell.raw or "")
    return "" if cell.raw is None and column.kind == "string" else cell.raw


def _wide(call: Call, column: Column, cell: Cell) -> dict[str, Any]:
    raw = call.clock.show(cell.raw or "") if column.kind in ("date", "datetime") else cell.raw
    shown = _slim(call, column, cell)
    text = shown if isinstance(shown, str) else "" if shown is None else str(shown)
    return {"RawValue": raw, "DisplayValue": text, "LinkHint": "", "TooltipHint": ""}


def _mask(text: str) -> int:
    mask = 0
    for word in text.split(","):
        mask |= MASKS[word.strip()]
    return mask


def _next_link(call: Call, query: Query) -> str:
    rest = [(name, value) for name, value in call.query if name.lower() != "$skip"]
    parameters = [*rest, ("$skip", str(query.skip + query.top))]
    return f"{call.api}{call.path}?{urlencode(parameters, quote_via=quote, safe='$,/()')}"
