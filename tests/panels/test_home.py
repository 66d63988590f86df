"""The front page: companies to choose from."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from tests.panels.conftest import text_of
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant
from tests.tenants.cast import sign_in

HTMX = {"HX-Request": "true"}


def test_it_works(alice: Client, tenant: Tenant) -> None:
    """Companies by name, each leading to its panel; who is signed in, and the way out."""
    response = alice.get("/")

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "contact_id=17" in page
    assert "Sign out" in page
    assert alice.get(f"/panels/company/?uctx={tenant.ctx}&usid=5&lang=en&contact_id=17").status_code == 200


def test_it_shows_more_on_demand(alice: Client, tenant: Tenant) -> None:
    """Twenty-five to begin with, then twice as many."""
    first = text_of(alice.get("/"))
    more = text_of(alice.post("/", {"search": "", "size": "50"}, headers=HTMX))

    assert first.count("<li>") == 25
    assert 'name="size" value="50"' in first
    assert more.count("<li>") == min(50, len(tenant.table("contact")))
    assert "<html" not in more


def test_a_search_is_posted(alice: Client) -> None:
    """What was typed is in no address."""
    found = text_of(alice.post("/", {"search": "acme"}, headers=HTMX))

    assert "Acme" in found
    assert found.count("<li>") == 1
    assert "q=" not in found


def test_two_letters_are_too_few(alice: Client, calls: Callable[[], list[str]]) -> None:
    """CERT-20: at least three characters before a search is sent."""
    answer = text_of(alice.post("/", {"search": "ac"}, headers=HTMX))

    assert "at least 3 letters" in answer
    assert calls() == []


def test_a_search_cannot_escape_its_quotes(alice: Client) -> None:
    answer = alice.post("/", {"search": "x' or name contains 'a"}, headers=HTMX)

    assert answer.status_code == 200
    assert "No company found." in text_of(answer)


def test_a_nonsense_size_is_the_usual_one(alice: Client) -> None:
    for size in ("-1", "abc", "999999", "٣"):
        assert alice.post("/", {"size": size}, headers=HTMX).status_code == 200


def test_trouble_keeps_what_was_typed(alice: Client, fail: Callable[..., None]) -> None:
    fail("", status=500)

    answer = alice.post("/", {"search": "acme"}, headers=HTMX)

    assert answer.status_code == 503
    assert "does not answer right now" in text_of(answer)
    assert 'name="search" value="acme"' in text_of(answer)
    assert "Try again" in text_of(answer)


def test_nobody_is_led_to_sign_in(db: None, sandbox: Sandbox) -> None:
    response = Client().get("/")

    assert response.status_code == 302
    assert response.headers["Location"].startswith("/signin/")


def test_charlie_cannot_choose_another_customer(charlie: Client) -> None:
    """It leads back to his own."""
    response = charlie.get("/?uctx=Cust12345")

    assert response.status_code == 302
    assert response.headers["Location"] == "/"


def test_several_customers_are_tabs(db: None, sandbox: Sandbox) -> None:
    sandbox.world.tenants["Cust67890"].approved = True
    kim = Client(headers={"Accept-Language": "en"})
    for ctx in ("Cust12345", "Cust67890"):
        sign_in(kim, ctx, "kim", sandbox)

    page = text_of(kim.get("/?uctx=Cust67890"))

    assert page.count('class="tab"') == 2
    assert 'uctx=Cust67890" aria-current="page"' in page
