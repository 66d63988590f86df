"""Changing a record without overwriting somebody else's work.

A ``Change`` says what a person saw and what he wants. It becomes a JSON Patch in which each change is preceded by a
``test`` of the value the person saw (RFC 6902)::

    Change("/Name", seen="Acme", value="Acme AS")
    Change("/Phones/0/Value", seen="22 00 00 00", value="22 00 00 01")
    Change("/Phones/-", seen=MISSING, value={"Value": "22 00 00 02"})
    Change("/Phones/1", seen="22 00 00 02", value=MISSING, guard="/Phones/1/Value")

PATCH is documented by SuperOffice but not what a failed ``test`` answers [ws/endpoints/rest-webapi]. So after any
refusal the record is read again and compared: is everything there already, fine; has a seen value gone, it is a
``Conflict``; otherwise the refusal meant something else and is raised as it came.

Lists, webhooks and preferences have no PATCH. There ``replaced`` does by itself what NetServer would: read the record,
compare what was seen, send all of it back with the changes in it (``applied``), also what this package does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, Final

from crm_client.calls import Call, Operation, http_date
from crm_client.errors import BadAnswer, Changed, Conflict, CrmError, NotSignedIn, OutcomeUnknown, Refused
from crm_client.frozen import dataclass
from crm_client.values import moment


class Missing(Enum):
    """The one value ``MISSING``: nothing there, as different from null."""

    MISSING = "missing"


MISSING: Final = Missing.MISSING


@dataclass(frozen=True)
class Change:
    """One value of a record: where, what the person saw, what he wants.

    ``seen=MISSING`` adds (``/Phones/-`` appends), ``value=MISSING`` removes. ``guard`` is the path whose value was
    seen, where it differs from ``path``.
    """

    path: str
    seen: Any
    value: Any
    guard: str = ""

    @property
    def steps(self) -> list[dict[str, Any]]:
        """As JSON Patch."""
        test = [] if self.seen is MISSING else [{"op": "test", "path": self.guarded, "value": self.seen}]
        if self.value is MISSING:
            return [*test, {"op": "remove", "path": self.path}]
        return [*test, {"op": "add" if self.seen is MISSING else "replace", "path": self.path, "value": self.value}]

    @property
    def guarded(self) -> str:
        return self.guard or self.path

    def is_done(self, record: Any) -> bool:
        """The record holds what the person wants."""
        parent, _, last = self.path.rpartition("/")
        siblings = value_at(record, parent)
        if self.value is MISSING:
            return (
                not self._is_listed(siblings) if isinstance(siblings, list) else value_at(record, self.path) is MISSING
            )
        if last == "-":
            return isinstance(siblings, list) and any(alike(there, self.value) for there in siblings)
        is_elsewhere = self.guard and self.is_overtaken(record)
        return not is_elsewhere and alike(value_at(record, self.path), self.value)

    def is_overtaken(self, record: Any) -> bool:
        """Another value stands where the person saw his."""
        return self.seen is not MISSING and not alike(value_at(record, self.guarded), self.seen)

    def as_stored(self, record: Any) -> Change:
        """The same change, its seen value written as the record has it."""
        return self if self.seen is MISSING else replace(self, seen=value_at(record, self.guarded))

    def _is_listed(self, siblings: list[Any]) -> bool:
        below = self.guarded.removeprefix(self.path)
        return any(alike(value_at(there, below), self.seen) for there in siblings)


def json_patch(changes: Sequence[Change]) -> list[dict[str, Any]]:
    """The body of a guarded PATCH."""
    return [step for change in changes for step in change.steps]


def guarded[T](
    path: str,
    changes: Sequence[Change],
    parse: Callable[[Mapping[str, Any]], T],
    unmodified_since: datetime | None = None,
) -> Operation[T]:
    """Change one record and return it, parsed.

    ``unmodified_since`` (the record's ``UpdatedDate`` the person saw) is sent as ``If-Unmodified-Since``; it is
    documented for PUT only, so nothing relies on it and its failure alone is no conflict.

    Raises ``Conflict`` with the record as it is now, ``OutcomeUnknown`` if the answer was lost and the record does
    not show the change, or the refusal as it came.
    """
    try:
        answer = yield _patch(path, changes, unmodified_since)
    except (Refused, OutcomeUnknown) as refusal:
        return (yield from _second_look(path, changes, parse, refusal))
    return parse(answer if _is_record(answer) else (yield Call("GET", path)))


def replaced[T](
    path: str,
    changes: Sequence[Change],
    parse: Callable[[Mapping[str, Any]], T],
    language: str = "",
) -> Operation[T]:
    """Change one record that knows no PATCH and return it, parsed: read, compare, send back whole.

    What somebody else changes between the reading and the sending is stopped by ``If-Unmodified-Since`` where the
    record has an ``UpdatedDate`` [ws/endpoints/http-headers], else it is lost: the moment is short, but it is there.
    ``language`` is that of each call: ``calls.UNTRANSLATED`` where texts have several.

    Raises ``Conflict`` with the record as it is now, or the refusal as it came.
    """
    record = yield Call("GET", path, language=language)
    if not _is_record(record):
        raise BadAnswer(f"GET {path}: the answer is no record")
    body = reconciled(f"PUT {path}", record, changes, parse)
    updated = moment(value_at(record, "UpdatedDate"))
    guard = {"If-Unmodified-Since": http_date(updated)} if updated else {}
    answer = yield Call("PUT", path, json=body, headers=guard, language=language)
    return parse(answer if _is_record(answer) else (yield Call("GET", path, language=language)))


def reconciled(
    name: str, record: Mapping[str, Any], changes: Sequence[Change], parse: Callable[[Mapping[str, Any]], Any]
) -> dict[str, Any]:
    """A record as it is now with changes in it. Raises ``Conflict`` where somebody else changed what was seen."""
    overtaken = tuple(
        change.guarded for change in changes if change.is_overtaken(record) and not change.is_done(record)
    )
    if overtaken:
        raise Conflict(f"{name}: changed by somebody else", current=parse(record), paths=overtaken)
    return applied(record, changes)


def applied(record: Mapping[str, Any], changes: Sequence[Change]) -> dict[str, Any]:
    """A copy of a record with changes in it, ready to be sent: without ``_Links``, which only answers have."""
    made = deepcopy({name: value for name, value in record.items() if name != "_Links"})
    for change in changes:
        _apply(made, change)
    return made


def _apply(record: dict[str, Any], change: Change) -> None:
    *steps, last = _steps(change.path)
    holder: Any = record
    for step in steps:
        holder = _child(holder, step)
    if isinstance(holder, list):
        _apply_to_list(holder, last, change)
    elif isinstance(holder, dict):
        holder[_key(holder, last)] = None if change.value is MISSING else change.value
    else:
        raise ValueError(f"The record holds nothing at {change.path}")


def _apply_to_list(holder: list[Any], last: str, change: Change) -> None:
    if last == "-":
        holder.append(change.value)
    elif change.value is MISSING:
        del holder[int(last)]
    else:
        holder[int(last)] = change.value


def _second_look[T](
    path: str, changes: Sequence[Change], parse: Callable[[Mapping[str, Any]], T], refusal: CrmError
) -> Operation[T]:
    if isinstance(refusal, NotSignedIn):
        raise refusal
    try:
        record = yield Call("GET", path)
    except CrmError:
        raise refusal from None
    if not _is_record(record):
        raise refusal
    if all(change.is_done(record) for change in changes):
        return parse(record)
    if isinstance(refusal, OutcomeUnknown):
        raise refusal
    overtaken = tuple(change.guarded for change in changes if change.is_overtaken(record))
    if overtaken:
        raise Conflict(
            f"PATCH {path}: changed by somebody else", current=parse(record), paths=overtaken, status=refusal.status
        ) from refusal
    return (yield from _exactly(path, changes, parse, record, refusal))


def _exactly[T](
    path: str,
    changes: Sequence[Change],
    parse: Callable[[Mapping[str, Any]], T],
    record: Mapping[str, Any],
    refusal: CrmError,
) -> Operation[T]:
    """Nobody changed what the person saw. Two harmless reasons for a refusal remain: a form cannot tell null from an
    empty text as ``test`` does, and ``If-Unmodified-Since`` knows only the record as a whole. Without them: it was
    refused in earnest.
    """
    exact = [change.as_stored(record) for change in changes]
    if json_patch(exact) == json_patch(changes) and not isinstance(refusal, Changed):
        raise refusal
    answer = yield _patch(path, exact, None)
    return parse(answer if _is_record(answer) else (yield Call("GET", path)))


def _patch(path: str, changes: Sequence[Change], unmodified_since: datetime | None) -> Call:
    headers = {"If-Unmodified-Since": http_date(unmodified_since)} if unmodified_since else {}
    return Call("PATCH", path, json=json_patch(changes), headers=headers)


def _is_record(answer: Any) -> bool:
    return isinstance(answer, Mapping) and bool(answer)


def value_at(record: Any, path: str) -> Any:
    """The value at a path, or ``MISSING``. Keys are found whatever their case, as NetServer does [client]."""
    for key in _steps(path):
        record = _child(record, key)
        if record is MISSING:
            return MISSING
    return record


def value_or_null(record: Any, path: str) -> Any:
    """A value as it came, which is what a ``test`` must repeat; a property that did not come is null."""
    found = value_at(record, path)
    return None if found is MISSING else found


def escaped(key: str) -> str:
    """A key as a step of a path (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1")


@lru_cache(maxsize=2048)
def _steps(path: str) -> tuple[str, ...]:
    plain = path.strip("/")
    return tuple(key.replace("~1", "/").replace("~0", "~") for key in plain.split("/")) if plain else ()


def _child(record: Any, key: str) -> Any:
    if isinstance(record, list):
        return record[int(key)] if key.isdecimal() and int(key) < len(record) else MISSING
    return record.get(_key(record, key), MISSING) if isinstance(record, Mapping) else MISSING


def _key(record: Mapping[str, Any], key: str) -> str:
    """The record's own spelling of a key."""
    if key in record:
        return key
    lower = key.lower()
    return next((name for name in record if name.lower() == lower), key)


def alike(there: Any, meant: Any) -> bool:
    """The same to a person: null is an empty text, a moment is the same in any zone, and of an object only the meant
    keys count.
    """
    if isinstance(meant, Mapping):
        return isinstance(there, Mapping) and all(alike(_child(there, key), value) for key, value in meant.items())
    if isinstance(meant, list):
        return isinstance(there, list) and len(there) == len(meant) and all(map(alike, there, meant))
    if isinstance(meant, str) and isinstance(there, str):
        return there == meant or (_is_moment(there) and _is_moment(meant) and moment(there) == moment(meant))
    return bool(there == meant) or (there in (None, "", MISSING) and meant in (None, ""))


def _is_moment(value: str) -> bool:
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?", value))
