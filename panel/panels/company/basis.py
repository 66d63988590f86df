"""What a person saw when he began to edit, carried along in the form, so that no CRM is needed to show it again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.core import signing

from crm_client.contacts import ELEMENTS, FIELDS, ITEMS, Contact
from crm_client.lists import ListItem
from panel.panels.contract import Card

EDITED = ("name", "department", "phones", "emails", "urls", "org_nr", "category", "business")
"""The names, in ``crm_client.contacts.FIELDS``, of what this panel edits, in the order of the form."""

Choices = Mapping[str, Sequence[tuple[int, str]]]


@dataclass(frozen=True)
class Basis:
    """The company as it was seen, the lists to choose from, and the fields still torn between two versions."""

    record: Mapping[str, Any]
    """The part of the ContactEntity that is edited, with its rights, as it came."""
    choices: Choices
    """By list field: id and text."""
    torn: tuple[str, ...] = ()
    """Names of form fields which somebody else changed too, so that the person has to choose."""

    @classmethod
    def of(cls, company: Contact, choices: Choices, torn: Sequence[str] = ()) -> Basis:
        return cls(_trimmed(company.raw), choices, tuple(torn))

    @property
    def is_lost(self) -> bool:
        """Nothing can be saved on it."""
        return not self.record

    @cached_property
    def seen(self) -> Contact:
        return Contact.parse(self.record)

    def rebased(self, current: Contact, torn: Sequence[str]) -> Basis:
        """The same form on the company as it is now."""
        return replace(Basis.of(current, self.choices, torn))

    # Signed, so that what was seen of one company cannot be posted to another, nor a right be typed in.

    def signed(self, card: Card) -> str:
        whole = {"record": self.record, "choices": self.choices, "torn": self.torn}
        return signing.dumps(whole, salt=_salt(card), compress=True)

    @classmethod
    def opened(cls, token: str, card: Card) -> Basis:
        """An empty one for a token that is not ours for this card."""
        try:
            whole = signing.loads(token, salt=_salt(card))
        except signing.BadSignature:
            return cls({}, {})
        choices = {name: [(key, label) for key, label in items] for name, items in whole["choices"].items()}
        return cls(whole["record"], choices, tuple(whole["torn"]))


def _salt(card: Card) -> str:
    return f"company.edit/{card.ctx}/{card.associate_id}/{card.contact_id}".lower()


def _trimmed(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the form needs: an entity with all its rights is twenty times as big."""
    names = {FIELDS[name] for name in EDITED}
    kept = {key: entity.get(key) for key in ("ContactId", "TableRight", "UpdatedDate")}
    kept |= {FIELDS[name]: _bare(entity.get(FIELDS[name]), name) for name in EDITED}
    rights = entity.get("FieldProperties") or {}
    return {**kept, "FieldProperties": {key: rights[key] for key in rights if key in names}}


def _bare(value: Any, name: str) -> Any:
    if name in ELEMENTS:
        return [{key: element.get(key) for key in ("Value", "Description")} for element in value or ()]
    if name in ITEMS and isinstance(value, Mapping):
        return {key: value.get(key) for key in ("Id", "Value")}
    return value


def choices_of(items: Sequence[ListItem], current: Any) -> list[tuple[int, str]]:
    """What may be chosen; the present value too, although its item may be hidden or deleted by now."""
    offered = [(item.id, item.name) for item in items if not item.is_deleted]
    if current and current.id not in dict(offered):
        offered.insert(0, (current.id, current.name))
    return offered
