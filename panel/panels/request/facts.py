"""What is known of a request: its status, who has it, and what can be done about it by one click.

A status is offered if it means "active" or "closed": to postpone a request, SuperOffice wants to know until when.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm_client.records import Record
from crm_client.tickets import TICKETS, BaseStatus, Status, Ticket
from panel.panels.contract import Card, Section
from panel.panels.editing import Sheet, clicks
from panel.panels.editing.basis import Basis


class Shown(Sheet):
    """What the panel shows of a request, and so carries along in its buttons."""

    kind = TICKETS
    labels = {
        "title": _("Title"),
        "status": _("Status"),
        "priority": _("Priority"),
        "category": _("Category"),
        "ticket_type": _("Request type"),
        "owner": _("Owner"),
        "sale": _("Sale"),
        "project": _("Project"),
    }
    kept = ("BaseStatus", "Author", "CreatedAt", "LastChanged", "Deadline", "ClosedAt", "Person")


class Step(NamedTuple):
    """A status the request can be put into."""

    id: int
    name: str


@dataclass(frozen=True)
class Facts:
    """One request as it was seen."""

    ticket: Ticket
    steps: Section[Sequence[Step]]
    me: int
    """Associate id of who looks; 0 if that could not be read."""
    now_is: datetime
    token: str = ""
    """Carried along by the buttons, so that no CRM is needed to show all this again."""

    @classmethod
    def of(cls, ticket: Ticket, statuses: Section[list[Status]], me: int, card: Card) -> Facts:
        found = [one for one in statuses.data or () if one.base in (BaseStatus.ACTIVE, BaseStatus.CLOSED)]
        steps = Section(data=[Step(one.status_id, one.name) for one in found], trouble=statuses.trouble)
        return cls(ticket, steps, me, datetime.now(UTC))._signed(card)

    @property
    def record(self) -> Ticket:
        return self.ticket

    def now(self, current: Record, card: Card) -> Facts:
        """The same request as it is now."""
        return replace(self, ticket=TICKETS.parse(current.raw))._signed(card)

    def _signed(self, card: Card) -> Facts:
        ticket = Basis.of(Shown(), self.ticket, {}).record
        whole: dict[str, Any] = {"ticket": ticket, "steps": self.steps.data or (), "me": self.me}
        return replace(self, token=clicks.signed("request", whole, card))

    @classmethod
    def opened(cls, token: str, card: Card) -> Facts | None:
        """None for a token that is not ours for this person on this request."""
        whole = clicks.opened("request", token, card)
        if whole is None:
            return None
        steps = Section(data=[Step(*step) for step in whole["steps"]])
        return cls(TICKETS.parse(whole["ticket"]), steps, whole["me"], datetime.now(UTC), token)

    @property
    def is_closed(self) -> bool:
        return self.ticket.base_status is BaseStatus.CLOSED

    @property
    def is_late(self) -> bool:
        """Its deadline has passed and it is still to be settled."""
        return not self.is_closed and self.ticket.deadline is not None and self.ticket.deadline < self.now_is

    @property
    def offered(self) -> list[Step]:
        """The statuses to choose from, the present one in its place."""
        steps, status = list(self.steps.data or ()), self.ticket.status
        present = Step(status.id, status.name) if status else None
        return steps if present is None or present.id in dict(steps) else [present, *steps]

    @property
    def may_move(self) -> bool:
        return self.ticket.right("status").is_writable

    @property
    def may_take(self) -> bool:
        """It is not mine, and SuperOffice lets me say whose it is."""
        owner = self.ticket.owner.id if self.ticket.owner else 0
        return bool(self.me) and owner != self.me and self.may_assign

    @property
    def may_assign(self) -> bool:
        return self.ticket.right("owner").is_writable
