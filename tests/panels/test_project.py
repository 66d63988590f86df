"""The project panel: how it stands, who takes part, what comes next; planned on, corrected, and people added once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from tests.panels.conftest import ACME, address, but_facts, text_of
from tests.panels.test_edit import HTMX
from tests.panels.test_follow_ups import hours_later
from tests.panels.test_person import EMBEDDED, fields, without_basis
from tests.panels.test_sale import TROUBLES
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

NAME = "Harbour pilot"
PATCH = {"path": r"Project/\d+$", "method": "PATCH"}

Where = Callable[..., str]
Calls = Callable[[], list[str]]


@pytest.fixture
def key(tenant: Tenant) -> int:
    return next(key for key, row in tenant.table("project").items() if row["name"] == NAME)


@pytest.fixture
def project(tenant: Tenant, key: int) -> Row:
    """It should have ended 18 days ago."""
    row = tenant.table("project")[key]
    row["end"] = f"{today() - timedelta(days=18)}T00:00:00"
    return row


@pytest.fixture
def where(tenant: Tenant, key: int) -> Where:
    def at(action: str = "", human: str = "alice", **query: object) -> str:
        said = {"contact_id": "", "project_id": key, **query}
        return address(tenant, human, f"project/{action}".rstrip("/"), **said)

    return at


def today() -> date:
    return datetime.now(UTC).date()


def members(tenant: Tenant, key: int) -> list[Row]:
    rows = tenant.table("project_member").values()
    return [row for row in rows if row["project"] == key and not row["deleted"]]


def form(client: Client, where: Where, action: str) -> dict[str, str]:
    return fields(text_of(client.get(where(action), headers=HTMX)))


# Looking


def test_it_says_how_the_project_stands(alice: Client, where: Where, project: Row, tenant: Tenant, key: int) -> None:
    sale = next(iter(tenant.table("sale").values()))
    sale |= {"project": key, "status": "Open", "heading": "Cranes"}

    response = alice.get(where())

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert NAME in page
    assert "<b>Planned</b>" in page
    assert re.search(r'class="state no">Overdue<', page)
    assert re.search(r"</time>\s*– 3 weeks ago", page)
    assert f"Milestone: {NAME}" in page
    assert "Cranes" in page
    for member in members(tenant, key):
        assert f"person_id={member['person']}" in page
        assert f"contact_id={member['contact']}" in page


def test_it_asks_four_questions(alice: Client, where: Where, key: int, project: Row, calls: Calls) -> None:
    """CERT-19."""
    alice.get(where())
    first = sorted(call.partition("/v1/")[2] for call in but_facts(calls()) if "/v1/" in call)

    assert first == [f"Project/{key}", f"Project/{key}/Activities", f"Project/{key}/Members", "Sale"], (
        "beside the time zone"
    )


def test_a_part_costs_only_its_own_calls(alice: Client, where: Where, calls: Calls) -> None:
    for part, number in (("facts", 1), ("members", 2), ("sales", 1), ("activities", 1)):
        page = text_of(alice.get(where(part=part), headers=HTMX))

        assert len([call for call in but_facts(calls()) if "/v1/" in call]) == number
        assert "<html" not in page


def test_what_is_over_is_not_late(alice: Client, where: Where, project: Row) -> None:
    project["completed"] = True

    page = text_of(alice.get(where()))

    assert "Overdue" not in page
    assert 'class="state yes">Completed<' in page


def test_nothing_there_offers_the_next_step(alice: Client, where: Where, tenant: Tenant, project: Row) -> None:
    for table in ("project_member", "appointment", "sale"):
        tenant.table(table).clear()

    page = text_of(alice.get(where()))

    assert "Nobody takes part yet." in page
    assert "Nothing planned" in page
    assert "No open sales." in page


def test_without_a_project_there_is_nothing_to_show(alice: Client, where: Where) -> None:
    unsaved, deleted = alice.get(where(project_id=0)), alice.get(where(project_id=987654))

    assert (unsaved.status_code, deleted.status_code) == (200, 404)
    assert "Save the project first" in text_of(unsaved)
    assert "This project no longer exists" in text_of(deleted)


@pytest.mark.parametrize(("path", "part"), [("Members", "members"), ("Sale", "sales"), ("Activities", "activities")])
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, where: Where, project: Row, fail: Callable[..., None], path: str, part: str
) -> None:
    fail(path, status=500)

    page = text_of(alice.get(where()))

    assert page.count("does not answer right now") == 1
    assert f"&amp;part={part}" in page
    assert NAME in page


def test_who_may_not_change_has_no_buttons(bob: Client, tenant: Tenant, where: Where, project: Row) -> None:
    """CERT-39."""
    tenant.denied["bob"] = ["project:update"]

    page = text_of(bob.get(where(human="bob")))

    assert 'class="locked"' in page
    assert "Change the status" not in page
    assert "Edit the facts" not in page


def test_hostile_names_are_only_names(alice: Client, where: Where, tenant: Tenant, project: Row, key: int) -> None:
    """CERT-04."""
    nasty = '"><script>alert(1)</script>'
    project |= {"name": nasty, "description": nasty, "urls": [{"id": 1, "value": "javascript:x", "description": ""}]}
    for name in ("projectstatus", "projecttype", "pmembtype"):
        tenant.lists[name][1]["name"] = nasty
    tenant.table("person")[members(tenant, key)[0]["person"]]["last_name"] = nasty

    for action in ("", "edit", "status"):
        page = text_of(alice.get(where(action)))
        assert "<script>alert" not in page
        assert 'href="javascript' not in page


def test_charlie_sees_nothing_of_it(charlie: Client, where: Where) -> None:
    assert charlie.get(where()).status_code in (401, 403)


def test_links_stay_where_one_is(alice: Client, where: Where, tenant: Tenant, project: Row, key: int) -> None:
    person = members(tenant, key)[0]["person"]

    assert f'data-soprotocol="person.main?person_id={person}"' in text_of(alice.get(where(), headers=EMBEDDED))
    assert f'href="/panels/person/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;person_id={person}"' in text_of(
        alice.get(where())
    )


# Changing


def test_facts_and_status_are_corrected(alice: Client, where: Where, project: Row) -> None:
    wanted = {
        "edit": {"name": "Harbour", "project_type": "2", "owner": "7", "end": "1/31/2027"},
        "status": {"status": "3", "is_completed": "1"},
    }

    for action, typed in wanted.items():
        response = alice.post(where(action), form(alice, where, action) | typed, headers=HTMX)
        assert response.status_code == 200, text_of(response)
    assert (project["name"], project["type"], project["associate"], project["end"][:10]) == (
        "Harbour",
        2,
        7,
        "2027-01-31",
    )
    assert (project["status"], project["completed"]) == (3, True)
    assert "<b>Finished</b>" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]


def test_a_conflict_lets_the_person_choose(alice: Client, where: Where, project: Row) -> None:
    typed = form(alice, where, "edit") | {"name": "Mine"}
    project["name"] = "Theirs"

    torn = alice.post(where("edit"), typed, headers=HTMX)

    assert torn.status_code == 409
    assert "<b>Theirs</b>" in text_of(torn)
    again = fields(text_of(torn)) | {"choose-name": "mine"}
    assert alice.post(where("edit"), again, headers=HTMX).status_code == 200
    assert project["name"] == "Mine"


def test_what_was_typed_comes_back_whatever_happens(
    alice: Client, where: Where, sandbox: Sandbox, project: Row, fail: Callable[..., None]
) -> None:
    wanted = {"edit": {"name": "<Harbour> & co"}, "status": {"status": "3"}}
    forms = {action: form(alice, where, action) | typed for action, typed in wanted.items()}
    before = dict(project)

    for fault, status, words in TROUBLES:
        sandbox.world.faults.clear()
        fail(**PATCH, **fault)
        for action, typed in forms.items():
            response = alice.post(where(action), typed, headers=HTMX)
            assert (response.status_code, words in text_of(response)) == (status, True)
            assert without_basis(fields(text_of(response))) == without_basis(typed)
    assert project == before


@pytest.mark.parametrize("action", ["log", "plan"])
def test_a_follow_up_belongs_to_the_project(
    alice: Client, where: Where, tenant: Tenant, key: int, project: Row, action: str
) -> None:
    tenant.table("appointment").clear()
    typed = form(alice, where, action) | {"task": "1", "title": "Call the harbour"}

    for _ in range(2):  # a double click
        response = alice.post(where(action), typed, headers=HTMX)
        assert response.status_code == 200, text_of(response)
    [row] = tenant.table("appointment").values()
    assert (row["project"], row["contact"], row["title"]) == (key, 0, "Call the harbour")
    assert "Call the harbour" in text_of(response)


# Members


@pytest.fixture
def newcomer(tenant: Tenant) -> int:
    """Somebody at Acme, which does not take part."""
    return next(key for key, row in tenant.table("person").items() if row["contact"] == ACME)


def test_the_people_of_its_companies_are_offered(
    alice: Client, where: Where, tenant: Tenant, key: int, project: Row
) -> None:
    """But not who takes part already; and nobody where no company does."""
    joined = members(tenant, key)
    there, companies = {row["person"] for row in joined}, {row["contact"] for row in joined}
    people = tenant.table("person").items()
    near = {k for k, row in people if row["contact"] in companies and not row["retired"]} - there

    page = text_of(alice.get(where("member"), headers=HTMX))
    assert {int(one) for one in re.findall(r'<option value="(\d+):', page)} == near != set()
    for row in joined:
        row["deleted"] = True
    assert '<option value="1' not in text_of(alice.get(where("member"), headers=HTMX)).partition('id="id_role"')[0]


def test_anybody_is_found_by_three_letters(
    alice: Client, where: Where, tenant: Tenant, project: Row, newcomer: int, calls: Calls
) -> None:
    """CERT-20. What is typed travels in the body."""
    typed = form(alice, where, "member")
    name = tenant.table("person")[newcomer]["last_name"]
    calls()

    short = alice.post(where("member", suggest="person"), typed | {"find-person": name[:2]}, headers=HTMX)
    assert not [call for call in calls() if "/v1/" in call]
    found = alice.post(where("member", suggest="person"), typed | {"find-person": name[:4]}, headers=HTMX)
    assert (short.status_code, found.status_code) == (200, 200)
    assert f"{newcomer}:" in text_of(found)
    assert "Acme" in text_of(found)


def add(where: Where, client: Client, newcomer: int, **typed: str) -> dict[str, str]:
    said = {"person": f"{newcomer}:Somebody", "role": "2", "comment": "Knows <the> cranes"}
    return form(client, where, "member") | said | typed


def test_a_member_is_added_once(
    alice: Client, where: Where, tenant: Tenant, key: int, project: Row, newcomer: int
) -> None:
    """With his own company; neither a double click nor a second form makes him two."""
    first, second = (add(where, alice, newcomer) for _ in range(2))

    for typed in (first, first, second):
        response = alice.post(where("member"), typed, headers=HTMX)
        assert response.status_code == 200, text_of(response)
    [row] = [row for row in members(tenant, key) if row["person"] == newcomer]
    assert (row["contact"], row["function"], row["comment"]) == (ACME, 2, "Knows <the> cranes")
    assert f"person_id={newcomer}" in text_of(response)
    assert "Added" in text_of(response)


def test_nobody_is_no_member(alice: Client, where: Where, tenant: Tenant, key: int, newcomer: int) -> None:
    before = len(members(tenant, key))

    for chosen in ("", "x:Evil"):
        response = alice.post(where("member"), add(where, alice, newcomer, person=chosen), headers=HTMX)
        assert response.status_code == 422
        assert 'class="errorlist"' in text_of(response)
    assert len(members(tenant, key)) == before


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        ({"status": 500}, 503),
        ({"status": 429, "retry_after": "3"}, 503),
        ({"status": 403}, 403),
        ({"status": 422}, 422),
        ({"status": 412}, 409),
        ({"drop": "before"}, 503),
    ],
)
def test_a_member_typed_comes_back_and_is_added_once_later(
    alice: Client,
    where: Where,
    tenant: Tenant,
    key: int,
    sandbox: Sandbox,
    newcomer: int,
    fail: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    status: int,
) -> None:
    typed, before = add(where, alice, newcomer), len(members(tenant, key))
    fail(r"ProjectMember$", method="POST", **fault)

    failed = alice.post(where("member"), typed, headers=HTMX)

    back = fields(text_of(failed))
    assert failed.status_code == status
    assert without_basis(back) == without_basis(typed)
    assert len(members(tenant, key)) == before
    sandbox.world.faults.clear()
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    assert alice.post(where("member"), back, headers=HTMX).status_code == 200
    assert len(members(tenant, key)) == before + 1


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, where: Where, tenant: Tenant, key: int, newcomer: int, fail: Callable[..., None]
) -> None:
    before = len(members(tenant, key))
    typed = add(where, alice, newcomer)
    fail(r"ProjectMember$", method="POST", drop="after", count=1)

    assert alice.post(where("member"), typed, headers=HTMX).status_code == 200
    assert len(members(tenant, key)) == before + 1


@pytest.fixture
def joined(tenant: Tenant, key: int, project: Row) -> tuple[int, Row]:
    """Who takes part first."""
    rows = tenant.table("project_member").items()
    return next((one, row) for one, row in rows if row["project"] == key and not row["deleted"])


def member_form(client: Client, where: Where, action: str, joined: tuple[int, Row], **query: object) -> dict[str, str]:
    return fields(text_of(client.get(where(action, member_id=joined[0], **query), headers=HTMX)))


def test_what_a_member_is_there_for_is_corrected(
    alice: Client, where: Where, tenant: Tenant, joined: tuple[int, Row]
) -> None:
    """The form says who it is about; each row leads to its own."""
    member_id, row = joined
    person = tenant.table("person")[row["person"]]
    page = text_of(alice.get(where()))
    page_of_form = text_of(alice.get(where("role", member_id=member_id), headers=HTMX))

    typed = fields(page_of_form) | {"role": "3", "comment": "Pays <all>"}
    response = alice.post(where("role", member_id=member_id), typed, headers=HTMX)

    assert f"member_id={member_id}" in page
    assert person["last_name"] in page_of_form
    assert response.status_code == 200, text_of(response)
    assert (row["function"], row["comment"]) == (3, "Pays <all>")
    assert "Sponsor" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]


def test_a_member_changed_meanwhile_is_not_overwritten(alice: Client, where: Where, joined: tuple[int, Row]) -> None:
    member_id, row = joined
    row["function"] = 1
    typed = member_form(alice, where, "role", joined) | {"role": "3"}
    row["function"] = 2

    torn = alice.post(where("role", member_id=member_id), typed, headers=HTMX)

    assert torn.status_code == 409
    assert "<b>Participant</b>" in text_of(torn)
    assert row["function"] == 2


def test_a_member_is_taken_out_when_one_says_so(
    alice: Client, where: Where, tenant: Tenant, key: int, joined: tuple[int, Row], calls: Calls
) -> None:
    """Asked first; the person stays. A second click finds it done."""
    member_id, row = joined
    at, before = where("remove", member_id=member_id), len(members(tenant, key))
    page = text_of(alice.get(at, headers=HTMX))
    assert f"{tenant.table('person')[row['person']]['last_name']} from this project?" in page
    assert not row["deleted"]

    for _ in range(2):
        response = alice.post(at, fields(page), headers=HTMX)
        assert response.status_code == 200, text_of(response)
    assert len(members(tenant, key)) == before - 1
    assert not tenant.table("person")[row["person"]]["deleted"]
    assert "Removed" in text_of(response)
    assert f"member_id={member_id}&" not in text_of(response).partition("<ul")[2]


@pytest.mark.parametrize("action", ["role", "remove"])
def test_maintenance_is_told_and_a_member_stays(
    alice: Client, where: Where, tenant: Tenant, joined: tuple[int, Row], action: str
) -> None:
    """CERT-28."""
    member_id, row = joined
    typed = member_form(alice, where, action, joined)
    typed |= {"comment": "<b>Knows</b> them"} if action == "role" else {}
    before = dict(row)
    tenant.state = "OfflineMaintenance"

    response = alice.post(where(action, member_id=member_id), typed, headers=HTMX)

    assert (response.status_code, "down for maintenance" in text_of(response)) == (503, True)
    assert row == before
    tenant.state = "Running"
    assert alice.post(where(action, member_id=member_id), typed, headers=HTMX).status_code == 200
    assert (row["deleted"], row["comment"]) == ((True, "") if action == "remove" else (False, "<b>Knows</b> them"))


@pytest.mark.parametrize("action", ["role", "remove"])
def test_whatever_superoffice_answers_to_a_change_of_members(
    alice: Client, where: Where, sandbox: Sandbox, joined: tuple[int, Row], fail: Callable[..., None], action: str
) -> None:
    """What was typed comes back, nothing is done by half, and it can be done later."""
    member_id, row = joined
    at = where(action, member_id=member_id)
    typed = member_form(alice, where, action, joined)
    typed |= {"comment": "<b>Knows</b> them"} if action == "role" else {}
    before = dict(row)

    for fault, status, words in TROUBLES:
        sandbox.world.faults.clear()
        fail(r"ProjectMember/\d+$", method={"role": "PATCH", "remove": "DELETE"}[action], **fault)
        response = alice.post(at, typed, headers=HTMX)
        assert (response.status_code, words in text_of(response)) == (status, True), text_of(response)
        assert without_basis(fields(text_of(response))) == without_basis(typed)
        assert row == before
    sandbox.world.faults.clear()
    fail(r"ProjectMember/\d+$", method={"role": "PATCH", "remove": "DELETE"}[action], drop="after", count=1)
    assert alice.post(at, typed, headers=HTMX).status_code == 200
    assert (row["deleted"], row["comment"]) == ((True, "") if action == "remove" else (False, "<b>Knows</b> them"))


@pytest.mark.parametrize("action", ["role", "remove"])
def test_changing_members_works_without_javascript(
    alice: Client, where: Where, joined: tuple[int, Row], action: str
) -> None:
    at = where(action, member_id=joined[0])
    page = text_of(alice.get(at))

    response = alice.post(at, fields(page) | ({"role": "3"} if action == "role" else {}))

    assert "<html" in page
    assert (response.status_code, response.headers["Location"].endswith("#saved")) == (303, True)
    assert joined[1]["deleted"] is (action == "remove")


@pytest.mark.parametrize(("action", "right"), [("role", "update"), ("remove", "delete")])
def test_who_may_not_change_members_is_told_so(
    bob: Client, tenant: Tenant, where: Where, joined: tuple[int, Row], action: str, right: str
) -> None:
    """CERT-39."""
    at = where(action, "bob", member_id=joined[0])
    typed, before = fields(text_of(bob.get(at, headers=HTMX))), dict(joined[1])
    tenant.denied["bob"] = [f"project:{right}"]

    page = text_of(bob.get(at, headers=HTMX))
    refused = bob.post(at, typed | ({"comment": "x"} if action == "role" else {}), headers=HTMX)

    assert 'class="denied"' in page
    assert 'class="pill main"' not in page
    assert refused.status_code == 403
    assert joined[1] == before


def test_a_member_who_is_gone_is_said_to_be(alice: Client, where: Where, joined: tuple[int, Row]) -> None:
    """And a form of one member does nothing to another."""
    member_id, row = joined
    typed = member_form(alice, where, "role", joined) | {"comment": "x"}
    assert alice.post(where("role", member_id=member_id + 1), typed, headers=HTMX).status_code == 422
    row["deleted"] = True

    for response in (
        alice.get(where("role", member_id=member_id), headers=HTMX),
        alice.post(where("role", member_id=member_id), typed, headers=HTMX),
        alice.get(where("remove", member_id=member_id), headers=HTMX),
    ):
        assert response.status_code == 404
        assert "Nobody takes part by this entry any more." in text_of(response)


def test_a_hostile_name_of_a_member_is_only_a_name(
    alice: Client, where: Where, tenant: Tenant, joined: tuple[int, Row]
) -> None:
    """CERT-04; and it is written once, not twice."""
    tenant.table("person")[joined[1]["person"]]["last_name"] = "<script>alert(1)</script> & co"

    for action in ("", "role", "remove"):
        page = text_of(alice.get(where(action, member_id=joined[0])))
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in page


def test_charlie_takes_nobody_out(charlie: Client, where: Where, joined: tuple[int, Row]) -> None:
    for action in ("role", "remove"):
        assert charlie.post(where(action, member_id=joined[0]), {"basis": ""}).status_code in (401, 403)
    assert not joined[1]["deleted"]


# The customer's own fields


def test_fields_of_the_customer_s_own_are_shown_and_corrected(
    alice: Client, where: Where, tenant: Tenant, project: Row, calls: Calls
) -> None:
    """CERT-66; their definitions are remembered."""
    field = next(row for row in tenant.table("udef_published").values() if row["Type"] == "Project")
    name = f"own.{field['ProgId']}"
    alice.get(where())
    calls()
    typed = form(alice, where, "edit") | {name: "4711 <b>"}

    response = alice.post(where("edit"), typed, headers=HTMX)

    assert response.status_code == 200
    assert "4711 <b>" in project["udef"].values()
    assert "Cost centre</dt><dd>4711 &lt;b&gt;</dd>" in text_of(response)
    assert not [call for call in calls() if "UdefLayout" in call]
