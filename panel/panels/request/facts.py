"""What is known of a request: its status, who has it, and what can be done about it by one click.

A status is offered if it means "active", "closed", or "postponed" by a length of its own. Of others that mean
"postponed" SuperOffice wants to know until when: they stand in a form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm_client.records import Record
from crm_client.tickets import TICKETS, BaseStatus, Status, Ticket
from panel.panels.contract import Card, Section
from panel.panels.day import a_month_after
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
    kept = ("BaseStatus", "Author", "CreatedAt", "LastChanged", "Deadline", "ClosedAt", "Person", "Activate")


HOURS = {
    BaseStatus.POSTPONED_1_HOUR: 1,
    BaseStatus.POSTPONED_2_HOURS: 2,
    BaseStatus.POSTPONED_3_HOURS: 3,
    BaseStatus.POSTPONED_4_HOURS: 4,
    BaseStatus.POSTPONED_DAY: 24,
    BaseStatus.POSTPONED_WEEK: 7 * 24,
}


def wakes(base: BaseStatus, now: datetime) -> datetime | None:
    """When a request put into such a status becomes active, by the whole minute; None where the status does not say."""
    minute = now.replace(second=0, microsecond=0)
    if base is BaseStatus.POSTPONED_MONTH:
        return datetime.combine(a_month_after(minute.date()), minute.timetz())
    return minute + timedelta(hours=HOURS[base]) if base in HOURS else None


class Step(NamedTuple):
    """A status the request can be put into."""

    id: int
    name: str
    base: str = ""
    """What it means, as SuperOffice's word."""

    @property
    def is_asked(self) -> bool:
        """It postpones the request until a moment that one has to say."""
        return self.base in (BaseStatus.POSTPONED, BaseStatus.POSTPONED_SPECIFIC)


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
        steps = Section(data=steps_of(statuses.data or ()), trouble=statuses.trouble)
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
        steps, status = [step for step in self.steps.data or () if not step.is_asked], self.ticket.status
        present = Step(status.id, status.name) if status else None
        return steps if present is None or present.id in {step.id for step in steps} else [present, *steps]

    @property
    def may_move(self) -> bool:
        return self.ticket.right("status").is_writable

    @property
    def may_postpone(self) -> bool:
        """The customer has a status for it."""
        return self.may_move and any(step.is_asked for step in self.steps.data or ())

    @property
    def sleeps_until(self) -> datetime | None:
        """When it becomes active by itself."""
        return self.ticket.wakes if self.ticket.base_status.is_postponed else None

    @property
    def may_take(self) -> bool:
        """It is not mine, and SuperOffice lets me say whose it is."""
        owner = self.ticket.owner.id if self.ticket.owner else 0
        return bool(self.me) and owner != self.me and self.may_assign

    @property
    def may_assign(self) -> bool:
        return self.ticket.right("owner").is_writable


def steps_of(statuses: Sequence[Status]) -> list[Step]:
    """Those a request can be put into; deleted, merged and spam are no statuses to choose."""
    wanted = (BaseStatus.ACTIVE, BaseStatus.CLOSED)
    return [Step(one.status_id, one.name, one.base) for one in statuses if one.base in wanted or one.base.is_postponed]
