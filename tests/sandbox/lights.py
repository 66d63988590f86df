"""Light carriers: the read-only views of records that stand inside other records, and what ``Simple`` answers."""

from __future__ import annotations

from typing import Any

from . import carriers
from .answers import Call
from .carriers import first, full_name, item_of, user_name
from .facts import carrier
from .rights import is_owner, table_right
from .world import Row

STATUS_OF_ACTIVITY = {False: "NotStarted", True: "Completed"}
"""``ActivityStatus`` of a row's ``completed``."""


def company_full_name(row: Row) -> str:
    """Name and department in one text."""
    return f"{row['name']}, {row['department']}" if row["department"] else str(row["name"])


def item_name(call: Call, name: str, key: int) -> str:
    """The multi-language text of a list item, empty for none."""
    item = item_of(call.tenant, name, key)
    return str(item["name"]) if item else ""


def name_in(call: Call, table: str, key: int) -> str:
    """How a record of a table is called inside others; empty for none and for one the caller may not read."""
    row = call.tenant.table(table).get(key)
    return NAMES[table](row) if row and call.may(table, "select", row) else ""


NAMES = {
    "contact": company_full_name,
    "person": full_name,
    "project": lambda row: str(row["name"]),
    "sale": lambda row: str(row["heading"]),
    "appointment": lambda row: str(row["title"]),
    "document": lambda row: str(row["header"]),
    "ticket": lambda row: str(row["title"]),
    "selection": lambda row: str(row["name"]),
}
"""The text that stands for a row."""


def company_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Contact."""
    return carrier(
        "Contact",
        ContactId=key,
        Name=row["name"],
        OrgNr=row["orgnr"],
        Department=row["department"],
        URL=first(row["urls"]),
        City=row["postal"]["city"],
        DirectPhone=first(row["phones"]),
        AssociateId=row["associate"],
        CountryId=row["country"],
        EmailAddress=first(row["emails"]),
        AssociateFullName=user_name(call.tenant, row["associate"]),
        BusinessName=item_name(call, "business", row["business"]),
        CategoryName=item_name(call, "category", row["category"]),
        CountryName=item_name(call, "country", row["country"]),
        Address=carriers.company_address(call, row),
        FormattedAddress=carriers.formatted(row["street"]) + carriers.formatted(row["postal"]),
        FullName=company_full_name(row),
        IsOwnerContact=is_owner(call, row),
        Number1=row["code"],
        Number2=row["number"],
        TableRight=table_right(call, "contact", row),
    )


def person_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Person."""
    company_row = call.tenant.table("contact").get(row["contact"])
    return carrier(
        "Person",
        PersonId=key,
        Position=item_name(call, "perspos", row["position"]),
        Mrmrs=row["mrmrs"],
        Firstname=row["first_name"],
        MiddleName=row["middle_name"],
        Lastname=row["last_name"],
        FullName=full_name(row),
        FormalName=full_name(row),
        Title=row["title"],
        Description=row["note"],
        Email=first(row["emails"]),
        DirectPhone=first(row["direct_phones"]),
        MobilePhone=first(row["mobile_phones"]),
        CountryId=row["country"],
        ContactId=row["contact"],
        Retired=int(row["retired"]),
        Rank=row["rank"],
        PersonNumber=row["number"],
        **_company_of_person(company_row),
        TableRight=table_right(call, "person", row),
    )


def _company_of_person(row: Row | None) -> dict[str, Any]:
    if row is None:
        return {}
    return {
        "ContactName": row["name"],
        "ContactDepartment": row["department"],
        "ContactCountryId": row["country"],
        "ContactOrgNr": row["orgnr"],
        "ContactPhone": first(row["phones"]),
        "ContactFullName": company_full_name(row),
    }


def sale_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Sale."""
    return carrier(
        "Sale",
        SaleId=key,
        Title=row["heading"],
        Number=row["number"],
        Description=row["description"],
        SaleDate=call.clock.show_day(row["date"]),
        NextDueDate=call.clock.show_day(row["next_due"]),
        Amount=row["amount"],
        WeightedAmount=round(row["amount"] * row["probability"] / 100, 2),
        Currency=item_name(call, "currency", row["currency"]),
        Earning=row.get("earning", 0.0),
        EarningPercent=row.get("earning_percent", 0.0),
        Probability=row["probability"],
        Status=row["status"],
        Completed="Completed" if row["status"] in ("Sold", "Lost") else "Started",
        SaleTypeId=row["sale_type"],
        SaleTypeName=item_name(call, "saletype", row["sale_type"]),
        **_owned(call, row),
        TableRight=table_right(call, "sale", row),
    )


def _owned(call: Call, row: Row) -> dict[str, Any]:
    """Whose a sale, an appointment or a document is."""
    return {
        "ContactId": row["contact"],
        "ContactName": name_in(call, "contact", row["contact"]),
        "PersonId": row["person"],
        "PersonFullName": name_in(call, "person", row["person"]),
        "ProjectId": row["project"],
        "ProjectName": name_in(call, "project", row["project"]),
        "AssociateId": row["associate"],
        "AssociateFullName": user_name(call.tenant, row["associate"]),
    }


def appointment_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """An Appointment."""
    task = item_of(call.tenant, "task", row["task"]) or {}
    return carrier(
        "Appointment",
        AppointmentId=key,
        Title=row["title"],
        Description=row["text"],
        Agenda=row["agenda"],
        Location=row["location"],
        **_times(call, row),
        Type=row.get("type", "inDiary"),
        Task=task.get("name", ""),
        TaskId=row["task"],
        TaskType=task.get("type", "Unknown"),
        IsAlldayEvent=row["all_day"],
        IsFree=row.get("is_free", False),
        HasAlarm=row.get("alarm", False),
        AlarmLeadTime="00:00:00",
        PriorityId=row["priority"],
        PriorityName=item_name(call, "priority", row["priority"]),
        AssignmentStatus="None",
        InvitationStatus=row.get("invitation", "None"),
        BookingType="Participant" if row.get("mother") else "None",
        IsRecurrence=bool(row.get("recurrence")),
        Completed=STATUS_OF_ACTIVITY[row["completed"]],
        SaleId=row["sale"],
        SaleName=name_in(call, "sale", row["sale"]),
        AssociateName=_initials(call, row["associate"]),
        **_owned(call, row),
        **_author(call, row),
        TableRight=table_right(call, "appointment", row),
    )


def _times(call: Call, row: Row) -> dict[str, Any]:
    """Start and end; an all-day follow-up is on the same day wherever one looks from."""
    show = call.clock.show_day if row["all_day"] else call.clock.show
    return {"StartDate": show(row["start"]), "EndDate": show(row["end"]), "ActiveDate": show(row["start"])}


def _initials(call: Call, associate_id: int) -> str:
    found = carriers.user(call.tenant, associate_id)
    return found.initials if found else ""


def _author(call: Call, row: Row) -> dict[str, Any]:
    return {
        "CreatedDate": call.clock.show(row["registered"]),
        "CreatedBy": _initials(call, row["registered_by"]),
        "CreatedByFullName": user_name(call.tenant, row["registered_by"]),
        "CreatedByAssociateId": row["registered_by"],
    }


def project_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Project."""
    return carrier(
        "Project",
        ProjectId=key,
        Name=row["name"],
        ProjectNumber=row["number"],
        Description=row["description"],
        URL=first(row["urls"]),
        Type=item_name(call, "projecttype", row["type"]),
        TypeId=row["type"],
        Status=item_name(call, "projectstatus", row["status"]),
        StatusId=row["status"],
        AssociateId=row["associate"],
        AssociateFullName=user_name(call.tenant, row["associate"]),
        Updated=call.clock.show(row["updated"]),
        TableRight=table_right(call, "project", row),
    )


def document_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Document."""
    return carrier(
        "Document",
        DocumentId=key,
        Header=row["header"],
        Name=row["name"],
        Attention=row["attention"],
        OurRef=row["our_ref"],
        YourRef=row["your_ref"],
        Description=row["description"],
        DocumentTemplate=item_name(call, "doctmpl", row["template"]),
        SaleId=row["sale"],
        SaleName=name_in(call, "sale", row["sale"]),
        **_owned(call, row),
        TableRight=table_right(call, "document", row),
    )


def ticket_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A Ticket."""
    person = call.tenant.table("person").get(row["person"])
    return carrier(
        "Ticket",
        TicketId=key,
        Title=row["title"],
        Author=row["author"],
        **ticket_moments(call, row),
        CreatedBy=row["registered_by"],
        CreatedByName=user_name(call.tenant, row["registered_by"]),
        OwnedBy=row["owner"],
        OwnedByName=user_name(call.tenant, row["owner"]),
        OwnedByAssociateId=row["owner"],
        Category=row["category"],
        CategoryName=item_name(call, "ejcategory", row["category"]),
        CategoryFullname=item_name(call, "ejcategory", row["category"]),
        Priority=row["priority"],
        PriorityName=item_name(call, "ticketpriority", row["priority"]),
        **_state_of_ticket(call, row),
        TicketTypeId=row["type"],
        TicketTypeName=item_name(call, "tickettype", row["type"]),
        CustId=row["person"],
        PersonFullname=full_name(person),
        ContactId=person["contact"] if person else 0,
        ContactName=name_in(call, "contact", person["contact"]) if person else "",
        SaleId=row["sale"],
        SaleHeading=name_in(call, "sale", row["sale"]),
        ProjectId=row["project"],
        ProjectName=name_in(call, "project", row["project"]),
        NumMessages=len(messages_of(call, key)),
        HasAttachment=has_attachment(call, key),
        TableRight=table_right(call, "ticket", row),
    )


def _state_of_ticket(call: Call, row: Row) -> dict[str, Any]:
    return {
        "BaseStatus": base_status(call, row),
        "TicketStatus": row["status"],
        "TicketStatusDisplayValue": item_name(call, "ticketstatus", row["status"]),
        "Slevel": row["slevel"],
        "Origin": row["origin"],
        "ReadStatus": row["read_status"],
    }


def ticket_moments(call: Call, row: Row) -> dict[str, Any]:
    """The dates a request and its light view share."""
    names = {
        "CreatedAt": "registered",
        "LastChanged": "updated",
        "ReadByOwner": "read_by_owner",
        "ClosedAt": "closed",
        "RepliedAt": "replied",
        "Deadline": "deadline",
    }
    return {name: call.clock.show(row[key]) for name, key in names.items()}


def base_status(call: Call, row: Row) -> str:
    """Active, Closed, Postponed …, which a request's status stands for."""
    item = item_of(call.tenant, "ticketstatus", row["status"]) or {}
    return str(item.get("status", "Unknown"))


def messages_of(call: Call, ticket_id: int) -> list[tuple[int, Row]]:
    """The messages of a request, oldest first."""
    rows = call.tenant.table("ticket_message").items()
    return sorted(
        ((key, row) for key, row in rows if row["ticket"] == ticket_id and not row["deleted"]),
        key=lambda pair: (pair[1]["registered"], pair[0]),
    )


def has_attachment(call: Call, ticket_id: int) -> bool:
    """Whether a file hangs on any message of a request."""
    return any(row.get("attachments") for _, row in messages_of(call, ticket_id))


def message_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A TicketMessage: the header of a message, without its text."""
    person = call.tenant.table("person").get(row["person"])
    return carrier(
        "TicketMessage",
        TicketMessageId=key,
        CreatedAt=call.clock.show(row["registered"]),
        ChangedAt=call.clock.show(row["updated"]),
        Slevel=row["slevel"],
        Important=row["important"],
        Author=row["author"],
        PersonId=row["person"],
        PersonFullName=full_name(person),
        ContactId=person["contact"] if person else 0,
        ContactName=name_in(call, "contact", person["contact"]) if person else "",
        CreatedBy=row["registered_by"],
        Badge=row["badge"],
        NumAttachments=len(row.get("attachments", [])),
        TableRight=table_right(call, "ticket_message", row),
    )


def members_of_company(call: Call, project_id: int) -> list[int]:
    """The companies that take part in a project."""
    rows = call.tenant.table("project_member").values()
    return [row["contact"] for row in rows if row["project"] == project_id and not row["deleted"]]


def member_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A ProjectMember; it is its own entity too."""
    person = call.tenant.table("person").get(row["person"])
    company = call.tenant.table("contact").get(row["contact"])
    return carrier(
        "ProjectMember",
        ProjectmemberId=key,
        ProjectId=row["project"],
        ProjectName=name_in(call, "project", row["project"]),
        ProjectMemberTypeId=row["function"],
        ProjectMemberTypeName=item_name(call, "pmembtype", row["function"]),
        Comment=row["comment"],
        Registered=call.clock.show(row["registered"]),
        Updated=call.clock.show(row["updated"]),
        EventParticipantStatus="NotAnEvent",
        FullName=full_name(person),
        **_part(row, person, company),
        TableRight=table_right(call, "project_member", row),
    )


def stakeholder_light(call: Call, key: int, row: Row) -> dict[str, Any]:
    """A SaleStakeholder; it is its own entity too."""
    person = call.tenant.table("person").get(row["person"])
    company = call.tenant.table("contact").get(row["contact"])
    made = carrier(
        "SaleStakeholder",
        SaleStakeholderId=key,
        SaleId=row["sale"],
        StakeholderRoleId=row["role"],
        StakeholderRoleName=item_name(call, "stakeholderrole", row["role"]),
        Comment=row["comment"],
        Rank=row["rank"],
        TableRight=table_right(call, "sale_stakeholder", row),
    )
    return made | {name: value for name, value in _part(row, person, company).items() if name in made}


def _part(row: Row, person: Row | None, company: Row | None) -> dict[str, Any]:
    """The person and the company that take part in a project or a sale."""
    found = {"PersonId": row["person"], "ContactId": row["contact"]}
    if company is not None:
        found |= {"ContactName": company["name"], "ContactDepartment": company["department"]}
    if person is not None:
        found |= {
            "Firstname": person["first_name"],
            "MiddleName": person["middle_name"],
            "Lastname": person["last_name"],
            "Mrmrs": person["mrmrs"],
            "CountryId": person["country"],
            "EmailAddress": first(person["emails"]),
            "Phone": first(person["direct_phones"]) or first(person["mobile_phones"]),
        }
    # NetServer's two carriers name things differently; whoever has no such property drops it.
    return found
