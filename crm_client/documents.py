"""Documents: what is known about them, their content, where they open [oas DocumentEntity, arch FindDocument].

::

    made = crm(create_document(crm(new_document()), header="Offer", name="offer.pdf", company=17, template=4))
    with open("offer.pdf", "rb") as file:
        crm(upload(made.document_id, Upload.file(file, "application/pdf")))
    with crm.stream(content(made.document_id)) as blob:     # of AsyncCrm: async with, async for
        for piece in blob: ...
    crm(link_to(made.document_id))        # an address that opens it

The content is never held in memory as a whole, neither up nor down.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from crm_client.appointments import ActivityStatus
from crm_client.archive import Archive, quoted
from crm_client.calls import Call, Operation, Upload
from crm_client.errors import BadAnswer
from crm_client.fields import associate_at, day_at, item_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Custom, Kind
from crm_client.rows import Line, column, key, lines
from crm_client.values import Item, day, integer, text, yes


@dataclass(frozen=True)
class Document(Custom):
    """What is known about one document. Its template is chosen from the MDO list ``doctmpl``."""

    document_id: int = read_at("DocumentId", integer)
    header: str = text_at("Header")
    """The name people see."""
    name: str = text_at("Name")
    """The file's name."""
    description: str = text_at("Description")
    attention: str = text_at("Attention")
    our_ref: str = text_at("OurRef")
    your_ref: str = text_at("YourRef")
    external_ref: str = text_at("ExternalRef", reads_only=True)
    """Its id where it is kept."""
    template: Item | None = item_at("DocumentTemplate", "DocumentTemplateId", "Name")
    """Letter, offer …"""
    company: Item | None = item_at("Contact", "ContactId", "Name")
    person: Item | None = item_at("Person", "PersonId", "FullName")
    project: Item | None = item_at("Project", "ProjectId", "Name")
    sale: Item | None = item_at("Sale", "SaleId", "Title")
    owner: Item | None = associate_at("Associate")
    date: datetime.date | None = day_at("Date")
    status: ActivityStatus = word_at("Completed", ActivityStatus)
    lock: str = text_at("LockSemantics", reads_only=True)
    """``None``, ``Locking`` or ``Versioning``: whether it must be checked out before its content is changed."""


DOCUMENTS = Kind("Document", "DocumentId", Document)


def document(document_id: int) -> Operation[Document]:
    """What is known about one document. Raises ``NotFound``."""
    return DOCUMENTS.read(document_id)


def new_document() -> Operation[Document]:
    """A document as SuperOffice would start it, not saved."""
    return DOCUMENTS.new()


def create_document(start: Document, **wanted: Any) -> Operation[Document]:
    """Save a new document, begun by ``new_document``. It has no content yet: ``upload``, or ``fill_from_template``."""
    return DOCUMENTS.create(start, wanted)


def change_document(
    document_id: int, changes: Sequence[Change], unmodified_since: datetime.datetime | None = None
) -> Operation[Document]:
    """Change what is known, guarded by what the person saw. Raises ``Conflict`` with ``current: Document``."""
    return DOCUMENTS.change(document_id, changes, unmodified_since)


def delete_document(document_id: int, unmodified_since: datetime.datetime | None = None) -> Operation[None]:
    """Delete a document. Raises ``Changed`` if it was changed after ``unmodified_since``."""
    return DOCUMENTS.delete(document_id, unmodified_since)


def content(document_id: int) -> Call:
    """The call whose answer is the content, for ``crm.stream``."""
    return Call("GET", f"v1/Document/{int(document_id)}/Content")


def upload(document_id: int, body: Upload) -> Operation[Document]:
    """Replace the content; SuperOffice may give the file another name. Is its answer lost, ``OutcomeUnknown`` is
    raised.
    """
    return DOCUMENTS.parse((yield Call("PUT", f"v1/Document/{int(document_id)}/Content", upload=body)))


def fill_from_template(document_id: int, tags: Mapping[str, str] | None = None, **ids: int) -> Operation[Document]:
    """Make the content from the document's template; ``ids`` as documented: ``contactId``, ``personId`` …, ``tags``
    are values of tags of one's own. SuperOffice may give the file another name.
    """
    query = {name: quoted(int(value)) for name, value in ids.items()}
    call = Call("POST", f"v1/Document/{int(document_id)}/Content", json=dict(tags or {}), query=query)
    return DOCUMENTS.parse((yield call))


def size(document_id: int) -> Operation[int]:
    """Bytes of the content."""
    return integer((yield Call("GET", f"v1/Document/{int(document_id)}/Length")))


def link_to(document_id: int, writable: bool = False) -> Operation[str]:
    """An address at which the document opens; it may hold a key, so show it and forget it."""
    link = yield Call("GET", f"v1/Document/{int(document_id)}/Url", query={"writeableUrl": quoted(writable)})
    if not isinstance(link, str):
        raise BadAnswer("v1/Document/Url: the answer is no address")
    return link


@dataclass(frozen=True)
class DocumentRow(Line):
    """A document in a list."""

    document_id: int = key("documentId")
    subject: str = column("subject", text)
    name: str = column("name", text)
    """The file's name."""
    kind: str = column("type", text)
    """Its template."""
    date: datetime.date | None = column("date", day)
    is_completed: bool = column("completed", yes)
    owner: str = column("associate/fullName", text)


def documents_of(contact_id: int) -> Operation[list[DocumentRow]]:
    """Documents of a company, the latest first."""
    query = Archive(f"v1/Contact/{int(contact_id)}/Documents").entities("document").order_by("date desc")
    return lines(DocumentRow, query)
