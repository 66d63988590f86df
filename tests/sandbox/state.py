"""The tenant state API (documentation: developer-portal/best-practices/tenant-status/check-status)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from .world import RELEASE, Tenant, World

STATES = [
    "Unknown",
    "Provisioning",
    "Running",
    "Deleted",
    "Suspended",
    "OnlineMaintenance",
    "OfflineMaintenance",
    "ProvisioningFailed",
    "Deleting",
    "DeleteFailed",
    "MigrationPending",
]
RUNNING = {"Running", "OnlineMaintenance"}
"""The states in which the API works."""


def routes(world: World, urls: dict[str, str]) -> list[BaseRoute]:
    """``GET /api/state/{ctx}``, open to everybody."""

    async def state(request: Request) -> Response:
        ctx = request.path_params["ctx"]
        request.state.tenant = ctx
        valid_until = (world.now() + timedelta(seconds=world.login.state_seconds)).strftime(
            "%Y-%m-%dT%H:%M:%S.%f"
        ) + "0Z"
        tenant = world.tenant(ctx)
        told = unknown(ctx) if tenant is None else known(tenant, urls)
        return JSONResponse(told | {"ValidUntil": valid_until})

    return [Route("/api/state/{ctx}", state)]


def known(tenant: Tenant, urls: dict[str, str]) -> dict[str, Any]:
    """Where a tenant lives now and how it is. ``Api`` has no slash at its end, unlike the ``webapi_url`` claim."""
    endpoint = f"{urls[tenant.host]}/{tenant.ctx}"
    return {
        "ContextIdentifier": tenant.ctx,
        "Endpoint": endpoint,
        "State": tenant.state,
        "IsRunning": tenant.state in RUNNING,
        "Api": f"{endpoint}/api",
        "Version": tenant.release,
    }


def unknown(ctx: str) -> dict[str, Any]:
    """No documentation tells what an unknown tenant gets; the state ``Unknown`` exists for it."""
    told = {"ContextIdentifier": ctx, "Endpoint": "", "State": "Unknown", "IsRunning": False, "Api": ""}
    return told | {"Version": RELEASE}
