"""A salesperson's day: sixty cards opened over twenty-five records, and fifteen changes.

Told once for a test and for ``make bench``; whoever tells it lends a window, which gets and posts as a browser in
SuperOffice's frame does. What it costs NetServer is counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle
from random import Random
from statistics import mean
from typing import Protocol

from tests.forms import fields
from tests.sandbox.world import Tenant, World

OPENINGS, EVERY = 60, 4
FRAME = {"Sec-Fetch-Dest": "iframe"}
BY_HTMX = {"HX-Request": "true", "X-Sidecard-Shell": "embedded"}
FACTS = r"v1/(MDOList|List|User/current|TimeZone|\w+/(CustomField|UdefLayout))"
"""What is remembered for ten minutes; its calls are counted on their own."""


class Window(Protocol):
    """A signed-in browser; it raises unless all is well."""

    def get(self, path: str, headers: dict[str, str]) -> str: ...

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> str: ...


@dataclass(frozen=True)
class Record:
    """A card: its panel, the name of its id, the id."""

    panel: str
    name: str
    key: int


@dataclass
class Cost:
    """What NetServer was asked, a number for each opening and each writing."""

    views: list[int] = field(default_factory=list)
    writes: list[int] = field(default_factory=list)
    facts: int = 0

    @property
    def a_view(self) -> float:
        return mean(self.views)

    def __str__(self) -> str:
        return (
            f"{len(self.views)} cards, {self.a_view:.2f} calls each and {max(self.views)} at most; {len(self.writes)} "
            f"changes, {mean(self.writes):.2f} calls each; {self.facts} calls for what is remembered"
        )


@dataclass
class Day:
    """Alice's at Nordlys."""

    window: Window
    world: World
    cost: Cost = field(default_factory=Cost)

    def spend(self) -> Cost:
        self._asked()
        for number, record in enumerate(openings(self.tenant), 1):
            page = self._open(record)
            self.cost.views.append(self._asked())
            if number % EVERY == EVERY // 2:
                self._write(record, page)
                self.cost.writes.append(self._asked())
        return self.cost

    @property
    def tenant(self) -> Tenant:
        return self.world.tenants["Cust12345"]

    def _open(self, record: Record) -> str:
        """The page, and what it asks by itself: whether what it was painted from is still so."""
        page = self.window.get(self._at(record), FRAME)
        for follow_up in re.findall(r'hx-get="([^"]*settles=[^"]*)"', page):
            page = self.window.get(unescape(follow_up), BY_HTMX) or page
        return page

    def _write(self, record: Record, page: str) -> None:
        """Mend a phone number, log a call, or put a sale off."""
        match record.panel:
            case "company":
                self._fill(record, "edit", {"phones-0": f"+47 22 10 {len(self.cost.writes):02} 00"})
            case "person":
                self._fill(record, "log", {"task": "1", "title": "Asked about the delivery"})
            case "sale":
                self.window.post(self._at(record, "postpone"), {"seen": fields(page)["seen"], "by": "week"}, BY_HTMX)

    def _fill(self, record: Record, action: str, typed: dict[str, str]) -> None:
        form = fields(self.window.get(self._at(record, action), BY_HTMX))
        self.window.post(self._at(record, action), form | typed, BY_HTMX)

    def _at(self, record: Record, action: str = "") -> str:
        path = f"/panels/{record.panel}/{action}/" if action else f"/panels/{record.panel}/"
        return f"{path}?uctx=Cust12345&usid=5&lang=en-US&{record.name}={record.key}"

    def _asked(self) -> int:
        """Calls since the last look, those for facts aside."""
        asked = [call["path"].partition("/api/")[2] for call in self.world.calls]
        self.world.calls.clear()
        facts = sum(re.match(FACTS, path) is not None for path in asked)
        self.cost.facts += facts
        return sum(path.startswith("v1/") for path in asked) - facts


def openings(tenant: Tenant) -> Iterator[Record]:
    """Two cards in turns, twice each: something is written at the second one before both are opened again."""
    sales = [key for key, row in tenant.table("sale").items() if row["status"] == "Open" and row["date"]]
    people = range(30, 40)
    kinds = (("company", "contact_id", range(11, 21)), ("person", "person_id", people), ("sale", "sale_id", sales))
    records = [Record(panel, name, key) for panel, name, keys in kinds for key in list(keys)[:10]][:25]
    Random(60).shuffle(records)
    turns = cycle(records)
    for _ in range(OPENINGS // EVERY):
        yield from [next(turns), next(turns)] * 2
