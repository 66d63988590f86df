"""Looking up a person or a company by some letters of the name, for a field of any form.

::

    class EditFacts(EditRecord):
        pickers = {"company": companies, "person": persons_at("company")}
        kept = ("Contact",)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from crm_client.calls import Operation
from crm_client.search import companies_named, persons_named
from crm_client.values import Item

type Search = Callable[[Any, str], Operation[Sequence[Item]]]
"""What is found for a text, on a record as it was seen."""

MOST = 25
"""No more than that at once: another letter serves people and SuperOffice better."""


def companies(seen: Any, text: str) -> Operation[Sequence[Item]]:
    """Any company."""
    return [Item(row.contact_id, row.name) for row in (yield from companies_named(text, MOST))]


def persons_at(company: str) -> Search:
    """Persons who work at the company that is the record's ``company``; any person where it has none."""

    def search(seen: Any, text: str) -> Operation[Sequence[Item]]:
        at = getattr(seen, company)
        rows = yield from persons_named(text, MOST, at.id if at else 0)
        return [
            Item(row.person_id, row.name if at else ", ".join(filter(None, (row.name, row.company)))) for row in rows
        ]

    return search
