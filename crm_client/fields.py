"""How one property of an entity becomes a typed value, and how another value is asked for.

A record's class names each property once::

    @dataclass(frozen=True)
    class Sale(Record):
        heading: str = text_at("Heading")
        amount: Decimal = amount_at("Amount")
        stage: Item | None = item_at("Rating")
        company: Item | None = item_at("Contact", "ContactId", "Name")

Reading, creating, changing, and the person's rights all follow from that (see ``records``). ``reads_only`` marks what
NetServer works out or stamps by itself.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from crm_client.frozen import dataclass
from crm_client.patch import MISSING, Change, escaped, value_at, value_or_null
from crm_client.values import Address, Element, Item, amount, day, in_utc, integer, moment, objects, text, texts, yes

PLACE = "crm_client"
"""Key of a place in the metadata of a dataclass field."""


@dataclass(frozen=True)
class Place[T]:
    """Where a value is in an entity, how it is read and written."""

    path: str
    reads: Callable[[Any], T]
    writes: Callable[[Any], Any]
    reads_only: bool = False

    def read(self, entity: Mapping[str, Any]) -> T:
        return self.reads(value_or_null(entity, self.path))

    def changes(self, entity: Mapping[str, Any], wanted: Any) -> list[Change]:
        """What must change for this value to be there; nothing if it is."""
        if self.read(entity) == wanted:
            return []
        return [Change(f"/{self.path}", value_or_null(entity, self.path), self.writes(wanted))]


@dataclass(frozen=True)
class ItemPlace(Place[Item | None]):
    """A list item or another record, of which only the id matters when saving [oas]."""

    id_key: str = "Id"
    name_key: str = "Name"
    """Where its name is written best."""

    def changes(self, entity: Mapping[str, Any], wanted: Item | int | None) -> list[Change]:
        """``wanted`` is an item or an id; None and 0 choose nothing."""
        chosen = wanted.id if isinstance(wanted, Item) else integer(wanted)
        there = value_or_null(entity, self.path)
        before = integer(value_at(there, self.id_key)) if isinstance(there, Mapping) else 0
        if before == chosen:
            return []
        if not isinstance(there, Mapping):
            return [Change(f"/{self.path}", None, {self.id_key: chosen})]
        return [Change(f"/{self.path}/{self.id_key}", before, chosen)]


@dataclass(frozen=True)
class FlatItemPlace(ItemPlace):
    """A list item or another record whose id and name are two properties of the entity itself."""

    def read(self, entity: Mapping[str, Any]) -> Item | None:
        key = integer(value_or_null(entity, self.path))
        return Item(key, text(value_or_null(entity, self.name_key))) if key else None

    def changes(self, entity: Mapping[str, Any], wanted: Item | int | None) -> list[Change]:
        """As of any item."""
        before, chosen = value_or_null(entity, self.path), wanted.id if isinstance(wanted, Item) else integer(wanted)
        return [] if integer(before) == chosen else [Change(f"/{self.path}", before, chosen)]


@dataclass(frozen=True)
class ElementsPlace(Place[tuple[Element, ...]]):
    """Phones, e-mail and web addresses."""

    def changes(self, entity: Mapping[str, Any], wanted: Sequence[Element | str]) -> list[Change]:
        """``wanted`` are texts or elements by rank; an empty one removes, a further one adds."""
        return element_changes(self.path, self.read(entity), wanted)


@dataclass(frozen=True)
class PicksPlace(Place[frozenset[int]]):
    """Items ticked in an array that holds the whole list: interests, subscriptions [client payloads]."""

    def changes(self, entity: Mapping[str, Any], wanted: frozenset[int]) -> list[Change]:
        """``wanted`` are the ids to be ticked; which item stands at a place is what is guarded, for lists grow.

        Raises ``ValueError`` for an id the list does not have.
        """
        items = objects(value_or_null(entity, self.path))
        if unknown := sorted(set(wanted) - {integer(item.get("Id")) for item in items}):
            raise ValueError(f"{self.path} has no item {unknown[0]}")
        return [
            Change(f"{at}/Selected", item.get("Id"), not yes(item.get("Selected")), guard=f"{at}/Id")
            for at, item in ((f"/{self.path}/{place}", item) for place, item in enumerate(items))
            if (integer(item.get("Id")) in wanted) != yes(item.get("Selected"))
        ]


@dataclass(frozen=True)
class CustomPlace(Place[Mapping[str, str]]):
    """Values of user-defined and extra fields by key, encoded (see ``udef``)."""

    def changes(self, entity: Mapping[str, Any], wanted: Mapping[str, str]) -> list[Change]:
        """Only the keys of ``wanted`` change."""
        there = self.read(entity)
        return [
            Change(f"/{self.path}/{escaped(key)}", there.get(key, MISSING), value)
            for key, value in wanted.items()
            if there.get(key) != value
        ]


@dataclass(frozen=True)
class AddressPlace(Place[Address]):
    """A postal or street address; the country's layout (``LocalizedAddress``) would win and is emptied [oas]."""

    LINES = {"line1": "Address1", "line2": "Address2", "line3": "Address3", "zip": "Zipcode", "city": "City"} | {
        "county": "County",
        "state": "State",
    }

    def changes(self, entity: Mapping[str, Any], wanted: Address) -> list[Change]:
        there = self.read(entity)
        names = [name for name in self.LINES if getattr(there, name) != getattr(wanted, name)]
        if not names:
            return []
        layout = f"{self.path.partition('/')[0]}/LocalizedAddress"
        emptied = [Change(f"/{layout}", MISSING, None)] if value_or_null(entity, layout) else []
        if not isinstance(value_or_null(entity, self.path), Mapping):  # as in a new company [client payloads]
            lines = {line: getattr(wanted, name) for name, line in self.LINES.items()}
            return [*emptied, Change(f"/{self.path}", None, lines)]
        return emptied + [
            Change(f"/{path}", value_or_null(entity, path), getattr(wanted, name))
            for name, path in ((name, f"{self.path}/{self.LINES[name]}") for name in names)
        ]


def element_changes(array: str, seen: Sequence[Element], wanted: Sequence[Element | str]) -> list[Change]:
    """Changes that turn one array of phones, e-mails or web addresses into another. A text leaves the description of
    the place it stands at, an element brings its own.

    Values are replaced first, then removed from the end, then added, so that no place moves before its turn.
    """
    labels = [old.description for old in seen] + [""] * len(wanted)
    meant = [
        one if isinstance(one, Element) else Element(one, label) for one, label in zip(wanted, labels, strict=False)
    ]
    pairs = list(zip(seen, [*meant, *[Element("")] * len(seen)], strict=False))
    at = [(f"/{array}/{place}", old, new) for place, (old, new) in enumerate(pairs)]
    replaced = [change for path, old, new in at if new.value for change in _replaced(path, old, new)]
    removed = [
        Change(path, old.value, MISSING, guard=f"{path}/Value") for path, old, new in reversed(at) if not new.value
    ]
    added = [Change(f"/{array}/-", MISSING, new.as_json) for new in meant[len(seen) :] if new.value]
    return replaced + removed + added


def _replaced(path: str, old: Element, new: Element) -> list[Change]:
    value = [Change(f"{path}/Value", old.value, new.value)] if new.value != old.value else []
    renamed = new.description != old.description
    return value + ([Change(f"{path}/Description", old.description, new.description)] if renamed else [])


class Word(StrEnum):
    """One word of an enumeration. What SuperOffice invents later reads as ``UNKNOWN``; the record's ``raw`` has it."""

    @classmethod
    def _missing_(cls, value: object) -> Word | None:
        return cls.__members__.get("UNKNOWN")


def text_at(path: str, reads_only: bool = False) -> str:
    """A text; null is empty."""
    return _declared(Place(path, text, _same, reads_only))


def secret_at(path: str) -> str:
    """A text that is not shown when its record is printed."""
    return _declared(Place(path, text, _same), is_shown=False)


def texts_at(path: str) -> tuple[str, ...]:
    """Several texts, changed together."""
    return _declared(Place(path, texts, list))


def mapping_at(path: str) -> Mapping[str, Any]:
    """Values by key, changed together."""
    return _declared(Place(path, _mapping, dict))


def number_at(path: str, reads_only: bool = False) -> int:
    return _declared(Place(path, integer, _same, reads_only))


def flag_at(path: str, reads_only: bool = False) -> bool:
    return _declared(Place(path, yes, _same, reads_only))


def amount_at(path: str, reads_only: bool = False) -> Decimal:
    """A sum of money or a share; exact as JSON wrote it."""
    return _declared(Place(path, amount, _same, reads_only))


def moment_at(path: str, reads_only: bool = False) -> datetime | None:
    """A moment in UTC, None for year 1."""
    return _declared(Place(path, moment, _moment_text, reads_only))


def day_at(path: str, reads_only: bool = False) -> date | None:
    """A date that no time zone shifts."""
    return _declared(Place(path, day, _day_text, reads_only))


def word_at[W: Word](path: str, words: type[W], reads_only: bool = False) -> W:
    """A word of an enumeration. Raises ``ValueError`` for writing ``UNKNOWN``."""
    return _declared(Place(path, lambda value: words(text(value)), _known, reads_only))


def item_at(path: str, id_key: str = "Id", *names: str, reads_only: bool = False) -> Item | None:
    """A list item or another record; ``names`` are the keys that may hold its name, the best first."""
    best, *others = names or ("Value", "Name")
    reads = _item_reader(id_key, (best, *others))
    return _declared(ItemPlace(path, reads, _same, reads_only, id_key, best))


def flat_item_at(path: str, name_key: str) -> Item | None:
    """The same where two properties say it: ``PersonId`` and ``FullName`` of a project's member."""
    return _declared(FlatItemPlace(path, lambda _value: None, _same, name_key=name_key))


def associate_at(path: str, reads_only: bool = False) -> Item | None:
    """A user, by associate id."""
    return item_at(path, "AssociateId", "FullName", "Name", reads_only=reads_only)


def elements_at(path: str) -> tuple[Element, ...]:
    """Phones, e-mail or web addresses by rank."""
    return _declared(ElementsPlace(path, Element.parse_all, _same))


def picks_at(path: str) -> frozenset[int]:
    """Ids of the ticked items."""
    return _declared(PicksPlace(path, _picked, _same))


def custom_at(path: str = "CustomFields") -> Mapping[str, str]:
    """User-defined and extra fields by key, encoded, without their companions [client payloads]."""
    return _declared(CustomPlace(path, _custom, _same))


def address_at(path: str) -> Address:
    return _declared(AddressPlace(path, Address.parse, _same))


def read_at[T](path: str, reads: Callable[[Any], T]) -> T:
    """Anything else that is only read."""
    return _declared(Place(path, reads, _same, reads_only=True))


def _declared[T](place: Place[T], is_shown: bool = True) -> T:
    found: T = dataclasses.field(default_factory=lambda: place.reads(None), repr=is_shown, metadata={PLACE: place})
    return found


def _same(value: Any) -> Any:
    return value


def _mapping(values: Any) -> Mapping[str, Any]:
    return dict(values) if isinstance(values, Mapping) else {}


def _known(value: Word) -> str:
    if value.name == "UNKNOWN":
        raise ValueError(f"{type(value).__name__}: an unknown word cannot be written")
    return value.value


def _moment_text(value: datetime | None) -> str:
    """In UTC, with its offset: an offset wins over any header [ws/so-timezone]. Naive moments are refused."""
    return in_utc(value).isoformat(timespec="seconds").replace("+00:00", "Z") if value else EMPTY_DATE


def _day_text(value: date | None) -> str:
    return f"{value.isoformat()}T00:00:00" if value else EMPTY_DATE


EMPTY_DATE = "0001-01-01T00:00:00"
"""How SuperOffice writes no date [client payloads]."""


def _item_reader(id_key: str, names: tuple[str, ...]) -> Callable[[Any], Item | None]:
    def read(value: Any) -> Item | None:
        if not isinstance(value, Mapping) or not integer(value.get(id_key)):
            return None
        return Item(integer(value[id_key]), next((text(value.get(name)) for name in names if value.get(name)), ""))

    return read


def _picked(items: Any) -> frozenset[int]:
    return frozenset(integer(item.get("Id")) for item in objects(items) if yes(item.get("Selected")))


def _custom(values: Any) -> dict[str, str]:
    if not isinstance(values, Mapping):
        return {}
    return {key: text(value) for key, value in values.items() if not _is_companion(key, values)}


def _is_companion(key: str, values: Mapping[str, Any]) -> bool:
    """``SuperOffice:1:DisplayText`` goes with ``SuperOffice:1``."""
    base, _, last = key.rpartition(":")
    return last in ("org", "DisplayText", "DisplayTooltip") and base in values
