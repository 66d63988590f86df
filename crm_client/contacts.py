"""Companies, which SuperOffice calls contacts.

Reading::

    company = crm(contact(17))
    company.name, company.phones[0].value, company.right("name").is_mandatory

Changing what a person edited, guarded by what he saw::

    company = crm(change_contact(17, changes(company, name="Acme AS", phones=["22 00 00 01"], category=3)))

Creating, after a look for the same company::

    if not crm(duplicates_of("Acme AS")):
        company = crm(create_contact(crm(new_contact()), name="Acme AS", category=3, business=5))

Never rename the company that owns the tenant: a wrong name fails the licence check and locks everybody out
[dp/standard-app/certification/checklist]. NetServer marks its name read-only for the person (``right("name")``).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from crm_client.archive import Archive, contains, greater
from crm_client.calls import Operation
from crm_client.duplicates import Duplicate, duplicates
from crm_client.fields import (
    address_at,
    associate_at,
    elements_at,
    flag_at,
    item_at,
    picks_at,
    read_at,
    text_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind, writable
from crm_client.records import changes as changes  # also known by this module's name
from crm_client.rows import Line, column, first_lines, key
from crm_client.values import Address, Element, Item, integer, moment, text, yes


@dataclass(frozen=True)
class Contact(Custom):
    """One company as the person may see it [oas ContactEntity].

    Items are chosen from the MDO lists ``category``, ``business``, ``country``; owners from ``associate``.
    ``Number1`` is the field shown as "Code", ``Number2`` the one shown as "Number" (by the sample payloads).
    """

    contact_id: int = read_at("ContactId", integer)
    name: str = text_at("Name")
    department: str = text_at("Department")
    org_nr: str = text_at("OrgNr")
    code: str = text_at("Number1")
    number: str = text_at("Number2")
    note: str = text_at("Description")
    phones: tuple[Element, ...] = elements_at("Phones")
    faxes: tuple[Element, ...] = elements_at("Faxes")
    emails: tuple[Element, ...] = elements_at("Emails")
    urls: tuple[Element, ...] = elements_at("Urls")
    category: Item | None = item_at("Category")
    business: Item | None = item_at("Business")
    country_item: Item | None = item_at("Country", "CountryId", "Name")
    """Decides the layout of addresses and phones."""
    country: str = read_at("Country/Name", text)
    owner: Item | None = associate_at("Associate")
    """The associate who looks after the company ("our contact")."""
    support_owner: Item | None = associate_at("SupportAssociate")
    address: str = read_at("Address/Formatted", lambda value: text(value).strip())
    """Postal and street address in one text with line breaks, formatted by SuperOffice."""
    postal: Address = address_at("Address/Postal")
    street: Address = address_at("Address/Street")
    interests: frozenset[int] = picks_at("Interests")
    """Ids of the ticked items of the list ``contint``."""
    is_stopped: bool = flag_at("Xstop")
    """The STOP flag: do no business with them."""
    no_mailing: bool = flag_at("NoMailing")
    is_deleted: bool = read_at("Deleted", yes)

    @property
    def full_name(self) -> str:
        """Name and department, as SuperOffice shows them."""
        return f"{self.name}, {self.department}" if self.department else self.name


CONTACTS = Kind("Contact", "ContactId", Contact)

FIELDS = writable(Contact)
"""What can be edited, and NetServer's property behind it."""

ELEMENTS = ("phones", "faxes", "emails", "urls")
ITEMS = ("category", "business", "country_item", "owner", "support_owner")


def contact(contact_id: int, foreign_keys: bool = False) -> Operation[Contact]:
    """One company; ``foreign_keys`` adds those of all applications to ``raw["ExtraFields"]``. Raises ``NotFound``."""
    return CONTACTS.read(contact_id, **({"fk": "true"} if foreign_keys else {}))


def new_contact() -> Operation[Contact]:
    """A company as SuperOffice would start it, with the person's preferences; not saved."""
    return CONTACTS.new()


def create_contact(start: Contact, **wanted: Any) -> Operation[Contact]:
    """Save a new company, begun by ``new_contact``. Look for ``duplicates_of`` its name first [dp/best-practices]."""
    return CONTACTS.create(start, wanted)


def change_contact(
    contact_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Contact]:
    """Change a company, guarded by what the person saw; the company as it is afterwards.

    Without changes it is only read. Raises ``Conflict`` with ``current: Contact``, or what ``patch.guarded`` raises.
    """
    return CONTACTS.change(contact_id, changes, unmodified_since)


def delete_contact(contact_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Put a company into the recycle bin, where it stays 14 days unless the customer chose otherwise."""
    return CONTACTS.delete(contact_id, unmodified_since)


def duplicates_of(name: str, department: str = "") -> Operation[list[Duplicate]]:
    """Companies that may be the one somebody is about to create, by the customer's rules.

    Asked of the agent: names in REST's path would stand in logs, and not every name can stand there.
    """
    return duplicates("Contact/GetNameDepartmentDuplicates", Name=name, Department=department)


def same_domain(domain: str) -> Operation[list[Duplicate]]:
    """Companies that own a web or mail domain."""
    return duplicates("Contact/GetDomainDuplicates", Domain=domain)


@dataclass(frozen=True)
class ContactRow(Line):
    """A company in a list: display texts, only the id is more [arch SimpleContact]."""

    contact_id: int = key("contactId")
    name: str = column("nameDepartment", text)
    """Name and department."""
    category: str = column("category", text)
    business: str = column("business", text)
    owner: str = column("contactAssociate/fullName", text)
    org_nr: str = column("orgnr", text)
    number: str = column("number", text)
    city: str = column("postAddress/city", text)
    country: str = column("country", text)
    phone: str = column("contactPhone/formattedNumber", text)
    email: str = column("email/emailAddress", text)
    is_stopped: bool = column("stop", yes)
    updated: datetime | None = column("updatedDate", moment)


def contacts(search: str = "", top: int = 50, after: int | None = None) -> Operation[list[ContactRow]]:
    """Companies whose name contains a text, one page.

    Without ``after`` they come by name, the first ``top`` of them: a short list to choose from. With ``after`` they
    come by id, those beyond it: for reading on and on, since deep pages by ``$skip`` cost their square
    [dp/best-practices]; begin with 0 and go on with the last row's ``contact_id``. SuperOffice wants three characters
    typed before an application searches [dp/standard-app/certification/checklist]; that is up to the page.
    """
    words = [contains("name", search)] if search else []
    query = Archive("v1/Contact").where(greater("contactId", after or 0), *words).top(top)
    return first_lines(ContactRow, query.order_by("name" if after is None else "contactId"))
