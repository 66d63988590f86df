"""The activities of a person or a sale: what is late, what is to come and what was done, as one section."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from crm_client.activities import Activity, Owner, coming_activities, next_of, overdue_activities, past_activities
from crm_client.clients import AsyncCrm
from panel.panels.contract import Section, section

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
