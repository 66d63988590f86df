"""Activities of a company: what was done last and what comes next [arch ContactActivity].

*Last* is the latest follow-up somebody completed: one that lies in the past and was never completed has not happened
as far as SuperOffice knows. *Next* is the earliest follow-up not completed that is dated today or later. *Overdue* is
the latest follow-up not completed that is dated before today. Each costs one call, so a panel asks them side by side.

The archive filters by day only (``date`` is of restriction type date), so the day's rows are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta

from crm_client.archive import Archive, Row, after, before, first_page, is_true
from crm_client.calls import Operation
from crm_client.values import integer, moment, text, yes

LOOK_AT = 25
"""Rows of a day that are looked at."""


@dataclass(frozen=True)
class Activity:
    """A follow-up in a list of activities; ``task`` and ``record_type`` are the texts SuperOffice shows."""

    appointment_id: int
    start: datetime | None
    """UTC."""
    end: datetime | None
    task: str
    """Meeting, phone call …"""
    text: str
    record_type: str
    is_completed: bool
    owner_id: int
    owner: str
    person_id: int
    person: str
    sale_id: int
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    COLUMNS = (
        "date",
        "endDate",
        "type",
        "text",
        "recordTypeText",
        "completed",
        "appointmentId",
        "saleId",
        "associate/associateDbId",
        "associate/fullName",
        "person/personId",
        "person/fullName",
    )
    """Ids come from joined columns: those of the archive itself may be texts, no sample tells [arch]."""

    @classmethod
    def parse(cls, row: Row) -> Activity:
        return cls(
            appointment_id=integer(row.get("appointmentId") or row.get("PrimaryKey")),
            start=moment(row.get("date")),
            end=moment(row.get("endDate")),
            task=text(row.get("type")),
            text=text(row.get("text")),
            record_type=text(row.get("recordTypeText")),
            is_completed=yes(row.get("completed")),
            owner_id=integer(row.get("associate/associateDbId")),
            owner=text(row.get("associate/fullName")),
            person_id=integer(row.get("person/personId")),
            person=text(row.get("person/fullName")),
            sale_id=integer(row.get("saleId")),
            raw=row,
        )


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
    query = Archive(f"v1/Contact/{int(contact_id)}/Activities").select(*Activity.COLUMNS).entities("appointment")
    rows = yield from first_page(query.where(*conditions).order_by(order).top(LOOK_AT))
    return [Activity.parse(row) for row in rows]


def _midnight(now: datetime) -> datetime:
    return datetime.combine(now.astimezone(UTC).date(), time.min, UTC)


def _last(activities: Iterable[Activity]) -> Activity | None:
    return next(reversed(list(activities)), None)
