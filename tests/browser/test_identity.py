"""Who a panel's address speaks of, and who is signed in: only when both agree is anything shown."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request, expect

from tests.browser.people import ACME, NORDLYS, ORESUND, CompanyCard, Desk, wait_until_closed


def mistype(desk: Desk, right: str, wrong: str) -> None:
    """An administrator changes the addresses of our panels."""
    for panel in desk.tenant().table("webpanel").values():
        panel["url"] = panel["url"].replace(right, wrong)


def test_an_address_that_names_another_customer_shows_nothing(strict_desk: Desk) -> None:
    strict_desk.company("alice").panel().sign_in()
    mistype(strict_desk, "uctx=<uctx>", f"uctx={ORESUND}")
    card = strict_desk.company("alice")

    expect(card.panel().sign_in_button).to_be_visible()
    expect(card.panel().text).not_to_contain_text("Acme")
    window = card.panel().press()
    expect(window.get_by_role("heading", name="Account does not have access")).to_be_visible()
    expect(card.panel().text).not_to_contain_text("Acme")


@pytest.mark.parametrize("usid", ["", "0", "&lt;usid&gt;", "5'--"])
def test_an_address_that_names_nobody_shows_nothing(strict_desk: Desk, usid: str) -> None:
    mistype(strict_desk, "usid=<usid>", f"usid={usid}")
    card = strict_desk.company("alice")

    expect(card.panel().text).to_contain_text("This address does not say who is asking")
    expect(card.panel().text).not_to_contain_text("Acme")


def test_charlie_sees_nothing_of_the_other_customer(strict_desk: Desk, oresund_has_panels: None) -> None:
    strict_desk.tenant(ORESUND).approved = True
    strict_desk.company("charlie", 2, ORESUND).panel().sign_in()
    for panel in strict_desk.tenant(ORESUND).table("webpanel").values():
        panel["url"] = strict_desk.panel_url(ACME, NORDLYS, associate_id=5)
    card = strict_desk.company("charlie", 3, ORESUND)

    expect(card.panel().sign_in_button).to_be_visible()
    expect(card.panel().text).not_to_contain_text("Acme")


def test_when_somebody_else_uses_superoffice_the_panel_says_so_and_switches(strict_desk: Desk) -> None:
    strict_desk.company("alice").panel().sign_in()
    card = now_used_by_bob(strict_desk)

    expect(card.panel().text).to_contain_text("Alice Berg (alice@acme.example)")
    expect(card.panel().text).not_to_contain_text("+47")
    wait_until_closed(card.panel().press("Switch user"))

    expect(card.panel().facts.heading).to_contain_text("Acme")
    expect(card.panel().text).to_contain_text("Bob Nygård")


def now_used_by_bob(desk: Desk) -> CompanyCard:
    """Alice leaves, Bob sits down; our panel's session stays behind."""
    desk.sign_out_of_superid()
    desk.sandbox.world.web_sessions.clear()
    return desk.company("bob")


def test_switching_to_the_same_person_again_does_not_loop(strict_desk: Desk) -> None:
    """The address says Bob, SuperID says Alice: each press asks once, and then the page waits for the person."""
    mistype(strict_desk, "usid=<usid>", "usid=6")
    loads: list[str] = []
    card = strict_desk.company("alice")
    wait_until_closed(card.panel().press())
    expect(card.panel().text).to_contain_text("Two different users")
    card.page.on("request", lambda request: note(loads, request))

    window = card.panel().press("Switch user")
    with card.page.expect_request_finished(lambda request: "/panels/" in request.url):
        wait_until_closed(window)
    expect(card.panel().body.get_by_role("button", name="Switch user")).to_be_visible()
    card.page.wait_for_timeout(2500)  # longer than the panel's own rhythm; nothing may happen, so nothing to wait for

    assert len(loads) == 1
    assert len(strict_desk.context.pages) == 2


def note(loads: list[str], request: Request) -> None:
    if request.is_navigation_request() and "/panels/" in request.url:
        loads.append(request.url)
