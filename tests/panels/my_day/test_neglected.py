"""Which of my companies nobody thought of: the rule, and what is said where it cannot be kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from panel.panels.contract import Section
from panel.panels.day import Day
from panel.panels.my_day.neglected import ASKED, DAYS, SHOWN, Company, Sign, neglected
from tests.sandbox.world import Row, Tenant

from .conftest import ACME, ALICE, BOB, section, shown

Diary = Callable[..., Row]
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY = Day.at(NOW, "NO")


@pytest.fixture
def mine(tenant: Tenant, diary: Diary) -> Row:
    """Acme is Alice's only company, without any follow-up."""
    for company in tenant.table("contact").values():
        company["associate"] = BOB
    acme = tenant.table("contact")[ACME]
    acme["associate"] = ALICE
    return acme


def is_neglected(alice: Client, tenant: Tenant) -> bool:
    return "Acme" in section(shown(alice, tenant), "neglected")


def test_a_company_without_any_follow_up_is_neglected(alice: Client, tenant: Tenant, mine: Row) -> None:
    assert is_neglected(alice, tenant)


@pytest.mark.parametrize(
    ("days", "completed", "answer"),
    [(-(DAYS - 2), True, False), (-(DAYS + 2), True, True), (30, False, False), (-5, False, False)],
)
def test_done_lately_or_planned_is_looked_after(
    alice: Client, tenant: Tenant, mine: Row, diary: Diary, days: int, completed: bool, answer: bool
) -> None:
    """By anybody: a colleague's call counts."""
    diary("Call", days=days, completed=completed, associate=BOB)

    assert is_neglected(alice, tenant) is answer


def test_stopped_companies_and_those_of_others_are_left_alone(alice: Client, tenant: Tenant, mine: Row) -> None:
    mine["stop"] = True
    assert not is_neglected(alice, tenant)
    mine["stop"], mine["associate"] = False, BOB
    assert not is_neglected(alice, tenant)


def companies(count: int) -> Section[list[Company]]:
    return Section(data=[Company(contact_id=key, name=f"Company {key}") for key in range(1, count + 1)])


def signs(count: int, days_apart: float) -> Section[list[Sign]]:
    moments = [NOW - timedelta(days=days_apart * number) for number in range(count)]
    return Section(data=[Sign(appointment_id=number, start=at, company_id=1) for number, at in enumerate(moments)])


def test_a_long_list_is_cut_and_counts_the_rest() -> None:
    found = neglected(companies(SHOWN + 5), signs(1, 1), DAY).data

    assert found is not None
    assert len(found.companies) == SHOWN
    assert found.more == 4


def test_it_says_no_more_than_it_knows() -> None:
    """Where more follow-ups happened than were asked for, only the time since the oldest of them is spoken of."""
    all_of_it = neglected(companies(2), signs(ASKED - 1, 0.01), DAY).data
    cut = neglected(companies(2), signs(ASKED, 0.01), DAY).data

    assert all_of_it is not None
    assert cut is not None
    assert all_of_it.since == DAY.after(-DAYS)
    assert cut.since == (NOW - timedelta(days=0.01 * (ASKED - 1))).date() + timedelta(days=1)
