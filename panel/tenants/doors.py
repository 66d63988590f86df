"""Doors to the CRM: as a person, with exactly his rights."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from weakref import WeakKeyDictionary

import httpx
from django.conf import settings

from crm_client.auth import UserToken
from crm_client.clients import AsyncCrm, async_http
from panel.tenants.grants import AsyncGrants, Grants
from panel.tenants.models import Membership
from panel.tenants.whereabouts import TenantAddress

TOKEN_PATH = "/login/common/oauth/tokens"
"""[auth/api]; known, so that opening a door asks nobody."""

type Keeper = AsyncGenerator[httpx.AsyncClient]

_kept: WeakKeyDictionary[asyncio.AbstractEventLoop, tuple[Keeper, httpx.AsyncClient]] = WeakKeyDictionary()


async def as_person(membership: Membership, language: str) -> AsyncCrm:
    """The CRM as this person sees it, by SuperOffice's own rights; its texts come in ``language`` (``nb-NO``)."""
    http = await _http()
    return AsyncCrm(
        http, TenantAddress(membership.tenant, http), user_token(membership, AsyncGrants(membership)), language
    )


def user_token(membership: Membership, store: Grants | AsyncGrants) -> UserToken:
    """The credential of a person, renewed in time."""
    tenant, ours = membership.tenant, settings.SUPEROFFICE
    principal = (tenant.environment, tenant.ctx.lower(), membership.associate_id)
    return UserToken(ours["login_url"] + TOKEN_PATH, ours["client_id"], ours["client_secret"], store, principal)


async def close() -> None:
    """Give back the connections of the running event loop."""
    keeper, _ = _kept.pop(asyncio.get_running_loop(), (None, None))
    if keeper is not None:
        await keeper.aclose()


async def _http() -> httpx.AsyncClient:
    loop = asyncio.get_running_loop()
    if loop not in _kept:
        keeper = _keep()
        _kept[loop] = (keeper, await anext(keeper))
    return _kept[loop][1]


async def _keep() -> Keeper:
    """A client that closes with its loop: event loops close the asynchronous generators they still run."""
    loop = asyncio.get_running_loop()
    async with async_http() as http:
        try:
            yield http
        finally:
            _kept.pop(loop, None)
