"""Open sales by stage: exact sums, currencies apart, and bars that say the same."""

from __future__ import annotations

import re
from decimal import Decimal

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from crm_client.sales import PipelineRow
from panel.panels.pipeline.chart import pipelines
from tests.sandbox.world import Tenant

from .conftest import ALICE, BOB, section, shown


def sale(amount: str, currency: str = "NOK", stage: str = "Quote", rank: int = 2, probability: int = 50) -> PipelineRow:
    return PipelineRow(amount=Decimal(amount), currency=currency, stage=stage, stage_rank=rank, probability=probability)


def test_sums_are_exact_and_weighted_by_each_sale() -> None:
    """Not by the stage: a sale's own probability may differ from it."""
    (found,) = pipelines([sale("100.10", probability=10), sale("200.20", probability=90)])

    assert found.sum == Decimal("300.30")
    assert found.weighted == Decimal("190.19")
    assert [(bar.count, bar.width, bar.weighted_width) for bar in found.bars] == [(2, 100, 63)]


def test_stages_come_in_superoffices_order_and_currencies_apart() -> None:
    found = pipelines(
        [
            sale("10", "EUR", "Negotiation", 4),
            sale("1000", "NOK", "Negotiation", 4),
            sale("500", "NOK", "Lead", 1),
        ]
    )

    assert [(one.currency, [bar.stage for bar in one.bars]) for one in found] == [
        ("NOK", ["Lead", "Negotiation"]),
        ("EUR", ["Negotiation"]),
    ]
    assert [bar.width for bar in found[0].bars] == [50, 100]
    assert [bar.y for bar in found[0].bars] == [0, 34]


@given(st.lists(st.builds(sale, st.decimals(-1000, 1000, places=2).map(str), probability=st.integers(0, 100))))
def test_no_amount_makes_a_bar_that_is_none(sales: list[PipelineRow]) -> None:
    """Credit notes, sales of nothing, no sales."""
    for one in pipelines(sales):
        assert all(0 <= bar.width <= 100 and 0 <= bar.weighted_width <= 100 for bar in one.bars)
        assert one.sum == sum(found.amount for found in sales)


def test_my_pipeline_is_drawn_and_written(alice: Client, tenant: Tenant) -> None:
    """The chart has no script and no style of its own; the table says the same to those who cannot see it."""
    rows = tenant.table("sale")
    template = next(iter(rows.values()))
    rows.clear()
    for amount, currency, stage, owner, status in (
        (100000.10, 1, 2, ALICE, "Open"),
        (200000.20, 1, 2, ALICE, "Open"),
        (5000.0, 3, 4, ALICE, "Open"),
        (777777.0, 1, 2, BOB, "Open"),
        (888888.0, 1, 2, ALICE, "Sold"),
    ):
        rows[tenant.next_id("sale")] = template | {
            "amount": amount,
            "currency": currency,
            "stage": stage,
            "associate": owner,
            "status": status,
            "probability": 50,
        }

    part = section(shown(alice, tenant), "pipeline")

    charts, tables = re.findall(r"<svg.*?</svg>", part, re.DOTALL), re.findall(r"<table.*?</table>", part, re.DOTALL)
    assert len(charts) == len(tables) == 2
    assert ["300,000.30 NOK" in chart for chart in charts] == [True, False]
    assert 'width="50%"' in charts[0]
    assert "300,000.30 NOK" in tables[0]
    assert "150,000.15 NOK" in tables[0]
    assert "5,000 EUR" in tables[1]
    assert "style=" not in part
    assert "<script" not in part
    assert "777,777" not in part
    assert "888,888" not in part
