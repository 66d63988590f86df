"""Completing a follow-up, moving it, and taking either back: with one click, once, and never over somebody's head.

Each reads the follow-up first. Is what was wanted there already, as after a double click, that is all. Is it no longer
as the person saw it, he is shown how it is now and nothing is done. Else a guarded change is sent. Nothing is shown as
done before SuperOffice says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_client.appointments import ActivityStatus, Appointment, appointment, change_appointment
from crm_client.clients import AsyncCrm
from crm_client.errors import Conflict, Denied, NotFound
from crm_client.records import changes
from crm_client.values import text
from panel.panels.contract import Action, AskAgain, Card
from panel.panels.day import moved_to
from panel.panels.my_day.rows import Item, Row, opened
from panel.panels.troubles import Trouble

MOST_YEARS = 20
"""That a follow-up is moved at once; more is a slip of the finger."""

type Wishes = dict[str, Any]
"""Names of an ``Appointment``, and what shall stand there."""


class RowForm(forms.Form):
    """The buttons of one row."""

    seen = forms.CharField(
        max_length=8000,
        error_messages={"required": gettext_lazy("This page is too old to act on. Load it anew.")},
    )

    def __init__(self, card: Card, data: QueryDict) -> None:
        super().__init__(data)
        self.card = card
        found = opened(data.get("seen", ""), card)
        self.row: Row | None = found[0] if found else None
        self.more: Mapping[str, Any] = found[1] if found else {}
        self.trouble: Trouble | None = None

    def clean(self) -> dict[str, Any]:
        if self.row is None:
            raise forms.ValidationError(self.fields["seen"].error_messages["required"])
        return self.cleaned_data | {"row": self.row}

    @property
    def seen_row(self) -> Row:
        """Of a valid form."""
        row: Row = self.cleaned_data["row"]
        return row

    @property
    def item(self) -> Item | None:
        """The row as it was sent, to be shown again."""
        if self.row is None:
            return None
        if done := self.more.get("done", ""):
            return Item.settled(self.row, self.card, done, self.more["before"])
        return Item.open(self.row, self.card)

    def again(self, row: Row, trouble: Trouble) -> AskAgain:
        """The row as it is now, and why nothing was done."""
        self.row, self.more, self.trouble = row, {}, trouble
        return AskAgain(self)


class MoveForm(RowForm):
    """``to`` is a button's day, ``date`` one that was picked."""

    to = forms.DateField(required=False)
    date = forms.DateField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        target = cleaned.get("to") or cleaned.get("date")
        if self.errors:
            return cleaned
        if target is None:
            raise forms.ValidationError(_("Choose a day first."))
        if abs(target.year - cleaned["row"].begins.year) > MOST_YEARS:
            raise forms.ValidationError(_("That day is too far away."))
        return cleaned | {"target": target}


class UndoForm(RowForm):
    """Only a row that was just changed knows what was there before."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if "before" not in self.more:
            raise forms.ValidationError(_("There is nothing to undo."))
        return cleaned


class RowAction[F: RowForm](Action[F]):
    """What one button of a row does."""

    part = "answer"
    shows = "answer"
    done = ""
    form: type[F]

    async def blank(self, crm: AsyncCrm, card: Card) -> F:
        """Without a row there is nothing to ask."""
        raise NotFound("no follow-up was chosen")

    def filled(self, card: Card, data: QueryDict) -> F:
        return self.form(card, data)

    async def run(self, crm: AsyncCrm, card: Card, form: F) -> Mapping[str, Any]:
        seen = form.seen_row
        found = await crm(appointment(seen.id))
        wishes = self.wishes(form, found)
        if all(getattr(found, name) == value for name, value in wishes.items()):
            return self.told(card, seen.now(found), form, None)
        changed = await _changed(crm, form, found, wishes)
        return self.told(card, seen.now(changed), form, found)

    def wishes(self, form: F, found: Appointment) -> Wishes:
        """What shall be."""
        raise NotImplementedError

    def told(self, card: Card, row: Row, form: F, before: Appointment | None) -> Mapping[str, Any]:
        """The row afterwards; ``before`` is None if there was nothing left to do."""
        raise NotImplementedError


class Complete(RowAction[RowForm]):
    """Tick it as done."""

    form = RowForm

    def wishes(self, form: RowForm, found: Appointment) -> Wishes:
        return {"status": ActivityStatus.COMPLETED}

    def told(self, card: Card, row: Row, form: RowForm, before: Appointment | None) -> Mapping[str, Any]:
        was_started = before is not None and before.status is ActivityStatus.STARTED
        status = ActivityStatus.STARTED if was_started else ActivityStatus.NOT_STARTED
        return {"item": Item.settled(row, card, "completed", {"status": status})}


class Move(RowAction[MoveForm]):
    """Put it off, to the same time of another day."""

    form = MoveForm

    def wishes(self, form: MoveForm, found: Appointment) -> Wishes:
        seen, target = form.seen_row, form.cleaned_data["target"]
        if found.is_all_day and found.start and not seen.is_overtaken(found):
            begins, ends = found.start, found.end or found.start
        else:
            begins, ends = seen.begins, seen.ends
        start, end = moved_to(begins, ends, target, ZoneInfo(seen.zone), found.is_all_day)
        return {"start": start, "end": end}

    def told(self, card: Card, row: Row, form: MoveForm, before: Appointment | None) -> Mapping[str, Any]:
        seen = form.seen_row
        start = before.start if before and before.start else seen.begins
        end = before.end if before and before.end else seen.ends
        return {"item": Item.settled(row, card, "moved", {"start": start.isoformat(), "end": end.isoformat()})}


class Undo(RowAction[UndoForm]):
    """Put back what was there before."""

    form = UndoForm

    def wishes(self, form: UndoForm, found: Appointment) -> Wishes:
        before = form.more["before"]
        moments = {name: datetime.fromisoformat(before[name]) for name in ("start", "end") if name in before}
        return moments or {"status": ActivityStatus(before["status"])}

    def told(self, card: Card, row: Row, form: UndoForm, before: Appointment | None) -> Mapping[str, Any]:
        return {"item": Item.open(row, card), "undone": True}


async def _changed(crm: AsyncCrm, form: RowForm, found: Appointment, wishes: Wishes) -> Appointment:
    """Raises ``AskAgain`` if it is not as the person saw it, or not to be changed here."""
    seen = form.seen_row
    if seen.is_overtaken(found):
        raise form.again(seen.now(found), _overtaken())
    _refuse_locked(form, found, wishes)
    try:
        return await crm(change_appointment(found.appointment_id, changes(found, **wishes)))
    except Conflict as conflict:
        raise form.again(seen.now(conflict.current), _overtaken()) from conflict


def _refuse_locked(form: RowForm, found: Appointment, wishes: Wishes) -> None:
    """By SuperOffice's rights; and what another calendar or other people have a say in is not changed by one click."""
    for name in wishes:
        right = found.right(name)
        if not right.is_writable:
            raise Denied(message=right.reason)
    others = text(found.raw.get("BookingType")) not in ("", "None", "Unknown")
    if found.owned_externally not in ("", "None") or (others and "start" in wishes):
        raise form.again(form.seen_row.now(found), _shared())


def _overtaken() -> Trouble:
    return Trouble(_("Someone changed this meanwhile"), _("This is how it is now; nothing was done."), 409, retry=False)


def _shared() -> Trouble:
    words = _("Another calendar or other people have a say in it. Open it in SuperOffice to change it.")
    return Trouble(_("Not changed from here"), words, 409, retry=False)
