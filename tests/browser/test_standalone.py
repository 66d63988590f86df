"""The same panels in a window of their own, found by the search."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.people import NORDLYS, Desk, Facts, Search, wait_until_loaded
from tests.sandbox.world import Fault


def arrive(desk: Desk, page: Page, who: str) -> None:
    """From our sign-in page through SuperID and back."""
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, who)


def test_from_the_search_to_a_corrected_company(strict_desk: Desk) -> None:
    page = strict_desk.open("/")
    arrive(strict_desk, page, "alice")
    expect(page.get_by_role("heading", name="My day")).to_be_visible()

    search = Search(page)
    search.type("acm")
    search.hit("Acme").click()
    facts = Facts(page)
    expect(facts.heading).to_contain_text("Acme")
    facts.correct("Switchboard", "+47 22 00 11 22")

    assert strict_desk.record()["phones"][0]["value"] == "+47 22 00 11 22"
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with SuperOffice")).to_be_visible()
    page.goto(strict_desk.panel_url())
    expect(page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    expect(page.locator("body")).not_to_contain_text("Acme")


def test_a_panel_s_address_in_a_window_of_its_own(strict_desk: Desk) -> None:
    """SuperOffice offers "open in separate window" for every panel."""
    page = strict_desk.open(strict_desk.panel_url())
    page.get_by_role("link", name="Sign in", exact=True).click()
    expect(page.locator("body")).to_contain_text(NORDLYS)
    arrive(strict_desk, page, "alice")

    expect(Facts(page).heading).to_contain_text("Acme")
    assert page.url == strict_desk.panel_url()


def test_somebody_of_two_customers_chooses_at_superid(strict_desk: Desk) -> None:
    page = strict_desk.open("/")
    arrive(strict_desk, page, "kim")
    page.get_by_role("link", name=NORDLYS).click()

    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Kim Åkesson")
    expect(page.get_by_role("banner")).to_contain_text("Nordlys Systemer AS")


def test_with_the_keyboard_alone(strict_desk: Desk) -> None:
    """A slash leads to the search, arrow keys through what it finds, Enter opens it, Escape clears it."""
    page = strict_desk.open("/")
    arrive(strict_desk, page, "alice")
    search, keys = Search(page), page.keyboard
    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    wait_until_loaded(page)

    keys.press("/")
    expect(search.box).to_be_focused()
    keys.type("up/")
    expect(search.box).to_have_value("up/")
    keys.press("Escape")
    expect(search.box).to_have_value("")
    keys.type("system")
    expect(search.hit("Acme")).to_be_visible()
    expect(page.locator("#found-says")).to_contain_text("hits")
    keys.press("ArrowDown")
    expect(search.hits.first).to_be_focused()
    keys.press("ArrowUp")
    expect(search.box).to_be_focused()
    keys.press("ArrowUp")
    expect(search.hits.last).to_be_focused()
    page.mouse.click(700, 900)
    expect(search.hits.last).to_be_hidden()
    keys.press("/")
    search.hit("Acme").focus()
    keys.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Upgrade of the control system")
    wait_until_loaded(page)
    keys.press("/")
    expect(search.hits).to_have_text([re.compile("Upgrade of the control system")])


def test_a_late_answer_to_earlier_words_is_given_up(strict_desk: Desk) -> None:
    page = strict_desk.open("/")
    arrive(strict_desk, page, "alice")
    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    search = Search(page)
    given_up: list[str] = []
    page.on("requestfailed", lambda request: given_up.append(request.post_data or ""))
    strict_desk.sandbox.world.faults.append(Fault(path="Contact$", delay=3.0, count=1))
    with page.expect_request(lambda request: "search=acm" in (request.post_data or "")):
        search.type("acm")
    search.box.fill("bjørkeli")

    expect(search.hits).to_have_text([re.compile("Bjørkeli Møbler AS")])
    assert ["search=acm" in data for data in given_up] == [True]


def test_the_search_and_the_form_work_without_javascript(strict_desk: Desk) -> None:
    """Where a script fails to load, everything but SuperOffice's own card still follows."""
    page = strict_desk.context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(f"{strict_desk.app_url}/")
    arrive(strict_desk, page, "alice")
    page.get_by_role("searchbox").fill("acme")
    page.keyboard.press("Enter")
    page.get_by_role("main").get_by_role("link", name="Acme").click()
    facts = Facts(page)
    facts.edit_link.click()
    facts.field("Switchboard").fill("+47 22 00 11 22")
    facts.save()

    expect(facts.value("Switchboard")).to_have_text("+47 22 00 11 22")
    assert strict_desk.record()["phones"][0]["value"] == "+47 22 00 11 22"
