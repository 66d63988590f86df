"""Somebody whose role in SuperOffice limits him, in a browser: his own records, others' to read, others' hidden."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import ACME, NORDLYS, Desk, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_person import fits, picture

POLARFISK = 27
REASON = "Your role does not allow this"


def looks_well(page: Page, name: str) -> None:
    picture(page, name)
    assert violations(page) == []
    assert fits(page)


def opened(desk: Desk, address: str) -> Page:
    page = desk.open(f"/panels/{address}&uctx={NORDLYS}&usid=8&lang=en-US")
    page.set_viewport_size({"width": 800, "height": 900})
    wait_until_loaded(page)
    return page


def test_eva_reads_acme_and_changes_what_is_hers(strict_desk: Desk) -> None:
    """CERT-39: locked with a reason, no pencil; SuperOffice Web beside it says the same."""
    card = strict_desk.company("eva")
    panel = card.panel()
    panel.sign_in()

    expect(panel.body.locator(".locked")).to_have_attribute("title", REASON)
    expect(panel.body.get_by_role("link", name="Edit the facts")).to_have_count(0)
    expect(card.page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)

    own = strict_desk.company("eva", POLARFISK)
    expect(own.panel().facts.heading).to_contain_text("Polarfisk")
    expect(own.panel().body.get_by_role("link", name="Edit the facts")).to_have_count(1)
    expect(own.page.get_by_role("link", name="Edit", exact=True)).to_have_count(1)


def test_eva_s_pages_of_what_she_may_not_touch(strict_desk: Desk) -> None:
    card = strict_desk.company("eva")
    card.panel().sign_in()
    sale = next(key for key, row in strict_desk.tenant().table("sale").items() if row["associate"] == 6)
    page = strict_desk.open(f"/panels/company/?uctx={NORDLYS}&usid=8&lang=en-US&contact_id={ACME}")
    page.get_by_role("link", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    wait_until_loaded(page)

    project = opened(strict_desk, "project/?project_id=1")
    expect(project.locator(".locked")).to_have_attribute("title", REASON)
    expect(project.get_by_role("link", name="Add a member")).to_have_count(0)
    looks_well(project, "role-project")

    request = opened(strict_desk, "request/?ticket_id=1")
    expect(request.get_by_role("button", name="Closed")).to_have_count(0)
    request.get_by_role("link", name="Add a note").click()
    request.get_by_role("textbox", name="Note").fill("Called twice")
    request.get_by_role("button", name="Save").click()
    expect(request.get_by_text("You do not have the right to create this message")).to_be_visible()
    expect(request.get_by_role("textbox", name="Note")).to_have_value("Called twice")
    looks_well(request, "role-request")

    hidden = opened(strict_desk, f"sale/?sale_id={sale}")
    expect(hidden.get_by_text("SuperOffice does not give you access to this")).to_be_visible()
    looks_well(hidden, "role-sale")
