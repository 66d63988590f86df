"""What of a record a form shows; an author's part of an editing action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from crm_client.calls import Operation
from crm_client.fields import AddressPlace, ElementsPlace, ItemPlace, Place
from crm_client.records import Kind, Record, places
from crm_client.udef import FieldType, Owner, OwnPlace, UdefField
from crm_client.values import FieldRight, Item
from panel.panels.contract import Card, Text
from panel.panels.editing import layout
from panel.panels.editing.pickers import Search

OWN = "own."
"""Begins the names of user-defined fields in a form; the ProgId follows."""


@dataclass(frozen=True)
class Entry:
    """One field of a record in a form."""

    label: Text
    place: Place[Any]
    right: FieldRight
    list: str = ""
    """The MDO list to choose from."""
    is_long: bool = False
    """A text of several lines."""
    is_picked: bool = False
    """Its item is looked up by name."""
    group: Text = ""
    """A heading above it and its neighbours."""
    is_more: bool = False
    """Stands folded away at the end."""

    @property
    def is_plural(self) -> bool:
        """A field of several values, such as phones."""
        return isinstance(self.place, ElementsPlace)

    @property
    def is_choice(self) -> bool:
        """A field whose value is an item of a list, or another record; without a list it is only shown."""
        place = self.place
        return isinstance(place, ItemPlace) or (isinstance(place, OwnPlace) and place.field.type is FieldType.LIST)

    def values(self, name: str, record: Record) -> dict[str, Any]:
        """As a form holds it: ``phones-0``, ``phones-1`` for several, an id for a list's item."""
        value: Any = self.place.read(record.raw)
        if self.is_picked:
            return {name: value}
        if self.is_plural:
            return {f"{name}-{rank}": one.value for rank, one in enumerate(value)} or {f"{name}-0": ""}
        return {name: str(value.id if value else 0) if self.is_choice else value}


class Sheet:
    """Some fields of one kind of records, in an order, with labels.

    Names are those of the record's class in ``crm_client``; a phone field stands for all its numbers, an address for
    its parts in the layout of its country.
    """

    kind: ClassVar[Kind[Any]]
    """Whose records: ``CONTACTS``, ``PERSONS`` … Mandatory."""

    labels: ClassVar[Mapping[str, Text]]
    """The fields in the order of the form, and what they are called. Mandatory."""

    lists: ClassVar[Mapping[str, str]] = {}
    """The MDO list behind each list field [oas]."""

    pickers: ClassVar[Mapping[str, Search]] = {}
    """Fields for a record that is looked up by some letters of its name, and how (see ``pickers``)."""

    long: ClassVar[Sequence[str]] = ()
    """Texts of several lines."""

    own: ClassVar[Owner | None] = None
    """Whose user-defined fields follow, folded away: ``"Contact"``, ``"Person"`` …; of a new record only those that
    SuperOffice wants, and not folded away.
    """

    only_if_required: ClassVar[Sequence[str]] = ()
    """Fields of a new record that are asked for only where SuperOffice wants them and its default leaves them empty."""

    kept: ClassVar[Sequence[str]] = ()
    """Further properties, as NetServer names them, that ``right`` wants to look at."""

    def right(self, seen: Any, name: str) -> FieldRight:
        """What the person may do with a field of the record as he saw it. Override it to allow less."""
        right: FieldRight = seen.right(name)
        return right

    def suggest(self, card: Card, form: Any, field: str, text: str) -> Operation[Sequence[Item]] | None:
        """As ``Action`` says."""
        search = self.pickers.get(field)
        return search(card, form.basis.seen, text) if search else None

    @property
    def places(self) -> dict[str, Place[Any]]:
        """The properties behind the fields."""
        known = places(self.kind.record)
        return {name: known[name] for name in self.labels}

    def entries(self, seen: Record, own: Sequence[UdefField] = ()) -> dict[str, Entry]:
        """The fields of one record by name, without what SuperOffice hides from the person."""
        found: dict[str, Entry] = {}
        for name, place in self.places.items():
            right, label = self.right(seen, name), self.labels[name]
            if isinstance(place, AddressPlace):
                found |= {
                    f"{name}.{part.name}": Entry(part.label, part.place, part.right(seen, right), group=label)
                    for part in layout.parts(seen.raw, place)
                }
            else:
                found[name] = Entry(
                    label, place, right, self.lists.get(name, ""), name in self.long, name in self.pickers
                )
        found |= {
            f"{OWN}{field.prog_id}": _entry_of(field, seen) for field in own if field.type is not FieldType.UNKNOWN
        }
        return {name: entry for name, entry in found.items() if entry.right.is_readable}


def _entry_of(field: UdefField, seen: Record) -> Entry:
    right = field.right_in(seen)
    right = replace(right, reason=right.reason or field.tooltip)
    is_long = field.type is FieldType.LONG_TEXT
    return Entry(field.label or field.prog_id, field.place, right, field.list_name, is_long, is_more=True)
