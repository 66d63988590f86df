"""From SuperOffice's App Store to the first panel, and back to a customer who is as before."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

import pytest
from django.db import connections, transaction
from playwright.sync_api import Page, expect

from panel.provisioning import tasks
from panel.provisioning.models import Setup
from panel.tenants.models import Membership, Tenant
from tests.browser.people import ORESUND, Desk
from tests.browser.test_for_everybody import violations
from tests.sandbox.dump import dump


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Work is done beside the pages, as by Celery."""
    at_work: list[threading.Thread] = []

    def work(pk: int) -> None:
        try:
            tasks.work(pk)
        finally:
            connections.close_all()

    def nudge(setup: Setup) -> None:
        thread = threading.Thread(target=work, args=(setup.pk,))
        at_work.append(thread)
        transaction.on_commit(thread.start)

    monkeypatch.setattr(tasks, "nudge", nudge)
    yield
    for thread in at_work:
        thread.join()


class Visitor:
    """Somebody in the App Store; counts what he clicks."""

    def __init__(self, desk: Desk) -> None:
        self.desk, self.clicks = desk, 0
        self.page: Page = desk.context.new_page()

    def click(self, role: str, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).click()  # type: ignore[arg-type]

    def goes_to_install(self, who: str) -> None:
        self.page.goto(f"{self.desk.sandbox.login_url}/login/appstore/sidecard-sandbox")
        self.click("link", "Install")
        expect(self.page.get_by_role("heading", name="Install Sidecard in your SuperOffice")).to_be_visible()
        self.click("button", "Install")
        human = self.desk.human(who)
        self.desk.user_name(self.page).fill(human.email)
        self.page.get_by_label("Password").fill(human.password)
        self.click("button", "Sign in")

    def leaves(self) -> None:
        """His browser forgets who he was."""
        self.page.close()
        self.desk.context.clear_cookies()


def test_an_administrator_installs_configures_and_removes_it(strict_desk: Desk) -> None:
    """CERT-09, CERT-10, CERT-48, CERT-57 and CERT-58."""
    there = strict_desk.tenant(ORESUND)
    before = dump(there)
    charlie = Visitor(strict_desk)

    charlie.goes_to_install("charlie")
    charlie.click("button", "I approve")
    expect(charlie.page.get_by_text("Everything is set up.")).to_be_visible()
    assert charlie.clicks <= 5
    assert violations(charlie.page) == []
    charlie.leaves()

    assert panels_of(strict_desk, "dora") >= {"Company", "My day"}
    dora = strict_desk.open(f"{strict_desk.sandbox.tenant_url(ORESUND)}/mobile")
    expect(dora.get_by_text("Sidecard: Company").first).to_be_visible()
    dora.close()
    strict_desk.context.clear_cookies()

    configure(strict_desk, "charlie")
    page = strict_desk.context.pages[-1]
    prints_as_a_list(page)
    my_day = page.get_by_role("group", name="My day")
    my_day.get_by_text("For everybody").click()
    my_day.get_by_role("radio", name="My day: Only these user groups").check()
    my_day.get_by_role("checkbox", name="My day: Service").check()
    assert violations(page) == []
    page.get_by_role("button", name="Save and apply").click()
    expect(page.get_by_text("Everything is set up.")).to_be_visible()
    strict_desk.context.clear_cookies()
    assert "My day" not in panels_of(strict_desk, "dora"), "she is in Sales"
    strict_desk.context.clear_cookies()
    assert "My day" in panels_of(strict_desk, "kim"), "and Kim in Service"
    strict_desk.context.clear_cookies()

    configure(strict_desk, "charlie")
    page = strict_desk.context.pages[-1]
    page.get_by_role("link", name="Uninstall…").click()
    assert violations(page) == []
    page.get_by_role("checkbox", name="Yes, remove Sidecard").check()
    page.get_by_role("button", name="Remove now").click()
    expect(page.get_by_text("Nothing of Sidecard is left in your SuperOffice.")).to_be_visible()
    assert violations(page) == []

    assert dump(there) == before
    tenant = Tenant.objects.get(ctx=ORESUND)
    assert (tenant.status, tenant.sealed_system_token, tenant.sealed_ticket) == ("removed", "", "")
    assert set(Membership.objects.of(tenant).values_list("sealed_grant", flat=True)) == {""}


def prints_as_a_list(page: Page) -> None:
    """CERT-56: whose it is, and all of it, folded away on the screen or not; nothing to press."""
    page.emulate_media(media="print")
    expect(page.get_by_text(f"({ORESUND})")).to_be_visible()
    expect(page.get_by_text("ProgId: sidecard.pipeline.Dashboard")).to_be_visible()
    expect(page.get_by_text("/panels/pipeline/?uctx=<uctx>&usid=<usid>")).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    page.emulate_media(media="screen")
    expect(page.get_by_text("ProgId: sidecard.pipeline.Dashboard")).to_be_hidden()


def panels_of(desk: Desk, who: str) -> set[str]:
    """Names of ours that an ordinary user meets on a company's card: our panel is really in them."""
    card = desk.company(who, 1, ORESUND)
    card.page.get_by_role("tab", name="Sidecard: Company (tab)").click()
    frame = card.page.frame_locator('iframe[src*="/panels/company/"]').first
    expect(frame.get_by_role("button", name="Sign in")).to_be_visible()
    shown = card.page.get_by_role("navigation", name="Navigator").get_by_text(re.compile("^Sidecard: "))
    names = {name.removeprefix("Sidecard: ") for name in shown.all_inner_texts()}
    card.page.close()
    return names | {"Company"}


def configure(desk: Desk, who: str) -> None:
    """By the App Store's own link."""
    page = desk.open(f"{desk.sandbox.login_url}/login/appstore/installed/{ORESUND}")
    desk.sign_in_at_superid(page, who)
    page.get_by_role("link", name="Configure").click()
    page.get_by_role("button", name="Sign in with SuperOffice").click()
    expect(page.get_by_role("heading", name="How it is doing")).to_be_visible()


def test_who_does_not_administer_is_told_who_can(strict_desk: Desk) -> None:
    """SuperID itself asks for an administrator as long as nobody has approved; afterwards we do."""
    dora = Visitor(strict_desk)
    dora.goes_to_install("dora")
    expect(dora.page.get_by_text("administrator").first).to_be_visible()
    dora.leaves()

    strict_desk.sandbox.world.approve(strict_desk.tenant(ORESUND))
    dora = Visitor(strict_desk)
    dora.goes_to_install("dora")
    expect(dora.page.get_by_role("heading", name="An administrator is needed")).to_be_visible()
    assert violations(dora.page) == []


def test_a_declined_approval_leads_to_a_calm_page(strict_desk: Desk) -> None:
    charlie = Visitor(strict_desk)
    charlie.goes_to_install("charlie")
    charlie.click("button", "Cancel")

    expect(charlie.page.get_by_text("SuperOffice did not let you in")).to_be_visible()
    assert not Setup.across_tenants.exists()
