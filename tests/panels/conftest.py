"""A cast of people signed in, and trouble to order at the sandbox."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from panel.tenants import discovery
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault, Tenant
from tests.tenants.cast import sign_in

ACME = 17
Look = Callable[..., HttpResponse]


@pytest.fixture(autouse=True)
def _nothing_remembered() -> None:
    """Each test meets SuperID as a process that just started, and no session of another test."""
    discovery.forget()
    cache.clear()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


@pytest.fixture
def alice(db: None, sandbox: Sandbox) -> Client:
    """Administers Cust12345."""
    return signed_in(sandbox, "Cust12345", "alice")


@pytest.fixture
def bob(db: None, sandbox: Sandbox) -> Client:
    """Works at Cust12345, which Alice has approved."""
    return signed_in(sandbox, "Cust12345", "bob")


@pytest.fixture
def charlie(db: None, sandbox: Sandbox) -> Client:
    """Belongs to another customer."""
    return signed_in(sandbox, "Cust67890", "charlie")


def signed_in(sandbox: Sandbox, ctx: str, human: str) -> Client:
    client = Client(headers={"Accept-Language": "en"})
    sign_in(client, ctx, human, sandbox)
    return client


@pytest.fixture
def fail(sandbox: Sandbox) -> Callable[..., None]:
    """``fail("Sales", status=500)``: calls whose path matches go wrong until the test ends."""

    def order(path: str = "", **how: object) -> None:
        sandbox.world.faults.append(Fault(path=path, **how))  # type: ignore[arg-type]

    return order


@pytest.fixture
def calls(sandbox: Sandbox) -> Callable[[], list[str]]:
    """What NetServer was asked since the last look, as ``GET /v1/Contact/17``."""
    sandbox.world.calls.clear()

    def since() -> list[str]:
        seen = [f"{call['method']} {call['path']}" for call in sandbox.world.calls]
        sandbox.world.calls.clear()
        return seen

    return since


def but_facts(calls: list[str]) -> list[str]:
    """Without what is remembered for ten minutes, whoever looks at whatever: a warm visit asks for none of it."""
    return [
        call for call in calls if not re.search(r"/v1/(MDOList/|List/|TimeZone/base|\w+/UdefLayout/Published)", call)
    ]


def address(tenant: Tenant, human: str = "alice", path: str = "company", **query: object) -> str:
    """A panel's address as SuperOffice computes it."""
    said = {"uctx": tenant.ctx, "usid": tenant.associates[human].associate_id, "lang": "en-US", "contact_id": ACME}
    return f"/panels/{path}/?{urlencode(said | query)}"


def text_of(response: HttpResponse) -> str:
    return response.content.decode()
