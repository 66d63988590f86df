"""Whoever has not proven to belong to a customer sees nothing of him, by whatever address."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.http import HttpResponse

from tests.sandbox.server import Sandbox
from tests.tenants.cast import sign_in

from .routes import PATHS
from .traces import found, texts_of
from .visitor import (
    BY_HTMX,
    BY_HTMX_IN_A_FRAME,
    IN_A_FRAME,
    Visitor,
    arrive,
    edit,
    form_of,
    panel,
    words,
)

pytestmark = pytest.mark.django_db

ACME = 17
WAYS: list[dict[str, str]] = [{}, IN_A_FRAME, BY_HTMX, BY_HTMX_IN_A_FRAME]
RECORD = "lang=en-US&contact_id=17&person_id=17&sale_id=1&project_id=1&ticket_id=1"
FOREIGN = [
    f"?uctx=Cust12345&usid=5&{RECORD}",
    f"?uctx=Cust12345&{RECORD}",
    f"?uctx=CUST12345&usid=5&{RECORD}",
    f"?uctx=cust12345&usid=6&{RECORD}&part=sales",
    f"?uctx=Cust67890&uctx=Cust12345&usid=5&{RECORD}",
    f"?uctx=Cust12345&uctx=Cust67890&usid=5&{RECORD}",
    f"?uctx=Cust12345%00&usid=5&{RECORD}",
    f"?uctx=Cust67890/../Cust12345&usid=5&{RECORD}",
    f"?uctx=&usid=5&{RECORD}",
    f"?{RECORD}",
    "",
]
"""Queries that name Cust12345 as well as a stranger can, or nobody."""
NEIGHBOURS = [f"?uctx=Cust67890&usid=5&lang=en-US&contact_id={key}&person_id={key}&sale_id={key}" for key in (17, 23)]
"""Charlie's own customer, with numbers of records that only Cust12345 has."""


def tour(visitor: Visitor, queries: list[str], body: dict[str, str]) -> Iterator[HttpResponse]:
    """Every address, read and sent to: with the first query in each way, with the others in one or another."""
    for path in PATHS:
        for number, query in enumerate(queries):
            for headers in WAYS if number == 0 else [WAYS[number % len(WAYS)]]:
                yield visitor.get(path + query, headers=headers)
                yield visitor.post(path + query, body, headers=headers)


def nosy(alice: Visitor) -> dict[str, str]:
    """A body that asks for Cust12345 in every field there is, even with a form that Alice was given."""
    basis = form_of(alice.get(edit("Cust12345", 5, ACME)))["basis"]
    changed = {"basis": basis, "name": "Charlie was here", "phones-0": "+45 11 22 33 44"}
    asked = {"uctx": "Cust12345", "ctx": "Cust12345", "usid": "5", "contact_id": "17", "search": "Acm"}
    return changed | asked | {"next": panel("Cust12345", 5, ACME), "verifier": "x", "size": "100"}


def test_charlie_sees_nothing_of_cust12345(sandbox: Sandbox, alice: Visitor, charlie: Visitor) -> None:
    """CERT-13, CERT-32: data of a customer is shown to nobody who has not proven to be one of his users.

    Charlie is user 5 of his own customer, as Alice is of hers, so that his number alone would not give him away.
    """
    body = nosy(alice)
    secrets = texts_of(sandbox.world, "Cust12345")
    assert found(secrets, words(alice.answers[-1])), "the test would not notice Cust12345 if it saw it"
    sandbox.world.calls.clear()
    for answer in tour(charlie, FOREIGN + NEIGHBOURS, body):
        assert not found(secrets, words(answer)), answer.request
    assert not [call for call in sandbox.world.calls if str(call["tenant"]).lower() == "cust12345"]
    assert sandbox.world.tenants["Cust12345"].rows["contact"][ACME]["name"] == "Acme"
    assert alice.get(panel("Cust12345", 5, ACME)).status_code == 200, "Charlie cannot sign Alice out either"
    own = charlie.get(panel("Cust67890", 5, 2))
    assert found(texts_of(sandbox.world, "Cust67890"), words(own)), "he was signed in all the while"


def test_a_passer_by_sees_nothing_at_all(sandbox: Sandbox, alice: Visitor) -> None:
    """CERT-13: an address that was forwarded shows nothing but a way to sign in."""
    body = nosy(alice)
    secrets = texts_of(sandbox.world, "Cust12345") | texts_of(sandbox.world, "Cust67890")
    sandbox.world.calls.clear()
    for answer in tour(Visitor(), FOREIGN, body):
        assert not found(secrets, words(answer)), answer.request
    assert not [call for call in sandbox.world.calls if "/api/" in call["path"]]


@pytest.mark.parametrize("headers", WAYS)
def test_a_passer_by_is_asked_to_sign_in(headers: dict[str, str]) -> None:
    """CERT-13, CERT-32."""
    answer = Visitor().get(panel("Cust12345", 5, ACME), headers=headers)
    assert answer.status_code == 401
    assert "Sign in to see this panel" in answer.content.decode()


def test_after_signing_out_bob_is_a_stranger_everywhere(sandbox: Sandbox, bob: Visitor) -> None:
    """CERT-13: one sign-out ends him in every browser and frame, and his tokens are gone."""
    at_home = arrive(sandbox, "Cust12345", "bob")
    body = form_of(bob.get(edit("Cust12345", 6, ACME))) | {"phones-0": "+47 11 11 11 11"}
    assert bob.post("/signout/", {"ctx": "Cust12345"}).status_code == 302
    sandbox.world.calls.clear()
    secrets = texts_of(sandbox.world, "Cust12345")
    for browser in (bob, at_home):
        for headers in WAYS:
            shown = browser.get(panel("Cust12345", 6, ACME), headers=headers)
            home = browser.get("/", headers=headers)
            assert (shown.status_code, home.headers["location"]) == (401, "/signin/")
            assert not found(secrets, words(shown) + words(home))
            assert browser.post(edit("Cust12345", 6, ACME), body, headers=headers).status_code == 401
    assert not sandbox.world.calls


@pytest.mark.parametrize("headers", WAYS)
@pytest.mark.parametrize("contact_id", [ACME, 0])
def test_alice_is_not_shown_what_superoffice_shows_to_bob(
    sandbox: Sandbox, alice: Visitor, headers: dict[str, str], contact_id: int
) -> None:
    """CERT-32: another ``usid`` than the proven one stops the panel; it neither falls back nor switches."""
    body = form_of(alice.get(edit("Cust12345", 5, ACME)))
    sandbox.world.calls.clear()
    for answer in (
        alice.get(panel("Cust12345", 6, contact_id), headers=headers),
        alice.get(edit("Cust12345", 6, contact_id), headers=headers),
        alice.post(edit("Cust12345", 6, contact_id), body | {"phones-0": "+47 1"}, headers=headers),
    ):
        assert answer.status_code == 403
        assert "Two different users" in answer.content.decode()
        assert not found({"Acme"}, answer.content.decode())
    assert not sandbox.world.calls


@pytest.mark.parametrize("usid", ["", "&usid=", "&usid=0", "&usid=<usid>", "&usid=05x"])
def test_in_superoffices_frame_an_address_without_a_user_proves_nothing(
    sandbox: Sandbox, alice: Visitor, usid: str
) -> None:
    """CERT-14: without both ``uctx`` and ``usid`` a framed panel stays shut."""
    sandbox.world.calls.clear()
    answer = alice.get(f"/panels/company/?uctx=Cust12345{usid}&contact_id=17", headers=IN_A_FRAME)
    assert answer.status_code == 400
    assert "does not say who is asking" in answer.content.decode()
    assert not sandbox.world.calls


@pytest.mark.parametrize("ctx", ["cust12345", "CUST12345", "cUST12345"])
def test_the_case_of_a_context_identifier_opens_nothing_and_locks_nobody_out(
    sandbox: Sandbox, alice: Visitor, charlie: Visitor, ctx: str
) -> None:
    assert alice.get(panel(ctx, 5, ACME)).status_code == 200
    assert charlie.get(panel(ctx, 5, ACME)).status_code == 401


def test_a_consultant_in_two_tenants_gets_each_ones_own(sandbox: Sandbox, db: None) -> None:
    """The same number means another company in another tenant; the one session holds both, apart but for their names,
    between which she chooses.
    """
    sandbox.world.tenants["Cust67890"].approved = True
    kim = arrive(sandbox, "Cust12345", "kim")
    sign_in(kim, "Cust67890", "kim", sandbox)
    here, there = kim.get(panel("Cust12345", 7, 2)), kim.get(panel("Cust67890", 9, 2))
    assert (here.status_code, there.status_code) == (200, 200)
    assert not found(texts_of(sandbox.world, "Cust67890") - {"Øresund Partners ApS"}, words(here))
    assert not found(texts_of(sandbox.world, "Cust12345") - {"Nordlys Systemer AS"}, words(there))
    assert kim.get(panel("Cust67890", 7, 2)).status_code == 403, "her number in the other tenant"
