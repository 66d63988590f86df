"""Follow-ups on a sale: connected to it, and about its company and person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from crm_client.appointments import Appointment
from crm_client.calls import Operation
from crm_client.sales import sale
from panel.panels.contract import Card
from panel.panels.editing import Log, Plan
from panel.panels.editing.follow_ups import LogForm, PlanForm


class SaleLogForm(LogForm):
    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        return super().times(start, first_at) | {"sale": self.card.sale_id}


class SalePlanForm(PlanForm):
    def times(self, start: Appointment, first_at: datetime) -> dict[str, Any]:
        return super().times(start, first_at) | {"sale": self.card.sale_id}


def _about(card: Card) -> Operation[dict[str, int]]:
    seen = yield from sale(card.sale_id)
    return {name: found.id for name, found in (("person", seen.person), ("company", seen.company)) if found}


class LogOnSale(Log):
    form = SaleLogForm

    def _about(self, card: Card) -> Operation[dict[str, int]]:
        return _about(card)


class PlanOnSale(Plan):
    form = SalePlanForm

    def _about(self, card: Card) -> Operation[dict[str, int]]:
        return _about(card)
