"""The sign-in window when it does not go as planned: closed midway, blocked, refused."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import ORESUND, Desk, wait_until_closed


def test_a_window_closed_midway_can_be_opened_again(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    strict_desk.sign_out_of_superid()
    window = card.panel().press()
    expect(strict_desk.user_name(window)).to_be_visible()
    window.close()

    expect(card.panel().text).to_contain_text("Finish signing in in the window that opened.")
    again = card.panel().press("Try again")
    expect(strict_desk.user_name(again)).to_be_visible()
    wait_until_closed(again, lambda: strict_desk.sign_in_at_superid(again, "alice"))

    expect(card.panel().facts.heading).to_contain_text("Acme")


def test_a_blocked_window_is_explained_and_can_be_tried_again(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    card.panel().frame.evaluate("() => { window.reallyOpen = window.open; window.open = () => null; }")
    card.panel().sign_in_button.click()

    expect(card.panel().body.get_by_text("Allow pop-ups for this page")).to_be_visible()
    card.panel().frame.evaluate("() => { window.open = window.reallyOpen; }")
    card.panel().sign_in()


def test_an_administrator_approves_sidecard_on_the_way(strict_desk: Desk, oresund_has_panels: None) -> None:
    card = strict_desk.company("charlie", 2, ORESUND)

    window = card.panel().press()
    expect(window.get_by_role("heading", name="Approve Sidecard")).to_be_visible()
    expect(window.get_by_text("asks for access to Øresund Partners ApS")).to_be_visible()
    wait_until_closed(window, lambda: window.get_by_role("button", name="I approve").click())

    expect(card.panel().facts.heading).to_have_text("Skagen Fiskeeksport A/S")
    assert strict_desk.tenant(ORESUND).approved_by == "charlie@oresund.example"


def test_others_are_told_that_an_administrator_must_approve(strict_desk: Desk, oresund_has_panels: None) -> None:
    card = strict_desk.company("dora", 2, ORESUND)

    window = card.panel().press()
    expect(window.get_by_role("heading", name="An administrator must approve Sidecard")).to_be_visible()
    window.get_by_role("button", name="Back to Sidecard").click()

    expect(window.get_by_role("alert")).to_contain_text("An administrator of your company has to approve Sidecard")
    expect(card.panel().body.get_by_role("button", name="Try again")).to_be_visible()
    expect(card.panel().text).not_to_contain_text("Skagen")


def test_an_administrator_may_also_say_no(strict_desk: Desk, oresund_has_panels: None) -> None:
    card = strict_desk.company("charlie", 2, ORESUND)

    window = card.panel().press()
    window.get_by_role("button", name="Cancel").click()

    expect(window.get_by_role("heading", name="You are not signed in")).to_be_visible()
    expect(card.panel().text).not_to_contain_text("Skagen")
    assert not strict_desk.tenant(ORESUND).approved
