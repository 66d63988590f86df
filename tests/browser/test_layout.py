"""Nothing moves under the reader's eyes: what a panel has painted stays where it is, as Chromium itself measures it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Page, Route, expect

from tests.browser.people import SIDE, TAB, CompanyCard, Desk

STYLE = Path(__file__).resolve().parents[2] / "static" / "panels" / "panels.css"
WATCH = """
    window.moved = [];
    new PerformanceObserver(list => {
      for (const entry of list.getEntries()) {
        if (entry.hadRecentInput) continue;
        moved.push(...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? String(node)));
      }
    }).observe({ type: "layout-shift", buffered: true });
"""
SWAP = """
    part => htmx.ajax("GET", `${location.pathname}${location.search}&part=${part}`,
                      { target: `.${part}`, swap: "outerHTML" })
"""


@pytest.fixture
def watched(strict_desk: Desk) -> CompanyCard:
    """Alice, signed in in the panel on Acme's card, in a window that notes what moves; she has no Lato installed."""
    card = strict_desk.company("alice")
    card.panel().sign_in()
    card.page.add_init_script(WATCH)
    card.page.route("**/panels.css", without_lato)
    card.page.reload()
    return card


def without_lato(route: Route) -> None:
    style = STYLE.read_text()
    assert "Lato, " in style
    route.fulfill(body=style.replace("Lato, ", ""), content_type="text/css")


@contextmanager
def late(page: Page, *patterns: str) -> Iterator[list[str]]:
    """What matches is longer on its way than anybody waits; gives what was asked for."""
    asked: list[str] = []

    def wait(route: Route) -> None:
        asked.append(route.request.url)
        time.sleep(0.5)
        route.continue_()

    for pattern in patterns:
        page.route(pattern, wait)
    yield asked
    for pattern in patterns:
        page.unroute(pattern)


def settled(frame: Frame) -> list[str]:
    """What moved until everything was loaded and painted."""
    frame.evaluate("() => document.fonts.ready")
    frame.evaluate("() => new Promise(done => setTimeout(() => requestAnimationFrame(() => setTimeout(done)), 300))")
    moved: list[str] = frame.evaluate("() => moved")
    return moved


def shown(card: CompanyCard, place: str) -> Frame:
    panel = card.show(place) if place != SIDE else card.panel()
    expect(panel.facts.heading).to_be_visible()
    return panel.frame


def test_the_watch_sees_what_moves(watched: CompanyCard) -> None:
    """The test of the tests below."""
    frame = shown(watched, SIDE)
    assert settled(frame) == []
    frame.evaluate("() => document.querySelector('.activities').before(document.createElement('hr'))")

    assert any("activities" in moved for moved in settled(frame))


@pytest.mark.parametrize(("place", "widths"), [(SIDE, range(250, 350)), (TAB, range(700, 1200))])
def test_nothing_moves_while_a_panel_appears(watched: CompanyCard, place: str, widths: range) -> None:
    frame = shown(watched, place)

    assert frame.evaluate("() => innerWidth") in widths
    assert settled(frame) == []


@pytest.mark.parametrize("place", [SIDE, TAB])
def test_nothing_moves_when_fonts_and_scripts_are_late(watched: CompanyCard, place: str) -> None:
    with late(watched.page, "**/*.woff2", "**/htmx*.js") as asked:
        watched.page.reload()
        moved = settled(shown(watched, place))

    assert len({url.rpartition("/")[2] for url in asked}) == 3
    assert moved == []


@pytest.mark.parametrize("part", ["facts", "activities", "sales", "people"])
def test_nothing_moves_when_a_section_is_read_anew(watched: CompanyCard, part: str) -> None:
    frame = shown(watched, SIDE)
    frame.evaluate(f"() => document.querySelector('.{part}').classList.add('old')")
    frame.evaluate(SWAP, part)
    expect(watched.panel().body.locator(".old")).to_have_count(0)

    assert settled(frame) == []


def test_moments_are_on_the_reader_s_clock_before_they_are_seen(watched: CompanyCard) -> None:
    frame = shown(watched, SIDE)

    assert "UTC" not in watched.panel().body.locator(".activities").inner_text()
    assert frame.evaluate("() => document.querySelectorAll('time[data-local]').length") == 0
