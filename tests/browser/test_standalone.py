"""The same panels in a window of their own, from the company list."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.people import NORDLYS, CompanyList, Desk, Facts


def arrive(desk: Desk, page: Page, who: str) -> None:
    """From our sign-in page through SuperID and back."""
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, who)


def test_from_the_list_to_a_corrected_company(strict_desk: Desk) -> None:
    page = strict_desk.open("/")
    arrive(strict_desk, page, "alice")
    expect(page.get_by_role("heading", name="Companies")).to_be_visible()
    companies = CompanyList(page)
    expect(companies.company("Bjørkeli Møbler AS")).to_be_visible()

    companies.search("acm")
    expect(companies.company("Bjørkeli Møbler AS")).to_have_count(0)
    companies.company("Acme").click()
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

    expect(CompanyList(page).company("Bjørkeli Møbler AS")).to_be_visible()
    expect(page.get_by_role("banner")).to_contain_text("Kim Åkesson")
    expect(page.get_by_role("banner")).to_contain_text("Nordlys Systemer AS")


def test_the_list_and_the_form_work_without_javascript(strict_desk: Desk) -> None:
    """Where a script fails to load, everything but SuperOffice's own card still follows."""
    page = strict_desk.context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto(strict_desk.panel_url())
    page.get_by_role("link", name="Sign in", exact=True).click()
    arrive(strict_desk, page, "alice")
    facts = Facts(page)
    facts.edit_link.click()
    facts.field("Switchboard").fill("+47 22 00 11 22")
    facts.save()

    expect(facts.value("Switchboard")).to_have_text("+47 22 00 11 22")
    assert strict_desk.record()["phones"][0]["value"] == "+47 22 00 11 22"
