"""What a customer's own fields say of a record: shown with its facts, in any panel [udef].

::

    company, own = await crm.all(contact(who), section(udef_fields("Contact")))
    return {"company": company, "own": own_fields(company, own)}

The definitions are remembered for ten minutes. The template includes ``panels/own_fields.html`` below its facts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crm_client.records import Record
from crm_client.udef import FieldType, UdefField, Value
from panel.panels.contract import Section


@dataclass(frozen=True)
class OwnFields:
    """Those with a value, as definition and value."""

    first: Sequence[tuple[UdefField, Value]] = ()
    """What the administrator put on the card's first page, in his order."""
    more: Sequence[tuple[UdefField, Value]] = ()
    """The others, folded away."""


def own_fields(record: Record, definitions: Section[list[UdefField]]) -> OwnFields:
    """The fields of one record; none if their definitions could not be read, or SuperOffice hides them from him."""
    fields = [field for field in definitions.data or () if _is_to_be_seen(field, record)]
    found = [(field, value) for field in fields if (value := field.read(record)) or (field.line and value is False)]
    first = sorted((one for one in found if one[0].line), key=lambda one: one[0].line)
    return OwnFields(first, sorted((one for one in found if not one[0].line), key=lambda one: one[0].tab_order))


def _is_to_be_seen(field: UdefField, record: Record) -> bool:
    is_known = field.type is not FieldType.UNKNOWN
    return is_known and field.right_in(record).is_readable
