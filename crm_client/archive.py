"""Lists and searches: what to ask an archive provider, and reading it page by page.

::

    query = (
        Archive("v1/Contact")
        .select("contactId", "nameDepartment")
        .where(contains("name", "O'Hara"), is_true("stop", False))
        .order_by("name")
        .top(50)
    )
    rows = yield from first_page(query)      # at most 50 rows, one call
    rows = yield from pages(query)           # all of them, following NetServer's links

Rows are dictionaries whose keys are the selected columns exactly as written [search/odata]. Conditions are built by
the functions below and never by hand: they quote. ``le``, ``ge`` and ``notEnds`` are documented but fail on real
servers, so they are missing here on purpose [search/odata/using-filters vs queries].
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from crm_client.calls import NEXT_LINK, Call, Operation, follow
from crm_client.errors import BadAnswer

type Row = dict[str, Any]


@dataclass(frozen=True)
class Archive:
    """A question to an archive; each method gives a new, narrower one."""

    path: str
    columns: tuple[str, ...] = ()
    conditions: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    row_types: tuple[str, ...] = ()
    size: int | None = None
    skipped: int = 0

    def select(self, *columns: str) -> Archive:
        """Ask for these columns; always ask only for what is shown, each joined object costs [search/odata]."""
        return replace(self, columns=self.columns + columns)

    def where(self, *conditions: str) -> Archive:
        """All of these conditions must hold."""
        return replace(self, conditions=self.conditions + conditions)

    def order_by(self, *columns: str) -> Archive:
        """Sort by these columns; write ``"date desc"`` to turn one around."""
        return replace(self, order=self.order + columns)

    def entities(self, *names: str) -> Archive:
        """Only these types of rows (``sale``, ``appointment`` …)."""
        return replace(self, row_types=self.row_types + names)

    def top(self, size: int) -> Archive:
        """Rows a page; NetServer's own default is 1000."""
        return replace(self, size=size)

    def skip(self, rows: int) -> Archive:
        """Leave out the first rows. NetServer reads them all the same: prefer keys for deep reading [dp/best-
        practices].
        """
        return replace(self, skipped=rows)

    @property
    def call(self) -> Call:
        """The call for the first page."""
        parts = {
            "$select": ",".join(self.columns),
            "$filter": both(*self.conditions) if self.conditions else "",
            "$orderBy": ",".join(self.order),
            "$entities": ",".join(self.row_types),
            "$top": "" if self.size is None else str(self.size),
            "$skip": str(self.skipped) if self.skipped else "",
        }
        return Call("GET", self.path, query={name: part for name, part in parts.items() if part})


def first_page(query: Archive) -> Operation[list[Row]]:
    """The rows of one page, one call."""
    page = yield query.call
    return _rows(query, page)


def pages(query: Archive) -> Operation[list[Row]]:
    """All rows, page by page. Links lead only to the tenant's own address: ``decipher`` refuses any other."""
    call, rows, followed = query.call, [], set[str]()
    while True:
        page = yield call
        rows += _rows(query, page)
        link = page.get(NEXT_LINK)
        if not link:
            return rows
        if link in followed:
            raise BadAnswer(f"{call.name}: the pages go round in a circle")
        followed.add(link)
        call = follow(link)


def _rows(query: Archive, page: Any) -> list[Row]:
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        raise BadAnswer(f"GET {query.path}: the answer holds no rows")
    return [row for row in rows if isinstance(row, dict)]


type Value = str | int | Decimal | datetime | date


def quoted(value: Value) -> str:
    """A value inside a filter. Quotes in texts are doubled, as OData does (SuperOffice documents no other way).

    Moments are written in UTC, the zone clients ask for.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return f"'{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='seconds')}'"
    written = value.isoformat() if isinstance(value, date) else value
    return "'" + written.replace("'", "''") + "'"


def is_(column: str, value: Value) -> str:
    """Equal: texts by ``is``, numbers by ``eq`` [search/odata/using-filters]."""
    return f"{column} {'is' if isinstance(value, str) else 'eq'} {quoted(value)}"


def contains(column: str, value: str) -> str:
    return f"{column} contains {quoted(value)}"


def begins(column: str, value: str) -> str:
    return f"{column} begins {quoted(value)}"


def greater(column: str, value: int | Decimal) -> str:
    return f"{column} gt {quoted(value)}"


def less(column: str, value: int | Decimal) -> str:
    return f"{column} lt {quoted(value)}"


def one_of(column: str, ids: Iterable[int]) -> str:
    """One of these list items, by id. Better than a chain of ``or`` [dp/best-practices]."""
    return f"{column} oneOf ({','.join(str(int(item)) for item in ids)})"


def is_true(column: str, value: bool = True) -> str:
    """A flag is set, or with ``False`` is not."""
    return f"{column} set {quoted(value)}"


def before(column: str, value: date) -> str:
    """On an earlier day; of a moment only the date counts."""
    return f"{column} before {quoted(_date(value))}"


def after(column: str, value: date) -> str:
    """On a later day. Whether the day itself counts is not documented, so look at the rows you get."""
    return f"{column} after {quoted(_date(value))}"


def since(column: str, value: datetime) -> str:
    """At this moment or later; for columns of type datetime."""
    return f"{column} afterTime {quoted(value)}"


def both(*conditions: str) -> str:
    """All of them."""
    return " and ".join(conditions)


def either(*conditions: str) -> str:
    """At least one of them."""
    return "(" + " or ".join(conditions) + ")"


def _date(value: date) -> date:
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value
