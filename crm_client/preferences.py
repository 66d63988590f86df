"""Preferences: settings of SuperOffice, and small ones of an application's own [oas Preference].

A preference has a section, a key and a value, and a level that says for whom it holds. Sections of one's own are
allowed: name them ``Company.Product``. For bigger data an application has its own database; here and in foreign keys
are the only places for its data in SuperOffice [dp/standard-app/requirements/security]. Values go in the body of a
call, never in its address.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import Word, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.records import Record
from crm_client.values import integer, objects, text, yes


class Level(Word):
    """For whom a value holds; the most personal one wins."""

    UNKNOWN = "Undefined"
    HARD_DEFAULT = "HardDefault"
    SYSTEM_WIDE = "SystemWide"
    DATABASE = "Database"
    GROUP = "Group"
    INDIVIDUAL = "Individual"
    PC = "PC"


@dataclass(frozen=True)
class Preference(Record):
    """One preference as it holds for the person who asks."""

    section: str = text_at("Specification/Section")
    key: str = text_at("Specification/Key")
    value: str = text_at("RawValue")
    """As stored; ids and flags are texts of numbers."""
    display: str = text_at("DisplayValue", reads_only=True)
    level: Level = word_at("Level", Level)
    target_id: int = read_at("TargetId", integer)
    """Of which group or user."""

    @property
    def is_on(self) -> bool:
        return yes(self.value)


ALL_KEYS = "*"
"""Stands for all keys of a section."""


def preferences(wanted: Iterable[tuple[str, str]]) -> Operation[list[Preference]]:
    """Several preferences by section and key, in one call; those that nobody has set are left out."""
    specifications = [{"Section": section, "Key": key} for section, key in wanted]
    call = Call("POST", f"{_AGENT}/GetPreferences", json={"Specifications": specifications}, reads=True)
    found = yield call
    if not isinstance(found, list):
        raise BadAnswer("Preference/GetPreferences: the answer is no array")
    return [Preference.parse(one) for one in objects(found)]


def preference(section: str, key: str) -> Operation[Preference | None]:
    """One preference; None if nobody has set it."""
    found = yield from preferences([(section, key)])
    return next((one for one in found if one.key.lower() == key.lower()), None)


def section(name: str) -> Operation[list[Preference]]:
    """All preferences of a section."""
    return preferences([(name, ALL_KEYS)])


def set_preference(
    section: str, key: str, value: str, level: Level = Level.INDIVIDUAL, target_id: int = 0
) -> Operation[None]:
    """Set a preference, as ``set_preferences`` does."""
    return set_preferences([(section, key, value)], level, target_id)


def set_preferences(
    values: Iterable[tuple[str, str, str]], level: Level = Level.INDIVIDUAL, target_id: int = 0
) -> Operation[None]:
    """Set several preferences, each by section, key and value: those of the person who asks.

    For another level, or another user or group (``target_id``), it takes an administrator of preferences. What is set
    at a more personal level stays, and wins. Raises ``ValueError`` for a group without its id.
    """
    if level is Level.GROUP and not target_id:
        raise ValueError("A preference of a group needs the group's id")
    carriers = [_carrier(section, key, value, level, target_id) for section, key, value in values]
    if level is Level.INDIVIDUAL and not target_id:
        yield Call("POST", f"{_AGENT}/SavePreferences", json={"Preferences": carriers})
    else:  # the other method looks at neither level nor target [oas]
        body = {"Preferences": carriers, "RemoveLowerLevels": False}
        yield Call("POST", f"{_AGENT}/SavePreferenceEntities", json=body)


_AGENT = "v1/Agents/Preference"


def _carrier(section: str, key: str, value: str, level: Level, target_id: int) -> dict[str, Any]:
    spec = {"Section": section, "Key": key}
    return {"Level": level.value, "RawValue": text(value), "Specification": spec, "TargetId": int(target_id)}
