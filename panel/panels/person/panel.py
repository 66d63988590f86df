"""What the person panel shows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client import persons
from crm_client.activities import activities_of
from crm_client.clients import AsyncCrm
from crm_client.consents import EMARKETING
from crm_client.sales import open_sales_of_person, sums
from crm_client.tickets import tickets_of_person
from crm_client.udef import UdefField, udef_fields
from panel.panels.contract import Card, Panel, Place, Section, section
from panel.panels.day import base_zone
from panel.panels.editing import Log, Plan
from panel.panels.own_fields import own_fields
from panel.panels.person.edit import EditFacts
from panel.panels.request import NewRequest
from panel.panels.timeline import timeline, timeline_of


class Person(Panel):
    """Who it is, what was last and what is next."""

    title = _("Contact")
    places = [Place.PERSON_TAB, Place.PERSON_CARD]
    needs = "person_id"
    quiet = _("Save the contact first; then this panel has something to show.")
    gone = _("This contact no longer exists.")
    parts = ("facts", "activities", "sales", "requests")
    actions = {"edit": EditFacts(), "log": Log("person_id"), "plan": Plan("person_id"), "request": NewRequest()}

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        who = card.person_id
        person, sales, requests, zone, activities, own = await crm.all(
            persons.person(who),
            section(open_sales_of_person(who)),
            section(tickets_of_person(who)),
            section(base_zone()),
            section(activities_of("Person", who)),
            section(udef_fields("Person")),
        )
        found = {**_facts(person, own), **_sales(sales), "requests": requests}
        return {**found, **timeline(zone, activities)}

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls."""
        who = card.person_id
        match part:
            case "facts":
                return _facts(*await crm.all(persons.person(who), section(udef_fields("Person"))))
            case "sales":
                return _sales(await crm(section(open_sales_of_person(who))))
            case "requests":
                return {"requests": await crm(section(tickets_of_person(who))), "now": datetime.now(UTC)}
            case _:
                return await timeline_of(crm, "Person", who)


def _facts(person: persons.Person, own: Section[list[UdefField]]) -> dict[str, Any]:
    """With his consents; e-marketing is asked for even where nothing is registered: then he allowed none."""
    emarketing = next((consent for consent in person.consents if consent.purpose == EMARKETING), None)
    others = [consent for consent in person.consents if consent is not emarketing]
    found = {"emarketing": emarketing, "consents": others, "own": own_fields(person, own)}
    return {"person": person, **found}


def _sales(sales: Section[Any]) -> dict[str, Any]:
    return {"sales": sales, "sums": sums(sales.data or ())}
