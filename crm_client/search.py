"""Finding a company, a person or a sale by name: short lists to choose from, and the same rows by id.

Ask the three side by side, it is one round trip::

    companies, people, sales = crm.all(companies_named("acme"), persons_named("acme"), sales_named("acme"))

SuperOffice wants three characters typed before an application searches [dp/standard-app/certification/checklist];
that is up to the page. Former employees are not found.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from crm_client.archive import Archive, any_of, contains
from crm_client.calls import Operation
from crm_client.frozen import dataclass
from crm_client.rows import Line, column, first_lines, key, lines
from crm_client.values import amount, day, integer, text


@dataclass(frozen=True)
class FoundCompany(Line):
    """A company as a list of hits shows it [arch SimpleContact]."""

    contact_id: int = key("contactId")
    name: str = column("nameDepartment", text)
    """Name and department."""
    category: str = column("category", text)
    city: str = column("postAddress/city", text)
    country: str = column("country", text)


@dataclass(frozen=True)
class FoundPerson(Line):
    """A person as a list of hits shows him [arch Person]."""

    person_id: int = key("personId")
    name: str = column("fullName", text)
    title: str = column("title", text)
    company_id: int = column("personContact/contactId", integer)
    company: str = column("personContact/nameDepartment", text)


@dataclass(frozen=True)
class FoundSale(Line):
    """A sale as a list of hits shows it [arch FindSale]."""

    sale_id: int = key("saleId")
    heading: str = column("heading", text)
    amount: Decimal = column("amount", amount)
    """In ``currency``."""
    currency: str = column("currency", text)
    status: str = column("saleStatus", text)
    date: datetime.date | None = column("date", day)
    """When it is expected to close."""
    company: str = column("contact/nameDepartment", text)


def companies_named(words: str, top: int = 10) -> Operation[list[FoundCompany]]:
    """Companies whose name contains each of the words, by name."""
    return first_lines(FoundCompany, _COMPANIES.where(*_each(words, "name")).top(top))


def persons_named(words: str, top: int = 10, contact_id: int = 0) -> Operation[list[FoundPerson]]:
    """Persons whose full name contains each of the words, in whatever order the culture puts them, by name; those who
    work at a company, if it is given.
    """
    persons = replace(_PERSONS, path=f"v1/Contact/{int(contact_id)}/Persons") if contact_id else _PERSONS
    return first_lines(FoundPerson, persons.where(*_each(words, "fullName")).top(top))


def sales_named(words: str, top: int = 10) -> Operation[list[FoundSale]]:
    """Sales whose heading contains each of the words, the latest first."""
    return first_lines(FoundSale, _SALES.where(*_each(words, "heading")).top(top))


def persons_at(contact_ids: Iterable[int], top: int) -> Operation[list[FoundPerson]]:
    """Who works at one of these companies, by name."""
    wanted = list(contact_ids)
    return (yield from first_lines(FoundPerson, _PERSONS.where(any_of("contactId", wanted)).top(top))) if wanted else []


def companies_by_id(ids: Iterable[int]) -> Operation[list[FoundCompany]]:
    """Those of these companies that the person may see."""
    return _by_id(FoundCompany, _COMPANIES, "contactId", ids)


def persons_by_id(ids: Iterable[int]) -> Operation[list[FoundPerson]]:
    """Those of these persons that the one who asks may see."""
    return _by_id(FoundPerson, _PERSONS, "personId", ids)


def sales_by_id(ids: Iterable[int]) -> Operation[list[FoundSale]]:
    """Those of these sales that the person may see."""
    return _by_id(FoundSale, _SALES, "saleId", ids)


_COMPANIES = Archive("v1/Contact").order_by("name")
_PERSONS = Archive("v1/Person").entities("person").order_by("fullName")
_SALES = Archive("v1/Sale").order_by("date desc")


def _by_id[L: Line](cls: type[L], query: Archive, column: str, ids: Iterable[int]) -> Operation[list[L]]:
    wanted = list(ids)
    return (yield from lines(cls, query.where(any_of(column, wanted)))) if wanted else []


def _each(words: str, column: str) -> list[str]:
    """A condition for each word, six at most: more narrow nothing and cost the database."""
    return [contains(column, word) for word in words.split()[:6]]
