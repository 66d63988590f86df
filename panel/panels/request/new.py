"""Creating a request with its first message, and adding a note to one.

SuperOffice saves a request and its first message by two calls. Each is done once by itself: where the second goes
wrong, the form comes back, and saving it again adds only the message.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import NotFound
from crm_client.records import Record
from crm_client.search import persons_at
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
from crm_client.udef import UdefField
from crm_client.values import Item
from panel.panels.contract import Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm, Wanted, once, with_
from panel.panels.editing.fields import PLAIN
from panel.panels.editing.once import first_attempt
from panel.panels.editing.pickers import colleagues
from panel.panels.editing.sheet import Entry
from panel.panels.request.facts import Shown

PERSON = "person"
OFFERED = 50
"""People of a company; others are found by name."""


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
        return Wanted.of(note, first_at)

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
    """A request of the card's person; on a company's card, of one who works there. Nobody is told by mail."""

    kind = TICKETS
    labels = {PERSON: _("Contact"), **{name: Shown.labels[name] for name in ("title", "category", "priority")}}
    lists = {"category": "ejcategory", "priority": "ticketpriority"}
    pickers = {PERSON: lambda card, seen, text: colleagues(text, card.contact_id)}
    links = (PERSON,)
    part = "new_request"
    shows = "requests"
    done = _("Request created")
    form = RequestForm

    def entries(self, seen: Record, own: Sequence[UdefField] = ()) -> dict[str, Entry]:
        """On a person's card nobody asks whose it is."""
        found = super().entries(seen, own)
        return {name: entry for name, entry in found.items() if name != PERSON or not getattr(seen, PERSON)}

    def at_hand(self, card: Card) -> Mapping[str, Operation[Sequence[Item]]]:
        return {} if card.person_id else {PERSON: people_of(card.contact_id)}

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        if not card.person_id and not card.contact_id:
            raise NotFound("a request is somebody's")
        return {PERSON: card.person_id}

    def made(self, start: Ticket, first_at: datetime, form: RequestForm) -> Wanted[Ticket]:
        return Wanted.of(start, first_at)

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
            first_at = await first_attempt(card, form.basis.once) or datetime.now(UTC)
            made = await crm(self.find(self.made(form.on_top_of(form.basis.seen), first_at, form)))
        if made is None:
            raise NotFound("the request this form created is not there any more")
        ticket_id: int = made.ticket_id
        return ticket_id

    async def _say(self, crm: AsyncCrm, card: Card, form: RequestForm, ticket_id: int) -> None:
        """The first message, once. It is as public as SuperOffice's own default."""
        body = form.cleaned_data["message"]
        first = with_(await crm(new_message()), ticket=ticket_id, type=BodyType.PLAIN, body=body)
        word = f"{form.basis.once}-message"
        await once(crm, card, form, word, lambda at: Wanted.of(first, at), add, added)


def people_of(contact_id: int) -> Operation[list[Item]]:
    """Who works at a company, by name."""
    return [Item(row.person_id, row.name) for row in (yield from persons_at([contact_id], OFFERED))]
