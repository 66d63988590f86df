"""The activities of a record: what is late, what is to come and what was done, by the reader's day, as one section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crm_client.activities import Activities, Activity, Owner, activities_of, next_of
from crm_client.clients import AsyncCrm
from panel.panels.contract import Section, section
from panel.panels.day import Day, base_zone


@dataclass(frozen=True)
class Timeline:
    """What one question answers."""

    overdue: Sequence[Activity] = ()
    """The latest first."""
    coming: Sequence[Activity] = ()
    """Dated today or later, in the order of time."""
    past: Sequence[Activity] = ()
    """Completed ones that have begun, the latest first."""
    next: Activity | None = None
    is_cut: bool = False
    """There are older ones."""

    @classmethod
    def of(cls, found: Activities, day: Day, now: datetime) -> Timeline:
        overdue = [one for one in found.open if one.start and day.of(one.start, one.end) < day.today]
        coming = [one for one in reversed(found.open) if one.start and day.of(one.start, one.end) >= day.today]
        past = [one for one in found.completed if one.start and one.start <= now]
        return cls(overdue, coming, past, next_of(coming, now), found.is_cut)

    @property
    def late(self) -> int:
        return len(self.overdue)

    @property
    def last(self) -> Activity | None:
        return next(iter(self.past), None)


def arranged(found: Section[Activities], day: Day, now: datetime) -> Section[Timeline]:
    """The section of it."""
    return Section(Timeline.of(found.data, day, now) if found.data else None, found.trouble)


def timeline(zone: Section[str], found: Section[Activities]) -> dict[str, Any]:
    """For a template: ``activities``, and the ``day`` and the moment (``now``) it was arranged by.

    Where the customer's zone could not be read, days are those of UTC.
    """
    now = datetime.now(UTC)
    day = Day.at(now, zone.data or "")
    return {"activities": arranged(found, day, now), "day": day, "now": now}


async def timeline_of(crm: AsyncCrm, owner: Owner, key: int) -> dict[str, Any]:
    """Read alone, when only this section is asked for."""
    return timeline(*await crm.all(section(base_zone()), section(activities_of(owner, key))))
