"""Addresses as the company's country writes them [oas Address, LocalizedField].

NetServer lays an address out in rows of fields, each with its label and its length, by the country of the company or
person. Where it does, that is where an address is changed: the layout wins over the address's plain parts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.fields import AddressPlace, Place
from crm_client.patch import value_at, value_or_null
from crm_client.records import Record
from crm_client.values import FieldRight, integer, objects, text
from panel.panels.contract import Text

PARTS: Mapping[str, Text] = {
    "Address1": _("Address"),
    "Address2": _("Address line 2"),
    "Address3": _("Address line 3"),
    "Zipcode": _("Postcode"),
    "City": _("City"),
    "County": _("County"),
    "State": _("State"),
}
"""What a part is called where the layout has one label for a whole row, or there is no layout."""
PLAIN = ("Address1", "Zipcode", "City")

TYPES = {"Street": ("ContactStreetAddress", "PersonPrivateAddress"), "Postal": ("ContactPostalAddress",)}
"""The layout's word for which address a field is of."""


@dataclass(frozen=True)
class Part:
    """One field of an address."""

    name: str
    label: Text
    place: Place[Any]
    length: int = 0

    def right(self, seen: Record, of_address: FieldRight) -> FieldRight:
        """SuperOffice's word on this part, else on the whole address."""
        right = seen.right_at(f"Address.{self.name}", "Address")
        is_writable = right.is_writable and of_address.is_writable
        return replace(right, is_writable=is_writable, max_length=self.length or right.max_length)


def parts(entity: Mapping[str, Any], address: AddressPlace) -> list[Part]:
    """The fields of one address of an entity, in the order of its country's layout."""
    side = address.path.rpartition("/")[2]
    laid_out = list(_laid_out(entity, side))
    return laid_out or [Part(name, PARTS[name], _text_at(f"{address.path}/{name}")) for name in PLAIN]


def _laid_out(entity: Mapping[str, Any], side: str) -> Iterator[Part]:
    rows = value_or_null(entity, "Address/LocalizedAddress")
    for row, fields in enumerate(rows if isinstance(rows, list) else ()):
        for column, field in enumerate(objects(fields)):
            name = text(field.get("Name")).removeprefix(side)
            if text(field.get("AddressType")) in TYPES[side] and name:
                place = _text_at(f"Address/LocalizedAddress/{row}/{column}/Value")
                label = text(field.get("Label")) if len(fields) == 1 else PARTS.get(name, name)
                yield Part(name, label or PARTS.get(name, name), place, integer(field.get("ValueLength")))


def trimmed(address: Any) -> Any:
    """What of NetServer's ``Address`` a form needs."""
    rows = value_at(address, "LocalizedAddress")
    if not isinstance(rows, list) or not rows:
        return {
            side: {name: value_or_null(address, f"{side}/{name}") for name in PLAIN}
            for side in TYPES
            if value_or_null(address, side)
        }
    kept = ("Name", "Value", "Label", "ValueLength", "AddressType")
    return {"LocalizedAddress": [[{key: one.get(key) for key in kept} for one in objects(row)] for row in rows]}


def _text_at(path: str) -> Place[str]:
    return Place(path, text, str)
