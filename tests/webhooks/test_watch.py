"""An open panel asks whether its record was changed elsewhere, and knows what it did itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.http import HttpResponse
from django.test import Client

from panel.tenants.models import Tenant
from panel.webhooks import tasks, watch
from panel.webhooks.models import Hook, RecordChange
from tests.forms import fields
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.tenants.cast import sign_in
from tests.webhooks.conftest import Tell

ALICE, BOB = 5, 6
HTMX = {"HX-Request": "true"}
CARD = "uctx=Cust12345&usid=5&lang=en-US&contact_id=17"
EDIT = f"/panels/company/edit/?{CARD}"
PHONE = "+47 22 99 99 99"
LATER = 2 * watch.BELATED
"""Too late to be what the panel did itself."""


class Open:
    """An open panel in somebody's browser: what it asks, and what it remembers."""

    def __init__(self, client: Client, page: HttpResponse) -> None:
        self.client = client
        self.known: dict[str, str] = {}
        self.heeds(page)
        found = re.search(r'hx-get="(/changed/[^"]*)"', page.content.decode())
        assert found, "the page does not watch"
        self.card = unescape(found[1])

    @property
    def address(self) -> str:
        return f"{self.card}&{urlencode(self.known)}"

    def heeds(self, answer: HttpResponse) -> None:
        """Remember the moments that came along, as htmx does."""
        self.known |= re.findall(r'name="(since|own)"\s+value="([^"]*)"', answer.content.decode())

    def looks(self) -> str:
        """What it is told."""
        answer = self.client.get(self.address, headers=HTMX)
        text = answer.content.decode()
        assert answer.status_code == (200 if text else 204)
        self.heeds(answer)
        return " ".join(re.sub("<[^>]*>", " ", text).split())

    def saves(self, phone: str, before: Callable[[], None] = lambda: None) -> str:
        """Correct the company in it; ``before`` it is sent something may happen. What is answered."""
        form = fields(self.client.get(EDIT, headers=HTMX).content.decode())
        before()
        answer = self.client.post(EDIT, form | {"phones-0": phone}, headers=HTMX)
        assert "sidecard:changed" in answer.headers["HX-Trigger"]
        self.heeds(answer)
        return answer.content.decode()


@pytest.fixture
def panel(hook: Hook, alice: Client) -> Open:
    """Acme's, which Alice has opened."""
    return Open(alice, alice.get(f"/panels/company/?{CARD}"))


@pytest.fixture
def happens(tell: Tell) -> Callable[..., None]:
    """Somebody changes Acme, so long after now, and the event is handled."""

    def happen(by: int, after: timedelta = timedelta(0)) -> None:
        tell(ChangedByAssociateId=by, Timestamp=(datetime.now(UTC) + after).isoformat())
        tasks.handle()

    return happen


Happens = Callable[..., None]


def test_it_is_told_once_who_changed_its_record(panel: Open, happens: Happens) -> None:
    """Told again, it would be read out every twenty seconds."""
    assert panel.looks() == ""
    happens(BOB)

    assert panel.looks() == "Changed by Bob Nygård just now. Show"
    assert panel.looks() == ""
    happens(BOB)
    assert panel.looks() == "Changed by Bob Nygård just now. Show"


def test_what_happened_before_it_was_shown_is_no_news(alice: Client, happens: Happens) -> None:
    happens(BOB)

    assert Open(alice, alice.get(f"/panels/company/?{CARD}")).looks() == ""


def test_only_its_own_record_counts(alice: Client, hook: Hook, happens: Happens) -> None:
    panel = Open(alice, alice.get(f"/panels/company/?{CARD}".replace("17", "18")))
    happens(BOB)

    assert panel.looks() == ""


def test_who_comes_back_late_reads_when_it_was(panel: Open, happens: Happens) -> None:
    happens(BOB)
    at = RecordChange.across_tenants.get().changed_at - timedelta(hours=1)
    RecordChange.across_tenants.update(changed_at=at)
    panel.known = dict.fromkeys(panel.known, str(at.timestamp() - 60))

    assert re.fullmatch(r"Changed by Bob Nygård, .* 2026, .* UTC . Show", panel.looks())


def test_it_is_said_in_the_panel_s_language(hook: Hook, alice: Client, happens: Happens) -> None:
    panel = Open(alice, alice.get(f"/panels/company/?{CARD}".replace("en-US", "de")))
    happens(BOB)

    assert panel.looks().startswith("Gerade von Bob Nygård geändert.")


def test_what_she_did_elsewhere_is_told_too(panel: Open, happens: Happens) -> None:
    """In SuperOffice's own card beside it, in another window, on her phone."""
    happens(ALICE, LATER)

    assert panel.looks() == "You changed this elsewhere. Show"
    assert panel.looks() == ""


@pytest.mark.parametrize("by", [ALICE, 0])
def test_what_the_panel_saved_itself_is_not_told_to_it(panel: Open, happens: Happens, by: int) -> None:
    """Not even where nobody knows who it was: phones raise no events, the record's own date is found later."""
    panel.known["own"] = panel.known["since"] = "1"
    assert "Saved" in panel.saves(PHONE)
    happens(by, timedelta(seconds=1))
    assert panel.looks() == ""

    happens(by, LATER)
    assert panel.looks() != ""


def test_what_is_saved_but_cannot_be_shown_is_not_told_either(panel: Open, happens: Happens, sandbox: Sandbox) -> None:
    panel.known["own"] = "1"
    said = panel.saves(PHONE, lambda: sandbox.world.faults.append(Fault(method="GET", status=500)))
    assert "Your change is saved" in said
    sandbox.world.faults.clear()
    happens(ALICE)

    assert panel.looks() == ""


def test_what_a_colleague_did_before_is_told_after_her_own_save(panel: Open, happens: Happens) -> None:
    """Only a part of the panel is read anew then."""
    happens(BOB)
    panel.saves(PHONE)
    happens(ALICE)

    assert panel.looks() == "Changed by Bob Nygård just now. Show"
    assert panel.looks() == ""


def test_another_panel_of_hers_learns_what_this_one_saved(panel: Open, alice: Client, happens: Happens) -> None:
    other = Open(alice, alice.get(f"/panels/company/?{CARD}"))
    other.known = dict.fromkeys(other.known, str(datetime.now(UTC).timestamp() - LATER.total_seconds()))
    panel.saves(PHONE)
    happens(ALICE)

    assert panel.looks() == ""
    assert other.looks() == "You changed this elsewhere. Show"


def test_a_page_painted_from_memory_is_as_old_as_what_it_shows(panel: Open, alice: Client, happens: Happens) -> None:
    page = alice.get(f"/panels/company/?{CARD}")
    assert b"data-settles" in page.content
    again = Open(alice, page)

    assert float(again.known["since"]) <= float(panel.known["since"]) + 1


@pytest.mark.parametrize("since", ["", "x", "nan", "1e300", "-1e20"])
def test_without_a_moment_there_is_nothing_to_say(panel: Open, happens: Happens, since: str) -> None:
    happens(BOB)
    panel.known["since"] = since

    assert panel.looks() == ""


def test_a_panel_without_a_record_does_not_ask(hook: Hook, alice: Client) -> None:
    page = alice.get("/panels/my-day/?uctx=Cust12345&usid=5&lang=en-US").content.decode()

    assert "Alice Berg" in page
    assert "data-watch" not in page


def test_a_stranger_learns_nothing_and_asks_no_more(panel: Open, happens: Happens, client: Client) -> None:
    happens(BOB)

    answer = client.get(panel.address)
    assert (answer.status_code, answer.content) == (286, b"")


def test_another_customer_s_people_learn_nothing(panel: Open, happens: Happens, sandbox: Sandbox) -> None:
    """Not of the other's record, and not of their own of the same number."""
    charlie = Client()
    sign_in(charlie, "Cust67890", "charlie", sandbox)
    [associate] = Tenant.objects.get(ctx="Cust67890").memberships.values_list("associate_id", flat=True)
    happens(BOB)

    assert charlie.get(panel.address).status_code == 286
    panel.card = f"/changed/?uctx=Cust67890&usid={associate}&contact_id=17"
    assert charlie.get(panel.address).status_code == 204
