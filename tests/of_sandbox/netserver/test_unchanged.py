"""A record that was read before is asked for again: 304 until anybody changes it, then 200 [http-headers]."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.of_sandbox.web_user import WebUser
from tests.sandbox import rest
from tests.sandbox.server import Sandbox

from .caller import Caller

TEXTS = {
    "Contact": "Department",
    "Person": "Title",
    "Sale": "Heading",
    "Project": "Name",
    "Appointment": "Description",
    "Document": "Header",
    "Ticket": "Title",
}
"""Kinds that panels read, and a text of each."""


class Reader(Caller):
    """Keeps the ``Date`` of an answer, as a client that remembers does."""

    def __init__(self, sandbox: Sandbox) -> None:
        super().__init__(sandbox)
        self.api_of = {name: f"v1/{name}/{self.some(name)}" for name in TEXTS}

    def some(self, name: str) -> int:
        rows = self.world.tenants[self.ctx].table(rest.KINDS[name].table)
        return next(key for key, row in rows.items() if not row["deleted"] and key > 3)

    def reads(self, path: str) -> Callable[[], int]:
        """Read a record; what comes back answers the status of asking for it once more."""
        since = self.send("GET", path).headers["date"]
        return lambda: self.send("GET", path, headers={"If-Modified-Since": since}).status_code

    def a_second_passes(self) -> None:
        self.world.clock_offset += 1


@pytest.fixture
def alice(sandbox: Sandbox) -> Reader:
    return Reader(sandbox)


@pytest.mark.parametrize("name", TEXTS)
def test_unchanged_until_it_is_patched_put_or_saved(alice: Reader, name: str) -> None:
    path, text = alice.api_of[name], TEXTS[name]
    ways: list[Callable[[], object]] = [
        lambda: alice("PATCH", path, json=[{"op": "replace", "path": f"/{text}", "value": "patched"}]),
        lambda: alice("PATCH", path, json={text: "merged"}),
        lambda: alice("PUT", path, json=alice("GET", path) | {text: "put"}),
        lambda: alice("POST", f"v1/Agents/{name}/Save{name}Entity", json=alice("GET", path) | {text: "saved"}),
    ]
    for change in ways:
        again = alice.reads(path)
        alice.a_second_passes()
        assert again() == 304
        change()
        assert again() == 200


def test_what_lies_in_other_tables_of_a_record_changes_it_too(alice: Reader) -> None:
    path = alice.api_of["Contact"]
    for change in ({"Phones": [{"Value": "22 00 00 00"}]}, {"CustomFields": {"SuperOffice:3": "[I:8]"}}):
        again = alice.reads(path)
        alice.a_second_passes()
        alice("PATCH", path, json=[{"op": "replace", "path": name, "value": value} for name, value in change.items()])
        assert again() == 200


def test_other_methods_that_change_a_record(alice: Reader) -> None:
    task, document, person = (alice.api_of[name] for name in ("Appointment", "Document", "Person"))
    task_id = int(task.rpartition("/")[2])
    ways: dict[str, Callable[[], object]] = {
        task: lambda: alice("POST", "v1/Agents/Appointment/ToggleAppointmentStatus", json={"AppointmentId": task_id}),
        document: lambda: alice("PUT", f"{document}/Content", content=b"new"),
        person: lambda: alice("DELETE", f"{person}/Consent/STORE", 204),
        "v1/Project/1": lambda: alice(
            "POST", "v1/Agents/Project/SetCompleted", 204, json={"ProjectId": 1, "IsCompleted": True}
        ),
    }
    for path, change in ways.items():
        again = alice.reads(path)
        alice.a_second_passes()
        assert again() == 304
        change()
        assert again() == 200, path


@pytest.fixture
def bob_at_his_screen(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "bob")
    yield user
    user.close()


def test_somebody_types_on_the_card(alice: Reader, bob_at_his_screen: WebUser) -> None:
    for table, typed in (("contact", {"name": "Acme Two"}), ("person", {"last_name": "Nes"})):
        path = alice.api_of[table.title()]
        again = alice.reads(path)
        alice.a_second_passes()
        assert again() == 304
        bob_at_his_screen.save(table, int(path.rpartition("/")[2]), **typed)
        assert again() == 200


def test_a_person_of_a_company_is_a_record_of_its_own(alice: Reader) -> None:
    company = alice("GET", "v1/Contact/17")
    person = company["Persons"][0]["PersonId"]
    again = alice.reads("v1/Contact/17")
    alice.a_second_passes()
    alice("PATCH", f"v1/Person/{person}", json=[{"op": "replace", "path": "/Title", "value": "Boss"}])
    assert again() == 304


def test_a_message_changes_its_request(alice: Reader) -> None:
    path = alice.api_of["Ticket"]
    again = alice.reads(path)
    alice.a_second_passes()
    fresh = alice("GET", "v1/TicketMessage/default")
    ticket = {"TicketId": int(path.rpartition("/")[2])}
    alice("POST", "v1/TicketMessage", json=fresh | {"Ticket": ticket, "Body": "Any news?"})
    assert again() == 200


@pytest.mark.parametrize("name", TEXTS)
def test_gone_is_gone(alice: Reader, name: str) -> None:
    path = alice.api_of[name]
    again = alice.reads(path)
    alice.a_second_passes()
    alice("DELETE", path, 204)
    # Companies go to the recycle bin, where they can be read.
    assert again() == (200 if name == "Contact" else 404)


@pytest.mark.parametrize("since", ["Sun, 06 Nov 1994 08:49:37 -0000", "1994-11-06", ""])
def test_a_date_that_is_none_is_refused(alice: Reader, since: str) -> None:
    alice("GET", "v1/Contact/17", 400, headers={"If-Modified-Since": since})


def test_dates_are_of_the_sandboxs_clock(alice: Reader) -> None:
    alice.world.clock_offset = -3 * 86400.0
    response = alice.send("GET", "v1/Contact/17")
    assert response.headers.get_list("date") == [f"{alice.world.now():%a, %d %b %Y %H:%M:%S} GMT"]


def test_agents_know_no_conditions(alice: Reader) -> None:
    since = {"If-Modified-Since": alice.send("GET", "v1/Contact/17").headers["date"]}
    asked = {"params": {"contactEntityId": 17}, "headers": since}
    assert alice("POST", "v1/Agents/Contact/GetContactEntity", **asked)["ContactId"] == 17
