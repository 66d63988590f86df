"""Doors to the CRM: as a person, with exactly his rights."""

from __future__ import annotations

from django.conf import settings

from crm_client.auth import UserToken
from crm_client.clients import AsyncCrm, async_http
from panel.loops import PerLoop
from panel.tenants.grants import AsyncGrants, Grants
from panel.tenants.models import Membership
from panel.tenants.whereabouts import TenantAddress

TOKEN_PATH = "/login/common/oauth/tokens"
"""[auth/api]; known, so that opening a door asks nobody."""

http = PerLoop(async_http)
"""The HTTP client of the running event loop; it serves all tenants and people."""


async def as_person(membership: Membership, language: str) -> AsyncCrm:
    """The CRM as this person sees it, by SuperOffice's own rights; its texts come in ``language`` (``nb-NO``)."""
    client = await http.get()
    return AsyncCrm(
        client, TenantAddress(membership.tenant, client), user_token(membership, AsyncGrants(membership)), language
    )


def user_token(membership: Membership, store: Grants | AsyncGrants) -> UserToken:
    """The credential of a person, renewed in time."""
    tenant, ours = membership.tenant, settings.SUPEROFFICE
    principal = (tenant.environment, tenant.ctx.lower(), membership.associate_id)
    return UserToken(ours["login_url"] + TOKEN_PATH, ours["client_id"], ours["client_secret"], store, principal)
