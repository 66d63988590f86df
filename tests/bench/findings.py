"""What was found: each figure beside its goal, printed at once and kept for the chart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.bench.figures import figure, machine
from tests.bench.measures import Slice


@dataclass(frozen=True)
class Goal:
    """What a figure should be: at most or at least the limit, and what is wished for."""

    limit: float
    wished: float | None = None
    at_least: bool = False

    def is_met(self, value: float) -> bool:
        return value >= self.limit if self.at_least else value <= self.limit

    def __str__(self) -> str:
        wished = "" if self.wished is None else f" (wished {self.wished:g})"
        return f"goal {'>=' if self.at_least else '<='} {self.limit:g}{wished}"


@dataclass(frozen=True)
class Found:
    """One figure."""

    name: str
    value: float
    unit: str
    noise: float | None = None
    goal: Goal | None = None


@dataclass
class Findings:
    """All of a run."""

    figures: list[Found] = field(default_factory=list)
    crowds: dict[tuple[str, int], list[Slice]] = field(default_factory=dict)
    """The slices of a side at so many users."""

    def tell(
        self,
        name: str,
        value: float,
        unit: str,
        *beside: str,
        goal: Goal | None = None,
        noise: float | None = None,
    ) -> None:
        """Print a figure and keep it; its noise is the interquartile range of the rounds."""
        self.figures.append(Found(name, value, unit, noise, goal))
        said: Sequence[str] = [
            *([f"{goal}, {'met' if goal.is_met(value) else 'MISSED'}"] if goal else []),
            *([f"noise {noise:.2g}"] if noise is not None else []),
            *beside,
            machine(),
        ]
        figure(name, value, unit, "; ".join(said))
