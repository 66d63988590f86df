"""Everything of the sandbox at a glance, for the control page: what happens, what is set. No token is ever whole."""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from typing import Any

from .exchanges import covered, masked, readable
from .roles import role_of, roles
from .state import RUNNING
from .texts import in_language
from .world import APP_LINKS, Client, Delivery, Tenant, World

CALLS = 60
DELIVERIES = 40
"""How many of the newest are shown."""


def overview(world: World, urls: dict[str, str]) -> dict[str, Any]:
    """A JSON object of lists, newest first."""
    sent = [*world.delivered, *world.deliveries]
    return {
        "now": world.now().isoformat(timespec="seconds"),
        "offset": world.clock_offset,
        "called": len(world.calls),
        "calls": list(world.calls)[: -CALLS - 1 : -1],
        "failed": [call for call in reversed(world.calls) if call["why"]][:CALLS],
        "tokens": tokens(world),
        "sessions": sessions(world),
        "webhooks": webhooks(world),
        "deliveries": [delivery(one) for one in sent[: -DELIVERIES - 1 : -1]],
        "faults": [asdict(fault) for fault in world.faults],
        "users": [user for tenant in world.tenants.values() for user in users(world, tenant)],
        "tenants": [tenant_state(one, urls) for one in world.tenants.values()],
        "login": asdict(world.login),
        "netserver": asdict(world.netserver),
        "clients": [client_switches(client) for client in world.clients.values()],
    }


def tokens(world: World) -> list[dict[str, Any]]:
    """Who holds what, and until when; the newest first."""
    now = world.now().timestamp()
    kinds = (
        ("access token", world.access_tokens),
        ("refresh token", world.refresh_tokens),
        ("system user ticket", world.tickets),
    )
    return [
        {
            "kind": kind,
            "id": handle(token),
            "token": masked(token),
            "tenant": held["ctx"],
            "user": held.get("human", "system user"),
            "application": held["client_id"],
            "seconds": round(held["expires"] - now) if "expires" in held else None,
        }
        for kind, tokens in kinds
        for token, held in reversed(tokens.items())
    ]


def handle(token: str) -> str:
    """What a token is called here: it says nothing about the token."""
    return hashlib.sha256(token.encode()).hexdigest()[:12]


def sessions(world: World) -> list[dict[str, Any]]:
    """Who is signed in, and where: at SuperID, and in SuperOffice Web at a tenant."""
    found: dict[str, set[str]] = {}
    for human in world.sessions.values():
        found.setdefault(human, set()).add("SuperID")
    for one in world.web_sessions.values():
        found.setdefault(one["human"], set()).add(f"SuperOffice Web of {one['ctx']}")
    return [{"user": human, "where": sorted(places)} for human, places in sorted(found.items())]


def webhooks(world: World) -> list[dict[str, Any]]:
    """Without their secrets."""
    shown = ("name", "events", "url", "state", "total_calls", "total_errors", "consecutive_errors", "last_error")
    return [
        {"tenant": tenant.ctx, "id": key} | {name: row[name] for name in shown}
        for tenant in world.tenants.values()
        for key, row in tenant.table("webhook").items()
    ]


def delivery(one: Delivery) -> dict[str, Any]:
    """A message and its attempts; the token in a change of state is masked."""
    names = ("ctx", "event", "event_id", "url", "webhook_id", "queued", "due", "attempts", "outcome")
    headers = list(one.headers.items())
    said = {"headers": covered(headers), "body": readable(headers, one.body.encode())}
    return {name: getattr(one, name) for name in names} | said


def users(world: World, tenant: Tenant) -> list[dict[str, Any]]:
    """Who works here, with which role, and which roles there are (id and name)."""
    names = [[key, in_language(row["name"], "US")] for key, row in roles(tenant).items()]
    return [
        {
            "tenant": tenant.ctx,
            "user": key,
            "email": world.email(one),
            "role": one.role,
            "about": role_of(tenant, one)["tooltip"],
            "denied": tenant.denied.get(key, []),
            "roles": names,
        }
        for key, one in tenant.associates.items()
    ]


def tenant_state(tenant: Tenant, urls: dict[str, str]) -> dict[str, Any]:
    names = (
        "ctx",
        "company_name",
        "state",
        "host",
        "release",
        "approved",
        "approved_by",
        "approved_at",
        "needs_reapproval",
    )
    names += ("expired", "revoked", "revoked_by", "denied", "mandatory")
    shown = {name: getattr(tenant, name) for name in names}
    shown["roles"] = {key: one.role for key, one in tenant.associates.items()}
    shown["data_rights"] = {key: row["rights"] for key, row in roles(tenant).items()}
    return shown | {"url": f"{urls[tenant.host]}/{tenant.ctx}", "running": tenant.state in RUNNING}


CLIENT_SWITCHES: dict[str, type] = {
    "state_push": bool,
    "system_token": bool,
    "webhooks": bool,
    **dict.fromkeys((*APP_LINKS, "error_url"), str),
}
"""What of an application's registration can be changed while the sandbox runs."""


def client_switches(client: Client) -> dict[str, Any]:
    names = ("client_id", "name", *CLIENT_SWITCHES)
    return {name: getattr(client, name) for name in names}
