"""What "today" means, minute by minute around midnight, with the clock in our hands."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from panel.panels.day import Day, is_all_day, moved_to, zone_of

OSLO = ZoneInfo("Europe/Oslo")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("now", "code", "today"),
    [
        ("2026-11-29T22:59:59Z", "NO", date(2026, 11, 29)),
        ("2026-11-29T23:00:00Z", "NO", date(2026, 11, 30)),
        ("2026-06-29T21:59:59Z", "NO", date(2026, 6, 29)),
        ("2026-06-29T22:00:00Z", "NO", date(2026, 6, 30)),
        ("2026-11-30T04:59:59Z", "US-NY", date(2026, 11, 29)),
        ("2026-11-30T05:00:00Z", "US-NY", date(2026, 11, 30)),
        ("2026-11-29T23:59:59Z", "UTC", date(2026, 11, 29)),
        ("2026-11-29T23:59:59Z", "XX-1", date(2026, 11, 29)),
    ],
)
def test_the_day_changes_at_the_customers_midnight(now: str, code: str, today: date) -> None:
    assert Day.at(at(now), code).today == today


def test_a_code_we_cannot_place_is_told() -> None:
    now = at("2026-11-29T12:00:00Z")
    assert Day.at(now, "NO").code == ""
    assert Day.at(now, "AU-QLD").code == "AU-QLD"
    assert Day.at(now, "").code == "?"


@pytest.mark.parametrize(
    ("code", "zone"),
    [
        ("NO", "Europe/Oslo"),
        ("DK", "Europe/Copenhagen"),
        ("FR", "Europe/Paris"),
        ("DE", "Europe/Berlin"),
        ("US-CA", "America/Los_Angeles"),
        ("UTC", "UTC"),
        ("US", None),
        ("ES", None),
        ("PF2A", None),
        ("../../etc", None),
    ],
)
def test_a_country_is_a_zone_if_all_of_it_tells_the_same_time(code: str, zone: str | None) -> None:
    """Germany's two zones agree; Spain's islands do not."""
    found = zone_of(code, at("2026-11-29T12:00:00Z"))

    assert (found.key if found else None) == zone


def test_moving_keeps_the_time_of_day_across_summer_time() -> None:
    """From the last Saturday of March to the Sunday when Oslo's clocks change: 25 hours less two."""
    start, end = at("2027-03-27T09:00:00+00:00"), at("2027-03-27T10:30:00+00:00")

    moved, until = moved_to(start, end, date(2027, 3, 29), OSLO, all_day=False)

    assert moved == at("2027-03-29T08:00:00+00:00")
    assert moved.astimezone(OSLO).hour == start.astimezone(OSLO).hour == 10
    assert until - moved == timedelta(minutes=90)


def test_an_all_day_follow_up_is_moved_in_days() -> None:
    start = at("2026-11-29T00:00:00+00:00")
    for zone in (OSLO, ZoneInfo("America/Los_Angeles")):
        moved, until = moved_to(start, start, date(2026, 12, 1), zone, all_day=True)
        assert (moved, until) == (datetime(2026, 12, 1, tzinfo=UTC),) * 2


@pytest.mark.parametrize(
    ("start", "end", "answer"),
    [
        ("00:00:00", "00:00:00", True),
        ("00:00:00", "23:59:00", True),
        ("00:00:00", "23:59:59", True),
        ("00:00:00", "01:00:00", False),
        ("09:00:00", "23:59:00", False),
    ],
)
def test_all_day_is_told_by_the_edges_of_the_day(start: str, end: str, answer: bool) -> None:
    assert is_all_day(at(f"2026-11-29T{start}+00:00"), at(f"2026-11-29T{end}+00:00")) is answer
