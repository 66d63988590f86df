"""The Archive and Find agents: the same archives, asked for with carriers, answered with encoded values."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from . import archives, filters
from .agents import argument
from .answers import Call, bad, lacking
from .archives import Found, Query
from .asking import asked
from .columns import Cell, Column
from .facts import carrier
from .filters import All, Condition, Filter, Some
from .providers import PROVIDERS, Provider, find, metadata
from .rights import table_right

ENCODED = re.compile(r"\[([A-Z]+):(.*)\]", re.DOTALL)

LIST_OPERATORS = ("in", "oneof", "notoneof", "associateisoneof", "associateisnotoneof", "between", "datebetween")


def rows(call: Call, header: bool = False, plain: bool = False) -> Response:
    """``GetArchiveListByColumns…``. ``plain``: the variants whose arguments are texts as in OData."""
    query = _query(call, "Columns", "Page", _filter_text if plain else _filter_carriers, plain)
    page, more = archives.rows_of(call, query)
    items = [_item(call, query, found) for found in page]
    if not header:
        return call.answer(items)
    return call.answer(carrier("ArchiveListResult", RowCount=-1 if more else query.skip + len(items), Rows=items))


def found(call: Call, plain: bool = False) -> Response:
    """``Find/FindFromRestrictionsColumns…``."""
    query = _query(call, "DesiredColumns", "PageNumber", _filter_text if plain else _filter_carriers, plain)
    page, _ = archives.rows_of(call, query)
    told = {column["Name"]: column for column in metadata(call.tenant, query.archive.name)}
    columns = [told.get(column.name) or carrier("ArchiveColumnInfo", Name=column.name) for column in query.columns]
    items = [_item(call, query, one) for one in page]
    return call.answer(carrier("FindResults", ArchiveColumns=columns, ArchiveRows=items, RowCount=len(items)))


def _query(call: Call, columns: str, page: str, restrict: Callable[..., Filter | None], plain: bool) -> Query:
    archive = archives.provider_named(argument(call, "ProviderName", str))
    size = argument(call, "PageSize", int, archives.PAGE) or archives.PAGE
    return Query(
        archive=archive,
        columns=archives.selected(call, archive, _names(call, columns, plain)),
        decide=archives.decider(call, archive, restrict(call, archive)),
        order=archives.ordered(call, archive, _order(call, plain)),
        entities=archives.chosen(archive, _names(call, "Entities", plain)),
        top=size,
        skip=argument(call, page, int, 0) * size,
    )


def _names(call: Call, name: str, plain: bool) -> list[str]:
    if call.json.get(name) is None:
        return []
    return archives.split(argument(call, name, str, "")) if plain else argument(call, name, list, [])


def _order(call: Call, plain: bool) -> list[str]:
    name = "SortOrder" if "SortOrder" in call.json else "OrderBy"
    if call.json.get(name) is None:
        return []
    if plain:
        return archives.split(argument(call, name, str, ""))
    return [f"{one.get('Name')} {one.get('Direction') or 'ASC'}" for one in argument(call, name, list, [])]


def _filter_text(call: Call, archive: Provider) -> Filter | None:
    name = "Restrictions" if "Restrictions" in call.json else "Restriction"
    text = call.json.get(name) or ""
    if not isinstance(text, str):
        raise bad(f"{name} is a text here")
    return filters.parse(text) if text.strip() else None


def _filter_carriers(call: Call, archive: Provider) -> Filter | None:
    """ArchiveRestrictionInfo: joined by ``InterOperator``, where *or* binds weaker than *and*."""
    name = "Restrictions" if "Restrictions" in call.json else "Restriction"
    given = call.json.get(name) or []
    if not isinstance(given, list):
        raise bad(f"{name} is an array of ArchiveRestrictionInfo here")
    groups: list[list[Filter]] = [[]]
    for one in given:
        groups[-1].append(_condition(call, archive, one))
        if one.get("InterOperator") == "Or":
            groups.append([])
    parts = [All(tuple(group)) for group in groups if group]
    return Some(tuple(parts)) if parts else None


def _condition(call: Call, archive: Provider, one: dict[str, Any]) -> Condition:
    if one.get("SubRestrictions") or one.get("InterParenthesis"):
        raise lacking("parentheses and sub-restrictions in ArchiveRestrictionInfo")
    column, operator = find(call.tenant, archive.name, str(one.get("Name"))), str(one.get("Operator")).lower()
    values = tuple(decoded(column.kind, text) for text in one.get("Values") or [])
    if operator in filters.WITHOUT_VALUE:
        return Condition(column.name, operator)
    return Condition(column.name, operator, values if operator in LIST_OPERATORS else values[:1])


def decoded(kind: str, text: Any) -> Any:
    """A restriction's value, encoded (``[I:5]``, ``[D:03/31/2026]``) or bare; 400 if it does not fit the column."""
    match = ENCODED.fullmatch(str(text))
    bare = match.group(2) if match else str(text)
    try:
        return _as(kind, bare)
    except ValueError as error:
        raise bad(f"{text!r} is no value of a column of type {kind}") from error


def _as(kind: str, text: str) -> Any:
    if kind == "bool":
        return text.lower() in ("true", "1")
    if kind == "decimal":
        return float(text)
    if kind in ("date", "datetime"):
        return _iso(text)
    if kind in ("string", "positiveString") or (kind == "stringorPK" and not text.isdecimal()):
        return text
    return int(text)


def _iso(text: str) -> str:
    """``MM/dd/yyyy HH:mm:ss.fffffff`` as ISO; other texts as they are."""
    match = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})(?:[ T](\d\d:\d\d:\d\d)(?:\.\d+)?)?", text)
    if match is None:
        return text
    month, day, year, time = match.groups()
    return f"{year}-{month}-{day}T{time or '00:00:00'}"


def _item(call: Call, query: Query, one: Found) -> dict[str, Any]:
    cells = archives.first_cells(call, query, one)
    data = {
        name: carrier("ArchiveColumnData", DisplayValue=encoded(call, column, cell))
        for name, (column, cell) in cells.items()
    }
    return carrier(
        "ArchiveListItem",
        EntityName=one.source.shown_as or one.entity,
        PrimaryKey=one.key,
        ColumnData=data,
        LinkHint=archives.link_hint(one),
        TableRight=table_right(call, one.source.table, one.row),
    )


def encoded(call: Call, column: Column, cell: Cell) -> str:
    """A value as agents show it: encoded unless it is a text [arch/encoded-values]."""
    if column.kind in ("date", "datetime"):
        shown = call.clock.show(cell.raw or "")
        letters = "D" if column.kind == "date" else "DT"
        return f"[{letters}:{shown[5:7]}/{shown[8:10]}/{shown[:4]} {shown[11:19]}.0000000]"
    value = archives.slim(call, column, cell)
    if isinstance(value, bool):
        return f"[I:{int(value)}]"
    if isinstance(value, int):
        return f"[I:{value}]"
    return f"[F:{value}]" if isinstance(value, float) else str(value or "")


def provider_names(call: Call) -> Response:
    """``GetProviderNames``."""
    return call.answer(list(PROVIDERS))


def available_columns(call: Call) -> Response:
    """``GetAvailableColumns``."""
    return call.answer(metadata(call.tenant, archives.provider_named(argument(call, "ProviderName", str)).name))


def available_entities(call: Call) -> Response:
    """``GetAvailableEntities``."""
    archive = archives.provider_named(argument(call, "ProviderName", str))
    names = (*archive.sources, *archive.unfilled)
    return call.answer(
        [carrier("MDOListItem", Id=rank, Name=name, Type=name, Rank=rank) for rank, name in enumerate(names, 1)]
    )


BY_COLUMNS = "v1/Agents/Archive/GetArchiveListByColumns"


def no_rows(call: Call) -> Response:
    return call.answer(carrier("ArchiveListResult"))


def associates_of_groups(call: Call) -> Response:
    """Users whose own group is one of some."""
    wanted, rows = asked(call)["GroupIds"], call.tenant.table("associate")
    users = sorted(one.associate_id for one in call.tenant.associates.values())
    return call.answer([key for key in users if rows.get(key, {}).get("group", 1) in wanted])


PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    **{
        f"{BY_COLUMNS}{header}{context}{plain}": {"POST": partial(rows, header=bool(header), plain=bool(plain))}
        for header in ("", "WithHeader")
        for context in ("", "WithContext")
        for plain in ("", "2")
    },
    "v1/Agents/Archive/CreateDefaultArchiveListResult": {
        "POST": lambda call: call.answer(carrier("ArchiveListResult"))
    },
    "v1/Agents/Archive/GetGroupAssociateIds": {"POST": associates_of_groups},
    "v1/Agents/Archive/GetProviderNames": {"POST": provider_names},
    "v1/Agents/Archive/GetAvailableColumns": {"POST": available_columns},
    "v1/Agents/Archive/GetAvailableEntities": {"POST": available_entities},
    **{
        f"v1/Agents/Find/FindFromRestrictionsColumns{order}{plain}": {"POST": partial(found, plain=bool(plain))}
        for order in ("", "OrderBy")
        for plain in ("", "2")
    },
}
