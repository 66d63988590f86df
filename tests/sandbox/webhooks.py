"""Webhooks as NetServer keeps them: REST ``v1/Webhook`` and the Webhook agent (documentation: automation/webhook).

Saving posts a test event to the target first and fails unless that answers 200. An application sees, changes and
deletes only webhooks it created itself. The sandbox posts to this machine only, where it takes plain http too; and it
refuses misspelt events of known entities, which would never come. Nobody is told by e-mail when a webhook is disabled.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.responses import Response

from .answers import Call, bad, lacking, not_found
from .asking import asked, number
from .carriers import associate
from .event_kinds import EVENTS
from .events import Happening, announce, headers, payload
from .facts import EMPTY_DATE, blank, carrier, misfits
from .post import is_loopback, post
from .world import Row, Tenant, World

Entity = dict[str, Any]
Answer = Response | Awaitable[Response]

NAME = re.compile(r"[\w{}-]+(\.[\w{}-]+)*")
TEXTS = {"Name": "name", "TargetUrl": "url", "Secret": "secret", "Description": "description"}
CHOICES = {"State": "state", "Type": "type", "NotifyVia": "notify_via", "NotifyWhen": "notify_when"}
COLLECTIONS = {
    "Events": "events",
    "Headers": "headers",
    "Properties": "properties",
    "ErrorEmails": "error_emails",
    "ErrorAssociates": "error_associates",
}
KEPT = TEXTS | CHOICES | COLLECTIONS
"""Property to row key of everything an application may set."""

COUNTED = {
    "TotalCalls": "total_calls",
    "TotalErrors": "total_errors",
    "ConsecutiveErrors": "consecutive_errors",
    "LastError": "last_error",
}
TEST = Happening("test", "test", 0, 0)


def shown(call: Call, key: int, row: Row) -> Entity:
    """The carrier; its secret is in clear, as in SuperOffice's samples."""
    names = KEPT | COUNTED
    return carrier(
        "Webhook",
        WebhookId=key,
        Registered=row["registered"],
        RegisteredAssociate=associate(call, row["registered_by"]),
        Updated=row["updated"],
        UpdatedAssociate=associate(call, row["updated_by"]),
        **{name: row[kept] for name, kept in names.items()},
    )


def default_entity() -> Entity:
    """What an application starts from: active, with two events."""
    entity = blank("Webhook")
    events = ["contact.created", "contact.deleted"]
    return entity | {"Type": "webhook", "State": "Active", "Events": events, "NotifyVia": "None", "NotifyWhen": "None"}


def owned(call: Call) -> dict[int, Row]:
    """The webhooks of the calling application."""
    return {key: row for key, row in call.tenant.table("webhook").items() if row["client_id"] == call.client_id}


def own(call: Call, key: int) -> Row:
    """One of them; 404 for others' too."""
    row = owned(call).get(key)
    if row is None:
        raise not_found("Webhook", key)
    return row


def chosen(call: Call, name: str | None, event: str | None, status: str | None) -> list[Entity]:
    """Those whose name and one of whose events contain a text, and whose state is the given one; empty is any."""
    return [
        shown(call, key, row)
        for key, row in owned(call).items()
        if (name or "").lower() in row["name"].lower()
        and (not event or any(event in one for one in row["events"]))
        and status in (None, "", "Unknown", row["state"])
    ]


# Saving


async def saved(call: Call, given: Any, key: int) -> Entity:
    """Check, ask the target, store; ``key`` 0 creates. 400 for whatever is wrong, the target's answer too."""
    row = fresh(call) if not key else own(call, key)
    wanted = row | understood(given)
    check(wanted)
    message = await ping(call, wanted) if wanted["state"] == "Active" else ""
    if message:
        raise bad(f"The webhook was not saved: {message}")
    previous = row.get("state")
    stamp = {"updated": call.world.stamp(), "updated_by": call.associate.associate_id}
    row |= wanted | stamp
    if not key:
        key = call.tenant.next_id("webhook")
        call.tenant.table("webhook")[key] = row | {"registered": row["updated"], "registered_by": row["updated_by"]}
        return shown(call, key, call.tenant.table("webhook")[key])
    if previous != row["state"]:
        turned(call.world, call.tenant, key, row, call.associate.associate_id)
    return shown(call, key, row)


def turned(world: World, tenant: Tenant, key: int, row: Row, by: int = 0) -> None:
    """Other webhooks may listen to this one being started and stopped; a start forgets its errors."""
    started = row["state"] == "Active"
    if started:
        row["consecutive_errors"] = 0
    announce(world, tenant, state_event(key, row, "started" if started else "stopped", by))


def state_event(key: int, row: Row, what: str, by: int) -> Happening:
    """``webhook{id}.started``, ``.stopped`` or ``.errors``."""
    fields = {
        "events": row["events"],
        "registered": row["registered"],
        "state": row["state"],
        "updated": row["updated"],
    }
    return Happening(f"webhook{key}.{what}", "webhook", key, by, ["state", "updated"], fields)


def understood(given: Any) -> Row:
    """An entity as a row; read-only properties are passed over. 400 for what does not fit."""
    if not isinstance(given, dict):
        raise bad("Entity to save is not in request body")
    wrong = misfits(given, "WebhookWithLinks", whole=False)
    if wrong:
        raise bad("; ".join(wrong[:5]))
    row = {kept: given[name] for name, kept in KEPT.items() if given.get(name) is not None}
    if "error_associates" in row:
        row["error_associates"] = [blank("MDOListItem") | one for one in row["error_associates"]]
    return row


def fresh(call: Call) -> Row:
    """A new webhook of the calling application, before it is filled in."""
    row = {kept: blank("Webhook")[name] for name, kept in (KEPT | COUNTED).items()}
    return row | {"state": "Active", "type": "webhook", "client_id": call.client_id, "registered": EMPTY_DATE}


def check(row: Row) -> None:
    """400 unless this can be a webhook."""
    if row["type"] == "crmscript":
        raise lacking("webhooks of the Type crmscript")
    if row["type"] != "webhook":
        raise bad("Type is webhook or crmscript")
    if not row["name"].strip() or len(row["name"]) > 100:
        raise bad("Name: 1 to 100 characters")
    if not row["events"]:
        raise bad("Events: name at least one")
    for event in row["events"]:
        check_event(event)
    check_target(row["url"])


def check_event(event: str) -> None:
    """Own events may have any name; those of known entities must exist."""
    entity, _, what = event.partition(".")
    if not NAME.fullmatch(event):
        raise bad(f"Events: {event!r} is no name of an event")
    if entity in EVENTS and what.rpartition(".")[2] not in EVENTS[entity]:
        raise bad(f"Events: {entity} has {', '.join(EVENTS[entity])}, not {event}")


def check_target(url: str) -> None:
    """https, or http to this machine."""
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        raise bad("Webhook TargetUrl must be secure: it starts with https://")


async def ping(call: Call, row: Row) -> str:
    """Post a test event; empty when the target answers 200, else what it did. The tenant is ``Default``."""
    test = Happening(TEST.name, TEST.entity, 0, call.associate.associate_id)
    body = payload(call.world, "Default", row, test)
    return (await post(row["url"], headers(row, test, body), body)).trouble


# REST


def get_all(call: Call) -> Response:
    wanted = [call.parameter(name) for name in ("nameFilter", "eventFilter", "statusFilter")]
    return call.answer(chosen(call, *wanted))


def get_default(call: Call) -> Response:
    return call.answer(default_entity())


def get_one(call: Call, key: int) -> Response:
    return call.answer(linked(call, shown(call, key, own(call, key))))


async def create(call: Call) -> Response:
    return call.answer(linked(call, await saved(call, call.json, 0)))


async def replace(call: Call, key: int) -> Response:
    own(call, key)
    return call.answer(linked(call, await saved(call, call.json, key)))


def delete(call: Call, key: int) -> Response:
    own(call, key)
    del call.tenant.table("webhook")[key]
    return Response(status_code=204)


async def try_out(call: Call, given: Any = None) -> Response:
    """Ping a webhook that need not be stored."""
    row = fresh(call) | understood(call.json if given is None else given)
    check_target(row["url"])
    message = await ping(call, row)
    return call.answer(carrier("WebhookResult", Success=not message, Message=message or "OK"))


def last_error(call: Call, key: int) -> Response:
    return call.answer(own(call, key)["last_error"])


def signal(call: Call, name: str, key: int, data: Any = None) -> Response:
    """Raise an own event; the data become its ``Values``, whose place is not documented."""
    data = data if data is not None else call.json if call.body.strip() else {}
    if not NAME.fullmatch(name) or not isinstance(data, dict):
        raise bad("Signal an event by its name, with a map of values")
    entity = name.partition(".")[0]
    announce(call.world, call.tenant, Happening(name, entity, key, call.associate.associate_id, values=data))
    return Response(status_code=204)


def linked(call: Call, entity: Entity) -> Entity:
    return entity | {"_Links": {"Self": f"{call.api}v1/Webhook/{entity['WebhookId']}"}}


# The agent


def agent_get_all(call: Call) -> Response:
    given = asked(call)
    return call.answer(chosen(call, given["NameFilter"], given["EventFilter"], given["StatusFilter"]))


def agent_get(call: Call) -> Response:
    key = number(call, "webhookId")
    row = owned(call).get(key)
    return call.answer(None if row is None else shown(call, key, row))


async def agent_save(call: Call) -> Response:
    given = asked(call)
    return call.answer(await saved(call, call.json, given["WebhookId"]))


def agent_delete(call: Call) -> Response:
    return delete(call, number(call, "webhookId"))


async def agent_test(call: Call) -> Response:
    return await try_out(call, asked(call)["Webhook"] or {})


def agent_last_error(call: Call) -> Response:
    return last_error(call, asked(call)["WebhookId"])


def agent_signal(call: Call) -> Response:
    given = asked(call)
    return signal(call, given["EventName"], given["PrimaryKey"], given["Data"] or {})


AGENT: dict[str, Callable[[Call], Answer]] = {
    "CreateDefaultWebhook": get_default,
    "GetAllWebhooks": agent_get_all,
    "GetWebhook": agent_get,
    "SaveWebhook": agent_save,
    "DeleteWebhook": agent_delete,
    "TestWebhook": agent_test,
    "GetLastError": agent_last_error,
    "SignalEvent": agent_signal,
}

PATHS: dict[str, dict[str, Callable[..., Answer]]] = {
    r"v1/Webhook/default": {"GET": get_default},
    r"v1/Webhook/Test": {"POST": try_out},
    r"v1/Webhook": {"GET": get_all, "POST": create},
    r"v1/Webhook/(?P<key>\d+)": {"GET": get_one, "PUT": replace, "DELETE": delete},
    r"v1/Webhook/(?P<key>\d+)/LastError": {"GET": last_error},
    r"v1/Webhook/(?P<name>[^/]+)/(?P<key>\d+)": {"POST": signal},
    **{f"v1/Agents/Webhook/{method}": {"POST": handler} for method, handler in AGENT.items()},
}
