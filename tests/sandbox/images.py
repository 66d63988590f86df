"""Pictures of companies, persons and projects [oas Contact, Person, Project].

Rows of the table ``blob``: ``table, record, content`` (base64), ``type`` (``image/png``), ``description``, stamps. They
are kept and answered as they came: scaling and converting (``w``, ``h``, ``type``) are not built.
"""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from email import message_from_bytes
from functools import partial

from starlette.responses import Response

from .answers import Call, bad, lacking, not_found
from .asking import fitting
from .business import PROJECT
from .carriers import associate
from .entities import COMPANY, PERSON
from .facts import carrier
from .fields import Entity
from .kind import EXTRAS, Kind, find
from .world import Row

MAGIC = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF8": "image/gif",
    b"II*\0": "image/tiff",
    b"MM\0*": "image/tiff",
}
"""How files of the documented types begin."""

CLEAR_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _grey(size: int = 96) -> bytes:
    """A grey square, which stands for somebody without a photo."""
    head = struct.pack(">IIBBBBB", size, size, 8, 0, 0, 0, 0)
    lines = zlib.compress((b"\0" + b"\xd6" * size) * size)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", lines) + _chunk(b"IEND", b"")


IF_BLANK: dict[str, tuple[bytes, str]] = {
    "clearpixel": (CLEAR_PIXEL, "image/gif"),
    **dict.fromkeys(("srnophoto", "srnophotowithborder"), (_grey(), "image/png")),
}
"""What somebody without a picture gets if he is asked for one; nothing (404) for ``Default``."""


def _of(call: Call, kind: Kind, key: int) -> tuple[int, Row] | None:
    rows = call.tenant.table("blob").items()
    return next((pair for pair in rows if (pair[1]["table"], pair[1]["record"]) == (kind.table, key)), None)


def image(call: Call, kind: Kind, key: int) -> Response:
    """The picture itself."""
    find(call, kind, key)
    found = _of(call, kind, key)
    if found is None:
        instead = IF_BLANK.get((call.parameter("ifBlank") or "").lower())
        if instead is None:
            raise not_found(f"Image of {kind.name}", key)
        return Response(instead[0], media_type=instead[1])
    wanted = (call.parameter("type") or "").lower()
    if wanted and f"image/{wanted}" != found[1]["type"]:
        raise lacking(f"converting an image of type {found[1]['type']} to {wanted}")
    return Response(base64.b64decode(found[1]["content"]), media_type=found[1]["type"])


def put_image(call: Call, kind: Kind, key: int) -> Response:
    """Store a picture, sent as it is or as a file of a form; answers the id of its blob."""
    return call.answer(stored(call, kind, key, _sent(call)))


def stored(call: Call, kind: Kind, key: int, content: bytes) -> int:
    """Store the bytes of a picture; the id of its blob."""
    find(call, kind, key, "update")
    kind_of_image = next((known for start, known in MAGIC.items() if content.startswith(start)), None)
    if kind_of_image is None:
        raise bad("Image bitmap is missing from body.")
    stamp, who = call.world.stamp(), call.associate.associate_id
    found = _of(call, kind, key)
    if found is None:
        new = {"table": kind.table, "record": key, "description": "", "registered": stamp, "registered_by": who}
        found = call.tenant.next_id("blob"), new
    found[1].update(
        content=base64.b64encode(content).decode(), type=kind_of_image, updated=stamp, updated_by=who, deleted=False
    )
    call.tenant.table("blob")[found[0]] = found[1]
    return found[0]


def base64_of(call: Call, kind: Kind, key: int) -> str | None:
    """The picture as agents answer it; None without one."""
    found = _of(call, kind, key)
    return found[1]["content"] if found else None


def _sent(call: Call) -> bytes:
    """The bytes of a body, or of the file in a form (multipart/form-data)."""
    kind = call.headers.get("content-type", "")
    if not kind.lower().startswith("multipart/form-data"):
        return call.body
    form = message_from_bytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + call.body)
    files = (part.get_payload(decode=True) for part in form.walk() if part.get_filename() is not None)
    return next((file for file in files if isinstance(file, bytes)), b"")


def delete_image(call: Call, kind: Kind, key: int) -> Response:
    """Take the picture away."""
    find(call, kind, key, "update")
    if found := _of(call, kind, key):
        del call.tenant.table("blob")[found[0]]
    return Response(status_code=204)


def info(call: Call, kind: Kind, key: int) -> Response:
    """What is known of the picture; 404 without one."""
    find(call, kind, key)
    return call.answer(_entity(call, kind, key))


def put_info(call: Call, kind: Kind, key: int) -> Response:
    """Describe the picture; what its bytes tell stays."""
    find(call, kind, key, "update")
    sent = fitting(call.json, "BlobEntity")
    if found := _of(call, kind, key):
        found[1]["description"] = sent.get("Description") or ""
    return call.answer(_entity(call, kind, key))


def _entity(call: Call, kind: Kind, key: int) -> Entity:
    found = _of(call, kind, key)
    if found is None:
        raise not_found(f"Image of {kind.name}", key)
    blob, row = found
    size = len(base64.b64decode(row["content"]))
    return carrier(
        "BlobEntity",
        BlobId=blob,
        BlobSize=size,
        OriginalSize=size,
        Description=row["description"],
        MimeType=row["type"],
        CreatedDate=call.clock.show(row["registered"]),
        UpdatedDate=call.clock.show(row["updated"]),
        CreatedBy=associate(call, row["registered_by"]),
        UpdatedBy=associate(call, row["updated_by"]),
        TableRight=carrier("TableRight", Mask="Select, Update, Insert, Delete", Reason=""),
    )


def _shown(call: Call, table: str, key: int, row: Row | None) -> Entity:
    """Projects tell whether they have one."""
    if table != PROJECT.table:
        return {}
    found = _of(call, PROJECT, key) if row is not None else None
    return {"HasImage": found is not None, "ImageDescription": found[1]["description"] if found else ""}


EXTRAS.append(_shown)


def _paths(kind: Kind) -> dict[str, dict[str, Callable[..., Response]]]:
    root = rf"v1/{kind.name}/(?P<key>\d+)"
    put = partial(put_image, kind=kind)
    return {
        f"{root}/Image": {
            "GET": partial(image, kind=kind),
            "PUT": put,
            "POST": put,
            "DELETE": partial(delete_image, kind=kind),
        },
        f"{root}/ImageInfo": {"GET": partial(info, kind=kind), "PUT": partial(put_info, kind=kind)},
    }


PATHS = {path: methods for kind in (COMPANY, PERSON, PROJECT) for path, methods in _paths(kind).items()}
