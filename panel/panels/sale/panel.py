"""What the sale panel shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client import sales
from crm_client.activities import activities_of
from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.udef import UdefField, udef_fields
from panel.panels.contract import Card, Panel, Place, Section, section
from panel.panels.day import base_zone
from panel.panels.editing import Log, Plan
from panel.panels.own_fields import own_fields
from panel.panels.sale.clicks import MoveStage, Postpone
from panel.panels.sale.edit import EditFacts, Lost, Sold
from panel.panels.sale.facts import Facts, steps_of, ticked_for
from panel.panels.timeline import Timeline, timeline, timeline_of

type SeenWithType = tuple[sales.Sale, Section[frozenset[int]]]


class Sale(Panel):
    """Where it stands and what moves it on."""

    title = _("Sale")
    places = [Place.SALE_TAB, Place.SALE_CARD]
    needs = "sale_id"
    quiet = _("Save the sale first; then this panel has something to show.")
    gone = _("This sale no longer exists.")
    parts = ("facts", "activities")
    actions = {
        "move": MoveStage(),
        "postpone": Postpone(),
        "edit": EditFacts(),
        "sold": Sold(),
        "lost": Lost(),
        "log": Log("sale_id"),
        "plan": Plan("sale_id"),
    }

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Three questions side by side; the type's stages wait for the sale, which names the type."""
        which = card.sale_id
        seen, stages, zone, activities, own = await crm.all(
            _sale_and_type(which),
            section(sales.stages()),
            section(base_zone()),
            section(activities_of("Sale", which)),
            section(udef_fields("Sale")),
        )
        found = timeline(zone, activities)
        return {**_facts(card, seen, stages, found["activities"], own), **found}

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """One section costs only its own calls."""
        which = card.sale_id
        if part == "facts":
            seen, stages, zone, activities, own = await crm.all(
                _sale_and_type(which),
                section(sales.stages()),
                section(base_zone()),
                section(activities_of("Sale", which)),
                section(udef_fields("Sale")),
            )
            return _facts(card, seen, stages, timeline(zone, activities)["activities"], own)
        return await timeline_of(crm, "Sale", which)


def _sale_and_type(sale_id: int) -> Operation[SeenWithType]:
    seen = yield from sales.sale(sale_id)
    return seen, (yield from ticked_for(seen))


def _facts(
    card: Card,
    seen: SeenWithType,
    stages: Section[list[sales.Stage]],
    activities: Section[Timeline],
    own: Section[list[UdefField]],
) -> dict[str, Any]:
    sale, ticked = seen
    is_planned = bool(activities.data.coming) if activities.data else None
    return {"facts": Facts.of(sale, steps_of(stages, ticked), is_planned, card), "own": own_fields(sale, own)}
