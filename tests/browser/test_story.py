"""The whole story, from a first visit to a corrected phone number, with third-party cookies blocked and allowed."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import ACME, CARD, NORDLYS, ORESUND, SIDE, TAB, Desk, wait_until_closed

NEW_NUMBER = "+47 22 00 11 22"


def test_sign_in_once_correct_a_number_and_see_superoffice_show_it(desk: Desk) -> None:
    card = desk.company("alice", ACME)
    expect(card.phone).to_have_text(desk.record()["phones"][0]["value"])
    card.page.evaluate("() => { window.neverReloaded = true; }")

    card.panel().sign_in()
    expect(card.panel().facts.heading).to_contain_text("Acme")
    card.panel().facts.correct("Switchboard", NEW_NUMBER)

    expect(card.phone).to_have_text(NEW_NUMBER)
    assert card.page.evaluate("() => window.neverReloaded") is True
    assert desk.record()["phones"][0]["value"] == NEW_NUMBER
    assert desk.changes() == [200]


def test_the_next_company_needs_no_sign_in(desk: Desk) -> None:
    card = desk.company("alice", ACME)
    panel = card.panel()
    panel.sign_in()
    windows = len(desk.context.pages)

    card.next()

    expect(card.title).to_contain_text("Bjørkeli Møbler AS")
    expect(panel.facts.heading).to_contain_text("Bjørkeli Møbler AS")
    expect(panel.text).not_to_contain_text("Acme")
    assert len(desk.context.pages) == windows


def test_three_panels_on_one_card_are_signed_in_by_one_window(desk: Desk) -> None:
    """A cold cookie jar, three pages loaded side by side: the cookies of two are overwritten by the third's."""
    card = desk.company("alice", ACME)
    desk.context.clear_cookies(domain="127.0.0.1")
    card.page.reload()
    card.show_at_once(SIDE, TAB, CARD)
    for place in (SIDE, TAB, CARD):
        expect(card.panel(place).sign_in_button).to_be_visible()

    wait_until_closed(card.panel(TAB).press())

    for place in (SIDE, TAB, CARD):
        expect(card.panel(place).facts.heading).to_contain_text("Acme")
    for place, number in ((SIDE, "+47 11 11 11 11"), (TAB, "+47 22 22 22 22"), (CARD, "+47 33 33 33 33")):
        card.panel(place).facts.correct("Switchboard", number)
    assert desk.changes() == [200, 200, 200]


def test_an_identity_provider_that_severs_the_window(desk: Desk) -> None:
    """With COOP ``same-origin`` at SuperID, the panel and its window cannot see each other any more."""
    desk.sandbox.world.login.coop = True
    card = desk.company("alice", ACME)
    desk.sign_out_of_superid()

    window = card.panel().press()
    expect(desk.user_name(window)).to_be_visible()
    assert window.evaluate("() => window.opener") is None
    wait_until_closed(window, lambda: desk.sign_in_at_superid(window, "alice"))

    expect(card.panel().facts.heading).to_contain_text("Acme")


def test_two_customers_in_one_browser(desk: Desk, oresund_has_panels: None) -> None:
    """One session, one cookie, two customers: each panel shows its own, and one can be left alone."""
    desk.tenant(ORESUND).approved = True
    nordlys = desk.company("kim", ACME, NORDLYS)
    oresund = desk.company("kim", 2, ORESUND)
    nordlys.panel().sign_in()
    expect(oresund.panel().sign_in_button).to_be_visible()
    oresund.panel().sign_in()

    expect(nordlys.panel().facts.heading).to_contain_text("Acme")
    expect(oresund.panel().facts.heading).to_have_text("Skagen Fiskeeksport A/S")
    expect(oresund.panel().text).not_to_contain_text("Acme")

    nordlys.panel().sign_out()
    oresund.page.reload()
    expect(oresund.panel().facts.heading).to_have_text("Skagen Fiskeeksport A/S")
    oresund.panel().facts.correct("Switchboard", "+45 33 00 00 00")
    nordlys.page.reload()
    expect(nordlys.panel().sign_in_button).to_be_visible()
    expect(nordlys.panel().text).not_to_contain_text("Acme")


def test_two_customers_whose_windows_are_open_at_the_same_time(strict_desk: Desk, oresund_has_panels: None) -> None:
    """Whoever finishes first changes the session's key under the other."""
    strict_desk.tenant(ORESUND).approved = True
    nordlys = strict_desk.company("kim", ACME, NORDLYS)
    oresund = strict_desk.company("kim", 2, ORESUND)
    strict_desk.sign_out_of_superid()
    first, second = nordlys.panel().press(), oresund.panel().press()
    for window in (first, second):
        expect(strict_desk.user_name(window)).to_be_visible()

    wait_until_closed(first, lambda: strict_desk.sign_in_at_superid(first, "kim"))
    expect(nordlys.panel().facts.heading).to_contain_text("Acme")
    wait_until_closed(second, lambda: strict_desk.sign_in_at_superid(second, "kim"))

    expect(oresund.panel().facts.heading).to_have_text("Skagen Fiskeeksport A/S")


def test_signing_out_in_one_panel_reaches_the_others(desk: Desk) -> None:
    card = desk.company("alice", ACME)
    card.panel().sign_in()
    tab = card.show(TAB)
    expect(tab.facts.heading).to_contain_text("Acme")

    card.panel().sign_out()

    expect(tab.sign_in_button).to_be_visible()
    expect(tab.facts.heading).to_have_count(0)
    card.page.reload()
    expect(card.title).to_contain_text("Acme")
    expect(card.panel().sign_in_button).to_be_visible()
