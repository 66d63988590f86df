"""A customer with an address for events."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from crm_client.webhooks import signature
from panel.tenants import discovery
from panel.tenants.models import Tenant
from panel.webhooks.models import Hook
from tests.sandbox.server import Sandbox
from tests.tenants.cast import sign_in


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    discovery.forget()
    cache.clear()


@pytest.fixture
def alice(db: None, sandbox: Sandbox) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, "Cust12345", "alice", sandbox)
    return client


@pytest.fixture
def hook(alice: Client) -> Hook:
    return Hook.of(Tenant.objects.get(ctx="Cust12345"))


Tell = Callable[..., HttpResponse]


@pytest.fixture
def tell(client: Client, hook: Hook) -> Tell:
    """Send an event as SuperOffice does; ``secret`` and ``headers`` may be wrong."""

    def send(event: str = "contact.changed", key: int = 17, *, secret: str = "", **more: Any) -> HttpResponse:
        body = json.dumps(an_event(event, key, **more)).encode()
        signed = signature(body, secret or hook.secret)
        return client.post(
            f"/webhooks/{hook.word}/",
            body,
            content_type="application/json",
            headers={"X-SuperOffice-Signature": signed, "X-SuperOffice-Event": event},
        )

    return send


def an_event(event: str, key: int, **more: Any) -> dict[str, Any]:
    """A body as in [wh/reference]."""
    return {
        "EventId": str(uuid.uuid4()),
        "Timestamp": datetime.now(UTC).isoformat().replace("+00:00", "0Z"),
        "Event": event,
        "Entity": event.rpartition(".")[0],
        "PrimaryKey": key,
        "Changes": ["name", "updated"],
        "ContextIdentifier": "Cust12345",
        "ChangedByAssociateId": 6,
        "WebhookName": "Sidecard",
        **more,
    }
