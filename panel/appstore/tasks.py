"""A customer's life in the background: state changes, access that was revoked, and what goes when its time is up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import httpx
import structlog
from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db.models import Q
from django.utils.timezone import now

from crm_client.auth import renew
from crm_client.cache import forget as forget_facts
from crm_client.clients import sync_http
from crm_client.errors import CrmError, NotSignedIn, Unavailable
from crm_client.state import TenantState
from crm_client.system_user import TICKET_LASTS
from crm_client.users import current_principal
from panel.appstore.models import Notice
from panel.panels.memory import forget_everything
from panel.provisioning import tasks as provisioning
from panel.provisioning.models import Setup, Thing
from panel.tenants import doors, known
from panel.tenants.diary import Happening
from panel.tenants.models import Tenant
from panel.tenants.whereabouts import BlockingTenantAddress
from panel.webhooks.models import Hook, RecordChange

log = structlog.get_logger(__name__)

Status = Tenant.Status
AGAIN = timedelta(seconds=30)
"""Until another look at a change that the state API does not confirm yet."""
GIVE_UP = timedelta(hours=1)
"""A change that is not confirmed by then was none, or is over."""
PROBE_EVERY = timedelta(hours=1)
REFUSED_FOR = timedelta(minutes=5)
"""One refusal may be an accident; one that lasts is a revocation."""
AT_ONCE = 50
RESTING = {"Suspended": Status.SUSPENDED, "OfflineMaintenance": Status.MAINTENANCE}
GONE = ("Deleted", "Deleting", "DeleteFailed")
EXPECTED = {"Suspend": ("Suspended", *GONE), "Delete": GONE}
"""What the state API says once a change has come about; for the others any answer will do."""


@shared_task
def heed() -> int:
    """Heed the state changes that wait; returns how many."""
    heeded = 0
    with sync_http() as http:
        for notice in Notice.due()[:AT_ONCE]:
            if notice.claim():
                heeded += _heeded(notice, http)
    return heeded


def _heeded(notice: Notice, http: httpx.Client) -> bool:
    """A push is never trusted alone: what it says must be what the state API says [dp/best-practices/tenant-status]."""
    try:
        state = BlockingTenantAddress(notice.tenant, http).ask()
    except Unavailable:
        return False  # the claim runs out, and it is tried again
    expected = EXPECTED.get(notice.change, (state.state,))
    if state.state not in expected and now() - notice.received_at < GIVE_UP:
        Notice.objects.of(notice.tenant).filter(pk=notice.pk).update(due_at=now() + AGAIN)
        return False
    Happening.note(notice.tenant, Happening.What.STATE, f"{notice.change} ({state.state})")
    live_by(notice.tenant, state)
    if notice.change in ("Upgrade", "BackupRestored"):
        forget_facts(cache, notice.tenant.environment, notice.tenant.ctx)
    if notice.change == "BackupRestored":
        _reconcile(notice.tenant)
    notice.heeded()
    return True


def live_by(tenant: Tenant, state: TenantState) -> None:
    """Bring our account of the tenant's life in line with SuperOffice's."""
    if state.state in GONE:
        log.warning("tenant deleted", ctx=tenant.ctx, state=state.state)
        tenant.close(Status.REMOVED)
        Tenant.objects.filter(pk=tenant.pk).delete()
        return
    if tenant.status in (Status.REVOKED, Status.REMOVED):
        return
    if state.state in RESTING:
        _become(tenant, RESTING[state.state])
    elif state.is_running and tenant.status in RESTING.values():
        is_set_up = Thing.objects.of(tenant).exclude(remote_id="").exists()
        _become(tenant, Status.ACTIVE if is_set_up else Status.AUTHORISED)


def _become(tenant: Tenant, status: Status) -> None:
    if Tenant.objects.filter(pk=tenant.pk).exclude(status=status).update(status=status):
        log.info("tenant", ctx=tenant.ctx, status=status)
        known.changed(tenant)


def _reconcile(tenant: Tenant) -> None:
    """Records are as they were some time ago, and what we set up since may be missing."""
    forget_everything(tenant)
    RecordChange.objects.of(tenant).delete()
    setup = Setup.objects.of(tenant).first()
    # Where we were removed nothing lets us in any more, whatever came back.
    if setup is not None and tenant.status not in (Status.REVOKED, Status.REMOVED):
        # With a choice it is asked anew: who is at it now looked at what was there before.
        provisioning.nudge(Setup.ask(tenant, Setup.Goal(setup.goal), by="", choice=setup.choice))


@shared_task
def ask_for_states() -> int:
    """Ask the state API about everybody whose last answer is no longer good, for a push may be lost; returns how
    many.
    """
    watched = Tenant.objects.filter(environment=settings.SUPEROFFICE["environment"])
    watched = watched.exclude(status__in=[Status.REVOKED, Status.REMOVED])
    due = watched.filter(Q(api_valid_until=None) | Q(api_valid_until__lt=now())).order_by("updated_at")
    asked = 0
    with sync_http() as http:
        for tenant in due[:AT_ONCE]:
            try:
                live_by(tenant, BlockingTenantAddress(tenant, http).ask())
            except Unavailable as error:
                log.warning("state unknown", ctx=tenant.ctx, error=type(error).__name__)
            else:
                asked += 1
    return asked


@shared_task
def probe() -> int:
    """See whether SuperOffice still lets us in: an authorization that is revoked without a word to us is noticed here
    [CERT-11], also while the customer pauses, for our keys must not outlive it. Then only a ticket is asked for, and
    nothing read in his SuperOffice. Returns how many were looked at.
    """
    lately = Q(answered_at=None) | Q(answered_at__lt=now() - PROBE_EVERY) | Q(refused_at__isnull=False)
    due = Tenant.objects.filter(lately, environment=settings.SUPEROFFICE["environment"], status=Status.ACTIVE)
    with sync_http() as http:
        return sum(_probed(tenant, http) for tenant in due.order_by("answered_at")[:AT_ONCE])


def _probed(tenant: Tenant, http: httpx.Client) -> bool:
    row = Tenant.objects.filter(pk=tenant.pk)
    try:
        if tenant.paused_at is None:
            doors.as_system_user(tenant, http)(current_principal())
        else:
            renew(http, doors.system_user(tenant), TICKET_LASTS)
    except NotSignedIn:
        if tenant.refused_at is None:
            row.update(refused_at=now())
        elif now() - tenant.refused_at > REFUSED_FOR:
            log.warning("authorization lost", ctx=tenant.ctx)
            Hook.objects.of(tenant).delete()
            tenant.close(Status.REVOKED)
            Happening.note(tenant, Happening.What.REVOKED)
    except CrmError as error:
        log.warning("probe failed", ctx=tenant.ctx, error=type(error).__name__)
        return False
    else:
        row.update(answered_at=now(), refused_at=None)
    return True


@shared_task
def forget_who_left() -> int:
    """Delete everything about customers who left longer ago than the retention; returns how many. State changes that
    were heeded as long ago go too; the customer's diary tells of them for longer.
    """
    before = datetime.now(UTC) - timedelta(days=settings.RETENTION_DAYS)
    Notice.heeded_before(before).delete()
    gone = Tenant.objects.filter(status__in=[Status.REVOKED, Status.REMOVED], left_at__lt=before)
    names = list(gone.values_list("ctx", flat=True))
    for ctx in names:
        log.info("tenant forgotten", ctx=ctx)
    gone.delete()
    return len(names)
