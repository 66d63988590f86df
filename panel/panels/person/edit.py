"""Correcting a person's facts."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.persons import PERSONS, Person
from crm_client.values import FieldRight
from panel.panels.editing import EditRecord


class EditFacts(EditRecord):
    """The company is only shown: moving somebody is left to SuperOffice, which asks what goes along with him."""

    kind = PERSONS
    card_id = "person_id"
    labels = {
        "first_name": _("First name"),
        "middle_name": _("Middle name"),
        "last_name": _("Last name"),
        "company": _("Company"),
        "title": _("Title"),
        "position": _("Position"),
        "office_phones": _("Phone"),
        "mobile_phones": _("Mobile"),
        "emails": _("E-mail"),
        "birth": _("Born"),
        "is_retired": _("Former employee"),
        "no_mailing": _("No mailings"),
    }
    lists = {"position": "perspos"}
    kept = ("IsAssociate", "Country")
    own = "Person"

    def right(self, seen: Person, name: str) -> FieldRight:
        """A user whose person moved to another company could not sign in any more [CERT-22]."""
        right = super().right(seen, name)
        if name != "company":
            return right
        reason = right.reason if seen.is_user and not right.is_writable else ""
        ours = gettext("This person is a user of SuperOffice and has to stay in his company.")
        elsewhere = gettext("Move a person to another company in SuperOffice itself.")
        return replace(right, is_writable=False, reason=reason or (ours if seen.is_user else elsewhere))
