"""Which records an answer tells of, and which ones a change concerns: pure.

Both sides read the same texts by the same rule, so what one person's change may alter and what another person saw meet
at an id: of the record itself, of those it belongs to, of those in its lists. Webhooks tell ids by columns and decide
for themselves (``panel.webhooks.effects``); both end in ``memory``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from crm_client.calls import Call

type RecordName = str
"""A kind of record and its id, e.g. ``contact_id:17``; the kind is named as in a card."""

KINDS = "contact|person|sale|project|ticket|appointment"
EVERYTHING = "everything"
"""Stands for all records of a customer."""

# Each begins with a text that stands fast: so they take a fifth of the time.
_ID = re.compile(rb'Id"\s*:\s*"?([1-9][0-9]*)')
_KIND = re.compile(rf"(?i)(?:{KINDS})$".encode())
_LONGEST = max(map(len, KINDS.split("|")))
_WHO = [re.compile(rb'Associate"\s*:\s*\{[^{}]*'), re.compile(rb'edBy"\s*:\s*\{[^{}]*')]
"""Who owns or wrote it: his own person's id says nothing of what it is about, and stands in everything he wrote."""
_WHOSE = re.compile(rb'"\w*AssociateId"\s*:\s*([1-9][0-9]*)')
_PATH = re.compile(rf"(?i)\bv1/({KINDS})/([0-9]+)")


def told_of(text: bytes) -> set[RecordName]:
    """The records whose ids are in NetServer's JSON, as fields (``ContactId``) or columns (``contact/contactId``)."""
    for who in _WHO:
        text = who.sub(b"", text)
    found = set()
    for one in _ID.finditer(text):
        if kind := _KIND.search(text, max(0, one.start() - _LONGEST), one.start()):
            found.add(f"{kind[0].decode().lower()}_id:{int(one[1])}")
    return found


def owner(associate_id: int) -> RecordName:
    """All that is somebody's own."""
    return f"associate_id:{associate_id}"


@dataclass
class Touched:
    """What the changes of one action concern; ``AsyncCrm`` tells it of them (``doors.as_person``)."""

    records: set[RecordName] = field(default_factory=set)

    def __call__(self, call: Call, answer: Any) -> None:
        self.records |= concerned(call, answer)


def concerned(call: Call, answer: Any) -> set[RecordName]:
    """The records that show something else after this change: those in its path, its body and its answer, and whose
    they are. A person who is a user of SuperOffice stands by his name wherever something is his.
    """
    if isinstance(answer, dict) and answer.get("IsAssociate"):
        return {EVERYTHING}
    text = b"\n".join(json.dumps(one, default=str).encode() for one in (call.json, answer))
    named = {f"{kind.lower()}_id:{int(key)}" for kind, key in _PATH.findall(call.path)}
    return named | told_of(text) | {owner(int(key)) for key in _WHOSE.findall(text)}


def names(records: Iterable[tuple[str, int]]) -> set[RecordName]:
    """Of pairs of a card's name and an id."""
    return {f"{name}:{key}" for name, key in records if key}
