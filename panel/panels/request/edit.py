"""Correcting a request's facts, and giving it to somebody."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_client.tickets import TICKETS
from panel.panels.editing import EditRecord
from panel.panels.request.facts import Shown


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
