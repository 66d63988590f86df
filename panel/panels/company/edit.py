"""Correcting a company's facts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm_client.contacts import CONTACTS
from panel.panels.editing import EditRecord


class EditFacts(EditRecord):
    kind = CONTACTS
    labels = {
        "name": _("Name"),
        "department": _("Department"),
        "phones": _("Phone"),
        "emails": _("E-mail"),
        "urls": _("Website"),
        "org_nr": _("VAT No."),
        "owner": _("Our contact"),
        "category": _("Category"),
        "business": _("Business"),
        "country_item": _("Country"),
        "street": _("Visiting address"),
        "postal": _("Postal address"),
    }
    lists = {"owner": "associate", "category": "category", "business": "business", "country_item": "country"}
    own = "Contact"
