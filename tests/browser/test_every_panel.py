"""Every panel of the catalogue in every shell: accessible, within its width, and without an error in the console."""

from __future__ import annotations

from playwright.sync_api import Frame, Page

from panel.panels.catalogue import panels
from tests.browser.people import Desk
from tests.browser.shells import (
    DESKTOP,
    PHONE,
    SIDE,
    TAB,
    WIDE_SIDE,
    ZOOMED,
    address,
    alone,
    framed,
    sign_in_everywhere,
)
from tests.browser.test_for_everybody import violations

TOO_WIDE = """() => document.documentElement.scrollWidth > document.documentElement.clientWidth
  ? [...document.querySelectorAll("main *")].filter((one) => one.getBoundingClientRect().right > innerWidth)
      .map((one) => one.outerHTML.slice(0, 80)).slice(0, 3).concat("too wide")
  : []"""
TOO_SMALL = """() => [...document.querySelectorAll(".pill, .round, .button")]
  .map((one) => [one, one.getBoundingClientRect()])
  .filter(([one, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5) && !one.matches("span"))
  .map(([one, box]) => `${Math.round(box.width)} x ${Math.round(box.height)}: ${one.outerHTML.slice(0, 80)}`)"""


def complaints(frame: Frame, where: str) -> list[str]:
    found = [*frame.evaluate(TOO_WIDE), *violations(frame)]
    return [f"{where}: {one}" for one in found]


def test_the_look_sees_what_is_too_wide(strict_desk: Desk) -> None:
    """The test of the test below."""
    page = strict_desk.context.new_page()
    page.set_content("<main><p style='width: 3000px'>wide</p></main>")

    assert page.main_frame.evaluate(TOO_WIDE)[-1] == "too wide"


def test_every_panel_in_every_shell(strict_desk: Desk) -> None:
    page = sign_in_everywhere(strict_desk)
    found = listened(page)
    for slug in panels():
        for width, frame in framed(strict_desk, page, slug, SIDE, WIDE_SIDE, TAB).items():
            found += complaints(frame, f"{slug} in a frame of {width}")
        own = alone(page, address(strict_desk, slug), DESKTOP)
        found += complaints(own, f"{slug} on its own")
        page.set_viewport_size({"width": ZOOMED, "height": 900})
        found += complaints(own, f"{slug} at 400 %")
        mobile = alone(page, address(strict_desk, slug, client="pocket"), PHONE)
        found += complaints(mobile, f"{slug} in the mobile app")
        found += [f"{slug} in the mobile app: {small}" for small in mobile.evaluate(TOO_SMALL)]

    assert not found, "\n".join(found)


def listened(page: Page) -> list[str]:
    """What its console says of errors from now on."""
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: heard.append(str(error)))
    return heard
