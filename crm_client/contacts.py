"""Companies, which SuperOffice calls contacts.

Reading::

    company = crm(contact(17))
    company.name, company.phones[0].value, company.right("name").is_mandatory

Changing what a person edited, guarded by what he saw::

    company = crm(change_contact(17, changes(company, name="Acme AS", phones=["22 00 00 01"], category=3)))

Never rename the company that owns the tenant: a wrong name fails the licence check and locks everybody out
[dp/standard-app/certification/checklist]. NetServer marks its name read-only for the person (``right("name")``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from crm_client.archive import Archive, Row, contains, first_page, greater
from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.patch import MISSING, Change, guarded, value_at
from crm_client.values import Element, FieldRight, Item, TableRight, integer, moment, text, yes

FIELDS: dict[str, str] = {
    "name": "Name",
    "department": "Department",
    "org_nr": "OrgNr",
    "code": "Number1",
    "number": "Number2",
    "note": "Description",
    "phones": "Phones",
    "emails": "Emails",
    "urls": "Urls",
    "category": "Category",
    "business": "Business",
}
"""What can be edited here, and NetServer's property behind it. ``Number1`` is the field shown as "Code", ``Number2``
the one shown as "Number" (by the sample payloads).
"""

ELEMENTS = ("phones", "emails", "urls")
ITEMS = ("category", "business")


@dataclass(frozen=True)
class Contact:
    """One company as the person may see it [oas ContactEntity]."""

    contact_id: int
    name: str
    department: str
    org_nr: str
    code: str
    number: str
    note: str
    phones: tuple[Element, ...]
    emails: tuple[Element, ...]
    urls: tuple[Element, ...]
    category: Item | None
    business: Item | None
    country: str
    owner: Item | None
    """The associate who looks after the company ("our contact")."""
    address: str
    """Postal and street address in one text with line breaks, formatted by SuperOffice."""
    is_stopped: bool
    """The STOP flag: do no business with them."""
    no_mailing: bool
    is_deleted: bool
    updated: datetime | None
    registered: datetime | None
    table_right: TableRight
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The entity as it came, with all that is not named above."""

    @classmethod
    def parse(cls, entity: Mapping[str, Any]) -> Contact:
        """From a ContactEntity."""
        return cls(
            contact_id=integer(entity.get("ContactId")),
            name=text(entity.get("Name")),
            department=text(entity.get("Department")),
            org_nr=text(entity.get("OrgNr")),
            code=text(entity.get("Number1")),
            number=text(entity.get("Number2")),
            note=text(entity.get("Description")),
            phones=Element.parse_all(entity.get("Phones")),
            emails=Element.parse_all(entity.get("Emails")),
            urls=Element.parse_all(entity.get("Urls")),
            category=Item.parse(entity.get("Category")),
            business=Item.parse(entity.get("Business")),
            country=text(_part(entity, "Country", "Name")),
            owner=_owner(entity.get("Associate")),
            address=text(_part(entity, "Address", "Formatted")).strip(),
            is_stopped=yes(entity.get("Xstop")),
            no_mailing=yes(entity.get("NoMailing")),
            is_deleted=yes(entity.get("Deleted")),
            updated=moment(entity.get("UpdatedDate")),
            registered=moment(entity.get("CreatedDate")),
            table_right=TableRight.parse(entity.get("TableRight")),
            raw=entity,
        )

    @property
    def full_name(self) -> str:
        """Name and department, as SuperOffice shows them."""
        return f"{self.name}, {self.department}" if self.department else self.name

    def right(self, name: str) -> FieldRight:
        """What the person may do with one of ``FIELDS``; a record that may not be updated has no writable field."""
        right = FieldRight.parse(value_at(self.raw.get("FieldProperties"), FIELDS[name]))
        if self.table_right.can_update:
            return right
        return FieldRight(
            right.is_readable, False, right.is_mandatory, right.reason or self.table_right.reason, right.max_length
        )


def contact(contact_id: int) -> Operation[Contact]:
    """One company. Raises ``NotFound``."""
    entity = yield Call("GET", f"v1/Contact/{int(contact_id)}")
    return _parsed(entity)


def change_contact(
    contact_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Contact]:
    """Change a company, guarded by what the person saw; the company as it is afterwards.

    Without changes it is only read. Raises ``Conflict`` with ``current: Contact``, or what ``patch.guarded`` raises.
    """
    if not changes:
        return (yield from contact(contact_id))
    return (yield from guarded(f"v1/Contact/{int(contact_id)}", changes, _parsed, unmodified_since))


def changes(seen: Contact, **wanted: Any) -> list[Change]:
    """What differs between a company as it was seen and as it is wanted, by the names in ``FIELDS``.

    Texts are texts, ``category`` and ``business`` ids, ``phones``, ``emails`` and ``urls`` sequences of texts by
    rank, where an empty one removes and a further one adds. Names that are left out stay as they are.
    """
    found: list[Change] = []
    for name, value in wanted.items():
        place = FIELDS[name]
        if name in ELEMENTS:
            found += element_changes(place, getattr(seen, name), value)
        elif name in ITEMS:
            found += _item_change(seen, place, integer(value))
        elif getattr(seen, name) != value:
            found.append(Change(f"/{place}", seen=value_at_or_empty(seen.raw, place), value=value))
    return found


def element_changes(array: str, seen: Sequence[Element], wanted: Sequence[str]) -> list[Change]:
    """Changes that turn one array of phones, e-mails or web addresses into another; descriptions stay.

    Values are replaced first, then removed from the end, then added, so that no place moves before its turn.
    """
    pairs = list(zip(seen, [*wanted, *[""] * len(seen)], strict=False))
    at = [(f"/{array}/{place}", old.value, new) for place, (old, new) in enumerate(pairs)]
    replaced = [Change(f"{path}/Value", old, new) for path, old, new in at if new and new != old]
    removed = [Change(path, old, MISSING, guard=f"{path}/Value") for path, old, new in reversed(at) if not new]
    added = [Change(f"/{array}/-", MISSING, Element(new).as_json) for new in wanted[len(seen) :] if new]
    return replaced + removed + added


def value_at_or_empty(record: Mapping[str, Any], name: str) -> Any:
    """A value as it came, which is what a ``test`` must repeat; a property that did not come is null."""
    found = value_at(record, name)
    return None if found is MISSING else found


def _item_change(seen: Contact, name: str, wanted: int) -> list[Change]:
    there = value_at_or_empty(seen.raw, name)
    before = integer(value_at(there, "Id")) if isinstance(there, Mapping) else 0
    if before == wanted:
        return []
    if not isinstance(there, Mapping):
        return [Change(f"/{name}", None, {"Id": wanted})]
    return [Change(f"/{name}/Id", before, wanted)]


@dataclass(frozen=True)
class ContactRow:
    """A company in a list: display texts, only the id is more [arch SimpleContact]."""

    contact_id: int
    name: str
    """Name and department."""
    category: str
    business: str
    owner: str
    org_nr: str
    number: str
    city: str
    country: str
    phone: str
    email: str
    is_stopped: bool
    updated: datetime | None
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, row: Row) -> ContactRow:
        return cls(
            contact_id=integer(row.get("contactId") or row.get("PrimaryKey")),
            name=text(row.get("nameDepartment")),
            category=text(row.get("category")),
            business=text(row.get("business")),
            owner=text(row.get("contactAssociate/fullName")),
            org_nr=text(row.get("orgnr")),
            number=text(row.get("number")),
            city=text(row.get("postAddress/city")),
            country=text(row.get("country")),
            phone=text(row.get("contactPhone/formattedNumber")),
            email=text(row.get("email/emailAddress")),
            is_stopped=yes(row.get("stop")),
            updated=moment(row.get("updatedDate")),
            raw=row,
        )


ROW_COLUMNS = (
    "contactId",
    "nameDepartment",
    "category",
    "business",
    "contactAssociate/fullName",
    "orgnr",
    "number",
    "postAddress/city",
    "country",
    "contactPhone/formattedNumber",
    "email/emailAddress",
    "stop",
    "updatedDate",
)


def contacts(search: str = "", top: int = 50, after: int | None = None) -> Operation[list[ContactRow]]:
    """Companies whose name contains a text, one page.

    Without ``after`` they come by name, the first ``top`` of them: a short list to choose from. With ``after`` they
    come by id, those beyond it: for reading on and on, since deep pages by ``$skip`` cost their square
    [dp/best-practices]; begin with 0 and go on with the last row's ``contact_id``. SuperOffice wants three characters
    typed before an application searches [dp/standard-app/certification/checklist]; that is up to the page.
    """
    words = [contains("name", search)] if search else []
    query = Archive("v1/Contact").select(*ROW_COLUMNS).where(greater("contactId", after or 0), *words).top(top)
    rows = yield from first_page(query.order_by("name" if after is None else "contactId"))
    return [ContactRow.parse(row) for row in rows]


def _parsed(entity: Any) -> Contact:
    if not isinstance(entity, Mapping) or not entity.get("ContactId"):
        raise BadAnswer("v1/Contact: the answer is no company")
    return Contact.parse(entity)


def _part(entity: Mapping[str, Any], *path: str) -> Any:
    return value_at(entity, "/".join(path))


def _owner(associate: Any) -> Item | None:
    if not isinstance(associate, Mapping) or not associate.get("AssociateId"):
        return None
    return Item(integer(associate["AssociateId"]), text(associate.get("FullName")) or text(associate.get("Name")))
