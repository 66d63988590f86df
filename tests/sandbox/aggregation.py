"""Archives that count and add up: functions in place of columns [arch/data-aggregation, arch/aggregate-groupby].

``Sum(amount)``, ``GroupBy(stage):Header:Footer:1``, ``GroupBy(DatePart(date):YearMonth):Footer``. Every ``GroupBy``
makes a band of each of its values. Rows between headers and footers show running values; there are none if nothing is
left to show in them (``HideDetail`` everywhere). ``GrandTotal=true`` adds one row more at the end.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from statistics import fmean, median
from typing import Any

from .answers import bad, lacking
from .columns import Cell, Column

FUNCTION = re.compile(r"(\w+)\((.*)\)((?:[:,]\w+)*)")

SUMMARIES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "avg": lambda values: fmean(values) if values else 0.0,
    "median": lambda values: median(values) if values else 0,
    "count": lambda values: len(set(values)),
    "countall": len,
}

LACKING = ("currencyconvert", "percent")
"""Documented functions that nothing here does."""

DATE_PARTS: dict[str, Callable[[datetime], Any]] = {
    "year": lambda day: day.year,
    "quarter": lambda day: (day.month + 2) // 3,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
    "dayofyear": lambda day: day.timetuple().tm_yday,
    "dayofweek": lambda day: day.isoweekday() % 7,
    "dayofweekfrommonday": lambda day: day.weekday(),
    "weekno": lambda day: day.isocalendar().week,
    "hour": lambda day: day.hour,
    "isodate": lambda day: day.date().isoformat(),
    "yearmonth": lambda day: f"{day.year}/{day.month:02}",
    "yearquarter": lambda day: f"{day.year}/{(day.month + 2) // 3}",
    "yearweekno": lambda day: f"{day.isocalendar().year}/{day.isocalendar().week:02}",
}
"""Weeks are those of ISO 8601, as Nordic users see them; days of the week begin with 0, Sunday or Monday."""

MODIFIERS = ("hidedetail", "header", "footer", "multiply", *DATE_PARTS)


@dataclass(frozen=True)
class Term:
    """A column, or a function of others; ``text`` as it was written is its name in the answer."""

    text: str
    column: Column | None = None
    function: str = ""
    arguments: tuple[Term, ...] = ()
    modifiers: tuple[str, ...] = ()

    @property
    def is_summary(self) -> bool:
        return self.function in SUMMARIES

    @property
    def level(self) -> int:
        """How deep a ``GroupBy`` lies."""
        return next((int(word) for word in self.modifiers if word.isdecimal()), 1)

    @property
    def in_detail(self) -> bool:
        return "hidedetail" not in self.modifiers


@dataclass(frozen=True)
class Line:
    """A row of the answer: of a record (``found``), or of a group (``kind`` like ``footer:1``, with a number)."""

    kind: str
    number: int
    values: dict[str, Any]
    found: Any = None


Read = Callable[[Term, Any], Cell]
"""What a column's term is in a found row."""


def asked(names: Sequence[str]) -> bool:
    """Whether any of the names in a ``$select`` is a function."""
    return any("(" in name for name in names)


def joined(names: Sequence[str]) -> list[str]:
    """The same names, modifiers that a comma parted from their function put back."""
    whole: list[str] = []
    for name in names:
        loose = name.lower() in MODIFIERS or name.isdecimal()
        if loose and whole and "(" in whole[-1]:
            whole[-1] += f",{name}"
        else:
            whole.append(name)
    return whole


def parsed(text: str, find: Callable[[str], Column]) -> Term:
    """A term from its text; Refused (400) for what is none, (501) for functions that are not built."""
    match = FUNCTION.fullmatch(text)
    if match is None:
        return Term(text, find(text))
    name, modifiers = match[1].lower(), tuple(word.lower() for word in re.split("[:,]", match[3]) if word)
    if name in LACKING:
        raise lacking(f"the function {match[1]} in $select")
    if name not in (*SUMMARIES, "groupby", "weighted", "expression", "datepart"):
        raise bad(f"$select: there is no function {match[1]}")
    unknown = [word for word in modifiers if word not in MODIFIERS and not word.isdecimal()]
    if unknown:
        raise bad(f"$select: {match[1]} has no modifier {unknown[0]}")
    arguments = tuple(parsed(part.strip(), find) for part in _parts(match[2]))
    if len(arguments) != (2 if name in ("weighted", "expression") else 1):
        raise bad(f"$select: {match[1]} takes {'two columns' if name in ('weighted', 'expression') else 'a column'}")
    return Term(text, function=name, arguments=arguments, modifiers=modifiers)


def _parts(text: str) -> list[str]:
    """Arguments, parted by semicolons outside of parentheses."""
    parts, depth = [""], 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if letter == ";" and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return [part for part in parts if part.strip()]


def read(term: Term, found: Any, of_column: Read) -> Cell:
    """What a term is in one row."""
    if term.column is not None:
        return of_column(term, found)
    values = [read(argument, found, of_column).raw for argument in term.arguments]
    if term.function == "datepart":
        part = next((word for word in term.modifiers if word in DATE_PARTS), "")
        if not part:
            raise bad(f"$select: {term.text} says no part of the date")
        return Cell(DATE_PARTS[part](datetime.fromisoformat(values[0])) if values[0] else None)
    if term.function in ("weighted", "expression"):
        product = (values[0] or 0) * (values[1] or 0)
        return Cell(product / 100 if term.function == "weighted" else product)
    return read(term.arguments[0], found, of_column)


class Report:
    """The rows of an answer, made of the rows that were found."""

    def __init__(self, terms: Sequence[Term], of_column: Read, show: Callable[[Term, Cell], Any]) -> None:
        self.terms = terms
        self.of_column, self.show = of_column, show
        self.groups = sorted((term for term in terms if term.function == "groupby"), key=lambda term: term.level)
        self.levels = sorted({term.level for term in self.groups})
        self.details = [term for term in terms if term.in_detail]
        self.numbers: dict[str, int] = {}

    def lines(self, rows: Sequence[Any], order: Sequence[tuple[str, bool]], grand_total: bool) -> Iterator[Line]:
        """All lines; ``order`` names summaries by which the outermost groups are sorted, and whether downwards."""
        yield from self._band(rows, self.levels, order)
        if grand_total:
            yield self._line("grandtotal", rows, ())

    def _band(self, rows: Sequence[Any], levels: list[int], order: Sequence[tuple[str, bool]]) -> Iterator[Line]:
        if not levels:
            yield from self._rows(rows)
            return
        here = [term for term in self.groups if term.level == levels[0]]
        for band in self._bands(rows, here, order):
            for kind in ("header", "footer"):
                if kind == "footer":
                    yield from self._band(band, levels[1:], ())
                if any(kind in term.modifiers for term in here):
                    yield self._line(f"{kind}:{levels[0]}", band, here)

    def _bands(self, rows: Sequence[Any], here: list[Term], order: Sequence[tuple[str, bool]]) -> list[Sequence[Any]]:
        def key(row: Any) -> list[tuple[bool, Any]]:
            cells = (self._read(term, row).raw for term in here)
            return [(value is not None, value.casefold() if isinstance(value, str) else value or 0) for value in cells]

        bands: list[Sequence[Any]] = [list(band) for _, band in groupby(sorted(rows, key=key), key=key)]
        for text, downwards in reversed(order):
            term = next((term for term in self.terms if term.text == text and term.is_summary), None)
            if term is None:
                raise bad(f"$orderby: {text} is no function of the $select")
            bands.sort(key=lambda band, by=term: self._summary(by, band), reverse=downwards)
        return bands

    def _rows(self, rows: Sequence[Any]) -> Iterator[Line]:
        """The rows themselves, with what the functions come to so far."""
        if not self.details:
            return
        read = {term.text: [self._read(term, row).raw for row in rows] for term in self.details if term.is_summary}
        for count, row in enumerate(rows, 1):
            values = {
                term.text: _summed(term, read[term.text][:count]) if term.is_summary else self._shown(term, row)
                for term in self.details
            }
            yield Line("", 0, values, row)

    def _line(self, kind: str, rows: Sequence[Any], here: Sequence[Term]) -> Line:
        """A header, a footer or the grand total: summaries of the group, and what it is a group of."""
        counter = kind.partition(":")[0]
        self.numbers[counter] = self.numbers.get(counter, 0) + 1
        values = {term.text: self._summary(term, rows) for term in self.terms if term.is_summary}
        values |= {term.text: self._shown(term, rows[0]) for term in here}
        return Line(kind, self.numbers[counter], {term.text: values.get(term.text) for term in self.terms})

    def _read(self, term: Term, row: Any) -> Cell:
        return read(term, row, self.of_column)

    def _shown(self, term: Term, row: Any) -> Any:
        """A column in the way it is shown, also inside of ``GroupBy``."""
        inner = term.arguments[0] if term.function == "groupby" else term
        cell = self._read(term, row)
        return self.show(inner, cell) if inner.column is not None else cell.raw

    def _summary(self, term: Term, rows: Sequence[Any]) -> Any:
        return _summed(term, [self._read(term, row).raw for row in rows])


def _summed(term: Term, values: list[Any]) -> Any:
    try:
        return SUMMARIES[term.function]([value for value in values if value is not None])
    except TypeError as error:
        raise bad(f"$select: {term.text}: the column holds no numbers") from error
