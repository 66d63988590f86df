"""Beginning a sale with a company: of a type the person may choose, in one of that type's own stages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.sales import SALES, Sale, SaleType, Stage, create_sale, sale_types, same_sale, stages
from panel.panels.contract import Card, Section, section
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm, Wanted, with_
from panel.panels.editing.fields import Choice, choice_field
from panel.panels.sale.facts import steps_of

BEGINS = "begins"
DECIDED = ("sale_type", "stage")
"""What that one choice decides; the stage brings its probability along."""


class SaleForm(CreateForm):
    """The few fields that make a sale."""

    denied = _("SuperOffice does not let you create sales.")

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        if BEGINS in basis.choices:
            for name in DECIDED:
                self.fields.pop(name, None)
            self.fields[BEGINS] = choice_field(list(basis.choices[BEGINS]), is_mandatory=True)
            self.fields[BEGINS].label, self.fields[BEGINS].initial = _("Sale type and stage"), self._default()
            self.order_fields(["heading", "amount", "currency", "date", BEGINS])

    def _default(self) -> str:
        """SuperOffice's own; of its type the first where that does not have its stage."""
        kind, stage = (one.id if one else 0 for one in (self.basis.seen.sale_type, self.basis.seen.stage))
        of_type = [str(one.id) for one in self.basis.choices[BEGINS] if str(one.id).startswith(f"{kind}-")]
        return next((one for one in of_type if one.startswith(f"{kind}-{stage}-")), next(iter(of_type), ""))

    @property
    def begins(self) -> dict[str, int]:
        """What was chosen, by name."""
        chosen = self.cleaned_data.get(BEGINS)
        return dict(zip((*DECIDED, "probability"), map(int, chosen.split("-")), strict=True)) if chosen else {}


class AddSale(Create[SaleForm]):
    """Create a sale with this company; the sale panel moves it on."""

    kind = SALES
    labels = {
        "heading": _("Sale"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "date": _("Sale date"),
        "sale_type": _("Sale type"),
        "stage": _("Stage"),
        "source": _("Source"),
        "competitor": _("Competitor"),
        "credited": _("Credited"),
        "number": _("Number"),
        "description": _("Notes"),
    }
    lists = {
        "currency": "currency",
        "sale_type": "saletype",
        "source": "source",
        "competitor": "comptr",
        "credited": "credited",
    }
    only_if_required = ("sale_type", "stage", "source", "competitor", "credited", "number", "description")
    optional = ("amount", "currency")
    long = ("description",)
    links = ("company",)
    kept = ("Contact", "Probability")
    own = "Sale"
    part = "add_sale"
    shows = "sales"
    done = _("Sale created")
    form = SaleForm

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        return {"company": card.contact_id}

    async def blank(self, crm: AsyncCrm, card: Card) -> SaleForm:
        """Where SuperOffice decides on type and stage, or they cannot be read, they are its own for a new sale."""
        types, steps = await crm.all(section(sale_types()), section(stages()))
        basis = (await super().blank(crm, card)).basis
        offered = list(_beginnings(basis, types, steps))
        if not offered or not all(self.right(basis.seen, name).is_writable for name in DECIDED):
            return SaleForm(card, basis)
        return SaleForm(card, replace(basis, choices={**basis.choices, BEGINS: offered}))

    def made(self, start: Sale, first_at: datetime, form: SaleForm) -> Wanted[Sale]:
        wishes = {name: value for name, value in form.begins.items() if self.right(start, name).is_writable}
        return Wanted.of(with_(start, **wishes), first_at)

    def create(self, wanted: Wanted[Sale]) -> Operation[Sale]:
        return create_sale(wanted.record)

    def find(self, wanted: Wanted[Sale]) -> Operation[Sale | None]:
        return same_sale(wanted.record, wanted.since)


def _beginnings(basis: Basis, types: Section[list[SaleType]], steps: Section[list[Stage]]) -> Iterator[Choice]:
    """The stages of each type the person may choose; where there are several, a stage is called by its type too."""
    ticked = {one.type_id: one.stages for one in types.data or ()}
    names = {one.id: one.name for one in basis.choices.get("sale_type", ())}
    for type_id, name in names.items():
        of_type = steps_of(steps, Section(data=ticked.get(int(type_id)), trouble=types.trouble))
        for step in of_type.data or ():
            words = f"{name} › {step.words}" if len(names) > 1 else step.words
            yield Choice(f"{type_id}-{step.id}-{step.probability}", words)
