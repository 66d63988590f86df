"""The ``$filter`` language of archives: read into conditions, and decided for a row [search/odata/using-filters].

``le``, ``ge`` and ``notEnds`` stand in the documentation but fail in SuperOffice's own query collection, so they are
refused here. A quote in a text is doubled.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .answers import Refused, bad

TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:[^']|'')*')
    | (?P<number>-?\d+(?:\.\d+)?(?![\w/]))
    | (?P<mark>[(),=])
    | (?P<word>[A-Za-z_][\w/.:]*)
    )""",
    re.VERBOSE,
)

FUNCTIONS = {"substringof": "contains", "startswith": "begins", "endswith": "ends"}

SPANS = ("this", "next", "previous", "thisandnext", "thisandprevious", "thisandpreviousandnext")
"""``next(date, 2, month)``: functions of a date, how many periods (one if nothing is said) and which."""

PERIODS = (
    "beforetoday",
    "today",
    "aftertoday",
    "lastweek",
    "thisweek",
    "nextweek",
    "lastmonth",
    "thismonth",
    "nextmonth",
    "lastquarter",
    "thisquarter",
    "nextquarter",
    "thishalf",
    "thisyear",
)

UNITS = ("day", "week", "month", "quarter", "half", "year")
"""Periods of these functions; their names are not documented, these follow the named periods."""

WITHOUT_VALUE = (*PERIODS, "currentassociate")


@dataclass(frozen=True)
class Condition:
    """``column operator values``; ``values`` is empty for operators that take none."""

    column: str
    operator: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class All:
    """Every part must hold."""

    parts: tuple[Any, ...]


@dataclass(frozen=True)
class Some:
    """One part must hold."""

    parts: tuple[Any, ...]


Filter = Condition | All | Some


def parse(text: str) -> Filter:
    """The meaning of a ``$filter``; Refused (400) tells where it stops making sense."""
    return Parser(text).whole()


def holds(tree: Filter, decide: Callable[[Condition], bool]) -> bool:
    """Whether a filter holds, given what decides one condition."""
    if isinstance(tree, All):
        return all(holds(part, decide) for part in tree.parts)
    if isinstance(tree, Some):
        return any(holds(part, decide) for part in tree.parts)
    return decide(tree)


def conditions(tree: Filter) -> list[Condition]:
    """All conditions of a filter."""
    if isinstance(tree, Condition):
        return [tree]
    return [condition for part in tree.parts for condition in conditions(part)]


class Parser:
    """Recursive descent: ``or`` binds weaker than ``and``."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(self._tokens())
        self.at = 0

    def whole(self) -> Filter:
        """The only expression of the text."""
        tree = self._either()
        if self.at < len(self.tokens):
            raise self._wrong("expected the end")
        return tree

    def _tokens(self) -> Any:
        place, end = 0, len(self.text.rstrip())
        while place < end:
            match = TOKEN.match(self.text, place)
            if match is None:
                raise bad(f"$filter: cannot read {self.text[place : place + 20]!r}")
            place = match.end()
            yield match.lastgroup, match.group(match.lastgroup or 0)

    def _either(self) -> Filter:
        parts = [self._both()]
        while self._skip("word", "or"):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _both(self) -> Filter:
        parts = [self._one()]
        while self._skip("word", "and"):
            parts.append(self._one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _one(self) -> Filter:
        if self._skip("mark", "("):
            tree = self._either()
            self._demand("mark", ")")
            return tree
        column = self._take("word", "a column")
        if self._skip("mark", "("):
            return self._function(column)
        return self._comparison(column)

    def _function(self, name: str) -> Condition:
        if name.lower() in SPANS:
            return self._span(name.lower())
        operator = FUNCTIONS.get(name.lower())
        if operator is None:
            raise bad(f"$filter: unknown function {name}")
        first, second = ("text", "word") if operator == "contains" else ("word", "text")
        one = self._take(first, "an argument")
        self._demand("mark", ",")
        other = self._take(second, "an argument")
        self._demand("mark", ")")
        text, column = (one, other) if operator == "contains" else (other, one)
        return Condition(column, operator, (_plain(text),))

    def _span(self, name: str) -> Condition:
        """``values`` of the condition: the count and the period."""
        column = self._take("word", "a column")
        self._demand("mark", ",")
        count: Any = 1
        kind, text = self._next()
        if kind == "number":
            count = int(text) if text.isdecimal() else 0
            self._demand("mark", ",")
            kind, text = self._next()
        self._demand("mark", ")")
        period = _plain(text) if kind == "text" else text
        if period.lower() not in UNITS or count < 1:
            raise self._wrong(f"expected a count and one of {', '.join(UNITS)}")
        return Condition(column, name, (count, period.lower()))

    def _comparison(self, column: str) -> Condition:
        operator = "=" if self._skip("mark", "=") else self._take("word", "an operator").lower()
        if operator in WITHOUT_VALUE:
            return Condition(column, operator)
        if operator == "date" and self._peek("word") in PERIODS:
            return Condition(column, self._take("word", "a period").lower())
        return Condition(column, operator, self._values())

    def _values(self) -> tuple[Any, ...]:
        if not self._skip("mark", "("):
            return (self._value(),)
        values = [self._value()]
        while self._skip("mark", ","):
            values.append(self._value())
        self._demand("mark", ")")
        return tuple(values)

    def _value(self) -> Any:
        kind, text = self._next()
        if kind == "text":
            return _plain(text)
        if kind == "number":
            return float(text) if "." in text else int(text)
        if kind == "word" and text.lower() in ("true", "false"):
            return text.lower() == "true"
        raise self._wrong(f"expected a value, got {text!r}")

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise self._wrong("it ends too early")
        self.at += 1
        kind, text = self.tokens[self.at - 1]
        return kind, text

    def _peek(self, kind: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == kind:
            return str(self.tokens[self.at][1]).lower()
        return ""

    def _skip(self, kind: str, text: str) -> bool:
        if self._peek(kind) != text:
            return False
        self.at += 1
        return True

    def _demand(self, kind: str, text: str) -> None:
        if not self._skip(kind, text):
            raise self._wrong(f"expected {text!r}")

    def _take(self, kind: str, what: str) -> str:
        found, text = self._next()
        if found != kind:
            raise self._wrong(f"expected {what}, got {text!r}")
        return text

    def _wrong(self, why: str) -> Refused:
        return bad(f"$filter: {why} in {self.text!r}")


def _plain(quoted: str) -> str:
    return quoted[1:-1].replace("''", "'")
