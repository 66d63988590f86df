"""Sales: what a company is about to buy, has bought, or did not buy [oas SaleEntity, arch SaleFilteredWithStakeholder].

::

    sales, stakeholders = crm.all(open_sales_of(17), stakeholders_of(7))
    made = crm(create_sale(crm(new_sale()), heading="Pumps", company=17, amount=Decimal("12500")))
    crm(change_sale(made.sale_id, changes(made, status=SaleStatus.SOLD, reason_sold=2)))
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from crm_client.archive import Archive, is_, mine, one_of
from crm_client.calls import Call, Operation
from crm_client.fields import (
    Word,
    amount_at,
    associate_at,
    day_at,
    item_at,
    number_at,
    picks_at,
    read_at,
    text_at,
    word_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind, Record
from crm_client.rows import Line, column, key, lines
from crm_client.users import current_principal
from crm_client.values import Item, amount, day, integer, text, yes

OPEN = 1
"""``SaleStatus`` Open; 2 is Sold, 3 Lost, 4 Stalled [oas]."""


class SaleStatus(Word):
    UNKNOWN = "Unknown"
    OPEN = "Open"
    SOLD = "Sold"
    LOST = "Lost"
    STALLED = "Stalled"


@dataclass(frozen=True)
class Sale(Custom):
    """One sale as the person may see it.

    Items are chosen from the MDO lists ``currency``, ``prob`` (stage), ``saletype``, ``source``, ``comptr``
    (competitor), ``credited``, ``reason``, ``reasonsold``, ``reasonstalled`` and ``associate``.
    """

    sale_id: int = read_at("SaleId", integer)
    heading: str = text_at("Heading")
    description: str = text_at("SaleText")
    note: str = text_at("Postit")
    number: str = text_at("Number")
    amount: Decimal = amount_at("Amount")
    """In ``currency``."""
    currency: Item | None = item_at("Currency")
    earning: Decimal = amount_at("Earning")
    earning_percent: Decimal = amount_at("EarningPercent")
    status: SaleStatus = word_at("Status", SaleStatus)
    stage: Item | None = item_at("Rating")
    probability: int = number_at("Probability")
    """Per cent; may differ from the stage's."""
    date: datetime.date | None = day_at("Saledate")
    """When it is expected to close, or closed."""
    next_due: datetime.date | None = day_at("NextDueDate", reads_only=True)
    reopen: datetime.date | None = day_at("ReopenDate")
    """Of stalled sales."""
    company: Item | None = item_at("Contact", "ContactId", "Name")
    person: Item | None = item_at("Person", "PersonId", "FullName")
    """Works at ``company``."""
    project: Item | None = item_at("Project", "ProjectId", "Name")
    owner: Item | None = associate_at("Associate")
    sale_type: Item | None = item_at("SaleType")
    source: Item | None = item_at("Source")
    competitor: Item | None = item_at("Competitor")
    credited: Item | None = item_at("Credited")
    reason: Item | None = item_at("Reason")
    """Why it was lost."""
    reason_sold: Item | None = item_at("ReasonSold")
    reason_stalled: Item | None = item_at("ReasonStalled")


@dataclass(frozen=True)
class Stakeholder(Record):
    """A company or person with a part in a sale [oas SaleStakeholder]."""

    stakeholder_id: int = read_at("SaleStakeholderId", integer)
    sale_id: int = number_at("SaleId")
    company_id: int = number_at("ContactId")
    company: str = text_at("ContactName", reads_only=True)
    person_id: int = number_at("PersonId")
    first_name: str = text_at("Firstname", reads_only=True)
    last_name: str = text_at("Lastname", reads_only=True)
    role_id: int = number_at("StakeholderRoleId")
    role: str = text_at("StakeholderRoleName", reads_only=True)
    comment: str = text_at("Comment")
    rank: int = number_at("Rank")


@dataclass(frozen=True)
class Stage(Record):
    """A stage a sale goes through [oas SaleStageEntity]."""

    stage_id: int = read_at("SaleStageId", integer)
    name: str = read_at("Value", text)
    probability: int = read_at("Probability", integer)
    """Per cent; a sale in this stage may have another."""
    rank: int = read_at("Rank", integer)
    is_deleted: bool = read_at("Deleted", yes)


@dataclass(frozen=True)
class SaleType(Record):
    """What kinds of sales a customer knows [oas SaleTypeEntity]."""

    type_id: int = read_at("SaleTypeId", integer)
    name: str = read_at("Name", text)
    stages: frozenset[int] = picks_at("Stages")
    """Ids of the stages that its sales go through; empty where it names none."""


SALES = Kind("Sale", "SaleId", Sale)
SALE_TYPES = Kind("List/SaleType/Items", "SaleTypeId", SaleType)
STAGES = Kind("List/Rating/Items", "SaleStageId", Stage)
STAKEHOLDERS = Kind("SaleStakeholder", "SaleStakeholderId", Stakeholder)


def sale(sale_id: int) -> Operation[Sale]:
    """One sale. Raises ``NotFound``."""
    return SALES.read(sale_id)


def new_sale() -> Operation[Sale]:
    """A sale as SuperOffice would start it, not saved."""
    return SALES.new()


def create_sale(start: Sale, **wanted: Any) -> Operation[Sale]:
    """Save a new sale, begun by ``new_sale``."""
    return SALES.create(start, wanted)


def change_sale(
    sale_id: int, changes: Sequence[Change], unmodified_since: datetime.datetime | None = None
) -> Operation[Sale]:
    """Change a sale, guarded by what the person saw. Raises ``Conflict`` with ``current: Sale``."""
    return SALES.change(sale_id, changes, unmodified_since)


def delete_sale(sale_id: int, unmodified_since: datetime.datetime | None = None) -> Operation[None]:
    """Delete a sale."""
    return SALES.delete(sale_id, unmodified_since)


def same_sale(wanted: Sale, begun: datetime.datetime) -> Operation[Sale | None]:
    """The sale that the one who asks wanted to create since a moment, if it is there: for a look after
    ``OutcomeUnknown``.

    The same heading, amount, date, type, person and owner at the same company make it the same, if he registered it
    himself, and then: give or take what your clock and SuperOffice's may differ by.
    """
    if not wanted.heading or wanted.company is None:
        return None
    query = _sales_of("Contact", wanted.company.id).where(is_("heading", wanted.heading), mine("registeredBy"))
    for row in (yield from lines(SaleRow, query)):
        if (row.amount, row.date) == (wanted.amount, wanted.date):
            found = yield from sale(row.sale_id)
            if found.registered and found.registered >= begun.replace(microsecond=0) and _said(found) == _said(wanted):
                return found
    return None


def _said(one: Sale) -> tuple[Any, ...]:
    links = (one.person, one.owner, one.currency, one.sale_type)
    return one.heading, one.amount, one.date, *(link.id if link else 0 for link in links)


def stages() -> Operation[list[Stage]]:
    """The stages of sales of any type, in the list's own order."""
    found = STAGES.parse_all((yield Call("GET", STAGES.path)))
    return sorted((stage for stage in found if not stage.is_deleted), key=lambda stage: stage.rank)


def stages_of_type(sale_type_id: int) -> Operation[frozenset[int]]:
    """Ids of the stages that sales of a type go through; empty where the type names none
    [oas SaleTypeEntity, Stages].
    """
    return SALE_TYPES.parse((yield Call("GET", SALE_TYPES.at(sale_type_id)))).stages


def sale_types() -> Operation[list[SaleType]]:
    """The types of sales with their stages, whoever may choose them: see the MDO list ``saletype`` for that."""
    return SALE_TYPES.parse_all((yield Call("GET", SALE_TYPES.path)))


def stakeholder(stakeholder_id: int) -> Operation[Stakeholder]:
    """One stakeholder. Raises ``NotFound``."""
    return STAKEHOLDERS.read(stakeholder_id)


def new_stakeholder() -> Operation[Stakeholder]:
    """A stakeholder not saved."""
    return STAKEHOLDERS.new()


def add_stakeholder(start: Stakeholder, **wanted: Any) -> Operation[Stakeholder]:
    """Add a stakeholder, begun by ``new_stakeholder``; ``sale_id`` tells to which sale."""
    return STAKEHOLDERS.create(start, wanted)


def change_stakeholder(stakeholder_id: int, changes: Sequence[Change]) -> Operation[Stakeholder]:
    """Change a stakeholder's role or comment."""
    return STAKEHOLDERS.change(stakeholder_id, changes)


def remove_stakeholder(stakeholder_id: int) -> Operation[None]:
    """Take a stakeholder out of a sale."""
    return STAKEHOLDERS.delete(stakeholder_id)


@dataclass(frozen=True)
class Expected(Line):
    """A sale in a list, as far as it says what may be expected of it."""

    sale_id: int = key("saleId")
    amount: Decimal = column("amount", amount)
    """In ``currency``."""
    currency: str = column("currency", text)
    probability: int = column("probPercent", integer)
    """Per cent."""
    date: datetime.date | None = column("date", day)
    """When it is expected to close."""

    @property
    def weighted(self) -> Decimal:
        """What may be expected of it."""
        return self.amount * self.probability / 100


@dataclass(frozen=True)
class SaleRow(Expected):
    """A sale in a list. Stage, type, status and currency are the texts SuperOffice shows."""

    heading: str = column("heading", text)
    stage: str = column("stage", text)
    status: str = column("saleStatus", text)
    sale_type: str = column("saleType", text)
    next_due: datetime.date | None = column("nextDueDate", day)
    """Date of the next open activity."""
    number: str = column("saleNumber", text)
    owner: str = column("associate/fullName", text)
    person_id: int = column("person/personId", integer)
    person: str = column("person/fullName", text)


@dataclass(frozen=True)
class PipelineRow(Expected):
    """An open sale, as far as a pipeline counts it."""

    stage: str = column("stage", text)
    stage_rank: int = column("stageRank", integer)


@dataclass(frozen=True)
class StakeholderRow(Line):
    """A stakeholder in a list."""

    stakeholder_id: int = key("saleStakeholderId")
    company_id: int = column("contact/contactId", integer)
    company: str = column("contact/nameDepartment", text)
    person_id: int = column("person/personId", integer)
    person: str = column("person/fullName", text)
    role: str = column("salesRoleId", text)
    comment: str = column("comment", text)


def open_sales_of(contact_id: int) -> Operation[list[SaleRow]]:
    """Open sales of a company, the latest first.

    Sales in which the company is only a stakeholder are left out, by ``$entities=sale``. Raises ``Denied`` where the
    person may not see sales.
    """
    return lines(SaleRow, _sales_of("Contact", contact_id).where(one_of("saleStatus", [OPEN])))


def my_open_sales() -> Operation[list[PipelineRow]]:
    """Open sales of the person who asks."""
    return _pipeline(mine("associateId"))


def open_sales_of_my_group() -> Operation[list[PipelineRow]]:
    """Open sales of everybody whose primary user group is that of the person who asks."""
    group = (yield from current_principal()).group_id
    return (yield from _pipeline(is_("associate/usergroupId", group)))


def all_open_sales() -> Operation[list[PipelineRow]]:
    """Open sales of everybody, as far as the person who asks may see them."""
    return _pipeline()


def _pipeline(*conditions: str) -> Operation[list[PipelineRow]]:
    query = Archive("v1/Sale").where(*conditions, one_of("saleStatus", [OPEN]))
    return lines(PipelineRow, query.order_by("saleId"))


def open_sales_of_person(person_id: int) -> Operation[list[SaleRow]]:
    """Open sales of a person, the latest first. Raises ``Denied`` where the one who asks may not see sales."""
    return lines(SaleRow, _sales_of("Person", person_id).where(one_of("saleStatus", [OPEN])))


def sales_of_person(person_id: int) -> Operation[list[SaleRow]]:
    """All sales of a person, the latest first."""
    return lines(SaleRow, _sales_of("Person", person_id))


def open_sales_of_project(project_id: int) -> Operation[list[SaleRow]]:
    """Open sales of a project, the latest first. Raises ``Denied`` where the one who asks may not see sales.

    The API has no list of sales below a project, so all sales are asked for those of this one.
    """
    query = Archive("v1/Sale").where(one_of("projectId", [int(project_id)]), one_of("saleStatus", [OPEN]))
    return lines(SaleRow, query.order_by("date desc"))


def stakeholders_of(sale_id: int) -> Operation[list[StakeholderRow]]:
    """Who else has a part in a sale."""
    return lines(StakeholderRow, Archive(f"v1/Sale/{int(sale_id)}/Stakeholders"))


def _sales_of(entity: str, record_id: int) -> Archive:
    return Archive(f"v1/{entity}/{int(record_id)}/Sales").entities("sale").order_by("date desc")


def sums(sales: Iterable[Expected]) -> dict[str, Decimal]:
    """The sum of each currency, the currencies in order of first appearance. Currencies are never added up."""
    return _sums((sale.currency, sale.amount) for sale in sales)


def weighted_sums(sales: Iterable[Expected]) -> dict[str, Decimal]:
    """What may be expected in each currency."""
    return _sums((sale.currency, sale.weighted) for sale in sales)


def _sums(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for currency, one in amounts:
        total[currency] = total.get(currency, Decimal(0)) + one
    return total
