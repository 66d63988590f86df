"""The client in a real browser: panels outlive navigation and may ask for exactly three things."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Frame, Page, expect, sync_playwright

from tests.browser import chromium
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row

pytestmark = pytest.mark.browser

PANEL = """<!doctype html><p id="path">{path}</p><p id="load">{load}</p><input id="typed">
<script>function send(command, argument) {{ parent.postMessage({{ command, arguments: argument }}, "*") }}</script>"""


class PanelPages(BaseHTTPRequestHandler):
    """A partner's panel that shows its own address and how many pages were served before."""

    loads = 0

    def do_GET(self) -> None:
        PanelPages.loads += 1
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(PANEL.format(path=self.path, load=PanelPages.loads).encode())

    def log_message(self, *_args: object) -> None:
        """Nothing to tell."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = chromium.for_a_test(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=chromium.QUIET)
        yield browser
        browser.close()


@pytest.fixture
def panels(sandbox: Sandbox) -> Iterator[dict[int, Row]]:
    """The tenant's web panels, led to pages of ours."""
    with ThreadingHTTPServer(("127.0.0.1", 0), PanelPages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        rows = sandbox.world.tenants["Cust12345"].rows["webpanel"]
        for row in rows.values():
            row |= {"url": f"http://127.0.0.1:{server.server_address[1]}/?c=<cuid>&l=<lanc>", "url_encoding": "None"}
        yield rows
        server.shutdown()


@pytest.fixture
def page(sandbox: Sandbox, browser: Browser, panels: dict[int, Row]) -> Iterator[Page]:
    """Acme's card, after signing in as Alice at SuperID."""
    context = browser.new_context(viewport={"width": 1456, "height": 823})
    page = context.new_page()
    page.goto(f"{sandbox.tenant_url('Cust12345')}/default.aspx?contact.main?contact_id=17")
    human = sandbox.world.humans["alice"]
    page.fill("input[name=username]", human.email)
    page.fill("input[name=password]", human.password)
    page.press("input[name=password]", "Enter")
    expect(page.locator("h1")).to_contain_text("Acme")
    yield page
    context.close()


def side(page: Page) -> Frame:
    expect(page.frame_locator("iframe[name='sidecard.company.side']").locator("#load")).to_be_visible()
    frame = page.frame(name="sidecard.company.side")
    assert frame is not None
    return frame


def test_the_side_panel_opens_at_once_and_follows_the_record(page: Page) -> None:
    panel = side(page)
    assert panel.inner_text("#path") == "/?c=17&l=en-US"
    page.click("a[aria-label=Next]")
    expect(page.locator("h1")).to_contain_text("Bjørkeli")
    expect(page.frame_locator("iframe[name='sidecard.company.side']").locator("#path")).not_to_contain_text("c=17&")
    page.go_back()
    expect(page.locator("h1")).to_contain_text("Acme")
    expect(page.frame_locator("iframe[name='sidecard.company.side']").locator("#path")).to_contain_text("c=17&")


def test_a_toolbar_s_panel_fills_the_page(page: Page, panels: dict[int, Row]) -> None:
    panels[5] |= {"visible_in": "ButtonPanelTask"}
    page.reload()
    page.get_by_role("button", name="My day").press("Enter")
    expect(page.frame_locator("iframe[name='sidecard.my-day.button']").locator("#typed")).to_be_visible()
    expect(page.get_by_role("button", name="My day")).to_have_attribute("aria-pressed", "true")


def test_the_task_menu_leads_on_by_keyboard(page: Page, sandbox: Sandbox) -> None:
    link = {"TaskType": "SoProtocol", "UrlOrSoprotocol": "soprotocol:contact.main.salearchive?contact_id=<cuid>"}
    given = {"name": "See sales", "tooltip": "", "TableName": "contact", "ShowInClient": "Web", "Encoding": "None"}
    item = given | link | {"rank": 1, "deleted": False}
    sandbox.world.tenants["Cust12345"].lists["taskmenu"] = {1: item}
    page.reload()
    page.get_by_text("Task", exact=True).press("Enter")
    page.get_by_role("link", name="See sales").press("Enter")
    expect(page.locator("#archive-head [aria-selected=true]")).to_have_text("Sales")


def test_a_panel_is_not_loaded_again_while_its_url_is_the_same(page: Page) -> None:
    panel = side(page)
    panel.fill("#typed", "half a sentence")
    page.click("text=Activities")
    expect(page.locator("#archive-head [aria-selected=true]")).to_have_text("Activities")
    page.click("#archive-body tr[data-place] >> nth=0")
    expect(page.locator("#archive-body tr.selected")).to_have_count(1)
    assert panel.input_value("#typed") == "half a sentence"


def test_a_tab_loads_when_it_is_shown_first_and_keeps_its_page(page: Page) -> None:
    side(page)
    assert page.frame(name="sidecard.company.tab") is None
    page.click("#archive-head >> text=Sidecard (tab)")
    tab = page.frame_locator("iframe[name='sidecard.company.tab']")
    tab.locator("#typed").fill("kept")
    page.click("#archive-head >> text=Sales")
    expect(page.locator("#archive-body")).to_contain_text("Sale name")
    page.click("#archive-head >> text=Sidecard (tab)")
    expect(tab.locator("#typed")).to_have_value("kept")


def test_always_reload_reloads_when_the_tab_is_shown_again(page: Page, panels: dict[int, Row]) -> None:
    panels[2]["always_reload"] = True
    page.reload()
    page.click("#archive-head >> text=Sidecard (tab)")
    tab = page.frame_locator("iframe[name='sidecard.company.tab']")
    first = tab.locator("#load").inner_text()
    page.click("#archive-head >> text=Sales")
    page.click("#archive-head >> text=Sidecard (tab)")
    expect(tab.locator("#load")).not_to_have_text(first)


def test_never_reload_keeps_the_page_of_the_first_record(page: Page, panels: dict[int, Row]) -> None:
    panels[1]["never_reload_on_current_change"] = True
    page.reload()
    panel = side(page)
    page.click("a[aria-label=Next]")
    expect(page.locator("h1")).to_contain_text("Bjørkeli")
    assert panel.inner_text("#path") == "/?c=17&l=en-US"


def test_refresh_shows_the_new_number_and_leaves_the_panel_alone(page: Page, sandbox: Sandbox) -> None:
    panel = side(page)
    load = panel.inner_text("#load")
    panel.fill("#typed", "kept")
    sandbox.world.tenants["Cust12345"].rows["contact"][17]["phones"][0]["value"] = "+47 00 11 22 33"
    panel.evaluate("send('refresh')")
    expect(page.locator("#card-body")).to_contain_text("+47 00 11 22 33")
    assert (panel.inner_text("#load"), panel.input_value("#typed")) == (load, "kept")


def test_refresh_keeps_what_is_typed_on_the_card(page: Page) -> None:
    panel = side(page)
    page.click("a[aria-label=Edit]")
    page.fill("input[name=phones]", "+47 55 55 55 55")
    panel.evaluate("send('refresh')")
    page.wait_for_load_state("networkidle")
    expect(page.locator("input[name=phones]")).to_have_value("+47 55 55 55 55")
    page.click("text=Save")
    expect(page.locator("#card-body")).to_contain_text("+47 55 55 55 55")


def test_soprotocol_navigates_and_open_document_says_so(page: Page) -> None:
    panel = side(page)
    page.click("#archive-head >> text=Sidecard (tab)")
    panel.evaluate("send('openDocument', 1000)")
    expect(page.locator("#notice")).to_contain_text("Document 1000")
    panel.evaluate("send('soprotocol', 'contact.main.salearchive?contact_id=17')")
    expect(page.locator("#archive-body")).to_contain_text("Sale name")
    expect(page.locator("#archive-body")).to_be_visible()
    assert page.url.endswith("/default.aspx?contact.main.salearchive?contact_id=17")


def test_a_navigator_panel_fills_the_page_and_gives_way_when_it_navigates(page: Page, panels: dict[int, Row]) -> None:
    panels[2] |= {"visible_in": "NavigatorButton", "name": "My day", "window_name": "own.day"}
    page.reload()
    page.click("#navigator >> text=My day")
    expect(page.frame_locator("iframe[name='own.day']").locator("#path")).to_be_visible()
    expect(page.locator("#card")).to_be_hidden()
    panel = page.frame(name="own.day")
    assert panel is not None
    panel.evaluate("send('soprotocol', 'person.main?person_id=5')")
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#card-head")).to_contain_text("Contact")


@pytest.mark.parametrize(
    "message", ["{command: 'delete'}", "{command: 'soprotocol', arguments: 'javascript:alert(1)'}", "'refresh'", "null"]
)
def test_other_messages_are_ignored(page: Page, sandbox: Sandbox, message: str) -> None:
    panel = side(page)
    with page.expect_console_message(lambda said: "ignored message" in said.text):
        panel.evaluate(f"parent.postMessage({message}, '*')")
    assert page.url.endswith("?contact.main?contact_id=17")


def test_a_window_that_is_no_panel_is_ignored(page: Page) -> None:
    side(page)
    with page.expect_console_message(lambda said: "ignored message" in said.text):
        page.evaluate("postMessage({command: 'soprotocol', arguments: 'diary'}, '*')")
    assert page.url.endswith("?contact.main?contact_id=17")


def test_a_link_to_the_window_name_loads_into_that_panel(page: Page) -> None:
    panel = side(page)
    page.click("#archive-head >> text=Sidecard (tab)")
    tab = page.frame_locator("iframe[name='sidecard.company.tab']")
    expect(tab.locator("#path")).to_be_visible()
    panel.evaluate("open('/linked', 'sidecard.company.tab')")
    expect(tab.locator("#path")).to_have_text("/linked")


def test_a_session_that_ended_leads_back_through_superid(page: Page, sandbox: Sandbox) -> None:
    side(page)
    sandbox.world.web_sessions.clear()
    page.click("a[aria-label=Next]")
    expect(page.locator("h1")).to_contain_text("Bjørkeli")
    assert len(sandbox.world.web_sessions) == 1
