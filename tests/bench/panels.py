"""The panel that is measured: four reads at once, four tables of eight rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm_client.activities import last_activity_of
from crm_client.clients import AsyncCrm
from crm_client.contacts import contact
from crm_client.persons import persons_of
from crm_client.sales import open_sales_of
from panel.panels.contract import Card, Panel, Place


class FourReads(Panel):
    """A company, its people, its open sales and what was done last."""

    title = "Four reads"
    places = [Place.COMPANY_TAB]

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        who = card.contact_id
        company, people, sales, activity = await crm.all(
            contact(who), persons_of(who), open_sales_of(who), last_activity_of(who, datetime.now(UTC))
        )
        return {"company": company, "people": people, "sales": sales, "activity": activity}
