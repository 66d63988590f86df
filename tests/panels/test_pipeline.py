"""The pipeline tile: open sales by stage and month, whose they are, drawn and written alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm_client.sales import PipelineRow
from panel.panels.pipeline.chart import ABOVE, HEIGHT, MONTHS, Chart, charts
from tests.panels.conftest import address, text_of
from tests.panels.test_edit import HTMX
from tests.sandbox.world import Row, Tenant

TODAY = date(2026, 11, 30)
ALICE, BOB = 5, 6


def sale(amount: str, day: date | None, stage: str = "Quote", rank: int = 2, currency: str = "NOK") -> PipelineRow:
    return PipelineRow(amount=Decimal(amount), currency=currency, stage=stage, stage_rank=rank, date=day)


def drawn(*sales: PipelineRow) -> Chart:
    [chart] = charts(sales, TODAY)
    return chart


def test_each_sale_is_in_the_month_it_is_expected() -> None:
    """Also over the turn of the year; what is before or after has a column of its own, as has what has no date."""
    days = [date(2026, 10, 31), date(2026, 11, 1), date(2027, 1, 31), date(2027, 4, 30), date(2027, 5, 1), None]
    chart = drawn(*(sale(str(10**place), day) for place, day in enumerate(days)))

    assert [(column.when, column.first, column.sum) for column in chart.columns] == [
        ("late", None, 1),
        ("month", date(2026, 11, 1), 10),
        ("month", date(2026, 12, 1), 0),
        ("month", date(2027, 1, 1), 100),
        ("month", date(2027, 2, 1), 0),
        ("month", date(2027, 3, 1), 0),
        ("month", date(2027, 4, 1), 1000),
        ("later", None, 10000),
        ("undated", None, 100000),
    ]


def test_only_months_are_there_without_sales() -> None:
    assert [column.when for column in drawn(sale("1", TODAY)).columns] == ["month"] * MONTHS


def test_stages_stand_on_each_other_in_their_order() -> None:
    chart = drawn(sale("30", TODAY, "Negotiation", 4), sale("10", TODAY, "Lead", 1), sale("20", TODAY, "Lead", 1))

    lead, negotiation = chart.columns[0].parts
    assert (lead.stage, lead.sum, lead.height) == ("Lead", 30, HEIGHT // 2)
    assert lead.y + lead.height == ABOVE + HEIGHT
    assert negotiation.y + negotiation.height == lead.y
    assert [(bar.stage, sums[0]) for _, bar, sums in chart.stages] == [("Lead", 30), ("Negotiation", 30)]


def test_a_stage_has_one_colour_in_all_currencies() -> None:
    nok, eur = charts([sale("1", TODAY, "Lead", 1), sale("1", TODAY), sale("1", TODAY, currency="EUR")], TODAY)

    assert nok.colours == [0, 1]
    assert eur.colours == [1]


@given(
    st.lists(st.builds(sale, st.decimals(-1000, 1000, places=2).map(str), st.none() | st.dates()), min_size=1),
    st.dates(date(2020, 1, 1), date(2100, 1, 1)),
)
def test_whatever_there_is_can_be_drawn(sales: list[PipelineRow], today: date) -> None:
    """Credit notes, sales of nothing, any date: the columns add up to the sum, and none is higher than the chart."""
    [chart] = charts(sales, today)

    assert sum(column.sum for column in chart.columns) == chart.pipeline.sum
    for column in chart.columns:
        assert sum(part.height for part in column.parts) <= HEIGHT + len(column.parts)
        assert all(part.height > 0 for part in column.parts)
        assert 0 <= column.x < column.middle < column.x + column.width <= 100


# The panel


@pytest.fixture
def sales(tenant: Tenant) -> list[Row]:
    """One of Alice's, one of Bob's and a sold one, this month."""
    rows = tenant.table("sale")
    template = next(iter(rows.values())) | {"date": f"{datetime.now(UTC):%Y-%m-%d}T00:00:00", "currency": 1, "stage": 2}
    template["probability"] = 30
    rows.clear()
    made = [
        template | {"amount": 1000.5, "associate": ALICE, "status": "Open"},
        template | {"amount": 200.0, "associate": BOB, "status": "Open"},
        template | {"amount": 7777.0, "associate": ALICE, "status": "Sold"},
    ]
    rows |= dict(enumerate(made, 1))
    return made


def tile(tenant: Tenant, **query: object) -> str:
    return address(tenant, path="pipeline", contact_id="", **query)


@pytest.mark.parametrize(
    ("view", "sum_", "current"),
    [
        ("", "1,000.50 NOK", "Mine"),
        ("mine", "1,000.50 NOK", "Mine"),
        ("all", "1,200.50 NOK", "All"),
        ("group", "1,200.50 NOK", "My group"),
        ("evil", "1,000.50 NOK", "Mine"),
    ],
)
def test_whose_sales_are_shown(
    alice: Client, tenant: Tenant, sales: list[Row], view: str, sum_: str, current: str
) -> None:
    response = alice.get(tile(tenant, view=view))

    page = text_of(response)
    [head] = re.findall(r'<figcaption class="sums".*?</figcaption>', page, re.DOTALL)
    assert response.status_code == 200
    assert sum_ in head
    assert re.findall(r'class="tab"[^>]*aria-current="page">([^<]+)<', page) == [current]
    assert "7,777" not in page


def test_a_view_opened_again_is_painted_as_that_view(alice: Client, tenant: Tenant, sales: list[Row]) -> None:
    """What was seen of one is not shown as another."""
    for view, sum_ in (("mine", "1,000.50 NOK"), ("all", "1,200.50 NOK")) * 2:
        assert f"Sum: {sum_}" in text_of(alice.get(tile(tenant, view=view)))


def test_the_chart_is_written_as_a_table_too(alice: Client, tenant: Tenant, sales: list[Row]) -> None:
    """By markup alone: no script, no style."""
    page = text_of(alice.get(tile(tenant, view="all")))

    [svg] = re.findall(r'<svg class="columns".*?</svg>', page, re.DOTALL)
    [table] = re.findall(r"<table.*?</table>", page, re.DOTALL)
    assert 'class="s0"' in svg
    assert "<title>Need analysis: 1,200.50 NOK</title>" in svg
    assert "style=" not in svg
    assert re.search(r'<th scope="row">\s*Need analysis', table)
    assert "1,200.50" in table
    assert "360.15 NOK" in table, "weighted"


@pytest.mark.parametrize(("view", "number"), [("mine", 1), ("all", 1), ("group", 2)])
def test_it_costs_a_call_and_who_i_am_is_remembered(
    alice: Client, tenant: Tenant, sales: list[Row], view: str, number: int, calls: Callable[[], list[str]]
) -> None:
    """CERT-19."""
    alice.get(tile(tenant, view=view))
    assert len([call for call in calls() if "/v1/" in call]) == number
    alice.get(tile(tenant, view=view, part="pipeline"), headers=HTMX)
    assert len([call for call in calls() if "/v1/" in call]) == 1


def test_no_sales_offer_the_next_step(alice: Client, tenant: Tenant) -> None:
    tenant.table("sale").clear()

    page = text_of(alice.get(tile(tenant)))

    assert "No open sales." in page
    assert "Begin a sale" in page


def test_who_may_not_see_sales_is_told_so(bob: Client, tenant: Tenant, sales: list[Row]) -> None:
    """CERT-39."""
    tenant.denied["bob"] = ["sale:select"]

    page = text_of(bob.get(address(tenant, "bob", "pipeline", contact_id="")))

    assert "SuperOffice does not give you access to this" in page
    assert "NOK" not in page


def test_out_of_order_it_can_be_tried_again(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    fail("Sale", status=500)

    page = text_of(alice.get(tile(tenant, view="all")))

    assert "does not answer right now" in page
    assert "view=all&amp;part=pipeline" in page


def test_a_stage_called_like_a_script_is_only_a_name(alice: Client, tenant: Tenant, sales: list[Row]) -> None:
    """CERT-04."""
    tenant.lists["prob"][2]["name"] = '"><script>alert(1)</script>'

    assert "<script>alert" not in text_of(alice.get(tile(tenant)))
