"""A tenant's system-user ticket as ``crm_client`` wants to find it: a store of one row.

One exchange serves every process: of several that meet an old ticket, one wins the conditional update of
``ticket_renewing_until``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet

from crm_client.auth import Grant
from crm_client.errors import NotSignedIn
from crm_client.system_user import NO_TICKET
from panel.tenants import known
from panel.tenants.models import Tenant
from panel.tenants.sealing import BrokenSeal


class Tickets:
    """``crm_client.system_user.TicketStore`` over a tenant's row."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant

    def load(self) -> Grant:
        columns = "sealed_system_token", "sealed_ticket", "ticket_expires_at"
        self.tenant.refresh_from_db(fields=columns)
        if not self.tenant.sealed_system_token:
            raise NotSignedIn("SuperOffice gave no system token for this tenant", sent=False)
        if not self.tenant.sealed_ticket or self.tenant.ticket_expires_at is None:
            return NO_TICKET
        try:
            return Grant(self.tenant.ticket, "", self.tenant.ticket_expires_at)
        except BrokenSeal:  # its key is gone; a new ticket costs one exchange
            return NO_TICKET

    def claim(self, stale: Grant, seconds: float) -> bool:
        now = datetime.now(UTC)
        free = Q(ticket_renewing_until=None) | Q(ticket_renewing_until__lt=now)
        return self._row(stale).filter(free).update(ticket_renewing_until=now + timedelta(seconds=seconds)) == 1

    def save(self, grant: Grant) -> None:
        sealed = self.tenant.seal_ticket(grant.access_token)
        self._write(sealed_ticket=sealed, ticket_expires_at=grant.expires_at, ticket_renewing_until=None)

    def extend(self, ticket: Grant, expires_at: datetime) -> None:
        self._row(ticket).update(ticket_expires_at=expires_at)

    def release(self) -> None:
        self._write(ticket_renewing_until=None)

    def lost(self) -> None:
        self._write(sealed_ticket="", ticket_expires_at=None, ticket_renewing_until=None)

    def _row(self, stale: Grant) -> QuerySet[Tenant]:
        """The tenant's row while ``stale``, which this store loaded last, is still in it."""
        return Tenant.objects.filter(pk=self.tenant.pk, sealed_ticket=self.tenant.sealed_ticket)

    def _write(self, **columns: object) -> None:
        for name, value in columns.items():
            setattr(self.tenant, name, value)
        Tenant.objects.filter(pk=self.tenant.pk).exclude(sealed_system_token="").update(**columns)
        known.changed(self.tenant)
