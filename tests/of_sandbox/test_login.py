"""Signing in at the sandbox's SuperID: discovery, requests, people, tenants, consent, the way back."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.superid import redeem_web_code

from .visitor import CALLBACK, Visitor, answer, hidden


def test_it_works(visitor: Visitor) -> None:
    page = visitor.ask("Cust12345")
    assert "Sandbox – not SuperOffice" in page.text
    fields = answer(visitor.sign_in(page, "bob"))
    assert fields.keys() == {"code", "state"}
    assert fields["state"] == "a state"


def test_discovery_says_what_the_documentation_says(visitor: Visitor) -> None:
    login = visitor.sandbox.login_url
    assert visitor.http.get("/login/.well-known/openid-configuration").json() == {
        "issuer": login,
        "authorization_endpoint": f"{login}/login/common/oauth/authorize",
        "token_endpoint": f"{login}/login/common/oauth/tokens",
        "jwks_uri": f"{login}/login/.well-known/jwks",
        "end_session_endpoint": f"{login}/login/logout",
        "revocation_endpoint": f"{login}/login/common/oauth/revoke",
        "scopes_supported": ["openid"],
        "response_modes_supported": ["form_post", "fragment", "query"],
        "response_types_supported": ["code", "id_token", "code id_token", "token id_token", "token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "grant_types_supported": ["implicit", "authorization_code", "refresh_token"],
    }


# The request


@pytest.mark.parametrize("client_id", [None, "", "somebody-else"])
def test_an_unknown_application_is_told_on_the_page_only(visitor: Visitor, client_id: str | None) -> None:
    page = visitor.ask(client_id=client_id)
    assert page.status_code == 400
    assert "Technical error" in page.text


@pytest.mark.parametrize(
    "uri",
    [
        None,
        "http://evil.example/",
        "http://127.0.0.1:8000.evil.example/",
        "http://127.0.0.1:8000",
        "http://evil.example/?http://127.0.0.1:8000/",
        "http://127.0.0.1:8000/#fragment",
        "javascript:alert(1)",
    ],
)
def test_a_callback_must_fit_a_registered_expression_in_full(visitor: Visitor, uri: str | None) -> None:
    page = visitor.ask(redirect_uri=uri)
    assert page.status_code == 400
    assert "InvalidRedirectUrl (2)" in page.text


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "unsupported_response_type"),
        ({"response_type": "cat"}, "unsupported_response_type"),
        ({"response_type": "token"}, "unauthorized_client"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"response_mode": "form_data"}, "invalid_request"),
        ({"code_challenge": "x" * 43, "code_challenge_method": "S512"}, "invalid_request"),
        ({"code_challenge": "too short", "code_challenge_method": "S256"}, "invalid_request"),
        ({"code_challenge": "x" * 129}, "invalid_request"),
        ({"code_challenge_method": "S256"}, "invalid_request"),
    ],
)
def test_a_wrong_request_is_told_to_the_callback(visitor: Visitor, change: dict[str, str | None], error: str) -> None:
    fields = answer(visitor.ask(**change))
    assert fields["error"] == error
    assert fields["error_description"]
    assert fields["state"] == "a state"


def test_a_parameter_given_twice_is_refused(visitor: Visitor) -> None:
    url = str(visitor.ask().url)
    assert answer(visitor.http.get(url + "&scope=openid"))["error"] == "invalid_request"


def test_other_scopes_are_ignored(visitor: Visitor) -> None:
    assert visitor.code("bob", scope="openid profile")


# People


def test_a_wrong_password_is_told_and_the_name_kept(visitor: Visitor) -> None:
    page = visitor.press(visitor.ask(), "sign-in", username="alice@acme.example", password="wrong")
    assert page.status_code == 403
    assert "User name or password is wrong" in page.text
    assert 'value="alice@acme.example"' in page.text


def test_an_unknown_person_gets_the_same_answer(visitor: Visitor) -> None:
    page = visitor.press(visitor.ask(), "sign-in", username="nobody@acme.example", password="wrong")
    assert "User name or password is wrong" in page.text


def test_what_was_typed_is_escaped(visitor: Visitor) -> None:
    page = visitor.press(visitor.ask(), "sign-in", username='"><script>alert(1)</script>', password="x")
    assert "<script>alert" not in page.text


def test_a_form_of_another_site_signs_nobody_in(visitor: Visitor) -> None:
    alice, page = visitor.sandbox.world.humans["alice"], visitor.ask()
    form = {"step": "sign-in", "username": alice.email, "password": alice.password}
    for forged in (form, form | {"form": ""}, form | {"form": "guessed"}):
        assert visitor.http.post(page.url, data=forged).status_code == 403
    assert visitor.sandbox.world.sessions == {}


def test_the_second_sign_in_asks_nothing(visitor: Visitor) -> None:
    visitor.code("bob")
    assert "code" in answer(visitor.ask("Cust12345"))


def test_the_session_cookie_is_for_superid_alone(visitor: Visitor) -> None:
    page, alice = visitor.ask(), visitor.sandbox.world.humans["alice"]
    form = {"form": hidden(page, "form"), "step": "sign-in", "username": alice.email, "password": alice.password}
    cookie = visitor.http.post(page.url, data=form).headers["set-cookie"]
    assert cookie.startswith("superid=")
    assert {"HttpOnly", "Path=/login", "SameSite=lax"} <= set(cookie.split("; "))


def test_a_hint_fills_in_the_name(visitor: Visitor) -> None:
    assert 'value="bob@acme.example"' in visitor.ask(login_hint="bob@acme.example").text


def test_a_hint_at_somebody_else_asks_again(visitor: Visitor) -> None:
    visitor.code("bob")
    assert "code" in answer(visitor.ask("Cust12345", login_hint="BOB@acme.example"))
    page = visitor.ask("Cust12345", login_hint="alice@acme.example")
    assert 'value="alice@acme.example"' in page.text
    assert "code" in answer(visitor.sign_in(page, "alice"))


def test_the_person_may_disregard_the_hint(visitor: Visitor) -> None:
    assert "code" in answer(visitor.sign_in(visitor.ask("Cust12345", login_hint="alice@acme.example"), "bob"))


# Tenants


def test_kim_chooses_between_two_tenants(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask(), "kim")
    assert "Cust12345" in page.text
    assert "Cust67890" in page.text
    code = answer(visitor.ask("Cust12345"))["code"]
    assert visitor.sandbox.world.codes[code]["ctx"] == "Cust12345"


def test_the_chooser_links_to_the_same_request(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask(nonce="a&b"), "kim")
    link = page.text.split('<a href="')[1].split('"')[0].replace("&amp;", "&")
    code = answer(visitor.http.get(link))["code"]
    assert visitor.sandbox.world.codes[code]["nonce"] == "a&b"


def test_who_has_one_tenant_is_not_asked(visitor: Visitor) -> None:
    code = answer(visitor.sign_in(visitor.ask(), "bob"))["code"]
    assert visitor.sandbox.world.codes[code]["ctx"] == "Cust12345"


@pytest.mark.parametrize("ctx", ["Cust12345", "cust12345"])
def test_both_forms_name_a_tenant(visitor: Visitor, ctx: str) -> None:
    in_path = answer(visitor.sign_in(visitor.ask(ctx), "kim"))["code"]
    in_acr = answer(visitor.ask(acr_values=f"tenant:{ctx}"))["code"]
    assert [visitor.sandbox.world.codes[c]["ctx"] for c in (in_path, in_acr)] == ["Cust12345", "Cust12345"]


@pytest.mark.parametrize("ctx", ["Cust12345", "Cust99999"])
def test_a_strange_tenant_is_refused(visitor: Visitor, ctx: str) -> None:
    page = visitor.sign_in(visitor.ask(ctx), "charlie")
    assert page.status_code == 403
    assert "Account does not have access" in page.text
    assert answer(visitor.press(page, "cancel"))["error"] == "access_denied"


def test_another_account_may_be_used_instead(visitor: Visitor) -> None:
    page = visitor.press(visitor.sign_in(visitor.ask("Cust12345"), "charlie"), "switch")
    assert "code" in answer(visitor.sign_in(page, "alice"))


# Consent


def test_an_administrator_approves_for_everybody(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask("Cust67890"), "charlie")
    assert "Approve Sidecard" in page.text
    assert "code" in answer(visitor.press(page, "approve"))
    tenant = visitor.sandbox.world.tenants["Cust67890"]
    assert (tenant.approved, tenant.approved_by) == (True, "charlie@oresund.example")
    page = visitor.ask("Cust67890", login_hint="dora@oresund.example")
    assert "code" in answer(visitor.sign_in(page, "dora"))


def test_an_administrator_may_decline(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask("Cust67890"), "charlie")
    assert answer(visitor.press(page, "cancel"))["error"] == "access_denied"
    assert not visitor.sandbox.world.tenants["Cust67890"].approved


def test_dora_cannot_approve(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask("Cust67890"), "dora")
    assert page.status_code == 403
    assert "An administrator must approve Sidecard" in page.text
    assert visitor.press(page, "approve").status_code == 403
    assert not visitor.sandbox.world.tenants["Cust67890"].approved
    assert answer(visitor.press(page, "cancel"))["error"] == "access_denied"


def test_consent_needs_our_own_form(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask("Cust67890"), "charlie")
    assert visitor.http.post(page.url, data={"step": "approve"}).status_code == 403
    assert not visitor.sandbox.world.tenants["Cust67890"].approved


def test_a_revoked_application_gets_nobody_in(visitor: Visitor) -> None:
    visitor.sandbox.world.end_authorization(visitor.sandbox.world.tenants["Cust12345"])
    fields = answer(visitor.sign_in(visitor.ask("Cust12345"), "alice"))
    assert (fields["error"], fields["error_description"]) == ("access_denied", "Revoked (1)")


# The way back


def test_form_post_puts_the_answer_into_a_form(visitor: Visitor) -> None:
    page = visitor.sign_in(visitor.ask("Cust12345", response_mode="form_post", state='"<x>'), "bob")
    assert f'method="post" action="{CALLBACK}"' in page.text
    assert hidden(page, "state") == '"<x>'
    assert hidden(page, "code") in visitor.sandbox.world.codes


def test_form_post_carries_errors_too(visitor: Visitor) -> None:
    assert hidden(visitor.ask(response_mode="form_post", scope=None), "error") == "invalid_scope"


def test_fragment_keeps_the_answer_from_the_server(visitor: Visitor) -> None:
    target = urlsplit(visitor.sign_in(visitor.ask("Cust12345", response_mode="fragment"), "bob").headers["location"])
    assert target.query == ""
    assert parse_qs(target.fragment).keys() == {"code", "state"}


def test_a_callback_keeps_its_own_query(visitor: Visitor) -> None:
    response = visitor.sign_in(visitor.ask("Cust12345", redirect_uri=CALLBACK + "?mine=1"), "bob")
    assert parse_qs(urlsplit(response.headers["location"]).query).keys() == {"mine", "code", "state"}


def test_without_state_there_is_none(visitor: Visitor) -> None:
    assert answer(visitor.sign_in(visitor.ask("Cust12345", state=None), "bob")).keys() == {"code"}


# Headers


def pages(visitor: Visitor) -> list[httpx.Response]:
    form_post = visitor.sign_in(visitor.ask("Cust12345", response_mode="form_post"), "kim")
    chooser, denied, error = visitor.ask(), visitor.ask("Cust1"), visitor.ask(client_id=None)
    return [visitor.ask(login_hint="bob@acme.example"), form_post, chooser, denied, error, visitor.http.get("/")]


def test_no_page_may_be_framed(visitor: Visitor) -> None:
    for page in [*pages(visitor), visitor.http.get("/nowhere")]:
        assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
        assert page.headers["x-frame-options"] == "DENY"
        assert "Sandbox – not SuperOffice" in page.text


def test_coop_is_sent_when_switched_on(visitor: Visitor) -> None:
    assert "cross-origin-opener-policy" not in visitor.ask().headers
    visitor.sandbox.world.login.coop = True
    assert visitor.ask().headers["cross-origin-opener-policy"] == "same-origin"
    assert visitor.sign_in(visitor.ask("Cust12345"), "bob").headers["cross-origin-opener-policy"] == "same-origin"


# Signing out, and SuperOffice Web


def test_logout_ends_the_session(visitor: Visitor) -> None:
    visitor.code("bob")
    assert "You are signed out" in visitor.http.get("/login/logout").text
    assert "<h1>Sign in</h1>" in visitor.ask("Cust12345").text
    assert visitor.sandbox.world.sessions == {}


def test_logout_goes_on_to_registered_addresses_only(visitor: Visitor) -> None:
    there = visitor.http.get("/login/logout", params={"scope": "openid", "redirect_uri": CALLBACK})
    assert there.headers["location"] == CALLBACK
    assert visitor.http.get("/login/logout", params={"redirect_uri": "http://evil.example/"}).status_code == 200


def web_code(visitor: Visitor, response: httpx.Response, sandbox: Sandbox, ctx: str) -> str:
    target = urlsplit(response.headers["location"])
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{sandbox.tenant_url(ctx)}/signin"
    assert parse_qs(target.query)["return"] == [f"/{ctx}/default.aspx?contact.main?contact_id=17"]
    return parse_qs(target.query)["code"][0]


def test_superoffice_web_signs_in_by_a_code(visitor: Visitor, sandbox: Sandbox) -> None:
    query = {"ctx": "Cust12345", "return": "/Cust12345/default.aspx?contact.main?contact_id=17"}
    page = visitor.follow(visitor.http.get("/login/web", params=query))
    code = web_code(visitor, visitor.sign_in(page, "bob"), sandbox, "Cust12345")
    assert redeem_web_code(sandbox.world, code) == ("Cust12345", "bob")
    assert redeem_web_code(sandbox.world, code) is None


def test_superoffice_web_lets_kim_choose(visitor: Visitor, sandbox: Sandbox) -> None:
    page = visitor.sign_in(visitor.http.get("/login/web", params={"return": ""}), "kim")
    link = page.text.split('<a href="')[1].split('"')[0].replace("&amp;", "&")
    assert "/Cust12345/signin?code=" in visitor.http.get(link).headers["location"]


def test_a_code_for_superoffice_web_expires_and_is_no_token(visitor: Visitor, sandbox: Sandbox) -> None:
    query = {"ctx": "Cust12345", "return": "/Cust12345/default.aspx?contact.main?contact_id=17"}
    page = visitor.follow(visitor.http.get("/login/web", params=query))
    code = web_code(visitor, visitor.sign_in(page, "bob"), sandbox, "Cust12345")
    sandbox.world.clock_offset += 61
    assert redeem_web_code(sandbox.world, code) is None
    assert redeem_web_code(sandbox.world, visitor.code("bob")) is None
