"""Records, whatever they are about: read, create, change, delete by one mechanism.

Each subject (``sales``, ``projects`` …) has a frozen class of its own, made from ``Record``, and operations built on a
``Kind``. What they have in common::

    sale = crm(sales.sale(7))
    sale.heading, sale.amount, sale.stage                  # typed
    sale.right("amount").is_writable                       # what the person may do with a field
    sale.raw["Postit"]                                     # all that came, also what no class names

    # Two ways to say what shall change. Both are guarded by what was seen.
    crm(sales.change_sale(7, changes(sale, amount=Decimal("1200.50"), stage=4)))    # by name, as forms do
    crm(sales.change_sale(7, edited(replace(sale, heading="Pumps"))))               # checked by mypy

    # Creating starts from SuperOffice's defaults, never by hand [dp/best-practices].
    start = crm(sales.new_sale())
    made = crm(sales.create_sale(start, heading="Pumps", company=17))
    made = crm(sales.create_sale(replace(start, heading="Pumps", company=Item(17, ""))))    # checked by mypy

Creating is never repeated by itself. Is its answer lost, ``OutcomeUnknown`` is raised: look for the record first.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import Any, Self

from crm_client.calls import Call, Operation, http_date
from crm_client.errors import BadAnswer, Denied
from crm_client.fields import PLACE, Place, associate_at, custom_at, moment_at, read_at
from crm_client.frozen import dataclass, filled
from crm_client.patch import MISSING, Change, applied, guarded, replaced, value_at
from crm_client.values import FieldRight, Item, TableMask, TableRight, integer


@dataclass(frozen=True)
class Record:
    """One record as the person may see it. ``raw`` is the entity as it came."""

    table_right: TableRight = read_at("TableRight", TableRight.parse)
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False, kw_only=True)

    @classmethod
    def parse(cls, entity: Mapping[str, Any]) -> Self:
        """From decoded JSON, leniently."""
        values = {name: place.read(entity) for name, place in places(cls).items()}
        values["raw"] = entity
        return filled(cls, values)

    def right(self, name: str) -> FieldRight:
        """What the person may do with a field; a record that may not be updated has no writable field.

        Of an address it is the right on the whole; parts may have rights of their own (``right_at``). Raises
        ``KeyError`` for a name that is no field.
        """
        path = places(type(self))[name].path
        return self.right_at(path.replace("/", "."), path.partition("/")[0])

    def right_at(self, *keys: str) -> FieldRight:
        """The same for the first of some keys of ``FieldProperties`` that is there, such as ``Address.City``."""
        rights = self.raw.get("FieldProperties")
        right = FieldRight.parse(next((found for key in keys if (found := value_at(rights, key)) is not MISSING), None))
        if self.table_right.can_update:
            return right
        return dataclasses.replace(right, is_writable=False, reason=right.reason or self.table_right.reason)


@dataclass(frozen=True)
class Stamped(Record):
    """A record that knows when and by whom it was made and changed."""

    updated: datetime | None = moment_at("UpdatedDate", reads_only=True)
    updated_by: Item | None = associate_at("UpdatedBy", reads_only=True)
    registered: datetime | None = moment_at("CreatedDate", reads_only=True)
    registered_by: Item | None = associate_at("CreatedBy", reads_only=True)


@dataclass(frozen=True)
class Custom(Stamped):
    """A record with user-defined fields."""

    custom: Mapping[str, str] = custom_at()
    """By ProgId, encoded: read and change them through ``udef``."""


_places: dict[type[Any], Mapping[str, Place[Any]]] = {}


def places(cls: type[Record]) -> Mapping[str, Place[Any]]:
    """The properties behind a class's names."""
    if cls not in _places:
        _places[cls] = {one.name: one.metadata[PLACE] for one in dataclasses.fields(cls) if PLACE in one.metadata}
    return _places[cls]


def writable(cls: type[Record]) -> dict[str, str]:
    """What can be edited, and NetServer's property behind it."""
    return {name: place.path for name, place in places(cls).items() if not place.reads_only}


def changes(seen: Record, **wanted: Any) -> list[Change]:
    """What differs between a record as it was seen and as it is wanted, by name; names left out stay as they are.

    Items may be given as ids, phones and addresses as texts. Raises ``KeyError`` for a name the record does not have,
    ``ValueError`` for one that is only read.
    """
    known = places(type(seen))
    found: list[Change] = []
    for name, value in wanted.items():
        if known[name].reads_only:
            raise ValueError(f"{name} is not to be written")
        found += known[name].changes(seen.raw, value)
    return found


def edited(record: Record) -> list[Change]:
    """What somebody changed in a record with ``dataclasses.replace``, against what was read."""
    seen = type(record).parse(record.raw)
    names = [name for name in writable(type(record)) if getattr(seen, name) != getattr(record, name)]
    return changes(seen, **{name: getattr(record, name) for name in names})


@dataclass(frozen=True)
class Kind[R: Record]:
    """Where records of one class live in the API, and what can be done with them there."""

    name: str
    """As in the path: ``Sale``, ``List/WebPanel/Items``."""
    key: str
    """The property that holds the id."""
    record: type[R]
    has_patch: bool = True
    default: str = "default"
    language: str = ""
    """``UNTRANSLATED`` for records that are sent back whole: one language would replace all."""

    @property
    def path(self) -> str:
        return f"v1/{self.name}"

    def at(self, key: int) -> str:
        """The path of one record."""
        return f"{self.path}/{int(key)}"

    def read(self, key: int, **query: str) -> Operation[R]:
        """One record. Raises ``NotFound``, and ``Denied`` also where SuperOffice hides a record by emptying it."""
        found = self.parse((yield Call("GET", self.at(key), query=query, language=self.language)))
        if not found.table_right.mask & TableMask.SELECT:
            raise Denied(f"{self.at(key)}: hidden by rights", status=200, message=found.table_right.reason)
        return found

    def new(self) -> Operation[R]:
        """A record as SuperOffice would start it, not saved."""
        entity = yield Call("GET", f"{self.path}/{self.default}", language=self.language)
        if not isinstance(entity, Mapping):
            raise BadAnswer(f"{self.path}: no default came")
        return self.record.parse(entity)

    def create(self, start: R, wanted: Mapping[str, Any], query: Mapping[str, str] | None = None) -> Operation[R]:
        """Save a new record: a default, with what was edited in it and what is wanted."""
        body = applied(start.raw, edited(start))
        body = applied(body, changes(self.record.parse(body), **wanted))
        return self.parse((yield Call("POST", self.path, json=body, query=query or {}, language=self.language)))

    def change(self, key: int, changes: Sequence[Change], unmodified_since: datetime | None = None) -> Operation[R]:
        """Change one record, guarded by what was seen; the record as it is afterwards.

        Without changes it is only read. Raises ``Conflict`` with ``current``, or what ``patch`` raises.
        """
        if not changes:
            return (yield from self.read(key))
        if self.has_patch:
            return (yield from guarded(self.at(key), changes, self.parse, unmodified_since))
        return (yield from replaced(self.at(key), changes, self.parse, self.language))

    def delete(self, key: int, unmodified_since: datetime | None = None) -> Operation[None]:
        """Delete one record; softly where SuperOffice has a recycle bin [dp/best-practices].

        Raises ``Changed`` if it was changed after ``unmodified_since``.
        """
        guard = {"If-Unmodified-Since": http_date(unmodified_since)} if unmodified_since else {}
        yield Call("DELETE", self.at(key), headers=guard)

    def parse(self, entity: Any) -> R:
        """The record in an answer. Raises ``BadAnswer`` if there is none."""
        if not isinstance(entity, Mapping) or not integer(entity.get(self.key)):
            raise BadAnswer(f"{self.path}: the answer is no {self.record.__name__}")
        return self.record.parse(entity)

    def parse_all(self, entities: Any) -> list[R]:
        """The records in an array. Raises ``BadAnswer`` if it is none."""
        if not isinstance(entities, list):
            raise BadAnswer(f"{self.path}: the answer is no array")
        return [self.parse(entity) for entity in entities]
