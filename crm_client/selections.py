"""Selections: lists of records somebody keeps, static or by criteria [oas SelectionEntity, arch FindSelection].

Members come and go only in static selections; those of dynamic ones follow from their criteria. Those of selections of
companies and persons (``contact``) are pairs of both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from crm_client.archive import Archive, Row, contains, pages
from crm_client.calls import Call, Operation
from crm_client.fields import Word, associate_at, flag_at, item_at, number_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Kind, Stamped
from crm_client.rows import Line, column, first_lines, key
from crm_client.values import Item, integer, text


class SelectionType(Word):
    UNKNOWN = "Unknown"
    STATIC = "Static"
    DYNAMIC = "Dynamic"
    COMBINED = "Combined"


@dataclass(frozen=True)
class Selection(Stamped):
    """One selection, without its members."""

    selection_id: int = read_at("SelectionId", integer)
    name: str = text_at("Name")
    description: str = text_at("Description")
    note: str = text_at("Postit")
    type: SelectionType = word_at("SelectionType", SelectionType)
    owner: Item | None = associate_at("Associate")
    category: Item | None = item_at("SelectionCategory")
    members: int = number_at("MemberCount", reads_only=True)
    table: str = text_at("TargetTableName")
    """Of what it consists: ``contact``, ``sale`` …"""
    is_completed: bool = flag_at("Completed")


SELECTIONS = Kind("Selection", "SelectionId", Selection)


def selection(selection_id: int) -> Operation[Selection]:
    """One selection. Raises ``NotFound``."""
    return SELECTIONS.read(selection_id)


def new_selection() -> Operation[Selection]:
    """A selection not saved."""
    return SELECTIONS.new()


def create_selection(start: Selection, **wanted: Any) -> Operation[Selection]:
    """Save a new selection, begun by ``new_selection``."""
    return SELECTIONS.create(start, wanted)


def change_selection(
    selection_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Selection]:
    """Change a selection, guarded by what the person saw. Raises ``Conflict`` with ``current: Selection``."""
    return SELECTIONS.change(selection_id, changes, unmodified_since)


def delete_selection(selection_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Delete a selection; its members stay. Raises ``Changed`` if it was changed after ``unmodified_since``."""
    return SELECTIONS.delete(selection_id, unmodified_since)


def members(selection_id: int, *columns: str) -> Operation[list[Row]]:
    """The members with these columns of the selection's provider; this list knows neither filter nor order [oas]."""
    return pages(Archive(f"v1/Selection/{int(selection_id)}/Members").select(*columns))


def add_members(selection_id: int, ids: Iterable[int]) -> Operation[int]:
    """Add records to a static selection of anything but ``contact``; how many were new."""
    added = yield Call("POST", f"v1/Selection/{int(selection_id)}/Members/Add", json=[int(one) for one in ids])
    return integer(added)


def remove_members(selection_id: int, ids: Iterable[int]) -> Operation[None]:
    """Take records out of a static selection; the records themselves stay."""
    yield Call("POST", f"v1/Selection/{int(selection_id)}/Members/Remove", json=[int(one) for one in ids])


def add_contacts(selection_id: int, pairs: Iterable[tuple[int, int]]) -> Operation[None]:
    """Add to a static selection of ``contact``: ids of a company and of its person, 0 for the company itself."""
    yield Call("POST", f"v1/Selection/{int(selection_id)}/Members/AddPerson", json=_pairs(pairs))


def remove_contacts(selection_id: int, pairs: Iterable[tuple[int, int]]) -> Operation[None]:
    """Take such pairs out of a static selection of ``contact``."""
    yield Call("POST", f"v1/Selection/{int(selection_id)}/Members/RemovePerson", json=_pairs(pairs))


def _pairs(pairs: Iterable[tuple[int, int]]) -> list[dict[str, int]]:
    return [{"ContactId": int(company), "PersonId": int(person)} for company, person in pairs]


@dataclass(frozen=True)
class SelectionRow(Line):
    """A selection in a list."""

    selection_id: int = key("selectionId")
    name: str = column("name", text)


def selections(search: str = "", top: int = 50) -> Operation[list[SelectionRow]]:
    """Selections whose name contains a text, by name, the first ``top`` of them."""
    query = Archive("v1/Selection").where(*[contains("name", search)] if search else []).order_by("name")
    return first_lines(SelectionRow, query.top(top))
