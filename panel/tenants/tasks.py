"""Background work for those who signed in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import structlog
from celery import shared_task
from django.db.models import Q, QuerySet

from crm_client.auth import renew
from crm_client.clients import sync_http
from crm_client.errors import CrmError
from panel.tenants.doors import user_token
from panel.tenants.grants import Grants
from panel.tenants.models import Membership, Tenant

log = structlog.get_logger(__name__)

USED_LATELY = timedelta(hours=8)
AHEAD = timedelta(minutes=5)
"""More than the beat's minute, so that no panel waits for a renewal of its own."""


@shared_task
def renew_grants() -> int:
    """Renew the grants of people who were here lately and would soon meet an expired token; returns how many.

    While a customer pauses, nobody waits for a panel, so nothing is renewed ahead. It costs nobody his sign-in: the
    refresh token lives for years, and the first panel afterwards renews by itself [auth/sign-in-user/auth-code-flow].

    Safe to run twice or side by side: each row is renewed by whoever gets its lease, and skipped once it is renewed.
    """
    with sync_http() as http:
        return sum(_renewed(http, membership) for membership in due(datetime.now(UTC)))


def due(now: datetime) -> QuerySet[Membership]:
    """Used lately, about to expire, and not being renewed by anybody else."""
    return (
        Membership.across_tenants.filter(grant_expires_at__lte=now + AHEAD, last_used_at__gte=now - USED_LATELY)
        .filter(Q(renewing_until=None) | Q(renewing_until__lt=now))
        .exclude(sealed_grant="")
        .filter(tenant__paused_at=None)
        .exclude(tenant__status__in=[Tenant.Status.SUSPENDED, Tenant.Status.MAINTENANCE])
        .select_related("tenant")
    )


def _renewed(http: httpx.Client, membership: Membership) -> bool:
    try:
        renew(http, user_token(membership, Grants(membership)), AHEAD)
    except CrmError as error:
        # The others must not wait for him; he is tried again in a minute, or has been signed out.
        log.warning("renewal failed", ctx=membership.tenant.ctx, error=type(error).__name__, permanent=error.permanent)
        return False
    return True
