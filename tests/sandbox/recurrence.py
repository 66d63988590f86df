"""Follow-ups that repeat: which days a pattern means, and what else somebody does then [oas, RecurrenceInfo].

A series is one row of the table ``recurrence`` (the pattern as it was sent) and one follow-up a day, whose key
``recurrence`` names it. Where the description is silent: a month without the day asked for has its last day, every
workday and every weekday are Monday to Friday, a series has at most 500 days.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from itertools import count, islice, takewhile

from .answers import Call, bad
from .facts import blank, carrier
from .fields import Entity, stored_day
from .world import Row

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PARTS = ("DayPattern", "WeekPattern", "MonthPattern", "YearPattern")
WEEKS = {"First": 0, "Second": 1, "Third": 2, "Fourth": 3, "Last": -1}
MOST = 500
LAST_YEAR = 3000
FAR = 20_000
"""Steps of a pattern that are tried before it is taken to mean no day at all."""


def days_of(rule: Entity) -> list[date]:
    """All days of a pattern. 400 for one that does not say when it begins, repeats or ends."""
    if rule["Pattern"] == "Custom":
        return _some(sorted({_day(one.get("Date"), "Dates") for one in rule["Dates"] or []}))
    start = _day(rule["StartDate"], "StartDate")
    steps = PATTERNS.get(rule["Pattern"])
    if steps is None:
        raise bad(f"Recurrence: Pattern {rule['Pattern']} is none of {', '.join([*PATTERNS, 'Custom'])}")
    days = (day for day in islice(steps(start, rule), FAR) if day >= start)
    if rule["RecurrenceEndType"] == "EndDate":
        last = _day(rule["EndDate"], "EndDate")
        found = list(islice(takewhile(lambda day: day <= last, days), MOST))
    elif rule["RecurrenceEndType"] == "Counter":
        found = list(islice(days, max(0, min(rule["RecurrenceCounter"], MOST))))
    else:
        raise bad("Recurrence: RecurrenceEndType is EndDate or Counter")
    return _some(found)


def _some(days: list[date]) -> list[date]:
    if not days:
        raise bad("Recurrence: the pattern means no day")
    return days


def _day(text: str | None, name: str) -> date:
    try:
        day = date.fromisoformat(stored_day(text)[:10])
    except ValueError as error:
        raise bad(f"Recurrence: {name} {text!r} is no date") from error
    if day.year > LAST_YEAR:
        raise bad(f"Recurrence: {name} {text!r} is too far away")
    return day


def _daily(start: date, rule: Entity) -> Iterator[date]:
    kind, cycle = _part(rule, "DayPattern", "Pattern", "Cycle")
    if kind == "EveryCyclicDay":
        return (start + timedelta(days=step * _at_least_one(cycle)) for step in count())
    if kind in ("EveryWorkday", "EveryWeekday"):
        days = (start + timedelta(days=step) for step in count())
        return (day for day in days if day.weekday() < 5)
    raise bad(f"Recurrence: DayPattern.Pattern {kind} says nothing")


def _weekly(start: date, rule: Entity) -> Iterator[date]:
    names, cycle = _part(rule, "WeekPattern", "Weekdays", "Cycle")
    wanted, monday = _weekdays(names), start - timedelta(days=start.weekday())
    weeks = (monday + timedelta(weeks=step * _at_least_one(cycle)) for step in count())
    return (week + timedelta(days=day) for week in weeks for day in wanted)


def _monthly(start: date, rule: Entity) -> Iterator[date]:
    (cycle,) = _part(rule, "MonthPattern", "Cycle")
    months = (start.month - 1 + step * _at_least_one(cycle) for step in count())
    places = ((start.year + month // 12, month % 12 + 1) for month in months)
    return (day for year, month in places for day in _in_month(year, month, rule, "MonthPattern"))


def _yearly(start: date, rule: Entity) -> Iterator[date]:
    (month,) = _part(rule, "YearPattern", "Cycle")
    if not 1 <= month <= 12:
        raise bad("Recurrence: YearPattern.Cycle is the month, from 1 to 12")
    return (day for step in count() for day in _in_month(start.year + step, month, rule, "YearPattern"))


PATTERNS: dict[str, Callable[[date, Entity], Iterator[date]]] = {
    "Daily": _daily,
    "Weekly": _weekly,
    "Monthly": _monthly,
    "Yearly": _yearly,
}


def _in_month(year: int, month: int, rule: Entity, name: str) -> list[date]:
    """A day by its number, or weekdays by their place in the month."""
    kind, day, weekday, week = _part(rule, name, "Pattern", "Day", "Weekday", "WeekOfMonth")
    length = calendar.monthrange(year, month)[1]
    if kind == "DayOfMonth":
        return [date(year, month, min(max(day, 1), length))]
    if kind != "WeekdayOfMonth" or week not in WEEKS:
        raise bad(f"Recurrence: {name} with Pattern {kind} and WeekOfMonth {week} says nothing")
    whole = [date(year, month, number) for number in range(1, length + 1)]
    return sorted([day for day in whole if day.weekday() == wanted][WEEKS[week]] for wanted in _weekdays(weekday))


def _weekdays(names: str) -> list[int]:
    found = sorted(DAYS.index(name) for name in names.split(", ") if name in DAYS)
    if not found:
        raise bad(f"Recurrence: {names} are no weekdays")
    return found


def _part(rule: Entity, name: str, *wanted: str) -> list:
    """Values of one of the four parts, which lack only where they are not used."""
    part = rule[name] or blank(f"Recurrence{name}")
    return [part[one] for one in wanted]


def _at_least_one(cycle: int) -> int:
    if not 1 <= cycle <= 99:
        raise bad("Recurrence: Cycle is a number from 1 to 99")
    return cycle


def whole(rule: Entity) -> Entity:
    """A pattern with all its properties, and all of its parts that were sent."""
    parts = {name: _filled(f"Recurrence{name}", rule[name]) for name in PARTS if rule.get(name)}
    return _filled("RecurrenceInfo", rule) | parts


def _filled(kind: str, sent: Entity) -> Entity:
    return blank(kind) | {name: value for name, value in sent.items() if value is not None}


def fresh(call: Call, start: str) -> Entity:
    """What a follow-up that does not repeat has: its weekday, every week for a year, and no word that it does."""
    day = date.fromisoformat(start[:10])
    weekday, place = DAYS[day.weekday()], [*WEEKS][(day.day - 1) // 7]
    of_month = {"Pattern": "DayOfMonth", "Day": day.day, "Weekday": weekday, "WeekOfMonth": place}
    return carrier(
        "RecurrenceInfo",
        StartDate=call.clock.show_day(f"{day}T00:00:00"),
        EndDate=call.clock.show_day(f"{_a_year_later(day)}T00:00:00"),
        RecurrenceCounter=1,
        RecurrenceEndType="EndDate",
        Pattern="Weekly",
        DayPattern=carrier("RecurrenceDayPattern", Pattern="EveryCyclicDay", Cycle=1),
        WeekPattern=carrier("RecurrenceWeekPattern", Weekdays=weekday, Cycle=1),
        MonthPattern=carrier("RecurrenceMonthPattern", Cycle=1, **of_month),
        YearPattern=carrier("RecurrenceYearPattern", Cycle=day.month, **of_month),
    )


def _a_year_later(day: date) -> date:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + 1, day=28 if leap else day.day)


def shown(call: Call, key: int, row: Row) -> Entity:
    """The pattern of a follow-up that repeats, with the days that are left of it; of any other with its own day."""
    number = row.get("recurrence", 0)
    if number:
        days = sorted(_local(call, one).date() for _, one in of_series(call, number))
        dates = [carrier("RecurrenceDate", Date=call.clock.show_day(f"{day}T00:00:00")) for day in days]
        kept = call.tenant.table("recurrence")[number]["rule"]
        return kept | {"RecurrenceId": number, "IsRecurrence": True, "Dates": dates}
    day = _local(call, row).date()
    ids = colliding(call, row["associate"], row["start"], row["end"], key)
    return fresh(call, day.isoformat()) | {"Dates": [_told(call, day, ids)]}


def of_series(call: Call, number: int) -> list[tuple[int, Row]]:
    """The follow-ups of a series, the earliest first."""
    rows = call.tenant.table("appointment").items()
    found = [(key, row) for key, row in rows if row.get("recurrence") == number and not row["deleted"]]
    return sorted(found, key=lambda pair: pair[1]["start"])


def _local(call: Call, row: Row) -> datetime:
    """When a follow-up begins, where the caller is."""
    text = row["start"] if row["all_day"] else call.clock.show(row["start"])
    return datetime.fromisoformat(text[:19])


def shifted(call: Call, entity: Entity, day: date) -> Entity:
    """A follow-up on another day at the same time of the caller's day, summer or winter."""
    ends = {}
    first = _caller_s(call, entity, "StartDate")
    for name in ("StartDate", "EndDate"):
        at = _caller_s(call, entity, name)
        ends[name] = (at + (day - first.date())).isoformat(timespec="seconds")
    return entity | ends


def moved(call: Call, entity: Entity, rows: list[Row]) -> list[Entity]:
    """A follow-up as it is to be, on its own new day and on the others' days, at its new time."""
    days = [_caller_s(call, entity, "StartDate").date(), *(_local(call, row).date() for row in rows[1:])]
    return [shifted(call, entity, day) for day in days]


def _caller_s(call: Call, entity: Entity, name: str) -> datetime:
    text = entity.get(name) or ""
    try:
        stored = stored_day(text) if entity.get("IsAlldayEvent") else call.clock.store(text)
        return datetime.fromisoformat((stored if entity.get("IsAlldayEvent") else call.clock.show(stored))[:19])
    except ValueError as error:
        raise bad(f"{name}: {text!r} is no date") from error


def conflicts(call: Call, entity: Entity, days: list[date]) -> list[Entity]:
    """Each day, and which other follow-ups of the same user are at that time."""
    who = (entity.get("Associate") or {}).get("AssociateId") or call.associate.associate_id
    found = []
    for day in days:
        there = shifted(call, entity, day)
        start, end = (call.clock.store(there[name]) for name in ("StartDate", "EndDate"))
        found.append(_told(call, day, colliding(call, who, start, end, entity.get("AppointmentId") or 0)))
    return found


def colliding(call: Call, who: int, start: str, end: str, key: int) -> list[int]:
    """Follow-ups in a user's diary that take the same time, other than one."""
    return [
        other
        for other, row in call.tenant.table("appointment").items()
        if row["associate"] == who and row["start"] < end and row["end"] > start and other != key and _blocks(row)
    ]


def _blocks(row: Row) -> bool:
    return not row["deleted"] and not row.get("is_free") and row.get("type", "inDiary") == "inDiary"


def _told(call: Call, day: date, ids: list[int]) -> Entity:
    tooltip = "{" + "&".join(f"conflict_id={key}" for key in ids) + "}" if ids else None
    hint = "conflict" if ids else ""
    shown_day = call.clock.show_day(f"{day}T00:00:00")
    told = {"IsConflict": bool(ids), "DescriptionStyleHint": hint, "Tooltip": tooltip, "Description": None}
    return carrier("RecurrenceDate", Date=shown_day, **told)
