"""Requests (tickets) and their messages."""

from __future__ import annotations

from .answers import Call
from .fields import Entity, Field, flag, listed, moment, number, of_user, plain, record
from .kind import Kind
from .lights import base_status, message_light, messages_of, ticket_light
from .world import Row

FIELDS: dict[str, Field] = {
    "Title": plain("title"),
    "Author": plain("author"),
    "Slevel": plain("slevel", "External"),
    "Origin": plain("origin", "API"),
    "ReadStatus": plain("read_status", "Red"),
    "OwnedBy": of_user("owner"),
    "Category": listed("category", "TicketCategoryEntity", "ejcategory", "TicketCategoryId"),
    "Priority": listed("priority", "TicketPriorityEntity", "ticketpriority", "TicketPriorityId"),
    "Status": listed("status", "TicketStatusEntity", "ticketstatus", "TicketStatusId"),
    "TicketType": listed("type", "TicketType", "tickettype", "TicketTypeId"),
    "Person": record("person", "person"),
    "Sale": record("sale", "sale"),
    "Project": record("project", "project"),
    "Deadline": moment("deadline"),
    "Activate": moment("activate"),
    "ReadByOwner": moment("read_by_owner"),
    "RepliedAt": moment("replied"),
    "ReadByCustomer": moment("read_by_customer"),
    "FromAddress": plain("from_address"),
    "Language": plain("language"),
    "AlertLevel": number("alert_level"),
    "AlertTimeout": moment("alert_timeout"),
    "IconHint": plain("icon_hint"),
    "Sentiment": number("sentiment"),
    "SentimentConfidence": number("sentiment_confidence"),
}


def _more(call: Call, key: int, row: Row, new: bool) -> Entity:
    messages = [] if new else messages_of(call, key)
    return {
        "BaseStatus": base_status(call, row),
        "ClosedAt": call.clock.show(row["closed"]),
        "NumMessages": len(messages),
        "NumReplies": max(len(messages) - 1, 0),
        "Messages": [message_light(call, k, m) for k, m in messages],
    }


def _closed(call: Call, key: int, row: Row, wanted: Entity) -> None:
    """A request is closed as long as its status says so."""
    if base_status(call, row) == "Closed":
        row["closed"] = row["closed"] or call.world.stamp()
    else:
        row["closed"] = ""


def _new(call: Call) -> Row:
    return {
        **dict.fromkeys(("title", "author", "deadline", "activate", "read_by_owner", "replied", "closed"), ""),
        **dict.fromkeys(("person", "sale", "project"), 0),
        **dict.fromkeys(("category", "status", "type"), 1),
        "priority": 2,
        "owner": call.associate.associate_id,
        "slevel": "External",
        "origin": "API",
        "read_status": "Red",
        "deleted": False,
    }


TICKET = Kind(
    name="Ticket",
    table="ticket",
    key="TicketId",
    fields=FIELDS,
    empty=_new,
    more=_more,
    done=_closed,
    simple=ticket_light,
    lists={
        "OwnedBy": "associate",
        "Category": "ejcategory",
        "Priority": "ticketpriority",
        "Status": "ticketstatus",
        "TicketType": "TicketType",
        "Person": "person_new",
        "Sale": "sale",
        "Project": "project",
    },
    sublists=("Messages",),
)

MESSAGE_FIELDS: dict[str, Field] = {
    "Ticket": record("ticket", "ticket"),
    "Author": plain("author"),
    "Slevel": plain("slevel", "External"),
    "Type": plain("type", "Plain"),
    "Body": plain("body"),
    "HtmlBody": plain("html"),
    "EmailHeader": plain("email_header"),
    "Person": record("person", "person"),
    "Important": flag("important"),
    "Badge": plain("badge", "Unknown"),
}


def _more_of_message(call: Call, key: int, row: Row, new: bool) -> Entity:
    ticket = call.tenant.table("ticket").get(row["ticket"])
    return {"MessageCategory": "Message", "SearchTitle": ticket["title"] if ticket else ""}


def _answered(call: Call, key: int, row: Row, wanted: Entity) -> None:
    """A message makes its request change."""
    ticket = call.tenant.table("ticket")[row["ticket"]]
    ticket |= {"updated": call.world.stamp(), "updated_by": call.associate.associate_id}


def _new_message(call: Call) -> Row:
    return {
        **dict.fromkeys(("author", "body", "html"), ""),
        **dict.fromkeys(("ticket", "person"), 0),
        "slevel": "External",
        "important": False,
        "badge": "Unknown",
        "deleted": False,
    }


MESSAGE = Kind(
    name="TicketMessage",
    table="ticket_message",
    key="EjMessageId",
    fields=MESSAGE_FIELDS,
    empty=_new_message,
    more=_more_of_message,
    done=_answered,
)
