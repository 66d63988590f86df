"""Events: verified, stored once, answered at once, handled later."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from crm_client.cache import Kept, tenant_key
from panel.panels import memory
from panel.panels.contract import Card
from panel.tenants.models import Tenant
from panel.webhooks import tasks
from panel.webhooks.models import Delivery, Hook, RecordChange
from tests.of_sandbox.receiver import until
from tests.tenants.cast import member
from tests.webhooks.conftest import Tell, an_event


def waiting(hook: Hook) -> int:
    return Delivery.objects.of(hook.tenant).filter(handled_at=None).count()


def test_a_genuine_event_is_kept_and_handled_once(hook: Hook, tell: Tell) -> None:
    assert tell().status_code == 200
    assert waiting(hook) == 1

    assert tasks.handle() == 1
    assert tasks.handle() == 0
    change = RecordChange.objects.of(hook.tenant).get()
    assert (change.record, change.record_id, change.changed_by) == ("contact_id", 17, 6)


@pytest.mark.parametrize("again", [{}, {"EventId": "another"}])
def test_an_event_told_twice_is_the_same_event(hook: Hook, tell: Tell, again: dict[str, str]) -> None:
    told = an_event("contact.changed", 17)

    for more in ({}, again):
        assert tell(**{**told, **more}).status_code == 200
    tasks.handle()
    assert tell(**told).status_code == 200

    assert Delivery.objects.of(hook.tenant).count() == 1


@pytest.mark.parametrize("secret", ["guessed", "…"])
def test_a_forged_event_is_refused_and_leaves_nothing(hook: Hook, tell: Tell, secret: str) -> None:
    assert tell(secret=secret).status_code == 401
    assert waiting(hook) == 0


def test_an_event_without_a_signature_is_refused(client: Client, hook: Hook) -> None:
    answer = client.post(f"/webhooks/{hook.word}/", b'{"Event":"contact.changed"}', content_type="application/json")

    assert answer.status_code == 401


def test_a_signed_event_of_another_customer_counts_for_nobody(hook: Hook, tell: Tell) -> None:
    assert tell(ContextIdentifier="Cust67890").status_code == 200
    assert not Delivery.across_tenants.exists()


def test_an_address_that_nobody_has_switches_the_webhook_off(client: Client, db: None) -> None:
    assert client.post("/webhooks/forgotten/", b"{}", content_type="application/json").status_code == 410


def test_an_address_that_was_heard_before_ends_with_the_customer(hook: Hook, tell: Tell) -> None:
    for _ in range(3):
        assert tell().status_code == 200

    Hook.objects.of(hook.tenant).delete()
    hook.tenant.close(Tenant.Status.REMOVED)

    assert tell().status_code == 410


@pytest.mark.skipif(not settings.REDIS_URL, reason="nothing is remembered without Redis")
def test_whose_an_address_is_is_asked_of_the_database_twice_at_most(hook: Hook, tell: Tell) -> None:
    asked = []
    for number in range(4):
        with CaptureQueriesContext(connection) as queries:
            tell(key=number)
        asked.append(sum(f'"{Hook._meta.db_table}"."word"' in query["sql"] for query in queries))

    assert asked == [1, 1, 0, 0]


def test_the_test_event_is_answered_and_not_kept(hook: Hook, tell: Tell) -> None:
    assert tell("test", 0).status_code == 200
    assert waiting(hook) == 0


def test_what_is_signed_and_no_event_is_answered_too(client: Client, hook: Hook) -> None:
    """Anything else than 200 would count as a failure, and nine of them switch the webhook off."""
    from crm_client.webhooks import signature

    body = b'{"something": "else"}'
    signed = {"X-SuperOffice-Signature": signature(body, hook.secret)}
    assert (
        client.post(f"/webhooks/{hook.word}/", body, content_type="application/json", headers=signed).status_code == 200
    )


def test_events_of_one_record_count_in_the_order_in_which_they_happened(hook: Hook, tell: Tell) -> None:
    early, late = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
    for at in (late, early):
        tell(Timestamp=at.isoformat())

    tasks.handle()

    assert RecordChange.objects.of(hook.tenant).get().changed_at == late


def test_what_one_did_is_not_forgotten_when_another_does_something(hook: Hook, tell: Tell) -> None:
    early, late = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
    tell(Timestamp=early.isoformat(), ChangedByAssociateId=6)
    tell(Timestamp=late.isoformat(), ChangedByAssociateId=5)

    tasks.handle()

    changes = RecordChange.objects.of(hook.tenant).values_list("changed_by", "changed_at")
    assert dict(changes) == {6: early, 5: late}


def test_an_earlier_event_that_is_handled_later_takes_nothing_back(hook: Hook, tell: Tell) -> None:
    early, late = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
    for at in (late, early):
        tell(Timestamp=at.isoformat())
        tasks.handle()

    assert RecordChange.objects.of(hook.tenant).get().changed_at == late


@pytest.mark.django_db(transaction=True)
def test_two_who_handle_events_of_one_record_at_once_keep_the_later(hook: Hook, tell: Tell) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lets one write at a time")
    early, late = datetime(2026, 11, 1, 8, tzinfo=UTC), datetime(2026, 11, 1, 9, tzinfo=UTC)
    tell(Timestamp=early.isoformat())
    change = RecordChange(tenant=hook.tenant, record="contact_id", record_id=17, changed_at=late, changed_by=6)

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        change.save()
        handled = other.submit(in_its_thread, tasks.handle)
        until(somebody_waits)
    assert handled.result() == 1

    change.refresh_from_db()
    assert change.changed_at == late


def in_its_thread(work: Callable[[], int]) -> int:
    try:
        return work()
    finally:
        connection.close()


def somebody_waits() -> bool:
    """For a lock that we hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database())"
        )
        return cursor.fetchone() is not None


def test_who_died_over_events_leaves_them_to_the_next(hook: Hook, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_args: object) -> None:
        raise Killed

    tell()
    with monkeypatch.context() as patched:
        patched.setattr(tasks, "_noted", die)
        with pytest.raises(Killed):
            tasks.handle()
    assert tasks.handle() == 0, "somebody may still be at it"

    Delivery.objects.of(hook.tenant).update(lease_until=datetime.now(UTC) - timedelta(seconds=1))
    assert tasks.handle() == 1
    assert waiting(hook) == 0


def test_what_was_seen_of_the_record_counts_no_more(hook: Hook, tell: Tell, alice: Client) -> None:
    person, card = member(alice, "Cust12345"), Card(ctx="Cust12345", contact_id=17)

    async def seen() -> memory.Recollection:
        return await memory.recalled(person, "company", card)

    async def look() -> None:
        visit = await seen()
        await visit.aset("rows", Kept(b'[{"saleId": 3}]', "", time.time()).as_bytes, 60)
        await visit.aget("rows")
        await visit.keep()

    async_to_sync(look)()
    assert async_to_sync(seen)().answers
    tell("sale.changed", 3, FieldValues={"sale_id": 3})
    tasks.handle()
    assert not async_to_sync(seen)().answers, "the sale is on the company's panel"


def test_a_changed_list_is_asked_for_anew(hook: Hook, tell: Tell) -> None:
    key = tenant_key(hook.tenant.environment, hook.tenant.ctx)
    cache.set(key, b"before", 600)

    tell("list.category.changed", 2, Entity="list.category")
    tasks.handle()

    assert cache.get(key) != b"before"


def test_what_was_handled_or_changed_long_ago_is_forgotten(hook: Hook, tell: Tell) -> None:
    now = datetime.now(UTC)
    for key, age in ((17, tasks.KEPT * 2), (18, timedelta(days=1))):
        tell(key=key, Timestamp=(now - age).isoformat())
    tell(key=19)  # never handled, so it waits
    tasks.handle()
    Delivery.objects.of(hook.tenant).filter(primary_key=17).update(handled_at=now - tasks.KEPT * 2)
    Delivery.objects.of(hook.tenant).filter(primary_key=19).update(handled_at=None, received_at=now - tasks.KEPT * 2)

    tasks.tidy_up()

    assert set(Delivery.objects.of(hook.tenant).values_list("primary_key", flat=True)) == {18, 19}
    assert set(RecordChange.objects.of(hook.tenant).values_list("record_id", flat=True)) == {18, 19}
