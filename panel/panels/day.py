"""What "today" means: the day it is in the customer's base time zone in SuperOffice.

That is the zone SuperOffice's own dates are in [ws/so-timezone]. A browser's clock would be nearer to somebody who
travels, but the server meets it only after the first page. SuperOffice names its zones by codes of its own (``NO``,
``US-NY``). We know those its documentation names, and every code that is a country whose zones all tell the same time
now. With any other code, or none, days are those of UTC, and the panel says so.

Archives compare days in the zone they are asked in, which is UTC. So they are asked for a day more than needed, and
rows are sorted into days here. Of all-day follow-ups only the day counts; it is the same in every zone. Lists do not
tell them apart: what begins and ends at the edge of a day in UTC is taken as one.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.core import get_global

from crm_client.calls import Call, Operation
from crm_client.values import text

NAMED = {"UTC": "UTC", "US-CA": "America/Los_Angeles", "US-NY": "America/New_York"}
"""Codes in SuperOffice's documentation that are no countries [ws/so-timezone]."""

EDGES = (time(0, 0), time(23, 59), time(23, 59, 59))


def base_zone() -> Operation[str]:
    """SuperOffice's code of the customer's time zone; empty if it tells none [oas TimeZone]."""
    told = yield Call("GET", "v1/TimeZone/base")
    return text(told.get("TZLocationCode")) if isinstance(told, Mapping) else ""


def zone_of(code: str, now: datetime) -> ZoneInfo | None:
    """The zone behind SuperOffice's code; None if the code does not say it for sure."""
    names = [NAMED[code]] if code in NAMED else get_global("territory_zones").get(code, [])
    zones = [ZoneInfo(name) for name in names]
    return zones[0] if len({now.astimezone(zone).utcoffset() for zone in zones}) == 1 else None


@dataclass(frozen=True)
class Day:
    """The reader's today."""

    zone: ZoneInfo
    today: date
    code: str = ""
    """SuperOffice's code of his zone, where we cannot tell which that is."""

    @classmethod
    def at(cls, now: datetime, code: str) -> Day:
        zone = zone_of(code, now)
        if zone is None:
            return cls(ZoneInfo("UTC"), now.astimezone(UTC).date(), code or "?")
        return cls(zone, now.astimezone(zone).date())

    def after(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def of(self, start: datetime, end: datetime | None) -> date:
        """The day on which something begins, for the reader."""
        return on_clock(start, self.zone, is_all_day(start, max(end or start, start))).date()


def on_clock(start: datetime, zone: ZoneInfo, all_day: bool) -> datetime:
    """A beginning on somebody's clock; an all-day one is on the same day in every zone."""
    return start.astimezone(UTC if all_day else zone)


def is_all_day(start: datetime, end: datetime) -> bool:
    """By its edges, in UTC."""
    return start.time() == EDGES[0] and end.time().replace(microsecond=0) in EDGES


def moved_to(start: datetime, end: datetime, target: date, zone: ZoneInfo, all_day: bool) -> tuple[datetime, datetime]:
    """Beginning and end on another day, at the same time of day there, also across a change to summer time."""
    if all_day:
        new_start = datetime.combine(target, start.time(), UTC)
    else:
        new_start = datetime.combine(target, start.astimezone(zone).time(), zone).astimezone(UTC)
    return new_start, new_start + (end - start)


def a_month_after(day: date) -> date:
    """The same day of the next month, or its last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
