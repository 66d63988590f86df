"""A membership's tokens: opened, renewed once however many ask, lost for good."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from crm_client.auth import Grant
from crm_client.errors import NotSignedIn
from panel.tenants import known
from panel.tenants.grants import Grants
from panel.tenants.models import Membership, Tenant
from panel.tenants.tasks import due, renew_grants
from tests.sandbox.server import Sandbox

from .cast import member, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(client: Client, sandbox: Sandbox) -> Membership:
    """Signed in, and here just now."""
    sign_in(client, "Cust12345", "alice", sandbox)
    return member(client, "Cust12345")


def row() -> Membership:
    return Membership.across_tenants.select_related("tenant").get()


def opened() -> Grant:
    grant = row().open_grant()
    assert grant is not None
    return grant


def soon(seconds: float = 30) -> Grant:
    """Make the stored grant end soon."""
    ending = datetime.now(UTC) + timedelta(seconds=seconds)
    Membership.across_tenants.update(grant_expires_at=ending)
    return opened()


def fresh() -> Grant:
    return Grant("8A:fresh", "refresh", datetime.now(UTC) + timedelta(hours=1))


def refreshes(sandbox: Sandbox) -> int:
    """Calls of the token endpoint after the sign-in's own."""
    return sum(call["path"].endswith("/oauth/tokens") for call in sandbox.world.calls) - 1


# The store


def test_the_first_look_needs_no_query(alice: Membership, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    stored = opened()
    with django_assert_num_queries(0):
        assert Grants(alice).load() == stored


def test_of_two_who_claim_one_wins(alice: Membership) -> None:
    one, other, stale = Grants(row()), Grants(row()), opened()
    assert one.claim(stale, 20)
    assert not other.claim(stale, 20)
    one.save(fresh())
    assert other.load().access_token == "8A:fresh"
    assert row().renewing_until is None


def test_a_claim_that_ran_out_may_be_taken(alice: Membership) -> None:
    one, other, stale = Grants(row()), Grants(row()), opened()
    assert one.claim(stale, -1)
    assert other.claim(stale, 20)


def test_a_released_claim_may_be_taken(alice: Membership) -> None:
    one, other, stale = Grants(row()), Grants(row()), opened()
    assert one.claim(stale, 20)
    one.release()
    assert other.claim(stale, 20)


def test_a_grant_that_was_renewed_meanwhile_is_not_claimed(alice: Membership) -> None:
    late, stale = Grants(row()), opened()
    Grants(row()).save(fresh())
    assert not late.claim(stale, 20)
    assert late.load().access_token == "8A:fresh"
    assert not late.claim(stale, 20)


def test_a_renewal_after_signing_out_brings_nothing_back(alice: Membership) -> None:
    renewing = Grants(row())
    assert renewing.claim(opened(), 20)
    row().sign_out()
    with pytest.raises(NotSignedIn):
        renewing.save(fresh())
    assert row().sealed_grant == ""
    late = Grants(alice)
    assert not late.claim(fresh(), 20)
    with pytest.raises(NotSignedIn):
        late.load()


def test_signed_out_means_no_grant(alice: Membership) -> None:
    row().sign_out()
    with pytest.raises(NotSignedIn):
        Grants(row()).load()


def test_a_lost_grant_signs_out_everywhere(alice: Membership) -> None:
    store = Grants(row())
    store.lost()
    assert (row().generation, row().sealed_grant) == (2, "")


def test_a_loss_of_an_older_grant_leaves_the_newer_one(alice: Membership) -> None:
    late = Grants(row())
    Grants(row()).save(fresh())
    late.lost()
    assert (row().generation, opened().access_token) == (1, "8A:fresh")


def test_a_grant_that_does_not_open_is_none(alice: Membership, caplog: pytest.LogCaptureFixture) -> None:
    Membership.across_tenants.update(sealed_grant="v1.00000000.AAAA.AAAA")
    with caplog.at_level(logging.ERROR), pytest.raises(NotSignedIn):
        Grants(row()).load()
    assert "grant does not open" in caplog.text


def test_a_grant_in_the_wrong_tenant_is_none(alice: Membership) -> None:
    Tenant.objects.update(ctx="Cust67890")
    with pytest.raises(NotSignedIn):
        Grants(row()).load()


# Renewal in the background


def test_a_grant_that_ends_soon_is_renewed(alice: Membership, sandbox: Sandbox) -> None:
    old = soon()
    assert renew_grants() == 1
    new = opened()
    assert new.access_token != old.access_token
    assert new.access_token in sandbox.world.access_tokens
    assert new.refresh_token == old.refresh_token
    assert new.expires_at > datetime.now(UTC) + timedelta(minutes=50)
    assert row().renewing_until is None


def test_renewing_again_does_nothing(alice: Membership, sandbox: Sandbox) -> None:
    soon()
    assert (renew_grants(), renew_grants(), refreshes(sandbox)) == (1, 0, 1)


@pytest.mark.parametrize(
    "columns",
    [
        {"last_used_at": datetime(2020, 1, 1, tzinfo=UTC)},
        {"last_used_at": None},
        {"grant_expires_at": datetime(2099, 1, 1, tzinfo=UTC)},
        {"sealed_grant": ""},
        {"renewing_until": datetime(2099, 1, 1, tzinfo=UTC)},
    ],
)
def test_who_is_left_alone(alice: Membership, sandbox: Sandbox, columns: dict[str, object]) -> None:
    soon()
    Membership.across_tenants.update(**columns)
    assert not due(datetime.now(UTC)).exists()
    assert (renew_grants(), refreshes(sandbox)) == (0, 0)


def test_while_the_customer_pauses_nothing_is_renewed_ahead_and_nobody_is_signed_out(
    client: Client, alice: Membership, sandbox: Sandbox
) -> None:
    soon(-3600)
    Tenant.objects.update(paused_at=datetime.now(UTC))
    assert (renew_grants(), refreshes(sandbox)) == (0, 0)

    Tenant.objects.update(paused_at=None)
    known.changed(alice.tenant)
    assert client.get("/panels/company/?uctx=Cust12345&usid=5&contact_id=17").status_code == 200
    assert refreshes(sandbox) == 1


def test_a_revoked_grant_signs_out(alice: Membership, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    soon()
    sandbox.world.tenants["Cust12345"].revoked = True
    with caplog.at_level(logging.INFO):
        assert renew_grants() == 0
    assert (row().generation, row().sealed_grant) == (2, "")
    assert not [secret for secret in sandbox.world.refresh_tokens if secret in caplog.text]


def test_one_failure_does_not_stop_the_others(alice: Membership, sandbox: Sandbox) -> None:
    other = Client()
    sign_in(other, "Cust67890", "charlie", sandbox)
    member(other, "Cust67890")
    ending = datetime.now(UTC) + timedelta(seconds=30)
    Membership.across_tenants.update(grant_expires_at=ending)
    sandbox.world.tenants["Cust12345"].revoked = True
    assert renew_grants() == 1


def test_an_unreachable_superid_keeps_the_grant(alice: Membership, settings: Settings) -> None:
    old = soon()
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"login_url": "http://localhost:9"}
    assert renew_grants() == 0
    assert opened() == old
    assert row().renewing_until is None
