"""Doors to the CRM: as a person, with exactly his rights."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache

from crm_client.auth import UserToken
from crm_client.cache import AsyncCache, Memory
from crm_client.clients import AsyncCrm, async_http
from panel.loops import PerLoop
from panel.tenants.grants import AsyncGrants, Grants
from panel.tenants.models import Membership
from panel.tenants.whereabouts import TenantAddress

TOKEN_PATH = "/login/common/oauth/tokens"
"""[auth/api]; known, so that opening a door asks nobody."""

PATIENCE = 30.0
"""Seconds somebody waits for a panel before it says that SuperOffice does not answer."""

http = PerLoop(async_http)
"""The HTTP client of the running event loop; it serves all tenants and people."""


async def as_person(
    membership: Membership, language: str, records: AsyncCache | None = None, *, asks: bool = True
) -> AsyncCrm:
    """The CRM as this person sees it, by SuperOffice's own rights; its texts come in ``language`` (``nb-NO``).

    Lists and rights are remembered for ten minutes; records and rows by ``records``, if given. Without ``asks`` nothing
    is sent, and what is not remembered raises ``NotRemembered``.
    """
    client = await http.get()
    tenant = membership.tenant
    memory: Memory[AsyncCache] = Memory(cache, tenant.environment, tenant.ctx, membership.associate_id, records, asks)
    credential = user_token(membership, AsyncGrants(membership))
    address = TenantAddress(tenant, client)
    return AsyncCrm(client, address, credential, language, deadline=PATIENCE, memory=memory)


def user_token(membership: Membership, store: Grants | AsyncGrants) -> UserToken:
    """The credential of a person, renewed in time."""
    tenant, ours = membership.tenant, settings.SUPEROFFICE
    principal = (tenant.environment, tenant.ctx.lower(), membership.associate_id)
    return UserToken(ours["login_url"] + TOKEN_PATH, ours["client_id"], ours["client_secret"], store, principal)
