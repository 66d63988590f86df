"""What a person saw when he began to edit, carried along in the form, so that no CRM is needed to show it again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.core import signing

from crm_client.fields import AddressPlace, ElementsPlace, ItemPlace, Place
from crm_client.lists import ListItem
from crm_client.patch import value_or_null
from crm_client.records import Record, Stamped
from crm_client.udef import UdefField
from crm_client.values import text
from panel.panels.contract import RECORDS, Card, Section
from panel.panels.editing import layout
from panel.panels.editing.fields import Choice, Choices
from panel.panels.editing.sheet import Entry, Sheet

ISO = "TwoLetterISOCountry"


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
    """By list field: what it offers."""
    own: Sequence[UdefField] = ()
    """The definitions of user-defined fields."""
    torn: tuple[str, ...] = ()
    """Names of form fields which somebody else changed too, so that the person has to choose."""
    torn_by: str = ""
    """Who that was."""
    once: str = ""
    """Names a form that creates something, so that it does so once."""

    @classmethod
    def of(
        cls,
        sheet: Sheet,
        record: Record,
        lists: Mapping[str, Section[list[ListItem]]],
        own: Sequence[UdefField] = (),
        once: str = "",
    ) -> Basis:
        """``lists`` are items by MDO name; a list that could not be read leaves its field as it is."""
        choices = {
            name: choices_of(found.data or () if (found := lists.get(entry.list)) else (), entry.place.read(record.raw))
            for name, entry in sheet.entries(record, own).items()
            if entry.is_choice and not entry.is_picked
        }
        return cls(sheet, _trimmed(sheet, record.raw, own), choices, own, once=once)

    @cached_property
    def entries(self) -> Mapping[str, Entry]:
        """The fields of the form; only their names are known of a form that was lost."""
        return self.sheet.entries(self.seen, self.own)

    @property
    def region(self) -> str:
        """The record's country, as two letters; empty if it is not known."""
        return text(value_or_null(self.record, f"Country/{ISO}"))

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
        by = current.updated_by if isinstance(current, Stamped) and current.updated != self.seen.updated else None
        record = _trimmed(self.sheet, current.raw, self.own)
        return replace(self, record=record, torn=tuple(torn), torn_by=by.name if by else "")

    # Signed, so that what was seen of one record cannot be posted to another, nor a right be typed in.

    def signed(self, card: Card) -> str:
        own = [{key: field.raw.get(key) for key in DEFINED} for field in self.own]
        whole = {"record": self.record, "choices": self.choices, "own": own, "once": self.once}
        whole |= {"torn": self.torn, "torn_by": self.torn_by}
        return signing.dumps(whole, salt=_salt(self.sheet, card), serializer=AsItCame, compress=True)

    @classmethod
    def opened(cls, sheet: Sheet, token: str, card: Card) -> Basis:
        """An empty one for a token that is not ours for this form on this card."""
        try:
            whole = signing.loads(token, salt=_salt(sheet, card), serializer=AsItCame)
        except signing.BadSignature:
            return cls(sheet, {}, {})
        choices = {name: [Choice(*one) for one in offered] for name, offered in whole["choices"].items()}
        own = [UdefField.parse(field) for field in whole["own"]]
        return cls(sheet, whole["record"], choices, own, tuple(whole["torn"]), whole["torn_by"], whole["once"])


DEFINED = (
    *("ProgId", "FieldLabel", "FieldType", "Tooltip", "IsMandatory", "IsReadOnly", "TextLength", "MdoListName"),
    *("Page1LineNo", "TabOrder"),
)
"""What a form needs of a user-defined field's definition."""


def _salt(sheet: Sheet, card: Card) -> str:
    records = "/".join(str(getattr(card, name)) for name in RECORDS)
    return f"{type(sheet).__module__}.{type(sheet).__name__}/{card.ctx}/{card.associate_id}/{records}".lower()


def _trimmed(sheet: Sheet, entity: Mapping[str, Any], own: Sequence[UdefField]) -> dict[str, Any]:
    """Only what the form needs: an entity with all its rights is twenty times as big."""
    names = {place.path.partition("/")[0]: place for place in sheet.places.values()}
    kept = {key: entity.get(key) for key in (sheet.kind.key, "TableRight", "UpdatedDate", *sheet.kept)}
    kept |= {name: _bare(entity.get(name), place) for name, place in names.items()}
    if own:
        kept["CustomFields"] = _own_values(entity.get("CustomFields"), own)
    rights, own_names = entity.get("FieldProperties") or {}, {f"CustomFields.{field.prog_id}" for field in own}
    return {
        **kept,
        "FieldProperties": {k: right for k, right in rights.items() if k.partition(".")[0] in names or k in own_names},
    }


def _own_values(values: Any, own: Sequence[UdefField]) -> dict[str, Any]:
    keys = [key for field in own for key in (field.prog_id, f"{field.prog_id}:DisplayText")]
    return {key: values[key] for key in keys if key in values} if isinstance(values, Mapping) else {}


def _bare(value: Any, place: Place[Any]) -> Any:
    if isinstance(place, AddressPlace):
        return layout.trimmed(value)
    if isinstance(place, ElementsPlace):
        return [{key: element.get(key) for key in ("Value", "Description")} for element in value or ()]
    if isinstance(place, ItemPlace) and isinstance(value, Mapping):
        return {key: value[key] for key in (place.id_key, "Value", "Name", "FullName", ISO) if key in value}
    return value


def choices_of(items: Sequence[ListItem], current: Any) -> list[Choice]:
    """What may be chosen, below its headings; the present value too, although its item may be hidden or deleted."""
    found = list(_offered(items))
    if current and current.id not in {choice.id for choice in found}:
        found.insert(0, Choice(current.id, current.name))
    return found


def _offered(items: Sequence[ListItem], heading: str = "", above: str = "") -> Iterator[Choice]:
    """Of a list with levels each item names those above it."""
    for item in items:
        if item.is_deleted or item.is_hidden:
            continue
        if item.is_heading:
            yield from _offered(item.children, item.name)
        else:
            yield Choice(item.id, above + item.name, heading)
            yield from _offered(item.children, heading, f"{above}{item.name} › ")
