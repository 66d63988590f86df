"""Pictures of companies, persons and projects."""

from __future__ import annotations

import pytest

from tests.sandbox.images import MAGIC

from .caller import Caller

PNG = b"\x89PNG\r\n\x1a\n" + b"nobody reads the rest"
JPEG = b"\xff\xd8\xff\xe0 photo"
PLACES = ["v1/Contact/17", "v1/Person/10", "v1/Project/1"]


@pytest.mark.parametrize("place", PLACES)
def test_a_picture_is_stored_read_exchanged_and_taken_away(alice: Caller, place: str) -> None:
    alice("GET", f"{place}/Image", status=404)
    alice("GET", f"{place}/ImageInfo", status=404)
    blob = alice("PUT", f"{place}/Image", content=PNG, headers={"Content-Type": "image/png"})
    found = alice.send("GET", f"{place}/Image")
    assert (found.content, found.headers["Content-Type"]) == (PNG, "image/png")
    told = alice("GET", f"{place}/ImageInfo")
    assert (told["BlobId"], told["MimeType"], told["BlobSize"]) == (blob, "image/png", len(PNG))
    assert told["CreatedBy"]["FullName"] == "Alice Berg"
    assert alice("PUT", f"{place}/ImageInfo", json=told | {"Description": "At work"})["Description"] == "At work"
    assert alice("POST", f"{place}/Image", files={"image": ("me.jpg", JPEG, "image/jpeg")}) == blob
    found = alice.send("GET", f"{place}/Image?type=JPEG")
    assert (found.content, found.headers["Content-Type"]) == (JPEG, "image/jpeg")
    assert alice("GET", f"{place}/ImageInfo")["Description"] == "At work"
    alice("DELETE", f"{place}/Image", status=204)
    alice("GET", f"{place}/Image", status=404)
    alice("DELETE", f"{place}/Image", status=204)


@pytest.mark.parametrize(
    ("if_blank", "kind"),
    [("ClearPixel", "image/gif"), ("SrNoPhoto", "image/png"), ("SrNoPhotoWithBorder", "image/png")],
)
def test_there_is_something_instead_of_no_picture(alice: Caller, if_blank: str, kind: str) -> None:
    found = alice.send("GET", f"v1/Person/10/Image?ifBlank={if_blank}")
    assert (found.status_code, found.headers["Content-Type"]) == (200, kind)
    assert any(found.content.startswith(start) for start, known in MAGIC.items() if known == kind)


@pytest.mark.parametrize("content", [b"", b"<svg/>", b"GIF"])
def test_what_is_no_picture_is_refused(alice: Caller, content: bytes) -> None:
    refused = alice("PUT", "v1/Person/10/Image", content=content, status=400)
    assert refused["ErrorMessage"] == "Image bitmap is missing from body."


def test_scaling_and_converting_are_not_there(alice: Caller) -> None:
    alice("PUT", "v1/Person/10/Image", content=PNG)
    alice("GET", "v1/Person/10/Image?w=20&h=20", status=501)
    alice("GET", "v1/Person/10/Image?type=JPEG", status=501)


def test_a_picture_is_part_of_its_record(alice: Caller, bob: Caller) -> None:
    bob.world.tenants["Cust12345"].denied["bob"] = ["person:update", "contact:select"]
    bob("PUT", "v1/Person/10/Image", content=PNG, status=403)
    bob("DELETE", "v1/Person/10/Image", status=403)
    bob("GET", "v1/Contact/17/Image", status=403)
    alice("PUT", "v1/Person/9999/Image", content=PNG, status=404)
    assert not alice("GET", "v1/Project/1")["HasImage"]
    alice("PUT", "v1/Project/1/Image", content=PNG)
    assert alice("GET", "v1/Project/1")["HasImage"]
