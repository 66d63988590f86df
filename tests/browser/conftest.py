"""Two browsers, one that blocks third-party cookies and one that allows them, and a person who uses them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Dialog, Playwright, expect, sync_playwright

from tests.browser import chromium
from tests.browser.people import ACME, Desk
from tests.sandbox import seed
from tests.sandbox.server import Sandbox

OSLO = ZoneInfo("Europe/Oslo")


@pytest.fixture(autouse=True)
def orm_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in the test's thread; Django would refuse to empty the database there."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    # Not for the whole session: its loop would be in the way of every other test.
    with sync_playwright() as running:
        expect.set_options(timeout=20_000)
        yield running


@pytest.fixture(scope="package")
def browser_path(playwright: Playwright) -> str:
    return chromium.for_a_test(playwright)


@pytest.fixture(scope="package")
def defaults(playwright: Playwright, browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return chromium.switches(playwright.chromium, browser_path, tmp_path_factory.mktemp("switches"))


Open = Callable[[bool], BrowserContext]


@pytest.fixture(scope="package")
def browsers(
    playwright: Playwright, browser_path: str, defaults: list[str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Open]:
    """One browser for each cookie mode, started when it is first wanted: ``browsers(blocked)``."""
    running: dict[bool, BrowserContext] = {}

    def start(blocked: bool) -> BrowserContext:
        if blocked not in running:
            folder = tmp_path_factory.mktemp("browser") / "profile"
            running[blocked] = chromium.launch(playwright.chromium, browser_path, folder, defaults, blocked=blocked)
        return running[blocked]

    yield start
    for context in running.values():
        context.close()


@pytest.fixture
def open_browser(browsers: Open) -> Iterator[Open]:
    """A browser as if new: no cookies, one empty window. What windows keep for themselves goes with them."""
    used: set[BrowserContext] = set()

    def start(blocked: bool) -> BrowserContext:
        context = browsers(blocked)
        used.add(context)
        return context

    yield start
    for context in used:
        empty = context.new_page()
        for page in context.pages:
            if page is not empty:
                page.close()
        context.unroute_all()
        context.clear_cookies()


@pytest.fixture(params=["blocked", "allowed"])
def cookies(request: pytest.FixtureRequest) -> str:
    """What the browser does with third-party cookies."""
    return request.param


@pytest.fixture
def context(cookies: str, open_browser: Open) -> BrowserContext:
    """A browser in each of the two cookie modes."""
    return open_browser(cookies == "blocked")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def alerts() -> list[str]:
    """What a page said by ``alert`` and its like: nothing, or somebody's text became a script."""
    return []


@pytest.fixture
def at_desk(app_url: str, sandbox: Sandbox, alerts: list[str]) -> Iterator[Callable[[BrowserContext], Desk]]:
    """Seats a person at a browser, where all read English; at the end no page of his may have opened a dialog."""

    for tenant in sandbox.world.tenants.values():
        for associate in tenant.associates.values():
            associate.language = "en-US"
    seated: list[BrowserContext] = []

    def note(dialog: Dialog) -> None:
        alerts.append(dialog.message)
        dialog.dismiss()

    def seat(context: BrowserContext) -> Desk:
        context.on("dialog", note)
        seated.append(context)
        return Desk(context, sandbox, app_url)

    yield seat
    for context in seated:
        context.remove_listener("dialog", note)
    assert alerts == []


@pytest.fixture
def desk(context: BrowserContext, at_desk: Callable[[BrowserContext], Desk]) -> Desk:
    """A person's desk, in each of the two cookie modes."""
    return at_desk(context)


@pytest.fixture
def strict_desk(open_browser: Open, at_desk: Callable[[BrowserContext], Desk]) -> Desk:
    """A person's desk whose browser blocks third-party cookies."""
    return at_desk(open_browser(True))


@pytest.fixture
def oresund_has_panels(sandbox: Sandbox) -> None:
    """Our panels on the other customer's cards too, as his administrator would put them there."""
    seed.add_panels(sandbox.world.tenants["Cust67890"], sandbox.world.stamp(), sandbox.app_url)


@pytest.fixture
def diary(strict_desk: Desk) -> Desk:
    """Alice's: two follow-ups overdue, one today, one to come."""
    tenant = strict_desk.tenant()
    template = next(row for row in tenant.table("appointment").values() if row["contact"] == ACME)
    tenant.table("appointment").clear()
    ten = datetime.now(UTC).astimezone(OSLO).replace(hour=10, minute=0, second=0, microsecond=0)
    for title, days in (("Send contract", -1), ("Call the board", -4), ("Lunch", 0), ("Visit the site", 3)):
        start = (ten + timedelta(days=days)).astimezone(UTC).replace(tzinfo=None)
        times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        more = {"title": title, "completed": False, "associate": 5}
        tenant.table("appointment")[tenant.next_id("appointment")] = template | times | more
    return strict_desk
