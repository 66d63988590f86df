"""What every answer carries: who may frame it, what may run in it, who may keep it, and its cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse

from panel.panels.company import Company
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.tenants.cast import sign_in

from .routes import PATHS
from .visitor import BY_HTMX, BY_HTMX_IN_A_FRAME, IN_A_FRAME, SEARCH, Visitor, arrive, edit, form_of, panel

pytestmark = pytest.mark.django_db

ACME = 17
SHOW, EDIT = panel("Cust12345", 5, ACME), edit("Cust12345", 5, ACME)
NOWHERE = ["/panels/none/", "/panels/company/none/", "/panels/", "/none", "/admin/", "/accounts/login/"]
LOCKED_DOWN = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
}
COOKIE = {"HttpOnly", "Secure", "SameSite=None", "Partitioned", "Path=/"}


def policy(answer: HttpResponse) -> dict[str, str]:
    parts = [part.strip().partition(" ") for part in answer.headers["Content-Security-Policy"].split(";")]
    return {name: value for name, _, value in parts}


def as_everybody(sandbox: Sandbox) -> Iterator[HttpResponse]:
    """Every address, and some that do not exist, as a stranger and as Alice, read and sent to, in every way."""
    for visitor in (Visitor(), arrive(sandbox, "Cust12345", "alice")):
        for path in PATHS + NOWHERE:
            query = SHOW.partition("?")[2]
            for headers in ({}, IN_A_FRAME, BY_HTMX_IN_A_FRAME):
                yield visitor.get(f"{path}?{query}", headers=headers)
            yield visitor.post(f"{path}?{query}", {"ctx": "none", "search": "Acm"}, headers=BY_HTMX)
            yield Visitor(enforce_csrf_checks=True).post(path)


def is_of_no_interest(answer: HttpResponse) -> bool:
    """Holds nothing of anybody: whether we live, that there is nothing, that a page is out of date, where to go."""
    path = answer.request["PATH_INFO"]
    refused = answer.status_code in (404, 405) or "X-Csrf-Failed" in answer.headers
    return refused or path in ("/healthz", "/readyz") or (path == "/signout/" and answer.status_code == 302)


def check(answer: HttpResponse) -> None:
    """What holds for each and every answer."""
    check_framing(answer)
    assert is_of_no_interest(answer) or "no-store" in answer.headers["Cache-Control"]
    for name, morsel in answer.cookies.items():
        assert name.startswith("__Host-")
        assert set(morsel.OutputString().split("; ")) >= COOKIE
        assert not morsel["domain"]


def check_framing(answer: HttpResponse) -> None:
    told = policy(answer)
    path = answer.request["PATH_INFO"]
    assert LOCKED_DOWN.items() <= told.items()
    assert not [value for value in told.values() if "unsafe" in value or "*" in value.replace(":*", "")]
    framed_by = " ".join(settings.FRAME_ANCESTORS) if path.startswith("/panels/") else "'none'"
    assert told["frame-ancestors"] == framed_by
    assert answer.headers.get("X-Frame-Options") == (None if path.startswith("/panels/") else "DENY")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Cross-Origin-Opener-Policy" not in answer.headers, "it would cut the pop-up off from its frame"
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_every_answer_is_locked_down(sandbox: Sandbox) -> None:
    """CERT-04, CERT-18: only our own scripts and styles, framed by SuperOffice only, nothing kept, safe cookies."""
    seen, cookies = set(), set()
    for answer in as_everybody(sandbox):
        check(answer)
        seen.add(answer.status_code)
        cookies |= set(answer.cookies)
    assert {200, 302, 400, 401, 403, 404, 405} <= seen
    assert cookies == {settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME}


@pytest.mark.parametrize("path", [SHOW, EDIT, SEARCH])
def test_an_error_of_ours_is_locked_down_too(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, path: str) -> None:
    """CERT-12: a neutral page of our own, without a word of what broke; SuperOffice can show it in its frame."""

    def break_down(*_args: object, **_how: object) -> None:
        raise RuntimeError("a secret: Acme")

    alice = Visitor(raise_request_exception=False)
    sign_in(alice, "Cust12345", "alice", sandbox)
    monkeypatch.setattr("panel.tenants.doors.as_person", break_down)
    for headers in ({}, IN_A_FRAME, BY_HTMX):
        answer = alice.get(path, headers=headers)
        page = answer.content.decode()
        assert answer.status_code == 500
        assert "Something broke on our side" in page
        assert not [word for word in ("Acme", "RuntimeError", "Traceback", "break_down") if word in page]
        check_framing(answer)


def test_an_error_of_ours_promises_nothing_about_a_change(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    """CERT-12: what broke may have broken after SuperOffice saved."""

    async def break_down(*_args: object) -> None:
        raise RuntimeError("broken")

    alice = Visitor(raise_request_exception=False)
    sign_in(alice, "Cust12345", "alice", sandbox)
    form = form_of(alice.get(EDIT)) | {"phones-0": "+47 22 33 44 55"}
    monkeypatch.setattr(Company, "load_part", break_down)
    answer = alice.post(EDIT, form, headers=BY_HTMX)
    assert answer.status_code == 500
    assert sandbox.world.tenants["Cust12345"].rows["contact"][ACME]["phones"][0]["value"] == "+47 22 33 44 55"
    assert "look first whether it was saved" in answer.content.decode()


@pytest.mark.parametrize("fault", [{}, {"status": 500}, {"status": 404}, {"drop": "before"}])
def test_pages_of_the_crm_are_never_kept(sandbox: Sandbox, alice: Visitor, fault: dict[str, Any]) -> None:
    """CERT-13: neither a proxy nor the browser's history keeps them: after a sign-out "back" shows nothing."""
    form = form_of(alice.get(EDIT))
    if fault:
        sandbox.world.faults.append(Fault(**fault))
    for headers in ({}, IN_A_FRAME, BY_HTMX):
        for answer in (
            alice.get(SHOW, headers=headers),
            alice.get(f"{SHOW}&part=sales", headers=headers),
            alice.get(EDIT, headers=headers),
            alice.post(EDIT, form | {"phones-0": "+47 22 33 44 55"}, headers=headers),
            alice.post(EDIT, form | {"name": ""}, headers=headers),
            alice.post(SEARCH, {"search": "acme"}, headers=headers),
        ):
            check(answer)
            assert "no-store" in answer.headers["Cache-Control"]


def test_no_page_holds_what_its_policy_forbids(sandbox: Sandbox, alice: Visitor) -> None:
    """CERT-04: no inline script, style or handler, and nothing from elsewhere."""
    form = form_of(alice.get(EDIT))
    alice.post(EDIT, form | {"name": ""})
    for path in PATHS + NOWHERE:
        alice.get(f"{path}?{SHOW.partition('?')[2]}")
    pages = [page.content.decode() for page in alice.answers if "html" in page.headers.get("Content-Type", "")]
    assert len(pages) > len(PATHS)
    for page in pages:
        assert not re.search(r"<script(?![^>]*\bsrc=)", page)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|hx-on|hx-vals=.js|<base\b", page)
        for url in re.findall(r'(?:src|href)="(?!mailto:|tel:)([^"]*)"', page):
            is_link = re.search(rf'<a\b[^>]*href="{re.escape(url)}"', page)
            assert url.startswith(("/", "#")) or is_link, url


# Cookies, over the wire as a browser gets them


def test_signing_out_deletes_in_the_partition(alice: Visitor) -> None:
    """CERT-18: a deletion that names no partition would leave the frame's cookie where it is."""
    answer = alice.post("/signout/", {})
    for morsel in answer.cookies.values():
        assert set(morsel.OutputString().split("; ")) >= COOKIE
