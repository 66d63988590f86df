"""Putting a request into another status, which closes and reopens it, and taking it: with one click."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from crm_client.tickets import TICKETS
from panel.panels.editing.clicks import Click, ClickForm
from panel.panels.request.facts import Facts


class StatusForm(ClickForm[Facts]):
    shown = Facts
    status = forms.IntegerField(required=False)

    def wishes(self, facts: Facts) -> dict[str, Any]:
        wanted = self.cleaned_data.get("status")
        if wanted not in {step.id for step in facts.offered}:
            raise forms.ValidationError(_("Choose from the list."))
        return {"status": wanted}


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
