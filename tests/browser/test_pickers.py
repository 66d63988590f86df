"""Choosing by typing: a person by some letters, an item of a long list; by keyboard alone."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import ACME, Desk
from tests.browser.test_for_everybody import violations


def test_a_person_and_an_item_are_chosen_by_keyboard(strict_desk: Desk) -> None:
    tenant = strict_desk.sandbox.world.tenants["Cust12345"]
    for number in range(20):
        name = f'US:"Branch {number}";NO:"Bransje {number}"'
        tenant.lists["business"][100 + number] = tenant.lists["business"][1] | {"name": name, "rank": 50 + number}
    card = strict_desk.company("alice", ACME)
    card.panel().sign_in()
    body, keyboard = card.panel().body, card.page.keyboard

    body.get_by_role("link", name="Plan").press("Enter")
    person = body.get_by_role("combobox", name="Contact")
    person.focus()
    keyboard.type("ka")
    expect(body.get_by_text("Type at least 3 letters.")).to_be_visible()
    keyboard.type("ri")
    found = body.get_by_role("listbox", name="Contact").get_by_role("option")
    expect(found).to_have_text(["Kari Lødemel", "Kari Nygård"])
    assert violations(card.panel().frame) == []
    keyboard.press("ArrowDown")
    keyboard.press("ArrowDown")
    keyboard.press("Enter")
    expect(person).to_have_value("Kari Nygård")
    expect(person).to_have_attribute("aria-expanded", "false")
    body.get_by_label("What is to be done?").fill("Lunch")
    keyboard.press("Enter")
    expect(body.get_by_text("Planned", exact=True)).to_be_visible()
    [made] = [row for row in tenant.table("appointment").values() if row["title"] == "Lunch"]
    assert tenant.table("person")[made["person"]]["last_name"] == "Nygård"

    body.get_by_label("Edit the facts").press("Enter")
    business = body.get_by_role("combobox", name="Business")
    business.fill("bran 17")
    expect(body.get_by_role("listbox", name="Business").get_by_role("option")).to_have_text(["Branch 17"])
    keyboard.press("Enter")
    expect(business).to_have_value("Branch 17")
    business.fill("no such branch")
    keyboard.press("Tab")
    expect(business).to_have_value("Branch 17")
    assert violations(card.panel().frame) == []
    body.get_by_role("button", name="Save").press("Enter")
    expect(body.get_by_text("Saved", exact=True)).to_be_visible()
    assert strict_desk.record()["business"] == 117
