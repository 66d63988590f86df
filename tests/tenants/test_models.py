"""Rows that belong to a tenant, and the steps of a hand-off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError

from crm_client.auth import Grant
from panel.tenants.models import Handoff, Membership, Tenant
from panel.tenants.owned import TenantNotNamed
from panel.tenants.sealing import BrokenSeal

pytestmark = pytest.mark.django_db

GRANT = Grant("8A:Cust12345.access", "refresh", datetime(2030, 1, 1, tzinfo=UTC))


def tenant(ctx: str = "Cust12345") -> Tenant:
    return Tenant.objects.create(environment="sandbox", ctx=ctx, company_name="Acme")


def membership(of: Tenant, associate_id: int = 5) -> Membership:
    made = Membership(tenant=of, associate_id=associate_id)
    for name, value in made.sealed(GRANT).items():
        setattr(made, name, value)
    made.save()
    return made


# Tenant-owned rows


@pytest.mark.parametrize("forgetful", ["all", "get", "first", "count", "exists", "filter", "exclude", "create"])
def test_a_query_that_names_no_tenant_raises(forgetful: str) -> None:
    with pytest.raises(TenantNotNamed):
        getattr(Membership.objects, forgetful)()


def test_a_query_sees_its_own_tenant_only() -> None:
    acme, other = tenant(), tenant("Cust67890")
    mine = membership(acme)
    membership(other)
    assert list(Membership.objects.of(acme)) == [mine]
    assert Membership.across_tenants.count() == 2


def test_django_itself_uses_the_plain_manager() -> None:
    mine = membership(tenant())
    mine.refresh_from_db()
    assert list(mine.tenant.memberships.all()) == [mine]
    mine.tenant.delete()
    assert not Membership.across_tenants.exists()


def test_the_same_associate_number_lives_in_two_tenants_but_once_in_each() -> None:
    acme = tenant()
    membership(acme)
    membership(tenant("Cust67890"))
    with pytest.raises(IntegrityError):
        membership(acme)


def test_one_row_a_tenant_whatever_the_case() -> None:
    tenant("Cust12345")
    with pytest.raises(IntegrityError):
        tenant("cust12345")


# Secrets


def test_tokens_are_nowhere_in_clear() -> None:
    acme = tenant()
    acme.sealed_system_token = acme.seal_system_token("Sidecard-8k8Q7DmBgo")
    acme.save()
    mine = membership(acme)
    stored = str(list(Tenant.objects.values())) + str(list(Membership.across_tenants.values()))
    assert "8k8Q7DmBgo" not in stored
    assert GRANT.access_token not in stored
    assert Tenant.objects.get().system_token == "Sidecard-8k8Q7DmBgo"
    mine.refresh_from_db()
    assert mine.open_grant() == GRANT


def test_a_grant_copied_to_another_person_does_not_open() -> None:
    acme = tenant()
    alice, bob = membership(acme, 5), membership(acme, 6)
    bob.sealed_grant = alice.sealed_grant
    with pytest.raises(BrokenSeal):
        bob.open_grant()


def test_a_system_token_copied_to_another_tenant_does_not_open() -> None:
    acme, other = tenant(), tenant("Cust67890")
    acme.sealed_system_token = acme.seal_system_token("Sidecard-8k8Q7DmBgo")
    other.sealed_system_token = acme.sealed_system_token
    with pytest.raises(BrokenSeal):
        assert other.system_token


def test_signing_out_counts_the_generation_up_and_forgets_the_tokens() -> None:
    mine = membership(tenant())
    mine.sign_out()
    mine.refresh_from_db()
    assert (mine.generation, mine.sealed_grant, mine.grant_expires_at) == (2, "", None)
    assert mine.open_grant() is None


# The hand-off


def test_a_handoff_goes_its_way_once() -> None:
    alice = membership(tenant())
    verifier = Handoff.begin("frame's secret", "Cust12345")
    assert Handoff.use(verifier, "frame's secret") is None
    bound = Handoff.bind(verifier)
    assert bound is not None
    assert Handoff.bind(verifier) is None
    assert Handoff.use(verifier, "frame's secret") is None
    assert bound.finish(alice)
    assert not bound.finish(alice)
    assert Handoff.use(verifier, "another secret") is None
    assert Handoff.use(verifier, "frame's secret") == alice
    assert Handoff.use(verifier, "frame's secret") is None


def test_neither_verifier_nor_the_frames_secret_is_stored() -> None:
    verifier = Handoff.begin("frame's secret", "Cust12345")
    stored = str(Handoff.objects.values().get())
    assert verifier not in stored
    assert "frame's secret" not in stored


def test_no_step_can_be_skipped() -> None:
    alice = membership(tenant())
    Handoff.begin("frame's secret", "Cust12345")
    assert not Handoff.objects.get().finish(alice)


@pytest.mark.parametrize("state", Handoff.State)
def test_every_step_ends_after_ten_minutes(state: str) -> None:
    alice = membership(tenant())
    verifier = Handoff.begin("frame's secret", "Cust12345")
    late = datetime.now(UTC) - timedelta(seconds=1)
    Handoff.objects.update(state=state, membership=alice, expires_at=late)
    assert Handoff.bind(verifier) is None
    assert not Handoff.objects.get().finish(alice)
    assert Handoff.use(verifier, "frame's secret") is None


def test_beginning_one_sweeps_out_expired_ones() -> None:
    Handoff.begin("frame's secret", "Cust12345")
    Handoff.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    Handoff.begin("frame's secret", "Cust12345")
    assert Handoff.objects.count() == 1


def test_of_two_who_take_a_step_from_what_they_both_read_one_succeeds() -> None:
    Handoff.begin("frame's secret", "Cust12345")
    one, other = Handoff.objects.get(), Handoff.objects.get()
    assert one.step(Handoff.State.NEW, Handoff.State.BOUND)
    assert not other.step(Handoff.State.NEW, Handoff.State.BOUND)


def test_the_models_leave_djangos_users_alone() -> None:
    membership(tenant())
    assert not get_user_model().objects.exists()
