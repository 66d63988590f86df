"""The App Store in a real browser, by keyboard and for everybody who reads it another way."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.test_for_everybody import violations
from tests.sandbox.server import Sandbox

pytestmark = pytest.mark.browser

ASK = "client_id=sidecard-sandbox&response_type=code&scope=openid&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium.for_a_test(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.QUIET)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


def sign_in(page: Page, sandbox: Sandbox, who: str) -> None:
    human = sandbox.world.humans[who]
    page.get_by_label("User name").fill(human.email)
    page.get_by_label("Password").fill(human.password)
    page.keyboard.press("Enter")


def test_an_administrator_ends_access_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    page.goto(f"{sandbox.login_url}/login/appstore/sidecard-sandbox")
    expect(page.get_by_role("link", name="Install", exact=True)).to_be_visible()
    assert violations(page) == []
    page.get_by_role("link", name="Installed apps").press("Enter")
    sign_in(page, sandbox, "alice")
    expect(page.get_by_role("link", name="Configure")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Revoke access").press("Enter")
    expect(page.get_by_text("Access was revoked by alice@acme.example")).to_be_visible()
    assert violations(page) == []
    assert sandbox.world.tenants["Cust12345"].refusal == "Revoked (1)"


def test_an_administrator_approves_again(page: Page, sandbox: Sandbox) -> None:
    sandbox.world.demand_reapproval()
    page.goto(f"{sandbox.login_url}/login/Cust12345/oauth/authorize?{ASK}")
    sign_in(page, sandbox, "alice")
    expect(page.get_by_role("heading")).to_have_text("Approve Sidecard again")
    assert violations(page) == []
    page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(body="Back at the application"))
    page.get_by_role("button", name="I approve").press("Enter")
    expect(page.get_by_text("Back at the application")).to_be_visible()
    assert sandbox.world.tenants["Cust12345"].refusal == ""
