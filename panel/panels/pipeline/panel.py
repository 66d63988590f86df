"""What the pipeline tile shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.sales import PipelineRow, all_open_sales, my_open_sales, open_sales_of_my_group
from panel.panels.contract import Card, Panel, Place, Section, Text, section
from panel.panels.pipeline.chart import charts


class View(NamedTuple):
    """Whose sales are shown. What of them, SuperOffice's rights decide."""

    label: Text
    sales: Callable[[], Operation[list[PipelineRow]]]


VIEWS = {
    "mine": View(_("Mine"), my_open_sales),
    "group": View(_("My group"), open_sales_of_my_group),
    "all": View(_("All"), all_open_sales),
}
"""By their word in the address; the first one unless it names another."""


class Pipeline(Panel):
    """Open sales by stage and month."""

    title = _("Pipeline")
    places = [Place.DASHBOARD]
    needs = ""
    parts = ("pipeline",)

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """One question; whose group is mine is remembered."""
        view = card.view if card.view in VIEWS else next(iter(VIEWS))
        found = await crm(section(VIEWS[view].sales()))
        drawn = charts(found.data or [], datetime.now(UTC).date())
        return {"view": view, "views": VIEWS, "charts": Section(data=drawn, trouble=found.trouble)}
