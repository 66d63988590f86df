"""``python -m tests.browser.screenshot`` takes the pictures in ``docs/`` anew, with servers of its own.

``company-panel.png`` is Alice's desk: Acme in SuperOffice Web, our company panel signed in beside it. For each panel of
the catalogue there is a sheet of all its shells, and ``panels.md`` lists them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.browser.people import ACME, Desk

DOCS = Path(__file__).resolve().parent.parent.parent / "docs"
TARGET = DOCS / "company-panel.png"
WIDTH, HEIGHT = 1400, 880
TALLEST = 900
"""Pixels of a panel on its sheet; most of them go on below."""
SHEET = """<!DOCTYPE html><html lang="en"><title>Sheet</title>
<style>
  body { margin: 0; padding: 16px; width: 1260px; display: flex; gap: 16px; align-items: start; font: 15px sans-serif; }
  body { background: #d9dede; }
  figure { margin: 0 0 16px; } img { display: block; zoom: .75; } figcaption { padding-bottom: 4px; }
</style>"""


@contextmanager
def running(folder: Path) -> Iterator[tuple[object, str]]:
    """A sandbox and Sidecard in this process, as tests have them, on a database in ``folder``."""
    os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'screenshot.sqlite3'}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "panel.settings"
    from tests import environment  # noqa: I001  # it sets what Django's settings read

    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    from tests.conftest import Application
    from tests.sandbox.server import Sandbox

    application = Application()
    sandbox = Sandbox(port=environment.CRM_PORT, app_url=application.url).start()
    application.start()
    try:
        yield sandbox, application.url
    finally:
        application.stop()
        sandbox.stop()


@contextmanager
def browser(folder: Path) -> Iterator[BrowserContext]:
    """A browser as the tests have it."""
    with sync_playwright() as playwright:
        path = chromium.executable(playwright)
        if path is None:
            sys.exit("no Chromium was found: set CHROMIUM=/path/to/chromium")
        defaults = chromium.switches(playwright.chromium, path, folder / "switches")
        context = chromium.launch(playwright.chromium, path, folder / "profile", defaults, blocked=True)
        yield context
        context.close()


def take(desk: Desk) -> None:
    """Take the picture when all is painted."""
    card = desk.company("alice", ACME)
    card.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    expect(card.panel().body.get_by_role("region", name="Open sales").get_by_role("listitem")).not_to_have_count(0)
    card.page.evaluate("() => document.fonts.ready")
    card.panel().frame.evaluate("() => document.fonts.ready")
    card.page.mouse.move(0, HEIGHT)
    TARGET.parent.mkdir(exist_ok=True)
    card.page.screenshot(path=TARGET)


def take_sheets(desk: Desk, page: Page) -> list[Path]:
    """Each panel in its shells, on one picture."""
    from panel.panels.catalogue import panels

    fill_the_day(desk)
    taken = []
    for slug in panels():
        target = DOCS / "panels" / f"{slug}.webp"
        save_sheet(page, list(shots(desk, page, slug)), target)
        taken.append(target)
    return taken


def fill_the_day(desk: Desk) -> None:
    """Follow-ups for Alice: late ones, some for today, some to come."""
    today = datetime.now(UTC).replace(tzinfo=None, hour=12, minute=0, second=0, microsecond=0)
    for days, row in zip((-6, -2, 0, 0, 1, 4), desk.tenant().table("appointment").values(), strict=False):
        start = today + timedelta(days=days)
        times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        row |= {"associate": 5, "completed": False, **times}


def shots(desk: Desk, page: Page, slug: str) -> Iterator[tuple[str, bytes]]:
    """What each shell is called, and the panel in it."""
    from tests.browser import shells

    page.set_viewport_size({"width": WIDTH, "height": 3 * TALLEST})
    for width, frame in shells.framed(desk, page, slug, shells.SIDE, shells.TAB).items():
        expect(frame.get_by_role("button", name="Sign out")).to_be_attached()  # the panel, not the way to it
        height = min(frame.evaluate("() => document.body.scrollHeight"), TALLEST if width == shells.SIDE else 420)
        around = page.locator(f"iframe[name=w{width}]")
        around.evaluate("(frame, height) => frame.height = height", height)
        yield "Side panel" if width == shells.SIDE else "Tab", around.screenshot()
    for caption, width, height, more in (
        ("Page of its own", 900, 420, {}),
        ("SuperOffice Mobile", shells.PHONE, TALLEST, {"client": "pocket"}),
    ):
        shells.alone(page, shells.address(desk, slug, **more), width)
        expect(page.get_by_role("button", name="Sign out")).to_be_attached()
        whole = page.evaluate("() => document.documentElement.scrollHeight")
        page.set_viewport_size({"width": width, "height": min(whole, height)})
        yield caption, page.screenshot()


def save_sheet(page: Page, taken: list[tuple[str, bytes]], target: Path) -> None:
    """Narrow ones beside each other, wide ones below each other."""
    side, tab, own, mobile = (_figure(caption, png) for caption, png in taken)
    sheet = page.context.new_page()
    sheet.set_content(f"{SHEET}{side}{mobile}<div>{tab}{own}</div>")
    sheet.wait_for_function("() => [...document.images].every((one) => one.complete)")
    box = sheet.evaluate("() => [document.body.scrollWidth, document.body.scrollHeight]")
    sheet.set_viewport_size({"width": box[0], "height": box[1]})
    asked = {"format": "webp", "quality": 82}
    answer = page.context.new_cdp_session(sheet).send("Page.captureScreenshot", asked)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(b64decode(answer["data"]))
    sheet.close()


def _figure(caption: str, png: bytes) -> str:
    source = f"data:image/png;base64,{b64encode(png).decode()}"
    return f'<figure><figcaption>{caption}</figcaption><img src="{source}"></figure>'


def write_list() -> Path:
    """``panels.md``: each panel's name, its sentence, its sheet."""
    from panel.panels.catalogue import panels

    lines = ["# Panels", "", "Drawn by `python -m tests.browser.screenshot`, on the sandbox's data.", ""]
    for slug, panel in panels().items():
        sentence = (type(panel).__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ")
        lines += [f"## {panel.title}", "", sentence, "", f"![{panel.title} in its shells](panels/{slug}.webp)", ""]
    target = DOCS / "panels.md"
    target.write_text("\n".join(lines).rstrip() + "\n")
    return target


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sidecard-screenshot-") as name:
        folder = Path(name)
        with running(folder) as (sandbox, app_url), browser(folder) as context:
            desk = Desk(context, sandbox, app_url)
            from tests.browser.shells import sign_in_everywhere

            page = sign_in_everywhere(desk)
            take(desk)
            print(TARGET, *take_sheets(desk, page), write_list(), sep="\n")


if __name__ == "__main__":
    main()
