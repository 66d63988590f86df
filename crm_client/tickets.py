"""Requests, which the API calls tickets, and their messages [oas TicketEntity, TicketMessageEntity, arch Ticket].

Creating one with ``notify=True`` sends mail to real people, as the customer has set it up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from crm_client.archive import Archive, is_, quoted, since
from crm_client.calls import Call, Operation
from crm_client.fields import (
    Word,
    associate_at,
    custom_at,
    flag_at,
    item_at,
    moment_at,
    number_at,
    read_at,
    text_at,
    word_at,
)
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Kind, Record
from crm_client.rows import Line, column, first_lines, key, lines
from crm_client.values import Item, integer, moment, text, yes

ASSIGN_BY_CATEGORY = 2147483647
"""``owner`` that lets SuperOffice choose somebody of the category [oas]."""


class BaseStatus(Word):
    """What a status means to SuperOffice [oas TicketStatusEntity]."""

    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    CLOSED = "Closed"
    POSTPONED = "Postponed"
    DELETED = "Deleted"
    MERGED = "Merged"
    SPAM = "Spam"
    POSTPONED_SPECIFIC = "PostponedSpecific"
    POSTPONED_1_HOUR = "Postponed1Hour"
    POSTPONED_2_HOURS = "Postponed2Hours"
    POSTPONED_3_HOURS = "Postponed3Hours"
    POSTPONED_4_HOURS = "Postponed4Hours"
    POSTPONED_DAY = "PostponedDay"
    POSTPONED_WEEK = "PostponedWeek"
    POSTPONED_MONTH = "PostponedMonth"

    @property
    def is_postponed(self) -> bool:
        """It sleeps, and becomes active at a moment."""
        return self.value.startswith("Postponed")


class Level(Word):
    """Who may see it."""

    UNKNOWN = "Unknown"
    INTERNAL = "Internal"
    EXTERNAL = "External"


class BodyType(Word):
    UNKNOWN = "Unknown"
    PLAIN = "Plain"
    HTML = "Html"


@dataclass(frozen=True)
class Ticket(Record):
    """One request as the person may see it.

    Items are chosen from the MDO lists ``ticketstatus``, ``ticketpriority``, ``ejcategory``, ``TicketType``; its owner
    from ``associate``.
    """

    ticket_id: int = read_at("TicketId", integer)
    title: str = text_at("Title")
    status: Item | None = item_at("Status", "TicketStatusId", "Name")
    base_status: BaseStatus = word_at("BaseStatus", BaseStatus)
    priority: Item | None = item_at("Priority", "TicketPriorityId", "Name")
    category: Item | None = item_at("Category", "TicketCategoryId", "Fullname", "Name")
    ticket_type: Item | None = item_at("TicketType", "TicketTypeId", "Name")
    level: Level = word_at("Slevel", Level)
    owner: Item | None = associate_at("OwnedBy")
    """None: nobody has it yet."""
    person: Item | None = item_at("Person", "PersonId", "FullName")
    """Who asks."""
    company_id: int = read_at("Person/ContactId", integer)
    company: str = read_at("Person/ContactName", text)
    """Where he works."""
    sale: Item | None = item_at("Sale", "SaleId", "Title")
    project: Item | None = item_at("Project", "ProjectId", "Name")
    author: str = text_at("Author")
    created: datetime | None = moment_at("CreatedAt", reads_only=True)
    """When it came in."""
    created_by: Item | None = associate_at("CreatedBy", reads_only=True)
    updated: datetime | None = moment_at("LastChanged", reads_only=True)
    deadline: datetime | None = moment_at("Deadline")
    wakes: datetime | None = moment_at("Activate")
    """When a postponed request becomes active."""
    closed: datetime | None = moment_at("ClosedAt", reads_only=True)
    replied: datetime | None = moment_at("RepliedAt", reads_only=True)
    messages: int = number_at("NumMessages", reads_only=True)
    has_attachment: bool = flag_at("HasAttachment", reads_only=True)
    custom: Mapping[str, str] = custom_at()
    """Extra fields by key; requests have no user-defined fields."""


@dataclass(frozen=True)
class Message(Record):
    """One message of a request."""

    message_id: int = read_at("EjMessageId", integer)
    ticket: Item | None = item_at("Ticket", "TicketId", "Title")
    author: str = text_at("Author")
    created: datetime | None = moment_at("CreatedAt", reads_only=True)
    created_by: Item | None = associate_at("CreatedBy", reads_only=True)
    level: Level = word_at("Slevel", Level)
    type: BodyType = word_at("Type", BodyType)
    body: str = text_at("Body")
    html: str = text_at("HtmlBody")
    """As sent by somebody: never show it unless it has been cleaned."""
    person: Item | None = item_at("Person", "PersonId", "FullName")
    is_important: bool = flag_at("Important")


@dataclass(frozen=True)
class Status(Record):
    """A status of requests, as the customer calls it [oas TicketStatusEntity]."""

    status_id: int = read_at("TicketStatusId", integer)
    name: str = read_at("Name", text)
    base: BaseStatus = word_at("Status", BaseStatus, reads_only=True)
    is_default: bool = read_at("IsDefault", yes)


TICKETS = Kind("Ticket", "TicketId", Ticket)
MESSAGES = Kind("TicketMessage", "EjMessageId", Message, has_patch=False)
STATUSES = Kind("List/TicketStatus/Items", "TicketStatusId", Status)


def ticket(ticket_id: int) -> Operation[Ticket]:
    """One request. Raises ``NotFound``."""
    return TICKETS.read(ticket_id)


def new_ticket() -> Operation[Ticket]:
    """A request as SuperOffice would start it, not saved."""
    return TICKETS.new()


def create_ticket(start: Ticket, *, notify: bool = False, **wanted: Any) -> Operation[Ticket]:
    """Save a new request, begun by ``new_ticket``; ``notify`` tells those concerned by mail."""
    return TICKETS.create(start, wanted, query={"notify": quoted(notify)})


def change_ticket(
    ticket_id: int, changes: Sequence[Change], unmodified_since: datetime | None = None
) -> Operation[Ticket]:
    """Change a request, guarded by what the person saw. Raises ``Conflict`` with ``current: Ticket``."""
    return TICKETS.change(ticket_id, changes, unmodified_since)


def delete_ticket(ticket_id: int, unmodified_since: datetime | None = None) -> Operation[None]:
    """Put a request into the recycle bin. Raises ``Changed`` if it was changed after ``unmodified_since``."""
    return TICKETS.delete(ticket_id, unmodified_since)


def statuses() -> Operation[list[Status]]:
    """The statuses of requests, in the list's own order."""
    return STATUSES.parse_all((yield Call("GET", STATUSES.path)))


def message(message_id: int) -> Operation[Message]:
    """One message with its body. Raises ``NotFound``."""
    return MESSAGES.read(message_id)


def new_message() -> Operation[Message]:
    """A message not saved."""
    return MESSAGES.new()


def add_message(start: Message, *, notify: bool = False, **wanted: Any) -> Operation[Message]:
    """Add a message, begun by ``new_message``; ``ticket`` tells to which request. It is not sent to the customer."""
    return MESSAGES.create(start, wanted, query={"notify": quoted(notify)})


def change_message(message_id: int, changes: Sequence[Change]) -> Operation[Message]:
    """Change a message."""
    return MESSAGES.change(message_id, changes)


def delete_message(message_id: int) -> Operation[None]:
    """Delete a message of a request."""
    return MESSAGES.delete(message_id)


@dataclass(frozen=True)
class TicketRow(Line):
    """A request in a list; status, priority and category are the texts SuperOffice shows."""

    ticket_id: int = key("ticketId")
    title: str = column("title", text)
    status: str = column("ticketStatusName", text)
    priority: str = column("priorityName", text)
    category: str = column("categoryFullName", text)
    created: datetime | None = column("createdAt", moment)
    updated: datetime | None = column("lastChanged", moment)
    deadline: datetime | None = column("deadline", moment)
    messages: int = column("numberOfMessages", integer)
    owner: str = column("ownedBy/fullName", text)
    """Empty: nobody has it yet."""
    person_id: int = column("personId", integer)
    person: str = column("person/fullName", text)


@dataclass(frozen=True)
class MessageRow(Line):
    """A message in a list; of one that came as HTML, ``body`` is its plain text."""

    message_id: int = key("ticketMessageId")
    author: str = column("author", text)
    created: datetime | None = column("createdAt", moment)
    is_important: bool = column("important", yes)
    level: str = column("slevel", text)
    """Who may see it, as SuperOffice shows it."""
    body: str = column("body", text)


def tickets_of(contact_id: int, closed: bool = False) -> Operation[list[TicketRow]]:
    """Requests of a company, the last changed first; with ``closed`` also those that are done."""
    return lines(TicketRow, _tickets_of("Contact", contact_id, closed))


def tickets_of_person(person_id: int, closed: bool = False) -> Operation[list[TicketRow]]:
    """Requests of a person, the last changed first; with ``closed`` also those that are done."""
    return lines(TicketRow, _tickets_of("Person", person_id, closed))


def _tickets_of(entity: str, record_id: int, closed: bool) -> Archive:
    query = Archive(f"v1/{entity}/{int(record_id)}/Tickets").order_by("lastChanged desc")
    return query.entities("ticket", *(["ticketdisplayclosed"] if closed else []))


def same_ticket(wanted: Ticket, begun: datetime) -> Operation[TicketRow | None]:
    """The request that says what one wanted to create since a moment, if it is there: for a look after
    ``OutcomeUnknown``. The same title and person make it the same.
    """
    if wanted.person is None:
        return None
    query = _tickets_of("Person", wanted.person.id, closed=True).where(is_("title", wanted.title))
    rows = yield from lines(TicketRow, query.where(since("createdAt", begun)))
    return next(iter(rows), None)


def messages_of(ticket_id: int) -> Operation[list[MessageRow]]:
    """Messages of a request, the first one first."""
    query = Archive(f"v1/Ticket/{int(ticket_id)}/Messages").entities("ticketmessage").order_by("createdAt")
    return lines(MessageRow, query)


def latest_messages(ticket_id: int, top: int) -> Operation[list[MessageRow]]:
    """The last so many messages of a request, the last one first."""
    query = Archive(f"v1/Ticket/{int(ticket_id)}/Messages").entities("ticketmessage").order_by("createdAt desc")
    return first_lines(MessageRow, query.top(top))


def same_message(wanted: Message, begun: datetime) -> Operation[MessageRow | None]:
    """The message that says what one wanted to add to a request since a moment, if it is there."""
    if wanted.ticket is None:
        return None
    query = Archive(f"v1/Ticket/{wanted.ticket.id}/Messages").entities("ticketmessage")
    rows = yield from lines(MessageRow, query.where(since("createdAt", begun)))
    return next((row for row in rows if row.body.split() == wanted.body.split()), None)
