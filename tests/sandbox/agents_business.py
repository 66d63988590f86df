"""The agents of sales and projects: outcomes, stages, stakeholders and members."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from starlette.responses import Response

from . import duplicates, records
from .agents import (
    Fits,
    argument,
    default,
    delete,
    fitting,
    is_number_valid,
    lights,
    no_other,
    one,
    picture,
    posted,
    save,
    saved,
    seen_or_none,
    set_picture,
    shown_or_null,
)
from .answers import Call, bad
from .asking import asked, nothing
from .business import MEMBER, PROJECT, SALE, STAKEHOLDER, add_member, members_of, next_milestone, of_sale
from .fields import Entity
from .kind import Kind, find, row_of, shown
from .lights import appointment_light, member_light, stakeholder_light
from .relations import ids_of
from .world import Row

# Sales


def sales_of(of: str, name: str, only_open: bool = False) -> Callable[[Call], Response]:
    """Sales of a company or a person; ``OnlyOpenSales`` leaves out those that are decided."""

    def handler(call: Call) -> Response:
        wanted, limited = argument(call, name, int), only_open or argument(call, "OnlyOpenSales", bool, False)
        return call.answer(
            fitting(call, SALE, lambda key, row: row[of] == wanted and (row["status"] == "Open" or not limited))
        )

    return handler


def decided(status: str, reason: str = "", mdo: str = "") -> Callable[[Call], Response]:
    """Sales are sold or lost, with a reason; without one they keep theirs."""

    def handler(call: Call) -> Response:
        given = asked(call)
        changes = {"status": status} | ({reason: given["ReasonId"]} if reason else {})
        if reason and given["ReasonId"] not in call.tenant.lists[mdo]:
            raise bad(f"ReasonId: there is no {mdo} {given['ReasonId']}")
        for key in given["SaleIds"]:
            find(call, SALE, key, "update")
        for key in given["SaleIds"]:
            records.altered(call, SALE, key, changes)
        return nothing()

    return handler


def newest(call: Call, fits: Fits) -> list[Entity]:
    """Sales by their date, the latest first, at most ``Count``."""
    rows = [(key, row) for key, row in call.tenant.table("sale").items() if not row["deleted"] and fits(key, row)]
    keys = [key for key, _ in sorted(rows, key=lambda pair: pair[1]["date"], reverse=True)]
    return lights(call, SALE, keys)[: argument(call, "Count", int, 0) or None]


def my_opportunities(call: Call) -> Response:
    """The caller's own open sales."""
    me = call.associate.associate_id
    return call.answer(newest(call, lambda key, row: row["status"] == "Open" and row["associate"] == me))


def upcoming(call: Call) -> Response:
    """Open sales from a weighted amount on; -1 is any."""
    least = argument(call, "WeightedAmountLimit", int, 0)
    return call.answer(newest(call, lambda key, row: row["status"] == "Open" and over(weighted(row), least)))


def recent(call: Call) -> Response:
    """Sales that were won, from an amount on; -1 is any."""
    least = argument(call, "AmountLimit", int, 0)
    return call.answer(newest(call, lambda key, row: row["status"] == "Sold" and over(row["amount"], least)))


def by_date(call: Call) -> Response:
    """Sales of a status whose date lies within a time, from an amount on; the status ``Unknown`` is any."""
    least, status = argument(call, "AmountLimit", int, 0), argument(call, "Status", str, "Unknown")
    # A sale's date is a day, in no zone.
    start, end = (argument(call, name, str, "")[:10] for name in ("FromDate", "ToDate"))

    def fits(key: int, row: Row) -> bool:
        day = row["date"][:10]
        inside = (not start or day >= start) and (not end or day <= end)
        return inside and over(row["amount"], least) and status in ("Unknown", "SaintAll", row["status"])

    return call.answer(newest(call, fits))


def weighted(row: Row) -> float:
    return float(row["amount"] * row["probability"] / 100)


def over(amount: float, least: int) -> bool:
    return least == -1 or amount >= least


def next_stage(call: Call) -> Response:
    """The sale's own stage as long as it is none that was deleted, then the next by rank; 0 if there is none."""
    key = argument(call, "SaleId", int)
    row, stages = find(call, SALE, key), call.tenant.lists["prob"]
    if not stages[row["stage"]]["deleted"]:
        return call.answer(row["stage"])
    rank = stages[row["stage"]]["rank"]
    later = [(item["rank"], stage) for stage, item in stages.items() if item["rank"] > rank and not item["deleted"]]
    return call.answer(min(later, default=(0, 0))[1])


def probability(call: Call) -> Response:
    """What a stage stands for, in per cent."""
    key = argument(call, "StageId", int)
    stage = call.tenant.lists["prob"].get(key)
    if stage is None:
        raise bad(f"StageId: there is no stage {key}")
    return call.answer(stage["probability"])


def next_due(call: Call) -> Response:
    """When the sale's next follow-up that is not done will be."""
    key = argument(call, "SaleId", int)
    find(call, SALE, key)
    now = call.world.stamp()
    rows = call.tenant.table("appointment").values()
    coming = [row["start"] for row in rows if row["sale"] == key and not row["completed"] and not row["deleted"]]
    return call.answer(call.clock.show(min((start for start in coming if start > now), default="")))


# Stakeholders and members


def each(call: Call, kind: Kind, keys: Iterable[int]) -> list[Entity]:
    """The full records with some ids, without those that are missing."""
    found = [shown_or_null(call, kind, key) for key in keys]
    return [entity for entity in found if entity is not None]


def stakeholders(call: Call) -> Response:
    key = argument(call, "SaleId", int)
    found = of_sale(call, key) if seen_or_none(call, SALE, key) is not None else []
    return call.answer([stakeholder_light(call, k, row) for k, row in found])


def some(kind: Kind, name: str = "") -> Callable[[Call], Response]:
    """Records by an array of ids, which is the body or the argument ``name``."""
    return lambda call: call.answer(each(call, kind, asked(call)[name] if name else ids_of(call.json)))


def delete_some(kind: Kind, name: str) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        for key in asked(call)[name]:
            records.deleted(call, kind, key)
        return nothing()

    return handler


def add_stakeholders(call: Call) -> Response:
    given = asked(call)
    find(call, SALE, given["SaleId"], "update")
    for one_of_them in given["SaleStakeholders"]:
        saved(call, STAKEHOLDER, one_of_them | {"SaleId": given["SaleId"], "SaleStakeholderId": 0})
    return nothing()


def change_all(kind: Kind, name: str) -> Callable[[Call], list[Entity]]:
    """Records that exist; 400 for one without an id, before any is changed."""

    def work(call: Call) -> list[Entity]:
        sent = asked(call)[name]
        if not all(entity.get(kind.key) for entity in sent):
            raise bad(f"{name}: only those that exist can be changed")
        for entity in sent:
            find(call, kind, entity[kind.key], "update")
        return [saved(call, kind, entity) for entity in sent]

    return work


def update_stakeholders(call: Call) -> Response:
    return call.answer(change_all(STAKEHOLDER, "Stakeholders")(call))


def update_members(call: Call) -> Response:
    change_all(MEMBER, "ProjectMembers")(call)
    return nothing()


def update_member(call: Call) -> Response:
    sent = asked(call)["ProjectMember"] or {}
    find(call, MEMBER, sent.get("ProjectmemberId") or 0, "update")
    return call.answer(saved(call, MEMBER, sent))


def describe_members(call: Call) -> Response:
    """One function and one comment for several members."""
    given = asked(call)
    if given["RoleId"] not in call.tenant.lists["pmembtype"]:
        raise bad(f"RoleId: there is no project member type {given['RoleId']}")
    for key in given["ProjectMemberIds"]:
        find(call, MEMBER, key, "update")
    for key in given["ProjectMemberIds"]:
        records.altered(call, MEMBER, key, {"function": given["RoleId"], "comment": given["Comment"]})
    return nothing()


# Projects


def projects_of(of: str, name: str) -> Callable[[Call], Response]:
    """Projects a company or a person takes part in."""

    def handler(call: Call) -> Response:
        wanted = argument(call, name, int)
        return call.answer(
            fitting(call, PROJECT, lambda key, row: any(m[of] == wanted for _, m in members_of(call, key)))
        )

    return handler


def my_projects(call: Call) -> Response:
    me, as_member = call.associate, argument(call, "IncludeMemberProjects", bool, False)

    def mine(key: int, row: Row) -> bool:
        return row["associate"] == me.associate_id or (as_member and takes_part(call, key))

    return call.answer(fitting(call, PROJECT, mine))


def takes_part(call: Call, key: int) -> bool:
    return any(member["person"] == call.associate.person_id for _, member in members_of(call, key))


def my_member_projects(call: Call) -> Response:
    return call.answer(fitting(call, PROJECT, lambda key, row: takes_part(call, key)))


def project_duplicates(call: Call) -> Response:
    return call.answer(duplicates.projects_named(call, argument(call, "Name", str)))


def project_members(call: Call) -> Response:
    project = argument(call, "ProjectId", int)
    found = members_of(call, project) if seen_or_none(call, PROJECT, project) is not None else []
    return call.answer([member_light(call, key, row) for key, row in found])


def add_members(call: Call) -> Response:
    project = argument(call, "ProjectEntityId", int)
    find(call, PROJECT, project, "update")
    for member in asked(call)["ProjectMembers"]:
        add_member(call, project, member)
    return nothing()


def complete_project(call: Call) -> Response:
    records.altered(call, PROJECT, argument(call, "ProjectId", int), {"completed": argument(call, "IsCompleted", bool)})
    return nothing()


def without_members(call: Call) -> Response:
    entity = shown_or_null(call, PROJECT, argument(call, "ProjectId", int))
    return call.answer(entity and entity | {"ProjectMembers": []})


def save_without_members(call: Call) -> Response:
    """A project whose members stay as they are, whatever is sent of them."""
    sent = argument(call, "ProjectEntity", dict)
    key = sent.get("ProjectId") or 0
    row = row_of(call, PROJECT, key) if isinstance(key, int) else None
    members = shown(call, PROJECT, key, row)["ProjectMembers"] if row is not None else []
    return call.answer(saved(call, PROJECT, sent | {"ProjectMembers": members}) | {"ProjectMembers": []})


def milestone(call: Call) -> Response:
    key = argument(call, "ProjectId", int)
    found = next_milestone(call, key) if seen_or_none(call, PROJECT, key) is not None else None
    return call.answer(appointment_light(call, *found) if found else None)


HANDLERS: dict[str, dict[str, Callable[[Call], Response]]] = {
    "Sale": {
        "GetSalesFromContact": sales_of("contact", "ContactId"),
        "GetOpenSalesForContact": sales_of("contact", "ContactId", only_open=True),
        "GetSalesFromPerson": sales_of("person", "PersonId"),
        "GetMyOpportunities": my_opportunities,
        "GetUpcomingSales": upcoming,
        "GetRecentSales": recent,
        "GetSalesByDate": by_date,
        "IsNumberValid": is_number_valid(SALE),
        "SetAsSold": decided("Sold"),
        "SetAsSoldWithReason": decided("Sold", "reason_sold", "reasonsold"),
        "SetAsLost": decided("Lost"),
        "SetAsLostWithReason": decided("Lost", "reason", "reason"),
        "GetNextSaleStage": next_stage,
        "GetProbabilityFromStage": probability,
        "GetNextDueDate": next_due,
        "HasGuide": no_other,
        "HasGuideActivities": no_other,
        "SaleHasQuote": no_other,
        "GetSaleStakeholders": stakeholders,
        "GetSaleStakeholder": one(STAKEHOLDER, "saleStakeholderId"),
        "GetSaleStakeholderById": some(STAKEHOLDER, "SaleStakeholderIds"),
        "GetSaleStakeholderList": some(STAKEHOLDER),
        "CreateDefaultSaleStakeholder": default(STAKEHOLDER),
        "SaveSaleStakeholder": save(STAKEHOLDER),
        "AddSaleStakeholders": add_stakeholders,
        "UpdateSaleStakeholders": update_stakeholders,
        "DeleteSaleStakeholder": delete(STAKEHOLDER, "saleStakeholderId", in_query=True),
        "DeleteSaleStakeholders": delete_some(STAKEHOLDER, "SaleStakeholderIds"),
    },
    "Project": {
        "GetDuplicates": project_duplicates,
        "GetProjectMembers": project_members,
        "GetProjectMember": one(MEMBER, "projectMemberId"),
        "GetProjectMembersById": some(MEMBER, "ProjectMemberIds"),
        "CreateDefaultProjectMember": default(MEMBER),
        "SaveProjectMember": save(MEMBER),
        "UpdateProjectMember": update_member,
        "UpdateProjectMembers": update_members,
        "SaveProjectMembersFunctionAndComment": describe_members,
        "DeleteProjectMember": delete(MEMBER, "projectMemberId", in_query=True),
        "AddProjectMembers": add_members,
        "DeleteProjectMembers": delete_some(MEMBER, "MemberIds"),
        "DeleteProjectMemberByIds": delete_some(MEMBER, "ProjectMemberIds"),
        "GetProjectsFromContact": projects_of("contact", "ContactId"),
        "GetProjectsFromPerson": projects_of("person", "PersonId"),
        "GetMyProjects": my_projects,
        "GetMyMemberProjects": my_member_projects,
        "GetProjectEntityWithoutMembers": without_members,
        "SaveProjectEntityWithoutMembers": save_without_members,
        "GetNextMilestone": milestone,
        "GetProjectImage": picture(PROJECT, "ProjectId"),
        "SetProjectImage": set_picture(PROJECT, "ProjectId"),
        "HasGuide": no_other,
        "HasGuideActivities": no_other,
        "SetCompleted": complete_project,
        "IsNumberValid": is_number_valid(PROJECT),
    },
}

PATHS = posted(HANDLERS)
