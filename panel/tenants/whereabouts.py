"""Where a tenant's API is now: its row, until the time SuperOffice gave is up; then the state API again.

Check the state before calling, keep the answer until ``ValidUntil``, and ask again after a 421
[dp/best-practices/tenant-status/check-status].
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import structlog
from django.conf import settings
from django.utils.translation import gettext as _

from crm_client.errors import BadAnswer, Unavailable
from crm_client.state import TenantState, state_url
from panel.database import briefly
from panel.tenants import addresses, known
from panel.tenants.models import Tenant

log = structlog.get_logger(__name__)

WITHOUT_A_TIME = timedelta(minutes=5)
"""How long an answer is kept that does not say it."""
JUST_NOW = 2.0
"""Seconds in which calls side by side that all met the old address take one answer."""


class TenantAddress:
    """``crm_client.address.AsyncAddress`` over a tenant's row."""

    def __init__(self, tenant: Tenant, http: httpx.AsyncClient) -> None:
        self.tenant = tenant
        self._http = http
        self._asking = asyncio.Lock()
        self._followed_at = float("-inf")

    async def get(self) -> str:
        """The address as known.

        Raises:
            Unavailable: the tenant is not running, or nothing is known and the state API does not answer.
        """
        if self._is_known():
            return self.tenant.api_address
        try:
            state = await self._state()
        except Unavailable:
            if not self.tenant.api_address:
                raise
            # Its own trouble must not stop a customer whose NetServer may well answer; a 421 would tell.
            log.warning("state unknown", ctx=self.tenant.ctx)
            return self.tenant.api_address
        return self._running(state)

    async def refresh(self) -> str:
        """The address after asking again, for NetServer said it is another one; errors as ``get``."""
        return self._running(await self._state(moved=True))

    def _is_known(self) -> bool:
        until = self.tenant.api_valid_until
        return bool(self.tenant.api_address) and until is not None and datetime.now(UTC) < until

    async def _state(self, moved: bool = False) -> TenantState | None:
        """None when a call beside us has just asked, and the row holds the answer."""
        async with self._asking:
            if self._has_just_followed() if moved else self._is_known():
                return None
            state = await self._asked()
            if moved:
                self._followed_at = time.monotonic()
            if state.is_running:
                await briefly(partial(self._write, state))
            return state

    def _has_just_followed(self) -> bool:
        return time.monotonic() - self._followed_at < JUST_NOW

    def _running(self, state: TenantState | None) -> str:
        if state is not None and not state.is_running:
            log.warning("tenant not running", ctx=self.tenant.ctx, state=state.state)
            message = _("SuperOffice is not available for your company at the moment (%(state)s).")
            raise Unavailable(f"the tenant is {state.state}", sent=False, message=message % {"state": state.state})
        return self.tenant.api_address

    async def _asked(self) -> TenantState:
        try:
            response = await self._http.get(state_url(settings.SUPEROFFICE["login_url"], self.tenant.ctx), auth=None)
            response.raise_for_status()
            state = TenantState.parse(response.json())
            if state.is_running:
                addresses.guarded(state.api)
        except (httpx.HTTPError, ValueError, BadAnswer) as error:
            raise Unavailable(f"state API: {type(error).__name__}", sent=False) from error
        return state

    def _write(self, state: TenantState) -> None:
        self.tenant.api_address = state.api
        self.tenant.api_valid_until = state.valid_until or datetime.now(UTC) + WITHOUT_A_TIME
        Tenant.objects.filter(pk=self.tenant.pk).update(
            api_address=self.tenant.api_address, api_valid_until=self.tenant.api_valid_until
        )
        known.changed(self.tenant)
