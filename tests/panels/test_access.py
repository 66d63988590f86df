"""Who sees a panel: only who proved to belong to the customer the address names, and as the user SuperOffice shows."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.panels.conftest import address, signed_in, text_of
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

HTMX = {"HX-Request": "true"}
EMBEDDED = {"Sec-Fetch-Dest": "iframe"}


@pytest.mark.parametrize("path", ["company", "company/edit"])
@pytest.mark.parametrize("headers", [{}, HTMX, EMBEDDED])
def test_charlie_sees_nothing_of_another_customer(
    charlie: Client, tenant: Tenant, calls: Callable[[], list[str]], path: str, headers: dict[str, str]
) -> None:
    """CERT-13: not by Alice's address, not by his own number in it; SuperOffice is not even asked."""
    for usid in (tenant.associates["alice"].associate_id, 999, ""):
        response = charlie.get(address(tenant, path=path, usid=usid), headers=headers)
        assert response.status_code in (400, 401)
        assert "acme-norge" not in text_of(response)
    assert calls() == []


def test_charlie_changes_nothing(charlie: Client, tenant: Tenant) -> None:
    response = charlie.post(address(tenant, path="company/edit"), {"name": "Charlie's"}, headers=HTMX)

    assert response.status_code == 401
    assert tenant.table("contact")[17]["name"] == "Acme"


def test_nobody_is_asked_to_sign_in(db: None, tenant: Tenant) -> None:
    page = Client().get(address(tenant), headers=EMBEDDED)

    assert page.status_code == 401
    assert f'data-ctx="{tenant.ctx}"' in text_of(page)
    assert "frame-ancestors http://localhost:*" in page.headers["Content-Security-Policy"]


def test_htmx_gets_only_the_sign_in_fragment(db: None, tenant: Tenant) -> None:
    fragment = text_of(Client().get(address(tenant, part="sales"), headers=HTMX | {"X-Sidecard-Shell": "embedded"}))

    assert "data-sign-in" in fragment
    assert "<html" not in fragment


def test_another_user_than_superoffice_shows(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """Bob sits at the browser in which Alice signed in to us: we say so and stop."""
    response = alice.get(address(tenant, "bob"), headers=EMBEDDED)

    page = text_of(response)
    assert response.status_code == 403
    assert "alice" in page
    assert "Switch user" in page
    assert "Location" not in response.headers
    assert calls() == []


@pytest.mark.parametrize("usid", ["", "0", "<usid>", "abc"])
def test_in_the_frame_the_user_must_be_named(alice: Client, tenant: Tenant, usid: str) -> None:
    """An address that does not say who looks proves nothing; it never falls back to whoever is signed in."""
    response = alice.get(address(tenant, usid=usid), headers=EMBEDDED)

    assert response.status_code == 400
    assert "Acme" not in text_of(response)


@pytest.mark.parametrize("uctx", ["", "<uctx>", "../Cust12345"])
def test_the_customer_must_be_named(alice: Client, tenant: Tenant, uctx: str) -> None:
    response = alice.get(address(tenant, uctx=uctx))

    assert response.status_code == 400
    assert "does not say who is asking" in text_of(response)


def test_one_person_in_two_customers(db: None, sandbox: Sandbox) -> None:
    """Kim works in both; each address shows its own customer's company 17."""
    kim = signed_in(sandbox, "Cust12345", "kim")
    before = kim.get(address(sandbox.world.tenants["Cust67890"], "kim", contact_id=1)).status_code
    signed_in_too = signed_in(sandbox, "Cust67890", "charlie")

    other = sandbox.world.tenants["Cust67890"]
    assert before == 401
    assert signed_in_too.get(address(other, "charlie", contact_id=1)).status_code == 200
    assert kim.get(address(sandbox.world.tenants["Cust12345"], "kim")).status_code == 200


def test_a_forged_post_is_refused(alice: Client, sandbox: Sandbox, tenant: Tenant) -> None:
    """Without a token of ours nothing is changed."""
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = alice.cookies

    response = strict.post(address(tenant, path="company/edit"), {"name": "Forged"})

    assert response.status_code == 403
    assert tenant.table("contact")[17]["name"] == "Acme"
