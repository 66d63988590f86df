"""Texts from the CRM are texts, whatever they look like."""

from __future__ import annotations

from html import escape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse

from tests.sandbox import gate
from tests.sandbox.answers import Refused
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault, Row

from .visitor import BY_HTMX, IN_A_FRAME, SEARCH, Visitor, edit, form_of, panel

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
HOSTILE = 23
NASTY = """'"><img src=x onerror=alert(1)>{{ 7|add:7 }}{% now %}&lt;b&gt;"""
SHOW, EDIT = panel("Cust12345", 5, HOSTILE), edit("Cust12345", 5, HOSTILE)


class Page(HTMLParser):
    """What a browser makes of a page: elements with attributes, and texts."""

    def __init__(self, answer: HttpResponse) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(answer.content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())

    @property
    def values(self) -> list[str | None]:
        return [attrs.get("value") for _, attrs in self.elements]

    @property
    def is_harmless(self) -> bool:
        """No script but our own files, no handler, no image, no address that runs something."""
        scripts = [attrs.get("src") for tag, attrs in self.elements if tag == "script"]
        named = {name for _, attrs in self.elements for name in attrs}
        links = [attrs.get(name) or "" for _, attrs in self.elements for name in ("href", "src", "action")]
        runs = [url for url in links if url.strip().lower().startswith(("javascript:", "data:", "vbscript:"))]
        own = all(src and src.startswith("/static/") for src in scripts)
        return own and not runs and not {name for name in named if name.startswith("on")}


def company(sandbox: Sandbox) -> Row:
    row: Row = sandbox.world.tenants["Cust12345"].rows["contact"][HOSTILE]
    return row


@pytest.fixture
def hostile(sandbox: Sandbox) -> Row:
    """The company whose name is a script, with more of that everywhere else."""
    row, tenant = company(sandbox), sandbox.world.tenants["Cust12345"]
    assert row["name"] == SCRIPT
    row["department"] = row["orgnr"] = row["number"] = NASTY
    row["phones"][0] |= {"value": NASTY, "description": NASTY}
    row["emails"] = [{"id": 1, "value": NASTY, "description": ""}]
    row["urls"] = [{"id": 2, "value": "javascript:alert(1)", "description": ""}]
    row["postal"]["line1"] = row["street"]["line1"] = NASTY
    for person in tenant.rows["person"].values():
        if person["contact"] == HOSTILE:
            person |= {"first_name": SCRIPT, "last_name": NASTY, "title": NASTY}
    for sale in tenant.rows["sale"].values():
        sale |= {"contact": HOSTILE, "heading": NASTY, "status": "Open"}
    for activity in tenant.rows["appointment"].values():
        if activity["contact"] == HOSTILE:
            activity["title"] = activity["agenda"] = activity["text"] = NASTY
    return row


@pytest.mark.parametrize("headers", [{}, IN_A_FRAME, BY_HTMX])
def test_in_the_panel(hostile: Row, alice: Visitor, headers: dict[str, str]) -> None:
    """CERT-04."""
    answer = alice.get(SHOW, headers=headers)
    page = Page(answer)
    assert answer.status_code == 200
    assert page.is_harmless
    assert SCRIPT in page.texts
    assert page.texts.count(NASTY) > 5
    assert escape(SCRIPT) in answer.content.decode()


@pytest.mark.parametrize("part", ["facts", "people", "sales", "activities"])
def test_in_a_part_of_it(hostile: Row, alice: Visitor, part: str) -> None:
    """CERT-04."""
    page = Page(alice.get(f"{SHOW}&part={part}", headers=BY_HTMX))
    assert page.is_harmless
    assert any(NASTY in text for text in page.texts)


def test_in_the_search(hostile: Row, alice: Visitor) -> None:
    """CERT-04: among hits, what was opened last, and what was typed."""
    alice.get(SHOW)
    for headers in ({}, BY_HTMX):
        for answer in (alice.get(SEARCH, headers=headers), alice.post(SEARCH, {"search": "script"}, headers=headers)):
            found = Page(answer)
            assert found.is_harmless
            assert any(SCRIPT in text for text in found.texts)
    assert SCRIPT in Page(alice.post(SEARCH, {"search": SCRIPT})).values


@pytest.mark.parametrize("headers", [{}, IN_A_FRAME, BY_HTMX])
def test_in_the_form_and_its_errors(sandbox: Sandbox, hostile: Row, alice: Visitor, headers: dict[str, str]) -> None:
    """CERT-04: as first shown, with mistakes in it, in trouble, and torn between two versions."""
    shown = alice.get(EDIT, headers=headers)
    form = form_of(shown)
    assert Page(shown).is_harmless
    assert {SCRIPT, NASTY} <= set(Page(shown).values)

    mistaken = alice.post(EDIT, form | {"name": "", "emails-0": SCRIPT, "category": SCRIPT}, headers=headers)
    assert mistaken.status_code == 422
    assert Page(mistaken).is_harmless
    assert SCRIPT in Page(mistaken).values

    good = form | {"emails-0": "", "org_nr": "", "name": SCRIPT + "2"}
    sandbox.world.faults.append(Fault(status=500))
    in_trouble = alice.post(EDIT, good, headers=headers)
    sandbox.world.faults.clear()
    assert in_trouble.status_code == 503
    assert Page(in_trouble).is_harmless
    assert SCRIPT + "2" in Page(in_trouble).values

    hostile["name"] = NASTY
    torn = alice.post(EDIT, good, headers=headers)
    assert torn.status_code == 409
    assert Page(torn).is_harmless
    assert {SCRIPT + "2", NASTY} <= set(Page(torn).texts)


def test_superoffices_own_words_are_words(sandbox: Sandbox, alice: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """CERT-04: the message of an error may repeat what somebody typed."""

    def refuse(*_args: Any) -> Any:
        raise Refused(403, "SoSentryException", NASTY)

    form = form_of(alice.get(EDIT)) | {"name": "Changed"}
    monkeypatch.setattr(gate.Gate, "_call", refuse)
    for headers in ({}, BY_HTMX):
        for answer in (
            alice.get(SHOW, headers=headers),
            alice.post(SEARCH, {"search": "acme"}, headers=headers),
            alice.post(EDIT, form, headers=headers),
        ):
            assert answer.status_code == 403
            assert Page(answer).is_harmless
            assert NASTY in Page(answer).texts


@pytest.mark.parametrize("name", ["uctx", "usid", "lang", "contact_id", "part", "back", "next", "error", "state"])
@pytest.mark.parametrize("path", ["/", "/panels/company/", "/panels/company/edit/", "/signin/", "/signin/callback/"])
def test_in_an_address(sandbox: Sandbox, path: str, name: str) -> None:
    """CERT-04: nothing that somebody wrote into a link to us comes back as more than a text."""
    sane = {"uctx": "Cust12345", "usid": "5", "contact_id": "17"}
    for headers in ({}, IN_A_FRAME, BY_HTMX):
        page = Visitor().get(path, sane | {name: NASTY}, headers=headers)
        assert Page(page).is_harmless
        assert "<img" not in page.content.decode()
