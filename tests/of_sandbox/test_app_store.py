"""The App Store: the green button, consent and its renewal, installed apps, and the end of access."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

from .netserver.caller import Caller
from .visitor import Application, Visitor, answer

APP = "/login/appstore/sidecard-sandbox"
INSTALLED = "/login/appstore/installed"


def order(application: Application, path: str, body: dict[str, Any]) -> dict[str, Any]:
    response = application.http.post(f"/__sandbox__/{path}", json=body)
    assert response.status_code == 200, response.text
    return response.json()


def installed(visitor: Visitor, who: str, ctx: str = "Cust12345") -> httpx.Response:
    return visitor.sign_in(visitor.http.get(f"{INSTALLED}/{ctx}"), who)


@pytest.fixture
def nordlys(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


@pytest.fixture
def oresund(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust67890"]


# The application's page


def test_the_green_button_leads_to_the_application_and_says_nothing_of_who_pressed_it(
    visitor: Visitor, sandbox: Sandbox
) -> None:
    page = visitor.http.get(APP)
    assert f'href="{sandbox.world.app_url}/appstore/install/">Install</a>' in page.text


def test_without_a_link_there_is_no_button(visitor: Visitor, application: Application) -> None:
    order(application, "clients/sidecard-sandbox", {"install_url": ""})
    assert "Install</a>" not in visitor.http.get(APP).text


def test_there_is_no_page_of_an_unknown_application(visitor: Visitor) -> None:
    assert visitor.http.get("/login/appstore/another").status_code == 404


def test_links_follow_the_application(sandbox: Sandbox) -> None:
    sandbox.world.move_app("http://127.0.0.1:9999")
    client = sandbox.world.clients["sidecard-sandbox"]
    assert (client.install_url, client.state_url) == (
        "http://127.0.0.1:9999/appstore/install/",
        "http://127.0.0.1:9999/appstore/state/",
    )


# Installed apps


def test_an_administrator_sees_who_approved_and_what_to_press(visitor: Visitor, sandbox: Sandbox) -> None:
    page = installed(visitor, "alice")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    for shown in ("alice@acme.example", today, "Active", "I approve"):
        assert (shown in page.text) is (shown != "I approve")
    for kind in ("configure", "uninstall"):
        assert f'href="{sandbox.world.app_url}/appstore/{kind}/"' in page.text


def test_bob_sees_no_installed_apps_and_revokes_nothing(visitor: Visitor, nordlys: Tenant) -> None:
    page = installed(visitor, "bob")
    assert page.status_code == 403
    assert visitor.press(page, "revoke").status_code == 403
    assert nordlys.approved


def test_charlie_is_nobody_here(visitor: Visitor, nordlys: Tenant) -> None:
    page = installed(visitor, "charlie")
    assert page.status_code == 403
    assert "Nordlys" not in page.text
    visitor.press(page, "revoke")
    assert nordlys.approved


def test_who_works_for_one_company_needs_not_name_it(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.http.get(INSTALLED), "alice")
    assert page.url.path == f"{INSTALLED}/Cust12345"


def test_revoking_needs_our_own_form(visitor: Visitor, nordlys: Tenant) -> None:
    page = installed(visitor, "alice")
    assert visitor.http.post(page.url, data={"step": "revoke"}).status_code == 403
    assert nordlys.approved


def test_visits_to_the_store_are_no_calls(visitor: Visitor, application: Application) -> None:
    visitor.http.get(APP)
    assert application.http.get("/__sandbox__/calls").json() == []


# Revocation


def test_revoking_ends_tokens_and_the_system_user(visitor: Visitor, application: Application, nordlys: Tenant) -> None:
    tokens = application.exchange(visitor.code("alice")).json()
    ticket = visitor.sandbox.world.issue_ticket("Cust12345", "sidecard-sandbox")
    visitor.press(visitor.http.get(f"{INSTALLED}/Cust12345"), "revoke")
    assert visitor.sandbox.world.bearer(tokens["access_token"]) is None
    assert visitor.sandbox.world.system_user(ticket, "sandbox-secret") is None
    assert application.refresh(tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert (nordlys.refusal, nordlys.revoked_by) == ("Revoked (1)", "alice@acme.example")
    assert "alice@acme.example" in visitor.http.get(f"{INSTALLED}/Cust12345").text


def test_revoking_takes_nothing_away(visitor: Visitor, nordlys: Tenant) -> None:
    before = len(nordlys.table("webpanel"))
    visitor.press(installed(visitor, "alice"), "revoke")
    assert len(nordlys.table("webpanel")) == before > 0


def test_an_administrator_may_approve_what_an_administrator_revoked(visitor: Visitor, nordlys: Tenant) -> None:
    visitor.press(installed(visitor, "alice"), "revoke")
    page = visitor.ask("Cust12345")
    assert "code" in answer(visitor.press(page, "approve"))
    assert (nordlys.refusal, nordlys.approved_by) == ("", "alice@acme.example")


def test_bob_hears_that_access_was_revoked(visitor: Visitor, sandbox: Sandbox, nordlys: Tenant) -> None:
    sandbox.world.end_authorization(nordlys, "alice@acme.example")
    fields = answer(visitor.sign_in(visitor.ask("Cust12345"), "bob"))
    assert (fields["error"], fields["error_description"]) == ("access_denied", "Revoked (1)")


# Approving again


def test_asking_for_more_locks_everybody_out(visitor: Visitor, application: Application, sandbox: Sandbox) -> None:
    order(application, "clients/sidecard-sandbox", {"webhooks": False})
    tokens = application.exchange(visitor.code("bob")).json()
    ticket = sandbox.world.issue_ticket("Cust12345", "sidecard-sandbox")
    order(application, "clients/sidecard-sandbox", {"webhooks": True})
    assert sandbox.world.bearer(tokens["access_token"]) is None
    assert sandbox.world.system_user(ticket, "sandbox-secret") is None
    refused = application.refresh(tokens["refresh_token"]).json()
    assert (refused["error"], refused["error_description"]) == ("invalid_grant", "NeedsReapproval (5)")
    page = visitor.ask("Cust12345")
    assert page.status_code == 403
    assert "asks for more than" in page.text
    fields = answer(visitor.press(page, "not-approved"))
    assert (fields["error"], fields["error_description"]) == ("access_denied", "NeedsReapproval (5)")


def test_an_approval_lets_them_in_again(visitor: Visitor, application: Application, nordlys: Tenant) -> None:
    refresh = application.exchange(visitor.code("alice")).json()["refresh_token"]
    order(application, "tenants/Cust12345", {"needs_reapproval": True})
    page = visitor.ask("Cust12345")
    assert "Approve Sidecard again" in page.text
    assert "code" in answer(visitor.press(page, "approve"))
    assert nordlys.refusal == ""
    assert application.refresh(refresh).status_code == 200


def test_who_never_approved_is_not_asked_again(application: Application, oresund: Tenant) -> None:
    order(application, "clients/sidecard-sandbox", {"system_token": False})
    order(application, "clients/sidecard-sandbox", {"system_token": True})
    assert not oresund.needs_reapproval


def test_asking_for_less_locks_nobody_out(application: Application, nordlys: Tenant) -> None:
    order(application, "clients/sidecard-sandbox", {"webhooks": False, "system_token": False})
    assert nordlys.refusal == ""


@pytest.mark.parametrize("asked", ["system_token", "webhooks"])
def test_the_consent_page_says_what_is_asked(visitor: Visitor, application: Application, asked: str) -> None:
    words = {"system_token": "system user", "webhooks": "webhooks"}
    order(application, "clients/sidecard-sandbox", {asked: False})
    page = visitor.sign_in(visitor.ask("Cust67890"), "charlie").text
    assert {name: word in page for name, word in words.items()} == {name: name != asked for name in words}


def test_consent_by_switch_is_superoffice_s_own(application: Application) -> None:
    told = order(application, "tenants/Cust67890", {"consent": True})
    assert (told["approved"], told["approved_by"]) == (True, "")
    assert told["approved_at"]


# Webhooks


def test_without_the_agent_there_are_no_webhooks(application: Application, sandbox: Sandbox) -> None:
    order(application, "clients/sidecard-sandbox", {"webhooks": False})
    assert Caller(sandbox).send("GET", "v1/Webhook").status_code == 403


# Other ends


def test_an_expired_approval_is_renewed_by_an_administrator(
    visitor: Visitor, application: Application, nordlys: Tenant
) -> None:
    tokens = application.exchange(visitor.code("alice")).json()
    order(application, "tenants/Cust12345", {"expired": True})
    assert visitor.sandbox.world.bearer(tokens["access_token"]) is None
    assert application.refresh(tokens["refresh_token"]).json()["error_description"] == "Expired (3)"
    page = visitor.ask("Cust12345")
    assert "has expired" in page.text
    assert "code" in answer(visitor.press(page, "approve"))
    assert nordlys.refusal == ""


def test_bob_hears_that_the_approval_has_expired(visitor: Visitor, application: Application) -> None:
    order(application, "tenants/Cust12345", {"expired": True})
    page = visitor.sign_in(visitor.ask("Cust12345"), "bob")
    assert answer(visitor.press(page, "not-approved"))["error_description"] == "Expired (3)"


def test_an_error_callback_of_its_own_gets_the_errors(visitor: Visitor, application: Application) -> None:
    order(application, "clients/sidecard-sandbox", {"error_url": "http://127.0.0.1:8000/oops/"})
    page = visitor.sign_in(visitor.ask("Cust67890"), "charlie")
    refused = visitor.press(page, "cancel")
    assert refused.headers["location"].startswith("http://127.0.0.1:8000/oops/?error=access_denied&")
    assert "code" in answer(visitor.press(visitor.ask("Cust67890"), "approve"))
