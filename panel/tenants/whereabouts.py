"""Where a tenant's API is now: its row, until the time SuperOffice gave is up; then the state API again.

Check the state before calling, keep the answer until ``ValidUntil``, and ask again after a 421
[dp/best-practices/tenant-status/check-status].
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

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


class _Row:
    """What a tenant's row knows of its address, and what an answer of the state API makes of it."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self._followed_at = float("-inf")

    def _is_known(self) -> bool:
        until = self.tenant.api_valid_until
        return bool(self.tenant.api_address) and until is not None and datetime.now(UTC) < until

    def _has_just_followed(self) -> bool:
        return time.monotonic() - self._followed_at < JUST_NOW

    def _unsaid(self) -> str:
        """The address while the state API does not answer: its own trouble must not stop a customer whose NetServer
        may well answer; a 421 would tell.
        """
        log.warning("state unknown", ctx=self.tenant.ctx)
        return self.tenant.api_address

    def _running(self, state: TenantState | None) -> str:
        if state is not None and not state.is_running:
            log.warning("tenant not running", ctx=self.tenant.ctx, state=state.state)
            message = _("SuperOffice is not available for your company at the moment (%(state)s).")
            raise Unavailable(f"the tenant is {state.state}", sent=False, message=message % {"state": state.state})
        return self.tenant.api_address

    @property
    def _url(self) -> str:
        return state_url(settings.SUPEROFFICE["login_url"], self.tenant.ctx)

    def _parsed(self, response: httpx.Response) -> TenantState:
        try:
            response.raise_for_status()
            state = TenantState.parse(response.json())
            if state.is_running:
                addresses.guarded(state.api)
        except (httpx.HTTPError, ValueError, BadAnswer) as error:
            raise _silent(error) from error
        return state

    def _write(self, state: TenantState) -> None:
        self.tenant.state = state.state
        # Where it does not run, it is asked about each time, so that nobody waits for an old answer's end.
        columns: dict[str, Any] = {"state": state.state, "api_valid_until": None}
        self.tenant.api_valid_until = None
        if state.is_running:
            self.tenant.api_address = state.api
            self.tenant.api_valid_until = state.valid_until or datetime.now(UTC) + WITHOUT_A_TIME
            columns |= {"api_address": state.api, "api_valid_until": self.tenant.api_valid_until}
        Tenant.objects.filter(pk=self.tenant.pk).update(**columns)
        known.changed(self.tenant)


class TenantAddress(_Row):
    """``crm_client.address.AsyncAddress`` over a tenant's row."""

    def __init__(self, tenant: Tenant, http: httpx.AsyncClient) -> None:
        super().__init__(tenant)
        self._http = http
        self._asking = asyncio.Lock()

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
            return self._unsaid()
        return self._running(state)

    async def refresh(self) -> str:
        """The address after asking again, for NetServer said it is another one; errors as ``get``."""
        return self._running(await self._state(moved=True))

    async def _state(self, moved: bool = False) -> TenantState | None:
        """None when a call beside us has just asked, and the row holds the answer."""
        async with self._asking:
            if self._has_just_followed() if moved else self._is_known():
                return None
            state = await self._asked()
            if moved:
                self._followed_at = time.monotonic()
            if state.is_running or state.state != self.tenant.state:
                await briefly(partial(self._write, state))
            return state

    async def _asked(self) -> TenantState:
        try:
            response = await self._http.get(self._url, auth=None)
        except httpx.HTTPError as error:
            raise _silent(error) from error
        return self._parsed(response)


class BlockingTenantAddress(_Row):
    """The same for ``Crm``: ``crm_client.address.Address``, for work in the background."""

    def __init__(self, tenant: Tenant, http: httpx.Client) -> None:
        super().__init__(tenant)
        self._http = http

    def get(self) -> str:
        if self._is_known():
            return self.tenant.api_address
        try:
            state = self.ask()
        except Unavailable:
            if not self.tenant.api_address:
                raise
            return self._unsaid()
        return self._running(state)

    def refresh(self) -> str:
        return self._running(self.ask())

    def ask(self) -> TenantState:
        """What the state API says now, written down. Raises ``Unavailable`` if it does not answer."""
        try:
            response = self._http.get(self._url, auth=None)
        except httpx.HTTPError as error:
            raise _silent(error) from error
        state = self._parsed(response)
        self._write(state)
        return state


def _silent(error: Exception) -> Unavailable:
    return Unavailable(f"state API: {type(error).__name__}", sent=False)
