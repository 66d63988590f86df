"""A customer whose administrator has approved us, and nothing set up yet."""

from __future__ import annotations

from collections.abc import Callable, Iterator

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


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    discovery.forget()
    cache.clear()


@pytest.fixture
def charlie(db: None, sandbox: Sandbox) -> Client:
    """Administers Cust67890, where nothing of ours stands."""
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, "Cust67890", "charlie", sandbox)
    return client


@pytest.fixture
def tenant(charlie: Client) -> Tenant:
    return Tenant.objects.get(ctx="Cust67890")


@pytest.fixture(autouse=True)
def hears(charlie: Client, settings: Settings) -> Iterator[Receiver]:
    """Where the webhook's test event arrives, which SuperOffice sends before it saves one."""
    with Receiver() as receiver:
        settings.SIDECARD_BASE_URL = receiver.url.removesuffix("/hook")
        yield receiver


@pytest.fixture
def there(sandbox: Sandbox) -> SandboxTenant:
    """The customer, as SuperOffice has it."""
    return sandbox.world.tenants["Cust67890"]


@pytest.fixture
def work(tenant: Tenant) -> Callable[..., Setup]:
    """Have a goal asked for and worked at once; how it ended."""

    def carry_out(goal: Setup.Goal = Setup.Goal.PRESENT) -> Setup:
        setup = Setup.ask(tenant, goal, by="Charlie")
        tasks.work(setup.pk)
        setup.refresh_from_db()
        return setup

    return carry_out
