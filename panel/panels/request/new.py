"""Creating a request with its first message, and adding a note to one.

SuperOffice saves a request and its first message by two calls. Each is done once by itself: where the second goes
wrong, the form comes back, and saving it again adds only the message.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import NotFound
from crm_client.tickets import (
    MESSAGES,
    TICKETS,
    BodyType,
    Level,
    Message,
    MessageRow,
    Ticket,
    TicketRow,
    add_message,
    create_ticket,
    new_message,
    same_message,
    same_ticket,
)
from panel.panels.contract import Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm, once, with_
from panel.panels.editing.fields import PLAIN
from panel.panels.request.facts import Shown

CLOCKS_DIFFER = timedelta(minutes=2)
"""By how much SuperOffice's clock may be behind ours."""
A_FORM_LASTS = timedelta(days=1)
"""Longer nobody tries to save the same form."""


@dataclass(frozen=True)
class Wanted[R]:
    """What shall be created, and since when it may be there."""

    record: R
    since: datetime


def add(wanted: Wanted[Message]) -> Operation[Message]:
    return add_message(wanted.record)


def added(wanted: Wanted[Message]) -> Operation[MessageRow | None]:
    return same_message(wanted.record, wanted.since)


class NoteForm(CreateForm):
    denied = _("SuperOffice does not let you write messages.")


class Note(Create[NoteForm]):
    """A message for colleagues only: the customer neither sees nor gets it."""

    kind = MESSAGES
    labels = {"body": _("Note")}
    long = ("body",)
    links = ("ticket",)
    kept = ("Ticket",)
    part = "note"
    shows = "messages"
    done = _("Noted")
    form = NoteForm

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        return {"ticket": card.ticket_id}

    def made(self, start: Message, first_at: datetime, form: NoteForm) -> Wanted[Message]:
        note = with_(start, level=Level.INTERNAL, type=BodyType.PLAIN)
        return Wanted(note, first_at - CLOCKS_DIFFER)

    def create(self, wanted: Wanted[Message]) -> Operation[Message]:
        return add(wanted)

    def find(self, wanted: Wanted[Message]) -> Operation[MessageRow | None]:
        return added(wanted)


class RequestForm(CreateForm):
    denied = _("SuperOffice does not let you create requests.")

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        self.fields["message"] = forms.CharField(label=_("Message"), widget=forms.Textarea(PLAIN | {"rows": 4}))


class NewRequest(Create[RequestForm]):
    """A request of the card's person. Nobody is told by mail."""

    kind = TICKETS
    labels = {name: Shown.labels[name] for name in ("title", "category", "priority")}
    lists = {"category": "ejcategory", "priority": "ticketpriority"}
    links = ("person",)
    kept = ("Person",)
    part = "new_request"
    shows = "requests"
    done = _("Request created")
    form = RequestForm

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        if not card.person_id:
            raise NotFound("a request is somebody's")
        return {"person": card.person_id}

    def made(self, start: Ticket, first_at: datetime, form: RequestForm) -> Wanted[Ticket]:
        return Wanted(start, first_at - CLOCKS_DIFFER)

    def create(self, wanted: Wanted[Ticket]) -> Operation[Ticket]:
        return create_ticket(wanted.record)

    def find(self, wanted: Wanted[Ticket]) -> Operation[TicketRow | None]:
        return same_ticket(wanted.record, wanted.since)

    async def run(self, crm: AsyncCrm, card: Card, form: RequestForm) -> None:
        ticket_id = form.basis.seen.ticket_id or await self._created(crm, card, form)
        # If its message goes wrong, the form that comes back knows the request, whatever is typed into it then.
        form.basis = replace(form.basis, record={**form.basis.record, TICKETS.key: ticket_id})
        await self._say(crm, card, form, ticket_id)

    async def _created(self, crm: AsyncCrm, card: Card, form: RequestForm) -> int:
        made = await self.save(crm, card, form)
        if made is None:  # by an earlier click on the very same form
            wanted = with_(form.basis.seen, title=form.cleaned_data["title"])
            made = await crm(same_ticket(wanted, datetime.now(UTC) - A_FORM_LASTS))
        if made is None:
            raise NotFound("the request this form created is not there any more")
        ticket_id: int = made.ticket_id
        return ticket_id

    async def _say(self, crm: AsyncCrm, card: Card, form: RequestForm, ticket_id: int) -> None:
        """The first message, once. It is as public as SuperOffice's own default."""
        body = form.cleaned_data["message"]
        first = with_(await crm(new_message()), ticket=ticket_id, type=BodyType.PLAIN, body=body)
        word = f"{form.basis.once}-message"
        await once(crm, card, form, word, lambda at: Wanted(first, at - CLOCKS_DIFFER), add, added)
