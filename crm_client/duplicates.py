"""Records that may be the one somebody is about to create, found by the customer's own rules.

SuperOffice demands this look before each create [dp/best-practices].
"""

from __future__ import annotations

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import read_at
from crm_client.frozen import dataclass
from crm_client.records import Record
from crm_client.values import integer, objects, text


@dataclass(frozen=True)
class Duplicate(Record):
    """A record that is perhaps the same [oas DuplicateEntry]."""

    record_id: int = read_at("SoPrimaryKey", integer)
    """0: it is in another system, which knows it by ``identifier``."""
    name: str = read_at("EntryName", text)
    identifier: str = read_at("EntryIdentifier", text)
    rule: str = read_at("RuleDisplayName", text)
    """The rule that found it, as SuperOffice shows it."""


def duplicates(method: str, **words: str) -> Operation[list[Duplicate]]:
    """What an agent's method finds; agents read by POST [ws/endpoints/agents-webapi]."""
    entries = yield Call("POST", f"v1/Agents/{method}", json=words, reads=True)
    if not isinstance(entries, list):
        raise BadAnswer(f"{method}: the answer is no array")
    return [Duplicate.parse(entry) for entry in objects(entries)]
