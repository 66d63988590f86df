"""The control page in a real browser: it shows what happens while it happens, and its forms work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.sandbox.server import Sandbox

from .netserver.caller import Caller
from .receiver import Receiver

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium.for_a_test(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.QUIET)
        yield browser
        browser.close()


@pytest.fixture
def control(browser: Browser, sandbox: Sandbox) -> Iterator[Page]:
    """The front page; an error in its script fails the test."""
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(sandbox.login_url + "/")
    expect(page.locator("[data-status]")).to_contain_text("Live")
    yield page
    page.close()
    assert errors == []


def test_calls_appear_by_themselves(control: Page, sandbox: Sandbox) -> None:
    calls = control.locator("[data-list=calls]")
    expect(calls).to_contain_text("Nobody has called yet")
    Caller(sandbox, "bob").send("GET", "v1/Contact/999999")
    row = calls.locator("tbody tr").first
    expect(row).to_contain_text("/Cust12345/api/v1/Contact/999999")
    expect(row).to_contain_text("bob")
    expect(row).to_contain_text("404")
    expect(control.locator("[data-list=tokens] tbody tr")).to_contain_text("in 60 min")


def test_a_fault_comes_and_goes(control: Page, sandbox: Sandbox) -> None:
    form = control.locator("form[data-post=faults]")
    form.get_by_label("Path").fill("^v1/Sale")
    form.get_by_label("Status").fill("503")
    form.get_by_label("Times").fill("2")
    form.get_by_label("Hang up").select_option("")
    form.get_by_role("button", name="Add").click()
    faults = control.locator("[data-list=faults]")
    expect(faults).to_contain_text("answers 503")
    (fault,) = sandbox.world.faults
    assert (fault.path, fault.status, fault.count, fault.drop, fault.ctx) == ("^v1/Sale", 503, 2, None, None)
    faults.get_by_role("button", name="Remove").click()
    expect(faults).to_contain_text("No faults")
    assert sandbox.world.faults == []


def test_a_mistake_is_told(control: Page) -> None:
    form = control.locator("form[data-post=faults]")
    form.get_by_label("Path").fill("(")
    form.get_by_role("button", name="Add").click()
    expect(control.locator("[data-status]")).to_contain_text("That did not work: path")
    form.get_by_label("Path").fill("v1")
    form.get_by_role("button", name="Add").click()
    expect(control.locator("[data-status]")).to_contain_text("Live")


def test_tenants_move_and_are_revoked(control: Page, sandbox: Sandbox) -> None:
    tenants, tenant = control.locator("[data-list=tenants]"), sandbox.world.tenants["Cust12345"]
    tenants.get_by_label("Host of Cust12345").select_option("app")
    expect(tenants.locator("a").first).to_have_attribute("href", f"{sandbox.urls['app']}/Cust12345/default.aspx")
    tenants.get_by_label("State of Cust12345").select_option("Suspended")
    tenants.get_by_role("button", name="Revoke").first.click()
    expect(tenants.locator("tbody tr").first).to_contain_text("revoked")
    assert (tenant.host, tenant.state, tenant.revoked) == ("app", "Suspended", True)
    tenants.get_by_role("button", name="Restore", exact=True).click()
    expect(tenants.locator("tbody tr").first).to_contain_text("approved")


def test_the_clock_and_the_switches(control: Page, sandbox: Sandbox) -> None:
    control.get_by_role("button", name="+ 6 hours").click()
    expect(control.locator("[data-offset]")).to_have_text("(ahead by 6 h)")
    assert sandbox.world.clock_offset == 6 * 3600
    control.get_by_label("SuperID isolates its windows").check()
    control.get_by_label("PATCH honours If-Unmodified-Since").check()
    control.get_by_label("Tell Sidecard of changed tenants").check()
    expect(control.get_by_label("Tell Sidecard of changed tenants")).to_be_checked()
    assert sandbox.world.login.coop
    assert sandbox.world.netserver.patch_honours_unmodified_since
    assert sandbox.world.clients["sidecard-sandbox"].state_push


def test_an_event_is_fired_and_its_delivery_seen(control: Page, sandbox: Sandbox) -> None:
    with Receiver() as receiver:
        wanted = {"Name": "<b>hook</b>", "Events": ["contact.changed"], "TargetUrl": receiver.url}
        Caller(sandbox)("POST", "v1/Webhook", json=wanted)
        webhooks = control.locator("[data-list=webhooks] tbody tr")
        expect(webhooks).to_contain_text("<b>hook</b>")
        form = control.locator("form[data-fire]")
        form.get_by_label("Event").fill("contact.changed")
        form.get_by_role("button", name="Fire").click()
        expect(control.locator("[data-list=deliveries] tbody tr")).to_contain_text("delivered")
        assert [one.json["Event"] for one in receiver.sent] == ["test", "contact.changed"]


def test_a_reset_is_asked_about(control: Page, sandbox: Sandbox) -> None:
    Caller(sandbox)
    control.once("dialog", lambda dialog: dialog.accept())
    control.get_by_role("button", name="Reset the sandbox").click()
    expect(control.locator("[data-list=tokens]")).to_contain_text("Nobody has a token")
