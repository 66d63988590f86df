"""What the company panel shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.activities import Activities, activities_of
from crm_client.clients import AsyncCrm
from crm_client.contacts import Contact, contact
from crm_client.errors import NotFound
from crm_client.patch import value_at
from crm_client.persons import persons_of
from crm_client.projects import projects_of
from crm_client.sales import SaleRow, open_sales_of, sums
from crm_client.tickets import TicketRow, tickets_of
from crm_client.udef import UdefField, udef_fields
from crm_client.values import text
from panel.panels.company.add_person import AddPerson
from panel.panels.company.add_sale import AddSale
from panel.panels.company.edit import EditFacts
from panel.panels.company.pulse import Pulse
from panel.panels.contract import Card, Panel, Place, Section, Text, section
from panel.panels.day import Day, base_zone
from panel.panels.editing import Log, Plan
from panel.panels.own_fields import own_fields
from panel.panels.request import NewRequest
from panel.panels.timeline import timeline, timeline_of


class Company(Panel):
    """What matters next about a company."""

    title = _("Company")
    places = [Place.COMPANY_SIDE, Place.COMPANY_TAB]
    parts = ("pulse", "facts", "activities", "sales", "requests", "people", "projects")
    actions = {
        "edit": EditFacts(),
        "log": Log("contact_id"),
        "plan": Plan("contact_id"),
        "add-person": AddPerson(),
        "add-sale": AddSale(),
        "request": NewRequest(),
    }

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Five questions side by side, and two whose answers are remembered: the customer's time zone, and the fields
        he added. Few open the list of projects: it is asked for then.
        """
        who = card.contact_id
        company, zone, own, people, sales, requests, activities = await crm.all(
            contact(who),
            section(base_zone()),
            section(udef_fields("Contact")),
            section(persons_of(who)),
            section(open_sales_of(who)),
            section(tickets_of(who)),
            section(activities_of("Contact", who)),
        )
        return {
            **_facts(company, own),
            "people": people,
            **_pulse(zone, activities, sales, requests),
        }

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls."""
        who = card.contact_id
        match part:
            case "facts":
                return _facts(*await crm.all(contact(who), section(udef_fields("Contact"))))
            case "people":
                return {"people": await crm(section(persons_of(who)))}
            case "projects":
                return {"projects": await crm(section(projects_of(who)))}
            case "sales":
                zone, sales = await crm.all(section(base_zone()), section(open_sales_of(who)))
                return {**_sales(sales), "day": Day.at(datetime.now(UTC), zone.data or "")}
            case "requests":
                return {"requests": await crm(section(tickets_of(who))), "now": datetime.now(UTC)}
            case "activities":
                return await timeline_of(crm, "Contact", who)
            case _:
                return _pulse(
                    *await crm.all(
                        section(base_zone()),
                        section(activities_of("Contact", who)),
                        section(open_sales_of(who)),
                        section(tickets_of(who)),
                    )
                )


def _pulse(
    zone: Section[str],
    activities: Section[Activities],
    sales: Section[list[SaleRow]],
    requests: Section[list[TicketRow]],
) -> dict[str, Any]:
    """With the sections it was taken from."""
    context = {**timeline(zone, activities), **_sales(sales), "requests": requests}
    pulse = Pulse.of(context["activities"], sales, requests, context["day"], context["now"])
    return {**context, "pulse": pulse}


def _sales(sales: Section[list[SaleRow]]) -> dict[str, Any]:
    return {"sales": sales, "sums": sums(sales.data or ())}


def _facts(company: Contact, own: Section[list[UdefField]]) -> dict[str, Any]:
    company = _still_there(company)
    return {"company": company, "addresses": addresses(company), "own": own_fields(company, own)}


def addresses(company: Contact) -> list[tuple[Text, list[str]]]:
    """Postal and visiting address by their lines; one when they are the same [oas Address]."""
    postal, visiting = (_lines(value_at(company.raw, f"Address/{kind}/Formatted")) for kind in ("Postal", "Street"))
    if not postal and not visiting:
        return [(_("Address"), _lines(company.address))] if company.address else []
    if postal == visiting:
        return [(_("Address"), postal)]
    both: list[tuple[Text, list[str]]] = [(_("Visiting"), visiting), (_("Postal"), postal)]
    return [(label, lines) for label, lines in both if lines]


def _lines(formatted: Any) -> list[str]:
    return [line.strip() for line in text(formatted).splitlines() if line.strip()]


def _still_there(company: Contact) -> Contact:
    """NetServer still answers for a company in the recycle bin; for a person it is gone."""
    if company.is_deleted:
        raise NotFound(f"contact {company.contact_id} is deleted", status=404)
    return company
