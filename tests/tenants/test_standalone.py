"""Signing in and out in a window of our own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.contrib.auth import get_user_model
from django.test import Client

from panel.tenants import access
from panel.tenants.models import Membership, Tenant
from panel.tenants.standalone import safe_path
from tests.sandbox.server import Sandbox

from .cast import AtSuperId, member, onwards, sign_in

pytestmark = pytest.mark.django_db


def test_it_works(client: Client, sandbox: Sandbox) -> None:
    there = "/panels/company/?uctx=Cust12345&contact_id=17"
    assert sign_in(client, "Cust12345", "alice", sandbox, next_path=there) == there
    alice = member(client, "Cust12345")
    seeded = sandbox.world.tenants["Cust12345"]
    assert (alice.associate_id, alice.is_administrator) == (seeded.associates["alice"].associate_id, True)
    assert (alice.tenant.company_name, alice.tenant.serial) == (seeded.company_name, seeded.serial)
    assert alice.tenant.api_address == f"{sandbox.urls['online2']}/Cust12345/api/"
    assert alice.tenant.status == Tenant.Status.AUTHORISED
    assert alice.tenant.system_token.startswith("Sidecard-")


def test_the_grant_is_what_superid_gave(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "bob", sandbox)
    grant = member(client, "Cust12345").open_grant()
    assert grant is not None
    assert grant.access_token in sandbox.world.access_tokens
    assert grant.refresh_token in sandbox.world.refresh_tokens


def test_allauth_keeps_nothing(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    assert not get_user_model().objects.exists()
    assert not SocialAccount.objects.exists()
    assert not SocialToken.objects.exists()
    assert set(client.session.keys()) == {access.HELD, "socialaccount_states"}
    assert client.session["socialaccount_states"] == {}


def test_what_is_asked_of_superid(client: Client, sandbox: Sandbox) -> None:
    page = client.post("/signin/", {"uctx": "Cust12345"})
    address = urlsplit(onwards(page.content))
    query = {name: value for name, (value,) in parse_qs(address.query).items()}
    assert f"{address.scheme}://{address.netloc}{address.path}" == f"{sandbox.login_url}/login/common/oauth/authorize"
    assert query["acr_values"] == "tenant:Cust12345"
    assert query["response_mode"] == "query"
    assert (query["response_type"], query["scope"], query["code_challenge_method"]) == ("code", "openid", "S256")
    assert query["redirect_uri"].endswith("/signin/callback/")
    assert min(len(query[name]) for name in ("state", "nonce", "code_challenge")) >= 16


def test_without_a_tenant_superid_chooses(client: Client, sandbox: Sandbox) -> None:
    assert "acr_values" not in onwards(client.post("/signin/").content)
    sign_in(client, "", "charlie", sandbox)
    assert member(client, "Cust67890").name


def test_looking_at_the_page_begins_nothing(client: Client, sandbox: Sandbox) -> None:
    page = client.get("/signin/", {"uctx": "Cust12345", "next": "/panels/company/"})
    assert 'name="uctx" value="Cust12345"' in page.content.decode()
    assert 'name="next" value="/panels/company/"' in page.content.decode()
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert not sandbox.world.calls


def test_beginning_needs_a_token_of_ours(sandbox: Sandbox) -> None:
    refused = Client(enforce_csrf_checks=True).post("/signin/")
    assert (refused.status_code, refused.headers["X-Csrf-Failed"]) == (403, "1")


def test_the_session_key_changes(client: Client, sandbox: Sandbox) -> None:
    client.post("/signin/")
    before = client.session.session_key
    sign_in(client, "Cust12345", "alice", sandbox)
    assert client.session.session_key != before


def test_every_cookie_is_partitioned(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    client.get("/signin/")
    assert set(client.cookies) == {"__Host-psid", "__Host-csrf"}
    for cookie in client.cookies.values():
        assert "Partitioned" in cookie.OutputString()
        assert (cookie["samesite"], bool(cookie["secure"]), bool(cookie["httponly"])) == ("None", True, True)


@pytest.mark.parametrize(
    "wanted",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "evil", ""],
)
def test_it_never_leads_elsewhere(client: Client, sandbox: Sandbox, wanted: str) -> None:
    assert safe_path(wanted) == "/"
    assert sign_in(client, "Cust12345", "alice", sandbox, next_path=wanted) == "/?uctx=Cust12345"


# Several tenants, several people


def test_signing_in_to_another_tenant_keeps_the_first(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "kim", sandbox)
    sign_in(client, "Cust67890", "charlie", sandbox)  # an administrator, who approves
    with AtSuperId(sandbox) as superid:
        client.get(superid.come_back(onwards(client.post("/signin/", {"uctx": "Cust67890"}).content), "kim"))
    first, second = member(client, "Cust12345"), member(client, "Cust67890")
    assert first.email == second.email
    assert first.tenant != second.tenant


def test_signing_in_again_replaces_the_user_of_that_tenant(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    sign_in(client, "Cust12345", "bob", sandbox)
    assert member(client, "Cust12345").email == sandbox.world.humans["bob"].email


def test_a_second_sign_in_of_the_same_person_ends_no_other_session(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust12345", "alice", sandbox)
    sign_in(Client(), "Cust12345", "alice", sandbox)
    assert member(client, "Cust12345").name
    assert Membership.across_tenants.count() == 1


# Signing out


def test_signing_out_reaches_every_session_and_leaves_superoffice_alone(client: Client, sandbox: Sandbox) -> None:
    other = Client()
    sign_in(client, "Cust12345", "alice", sandbox)
    sign_in(other, "Cust12345", "alice", sandbox)
    superid_sessions = dict(sandbox.world.sessions)
    assert client.post("/signout/", {"ctx": "cust12345"}).headers["location"] == "/signin/"
    for browser in (client, other):
        with pytest.raises(access.SignInNeeded):
            member(browser, "Cust12345")
    row = Membership.across_tenants.get()
    assert (row.sealed_grant, row.grant_expires_at) == ("", None)
    assert sandbox.world.sessions == superid_sessions


def test_signing_out_of_one_tenant_keeps_the_others(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust67890", "charlie", sandbox)
    sign_in(client, "Cust12345", "alice", sandbox)
    client.post("/signout/", {"ctx": "Cust67890"})
    assert member(client, "Cust12345").name
    with pytest.raises(access.SignInNeeded):
        member(client, "Cust67890")


def test_signing_out_of_all(client: Client, sandbox: Sandbox) -> None:
    sign_in(client, "Cust67890", "charlie", sandbox)
    sign_in(client, "Cust12345", "alice", sandbox)
    client.post("/signout/")
    assert client.session[access.HELD] == {}
    assert {row.generation for row in Membership.across_tenants.all()} == {2}


def test_an_old_session_cannot_sign_out_the_next_one(client: Client, sandbox: Sandbox) -> None:
    other = Client()
    sign_in(client, "Cust12345", "alice", sandbox)
    sign_in(other, "Cust12345", "alice", sandbox)
    client.post("/signout/")
    sign_in(client, "Cust12345", "alice", sandbox)
    other.post("/signout/")
    assert member(client, "Cust12345").name


def test_scripts_get_an_answer_for_scripts(client: Client, sandbox: Sandbox) -> None:
    assert client.post("/signout/", headers={"Accept": "application/json"}).json() == {"signed_out": True}


def test_signing_out_needs_a_post(client: Client) -> None:
    assert client.get("/signout/").status_code == 405
