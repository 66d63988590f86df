"""A panel in the language its reader chose in SuperOffice, whatever his browser speaks."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.browser.people import Desk, wait_until_closed


def test_the_window_of_signing_in_speaks_the_panel_s_language(strict_desk: Desk) -> None:
    asked: list[str] = []
    strict_desk.context.on("request", lambda request: asked.append(request.url))
    strict_desk.tenant().associates["bob"].language = "nb-NO"
    panel = strict_desk.company("bob").panel()

    wait_until_closed(panel.press("Logg inn"))

    expect(panel.body.get_by_role("button", name="Logg ut")).to_be_visible()
    expect(panel.body.locator("html")).to_have_attribute("lang", "nb")
    expect(panel.text).to_contain_text("Vår kontakt")
    ours = [address.removeprefix(strict_desk.app_url) for address in asked]
    assert "/signin/popup/?lang=nb" in ours
    assert "/signin/bind/?lang=nb" in ours
