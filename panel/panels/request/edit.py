"""Correcting a request's facts, giving it to somebody, and postponing it until a moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.clients import AsyncCrm
from crm_client.patch import Change
from crm_client.records import changes
from crm_client.tickets import TICKETS, statuses, ticket
from crm_client.values import FieldRight
from panel.panels.contract import Card
from panel.panels.editing import EditRecord
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import Choice
from panel.panels.editing.form import RecordForm
from panel.panels.editing.moments import MOMENT, MomentForm
from panel.panels.request.facts import Shown, steps_of


class EditFacts(EditRecord):
    """Status and owner have buttons of their own."""

    kind = TICKETS
    card_id = "ticket_id"
    labels = {name: Shown.labels[name] for name in ("title", "category", "priority")}
    lists = {"category": "ejcategory", "priority": "ticketpriority"}
    kept = ("LastChanged",)


class Assign(EditRecord):
    """To any user of SuperOffice; what he may do with it is his own matter."""

    kind = TICKETS
    card_id = "ticket_id"
    labels = {"owner": _("Owner")}
    lists = {"owner": "associate"}
    kept = ("LastChanged",)
    part = "assign"
    done = _("Assigned")


class PostponeForm(MomentForm, RecordForm):
    """Which of the statuses that mean so, and until when."""

    def __init__(self, card: Card, basis: Basis, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(card, basis, data)
        self.ask_moment(card.language)
        offered = [str(one.id) for one in basis.choices.get("status", ())]
        if "status" in self.fields and self.fields["status"].initial not in offered and offered:
            self.fields["status"].initial = offered[0]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not set(MOMENT) & set(self.errors) and self.moment <= datetime.now(UTC):
            self.add_error("day", _("Choose a moment to come."))
        return cleaned

    def changes(self, wanted: Mapping[str, Any], record: Any = None) -> list[Change]:
        return [*super().changes(wanted, record), *changes(record or self.basis.seen, wakes=self.moment)]

    def on(self, current: Any, wanted: Mapping[str, Any]) -> RecordForm:
        """The moment stays as it was typed."""
        again = super().on(current, wanted)
        typed = {name: self.data.get(name, "") for name in MOMENT}
        return PostponeForm(self.card, again.basis, {**again.data, **typed})


class Postpone(EditRecord):
    """Let it sleep; SuperOffice wakes it."""

    kind = TICKETS
    card_id = "ticket_id"
    labels = {"status": _("Status")}
    kept = ("LastChanged", "Activate")
    part = "postpone"
    done = _("Postponed")
    form = PostponeForm

    def right(self, seen: Any, name: str) -> FieldRight:
        """No status is none of these."""
        return replace(super().right(seen, name), is_mandatory=True)

    async def blank(self, crm: AsyncCrm, card: Card) -> PostponeForm:
        seen, known = await crm.all(ticket(card.ticket_id), statuses())
        offered = [Choice(step.id, step.name) for step in steps_of(known) if step.is_asked]
        return PostponeForm(card, replace(Basis.of(self, seen, {}), choices={"status": offered}))
