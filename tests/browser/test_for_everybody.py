"""With a keyboard alone, and with what assistive technology sees: WCAG 2.2 AA as far as axe-core can tell."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Frame, Page, expect

from tests.browser.people import SIDE, TAB, Desk, Search
from tests.sandbox.world import Fault

WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
TYPED = "+47 22 00 11 22"


def violations(place: Page | Frame) -> list[str]:
    """What axe-core finds on a page or in a frame, one line each."""
    found = Axe().run(place, options={"runOnly": WCAG_22_AA, "resultTypes": ["violations"]})
    return [
        f"{rule['id']}: {node['html']} {node['failureSummary']}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


def test_axe_sees_what_is_wrong(strict_desk: Desk) -> None:
    """The test of the tests below."""
    page = strict_desk.context.new_page()
    page.set_content("<html lang=en><title>Page</title><main><button></button><p style='color:#ccc'>pale</p></main>")

    assert {line.split(":")[0] for line in violations(page)} == {"button-name", "color-contrast"}


def test_a_number_is_corrected_with_the_keyboard_alone(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    card.panel().sign_in()
    facts, keys = card.panel().facts, card.page.keyboard
    card.panel().enter()

    keys.press("Tab")
    expect(card.panel().body.get_by_text("How this is judged")).to_be_focused()
    keys.press("Tab")
    expect(facts.edit_link).to_be_focused()
    keys.press("Enter")
    expect(facts.field("Name")).to_be_focused()
    keys.press("Tab")
    keys.press("Tab")
    expect(facts.field("Switchboard")).to_be_focused()
    keys.press("ControlOrMeta+A")
    keys.type(TYPED)
    keys.press("Enter")

    expect(facts.value("Switchboard")).to_have_text(TYPED)
    expect(facts.edit_link).to_be_focused()
    expect(card.panel().body.get_by_role("status").filter(has_text="Saved")).to_be_visible()


def test_giving_up_leads_back_to_where_one_was(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    card.panel().sign_in()
    facts = card.panel().facts
    card.panel().enter()
    facts.edit_link.focus()
    card.page.keyboard.press("Enter")
    expect(facts.field("Name")).to_be_focused()
    facts.form.get_by_role("link", name="Cancel").focus()
    card.page.keyboard.press("Enter")

    expect(facts.edit_link).to_be_focused()
    assert strict_desk.changes() == []


def test_signing_in_with_the_keyboard_alone(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    expect(card.panel().sign_in_button).to_be_visible()
    card.panel().enter()
    card.page.keyboard.press("Tab")
    expect(card.panel().sign_in_button).to_be_focused()
    card.page.keyboard.press("Enter")

    expect(card.panel().facts.heading).to_contain_text("Acme")


def test_axe_finds_nothing_in_the_panels(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    expect(card.panel().sign_in_button).to_be_visible()
    assert violations(card.panel().frame) == []
    card.panel().sign_in()
    expect(card.show(TAB).facts.heading).to_be_visible()
    for place in (SIDE, TAB):
        assert violations(card.panel(place).frame) == []
    card.panel().facts.edit()
    assert violations(card.panel().frame) == []
    card.panel().facts.field("Name").fill("")
    card.panel().facts.save()
    expect(card.panel().facts.form.locator(".errorlist")).to_be_visible()
    assert violations(card.panel().frame) == []


def test_axe_finds_nothing_in_windows_of_our_own(strict_desk: Desk) -> None:
    strict_desk.company("alice")
    popup = strict_desk.open("/signin/popup/")
    expect(popup.get_by_role("status")).to_contain_text("no panel waits")
    assert violations(popup) == []
    page = strict_desk.open(strict_desk.panel_url())
    assert violations(page) == []
    page.get_by_role("link", name="Sign in", exact=True).click()
    assert violations(page) == []
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    expect(page.locator("#company-name")).to_be_visible()
    assert violations(page) == []
    page.goto(f"{strict_desk.app_url}/")
    search = Search(page)
    search.type("acm")
    expect(search.hit("Acme")).to_be_visible()
    assert violations(page) == []
    strict_desk.sandbox.world.faults.append(Fault(status=500))
    search.type("e")
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    assert violations(page) == []
