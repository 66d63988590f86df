"""What of an entity is stored when somebody saves it, and what NetServer refuses to store."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .answers import Call, Refused, bad
from .carriers import PART_LENGTHS
from .facts import TYPES, misfits
from .fields import Entity
from .kind import Kind
from .rights import ELEMENT_LENGTHS, LENGTHS, denied_fields, locked, mandatory
from .world import Row

Keeper = Callable[[Call, str, Entity, Entity, Row | None], Row]
"""``(call, table, shown, wanted, row)`` to what to store more; may refuse."""

KEEPERS: list[Keeper] = []
"""How other modules store the properties they add to entities (``kind.EXTRAS``)."""

AFTER: list[Callable[[Call, str, int, Row, Entity], None]] = []
"""``(call, table, key, row, wanted)``: what other modules do once a record has been saved."""


def stored(call: Call, kind: Kind, shown: Entity, wanted: Entity, row: Row | None) -> Row:
    """What to keep of ``wanted``, an entity of which the caller was ``shown`` a state; the row itself stays untouched.

    400 for wrong types, unknown list values, empty mandatory fields and too long texts; 403 for changed fields the
    caller cannot write.
    """
    refuse_misfits(wanted, kind.carrier)
    _refuse_locked(call, kind, shown, wanted, row)
    if row is not None:
        wanted = wanted | _hidden(call, kind, shown[kind.key], row)
    for reason in empty_fields(call, kind, wanted).values():
        raise Refused(400, "SoValidationException", reason)
    for message in long_texts(kind, wanted):
        raise Refused(400, "SoValidationException", message)
    changes = {field.key: field.store(call, name, wanted.get(name)) for name, field in kind.fields.items()}
    changes |= kind.keep(call, shown, wanted)
    for keeper in KEEPERS:
        changes |= keeper(call, kind.table, shown, wanted, row)
    return changes


def _hidden(call: Call, kind: Kind, key: int, row: Row) -> Entity:
    """The properties the caller does not see, as they are: he sent them blank, and they stay."""
    hidden = {name for name, lock in denied_fields(call, kind.table).items() if lock.hidden}
    if not hidden:
        return {}
    found = {name: field.show(call, row) for name, field in kind.fields.items()} | kind.more(call, key, row, False)
    return {name: value for name, value in found.items() if name in hidden}


def refuse_misfits(wanted: Any, carrier: str) -> None:
    """400 for properties and types the documentation does not know."""
    wrong = misfits(wanted, carrier, whole=False)
    if wrong:
        raise bad("; ".join(wrong[:5]))


def _refuse_locked(call: Call, kind: Kind, shown: Entity, wanted: Entity, row: Row | None) -> None:
    for name, lock in locked(call, kind.table, row).items():
        if lock.reason and name in wanted and not _same(wanted[name], shown.get(name)):
            raise Refused(403, "SoSentryException", lock.reason)


def _same(new: Any, old: Any) -> bool:
    """Equal, or references to the same record."""
    if isinstance(new, dict) and isinstance(old, dict):
        ids = [name for name in new if name == "Id" or (name.endswith("Id") and name in old)][:1]
        return all(new[name] == old.get(name) for name in ids) if ids else new == old
    return bool(new == old)


def empty_fields(call: Call, kind: Kind, wanted: Entity) -> dict[str, str]:
    """Mandatory fields without a value, and the reason."""
    return {name: reason for name, reason in mandatory(call, kind.table).items() if _is_empty(kind, name, wanted)}


def _is_empty(kind: Kind, name: str, wanted: Entity) -> bool:
    value = wanted.get(name)
    if isinstance(value, dict):
        value = value.get(kind.fields[name].id_name)
    if isinstance(value, str):
        return not value.strip() or (TYPES[kind.carrier][name] == "datetime" and value.startswith("0001-"))
    return not value


def long_texts(kind: Kind, wanted: Entity) -> list[str]:
    """What is longer than its column."""
    lengths = LENGTHS.get(kind.table, {})
    found = []
    for name, field in kind.fields.items():
        if field.elements:
            values = [element.get("Value") for element in wanted.get(name) or []]
            found += [_measured(name, value, ELEMENT_LENGTHS.get(name, 239)) for value in values]
        else:
            found.append(_measured(name, wanted.get(name), lengths.get(name, 255)))
    return [text for text in found + _long_addresses(wanted) if text]


def _long_addresses(wanted: Entity) -> list[str]:
    address = wanted.get("Address") or {}
    return [
        _measured(f"Address.{part}", (address.get(side) or {}).get(part), length)
        for side in ("Street", "Postal")
        for part, length in PART_LENGTHS.items()
    ]


def _measured(name: str, value: Any, length: int) -> str:
    too_long = isinstance(value, str) and len(value) > length
    return f"The value of {name} is too long: at most {length} characters" if too_long else ""
