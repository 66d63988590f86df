"""Signing in and out in a window of our own."""

from __future__ import annotations

import pytest
from asgiref.sync import async_to_sync
from django.test import Client, RequestFactory

from panel.tenants import access
from panel.tenants.models import Membership
from tests.sandbox.server import Sandbox

from .cast import sign_in

pytestmark = pytest.mark.django_db


def member(client: Client, ctx: str, associate_id: int | None = None) -> Membership:
    """Whom a request of this client would be served as."""
    request = RequestFactory().get("/")
    request.session = client.session
    return async_to_sync(access.membership)(request, ctx, associate_id)


def test_it_works(client: Client, sandbox: Sandbox) -> None:
    assert sign_in(client, "Cust12345", "alice", sandbox, next_path="/panels/company/?contact_id=17") == (
        "/panels/company/?contact_id=17"
    )
    alice = member(client, "Cust12345")
    associate = sandbox.world.tenants["Cust12345"].associates["alice"]
    assert (alice.associate_id, alice.is_administrator) == (associate.associate_id, True)
    assert alice.tenant.company_name == sandbox.world.tenants["Cust12345"].company_name
    assert alice.tenant.api_address == f"{sandbox.urls['online2']}/Cust12345/api/"
    assert alice.tenant.system_token.startswith("Sidecard-")
