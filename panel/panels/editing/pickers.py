"""Looking up a person by some letters of the name, for a field of any form.

::

    class EditFacts(EditRecord):
        pickers = {"person": persons_at("company")}
        kept = ("Contact",)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm_client.calls import Operation
from crm_client.search import FoundPerson, persons_named
from crm_client.values import Item
from panel.panels.contract import Card

type Search = Callable[[Card, Any, str], Operation[Sequence[Item]]]
"""What is found for a text, on a card and its record as it was seen."""

MOST = 25
"""No more than that at once: another letter serves people and SuperOffice better."""


def persons_at(company: str) -> Search:
    """Persons who work at the company that is the record's ``company``; any person where it has none."""

    def search(card: Card, seen: Any, text: str) -> Operation[Sequence[Item]]:
        at = getattr(seen, company)
        return colleagues(text, at.id) if at else anybody(card, seen, text)

    return search


def colleagues(text: str, contact_id: int) -> Operation[Sequence[Item]]:
    """Persons who work at a company."""
    return [Item(row.person_id, row.name) for row in (yield from persons_named(text, MOST, contact_id))]


def anybody(card: Card, seen: Any, text: str) -> Operation[Sequence[Item]]:
    """Any person, with where he works."""
    return [with_company(row) for row in (yield from persons_named(text, MOST))]


def with_company(row: FoundPerson) -> Item:
    return Item(row.person_id, ", ".join(filter(None, (row.name, row.company))))
