"""Sales and projects, and who takes part in them."""

from __future__ import annotations

from datetime import timedelta

from .answers import Call, bad
from .events import changed
from .fields import (
    PUBLISHED,
    Entity,
    Field,
    day,
    flag,
    item_id,
    links,
    listed,
    many,
    money,
    number,
    of_user,
    plain,
    record,
    record_id,
    visible_for,
)
from .kind import Kind
from .lights import member_light, project_light, sale_light, stakeholder_light
from .world import Row

SALE_FIELDS: dict[str, Field] = {
    "Heading": plain("heading"),
    "Number": plain("number"),
    "SaleText": plain("description"),
    "Postit": plain("postit"),
    "Amount": money("amount"),
    "Earning": money("earning"),
    "EarningPercent": money("earning_percent"),
    "Probability": number("probability"),
    "Status": plain("status", "Open"),
    "Saledate": day("date"),
    "ReopenDate": day("reopen"),
    "Associate": of_user("associate"),
    "Contact": record("contact", "contact"),
    "Person": record("person", "person"),
    "Project": record("project", "project"),
    "Currency": listed("currency", "Currency", "currency"),
    "Rating": listed("stage", "Rating", "prob"),
    "SaleType": listed("sale_type", "SaleType", "saletype"),
    "Source": listed("source", "Source", "source"),
    "Competitor": listed("competitor", "Competitor", "comptr"),
    "Credited": listed("credited", "Credited", "credited"),
    "Reason": listed("reason", "Reason", "reason"),
    "ReasonSold": listed("reason_sold", "ReasonSold", "reasonsold"),
    "ReasonStalled": listed("reason_stalled", "ReasonStalled", "reasonstalled"),
    **PUBLISHED,
    "Links": links(),
}

SALE_LISTS = {
    "Associate": "associate",
    "Contact": "contact",
    "Project": "project",
    "Person": "person",
    "Currency": "currency",
    "Competitor": "comptr",
    "Credited": "credited",
    "Rating": "prob",
    "Reason": "reason",
    "Source": "source",
    "SaleType": "saletype",
    "ReasonSold": "reasonsold",
    "ReasonStalled": "reasonstalled",
}


def _more_of_sale(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {
        "NextDueDate": call.clock.show_day(row["next_due"]),
        "Completed": "Completed" if row["status"] in ("Sold", "Lost") else "Started",
        "ActiveLinks": len(row.get("links", [])),
        "SaleStakeholders": [] if new else [stakeholder_light(call, k, s) for k, s in of_sale(call, key)],
        "VisibleFor": visible_for(call, row),
    }


def of_sale(call: Call, sale_id: int) -> list[tuple[int, Row]]:
    """The stakeholders of a sale by rank."""
    rows = call.tenant.table("sale_stakeholder").items()
    found = [(key, row) for key, row in rows if row["sale"] == sale_id and not row["deleted"]]
    return sorted(found, key=lambda pair: pair[1]["rank"])


def _kept_of_sale(call: Call, shown: Entity, wanted: Entity) -> Row:
    if not 0 <= (wanted.get("Probability") or 0) <= 100:
        raise bad("Probability is a percentage from 0 to 100")
    refuse_stranger(call, wanted)
    return {}


def refuse_stranger(call: Call, wanted: Entity) -> None:
    """400 if the person is not of the company ([oas], Sale and Appointment)."""
    company = (wanted.get("Contact") or {}).get("ContactId") or 0
    person = call.tenant.table("person").get((wanted.get("Person") or {}).get("PersonId") or 0)
    if company and person is not None and person["contact"] != company:
        raise bad("Person: the person does not belong to the company")


def _new_sale(call: Call) -> Row:
    now = call.world.now().astimezone(call.clock.zone)
    return {
        "heading": "",
        "description": "",
        "number": str(5000 + call.tenant.next_id("sale")),
        "amount": 0.0,
        "probability": call.tenant.lists["prob"].get(1, {}).get("probability", 0),
        "status": "Open",
        "date": (now + timedelta(days=30)).strftime("%Y-%m-%dT00:00:00"),
        "next_due": "",
        "associate": call.associate.associate_id,
        **dict.fromkeys(("contact", "person", "project", "source"), 0),
        **dict.fromkeys(("stage", "sale_type", "currency"), 1),
        "deleted": False,
    }


SALE = Kind(
    name="Sale",
    table="sale",
    key="SaleId",
    fields=SALE_FIELDS,
    empty=_new_sale,
    more=_more_of_sale,
    keep=_kept_of_sale,
    simple=sale_light,
    lists=SALE_LISTS,
    sublists=("Activities", "Stakeholders", "Links"),
)

STAKEHOLDER = Kind(
    name="SaleStakeholder",
    table="sale_stakeholder",
    key="SaleStakeholderId",
    fields={
        "SaleId": record_id("sale", "sale"),
        "ContactId": record_id("contact", "contact"),
        "PersonId": record_id("person", "person"),
        "StakeholderRoleId": item_id("role", "stakeholderrole"),
        "Comment": plain("comment"),
        "Rank": number("rank"),
    },
    empty=lambda call: {**dict.fromkeys(("sale", "contact", "person", "role", "rank"), 0), "comment": ""},
    more=lambda call, key, row, new: {} if new else stakeholder_light(call, key, row),
)

PROJECT_FIELDS: dict[str, Field] = {
    "Name": plain("name"),
    "ProjectNumber": plain("number"),
    "Description": plain("description"),
    "Postit": plain("postit"),
    "Completed": flag("completed"),
    "EndDate": day("end"),
    "StartDate": day("start"),
    "Urls": many("urls"),
    "Associate": of_user("associate"),
    "ProjectStatus": listed("status", "ProjectStatus", "projectstatus"),
    "ProjectType": listed("type", "ProjectType", "projecttype"),
    **PUBLISHED,
    "Links": links(),
}


def _more_of_project(call: Call, key: int, row: Row, new: bool) -> Entity:
    milestone = None if new else next_milestone(call, key)
    return {
        "ProjectMembers": [] if new else [member_light(call, k, m) for k, m in members_of(call, key)],
        "ActiveLinks": len(row.get("links", [])),
        "NmdAppointmentId": milestone[0] if milestone else 0,
        "NextMilestoneDate": call.clock.show(milestone[1]["start"]) if milestone else call.clock.show(""),
    }


def next_milestone(call: Call, project_id: int) -> tuple[int, Row] | None:
    """The earliest milestone of a project that is not completed."""
    rows = call.tenant.table("appointment").items()
    found = [(k, a) for k, a in rows if a["project"] == project_id and a.get("milestone") and not a["deleted"]]
    coming = [pair for pair in found if not pair[1]["completed"]]
    return min(coming, key=lambda pair: pair[1]["start"], default=None)


def members_of(call: Call, project_id: int) -> list[tuple[int, Row]]:
    """The members of a project."""
    rows = call.tenant.table("project_member").items()
    return [(key, row) for key, row in rows if row["project"] == project_id and not row["deleted"]]


def _member_rows(call: Call, key: int, row: Row, wanted: Entity) -> None:
    """``ProjectMembers`` replaces the stored set: who is left out is no member any more, id 0 is a new one."""
    sent = wanted.get("ProjectMembers")
    if sent is None:
        return
    kept = {member.get("ProjectmemberId") for member in sent}
    for member_id, member in members_of(call, key):
        if member_id not in kept:
            member["deleted"] = True
            _tell_member(call, member_id, "deleted")
    for member in sent:
        if not member.get("ProjectmemberId"):
            add_member(call, key, member)


def add_member(call: Call, project_id: int, member: Entity) -> int:
    """A person (or a company) becomes a member of a project; the key of the row."""
    changes = {field.key: field.store(call, name, member.get(name)) for name, field in MEMBER.fields.items()}
    changes |= _kept_of_member(call, {}, member)
    stamp, who = call.world.stamp(), call.associate.associate_id
    key = call.tenant.next_id("project_member")
    stamps = {"registered": stamp, "registered_by": who, "updated": stamp, "updated_by": who, "deleted": False}
    call.tenant.table("project_member")[key] = changes | {"project": project_id} | stamps
    _tell_member(call, key, "created")
    return key


def _tell_member(call: Call, key: int, what: str) -> None:
    changed(call.world, call.tenant, "project_member", key, what, None, call.associate.associate_id)


def _new_project(call: Call) -> Row:
    texts = dict.fromkeys(("name", "description", "postit", "end", "start"), "")
    return {
        **texts,
        "number": str(3000 + call.tenant.next_id("project")),
        "urls": [],
        "associate": call.associate.associate_id,
        "status": 1,
        "type": 1,
        "completed": False,
        "deleted": False,
    }


PROJECT = Kind(
    name="Project",
    table="project",
    key="ProjectId",
    fields=PROJECT_FIELDS,
    empty=_new_project,
    more=_more_of_project,
    done=_member_rows,
    simple=project_light,
    lists={"Associate": "associate", "ProjectStatus": "projectstatus", "ProjectType": "projecttype"},
    sublists=("Activities", "Members", "Contacts", "Links"),
)


def _kept_of_member(call: Call, shown: Entity, wanted: Entity) -> Row:
    """A member's company is the person's, unless only a company is meant."""
    person = call.tenant.table("person").get(wanted.get("PersonId") or 0)
    if person is None and not wanted.get("ContactId"):
        raise bad("A project member is a person or a company")
    return {"contact": person["contact"]} if person is not None else {}


MEMBER = Kind(
    name="ProjectMember",
    table="project_member",
    key="ProjectmemberId",
    fields={
        "ProjectId": record_id("project", "project"),
        "ContactId": record_id("contact", "contact"),
        "PersonId": record_id("person", "person"),
        "ProjectMemberTypeId": item_id("function", "pmembtype"),
        "Comment": plain("comment"),
    },
    empty=lambda call: {**dict.fromkeys(("project", "contact", "person", "function"), 0), "comment": ""},
    more=lambda call, key, row, new: {} if new else member_light(call, key, row),
    keep=_kept_of_member,
    lists={"ProjectMemberTypeName": "PMembType"},
)
