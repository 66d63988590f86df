"""NetServer in every kind of trouble: what people read, what they may do, and that nothing they typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic, sleep
from typing import Any

import httpx
import pytest
from django.http import HttpResponse
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from crm_client import clients
from panel.tenants.models import Membership, Tenant
from tests.sandbox import gate
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Fault
from tests.tenants.cast import sign_in

from .visitor import BY_HTMX, BY_HTMX_IN_A_FRAME, IN_A_FRAME, SEARCH, Visitor, changed_meanwhile, edit, form_of, panel

pytestmark = pytest.mark.django_db

ACME = 17
PATIENCE = 1.0
SHOW, EDIT = panel("Cust12345", 5, ACME), edit("Cust12345", 5, ACME)
RECORD = rf"^v1/Contact/{ACME}$"
TYPED = "+47 99 88 77 66"
MORE = {"own.SuperOffice:1": "Acme before", "own.SuperOffice:4": "2011-04-30", "street.City": "Bergen"}
"""User-defined fields and a part of an address."""
WAYS = {"page": {}, "frame": IN_A_FRAME, "htmx": BY_HTMX, "htmx in a frame": BY_HTMX_IN_A_FRAME}
FOR_MACHINES = ("Traceback", "Exception", "httpx", "None", "NetServer", "HTTP", "8A:")
"""Nobody should have to read these."""

Befalls = Callable[..., None]


@dataclass(frozen=True)
class Trouble:
    """What NetServer does (a ``Fault``), and what a person is told of it when he looks and when he saves."""

    fault: dict[str, Any]
    looking: tuple[int, str]
    saving: tuple[int, str]
    retry: bool = True
    sent: int = 1
    """How often the change may be sent: again only where NetServer surely did not do it."""


BUSY = 503, "SuperOffice does not answer right now"
UNKNOWN = 503, "We do not know whether this was saved"
DENIED = 403, "SuperOffice does not give you access to this"
GONE = 404, "This company no longer exists."
CHANGED = 409, "Someone changed this meanwhile"
THROTTLED = 503, "Please try again in 7 seconds."
TROUBLES = {
    "down": Trouble({"drop": "before"}, BUSY, UNKNOWN),
    "slow": Trouble({"delay": PATIENCE + 0.5}, BUSY, UNKNOWN),
    "403": Trouble({"status": 403}, DENIED, DENIED, retry=False),
    "404": Trouble({"status": 404}, GONE, GONE, retry=False),
    "412": Trouble({"status": 412}, CHANGED, CHANGED),
    "421": Trouble({"status": 421}, BUSY, BUSY, sent=2),
    "429": Trouble({"status": 429, "retry_after": "7"}, THROTTLED, THROTTLED),
    "500": Trouble({"status": 500}, BUSY, BUSY),
    "503": Trouble({"status": 503, "retry_after": "7"}, BUSY, BUSY),
    "garbage": Trouble({"status": 200}, BUSY, BUSY),
}


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client gives up soon; a fault of status 200 is a web page where JSON was promised."""
    monkeypatch.setattr(clients, "TIMEOUTS", httpx.Timeout(PATIENCE))
    faulty = gate._faulty

    def answer(fault: Fault, request: Request) -> Response:
        return HTMLResponse("<h1>Please wait</h1>") if fault.status == 200 else faulty(fault, request)

    monkeypatch.setattr(gate, "_faulty", answer)


@pytest.fixture
def befalls(sandbox: Sandbox) -> Befalls:
    """Order a fault for Cust12345."""

    def order(fault: dict[str, Any], **where: Any) -> None:
        sandbox.world.faults.append(Fault(**({"ctx": "Cust12345"} | fault | where)))

    return order


def ways(name: str) -> list[dict[str, str]]:
    """Waiting takes its time, so that is done in one way only."""
    return list(WAYS.values())[: 1 if name == "slow" else None]


def calm(answer: HttpResponse, status: int, text: str) -> str:
    """The page, which has this status, says this, and speaks to people only."""
    page = answer.content.decode()
    assert (answer.status_code, text in page) == (status, True), page
    told = re.sub(r'name="(basis|seen)" value="[^"]*"', "", page)  # any letters may meet in a signed token
    assert not [word for word in FOR_MACHINES if word in told]
    assert "no-store" in answer.headers["Cache-Control"]
    return page


def patches(sandbox: Sandbox) -> int:
    return sum(call["method"] == "PATCH" for call in sandbox.world.calls)


def wait_until(happened: Callable[[], bool]) -> None:
    """What the sandbox is slow with goes on after our answer."""
    end = monotonic() + 10
    while not happened():
        assert monotonic() < end
        sleep(0.02)


def phone(sandbox: Sandbox) -> str:
    """Acme's, as it is in SuperOffice."""
    number: str = sandbox.world.tenants["Cust12345"].rows["contact"][ACME]["phones"][0]["value"]
    return number


@pytest.fixture
def typed(alice: Visitor) -> dict[str, str]:
    """The edit form, opened in good times, with another phone number typed into it."""
    return form_of(alice.get(EDIT)) | {"phones-0": TYPED}


# Looking


@pytest.mark.parametrize("name", TROUBLES)
def test_looking(alice: Visitor, befalls: Befalls, name: str) -> None:
    """CERT-12, CERT-28, CERT-54: the record cannot be read. Told why; another try is offered where it can help."""
    trouble = TROUBLES[name]
    befalls(trouble.fault)
    for headers in ways(name):
        for address in (SHOW, EDIT):
            answer = alice.get(address, headers=headers)
            page = calm(answer, *trouble.looking)
            assert ("Try again" in page) is trouble.retry
            assert answer.headers.get("Retry-After") == trouble.fault.get("retry_after")


@pytest.mark.parametrize("name", TROUBLES)
def test_looking_for_a_company(alice: Visitor, befalls: Befalls, name: str) -> None:
    """CERT-12: the search; what was searched for stays, to be tried again."""
    trouble = TROUBLES[name]
    befalls(trouble.fault)
    for headers in ({}, BY_HTMX):
        answer = alice.post(SEARCH, {"search": "Fjordkraft"}, headers=headers)
        page = calm(answer, trouble.looking[0], "This no longer exists" if name == "404" else trouble.looking[1])
        assert ("Try again" in page) is trouble.retry
        assert ('value="Fjordkraft"' in page) is (not headers)  # the box itself is not in htmx's answer
        assert answer.headers.get("Retry-After") == trouble.fault.get("retry_after")


SECTIONS = {"Sales": "sales", "Persons": "people", "Activities": "activities", "Tickets": "requests"}
"""The part of the panel that shows what NetServer answers below a company."""


@pytest.mark.parametrize("name", TROUBLES)
def test_one_section_in_trouble_costs_only_itself(
    sandbox: Sandbox, alice: Visitor, befalls: Befalls, name: str
) -> None:
    """CERT-39: what is denied or broken says so in its own place; the rest of the panel is there."""
    for section, part in SECTIONS.items():
        changed_meanwhile(ACME)
        befalls(TROUBLES[name].fault, path=rf"^v1/Contact/{ACME}/{section}$")
        page = calm(alice.get(SHOW, headers=IN_A_FRAME), 200, "Acme")
        shown = {
            "Sales": "Upgrade of the control system" in page,
            "Persons": '<span class="position">' in page,
            "Activities": '<ol class="moments">' in page,
            "Tickets": "No open requests." in page,
        }
        assert shown == {other: other != section for other in shown}
        assert (f"part={part}" in page) is TROUBLES[name].retry
        sandbox.world.faults.clear()


def test_what_bob_may_not_see_he_is_told_so(sandbox: Sandbox, bob: Visitor) -> None:
    """CERT-39: SuperOffice's own rights decide and its own words explain; Alice is not touched by Bob's."""
    sandbox.world.tenants["Cust12345"].denied["bob"] = ["sale:select"]
    page = calm(bob.get(panel("Cust12345", 6, ACME)), 200, "Acme")
    assert "SuperOffice does not give you access to this" in page
    assert "Ask your administrator." in page
    assert "Upgrade of the control system" not in page
    assert '<ol class="moments">' in page


def test_a_section_is_tried_again_by_itself(sandbox: Sandbox, alice: Visitor, befalls: Befalls) -> None:
    """CERT-50: the second try costs one call, not the whole panel."""
    befalls({"status": 500, "count": 1}, path="Sales")
    assert "part=sales" in alice.get(SHOW).content.decode()
    sandbox.world.calls.clear()
    again = alice.get(f"{SHOW}&part=sales", headers=BY_HTMX)
    assert "Upgrade of the control system" in calm(again, 200, "Open sales")
    assert len(sandbox.world.calls) == 1


# Saving


@pytest.mark.parametrize("name", TROUBLES)
def test_saving(sandbox: Sandbox, alice: Visitor, befalls: Befalls, name: str) -> None:
    """CERT-12, CERT-54: the change cannot be made. Told why, with the form and what was typed in it."""
    for number, headers in enumerate(ways(name)):
        typed = form_of(alice.get(EDIT)) | MORE | {"phones-0": f"+47 99 88 77 {number}{number}"}
        _save_in_trouble(sandbox, alice, befalls, name, typed, headers)


def _save_in_trouble(
    sandbox: Sandbox, alice: Visitor, befalls: Befalls, name: str, typed: dict[str, str], headers: dict[str, str]
) -> None:
    trouble, before = TROUBLES[name], phone(sandbox)
    sandbox.world.calls.clear()
    befalls(trouble.fault, path=RECORD)
    answer = alice.post(EDIT, typed, headers=headers)
    page = calm(answer, *trouble.saving)
    for field in ("phones-0", *MORE):
        assert re.search(rf'name="{field}" value="{re.escape(typed[field])}"', page)
    assert "HX-Trigger" not in answer.headers
    assert answer.headers.get("Retry-After") == trouble.fault.get("retry_after")
    wait_until(lambda: patches(sandbox) == trouble.sent)
    assert phone(sandbox) == (typed["phones-0"] if name == "slow" else before)
    sandbox.world.faults.clear()
    again = alice.post(EDIT, _as_shown(answer, typed), headers=headers)
    assert again.status_code in (200, 303)
    assert phone(sandbox) == typed["phones-0"], "the form that came back can be saved when the trouble is over"


def _as_shown(answer: HttpResponse, typed: dict[str, str]) -> dict[str, str]:
    """What the browser sends if the person only presses the button again."""
    shown = form_of(answer)
    assert shown["phones-0"] == typed["phones-0"]
    return shown


@pytest.mark.parametrize("name", ["down", "slow", "500", "403", "404", "429", "garbage"])
def test_changing_fails_while_reading_works(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls, name: str
) -> None:
    """A second look at the record decides nothing that it cannot know."""
    befalls(TROUBLES[name].fault, path=RECORD, method="PATCH")
    answer = alice.post(EDIT, typed, headers=BY_HTMX)
    assert f'value="{TYPED}"' in calm(answer, *TROUBLES[name].saving)
    wait_until(lambda: patches(sandbox) == 1)


def test_an_answer_is_lost_and_a_second_look_finds_the_change(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls
) -> None:
    befalls({"drop": "after"}, path=RECORD, method="PATCH")
    answer = alice.post(EDIT, typed, headers=BY_HTMX)
    assert TYPED in calm(answer, 200, "Saved")
    assert "sidecard:changed" in answer.headers["HX-Trigger"]
    assert (patches(sandbox), phone(sandbox)) == (1, TYPED)


@pytest.mark.parametrize("way", WAYS)
def test_an_answer_is_lost_and_nobody_can_look(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls, way: str
) -> None:
    """Told as it is: unknown. It was sent once, and saving again does not do it twice."""
    befalls({"drop": "after"}, path=RECORD, method="PATCH")
    befalls({"status": 503}, path=RECORD, method="GET")
    answer = alice.post(EDIT, typed, headers=WAYS[way])
    page = calm(answer, *UNKNOWN)
    assert f'value="{TYPED}"' in page
    assert (patches(sandbox), phone(sandbox)) == (1, TYPED)
    sandbox.world.faults.clear()
    again = alice.post(EDIT, _as_shown(answer, typed), headers=WAYS[way])
    assert again.status_code in (200, 303)
    phones = sandbox.world.tenants["Cust12345"].rows["contact"][ACME]["phones"]
    assert [one["value"] for one in phones].count(TYPED) == 1


def test_a_late_change_is_found_by_the_next_try(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls
) -> None:
    """SuperOffice did it after we had given up waiting."""
    befalls({"delay": PATIENCE + 0.5, "count": 1}, path=RECORD, method="PATCH")
    answer = alice.post(EDIT, typed)
    calm(answer, *UNKNOWN)
    wait_until(lambda: phone(sandbox) == TYPED)
    assert alice.post(EDIT, _as_shown(answer, typed)).status_code == 303


def test_saved_but_it_cannot_be_shown(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls
) -> None:
    """Never looks like a change that failed: nobody should save again."""
    befalls({"status": 500}, path=RECORD, method="GET")
    answer = alice.post(EDIT, typed, headers=BY_HTMX)
    calm(answer, 200, "Your change is saved, but it cannot be shown right now")
    assert "sidecard:changed" in answer.headers["HX-Trigger"]
    assert phone(sandbox) == TYPED


def test_nothing_was_changed_so_nothing_is_sent(sandbox: Sandbox, alice: Visitor, befalls: Befalls) -> None:
    """CERT-50."""
    untouched = form_of(alice.get(EDIT))
    assert alice.post(EDIT, untouched).status_code == 303
    assert patches(sandbox) == 0


ADDED = {
    f"company/add-person/?contact_id={ACME}": ("Person", "last_name", {"first_name": "Ada", "last_name": "Ås"}),
    f"company/add-sale/?contact_id={ACME}": (
        "Sale",
        "heading",
        {"heading": "Pumps", "amount": "1200.5", "date": "2027-01-20"},
    ),
    "person/request/?person_id=43": ("Ticket", "title", {"title": "It leaks", "message": "Since Monday"}),
    "request/note/?ticket_id=1": ("TicketMessage", "body", {"body": "Wet"}),
    "project/member/?project_id=1": ("ProjectMember", "comment", {"person": "43:Somebody", "comment": "Knows cranes"}),
}
"""The address of a form, what it creates, and the field that is looked at among those that are filled in."""


@pytest.mark.parametrize("name", [name for name in TROUBLES if name != "slow"])
@pytest.mark.parametrize("form", ADDED)
def test_adding(sandbox: Sandbox, alice: Visitor, befalls: Befalls, form: str, name: str) -> None:
    """CERT-12, CERT-54: the record cannot be created. Told why, with the form and what was typed in it."""
    trouble, (kind, shown, said) = TROUBLES[name], ADDED[form]
    address, rows = f"/panels/{form}&uctx=Cust12345&usid=5&lang=en-US", rows_of(sandbox, kind)
    status, words = trouble.saving[0], "no longer exists" if name == "404" else trouble.saving[1]
    before = len(rows)
    for number, headers in enumerate(WAYS.values()):
        typed = form_of(alice.get(address)) | said | {shown: f"{said[shown]} {number}"}
        sandbox.world.calls.clear()
        befalls(trouble.fault, path=f"^v1/{kind}$", method="POST")
        answer = alice.post(address, typed, headers=headers)
        calm(answer, status, words)
        assert form_of(answer) | {"basis": ""} == typed | {"basis": ""}
        assert "HX-Trigger" not in answer.headers
        posts = [call for call in sandbox.world.calls if call["method"] == "POST" and call["path"].endswith(f"/{kind}")]
        assert len(posts) == trouble.sent
        assert len(rows) == before
        sandbox.world.faults.clear()


def rows_of(sandbox: Sandbox, kind: str) -> dict[int, Any]:
    """Where SuperOffice keeps records of a kind: ``TicketMessage`` in ``ticket_message``."""
    table = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).lower()
    return sandbox.world.tenants["Cust12345"].rows[table]


# Credentials


def renewals(sandbox: Sandbox) -> int:
    return sum(call["path"].endswith("/oauth/tokens") for call in sandbox.world.calls)


@pytest.mark.parametrize("way", WAYS)
def test_one_401_is_renewed_away(sandbox: Sandbox, alice: Visitor, befalls: Befalls, way: str) -> None:
    """CERT-84: silently, by one renewal for all calls of the panel."""
    sandbox.world.calls.clear()
    befalls({"status": 401, "count": 1})
    calm(alice.get(SHOW, headers=WAYS[way]), 200, "Acme")
    assert renewals(sandbox) == 1


def test_one_401_on_saving_is_renewed_away(
    sandbox: Sandbox, alice: Visitor, typed: dict[str, str], befalls: Befalls
) -> None:
    befalls({"status": 401, "count": 1}, method="PATCH")
    calm(alice.post(EDIT, typed, headers=BY_HTMX), 200, "Saved")
    assert (patches(sandbox), phone(sandbox)) == (2, TYPED), "the refused one did nothing"


def revoke(sandbox: Sandbox, _befalls: Befalls) -> None:
    sandbox.world.end_authorization(sandbox.world.tenants["Cust12345"])


def refuse(_sandbox: Sandbox, befalls: Befalls) -> None:
    befalls({"status": 401})


SIGNED_OUT = [revoke, refuse]


@pytest.mark.parametrize("how", SIGNED_OUT)
@pytest.mark.parametrize("way", WAYS)
def test_401_for_good_leads_to_signing_in(
    sandbox: Sandbox, alice: Visitor, befalls: Befalls, way: str, how: Callable[[Sandbox, Befalls], None]
) -> None:
    """CERT-11: access that was lost is told, with the way back in; no storm of renewals."""
    how(sandbox, befalls)
    sandbox.world.calls.clear()
    page = calm(alice.get(SHOW, headers=WAYS[way]), 401, "Sign in")
    framed = WAYS[way] in (IN_A_FRAME, BY_HTMX_IN_A_FRAME)
    assert ("data-sign-in " in page or "data-sign-in\n" in page) is framed, "the pop-up's button"
    assert ("/signin/?next=/panels/" in page or "/signin/?next=%2Fpanels" in page) is not framed
    assert renewals(sandbox) == 1


@pytest.mark.parametrize("how", SIGNED_OUT)
@pytest.mark.parametrize("way", WAYS)
def test_401_for_good_on_saving_keeps_what_was_typed(
    sandbox: Sandbox,
    alice: Visitor,
    typed: dict[str, str],
    befalls: Befalls,
    way: str,
    how: Callable[[Sandbox, Befalls], None],
) -> None:
    """CERT-11: the form stays, with the way back in above it."""
    before = phone(sandbox)
    how(sandbox, befalls)
    page = calm(alice.post(EDIT, typed, headers=WAYS[way]), 401, "You are signed out")
    assert f'value="{TYPED}"' in page
    assert "data-sign-in" in page or "/signin/?next=" in page
    assert phone(sandbox) == before


@pytest.mark.parametrize("how", SIGNED_OUT)
def test_401_for_good_in_the_search(
    sandbox: Sandbox, alice: Visitor, befalls: Befalls, how: Callable[[Sandbox, Befalls], None]
) -> None:
    """CERT-11."""
    how(sandbox, befalls)
    page = calm(alice.post(SEARCH, {"search": "acme"}), 401, "You are signed out")
    assert 'href="/signin/' in page


def test_after_signing_in_again_the_same_form_is_saved(sandbox: Sandbox, alice: Visitor, typed: dict[str, str]) -> None:
    """Even if the tokens were lost on SuperOffice's side while he was typing."""
    revoke(sandbox, lambda: None)
    answer = alice.post(EDIT, typed)
    assert answer.status_code == 401
    tenant = sandbox.world.tenants["Cust12345"]
    tenant.revoked, tenant.approved = False, True
    sign_in(alice, "Cust12345", "alice", sandbox)
    assert alice.post(EDIT, _as_shown(answer, typed)).status_code == 303
    assert phone(sandbox) == TYPED


# Where the tenant is


def test_a_moved_tenant_is_found_at_once(sandbox: Sandbox, alice: Visitor, typed: dict[str, str]) -> None:
    """CERT-29: 421 asks for the new address, and the change is made there without anybody noticing."""
    alice.get(SHOW)
    sandbox.world.tenants["Cust12345"].host = "app"
    changed_meanwhile(ACME)
    calm(alice.get(SHOW), 200, "Acme")
    assert Tenant.objects.get().api_address == f"{sandbox.urls['app']}/Cust12345/api/"
    sandbox.world.tenants["Cust12345"].host = "online2"
    assert alice.post(EDIT, typed).status_code == 303
    assert phone(sandbox) == TYPED


@pytest.mark.parametrize("state", ["OfflineMaintenance", "Suspended", "Off"])
def test_a_tenant_that_is_not_running(sandbox: Sandbox, alice: Visitor, typed: dict[str, str], state: str) -> None:
    """CERT-28, CERT-29: told so; NetServer is not even asked once the old answer's time is up."""
    sandbox.world.tenants["Cust12345"].state = state
    long_ago = datetime.now(UTC) - timedelta(days=1)
    Tenant.objects.update(api_valid_until=long_ago)
    sandbox.world.calls.clear()
    calm(alice.get(SHOW), *BUSY)
    assert f'value="{TYPED}"' in calm(alice.post(EDIT, typed), *BUSY)
    assert not [call for call in sandbox.world.calls if call["path"].startswith("/Cust12345/api/")]


def test_a_grant_that_was_lost_is_gone(sandbox: Sandbox, alice: Visitor) -> None:
    """CERT-11: nothing that opens a door is kept of somebody whose door was closed."""
    revoke(sandbox, lambda: None)
    alice.get(SHOW)
    lost = Membership.across_tenants.get()
    assert (lost.sealed_grant, lost.grant_expires_at) == ("", None)
