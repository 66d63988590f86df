"""Noting what was done and planning what comes next: actions of any panel that stands on a record.

::

    actions = {"log": Log("person_id"), "plan": Plan("person_id")}
    parts = ("activities",)

The template has a partial ``activities``, where the result is shown, and one for each form::

    {% partialdef log %}{% include "panels/action_form.html" with heading=_("Log a call or note") %}{% endpartialdef %}

A follow-up on a person is about his company too; one on a sale or a project is connected to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_client.appointments import APPOINTMENTS, ActivityStatus, Appointment, same_appointment
from crm_client.calls import Operation
from crm_client.persons import person
from crm_client.records import Record
from crm_client.sales import sale
from crm_client.udef import UdefField
from panel.panels.contract import Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm, with_
from panel.panels.editing.moments import MomentForm
from panel.panels.editing.pickers import persons_at
from panel.panels.editing.sheet import Entry


class LogForm(CreateForm):
    """What was done: of which kind, and in which words. It was done now."""

    denied = _("SuperOffice does not let you create follow-ups.")

    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        at = first_at.replace(second=0, microsecond=0)
        return {"start": at, "end": at, "status": ActivityStatus.COMPLETED}


class PlanForm(MomentForm, LogForm):
    """The same, and when."""

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        self.ask_moment(card.language)
        self.order_fields(["task", "day", "time", "title", "person", "text"])

    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        """As long as SuperOffice's own default is."""
        length = start.end - start.start if start.end and start.start else timedelta(hours=1)
        return {"start": self.moment, "end": self.moment + length}


class Log(Create[LogForm]):
    """Note a call, a meeting, anything that was done just now."""

    kind = APPOINTMENTS
    labels = {
        "task": _("Type"),
        "title": _("What was it about?"),
        "person": _("Contact"),
        "text": _("Notes"),
    }
    lists = {"task": "task"}
    pickers = {"person": persons_at("company")}
    long = ("text",)
    optional = ("text", "person")
    links = ("person", "company", "sale", "project")
    kept = ("Person", "Contact", "Sale", "Project")
    part = "log"
    shows = "activities"
    done = _("Logged")
    form: ClassVar[type[LogForm]] = LogForm

    def __init__(self, card_id: str) -> None:
        self.card_id = card_id
        """Which of the card's records it is about: ``person_id``, ``contact_id``, ``sale_id`` or ``project_id``."""

    def entries(self, seen: Record, own: Sequence[UdefField] = ()) -> dict[str, Entry]:
        """On a person's card nobody asks with whom."""
        found = super().entries(seen, own)
        return {name: entry for name, entry in found.items() if name != "person" or self.card_id != "person_id"}

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        match self.card_id:
            case "person_id":
                return {"person": card.person_id, "company": (yield from person(card.person_id)).company}
            case "sale_id":
                seen = yield from sale(card.sale_id)
                return {"sale": card.sale_id, "person": seen.person, "company": seen.company}
            case "project_id":
                return {"project": card.project_id}
            case _:
                return {"company": card.contact_id}

    def find(self, wanted: Appointment) -> Operation[Appointment | None]:
        return same_appointment(wanted)

    def made(self, start: Appointment, first_at: datetime, form: LogForm) -> Appointment:
        return with_(start, **form.times(start, first_at))


class Plan(Log):
    """Plan a follow-up in the person's own diary."""

    labels = Log.labels | {"title": _("What is to be done?")}
    part = "plan"
    done = _("Planned")
    form = PlanForm
