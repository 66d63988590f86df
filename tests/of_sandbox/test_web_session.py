"""SuperOffice Web's own session: through SuperID and back, one a tenant, nothing for strangers."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.web import COOKIE, local

from .visitor import Visitor
from .web_user import WebUser

PLACE = "/Cust12345/default.aspx?contact.main?contact_id=17"


@pytest.fixture
def stranger(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox)
    yield user
    user.close()


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "alice")
    yield user
    user.close()


def code_for(visitor: Visitor, who: str, ctx: str, back: str) -> str:
    """The address on the tenant host that SuperID sends a person to after signing in."""
    page = visitor.follow(visitor.http.get("/login/web", params={"ctx": ctx, "return": back}))
    return visitor.sign_in(page, who).headers["location"]


def test_a_stranger_signs_in_at_superid_and_arrives_where_he_wanted_to(
    sandbox: Sandbox, stranger: WebUser, visitor: Visitor
) -> None:
    refused = stranger.open("contact.main?contact_id=17")
    assert refused.status_code == 303
    target = urlsplit(refused.headers["location"])
    asked = parse_qs(target.query)
    assert f"{target.scheme}://{target.netloc}" == sandbox.login_url
    assert asked == {"ctx": ["Cust12345"], "return": [PLACE]}

    signed_in = stranger.http.get(code_for(visitor, "alice", "Cust12345", PLACE))

    assert signed_in.headers["location"] == PLACE
    cookie = signed_in.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "Path=/Cust12345", "SameSite=lax"} <= set(cookie.split("; "))
    assert "<h1>Acme" in stranger.open("contact.main?contact_id=17").text


def test_a_code_works_once(stranger: WebUser, visitor: Visitor) -> None:
    address = code_for(visitor, "alice", "Cust12345", PLACE)
    assert stranger.http.get(address).status_code == 303
    again = stranger.http.get(address)
    assert again.status_code == 403
    assert "set-cookie" not in again.headers


def test_a_code_for_one_tenant_opens_no_other(stranger: WebUser, visitor: Visitor) -> None:
    address = code_for(visitor, "kim", "Cust67890", "/Cust67890/default.aspx").replace("/Cust67890/", "/Cust12345/", 1)
    assert stranger.http.get(address).status_code == 403


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", "/Cust67890/", "", "x"]
)
def test_a_way_back_elsewhere_leads_home(sandbox: Sandbox, stranger: WebUser, visitor: Visitor, back: str) -> None:
    arrived = stranger.http.get(code_for(visitor, "alice", "Cust12345", back))
    assert arrived.headers["location"] == "/Cust12345/default.aspx"


def test_a_way_back_with_line_breaks_or_dots_leads_home() -> None:
    assert local("/Cust12345/x\r\nSet-Cookie: a=b", "Cust12345") == "/Cust12345/default.aspx"
    assert local("/Cust12345/../login", "Cust12345") == "/Cust12345/default.aspx"


def test_another_tenants_session_is_nobody_here(sandbox: Sandbox) -> None:
    user = WebUser(sandbox, "kim", "Cust67890")
    there = httpx.get(
        sandbox.tenant_url("Cust12345") + "/default.aspx", headers=user.http.headers, trust_env=False, verify=False
    )
    user.close()
    assert there.status_code == 303
    assert "ctx=Cust12345" in there.headers["location"]


def test_a_script_that_fetches_parts_is_told_401(stranger: WebUser) -> None:
    answer = stranger.http.get(f"{stranger.url}/default.aspx", headers={"Sandbox-Partial": "1"})
    assert answer.status_code == 401


def test_signing_out_ends_the_session(sandbox: Sandbox, alice: WebUser) -> None:
    bye = alice.http.post(f"{alice.url}/signout")
    assert "You are signed out" in bye.text
    assert alice.open().status_code == 303
    assert not sandbox.world.web_sessions


@pytest.mark.parametrize("path", ["signout", "language", "save/contact/17"])
def test_a_form_of_another_site_is_refused(sandbox: Sandbox, alice: WebUser, path: str) -> None:
    answer = alice.http.post(f"{alice.url}/{path}", headers={"Origin": "http://127.0.0.1:8000"}, data={"name": "X"})
    assert answer.status_code == 403
    assert sandbox.world.tenants["Cust12345"].rows["contact"][17]["name"] == "Acme"
    assert alice.open().status_code == 200


def test_the_wrong_host_says_421_and_where_to_go(sandbox: Sandbox, alice: WebUser) -> None:
    """The text is NetServer's (en/api/overview, "Wrong subdomain used to access tenant")."""
    sandbox.world.tenants["Cust12345"].host = "app"
    answer = alice.open()
    assert answer.status_code == 421
    assert "Wrong subdomain used to access tenant" in answer.text
    assert f'href="{sandbox.tenant_url("Cust12345")}/"' in answer.text


def test_an_unknown_tenant_and_one_in_maintenance_get_a_calm_page(sandbox: Sandbox, alice: WebUser) -> None:
    assert alice.http.get(sandbox.urls["online2"] + "/Cust00000/default.aspx").status_code == 404
    sandbox.world.tenants["Cust12345"].state = "Backup"
    answer = alice.open()
    assert answer.status_code == 503
    assert "Sandbox – not SuperOffice" in answer.text


def test_every_page_refuses_frames_and_runs_only_our_scripts(alice: WebUser) -> None:
    policy = alice.open().headers["content-security-policy"]
    assert {"script-src 'self'", "frame-ancestors 'none'", "frame-src *"} <= set(policy.split("; "))


def test_the_way_to_the_tenant_is_found_in_any_case(alice: WebUser) -> None:
    answer = alice.http.get(alice.url.replace("Cust12345", "cust12345") + "/default.aspx?contact")
    assert answer.headers["location"] == "/Cust12345/default.aspx?contact"
