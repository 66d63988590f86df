"""Files that hang on messages of requests [oas Attachment, TicketMessage, Ticket].

Rows of the table ``attachment``: ``name, type`` (a media type), ``inline, content_id, content`` (base64). A message
holds the ids of its files (``attachments``). A file that hangs on no message yet is its author's alone.
"""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from .agents import argument
from .answers import Call, bad, not_found
from .asking import fitting, nothing, number
from .documents import DOCUMENT, bytes_of
from .facts import carrier
from .fields import Entity
from .kind import EXTRAS, find
from .lights import has_attachment, messages_of
from .relations import ids_of
from .tickets import MESSAGE, TICKET
from .world import Row

UNSAFE = (".bat", ".cmd", ".com", ".exe", ".js", ".msi", ".ps1", ".scr", ".vbs")
"""Ends of names that are not safe; which ones SuperOffice means is not published."""


def _row(call: Call, key: int, right: str = "select") -> Row:
    """The row of a file whose request the caller has a right to; 404 if there is none."""
    row = call.tenant.table("attachment").get(key)
    if row is None:
        raise not_found("Attachment", key)
    on = [message for message in call.tenant.table("ticket_message").values() if key in message.get("attachments", [])]
    if on:
        call.demand("ticket_message", right, on[0])
    elif row["registered_by"] != call.associate.associate_id and not call.associate.system:
        raise not_found("Attachment", key)
    return row


def entity(key: int, row: Row) -> Entity:
    """An AttachmentEntity: what is known of a file, without its bytes."""
    return carrier(
        "AttachmentEntity",
        AttachmentId=key,
        Name=row["name"],
        ContentType=row["type"],
        AttSize=len(base64.b64decode(row["content"])),
        InlineImage=row["inline"],
        ContentId=row["content_id"],
        IsSafeFileExtension=not row["name"].lower().endswith(UNSAFE),
        TableRight=carrier("TableRight", Mask="Select, Update, Insert, Delete", Reason=""),
    )


EMPTY: Row = {"name": "", "type": "", "inline": False, "content_id": "", "content": ""}


def linked(call: Call, key: int, made: Entity) -> Entity:
    """As REST shows it."""
    return made | {"_Links": {"Self": f"{call.api}v1/Attachment/{key}"}}


def default(call: Call) -> Response:
    return call.answer(entity(0, EMPTY))


def read(call: Call, key: int) -> Response:
    return call.answer(linked(call, key, entity(key, _row(call, key))))


def saved(call: Call, key: int, sent: Any) -> tuple[int, Row]:
    """Store what describes a file; id 0 is a new one, still without bytes."""
    given = fitting(sent, "AttachmentEntity")
    if not (given.get("Name") or "").strip():
        raise bad("Name: a file has a name")
    row = _row(call, key, "update") if key else _new(call)
    kind = given.get("ContentType") or mimetypes.guess_type(given["Name"])[0] or "application/octet-stream"
    row |= {"name": given["Name"], "type": kind, "inline": bool(given.get("InlineImage"))}
    row |= {"content_id": given.get("ContentId") or ""}
    return _kept(call, key, row)


def _new(call: Call) -> Row:
    return EMPTY | {"registered": call.world.stamp(), "registered_by": call.associate.associate_id}


def _kept(call: Call, key: int, row: Row) -> tuple[int, Row]:
    key = key or call.tenant.next_id("attachment")
    call.tenant.table("attachment")[key] = row
    return key, row


def create(call: Call) -> Response:
    key, row = saved(call, 0, call.json)
    return call.answer(linked(call, key, entity(key, row)))


def replace(call: Call, key: int) -> Response:
    key, row = saved(call, key, call.json)
    return call.answer(linked(call, key, entity(key, row)))


def content(call: Call, key: int) -> Response:
    """The bytes of a file."""
    row = _row(call, key)
    return Response(base64.b64decode(row["content"]), media_type=row["type"])


def upload(call: Call, key: int) -> Response:
    """Store bytes, sent as they are."""
    _row(call, key, "update")["content"] = base64.b64encode(call.body).decode()
    return nothing()


def from_document(call: Call, key: int) -> Response:
    """A document's content as a file."""
    document = find(call, DOCUMENT, key)
    kind = mimetypes.guess_type(document["name"])[0] or "application/octet-stream"
    made = _kept(call, 0, _new(call) | {"name": document["name"], "type": kind, "content": document["content"]})
    return call.answer(entity(*made))


def of_message(call: Call, key: int, inline: bool = True) -> Response:
    """What hangs on a message; without pictures that stand in its text unless ``inline``."""
    return call.answer(_hanging(call, find(call, MESSAGE, key), inline))


def _hanging(call: Call, message: Row, inline: bool) -> list[Entity]:
    rows = [(key, call.tenant.table("attachment").get(key)) for key in message.get("attachments", [])]
    return [entity(key, row) for key, row in rows if row is not None and (inline or not row["inline"])]


def of_ticket(call: Call, key: int) -> Response:
    """What hangs on all messages of a request."""
    find(call, TICKET, key)
    return call.answer([one for _, message in messages_of(call, key) for one in _hanging(call, message, True)])


def attach(call: Call, key: int) -> Response:
    """Files that are there already hang on a message from now on."""
    attached(call, key, ids_of(call.json))
    return nothing()


def attached(call: Call, message_id: int, keys: list[int]) -> None:
    message = find(call, MESSAGE, message_id, "update")
    for key in keys:
        _row(call, key)
    message["attachments"] = list(dict.fromkeys([*message.get("attachments", []), *keys]))


def _agent_read(call: Call) -> Response:
    key = number(call, "attachmentEntityId")
    return call.answer(entity(key, _row(call, key)) if key in call.tenant.table("attachment") else None)


def _agent_save(call: Call) -> Response:
    sent = fitting(call.json, "AttachmentEntity")
    return call.answer(entity(*saved(call, sent.get("AttachmentId") or 0, sent)))


def _agent_upload(call: Call) -> Response:
    sent = bytes_of(argument(call, "Content", str))
    row = _row(call, argument(call, "AttachmentId", int), "update")
    row["content"] = base64.b64encode(sent).decode()
    return nothing()


def _agent_stream(call: Call) -> Response:
    """The file itself for who accepts ``application/octet-stream`` (SuperOffice's client), else base64 in JSON."""
    row = _row(call, argument(call, "AttachmentId", int))
    if "application/octet-stream" in call.headers.get("accept", ""):
        return Response(base64.b64decode(row["content"]), media_type="application/octet-stream")
    return call.answer(row["content"])


def _agent_attach(call: Call) -> Response:
    attached(call, argument(call, "TicketMessageEntityId", int), ids_of(argument(call, "AttachmentIds", list)))
    return nothing()


def _agent_detach(call: Call) -> Response:
    message = find(call, MESSAGE, argument(call, "TicketMessageEntityId", int), "update")
    gone = ids_of(argument(call, "AttachmentIds", list))
    message["attachments"] = [key for key in message.get("attachments", []) if key not in gone]
    return nothing()


def _shown(call: Call, table: str, key: int, row: Row | None) -> Entity:
    """Messages tell of their files, requests whether there are any."""
    if row is None or table not in ("ticket", "ticket_message"):
        return {}
    if table == "ticket_message":
        return {"AttachmentsInfo": _hanging(call, row, True)}
    return {"HasAttachment": has_attachment(call, key)}


EXTRAS.append(_shown)

AGENTS: dict[str, Callable[[Call], Response]] = {
    "CreateDefaultAttachmentEntity": default,
    "GetAttachmentEntity": _agent_read,
    "SaveAttachmentEntity": _agent_save,
    "UploadAttachment": _agent_upload,
    "GetAttachmentStream": _agent_stream,
    "AddAttachments": _agent_attach,
    "RemoveMessageAttachments": _agent_detach,
    "GetAttachmentInfo": lambda c: of_message(c, argument(c, "TicketMessageEntityId", int)),
    "GetAttachmentInfoNonInline": lambda c: of_message(c, argument(c, "TicketMessageEntityId", int), inline=False),
    "GetTicketAttachments": lambda c: of_ticket(c, argument(c, "TicketEntityId", int)),
}

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    "v1/Attachment": {"POST": create},
    "v1/Attachment/default": {"GET": default},
    r"v1/Attachment/(?P<key>\d+)": {"GET": read, "PUT": replace},
    r"v1/Attachment/(?P<key>\d+)/Content": {"GET": content, "POST": upload},
    r"v1/Attachment/CopyFromCRMDocument/(?P<key>\d+)": {"POST": from_document},
    r"v1/TicketMessage/(?P<key>\d+)/Attachment": {"GET": of_message, "POST": attach},
    r"v1/TicketMessage/(?P<key>\d+)/Attachment/Noninline": {"GET": partial(of_message, inline=False)},
    r"v1/Ticket/(?P<key>\d+)/Attachments": {"GET": of_ticket},
    **{f"v1/Agents/Ticket/{name}": {"POST": work} for name, work in AGENTS.items()},
}
