"""The panel that README.md tells to write, in SuperOffice."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.people import ACME, Desk
from tests.browser.test_for_everybody import violations
from tests.readme import its_panel
from tests.sandbox.showpieces import CARDS

NAME = "sidecard.open-sales.tab"


def test_a_panel_of_ones_own_on_a_card(strict_desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, switched on, put on the company card, and seen there; its links lead SuperOffice on."""
    panels = strict_desk.tenant().table("webpanel")
    first = next(iter(panels.values()))
    url = first["url"].replace("/company/", "/open-sales/")
    more = {"name": "Open sales", "url": url, "window_name": NAME, "visible_in": "ContactArchive", "prog_id": NAME}
    panels[max(panels) + 1] = first | more
    with its_panel(tmp_path, monkeypatch):
        card = strict_desk.company("alice", ACME)
        card.panel().sign_in()
        card.page.get_by_role("tab", name="Open sales").click()
        body = card.page.frame_locator(f"iframe[name='{NAME}']")
        expect(body.get_by_role("heading", name="Open sales")).to_be_visible()
        expect(body.get_by_role("listitem").filter(has_text="Service agreement 2027")).to_contain_text("129,900.50 NOK")
        frame = card.page.frame(name=NAME)
        assert frame is not None
        assert violations(frame) == []
        body.get_by_role("link", name="Upgrade of the control system").click()

    card.page.wait_for_url(f"**sale_id={CARDS['sale_id']}*")
