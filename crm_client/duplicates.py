"""Records that may be the one somebody is about to create, found by the customer's own rules.

SuperOffice demands this look before each create [dp/best-practices].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.frozen import dataclass
from crm_client.values import integer, text


@dataclass(frozen=True)
class Duplicate:
    """A record that is perhaps the same [oas DuplicateEntry]."""

    record_id: int
    """0: it is in another system, which knows it by ``identifier``."""
    name: str
    identifier: str
    rule: str
    """The rule that found it, as SuperOffice shows it."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, entry: Mapping[str, Any]) -> Duplicate:
        return cls(
            record_id=integer(entry.get("SoPrimaryKey")),
            name=text(entry.get("EntryName")),
            identifier=text(entry.get("EntryIdentifier")),
            rule=text(entry.get("RuleDisplayName")) or text(entry.get("RuleName")),
            raw=entry,
        )


def duplicates(method: str, **words: str) -> Operation[list[Duplicate]]:
    """What an agent's method finds; agents read by POST [ws/endpoints/agents-webapi]."""
    entries = yield Call("POST", f"v1/Agents/{method}", json=words, reads=True)
    if not isinstance(entries, list):
        raise BadAnswer(f"{method}: the answer is no array")
    return [Duplicate.parse(entry) for entry in entries if isinstance(entry, Mapping)]
