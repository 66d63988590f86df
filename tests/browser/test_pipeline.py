"""The pipeline tile on a dashboard of SuperOffice Web: whose sales, drawn, and as a table that the keyboard scrolls."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.browser.people import Desk, pressed, wait_until_closed, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_person import picture


def test_a_tile_on_the_dashboard(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    page = card.page
    page.get_by_role("navigation", name="Navigator").get_by_role("link", name="Dashboard").click()
    tile = page.frame_locator("iframe[name='sidecard.pipeline.tile']")
    expect(tile.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    frame = page.frame(name="sidecard.pipeline.tile")
    assert frame is not None
    frame.wait_for_load_state()
    wait_until_closed(pressed(page, frame.get_by_role("button", name="Sign in", exact=True)))
    expect(tile.get_by_role("link", name="Mine")).to_have_attribute("aria-current", "page")

    tile.get_by_role("link", name="All", exact=True).click()
    expect(tile.get_by_role("link", name="All", exact=True)).to_have_attribute("aria-current", "page")
    expect(tile.locator("figcaption").first).to_have_text(re.compile(r"[A-Z]{3}\s+Sum: [\d,.]+ [A-Z]{3}"))
    expect(tile.locator("svg.columns rect").first).to_be_visible()
    wait_until_loaded(tile)

    table = tile.get_by_text("As a table").first
    table.focus()
    page.keyboard.press("Enter")
    expect(tile.get_by_role("table").first).to_be_visible()
    expect(tile.get_by_role("rowheader", name="All stages").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(tile.locator(".wide").first).to_be_focused()
    picture(page, "pipeline-tile")
    framed = page.frame(name="sidecard.pipeline.tile")
    assert framed is not None
    assert violations(framed) == []
