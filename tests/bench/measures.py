"""Slices of load measured by turns, and what rounds of them say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from tests.bench.application import Application
from tests.bench.load import Ask, Job


@dataclass(frozen=True)
class Slice:
    """Some seconds of load."""

    users: int
    pages: int
    served: float
    """Pages a second."""
    p50: float
    p95: float
    p99: float
    """Milliseconds until the last byte."""
    painted: float
    """Median milliseconds until the company's name was there."""
    size: int
    cpu: float = 0.0
    """Milliseconds of the workers' CPU a page."""

    @property
    def of_a_core(self) -> float:
        """Pages a second that one core could serve if nothing else ran on it."""
        return 1000 / self.cpu


type Sides = Mapping[str, Callable[[], Slice]]


def take(ask: Ask, job: Job, app: Application | None = None) -> Slice:
    """Carry out a job, and look at what it cost the application."""
    before = app.cpu() if app else 0.0
    told = ask(job)
    cpu = (app.cpu() - before) * 1000 / told.pages if app else 0.0
    times = percentiles(told.milliseconds)
    return Slice(
        users=job.users,
        pages=told.pages,
        served=told.pages / told.seconds,
        p50=times[49],
        p95=times[94],
        p99=times[98],
        painted=median(told.painted),
        size=told.size,
        cpu=cpu,
    )


def percentiles(values: Sequence[float]) -> list[float]:
    """The first to the 99th; of one value itself."""
    return quantiles(values, n=100, method="inclusive") if len(values) > 1 else [*values] * 99


def rounds(sides: Sides, times: int, backwards: bool = True) -> dict[str, list[Slice]]:
    """All sides by turns, ``times`` over: what troubles the machine for a moment troubles all."""
    found: dict[str, list[Slice]] = {name: [] for name in sides}
    for number in range(times):
        # Forwards and backwards, so that none is always the first.
        for name in list(sides)[:: -1 if backwards and number % 2 else 1]:
            found[name].append(sides[name]())
    return found


def middle(slices: Sequence[Slice], what: str) -> float:
    return median(getattr(one, what) for one in slices)


def ratio(ones: Sequence[Slice], others: Sequence[Slice], what: str, to: str = "") -> tuple[float, float]:
    """The median of the rounds' ratios, and their noise. ``to`` is what the others are measured by, if not the same."""
    found = [getattr(one, what) / getattr(other, to or what) for one, other in zip(ones, others, strict=True)]
    return median(found), noise(found)


def noise(values: Sequence[float]) -> float:
    """The interquartile range."""
    low, _, high = quantiles(values, n=4, method="inclusive")
    return high - low
