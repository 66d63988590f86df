"""Who may see what."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from pytest_django import Settings

from panel.tenants import access, known
from panel.tenants.access import OtherUser, SignInNeeded
from panel.tenants.models import Membership, Tenant
from tests.sandbox.server import Sandbox

from .cast import member, request_of, sign_in

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    alice = member(client, "Cust12345")
    assert member(client, "CUST12345", alice.associate_id) == alice


def test_nobody_is_signed_in_by_default() -> None:
    with pytest.raises(SignInNeeded) as caught:
        member(Client(), "Cust12345")
    assert caught.value.ctx == "Cust12345"


@pytest.mark.parametrize("ctx", ["Cust67890", "", "Cust1234", "Cust12345%", "Cust12345 ", "x" * 5000, "Cust\x0012345"])
def test_another_tenant_never_falls_back(client: Client, sandbox: Sandbox, ctx: str) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    with pytest.raises(SignInNeeded):
        member(client, ctx)


def test_another_user_never_falls_back(client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    alice = member(client, "Cust12345")
    caplog.clear()
    with caplog.at_level(logging.INFO), pytest.raises(OtherUser) as caught:
        member(client, "Cust12345", alice.associate_id + 1)
    assert (caught.value.membership, caught.value.shown_associate_id) == (alice, alice.associate_id + 1)
    assert [record.msg["event"] for record in caplog.records if isinstance(record.msg, dict)] == [
        "another user is signed in"
    ]


def test_charlie_gets_nothing_of_acme(client: Client, sandbox: Sandbox) -> None:
    sign_in(Client(), "Cust12345", "alice", sandbox)
    sign_in(client, "Cust67890", "charlie", sandbox)
    alice = Membership.across_tenants.get(tenant__ctx="Cust12345")
    for associate_id in (None, alice.associate_id, member(client, "Cust67890").associate_id):
        with pytest.raises(SignInNeeded):
            member(client, "Cust12345", associate_id)
    assert [found.tenant.ctx for found in async_to_sync(access.memberships)(request_of(client))] == ["Cust67890"]


def test_a_membership_filed_under_the_wrong_tenant_is_worthless(client: Client, sandbox: Sandbox) -> None:
    """Even a session that somehow says so opens no other tenant."""
    sign_in(client, "Cust67890", "charlie", sandbox)
    sign_in(Client(), "Cust12345", "alice", sandbox)
    session = client.session
    session[access.HELD] = {"cust12345": session[access.HELD]["cust67890"]}
    session.save()
    with pytest.raises(SignInNeeded):
        member(client, "Cust12345")


def test_all_that_a_session_holds(client: Client, sandbox: Sandbox) -> None:
    assert async_to_sync(access.memberships)(request_of(client)) == []
    sign_in(client, "Cust67890", "charlie", sandbox)
    sign_in(client, "Cust12345", "alice", sandbox)
    held = async_to_sync(access.memberships)(request_of(client))
    assert {found.tenant.ctx for found in held} == {"Cust12345", "Cust67890"}


def test_an_older_generation_is_out(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    member(client, "Cust12345").sign_out()
    with pytest.raises(SignInNeeded):
        member(client, "Cust12345")
    assert async_to_sync(access.memberships)(request_of(client)) == []


@pytest.mark.parametrize("status", access.CLOSED)
def test_a_tenant_that_left_is_closed(client: Client, sandbox: Sandbox, status: str) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    Tenant.objects.update(status=status)
    known.changed(Tenant.objects.get())
    with pytest.raises(SignInNeeded):
        member(client, "Cust12345")


def test_another_environments_membership_is_worthless(client: Client, sandbox: Sandbox, settings: Settings) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"environment": "online"}
    with pytest.raises(SignInNeeded):
        member(client, "Cust12345")


def test_being_here_is_noted_once_in_ten_minutes(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    member(client, "Cust12345")
    first = Membership.across_tenants.get().last_used_at
    assert first is not None
    member(client, "Cust12345")
    assert Membership.across_tenants.get().last_used_at == first
    Membership.across_tenants.update(last_used_at=datetime.now(UTC) - timedelta(minutes=11))
    known.changed(Tenant.objects.get())
    member(client, "Cust12345")
    assert Membership.across_tenants.get().last_used_at > first
