"""Webhooks: what SuperOffice tells us about changed records. The signature first, over the bytes as they came; then
the event.

::

    event = Event.from_http(request.headers, request.body, secret)   # or Forged, BadAnswer
    if not event.is_test:
        store(event)    # by its event_id; the work comes later
    return 200

Answer exactly 200, at once: three attempts (after 1 s and 4 s more) and the event is lost; nine failed ones in a row
switch the webhook off [wh/dev/notification]. Events may come twice and in any order, so remember ``event_id`` and read
the record. Texts are never told, only ids, dates and flags.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from crm_client.calls import object_in
from crm_client.errors import BadAnswer, Forged
from crm_client.frozen import dataclass
from crm_client.values import integer, moment, text, texts

SIGNATURE = "x-superoffice-signature"


@dataclass(frozen=True)
class Event:
    """Something that happened in SuperOffice [wh/reference]."""

    name: str
    """``contact.changed`` … Not an enum: SuperOffice adds events, and applications have their own."""
    event_id: str
    """The same for all attempts to tell of it."""
    entity: str
    primary_key: int
    ctx: str
    """The tenant; ``Default`` in test events."""
    at: datetime | None
    """UTC."""
    changed_by: int
    """Associate id: by it one's own changes are passed over."""
    webhook_name: str = ""
    changes: frozenset[str] = frozenset()
    """Names of changed **database columns**, lower case; empty for a deletion."""
    field_values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Ids, dates and flags by column; never texts. Older versions send none."""
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    """Of a deletion: ids of the row that went."""
    retries: int = 0
    """Attempts before this one."""
    is_test: bool = False
    """Sent when a webhook is saved: answer 200, do nothing."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)
    """The body with all that is not named above, such as the webhook's own properties."""

    @classmethod
    def from_http(cls, headers: Mapping[str, str], body: bytes, secret: str) -> Event:
        """The event in a request. ``headers`` may be in any case.

        Raises ``Forged`` if it is not signed with ``secret`` (answer 401), ``BadAnswer`` if SuperOffice signed
        something that is no event.
        """
        lower = {name.lower(): value for name, value in headers.items()}
        check(lower.get(SIGNATURE, ""), body, secret)
        told = object_in(body)
        if not text(told.get("Event")):
            raise BadAnswer("webhook: the body is no event")
        return cls.parse(told, lower)

    @classmethod
    def parse(cls, told: Mapping[str, Any], headers: Mapping[str, str]) -> Event:
        """From a body that has been checked; ``headers`` are lower case."""
        name = text(told.get("Event"))
        return cls(
            name=name,
            event_id=text(told.get("EventId")),
            entity=text(told.get("Entity")) or name.rpartition(".")[0],
            primary_key=integer(told.get("PrimaryKey")),
            ctx=text(told.get("ContextIdentifier")),
            at=moment(told.get("Timestamp")),
            changed_by=integer(told.get("ChangedByAssociateId")),
            webhook_name=text(told.get("WebhookName")),
            changes=frozenset(column.lower() for column in texts(told.get("Changes"))),
            field_values=_mapping(told.get("FieldValues")),
            values=_mapping(told.get("Values")),
            retries=integer(headers.get("x-superoffice-retry")),
            is_test=name == "test" or headers.get("x-hook-test", "").lower() == "true",
            raw=told,
        )


def check(given: str, body: bytes, secret: str) -> None:
    """Raises ``Forged`` unless ``given`` is the signature of these bytes. Takes the same time for each wrong one."""
    if not secret:
        raise ValueError("a webhook needs a secret: with an empty one anybody can sign")
    if not hmac.compare_digest(signature(body, secret).encode(), given.encode(errors="replace")):
        raise Forged("webhook: the signature is missing or wrong")


def signature(body: bytes, secret: str) -> str:
    """HMAC-SHA256 over the raw body, keyed with the secret in UTF-8, in Base64 [wh/dev/security]."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
