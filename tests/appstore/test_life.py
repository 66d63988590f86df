"""What SuperOffice tells of a tenant, what it does not tell, and what each has to do with panels and work."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from crm_client.cache import tenant_key
from panel.appstore import tasks
from panel.appstore.models import Notice
from panel.provisioning.models import Setup, Thing
from panel.tenants.models import Membership, Tenant
from panel.webhooks.models import Hook
from tests.appstore.conftest import CTX, work
from tests.sandbox import state_push
from tests.sandbox.dump import dump
from tests.sandbox.server import Sandbox
from tests.sandbox.state_push import ChangeType
from tests.sandbox.world import Tenant as SandboxTenant
from tests.tenants.cast import sign_in

Status = Tenant.Status


@pytest.fixture
def told(installed: Client, sandbox: Sandbox, there: SandboxTenant) -> Telling:
    return Telling(sandbox, there)


class Telling:
    """SuperOffice's push, as it is sent, put into our hands."""

    def __init__(self, sandbox: Sandbox, there: SandboxTenant) -> None:
        self.sandbox, self.there = sandbox, there

    def __call__(self, change: ChangeType, **instead: object) -> HttpResponse:
        world = self.sandbox.world
        [client] = world.clients.values()
        body = {**state_push.payload(world, self.sandbox.urls, client, self.there, change), **instead}
        return Client().post("/appstore/state/", json.dumps(body), content_type="application/json")


def panel(client: Client) -> HttpResponse:
    return client.get(f"/panels/company/?uctx={CTX}&usid=5&contact_id=1&lang=en-US")


def status() -> str:
    return Tenant.objects.get(ctx=CTX).status


def test_suspended_everything_rests_and_resumed_it_goes_on(installed: Client, told: Telling) -> None:
    told.there.state = "Suspended"
    assert told(ChangeType.SUSPEND).status_code == 200
    assert tasks.heed() == 1

    assert status() == Status.SUSPENDED
    page = panel(installed)
    assert page.status_code == 503
    assert "Suspended" in page.content.decode()
    Setup.ask(Tenant.objects.get(ctx=CTX), Setup.Goal.PRESENT, by="")
    assert not Setup.due().exists()

    told.there.state = "Running"
    told(ChangeType.RESUME)
    tasks.heed()
    assert status() == Status.ACTIVE
    assert Setup.due().exists()
    assert panel(installed).status_code == 200


def test_a_push_that_the_state_api_does_not_confirm_is_not_believed(installed: Client, told: Telling) -> None:
    assert told(ChangeType.DELETE).status_code == 200

    assert tasks.heed() == 0
    assert status() == Status.ACTIVE
    assert panel(installed).status_code == 200

    notice = Notice.across_tenants.get()
    Notice.across_tenants.update(due_at=notice.received_at, received_at=notice.received_at - tasks.GIVE_UP)
    assert tasks.heed() == 1
    assert status() == Status.ACTIVE


@pytest.mark.parametrize(
    "instead", [{"Token": "nonsense"}, {"Token": ""}, {"ContextIdentifier": "Cust12345"}, {"ContextIdentifier": ""}]
)
def test_a_forged_push_leaves_nothing(told: Telling, instead: dict[str, str]) -> None:
    assert told(ChangeType.SUSPEND, **instead).status_code in (400, 401)
    assert not Notice.across_tenants.exists()


def test_moved_the_address_is_written_anew(installed: Client, told: Telling, sandbox: Sandbox) -> None:
    before = Tenant.objects.get(ctx=CTX).api_address
    told.there.host = "app"
    told(ChangeType.MOVE)
    tasks.heed()

    after = Tenant.objects.get(ctx=CTX).api_address
    assert after != before
    assert httpx.URL(after).netloc == httpx.URL(sandbox.urls["app"]).netloc
    assert panel(installed).status_code == 200


def test_upgraded_nothing_remembered_counts_any_more(told: Telling) -> None:
    tenant = Tenant.objects.get(ctx=CTX)
    key = tenant_key(tenant.environment, tenant.ctx)
    cache.set(key, b"before", 600)

    told(ChangeType.UPGRADE)
    tasks.heed()

    assert cache.get(key) != b"before"


def test_a_restored_backup_is_reconciled(told: Telling, there: SandboxTenant) -> None:
    as_set_up = dump(there)
    there.rows["webpanel"], there.rows["webhook"] = {}, {}

    told(ChangeType.BACKUP_RESTORED)
    tasks.heed()
    assert work().state == Setup.State.DONE

    assert dump(there) == as_set_up


def test_a_deleted_tenant_leaves_nothing_behind(told: Telling) -> None:
    told.there.state = "Deleted"
    told(ChangeType.DELETE)
    tasks.heed()

    assert not Tenant.objects.filter(ctx=CTX).exists()
    for rows in (Membership, Thing, Setup, Hook, Notice):
        assert not rows.across_tenants.exists()


def test_a_push_that_got_lost_is_made_up_for_by_asking(told: Telling) -> None:
    told.there.state = "OfflineMaintenance"
    Tenant.objects.update(api_valid_until=datetime.now(UTC) - timedelta(seconds=1))

    assert tasks.ask_for_states() == 1
    assert status() == Status.MAINTENANCE

    told.there.state = "Running"
    assert tasks.ask_for_states() == 1
    assert status() == Status.ACTIVE
    assert tasks.ask_for_states() == 0, "the answer is good for a while"


def test_revoked_without_a_word_to_us_it_is_noticed_and_every_token_goes(
    installed: Client, sandbox: Sandbox, there: SandboxTenant
) -> None:
    sandbox.world.end_authorization(there, "charlie")
    Tenant.objects.update(answered_at=datetime.now(UTC) - timedelta(days=1))

    tasks.probe()
    assert status() == Status.ACTIVE, "one refusal may be an accident"
    Tenant.objects.update(refused_at=datetime.now(UTC) - timedelta(minutes=10))
    tasks.probe()

    assert status() == Status.REVOKED
    tenant = Tenant.objects.get(ctx=CTX)
    assert (tenant.sealed_system_token, tenant.sealed_ticket) == ("", "")
    assert not Hook.across_tenants.exists()
    assert set(Membership.across_tenants.values_list("sealed_grant", flat=True)) == {""}


def test_an_accident_at_superid_revokes_nobody(installed: Client) -> None:
    Tenant.objects.update(answered_at=None, refused_at=datetime.now(UTC) - timedelta(minutes=10))

    assert tasks.probe() == 1
    assert status() == Status.ACTIVE
    assert Tenant.objects.get(ctx=CTX).refused_at is None


def test_while_the_customer_pauses_his_superoffice_is_not_read_but_a_revocation_is_noticed(
    installed: Client, sandbox: Sandbox, there: SandboxTenant
) -> None:
    """And what lets us go on afterwards stays."""
    Tenant.objects.update(paused_at=datetime.now(UTC), answered_at=None)
    sandbox.world.calls.clear()

    assert tasks.probe() == 1
    tenant = Tenant.objects.get(ctx=CTX)
    assert tenant.answered_at is not None
    assert tenant.system_token
    assert tasks.probe() == 0, "once an hour is enough"
    assert {call["path"].split("/")[1] for call in sandbox.world.calls} == {"Login"}, "the login host alone is asked"

    sandbox.world.end_authorization(there, "charlie")
    long_ago = datetime.now(UTC) - timedelta(days=1)
    Tenant.objects.update(answered_at=long_ago, refused_at=long_ago)
    tasks.probe()
    assert status() == Status.REVOKED
    assert Tenant.objects.get(ctx=CTX).sealed_system_token == ""


def test_who_left_is_forgotten_when_the_retention_is_over(installed: Client) -> None:
    tenant = Tenant.objects.get(ctx=CTX)
    tenant.close(Status.REMOVED)

    assert tasks.forget_who_left() == 0
    Tenant.objects.update(left_at=datetime.now(UTC) - timedelta(days=31))
    assert tasks.forget_who_left() == 1
    assert not Membership.across_tenants.exists()


def test_heeded_state_changes_go_when_the_retention_is_over(told: Telling) -> None:
    for _ in range(3):
        told(ChangeType.UPGRADE)
    tasks.heed()
    recent, old, waiting = Notice.across_tenants.order_by("pk")
    long_ago = datetime.now(UTC) - timedelta(days=31)
    Notice.across_tenants.filter(pk=old.pk).update(heeded_at=long_ago)
    Notice.across_tenants.filter(pk=waiting.pk).update(heeded_at=None, received_at=long_ago)

    tasks.forget_who_left()

    assert set(Notice.across_tenants.values_list("pk", flat=True)) == {recent.pk, waiting.pk}


@pytest.mark.parametrize("flag", ["needs_reapproval", "expired"])
def test_an_administrator_who_approves_again_lets_all_in_again(
    installed: Client, sandbox: Sandbox, there: SandboxTenant, flag: str
) -> None:
    setattr(there, flag, True)
    assert panel(installed).status_code == 401

    landed = sign_in(installed, CTX, "charlie", sandbox, next_path="/appstore/setup/?begin=1")
    assert installed.get(landed).status_code == 200
    assert panel(installed).status_code == 200
    assert work().state == Setup.State.DONE
