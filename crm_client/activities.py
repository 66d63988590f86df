"""Activities of a company, person or sale: what was last and what comes next [arch ContactActivity, SaleActivity].

*Last* is the latest follow-up somebody completed: one that lies in the past and was never completed has not happened
as far as SuperOffice knows. *Next* is the earliest follow-up not completed that is dated today or later. *Overdue* is
the latest follow-up not completed that is dated before today. Each costs one call, so a panel asks them side by side.
Today is that of UTC.

``past_activities``, ``coming_activities`` and ``overdue_activities`` give all of a kind, the nearest to now first.
``activities_of`` asks once for all of them, in no order of kinds, for a reader whose day is not that of UTC.

The archive filters by day only (``date`` is of restriction type date), so the day's rows are looked at here.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from crm_client.archive import Archive, after, before, is_true
from crm_client.calls import Operation
from crm_client.frozen import dataclass
from crm_client.rows import Line, column, first_lines, key
from crm_client.values import in_utc, integer, moment, text, yes

LOOK_AT = 25
"""Rows that are looked at."""
LOOK_AT_ALL = 100
"""Rows that are looked at where all kinds are asked for at once."""

type Owner = Literal["Contact", "Person", "Sale", "Project"]
"""Whose activities."""


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


@dataclass(frozen=True)
class Activities:
    """Open and completed follow-ups, each the latest first."""

    open: Sequence[Activity] = ()
    completed: Sequence[Activity] = ()
    is_cut: bool = False
    """There are more; of the open ones none is missing as long as any completed one is here."""


def activities_of(owner: Owner, owner_id: int) -> Operation[Activities]:
    """All in one call: sorted by ``completed``, open ones come before any other, so that old debts are not cut off.

    That a bool sorts "no" before "yes" is our reading of "sortable" [arch ContactActivity].
    """
    found = yield from _follow_ups(owner, owner_id, LOOK_AT_ALL, ("completed", "date desc"))
    return Activities(
        [one for one in found if not one.is_completed],
        [one for one in found if one.is_completed],
        is_cut=len(found) >= LOOK_AT_ALL,
    )


def past_activities(owner: Owner, owner_id: int, now: datetime) -> Operation[list[Activity]]:
    """Completed follow-ups that have begun, the latest first."""
    until = before("date", in_utc(now).date() + timedelta(days=1))
    found = yield from _follow_ups(owner, owner_id, LOOK_AT, ("date desc",), is_true("completed"), until)
    return [activity for activity in found if activity.start and activity.start <= now]


def coming_activities(owner: Owner, owner_id: int, now: datetime) -> Operation[list[Activity]]:
    """Follow-ups not completed that are dated today or later, in the order of time."""
    midnight = _midnight(now)
    from_today = after("date", midnight.date() - timedelta(days=1))
    found = yield from _follow_ups(owner, owner_id, LOOK_AT, ("date",), is_true("completed", False), from_today)
    return [activity for activity in found if activity.start and activity.start >= midnight]


def overdue_activities(owner: Owner, owner_id: int, now: datetime) -> Operation[list[Activity]]:
    """Follow-ups not completed that should have been done before today, the latest first."""
    midnight = _midnight(now)
    until = before("date", midnight.date())
    found = yield from _follow_ups(owner, owner_id, LOOK_AT, ("date desc",), is_true("completed", False), until)
    return [activity for activity in found if activity.start and activity.start < midnight]


def next_of(coming: Sequence[Activity], now: datetime) -> Activity | None:
    """Of those that come: the earliest that is still to begin; failing that, the last that began earlier today."""
    to_begin = (activity for activity in coming if activity.start and activity.start >= now)
    return next(to_begin, coming[-1] if coming else None)


def last_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The latest completed follow-up of a company that has begun; None without one."""
    return next(iter((yield from past_activities("Contact", contact_id, now))), None)


def next_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The earliest follow-up of a company that is still to begin; failing that, one that began earlier today."""
    return next_of((yield from coming_activities("Contact", contact_id, now)), now)


def overdue_activity_of(contact_id: int, now: datetime) -> Operation[Activity | None]:
    """The latest follow-up of a company that should have been done before today; None without one."""
    return next(iter((yield from overdue_activities("Contact", contact_id, now))), None)


def _follow_ups(
    owner: Owner, owner_id: int, top: int, order: Sequence[str], *conditions: str
) -> Operation[list[Activity]]:
    query = Archive(f"v1/{owner}/{int(owner_id)}/Activities").entities("appointment")
    return first_lines(Activity, query.where(*conditions).order_by(*order).top(top))


def _midnight(now: datetime) -> datetime:
    return datetime.combine(in_utc(now).date(), time.min, UTC)
