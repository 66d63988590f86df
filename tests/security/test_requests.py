"""Requests that somebody else made up: leading people elsewhere, under another name, or without their knowing."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from panel.tenants.models import Handoff, Membership
from tests.sandbox.server import Sandbox
from tests.tenants.cast import onwards, sign_in

from .routes import PATHS
from .visitor import BY_HTMX, IN_A_FRAME, SEARCH, Visitor, arrive, edit, form_of, panel, words

pytestmark = pytest.mark.django_db

ACME = 17
SHOW, EDIT = panel("Cust12345", 5, ACME), edit("Cust12345", 5, ACME)

# Leading elsewhere

ELSEWHERE = [
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example/",
    "\\\\evil.example/",
    "/\t/evil.example/",
    "\t//evil.example/",
    " //evil.example/",
    "/\n/evil.example/",
    "http:evil.example",
    "http:///evil.example",
    "https:/evil.example",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "/%0d%0aLocation:%20https://evil.example/",
    "/\r\nSet-Cookie: a=b",
    "evil.example",
    "@evil.example/",
    "/@evil.example/",
    "/panels/company/../../..//evil.example",
    "\x00//evil.example",
]


def as_a_browser(location: str) -> str:
    """Where a browser goes: it drops line breaks and tabs, and reads a backslash as a slash."""
    plain = "".join(char for char in location if char not in "\t\r\n").strip("\x00 ").replace("\\", "/")
    return urljoin(settings.SIDECARD_BASE_URL + "/signin/callback/", plain)


@pytest.mark.parametrize("wanted", ELSEWHERE)
def test_a_sign_in_leads_to_pages_of_ours_only(sandbox: Sandbox, wanted: str) -> None:
    """CERT-04, CERT-45: ``next`` cannot make our sign-in the first half of a fraud."""
    visitor = Visitor()
    landed = as_a_browser(sign_in(visitor, "Cust12345", "alice", sandbox, next_path=wanted))
    assert urlsplit(landed)[:2] == urlsplit(settings.SIDECARD_BASE_URL)[:2]
    assert "a" not in visitor.cookies
    for page in (visitor.get("/signin/", {"next": wanted}), visitor.post("/signin/", {"next": wanted})):
        assert not re.search(r'(?:href|action)="(?!/|http://localhost:)', page.content.decode())


@pytest.mark.parametrize(
    "uctx", ["x&redirect_uri=https://evil.example/", "x state=1", "../x", "x#", "Cust12345\r\n", "é"]
)
def test_a_context_cannot_add_to_superids_address(sandbox: Sandbox, uctx: str) -> None:
    address = onwards(Visitor().post("/signin/", {"uctx": uctx}).content)
    query = parse_qs(urlsplit(address).query)
    assert "acr_values" not in query
    assert query["redirect_uri"] == [settings.SIDECARD_BASE_URL + "/signin/callback/"]
    assert all(len(values) == 1 for values in query.values())


# Under another name


@pytest.mark.parametrize("path", PATHS)
def test_another_host_name_is_never_repeated(path: str) -> None:
    """CERT-45: whatever name somebody makes up for us, no page, link or redirect leads there."""
    for headers in ({}, IN_A_FRAME, BY_HTMX):
        for answer in (
            Visitor().get(path, headers=headers | {"Host": "evil.example"}),
            Visitor().post(path, headers=headers | {"Host": "evil.example"}),
        ):
            assert "evil.example" not in words(answer)
            assert answer.status_code == 400 or path in ("/healthz", "/readyz")


def test_our_address_is_not_taken_from_the_request(sandbox: Sandbox) -> None:
    """SuperID sends the code where the settings say, however the request came."""
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    page = Visitor().post("/signin/", headers=headers)
    assert parse_qs(urlsplit(onwards(page.content)).query)["redirect_uri"] == [
        settings.SIDECARD_BASE_URL + "/signin/callback/"
    ]
    assert "evil.example" not in page.content.decode()


# Without their knowing


def strict(sandbox: Sandbox) -> Visitor:
    """Alice's browser, where a token against cross-site requests is asked for as in life."""
    visitor = Visitor(enforce_csrf_checks=True)
    visitor.cookies = arrive(sandbox, "Cust12345", "alice").cookies
    return visitor


def token(visitor: Client) -> str:
    value: str = visitor.get("/csrf/").json()["token"]
    return value


TOLD_BY_SUPEROFFICE = {"/webhooks/guessed/": 410, "/appstore/state/": 400}
"""What a server posts, whose proof is a signature; and how they answer somebody without one."""


@pytest.mark.parametrize(("path", "status"), TOLD_BY_SUPEROFFICE.items())
def test_what_servers_post_needs_a_signature_instead(sandbox: Sandbox, path: str, status: int) -> None:
    assert strict(sandbox).post(path, {"Event": "contact.changed"}).status_code == status


def test_no_post_is_taken_without_a_token(sandbox: Sandbox) -> None:
    """CERT-45: every address refuses what another site made the browser send; nothing happens."""
    alice = strict(sandbox)
    form = form_of(alice.get(EDIT)) | {"phones-0": "+47 66 66 66 66", "ctx": "Cust12345", "search": "Acme"}
    sandbox.world.calls.clear()
    assert set(TOLD_BY_SUPEROFFICE) < set(PATHS)
    for path in set(PATHS) - set(TOLD_BY_SUPEROFFICE):
        for headers in ({}, BY_HTMX, IN_A_FRAME):
            answer = alice.post(f"{path}?{EDIT.partition('?')[2]}", form, headers=headers)
            assert (answer.status_code, answer.headers.get("X-Csrf-Failed")) == (403, "1"), path
    assert not sandbox.world.calls
    assert not Handoff.objects.exists()
    assert Membership.across_tenants.get().generation == 1
    assert alice.get(SHOW).status_code == 200


@pytest.mark.parametrize("made_up", ["", "x", "a" * 32, "a" * 64])
def test_a_made_up_token_is_no_token(sandbox: Sandbox, made_up: str) -> None:
    alice = strict(sandbox)
    form = form_of(alice.get(EDIT)) | {"phones-0": "+47 66 66 66 66"}
    assert alice.post(EDIT, form | {"csrfmiddlewaretoken": made_up}).status_code == 403
    assert alice.post(EDIT, form, headers={"X-CSRFToken": made_up}).status_code == 403


def test_a_token_of_another_browser_is_no_token(sandbox: Sandbox) -> None:
    alice = strict(sandbox)
    theirs = token(Visitor(enforce_csrf_checks=True))
    alice.get("/csrf/")
    assert alice.post("/signout/", {"ctx": ""}, headers={"X-CSRFToken": theirs}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "http://localhost:8801", "null"])
def test_another_origin_is_refused_even_with_a_token(sandbox: Sandbox, origin: str) -> None:
    """SuperOffice itself may frame us, but not send for us."""
    alice = strict(sandbox)
    headers = {"X-CSRFToken": token(alice), "Origin": origin}
    assert alice.post("/signout/", {"ctx": ""}, headers=headers).status_code == 403


def test_with_a_token_of_ours_all_of_it_works(sandbox: Sandbox) -> None:
    """The test of the test."""
    alice = strict(sandbox)
    form = form_of(alice.get(EDIT)) | {"phones-0": "+47 22 33 44 55"}
    for path, fields, status in (
        (EDIT, form, 303),
        (SEARCH, {"search": "Acme"}, 200),
        ("/signin/", {}, 200),
        ("/signin/begin/", {"ctx": "Cust12345"}, 200),
        ("/signin/bind/", {"verifier": "x"}, 400),
        ("/signin/complete/", {"verifier": "x"}, 202),
        ("/signout/", {"ctx": "Cust12345"}, 302),
    ):
        answer = alice.post(path, fields, headers={"X-CSRFToken": token(alice)})
        assert answer.status_code == status, path


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_methods_nobody_asked_for_do_nothing(sandbox: Sandbox, path: str, method: str) -> None:
    answer = getattr(Visitor(), method)(path)
    assert answer.status_code == 405 or path in ("/healthz", "/readyz")


def test_looking_changes_nothing(sandbox: Sandbox, alice: Visitor) -> None:
    """What a link, an image or a prefetch can do to a person: nothing."""
    before = sandbox.world.tenants["Cust12345"].rows
    for path in PATHS:
        alice.get(f"{path}?{EDIT.partition('?')[2]}&ctx=Cust12345&name=x&phones-0=1")
    assert not [call for call in sandbox.world.calls if call["method"] not in ("GET", "POST")]
    assert sandbox.world.tenants["Cust12345"].rows == before
    assert Membership.across_tenants.get().generation == 1
    assert not Handoff.objects.exists()
