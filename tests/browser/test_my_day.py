"""A morning with My day: on SuperOffice's navigator and on a page of its own, by mouse and by keyboard alone."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, expect

from tests.browser.people import ACME, NORDLYS, CompanyCard, Desk, pressed, wait_until_closed, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_layout import WATCH, settled
from tests.sandbox.world import Fault, Row

NAME = "sidecard.my-day.button"
PICTURES = os.environ.get("PICTURES", "")
"""A folder for screenshots of each width, to look at."""


@dataclass
class Morning:
    """My day, in SuperOffice's frame or in a window of its own."""

    desk: Desk
    page: Page
    body: FrameLocator | Page

    def row(self, text: str) -> Locator:
        return self.body.get_by_role("listitem").filter(has=self.body.get_by_text(text, exact=True))

    def list(self, name: str) -> Locator:
        return self.body.get_by_role("list", name=name)

    def button(self, name: str) -> Locator:
        return self.body.get_by_role("button", name=name)

    @property
    def status(self) -> Locator:
        return self.body.get_by_role("status").filter(has_text="–")

    def record(self, title: str) -> Row:
        rows = self.desk.tenant().table("appointment").values()
        return next(row for row in rows if row["title"] == title)

    def patches(self) -> int:
        calls = [call for call in self.desk.sandbox.world.calls if call["method"] == "PATCH"]
        return len([call for call in calls if call["status"] == 200])


def on_navigator(desk: Desk) -> tuple[CompanyCard, Morning]:
    """Alice in SuperOffice presses the navigator's button and signs in there."""
    card = desk.company("alice")
    card.page.get_by_role("button", name="My day").click()
    body = card.page.frame_locator(f"iframe[name='{NAME}']")
    sign_in = body.get_by_role("button", name="Sign in", exact=True)
    expect(sign_in).to_be_visible()
    wait_until_loaded(body)
    wait_until_closed(pressed(card.page, sign_in))
    expect(body.locator(".my-day")).to_be_visible()
    wait_until_loaded(body)
    return card, Morning(desk, card.page, body)


def standalone(desk: Desk) -> Morning:
    """Alice comes by our front page."""
    page = desk.open("/")
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    desk.sign_in_at_superid(page, "alice")
    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    wait_until_loaded(page)
    return Morning(desk, page, page)


def test_complete_move_and_undo_on_the_navigator(diary: Desk) -> None:
    _card, day = on_navigator(diary)
    expect(day.list("Overdue").get_by_role("listitem")).to_have_count(2)
    contract = day.record("Send contract")
    before = contract["start"]

    day.button("Complete: Send contract").click()
    expect(day.row("Send contract")).to_contain_text("Completed")
    expect(day.row("Send contract")).to_be_focused()
    expect(day.status).to_contain_text("Completed – Undo")
    assert contract["completed"] is True

    day.row("Send contract").get_by_role("button", name="Undo").click()
    expect(day.button("Complete: Send contract")).to_be_visible()
    assert contract["completed"] is False

    day.row("Send contract").get_by_role("button", name="Tomorrow").click()
    expect(day.row("Send contract")).to_contain_text("Moved")
    assert contract["start"] > before
    day.status.get_by_role("button", name="Undo").click()
    expect(day.button("Complete: Send contract")).to_be_visible()
    assert contract["start"] == before
    assert day.patches() == 4


def test_links_open_superoffices_own_cards(diary: Desk) -> None:
    card, day = on_navigator(diary)

    day.row("Lunch").get_by_role("link", name="Acme, Oslo").click()

    expect(card.page).to_have_url(f"{diary.sandbox.tenant_url(NORDLYS)}/default.aspx?contact.main?contact_id={ACME}")


def test_a_double_click_does_it_once_and_undoes_nothing(diary: Desk) -> None:
    """Nor does it hit the row below."""
    day = standalone(diary)

    day.button("Complete: Send contract").dblclick()

    expect(day.row("Send contract")).to_contain_text("Completed")
    day.page.wait_for_timeout(800)
    expect(day.row("Send contract")).to_contain_text("Completed")
    day.row("Call the board").get_by_role("button", name="Next week").dblclick()
    expect(day.row("Call the board")).to_contain_text("Moved")
    day.page.wait_for_timeout(800)
    expect(day.row("Call the board")).to_contain_text("Moved")
    assert day.patches() == 2


def test_it_looks_done_at_once_and_comes_back_if_it_is_not(diary: Desk) -> None:
    day = standalone(diary)
    diary.sandbox.world.faults.append(Fault("Appointment/", method="PATCH", status=500, delay=2.0, count=1))
    title = day.row("Send contract").get_by_role("link", name="Send contract")

    day.button("Complete: Send contract").click()

    expect(title).to_have_css("text-decoration-line", "line-through", timeout=1900)
    assert day.patches() == 0
    expect(day.row("Send contract").get_by_role("alert")).to_be_visible()
    expect(title).to_have_css("text-decoration-line", "none")
    assert day.record("Send contract")["completed"] is False


def test_with_the_keyboard_alone(diary: Desk) -> None:
    """Complete, undo, pick a date; Enter pressed once too often does nothing."""
    day = standalone(diary)
    keys = day.page.keyboard
    contract = day.record("Send contract")
    day.button("Complete: Send contract").focus()

    keys.press("Enter")
    expect(day.row("Send contract")).to_be_focused()
    keys.press("Enter")
    expect(day.row("Send contract")).to_contain_text("Completed")
    for _ in range(10):
        keys.press("Tab")
        if day.row("Send contract").get_by_role("button", name="Undo").evaluate("e => e === document.activeElement"):
            break
    keys.press("Enter")
    expect(day.button("Complete: Send contract")).to_be_visible()
    expect(day.row("Send contract")).to_be_focused()
    assert contract["completed"] is False

    row = day.row("Send contract")
    row.locator("summary").focus()
    keys.press("Enter")
    row.get_by_label("New date: Send contract").focus()
    row.get_by_label("New date: Send contract").fill("2027-03-01")
    keys.press("Enter")
    expect(row).to_contain_text("Moved")
    assert contract["start"].startswith("2027-03-01T09:00")
    assert contract["completed"] is False


def test_somebody_was_faster(diary: Desk) -> None:
    day = standalone(diary)
    day.record("Send contract").update(start="2027-03-01T09:00:00", end="2027-03-01T10:00:00")

    day.button("Complete: Send contract").click()

    expect(day.row("Send contract").get_by_role("alert")).to_contain_text("Someone changed this meanwhile")
    expect(day.row("Send contract")).to_contain_text("Mar 1, 2027")
    assert day.patches() == 0


def test_it_works_without_javascript(diary: Desk) -> None:
    page = diary.context.new_page()
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/".join([diary.app_url, ""]))
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    diary.sign_in_at_superid(page, "alice")
    page.get_by_role("link", name="My day").click()
    day = Morning(diary, page, page)

    day.button("Complete: Send contract").click()
    expect(page.get_by_role("listitem")).to_contain_text("Completed")
    day.button("Undo").click()
    expect(day.button("Complete: Send contract")).to_be_visible()
    page.get_by_role("link", name="Back to My day").click()

    expect(day.list("Overdue").get_by_role("listitem")).to_have_count(2)
    assert day.record("Send contract")["completed"] is False


def test_nothing_moves_when_a_row_is_completed(diary: Desk) -> None:
    """So that whoever clicks on does not hit another row than he meant."""
    day = standalone(diary)
    day.page.add_init_script(WATCH)
    day.page.reload()
    wait_until_loaded(day.page)
    below = day.row("Lunch").bounding_box()

    day.button("Complete: Send contract").click()
    expect(day.row("Send contract")).to_contain_text("Completed")

    assert day.row("Lunch").bounding_box() == below
    assert settled(day.page.main_frame) == []


@pytest.mark.parametrize("width", [300])
def test_axe_finds_nothing_and_nothing_overflows(diary: Desk, width: int) -> None:
    """WCAG 2.2 AA as far as axe-core can tell, in each state; all widths are looked at with every panel."""
    day = standalone(diary)
    day.page.set_viewport_size({"width": width, "height": 900})
    states = {
        "open": lambda: None,
        "date": lambda: day.row("Lunch").locator("summary").click(),
        "completed": lambda: day.button("Complete: Send contract").click(),
        "moved": lambda: day.row("Call the board").get_by_role("button", name="Tomorrow").click(),
    }
    for name, reach in states.items():
        reach()
        if name == "completed":
            expect(day.row("Send contract")).to_contain_text("Completed")
        if name == "moved":
            expect(day.row("Call the board")).to_contain_text("Moved")
        day.page.wait_for_timeout(300)
        assert violations(day.page) == [], name
        assert day.page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), name
        if PICTURES:
            day.page.screenshot(path=Path(PICTURES) / f"my-day-{width}-{name}.png", full_page=True)


def test_axe_finds_nothing_on_the_navigator(diary: Desk) -> None:
    card, day = on_navigator(diary)
    day.button("Complete: Send contract").click()
    expect(day.row("Send contract")).to_contain_text("Completed")
    frame = card.page.frame(name=NAME)
    assert frame is not None

    day.page.wait_for_timeout(300)
    assert violations(frame) == []
    if PICTURES:
        card.page.screenshot(path=Path(PICTURES) / "my-day-navigator.png")
