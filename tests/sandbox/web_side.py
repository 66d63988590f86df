"""The side panel's own pages: the calendar months and the preview."""

from __future__ import annotations

import calendar
from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from .variables import Current
from .web_cards import Fact
from .web_names import Desk, first, full_name, street_line
from .world import Row


@dataclass(frozen=True)
class Day:
    number: int
    inside: bool
    """It belongs to the month."""
    today: bool
    sunday: bool
    busy: int
    """Follow-ups of the user on that day."""


@dataclass(frozen=True)
class Month:
    title: str
    weeks: list[tuple[int, list[Day]]]
    """Week number and seven days from Monday."""


def months(desk: Desk, start: date, count: int = 2) -> list[Month]:
    """Calendar months from the one of ``start`` on, with the user's follow-ups."""
    mine = (row for _, row in desk.live("appointment") if row.get("associate") == desk.associate.associate_id)
    busy = Counter(moment.date() for row in mine if (moment := desk.local(row["start"])))
    return [_month(desk, shifted(start, by), busy) for by in range(count)]


def shifted(day: date, by: int) -> date:
    """The first day of the month ``by`` months away."""
    year, month = divmod(day.year * 12 + day.month - 1 + by, 12)
    return date(year, month + 1, 1)


def _month(desk: Desk, first_day: date, busy: Counter[date]) -> Month:
    today = desk.now.date()
    weeks = [
        (
            week[0].isocalendar().week,
            [Day(d.day, d.month == first_day.month, d == today, d.weekday() == 6, busy[d]) for d in week],
        )
        for week in calendar.Calendar().monthdatescalendar(first_day.year, first_day.month)
    ]
    return Month(f"{first_day:%B %Y}", weeks)


@dataclass(frozen=True)
class Preview:
    """A record in short; ``lists`` are headed lists of (date, text, href)."""

    kind: str
    title: str
    href: str
    subtitle: str
    facts: list[Fact] = field(default_factory=list)
    lists: list[tuple[str, list[tuple[str, str, str]]]] = field(default_factory=list)


def preview(desk: Desk, current: Current) -> Preview | None:
    """The marked sale, else the current person, else the current company."""
    if sale := desk.row("sale", current.sale_id):
        return _sale(desk, current.sale_id, sale)
    if person := desk.row("person", current.person_id):
        return _person(desk, current.person_id, person)
    if contact := desk.row("contact", current.contact_id):
        return _company(desk, current.contact_id, contact)
    return None


def _sale(desk: Desk, key: int, row: Row) -> Preview:
    company = row.get("contact", 0)
    facts = [
        Fact("Company:", desk.company(company), f"?contact.main?contact_id={company}"),
        Fact("Contact:", desk.person(row.get("person")), f"?person.main?person_id={row.get('person')}"),
        Fact("Sale date:", desk.date(row.get("date")), strong=True),
        Fact("Owner:", desk.user(row.get("associate")), strong=True),
        Fact("Sale type:", desk.item("saletype", row.get("sale_type"))),
        Fact("Status:", f"{row.get('status')} ({row.get('probability')}%)"),
    ]
    money = f"{desk.amount(row['amount'])} {desk.item('currency', row.get('currency'))}"
    return Preview("Sale", row.get("heading") or "", f"?sale.main?sale_id={key}", money, facts)


def _person(desk: Desk, key: int, row: Row) -> Preview:
    company = row.get("contact", 0)
    facts = [
        Fact("Company:", desk.company(company), f"?contact.main?contact_id={company}"),
        Fact("Direct:", first(row.get("direct_phones"))),
        Fact("Mobile:", first(row.get("mobile_phones"))),
        Fact("E-mail:", first(row.get("emails"))),
    ]
    return Preview("Contact", full_name(row), f"?person.main?person_id={key}", row.get("title") or "", facts)


def _company(desk: Desk, key: int, row: Row) -> Preview:
    facts = [
        Fact("Category:", desk.item("category", row.get("category"))),
        Fact("Our contact:", desk.user(row.get("associate"))),
        Fact("Phone:", first(row.get("phones"))),
        Fact("Business:", desk.item("business", row.get("business"))),
        Fact("Number:", row.get("number") or ""),
    ]
    here = f"?contact.main?contact_id={key}"
    return Preview("Company", row["name"], here, street_line(row.get("postal")), facts, _lists(desk, key))


def _lists(desk: Desk, key: int) -> list[tuple[str, list[tuple[str, str, str]]]]:
    lists = []
    for heading, table, stamp, text, tab in (
        ("Activities", "appointment", "start", "title", "activityarchive"),
        ("Sales", "sale", "date", "heading", "salearchive"),
    ):
        if desk.may(f"{table}:select"):
            rows = [(row[stamp], found, row) for found, row in desk.live(table) if row.get("contact") == key]
            rows.sort(key=lambda one: one[:2], reverse=True)
            where = f"?contact.main.{tab}?contact_id={key}&{table}_id="
            lists.append((heading, [(desk.date(at), row.get(text) or "", f"{where}{i}") for at, i, row in rows[:5]]))
    return lists
