"""When saving goes wrong: what was typed stays, the words are calm, and another try works."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.people import Desk, Facts, wait_until_closed
from tests.sandbox.world import Fault

TYPED = "+47 22 00 11 22"


def typed_into(desk: Desk) -> Facts:
    """Alice's panel on Acme, with a new number typed and not saved."""
    panel = desk.company("alice").panel()
    panel.sign_in()
    panel.facts.edit()
    panel.facts.field("Switchboard").fill(TYPED)
    return panel.facts


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (Fault("Contact/17$", method="PATCH", status=500, count=1), "SuperOffice"),
        (Fault("Contact/17$", method="PATCH", status=503, count=1), "SuperOffice"),
        (Fault("Contact/17$", method="PATCH", status=403, count=1), "SuperOffice does not give you access"),
        (Fault("Contact/17$", method="PATCH", status=429, retry_after="7", count=1), "in 7 seconds"),
        (Fault("Contact/17$", method="PATCH", drop="before", count=1), "do not know whether this was saved"),
    ],
    ids=["500", "503", "403", "429", "dropped"],
)
def test_what_was_typed_stays_and_saving_again_works(strict_desk: Desk, fault: Fault, words: str) -> None:
    facts = typed_into(strict_desk)
    strict_desk.sandbox.world.faults.append(fault)

    facts.save()
    expect(facts.form.get_by_role("alert")).to_contain_text(words)
    expect(facts.field("Switchboard")).to_have_value(TYPED)
    facts.save()

    expect(facts.value("Switchboard")).to_have_text(TYPED)
    assert strict_desk.record()["phones"][0]["value"] == TYPED


def test_an_answer_that_got_lost_is_no_failure(strict_desk: Desk) -> None:
    """SuperOffice saved, then the connection broke: looking again shows it, and nothing is sent twice."""
    facts = typed_into(strict_desk)
    strict_desk.sandbox.world.faults.append(Fault("Contact/17$", method="PATCH", drop="after", count=1))

    facts.save()
    expect(facts.value("Switchboard")).to_have_text(TYPED)

    assert len(strict_desk.changes()) == 1
    assert strict_desk.record()["phones"][0]["value"] == TYPED


def test_a_slow_superoffice_is_asked_once_however_often_one_presses(strict_desk: Desk) -> None:
    facts = typed_into(strict_desk)
    strict_desk.sandbox.world.faults.append(Fault("Contact/17$", method="PATCH", delay=1.5, count=1))

    button = facts.form.get_by_role("button", name="Save")
    button.dblclick()
    expect(button).to_be_disabled()
    bar = "() => getComputedStyle(document.body, '::after').animationName"
    assert facts.body.locator("body").evaluate(bar) == "appear, glide"
    expect(facts.body.get_by_role("status").get_by_text("SuperOffice is taking a while.")).to_be_attached()
    expect(facts.value("Switchboard")).to_have_text(TYPED)

    assert strict_desk.changes() == [200]
    expect(facts.body.locator(".htmx-request:not([data-settles], [data-watch])")).to_have_count(0)
    assert facts.body.locator("body").evaluate(bar) == "none"
    expect(facts.body.get_by_text("SuperOffice is taking a while.")).to_have_count(0)


def test_a_session_that_ended_midway_is_renewed_beside_the_form(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    panel = card.panel()
    panel.sign_in()
    panel.facts.edit()
    panel.facts.field("Switchboard").fill(TYPED)
    strict_desk.context.clear_cookies(domain="127.0.0.1")

    panel.facts.save()
    expect(panel.facts.form.get_by_role("alert")).to_contain_text("You are signed out")
    wait_until_closed(panel.press("Sign in"))
    expect(panel.text).to_contain_text("You are signed in again. Save once more, please.")
    expect(panel.facts.field("Switchboard")).to_have_value(TYPED)
    panel.facts.save()

    expect(card.phone).to_have_text(TYPED)


def test_what_was_typed_waits_while_another_company_is_looked_at(strict_desk: Desk) -> None:
    card = strict_desk.company("alice")
    panel = card.panel()
    panel.sign_in()
    panel.facts.edit()
    panel.facts.field("Switchboard").fill(TYPED)

    card.next()
    expect(panel.facts.heading).to_contain_text("Bjørkeli")
    card.page.get_by_role("link", name="Previous", exact=True).click()

    expect(panel.facts.field("Switchboard")).to_have_value(TYPED)
    panel.facts.save()
    expect(card.phone).to_have_text(TYPED)


def test_a_panel_that_could_not_be_read_can_be_tried_again(strict_desk: Desk) -> None:
    strict_desk.sandbox.world.faults.append(Fault("Contact/17$", method="GET", status=500, count=1))
    card = strict_desk.company("alice")
    wait_until_closed(card.panel().press())

    expect(card.panel().text).to_contain_text("SuperOffice does not answer right now")
    strict_desk.sandbox.world.faults.clear()
    card.panel().body.get_by_role("link", name="Try again").click()
    expect(card.panel().facts.heading).to_contain_text("Acme")


def test_a_denied_archive_costs_only_its_section(strict_desk: Desk) -> None:
    strict_desk.tenant().denied["alice"] = ["sale:select"]
    panel = strict_desk.company("alice").panel()
    panel.sign_in()

    sales = panel.body.get_by_role("region", name="Open sales")
    expect(sales).to_contain_text("SuperOffice does not give you access to this")
    expect(sales.get_by_role("link", name="Try again")).to_have_count(0)
    expect(panel.body.get_by_role("region", name="Contacts").get_by_role("listitem")).not_to_have_count(0)
