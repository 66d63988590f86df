"""Relations between companies and persons: "owns", "is owned by" [oas ContactRelationEntity, arch Relation].

A relation goes from a source to a destination, each a company or a person (0 where there is none). Its definition gives
it a name in both directions.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crm_client.archive import Archive
from crm_client.calls import Operation
from crm_client.fields import number_at, read_at, text_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Kind, Stamped
from crm_client.rows import Line, column, key, lines
from crm_client.values import integer, text


@dataclass(frozen=True)
class Relation(Stamped):
    """One relation."""

    relation_id: int = read_at("RelationId", integer)
    definition_id: int = number_at("RelationDefinitionId")
    source_contact_id: int = number_at("SourceContactId")
    source_person_id: int = number_at("SourcePersonId")
    destination_contact_id: int = number_at("DestinationContactId")
    destination_person_id: int = number_at("DestinationPersonId")
    comment: str = text_at("Comment")
    source_contact: str = text_at("SourceContactName", reads_only=True)
    source_person: str = text_at("SourcePersonName", reads_only=True)
    destination_contact: str = text_at("DestinationContactName", reads_only=True)
    destination_person: str = text_at("DestinationPersonName", reads_only=True)
    active_text: str = text_at("ActiveText", reads_only=True)
    """As the source says it: "owns"."""
    passive_text: str = text_at("PassiveText", reads_only=True)
    """As the destination says it: "is owned by"."""


RELATIONS = Kind("Relation", "RelationId", Relation)


def relation(relation_id: int) -> Operation[Relation]:
    """One relation. Raises ``NotFound``."""
    return RELATIONS.read(relation_id)


def new_relation() -> Operation[Relation]:
    """A relation not saved."""
    return RELATIONS.new()


def create_relation(start: Relation, **wanted: Any) -> Operation[Relation]:
    """Save a new relation, begun by ``new_relation``."""
    return RELATIONS.create(start, wanted)


def change_relation(
    relation_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Relation]:
    """Change a relation, guarded by what the person saw. Raises ``Conflict`` with ``current: Relation``."""
    return RELATIONS.change(relation_id, changes, unmodified_since)


def delete_relation(relation_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Delete a relation; both sides of it stay. Raises ``Changed`` if it was changed after ``unmodified_since``."""
    return RELATIONS.delete(relation_id, unmodified_since)


@dataclass(frozen=True)
class RelationRow(Line):
    """A relation in the list of a company or person. Whose ``contact_id``, ``person_id`` and ``person`` these are, the
    other side's or its owner's, is not documented [arch Relation]: read the ``relation`` itself for both sides.
    """

    relation_id: int = key("relationId")
    definition_id: int = column("relationDefinitionId", integer)
    name: str = column("relationName", text)
    comment: str = column("relationComment", text)
    contact_id: int = column("contactId", integer)
    person_id: int = column("personId", integer)
    person: str = column("fullName", text)


def relations_of_company(contact_id: int) -> Operation[list[RelationRow]]:
    """Relations of a company, to companies and persons."""
    return lines(RelationRow, Archive(f"v1/Contact/{int(contact_id)}/Relations").entities("relation"))


def relations_of_person(person_id: int) -> Operation[list[RelationRow]]:
    """Relations of a person, to companies and persons."""
    return lines(RelationRow, Archive(f"v1/Person/{int(person_id)}/Relations").entities("relation"))
