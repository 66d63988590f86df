"""Logging what was done and planning what comes next: on whom, when, and once, whatever happens to the answer."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpResponse
from django.test import AsyncClient, Client

from panel.panels.editing.once import Once
from tests.panels.conftest import ACME, address, text_of
from tests.panels.test_edit import HTMX
from tests.panels.test_person import fields, open_form, person_id, save, where, without_basis
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

SAID = {"task": "1", "title": "Asked about <delivery>", "text": "Wants it\nin May"}
CREATES = "v1/Appointment$"


@pytest.fixture
def made(tenant: Tenant) -> Callable[[], list[Row]]:
    """The follow-ups that are there now and were not before."""
    before = set(tenant.table("appointment"))
    return lambda: [row for key, row in tenant.table("appointment").items() if key not in before]


def hours_later(hours: int) -> Callable[[], datetime]:
    return lambda: datetime.now(UTC) + timedelta(hours=hours)


def test_a_call_is_logged(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    """In the caller's diary, on this person and his company, done, now; the section shows it, the card is told."""
    typed = open_form(alice, tenant, "log")

    response = save(alice, tenant, typed | SAID, "log")

    page = text_of(response)
    assert response.status_code == 200, page
    [row] = made()
    assert (row["person"], row["contact"], row["associate"]) == (person_id(tenant), ACME, 5)
    assert (row["task"], row["title"], row["text"].split()) == (1, SAID["title"], ["Wants", "it", "in", "May"])
    assert row["completed"] is True
    assert abs(datetime.fromisoformat(row["start"]).replace(tzinfo=UTC) - datetime.now(UTC)) < timedelta(minutes=2)
    assert "Asked about &lt;delivery&gt;" in page
    assert "Logged" in page
    assert "sidecard:changed" in response.headers["HX-Trigger"]


def test_creating_begins_from_superoffice_s_default(
    alice: Client, tenant: Tenant, calls: Callable[[], list[str]]
) -> None:
    """CERT-83, CERT-19: two calls create, one shows the section; the customer's time zone is remembered."""
    typed = open_form(alice, tenant, "log") | SAID
    calls()

    save(alice, tenant, typed, "log")

    asked = [re.sub(r".*(GET|POST) .*/v1/", r"\1 ", call) for call in calls()]
    assert asked[:2] == ["GET Appointment/default", "POST Appointment"]
    assert sorted(asked[2:]) == ["GET Person/43/Activities", "GET TimeZone/base"]


@pytest.mark.parametrize(
    ("zone", "utc"),
    [
        ("Europe/Oslo", "08:30"),
        ("America/New_York", "14:30"),
        ("UTC", "09:30"),
        ("Nowhere/../x", "09:30"),
        ("", "09:30"),
    ],
)
def test_a_follow_up_is_planned_on_the_reader_s_clock(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]], zone: str, utc: str
) -> None:
    """The browser tells the zone; without it times are in UTC, as the form says. It lasts as long as the default."""
    typed = open_form(alice, tenant, "plan")
    assert "In UTC" in text_of(alice.get(where(tenant, "plan"), headers=HTMX))

    response = save(alice, tenant, typed | SAID | {"day": "1/20/2027", "time": "09:30", "zone": zone}, "plan")

    [row] = made()
    assert response.status_code == 200
    assert row["start"] == f"2027-01-20T{utc}:00"
    assert datetime.fromisoformat(row["end"]) - datetime.fromisoformat(row["start"]) == timedelta(hours=1)
    assert row["completed"] is False
    assert "Planned" in text_of(response)


def test_a_plan_is_proposed_for_the_next_workday(alice: Client, tenant: Tenant) -> None:
    typed = open_form(alice, tenant, "plan", lang="sv")
    proposed = datetime.fromisoformat(typed["day"])

    assert proposed.weekday() < 5
    assert 0 < (proposed.date() - datetime.now(UTC).date()).days < 4
    assert typed["time"] == "09:00"


@pytest.mark.parametrize(
    "typed", [{"day": "9999-12-31"}, {"day": "0001-01-01"}, {"day": ""}, {"time": "25:00"}, {"time": ""}]
)
def test_a_time_that_is_none_says_so(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]], typed: dict[str, str]
) -> None:
    form = open_form(alice, tenant, "plan") | SAID | {"zone": "America/New_York"} | typed

    response = save(alice, tenant, form, "plan")

    assert response.status_code == 422
    assert text_of(response).count('class="errorlist"') == 1
    assert without_basis(fields(text_of(response))) == without_basis(form)
    assert made() == []


def test_on_a_company_too(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    form = address(tenant, path="company/log")
    typed = fields(text_of(alice.get(form, headers=HTMX)))

    response = alice.post(form, typed | SAID, headers=HTMX)

    [row] = made()
    assert response.status_code == 200
    assert (row["contact"], row["person"]) == (ACME, 0)
    assert "Asked about &lt;delivery&gt;" in text_of(response)


def test_it_works_without_javascript(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    page = text_of(alice.get(where(tenant, "log")))

    response = alice.post(where(tenant, "log"), fields(page) | SAID)

    assert "<html" in page
    assert response.status_code == 303
    assert response.headers["Location"] == where(tenant).replace("contact_id=&", "") + "#saved"
    assert len(made()) == 1


def test_nothing_said_is_nothing_logged(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    response = save(alice, tenant, open_form(alice, tenant, "log") | {"title": " ", "text": "Kept"}, "log")

    assert response.status_code == 422
    assert fields(text_of(response))["text"] == "Kept"
    assert made() == []


def test_who_may_not_create_is_told_so(bob: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    """CERT-39: no button to press, SuperOffice's reason, and nothing to be posted past it."""
    allowed = open_form(bob, tenant, "log", "bob")
    tenant.denied["bob"] = ["appointment:insert"]

    page = text_of(bob.get(where(tenant, "log", "bob"), headers=HTMX))
    posted = bob.post(where(tenant, "log", "bob"), fields(page) | SAID, headers=HTMX)
    remembered = bob.post(where(tenant, "log", "bob"), allowed | SAID, headers=HTMX)

    assert 'class="denied"' in page
    assert 'type="submit"' not in page
    assert {posted.status_code, remembered.status_code} <= {403, 422}
    assert fields(text_of(remembered))["title"] == SAID["title"]
    assert made() == []


def test_a_form_of_one_person_creates_nothing_on_another(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]]
) -> None:
    typed = open_form(alice, tenant, "log") | SAID
    other = next(key for key in tenant.table("person") if key != person_id(tenant))

    response = save(alice, tenant, typed, "log", person_id=other)

    assert response.status_code == 422
    assert "too old to be saved" in text_of(response)
    assert made() == []


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 500}, 503),
        ({"status": 503}, 503),
        ({"status": 429, "retry_after": "3"}, 503),
        ({"status": 403}, 403),
        ({"status": 400}, 422),
        ({"status": 412}, 409),
        ({"status": 401}, 401),
        ({"drop": "before"}, 503),
    ],
)
@pytest.mark.parametrize("path", ["", CREATES])
def test_what_was_typed_comes_back_and_can_be_saved_later(
    alice: Client,
    tenant: Tenant,
    sandbox: Sandbox,
    made: Callable[[], list[Row]],
    fail: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    status: int,
    path: str,
) -> None:
    """Whatever goes wrong, while the record is created or before."""
    typed = open_form(alice, tenant, "plan") | SAID
    fail(path, **fault)

    failed = save(alice, tenant, typed, "plan")

    back = fields(text_of(failed))
    assert failed.status_code == status
    assert without_basis(back) == without_basis(typed)
    assert "<delivery>" not in text_of(failed)
    assert made() == []
    if fault.get("status") == 401:
        return  # he has to sign in first
    sandbox.world.faults.clear()
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    assert save(alice, tenant, back, "plan").status_code == 200
    assert len(made()) == 1


# Once


def test_the_same_form_twice_creates_one(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    """The second of a double click sees what the first one did."""
    typed = open_form(alice, tenant, "log") | SAID

    first, second = (save(alice, tenant, typed, "log") for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert "Logged" in text_of(second)
    assert len(made()) == 1


def test_two_forms_create_two(alice: Client, tenant: Tenant, made: Callable[[], list[Row]]) -> None:
    """Somebody may well make the same call twice."""
    for _ in range(2):
        save(alice, tenant, open_form(alice, tenant, "log") | SAID, "log")

    assert len(made()) == 2


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_create_one(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]], fail: Callable[..., None]
) -> None:
    """The second waits for the first, which SuperOffice takes its time for."""
    typed = open_form(alice, tenant, "log") | SAID
    fail(CREATES, method="POST", delay=1.0, count=1)

    async def both() -> list[HttpResponse]:
        clients = [AsyncClient(headers={"Accept-Language": "en"}) for _ in range(2)]
        for client in clients:
            client.cookies = alice.cookies
        return await asyncio.gather(*(one.post(where(tenant, "log"), typed, headers=HTMX) for one in clients))

    answers = async_to_sync(both)()

    assert [answer.status_code for answer in answers] == [200, 200]
    assert all("Asked about &lt;delivery&gt;" in text_of(answer) for answer in answers)
    assert len(made()) == 1


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]], fail: Callable[..., None]
) -> None:
    """The follow-up is there, so the person sees it saved; nothing is sent twice."""
    typed = open_form(alice, tenant, "plan") | SAID
    fail(CREATES, method="POST", drop="after", count=1)

    response = save(alice, tenant, typed, "plan")

    assert response.status_code == 200
    assert "Planned" in text_of(response)
    assert len(made()) == 1


def test_nobody_knows_and_the_person_is_told(
    alice: Client,
    tenant: Tenant,
    sandbox: Sandbox,
    made: Callable[[], list[Row]],
    fail: Callable[..., None],
) -> None:
    """The work is done, the answer is lost, and SuperOffice does not answer the look either. Saving again is safe."""
    typed = open_form(alice, tenant, "plan") | SAID
    fail(CREATES, method="POST", drop="after", count=1)
    fail(CREATES, method="GET", status=500)

    unknown = save(alice, tenant, typed, "plan")
    sandbox.world.faults.clear()
    again = save(alice, tenant, fields(text_of(unknown)), "plan")

    assert unknown.status_code == 503
    assert "We do not know whether this was saved" in text_of(unknown)
    assert again.status_code == 200
    assert "Planned" in text_of(again)
    assert len(made()) == 1


def test_too_early_to_say(
    alice: Client,
    tenant: Tenant,
    made: Callable[[], list[Row]],
    fail: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request whose answer was lost may still arrive, so for half a minute nothing is sent again."""
    typed = open_form(alice, tenant, "plan") | SAID
    fail(CREATES, method="POST", drop="before", count=1)
    unknown = save(alice, tenant, typed, "plan")

    early = save(alice, tenant, typed, "plan")
    assert made() == []
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    late = save(alice, tenant, fields(text_of(early)), "plan")

    assert (unknown.status_code, early.status_code, late.status_code) == (503, 409, 200)
    assert "SuperOffice does not show it so far" in text_of(early)
    assert without_basis(fields(text_of(early))) == without_basis(typed)
    assert len(made()) == 1


def test_a_process_that_died_over_it(
    alice: Client, tenant: Tenant, made: Callable[[], list[Row]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its attempt has no end: somebody who tries soon is told, later it is looked for and then done."""
    typed = open_form(alice, tenant, "log") | SAID
    monkeypatch.setattr("panel.panels.editing.once.PAUSE", 0.01)
    save(alice, tenant, typed, "log")
    Once.across_tenants.update(state="begun")
    row = made()[0]

    early = save(alice, tenant, typed, "log")
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    late = save(alice, tenant, typed, "log")

    assert early.status_code == 409
    assert late.status_code == 200
    assert made() == [row]
    assert Once.across_tenants.get().state == "done"


def test_what_is_remembered_is_no_word_of_the_customer_s(alice: Client, tenant: Tenant) -> None:
    """A random word, a state, two moments; forgotten after a month."""
    save(alice, tenant, open_form(alice, tenant, "log") | SAID, "log")

    row = Once.across_tenants.values().get()
    assert set(row) == {"id", "tenant_id", "word", "state", "first_at", "tried_at"}
    assert re.fullmatch("[0-9a-f]{32}", row["word"])
    Once.across_tenants.update(first_at=datetime.now(UTC) - timedelta(days=31))
    save(alice, tenant, open_form(alice, tenant, "log") | SAID, "log")
    assert Once.across_tenants.count() == 1
