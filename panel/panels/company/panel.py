"""What the company panel shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.activities import last_activity_of, next_activity_of, overdue_activity_of
from crm_client.clients import AsyncCrm
from crm_client.contacts import Contact, contact
from crm_client.errors import NotFound
from crm_client.patch import value_at
from crm_client.persons import persons_of
from crm_client.sales import open_sales_of, sums
from crm_client.udef import UdefField, udef_fields
from crm_client.values import text
from panel.panels.company.edit import EditFacts
from panel.panels.contract import Card, Panel, Place, Section, Text, section
from panel.panels.editing import Log, Plan
from panel.panels.own_fields import own_fields


class Company(Panel):
    """What matters next about a company."""

    title = _("Company")
    places = [Place.COMPANY_SIDE, Place.COMPANY_TAB]
    parts = ("facts", "people", "sales", "activities")
    actions = {"edit": EditFacts(), "log": Log("contact_id"), "plan": Plan("contact_id")}

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        who = card.contact_id
        now = datetime.now(UTC)
        company, people, sales, overdue, upcoming, last, own = await crm.all(
            contact(who),
            section(persons_of(who)),
            section(open_sales_of(who)),
            section(overdue_activity_of(who, now)),
            section(next_activity_of(who, now)),
            section(last_activity_of(who, now)),
            section(udef_fields("Contact")),
        )
        return {
            **_facts(company, own),
            "people": people,
            **_with_sums(sales),
            "activities": _together(overdue=overdue, upcoming=upcoming, last=last),
        }

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls."""
        who = card.contact_id
        match part:
            case "facts":
                return _facts(*await crm.all(contact(who), section(udef_fields("Contact"))))
            case "people":
                return {"people": await crm(section(persons_of(who)))}
            case "sales":
                return _with_sums(await crm(section(open_sales_of(who))))
            case _:
                return {"activities": await _activities(crm, who)}


async def _activities(crm: AsyncCrm, contact_id: int) -> Section[dict[str, Any]]:
    now = datetime.now(UTC)
    overdue, upcoming, last = await crm.all(
        section(overdue_activity_of(contact_id, now)),
        section(next_activity_of(contact_id, now)),
        section(last_activity_of(contact_id, now)),
    )
    return _together(overdue=overdue, upcoming=upcoming, last=last)


def _together(**sections: Section[Any]) -> Section[dict[str, Any]]:
    """Three questions to the same archive are one section for the person: it is there, or its first trouble is."""
    trouble = next((part.trouble for part in sections.values() if part.trouble), None)
    return Section(data={name: part.data for name, part in sections.items()}, trouble=trouble)


def _with_sums(sales: Section[Any]) -> dict[str, Any]:
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
