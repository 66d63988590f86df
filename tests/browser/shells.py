"""Every panel of the catalogue in every shell it may be met in: the addresses, and a page that frames them."""

from __future__ import annotations

from playwright.sync_api import Frame, Page

from panel.panels.catalogue import panels
from tests.browser.people import ACME, NORDLYS, Desk, wait_until_loaded
from tests.sandbox.showpieces import CARDS

SIDE, WIDE_SIDE, TAB = 300, 400, 900
"""Widths of SuperOffice's side panel as it opens, drawn wider, and of a section tab."""
DESKTOP, PHONE, ZOOMED = 1280, 375, 320
"""Widths of a window of our own, of SuperOffice Mobile, and of a window of 1280 at 400 % [wcag22 1.4.10]."""


FRAMES = """([src, widths]) => {
  document.body.style.display = "block";
  document.body.replaceChildren(...widths.map((width) =>
    Object.assign(document.createElement("iframe"), { name: `w${width}`, src, width, height: 900 })));
  for (const frame of document.body.children) frame.style.border = 0;
}"""


def address(desk: Desk, slug: str, **more: str) -> str:
    """The panel on its showpiece, as Alice's SuperOffice would address it."""
    needs = panels()[slug].needs
    record = {needs: str(CARDS[needs])} if needs else {}
    said = {"uctx": NORDLYS, "usid": "5", "lang": "en-US"} | record | more
    return f"{desk.app_url}/panels/{slug}/?" + "&".join(f"{name}={value}" for name, value in said.items())


def sign_in_everywhere(desk: Desk) -> Page:
    """Alice, in the frames of SuperOffice's site and in windows of our own; gives one of these."""
    card = desk.company("alice")
    card.panel().sign_in()
    page = desk.open("/")
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    page.get_by_role("banner").get_by_text("Alice Berg").wait_for()
    card.page.close()
    return page


def framed(desk: Desk, page: Page, slug: str, *widths: int) -> dict[int, Frame]:
    """The panel in frames of these widths, by width, side by side in SuperOffice Web."""
    page.goto(desk.card_url(ACME, NORDLYS))
    page.evaluate(FRAMES, [address(desk, slug), widths])
    found = {}
    for width in widths:
        page.frame_locator(f"iframe[name=w{width}]").locator("main .card").first.wait_for()
        frame = page.frame(name=f"w{width}")
        assert frame is not None
        settled(frame)
        assert frame.evaluate("() => innerWidth") == width
        found[width] = frame
    return found


def alone(page: Page, url: str, width: int) -> Frame:
    """The panel in a window of its own."""
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(url)
    wait_until_loaded(page)
    settled(page.main_frame)
    return page.main_frame


def settled(frame: Frame) -> None:
    """Until what was painted from memory is confirmed, and fonts are there."""
    frame.locator(".seen").wait_for(state="detached")
    frame.evaluate("() => document.fonts.ready.then(() => true)")
