"""``python -m tests.browser.screenshot`` takes ``docs/company-panel.png`` anew, with servers of its own.

Alice's desk: Acme in SuperOffice Web, our company panel signed in beside it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, expect, sync_playwright

from tests.browser import chromium
from tests.browser.people import ACME, Desk

TARGET = Path(__file__).resolve().parent.parent.parent / "docs" / "company-panel.png"
WIDTH, HEIGHT = 1400, 880


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
    """Sign in in the panel and take the picture when all is painted."""
    card = desk.company("alice", ACME)
    card.page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    card.panel().sign_in()
    expect(card.panel().body.get_by_role("region", name="Open sales").get_by_role("listitem")).not_to_have_count(0)
    card.page.evaluate("() => document.fonts.ready")
    card.panel().frame.evaluate("() => document.fonts.ready")
    card.page.mouse.move(0, HEIGHT)
    TARGET.parent.mkdir(exist_ok=True)
    card.page.screenshot(path=TARGET)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="sidecard-screenshot-") as name:
        folder = Path(name)
        with running(folder) as (sandbox, app_url), browser(folder) as context:
            take(Desk(context, sandbox, app_url))
    print(TARGET)


if __name__ == "__main__":
    main()
