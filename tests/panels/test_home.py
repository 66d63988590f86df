"""Our own pages around the panels: where people begin, the way between panels, and the search."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape

import pytest
from django.core.cache import cache
from django.test import Client

from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant
from tests.tenants.cast import member, sign_in

HTMX = {"HX-Request": "true"}
SEARCH = "/search/?uctx=Cust12345&usid=5&lang=en"


@pytest.fixture
def kim(db: None, sandbox: Sandbox) -> Client:
    """Works for both customers, signed in to both."""
    sandbox.world.tenants["Cust67890"].approved = True
    kim = Client(headers={"Accept-Language": "en"})
    for ctx in ("Cust12345", "Cust67890"):
        sign_in(kim, ctx, "kim", sandbox)
    return kim


def search(client: Client, words: str, ctx: str = "Cust12345") -> str:
    """What htmx is answered while somebody types."""
    answer = client.post(f"/search/?uctx={ctx}", {"search": words}, headers=HTMX)
    assert answer.status_code == 200
    return text_of(answer)


def hits(page: str) -> list[str]:
    """Where the hits lead, by panel and record."""
    links = re.findall(r'<a data-soprotocol="[^"]*" href="([^"]*)"', page)
    return [re.sub(r"/panels/(\w+)/\?.*_id=(\d+)$", r"\1 \2", unescape(link)) for link in links]


# Where people begin


def test_the_front_page_is_my_day(alice: Client) -> None:
    page = alice.get("/", follow=True)

    assert page.request["PATH_INFO"] == "/panels/my-day/"
    assert page.status_code == 200
    text = text_of(page)
    assert 'role="search"' in text
    assert "Sign out" in text
    assert re.search(r'href="/panels/my-day/\?uctx=Cust12345&amp;usid=5&amp;lang=en" aria-current="page"', text)


def test_without_such_a_panel_the_front_page_is_the_search(alice: Client, settings: object) -> None:
    settings.PANELS = ["panel.panels.company.Company"]  # type: ignore[attr-defined]

    page = alice.get("/", follow=True)

    assert page.request["PATH_INFO"] == "/search/"
    assert "<h1" in text_of(page)


def test_every_page_of_ours_leads_on_and_no_other(alice: Client, tenant: Tenant) -> None:
    """SuperOffice has a navigator and a search of its own."""
    for headers, query in (({"Sec-Fetch-Dest": "iframe"}, {}), ({}, {"client": "pocket"})):
        page = text_of(alice.get(address(tenant, **query), headers=headers))
        assert "/panels/my-day/" not in page
        assert 'role="search"' not in page
    page = text_of(alice.get(address(tenant)))
    assert "/panels/my-day/" in page
    assert 'action="/search/?uctx=Cust12345&amp;usid=5&amp;lang=en-US"' in page


def test_nobody_is_led_to_sign_in(db: None, sandbox: Sandbox) -> None:
    for path in ("/", SEARCH):
        response = Client().get(path)
        assert response.status_code == 302
        assert response.headers["Location"].startswith("/signin/")


def test_charlie_cannot_choose_another_customer(charlie: Client) -> None:
    """It leads back to his own, and to a sign-in."""
    assert charlie.get("/?uctx=Cust12345").headers["Location"] == "/"
    assert charlie.post(SEARCH, {"search": "acme"}).headers["Location"].startswith("/signin/?uctx=Cust12345")
    answer = charlie.post(SEARCH, {"search": "acme"}, headers=HTMX)
    assert answer.status_code == 401
    assert "Sign in again" in text_of(answer)
    assert "Acme" not in text_of(answer)


# The search


def test_one_round_trip_finds_companies_people_and_sales(
    alice: Client, tenant: Tenant, calls: Callable[[], list[str]]
) -> None:
    tenant.table("contact")[ACME]["name"] = "Controlled AS"
    tenant.table("person")[40]["last_name"] = "Control"
    page = search(alice, "control")

    assert sorted(call.rpartition("/")[2] for call in calls() if "/v1/" in call) == ["Contact", "Person", "Sale"]
    found = hits(page)
    assert f"company {ACME}" in found
    assert "person 40" in found
    assert [hit for hit in found if hit.startswith("sale ")]
    assert f"{len(found)} hits" in page
    assert "<html" not in page
    assert alice.get(unescape(re.findall(r'href="(/panels/sale/[^"]*)"', page)[0])).status_code == 200


def test_words_may_come_in_any_order(alice: Client, tenant: Tenant) -> None:
    tenant.table("person")[40] |= {"first_name": "Ingeborg", "last_name": "Tveit"}

    assert hits(search(alice, "tveit  inge")) == ["person 40"]


def test_who_has_no_javascript_gets_a_page(alice: Client) -> None:
    page = text_of(alice.post(SEARCH, {"search": "acme"}))

    assert "<html" in page
    assert f"company {ACME}" in hits(page)
    assert 'value="acme"' in page


def test_what_was_typed_is_in_no_address(alice: Client) -> None:
    page = text_of(alice.post(SEARCH, {"search": "bjørkeli"}))

    assert hits(page)
    assert not [link for link in re.findall(r'(?:href|action|hx-\w+)="([^"]*)"', page) if "rkeli" in link]


@pytest.mark.parametrize("words", ["a", "ac", " ac "])
def test_two_letters_are_too_few(alice: Client, calls: Callable[[], list[str]], words: str) -> None:
    """CERT-20: at least three characters before a search is sent."""
    assert "at least 3 letters" in search(alice, words)
    assert calls() == []


def test_a_search_cannot_escape_its_quotes(alice: Client) -> None:
    assert "Nothing found." in search(alice, "x' or name contains 'a")
    assert "Nothing found." in search(alice, "''' eq 'x")


def test_of_many_hits_the_first_are_shown(alice: Client) -> None:
    page = search(alice, "lic")

    assert len([hit for hit in hits(page) if hit.startswith("sale")]) == 8
    assert page.count("There are more.") == 1


def test_one_kind_may_be_denied(alice: Client, fail: Callable[..., None]) -> None:
    fail("Sale$", status=403)

    page = search(alice, "acme")

    assert f"company {ACME}" in hits(page)
    assert "SuperOffice does not give you access to this" in page


def test_trouble_keeps_what_was_typed(alice: Client, fail: Callable[..., None]) -> None:
    fail("", status=500)

    page = text_of(alice.post(SEARCH, {"search": "acme"}))

    assert "does not answer right now" in page
    assert 'value="acme"' in page


def test_a_lost_sign_in_is_told(alice: Client, fail: Callable[..., None]) -> None:
    fail("", status=401)

    answer = alice.post(SEARCH, {"search": "acme"}, headers=HTMX)

    assert answer.status_code == 401
    assert "Sign in again" in text_of(answer)


# What was opened last


def opened_last(client: Client, ctx: str = "Cust12345") -> list[str]:
    return hits(text_of(client.get(f"/search/?uctx={ctx}", headers=HTMX)))


def test_what_was_opened_last_comes_first(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    for page in (address(tenant), address(tenant, path="person", contact_id="", person_id=40), address(tenant)):
        assert alice.get(page).status_code == 200
    calls()

    assert opened_last(alice) == [f"company {ACME}", "person 40"]
    assert len(calls()) == 2


def test_before_anything_was_opened_nobody_is_asked(alice: Client, calls: Callable[[], list[str]]) -> None:
    page = text_of(alice.get(SEARCH))

    assert "at least 3 letters" in page
    assert calls() == []


def test_only_our_own_pages_count(alice: Client, tenant: Tenant) -> None:
    """In SuperOffice one passes dozens of cards; it has a history of its own."""
    alice.get(address(tenant), headers={"Sec-Fetch-Dest": "iframe"})
    alice.get(address(tenant, client="pocket"))
    alice.get(address(tenant, contact_id=999_999))
    alice.get(address(tenant, part="facts"), headers=HTMX)

    assert opened_last(alice) == []


def test_what_is_gone_is_not_shown(alice: Client, tenant: Tenant) -> None:
    alice.get(address(tenant))
    tenant.table("contact")[ACME]["deleted"] = True

    assert opened_last(alice) == []


def test_of_what_was_opened_only_ids_are_kept(alice: Client, tenant: Tenant) -> None:
    alice.get(address(tenant))

    kept = cache.get(f"opened:{member(alice, 'Cust12345').pk}")
    assert [tuple(record) for record in kept] == [("contact_id", ACME)]


# Several customers


def test_several_customers_stay_apart(kim: Client, sandbox: Sandbox) -> None:
    nordlys, oresund = sandbox.world.tenants["Cust12345"], sandbox.world.tenants["Cust67890"]
    kim.get(address(nordlys, "kim"))
    kim.get(address(oresund, "kim", contact_id=2))

    assert opened_last(kim) == [f"company {ACME}"]
    assert opened_last(kim, "Cust67890") == ["company 2"]
    assert f"company {ACME}" in hits(search(kim, "acme"))
    assert "Acme" not in search(kim, "acme", "Cust67890")


def test_several_customers_are_tabs(kim: Client) -> None:
    page = kim.get("/?uctx=Cust67890", follow=True)

    text = text_of(page)
    assert text.count('class="tab"') == 2
    assert 'uctx=Cust67890" aria-current="true"' in text


def test_a_single_customer_is_no_tab(alice: Client) -> None:
    assert 'class="tab"' not in text_of(alice.get("/", follow=True))
