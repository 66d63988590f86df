"""A worker remembers memberships, and forgets them at the moment something changed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from panel.tenants import access, known
from panel.tenants.access import SignInNeeded
from panel.tenants.models import Membership, Tenant
from tests.sandbox.server import Sandbox
from tests.tenants.cast import request_of, sign_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not settings.REDIS_URL, reason="without Redis nothing is remembered"),
]


@pytest.fixture
def alice(client: Client, sandbox: Sandbox) -> Iterator[Client]:
    cache.clear()
    sign_in(client, "Cust12345", "alice", sandbox)
    visit(client)
    yield client
    known._known.clear()


def visit(client: Client) -> Membership:
    return async_to_sync(access.membership)(request_of(client), "Cust12345", None)


def queries_of_a_visit(client: Client) -> int:
    with CaptureQueriesContext(connection) as seen:
        visit(client)
    return len(seen)


def test_the_second_visit_asks_no_database(alice: Client):
    assert queries_of_a_visit(alice) == 0


def test_another_process_that_signs_her_out_is_heard(alice: Client):
    """As another process does it: the row, then the word in Redis; this one's memory is not touched."""
    Membership.across_tenants.get().sign_out()
    with pytest.raises(SignInNeeded):
        visit(alice)


def test_who_looks_before_the_commit_looks_again_after_it(alice: Client):
    with transaction.atomic():
        Tenant.objects.update(company_name="Renamed")
        known.changed(Tenant.objects.get())
        inside = cache.get("edition:sandbox:cust12345")
    assert cache.get("edition:sandbox:cust12345") != inside
    assert visit(alice).tenant.company_name == "Renamed"


def test_redis_that_lost_it_all_starts_anew(alice: Client):
    Membership.across_tenants.update(name="Alice Lind")
    cache.delete("edition:sandbox:cust12345")
    assert visit(alice).name == "Alice Lind"
    assert queries_of_a_visit(alice) == 0


def test_what_is_known_has_an_end(alice: Client, monkeypatch: pytest.MonkeyPatch):
    Membership.across_tenants.update(name="Alice Lind")
    monkeypatch.setattr("panel.tenants.known.time.monotonic", lambda: 10.0**9)
    assert visit(alice).name == "Alice Lind"


def test_only_so_many_are_known(alice: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(known, "MOST", 1)
    bob = Client()
    sign_in(bob, "Cust12345", "bob", sandbox)
    visit(bob)
    assert [one.row.associate_id for one in known._known.values()] == [6]
