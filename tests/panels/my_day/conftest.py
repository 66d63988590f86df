"""Alice's morning: an empty diary to put follow-ups into."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.world import Row, Tenant

HTMX = {"HX-Request": "true"}
OSLO = ZoneInfo("Europe/Oslo")
ALICE, BOB = 5, 6


@pytest.fixture
def diary(tenant: Tenant) -> Callable[..., Row]:
    """``diary("Call back", days=-1)``: a follow-up of Alice's at Acme, at ten on the clock of Oslo, so many days from
    today there. There are no others.
    """
    tenant.table("appointment").clear()

    def put(title: str, days: int = 0, at: time = time(10), **more: object) -> Row:
        start = local(days, at)
        row = {
            "contact": ACME,
            "person": next(key for key, one in tenant.table("person").items() if one["contact"] == ACME),
            "associate": ALICE,
            "project": 0,
            "sale": 0,
            "task": 2,
            "title": title,
            "agenda": "",
            "text": "",
            "start": stored(start),
            "end": stored(start + timedelta(hours=1)),
            "all_day": False,
            "completed": False,
            "priority": 2,
            "location": "",
            "registered": "2026-01-01T00:00:00",
            "registered_by": ALICE,
            "updated": "2026-01-01T00:00:00",
            "updated_by": ALICE,
            "deleted": False,
        } | more
        tenant.table("appointment")[tenant.next_id("appointment")] = row
        return row

    return put


def today(zone: ZoneInfo = OSLO) -> date:
    return datetime.now(UTC).astimezone(zone).date()


def local(days: int, at: time = time(10), zone: ZoneInfo = OSLO) -> datetime:
    return datetime.combine(today(zone) + timedelta(days=days), at, zone)


def stored(moment: datetime) -> str:
    """As the sandbox's database has it."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")


def my_day(tenant: Tenant, human: str = "alice", action: str = "", **query: object) -> str:
    """The address a navigator button has: no record in it."""
    path = f"my-day/{action}" if action else "my-day"
    return address(tenant, human, path, **{"contact_id": "", **query})


def section(page: str, name: str) -> str:
    """One of the three lists of follow-ups, or a section of the page."""
    start = page.index(f'id="{name}"')
    end = min((found for mark in ("<h2", "</section>") if (found := page.find(mark, start)) > 0), default=len(page))
    return page[start:end]


def texts(part: str) -> list[str]:
    """What the follow-ups of a list say, in their order."""
    return [
        unescape(found) for found in re.findall(r"appointment_id=\d+[^>]*>([^<]+)</a>", part) if "Plan" not in found
    ]


def token(page: str, key: int = 0) -> str:
    """What a row's form carries; of the only row, or of one follow-up's."""
    part = page[page.index(f'id="follow-up-{key}"') :] if key else page
    found = re.search(r'name="seen" value="([^"]+)"', part)
    assert found, part
    return unescape(found[1])


def press(client: Client, tenant: Tenant, action: str, seen: str, human: str = "alice", **typed: str) -> HttpResponse:
    """Press a row's button, with htmx."""
    return client.post(my_day(tenant, human, action), {"seen": seen, **typed}, headers=HTMX)


def shown(client: Client, tenant: Tenant, human: str = "alice") -> str:
    return text_of(client.get(my_day(tenant, human)))
