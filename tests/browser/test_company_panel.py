"""The company panel on a page of its own, by keyboard: its pulse, a person, a sale, and what was folded away."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from tests.browser.people import ACME, Desk, wait_until_loaded
from tests.browser.test_sale import NARROW, WIDE, looks_well
from tests.sandbox.world import Row


def opened(desk: Desk, width: int) -> Page:
    page = desk.open(desk.panel_url())
    page.set_viewport_size({"width": width, "height": 900})
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, "alice")
    expect(page.locator("#company-name")).to_contain_text("Acme")
    wait_until_loaded(page)
    return page


def press(link: Locator) -> None:
    link.focus()
    link.page.keyboard.press("Enter")


def named(desk: Desk, table: str, **said: object) -> list[Row]:
    rows = desk.tenant().table(table).values()
    return [row for row in rows if said.items() <= row.items()]


def test_a_salesperson_s_round_by_keyboard(strict_desk: Desk) -> None:
    page = opened(strict_desk, NARROW)
    pulse, form, keys = page.get_by_role("region", name="Pulse"), page.locator("#editing"), page.keyboard
    looks_well(page, "company-300")
    press(pulse.get_by_text("How this is judged"))
    expect(pulse.get_by_text("A next step is planned.")).to_be_visible()
    looks_well(page, "company-300-rule")

    # Kari Nygård works here already; another one is added all the same.
    press(page.get_by_role("link", name="Add a contact"))
    expect(form.get_by_label("First name")).to_be_focused()
    keys.type("Kari")
    keys.press("Tab")
    keys.type("Nygård")
    keys.press("Enter")
    already = form.get_by_role("alert")
    expect(already).to_be_focused()
    expect(already.get_by_role("link", name="Kari Nygård")).to_be_visible()
    expect(form.get_by_label("Last name")).to_have_value("Nygård")
    looks_well(page, "company-300-namesakes")
    press(form.get_by_role("button", name="Create all the same"))
    expect(page.get_by_role("link", name="Kari Nygård")).to_have_count(2)
    expect(page.get_by_role("link", name="Add a contact")).to_be_focused()
    assert len(named(strict_desk, "person", first_name="Kari", last_name="Nygård", contact=ACME)) == 2

    # A sale; the pulse tells what may be expected now.
    page.set_viewport_size({"width": WIDE, "height": 900})
    expected = pulse.locator("dl").inner_text()
    press(page.get_by_role("link", name="Create a sale"))
    expect(form.get_by_label("Sale", exact=True)).to_be_focused()
    keys.type("Pumps")
    form.get_by_label("Amount").fill("1,000,000")
    form.get_by_label("Sale date").fill("2027-01-20")
    looks_well(page, "company-800-sale")
    keys.press("Enter")
    expect(page.get_by_role("link", name="Pumps")).to_be_visible()
    expect(page.get_by_role("link", name="Create a sale")).to_be_focused()
    expect(pulse.locator("dl")).not_to_have_text(expected, use_inner_text=True)
    assert len(named(strict_desk, "sale", heading="Pumps", amount=1_000_000, contact=ACME)) == 1

    press(page.get_by_role("link", name="Log"))
    form.get_by_role("link", name="Cancel").focus()
    keys.press("Enter")
    expect(page.get_by_role("link", name="Log")).to_be_focused()

    projects = page.get_by_role("region", name="Projects")
    projects.locator("summary").focus()
    keys.press("Enter")
    expect(projects.get_by_role("link", name="See them in SuperOffice")).to_have_count(0)
    expect(projects.locator("summary")).to_be_focused()
    looks_well(page, "company-800")


def test_a_company_nobody_knows_yet(strict_desk: Desk) -> None:
    """Everything is empty; each section offers the next step."""
    tenant = strict_desk.tenant()
    for table in ("person", "sale", "appointment"):
        for row in tenant.table(table).values():
            row["contact"] = 0
    page = opened(strict_desk, NARROW)

    expect(page.get_by_text("Needs attention", exact=True)).to_be_visible()
    for step in ("Log", "Plan", "Create a sale", "Add a contact"):
        expect(page.get_by_role("link", name=step)).to_be_visible()
    looks_well(page, "company-300-empty")
