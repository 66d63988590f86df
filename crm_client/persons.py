"""Persons: whom one talks to, at a company or by themselves [oas PersonEntity, arch Person].

Never change the company of a person who is a user of SuperOffice (``is_user``): he could not sign in any more
[dp/standard-app/certification/checklist]. What he allowed us to do with his data is in ``consents``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from crm_client.archive import Archive, both, contains, either, is_
from crm_client.calls import Operation
from crm_client.consents import Consent, consents_in
from crm_client.fields import (
    address_at,
    associate_at,
    day_at,
    elements_at,
    flag_at,
    item_at,
    picks_at,
    read_at,
    text_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind
from crm_client.rows import Line, column, first_lines, key, lines
from crm_client.values import Address, Element, Item, integer, objects, text, yes


@dataclass(frozen=True)
class Person(Custom):
    """One person as the user may see it.

    Items are chosen from the MDO lists ``perspos`` (position), ``country`` and ``associate``; so are the texts
    ``form_of_address`` (``mrmrs``) and ``academic_title`` (``salutation``).
    """

    person_id: int = read_at("PersonId", integer)
    first_name: str = text_at("Firstname")
    middle_name: str = text_at("MiddleName")
    last_name: str = text_at("Lastname")
    full_name: str = read_at("FullName", text)
    """In the order of the culture."""
    form_of_address: str = text_at("Mrmrs")
    title: str = text_at("Title")
    """Free text; ``position`` comes from a list."""
    academic_title: str = text_at("Salutation")
    position: Item | None = item_at("Position")
    number: str = text_at("PersonNumber")
    note: str = text_at("Description")
    company: Item | None = item_at("Contact", "ContactId", "Name")
    country: Item | None = item_at("Country", "CountryId", "Name")
    birth: date | None = day_at("BirthDate")
    """Year 2 means: of unknown year."""
    office_phones: tuple[Element, ...] = elements_at("OfficePhones")
    mobile_phones: tuple[Element, ...] = elements_at("MobilePhones")
    private_phones: tuple[Element, ...] = elements_at("PrivatePhones")
    other_phones: tuple[Element, ...] = elements_at("OtherPhones")
    faxes: tuple[Element, ...] = elements_at("Faxes")
    emails: tuple[Element, ...] = elements_at("Emails")
    urls: tuple[Element, ...] = elements_at("Urls")
    address: str = read_at("Address/Formatted", lambda value: text(value).strip())
    private_address: Address = address_at("Address/Street")
    interests: frozenset[int] = picks_at("Interests")
    """Ids of the ticked items of the list ``persint``."""
    subscriptions: frozenset[int] = picks_at("ShipmentTypes")
    """Ids of the kinds of mailings he gets."""
    support_owner: Item | None = associate_at("SupportAssociate")
    no_mailing: bool = flag_at("NoMailing")
    is_retired: bool = flag_at("Retired")
    """No longer works there."""
    is_user: bool = read_at("IsAssociate", yes)
    consents: tuple[Consent, ...] = read_at("Consents", consents_in)


PERSONS = Kind("Person", "PersonId", Person)


def person(person_id: int, foreign_keys: bool = False) -> Operation[Person]:
    """One person; ``foreign_keys`` adds those of all applications to ``raw["ExtraFields"]``. Raises ``NotFound``."""
    return PERSONS.read(person_id, **({"fk": "true"} if foreign_keys else {}))


def new_person() -> Operation[Person]:
    """A person as SuperOffice would start it, not saved."""
    return PERSONS.new()


def create_person(start: Person, consents: Sequence[Mapping[str, Any]] = (), **wanted: Any) -> Operation[Person]:
    """Save a new person, begun by ``new_person``. Look for ``same_persons`` first [dp/best-practices].

    ``consents`` (see ``consent_info``) say how we know of him; those SuperOffice's default has for other purposes
    stay. Never leave the source unknown [dp/standard-app/certification/checklist].

    SuperOffice may send him a confirmation by e-mail, if the customer has chosen so for the source of his consent
    [privacy/admin/add-source].
    """
    purposes = {info["ConsentPurposeKey"] for info in consents}
    others = [info for info in objects(start.raw.get("Consents")) if info.get("ConsentPurposeKey") not in purposes]
    start = replace(start, raw={**start.raw, "Consents": [*others, *consents]}) if consents else start
    return PERSONS.create(start, wanted)


def change_person(
    person_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Person]:
    """Change a person, guarded by what the user saw. Raises ``Conflict`` with ``current: Person``."""
    return PERSONS.change(person_id, changes, unmodified_since)


def delete_person(person_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Put a person into the recycle bin."""
    return PERSONS.delete(person_id, unmodified_since)


@dataclass(frozen=True)
class PersonRow(Line):
    """A person in a list."""

    person_id: int = key("personId")
    name: str = column("fullName", text)
    title: str = column("title", text)
    position: str = column("position", text)
    rank: int = column("rank", integer)
    """Order within the company, the first one first."""
    is_retired: bool = column("retired", yes)
    """No longer works there."""
    email: str = column("email/emailAddress", text)
    direct_phone: str = column("personDirectPhone/formattedNumber", text)
    mobile_phone: str = column("personMobilePhone/formattedNumber", text)
    has_marketing_consent: bool = column("hasEmarketingConsent", yes)

    @property
    def phone(self) -> str:
        """Where to reach him first."""
        return self.mobile_phone or self.direct_phone


def persons_of(contact_id: int) -> Operation[list[PersonRow]]:
    """Everybody who works at the company, by rank; former employees are left out."""
    return lines(PersonRow, Archive(f"v1/Contact/{int(contact_id)}/Persons").entities("person").order_by("rank"))


def persons_by_email(address: str) -> Operation[list[PersonRow]]:
    """Persons with an e-mail address that contains a text: the look for duplicates SuperOffice has no rule for."""
    query = Archive("v1/Person").where(contains("email/emailAddress", address)).entities("person").order_by("personId")
    return lines(PersonRow, query)


@dataclass(frozen=True)
class Namesake(PersonRow):
    """A person who may be the one somebody is about to create, with the company he works at."""

    company_id: int = column("personContact/contactId", integer)
    company: str = column("personContact/nameDepartment", text)


MOST_NAMESAKES = 10
"""More help nobody to recognise one."""
SHORTEST = 3
"""Letters to look for, at least [dp/standard-app/certification/checklist]."""


def same_persons(first_name: str, last_name: str, emails: Collection[str] = ()) -> Operation[list[Namesake]]:
    """Persons at any company with the same name or one of the e-mail addresses: SuperOffice has no rule for persons."""
    ways = [contains("email/emailAddress", address) for address in emails if len(address) >= SHORTEST]
    name = {"firstName": first_name, "lastName": last_name}
    if len(first_name + last_name) >= SHORTEST:
        ways.append("(" + both(*(is_(column, value) for column, value in name.items() if value)) + ")")
    if not ways:
        return []
    query = Archive("v1/Person").where(either(*ways)).entities("person").order_by("personId")
    return (yield from first_lines(Namesake, query.top(MOST_NAMESAKES)))


def same_person(wanted: Person, besides: Collection[int] = ()) -> Operation[Person | None]:
    """The person one wanted to create, if he is there: for a look after ``OutcomeUnknown``.

    The same name, title, phones and e-mail addresses at the same company make him the same; ``besides`` are persons who
    were there before.
    """
    name = {"firstName": wanted.first_name, "lastName": wanted.last_name}
    said = [is_(column, value) for column, value in name.items() if value]
    if not said or wanted.company is None:
        return None
    query = Archive(f"v1/Contact/{wanted.company.id}/Persons").entities("person").where(*said).order_by("personId")
    for row in (yield from lines(PersonRow, query)):
        if row.person_id not in besides:
            found = yield from person(row.person_id)
            if _said(found) == _said(wanted):
                return found
    return None


def _said(one: Person) -> tuple[Any, ...]:
    """SuperOffice may write phone numbers in its own way."""
    phones = {re.sub(r"\D", "", phone.value)[-8:] for phone in (*one.mobile_phones, *one.office_phones) if phone.value}
    emails = {email.value.casefold() for email in one.emails if email.value}
    return one.first_name, one.last_name, one.title, phones, emails
