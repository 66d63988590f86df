"""Other people's pages: those that open our pop-up or frame our panel to get at somebody's sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import pytest
from playwright.sync_api import Frame, Page, expect

from tests.browser.attacker import Attacker
from tests.browser.elsewhere import CRM_LIKE, Elsewhere, served
from tests.browser.people import Desk, pressed

BLOCKED = "chrome-error://chromewebdata/"
"""Where Chromium puts a frame whose page does not want to be framed here."""

OPENER = """<button>Win a prize</button><script>
  window.heard = [];
  addEventListener("message", (event) => window.heard.push(event.data));
  document.querySelector("button").addEventListener("click", () => {{
    const popup = window.open("{popup}", "_blank", "popup");
    window.sent = 0;
    setInterval(() => {{
      popup.postMessage({{ sidecard: "verifier", verifier: "{verifier}" }}, "*");
      window.sent += 1;
    }}, 50);
  }});
</script>"""

POSTER = (
    """<form method="post" action="{bind}"><input name="verifier" value="{verifier}"><button>Go on</button></form>"""
)


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    with served() as running:
        yield running


@pytest.fixture
def attacker(app_url: str) -> Iterator[Attacker]:
    with Attacker(app_url) as attacker:
        assert not attacker.gains()
        yield attacker


def frame_named(page: Page, name: str) -> Frame:
    expect(page.locator("iframe").first).to_be_attached()
    page.wait_for_load_state()
    frame = page.frame(name=name)
    assert frame is not None
    return frame


def test_an_evil_opener_cannot_hand_its_own_sign_in_to_the_window(
    strict_desk: Desk, elsewhere: Elsewhere, attacker: Attacker
) -> None:
    strict_desk.company("alice")  # so that SuperID would sign her in without a question
    evil = strict_desk.open(
        elsewhere.put("/prize", OPENER.format(popup=f"{strict_desk.app_url}/signin/popup/", verifier=attacker.verifier))
    )

    popup = pressed(evil, evil.get_by_role("button"))
    popup.wait_for_load_state()
    evil.wait_for_function("() => window.sent > 30")

    assert popup.url == f"{strict_desk.app_url}/signin/popup/"
    assert evil.evaluate("() => window.heard") == []
    assert not attacker.gains()


def test_an_evil_form_cannot_bind_the_person_s_browser(
    strict_desk: Desk, elsewhere: Elsewhere, attacker: Attacker
) -> None:
    strict_desk.company("alice")
    bind = f"{strict_desk.app_url}/signin/bind/"
    evil = strict_desk.open(elsewhere.put("/form", POSTER.format(bind=bind, verifier=attacker.verifier)))

    with evil.expect_response(bind) as answer:
        evil.get_by_role("button").click()

    assert answer.value.status == 403
    assert not attacker.gains()


def test_the_window_opened_by_a_link_says_that_no_panel_waits(strict_desk: Desk, elsewhere: Elsewhere) -> None:
    popup = f"{strict_desk.app_url}/signin/popup/"
    page = strict_desk.open(elsewhere.put("/link", f'<a href="{popup}" target="_blank">A link</a>'))

    window = pressed(page, page.get_by_role("link"))

    expect(window.get_by_role("status")).to_contain_text("no panel waits for it")
    assert window.url == popup


def test_only_superoffice_may_frame_a_panel(strict_desk: Desk, elsewhere: Elsewhere) -> None:
    panel = strict_desk.panel_url()
    allowed = strict_desk.open(elsewhere.framing("/allowed", escape(panel), host=CRM_LIKE))
    foreign = strict_desk.open(elsewhere.framing("/foreign", escape(panel)))

    expect(allowed.frame_locator("iframe").get_by_role("button", name="Sign in")).to_be_visible()
    assert frame_named(foreign, "inner/foreign").url == BLOCKED


def test_a_foreign_page_around_superoffice_frames_nothing(strict_desk: Desk, elsewhere: Elsewhere) -> None:
    """Every page around counts, not only the nearest."""
    crm = elsewhere.framing("/crm", escape(strict_desk.panel_url()), host=CRM_LIKE)
    outer = strict_desk.open(elsewhere.framing("/outer", crm))
    expect(outer.frame_locator("iframe").locator("iframe")).to_be_attached()

    assert frame_named(outer, "inner/crm").url == BLOCKED


@pytest.mark.parametrize("path", ["/signin/", "/signin/popup/", "/signin/done/", "/"])
def test_nobody_frames_the_pages_of_signing_in(strict_desk: Desk, elsewhere: Elsewhere, path: str) -> None:
    page = strict_desk.open(elsewhere.framing("/host", strict_desk.app_url + path, host=CRM_LIKE))

    assert frame_named(page, "inner/host").url == BLOCKED
