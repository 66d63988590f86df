"""Sales: what a company is about to buy, has bought, or did not buy [oas SaleEntity, arch SaleFilteredWithStakeholder].

::

    sales, stakeholders = crm.all(open_sales_of(17), stakeholders_of(7))
    made = crm(create_sale(crm(new_sale()), heading="Pumps", company=17, amount=Decimal("12500")))
    crm(change_sale(made.sale_id, changes(made, status=SaleStatus.SOLD, reason_sold=2)))
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from crm_client.archive import Archive, is_, mine, one_of
from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import (
    Word,
    amount_at,
    associate_at,
    day_at,
    item_at,
    number_at,
    read_at,
    text_at,
    word_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind, Record
from crm_client.rows import Line, column, key, lines
from crm_client.users import current_principal
from crm_client.values import Item, amount, day, integer, objects, text, yes

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
    """One sale as the person may see it."""

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
    """List ``prob``."""
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


SALES = Kind("Sale", "SaleId", Sale)
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


def stages() -> Operation[list[Stage]]:
    """The stages of sales of any type, in the list's own order."""
    found = STAGES.parse_all((yield Call("GET", STAGES.path)))
    return sorted((stage for stage in found if not stage.is_deleted), key=lambda stage: stage.rank)


def stages_of_type(sale_type_id: int) -> Operation[frozenset[int]]:
    """Ids of the stages that sales of a type go through; empty where the type names none
    [oas SaleTypeEntity, Stages].
    """
    found = yield Call("GET", f"v1/List/SaleType/Items/{int(sale_type_id)}")
    if not isinstance(found, Mapping):
        raise BadAnswer("v1/List/SaleType/Items: the answer is no type")
    return frozenset(integer(stage.get("Id")) for stage in objects(found.get("Stages")) if yes(stage.get("Selected")))


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
class SaleRow(Line):
    """A sale in a list. Stage, type, status and currency are the texts SuperOffice shows."""

    sale_id: int = key("saleId")
    heading: str = column("heading", text)
    amount: Decimal = column("amount", amount)
    """In ``currency``."""
    currency: str = column("currency", text)
    stage: str = column("stage", text)
    probability: int = column("probPercent", integer)
    """Per cent."""
    status: str = column("saleStatus", text)
    sale_type: str = column("saleType", text)
    date: datetime.date | None = column("date", day)
    """When it is expected to close."""
    next_due: datetime.date | None = column("nextDueDate", day)
    """Date of the next open activity."""
    number: str = column("saleNumber", text)
    owner: str = column("associate/fullName", text)
    person_id: int = column("person/personId", integer)
    person: str = column("person/fullName", text)


@dataclass(frozen=True)
class PipelineRow(Line):
    """An open sale, as far as a pipeline counts it."""

    sale_id: int = key("saleId")
    amount: Decimal = column("amount", amount)
    """In ``currency``."""
    currency: str = column("currency", text)
    stage: str = column("stage", text)
    stage_rank: int = column("stageRank", integer)
    probability: int = column("probPercent", integer)
    """Per cent."""
    date: datetime.date | None = column("date", day)
    """When it is expected to close."""

    @property
    def weighted(self) -> Decimal:
        """What may be expected of it."""
        return self.amount * self.probability / 100


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


def sums(sales: Iterable[SaleRow]) -> dict[str, Decimal]:
    """The sum of each currency, the currencies in order of first appearance. Currencies are never added up."""
    total: dict[str, Decimal] = {}
    for sale in sales:
        total[sale.currency] = total.get(sale.currency, Decimal(0)) + sale.amount
    return total
