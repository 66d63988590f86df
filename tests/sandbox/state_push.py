"""Tells applications that a tenant's state changed (documentation: best-practices/tenant-status/get-notifications).

Off until it is switched on for a client, as in the developer portal. Goes to every application the tenant approved.
The token's audience is not documented: ``spn:{client id}`` here, as with SuperOffice's other calls to applications.
"""

from __future__ import annotations

import json
import uuid
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from .claims import SCHEME
from .tokens import sign
from .world import Client, Delivery, Tenant, World

FILE_VERSION = "11.10.721.0"


class ChangeType(IntEnum):
    """What happened to the tenant."""

    UPGRADE = 0
    BACKUP_RESTORED = 1
    SUSPEND = 2
    RESUME = 3
    DELETE = 4
    MOVE = 5


STATES = {
    "OfflineMaintenance": ChangeType.UPGRADE,
    "Suspended": ChangeType.SUSPEND,
    "Deleting": ChangeType.DELETE,
    "Deleted": ChangeType.DELETE,
}
"""What a tenant that gets into a state is told as."""


def changes(before: tuple[str, str], tenant: Tenant) -> list[ChangeType]:
    """What to tell of a tenant whose state and host were others ``before``."""
    state, host = before
    told = [ChangeType.MOVE] if host != tenant.host else []
    if state == tenant.state:
        return told
    if tenant.state in STATES:
        # What is being deleted is told once, not again when it is gone.
        return [*told, STATES[tenant.state]] if STATES[tenant.state] != STATES.get(state) else told
    return [*told, ChangeType.RESUME] if state == "Suspended" and tenant.state == "Running" else told


def push(world: World, urls: dict[str, str], tenant: Tenant, change: ChangeType) -> None:
    """Queue the message for every application that wants it and has the tenant's consent."""
    if not tenant.approved:
        return
    for client in world.clients.values():
        if client.state_push and client.state_url:
            world.deliveries.append(message(world, urls, client, tenant, change))


def message(world: World, urls: dict[str, str], client: Client, tenant: Tenant, change: ChangeType) -> Delivery:
    """One application's message, due now."""
    now = world.now().timestamp()
    return Delivery(
        ctx=tenant.ctx,
        event=f"state.{change.name.lower()}",
        event_id=str(uuid.uuid4()),
        url=client.state_url,
        headers={"Content-Type": "application/json; charset=utf-8"},
        body=json.dumps(payload(world, urls, client, tenant, change)),
        due=now,
        queued=now,
    )


def payload(world: World, urls: dict[str, str], client: Client, tenant: Tenant, change: ChangeType) -> dict[str, Any]:
    """The body. ``PublicEndpoint`` is a host name without scheme or path, and comes with a move only."""
    told = {
        "ChangeType": int(change),
        "ContextIdentifier": tenant.ctx,
        "VersionName": tenant.release,
        "FileVersion": FILE_VERSION,
        "Token": sign(world, claims(world, urls, client, tenant)),
    }
    return told | ({"PublicEndpoint": urlsplit(urls[tenant.host]).netloc} if change is ChangeType.MOVE else {})


def claims(world: World, urls: dict[str, str], client: Client, tenant: Tenant) -> dict[str, Any]:
    """Proof that SuperOffice speaks; issued by the login host, unlike a system user's JWT."""
    now = int(world.now().timestamp())
    times = {"iat": str(now), "nbf": now - 60, "exp": now + world.login.id_token_seconds}
    standard = {"sub": "StateChange", "iss": urls["login"], "aud": f"spn:{client.client_id}"}
    return standard | times | {SCHEME + "ctx": tenant.ctx}
