"""What an event means for us: pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

RECORDS = {
    "contact": "contact_id",
    "person": "person_id",
    "sale": "sale_id",
    "project": "project_id",
    "ticket": "ticket_id",
}
"""What cards call the record of each entity."""

ALSO = {"cust_id": "person_id"}
"""Columns that name a record by another name [wh/reference]."""


def is_of_list(name: str) -> bool:
    """Something that everybody chooses from changed."""
    return name.startswith(("list.", "associate."))


def concerned(entity: str, primary_key: int, values: Mapping[str, int]) -> Iterator[tuple[str, int]]:
    """The records whose panels show something else now: the record itself, and those it belongs to."""
    found = {(RECORDS[entity], primary_key)} if entity in RECORDS else set()
    known = set(RECORDS.values())
    for column, value in values.items():
        name = ALSO.get(column, column)
        if name in known and value > 0:
            found.add((name, value))
    yield from sorted(found)
