"""Completing, moving, undoing: by one click, once, never over somebody's head, and whatever SuperOffice answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.sandbox.activities import APPOINTMENT
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

from .conftest import BOB, local, my_day, press, section, shown, stored, text_of, texts, token

Diary = Callable[..., Row]
Calls = Callable[[], list[str]]


def methods(asked: list[str]) -> list[str]:
    return [call.partition(" ")[0] for call in asked]


# One click


def test_a_follow_up_is_completed(alice: Client, tenant: Tenant, diary: Diary, calls: Calls) -> None:
    """One look and one guarded PATCH; the row says so in its place, with a way back, and is read out."""
    row = diary("Send contract", days=-1)
    seen = token(shown(alice, tenant))
    calls()

    response = press(alice, tenant, "complete", seen)

    answer = text_of(response)
    assert response.status_code == 200
    assert row["completed"] is True
    assert methods(calls()) == ["GET", "PATCH"]
    assert answer.count("<li") == 1
    assert re.search(r'<li[^>]*tabindex="-1" data-focus', answer)
    assert "Completed" in answer
    assert re.search(r'id="notice" hx-swap-oob.*Completed –.*form="undo-1">Undo<', answer, re.DOTALL)
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    assert "Nothing overdue. Well done." in shown(alice, tenant)


def test_completing_is_undone(alice: Client, tenant: Tenant, diary: Diary) -> None:
    row = diary("Send contract", days=-1)
    done = text_of(press(alice, tenant, "complete", token(shown(alice, tenant))))

    again = text_of(press(alice, tenant, "undo", token(done)))

    assert row["completed"] is False
    assert "Undone" in again
    assert "Complete: Send contract" in again
    assert texts(section(shown(alice, tenant), "overdue")) == ["Send contract"]


@pytest.mark.parametrize(("label", "days"), [("Tomorrow", 1), ("Next week", 7)])
def test_it_is_moved_with_one_click_and_back(
    alice: Client, tenant: Tenant, diary: Diary, calls: Calls, label: str, days: int
) -> None:
    """To the same time of day, as long as before."""
    row = diary("Send contract", days=-3, at=time(14, 30))
    before = row["start"], row["end"]
    page = shown(alice, tenant)
    target = re.search(rf'name="to"\s+value="([^"]+)">{label}', page)
    assert target
    calls()

    moved = text_of(press(alice, tenant, "move", token(page), to=target[1]))

    assert methods(calls()) == ["GET", "PATCH"]
    start = local(days, time(14, 30))
    assert (row["start"], row["end"]) == (stored(start), stored(start + timedelta(hours=1)))
    assert "Moved" in moved

    undone = text_of(press(alice, tenant, "undo", token(moved)))
    assert (row["start"], row["end"]) == before
    assert "Complete: Send contract" in undone


def test_it_is_moved_to_a_picked_day(alice: Client, tenant: Tenant, diary: Diary) -> None:
    row = diary("Send contract")

    press(alice, tenant, "move", token(shown(alice, tenant)), date=local(20).date().isoformat())

    assert row["start"] == stored(local(20))


@pytest.mark.parametrize(
    "typed", [{}, {"date": ""}, {"date": "soon"}, {"to": "2026-02-30"}, {"date": "0001-01-01"}, {"date": "9999-12-31"}]
)
def test_without_a_day_it_is_not_moved(
    alice: Client, tenant: Tenant, diary: Diary, calls: Calls, typed: dict[str, str]
) -> None:
    diary("Send contract")
    seen = token(shown(alice, tenant))
    calls()

    response = press(alice, tenant, "move", seen, **typed)

    assert response.status_code == 422
    assert "Send contract" in text_of(response)
    assert re.search("Choose a day first|Enter a valid date|too far away", text_of(response))
    assert calls() == []


def test_an_all_day_follow_up_keeps_its_midnight(alice: Client, tenant: Tenant, diary: Diary) -> None:
    day, later = (local(days).date().isoformat() for days in (0, 1))
    row = diary("Fair", start=f"{day}T00:00:00", end=f"{day}T00:00:00", all_day=True)

    moved = text_of(press(alice, tenant, "move", token(shown(alice, tenant)), to=later))

    assert (row["start"], row["end"]) == (f"{later}T00:00:00", f"{later}T00:00:00")
    press(alice, tenant, "undo", token(moved))
    assert row["start"] == f"{day}T00:00:00"


# Once


@pytest.mark.parametrize("action", ["complete", "move"])
def test_a_double_click_does_it_once(alice: Client, tenant: Tenant, diary: Diary, calls: Calls, action: str) -> None:
    """The second finds it done, says so, and can still be undone."""
    row = diary("Send contract", days=-1)
    before = dict(row)
    seen = token(shown(alice, tenant))
    typed = {"to": local(1).date().isoformat()} if action == "move" else {}
    calls()

    first, second = (press(alice, tenant, action, seen, **typed) for _ in range(2))

    assert [first.status_code, second.status_code] == [200, 200]
    assert methods(calls()).count("PATCH") == 1
    press(alice, tenant, "undo", token(text_of(second)))
    assert (row["start"], row["end"], row["completed"]) == (before["start"], before["end"], before["completed"])


def test_undoing_twice_is_harmless(alice: Client, tenant: Tenant, diary: Diary, calls: Calls) -> None:
    diary("Send contract")
    undo = token(text_of(press(alice, tenant, "complete", token(shown(alice, tenant)))))
    calls()

    assert [press(alice, tenant, "undo", undo).status_code for _ in range(2)] == [200, 200]
    assert methods(calls()).count("PATCH") == 1


def test_what_was_not_done_is_not_undone(alice: Client, tenant: Tenant, diary: Diary, calls: Calls) -> None:
    diary("Send contract")
    seen = token(shown(alice, tenant))
    calls()

    response = press(alice, tenant, "undo", seen)

    assert response.status_code == 422
    assert "There is nothing to undo." in text_of(response)
    assert calls() == []


# Never over somebody's head


def test_what_somebody_moved_meanwhile_is_not_completed(
    alice: Client, tenant: Tenant, diary: Diary, calls: Calls
) -> None:
    """The row is shown as it is now, with buttons that mean it."""
    row = diary("Send contract", days=-1)
    seen = token(shown(alice, tenant))
    row["start"], row["end"] = stored(local(5)), stored(local(5, time(11)))
    calls()

    response = press(alice, tenant, "complete", seen)

    answer = text_of(response)
    assert response.status_code == 409
    assert row["completed"] is False
    assert "PATCH" not in methods(calls())
    assert "Someone changed this meanwhile" in answer
    assert local(5).date().isoformat() in answer
    assert press(alice, tenant, "complete", token(answer)).status_code == 200
    assert row["completed"] is True


def test_what_somebody_completed_meanwhile_is_not_moved(alice: Client, tenant: Tenant, diary: Diary) -> None:
    row = diary("Send contract", days=-1)
    seen, before = token(shown(alice, tenant)), row["start"]
    row["completed"] = True

    response = press(alice, tenant, "move", seen, to=local(1).date().isoformat())

    assert response.status_code == 409
    assert row["start"] == before
    assert "Completed" in text_of(response)
    assert "<button" not in text_of(response)


def test_undo_does_not_undo_what_somebody_did_since(alice: Client, tenant: Tenant, diary: Diary) -> None:
    row = diary("Send contract", days=-1)
    moved = press(alice, tenant, "move", token(shown(alice, tenant)), to=local(1).date().isoformat())
    row["start"], row["end"] = stored(local(9)), stored(local(9, time(11)))

    response = press(alice, tenant, "undo", token(text_of(moved)))

    assert response.status_code == 409
    assert row["start"] == stored(local(9))


def test_a_deleted_follow_up_no_longer_exists(alice: Client, tenant: Tenant, diary: Diary) -> None:
    row = diary("Send contract")
    seen = token(shown(alice, tenant))
    row["deleted"] = True

    response = press(alice, tenant, "complete", seen)

    assert response.status_code == 404
    assert "This follow-up no longer exists." in text_of(response)


def test_who_may_not_is_told_superoffices_reason(bob: Client, tenant: Tenant, diary: Diary) -> None:
    """CERT-39."""
    row = diary("Bob's", associate=BOB)
    seen = token(shown(bob, tenant, "bob"))
    tenant.denied["bob"] = ["appointment:update"]

    response = press(bob, tenant, "complete", seen, "bob")

    assert response.status_code == 403
    assert row["completed"] is False
    assert "Your role does not allow this" in text_of(response)
    assert "Bob&#x27;s" in text_of(response)


def test_a_row_of_alices_is_nothing_in_bobs_hands(
    alice: Client, bob: Client, tenant: Tenant, diary: Diary, calls: Calls
) -> None:
    """Nor is one that was invented."""
    diary("Send contract")
    seen = token(shown(alice, tenant))
    calls()

    for stolen in (seen, seen[:-3] + "abc", "", "x" * 9000):
        response = press(bob, tenant, "complete", stolen, "bob")
        assert response.status_code == 422
        assert "Send contract" not in text_of(response)
    assert calls() == []


def test_the_address_of_a_button_alone_shows_nothing(alice: Client, tenant: Tenant) -> None:
    for action in ("complete", "move", "undo"):
        assert alice.get(my_day(tenant, action=action)).status_code == 404


# Without JavaScript


def test_it_works_without_javascript(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """A page of its own, with a way to undo and a way back."""
    row = diary("Send contract")
    seen = {"seen": token(shown(alice, tenant))}

    page = text_of(alice.post(my_day(tenant, action="complete"), seen))

    assert "<html" in page
    assert "hx-swap-oob" not in page
    assert row["completed"] is True
    assert f'href="{my_day(tenant)}#saved"'.replace("&contact_id=", "").replace("&", "&amp;") in page
    undone = text_of(alice.post(my_day(tenant, action="undo"), {"seen": token(page)}))
    assert row["completed"] is False
    assert "<html" in undone
    assert alice.post(my_day(tenant, action="move"), seen).status_code == 422


# Whatever SuperOffice answers


PATCH = {"path": r"Appointment/1$", "method": "PATCH"}


@pytest.mark.parametrize("action", ["complete", "move"])
@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        ({"status": 403}, 403, "does not give you access"),
        ({"status": 412}, 409, "Someone changed this meanwhile"),
        ({"status": 422}, 422, "did not accept this"),
        ({"status": 429, "retry_after": "9"}, 503, "asks us to slow down"),
        ({"status": 500}, 503, "does not answer right now"),
        ({"drop": "before"}, 503, "We do not know whether this was saved"),
    ],
)
def test_what_superoffice_does_not_do_is_told_and_tried_again(
    alice: Client,
    tenant: Tenant,
    sandbox: Sandbox,
    diary: Diary,
    fail: Callable[..., None],
    action: str,
    fault: dict[str, Any],
    status: int,
    words: str,
) -> None:
    """The row stays with its buttons; once SuperOffice is itself again they do it, once."""
    row = diary("Send contract", days=-1)
    before = dict(row)
    typed = {"to": local(1).date().isoformat()} if action == "move" else {}
    seen = token(shown(alice, tenant))
    fail(**PATCH, **fault)

    response = press(alice, tenant, action, seen, **typed)

    answer = text_of(response)
    assert response.status_code == status
    assert words in answer
    assert "Complete: Send contract" in answer
    assert "Undo" not in answer
    assert row == before

    sandbox.world.faults.clear()
    assert press(alice, tenant, action, token(answer), **typed).status_code == 200
    assert row["completed"] is (action == "complete")
    assert row["start"] == (stored(local(1)) if action == "move" else before["start"])


@pytest.mark.parametrize("action", ["complete", "move"])
def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, tenant: Tenant, diary: Diary, fail: Callable[..., None], calls: Calls, action: str
) -> None:
    """A look tells that it was done: the person reads just that, and nothing is sent twice."""
    row = diary("Send contract", days=-1)
    typed = {"to": local(1).date().isoformat()} if action == "move" else {}
    seen = token(shown(alice, tenant))
    fail(**PATCH, drop="after")
    calls()

    response = press(alice, tenant, action, seen, **typed)

    assert response.status_code == 200
    assert "Undo" in text_of(response)
    assert methods(calls()).count("PATCH") == 1
    assert row["completed"] is (action == "complete")


def test_undo_in_trouble_offers_undo_again(
    alice: Client, tenant: Tenant, sandbox: Sandbox, diary: Diary, fail: Callable[..., None]
) -> None:
    row = diary("Send contract", days=-1)
    done = text_of(press(alice, tenant, "complete", token(shown(alice, tenant))))
    fail(**PATCH, status=500)

    failed = press(alice, tenant, "undo", token(done))

    assert failed.status_code == 503
    assert "Completed" in text_of(failed)
    sandbox.world.faults.clear()
    assert press(alice, tenant, "undo", token(text_of(failed))).status_code == 200
    assert row["completed"] is False


def test_maintenance_is_told_and_nothing_is_lost(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """CERT-28."""
    row = diary("Send contract", days=-1)
    seen = token(shown(alice, tenant))
    tenant.state = "OfflineMaintenance"

    response = press(alice, tenant, "complete", seen)

    assert response.status_code == 503
    assert "down for maintenance" in text_of(response)
    assert "Complete: Send contract" in text_of(response)
    tenant.state = "Running"
    assert press(alice, tenant, "complete", seen).status_code == 200
    assert row["completed"] is True


def test_a_sign_in_that_ended_keeps_the_row(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """He signs in again and presses again."""
    diary("Send contract")
    seen = token(shown(alice, tenant))
    alice.post("/signout/", {"ctx": tenant.ctx})

    response = press(alice, tenant, "complete", seen)

    assert response.status_code == 401
    assert "You are signed out" in text_of(response)
    assert "Complete: Send contract" in text_of(response)


# Others' calendars


@pytest.mark.parametrize(("name", "value"), [("OwnedExternally", "Outlook"), ("BookingType", "Participant")])
def test_what_others_have_a_say_in_is_not_moved(
    alice: Client, tenant: Tenant, diary: Diary, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """[oas AppointmentEntity]; the sandbox has neither kind, so its answer is changed on the way."""
    row = diary("Board meeting")
    more = APPOINTMENT.more
    monkeypatch.setitem(vars(APPOINTMENT), "more", lambda *asked: more(*asked) | {name: value})
    before = row["start"]

    response = press(alice, tenant, "move", token(shown(alice, tenant)), to=local(1).date().isoformat())

    assert response.status_code == 409
    assert "other people have a say in it" in text_of(response)
    assert row["start"] == before
