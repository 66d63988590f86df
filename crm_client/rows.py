"""Rows of lists as typed values.

A class names each column once, as archives write it; what to select and how to read follow from that::

    @dataclass(frozen=True)
    class SaleRow(Line):
        sale_id: int = key("saleId")
        heading: str = column("heading", text)
        person: str = column("person/fullName", text)

    rows = yield from lines(SaleRow, Archive("v1/Sale").where(is_true("completed", False)))

Values of list columns are display texts in the person's language [search/odata]. Ids come from joined columns
(``person/personId``): those of the archive itself may be texts, no sample tells [arch].
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any, Self

from crm_client.archive import Archive, Row, first_page, pages, stream
from crm_client.calls import Operation, Page, Stream
from crm_client.frozen import dataclass, filled
from crm_client.values import integer

COLUMN = "crm_client.column"
"""Key of a column in the metadata of a dataclass field."""


@dataclass(frozen=True)
class _Column[T]:
    name: str
    reads: Callable[[Any], T]
    is_key: bool = False


@dataclass(frozen=True)
class Line:
    """One row; ``raw`` is the row as it came."""

    raw: Row = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @classmethod
    def parse(cls, row: Row) -> Self:
        """From a row of an archive, leniently."""
        values = {
            name: one.reads(_key(row, one.name) if one.is_key else row.get(one.name))
            for name, one in _columns(cls).items()
        }
        values["raw"] = row
        return filled(cls, values)


def column[T](name: str, reads: Callable[[Any], T]) -> T:
    """A column and how its value is read (``text``, ``yes``, ``amount``, ``moment``, ``day`` …)."""
    return _declared(_Column(name, reads))


def key(name: str) -> int:
    """The column of the row's own id; ``PrimaryKey`` stands in for it where it did not come, or came as a name. It is 0
    in rows of other types, such as a document among activities [arch].
    """
    return _declared(_Column(name, integer, is_key=True))


def _key(row: Row, name: str) -> Any:
    told = row.get(name, row.get("PrimaryKey"))
    return row.get("PrimaryKey") if isinstance(told, str) and told and not integer(told) else told


def _declared[T](column: _Column[T]) -> T:
    found: T = dataclasses.field(default_factory=lambda: column.reads(None), metadata={COLUMN: column})
    return found


def columns(cls: type[Line]) -> tuple[str, ...]:
    """What a class needs selected."""
    return tuple(one.name for one in _columns(cls).values())


def _asked(cls: type[Line], query: Archive) -> Archive:
    if query.mode:
        raise ValueError("Rows of .full() are read by archive.cells")
    return query.select(*columns(cls))


def lines[L: Line](cls: type[L], query: Archive) -> Operation[list[L]]:
    """All rows of a question, typed; the columns are selected here. Raises ``ValueError`` for a ``full`` one."""
    return [cls.parse(row) for row in (yield from pages(_asked(cls, query)))]


def first_lines[L: Line](cls: type[L], query: Archive) -> Operation[list[L]]:
    """The rows of one page, typed: at most as many as the question's ``top``."""
    return [cls.parse(row) for row in (yield from first_page(_asked(cls, query)))]


def each_line[L: Line](cls: type[L], query: Archive) -> Stream[L]:
    """The same as a stream, for ``crm.each``."""
    asked = stream(_asked(cls, query))
    step = next(asked)
    while True:
        try:
            step = asked.send((yield Page([cls.parse(row) for row in step.rows]) if isinstance(step, Page) else step))
        except StopIteration:
            return


_known: dict[type[Line], dict[str, _Column[Any]]] = {}


def _columns(cls: type[Line]) -> dict[str, _Column[Any]]:
    if cls not in _known:
        _known[cls] = {one.name: one.metadata[COLUMN] for one in dataclasses.fields(cls) if COLUMN in one.metadata}
    return _known[cls]
