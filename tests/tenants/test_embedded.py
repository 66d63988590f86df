"""Signing in from inside a frame: two browsers' worth of cookies, the frame's and the pop-up's."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from django.http import HttpResponse
from django.test import Client

from panel.tenants import access
from panel.tenants.models import Handoff, Membership
from tests.sandbox.server import Sandbox

from .cast import AtSuperId, member

pytestmark = pytest.mark.django_db

ELSEWHERE = {"Sec-Fetch-Site": "cross-site"}


@dataclass
class Frame:
    """A panel's frame with its partitioned cookies, and what its script does."""

    client: Client = field(default_factory=lambda: Client(enforce_csrf_checks=True))

    def post(self, path: str, fields: dict[str, str], **headers: str) -> HttpResponse:
        token = self.client.get("/csrf/").json()["token"]
        return self.client.post(path, fields, headers={"X-CSRFToken": token} | headers)

    def begin(self, ctx: str = "Cust12345") -> str:
        return self.post("/signin/begin/", {"ctx": ctx}).json()["verifier"]

    def complete(self, verifier: str) -> int:
        return self.post("/signin/complete/", {"verifier": verifier}).status_code


class PopUp(Frame):
    """The pop-up, at top level: cookies of its own."""

    def bind(self, verifier: str) -> str:
        return self.post("/signin/bind/", {"verifier": verifier}).json()["location"]

    def sign_in(self, sandbox: Sandbox, address: str, human: str) -> HttpResponse:
        with AtSuperId(sandbox) as superid:
            return self.client.get(superid.come_back(address, human))


def test_it_works(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    verifier = frame.begin()
    assert popup.client.get("/signin/popup/").status_code == 200
    address = popup.bind(verifier)
    assert frame.complete(verifier) == 202
    back = popup.sign_in(sandbox, address, "alice")
    assert back.headers["location"] == "/signin/done/"
    assert "code=" not in back.headers["location"]
    assert popup.client.get("/signin/done/").status_code == 200
    assert frame.complete(verifier) == 200
    assert member(frame.client, "Cust12345").email == sandbox.world.humans["alice"].email


def test_the_pop_up_gets_no_session_of_the_persons(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    popup.sign_in(sandbox, popup.bind(frame.begin()), "alice")
    with pytest.raises(access.SignInNeeded):
        member(popup.client, "Cust12345")


def test_no_address_holds_the_verifier(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    verifier = frame.begin()
    assert verifier not in popup.bind(verifier)


def test_session_key_and_csrf_secret_change_with_the_sign_in(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    verifier = frame.begin()
    key, secret = frame.client.session.session_key, frame.client.cookies["__Host-csrf"].value
    popup.sign_in(sandbox, popup.bind(verifier), "alice")
    assert frame.complete(verifier) == 200
    assert frame.client.session.session_key != key
    assert frame.client.cookies["__Host-csrf"].value != secret


def test_cookies_are_partitioned(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    popup.bind(frame.begin())
    for browser in (frame, popup):
        assert set(browser.client.cookies) == {"__Host-psid", "__Host-csrf"}
        assert all("Partitioned" in cookie.OutputString() for cookie in browser.client.cookies.values())


def test_a_second_tenant_in_the_same_frames_jar(sandbox: Sandbox) -> None:
    frame = Frame()
    for ctx, human in (("Cust12345", "alice"), ("Cust67890", "charlie")):
        verifier = frame.begin(ctx)
        popup = PopUp()
        popup.sign_in(sandbox, popup.bind(verifier), human)
        assert frame.complete(verifier) == 200
    assert member(frame.client, "Cust12345").email == sandbox.world.humans["alice"].email
    assert member(frame.client, "Cust67890").email == sandbox.world.humans["charlie"].email


def test_frames_of_one_card_are_signed_in_together(sandbox: Sandbox) -> None:
    """They share one jar; the sibling asks again and is in."""
    side, tab = Frame(), Frame()
    tab.client.cookies = side.client.cookies
    verifier, popup = side.begin(), PopUp()
    popup.sign_in(sandbox, popup.bind(verifier), "alice")
    assert side.complete(verifier) == 200
    assert member(tab.client, "Cust12345").email == sandbox.world.humans["alice"].email


def test_a_sign_in_beside_another_one_in_the_same_session(sandbox: Sandbox) -> None:
    """The first to finish changes the session's key; the second still finds its frame."""
    frame = Frame()
    acme, other = frame.begin("Cust12345"), frame.begin("Cust67890")
    for verifier, human in ((acme, "alice"), (other, "charlie")):
        popup = PopUp()
        popup.sign_in(sandbox, popup.bind(verifier), human)
    assert (frame.complete(acme), frame.complete(other)) == (200, 200)
    assert member(frame.client, "Cust12345").tenant != member(frame.client, "Cust67890").tenant


# What an attacker may try


def test_a_handoff_signs_in_only_the_session_that_began_it(sandbox: Sandbox) -> None:
    frame, popup, attacker = Frame(), PopUp(), Frame()
    verifier = frame.begin()
    attacker.begin()
    popup.sign_in(sandbox, popup.bind(verifier), "alice")
    assert attacker.complete(verifier) == 202
    assert popup.complete(verifier) == 202
    assert Frame().complete(verifier) == 202
    assert frame.complete(verifier) == 200


def test_a_handoff_is_used_once(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    verifier = frame.begin()
    popup.sign_in(sandbox, popup.bind(verifier), "alice")
    assert frame.complete(verifier) == 200
    assert frame.complete(verifier) == 202


def test_a_handoff_is_bound_once(sandbox: Sandbox) -> None:
    frame, popup, late = Frame(), PopUp(), PopUp()
    verifier = frame.begin()
    popup.bind(verifier)
    refused = late.post("/signin/bind/", {"verifier": verifier})
    assert refused.status_code == 400
    assert "sign in again" in refused.json()["error"]


@pytest.mark.parametrize("verifier", ["", "unknown", "x" * 5000])
def test_an_unknown_verifier_binds_and_completes_nothing(sandbox: Sandbox, verifier: str) -> None:
    assert PopUp().post("/signin/bind/", {"verifier": verifier}).status_code == 400
    frame = Frame()
    frame.begin()
    assert frame.complete(verifier) == 202


def test_the_way_back_belongs_to_the_pop_up_that_left(sandbox: Sandbox) -> None:
    frame, popup, other = Frame(), PopUp(), PopUp()
    verifier = frame.begin()
    assert other.sign_in(sandbox, popup.bind(verifier), "alice").status_code == 400
    assert frame.complete(verifier) == 202
    assert not Membership.across_tenants.exists()


def test_a_sign_in_that_took_too_long_ends_nowhere(sandbox: Sandbox) -> None:
    frame, popup = Frame(), PopUp()
    verifier = frame.begin()
    address = popup.bind(verifier)
    Handoff.objects.all().delete()
    refused = popup.sign_in(sandbox, address, "alice")
    assert refused.status_code == 400
    assert "handoff-expired" in refused.content.decode()
    assert frame.complete(verifier) == 202
    assert not Membership.across_tenants.exists()


@pytest.mark.parametrize("path", ["/signin/begin/", "/signin/bind/", "/signin/complete/"])
def test_every_step_needs_a_token_and_a_page_of_ours(sandbox: Sandbox, path: str) -> None:
    verifier = Frame().begin()
    bare = Client(enforce_csrf_checks=True).post(path, {"verifier": verifier, "ctx": "Cust12345"})
    assert (bare.status_code, bare.headers["X-Csrf-Failed"]) == (403, "1")
    elsewhere = Frame().post(path, {"verifier": verifier, "ctx": "Cust12345"}, **ELSEWHERE)
    assert (elsewhere.status_code, elsewhere.json()) == (403, {"error": "cross-site"})
    assert Handoff.objects.get().state == Handoff.State.NEW
    assert Client().get(path).status_code == 405


def test_a_token_is_not_given_to_pages_of_others() -> None:
    refused = Client().get("/csrf/", headers=ELSEWHERE)
    assert refused.status_code == 403
    assert "__Host-csrf" not in refused.cookies
    assert "no-store" in Client().get("/csrf/").headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/signin/", "/signin/popup/", "/signin/done/", "/signin/callback/", "/csrf/"])
def test_nobody_frames_the_pages_of_signing_in(path: str) -> None:
    page = Client().get(path)
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert page.headers["X-Frame-Options"] == "DENY"
    assert "Cross-Origin-Opener-Policy" not in page.headers
    assert "<script>" not in page.content.decode()
    assert " style=" not in page.content.decode()


@pytest.mark.parametrize("ctx", ["", "../x", "<script>", "x" * 65])
def test_a_handoff_belongs_to_a_tenant(ctx: str) -> None:
    assert Frame().post("/signin/begin/", {"ctx": ctx}).status_code == 400


def test_a_made_up_session_key_is_not_taken_over() -> None:
    frame = Frame()
    frame.client.cookies["__Host-psid"] = "a" * 32
    frame.begin()
    assert frame.client.session.session_key != "a" * 32
