"""Correcting a sale's facts, and closing it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.clients import AsyncCrm
from crm_client.errors import Conflict
from crm_client.lists import mdo_tree
from crm_client.records import changes
from crm_client.sales import SALES, Sale, SaleStatus, change_sale, sale, stages
from panel.panels.contract import Action, AskAgain, Card, Section, section
from panel.panels.editing import EditRecord, Sheet
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import Choice
from panel.panels.editing.form import RecordForm
from panel.panels.editing.pickers import persons_at
from panel.panels.sale.facts import STATUS, Shown, steps_of, ticked_for, with_present

BRINGS = "brings"
"""The probability of each stage."""


class FactsForm(RecordForm):
    """Another stage brings its probability along, unless another one was typed."""

    def wanted(self) -> dict[str, Any]:
        wanted = super().wanted()
        brings = {str(one.id): int(one.name) for one in self.basis.choices.get(BRINGS, ())}
        same = {name for name in ("stage", "probability") if wanted.get(name) == self.seen.get(name)}
        if same != {"probability"} or "probability" not in wanted or self.fields["probability"].disabled:
            return wanted
        return wanted | {"probability": brings.get(wanted["stage"], wanted["probability"])}


class EditFacts(EditRecord):
    """The company is only shown, its person is one who works there, and a stage is one of its type's."""

    kind = SALES
    card_id = "sale_id"
    pickers = {"person": persons_at("company")}
    kept = ("Contact", "SaleType")
    lists = {
        "currency": "currency",
        "source": "source",
        "competitor": "comptr",
        "credited": "credited",
    }
    labels = {name: Shown.labels[name] for name in ("heading", "amount", "date", "stage", "probability", *lists)} | {
        "person": _("Contact"),
        "description": _("Notes"),
    }
    long = ("description",)
    own = "Sale"
    form = FactsForm

    async def blank(self, crm: AsyncCrm, card: Card) -> RecordForm:
        """A sale of a type whose stages cannot be read stays in its stage."""
        form = await super().blank(crm, card)
        seen: Sale = form.basis.seen
        offered = steps_of(*await crm.all(section(stages()), ticked_for(seen)))
        steps = with_present(seen, offered.data or ())
        more = {
            "stage": [Choice(step.id, step.words) for step in steps],
            BRINGS: [Choice(step.id, str(step.probability)) for step in steps],
        }
        return FactsForm(card, replace(form.basis, choices={**form.basis.choices, **more}))


class CloseForm(RecordForm):
    """When it was decided, and why. A reason that is needed starts as none, so that it is not the list's first."""

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        if basis.is_lost:
            return
        self.fields["date"].initial = datetime.now(UTC).date()
        for name in self.sheet.lists if isinstance(self.sheet, Lost) else ():
            self._demand(name)

    def _demand(self, name: str) -> None:
        reason: Any = self.fields[name]
        if not reason.disabled:
            reason.choices, reason.required = [("", "–"), *(one for one in reason.choices if one[0] != "0")], True


class Close(Sheet, Action[CloseForm]):
    """Mark a sale as decided. Without the list of reasons it is not begun."""

    kind = SALES
    kept = ("Status",)
    shows = "facts"
    status: ClassVar[SaleStatus]

    async def blank(self, crm: AsyncCrm, card: Card) -> CloseForm:
        [name] = self.lists.values()
        seen, reasons = await crm.all(sale(card.sale_id), mdo_tree(name))
        return CloseForm(card, Basis.of(self, seen, {name: Section(data=reasons)}))

    def filled(self, card: Card, data: QueryDict) -> CloseForm:
        return CloseForm(card, Basis.opened(self, data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: CloseForm) -> None:
        seen, wanted = form.basis.seen, form.wanted()
        try:
            wishes = [*changes(seen, status=self.status), *form.changes(wanted)]
            await crm(change_sale(card.sale_id, wishes, seen.updated))
        except Conflict as conflict:
            again = form.on(conflict.current, wanted)
            if conflict.current.status is not seen.status:
                now = STATUS.get(conflict.current.status, "–")
                again.add_error(None, gettext("Someone changed this meanwhile") + f": {now}")
            raise AskAgain(again) from conflict


class Sold(Close):
    labels = {"reason_sold": _("Reason"), "date": _("Sale date")}
    lists = {"reason_sold": "reasonsold"}
    part = "sold"
    status = SaleStatus.SOLD


class Lost(Close):
    """A reason is needed, if there is one to choose."""

    labels = {"reason": _("Reason"), "date": _("Sale date")}
    lists = {"reason": "reason"}
    part = "lost"
    status = SaleStatus.LOST
