"""Yellow banners that applications show to users, and flushing caches: the Diagnostics agent [tenant-status, oas].

Rows of the table ``system_message``: ``associate``, ``client_id`` of the application, ``name`` (its own id, by which it
changes or removes the message), ``text``, ``expire``, ``type``. Users may only write to themselves, administrators and
system users to others.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from . import udef_layout
from .answers import Call, bad, denied
from .asking import administrates, demand_administrator, nothing
from .carriers import user
from .facts import carrier
from .preferences import answering, silent
from .world import Row, Tenant

Given = dict[str, Any]

AGENT = "v1/Agents/Diagnostics/"


def live(tenant: Tenant, associate_id: int, now: str) -> list[tuple[int, Row]]:
    """Somebody's messages that have not expired."""
    rows = tenant.table("system_message").items()
    return [(key, row) for key, row in rows if row["associate"] == associate_id and now < (row["expire"] or "9")]


def _whose(call: Call, given: Given) -> int:
    """The associate a request is about, the caller for 0; 403 for others, 400 for nobody."""
    key = given.get("AssociateId") or call.associate.associate_id
    if key != call.associate.associate_id and not administrates(call):
        raise denied("write to another user")
    if user(call.tenant, key) is None:
        raise bad(f"There is no associate {key}")
    return int(key)


def _send(call: Call, given: Given) -> None:
    whose, name = _whose(call, given), given["SystemMessageId"] or ""
    if not name or not given["MarkdownMessage"]:
        raise bad("A message has a SystemMessageId and a text")
    _take(call, whose, name)
    row = {"associate": whose, "client_id": call.client_id, "name": name, "text": given["MarkdownMessage"]}
    row |= {"expire": call.clock.store(given["Expire"]) if given["Expire"] else "", "type": given["Type"]}
    call.tenant.table("system_message")[call.tenant.next_id("system_message")] = row


def _take(call: Call, whose: int, name: str) -> None:
    table, wanted = call.tenant.table("system_message"), (whose, call.client_id, name)
    for key in [key for key, row in table.items() if (row["associate"], row["client_id"], row["name"]) == wanted]:
        del table[key]


def _remove(call: Call, given: Given) -> None:
    _take(call, _whose(call, given), given["SystemMessageId"] or "")


def _remove_expired(call: Call) -> Response:
    table, now = call.tenant.table("system_message"), call.world.stamp()
    for key in [key for key, row in table.items() if row["expire"] and row["expire"] <= now]:
        del table[key]
    return nothing()


def _every(call: Call, given: Given) -> list[Given]:
    return [_shown(call, key, row) for key, row in live(call.tenant, _whose(call, given), call.world.stamp())]


def _shown(call: Call, key: int, row: Row) -> Given:
    return carrier(
        "SystemMessage",
        MessageId=key,
        AssociateId=row["associate"],
        OnlineappId=1 + list(call.world.clients).index(row["client_id"]),
        SystemMessageId=row["name"],
        MarkdownMessage=row["text"],
        Expire=call.clock.show(row["expire"]),
        Type=row["type"],
    )


def _flush(call: Call) -> Response:
    """Screens are made anew; nothing else is kept here."""
    demand_administrator(call, "flush caches")
    udef_layout.rebuild(call.tenant)
    return nothing()


SILENT: dict[str, Callable[[Call, Given], None]] = {
    "SendSystemMessage": _send,
    "RemoveSystemMessage": _remove,
    "RemoveSystemMessageForAssociate": _remove,
}

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    f"{AGENT}GetSystemMessages": {"POST": partial(answering, work=_every)},
    f"{AGENT}RemoveExpiredSystemMessages": {"POST": _remove_expired},
    f"{AGENT}FlushCaches": {"POST": _flush},
    **{AGENT + name: {"POST": partial(silent, work=work)} for name, work in SILENT.items()},
}
