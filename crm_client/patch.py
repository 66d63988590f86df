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
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from typing import Any, Final

from crm_client.calls import Call, Operation, http_date
from crm_client.errors import Changed, Conflict, CrmError, NotSignedIn, OutcomeUnknown, Refused


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
        return alike(value_at(record, self.path), self.value)

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
    for key in path.strip("/").split("/") if path.strip("/") else ():
        record = _child(record, key.replace("~1", "/").replace("~0", "~"))
        if record is MISSING:
            return MISSING
    return record


def _child(record: Any, key: str) -> Any:
    if isinstance(record, list):
        return record[int(key)] if key.isdecimal() and int(key) < len(record) else MISSING
    if isinstance(record, Mapping):
        return record[key] if key in record else _whatever_case(record, key)
    return MISSING


def _whatever_case(record: Mapping[str, Any], key: str) -> Any:
    return next((value for name, value in record.items() if name.lower() == key.lower()), MISSING)


def alike(there: Any, meant: Any) -> bool:
    """The same to a person: null is an empty text, and of an object only the meant keys count."""
    if isinstance(meant, Mapping):
        return isinstance(there, Mapping) and all(alike(value_at(there, key), value) for key, value in meant.items())
    if isinstance(meant, list):
        return isinstance(there, list) and len(there) == len(meant) and all(map(alike, there, meant))
    return bool(there == meant) or (there in (None, "", MISSING) and meant in (None, ""))
