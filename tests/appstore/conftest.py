"""A customer whose administrator comes from the App Store."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from panel.provisioning import tasks
from panel.provisioning.models import Setup
from panel.tenants import discovery
from panel.tenants.models import Tenant
from tests.of_sandbox.receiver import Receiver
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant as SandboxTenant
from tests.tenants.cast import sign_in

CTX = "Cust67890"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    discovery.forget()
    cache.clear()


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is done when a test says so."""
    monkeypatch.setattr(tasks, "nudge", lambda _setup: None)


@pytest.fixture
def there(sandbox: Sandbox) -> SandboxTenant:
    return sandbox.world.tenants[CTX]


@pytest.fixture
def charlie(db: None, sandbox: Sandbox) -> Client:
    """Administers Cust67890, and comes from our install page."""
    client = Client(headers={"Accept-Language": "en"})
    landed = sign_in(client, "", "charlie", sandbox, next_path="/appstore/setup/?begin=1")
    assert landed == f"/appstore/setup/?begin=1&uctx={CTX}"
    return client


@pytest.fixture
def dora(charlie: Client, sandbox: Sandbox) -> Client:
    """Works there."""
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, CTX, "dora", sandbox)
    return client


@pytest.fixture
def tenant(charlie: Client) -> Tenant:
    return Tenant.objects.get(ctx=CTX)


@pytest.fixture
def hears(charlie: Client, settings: Settings) -> Iterator[Receiver]:
    """Where the webhook's test event arrives. Two panels are enough, and quicker than all."""
    settings.PANELS = ["panel.panels.company.Company", "panel.panels.my_day.MyDay"]
    with Receiver() as receiver:
        settings.SIDECARD_BASE_URL = receiver.url.removesuffix("/hook")
        yield receiver


@pytest.fixture
def installed(charlie: Client, tenant: Tenant, hears: Receiver) -> Client:
    """Charlie, who has installed us."""
    charlie.post(f"/appstore/setup/?uctx={CTX}")
    work()
    return charlie


def work() -> Setup:
    """What the worker does."""
    for pk in list(Setup.due().values_list("pk", flat=True)):
        tasks.work(pk)
    return Setup.across_tenants.select_related("tenant").get()
