"""What a person does and sees: a desk with a browser, company cards in SuperOffice Web, our panels on them.

Every method is one thing a person does; every locator one thing he sees, found by the words on it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Frame, FrameLocator, Locator, Page, expect
from playwright.sync_api import TimeoutError as TooLate

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Human, Row, Tenant

NORDLYS, ORESUND = "Cust12345", "Cust67890"
ACME = 17
SCRIPT = 23
"""The company whose name is ``<script>alert(1)</script>``."""
SIDE, TAB, CARD = "side", "tab", "card"
"""Where our panel is: the side panel, the section tab and the www tab of the company card."""


@dataclass
class Desk:
    """One person's browser, beside the world it acts on."""

    context: BrowserContext
    sandbox: Sandbox
    app_url: str

    def company(self, who: str, contact_id: int = ACME, ctx: str = NORDLYS) -> CompanyCard:
        """Open a company in SuperOffice Web in a window of its own, signing in there if it asks."""
        page = self.context.new_page()
        page.goto(self.card_url(contact_id, ctx))
        if self.is_superid(page):
            self.sign_in_at_superid(page, who)
        page.wait_for_url(re.compile(r"/default\.aspx\?"))
        expect(page.locator("#card-head h1")).not_to_be_empty()
        return CompanyCard(self, page)

    def card_url(self, contact_id: int, ctx: str) -> str:
        return f"{self.sandbox.tenant_url(ctx)}/default.aspx?contact.main?contact_id={contact_id}"

    def panel_url(self, contact_id: int = ACME, ctx: str = NORDLYS, associate_id: int | None = 5) -> str:
        """The address SuperOffice gives our company panel."""
        usid = f"&usid={associate_id}" if associate_id else ""
        return f"{self.app_url}/panels/company/?uctx={ctx}{usid}&lang=en-US&contact_id={contact_id}"

    def open(self, address: str) -> Page:
        """A new window at an address of ours, or at a whole one."""
        page = self.context.new_page()
        page.goto(address if address.startswith("http") else self.app_url + address)
        return page

    def is_superid(self, page: Page) -> bool:
        return page.url.startswith(f"{self.sandbox.login_url}/login/")

    def sign_in_at_superid(self, page: Page, who: str) -> None:
        """Type user name and password on SuperID's page."""
        human = self.human(who)
        self.user_name(page).fill(human.email)
        page.get_by_label("Password").fill(human.password)
        page.get_by_role("button", name="Sign in", exact=True).click()

    def user_name(self, page: Page) -> Locator:
        """Where SuperID asks who one is."""
        return page.get_by_label("User name")

    def sign_out_of_superid(self) -> None:
        """SuperID forgets the person; SuperOffice Web and our panels keep their own sessions."""
        page = self.open(f"{self.sandbox.login_url}/login/logout")
        expect(page.get_by_text("You are signed out")).to_be_visible()
        page.close()

    def human(self, who: str) -> Human:
        return self.sandbox.world.humans[who]

    def tenant(self, ctx: str = NORDLYS) -> Tenant:
        return self.sandbox.world.tenants[ctx]

    def record(self, contact_id: int = ACME, ctx: str = NORDLYS) -> Row:
        """The company as SuperOffice stores it."""
        return self.tenant(ctx).table("contact")[contact_id]

    def changes(self, contact_id: int = ACME) -> list[int]:
        """Status of every call to NetServer that changed or tried to change the company."""
        path = f"/api/v1/Contact/{contact_id}"
        calls = [call for call in self.sandbox.world.calls if call["path"].endswith(path)]
        return [call["status"] for call in calls if call["method"] != "GET"]


@dataclass
class CompanyCard:
    """A company in SuperOffice Web, and the panels around it."""

    desk: Desk
    page: Page

    @property
    def title(self) -> Locator:
        return self.page.locator("#card-head h1")

    @property
    def phone(self) -> Locator:
        """The number on SuperOffice's own card."""
        return self.page.locator("#card-body dl.facts > div", has=self.page.get_by_text("Phone:", exact=True)).locator(
            "dd"
        )

    def panel(self, place: str = SIDE) -> CompanyPanel:
        return CompanyPanel(self, place)

    def show(self, place: str) -> CompanyPanel:
        """Click the tab of one of our panels."""
        self.page.get_by_role("tab", name=f"Sidecard ({place})").click()
        return self.panel(place)

    def show_at_once(self, *places: str) -> None:
        """Click several tabs in the same moment, so that their panels load side by side."""
        names = [f"Sidecard ({place})" for place in places]
        self.page.evaluate(
            """names => names.forEach(name =>
                 [...document.querySelectorAll("[data-panel]")]
                   .find(tab => name === (tab.ariaLabel ?? tab.textContent.trim())).click())""",
            names,
        )

    def next(self) -> None:
        """Go to the next company."""
        before = self.title.inner_text()
        self.page.get_by_role("link", name="Next", exact=True).click()
        expect(self.title).not_to_have_text(before)


@dataclass
class CompanyPanel:
    """Our company panel in one of the iframes of a card."""

    card: CompanyCard
    place: str

    @property
    def name(self) -> str:
        """The frame's name, as the administrator registered it."""
        return f"sidecard.company.{self.place}"

    @property
    def body(self) -> FrameLocator:
        return self.card.page.frame_locator(f"iframe[name='{self.name}']")

    @property
    def frame(self) -> Frame:
        """The frame itself, once its page and its scripts are there."""
        expect(self.body.locator("main")).to_be_visible()
        frame = self.card.page.frame(name=self.name)
        assert frame is not None
        frame.wait_for_load_state()
        return frame

    @property
    def text(self) -> Locator:
        return self.body.locator("body")

    @property
    def sign_in_button(self) -> Locator:
        return self.body.get_by_role("button", name="Sign in", exact=True)

    def press(self, button: str = "Sign in") -> Page:
        """Press a button that opens our window; returns the window."""
        expect(self.body.get_by_role("button", name=button, exact=True)).to_be_visible()
        return pressed(self.card.page, self.frame.get_by_role("button", name=button, exact=True))

    def sign_in(self) -> None:
        """Sign in by the panel's button. SuperID knows the person already, so the window closes by itself."""
        wait_until_closed(self.press())
        expect(self.facts.heading).to_be_visible()

    def sign_out(self) -> None:
        self.frame.get_by_role("button", name="Sign out").click()
        expect(self.sign_in_button).to_be_visible()

    def enter(self) -> None:
        """Bring the keyboard to the panel: the next Tab reaches the first thing in it."""
        wait_until_loaded(self.body)
        self.card.page.locator(f"iframe[name='{self.name}']").focus()

    @property
    def facts(self) -> Facts:
        return Facts(self.body)


@dataclass
class Facts:
    """The company's facts as our panel shows them, framed or on a page of its own, and the form that corrects them."""

    body: FrameLocator | Page

    @property
    def heading(self) -> Locator:
        return self.body.locator("#company-name")

    @property
    def edit_link(self) -> Locator:
        return self.body.get_by_role("link", name="Edit the facts")

    @property
    def form(self) -> Locator:
        return self.body.locator("form.edit")

    def field(self, label: str) -> Locator:
        return self.form.get_by_label(re.compile(rf"^{re.escape(label)}:?$"))

    def value(self, label: str) -> Locator:
        """What stands beside a label."""
        return self.body.locator("#facts dl > div", has=self.body.get_by_text(label, exact=True)).locator("dd")

    def edit(self) -> None:
        """Open the form, and begin when one of its fields has the focus: it would take what is typed before."""
        expect(self.edit_link).to_be_visible()
        wait_until_loaded(self.body)
        self.edit_link.click()
        expect(self.form.locator(":focus")).to_have_count(1)

    def save(self) -> None:
        self.form.get_by_role("button", name="Save").click()

    def correct(self, label: str, text: str) -> None:
        """Edit one fact and see it saved."""
        self.edit()
        self.field(label).fill(text)
        self.save()
        expect(self.value(label)).to_have_text(text)


@dataclass
class Search:
    """The search in the head of our own pages."""

    page: Page

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("searchbox", name="Search for a company, a person or a sale")

    @property
    def hits(self) -> Locator:
        return self.page.locator("#found .hits a")

    def hit(self, name: str) -> Locator:
        return self.hits.filter(has_text=name)

    def type(self, words: str) -> None:
        """Type key by key; hits follow by themselves."""
        expect(self.box).to_be_visible()
        wait_until_loaded(self.page)
        self.box.press_sequentially(words)


def wait_until_loaded(body: FrameLocator | Page) -> None:
    """Until the page's scripts have run. A person takes longer than that to reach for the mouse."""
    body.locator("body").evaluate(
        """() => document.readyState === "complete" ||
                 new Promise((done) => addEventListener("load", () => done(true), { once: true }))"""
    )


def pressed(page: Page, button: Locator) -> Page:
    """Press a button that opens a window; returns the window.

    Once in many hundred times Chromium on a busy machine loses a click on its way into another process's frame: that
    one is made again, as a person would. A click that arrived and opened nothing fails.
    """
    arrived = button.evaluate_handle(ARRIVED)
    try:
        with page.expect_popup() as opening:
            button.click()
    except TooLate:
        assert not arrived.evaluate("(seen) => seen.arrived"), "the click arrived and opened no window"
        with page.expect_popup() as opening:
            button.click()
    return opening.value


ARRIVED = """(button) => {
  const seen = { arrived: false };
  document.addEventListener("click", () => { seen.arrived = true; }, { capture: true });
  return seen;
}"""


def wait_until_closed(window: Page, doing: Callable[[], None] | None = None) -> None:
    """Wait for a window to close by itself, after ``doing`` what makes it so."""
    if doing is not None:
        doing()
    if not window.is_closed():
        window.wait_for_event("close")
