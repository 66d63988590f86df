"""Beginning a sale with a company."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.sales import SALES, Sale, same_sale
from panel.panels.contract import Card
from panel.panels.editing.creating import Create, CreateForm


class SaleForm(CreateForm):
    """The few fields that make a sale."""

    denied = _("SuperOffice does not let you create sales.")


class AddSale(Create[SaleForm]):
    """Create a sale with this company.

    Type, stage and probability are SuperOffice's own for a new sale; the sale panel moves it on.
    """

    kind = SALES
    labels = {
        "heading": _("Sale"),
        "amount": _("Amount"),
        "currency": _("Currency"),
        "date": _("Sale date"),
        "sale_type": _("Sale type"),
        "stage": _("Stage"),
        "source": _("Source"),
        "competitor": _("Competitor"),
        "credited": _("Credited"),
        "number": _("Number"),
        "description": _("Notes"),
    }
    lists = {
        "currency": "currency",
        "sale_type": "saletype",
        "stage": "prob",
        "source": "source",
        "competitor": "comptr",
        "credited": "credited",
    }
    only_if_required = ("sale_type", "stage", "source", "competitor", "credited", "number", "description")
    optional = ("amount", "currency")
    long = ("description",)
    links = ("company",)
    kept = ("Contact",)
    own = "Sale"
    part = "add_sale"
    shows = "sales"
    done = _("Sale created")
    form = SaleForm

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        return {"company": card.contact_id}

    def find(self, wanted: Sale) -> Operation[Sale | None]:
        return same_sale(wanted)
