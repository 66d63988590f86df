"""Somebody writes in our database: what he can copy or change there opens no door."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from pytest_django import Settings

from panel.tenants import known
from panel.tenants.models import Membership, Tenant
from panel.tenants.sealing import BrokenSeal, is_sealed_by_newest
from panel.webhooks.models import Hook
from tests.sandbox.server import Sandbox

from .traces import overheard
from .visitor import Visitor, arrive, changed_meanwhile, edit, form_of, panel

pytestmark = pytest.mark.django_db

ACME = 17


def membership(associate_id: int, ctx: str = "Cust12345") -> Membership:
    return Membership.across_tenants.select_related("tenant").get(associate_id=associate_id, tenant__ctx=ctx)


def plant(sealed: str, associate_id: int, ctx: str = "Cust12345") -> None:
    """Put a sealed value into somebody's row, and let every worker look at it."""
    planted = membership(associate_id, ctx)
    Membership.across_tenants.filter(pk=planted.pk).update(sealed_grant=sealed)
    known.changed(planted.tenant)
    changed_meanwhile(ACME)


def is_shut(sandbox: Sandbox, visitor: Visitor, associate_id: int, ctx: str = "Cust12345") -> bool:
    """He is asked to sign in, nothing is asked of SuperOffice, and the log says why without the value."""
    sandbox.world.calls.clear()
    with overheard() as journal:
        answer = visitor.get(panel(ctx, associate_id, ACME))
    asked = [call for call in sandbox.world.calls if call["user"]]
    said = "grant does not open" in journal.text and "v1." not in journal.text
    return answer.status_code == 401 and "Sign in to see this panel" in answer.content.decode() and not asked and said


def test_a_grant_copied_to_a_colleague_stays_shut(sandbox: Sandbox, alice: Visitor, bob: Visitor) -> None:
    """Bob cannot become the administrator by copying her tokens to his row."""
    assert bob.get(panel("Cust12345", 6, ACME)).status_code == 200
    plant(membership(5).sealed_grant, 6)
    assert is_shut(sandbox, bob, 6)
    assert alice.get(panel("Cust12345", 5, ACME)).status_code == 200


def test_a_grant_copied_to_another_customer_stays_shut(sandbox: Sandbox, alice: Visitor, charlie: Visitor) -> None:
    """User 5 of one customer is not user 5 of the other."""
    plant(membership(5).sealed_grant, 5, "Cust67890")
    assert is_shut(sandbox, charlie, 5, "Cust67890")


def test_a_row_moved_to_another_customer_stays_shut(sandbox: Sandbox, alice: Visitor, charlie: Visitor) -> None:
    """Even where the whole row is moved, and its owner with it."""
    Membership.across_tenants.filter(pk=membership(5, "Cust67890").pk).delete()
    moved = membership(5)
    moved.tenant = Tenant.objects.get(ctx="Cust67890")
    moved.save()
    with pytest.raises(BrokenSeal):
        membership(5, "Cust67890").open_grant()


def test_a_number_changed_in_a_row_stays_shut(sandbox: Sandbox, bob: Visitor) -> None:
    """Bob's session and row, renamed to user 5."""
    Membership.across_tenants.filter(pk=membership(6).pk).update(associate_id=5)
    assert is_shut(sandbox, bob, 5)


def test_a_system_token_opens_at_its_customer_only(sandbox: Sandbox, alice: Visitor, charlie: Visitor) -> None:
    """CERT-33: nor is it taken for a person's tokens, or the other way round."""
    theirs, ours = Tenant.objects.get(ctx="Cust12345"), Tenant.objects.get(ctx="Cust67890")
    real = sandbox.world.tenants["Cust12345"].system_tokens["sidecard-sandbox"]
    assert theirs.system_token == real
    ours.sealed_system_token = theirs.sealed_system_token
    with pytest.raises(BrokenSeal):
        assert ours.system_token
    theirs.sealed_system_token = membership(5).sealed_grant
    with pytest.raises(BrokenSeal):
        assert theirs.system_token
    plant(Tenant.objects.get(ctx="Cust12345").sealed_system_token, 5)
    assert is_shut(sandbox, alice, 5)


def flipped(sealed: str, place: int) -> str:
    changed = "A" if sealed[place] != "A" else "B"
    return sealed[:place] + changed + sealed[place + 1 :]


DAMAGES: dict[str, Callable[[str], str]] = {
    "version": lambda sealed: "v2" + sealed[2:],
    "key": lambda sealed: flipped(sealed, 4),
    "nonce": lambda sealed: flipped(sealed, 14),
    "ciphertext": lambda sealed: flipped(sealed, -40),
    "tag": lambda sealed: flipped(sealed, -3),
    "cut": lambda sealed: sealed[:-4],
    "longer": lambda sealed: sealed + "AAAA",
    "no seal": lambda sealed: '["8A:Cust12345.made-up", "made-up"]',
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_grant_stays_shut(sandbox: Sandbox, alice: Visitor, damage: str) -> None:
    plant(DAMAGES[damage](membership(5).sealed_grant), 5)
    assert is_shut(sandbox, alice, 5)


def test_what_was_typed_survives_a_broken_seal(sandbox: Sandbox, alice: Visitor) -> None:
    form = form_of(alice.get(edit("Cust12345", 5, ACME))) | {"phones-0": "+47 22 33 44 55"}
    plant(DAMAGES["tag"](membership(5).sealed_grant), 5)
    answer = alice.post(edit("Cust12345", 5, ACME), form)
    assert answer.status_code == 401
    assert 'value="+47 22 33 44 55"' in answer.content.decode()


def new_key() -> str:
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def test_a_new_key_before_the_old_one_locks_nobody_out(sandbox: Sandbox, alice: Visitor, settings: Settings) -> None:
    """CERT-37: keys are changed while people work, and what is written from then on is sealed by the new one."""
    settings.SIDECARD_SEAL_KEYS = [new_key(), *settings.SIDECARD_SEAL_KEYS]
    assert not is_sealed_by_newest(membership(5).sealed_grant)
    sandbox.world.access_tokens.clear()
    assert alice.get(panel("Cust12345", 5, ACME)).status_code == 200
    assert is_sealed_by_newest(membership(5).sealed_grant)
    settings.SIDECARD_SEAL_KEYS = settings.SIDECARD_SEAL_KEYS[:1]
    assert alice.get(panel("Cust12345", 5, ACME)).status_code == 200


def test_resealed_rows_need_the_old_key_no_more(sandbox: Sandbox, alice: Visitor, settings: Settings) -> None:
    tenant = membership(5).tenant
    secrets = tenant.system_token, Hook.of(tenant).secret
    settings.SIDECARD_SEAL_KEYS = [new_key(), *settings.SIDECARD_SEAL_KEYS]
    assert reseal() == "3 sealed anew, 0 by the newest key already\n"
    assert reseal() == "0 sealed anew, 3 by the newest key already\n"
    settings.SIDECARD_SEAL_KEYS = settings.SIDECARD_SEAL_KEYS[:1]
    tenant.refresh_from_db()
    assert (tenant.system_token, Hook.of(tenant).secret) == secrets
    assert alice.get(panel("Cust12345", 5, ACME)).status_code == 200


def test_a_row_that_does_not_open_is_told_and_left(alice: Visitor, settings: Settings) -> None:
    damaged = DAMAGES["tag"](membership(5).sealed_grant)
    plant(damaged, 5)
    settings.SIDECARD_SEAL_KEYS = [new_key(), *settings.SIDECARD_SEAL_KEYS]
    told = StringIO()
    with pytest.raises(CommandError, match="1 do not open"):
        call_command("reseal", stdout=StringIO(), stderr=told)
    assert "sealed_grant: the sealed value does not open here" in told.getvalue()
    assert damaged not in told.getvalue()
    assert membership(5).sealed_grant == damaged


def reseal() -> str:
    told = StringIO()
    call_command("reseal", stdout=told)
    return told.getvalue()


def test_no_sealed_column_is_forgotten() -> None:
    sealed = {
        (model, field.name) for model in apps.get_models() for field in model._meta.fields if "sealed" in field.name
    }
    assert sealed == {(model, name) for model in apps.get_models() for name in getattr(model, "SEALED", ())}


def test_without_the_key_everything_is_shut(sandbox: Sandbox, alice: Visitor, settings: Settings) -> None:
    """A stolen dump is worth nothing; the person signs in again and goes on."""
    settings.SIDECARD_SEAL_KEYS = [new_key()]
    assert is_shut(sandbox, alice, 5)
    again = arrive(sandbox, "Cust12345", "alice")
    assert again.get(panel("Cust12345", 5, ACME)).status_code == 200
