"""What a kind of record is: its table, its properties, its defaults; and how one is shown as a full entity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .answers import Call, not_found
from .carriers import associate
from .facts import TYPES, carrier
from .fields import Entity, Field
from .rights import ENTITIES, denied_fields, field_properties, table_right
from .roles import governing
from .world import Row

Extra = Callable[[Call, str, int, Row | None], Entity]
"""``(call, table, key, row)`` to properties of an entity; ``row`` is None for a default."""

EXTRAS: list[Extra] = []
"""What other modules add to entities: user-defined fields, foreign keys."""


def _nothing_more(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {}


def _nothing_kept(call: Call, shown: Entity, wanted: Entity) -> Row:
    return {}


def _nothing_done(call: Call, key: int, row: Row, wanted: Entity) -> None:
    return None


@dataclass(frozen=True)
class Kind:
    """One of the kinds of records: everything ``records.py`` needs to read, create, change and delete it."""

    name: str
    """In REST: ``Sale``."""
    table: str
    key: str
    """The property that holds the primary key."""
    fields: dict[str, Field]
    empty: Callable[[Call], Row]
    """The row of one not saved yet."""
    more: Callable[[Call, int, Row, bool], Entity] = _nothing_more
    """Properties that are worked out, not stored; the flag tells a default."""
    keep: Callable[[Call, Entity, Entity], Row] = _nothing_kept
    """Of ``(shown, wanted)`` entities what several properties decide together; may refuse."""
    done: Callable[[Call, int, Row, Entity], None] = _nothing_done
    """After the row has been saved: records of other tables."""
    simple: Callable[[Call, int, Row], Entity] | None = None
    """The light carrier ``Simple`` answers."""
    lists: dict[str, str] = field(default_factory=dict)
    """Property to its MDO list, for ``_Links``."""
    sublists: tuple[str, ...] = ()
    stays: bool = False
    """A deleted one can still be read."""

    @property
    def carrier(self) -> str:
        return ENTITIES[self.table]

    @property
    def right(self) -> str:
        """The table whose rights rule it."""
        return governing(self.table)


def row_of(call: Call, kind: Kind, key: int) -> Row | None:
    """The row with a key, None if there is none or it is deleted and gone."""
    row = call.tenant.table(kind.table).get(key)
    return None if row is None or (row["deleted"] and not kind.stays) else row


def find(call: Call, kind: Kind, key: int, right: str = "select") -> Row:
    """The row with a key, for somebody with a right to it; 404 if there is none, 403 if he may not."""
    call.demand(kind.table, right)
    row = row_of(call, kind, key)
    if row is None:
        raise not_found(kind.name, key)
    call.demand(kind.table, right, row)
    return row


def is_blank(call: Call, kind: Kind, key: int) -> bool:
    """Whether a record comes blank to this caller: he may not read it, and the world's switch says it is no refusal."""
    row = row_of(call, kind, key)
    blank = call.world.netserver.hidden_records_are_blank
    return blank and row is not None and not call.may(kind.table, "select", row)


def blank(call: Call, kind: Kind, key: int, name: str) -> Entity:
    """A record's carrier with its id, no right to it and nothing else."""
    right = {"Mask": "None", "Reason": "[SR_ACCESS_ROLE]"}
    made = carrier(name, **{kind.key: key, "TableRight": carrier("TableRight", **right)})
    if name == kind.carrier:
        made["FieldProperties"] = {
            field: carrier("FieldProperty", FieldRight=carrier("FieldRight", **right))
            for field in field_properties(call, kind.table, None)
        }
        made["_Links"] = _links(call, kind, key)
    return made


def shown(call: Call, kind: Kind, key: int, row: Row, new: bool = False) -> Entity:
    """The full entity. ``new``: the default of one not saved yet."""
    stored = None if new else row
    given: dict[str, Any] = {name: one.show(call, row) for name, one in kind.fields.items()}
    given |= _stamps(call, kind, row, new) | kind.more(call, key, row, new) | {kind.key: key}
    made = carrier(kind.carrier, **given)
    for prop, type_name in TYPES[kind.carrier].items():
        if type_name == "datetime" and made[prop].startswith("0001-"):
            made[prop] = call.clock.show("")
    made["TableRight"] = table_right(call, kind.table, stored)
    made["FieldProperties"] = field_properties(call, kind.table, stored)
    for extra in EXTRAS:
        for name, value in extra(call, kind.table, key, stored).items():
            if name in made:
                made[name] = made[name] | value if isinstance(made[name], dict) else value
    empty = carrier(kind.carrier)
    made |= {name: empty[name] for name, lock in denied_fields(call, kind.table).items() if lock.hidden}
    made["_Links"] = _links(call, kind, key)
    return made


STAMPS = {"CreatedDate": "registered", "UpdatedDate": "updated", "CreatedAt": "registered", "LastChanged": "updated"}

AUTHORS = {"CreatedBy": "registered_by", "UpdatedBy": "updated_by"}


def _stamps(call: Call, kind: Kind, row: Row, new: bool) -> Entity:
    types = TYPES[kind.carrier]
    if new:
        return (
            {"CreatedBy": associate(call, call.associate.associate_id)} if types.get("CreatedBy") == "Associate" else {}
        )
    when = {name: call.clock.show(row[key]) for name, key in STAMPS.items() if name in types}
    who = {name: associate(call, row[key]) for name, key in AUTHORS.items() if types.get(name) == "Associate"}
    return when | who


def _links(call: Call, kind: Kind, key: int) -> dict[str, str]:
    base = f"{call.api}v1/"
    links = {"Self": f"{base}{kind.name}/{key}"}
    if kind.simple is not None:
        links["Self.Simple"] = f"{base}{kind.name}/{key}/Simple"
    if "UserDefinedFields" in TYPES[kind.carrier]:
        links["UdefLayout"] = f"{base}{kind.name}/UdefLayout/Published"
    links |= {f"{prop}.List": f"{base}MDOList/{mdo}" for prop, mdo in kind.lists.items()}
    links["Archive"] = f"{base}{kind.name}"
    return links | {f"Archive.{sub}": f"{base}{kind.name}/{key}/{sub}" for sub in kind.sublists}
