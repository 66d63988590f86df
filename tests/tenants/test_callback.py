"""Coming back from SuperID with something wrong: a clear page, a line in the log, no secret in either."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from starlette.exceptions import HTTPException

from panel.tenants.models import Handoff, Membership, Tenant
from tests.sandbox import oauth
from tests.sandbox.server import Sandbox
from tests.sandbox.tokens import signing_key
from tests.sandbox.world import Fault, World

from . import forge
from .cast import AtSuperId, onwards

pytestmark = pytest.mark.django_db

Refused = Callable[..., HttpResponse]


def begin(client: Client, ctx: str = "Cust12345") -> str:
    return onwards(client.post("/signin/", {"uctx": ctx}).content)


@pytest.fixture
def comes_back(client: Client, sandbox: Sandbox) -> Callable[..., str]:
    """Sign in at SuperID as somebody; returns the way back, not yet taken."""

    def run(human: str = "alice", ctx: str = "Cust12345") -> str:
        with AtSuperId(sandbox) as superid:
            return superid.come_back(begin(client, ctx), human)

    return run


@pytest.fixture
def is_refused(client: Client, sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> Refused:
    """Take the way back; check that it is refused for this reason, and that nothing of it leaks or stays."""

    def run(back: str, reason: str, status: int, by: Client = client) -> HttpResponse:
        caplog.clear()
        with caplog.at_level(logging.DEBUG):
            page = by.get(back)
        assert page.status_code == status
        assert f"code: {reason}." in page.content.decode()
        events = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
        assert [event["reason"] for event in events if event["event"] == "sign-in refused"] == [reason]
        world = sandbox.world
        secrets = [*world.codes, *world.access_tokens, *world.refresh_tokens, "sandbox-secret", "eyJ", "system_token"]
        shown = page.content.decode() + caplog.text
        assert not [secret for secret in secrets if secret in shown]
        assert not Membership.across_tenants.exists()
        assert not Tenant.objects.exists()
        return page

    return run


@pytest.mark.parametrize("query", ["", "?code=x", "?code=x&state=unknown", "?state=unknown&error=access_denied"])
def test_without_a_state_of_ours(is_refused: Refused, query: str) -> None:
    is_refused(f"/signin/callback/{query}", "state", 400)


def test_with_another_browsers_state(comes_back: Callable[..., str], is_refused: Refused) -> None:
    is_refused(comes_back(), "state", 400, by=Client())


def test_a_state_works_once(client: Client, comes_back: Callable[..., str], is_refused: Refused) -> None:
    back = comes_back()
    assert client.get(back).status_code == 302
    Tenant.objects.all().delete()
    is_refused(back, "state", 400)


def test_a_replayed_code(client: Client, comes_back: Callable[..., str], is_refused: Refused) -> None:
    """A stolen code under a state of one's own: SuperID gave it for another PKCE pair, and only once."""
    used = dict(parse_qsl(urlsplit(comes_back()).query))["code"]
    own_state = dict(parse_qsl(urlsplit(begin(client)).query))["state"]
    is_refused("/signin/callback/?" + urlencode({"code": used, "state": own_state}), "code", 400)


def test_a_code_used_before(client: Client, comes_back: Callable[..., str], is_refused: Refused) -> None:
    back = comes_back()
    session = client.session["socialaccount_states"]
    assert client.get(back).status_code == 302
    Tenant.objects.all().delete()
    store = client.session
    store["socialaccount_states"] = session
    store.save()
    is_refused(back, "code", 400)


def test_cancelled_at_superid(client: Client, sandbox: Sandbox, is_refused: Refused) -> None:
    state = dict(parse_qsl(urlsplit(begin(client)).query))["state"]
    query = urlencode({"error": "access_denied", "error_description": "<script>", "state": state})
    assert b"<script>" not in is_refused(f"/signin/callback/?{query}", "access_denied", 403).content


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ("NeedsReapproval (5)", b"has to approve Sidecard: for the first time, or again"),
        ("Expired (3)", b"approval of Sidecard has run out"),
        ("Revoked (1)", b"has taken away Sidecard&#x27;s access"),
    ],
)
def test_what_an_administrator_can_mend_is_said_with_the_way_to_do_it(
    client: Client, sandbox: Sandbox, told: str, words: bytes
) -> None:
    state = dict(parse_qsl(urlsplit(begin(client)).query))["state"]
    query = urlencode({"error": "access_denied", "error_description": told, "state": state})

    page = client.get(f"/signin/callback/?{query}")

    assert page.status_code == 403
    assert words in page.content
    assert b'href="/appstore/install/"' in page.content


def test_an_error_nobody_knows(client: Client, sandbox: Sandbox, is_refused: Refused) -> None:
    state = dict(parse_qsl(urlsplit(begin(client)).query))["state"]
    is_refused("/signin/callback/?" + urlencode({"error": "8A:looks-secret", "state": state}), "no-code", 403)


def test_the_wrong_tenant(client: Client, sandbox: Sandbox, is_refused: Refused) -> None:
    """The address asked for Cust12345; whatever came back, it proves Cust67890."""
    address = begin(client).replace("acr_values=tenant%3ACust12345", "acr_values=tenant%3ACust67890")
    with AtSuperId(sandbox) as superid:
        back = superid.come_back(address, "charlie")
    page = is_refused(back, "other-tenant", 403).content.decode()
    assert "(Cust67890), but this panel belongs to Cust12345." in page


def test_superid_is_gone(client: Client, comes_back: Callable[..., str], is_refused: Refused, settings: Any) -> None:
    back = comes_back()
    settings.SUPEROFFICE = settings.SUPEROFFICE | {"login_url": "http://localhost:9"}
    is_refused(back, "superid-unavailable", 502)
    assert client.post("/signin/").status_code == 502


def test_a_proxy_in_the_environment_does_not_see_the_code(
    monkeypatch: pytest.MonkeyPatch, client: Client, comes_back: Callable[..., str]
) -> None:
    back = comes_back()
    monkeypatch.setenv("HTTP_PROXY", "http://localhost:9")
    monkeypatch.setenv("NO_PROXY", "")
    assert client.get(back).status_code == 302


def test_the_code_and_our_secret_follow_no_redirect(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, comes_back: Callable[..., str], is_refused: Refused
) -> None:
    asked: list[str] = []

    def exchange(*_args: Any) -> dict[str, Any]:
        asked.append("once")
        raise HTTPException(307, headers={"Location": f"{sandbox.login_url}/login/common/oauth/tokens"})

    monkeypatch.setattr(oauth.TokenEndpoint, "exchange", exchange)
    is_refused(comes_back(), "superid-unavailable", 502)
    assert asked == ["once"]


@pytest.mark.parametrize(
    "answer", [{"access_token": "8A:x"}, {"access_token": "8A:x", "id_token": None, "expires_in": "soon"}]
)
def test_an_answer_without_what_is_promised(
    monkeypatch: pytest.MonkeyPatch, comes_back: Callable[..., str], is_refused: Refused, answer: dict[str, Any]
) -> None:
    monkeypatch.setattr(oauth.TokenEndpoint, "exchange", lambda *_args: answer)
    is_refused(comes_back(), "id-token-malformed", 403)


def test_an_answer_without_a_refresh_token(
    monkeypatch: pytest.MonkeyPatch, comes_back: Callable[..., str], is_refused: Refused
) -> None:
    whole = oauth.TokenEndpoint.exchange

    def exchange(*args: Any) -> dict[str, Any]:
        return {name: value for name, value in whole(*args).items() if name != "refresh_token"}

    monkeypatch.setattr(oauth.TokenEndpoint, "exchange", exchange)
    is_refused(comes_back(), "token-answer", 403)


# Forged id tokens, all the way


def public_key_as_secret(world: World, told: dict[str, Any]) -> str:
    public = signing_key(world.keys[0]).private.public_key()
    return forge.signed_with_public_key_as_secret(told, forge.pem(public), x5t=signing_key(world.keys[0]).x5t)


FORGERIES: dict[str, Callable[[World, dict[str, Any]], str]] = {
    "signature": lambda world, told: forge.sign(told, by="forger", x5t=signing_key(world.keys[0]).x5t),
    "algorithm": lambda world, told: forge.unsigned(told),
    "expired": lambda world, told: oauth_sign(world, told | {"exp": int(time.time()) - 60}),
    "audience": lambda world, told: oauth_sign(world, told | {"aud": "another-application"}),
    "issuer": lambda world, told: oauth_sign(world, told | {"iss": "https://evil.example"}),
    "nonce": lambda world, told: oauth_sign(world, told | {"nonce": "another"}),
    "missing-claim": lambda world, told: oauth_sign(world, {k: v for k, v in told.items() if k != "sub"}),
    "foreign-address": lambda world, told: oauth_sign(
        world, told | {forge.CLAIM + "webapi_url": "https://evil.example/Cust12345/api/"}
    ),
}
oauth_sign = oauth.sign


@pytest.mark.parametrize(("reason", "forgery"), [*FORGERIES.items(), ("algorithm", public_key_as_secret)])
def test_a_forged_id_token(
    monkeypatch: pytest.MonkeyPatch,
    comes_back: Callable[..., str],
    is_refused: Refused,
    reason: str,
    forgery: Callable[[World, dict[str, Any]], str],
) -> None:
    monkeypatch.setattr(oauth, "sign", forgery)
    is_refused(comes_back(), f"id-token-{reason}", 403)


def test_tokens_of_two_people(
    monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, comes_back: Callable[..., str], is_refused: Refused
) -> None:
    """The id token says Alice, the access token beside it is Bob's."""
    whole = oauth.TokenEndpoint.exchange

    def exchange(*args: Any) -> dict[str, Any]:
        bobs = sandbox.world.issue_access_token("Cust12345", "bob", "sidecard-sandbox")
        return whole(*args) | {"access_token": bobs}

    monkeypatch.setattr(oauth.TokenEndpoint, "exchange", exchange)
    is_refused(comes_back(), "other-principal", 403)


def test_without_an_answer_of_netserver_the_address_is_the_name(
    client: Client, sandbox: Sandbox, comes_back: Callable[..., str]
) -> None:
    sandbox.world.faults.append(Fault(path="currentPrincipal", status=500, count=1))
    assert client.get(comes_back()).status_code == 302
    assert Membership.across_tenants.get().name == sandbox.world.humans["alice"].email
    assert client.get(comes_back()).status_code == 302
    assert Membership.across_tenants.get().name == "Alice Berg"
    sandbox.world.faults.append(Fault(path="currentPrincipal", status=500, count=1))
    assert client.get(comes_back()).status_code == 302
    assert Membership.across_tenants.get().name == "Alice Berg"


def test_signing_in_again_undoes_nothing(client: Client, sandbox: Sandbox, comes_back: Callable[..., str]) -> None:
    client.get(comes_back())
    Tenant.objects.update(status=Tenant.Status.ACTIVE)
    Membership.across_tenants.update(generation=7)
    client.get(comes_back())
    assert Tenant.objects.get().status == Tenant.Status.ACTIVE
    assert Membership.across_tenants.get().generation == 7


def test_after_a_key_rotation_people_still_come_in(
    client: Client, sandbox: Sandbox, comes_back: Callable[..., str]
) -> None:
    sandbox.world.keys.reverse()
    try:
        assert client.get(comes_back()).status_code == 302
    finally:
        sandbox.world.keys.reverse()


def test_a_refusal_leaves_the_handoff_waiting(client: Client, sandbox: Sandbox) -> None:
    verifier = client.post("/signin/begin/", {"ctx": "Cust12345"}).json()["verifier"]
    popup = Client()
    address = popup.post("/signin/bind/", {"verifier": verifier}).json()["location"]
    with AtSuperId(sandbox) as superid:
        back = superid.come_back(address.replace("Cust12345", "Cust67890"), "charlie")
    assert popup.get(back).status_code == 403
    assert Handoff.objects.get().state == Handoff.State.BOUND
    assert client.post("/signin/complete/", {"verifier": verifier}).status_code == 202
