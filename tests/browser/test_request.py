"""The request panel on a page of its own: taken, closed, opened again and noted on, by mouse and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.people import Desk, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_person import fits, picture
from tests.sandbox.world import Row

NARROW, WIDE = 300, 800
CLOSED = 2


@pytest.fixture
def ticket(strict_desk: Desk) -> tuple[int, Row]:
    """A high one, which is Bob's."""
    key, row = next((k, row) for k, row in strict_desk.tenant().table("ticket").items() if row["priority"] == 3)
    row["owner"] = 6
    return key, row


def opened(desk: Desk, query: str, width: int) -> Page:
    page = desk.open(f"/panels/request/?uctx=Cust12345&usid=5&lang=en-US&{query}")
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, "alice")
    expect(page.locator("main .card").first).to_be_visible()
    wait_until_loaded(page)
    return page


def looks_well(page: Page, name: str) -> None:
    picture(page, name)
    assert violations(page) == []
    assert fits(page)


def test_a_request_is_taken_settled_and_noted_on(strict_desk: Desk, ticket: tuple[int, Row]) -> None:
    key, row = ticket
    page = opened(strict_desk, f"ticket_id={key}", NARROW)
    now = page.locator("[aria-current=step]")
    expect(now).to_have_text("Now Open")

    page.get_by_role("button", name="Assign to me").click()
    expect(page.locator("#facts b", has_text="Alice Berg")).to_be_focused()
    expect(page.get_by_role("button", name="Assign to me")).to_have_count(0)
    assert row["owner"] == 5

    page.get_by_role("button", name="Set to Closed").focus()
    page.keyboard.press("Enter")
    expect(now).to_have_text("Now Closed")
    expect(now).to_be_focused()
    assert row["status"] == CLOSED
    page.get_by_role("link", name="Postpone").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Status")).to_be_focused()
    looks_well(page, "request-300-postpone")
    page.get_by_role("button", name="Save").click()
    expect(now).to_have_text("Now Postponed")
    expect(page.get_by_text("Postponed until")).to_be_visible()
    expect(page.get_by_role("link", name="Postpone")).to_be_focused()
    page.get_by_role("button", name="Set to Open").focus()
    page.keyboard.press("Enter")
    expect(now).to_have_text("Now Open")

    page.get_by_role("link", name="Add a note").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("textbox", name="Note")).to_be_focused()
    page.keyboard.type("The sensor is wet.")
    looks_well(page, "request-300-note")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".said .words").first).to_have_text("The sensor is wet.")
    expect(page.get_by_role("link", name="Add a note")).to_be_focused()
    looks_well(page, "request-300")

    page.set_viewport_size({"width": WIDE, "height": 800})
    page.get_by_role("link", name="Assign", exact=True).click()
    expect(page.get_by_role("combobox", name="Owner")).to_be_focused()
    page.get_by_role("combobox", name="Owner").select_option("Kim Åkesson")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Assign to me")).to_be_visible()
    assert row["owner"] == 7
    looks_well(page, "request-800")


def test_a_request_is_created_for_a_contact(strict_desk: Desk) -> None:
    """By keyboard alone; it is in the list then."""
    tenant = strict_desk.tenant()
    person = next(key for key, row in tenant.table("person").items() if row["contact"] == 17)
    page = opened(strict_desk, f"person_id={person}", NARROW)
    expect(page.get_by_text("No open requests.")).to_be_visible()

    page.get_by_role("link", name="Create a request").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Title")).to_be_focused()
    page.keyboard.type("The pump leaks")
    page.get_by_label("Message").focus()
    page.keyboard.type("Since Monday.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_role("link", name="The pump leaks")).to_be_visible()
    expect(page.get_by_role("link", name="Create a request")).to_be_focused()
    looks_well(page, "requests-300")
    [row] = [row for row in tenant.table("ticket").values() if row["title"] == "The pump leaks"]
    assert row["person"] == person


def test_a_request_is_created_for_somebody_at_a_company(strict_desk: Desk) -> None:
    """Who works there is offered before anybody types, and narrowed by two letters; all by keyboard."""
    tenant = strict_desk.tenant()
    who, person = next((key, row) for key, row in tenant.table("person").items() if row["contact"] == 17)
    page = opened(strict_desk, "contact_id=17", NARROW)

    page.get_by_role("link", name="Create a request").focus()
    page.keyboard.press("Enter")
    whom = page.get_by_role("combobox", name="Contact")
    offered = page.get_by_role("listbox", name="Contact").get_by_role("option")
    expect(whom).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(offered).to_have_count(3)
    looks_well(page, "request-300-whose")
    page.keyboard.type(person["last_name"][:2])
    expect(offered.first).to_contain_text(person["last_name"][:2])
    offered.filter(has_text=person["last_name"]).click()
    page.get_by_label("Title").fill("The pump leaks")
    page.get_by_label("Message").fill("Since Monday.")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("link", name="The pump leaks")).to_be_visible()
    expect(page.get_by_role("link", name="Create a request")).to_be_focused()
    [row] = [row for row in tenant.table("ticket").values() if row["title"] == "The pump leaks"]
    assert row["person"] == who
