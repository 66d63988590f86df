"""The person panel in SuperOffice's contact card and on a page of its own: see what is next, act, be read to."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Frame, FrameLocator, Page, expect

from tests.browser.people import ACME, NORDLYS, Desk, Facts, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row

PICTURES = os.environ.get("PICTURES", "")
"""A folder for pictures of what these tests see."""


@pytest.fixture(autouse=True)
def _panel_on_contact_cards(sandbox: Sandbox) -> None:
    """As the administrator puts the panel of the tab below the contact card on the card itself, too."""
    tenant = sandbox.world.tenants[NORDLYS]
    tab = next(row for row in tenant.table("webpanel").values() if row["visible_in"] == "PersonArchive")
    tenant.table("webpanel")[tenant.next_id("webpanel")] = tab | {
        "name": "Sidecard contact (card)",
        "window_name": "sidecard.person.card",
        "visible_in": "PersonCard",
        "prog_id": "Sidecard.Person.Card",
    }


@dataclass
class PersonPanel:
    """Our person panel, framed or on a page of its own."""

    body: FrameLocator | Page

    def __post_init__(self) -> None:
        self.heading = self.body.locator("#person-name")
        self.activities = self.body.locator("section.activities")
        self.form = self.body.locator("form.edit")

    def open(self, action: str) -> None:
        """Press a button that opens a form; it is ready when one of its fields has the focus."""
        expect(self.activities).to_be_visible()
        wait_until_loaded(self.body)
        self.activities.get_by_role("link", name=action).click()
        expect(self.form.locator(":focus")).to_have_count(1)

    def save(self) -> None:
        self.form.get_by_role("button", name="Save").click()


def kari(desk: Desk) -> int:
    """Acme's first contact."""
    found: int = desk.record(ACME)["person"]
    return found


def contact_card(desk: Desk) -> Page:
    """Alice opens Kari's card in SuperOffice Web, with our panel in its tab, signed in."""
    company = desk.company("alice")
    company.panel().sign_in()
    page = company.page
    page.goto(f"{desk.sandbox.tenant_url(NORDLYS)}/default.aspx?person.main?person_id={kari(desk)}")
    expect(page.locator("#card-head h1")).not_to_be_empty()
    return page


def in_tab(page: Page, place: str = "tab") -> PersonPanel:
    page.get_by_role("tab", name={"tab": "Sidecard (contact)", "card": "Sidecard contact (card)"}[place]).click()
    panel = PersonPanel(page.frame_locator(f"iframe[name='sidecard.person.{place}']"))
    expect(panel.heading).to_be_visible()
    return panel


def follow_ups(desk: Desk, title: str) -> list[Row]:
    rows = desk.tenant().table("appointment").values()
    return [row for row in rows if row["title"] == title and row["person"] == kari(desk)]


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.evaluate("() => document.fonts.ready")
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def frame_of(page: Page, place: str = "tab") -> Frame:
    frame = page.frame(name=f"sidecard.person.{place}")
    assert frame is not None
    return frame


def test_a_call_is_logged_and_the_next_one_planned(strict_desk: Desk) -> None:
    """Embedded: the line says what is next, and both follow-ups are Kari's in SuperOffice, on the reader's clock."""
    page = contact_card(strict_desk)
    panel = in_tab(page)
    picture(page, "embedded")

    panel.open("Log")
    panel.form.get_by_label("What was it about?").fill("Asked about delivery")
    picture(page, "embedded-log")
    panel.save()
    expect(panel.activities.get_by_role("link", name="Asked about delivery")).to_be_visible()
    expect(panel.activities.get_by_role("link", name="Log")).to_be_focused()

    panel.open("Plan")
    zone = page.evaluate("() => Intl.DateTimeFormat().resolvedOptions().timeZone")
    expect(panel.form.locator("#id_time_helptext")).to_have_text(zone)
    panel.form.get_by_label("Date").fill("2027-01-20")
    panel.form.get_by_label("Time").fill("09:30")
    panel.form.get_by_label("What is to be done?").fill("Call back")
    picture(page, "embedded-plan")
    panel.save()
    expect(panel.activities.get_by_role("link", name="Call back")).to_be_visible()
    expect(panel.activities.get_by_text(re.compile(r"Jan 20, 2027, 9:30\sAM")).first).to_be_visible()

    [logged], [planned] = (follow_ups(strict_desk, title) for title in ("Asked about delivery", "Call back"))
    assert (logged["completed"], logged["contact"]) == (True, ACME)
    assert planned["completed"] is False


def test_with_the_keyboard_alone(strict_desk: Desk) -> None:
    page = contact_card(strict_desk)
    panel, keys = in_tab(page), page.keyboard
    wait_until_loaded(panel.body)
    panel.activities.get_by_role("link", name="Plan").focus()
    keys.press("Enter")
    expect(panel.form.get_by_label("Type")).to_be_focused()
    for _ in range(2):
        keys.press("Tab")
    page.wait_for_timeout(50)
    panel.form.get_by_label("What is to be done?").focus()
    keys.type("Send the offer")
    keys.press("Enter")

    expect(panel.activities.get_by_role("link", name="Send the offer")).to_be_visible()
    expect(panel.activities.get_by_role("link", name="Plan")).to_be_focused()
    panel.activities.get_by_role("link", name="Log").focus()
    keys.press("Enter")
    expect(panel.form.get_by_label("Type")).to_be_focused()
    panel.form.get_by_role("link", name="Cancel").focus()
    keys.press("Enter")
    expect(panel.activities.get_by_role("link", name="Log")).to_be_focused()
    assert len(follow_ups(strict_desk, "Send the offer")) == 1


def test_an_impatient_double_click_logs_once(strict_desk: Desk) -> None:
    page = contact_card(strict_desk)
    panel = in_tab(page)
    panel.open("Log")
    panel.form.get_by_label("What was it about?").fill("Twice")
    panel.form.get_by_role("button", name="Save").dblclick()

    expect(panel.activities.get_by_role("link", name="Twice")).to_have_count(1)
    assert len(follow_ups(strict_desk, "Twice")) == 1


def test_what_was_typed_outlives_a_reload(strict_desk: Desk) -> None:
    """SuperOffice shows another tab in between; the form comes back as it was, with its one word."""
    page = contact_card(strict_desk)
    panel = in_tab(page)
    panel.open("Log")
    panel.form.get_by_label("What was it about?").fill("Half a sentence")
    panel.form.get_by_label("Type").select_option("Demo")
    page.reload()
    again = in_tab(page)

    expect(again.form.get_by_label("What was it about?")).to_have_value("Half a sentence")
    expect(again.form.get_by_label("Type")).to_have_value("5")
    again.save()
    expect(again.activities.get_by_role("link", name="Half a sentence")).to_be_visible()


@pytest.mark.parametrize("width", [300])
def test_on_a_page_of_its_own_at_any_width(strict_desk: Desk, width: int) -> None:
    """From the company's people to the person, correct a number, and back; nothing runs over, axe is glad."""
    page = strict_desk.open(strict_desk.panel_url())
    page.set_viewport_size({"width": width, "height": 700})
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    strict_desk.sign_in_at_superid(page, "alice")
    who = strict_desk.tenant().table("person")[kari(strict_desk)]
    page.get_by_role("link", name=f"{who['first_name']} {who['last_name']}").first.click()
    panel = PersonPanel(page)
    expect(panel.heading).to_contain_text(who["last_name"])
    picture(page, f"standalone-{width}")
    assert violations(page) == []
    assert fits(page)

    for action in ("Log", "Plan"):
        panel.open(action)
        picture(page, f"standalone-{width}-{action}")
        assert violations(page) == []
        assert fits(page)
        panel.form.get_by_role("link", name="Cancel").click()
    facts = Facts(page)
    facts.edit()
    picture(page, f"standalone-{width}-edit")
    assert violations(page) == []
    assert fits(page)
    facts.field("Mobile").fill("+47 99 99 99 99")
    facts.save()
    expect(facts.value("Mobile")).to_have_text("+47 99 99 99 99")
    page.get_by_role("link", name="Acme", exact=True).click()
    expect(page.locator("#company-name")).to_contain_text("Acme")


def fits(page: Page) -> bool:
    """Nothing has to be scrolled sideways."""
    found: bool = page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    return found


def test_embedded_axe_finds_nothing(strict_desk: Desk) -> None:
    page = contact_card(strict_desk)
    panel = in_tab(page)
    assert violations(frame_of(page)) == []
    panel.open("Plan")
    assert violations(frame_of(page)) == []
    panel.save()
    expect(panel.form.locator(".errorlist")).to_be_visible()
    picture(page, "embedded-mistake")
    assert violations(frame_of(page)) == []


def test_its_links_open_superoffice_s_own_cards(strict_desk: Desk) -> None:
    page = contact_card(strict_desk)
    panel = in_tab(page)
    wait_until_loaded(panel.body)

    panel.body.get_by_role("link", name="Acme", exact=True).click()

    expect(page.locator("#card-head h1")).to_contain_text("Acme")
    assert "contact_id=17" in page.url
