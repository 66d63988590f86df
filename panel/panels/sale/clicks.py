"""Moving a sale to another stage and putting its date off: a sale that was closed meanwhile is not to be moved."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm_client.sales import SALES
from panel.panels.editing.clicks import Click, ClickForm
from panel.panels.sale.facts import Facts


class MoveForm(ClickForm[Facts]):
    """A stage brings its probability along, as in SuperOffice."""

    shown = Facts
    stage = forms.IntegerField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        step = next((step for step in facts.steps if step.id == self.cleaned_data.get("stage")), None)
        if step is None:
            raise forms.ValidationError(_("Choose from the list."))
        wishes = {"stage": step.id, "probability": step.probability}
        return {name: value for name, value in wishes.items() if name == "stage" or facts.sale.right(name).is_writable}


class PostponeForm(ClickForm[Facts]):
    shown = Facts
    by = forms.CharField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        target = facts.postponed.get(self.cleaned_data.get("by", ""))
        if target is None:
            raise forms.ValidationError(_("Choose a day first."))
        return {"date": target}


class MoveStage(Click[MoveForm]):
    kind, card_id, held = SALES, "sale_id", ("Status",)
    form = MoveForm


class Postpone(Click[PostponeForm]):
    kind, card_id, held = SALES, "sale_id", ("Status",)
    form = PostponeForm
