"""Which lists there are: their names in REST and in MDO, their ids and the carriers of their items [lists/services]."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .answers import Call, Refused
from .facts import TYPES
from .world import Row, Tenant

FIRST_OWN = 94
"""Id of the first list a customer made; those below are built in."""


@dataclass(frozen=True)
class Kind:
    """One list. ``carrier`` is what its typed REST path serves, ``entity`` what the List agent calls it."""

    list_id: int
    rest: str
    mdo: str
    carrier: str = "ListItemEntity"
    entity: str = ""

    @property
    def own(self) -> bool:
        """Made by the customer, not built in."""
        return self.list_id >= FIRST_OWN

    def rows(self, tenant: Tenant) -> dict[int, Row]:
        """The items, by id."""
        return tenant.table("webpanel") if self.mdo == "webpanel" else tenant.lists.setdefault(self.mdo, {})


KINDS = (
    Kind(1, "Business", "business"),
    Kind(2, "Category", "category", entity="CategoryEntity"),
    Kind(3, "Competitor", "comptr"),
    Kind(4, "ConsentPurpose", "consentpurpose", "ConsentPurpose"),
    Kind(5, "ConsentSource", "consentsource", "ConsentSource"),
    Kind(6, "Country", "country", "Country"),
    Kind(7, "Credited", "credited"),
    Kind(8, "Currency", "currency", "CurrencyEntity"),
    Kind(9, "DeliveryTerm", "deliveryterms"),
    Kind(10, "DeliveryType", "deliverytype"),
    Kind(11, "DocumentTemplate", "doctmpl", "DocumentTemplateEntity"),
    Kind(12, "LegalBase", "legalbase", "LegalBase"),
    Kind(13, "MrMrs", "mrmrs"),
    Kind(14, "PaymentTerm", "paymentterms"),
    Kind(15, "PaymentType", "paymenttype"),
    Kind(16, "Position", "perspos"),
    Kind(17, "Priority", "priority"),
    Kind(18, "ProductCategory", "productcategory"),
    Kind(19, "ProductFamily", "productfamily"),
    Kind(20, "ProductType", "producttype"),
    Kind(21, "ProjectStatus", "projectstatus"),
    Kind(22, "ProjectType", "projecttype", entity="ProjectTypeEntity"),
    Kind(23, "QuoteApproveReason", "quoteapprreason"),
    Kind(24, "QuoteDenyReason", "quotedenyreason"),
    Kind(25, "Rating", "prob", "SaleStageEntity"),
    Kind(26, "Reason", "reason"),
    Kind(27, "ReasonSold", "reasonsold"),
    Kind(28, "WebPanel", "webpanel", "WebPanelEntity"),
    Kind(29, "ReasonStalled", "reasonstalled"),
    Kind(30, "SaleType", "saletype", "SaleTypeEntity"),
    Kind(31, "SelectionCategory", "searchcat"),
    Kind(32, "Source", "source"),
    Kind(33, "Task", "task", "TaskListItem"),
    Kind(34, "TicketCategory", "ejcategory", "TicketCategoryEntity"),
    Kind(35, "TicketPriority", "ticketpriority", "TicketPriorityEntity"),
    Kind(36, "TicketStatus", "ticketstatus", "TicketStatusEntity"),
    Kind(37, "TicketType", "tickettype", "TicketTypeEntity"),
    Kind(38, "UserGroup", "usergroup", "UserGroup"),
    Kind(39, "", "contint"),
    Kind(40, "", "persint"),
    Kind(41, "", "customerlanguage"),
    Kind(42, "", "pmembtype"),
    Kind(43, "", "rejectreason"),
    Kind(44, "", "salutation"),
    Kind(45, "", "stakeholderrole"),
    Kind(46, "", "relationdefinition", entity="RelationDefinitionEntity"),
    Kind(47, "", "taskmenu", entity="TaskMenu"),
)
"""The built-in lists. Ids differ between tenants in reality; 28 is what SuperOffice's samples show for web panels."""

BY_MDO = {kind.mdo: kind for kind in KINDS}

ALIASES = {"salestage": "prob"}
"""Other names of a list among the MDO names."""


def definitions() -> dict[int, Row]:
    """Rows of the table ``list`` a tenant is born with: ``name``, ``tooltip``, ``rank``, ``deleted`` and ``groups``:
    whether its items are filtered by user group and put under headings."""
    rows = {kind.list_id: definition(kind.rest or kind.mdo) for kind in KINDS}
    rows[BY_MDO["webpanel"].list_id]["groups"] = True
    rows[FIRST_OWN] = definition('US:"Contract type";NO:"Kontraktstype"') | {"groups": True}
    for rank, row in enumerate(rows.values(), 1):
        row["rank"] = rank
    return rows


def definition(name: str) -> Row:
    return {"name": name, "tooltip": "", "rank": 0, "deleted": False, "groups": False}


def kinds(tenant: Tenant) -> Iterator[Kind]:
    """All lists of a tenant, its own ones too, deleted ones as well."""
    yield from KINDS
    yield from (own_kind(key) for key in tenant.table("list") if key >= FIRST_OWN)


def own_kind(list_id: int) -> Kind:
    """A list a customer made."""
    return Kind(list_id, "", f"udlist{list_id}")


def find(call: Call, name: str) -> Kind:
    """By id, REST name, MDO name or its own name in any language; 404 if there is none."""
    found = lookup(call.tenant, name)
    if found is None:
        raise Refused(404, "SoNotFoundException", f"There is no list {name}")
    return found


def lookup(tenant: Tenant, name: str) -> Kind | None:
    """The same; None if there is none."""
    if name.isdigit():
        return next((kind for kind in kinds(tenant) if kind.list_id == int(name)), None)
    wanted = ALIASES.get(name.lower(), name.lower())
    return next((kind for kind in kinds(tenant) if wanted in _names(tenant, kind)), None)


def _names(tenant: Tenant, kind: Kind) -> set[str]:
    own = str(tenant.table("list")[kind.list_id]["name"]).lower()
    parts = own.split('"')[1::2] or [own]
    return {kind.rest.lower(), kind.mdo, *parts} - {""}


def id_property(carrier: str) -> str:
    """The property of an item's carrier that holds its id."""
    names = TYPES[carrier]
    return "Id" if "Id" in names else next(name for name in names if name.endswith("Id"))
