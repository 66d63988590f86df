"""Working at events later, in the order in which each record's happened; and looking after the webhooks themselves."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby

from celery import shared_task
from django.core.cache import cache
from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from crm_client.cache import forget as forget_facts
from crm_client.clients import sync_http
from panel.celery import hurry
from panel.panels.memory import records_changed
from panel.tenants.models import Tenant
from panel.webhooks.effects import concerned, is_of_list
from panel.webhooks.gaps import look_after
from panel.webhooks.models import LEASE, Delivery, Hook, RecordChange

AT_ONCE = 200
"""Events a batch."""
KEPT = timedelta(days=7)
"""Handled events are remembered, so that one that is told again counts once."""
LOOK_EVERY = timedelta(minutes=10)

type Change = tuple[str, int, int]
"""A record, by what cards call it and its id, and who changed it."""

_messenger = ThreadPoolExecutor(max_workers=1, thread_name_prefix="nudge")


def nudge() -> None:
    """Do not wait for the sweep; at most once a second. The answer to SuperOffice does not wait for the broker, which
    takes longer than all the rest.
    """
    if cache.add("webhooks:nudged", 1, 1):
        _messenger.submit(hurry, handle)


@shared_task
def handle() -> int:
    """Handle what waits; returns how many. Two at once take different events; who dies leaves his to the next."""
    handled = 0
    while batch := _claimed():
        for tenant, events in groupby(batch, key=lambda event: event.tenant):
            _apply(tenant, list(events))
        handled += len(batch)
    return handled


def _claimed() -> list[Delivery]:
    """The oldest that wait, of records of which nobody else handles an earlier one."""
    with transaction.atomic():
        free = Q(lease_until=None) | Q(lease_until__lt=now())
        waiting = Delivery.across_tenants.filter(free, handled_at=None).order_by("pk")
        locked = waiting.select_for_update(skip_locked=True) if _can_skip_locked() else waiting
        keys = list(locked.values_list("pk", flat=True)[:AT_ONCE])
        Delivery.across_tenants.filter(free, pk__in=keys).update(lease_until=now() + LEASE)
    taken = Delivery.across_tenants.filter(pk__in=keys).select_related("tenant")
    return sorted(taken, key=lambda event: (event.tenant_id, event.happened_at, event.pk))


def _can_skip_locked() -> bool:
    return transaction.get_connection().features.has_select_for_update_skip_locked


def _apply(tenant: Tenant, events: list[Delivery]) -> None:
    """All effects can be had twice, so what was broken off is simply begun again."""
    if any(is_of_list(event.name) for event in events):
        forget_facts(cache, tenant.environment, tenant.ctx)
    latest: dict[Change, datetime] = {}
    for event in events:
        for name, key in concerned(event.entity, event.primary_key, event.values):
            latest[name, key, event.changed_by] = event.happened_at
    _noted(tenant, latest)
    records_changed(tenant, {(name, key) for name, key, _by in latest})
    keys = [event.pk for event in events]
    Delivery.objects.of(tenant).filter(pk__in=keys).update(handled_at=now(), lease_until=None)


@transaction.atomic
def _noted(tenant: Tenant, latest: Mapping[Change, datetime]) -> None:
    """An event that is handled late takes back nothing that happened after it; others may write the same rows now, so
    all are locked in one order.
    """
    rows = [
        RecordChange(tenant=tenant, record=name, record_id=key, changed_at=at, changed_by=by)
        for (name, key, by), at in sorted(latest.items())
    ]
    RecordChange.across_tenants.bulk_create(rows, ignore_conflicts=True)
    known = RecordChange.objects.of(tenant).filter(record_id__in={key for _name, key, _by in latest})
    outdated = []
    for row in known.select_for_update().order_by("record", "record_id", "changed_by"):
        at = latest.get((row.record, row.record_id, row.changed_by))
        if at is not None and row.changed_at < at:
            row.changed_at = at
            outdated.append(row)
    RecordChange.across_tenants.bulk_update(outdated, ["changed_at"])


@shared_task
def look_after_hooks() -> int:
    """Look after every active customer's webhook; returns how many were looked at."""
    due = Hook.across_tenants.filter(tenant__status=Tenant.Status.ACTIVE, looked_at__lt=now() - LOOK_EVERY)
    hooks = list(due.filter(tenant__paused_at=None).select_related("tenant").order_by("looked_at")[:AT_ONCE])
    with sync_http() as http:
        return sum(look_after(hook, http) for hook in hooks)


@shared_task
def tidy_up() -> None:
    """Forget what was handled long ago."""
    Delivery.across_tenants.filter(handled_at__lt=now() - KEPT).delete()
    RecordChange.across_tenants.filter(changed_at__lt=now() - KEPT).delete()
