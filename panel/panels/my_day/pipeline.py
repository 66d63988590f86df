"""My open sales by stage: sums, what may be expected of them, and the measures of a bar chart of both.

Amounts of different currencies are never added: each currency is a pipeline of its own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from crm_client.sales import PipelineRow

LINE = 34
"""Pixels between two bars of the chart."""


@dataclass(frozen=True)
class Bar:
    """One stage; widths are per cent of the chart's."""

    stage: str
    count: int
    sum: Decimal
    weighted: Decimal
    y: int
    width: int
    weighted_width: int


@dataclass(frozen=True)
class Pipeline:
    """The open sales in one currency."""

    currency: str
    bars: list[Bar]

    @property
    def height(self) -> int:
        return LINE * len(self.bars)

    @property
    def count(self) -> int:
        return sum(bar.count for bar in self.bars)

    @property
    def sum(self) -> Decimal:
        return sum((bar.sum for bar in self.bars), Decimal(0))

    @property
    def weighted(self) -> Decimal:
        return sum((bar.weighted for bar in self.bars), Decimal(0))


def pipelines(sales: Iterable[PipelineRow]) -> list[Pipeline]:
    """By currency, the one with most sales first; stages in SuperOffice's own order."""
    found: dict[str, dict[tuple[int, str], list[PipelineRow]]] = {}
    for sale in sales:
        found.setdefault(sale.currency, {}).setdefault((sale.stage_rank, sale.stage), []).append(sale)
    made = [Pipeline(currency, _bars(stages)) for currency, stages in found.items()]
    return sorted(made, key=lambda pipeline: (-pipeline.count, pipeline.currency))


def _bars(stages: dict[tuple[int, str], list[PipelineRow]]) -> list[Bar]:
    sums = {key: sum((sale.amount for sale in sales), Decimal(0)) for key, sales in stages.items()}
    weighted = {key: sum((sale.weighted for sale in sales), Decimal(0)) for key, sales in stages.items()}
    most = max(sums.values())
    return [
        Bar(
            stage=key[1],
            count=len(stages[key]),
            sum=sums[key],
            weighted=weighted[key],
            y=LINE * line,
            width=_share(sums[key], most),
            weighted_width=_share(weighted[key], most),
        )
        for line, key in enumerate(sorted(stages))
    ]


def _share(part: Decimal, whole: Decimal) -> int:
    return max(0, min(100, round(100 * part / whole))) if whole > 0 else 0
