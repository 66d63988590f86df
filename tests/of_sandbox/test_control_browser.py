"""The control page in a real browser: it shows what happens while it happens, and its forms work."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.test_for_everybody import violations
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault

from .netserver.caller import Caller
from .receiver import Receiver, until

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


def test_a_role_is_given(control: Page, sandbox: Sandbox) -> None:
    role = control.get_by_label("Role of bob in Cust12345")
    expect(role).to_have_value("User level 1")
    role.select_option("User level 5")
    expect(control.locator("[data-list=users] tr", has_text="bob@acme")).to_contain_text("Reads most data")
    assert sandbox.world.tenants["Cust12345"].associates["bob"].role == 6


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
    until(lambda: sandbox.world.clients["sidecard-sandbox"].state_push)
    until(lambda: sandbox.world.login.coop and sandbox.world.netserver.patch_honours_unmodified_since)


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


def test_a_failed_call_says_why_and_what_was_said(control: Page, sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    bob.send("GET", "v1/Contact/17")
    bob.send("POST", "v1/Contact", json={"Nmae": "Typo AS"})
    calls = control.locator("[data-list=calls]")
    expect(calls.locator("small.bad")).to_contain_text("has no property Nmae")
    expect(control.get_by_role("link", name="Calls")).to_contain_text("2 1 failed")
    control.get_by_label("Only those that failed").check()
    expect(calls.locator("tbody tr")).to_have_count(1)
    calls.get_by_role("button", name="Details of POST /Cust12345/api/v1/Contact").click()
    expect(calls.get_by_role("group", name="Request")).to_contain_text('"Nmae": "Typo AS"')
    expect(calls.get_by_role("group", name="Request")).to_contain_text(f"Bearer …{bob.token[-4:]}")
    expect(calls.get_by_role("group", name="Answer")).to_contain_text('"ErrorType": "ArgumentException"')
    assert bob.token not in control.content()


def test_what_is_open_stays_open_while_more_comes(control: Page, sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    bob.send("GET", "v1/Contact/999999")
    calls = control.locator("[data-list=calls]")
    calls.get_by_role("button", name="Details of").focus()
    control.keyboard.press("Enter")
    expect(calls.get_by_role("group", name="Answer")).to_contain_text("SoNotFoundException")
    bob.send("GET", "v1/Contact/17")
    expect(calls.locator("tbody tr").first).to_contain_text("/v1/Contact/17")
    expect(calls.get_by_role("group", name="Answer")).to_contain_text("SoNotFoundException")
    expect(calls.get_by_role("button", name="Close")).to_be_focused()
    control.keyboard.press("Enter")
    expect(calls.get_by_role("group")).to_have_count(0)


def test_a_fault_to_begin_with(control: Page, sandbox: Sandbox) -> None:
    form = control.locator("form[data-post=faults]")
    form.get_by_label("Path").fill("^v1/Sale")
    control.get_by_role("button", name="Too many requests").click()
    control.get_by_role("button", name="Answer of a create lost").click()
    expect(form.get_by_role("button", name="Add")).to_be_focused()
    control.keyboard.press("Enter")
    expect(control.locator("[data-list=faults]")).to_contain_text("hangs up after the work")
    (fault,) = sandbox.world.faults
    assert (fault.path, fault.method, fault.drop, fault.count, fault.status) == ("^v1/Sale", "POST", "after", 1, None)


def test_tokens_expire_and_people_are_signed_out(control: Page, sandbox: Sandbox) -> None:
    alice = Caller(sandbox)
    sandbox.world.sessions["a browser's"] = "alice"
    tokens = control.locator("[data-list=tokens] tbody tr")
    tokens.get_by_role("button", name="Expire").click()
    expect(tokens).to_contain_text("expired")
    alice("GET", "v1/Contact/17", 401)
    control.get_by_role("button", name="Sign alice out").click()
    expect(control.locator("[data-list=sessions]")).to_contain_text("Nobody is signed in")
    tokens.get_by_role("button", name="Revoke").click()
    expect(control.locator("[data-list=tokens]")).to_contain_text("Nobody has a token")


def test_a_webhook_in_trouble_is_seen_stopped_and_started(control: Page, sandbox: Sandbox) -> None:
    with Receiver() as receiver:
        alice = Caller(sandbox)
        alice("POST", "v1/Webhook", json={"Name": "hook", "Events": ["contact.changed"], "TargetUrl": receiver.url})
        receiver.answers = [500]
        alice("PATCH", "v1/Contact/17", json={"Department": "Elsewhere"})
        expect(control.locator("[data-list=deliveries] tbody tr")).to_contain_text("delivered")
        expect(control.locator("[data-list=deliveries] .bad")).to_contain_text("500")
        control.get_by_role("button", name="Details of contact.changed").click()
        expect(control.get_by_role("group", name="Request")).to_contain_text('"PrimaryKey": 17')
        webhook = control.locator("[data-list=webhooks] tbody tr")
        webhook.get_by_role("button", name="Stop").click()
        expect(webhook).to_contain_text("Stopped")
        assert alice("GET", "v1/Webhook/1")["State"] == "Stopped"
        webhook.get_by_role("button", name="Start").click()
        expect(webhook).to_contain_text("Active")


def test_the_clock_is_set(control: Page, sandbox: Sandbox) -> None:
    control.get_by_label("A time, UTC").fill("2031-05-14T09:30")
    control.get_by_role("button", name="Set", exact=True).click()
    expect(control.locator("[data-now]")).to_contain_text("2031-05-14 09:30")
    expect(control.get_by_role("link", name="Clock")).to_contain_text("moved")


@pytest.mark.parametrize("width", [400, 1280])
def test_axe_finds_nothing_and_nothing_overflows(control: Page, sandbox: Sandbox, width: int) -> None:
    with Receiver() as receiver:
        alice = Caller(sandbox)
        alice("POST", "v1/Webhook", json={"Name": "hook", "Events": ["contact.changed"], "TargetUrl": receiver.url})
        alice("PATCH", "v1/Contact/17", json={"Department": "Elsewhere"})
        receiver.waits_for(2)
    alice("GET", "v1/Contact/999999", 404)
    sandbox.world.faults.append(Fault("^v1/Sale", status=429, retry_after="5"))
    sandbox.world.sessions["a browser's"] = "alice"
    control.set_viewport_size({"width": width, "height": 900})
    control.get_by_role("button", name="Details of GET").click()
    expect(control.get_by_role("group", name="Answer")).to_contain_text("SoNotFoundException")
    expect(control.locator("[data-list=deliveries]")).to_contain_text("delivered")
    assert violations(control) == []
    assert control.evaluate("document.documentElement.scrollWidth") <= width
