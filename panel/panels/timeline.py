"""The activities of a person or a sale: what is late, what is to come and what was done, as one section."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from crm_client.activities import (
    Activities,
    Activity,
    Owner,
    coming_activities,
    next_of,
    overdue_activities,
    past_activities,
)
from crm_client.clients import AsyncCrm
from panel.panels.contract import Section, section
from panel.panels.day import Day

type Found = Section[list[Activity]]

SHOWN = 5
"""Follow-ups of each kind; SuperOffice's own archive has all."""


async def timeline_of(crm: AsyncCrm, owner: Owner, key: int) -> dict[str, Any]:
    """Read alone, when only this section is asked for."""
    now = datetime.now(UTC)
    reads = (read(owner, key, now) for read in (overdue_activities, coming_activities, past_activities))
    return timeline(now, *await crm.all(*map(section, reads)))


def timeline(now: datetime, overdue: Found, coming: Found, past: Found) -> dict[str, Any]:
    """Three questions to the same archive are one section for the reader: it is there, or its first trouble is."""
    trouble = overdue.trouble or coming.trouble or past.trouble
    if trouble:
        return {"activities": Section(trouble=trouble)}
    late, planned, done = overdue.data or [], coming.data or [], past.data or []
    lists = {"overdue": late[:SHOWN], "coming": planned[:SHOWN], "past": done[:SHOWN]}
    line = {"late": len(late), "next": next_of(planned, now), "last": next(iter(done), None)}
    return {"activities": Section(data={**lists, **line})}


@dataclass(frozen=True)
class Timeline:
    """What one question answers, arranged by the reader's day."""

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
