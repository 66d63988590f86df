"""Persons who work at a company [arch Person]."""

from __future__ import annotations

from dataclasses import dataclass, field

from crm_client.archive import Archive, Row, pages
from crm_client.calls import Operation
from crm_client.values import integer, text, yes


@dataclass(frozen=True)
class PersonRow:
    """A person in a list."""

    person_id: int
    name: str
    title: str
    position: str
    email: str
    direct_phone: str
    mobile_phone: str
    rank: int
    """Order within the company, the first one first."""
    is_retired: bool
    """No longer works there."""
    has_marketing_consent: bool
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    COLUMNS = (
        "personId",
        "fullName",
        "title",
        "position",
        "rank",
        "retired",
        "email/emailAddress",
        "personDirectPhone/formattedNumber",
        "personMobilePhone/formattedNumber",
        "hasEmarketingConsent",
    )

    @classmethod
    def parse(cls, row: Row) -> PersonRow:
        return cls(
            person_id=integer(row.get("personId") or row.get("PrimaryKey")),
            name=text(row.get("fullName")),
            title=text(row.get("title")),
            position=text(row.get("position")),
            email=text(row.get("email/emailAddress")),
            direct_phone=text(row.get("personDirectPhone/formattedNumber")),
            mobile_phone=text(row.get("personMobilePhone/formattedNumber")),
            rank=integer(row.get("rank")),
            is_retired=yes(row.get("retired")),
            has_marketing_consent=yes(row.get("hasEmarketingConsent")),
            raw=row,
        )

    @property
    def phone(self) -> str:
        """Where to reach him first."""
        return self.mobile_phone or self.direct_phone


def persons_of(contact_id: int) -> Operation[list[PersonRow]]:
    """Everybody who works at the company, by rank; former employees are left out."""
    query = (
        Archive(f"v1/Contact/{int(contact_id)}/Persons").select(*PersonRow.COLUMNS).entities("person").order_by("rank")
    )
    rows = yield from pages(query)
    return [PersonRow.parse(row) for row in rows]
