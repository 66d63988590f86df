"""A membership's tokens as ``crm_client`` wants to find them: a store of one row, blocking or awaited.

Of several processes that meet an old token one renews it: who wins the conditional update of ``renewing_until``. Every
statement names the generation, so a renewal that comes back after a sign-out brings nothing back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from django.db.models import Q, QuerySet

from crm_client.auth import Grant
from crm_client.errors import NotSignedIn
from panel.database import briefly
from panel.tenants import known
from panel.tenants.models import SIGNED_OUT, Membership
from panel.tenants.sealing import BrokenSeal

log = structlog.get_logger(__name__)


class Grants:
    """``crm_client.auth.TokenStore`` over a membership that was just read, so the first ``load`` needs no query."""

    def __init__(self, membership: Membership) -> None:
        self.membership = membership
        self.is_fresh = True

    def load(self) -> Grant:
        return self._opened() if self.is_fresh else self._take(self._rows().first())

    def claim(self, stale: Grant, seconds: float) -> bool:
        self.is_fresh = self._claimable(stale).update(renewing_until=_after(seconds)) == 1
        return self.is_fresh

    def save(self, grant: Grant) -> None:
        columns = self.membership.sealed(grant)
        self._taken(self._rows().update(**columns), columns)
        known.changed(self.membership.tenant)

    def release(self) -> None:
        self._rows().update(renewing_until=None)

    def lost(self) -> None:
        log.warning("grant lost", reason="refresh-refused", **self._names)
        self._rows().filter(sealed_grant=self.membership.sealed_grant).update(**SIGNED_OUT)
        known.changed(self.membership.tenant)

    def _rows(self) -> QuerySet[Membership]:
        of_tenant = Membership.objects.of(self.membership.tenant).select_related("tenant")
        return of_tenant.filter(pk=self.membership.pk, generation=self.membership.generation)

    def _claimable(self, stale: Grant) -> QuerySet[Membership]:
        rows = self._rows().filter(sealed_grant=self.membership.sealed_grant)
        if self._opened().access_token != stale.access_token:
            return rows.none()
        return rows.filter(Q(renewing_until=None) | Q(renewing_until__lt=datetime.now(UTC)))

    def _opened(self) -> Grant:
        try:
            grant = self.membership.open_grant()
        except BrokenSeal:
            log.error("grant does not open", **self._names)
            grant = None
        if grant is None:
            raise NotSignedIn("no grant is kept for this person", sent=False)
        return grant

    def _take(self, found: Membership | None) -> Grant:
        if found is None:
            raise NotSignedIn("this person signed out", sent=False)
        self.membership, self.is_fresh = found, True
        return self._opened()

    def _taken(self, changed: int, columns: dict[str, object]) -> None:
        if changed != 1:
            raise NotSignedIn("this person signed out", sent=False)
        for name, value in columns.items():
            setattr(self.membership, name, value)

    @property
    def _names(self) -> dict[str, object]:
        return {"ctx": self.membership.tenant.ctx, "associate_id": self.membership.associate_id}


class AsyncGrants:
    """``crm_client.auth.AsyncTokenStore`` over a membership: the same, in a thread where it asks the database."""

    def __init__(self, membership: Membership) -> None:
        self._grants = Grants(membership)

    async def load(self) -> Grant:
        return self._grants.load() if self._grants.is_fresh else await briefly(self._grants.load)

    async def claim(self, stale: Grant, seconds: float) -> bool:
        return await briefly(partial(self._grants.claim, stale, seconds))

    async def save(self, grant: Grant) -> None:
        await briefly(partial(self._grants.save, grant))

    async def release(self) -> None:
        await briefly(self._grants.release)

    async def lost(self) -> None:
        await briefly(self._grants.lost)


def _after(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
