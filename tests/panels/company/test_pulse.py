"""The rule behind a company's verdict, at its edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from crm_client.activities import Activities, Activity
from crm_client.sales import SaleRow
from crm_client.tickets import TicketRow
from panel.panels.company.pulse import RISK, SILENCE, Figures, Missing, Pulse, Verdict, checks, verdict
from panel.panels.contract import Section
from panel.panels.day import Day
from panel.panels.timeline import arranged
from panel.panels.troubles import Trouble

WELL = Figures(silent=3, is_planned=True, overdue=0, late_sales=0, late_requests=0)
NOW = datetime(2026, 3, 10, 22, 30, tzinfo=UTC)
OSLO = Day(ZoneInfo("Europe/Oslo"), date(2026, 3, 10))
NONE: Section[Any] = Section(data=[])
DENIED: Section[Any] = Section(trouble=Trouble("", "", 403, retry=False))
AWAY: Section[Any] = Section(trouble=Trouble("", "", 503, retry=True))


def judged(**figures: Any) -> Verdict:
    return verdict(checks(replace(WELL, **figures)))


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({}, Verdict.ON_TRACK),
        ({"silent": 0}, Verdict.ON_TRACK),
        ({"silent": SILENCE}, Verdict.ON_TRACK),
        ({"silent": SILENCE + 1}, Verdict.NEEDS_ATTENTION),
        ({"silent": None}, Verdict.NEEDS_ATTENTION),
        ({"is_planned": False}, Verdict.NEEDS_ATTENTION),
        ({"overdue": 1}, Verdict.NEEDS_ATTENTION),
        ({"late_sales": 1}, Verdict.NEEDS_ATTENTION),
        ({"late_requests": 1}, Verdict.NEEDS_ATTENTION),
        ({"overdue": 99}, Verdict.NEEDS_ATTENTION),
        ({"overdue": 1, "is_planned": False}, Verdict.NEEDS_ATTENTION),
        ({"overdue": 1, "is_planned": False, "silent": None}, Verdict.AT_RISK),
        ({"overdue": 1, "late_sales": 1, "late_requests": 1}, Verdict.AT_RISK),
        (dict.fromkeys(("late_sales", "late_requests"), Missing.DENIED), Verdict.ON_TRACK),
        ({"late_sales": Missing.DENIED, "overdue": 1}, Verdict.NEEDS_ATTENTION),
        ({"late_sales": Missing.UNAVAILABLE}, Verdict.UNKNOWN),
        ({"late_sales": Missing.UNAVAILABLE, "overdue": 1}, Verdict.NEEDS_ATTENTION),
        (
            dict.fromkeys(("silent", "is_planned", "overdue", "late_sales", "late_requests"), Missing.DENIED),
            Verdict.UNKNOWN,
        ),
    ],
)
def test_the_verdict_follows_from_five_figures(figures: dict[str, Any], expected: Verdict) -> None:
    """Nobody is praised for what was not asked, nor blamed for what he may not see."""
    assert judged(**figures) is expected


def test_the_rule_is_told_with_the_figures_it_was_applied_to() -> None:
    told = {check.name: check for check in checks(replace(WELL, silent=61, late_sales=Missing.UNAVAILABLE))}

    assert (told["silent"].rule, told["silent"].figure) == ("The last contact is at most 60 days ago.", "61 days ago")
    assert told["silent"].holds is False
    assert (told["sales"].holds, told["sales"].figure) == (None, "could not be read now")
    assert (told["requests"].holds, told["requests"].figure) == (True, "0")
    assert RISK == 3, "as the panel's text says"


def follow_up(start: datetime, *, completed: bool = False, hours: int = 1) -> Activity:
    return Activity(appointment_id=1, start=start, end=start + timedelta(hours=hours), is_completed=completed)


def pulse(*found: Activity, sales: Any = NONE, requests: Any = NONE, day: Day = OSLO) -> Pulse:
    activities = Activities([one for one in found if not one.is_completed], [one for one in found if one.is_completed])
    return Pulse.of(arranged(Section(data=activities), day, NOW), sales, requests, day, NOW)


@pytest.mark.parametrize(
    ("start", "is_late"),
    [
        (datetime(2026, 3, 9, 22, 59, tzinfo=UTC), True),  # 23:59 of yesterday in Oslo
        (datetime(2026, 3, 9, 23, 1, tzinfo=UTC), False),  # a minute past midnight there
        (datetime(2026, 3, 10, 8, 0, tzinfo=UTC), False),  # this morning
    ],
)
def test_overdue_is_what_should_have_been_done_before_the_reader_s_today(start: datetime, is_late: bool) -> None:
    found = pulse(follow_up(start)).figures
    assert (found.overdue, found.is_planned) == (int(is_late), not is_late)


def test_an_all_day_follow_up_is_of_its_day_in_every_zone() -> None:
    today = datetime(2026, 3, 10, tzinfo=UTC)
    west = Day(ZoneInfo("America/New_York"), date(2026, 3, 10))
    assert pulse(follow_up(today, hours=24), day=west).figures.overdue == 0


def test_days_of_silence_are_the_reader_s() -> None:
    """Half past eleven at night in Oslo, yesterday; in UTC it was the same day as now minus one hour."""
    found = pulse(follow_up(datetime(2026, 3, 8, 23, 30, tzinfo=UTC), completed=True))
    assert (found.last, found.figures.silent) == (date(2026, 3, 9), 1)
    assert pulse().figures.silent is None


def test_sales_are_weighted_and_late_by_the_day() -> None:
    rows = [
        SaleRow(sale_id=1, amount=Decimal(1000), currency="NOK", probability=30, date=date(2026, 3, 9)),
        SaleRow(sale_id=2, amount=Decimal(10), currency="EUR", probability=50, date=date(2026, 3, 10)),
        SaleRow(sale_id=3, amount=Decimal(1), currency="NOK", probability=100, date=None),
    ]
    found = pulse(sales=Section(data=rows))
    assert found.weighted == {"NOK": Decimal(301), "EUR": Decimal(5)}
    assert found.figures.late_sales == 1


def test_requests_are_late_by_the_minute() -> None:
    rows = [TicketRow(deadline=NOW - timedelta(minutes=1)), TicketRow(deadline=NOW), TicketRow(deadline=None)]
    found = pulse(requests=Section(data=rows))
    assert (found.requests, found.figures.late_requests) == (3, 1)


def test_sections_in_trouble_leave_their_figures_out() -> None:
    found = pulse(sales=DENIED, requests=AWAY)
    assert (found.weighted, found.requests) == (None, None)
    assert (found.figures.late_sales, found.figures.late_requests) == (Missing.DENIED, Missing.UNAVAILABLE)
    assert "sales" not in {check.name for check in found.checks}
