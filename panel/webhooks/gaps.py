"""Looking after a webhook: SuperOffice switches one off that failed too often, and what happened until it is switched
on again is told nobody [wh/dev/troubleshooting]. Child tables (phones, addresses, fields) raise no events at all, but
set the record's own date.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import httpx
import structlog
from django.utils.timezone import now

from crm_client import archive, webhook_definitions
from crm_client.archive import Archive
from crm_client.calls import Operation
from crm_client.clients import Crm
from crm_client.errors import CrmError
from crm_client.values import integer, moment
from crm_client.webhook_definitions import Webhook, WebhookState
from panel.panels.memory import records_changed
from panel.tenants import doors
from panel.tenants.diary import Happening
from panel.tenants.models import Tenant
from panel.webhooks.models import Hook, RecordChange

log = structlog.get_logger(__name__)

OVERLAP = timedelta(minutes=2)
"""Clocks differ, and a change is told some time after it happened."""
TOLD_LATER = timedelta(seconds=5)
"""An event's time and the record's own date differ by less."""
MOST = 1000
"""Records of one kind; after a longer gap their panels settle by themselves when they are opened."""


def _from_the_day_before(column: str, moment: datetime) -> str:
    """Columns of type date can be asked for days only, and whose day it is, SuperOffice decides."""
    return archive.after(column, moment.date() - timedelta(days=2))


SOURCES: dict[str, tuple[str, str, str, Callable[[str, datetime], str]]] = {
    "contact_id": ("v1/Contact", "contactId", "updatedDate", _from_the_day_before),
    "person_id": ("v1/Person", "personId", "personUpdatedDate", _from_the_day_before),
    "sale_id": ("v1/Sale", "saleId", "updatedDate", _from_the_day_before),
    "project_id": ("v1/Project", "projectId", "updatedDate", _from_the_day_before),
    "ticket_id": ("v1/Ticket", "ticketId", "lastChanged", archive.since),
}
"""Where what changed is found, by what cards call the record: archive, its key, the column of the last change and how
that is asked for.
"""


def look_after(hook: Hook, http: httpx.Client) -> bool:
    """Switch the customer's webhook on if SuperOffice gave it up, and make up for what was not told. False if
    SuperOffice could not be asked.
    """
    began = now()
    Hook.objects.of(hook.tenant).filter(pk=hook.pk).update(looked_at=began)
    crm = doors.as_system_user(hook.tenant, http)
    try:
        ours = crm(webhook_definitions.webhooks())
        if restarted := [one for one in ours if one.state == WebhookState.TOO_MANY_ERRORS]:
            _restart(crm, hook, restarted)
        catch_up(hook, crm)
    except CrmError as error:
        log.warning("webhook not looked after", ctx=hook.tenant.ctx, error=type(error).__name__)
        return False
    Tenant.objects.filter(pk=hook.tenant.pk).update(answered_at=now())
    return True


def _restart(crm: Crm, hook: Hook, stopped: list[Webhook]) -> None:
    for one in stopped:
        log.warning("webhook switched on again", ctx=hook.tenant.ctx, errors=one.total_errors)
        crm(webhook_definitions.restart_webhook(one))
        Happening.note(hook.tenant, Happening.What.WEBHOOK)


def catch_up(hook: Hook, crm: Crm) -> int:
    """Account for every record that changed since we last did, whether an event told it or not; returns how many.

    Raises ``CrmError``; then nothing counts as accounted for.
    """
    since, began = hook.caught_up_at - OVERLAP, now()
    changed = 0
    for name in SOURCES:
        for key, at in crm(changed_since(name, since)):
            changed += _noted(hook.tenant, name, key, at)
    Hook.objects.of(hook.tenant).filter(pk=hook.pk).update(caught_up_at=began)
    if changed:
        log.info("caught up", ctx=hook.tenant.ctx, records=changed)
    return changed


def changed_since(name: str, since: datetime) -> Operation[list[tuple[int, datetime]]]:
    """Ids of the records that changed since a moment, and when."""
    path, key, column, asked = SOURCES[name]
    query = Archive(path).select(key, column).where(asked(column, since))
    rows = yield from archive.first_page(query.order_by(f"{column} desc").top(MOST))
    read = ((integer(row.get(key) or row.get("PrimaryKey")), moment(row.get(column))) for row in rows)
    return [(record_id, at) for record_id, at in read if record_id and at is not None and at >= since]


def _noted(tenant: Tenant, name: str, key: int, at: datetime) -> bool:
    """True if nobody told us of it. Who it was, archives say by name only."""
    changes = RecordChange.objects.of(tenant).filter(record=name, record_id=key)
    if changes.filter(changed_at__gte=at - TOLD_LATER).exists():
        return False
    changes.update_or_create(tenant=tenant, record=name, record_id=key, changed_by=0, defaults={"changed_at": at})
    records_changed(tenant, [(name, key)])
    return True
