"""What has to be done: pure, from what is wanted, what is there, and what is known to be ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm_client.values import translated
from panel.provisioning.wanted import Wanted


class Verb(StrEnum):
    KEEP = "keep"
    CREATE = "create"
    CHANGE = "change"
    REMOVE = "remove"
    FORGET = "forget"
    """Nothing is there any more of what we remember as ours."""
    FOREIGN = "foreign"
    """Something is there under our key or name that we did not make: it is neither changed nor removed."""


@dataclass(frozen=True)
class Owned:
    """What we remember to have made, or to have begun to make."""

    kind: str
    key: str
    label: str
    remote_id: str = ""
    """Empty while its making is not known to have succeeded."""


@dataclass(frozen=True)
class Found:
    """A thing as SuperOffice has it."""

    kind: str
    label: str
    remote_id: str
    differs: tuple[str, ...] = ()
    """Names of the properties that are not as wanted."""
    is_ours: bool = False
    """SuperOffice itself says that our application made it."""
    seen: Any = None
    """The client's record."""
    is_namesake: bool = False
    """It only bears the name that ours should have, and no other thing may have: never ours, whatever we remember."""


@dataclass(frozen=True)
class Step:
    """One thing to do, or to leave."""

    verb: Verb
    kind: str
    key: str
    label: str
    """Of something foreign its own name, so that an administrator finds it."""
    wanted: Wanted | None = None
    found: Found | None = None

    @property
    def is_work(self) -> bool:
        return self.verb not in (Verb.KEEP, Verb.FOREIGN)

    @property
    def told(self) -> list[str]:
        """As the row of the setup keeps it, for whoever watches."""
        return [self.verb.value, self.kind, self.key, self.label]


def plan(wanted: Sequence[Wanted], owned: Sequence[Owned], found: Mapping[str, Found]) -> list[Step]:
    """Everything in the order in which it is done: makes and changes as wanted, then removals backwards."""
    known = {one.key: one for one in owned}
    steps = [_wanted(one, known.get(one.key), found.get(one.key)) for one in wanted]
    names = {one.key for one in wanted}
    steps += [_orphan(key, one) for key, one in found.items() if one.is_ours and key not in names | known.keys()]
    steps += [_unwanted(one, found.get(one.key)) for one in reversed(owned) if one.key not in names]
    return steps


def _wanted(one: Wanted, owned: Owned | None, found: Found | None) -> Step:
    if found is None:
        verb = Verb.CREATE
    elif found.is_namesake or not (owned or found.is_ours):
        return Step(Verb.FOREIGN, one.kind, one.key, translated(found.label), one, found)
    elif found.differs or owned is None or owned.remote_id != found.remote_id:
        verb = Verb.CHANGE
    else:
        verb = Verb.KEEP
    return Step(verb, one.kind, one.key, str(one.label), one, found)


def _orphan(key: str, found: Found) -> Step:
    """Ours by SuperOffice's own account, of an older version of us or of a database that was lost."""
    return Step(Verb.REMOVE, found.kind, key, translated(found.label), None, found)


def _unwanted(owned: Owned, found: Found | None) -> Step:
    return Step(Verb.REMOVE if found else Verb.FORGET, owned.kind, owned.key, owned.label, None, found)
