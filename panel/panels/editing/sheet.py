"""What of a record a form shows; an author's part of an editing action."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from crm_client.fields import ElementsPlace, ItemPlace, Place
from crm_client.records import Kind, Record, places
from crm_client.values import FieldRight
from panel.panels.contract import Text


class Sheet:
    """Some fields of one kind of records, in an order, with labels.

    Names are those of the record's class in ``crm_client``; a phone field stands for all its numbers.
    """

    kind: ClassVar[Kind[Any]]
    """Whose records: ``CONTACTS``, ``PERSONS`` … Mandatory."""

    labels: ClassVar[Mapping[str, Text]]
    """The fields in the order of the form, and what they are called. Mandatory."""

    lists: ClassVar[Mapping[str, str]] = {}
    """The MDO list behind each list field [oas]."""

    long: ClassVar[Sequence[str]] = ()
    """Texts of several lines."""

    kept: ClassVar[Sequence[str]] = ()
    """Further properties, as NetServer names them, that ``right`` wants to look at."""

    def right(self, seen: Any, name: str) -> FieldRight:
        """What the person may do with a field of the record as he saw it. Override it to allow less."""
        right: FieldRight = seen.right(name)
        return right

    @property
    def places(self) -> dict[str, Place[Any]]:
        """The properties behind the fields."""
        known = places(self.kind.record)
        return {name: known[name] for name in self.labels}

    def is_plural(self, name: str) -> bool:
        """A field of several values, such as phones."""
        return isinstance(self.places[name], ElementsPlace)

    def is_choice(self, name: str) -> bool:
        """A field whose value is an item of a list, or another record; without a list it is only shown."""
        return isinstance(self.places[name], ItemPlace)

    def values(self, record: Record) -> dict[str, Any]:
        """A record as a form holds it: ``phones-0``, ``phones-1`` for several, an id for a list's item."""
        values: dict[str, Any] = {}
        for name in self.labels:
            value = getattr(record, name)
            if self.is_plural(name):
                values |= {f"{name}-{place}": one.value for place, one in enumerate(value)} or {f"{name}-0": ""}
            else:
                values[name] = str(value.id if value else 0) if self.is_choice(name) else value
        return values


def split(name: str) -> tuple[str, int]:
    """``phones-1`` is the second of the field ``phones``."""
    subject, _, place = name.partition("-")
    return subject, int(place or 0)
