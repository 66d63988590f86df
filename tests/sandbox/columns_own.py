"""Columns of a tenant's own fields in archives: ``contactUdef/SuperOffice:1``, ``contactExtra/x_credit_limit``.

They follow what is published now. A list's column shows the item's text and is restricted by its id.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from . import udef
from .answers import Call
from .columns import Cell, Getter
from .lights import item_name
from .world import Tenant

PLACES = {
    **{f"{table}{at.title()}": (table, at) for table in udef.OWNERS.values() for at in ("udef", "extra")},
    "extra": ("ticket", "extra"),
}
"""Prefix to the table whose fields it holds, and which of them."""

RESTRICTIONS = {
    "Number": "int",
    "Decimal": "decimal",
    "ShortText": "string",
    "LongText": "string",
    "Checkbox": "bool",
    "List": "listAny",
    "Date": "date",
    "UnlimitedDate": "date",
    "DateTime": "datetime",
}
"""Type of a field to the restriction type of its column."""


@dataclass(frozen=True)
class OwnColumn:
    """A field as a column of its table; ``name`` is without the joins that lead to the table."""

    name: str
    table: str
    kind: str
    """A restriction type."""
    label: str
    mdo: str
    getter: Getter


def of_table(tenant: Tenant, table: str) -> Iterator[OwnColumn]:
    """All columns a table's fields make."""
    prefixes = {at: prefix for prefix, (owner, at) in PLACES.items() if owner == table}
    for field in udef.columns(tenant, table) if prefixes else ():
        name = f"{prefixes[field.at]}/{field.name}"
        yield OwnColumn(name, table, RESTRICTIONS[field.kind], field.label, field.mdo, _getter(field))


def is_own(name: str) -> bool:
    """Whether a column can only be a field of the tenant's own."""
    return name.split("/")[-2:][0] in PLACES and "/" in name


def named(tenant: Tenant, name: str) -> OwnColumn | None:
    """The field a column's name ends with, whatever joins it begins with."""
    if not is_own(name):
        return None
    last = "/".join(name.split("/")[-2:])
    table, _ = PLACES[last.split("/")[0]]
    return next((column for column in of_table(tenant, table) if column.name == last), None)


def _getter(field: udef.Column) -> Getter:
    shown = SHOWN.get(field.kind, lambda call, field, value: value)
    return lambda call, key, row: shown(call, field, field.value(row))


def _date(call: Call, field: udef.Column, value: Any) -> Any:
    """Never moved between time zones."""
    return call.clock.store(value) if value else ""


def _item(call: Call, field: udef.Column, value: Any) -> Any:
    return Cell(value, item_name(call, field.mdo, value))


SHOWN: dict[str, Callable[[Call, udef.Column, Any], Any]] = {"List": _item, **dict.fromkeys(udef.DATES, _date)}
