"""A company is changed elsewhere while its panel is open: the event comes by SuperOffice's webhook, the panel asks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from crm_client.clients import sync_http
from crm_client.webhook_definitions import create_webhook, new_webhook
from panel.provisioning.wanted import EVENTS
from panel.tenants import doors
from panel.tenants.models import Tenant
from panel.webhooks import tasks
from panel.webhooks.models import Delivery, Hook
from tests.browser.people import NORDLYS, CompanyPanel, Desk
from tests.browser.test_for_everybody import violations
from tests.browser.test_reopened import rename
from tests.of_sandbox.receiver import until

PICTURES = os.environ.get("PICTURES", "")
TYPED = "+47 22 00 11 22"
AWAY_AND_BACK = """() => {
  for (const state of ["hidden", "visible"]) {
    Object.defineProperty(document, "visibilityState", { value: state, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  }
  delete document.visibilityState;
}"""
"""What a browser does with a page when its tab is left and chosen again; without a screen it never does."""


@pytest.fixture
def panel(strict_desk: Desk) -> CompanyPanel:
    """Acme's beside Alice's card; SuperOffice tells us what happens."""
    panel = strict_desk.company("alice").panel()
    panel.sign_in()
    hook = Hook.of(Tenant.objects.get(ctx=NORDLYS))
    with sync_http() as http:
        crm = doors.as_system_user(hook.tenant, http)
        crm(create_webhook(crm(new_webhook()), name="Sidecard", type="webhook", events=EVENTS, **hook.properties))
    return panel


def come_back(panel: CompanyPanel) -> None:
    """Events came in and were worked at, as by the worker, while she looked at something else."""
    until(lambda: Delivery.across_tenants.filter(handled_at=None).exists())
    tasks.handle()
    with panel.card.page.expect_response(lambda answer: "/changed/" in answer.url):
        panel.frame.evaluate(AWAY_AND_BACK)


def line(panel: CompanyPanel) -> Locator:
    """What is read out as soon as it is there."""
    return panel.body.get_by_role("status").filter(has=panel.body.get_by_role("link", name="Show"))


def picture(panel: CompanyPanel, name: str) -> None:
    if PICTURES:
        panel.card.page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_a_colleague_s_change_is_told_to_who_types_and_shown_when_she_wants(panel: CompanyPanel) -> None:
    facts, keys = panel.facts, panel.card.page.keyboard
    facts.edit()
    facts.field("Switchboard").fill(TYPED)
    rename(panel, "Acme Nordic")
    come_back(panel)

    expect(line(panel)).to_contain_text("Changed by Bob Nygård just now.")
    expect(facts.field("Switchboard")).to_be_focused()
    expect(facts.field("Switchboard")).to_have_value(TYPED)
    assert violations(panel.frame) == []
    picture(panel, "changed-by-bob")

    panel.body.get_by_role("button", name="Sign out").focus()
    keys.press("Shift+Tab")
    expect(line(panel).get_by_role("link")).to_be_focused()
    keys.press("Enter")
    expect(line(panel)).to_have_count(0)
    expect(facts.field("Switchboard")).to_have_value(TYPED)
    facts.save()

    expect(facts.heading).to_contain_text("Acme Nordic")
    expect(facts.value("Switchboard")).to_have_text(TYPED)
    assert panel.card.desk.record()["name"] == "Acme Nordic"


def test_her_own_change_is_told_unless_she_made_it_here(panel: CompanyPanel) -> None:
    desk, facts = panel.card.desk, panel.facts
    facts.edit()
    facts.field("Name").fill("Acme Nordic")
    facts.save()
    expect(facts.heading).to_contain_text("Acme Nordic")
    come_back(panel)
    expect(line(panel)).to_have_count(0)

    desk.sandbox.world.clock_offset = 60  # a while later
    card = panel.card.page
    card.click("a[aria-label=Edit]")
    card.locator("#card input[name=name]").fill("Acme Oslo")
    card.get_by_role("button", name="Save", exact=True).click()
    expect(panel.card.title).to_contain_text("Acme Oslo")
    come_back(panel)

    expect(line(panel)).to_contain_text("You changed this elsewhere.")
    expect(facts.heading).to_contain_text("Acme Nordic")
    picture(panel, "changed-by-herself")
    line(panel).get_by_role("link").click()
    expect(facts.heading).to_contain_text("Acme Oslo")
    expect(line(panel)).to_have_count(0)
