"""The pulse of a company: how it stands, in one verdict, by a rule that a person can check.

Five things should hold. A company is *on track* if all do, *needs attention* if one or two do not, and is *at risk* if
three or more do not. What the person may not look at does not count for him; of what could not be read now nobody can
say that it holds, so then no company is called on track.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from crm_client.activities import Activity
from crm_client.sales import SaleRow, weighted_sums
from crm_client.tickets import TicketRow
from panel.panels.contract import Section, Text
from panel.panels.day import Day
from panel.panels.timeline import Timeline

SILENCE = 60
"""Days after which a company should have heard from us."""
RISK = 3
"""So many things that do not hold are a risk."""


class Verdict(Enum):
    """The values are those of a style (``.state.yes``)."""

    ON_TRACK = "yes"
    NEEDS_ATTENTION = "open"
    AT_RISK = "no"
    UNKNOWN = "unknown"

    @property
    def words(self) -> Text:
        return WORDS[self]


WORDS = {
    Verdict.ON_TRACK: gettext_lazy("On track"),
    Verdict.NEEDS_ATTENTION: gettext_lazy("Needs attention"),
    Verdict.AT_RISK: gettext_lazy("At risk"),
    Verdict.UNKNOWN: gettext_lazy("Not all is known"),
}


class Missing(Enum):
    """Why a figure is not there."""

    DENIED = "denied"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class Figures:
    """What the rule looks at."""

    silent: int | Missing | None
    """Days since the last contact; None if there was none."""
    is_planned: bool | Missing
    """An open follow-up is dated today or later."""
    overdue: int | Missing
    """Follow-ups that should have been done before today."""
    late_sales: int | Missing
    """Open sales whose date has passed."""
    late_requests: int | Missing
    """Open requests whose deadline has passed."""


@dataclass(frozen=True)
class Check:
    """One thing that should hold."""

    name: str
    rule: str
    figure: str
    holds: bool | None
    """None: it could not be read now."""


def checks(figures: Figures) -> list[Check]:
    """The five, without those the person may not look at."""
    silence = ngettext("The last contact is at most %d day ago.", "The last contact is at most %d days ago.", SILENCE)
    found = (
        _check("silent", silence % SILENCE, figures.silent, _ago, _is_in_touch),
        _check("planned", _("A next step is planned."), figures.is_planned, _plan, bool),
        _check("overdue", _("No follow-up is overdue."), figures.overdue, str, _is_none),
        _check("sales", _("No open sale is past its date."), figures.late_sales, str, _is_none),
        _check("requests", _("No open request is past its deadline."), figures.late_requests, str, _is_none),
    )
    return [check for check in found if check]


def _check(
    name: str, rule: str, figure: Any, words: Callable[[Any], str], holds: Callable[[Any], bool]
) -> Check | None:
    if figure is Missing.DENIED:
        return None
    if figure is Missing.UNAVAILABLE:
        return Check(name, rule, _("could not be read now"), None)
    return Check(name, rule, words(figure), holds(figure))


def _is_in_touch(days: int | None) -> bool:
    return days is not None and days <= SILENCE


def _is_none(number: int) -> bool:
    return number == 0


def _ago(days: int | None) -> str:
    if days is None:
        return _("no contact so far")
    return ngettext("%d day ago", "%d days ago", days) % days if days else _("today")


def _plan(is_planned: bool) -> str:
    return _("planned") if is_planned else _("nothing planned")


def verdict(checks: Sequence[Check]) -> Verdict:
    failing = sum(check.holds is False for check in checks)
    if failing >= RISK:
        return Verdict.AT_RISK
    if failing:
        return Verdict.NEEDS_ATTENTION
    is_known = bool(checks) and all(check.holds for check in checks)
    return Verdict.ON_TRACK if is_known else Verdict.UNKNOWN


@dataclass(frozen=True)
class Pulse:
    """What the strip shows; a section that could not be read leaves its figures at None."""

    figures: Figures
    checks: Sequence[Check]
    last: date | None = None
    next: Activity | None = None
    next_day: date | None = None
    weighted: Mapping[str, Decimal] | None = None
    """What may be expected of the open sales, by currency."""
    requests: int | None = None
    """Open ones."""

    @classmethod
    def of(
        cls,
        activities: Section[Timeline],
        sales: Section[list[SaleRow]],
        requests: Section[list[TicketRow]],
        day: Day,
        now: datetime,
    ) -> Pulse:
        """From what the sections read."""
        line = activities.data or Timeline()
        last = day.of(line.last.start, line.last.end) if line.last and line.last.start else None
        figures = Figures(
            silent=_figure(activities, lambda _: (day.today - last).days if last else None),
            is_planned=_figure(activities, lambda found: found.next is not None),
            overdue=_figure(activities, lambda found: found.late),
            late_sales=_figure(
                sales, lambda found: sum(sale.date is not None and sale.date < day.today for sale in found)
            ),
            late_requests=_figure(requests, lambda found: sum(is_late(one, now) for one in found)),
        )
        return cls(
            figures,
            checks(figures),
            last=last,
            next=line.next,
            next_day=day.of(line.next.start, line.next.end) if line.next and line.next.start else None,
            weighted=None if sales.data is None else weighted_sums(sales.data),
            requests=None if requests.data is None else len(requests.data),
        )

    @property
    def verdict(self) -> Verdict:
        return verdict(self.checks)

    @property
    def failing(self) -> frozenset[str]:
        """Names of the checks that do not hold."""
        return frozenset(check.name for check in self.checks if check.holds is False)


def is_late(request: TicketRow, now: datetime) -> bool:
    """Past its deadline."""
    return request.deadline is not None and request.deadline < now


def _figure[T](section: Section[T], of: Callable[[T], Any]) -> Any:
    if section.trouble:
        return Missing.UNAVAILABLE if section.unavailable else Missing.DENIED
    return Missing.UNAVAILABLE if section.data is None else of(section.data)
