"""The sale panel on a page of its own: moved by mouse and keyboard, planned on, decided; at any width, for all."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import ACME, NORDLYS, Desk, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_person import fits, picture
from tests.sandbox.world import Row

NARROW, WIDE = 300, 800


@pytest.fixture
def sale(strict_desk: Desk) -> tuple[int, Row]:
    """Acme's open sale in the stage Negotiation."""
    rows = strict_desk.tenant().table("sale").items()
    return next((key, row) for key, row in rows if row["contact"] == ACME and row["stage"] == 4)


def opened(desk: Desk, key: int, width: int) -> Page:
    page = desk.open(f"/panels/sale/?uctx={NORDLYS}&usid=5&lang=en-US&sale_id={key}")
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, "alice")
    expect(page.locator("#sale-name")).to_contain_text("Upgrade")
    wait_until_loaded(page)
    return page


def looks_well(page: Page, name: str) -> None:
    picture(page, name)
    assert violations(page) == []
    assert fits(page)


def test_a_sale_is_moved_on_and_lost(strict_desk: Desk, sale: tuple[int, Row]) -> None:
    key, row = sale
    page = opened(strict_desk, key, NARROW)
    now = page.locator("[aria-current=step]")
    expect(now).to_have_text("Now Negotiation 80%")
    looks_well(page, "sale-300")

    page.get_by_role("button", name="Move to Quote sent 50%").click()
    expect(now).to_have_text("Now Quote sent 50%")
    expect(now).to_be_focused()
    assert (row["stage"], row["probability"]) == (3, 50)
    page.get_by_role("button", name="Move to Need analysis 30%").focus()
    page.keyboard.press("Enter")
    expect(now).to_have_text("Now Need analysis 30%")
    expect(now).to_be_focused()

    page.set_viewport_size({"width": WIDE, "height": 800})
    due = row["date"]
    page.get_by_role("button", name="Postpone: A week").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#facts dl time").first).not_to_have_attribute("datetime", due[:10])
    expect(page.get_by_role("button", name="Postpone: A week")).to_be_focused()
    assert row["date"] > due
    looks_well(page, "sale-800")

    page.get_by_role("link", name="Plan", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Type")).to_be_focused()
    page.get_by_label("What is to be done?").fill("Call back")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Call back")).to_be_visible()
    expect(page.get_by_text("Nothing planned")).to_have_count(0)

    page.get_by_role("link", name="Mark as lost").click()
    expect(page.get_by_label("Reason")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".errorlist")).to_be_visible()
    looks_well(page, "sale-800-lost")
    page.set_viewport_size({"width": NARROW, "height": 800})
    looks_well(page, "sale-300-lost")
    page.get_by_label("Reason").select_option("Price")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(re.compile(r"Lost\s*– Price"))).to_be_visible()
    expect(page.get_by_role("link", name="Edit the facts")).to_be_focused()
    expect(page.get_by_role("button", name="Move to")).to_have_count(0)
    assert row["status"] == "Lost"
