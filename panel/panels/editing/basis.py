"""What a person saw when he began to edit, carried along in the form, so that no CRM is needed to show it again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core import signing

from crm_client.fields import ElementsPlace, ItemPlace, Place
from crm_client.lists import ListItem
from crm_client.records import Record
from panel.panels.contract import RECORDS, Card, Section
from panel.panels.editing.fields import Choices
from panel.panels.editing.sheet import Sheet


class AsItCame:
    """The serializer: an amount is a ``Decimal``, as in the client's answers, and written as NetServer writes it."""

    def dumps(self, whole: Any) -> bytes:
        return json.dumps(whole, separators=(",", ":"), default=float).encode()

    def loads(self, data: bytes) -> Any:
        return json.loads(data, parse_float=Decimal)


@dataclass(frozen=True)
class Basis:
    """The record as it was seen, the lists to choose from, and the fields still torn between two versions."""

    sheet: Sheet
    record: Mapping[str, Any]
    """The part of the entity that is edited, with its rights, as it came."""
    choices: Mapping[str, Choices]
    """By list field: id and text."""
    torn: tuple[str, ...] = ()
    """Names of form fields which somebody else changed too, so that the person has to choose."""
    once: str = ""
    """Names a form that creates something, so that it does so once."""

    @classmethod
    def of(cls, sheet: Sheet, record: Record, lists: Sequence[Section[list[ListItem]]], once: str = "") -> Basis:
        """``lists`` are those of the sheet, in its order; a list that could not be read leaves its field as it is."""
        items = {name: one.data or () for name, one in zip(sheet.lists, lists, strict=True)}
        names = [name for name in sheet.labels if sheet.is_choice(name)]
        found = {name: choices_of(items.get(name, ()), getattr(record, name)) for name in names}
        return cls(sheet, _trimmed(sheet, record.raw), found, once=once)

    @property
    def is_lost(self) -> bool:
        """Nothing can be saved on it."""
        return not self.record

    @cached_property
    def seen(self) -> Any:
        """The record, an instance of its class."""
        return self.sheet.kind.record.parse(self.record)

    def rebased(self, current: Record, torn: Sequence[str]) -> Basis:
        """The same form on the record as it is now."""
        return replace(self, record=_trimmed(self.sheet, current.raw), torn=tuple(torn))

    # Signed, so that what was seen of one record cannot be posted to another, nor a right be typed in.

    def signed(self, card: Card) -> str:
        whole = {"record": self.record, "choices": self.choices, "torn": self.torn, "once": self.once}
        return signing.dumps(whole, salt=_salt(self.sheet, card), serializer=AsItCame, compress=True)

    @classmethod
    def opened(cls, sheet: Sheet, token: str, card: Card) -> Basis:
        """An empty one for a token that is not ours for this form on this card."""
        try:
            whole = signing.loads(token, salt=_salt(sheet, card), serializer=AsItCame)
        except signing.BadSignature:
            return cls(sheet, {}, {})
        choices = {name: [(key, label) for key, label in items] for name, items in whole["choices"].items()}
        return cls(sheet, whole["record"], choices, tuple(whole["torn"]), whole["once"])


def _salt(sheet: Sheet, card: Card) -> str:
    records = "/".join(str(getattr(card, name)) for name in RECORDS)
    return f"{type(sheet).__module__}.{type(sheet).__name__}/{card.ctx}/{card.associate_id}/{records}".lower()


def _trimmed(sheet: Sheet, entity: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the form needs: an entity with all its rights is twenty times as big."""
    rights = entity.get("FieldProperties") or {}
    names = {place.path.partition("/")[0]: place for place in sheet.places.values()}
    kept = {key: entity.get(key) for key in (sheet.kind.key, "TableRight", "UpdatedDate", *sheet.kept)}
    kept |= {name: _bare(entity.get(name), place) for name, place in names.items()}
    return {**kept, "FieldProperties": {key: rights[key] for key in rights if key.partition(".")[0] in names}}


def _bare(value: Any, place: Place[Any]) -> Any:
    if isinstance(place, ElementsPlace):
        return [{key: element.get(key) for key in ("Value", "Description")} for element in value or ()]
    if isinstance(place, ItemPlace) and isinstance(value, Mapping):
        return {key: value[key] for key in (place.id_key, "Value", "Name", "FullName") if key in value}
    return value


def choices_of(items: Sequence[ListItem], current: Any) -> list[tuple[int, str]]:
    """What may be chosen; the present value too, although its item may be hidden or deleted by now."""
    offered = [(item.id, item.name) for item in items if not item.is_deleted]
    if current and current.id not in dict(offered):
        offered.insert(0, (current.id, current.name))
    return offered
