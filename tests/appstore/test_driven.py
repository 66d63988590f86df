"""A customer's life as SuperOffice drives it: it does something to the tenant and tells the served application; people
and work in the background meet what came of it. ``test_life`` puts each single push into our hands.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from django.test import Client
from pytest_django import Settings

from panel.appstore import tasks
from panel.appstore.models import Notice
from panel.provisioning.models import Setup, Thing
from panel.tenants.models import Membership, Tenant
from panel.webhooks import tasks as webhooks
from panel.webhooks.models import Delivery, Hook, RecordChange
from tests.appstore.conftest import CTX, work
from tests.of_sandbox.receiver import Receiver, until
from tests.provisioning.test_work import beside
from tests.sandbox.dump import dump
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.sandbox.world import Tenant as SandboxTenant
from tests.security.traces import database, remembered, secrets_of, spilt

Status = Tenant.Status
COMPANY = 1


class Life:
    """What SuperOffice does to the customer, and what is seen of it."""

    def __init__(self, sandbox: Sandbox, app_url: str, charlie: Client) -> None:
        self.sandbox, self.app_url, self.charlie = sandbox, app_url, charlie
        self.companies = iter(sandbox.world.tenants[CTX].table("contact"))

    def does(self, **what: object) -> None:
        """Through the control API; it tells us, and what it told is heeded."""
        self.order(f"tenants/{CTX}", what)
        until(lambda: Notice.across_tenants.filter(heeded_at=None).exists())
        assert tasks.heed() == 1

    def order(self, path: str, body: dict[str, object]) -> None:
        httpx.post(f"{self.sandbox.login_url}/__sandbox__/{path}", json=body, trust_env=False).raise_for_status()

    def panel(self) -> httpx.Response:
        """Of a company that Charlie did not look at before, by HTTP: of others he would be shown what he saw."""
        company = next(self.companies)
        cookie = f"__Host-psid={self.charlie.cookies['__Host-psid'].value}"
        address = f"{self.app_url}/panels/company/?uctx={CTX}&usid=5&contact_id={company}&lang=en-US"
        return httpx.get(address, headers={"Cookie": cookie}, trust_env=False, timeout=60)


@pytest.fixture
def life(app_url: str, sandbox: Sandbox, charlie: Client, settings: Settings) -> Life:
    settings.PANELS = ["panel.panels.company.Company", "panel.panels.my_day.MyDay"]
    found = Life(sandbox, app_url, charlie)
    found.order("clients/sidecard-sandbox", {"state_push": True})
    return found


def status() -> str:
    return Tenant.objects.get(ctx=CTX).status


def test_suspended_moved_put_back_and_deleted(life: Life, charlie: Client, there: SandboxTenant) -> None:
    before = dump(there)
    life.order(f"tenants/{CTX}", {"back_up": True})
    charlie.post(f"/appstore/setup/?uctx={CTX}")
    assert work().state == Setup.State.DONE
    as_set_up = dump(there)
    assert life.panel().status_code == 200

    life.does(state="Suspended")
    assert status() == Status.SUSPENDED
    assert "Suspended" in life.panel().text
    Setup.ask(Tenant.objects.get(ctx=CTX), Setup.Goal.PRESENT, by="")
    assert not Setup.due().exists()

    life.does(state="Running")
    assert status() == Status.ACTIVE
    assert life.panel().status_code == 200
    assert work().state == Setup.State.DONE

    address = Tenant.objects.get(ctx=CTX).api_address
    life.does(move="app")
    assert Tenant.objects.get(ctx=CTX).api_address not in ("", address)
    assert life.panel().status_code == 200

    life.does(backup_restored=True)
    assert dump(there) == before, "what we set up is gone with everything else"
    assert work().state == Setup.State.DONE
    assert dump(there) == as_set_up
    hears_again(life)

    life.does(state="Deleted")
    assert life.panel().status_code == 401
    nothing_is_left()


def hears_again(life: Life) -> None:
    """The webhook that was made anew tells the same address as before."""
    life.order("webhooks/contact.changed", {"ctx": CTX, "primary_key": COMPANY})
    until(lambda: Delivery.across_tenants.filter(handled_at=None).exists())
    webhooks.handle()
    assert RecordChange.across_tenants.filter(record="contact_id", record_id=COMPANY).exists()


def nothing_is_left() -> None:
    assert not Tenant.objects.filter(ctx=CTX).exists()
    for rows in (Membership, Thing, Setup, Hook, Notice, Delivery, RecordChange):
        assert not rows.across_tenants.exists()


def test_a_step_that_fails_for_ten_minutes_ends_well_by_itself(
    charlie: Client, hears: Receiver, sandbox: Sandbox
) -> None:
    fault = Fault("^v1/Webhook$", method="POST", status=503)
    sandbox.world.faults.append(fault)
    charlie.post(f"/appstore/setup/?uctx={CTX}")

    waited = timedelta()
    while waited < timedelta(minutes=10):
        asked, found = datetime.now(UTC), work()
        assert found.state == Setup.State.DUE
        page = charlie.get(f"/appstore/progress/?uctx={CTX}").content.decode()
        assert "It is tried again by itself" in page
        waited += found.due_at - asked
        Setup.across_tenants.update(due_at=datetime.now(UTC))
    assert found.attempts > 5

    sandbox.world.faults.remove(fault)
    assert work().state == Setup.State.DONE
    assert "Everything is set up" in charlie.get(f"/appstore/progress/?uctx={CTX}").content.decode()


SEALED = re.compile(r"\bv1\.[0-9a-f]{8}\.")


def test_after_the_removal_no_token_is_left_anywhere(installed: Client, sandbox: Sandbox) -> None:
    """CERT-34: neither readable nor sealed."""
    panel = f"/panels/company/?uctx={CTX}&usid=5&contact_id={COMPANY}&lang=en-US"
    assert installed.get(panel).status_code == 200
    secrets = secrets_of(sandbox.world) | {*sandbox.world.tickets}
    [hook] = Hook.across_tenants.all()
    secrets.add(hook.secret)
    assert SEALED.search(database())

    installed.post(f"/appstore/uninstall/?uctx={CTX}", {"sure": "1"})
    assert work().state == Setup.State.DONE

    assert not SEALED.search(database())
    assert len(secrets) > 5
    assert not spilt(secrets, database() + remembered())


def test_a_backup_put_back_after_the_removal_is_left_alone(
    installed: Client, sandbox: Sandbox, there: SandboxTenant, tell: Callable[[], None]
) -> None:
    """Nothing lets us in any more; it must not look as if we had been thrown out."""
    installed.post(f"/appstore/uninstall/?uctx={CTX}", {"sure": "1"})
    work()
    tell()

    assert not Setup.due().exists()
    assert status() == Status.REMOVED


def test_a_backup_put_back_during_the_set_up_is_made_up_for(
    charlie: Client,
    hears: Receiver,
    sandbox: Sandbox,
    there: SandboxTenant,
    tell: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sandbox.world.back_up(there)

    def put_back() -> None:
        sandbox.world.restore_backup(there)
        tell()

    beside(sandbox, monkeypatch, "/WebPanel/Items", put_back)
    charlie.post(f"/appstore/setup/?uctx={CTX}")
    assert work().state == Setup.State.DUE
    assert work().state == Setup.State.DONE

    charlie.post(f"/appstore/look/?uctx={CTX}")
    assert Setup.across_tenants.get().drift == []


@pytest.fixture
def tell(tenant: Tenant) -> Callable[[], None]:
    def told() -> None:
        Notice.across_tenants.create(tenant=tenant, change="BackupRestored")
        assert tasks.heed() == 1

    return told
