"""What is known of a sale: its stages, what is missing, and where it can be moved by one click.

The stages are those its type has ticked, in the order of SuperOffice's list of stages; all of them where the type
ticks none, or where the person may not look at types. A stage the sale is in is shown even if it was deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.records import Record
from crm_client.sales import SALES, Sale, SaleStatus, Stage, stages_of_type
from panel.panels.contract import Card, Section, Text, section
from panel.panels.day import a_month_after
from panel.panels.editing import Sheet, clicks
from panel.panels.editing.basis import Basis
from panel.panels.troubles import Trouble

STATUS = {
    SaleStatus.OPEN: _("Open"),
    SaleStatus.SOLD: _("Sold"),
    SaleStatus.LOST: _("Lost"),
    SaleStatus.STALLED: _("Stalled"),
}


class Shown(Sheet):
    """What the panel shows of a sale, and so carries along in its buttons."""

    kind = SALES
    labels = {
        "heading": _("Sale"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "date": _("Sale date"),
        "stage": _("Stage"),
        "probability": _("Probability (%)"),
        "company": _("Company"),
        "person": _("Contact"),
        "owner": _("Owner"),
        "sale_type": _("Sale type"),
        "source": _("Source"),
        "competitor": _("Competitor"),
        "credited": _("Credited"),
        "reason": _("Reason"),
        "reason_sold": _("Reason"),
        "reason_stalled": _("Reason"),
    }
    kept = ("Status", "NextDueDate")


class Step(NamedTuple):
    id: int
    name: str
    probability: int

    @property
    def words(self) -> str:
        return f"{self.name} {self.probability}%"


@dataclass(frozen=True)
class Facts:
    """One sale as it was seen."""

    sale: Sale
    stages: Section[Sequence[Step]]
    is_planned: bool | None
    """An open follow-up is dated today or later; None if that could not be read."""
    today: date
    token: str = ""
    """Carried along by the buttons, so that no CRM is needed to show all this again."""

    @classmethod
    def of(cls, sale: Sale, stages: Section[Sequence[Step]], is_planned: bool | None, card: Card) -> Facts:
        return cls(sale, stages, is_planned, datetime.now(UTC).date())._signed(card)

    @property
    def record(self) -> Sale:
        return self.sale

    def now(self, current: Record, card: Card) -> Facts:
        """The same sale as it is now."""
        return replace(self, sale=SALES.parse(current.raw))._signed(card)

    def _signed(self, card: Card) -> Facts:
        sale = Basis.of(Shown(), self.sale, {}).record
        whole = {"sale": sale, "stages": self.stages.data or (), "is_planned": self.is_planned}
        return replace(self, token=clicks.signed("sale", whole, card))

    @classmethod
    def opened(cls, token: str, card: Card) -> Facts | None:
        """None for a token that is not ours for this person on this sale."""
        whole = clicks.opened("sale", token, card)
        if whole is None:
            return None
        stages = Section(data=[Step(*step) for step in whole["stages"]])
        today = datetime.now(UTC).date()
        return cls(SALES.parse(whole["sale"]), stages, whole["is_planned"], today, token)

    @property
    def status(self) -> str:
        return str(STATUS.get(self.sale.status, ""))

    @property
    def reason(self) -> str:
        """Why it is as it is."""
        reasons = {
            SaleStatus.SOLD: self.sale.reason_sold,
            SaleStatus.LOST: self.sale.reason,
            SaleStatus.STALLED: self.sale.reason_stalled,
        }
        found = reasons.get(self.sale.status)
        return found.name if found else ""

    @property
    def is_open(self) -> bool:
        return self.sale.status is SaleStatus.OPEN

    @property
    def shows_amount(self) -> bool:
        """SuperOffice lets the person see it; what it hides comes as nothing."""
        return self.sale.right("amount").is_readable

    @property
    def may_move(self) -> bool:
        return self.is_open and self.sale.right("stage").is_writable

    @property
    def may_close(self) -> bool:
        is_undecided = self.sale.status in (SaleStatus.OPEN, SaleStatus.STALLED)
        return is_undecided and self.sale.right("status").is_writable

    @cached_property
    def steps(self) -> list[Step]:
        return with_present(self.sale, self.stages.data or ())

    @property
    def missing(self) -> Iterator[tuple[str, str]]:
        """What would have to be there to move on, by these rules alone; each a word for it and a sentence."""
        if not self.is_open:
            return
        if not self.sale.amount and self.sale.right("amount").is_readable:
            yield "amount", gettext("No amount: it is 0.")
        if self.sale.date and self.sale.date < self.today:
            yield "date", gettext("The sale date has passed.")
        elif not self.sale.date and self.sale.right("date").is_readable:
            yield "date", gettext("No sale date.")
        if self.is_planned is False:
            yield "plan", gettext("Nothing planned: no open follow-up from today on.")
        yield from (
            (name, gettext("%s is empty: SuperOffice requires it.") % label) for name, label in self._required()
        )

    def _required(self) -> Iterator[tuple[str, Text]]:
        """Mandatory fields that are empty; a reason is asked for when the sale is closed."""
        for name, label in Shown.labels.items():
            right = self.sale.right(name)
            is_asked = name in ("amount", "date") or name.startswith("reason")
            if right.is_mandatory and right.is_readable and not is_asked and not getattr(self.sale, name):
                yield name, label

    @property
    def postponed(self) -> dict[str, date]:
        """Where one click puts the sale's date: the same day a week later, or of the next month."""
        before = self.sale.date
        if before is None or not self.is_open or not self.sale.right("date").is_writable:
            return {}
        return {"week": before + timedelta(days=7), "month": a_month_after(before)}


def with_present(sale: Sale, steps: Sequence[Step]) -> list[Step]:
    """The present stage is never left out, and has the sale's own probability."""
    now = sale.stage
    if now is None:
        return list(steps)
    present = Step(now.id, now.name, sale.probability)
    found = [present if step.id == now.id else step for step in steps]
    return found if present in found else [present, *found]


def ticked_for(sale: Sale) -> Operation[Section[frozenset[int]]]:
    """Ids of the stages its type has ticked."""
    if sale.sale_type is None:
        return Section(data=frozenset())
    return (yield from section(stages_of_type(sale.sale_type.id)))


def steps_of(stages: Section[list[Stage]], ticked: Section[frozenset[int]]) -> Section[Sequence[Step]]:
    """The stages of a type. That types are not to be looked at costs nothing; other trouble does."""
    if trouble := _passing(stages.trouble, ticked.trouble):
        return Section(trouble=trouble)
    chosen = ticked.data or ()
    found = [one for one in stages.data or () if not chosen or one.stage_id in chosen]
    return Section(data=[Step(one.stage_id, one.name, one.probability) for one in found])


def _passing(of_stages: Trouble | None, of_type: Trouble | None) -> Trouble | None:
    return of_stages or (of_type if of_type and of_type.retry else None)
