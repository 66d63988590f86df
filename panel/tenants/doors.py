"""Doors to the CRM: as a person, with exactly his rights; and for work in the background, as the system user."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from django.conf import settings
from django.core.cache import cache

from crm_client.auth import UserToken
from crm_client.cache import AsyncCache, Memory
from crm_client.calls import Call
from crm_client.clients import AsyncCrm, Crm, async_http
from crm_client.errors import Unavailable
from crm_client.jwts import KeyRing
from crm_client.system_user import SystemUser
from panel.loops import PerLoop
from panel.tenants.grants import AsyncGrants, Grants
from panel.tenants.models import Membership, Tenant
from panel.tenants.tickets import Tickets
from panel.tenants.whereabouts import BlockingTenantAddress, TenantAddress

TOKEN_PATH = "/login/common/oauth/tokens"
"""[auth/api]; known, so that opening a door asks nobody."""

PATIENCE = 30.0
"""Seconds somebody waits for a panel before it says that SuperOffice does not answer."""

keys = KeyRing()
"""SuperOffice's own, as this process saw them last."""

http = PerLoop(async_http)
"""The HTTP client of the running event loop; it serves all tenants and people."""


class Paused(Unavailable):
    """The customer's administrator has us rest."""


async def as_person(
    membership: Membership,
    language: str,
    records: AsyncCache | None = None,
    *,
    asks: bool = True,
    changing: Callable[[Call, Any], None] | None = None,
) -> AsyncCrm:
    """The CRM as this person sees it, by SuperOffice's own rights; its texts come in ``language`` (``nb-NO``).

    Lists and rights are remembered for ten minutes; records and rows by ``records``, if given. Without ``asks`` nothing
    is sent, and what is not remembered raises ``NotRemembered``. ``changing`` is told of changes, as ``Memory`` says.

    Raises ``Paused``.
    """
    tenant = membership.tenant
    if tenant.paused_at is not None:
        raise Paused("paused by the customer's administrator", sent=False)
    client = await http.get()
    whose = (tenant.environment, tenant.ctx, membership.associate_id)
    memory: Memory[AsyncCache] = Memory(cache, *whose, records, asks, changing)
    credential = user_token(membership, AsyncGrants(membership))
    address = TenantAddress(tenant, client)
    return AsyncCrm(client, address, credential, language, deadline=PATIENCE, memory=memory)


def user_token(membership: Membership, store: Grants | AsyncGrants) -> UserToken:
    """The credential of a person, renewed in time."""
    tenant, ours = membership.tenant, settings.SUPEROFFICE
    principal = (tenant.environment, tenant.ctx.lower(), membership.associate_id)
    return UserToken(ours["login_url"] + TOKEN_PATH, ours["client_id"], ours["client_secret"], store, principal)


def as_system_user(tenant: Tenant, client: httpx.Client) -> Crm:
    """The CRM for work in the background: it may do everything in that tenant, so nobody is ever shown what it read
    [auth/auth-application]. Used by set-up, its removal, and looking after webhooks.

    Raises ``NotSignedIn`` at the first call where SuperOffice gave no system token or takes it no more.
    """
    return Crm(client, BlockingTenantAddress(tenant, client), system_user(tenant))


def system_user(tenant: Tenant) -> SystemUser:
    """The credential of background work, renewed when it is needed."""
    ours = settings.SUPEROFFICE
    return SystemUser(
        ours["login_url"],
        tenant.ctx,
        tenant.serial,
        tenant.system_token,
        ours["private_key"],
        ours["client_secret"],
        Tickets(tenant),
        keys,
    )
