"""Columns of follow-ups, documents, sales, projects, requests, relations and selections, as archives fill them."""

from __future__ import annotations

from typing import Any

from .answers import Call
from .business import members_of, next_milestone, of_sale
from .carriers import item_of, user_name
from .columns import (
    Cell,
    Columns,
    Getter,
    Join,
    begin,
    cell_of,
    clock_time,
    company_cell,
    day,
    elements,
    filled,
    fixed,
    listed,
    named,
    of_user,
    own_key,
    person_cell,
    stamps,
    stored,
    to,
    to_user,
    words,
)
from .lights import base_status, has_attachment, item_name, messages_of, name_in
from .world import Row

FOLLOW_UP = 'US:"Follow-up";NO:"Oppfølging";SW:"Uppföljning";DA:"Opfølgning";FI:"Seuranta"'

DOCUMENT_TEXT = 'US:"Document";NO:"Dokument";SW:"Dokument";DA:"Dokument";FI:"Asiakirja"'

ALWAYS: dict[str, Getter] = {"getAllRows": fixed(True), "getNoRows": fixed(False)}

PARTIES = {
    "associate": Join("user", to_user("associate")),
    "contact": Join("contact", to("contact", "contact"), "contact"),
    "person": Join("person", to("person", "person"), "person"),
}


def optional(mdo: str, name: str) -> Getter:
    """A list column whose key older rows do not have."""
    return lambda call, key, row: Cell(row.get(name, 0), item_name(call, mdo, row.get(name, 0)))


APPOINTMENT = Columns(
    "appointment",
    {
        "appointmentId": own_key,
        "date": begin("start"),
        "endDate": begin("end"),
        "time": clock_time("start"),
        "endTime": clock_time("end"),
        "type": listed("task", "task"),
        "text": lambda call, key, row: row["title"] or row["text"],
        "recordType": fixed("appointment"),
        "recordTypeText": fixed(FOLLOW_UP),
        "completed": stored("completed"),
        "completedDate": lambda call, key, row: row["end"] if row["completed"] else "",
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "associateId": of_user("associate"),
        "contactId": company_cell,
        "personId": person_cell,
        "projectId": cell_of("project", "project"),
        "saleId": stored("sale"),
        "priority": listed("priority", "priority"),
        "location": stored("location"),
        "rawType": fixed(1),
        "rawStatus": lambda call, key, row: 3 if row["completed"] else 1,
        "alarm": lambda call, key, row: row.get("alarm", False),
        "isFree": lambda call, key, row: row.get("is_free", False),
        "isMilestone": lambda call, key, row: row.get("milestone", False),
        "booking": lambda call, key, row: bool(row.get("participants")),
        "recurring": lambda call, key, row: bool(row.get("recurrence")),
        "visibleInDiary": fixed(True),
        "recurrenceRuleId": lambda call, key, row: row.get("recurrence", 0),
        "suggestedAppointmentId": fixed(0),
        "invitedPersonId": fixed(0),
        "joinVideomeetUrl": lambda call, key, row: row.get("video_url", ""),
        "searchwords": words("title", "text", "agenda", "location"),
        **stamps(""),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "appointment/title": stored("title"),
        "appointment/text": stored("text"),
        "appointment/description": stored("text"),
        "appointment/agenda": stored("agenda"),
    },
    {
        **PARTIES,
        "project": Join("project", to("project", "project"), "project"),
        "sale": Join("sale", to("sale", "sale"), "sale"),
    },
)

STATUSES = {"Open": 1, "Sold": 2, "Lost": 3, "Stalled": 4}

STATUS_NAMES = {
    "Open": 'US:"Open";NO:"Åpen";SW:"Öppen";DA:"Åben";FI:"Avoin"',
    "Sold": 'US:"Sold";NO:"Solgt";SW:"Såld";DA:"Solgt";FI:"Myyty"',
    "Lost": 'US:"Lost";NO:"Tapt";SW:"Förlorad";DA:"Tabt";FI:"Menetetty"',
    "Stalled": 'US:"Stalled";NO:"Utsatt";SW:"Vilande";DA:"Udsat";FI:"Lykätty"',
}


def _rate(call: Call, row: Row) -> float:
    return float(call.tenant.lists["currency"].get(row["currency"], {}).get("rate", 1.0))


def _weighted(row: Row) -> float:
    return round(row["amount"] * row["probability"] / 100, 2)


SALE = Columns(
    "sale",
    {
        "saleId": own_key,
        "heading": named("heading"),
        "text": stored("heading"),
        "recordType": fixed("sale"),
        "date": day("date"),
        "completed": lambda call, key, row: row["status"] in ("Sold", "Lost"),
        "associateId": of_user("associate"),
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "contactId": company_cell,
        "personId": person_cell,
        "projectId": cell_of("project", "project"),
        "currencyId": stored("currency"),
        "currency": listed("currency", "currency"),
        "source": listed("source", "source"),
        "amount": stored("amount"),
        "amountWeighted": lambda call, key, row: _weighted(row),
        "amountInBaseCurrency": lambda call, key, row: round(row["amount"] * _rate(call, row), 2),
        "amountWeightedInBaseCurrency": lambda call, key, row: round(_weighted(row) * _rate(call, row), 2),
        "earning": lambda call, key, row: row.get("earning", 0.0),
        "earningPercent": lambda call, key, row: row.get("earning_percent", 0.0),
        "probPercent": stored("probability"),
        "stage": listed("prob", "stage"),
        "stageName": lambda call, key, row: item_name(call, "prob", row["stage"]),
        "stageId": stored("stage"),
        "stageRank": stored("stage"),
        "saleStatus": lambda call, key, row: Cell(STATUSES[row["status"]], STATUS_NAMES[row["status"]]),
        "type": listed("saletype", "sale_type"),
        "saleType": listed("saletype", "sale_type"),
        "saleTypeId": stored("sale_type"),
        "nextDueDate": day("next_due"),
        "saleNumber": stored("number"),
        "description": stored("description"),
        "reopenDate": lambda call, key, row: row.get("reopen", ""),
        "lossReason": optional("reason", "reason"),
        "soldReason": optional("reasonsold", "reason_sold"),
        "stalledComment": optional("reasonstalled", "reason_stalled"),
        "competitor": optional("comptr", "competitor"),
        "credited": optional("credited", "credited"),
        "hasStakeholders": lambda call, key, row: bool(of_sale(call, key)),
        "stakeholdersEnabled": fixed(True),
        "hasQuote": fixed(False),
        "hasGuide": fixed(False),
        "activeErpLinks": fixed(False),
        "isStakeholderSale": fixed(False),
        "saleStakeholderId": fixed(0),
        "searchwords": words("heading", "number", "description"),
        **stamps(""),
        "getAllRows": fixed(True),
        "getNoRows": fixed(False),
        "sale/description": stored("description"),
    },
    {
        **PARTIES,
        "project": Join("project", to("project", "project"), "project"),
    },
)


def _template_type(call: Call, row: Row) -> str:
    return str((item_of(call.tenant, "doctmpl", row["template"]) or {}).get("type", ""))


DOCUMENT = Columns(
    "document",
    {
        "documentId": own_key,
        "date": day("date"),
        "time": fixed(""),
        "type": listed("doctmpl", "template"),
        "text": stored("header"),
        "recordType": fixed("document"),
        "recordTypeText": fixed(DOCUMENT_TEXT),
        "completed": stored("completed"),
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "associateId": of_user("associate"),
        "contactId": company_cell,
        "personId": person_cell,
        "projectId": cell_of("project", "project"),
        "saleId": stored("sale"),
        "keywords": fixed(""),
        "ourref": stored("our_ref"),
        "yourref": stored("your_ref"),
        "attention": stored("attention"),
        "subject": stored("header"),
        "name": stored("name"),
        "mailMergeDraft": fixed(False),
        "snum": fixed(0),
        "isReport": fixed(False),
        "isMail": lambda call, key, row: _template_type(call, row) == "Email",
        "suggestedDocumentId": fixed(0),
        "searchwords": words("header", "name", "description"),
        "document/description": stored("description"),
        **stamps(""),
        **ALWAYS,
    },
    {
        **PARTIES,
        "project": Join("project", to("project", "project"), "project"),
        "sale": Join("sale", to("sale", "sale"), "sale"),
    },
)


def _milestone(call: Call, key: int, row: Row) -> Any:
    found = next_milestone(call, key)
    return found[1]["start"] if found else ""


def _member_parts(part: str) -> Getter:
    return lambda call, key, row: [member[part] for _, member in members_of(call, key)]


PROJECT = Columns(
    "project",
    {
        "projectId": own_key,
        "name": named("name"),
        "number": stored("number"),
        "type": listed("projecttype", "type"),
        "status": listed("projectstatus", "status"),
        "statusRank": stored("status"),
        "completed": stored("completed"),
        "associateId": of_user("associate"),
        "hasInfoText": filled("postit"),
        "text": stored("description"),
        "description": stored("description"),
        "nextMilestone": _milestone,
        "endDate": day("end"),
        "startDate": day("start"),
        "hasGuide": fixed(False),
        "activeErpLinks": fixed(False),
        "eventId": fixed(0),
        "contactId": _member_parts("contact"),
        "personId": _member_parts("person"),
        "date": day("end"),
        "recordType": fixed("project"),
        "who": lambda call, key, row: user_name(call.tenant, row["associate"]),
        "searchwords": words("name", "number", "description"),
        "projectUrl/URLAddress": elements("urls", "value"),
        "projectUrl/URLDescription": elements("urls", "description"),
        "project/infoText": stored("postit"),
        **stamps(""),
        **ALWAYS,
    },
    {"projectAssociate": Join("user", to_user("associate"))},
)

MEMBER = Columns(
    "project_member",
    {
        "projectMemberId": own_key,
        "projectId": stored("project"),
        "contactId": stored("contact"),
        "personId": stored("person"),
        "function": listed("pmembtype", "function"),
        "hasInfoText": filled("comment"),
        "registered": stored("registered"),
        "updated": stored("updated"),
        "infoText": stored("comment"),
        "textId": fixed(0),
        **ALWAYS,
    },
    {
        "project": Join("project", to("project", "project"), "project"),
        "contact": PARTIES["contact"],
        "person": PARTIES["person"],
    },
)

STAKEHOLDER = Columns(
    "sale_stakeholder",
    {
        "saleStakeholderId": own_key,
        "saleId": stored("sale"),
        "comment": stored("comment"),
        "salesRoleId": listed("stakeholderrole", "role"),
        "hasInfoText": filled("comment"),
        **ALWAYS,
    },
    {"contact": PARTIES["contact"], "person": PARTIES["person"]},
)


def _passive(call: Call, key: int, row: Row) -> Any:
    return (item_of(call.tenant, "relationdefinition", row["definition"]) or {}).get("passive", "")


def _target(call: Call, row: Row) -> str:
    """Whom a relation points at: the person, or else the company."""
    return name_in(call, "person", row["target_person"]) or name_in(call, "contact", row["target_contact"])


RELATION = Columns(
    "relation",
    {
        "relationId": own_key,
        "relationDefinitionId": stored("definition"),
        "relationName": lambda call, key, row: item_name(call, "relationdefinition", row["definition"]),
        "reversedName": _passive,
        "relationComment": stored("comment"),
        "fullName": lambda call, key, row: _target(call, row),
        "contactId": stored("target_contact"),
        "personId": stored("target_person"),
        "contactName": lambda call, key, row: name_in(call, "contact", row["target_contact"]),
        **ALWAYS,
    },
)

TARGET_NAMES = {"contact": "Company", "person": "Contact", "project": "Project", "sale": "Sale"}

SELECTION = Columns(
    "selection",
    {
        "selectionId": own_key,
        "name": named("name"),
        "type": listed("searchcat", "category"),
        "kind": lambda call, key, row: Cell({"Static": 1, "Dynamic": 2, "Combined": 3}[row["kind"]], row["kind"]),
        "targetTableNumber": lambda call, key, row: TARGET_NAMES.get(row["target"], row["target"].title()),
        "associateId": of_user("associate"),
        "done": stored("completed"),
        "memberCount": lambda call, key, row: len(row["members"]),
        "searchwords": words("name", "description"),
        **stamps(""),
        **ALWAYS,
    },
    {"selectionAssociate": Join("user", to_user("associate"))},
)

BASE_STATUS = {"Active": 1, "Closed": 2, "Postponed": 3, "Deleted": 4, "Merged": 5, "Spam": 6}

LEVELS = {"Internal": 1, "External": 2}


def _company_of(call: Call, row: Row) -> int:
    person = call.tenant.table("person").get(row["person"])
    return person["contact"] if person else 0


def _to_company(call: Call, row: Row) -> tuple[int, Row | None]:
    key = _company_of(call, row)
    return key, call.tenant.table("contact").get(key)


TICKET = Columns(
    "ticket",
    {
        "ticketId": own_key,
        "title": stored("title"),
        "author": stored("author"),
        "contactId": lambda call, key, row: _company_of(call, row),
        "personId": stored("person"),
        "saleId": stored("sale"),
        "projectId": stored("project"),
        "ticketStatusId": stored("status"),
        "ticketStatusName": listed("ticketstatus", "status"),
        "priorityId": stored("priority"),
        "priorityName": listed("ticketpriority", "priority"),
        "categoryId": stored("category"),
        "categoryFullName": listed("ejcategory", "category"),
        "ticketTypeName": listed("tickettype", "type"),
        "status": lambda call, key, row: Cell(BASE_STATUS.get(base_status(call, row), 0), base_status(call, row)),
        "slevel": lambda call, key, row: Cell(LEVELS.get(row["slevel"], 0), row["slevel"]),
        "ownedBy": of_user("owner"),
        "createdBy": of_user("registered_by"),
        "createdAt": stored("registered"),
        "createdDate": stored("registered"),
        "lastChanged": stored("updated"),
        "readByOwner": stored("read_by_owner"),
        "repliedAt": stored("replied"),
        "closedAt": stored("closed"),
        "deadline": stored("deadline"),
        "activated": lambda call, key, row: row.get("activate", ""),
        "numberOfMessages": lambda call, key, row: len(messages_of(call, key)),
        "numberOfReplies": lambda call, key, row: max(len(messages_of(call, key)) - 1, 0),
        "has_attachment": lambda call, key, row: has_attachment(call, key),
        "connectId": fixed(0),
        "content": lambda call, key, row: " ".join(message["body"] for _, message in messages_of(call, key)),
        "searchwords": words("title", "author"),
        "ticketStatus/ticketStatusId": stored("status"),
        "ticketStatus/name": lambda call, key, row: item_name(call, "ticketstatus", row["status"]),
        "ticketPriority/ticketPriorityId": stored("priority"),
        "ticketPriority/name": lambda call, key, row: item_name(call, "ticketpriority", row["priority"]),
        **ALWAYS,
    },
    {
        "createdBy": Join("user", to_user("registered_by")),
        "ownedBy": Join("user", to_user("owner")),
        "person": PARTIES["person"],
        "contact": Join("contact", _to_company, "contact"),
        "sale": Join("sale", to("sale", "sale"), "sale"),
        "project": Join("project", to("project", "project"), "project"),
    },
)

MESSAGE = Columns(
    "ticket_message",
    {
        "ticketMessageId": own_key,
        "ticketId": stored("ticket"),
        "searchTitle": lambda call, key, row: name_in(call, "ticket", row["ticket"]),
        "author": stored("author"),
        "createdAt": stored("registered"),
        "body": stored("body"),
        "htmlBody": stored("html"),
        "important": stored("important"),
        "slevel": lambda call, key, row: Cell(LEVELS.get(row["slevel"], 0), row["slevel"]),
        "timeSpent": fixed(0),
        **ALWAYS,
    },
    {"ticket": Join("ticket", to("ticket", "ticket"), "ticket"), "person": PARTIES["person"]},
)
