"""A webhook that SuperOffice gave up is switched on again, and what it did not tell is found."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from crm_client.clients import sync_http
from panel.tenants import doors
from panel.tenants.models import Tenant
from panel.webhooks import gaps, tasks
from panel.webhooks.models import Hook, RecordChange
from tests.of_sandbox.receiver import Receiver
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.webhooks.conftest import Tell


@pytest.fixture
def active(hook: Hook) -> Hook:
    Tenant.objects.filter(pk=hook.tenant.pk).update(status=Tenant.Status.ACTIVE)
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    Hook.across_tenants.update(looked_at=long_ago, caught_up_at=long_ago)
    hook.refresh_from_db()
    return hook


def change(sandbox: Sandbox, table: str, key: int, at: datetime) -> None:
    row = sandbox.world.tenants["Cust12345"].table(table)[key]
    row["updated"] = at.replace(tzinfo=None).isoformat(timespec="seconds")


def changes(hook: Hook) -> set[tuple[str, int]]:
    return set(RecordChange.objects.of(hook.tenant).values_list("record", "record_id"))


def test_what_changed_in_the_gap_is_found_and_nothing_older(active: Hook, sandbox: Sandbox) -> None:
    now = datetime.now(UTC)
    change(sandbox, "contact", 17, now - timedelta(minutes=10))
    change(sandbox, "sale", 1, now - timedelta(minutes=5))
    change(sandbox, "contact", 18, now - timedelta(hours=3))

    assert tasks.look_after_hooks() == 1

    found = changes(active)
    assert {("contact_id", 17), ("sale_id", 1)} <= found
    assert ("contact_id", 18) not in found


def test_what_was_told_is_not_found_again(active: Hook, sandbox: Sandbox, tell: Tell) -> None:
    at = (datetime.now(UTC) - timedelta(minutes=10)).replace(microsecond=0)
    change(sandbox, "contact", 17, at)
    tell(Timestamp=at.isoformat(), ChangedByAssociateId=6)
    tasks.handle()

    with sync_http() as http:
        gaps.catch_up(active, doors.as_system_user(active.tenant, http))

    assert RecordChange.objects.of(active.tenant).get(record="contact_id", record_id=17).changed_by == 6


def test_a_webhook_that_was_given_up_is_switched_on(active: Hook, sandbox: Sandbox, stopped: dict[str, object]) -> None:
    assert tasks.look_after_hooks() == 1
    assert stopped["state"] == "Active"


def test_while_the_customer_pauses_his_webhook_is_left_alone_and_then_made_up_for(
    active: Hook, sandbox: Sandbox, stopped: dict[str, object]
) -> None:
    change(sandbox, "contact", 17, datetime.now(UTC) - timedelta(minutes=10))
    Tenant.objects.update(paused_at=datetime.now(UTC))

    assert tasks.look_after_hooks() == 0
    assert stopped["state"] == "TooManyErrors"
    assert not changes(active)

    Tenant.objects.update(paused_at=None)
    assert tasks.look_after_hooks() == 1
    assert stopped["state"] == "Active"
    assert ("contact_id", 17) in changes(active)


@pytest.fixture
def stopped(active: Hook, sandbox: Sandbox) -> Iterator[dict[str, object]]:
    """Our webhook, after nine failures in a row."""
    from crm_client import webhook_definitions as definitions

    with Receiver() as receiver, sync_http() as http:
        crm = doors.as_system_user(active.tenant, http)
        wanted = {
            "name": "Sidecard",
            "target_url": receiver.url,
            "secret": active.secret,
            "events": ["contact.changed"],
        }
        crm(definitions.create_webhook(crm(definitions.new_webhook()), type="webhook", **wanted))
        [row] = sandbox.world.tenants["Cust12345"].table("webhook").values()
        row["state"] = "TooManyErrors"
        yield row


def test_trouble_with_one_customer_leaves_the_gap_open_for_the_next_look(active: Hook, sandbox: Sandbox) -> None:
    sandbox.world.faults.append(Fault("Sale", status=503))

    assert tasks.look_after_hooks() == 0
    before = active.caught_up_at
    active.refresh_from_db()
    assert active.caught_up_at == before
