"""A card opened again within a minute: painted at once with its age, then settled without disturbing anybody."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.browser.people import ACME, SIDE, TAB, CompanyPanel, Desk, wait_until_loaded
from tests.browser.test_for_everybody import violations
from tests.browser.test_layout import WATCH, settled
from tests.sandbox.world import Fault

AGE = re.compile(r"^As seen \d+ seconds? ago$")
SEEN_AT = re.compile(r"^As seen at \d")
ACMES_NAME = "AcmeOslo"
"""With its department beside it."""
TYPED = "+47 22 00 11 22"


@pytest.fixture
def place() -> str:
    """Where the panel stands, if a test does not say."""
    return SIDE


@pytest.fixture
def seen(strict_desk: Desk, place: str) -> CompanyPanel:
    """Alice has looked at Acme in this panel, and then went to another company."""
    card = strict_desk.company("alice")
    card.page.add_init_script(WATCH)
    panel = card.panel(place)
    card.panel().sign_in()
    if place != SIDE:
        card.show(place)
        card.page.get_by_role("button", name="Month", exact=True).click()
    expect(panel.facts.heading).to_contain_text("Acme")
    card.next()
    expect(panel.facts.heading).not_to_contain_text("Acme")
    return panel


def slow(panel: CompanyPanel, seconds: float) -> None:
    """Let NetServer take its time from now on."""
    world = panel.card.desk.sandbox.world
    world.calls.clear()
    world.faults.append(Fault(delay=seconds))


def come_back(panel: CompanyPanel) -> None:
    card = panel.card
    card.page.get_by_role("link", name="Previous", exact=True).click()
    expect(card.title).to_contain_text("Acme")
    expect(panel.facts.heading).to_contain_text(ACMES_NAME)


def age(panel: CompanyPanel) -> Locator:
    return panel.body.get_by_role("status").filter(has_text="As seen")


def link(panel: CompanyPanel) -> Locator:
    return age(panel).get_by_role("link")


@contextmanager
def the_question_held(panel: CompanyPanel) -> Iterator[Callable[[], None]]:
    """The page's question whether it is still so is on its way until ``let_go`` is called."""
    page, held = panel.card.page, list[Route]()
    page.route("**/panels/company/*settles=*", lambda route: held.append(route))

    def let_go() -> None:
        while not held:
            page.wait_for_timeout(20)
        with page.expect_event("requestfinished", lambda request: "settles=" in request.url):
            held.pop().continue_()
        panel.frame.evaluate("() => new Promise(done => setTimeout(done, 100))")

    yield let_go
    page.unroute("**/panels/company/*settles=*")


def rename(panel: CompanyPanel, name: str) -> None:
    """A colleague changes the company in SuperOffice itself."""
    card = panel.card
    token = card.desk.sandbox.world.issue_access_token("Cust12345", "bob", "sidecard-sandbox")
    answer = card.page.request.patch(
        f"{card.desk.sandbox.tenant_url('Cust12345')}/api/v1/Contact/{ACME}",
        data=[{"op": "replace", "path": "/Name", "value": name}],
        headers={"Authorization": f"Bearer {token}"},
    )
    assert answer.ok


@pytest.mark.parametrize("place", [SIDE, TAB])
def test_it_is_painted_before_superoffice_is_heard_and_says_how_old_it_is(seen: CompanyPanel) -> None:
    slow(seen, 20)
    come_back(seen)
    assert list(seen.card.desk.sandbox.world.calls) == [], "NetServer has answered nothing yet"

    expect(link(seen)).to_have_text(AGE)
    expect(link(seen)).to_be_visible()
    expect(seen.body.get_by_role("region", name="Contacts").get_by_role("listitem")).not_to_have_count(0)
    expect(link(seen)).to_have_css("opacity", "1")  # it appears slowly
    assert violations(seen.frame) == []


def test_it_settles_quietly_when_nothing_changed(seen: CompanyPanel) -> None:
    slow(seen, 1.5)
    come_back(seen)
    next_company = seen.card.page.get_by_role("link", name="Next", exact=True)
    next_company.focus()
    seen.frame.evaluate("() => { document.querySelector('main').neverSwapped = true; }")
    expect(link(seen)).to_be_visible()
    expect(age(seen)).to_have_count(0)

    expect(next_company).to_be_focused()
    assert seen.frame.evaluate("() => document.querySelector('main').neverSwapped")
    assert settled(seen.frame) == []
    expect(seen.body.locator("#notice")).to_be_empty()


def test_whoever_has_the_keyboard_on_the_age_does_not_lose_it(seen: CompanyPanel) -> None:
    with the_question_held(seen) as let_go:
        come_back(seen)
        expect(link(seen)).to_be_visible()
        link(seen).focus()
        let_go()

    expect(link(seen)).to_be_focused()
    expect(link(seen)).to_have_text(SEEN_AT)


def test_a_quick_answer_shows_no_age_at_all(seen: CompanyPanel) -> None:
    """It would only flash, and be read out for nothing."""
    with the_question_held(seen) as let_go:
        come_back(seen)
        expect(age(seen)).to_have_count(1)
        expect(link(seen)).to_have_count(0)
        let_go()
    expect(age(seen)).to_have_count(0)
    assert settled(seen.frame) == []


def test_what_a_colleague_changed_appears_without_a_reload(seen: CompanyPanel) -> None:
    rename(seen, "Acme Nord")
    slow(seen, 1.0)
    come_back(seen)
    next_company = seen.card.page.get_by_role("link", name="Next", exact=True)
    next_company.focus()
    seen.frame.evaluate("() => { window.neverReloaded = true; }")

    expect(seen.facts.heading).to_have_text(ACMES_NAME.replace("Acme", "Acme Nord"))

    expect(age(seen)).to_have_count(0)
    expect(next_company).to_be_focused()
    assert seen.frame.evaluate("() => window.neverReloaded")
    assert seen.frame.evaluate("() => document.title") == "Acme Nord, Oslo · Sidecard"
    assert settled(seen.frame) == []
    assert violations(seen.frame) == []


def opens_the_form(panel: CompanyPanel) -> None:
    panel.facts.edit()
    panel.facts.field("Switchboard").fill(TYPED)


def moves_the_focus_into_it(panel: CompanyPanel) -> None:
    panel.facts.edit_link.focus()


def selects_words(panel: CompanyPanel) -> None:
    panel.facts.heading.select_text()


def asks_for_something(panel: CompanyPanel) -> None:
    """The form, and it is long on its way."""
    panel.card.page.route("**/edit/**", lambda _route: None)
    panel.facts.edit_link.evaluate("link => { link.click(); link.blur(); }")


@pytest.mark.parametrize("begins", [opens_the_form, moves_the_focus_into_it, selects_words, asks_for_something])
def test_whoever_has_begun_to_work_keeps_the_page(seen: CompanyPanel, begins: Callable[[CompanyPanel], None]) -> None:
    rename(seen, "Acme Nord")
    with the_question_held(seen) as let_go:
        come_back(seen)
        wait_until_loaded(seen.body)
        seen.frame.evaluate("() => { document.querySelector('main').neverSwapped = true; }")
        begins(seen)
        seen.frame.evaluate("() => { document.activeElement.isAtWork = true; }")
        let_go()

    assert seen.frame.evaluate("() => document.querySelector('main').neverSwapped")
    assert seen.frame.evaluate("() => document.activeElement.isAtWork")
    expect(link(seen)).to_have_text(SEEN_AT)
    link(seen).click()
    if begins is opens_the_form:
        expect(seen.facts.field("Switchboard")).to_have_value(TYPED)
    else:
        expect(seen.facts.heading).to_contain_text("Acme Nord")
    expect(age(seen)).to_have_count(0)


@pytest.mark.parametrize("status", [503, 429])
def test_when_superoffice_does_not_answer_the_page_stays_and_says_when_it_was_seen(
    seen: CompanyPanel, status: int
) -> None:
    seen.card.desk.sandbox.world.faults.append(Fault("", status=status))
    come_back(seen)

    expect(link(seen)).to_have_text(SEEN_AT)
    expect(seen.facts.heading).to_have_text(ACMES_NAME)
    expect(seen.text).not_to_contain_text("does not answer")
    assert settled(seen.frame) == []
    expect(link(seen)).to_have_css("opacity", "1")  # it appears slowly
    seen.card.page.wait_for_timeout(500)  # its last frames
    assert violations(seen.frame) == []

    seen.card.desk.sandbox.world.faults.clear()
    link(seen).click()
    expect(age(seen)).to_have_count(0)
    expect(seen.facts.heading).to_have_text(ACMES_NAME)


def denied(panel: CompanyPanel) -> None:
    panel.card.desk.sandbox.world.faults.append(Fault("Contact/17$", status=403))


def deleted(panel: CompanyPanel) -> None:
    panel.card.desk.sandbox.world.faults.append(Fault("Contact/17$", status=404))


def signed_out_elsewhere(panel: CompanyPanel) -> None:
    panel.card.desk.context.clear_cookies(domain="127.0.0.1")


@pytest.mark.parametrize(
    ("lose_access", "said"),
    [
        (denied, "SuperOffice does not give you access to this"),
        (deleted, "This company no longer exists"),
        (signed_out_elsewhere, "Sign in to see this panel"),
    ],
)
def test_when_access_is_lost_the_calm_page_takes_its_place(
    seen: CompanyPanel, lose_access: Callable[[CompanyPanel], None], said: str
) -> None:
    with the_question_held(seen) as let_go:
        come_back(seen)
        lose_access(seen)
        let_go()

    expect(seen.text).to_contain_text(said)
    expect(seen.text).not_to_contain_text("Acme")
    expect(age(seen)).to_have_count(0)
    assert violations(seen.frame) == []


def test_signed_out_elsewhere_nobody_is_named_any_more_and_signing_in_brings_the_card_back(seen: CompanyPanel) -> None:
    with the_question_held(seen) as let_go:
        come_back(seen)
        expect(seen.text).to_contain_text("Alice Berg")
        signed_out_elsewhere(seen)
        let_go()

    expect(seen.sign_in_button).to_be_visible()
    expect(seen.text).not_to_contain_text("Alice Berg")
    expect(seen.body.get_by_role("button", name="Sign out")).to_have_count(0)
    seen.sign_in()
    expect(seen.facts.heading).to_have_text(ACMES_NAME)
