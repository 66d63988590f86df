"""Something breaks on our side, or a proxy answers in our place: what was typed does not give way to its page."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from panel.panels.company.edit import EditFacts
from tests.browser.people import Desk

TYPED = "+47 22 00 11 22"


async def break_down(*_args: object) -> None:
    raise RuntimeError("broken")


def test_what_was_typed_stays(strict_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = strict_desk.company("alice").panel()
    panel.sign_in()
    panel.facts.edit()
    panel.facts.field("Switchboard").fill(TYPED)
    with monkeypatch.context() as broken:
        broken.setattr(EditFacts, "run", break_down)
        panel.facts.save()
        expect(panel.body.get_by_text("what you typed stays")).to_be_visible()
    expect(panel.facts.field("Switchboard")).to_have_value(TYPED)
    panel.facts.save()
    expect(panel.facts.value("Switchboard")).to_have_text(TYPED)


def test_a_save_without_htmx_refreshes_the_card_too(strict_desk: Desk) -> None:
    """A slow line may bring htmx after the first click: the form is a page then, and its post a plain one."""
    strict_desk.context.route("**/htmx*.js", lambda route: route.abort())
    card = strict_desk.company("alice")
    card.panel().sign_in()
    panel = card.panel()
    panel.facts.edit_link.click()
    panel.facts.field("Switchboard").fill(TYPED)
    panel.facts.save()

    expect(panel.facts.value("Switchboard")).to_have_text(TYPED)
    expect(card.phone).to_have_text(TYPED)
    assert "#" not in panel.frame.url
