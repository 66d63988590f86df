"""Open sales by stage and by month: sums, what may be expected of them, and the measures of charts of both.

Amounts of different currencies are never added: each currency is a pipeline of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from crm_client.sales import PipelineRow

LINE = 34
"""Pixels between two bars of the chart by stages."""

MONTHS = 6
"""Months that have a column of their own, from the present one on."""
HEIGHT = 120
"""Pixels of the highest column of the chart by months."""
ABOVE, BELOW = 18, 20
"""Pixels for a column's sum and for its name."""
COLOURS = 6
"""Stages have colours of their own as far as they go round."""


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
    sales: Sequence[PipelineRow] = ()

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
    made = [Pipeline(currency, _bars(stages), _all(stages)) for currency, stages in found.items()]
    return sorted(made, key=lambda pipeline: (-pipeline.count, pipeline.currency))


def _all(stages: dict[tuple[int, str], list[PipelineRow]]) -> list[PipelineRow]:
    return [sale for sales in stages.values() for sale in sales]


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


type When = Literal["late", "month", "later", "undated"]


@dataclass(frozen=True)
class Part:
    """What a stage adds to a column; lengths in pixels."""

    colour: int
    stage: str
    sum: Decimal
    y: int
    height: int


@dataclass(frozen=True)
class Column:
    """The sales that are expected within a month, or before or after those that have columns; ``x``, ``middle`` and
    ``width`` are per cent of the chart's width.
    """

    when: When
    first: date | None
    """The month's first day."""
    sums: Sequence[Decimal]
    """By stage, in the chart's order."""
    parts: Sequence[Part]
    top: int
    x: float
    middle: float
    width: float

    @property
    def sum(self) -> Decimal:
        return sum(self.sums, Decimal(0))


@dataclass(frozen=True)
class Chart:
    """A pipeline by stage and month."""

    pipeline: Pipeline
    columns: Sequence[Column]
    colours: Sequence[int]
    """By stage; a stage has the same one in every chart."""
    height = ABOVE + HEIGHT + BELOW
    base = ABOVE + HEIGHT
    names = ABOVE + HEIGHT + BELOW - 5

    @classmethod
    def of(cls, pipeline: Pipeline, known: Sequence[str], today: date) -> Chart:
        """Sales dated before this month are late. Only months have a column where there is nothing; ``known`` are the
        stages of all pipelines.
        """
        stages = [bar.stage for bar in pipeline.bars]
        colours = [known.index(stage) % COLOURS for stage in stages]
        found: dict[tuple[When, date | None], list[Decimal]] = {
            key: [Decimal(0)] * len(stages) for key in _columns(today)
        }
        for sale in pipeline.sales:
            sums = found.setdefault(_column_of(sale.date, today), [Decimal(0)] * len(stages))
            sums[stages.index(sale.stage)] += sale.amount
        shown = {key: sums for key, sums in found.items() if key[0] == "month" or any(sums)}
        most = max((sum(sums, Decimal(0)) for sums in shown.values()), default=Decimal(0))
        share = 100 / len(shown)
        columns = [
            _column(key, sums, list(zip(colours, stages, strict=True)), most, place * share, share)
            for place, (key, sums) in enumerate(shown.items())
        ]
        return cls(pipeline, columns, colours)

    @property
    def stages(self) -> Iterator[tuple[int, Bar, list[Decimal]]]:
        """For a legend and a table: colour, stage and what it adds to each column."""
        for place, bar in enumerate(self.pipeline.bars):
            yield self.colours[place], bar, [column.sums[place] for column in self.columns]


def charts(sales: Iterable[PipelineRow], today: date) -> list[Chart]:
    """One for each currency, the one with most sales first."""
    rows = list(sales)
    known = [stage for _, stage in sorted({(sale.stage_rank, sale.stage) for sale in rows})]
    return [Chart.of(pipeline, known, today) for pipeline in pipelines(rows)]


def _columns(today: date) -> Iterator[tuple[When, date | None]]:
    """In their order."""
    yield "late", None
    yield from (("month", _month(today, later)) for later in range(MONTHS))
    yield "later", None
    yield "undated", None


def _column_of(day: date | None, today: date) -> tuple[When, date | None]:
    if day is None:
        return "undated", None
    if day < today.replace(day=1):
        return "late", None
    return ("month", day.replace(day=1)) if day < _month(today, MONTHS) else ("later", None)


def _month(today: date, later: int) -> date:
    """The first day of a month some months later."""
    years, month = divmod(today.month - 1 + later, 12)
    return date(today.year + years, month + 1, 1)


def _column(
    key: tuple[When, date | None],
    sums: Sequence[Decimal],
    stages: Sequence[tuple[int, str]],
    most: Decimal,
    x: float,
    share: float,
) -> Column:
    """``stages`` are colours and names. Amounts below zero, of credit notes, count in sums and have no height."""
    parts: list[Part] = []
    y = ABOVE + HEIGHT
    for (colour, stage), amount in zip(stages, sums, strict=True):
        height = round(HEIGHT * amount / most) if most > 0 and amount > 0 else 0
        if height:
            y -= height
            parts.append(Part(colour, stage, amount, y, height))
    pad = share * 0.12
    measures = (round(number, 2) for number in (x + pad, x + share / 2, share - 2 * pad))
    return Column(*key, sums, parts, y - 5, *measures)
