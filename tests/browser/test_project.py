"""The project panel on a page of its own: its status changed, a follow-up planned, a member found, added, given another
function and taken out.
"""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import ACME, Desk, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_person import fits, picture

NARROW, WIDE = 300, 800


def opened(desk: Desk, key: int, width: int) -> Page:
    page = desk.open(f"/panels/project/?uctx=Cust12345&usid=5&lang=en-US&project_id={key}")
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, "alice")
    expect(page.locator("#project-name")).to_contain_text("Harbour pilot")
    wait_until_loaded(page)
    return page


def looks_well(page: Page, name: str) -> None:
    picture(page, name)
    assert violations(page) == []
    assert fits(page)


def test_a_project_moves_on_and_somebody_joins(strict_desk: Desk) -> None:
    tenant = strict_desk.tenant()
    key, row = next((k, row) for k, row in tenant.table("project").items() if row["name"] == "Harbour pilot")
    joins, person = next((k, one) for k, one in tenant.table("person").items() if one["contact"] == ACME)
    page = opened(strict_desk, key, NARROW)
    expect(page.locator("#facts").get_by_text("Overdue")).to_be_visible()
    looks_well(page, "project-300")

    page.get_by_role("link", name="Change the status").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Status")).to_be_focused()
    page.get_by_role("combobox", name="Status").select_option("Under way")
    page.get_by_role("button", name="Save").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#facts").get_by_text("Under way")).to_be_visible()
    expect(page.get_by_role("link", name="Change the status")).to_be_focused()
    assert row["status"] == 2

    page.set_viewport_size({"width": WIDE, "height": 800})
    page.get_by_role("link", name="Plan", exact=True).click()
    page.get_by_label("What is to be done?").fill("Call the harbour")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Call the harbour")).to_be_visible()

    page.get_by_role("link", name="Add a member").focus()
    page.keyboard.press("Enter")
    whom = page.get_by_role("combobox", name="Contact")
    expect(whom).to_be_focused()
    page.keyboard.type(person["last_name"][:4])
    found = page.get_by_role("option", name=person["last_name"]).first
    expect(found).to_be_visible()
    looks_well(page, "project-800-member")
    page.get_by_role("option", name=f"{person['first_name']} {person['last_name']}, Acme").first.click()
    page.get_by_role("button", name="Save").click()
    members = page.get_by_role("region", name="Members")
    expect(
        members.get_by_role("link", name=f"{person['first_name']} {person['last_name']}", exact=True)
    ).to_be_visible()
    expect(page.get_by_role("link", name="Add a member")).to_be_focused()
    assert [one["person"] for one in tenant.table("project_member").values() if one["project"] == key][-1] == joins
    looks_well(page, "project-800")

    page.get_by_role("link", name=f"Change the function: {person['first_name']} {person['last_name']}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Function")).to_be_focused()
    page.get_by_role("combobox", name="Function").select_option("Sponsor")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Change the function").and_(page.locator(":focus"))).to_be_visible()
    expect(members.get_by_role("listitem").filter(has_text=person["last_name"])).to_contain_text("Sponsor")

    page.set_viewport_size({"width": NARROW, "height": 800})
    page.get_by_role("link", name=f"Remove: {person['first_name']} {person['last_name']}").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Remove")).to_be_focused()
    looks_well(page, "project-300-remove")
    page.keyboard.press("Enter")
    expect(members.get_by_role("listitem").filter(has_text=person["last_name"])).to_have_count(0)
    expect(page.get_by_role("heading", name="Members")).to_be_focused()
    looks_well(page, "project-300-members")
