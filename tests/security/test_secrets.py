"""Tokens, secrets and what the CRM holds: a whole story is told, then every place is searched where they could rest."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from django.core.cache import cache
from django.http import HttpResponse
from pytest_django import Settings

from panel.tenants import tasks
from panel.tenants.models import Membership, Tenant
from tests.sandbox import oauth
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.tenants.cast import AtSuperId, sign_in

from .traces import database, found, layers, our_addresses, overheard, remembered, secrets_of, spilt, texts_of
from .visitor import (
    BY_HTMX,
    BY_HTMX_IN_A_FRAME,
    IN_A_FRAME,
    SEARCH,
    Visitor,
    changed_meanwhile,
    edit,
    form_of,
    panel,
    words,
)

pytestmark = pytest.mark.django_db

ACME = 17
SHOW, EDIT = panel("Cust12345", 5, ACME), edit("Cust12345", 5, ACME)
TYPED = "+47 99 88 77 66"
SEARCHED = "Fjordkraft"


@dataclass
class Story:
    """Alice's day, with all that can go wrong in it; and what was seen, kept and said meanwhile."""

    sandbox: Sandbox
    frame: Visitor = field(default_factory=Visitor)
    popup: Visitor = field(default_factory=Visitor)
    window: Visitor = field(default_factory=Visitor)
    stored: list[str] = field(default_factory=list)
    secrets: set[str] = field(default_factory=set)
    said: str = ""

    def tell(self) -> None:
        for chapter in (self.signs_in, self.looks, self.edits, self.in_trouble, self.renews, self.loses, self.leaves):
            chapter()
            self.stored += [database(), remembered()]
            self.secrets |= secrets_of(self.sandbox.world)

    @property
    def answers(self) -> Iterator[HttpResponse]:
        for browser in (self.frame, self.popup, self.window):
            yield from browser.answers

    def signs_in(self) -> None:
        """By a pop-up for a frame, then in a window of ours, and a few times in vain."""
        self.frame.get(SHOW, headers=IN_A_FRAME)
        verifier = self.frame.post("/signin/begin/", {"ctx": "Cust12345"}).json()["verifier"]
        self.popup.get("/signin/popup/")
        address = self.popup.post("/signin/bind/", {"verifier": verifier}).json()["location"]
        with AtSuperId(self.sandbox) as superid:
            back = superid.come_back(address, "alice")
        self.popup.get(back, follow=True)
        self.popup.get(back)
        assert self.frame.post("/signin/complete/", {"verifier": verifier}).json() == {"signed_in": True}
        sign_in(self.window, "Cust12345", "alice", self.sandbox, next_path=SHOW)
        self.secrets.add(verifier)

    def looks(self) -> None:
        for headers in (IN_A_FRAME, BY_HTMX, BY_HTMX_IN_A_FRAME, {}):
            assert self.frame.get(SHOW, headers=headers).status_code == 200
        assert self.window.get("/", follow=True).status_code == 200
        assert SEARCHED in self.window.post(SEARCH, {"search": SEARCHED}, headers=BY_HTMX).content.decode()
        self.window.get("/panels/none/")
        self.window.get(panel("Cust12345", 6, ACME))
        self.window.get(panel("Cust12345", 5, 999999))
        self.window.get(SHOW, headers={"Host": "evil.example"})

    def edits(self) -> None:
        form = form_of(self.frame.get(EDIT, headers=BY_HTMX))
        assert self.frame.post(EDIT, form | {"name": "", "phones-0": TYPED}, headers=BY_HTMX).status_code == 422
        assert self.frame.post(EDIT, form | {"phones-0": TYPED}, headers=BY_HTMX).status_code == 200
        assert self.frame.post(EDIT, form | {"phones-0": TYPED + "0"}, headers=BY_HTMX).status_code == 409
        assert self.frame.post(EDIT, form | {"phones-0": TYPED, "basis": "x"}).status_code == 422

    def in_trouble(self) -> None:
        form = form_of(self.frame.get(EDIT)) | {"phones-0": TYPED + "1"}
        for trouble in ({"status": 500}, {"status": 403}, {"status": 429}, {"drop": "before"}, {"status": 404}):
            self.sandbox.world.faults.append(Fault(**trouble))
            for headers in (IN_A_FRAME, BY_HTMX):
                self.frame.get(SHOW, headers=headers)
                assert TYPED + "1" in self.frame.post(EDIT, form, headers=headers).content.decode()
            self.window.post(SEARCH, {"search": SEARCHED})
            self.sandbox.world.faults.clear()

    def renews(self) -> None:
        """Ahead of the end by a panel, after a 401, and in the background."""
        self.expires_in(timedelta(seconds=5))
        assert self.frame.get(SHOW).status_code == 200
        changed_meanwhile(ACME)
        self.sandbox.world.faults.append(Fault(status=401, count=1))
        assert self.frame.get(SHOW).status_code == 200
        self.expires_in(timedelta(minutes=2))
        assert tasks.renew_grants() == 1

    def loses(self) -> None:
        """The application is revoked at SuperOffice."""
        self.secrets |= secrets_of(self.sandbox.world)
        tenant = self.sandbox.world.tenants["Cust12345"]
        self.sandbox.world.end_authorization(tenant)
        self.expires_in(timedelta(minutes=2))
        assert tasks.renew_grants() == 0
        assert self.frame.get(SHOW, headers=IN_A_FRAME).status_code == 401
        tenant.revoked, tenant.approved = False, True

    def leaves(self) -> None:
        sign_in(self.window, "Cust12345", "alice", self.sandbox)
        self.secrets |= secrets_of(self.sandbox.world)
        self.window.post("/signout/", {"ctx": "Cust12345"}, follow=True)
        assert self.window.get(SHOW).status_code == 401

    def expires_in(self, span: timedelta) -> None:
        Membership.across_tenants.update(grant_expires_at=datetime.now(UTC) + span)


@pytest.fixture
def story(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Story:
    """It has been told."""
    told, sign = Story(sandbox), oauth.sign

    def signed(world: Any, claims: dict[str, Any]) -> str:
        token = sign(world, claims)
        told.secrets.add(token.rpartition(".")[2])
        return token

    monkeypatch.setattr(oauth, "sign", signed)
    with overheard() as journal:
        told.tell()
    told.said = journal.text
    kinds = (sandbox.world.access_tokens, sandbox.world.refresh_tokens, sandbox.world.codes)
    assert all(kinds)
    assert len(told.secrets) > 20
    return told


def test_a_whole_day_leaves_no_trace(story: Story) -> None:
    """Told once, searched for everything: each search says what it shows."""
    no_secret_is_stored_shown_or_said(story)
    session_keys_are_in_cookies_only(story)
    nothing_of_the_crm_is_said_in_logs(story)
    nothing_of_the_crm_is_in_our_addresses(story)


def no_secret_is_stored_shown_or_said(story: Story) -> None:
    """CERT-07, CERT-34: no token, secret, code or id token in clear in database, sessions, cache, pages or logs."""
    for stored in story.stored:
        assert not spilt(story.secrets, stored)
    for answer in story.answers:
        assert not spilt(story.secrets - _its_own(answer), words(answer)), answer.request
    assert not spilt(story.secrets, story.said)
    assert any("signed in" in line for line in story.said.splitlines()), "the journal listens"
    assert "memberships" in "\n".join(layers(story.stored[0] + story.stored[1])), "sessions are among it"


def _its_own(answer: HttpResponse) -> set[str]:
    """The verifier is told to the frame that began, in the one answer that is meant to tell it."""
    return {answer.json()["verifier"]} if answer.request["PATH_INFO"] == "/signin/begin/" else set()


def session_keys_are_in_cookies_only(story: Story) -> None:
    """CERT-18: what a cookie keeps from scripts is in no page and no log."""
    keys = {answer.cookies["__Host-psid"].value for answer in story.answers if "__Host-psid" in answer.cookies}
    keys.discard("")
    assert len(keys) > 3
    assert not spilt(keys, story.said)
    assert not [answer for answer in story.answers if spilt(keys, answer.content.decode())]


def nothing_of_the_crm_is_said_in_logs(story: Story) -> None:
    """CERT-13: logs name customers and users by their ids; what people wrote stays in the CRM."""
    texts = texts_of(story.sandbox.world, "Cust12345") | {TYPED, SEARCHED, "Acme"}
    shown = "".join(answer.content.decode() for answer in story.answers)
    assert len(found(texts, shown)) > 20, "the story shows enough to give away"
    assert not found(texts, story.said)


def nothing_of_the_crm_is_in_our_addresses(story: Story) -> None:
    """CERT-13: an address that is forwarded, or kept by a history or a proxy, holds ids only."""
    texts = texts_of(story.sandbox.world, "Cust12345") | {TYPED, SEARCHED, "Acme"}
    led_to = [url for answer in story.answers for url in our_addresses(answer.content.decode())]
    headers = [str(answer.headers) for answer in story.answers]
    asked = [str(answer.request.get("QUERY_STRING", "")) for answer in story.answers]
    assert len(led_to) > 100
    for address in (*led_to, *headers, *asked):
        assert not found(texts, address)
        assert not spilt({TYPED, SEARCHED}, address)


# The test of the test: it notices


def into_the_database(secret: str) -> str:
    Tenant.objects.create(environment="sandbox", ctx="X", company_name=f"Hello {secret}")
    return database()


def into_a_session(secret: str) -> str:
    visitor = Visitor()
    session = visitor.session
    session["tokens"] = [secret] * 3
    session.save()
    return database() + remembered()


def into_the_cache(secret: str) -> str:
    cache.set("token", {"token": secret})
    return remembered()


def into_the_log(secret: str) -> str:
    with overheard() as journal:
        logging.getLogger("panel").debug("got %s", secret)
    return journal.text


def into_a_structured_log(secret: str) -> str:
    with overheard() as journal:
        structlog.get_logger("panel.tenants").debug("renewed", token=secret)
    return journal.text


def into_a_traceback(secret: str) -> str:
    with overheard() as journal:
        try:
            raise ValueError(secret)
        except ValueError:
            logging.getLogger("panel").exception("failed")
    return journal.text


@pytest.mark.parametrize(
    "plant",
    [into_the_database, into_a_session, into_the_cache, into_the_log, into_a_structured_log, into_a_traceback],
)
def test_a_secret_that_is_spilt_is_found(sandbox: Sandbox, plant: Callable[[str], str]) -> None:
    secret = sandbox.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
    assert secret in spilt(secrets_of(sandbox.world), plant(secret))


def test_a_session_in_the_database_is_looked_through(sandbox: Sandbox, settings: Settings) -> None:
    secret = sandbox.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    into_a_session(secret)
    assert secret not in database(), "sessions are wrapped"
    assert secret in spilt([secret], database())
