"""Background work at customers' set-ups. The database is the queue: a sweep finds what is due, a nudge only hurries."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog
from celery import shared_task
from django.db import transaction

from crm_client.clients import sync_http
from crm_client.errors import CrmError
from panel.celery import hurry
from panel.provisioning.models import Setup
from panel.provisioning.plan import Verb
from panel.provisioning.work import Attempt, work_at
from panel.tenants import doors
from panel.tenants.models import Tenant

log = structlog.get_logger(__name__)

LOOK_EVERY = timedelta(days=1)
LOOKS_A_SWEEP = 20


@shared_task
def sweep() -> int:
    """Hand out every setup that is due; returns how many. Each is worked at by whoever claims it first."""
    found = list(Setup.due().values_list("pk", flat=True))
    for pk in found:
        work.delay(pk)
    return len(found)


@shared_task
def work(pk: int) -> bool:
    """Work at one setup, unless somebody else does."""
    setup = Setup.due().filter(pk=pk).first()
    if setup is None or not setup.claim():
        return False
    with sync_http() as http:
        work_at(setup, http)
    return True


def nudge(setup: Setup) -> None:
    """Do not wait for the sweep."""
    transaction.on_commit(lambda: hurry(work, setup.pk))


@shared_task
def look_for_drift() -> int:
    """Compare with SuperOffice what was not compared for a day; what differs is shown to the administrator, who
    decides. Returns how many were looked at.
    """
    before = datetime.now(UTC) - LOOK_EVERY
    quiet = Setup.across_tenants.filter(state=Setup.State.DONE, goal=Setup.Goal.PRESENT, looked_at__lt=before)
    running = (
        quiet.filter(tenant__status=Tenant.Status.ACTIVE, tenant__paused_at=None)
        .select_related("tenant")
        .order_by("looked_at")
    )
    looked = 0
    with sync_http() as http:
        for setup in running[:LOOKS_A_SWEEP]:
            try:
                look(setup, Attempt(setup, doors.as_system_user(setup.tenant, http)))
            except CrmError as error:  # it is tried again at the next sweep; others must not wait for it
                log.warning("drift not looked for", ctx=setup.tenant.ctx, error=type(error).__name__)
            else:
                looked += 1
    return looked


def look(setup: Setup, attempt: Attempt) -> list[list[str]]:
    """Write down what differs from what is wanted: ``[verb, label]`` each. Raises ``CrmError``."""
    drift = [[step.verb.value, step.label] for step in attempt.planned() if step.verb != Verb.KEEP]
    Setup.objects.of(setup.tenant).filter(pk=setup.pk).update(drift=drift, looked_at=datetime.now(UTC))
    if drift:
        log.info("drift found", ctx=setup.tenant.ctx, things=len(drift))
    return drift
