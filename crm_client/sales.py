"""Sales: what a company is about to buy [arch SaleFilteredWithStakeholder]."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from crm_client.archive import Archive, Row, one_of, pages
from crm_client.calls import Operation
from crm_client.values import amount, day, integer, text

OPEN = 1
"""``SaleStatus`` Open; 2 is Sold, 3 Lost, 4 Stalled [oas]."""


@dataclass(frozen=True)
class SaleRow:
    """A sale in a list. Stage, type, status and currency are the texts SuperOffice shows."""

    sale_id: int
    heading: str
    amount: Decimal
    """In ``currency``."""
    currency: str
    stage: str
    probability: int
    """Per cent."""
    status: str
    sale_type: str
    date: datetime.date | None
    """When it is expected to close."""
    next_due: datetime.date | None
    """Date of the next open activity."""
    number: str
    owner: str
    person_id: int
    person: str
    raw: Row = field(default_factory=dict, repr=False, compare=False)

    COLUMNS = (
        "saleId",
        "heading",
        "amount",
        "currency",
        "stage",
        "probPercent",
        "saleStatus",
        "saleType",
        "date",
        "nextDueDate",
        "saleNumber",
        "associate/fullName",
        "person/personId",
        "person/fullName",
    )

    @classmethod
    def parse(cls, row: Row) -> SaleRow:
        return cls(
            sale_id=integer(row.get("saleId") or row.get("PrimaryKey")),
            heading=text(row.get("heading")),
            amount=amount(row.get("amount")),
            currency=text(row.get("currency")),
            stage=text(row.get("stage")),
            probability=integer(row.get("probPercent")),
            status=text(row.get("saleStatus")),
            sale_type=text(row.get("saleType")),
            date=day(row.get("date")),
            next_due=day(row.get("nextDueDate")),
            number=text(row.get("saleNumber")),
            owner=text(row.get("associate/fullName")),
            person_id=integer(row.get("person/personId")),
            person=text(row.get("person/fullName")),
            raw=row,
        )


def open_sales_of(contact_id: int) -> Operation[list[SaleRow]]:
    """Open sales of a company, the latest first.

    Sales in which the company is only a stakeholder are left out, by ``$entities=sale``. Raises ``Denied`` where the
    person may not see sales.
    """
    query = (
        Archive(f"v1/Contact/{int(contact_id)}/Sales")
        .select(*SaleRow.COLUMNS)
        .where(one_of("saleStatus", [OPEN]))
        .entities("sale")
        .order_by("date desc")
    )
    rows = yield from pages(query)
    return [SaleRow.parse(row) for row in rows]


def sums(sales: Iterable[SaleRow]) -> dict[str, Decimal]:
    """The sum of each currency, the currencies in order of first appearance. Currencies are never added up."""
    total: dict[str, Decimal] = {}
    for sale in sales:
        total[sale.currency] = total.get(sale.currency, Decimal(0)) + sale.amount
    return total
