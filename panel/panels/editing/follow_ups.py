"""Noting what was done and planning what comes next: actions of any panel that stands on a person or a company.

::

    actions = {"log": Log("person_id"), "plan": Plan("person_id")}
    parts = ("activities",)

The template has a partial ``activities``, where the result is shown, and one for each form::

    {% partialdef log %}{% include "panels/action_form.html" with heading=_("Log a call or note") %}{% endpartialdef %}

A follow-up on a person is about his company too.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.appointments import (
    APPOINTMENTS,
    ActivityStatus,
    Appointment,
    create_appointment,
    new_appointment,
    same_appointment,
)
from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import Denied
from crm_client.lists import mdo_list
from crm_client.patch import applied
from crm_client.persons import person
from crm_client.records import changes
from crm_client.values import FieldRight, TableMask, TableRight
from panel.panels.contract import Action, AskAgain, Card, section
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import PLAIN, DayField
from panel.panels.editing.form import RecordForm
from panel.panels.editing.once import NotKnownYet, create_once
from panel.panels.editing.sheet import Sheet

WORKDAY_BEGINS = time(9)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
"""Beyond these somebody mistyped the year."""


class LogForm(RecordForm):
    """What was done: of which kind, and in which words. It was done now."""

    @property
    def refused(self) -> str:
        """SuperOffice's reason, or ours for it, where the person may create none."""
        if self.basis.is_lost or may_create(self.basis.seen):
            return ""
        return self.basis.seen.table_right.reason or gettext("SuperOffice does not let you create follow-ups.")

    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        at = first_at.replace(second=0, microsecond=0)
        return {"start": at, "end": at, "status": ActivityStatus.COMPLETED}


class PlanForm(LogForm):
    """The same, and when. The reader's time zone comes from his browser (``panels.js``); without it it is UTC."""

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        day = self.fields["day"] = DayField(card.language)
        day.label, day.initial = _("Date"), next_workday(datetime.now(UTC).date())
        day.validators += [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        self.fields["time"] = forms.TimeField(
            label=_("Time"),
            initial=WORKDAY_BEGINS,
            widget=forms.TimeInput(PLAIN | {"type": "time"}, format="%H:%M"),
        )
        self.fields["zone"] = forms.CharField(
            required=False, widget=forms.HiddenInput({"data-zone": "id_time_helptext"}), initial="UTC"
        )
        self.fields["time"].help_text = _("In UTC")
        self.order_fields(["task", "day", "time", "title", "text"])

    def clean_zone(self) -> ZoneInfo:
        zone = self.cleaned_data["zone"]
        return ZoneInfo(zone if zone in known_zones() else "UTC")

    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        """As long as SuperOffice's own default is."""
        typed = self.cleaned_data
        at = datetime.combine(typed["day"], typed["time"], typed["zone"]).astimezone(UTC)
        length = start.end - start.start if start.end and start.start else timedelta(hours=1)
        return {"start": at, "end": at + length}


class Log(Sheet, Action[LogForm]):
    """Note a call, a meeting, anything that was done just now."""

    kind = APPOINTMENTS
    labels = {"task": _("Type"), "title": _("What was it about?"), "text": _("Notes")}
    lists = {"task": "task"}
    long = ("text",)
    kept = ("Person", "Contact")
    part = "log"
    shows = "activities"
    done = _("Logged")
    form: ClassVar[type[LogForm]] = LogForm

    def __init__(self, card_id: str) -> None:
        self.card_id = card_id
        """Which of the card's records it is about: ``person_id`` or ``contact_id``."""

    async def blank(self, crm: AsyncCrm, card: Card) -> LogForm:
        start, tasks, about = await crm.all(_begin(), section(mdo_list("task")), self._about(card))
        return self.form(card, Basis.of(self, _with(start, **about), [tasks], once=uuid.uuid4().hex))

    def _about(self, card: Card) -> Operation[dict[str, int]]:
        if self.card_id != "person_id":
            return {"company": card.contact_id}
        company = (yield from person(card.person_id)).company
        return {"person": card.person_id, "company": company.id if company else 0}

    def filled(self, card: Card, data: QueryDict) -> LogForm:
        return self.form(card, Basis.opened(self, data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: LogForm) -> None:
        """Begun from SuperOffice's own default; created once."""
        seen = form.basis.seen
        links = {name: getattr(seen, name) for name in ("person", "company")}
        start = _with(await crm(new_appointment()), **links, **form.by_field(form.wanted()))

        def made(first_at: datetime) -> Appointment:
            return _with(start, **form.times(start, first_at))

        try:
            await create_once(crm, card, form.basis.once, made, create_appointment, same_appointment)
        except NotKnownYet:
            form.add_error(None, NOT_KNOWN_YET)
            raise AskAgain(form) from None

    def right(self, seen: Appointment, name: str) -> FieldRight:
        """Of a record that is to be created: the right to change it does not matter."""
        if not may_create(seen):
            return FieldRight(is_writable=False, reason=seen.table_right.reason)
        right = replace(seen, table_right=TableRight(TableMask.UPDATE)).right(name)
        return replace(right, is_mandatory=right.is_mandatory or name != "text")


class Plan(Log):
    """Plan a follow-up in the person's own diary."""

    labels = Log.labels | {"title": _("What is to be done?")}
    part = "plan"
    done = _("Planned")
    form = PlanForm


NOT_KNOWN_YET = _(
    "We do not know yet whether this was saved: SuperOffice does not show it so far. "
    "Save again in half a minute; it is done only once."
)


def may_create(start: Appointment) -> bool:
    return bool(start.table_right.mask & TableMask.INSERT)


def _begin() -> Operation[Appointment]:
    """SuperOffice's default; where the person may create none, an empty one that says why."""
    try:
        return (yield from new_appointment())
    except Denied as error:
        return Appointment.parse({"TableRight": {"Mask": "None", "Reason": error.message}})


def _with(begun: Appointment, /, **wanted: Any) -> Appointment:
    return Appointment.parse(applied(begun.raw, changes(begun, **wanted)))


def next_workday(today: date) -> date:
    """Tomorrow, or Monday."""
    return today + timedelta(days=7 - today.weekday() if today.weekday() >= 4 else 1)


@cache
def known_zones() -> set[str]:
    return available_timezones()
