"""Activities of a company: what was done last and what comes next [arch ContactActivity].

*Last* is the latest follow-up somebody completed: one that lies in the past and was never completed has not happened
as far as SuperOffice knows. *Next* is the earliest follow-up not completed that is dated today or later. *Overdue* is
the latest follow-up not completed that is dated before today. Each costs one call, so a panel asks them side by side.

The archive filters by day only (``date`` is of restriction type date), so the day's rows are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta

from crm_client.archive import Archive, after, before, is_true
from crm_client.calls import Operation
from crm_client.frozen import dataclass
from crm_client.rows import Line, column, first_lines, key
from crm_client.values import integer, moment, text, yes

LOOK_AT = 25
"""Rows of a day that are looked at."""


@dataclass(frozen=True)
class Activity(Line):
    """A follow-up in a list of activities; ``task`` and ``record_type`` are the texts SuperOffice shows."""

    appointment_id: int = key("appointmentId")
    start: datetime | None = column("date", moment)
    """UTC."""
    end: datetime | None = column("endDate", moment)
    task: str = column("type", text)
    """Meeting, phone call …"""
    record_type: str = column("recordTypeText", text)
    is_completed: bool = column("completed", yes)
    sale_id: int = column("saleId", integer)
    owner_id: int = column("associate/associateDbId", integer)
    owner: str = column("associate/fullName", text)
    person_id: int = column("person/personId", integer)
    person: str = column("person/fullName", text)
    text: str = column("text", text)  # last: it hides the function of its name


def last_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The latest completed follow-up that has begun; None without one."""
    until = before("date", now.astimezone(UTC).date() + timedelta(days=1))
    found = yield from _follow_ups(contact_id, "date desc", is_true("completed"), until)
    return next((activity for activity in found if activity.start and activity.start <= now), None)


def next_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The earliest follow-up not completed that is still to begin; failing that, one that began earlier today."""
    midnight = _midnight(now)
    from_today = after("date", midnight.date() - timedelta(days=1))
    found = yield from _follow_ups(contact_id, "date", is_true("completed", False), from_today)
    today = [activity for activity in found if activity.start and activity.start >= midnight]
    return next((activity for activity in today if activity.start and activity.start >= now), _last(today))


def overdue_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The latest follow-up not completed that should have been done before today; None without one."""
    midnight = _midnight(now)
    found = yield from _follow_ups(
        contact_id, "date desc", is_true("completed", False), before("date", midnight.date())
    )
    return next((activity for activity in found if activity.start and activity.start < midnight), None)


def _follow_ups(contact_id: int, order: str, *conditions: str) -> Operation[list[Activity]]:
    query = Archive(f"v1/Contact/{int(contact_id)}/Activities").entities("appointment")
    return first_lines(Activity, query.where(*conditions).order_by(order).top(LOOK_AT))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time.min, UTC)


def _last(activities: Iterable[Activity]) -> Activity | None:
    return next(reversed(list(activities)), None)
