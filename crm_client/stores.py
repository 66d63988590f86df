"""Grants kept in memory: for scripts and tests, where one process is all there is. See ``auth`` and ``system_user``."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime

from crm_client.auth import Grant
from crm_client.errors import NotSignedIn
from crm_client.system_user import NO_TICKET


class MemoryStore:
    """A ``TokenStore`` and ``TicketStore`` for ``Crm``; without a grant it waits for a system user's ticket."""

    def __init__(self, grant: Grant = NO_TICKET) -> None:
        self.grant: Grant | None = grant
        self._claimed_until = float("-inf")

    def load(self) -> Grant:
        if self.grant is None:
            raise NotSignedIn("the grant was refused", sent=False)
        return self.grant

    def claim(self, stale: Grant, seconds: float) -> bool:
        is_free = time.monotonic() >= self._claimed_until and self._holds(stale)
        if is_free:
            self._claimed_until = time.monotonic() + seconds
        return is_free

    def save(self, grant: Grant) -> None:
        self.grant = grant
        self.release()

    def extend(self, ticket: Grant, expires_at: datetime) -> None:
        if self._holds(ticket):
            self.grant = replace(ticket, expires_at=expires_at)

    def release(self) -> None:
        self._claimed_until = float("-inf")

    def lost(self) -> None:
        self.grant = None
        self.release()

    def _holds(self, grant: Grant) -> bool:
        return self.grant is not None and self.grant.access_token == grant.access_token


class AsyncMemoryStore:
    """The same for ``AsyncCrm``."""

    def __init__(self, grant: Grant = NO_TICKET) -> None:
        self._store = MemoryStore(grant)

    async def load(self) -> Grant:
        return self._store.load()

    async def claim(self, stale: Grant, seconds: float) -> bool:
        return self._store.claim(stale, seconds)

    async def save(self, grant: Grant) -> None:
        self._store.save(grant)

    async def extend(self, ticket: Grant, expires_at: datetime) -> None:
        self._store.extend(ticket, expires_at)

    async def release(self) -> None:
        self._store.release()

    async def lost(self) -> None:
        self._store.lost()
