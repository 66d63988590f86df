"""Moving a sale to another stage and putting its date off: with one click, once, and never over somebody's head.

The change is guarded by what the person saw. If somebody changed the sale meanwhile, it is shown as it is now and
nothing is done; a second click of the same button finds its wish fulfilled, and that is all.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_client.clients import AsyncCrm
from crm_client.errors import Conflict, NotFound
from crm_client.patch import Change
from crm_client.records import changes
from crm_client.sales import Sale, change_sale
from panel.panels.contract import Action, AskAgain, Card
from panel.panels.sale.facts import Facts
from panel.panels.troubles import Trouble


class ClickForm(forms.Form):
    """Buttons, with the sale as it was seen."""

    seen = forms.CharField(
        max_length=30_000,
        error_messages={"required": gettext_lazy("This page is too old to act on. Load it anew.")},
    )

    def __init__(self, card: Card, data: QueryDict) -> None:
        super().__init__(data)
        self.facts = Facts.opened(data.get("seen", ""), card)
        self.trouble: Trouble | None = None

    def clean(self) -> dict[str, Any]:
        if self.facts is None:
            raise forms.ValidationError(self.fields["seen"].error_messages["required"])
        return self.cleaned_data | {"sale": self.facts.sale, "wishes": self.wishes(self.facts)}

    def wishes(self, facts: Facts) -> dict[str, Any]:
        """Names of a ``Sale``, and what shall stand there."""
        raise NotImplementedError


class MoveForm(ClickForm):
    """A stage brings its probability along, as in SuperOffice."""

    stage = forms.IntegerField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        step = next((step for step in facts.steps if step.id == self.cleaned_data.get("stage")), None)
        if step is None:
            raise forms.ValidationError(_("Choose from the list."))
        wishes = {"stage": step.id, "probability": step.probability}
        return {name: value for name, value in wishes.items() if name == "stage" or facts.sale.right(name).is_writable}


class PostponeForm(ClickForm):
    by = forms.CharField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        target = facts.postponed.get(self.cleaned_data.get("by", ""))
        if target is None:
            raise forms.ValidationError(_("Choose a day first."))
        return {"date": target}


class Click[F: ClickForm](Action[F]):
    """What the buttons of one form do."""

    part = "answer"
    shows = "facts"
    form: type[F]

    async def blank(self, crm: AsyncCrm, card: Card) -> F:
        """Without a button there is nothing to ask."""
        raise NotFound("no button was pressed")

    def filled(self, card: Card, data: QueryDict) -> F:
        return self.form(card, data)

    async def run(self, crm: AsyncCrm, card: Card, form: F) -> None:
        sale: Sale = form.cleaned_data["sale"]
        # Changes nothing: a sale that was closed meanwhile is not to be moved.
        as_seen = Change("/Status", sale.raw["Status"], sale.raw["Status"])
        wanted = [as_seen, *changes(sale, **form.cleaned_data["wishes"])]
        try:
            await crm(change_sale(card.sale_id, wanted, sale.updated))
        except Conflict as conflict:
            form.facts = form.facts and form.facts.now(conflict.current, card)
            form.trouble = _overtaken()
            raise AskAgain(form) from conflict


class MoveStage(Click[MoveForm]):
    form = MoveForm


class Postpone(Click[PostponeForm]):
    form = PostponeForm


def _overtaken() -> Trouble:
    return Trouble(_("Someone changed this meanwhile"), _("This is how it is now; nothing was done."), 409, retry=False)
