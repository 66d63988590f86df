"""Documents: what is known of them, and their content as bytes."""

from __future__ import annotations

import base64
import binascii
import mimetypes

from starlette.responses import Response

from . import records
from .answers import Call, bad
from .business import refuse_stranger
from .fields import (
    PUBLISHED,
    Entity,
    Field,
    activity_status,
    day,
    links,
    listed,
    of_user,
    plain,
    record,
    visible_for,
)
from .kind import Kind, find, shown
from .lights import document_light
from .world import Row

FIELDS: dict[str, Field] = {
    "Header": plain("header"),
    "Name": plain("name"),
    "Attention": plain("attention"),
    "OurRef": plain("our_ref"),
    "YourRef": plain("your_ref"),
    "Description": plain("description"),
    "Date": day("date"),
    "Completed": activity_status("completed"),
    "DocumentTemplate": listed("template", "DocumentTemplate", "doctmpl", "DocumentTemplateId"),
    "Associate": of_user("associate"),
    "Contact": record("contact", "contact"),
    "Person": record("person", "person"),
    "Project": record("project", "project"),
    "Sale": record("sale", "sale"),
    "Links": links(),
    **PUBLISHED,
}


def _more(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {
        "ActiveLinks": len(row.get("links", [])),
        "ExternalRef": "" if new else f"sandbox-{key}",
        "LockSemantics": "None",
        "Type": "Document",
        "VisibleFor": visible_for(call, row),
    }


def _kept(call: Call, shown: Entity, wanted: Entity) -> Row:
    refuse_stranger(call, wanted)
    return {}


def _new(call: Call) -> Row:
    now = call.world.now().astimezone(call.clock.zone)
    return {
        **dict.fromkeys(("header", "name", "attention", "our_ref", "your_ref", "description", "content"), ""),
        **dict.fromkeys(("contact", "person", "project", "sale"), 0),
        "template": 1,
        "associate": call.associate.associate_id,
        "date": now.strftime("%Y-%m-%dT00:00:00"),
        "completed": False,
        "deleted": False,
    }


DOCUMENT = Kind(
    name="Document",
    table="document",
    key="DocumentId",
    fields=FIELDS,
    empty=_new,
    more=_more,
    keep=_kept,
    simple=document_light,
    lists={
        "DocumentTemplate": "doctmpl",
        "Person": "person",
        "Associate": "associate",
        "Contact": "contact",
        "Project": "project",
        "Sale": "sale",
    },
    sublists=("Links",),
)


def content(call: Call, key: int) -> Response:
    """The bytes of a document; 404 if there is none, an empty answer if nothing has been stored yet."""
    row = find(call, DOCUMENT, key)
    kind = mimetypes.guess_type(row["name"])[0] or "application/octet-stream"
    return Response(base64.b64decode(row["content"]), media_type=kind)


def url(call: Call, key: int) -> Response:
    """Where a person can open the document: its place in SuperOffice Web, so the address holds no key."""
    find(call, DOCUMENT, key)
    return call.answer(f"{call.api.removesuffix('api/')}default.aspx?document.main?document_id={key}")


def put_content(call: Call, key: int) -> Response:
    """Store bytes, sent as they are [ws/endpoints/rest-webapi]."""
    return call.answer(stored_content(call, key, call.body))


def stored_content(call: Call, key: int, body: bytes) -> Entity:
    """Store bytes; the document as it is then."""
    row = find(call, DOCUMENT, key, "update")
    row["content"] = base64.b64encode(body).decode()
    records.touch(call, row)
    records.tell(call, "document", key, "edited")
    entity = shown(call, DOCUMENT, key, row)
    return {name: value for name, value in entity.items() if name != "_Links"}


def from_template(call: Call, key: int) -> Response:
    """Fill a document from its template: a text that says so."""
    return call.answer(made_from_template(call, key))


def made_from_template(call: Call, key: int) -> Entity:
    """The document, its content made of its template."""
    row = find(call, DOCUMENT, key, "update")
    template = call.tenant.lists["doctmpl"].get(row["template"], {})
    row["name"] = row["name"] or f"{row['header'] or 'document'}-{key}.txt".lower().replace(" ", "-")
    return stored_content(call, key, f"{template.get('filename', '')}\n{row['header']}\n".encode())


def length(call: Call, key: int) -> Response:
    """How many bytes the content has."""
    return call.answer(len(base64.b64decode(find(call, DOCUMENT, key)["content"])))


def bytes_of(text: str) -> bytes:
    """What an agent was sent as base64; 400 if it is none."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad(f"Stream: no base64: {error}") from error
