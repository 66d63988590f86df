"""Texts of the CRM: shown as they are, run never, and kept out of every address."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote_plus

from playwright.sync_api import Page, Request, expect

from tests.browser.people import SCRIPT, TAB, CompanyCard, Desk, Facts, Search, wait_until_closed

NAME = "<script>alert(1)</script>"


def test_a_company_called_like_a_script_shows_as_its_name(strict_desk: Desk) -> None:
    card = strict_desk.company("alice", SCRIPT)
    card.panel().sign_in()
    expect(card.panel().facts.heading).to_have_text(NAME)
    card.panel().facts.edit()
    expect(card.panel().facts.field("Name")).to_have_value(NAME)

    page = strict_desk.open("/signin/")
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    search = Search(page)
    search.type("script")
    search.hit(NAME).click()
    expect(Facts(page).heading).to_have_text(NAME)


def test_no_address_holds_a_token_or_a_text_of_the_crm(strict_desk: Desk) -> None:
    """Addresses end up in histories, in logs and in other sites' Referer."""
    with overheard(strict_desk) as asked:
        card = strict_desk.company("alice")
        verifier = signed_in_by_verifier(card)
        card.panel().facts.correct("Switchboard", "+47 22 00 11 22")
        expect(card.show(TAB).facts.heading).to_contain_text("Acme")
        look_for_acme(strict_desk.open("/signin/"))

    secrets = [verifier, *strict_desk.sandbox.world.access_tokens, *strict_desk.sandbox.world.refresh_tokens]
    secrets += strict_desk.tenant().system_tokens.values()
    assert len(secrets) >= 4
    ours = [address for address in asked if address.startswith(strict_desk.app_url)]
    assert len(ours) > 10
    assert [address for address in asked if any(secret in address for secret in [*secrets, "eyJ"])] == []
    texts = ("acm", "oslo", "22 00", "switchboard", "berg", "alice", "@")
    assert [address for address in ours if any(text in address.lower() for text in texts)] == []


@contextmanager
def overheard(desk: Desk) -> Iterator[list[str]]:
    """The address of every request of every window, iframe and script of this person's browser."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(unquote_plus(request.url))

    desk.context.on("request", note)
    yield asked
    desk.context.remove_listener("request", note)


def signed_in_by_verifier(card: CompanyCard) -> str:
    """Sign in; returns the secret that went from the panel to its window."""
    with card.page.expect_response("**/signin/begin/") as begun:
        window = card.panel().press()
    verifier: str = begun.value.json()["verifier"]
    wait_until_closed(window)
    expect(card.panel().facts.heading).to_be_visible()
    return verifier


def look_for_acme(page: Page) -> None:
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    search = Search(page)
    search.type("acm")
    search.hit("Acme").click()
    Facts(page).correct("Support", "+47 22 00 11 23")
