"""Lists and searches: what to ask an archive provider, and reading it page by page.

::

    query = (
        Archive("v1/Contact")
        .select("contactId", "nameDepartment")
        .where(contains("name", "O'Hara"), is_true("stop", False), during("updatedDate", "thisMonth"))
        .order_by("name")
        .top(50)
    )
    rows = yield from first_page(query)      # at most 50 rows, one call
    rows = yield from pages(query)           # all of them, following NetServer's links
    for row in crm.each(stream(query)): ...  # one after another, the next page only when it is needed
    for row in crm.each(by_key(query, "contactId")): ...   # the same for very many rows

Rows are dictionaries whose keys are the selected columns exactly as written [search/odata]; ``rows`` makes typed
values of them. ``cells`` reads rows of ``.full()``, which tell raw value, display text and rights apart.

Conditions
----------
They are built by the functions below and never by hand: these quote. Which fit a column depends on its restriction
type (``$metadata`` tells it, ``metadata`` reads it) [search/odata/using-filters]:

=================  =====================================================================================================
bool               ``is_true``
int, decimal       ``is_``, ``is_not``, ``greater``, ``less``, ``between``, ``any_of``
string             ``is_``, ``is_not``, ``begins``, ``contains``, ``not_begins``, ``not_contains``, ``between``,
                   ``any_of``; as functions ``substring_of``, ``starts_with``, ``ends_with``
stringorPK         as string; or ``is_`` with a number, which is the primary key
date               ``on``, ``before``, ``until``, ``after``, ``between``, ``days``, ``during``; ``this``, ``next_``,
                   ``previous`` and their combinations
datetime           ``at``, ``before_time``, ``since``; of a range both
associate          ``associate_one_of``, ``associate_not_one_of``, ``mine``
listAny            ``one_of``, ``not_one_of``, ``is_``; so do userGroup, ejUser, ejCategory, listInterest and intArray
=================  =====================================================================================================

Two spellings of one meaning (``eq``, ``=``, ``equals``, ``set``; ``gt``, ``greater``; ``lt``, ``less``; ``ne``,
``unequals``) have one function here. ``le``, ``ge`` and ``notEnds`` are documented and fail on real servers
[search/odata/using-filters vs queries]: they are missing on purpose, ``condition`` refuses them. Say "at least" by
``greater`` with the number before, ``either``, or ``between``.

Days, and named periods like "today", are those of the time zone the client asks for; moments are themselves.

A question travels in an address. One too long for that is sent as a form, which NetServer takes for whole archives
[oas Archive]; of a list below a record (``v1/Contact/17/Sales``) ask in several questions.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from crm_client.calls import NEXT_LINK, Call, Operation, Page, Stream, follow
from crm_client.errors import BadAnswer
from crm_client.frozen import dataclass, replace
from crm_client.values import TableRight, in_utc, integer, text, yes

type Row = dict[str, Any]

LONGEST = 2000
"""Characters of a question in an address. SuperOffice names no limit; 2048 is a common one of web servers."""

PROVIDERS = {
    "Appointment": "FindAppointment",
    "Contact": "SimpleContact",
    "Document": "FindDocument",
    "Person": "Person",
    "Project": "FindProject",
    "ProjectMember": "ProjectMember",
    "Relation": "Relation",
    "Sale": "FindSale",
    "SaleStakeholder": "SaleStakeholder",
    "Selection": "FindSelection",
    "Ticket": "Ticket",
    "TicketMessage": "TicketMessage",
    "User": "AllUsers",
}
"""The provider behind each list of all records of a kind [arch]."""


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
    mode: str = ""
    options: tuple[str, ...] = ()

    @classmethod
    def provider(cls, name: str) -> Archive:
        """Any provider by its name: ``FreetextContact``, ``DiaryActivity``, ``dynamic`` …"""
        return cls(f"v1/Archive/{name}")

    def select(self, *columns: str) -> Archive:
        """Ask for these columns; always ask only for what is shown, each joined object costs [search/odata]."""
        return replace(self, columns=tuple(dict.fromkeys(self.columns + columns)))

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

    def full(self) -> Archive:
        """Rows with raw values, display texts and rights; read them with ``cells``."""
        return replace(self, mode="Full")

    def option(self, *options: str) -> Archive:
        """Options of a provider: ``GrandTotal=true`` [arch/data-aggregation]."""
        return replace(self, options=self.options + options)

    @property
    def call(self) -> Call:
        """The call for the first page: GET, or a form where that would be too long an address."""
        parts = {
            "$select": ",".join(self.columns),
            "$filter": both(*self.conditions) if self.conditions else "",
            "$orderBy": ",".join(self.order),
            "$entities": ",".join(self.row_types),
            "$top": "" if self.size is None else str(self.size),
            "$skip": str(self.skipped) if self.skipped else "",
            "$mode": self.mode,
            "$options": ",".join(self.options),
        }
        query = {name: part for name, part in parts.items() if part}
        zone = "UTC" if re.search(_MOMENT, parts["$filter"]) else ""
        place, _, name = self.path.rpartition("/")
        provider = name if place == "v1/Archive" else PROVIDERS.get(name) if place == "v1" else None
        if provider is None or len(urlencode(query)) <= LONGEST:
            return Call("GET", self.path, query=query, time_zone=zone)
        return Call("POST", f"v1/Archive/{provider}", form=query, reads=True, time_zone=zone)


def first_page(query: Archive) -> Operation[list[Row]]:
    """The rows of one page, one call."""
    page = yield query.call
    return _rows(query, page)


def pages(query: Archive) -> Operation[list[Row]]:
    """All rows at once. Links lead only to the tenant's own address: ``decipher`` refuses any other."""
    rows: list[Row] = []
    asked = stream(query)
    step = next(asked)
    while True:
        try:
            if isinstance(step, Page):
                rows += step.rows
                step = next(asked)
            else:
                step = asked.send((yield step))
        except StopIteration:
            return rows


def stream(query: Archive) -> Stream[Row]:
    """All rows, handed over page by page; the next page is asked for when the last row of one is taken."""
    call, followed = query.call, set[str]()
    while True:
        page = yield call
        yield Page(_rows(query, page))
        if not page.get(NEXT_LINK):
            return
        call = _following(call, page, followed)


def _following(call: Call, page: Row, followed: set[str]) -> Call:
    """The call for the next page, sent as this one was. Raises ``BadAnswer`` for one that was asked for already."""
    link = page[NEXT_LINK]
    if link in followed:
        raise BadAnswer(f"{call.name}: the pages go round in a circle")
    followed.add(link)
    further = replace(follow(link), time_zone=call.time_zone)
    if not call.form:
        return further
    names = {name.lower(): name for name in call.form}
    told = {names.get(name.lower(), name): value for name, value in further.query.items()}
    return replace(call, form={**call.form, **told})


def by_key(query: Archive, key: str, size: int = 1000) -> Stream[Row]:
    """All rows in the order of an id, each page by its own question ("those beyond the last id").

    For very many rows: NetServer reads each page by link or ``$skip`` from the first row again, which costs the square
    of the depth [dp/best-practices]. ``key`` is a column with plain numbers; the rows must have one each. Rights are
    applied to each row, so a page may be short, even empty, and not the last: that one has no link to a next.
    """
    question = replace(query.select(key), order=(key,), size=size)
    last, followed = 0, set[str]()
    call = question.where(greater(key, last)).call
    while True:
        page = yield call
        rows = _rows(query, page)
        yield Page(rows)
        if not page.get(NEXT_LINK) and len(rows) < size:
            return
        if not rows:
            call = _following(call, page, followed)
            continue
        told = rows[-1]
        following = integer(cells(told)[key] if "Column" in told else told.get(key))
        if following <= last:
            raise BadAnswer(f"{call.name}: {key} does not grow")
        last = following
        call = question.where(greater(key, last)).call


def _rows(query: Archive, page: Any) -> list[Row]:
    rows = page.get("value") if isinstance(page, dict) else None
    if not isinstance(rows, list):
        raise BadAnswer(f"GET {query.path}: the answer holds no rows")
    return [row for row in rows if isinstance(row, dict)]


type Value = str | int | Decimal | datetime | date

_MOMENT = r"'\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d'"
"""As ``quoted`` writes it."""


def quoted(value: Value) -> str:
    """A value inside a filter. Quotes in texts are doubled, as OData does (SuperOffice documents no other way).

    Moments are written in UTC without an offset, the documented form; a question that holds one is asked in that zone,
    whatever the client's. Raises ``ValueError`` for one without a time zone, and for what is no number.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Decimal):
        return format(_finite(value), "f")
    if isinstance(value, datetime):
        return f"'{in_utc(value).replace(tzinfo=None).isoformat(timespec='seconds')}'"
    written = value.isoformat() if isinstance(value, date) else value
    return "'" + written.replace("'", "''") + "'"


def is_(column: str, value: Value) -> str:
    """Equal: texts by ``is``, numbers by ``eq``, days and moments as ``on`` and ``at`` [search/odata/using-filters]."""
    if isinstance(value, datetime):
        return at(column, value)
    if isinstance(value, date):
        return on(column, value)
    return f"{column} {'is' if isinstance(value, str) else 'eq'} {quoted(value)}"


def is_not(column: str, value: str | int | Decimal) -> str:
    """Not equal: texts by ``isNot``, numbers by ``ne``. There is no such question about days."""
    return f"{column} {'isNot' if isinstance(value, str) else 'ne'} {quoted(value)}"


def contains(column: str, value: str) -> str:
    return f"{column} contains {quoted(value)}"


def not_contains(column: str, value: str) -> str:
    return f"{column} notContains {quoted(value)}"


def begins(column: str, value: str) -> str:
    return f"{column} begins {quoted(value)}"


def not_begins(column: str, value: str) -> str:
    return f"{column} notBegins {quoted(value)}"


def greater(column: str, value: int | Decimal) -> str:
    return f"{column} gt {quoted(value)}"


def less(column: str, value: int | Decimal) -> str:
    return f"{column} lt {quoted(value)}"


def between(column: str, low: Value, high: Value) -> str:
    """From the one to the other, both included."""
    return f"{column} between ({quoted(low)},{quoted(high)})"


def any_of(column: str, values: Iterable[str | int | Decimal]) -> str:
    """One of these texts or numbers. Better than a chain of ``or`` [dp/best-practices]."""
    return f"{column} in {_listed(quoted(value) for value in values)}"


def one_of(column: str, ids: Iterable[int]) -> str:
    """One of these list items, by id."""
    return f"{column} oneOf {_listed(str(int(item)) for item in ids)}"


def not_one_of(column: str, ids: Iterable[int]) -> str:
    """None of these list items."""
    return f"{column} notOneOf {_listed(str(int(item)) for item in ids)}"


def is_true(column: str, value: bool = True) -> str:
    """A flag is set, or with ``False`` is not."""
    return f"{column} set {quoted(value)}"


def on(column: str, value: date) -> str:
    """On this day."""
    return f"{column} date {quoted(_date(value))}"


def before(column: str, value: date) -> str:
    """On an earlier day; of a moment only the date counts."""
    return f"{column} before {quoted(_date(value))}"


def until(column: str, value: date) -> str:
    """On this day or an earlier one."""
    return f"{column} beforeOrEqual {quoted(_date(value))}"


def after(column: str, value: date) -> str:
    """On a later day. Whether the day itself counts is not documented, so look at the rows you get."""
    return f"{column} after {quoted(_date(value))}"


def days(column: str, first: date, last: date) -> str:
    """From one day to another, both included."""
    return f"{column} dateBetween ({quoted(_date(first))},{quoted(_date(last))})"


def at(column: str, value: datetime) -> str:
    """At this moment; for columns of type datetime."""
    return f"{column} dateTime {quoted(value)}"


def before_time(column: str, value: datetime) -> str:
    """Before this moment; for columns of type datetime."""
    return f"{column} beforeTime {quoted(value)}"


def since(column: str, value: datetime) -> str:
    """At this moment or later; for columns of type datetime."""
    return f"{column} afterTime {quoted(value)}"


type Period = Literal[
    "beforeToday", "today", "afterToday", "lastWeek", "thisWeek", "nextWeek", "lastMonth", "thisMonth", "nextMonth",
    "lastQuarter", "thisQuarter", "nextQuarter", "thisHalf", "thisYear",
]  # fmt: skip

PERIODS: tuple[str, ...] = get_args(Period.__value__)
"""Named periods; whose today it is, SuperOffice decides."""


def during(column: str, period: Period) -> str:
    """Within a named period: ``during("date", "thisWeek")``."""
    return f"{column} {_one_word(period, PERIODS)}"


type Unit = Literal["day", "week", "month", "quarter", "half", "year"]
"""Periods of functions; the documentation shows no closed list of them [search/odata/using-filters]."""


def this(column: str, unit: Unit) -> str:
    """Within the current day, week, month …"""
    return f"this({column},{_word(unit)})"


def next_(column: str, count: int, unit: Unit) -> str:
    """Within the next so many of them."""
    return _counted("next", column, count, unit)


def previous(column: str, count: int, unit: Unit) -> str:
    """Within the previous so many of them."""
    return _counted("previous", column, count, unit)


def this_and_next(column: str, count: int, unit: Unit) -> str:
    return _counted("thisAndNext", column, count, unit)


def this_and_previous(column: str, count: int, unit: Unit) -> str:
    return _counted("thisAndPrevious", column, count, unit)


def this_and_around(column: str, unit: Unit) -> str:
    """The current one, the one before it and the one after it; this function takes no count [oas]."""
    return f"thisAndPreviousAndNext({column},{_word(unit)})"


def substring_of(column: str, value: str) -> str:
    """``contains`` as a function; the text comes first, as in OData."""
    return f"substringof({quoted(value)},{column})"


def starts_with(column: str, value: str) -> str:
    return f"startswith({column},{quoted(value)})"


def ends_with(column: str, value: str) -> str:
    """The only way to ask for an end: there is no such operator."""
    return f"endswith({column},{quoted(value)})"


def associate_one_of(column: str, ids: Iterable[int]) -> str:
    """One of these users, by associate id; for columns of type associate."""
    return f"{column} associateIsOneOf {_listed(str(int(item)) for item in ids)}"


def associate_not_one_of(column: str, ids: Iterable[int]) -> str:
    return f"{column} associateIsNotOneOf {_listed(str(int(item)) for item in ids)}"


def mine(column: str) -> str:
    """The person who asks; for columns of type associate."""
    return f"{column} currentAssociate"


def all_rows() -> str:
    """Every row, for providers that demand a condition."""
    return is_true("getAllRows")


def no_rows() -> str:
    """No row: to learn the columns of an answer."""
    return is_true("getNoRows")


BROKEN = {"le": "write less", "ge": "write greater", "notends": "there is no other way"}
"""Documented operators that fail on real servers, and what to do instead [search/odata/using-filters vs queries]."""


def condition(column: str, operator: str, *values: Value) -> str:
    """Any operator, for what has no function here. Raises ``ValueError`` for one that is known to fail."""
    if operator.lower() in BROKEN:
        raise ValueError(f"{operator} fails on SuperOffice's servers: {BROKEN[operator.lower()]}")
    written = [quoted(value) for value in values]
    return " ".join([column, _word(operator), *([_listed(written)] if len(written) > 1 else written)])


def both(*conditions: str) -> str:
    """All of them."""
    return " and ".join(conditions)


def either(*conditions: str) -> str:
    """At least one of them. Raises ``ValueError`` for none at all."""
    if not conditions:
        raise ValueError("One of no conditions can never hold")
    return "(" + " or ".join(conditions) + ")"


def _date(value: date) -> date:
    return in_utc(value).date() if isinstance(value, datetime) else value


def _finite(value: Decimal) -> Decimal:
    if not value.is_finite():
        raise ValueError(f"{value} is no number to compare with")
    return value


def _listed(written: Iterable[str]) -> str:
    """Raises ``ValueError`` for nothing at all: an empty list is no condition SuperOffice documents."""
    found = ",".join(written)
    if not found:
        raise ValueError("A list of values needs at least one")
    return f"({found})"


def _counted(function: str, column: str, count: int, unit: str) -> str:
    return f"{function}({column},{int(count)},{_word(unit)})"


def _word(word: str) -> str:
    if not re.fullmatch(r"[A-Za-z=]+", word):
        raise ValueError(f"{word!r} is no word of the filter language")
    return word


def _one_word(word: str, known: tuple[str, ...]) -> str:
    if word not in known:
        raise ValueError(f"{word!r} is none of {', '.join(known)}")
    return word


@dataclass(frozen=True)
class Cell:
    """One value of a row of ``.full()`` [search/odata]."""

    value: Any
    """As stored: an id for a list column, a flag, a number, a text."""
    display: str
    """As SuperOffice shows it."""
    tooltip: str = ""
    link: str = ""


@dataclass(frozen=True)
class Cells:
    """A row of ``.full()``."""

    record: str
    """Type of the row, ``EntityName``; only together with it ``key`` is unique [arch]."""
    key: int
    table_right: TableRight
    link: str
    """Where it leads in SuperOffice: ``nav=contact&contact_id=25``."""
    columns: Mapping[str, Cell]
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, column: str) -> Any:
        """The stored value of a column."""
        return self.columns[column].value


def cells(row: Row) -> Cells:
    """A row of ``.full()``. Raises ``BadAnswer`` for one of another mode."""
    columns = row.get("Column")
    if not isinstance(columns, Mapping):
        raise BadAnswer("a row without cells: was the question asked with .full()?")
    return Cells(
        record=text(row.get("EntityName")),
        key=integer(row.get("PrimaryKey")),
        table_right=TableRight.parse(row.get("TableRight")),
        link=text(row.get("LinkHint")),
        columns={name: _cell(told) for name, told in columns.items() if isinstance(told, Mapping)},
        raw=row,
    )


def _cell(told: Mapping[str, Any]) -> Cell:
    return Cell(
        value=told.get("RawValue"),
        display=text(told.get("DisplayValue")),
        tooltip=text(told.get("TooltipHint")),
        link=text(told.get("LinkHint")),
    )


@dataclass(frozen=True)
class ColumnInfo:
    """What a provider says about one of its columns [search/odata/metadata]."""

    name: str
    title: str
    restriction: str
    """Its restriction type; empty where it cannot be filtered."""
    list_name: str
    """The MDO list its values come from."""
    can_order: bool
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, told: Row) -> ColumnInfo:
        can_restrict = yes(told.get("CanRestrictBy"))
        return cls(
            name=text(told.get("Name")),
            title=text(told.get("DisplayName")),
            restriction=text(told.get("RestrictionType")) if can_restrict else "",
            list_name=text(told.get("RestrictionListName")),
            can_order=yes(told.get("CanOrderBy")),
            raw=told,
        )


def metadata(provider: str) -> Operation[list[ColumnInfo]]:
    """The columns of a provider, the customer's user-defined ones too; good to remember for a day."""
    path = f"v1/Archive/{provider}/$metadata"
    page = yield Call("GET", path)
    return [ColumnInfo.parse(row) for row in _rows(Archive(path), page)]
