"""What the request panel shows: one request, or a customer's open ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client import tickets
from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.users import Principal, current_principal
from panel.panels.contract import Card, Panel, Place, Section, section
from panel.panels.request.clicks import SetStatus, Take
from panel.panels.request.edit import Assign, EditFacts, Postpone
from panel.panels.request.facts import Facts
from panel.panels.request.new import NewRequest, Note

MESSAGES = 8
"""The last so many; SuperOffice's own card has all."""


class Request(Panel):
    """What is asked, who has it and since when."""

    title = _("Request")
    places = [Place.REQUEST_CARD]
    needs = "ticket_id"
    or_needs = ("person_id", "contact_id")
    quiet = _("Save the request first; then this panel has something to show.")
    gone = _("This request no longer exists.")
    parts = ("facts", "messages", "requests")
    actions = {
        "status": SetStatus(),
        "take": Take(),
        "assign": Assign(),
        "postpone": Postpone(),
        "edit": EditFacts(),
        "note": Note(),
        "request": NewRequest(),
    }

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Four questions side by side for one request, two of which are remembered; one for a customer's."""
        if not card.ticket_id:
            return await self.load_part(crm, card, "requests")
        seen, statuses, me, messages = await crm.all(
            tickets.ticket(card.ticket_id),
            section(tickets.statuses()),
            section(current_principal()),
            section(tickets.latest_messages(card.ticket_id, MESSAGES)),
        )
        return {"facts": _facts(card, seen, statuses, me), "messages": messages}

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls."""
        if part == "requests":
            return {"requests": await crm(section(requests_of(card))), "now": datetime.now(UTC)}
        if part == "messages":
            return {"messages": await crm(section(tickets.latest_messages(card.ticket_id, MESSAGES)))}
        seen, statuses, me = await crm.all(
            tickets.ticket(card.ticket_id), section(tickets.statuses()), section(current_principal())
        )
        return {"facts": _facts(card, seen, statuses, me)}


def requests_of(card: Card) -> Operation[list[tickets.TicketRow]]:
    """The open requests of the card's person, else of its company, the last changed first."""
    if card.person_id:
        return tickets.tickets_of_person(card.person_id)
    return tickets.tickets_of(card.contact_id)


def _facts(card: Card, seen: tickets.Ticket, statuses: Section[list[tickets.Status]], me: Section[Principal]) -> Facts:
    return Facts.of(seen, statuses, me.data.associate_id if me.data else 0, card)
