"""Two browsers, one that blocks third-party cookies and one that allows them, and a person who uses them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Playwright, sync_playwright

from tests.browser import chromium


@pytest.fixture(autouse=True)
def orm_beside_playwright(monkeypatch: pytest.MonkeyPatch) -> None:
    """Playwright runs a loop in the test's thread; Django would refuse to empty the database there."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    # Not for the whole session: its loop would be in the way of every other test.
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="package")
def browser_path(playwright: Playwright) -> str:
    path = chromium.executable(playwright)
    if path is None and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, but no Chromium was found: set CHROMIUM=/path/to/chromium")
    if path is None:
        pytest.skip("no Chromium was found: set CHROMIUM=/path/to/chromium")
    return path


@pytest.fixture(scope="package")
def defaults(playwright: Playwright, browser_path: str, tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    return chromium.switches(playwright.chromium, browser_path, tmp_path_factory.mktemp("switches"))


Open = Callable[[bool], BrowserContext]


@pytest.fixture
def open_browser(playwright: Playwright, browser_path: str, defaults: list[str], tmp_path: Path) -> Iterator[Open]:
    """Starts a browser with an empty profile: ``open_browser(blocked)``."""
    opened: list[BrowserContext] = []

    def start(blocked: bool) -> BrowserContext:
        folder = tmp_path / f"profile-{len(opened)}"
        context = chromium.launch(playwright.chromium, browser_path, folder, defaults, blocked=blocked)
        opened.append(context)
        return context

    yield start
    for context in opened:
        context.close()


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
