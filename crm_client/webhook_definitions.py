"""Webhooks: what an application wants to be told, and where [wh/dev/index].

::

    hook = crm(create_webhook(crm(new_webhook()), name="Sidecard", target_url="https://…/hooks/", secret=secret,
                              events=("contact.changed", "contact.deleted")))

Before SuperOffice saves one it sends a test event there, which must be answered by 200. An application sees only its
own. An administrator may stop or change them: look at ``state`` now and then. What arrives is read by ``webhooks``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import Word, mapping_at, moment_at, number_at, read_at, secret_at, text_at, texts_at, word_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Kind, Record, changes
from crm_client.values import integer, text


class WebhookState(Word):
    UNKNOWN = "Unknown"
    ACTIVE = "Active"
    STOPPED = "Stopped"
    TOO_MANY_ERRORS = "TooManyErrors"
    """SuperOffice gave up; setting ``ACTIVE`` begins again."""


@dataclass(frozen=True)
class Webhook(Record):
    """One webhook. Its secret is not shown when it is printed."""

    webhook_id: int = read_at("WebhookId", integer)
    name: str = text_at("Name")
    """At most 100 characters; comes with each event."""
    description: str = text_at("Description")
    events: tuple[str, ...] = texts_at("Events")
    """``contact.changed`` …, or names of one's own."""
    target_url: str = text_at("TargetUrl")
    """https with a valid certificate."""
    secret: str = secret_at("Secret")
    """Signs each event; always set one."""
    state: WebhookState = word_at("State", WebhookState)
    type: str = text_at("Type")
    """``webhook`` or ``crmscript``."""
    headers: Mapping[str, Any] = mapping_at("Headers")
    """Sent with each event."""
    properties: Mapping[str, Any] = mapping_at("Properties")
    """Put into each event, e.g. the tenant."""
    error_emails: tuple[str, ...] = texts_at("ErrorEmails")
    total_calls: int = number_at("TotalCalls", reads_only=True)
    total_errors: int = number_at("TotalErrors", reads_only=True)
    consecutive_errors: int = number_at("ConsecutiveErrors", reads_only=True)
    registered: datetime | None = moment_at("Registered", reads_only=True)
    updated: datetime | None = moment_at("Updated", reads_only=True)


WEBHOOKS = Kind("Webhook", "WebhookId", Webhook, has_patch=False)


def webhooks(name: str = "", event: str = "", state: WebhookState | None = None) -> Operation[list[Webhook]]:
    """The application's webhooks, narrowed by parts of their names, by an event or by state."""
    asked = {"nameFilter": name, "eventFilter": event, "statusFilter": state.value if state else ""}
    query = {key: value for key, value in asked.items() if value}
    return WEBHOOKS.parse_all((yield Call("GET", WEBHOOKS.path, query=query)))


def webhook(webhook_id: int) -> Operation[Webhook]:
    """One webhook. Raises ``NotFound``."""
    return WEBHOOKS.read(webhook_id)


def new_webhook() -> Operation[Webhook]:
    """A webhook as SuperOffice would start it, not saved."""
    return WEBHOOKS.new()


def create_webhook(start: Webhook, **wanted: Any) -> Operation[Webhook]:
    """Save a new webhook, begun by ``new_webhook``. Raises ``BadRequest`` if its test event was not answered by 200."""
    return WEBHOOKS.create(start, wanted)


def change_webhook(webhook_id: int, changes: Sequence[Change]) -> Operation[Webhook]:
    """Change a webhook. Raises ``Conflict`` with ``current: Webhook``."""
    return WEBHOOKS.change(webhook_id, changes)


def restart_webhook(seen: Webhook) -> Operation[Webhook]:
    """Set a stopped webhook to work again."""
    return change_webhook(seen.webhook_id, changes(seen, state=WebhookState.ACTIVE))


def delete_webhook(webhook_id: int) -> Operation[None]:
    """Delete a webhook; SuperOffice tells no more."""
    return WEBHOOKS.delete(webhook_id)


@dataclass(frozen=True)
class Trial:
    """What came of a test event."""

    is_good: bool
    message: str


def try_webhook(seen: Webhook) -> Operation[Trial]:
    """Send a test event to a webhook's address, saved or not."""
    told = yield Call("POST", "v1/Webhook/Test", json={**seen.raw})
    if not isinstance(told, Mapping):
        raise BadAnswer("v1/Webhook/Test: the answer is no result")
    return Trial(told.get("Success") is True, text(told.get("Message")))


def last_error(webhook_id: int) -> Operation[str]:
    """Headers and body of the last answer that was none; may hold what the receiver said, so do not log it."""
    return text((yield Call("GET", f"v1/Webhook/{int(webhook_id)}/LastError")))


def signal(event: str, record_id: int, data: Mapping[str, Any]) -> Operation[None]:
    """Raise an event of one's own: all webhooks that listen to its name are told."""
    yield Call("POST", f"v1/Webhook/{quote(event, safe='')}/{int(record_id)}", json=dict(data))
