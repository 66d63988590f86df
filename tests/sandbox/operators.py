"""What filter operators mean for values of each restriction type [search/odata/using-filters]."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from .answers import Refused, bad
from .filters import PERIODS
from .texts import Clock

Test = Callable[[Any, tuple[Any, ...]], bool]


@dataclass(frozen=True)
class Asker:
    """Whose filter it is: his clock, the day it is for him, his associate id."""

    clock: Clock
    today: date
    associate_id: int


TEXT: dict[str, Test] = {
    "begins": lambda raw, want: raw.startswith(want[0]),
    "contains": lambda raw, want: want[0] in raw,
    "ends": lambda raw, want: raw.endswith(want[0]),
    "is": lambda raw, want: raw == want[0],
    "eq": lambda raw, want: raw == want[0],
    "isnot": lambda raw, want: raw != want[0],
    "notbegins": lambda raw, want: not raw.startswith(want[0]),
    "notcontains": lambda raw, want: want[0] not in raw,
    "between": lambda raw, want: want[0] <= raw <= want[1],
    "in": lambda raw, want: raw in want,
}

POSITIVE_TEXT = {name: test for name, test in TEXT.items() if not name.startswith("not") and name != "isnot"}

NUMBER: dict[str, Test] = {
    "eq": lambda raw, want: raw == want[0],
    "=": lambda raw, want: raw == want[0],
    "set": lambda raw, want: raw == want[0],
    "equals": lambda raw, want: raw == want[0],
    "ne": lambda raw, want: raw != want[0],
    "unequals": lambda raw, want: raw != want[0],
    "lt": lambda raw, want: raw < want[0],
    "less": lambda raw, want: raw < want[0],
    "gt": lambda raw, want: raw > want[0],
    "greater": lambda raw, want: raw > want[0],
    "between": lambda raw, want: want[0] <= raw <= want[1],
    "in": lambda raw, want: raw in want,
}

BOOL: dict[str, Test] = {"set": lambda raw, want: raw is want[0], "eq": lambda raw, want: raw is want[0]}

LIST: dict[str, Test] = {
    "oneof": lambda raw, want: raw in want,
    "notoneof": lambda raw, want: raw not in want,
    "equals": lambda raw, want: raw == want[0],
    "eq": lambda raw, want: raw == want[0],
}

ASSOCIATE: dict[str, Test] = {
    "associateisoneof": lambda raw, want: raw in want,
    "associateisnotoneof": lambda raw, want: raw not in want,
    "currentassociate": lambda raw, want: raw == want[0],
}

DAY: dict[str, Test] = {
    "before": lambda raw, want: raw < want[0],
    "after": lambda raw, want: raw > want[0],
    "date": lambda raw, want: raw == want[0],
    "beforeorequal": lambda raw, want: raw <= want[0],
    "between": lambda raw, want: want[0] <= raw <= want[1],
    "datebetween": lambda raw, want: want[0] <= raw <= want[1],
}

TIME: dict[str, Test] = {
    "beforetime": lambda raw, want: raw < want[0],
    "aftertime": lambda raw, want: raw >= want[0],
    "datetime": lambda raw, want: raw == want[0],
}

NEGATIVE = ("isnot", "notbegins", "notcontains", "ne", "unequals", "notoneof", "associateisnotoneof")
"""Operators that must hold for every value of a column that has many."""

KINDS: dict[str, dict[str, Test]] = {
    "bool": BOOL,
    "int": NUMBER,
    "decimal": NUMBER,
    "string": TEXT,
    "stringorPK": TEXT,
    "positiveString": POSITIVE_TEXT,
    "date": DAY,
    "datetime": TIME,
    "associate": ASSOCIATE,
    **dict.fromkeys(("listAny", "userGroup", "ejUser", "ejCategory", "listInterest", "intArray"), LIST),
}

PAIRS = ("between", "datebetween")

LISTS = ("in", "oneof", "notoneof", "associateisoneof", "associateisnotoneof")


def test_for(column: str, kind: str, operator: str, values: tuple[Any, ...], asker: Asker) -> Callable[[Any], bool]:
    """A test of raw values for one condition; Refused (400) if the column's restriction type has no such operator or
    the values do not fit it."""
    if kind not in KINDS:
        raise bad(f"$filter: the column {column} cannot be restricted")
    period = _period(operator, values, asker.today) if kind == "date" else None
    if period is not None:
        return lambda raw: _is_day(raw, asker) and period[0] <= _day(raw, asker) < period[1]
    test = KINDS[kind].get(operator)
    if test is None:
        raise bad(f"$filter: operator {operator} is not valid for {column} ({kind})")
    wanted = _wanted(column, kind, operator, values, asker)
    return lambda raw: _applies(raw, kind, asker) and test(_comparable(raw, kind, asker), wanted)


def _wanted(column: str, kind: str, operator: str, values: tuple[Any, ...], asker: Asker) -> tuple[Any, ...]:
    if operator == "currentassociate":
        return (asker.associate_id,)
    count = 2 if operator in PAIRS else len(values) if operator in LISTS else 1
    if len(values) != count:
        raise bad(f"$filter: {operator} takes {count} values, not {len(values)}")
    return tuple(_value(column, kind, value, asker) for value in values)


def _value(column: str, kind: str, value: Any, asker: Asker) -> Any:
    wanted: dict[str, type | tuple[type, ...]] = {"bool": bool, "int": int, "decimal": (int, float)}
    wanted |= dict.fromkeys((name for name, tests in KINDS.items() if tests in (LIST, ASSOCIATE)), int)
    allowed = wanted.get(kind, str)
    if not isinstance(value, allowed) or (isinstance(value, bool) and kind != "bool"):
        raise bad(f"$filter: {value!r} is no value for {column} ({kind})")
    if kind in ("date", "datetime"):
        return _moment(column, kind, value, asker)
    return value.casefold() if isinstance(value, str) else value


def _moment(column: str, kind: str, value: str, asker: Asker) -> Any:
    try:
        if kind == "date":
            return date.fromisoformat(value[:10])
        return asker.clock.store(value)
    except ValueError as error:
        raise bad(f"$filter: {value!r} is no date for {column}") from error


def _applies(raw: Any, kind: str, asker: Asker) -> bool:
    return raw is not None and (kind not in ("date", "datetime") or _is_day(raw, asker))


def _comparable(raw: Any, kind: str, asker: Asker) -> Any:
    if kind == "date":
        return _day(raw, asker)
    return raw.casefold() if isinstance(raw, str) and kind != "datetime" else raw


def _is_day(raw: str | None, asker: Asker) -> bool:
    return bool(raw) and asker.clock.local(raw or "") is not None


def _day(raw: str, asker: Asker) -> date:
    local = asker.clock.local(raw)
    if local is None:
        raise Refused(500, "ArgumentNullException", "no date")
    return local.date()


def _period(operator: str, values: tuple[Any, ...], today: date) -> tuple[date, date] | None:
    """First day of a named period, or of a function of a date, and the day after its last; None for other operators."""
    if operator in REACH:
        count, unit = values
        back, ahead = REACH[operator]
        first = 1 if back is None else -back * count
        return _edge(today, unit, first), _edge(today, unit, 0 if ahead is None else ahead * count + 1)
    if operator in OPEN:
        return {"beforetoday": (date.min, today), "aftertoday": (today + timedelta(days=1), date.max)}[operator]
    if operator == "today":
        return today, today + timedelta(days=1)
    for prefix, step in STEPS.items():
        unit = operator.removeprefix(prefix)
        if unit != operator and f"{prefix}{unit}" in PERIODS:
            return _edge(today, unit, step), _edge(today, unit, step + 1)
    return None


OPEN = ("beforetoday", "aftertoday")

STEPS = {"last": -1, "this": 0, "next": 1}

REACH: dict[str, tuple[int | None, int | None]] = {
    "this": (0, 0),
    "next": (None, 1),
    "previous": (1, None),
    "thisandnext": (0, 1),
    "thisandprevious": (1, 0),
    "thisandpreviousandnext": (1, 1),
}
"""How many periods back and ahead a function reaches, for each of its count; None leaves the present one out."""

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


def _edge(today: date, unit: str, step: int) -> date:
    """The first day of the period ``step`` periods from the present one."""
    if unit == "day":
        return today + timedelta(days=step)
    if unit == "week":
        return today - timedelta(days=today.weekday()) + timedelta(weeks=step)
    months = MONTHS[unit]
    return _months_from(today.replace(day=1), months * step - (today.month - 1) % months)


def _months_from(first: date, months: int) -> date:
    """The first of a month some months away."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
