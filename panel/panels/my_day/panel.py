"""What My day shows, asked for in one round trip."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.appointments import FollowUp, my_open_follow_ups
from crm_client.clients import AsyncCrm
from crm_client.sales import PipelineRow, my_open_sales
from panel.panels.contract import Card, Panel, Place, Section, section
from panel.panels.day import Day, base_zone
from panel.panels.my_day.actions import Complete, Move, Undo
from panel.panels.my_day.neglected import DAYS, my_companies, neglected, signs_since
from panel.panels.my_day.rows import Item, Row
from panel.panels.pipeline.chart import pipelines

COMING = 7
"""Days after today."""
MOST = 200
"""Follow-ups that are asked for: those to come first, then today's, then the latest overdue ones."""
SHOWN = 50
"""Overdue follow-ups on the page."""


class MyDay(Panel):
    """My follow-ups, the companies I neglect, and my pipeline."""

    title = _("My day")
    slug = "my-day"
    places = [Place.NAVIGATOR]
    needs = ""
    is_personal = True
    gone = _("This follow-up no longer exists.")
    parts = ("follow_ups", "neglected", "pipeline")
    actions = {"complete": Complete(), "move": Move(), "undo": Undo()}

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Five questions side by side."""
        now = datetime.now(UTC)
        zone, found, companies, signs, sales = await crm.all(
            section(base_zone()),
            section(my_open_follow_ups(_last(now), MOST)),
            section(my_companies()),
            section(signs_since(_first(now))),
            section(my_open_sales()),
        )
        day = Day.at(now, zone.data or "")
        return {
            "day": day,
            "follow_ups": _sorted(found, day, card),
            "neglected": neglected(companies, signs, day),
            "pipelines": _pipelines(sales),
        }

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls, and an action's answer none."""
        now = datetime.now(UTC)
        match part:
            case "follow_ups":
                zone, found = await crm.all(section(base_zone()), section(my_open_follow_ups(_last(now), MOST)))
                return {"follow_ups": _sorted(found, Day.at(now, zone.data or ""), card)}
            case "neglected":
                zone, companies, signs = await crm.all(
                    section(base_zone()), section(my_companies()), section(signs_since(_first(now)))
                )
                return {"neglected": neglected(companies, signs, Day.at(now, zone.data or ""))}
            case "pipeline":
                return {"pipelines": _pipelines(await crm(section(my_open_sales())))}
            case _:
                return {}


def _last(now: datetime) -> date:
    """In no zone is the last day to come later than this in UTC."""
    return now.date() + timedelta(days=COMING + 2)


def _first(now: datetime) -> date:
    return now.date() - timedelta(days=DAYS)


@dataclass(frozen=True)
class FollowUps:
    """Open follow-ups by day: overdue ones the latest first, others by time."""

    overdue: list[Item]
    today: list[Item]
    coming: list[Item]
    is_cut: bool
    """There are older ones, so an empty list may not be called empty."""


def _sorted(found: Section[list[FollowUp]], day: Day, card: Card) -> Section[FollowUps]:
    if found.trouble:
        return Section(trouble=found.trouble)
    lines = found.data or []
    rows = [row for row in (Row.of_line(line, day) for line in lines) if row is not None]
    by_time = sorted(rows, key=lambda row: (row.day, row.local.time()))
    overdue = [row for row in reversed(by_time) if row.day < day.today]
    last = day.after(COMING)
    return Section(
        data=FollowUps(
            overdue=[Item.open(row, card) for row in overdue[:SHOWN]],
            today=[Item.open(row, card) for row in by_time if row.day == day.today],
            coming=[Item.open(row, card) for row in by_time if day.today < row.day <= last],
            is_cut=len(lines) >= MOST or len(overdue) > SHOWN,
        )
    )


def _pipelines(sales: Section[list[PipelineRow]]) -> Section[Any]:
    return Section(data=pipelines(sales.data or []), trouble=sales.trouble)
