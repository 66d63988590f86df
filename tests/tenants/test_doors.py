"""Doors to the CRM, and where a tenant lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import pytest_asyncio
from asgiref.sync import sync_to_async
from django.db import connections
from django.test import AsyncClient, RequestFactory
from pytest_django import Settings

from crm_client.errors import NotSignedIn, Unavailable
from crm_client.users import Principal, current_principal
from panel.tenants import access, doors
from panel.tenants.models import Membership, Tenant
from tests.sandbox.server import Sandbox

from .cast import asign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.asyncio]


@pytest_asyncio.fixture
async def alice(sandbox: Sandbox, transactional_db: None) -> AsyncIterator[Membership]:
    client = AsyncClient()
    await asign_in(client, "Cust12345", "alice", sandbox)
    sandbox.world.calls.clear()
    request = RequestFactory().get("/")
    request.session = await client.asession()
    yield await access.membership(request, "Cust12345", None)
    await doors.http.close()
    # The thread that served the ORM lives on; its connection would keep the test database from being dropped.
    await sync_to_async(connections.close_all)()


async def again() -> Membership:
    """The row as another request would read it."""
    return await Membership.across_tenants.select_related("tenant").aget()


async def principal(membership: Membership) -> Principal:
    crm = await doors.as_person(membership, "en")
    crm.memory = None  # it would ask only once
    return await crm(current_principal())


async def test_who_one_is_is_asked_once(alice: Membership, sandbox: Sandbox) -> None:
    for _ in range(3):
        crm = await doors.as_person(alice, "en")
        await crm(current_principal())
    assert asked(sandbox, "currentPrincipal") == 1


def asked(sandbox: Sandbox, part: str) -> int:
    return sum(part in call["path"] for call in sandbox.world.calls)


async def test_it_works(alice: Membership, sandbox: Sandbox) -> None:
    found = await principal(alice)
    assert (found.associate_id, found.ctx) == (alice.associate_id, "Cust12345")


async def test_each_enters_as_himself(alice: Membership, sandbox: Sandbox) -> None:
    client = AsyncClient()
    await asign_in(client, "Cust12345", "bob", sandbox)
    bob = await Membership.across_tenants.select_related("tenant").aget(email=sandbox.world.humans["bob"].email)
    one, other = await asyncio.gather(principal(alice), principal(bob))
    assert (one.associate_id, other.associate_id) == (alice.associate_id, bob.associate_id)


async def test_the_state_is_asked_once_until_its_time_is_up(alice: Membership, sandbox: Sandbox) -> None:
    crm = await doors.as_person(alice, "en")
    await crm.all(current_principal(), current_principal(), current_principal())
    await principal(await again())
    assert asked(sandbox, "/api/state/") == 1
    await Tenant.objects.aupdate(api_valid_until=datetime.now(UTC) - timedelta(seconds=1))
    await principal(await again())
    assert asked(sandbox, "/api/state/") == 2


async def test_a_tenant_that_moved_is_followed_and_remembered(alice: Membership, sandbox: Sandbox) -> None:
    await principal(alice)
    sandbox.world.tenants["Cust12345"].host = "app"
    assert (await principal(await again())).associate_id == alice.associate_id
    assert (await again()).tenant.api_address == f"{sandbox.urls['app']}/Cust12345/api/"


@pytest.mark.parametrize("state", ["Suspended", "OfflineMaintenance", "Deleted"])
async def test_a_tenant_that_does_not_run_is_told_so(alice: Membership, sandbox: Sandbox, state: str) -> None:
    sandbox.world.tenants["Cust12345"].state = state
    with pytest.raises(Unavailable) as caught:
        await principal(alice)
    assert state in caught.value.message
    assert caught.value.sent is False
    assert asked(sandbox, "currentPrincipal") == 0


async def test_a_tenant_that_is_not_known_any_more_is_told_so(alice: Membership, sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants.pop("Cust12345")
    with pytest.raises(Unavailable):
        await principal(alice)
    sandbox.world.tenants["Cust12345"] = tenant


async def test_trouble_of_the_state_api_stops_nobody(alice: Membership, sandbox: Sandbox, settings: Settings) -> None:
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"login_url": "http://localhost:9"}
    assert (await principal(alice)).associate_id == alice.associate_id


async def test_without_any_address_it_does(alice: Membership, sandbox: Sandbox, settings: Settings) -> None:
    await Tenant.objects.aupdate(api_address="")
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"login_url": "http://localhost:9"}
    with pytest.raises(Unavailable):
        await principal(await again())


async def test_a_foreign_address_is_sent_no_token(alice: Membership, sandbox: Sandbox, settings: Settings) -> None:
    await Tenant.objects.aupdate(api_address="")
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"host_suffixes": [".superoffice.com"]}
    with pytest.raises(Unavailable):
        await principal(await again())
    assert asked(sandbox, "currentPrincipal") == 0


async def test_an_old_token_is_renewed_once_however_many_meet_it(alice: Membership, sandbox: Sandbox) -> None:
    await Membership.across_tenants.aupdate(grant_expires_at=datetime.now(UTC) + timedelta(seconds=5))
    one, other = [await doors.as_person(await again(), "en") for _ in range(2)]
    await asyncio.gather(*[crm(current_principal()) for crm in (one, other) for _ in range(10)])
    assert asked(sandbox, "/oauth/tokens") == 1
    renewed = (await again()).open_grant()
    assert renewed is not None
    assert renewed.access_token in sandbox.world.access_tokens


async def test_a_token_that_superoffice_forgot_is_renewed(alice: Membership, sandbox: Sandbox) -> None:
    sandbox.world.access_tokens.clear()
    assert (await principal(alice)).associate_id == alice.associate_id


async def test_a_revoked_consent_ends_the_membership(alice: Membership, sandbox: Sandbox) -> None:
    sandbox.world.tenants["Cust12345"].revoked = True
    with pytest.raises(NotSignedIn):
        await principal(alice)
    assert ((await again()).generation, (await again()).sealed_grant) == (2, "")


async def test_a_closed_door_opens_again(alice: Membership, sandbox: Sandbox) -> None:
    await principal(alice)
    await doors.http.close()
    await doors.http.close()
    assert (await principal(await again())).associate_id == alice.associate_id


async def test_connections_close_with_their_loop() -> None:
    async def visit() -> tuple[httpx.AsyncClient, asyncio.AbstractEventLoop]:
        http = await doors.http.get()
        assert not http.is_closed
        return http, asyncio.get_running_loop()

    http, loop = await asyncio.to_thread(asyncio.run, visit())
    assert http.is_closed
    assert loop not in doors.http._kept
