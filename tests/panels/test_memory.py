"""A card opened again within a minute is painted from what was seen, then settles; and nobody sees what is not his."""

from __future__ import annotations

import re
import time
from html import unescape

import httpx
import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from panel.panels import memory
from panel.tenants.models import Membership, Tenant
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.sandbox.world import Tenant as SandboxTenant
from tests.tenants.cast import sign_in

from .test_edit import open_form, save

pytestmark = pytest.mark.django_db(transaction=True)

CARD = "/panels/company/?uctx=Cust12345&usid=5&lang=en-US&contact_id=17"
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def alice(client: Client, sandbox: Sandbox) -> Client:
    cache.clear()
    sign_in(client, "Cust12345", "alice", sandbox)
    sandbox.world.calls.clear()
    return client


def calls(sandbox: Sandbox) -> list[str]:
    """What NetServer was asked since the last look, but for definitions of fields."""
    asked = [f"{call['method']} {call['path'].partition('/api/')[2]} {call['status']}" for call in sandbox.world.calls]
    sandbox.world.calls.clear()
    return [call for call in asked if " v1/" in call and "/UdefLayout/" not in call]


def settle(client: Client, page: HttpResponse, **headers: str) -> HttpResponse:
    """What htmx asks as soon as such a page is there."""
    found = re.search(r'hx-get="([^"]*settles[^"]*)"', page.content.decode())
    assert found, "the page is not painted from memory"
    return client.get(unescape(found[1]), **HTMX | headers)


def test_a_reopened_card_asks_nothing_and_says_how_old_it_is(alice: Client, sandbox: Sandbox):
    first = alice.get(CARD).content.decode()
    assert len(calls(sandbox)) == 6
    assert "data-settles" not in first

    page = alice.get(CARD).content.decode()

    assert calls(sandbox) == []
    assert "As seen 1 second ago" in page
    assert "Acme" in page
    assert "Kari L" in page


def test_it_settles_by_one_question_and_without_a_word_if_nothing_changed(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    page = alice.get(CARD)
    calls(sandbox)

    settled = settle(alice, page)

    assert (settled.status_code, settled.content) == (204, b"")
    assert calls(sandbox) == ["GET v1/Contact/17 304"]


def test_it_settles_to_what_somebody_changed_meanwhile(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    page = alice.get(CARD)
    rename(sandbox, "Acme Nord")

    settled = settle(alice, page).content.decode()

    assert "Acme Nord" in settled
    assert '<main id="main"' in settled
    assert "data-settles" not in settled
    assert "Acme Nord" in alice.get(CARD).content.decode(), "and remembers that"


def test_rows_older_than_twenty_seconds_are_asked_for_again(
    alice: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
):
    alice.get(CARD)
    now = time.time()
    monkeypatch.setattr("crm_client.sending.time.time", lambda: now + 21)
    page = alice.get(CARD)
    assert "As seen 21 seconds ago" in page.content.decode()
    calls(sandbox)

    assert settle(alice, page).status_code == 204
    assert len(calls(sandbox)) == 5, "all but the time zone"


def test_without_scripts_the_age_leads_to_the_page_as_it_is_now(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    page = alice.get(CARD).content.decode()
    rename(sandbox, "Acme Nord")
    [link] = re.findall(r'href="([^"]*settles[^"]*)"', page)

    assert "Acme Nord" in alice.get(unescape(link)).content.decode()


def test_after_a_change_of_ones_own_nothing_old_is_painted(alice: Client, sandbox: Sandbox, tenant: SandboxTenant):
    alice.get(CARD)
    save(alice, tenant, open_form(alice, tenant) | {"name": "Acme Nord"})
    calls(sandbox)

    page = alice.get(CARD).content.decode()

    assert "Acme Nord" in page
    assert "data-settles" not in page
    assert len(calls(sandbox)) == 5


def test_a_webhook_s_word_makes_everybody_ask_again(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    memory.records_changed(Tenant.objects.get(), [("contact_id", 17)])
    calls(sandbox)

    assert "data-settles" not in alice.get(CARD).content.decode()
    assert len(calls(sandbox)) == 5


SHOWN, UNSHOWN = "person_id:43", "person_id:30"
"""One of Acme's people, and somebody else's."""


@pytest.mark.parametrize(
    ("before", "meanwhile", "is_painted"),
    [
        ("", SHOWN, False),
        ("", UNSHOWN, True),  # no word was read, so it is known that none of its records has got one
        (UNSHOWN, SHOWN, False),
        (UNSHOWN, UNSHOWN, False),  # a word that was read at the end may be newer than the rows
        (UNSHOWN, "", True),
    ],
)
def test_what_was_seen_while_it_changed_is_not_painted(
    alice: Client, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, before: str, meanwhile: str, is_painted: bool
):
    """The rows were asked for before the change; their words, if any, are read after it."""
    keep = memory.Recollection.keep

    async def late(seen: memory.Recollection) -> None:
        await memory.forget(seen.place.tenant, [meanwhile])
        await keep(seen)

    if before:
        async_to_sync(memory.forget)(Tenant.objects.get(), [before])
    with monkeypatch.context() as patched:
        if meanwhile:
            patched.setattr(memory.Recollection, "keep", late)
        alice.get(CARD)

    assert ("data-settles" in alice.get(CARD).content.decode()) is is_painted
    assert "data-settles" in alice.get(CARD).content.decode()


@pytest.mark.parametrize(("changed", "is_painted"), [(SHOWN, False), (UNSHOWN, True)])
def test_the_first_change_for_long_counts(alice: Client, sandbox: Sandbox, changed: str, is_painted: bool):
    alice.get(CARD)
    async_to_sync(memory.forget)(Tenant.objects.get(), [changed])

    assert ("data-settles" in alice.get(CARD).content.decode()) is is_painted


def test_after_a_backup_was_restored_nothing_is_remembered(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    memory.forget_everything(Tenant.objects.get())

    assert "data-settles" not in alice.get(CARD).content.decode()


def test_nobody_is_shown_what_another_saw(alice: Client, sandbox: Sandbox):
    """Bob may not see what Alice may; and Charlie's company has the same number."""
    alice.get(CARD)
    bob, charlie = Client(), Client()
    sign_in(bob, "Cust12345", "bob", sandbox)
    sign_in(charlie, "Cust67890", "charlie", sandbox)
    calls(sandbox)

    for client, card in ((bob, CARD.replace("usid=5", "usid=6")), (charlie, CARD.replace("Cust12345", "Cust67890"))):
        assert "data-settles" not in client.get(card).content.decode()
        assert [call for call in calls(sandbox) if call.startswith("GET v1/Contact/17 ")]


def test_signing_out_forgets(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    Membership.across_tenants.get().sign_out()
    sign_in(alice, "Cust12345", "alice", sandbox)
    assert "data-settles" not in alice.get(CARD).content.decode()


def test_what_is_kept_is_sealed_and_opens_nowhere_else(alice: Client, sandbox: Sandbox):
    alice.get(CARD)
    person = Membership.across_tenants.select_related("tenant").get()
    place = memory.Place(person, "company", memory.Card(contact_id=17))
    sealed = cache.get(place.key)
    assert b"Acme" not in sealed

    assert place.opened(sealed)[1]
    other = memory.Place(person, "company", memory.Card(contact_id=18))
    assert other.opened(sealed) == ({}, {})
    person.associate_id = 6
    assert place.opened(sealed) == ({}, {})


@pytest.mark.parametrize(
    ("fault", "status", "said"),
    [
        (Fault(path="Contact/17", status=503), 503, ""),
        (Fault(path="Contact/17", status=403), 403, "does not give you access"),
        (Fault(path="Contact/17", status=404), 404, "no longer exists"),
    ],
)
def test_what_cannot_be_settled_is_told_as_a_page(
    alice: Client, sandbox: Sandbox, fault: Fault, status: int, said: str
):
    """The script leaves the painted page alone where SuperOffice only does not answer; what is gone goes."""
    alice.get(CARD)
    page = alice.get(CARD)
    sandbox.world.faults.append(fault)

    settled = settle(alice, page)

    assert settled.status_code == status
    assert '<main id="main"' in settled.content.decode()
    assert said in settled.content.decode()
    assert ("data-settles" in alice.get(CARD).content.decode()) is (status == 503), "what was lost is not shown again"


def test_a_section_that_failed_is_not_remembered(alice: Client, sandbox: Sandbox):
    sandbox.world.faults.append(Fault(path="Contact/17/Persons", status=500, count=5))
    alice.get(CARD)
    sandbox.world.faults.clear()

    page = alice.get(CARD).content.decode()

    assert "data-settles" not in page
    assert "Kari L" in page


def rename(sandbox: Sandbox, name: str) -> None:
    """Bob changes company 17 in SuperOffice itself."""
    token = sandbox.world.issue_access_token("Cust12345", "bob", "sidecard-sandbox")
    httpx.patch(
        f"{sandbox.tenant_url('Cust12345')}/api/v1/Contact/17",
        json=[{"op": "replace", "path": "/Name", "value": name}],
        headers={"Authorization": f"Bearer {token}"},
        trust_env=False,
    ).raise_for_status()
    sandbox.world.calls.clear()
