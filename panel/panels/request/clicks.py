"""Putting a request into another status, which closes and reopens it, and taking it: with one click."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm_client.tickets import TICKETS, BaseStatus
from panel.panels.editing.clicks import Click, ClickForm
from panel.panels.request.facts import Facts, wakes


class StatusForm(ClickForm[Facts]):
    shown = Facts
    status = forms.IntegerField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        step = next((step for step in facts.offered if step.id == self.cleaned_data.get("status")), None)
        if step is None:
            raise forms.ValidationError(_("Choose from the list."))
        until = wakes(BaseStatus(step.base), datetime.now(UTC))
        return {"status": step.id} | ({"wakes": until} if until else {})


class TakeForm(ClickForm[Facts]):
    shown = Facts

    def wishes(self, facts: Facts) -> dict[str, Any]:
        if not facts.may_take:
            raise forms.ValidationError(_("This request is yours already."))
        return {"owner": facts.me}


class SetStatus(Click[StatusForm]):
    kind, card_id = TICKETS, "ticket_id"
    form = StatusForm


class Take(Click[TakeForm]):
    kind, card_id = TICKETS, "ticket_id"
    form = TakeForm
