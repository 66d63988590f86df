"""Files on messages of requests."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox.server import Sandbox

from .caller import Caller

LOG = b"03:00 alarm\n"


def uploaded(caller: Caller, name: str = "log.txt", **more: Any) -> int:
    fresh = caller("GET", "v1/Attachment/default")
    made = caller("POST", "v1/Attachment", json=fresh | {"Name": name} | more)
    text = {"Content-Type": "text/plain"}
    caller("POST", f"v1/Attachment/{made['AttachmentId']}/Content", content=LOG, headers=text, status=204)
    return int(made["AttachmentId"])


def test_a_file_is_uploaded_hung_on_a_message_and_read(alice: Caller) -> None:
    key, picture = uploaded(alice), uploaded(alice, "logo.png", InlineImage=True, ContentId="logo@acme")
    alice("POST", "v1/TicketMessage/1/Attachment", json=[key, picture], status=204)
    told = alice("GET", "v1/TicketMessage/1/Attachment")
    assert [(one["Name"], one["ContentType"], one["AttSize"]) for one in told] == [
        ("log.txt", "text/plain", len(LOG)),
        ("logo.png", "image/png", len(LOG)),
    ]
    assert [one["AttachmentId"] for one in alice("GET", "v1/TicketMessage/1/Attachment/Noninline")] == [key]
    assert alice("GET", "v1/Ticket/1/Attachments") == told
    found = alice.send("GET", f"v1/Attachment/{key}/Content")
    assert (found.content, found.headers["Content-Type"]) == (LOG, "text/plain; charset=utf-8")
    message = alice("GET", "v1/TicketMessage/1")
    assert [one["AttachmentId"] for one in message["AttachmentsInfo"]] == [key, picture]
    assert alice("GET", "v1/Ticket/1")["HasAttachment"]
    assert not alice("GET", "v1/Ticket/2")["HasAttachment"]
    rows = alice.rows("v1/Ticket", select="has_attachment", orderby="ticketId")
    assert [row["has_attachment"] for row in rows] == [True, False, False, False]
    alice("PATCH", "v1/TicketMessage/1", json={"Body": "Changed"})
    assert alice("GET", "v1/TicketMessage/1/Attachment") == told


def test_agents_do_the_same(alice: Caller) -> None:
    def ask(method: str, status: int = 200, **given: Any) -> Any:
        return alice("POST", f"v1/Agents/Ticket/{method}", json=given, status=status)

    fresh = alice("POST", "v1/Agents/Ticket/CreateDefaultAttachmentEntity")
    made = ask("SaveAttachmentEntity", **(fresh | {"Name": "setup.exe"}))
    assert not made["IsSafeFileExtension"]
    key = made["AttachmentId"]
    ask("UploadAttachment", 204, AttachmentId=key, Content=base64.b64encode(LOG).decode())
    assert base64.b64decode(ask("GetAttachmentStream", AttachmentId=key)) == LOG
    ask("AddAttachments", 204, TicketMessageEntityId=2, AttachmentIds=[key])
    assert [one["AttachmentId"] for one in ask("GetAttachmentInfo", TicketMessageEntityId=2)] == [key]
    assert [one["AttachmentId"] for one in ask("GetTicketAttachments", TicketEntityId=2)] == [key]
    ask("RemoveMessageAttachments", 204, TicketMessageEntityId=2, AttachmentIds=[key])
    assert ask("GetAttachmentInfoNonInline", TicketMessageEntityId=2) == []
    params = {"attachmentEntityId": 999}
    assert alice("POST", "v1/Agents/Ticket/GetAttachmentEntity", params=params) is None


def test_a_document_becomes_a_file(alice: Caller) -> None:
    made = alice("POST", "v1/Attachment/CopyFromCRMDocument/1")
    document = alice.send("GET", "v1/Document/1/Content").content
    assert alice.send("GET", f"v1/Attachment/{made['AttachmentId']}/Content").content == document


def test_a_file_is_for_who_may_read_its_request(sandbox: Sandbox, alice: Caller, bob: Caller) -> None:
    key = uploaded(alice)
    bob("GET", f"v1/Attachment/{key}", status=404)
    alice("POST", "v1/TicketMessage/1/Attachment", json=[key], status=204)
    assert bob("GET", f"v1/Attachment/{key}")["Name"] == "log.txt"
    gus = Caller(sandbox, "gus")
    assert gus.send("GET", f"v1/Attachment/{key}/Content").content == LOG
    gus("POST", f"v1/Attachment/{key}/Content", content=b"x", status=403)
    bob.world.tenants["Cust12345"].denied["bob"] = ["ticket:select"]
    bob("GET", f"v1/Attachment/{key}/Content", status=403)


@pytest.mark.parametrize(
    ("method", "path", "given", "status"),
    [
        ("POST", "v1/Attachment", {"json": {"Name": " "}}, 400),
        ("POST", "v1/Attachment", {"json": {"Name": "x", "Colour": 1}}, 400),
        ("GET", "v1/Attachment/999", {}, 404),
        ("GET", "v1/Attachment/999/Content", {}, 404),
        ("POST", "v1/TicketMessage/1/Attachment", {"json": [999]}, 404),
        ("POST", "v1/TicketMessage/1/Attachment", {"json": {"AttachmentIds": [1]}}, 400),
        ("GET", "v1/TicketMessage/999/Attachment", {}, 404),
    ],
)
def test_mistakes(alice: Caller, method: str, path: str, given: dict[str, Any], status: int) -> None:
    alice(method, path, status=status, **given)
