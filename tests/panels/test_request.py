"""The request panel: what is asked, who has it, settling it; and creating one with its first message, each once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from crm_client.tickets import BaseStatus
from panel.panels.request.facts import wakes
from tests.panels.conftest import ACME, address, text_of
from tests.panels.test_edit import HTMX
from tests.panels.test_follow_ups import hours_later
from tests.panels.test_person import EMBEDDED, fields, without_basis
from tests.panels.test_sale import TROUBLES, token
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

OPEN, CLOSED = 1, 2
ALICE, BOB = 5, 6
TITLE = "Alarm at night"
PATCH = {"path": r"Ticket/\d+$", "method": "PATCH"}

Where = Callable[..., str]
Calls = Callable[[], list[str]]


@pytest.fixture
def key(tenant: Tenant) -> int:
    return next(key for key, row in tenant.table("ticket").items() if row["title"] == TITLE)


@pytest.fixture
def ticket(tenant: Tenant, key: int) -> Row:
    """Bob's, from two days ago, to be settled within three."""
    row = tenant.table("ticket")[key]
    row["owner"] = BOB
    row["registered"] = (datetime.now(UTC) - timedelta(days=2)).strftime("%Y-%m-%dT%H:%M:%S")
    row["deadline"] = (datetime.now(UTC) + timedelta(days=3, hours=1)).strftime("%Y-%m-%dT%H:%M:%S")
    return row


@pytest.fixture
def where(tenant: Tenant, key: int) -> Where:
    def at(action: str = "", human: str = "alice", **query: object) -> str:
        said = {"contact_id": "", "ticket_id": key, **query}
        return address(tenant, human, f"request/{action}".rstrip("/"), **said)

    return at


@pytest.fixture
def person(tenant: Tenant) -> int:
    """Acme's first."""
    return next(key for key, row in tenant.table("person").items() if row["contact"] == ACME)


def press(client: Client, where: Where, action: str, seen: str, **typed: object) -> HttpResponse:
    return client.post(where(action), {"seen": seen, **typed}, headers=HTMX)


def present(page: str) -> str:
    [found] = re.findall(r'aria-current="step"[^>]*><b>Now</b> ([^<]+)<', page)
    return found.strip()


# Looking


def test_it_says_what_is_asked_and_who_has_it(alice: Client, where: Where, ticket: Row, tenant: Tenant) -> None:
    response = alice.get(where())

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert TITLE in page
    assert present(page) == "Open"
    assert re.findall(r"Set to</span> ([^<]+)</button>", page) == ["Closed"]
    assert "Bob Nygård</b>" in page
    assert "– 2 days ago" in page
    assert "– in 3 days" in page
    assert "The control unit sends an alarm every night at 03:00." in page
    company = tenant.table("person")[ticket["person"]]["contact"]
    assert f"contact_id={company}" in page


def test_it_asks_four_questions_and_two_of_them_only_now_and_then(
    alice: Client, where: Where, key: int, ticket: Row, calls: Calls
) -> None:
    """CERT-19."""
    alice.get(where())
    first = sorted(call.partition("/v1/")[2] for call in calls() if "/v1/" in call)
    alice.get(where("", back="1"))
    second = [call for call in calls() if "/v1/" in call]

    assert first == ["List/TicketStatus/Items", f"Ticket/{key}", f"Ticket/{key}/Messages", "User/currentPrincipal"]
    assert not [call for call in second if "/List/" in call or "/User/" in call]


def test_a_late_one_says_so_as_long_as_it_is_open(alice: Client, where: Where, ticket: Row) -> None:
    ticket["deadline"] = "2026-01-01T08:00:00"
    assert 'class="state no">Overdue' in text_of(alice.get(where()))

    ticket |= {"status": CLOSED, "closed": "2026-01-02T08:00:00"}
    assert "Overdue" not in text_of(alice.get(where(part="facts"), headers=HTMX))


@pytest.mark.parametrize("card", ["person", "contact"])
def test_without_a_request_it_shows_the_customer_s_open_ones(
    alice: Client, where: Where, tenant: Tenant, ticket: Row, key: int, card: str, calls: Calls
) -> None:
    """A person's or a company's, each a link to its own page, and no closed one; by one call."""
    who = ticket["person"]
    closed = dict(ticket) | {"title": "Done already", "status": CLOSED}
    tenant.table("ticket")[99001] = closed
    owner = {"person_id": who} if card == "person" else {"contact_id": tenant.table("person")[who]["contact"]}
    calls()

    page = text_of(alice.get(where(ticket_id="", **owner)))

    assert TITLE in page
    assert f'href="/panels/request/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;ticket_id={key}"' in page
    assert "Bob Nygård" in page
    assert "2 days ago" in page
    assert "Done already" not in page
    assert len([call for call in calls() if "/v1/" in call]) == 1
    assert "Create a request" in page


def test_a_customer_who_asks_nothing(alice: Client, where: Where, tenant: Tenant, person: int) -> None:
    """The next step is offered."""
    tenant.table("ticket").clear()

    page = text_of(alice.get(where(ticket_id="", person_id=person)))

    assert "No open requests." in page
    assert "Create a request" in page


def test_without_any_record_there_is_nothing_to_show(alice: Client, where: Where) -> None:
    unsaved, deleted = alice.get(where(ticket_id=0)), alice.get(where(ticket_id=987654))

    assert (unsaved.status_code, deleted.status_code) == (200, 404)
    assert "Save the request first" in text_of(unsaved)
    assert "This request no longer exists" in text_of(deleted)


@pytest.mark.parametrize(("path", "part"), [("List/TicketStatus", "facts"), ("Messages", "messages")])
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, where: Where, ticket: Row, fail: Callable[..., None], path: str, part: str
) -> None:
    fail(path, status=500)

    page = text_of(alice.get(where()))

    assert page.count("does not answer right now") == 1
    assert f"&amp;part={part}" in page
    assert TITLE in page


def test_who_may_not_change_has_no_buttons(bob: Client, tenant: Tenant, where: Where, ticket: Row) -> None:
    """CERT-39."""
    ticket["owner"] = ALICE
    tenant.denied["bob"] = ["ticket:update"]

    page = text_of(bob.get(where(human="bob")))

    assert 'class="locked"' in page
    assert present(page) == "Open"
    for words in ("Set to", "Assign to me", "request/assign/", "Edit the facts"):
        assert words not in page


def test_hostile_words_are_only_words(alice: Client, where: Where, tenant: Tenant, ticket: Row, key: int) -> None:
    """CERT-04: also those of a customer, who writes mails."""
    nasty = '"><script>alert(1)</script>'
    ticket["title"] = nasty
    message = next(row for row in tenant.table("ticket_message").values() if row["ticket"] == key)
    message |= {"body": nasty, "author": nasty}
    for name in ("ticketstatus", "ticketpriority", "ejcategory"):
        tenant.lists[name][1]["name"] = nasty

    for action in ("", "edit", "assign", "note"):
        assert "<script>alert" not in text_of(alice.get(where(action)))


def test_charlie_sees_nothing_of_it(charlie: Client, where: Where) -> None:
    assert charlie.get(where()).status_code in (401, 403)


# One click


def test_it_is_closed_and_opened_again(alice: Client, where: Where, ticket: Row, calls: Calls) -> None:
    """One guarded PATCH each; SuperOffice's card is told."""
    page = text_of(alice.get(where()))
    calls()

    closed = press(alice, where, "status", token(page), status=CLOSED)

    assert closed.status_code == 200
    assert (ticket["status"], bool(ticket["closed"])) == (CLOSED, True)
    assert present(text_of(closed)) == "Closed"
    assert "sidecard:changed" in closed.headers["HX-Trigger"]
    assert [call.partition(" ")[0] for call in calls()].count("PATCH") == 1
    opened = press(alice, where, "status", token(text_of(closed)), status=OPEN)
    assert opened.status_code == 200
    assert (ticket["status"], ticket["closed"]) == (OPEN, "")


def test_i_take_it(alice: Client, where: Where, ticket: Row) -> None:
    seen = token(text_of(alice.get(where())))

    for _ in range(2):  # an impatient second click finds it mine
        response = press(alice, where, "take", seen)
        assert response.status_code == 200
        assert ticket["owner"] == ALICE
        assert "Alice Berg</b>" in text_of(response)
        assert "Assign to me" not in text_of(response)


def test_what_is_mine_is_not_taken(alice: Client, where: Where, ticket: Row) -> None:
    ticket["owner"] = ALICE
    page = text_of(alice.get(where()))

    assert "Assign to me" not in page
    assert press(alice, where, "take", token(page)).status_code == 422


def test_nobody_has_it_yet(alice: Client, where: Where, ticket: Row) -> None:
    ticket["owner"] = 0
    page = text_of(alice.get(where()))

    assert "Nobody yet</b>" in page
    assert press(alice, where, "take", token(page)).status_code == 200
    assert ticket["owner"] == ALICE


def test_what_somebody_did_meanwhile_is_shown_and_not_overwritten(alice: Client, where: Where, ticket: Row) -> None:
    seen = token(text_of(alice.get(where())))
    ticket["owner"] = 7

    taken = press(alice, where, "take", seen)

    assert taken.status_code == 409
    assert "Someone changed this meanwhile" in text_of(taken)
    assert "Kim Åkesson</b>" in text_of(taken)
    assert ticket["owner"] == 7
    assert press(alice, where, "take", token(text_of(taken))).status_code == 200
    assert ticket["owner"] == ALICE


@pytest.mark.parametrize(("fault", "status", "words"), TROUBLES)
def test_the_buttons_stay_whatever_superoffice_answers(
    alice: Client,
    where: Where,
    sandbox: Sandbox,
    ticket: Row,
    fail: Callable[..., None],
    fault: dict[str, Any],
    status: int,
    words: str,
) -> None:
    seen = token(text_of(alice.get(where())))
    fail(**PATCH, **fault)

    for action, typed in (("status", {"status": CLOSED}), ("take", {})):
        response = press(alice, where, action, seen, **typed)
        assert response.status_code == status
        assert words in text_of(response)
        assert present(text_of(response)) == "Open"
        assert (ticket["status"], ticket["owner"]) == (OPEN, BOB)
        seen = token(text_of(response))
    sandbox.world.faults.clear()
    assert press(alice, where, "take", seen).status_code == 200
    assert ticket["owner"] == ALICE


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, where: Where, ticket: Row, fail: Callable[..., None], calls: Calls
) -> None:
    seen = token(text_of(alice.get(where())))
    fail(**PATCH, drop="after")
    calls()

    assert press(alice, where, "status", seen, status=CLOSED).status_code == 200
    assert ticket["status"] == CLOSED
    assert [call.partition(" ")[0] for call in calls()].count("PATCH") == 1


def test_only_what_was_offered_is_done(alice: Client, bob: Client, where: Where, tenant: Tenant, ticket: Row) -> None:
    """No made-up status, nobody else's buttons, no other request's, and no button's address alone."""
    seen, before = token(text_of(alice.get(where()))), dict(ticket)
    other = next(key for key, row in tenant.table("ticket").items() if row["title"] != TITLE)

    assert press(alice, where, "status", seen, status=3).status_code == 422
    assert bob.post(where("status", "bob"), {"seen": seen, "status": CLOSED}, headers=HTMX).status_code == 422
    stolen = alice.post(where("status", ticket_id=other), {"seen": seen, "status": CLOSED}, headers=HTMX)
    assert stolen.status_code == 422
    assert "too old to act on" in text_of(stolen)
    assert alice.get(where("take")).status_code == 404
    assert ticket == before


def test_it_works_without_javascript(alice: Client, where: Where, ticket: Row) -> None:
    response = alice.post(where("status"), {"seen": token(text_of(alice.get(where()))), "status": CLOSED})

    assert response.status_code == 303
    assert response.headers["Location"].endswith("#saved")
    assert ticket["status"] == CLOSED


@pytest.fixture
def lengths(tenant: Tenant) -> dict[int, str]:
    """Statuses that postpone by a length of their own, and one nobody chooses."""
    rows = tenant.lists["ticketstatus"]
    words = {4: "Postponed2Hours", 5: "PostponedMonth", 6: "Spam"}
    for rank, (key, word) in enumerate(words.items(), 4):
        rows[key] = {"name": f"<{word}>", "tooltip": "", "rank": rank, "deleted": False, "status": word}
    return words


def test_a_status_with_a_length_of_its_own_is_one_click(
    alice: Client, where: Where, ticket: Row, lengths: dict[int, str]
) -> None:
    """In the customer's words; it is told until when. A second click within the same minute finds it done."""
    page = text_of(alice.get(where()))
    assert re.findall(r"Set to</span> ([^<]+)</button>", page) == [
        "Closed",
        "&lt;Postponed2Hours&gt;",
        "&lt;PostponedMonth&gt;",
    ]

    response = press(alice, where, "status", token(page), status=4)

    until = datetime.fromisoformat(ticket["activate"]).replace(tzinfo=UTC)
    assert response.status_code == 200
    assert ticket["status"] == 4
    assert abs(until - datetime.now(UTC) - timedelta(hours=2)) <= timedelta(minutes=1)
    assert "Postponed until" in text_of(response)
    assert present(text_of(response)) == "&lt;Postponed2Hours&gt;"
    opened = press(alice, where, "status", token(text_of(response)), status=OPEN)
    assert opened.status_code == 200
    assert "Postponed until" not in text_of(opened)


@pytest.mark.parametrize(
    ("base", "until"),
    [
        (BaseStatus.POSTPONED_1_HOUR, datetime(2026, 1, 31, 23, 30, tzinfo=UTC)),
        (BaseStatus.POSTPONED_DAY, datetime(2026, 2, 1, 22, 30, tzinfo=UTC)),
        (BaseStatus.POSTPONED_WEEK, datetime(2026, 2, 7, 22, 30, tzinfo=UTC)),
        (BaseStatus.POSTPONED_MONTH, datetime(2026, 2, 28, 22, 30, tzinfo=UTC)),
        (BaseStatus.POSTPONED_SPECIFIC, None),
        (BaseStatus.ACTIVE, None),
    ],
)
def test_how_long_a_status_lets_a_request_sleep(base: BaseStatus, until: datetime | None) -> None:
    assert wakes(base, datetime(2026, 1, 31, 22, 30, 17, tzinfo=UTC)) == until


# Forms


TO_COME = {"status": "3", "day": "2099-03-01", "time": "08:15", "zone": "Europe/Oslo"}


def test_a_request_is_postponed_until_a_moment(alice: Client, where: Where, ticket: Row) -> None:
    """On the reader's clock; opened again it is awake."""
    page = text_of(alice.get(where("postpone"), headers=HTMX))
    assert re.findall(r">([^<]+)</option>", page) == ["Postponed"]

    response = alice.post(where("postpone"), fields(page) | TO_COME, headers=HTMX)

    assert response.status_code == 200, text_of(response)
    assert (ticket["status"], ticket["activate"][:16]) == (3, "2099-03-01T07:15")
    assert present(text_of(response)) == "Postponed"
    assert "Mar 1, 2099, 7:15" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    later = form(alice, where, "postpone") | TO_COME | {"day": "2099-03-02"}
    assert alice.post(where("postpone"), later, headers=HTMX).status_code == 200
    assert ticket["activate"][:10] == "2099-03-02"


def test_a_moment_gone_by_wakes_nobody(alice: Client, where: Where, ticket: Row) -> None:
    before = dict(ticket)

    for wrong in ({"day": "2020-01-01"}, {"day": ""}, {"time": "soon"}, {"status": "2"}):
        response = alice.post(where("postpone"), form(alice, where, "postpone") | TO_COME | wrong, headers=HTMX)
        assert response.status_code == 422
        assert text_of(response).count('class="errorlist"') == 1
    assert ticket == before


def test_a_request_closed_meanwhile_is_not_put_to_sleep(alice: Client, where: Where, ticket: Row) -> None:
    """He chooses; the moment he typed stays."""
    typed = form(alice, where, "postpone") | TO_COME
    ticket["status"] = CLOSED

    torn = alice.post(where("postpone"), typed, headers=HTMX)

    assert torn.status_code == 409
    assert "<b>Closed</b>" in text_of(torn) or "Someone changed this meanwhile" in text_of(torn)
    back = fields(text_of(torn))
    assert {name: back[name] for name in ("day", "time", "zone")} == {k: v for k, v in TO_COME.items() if k != "status"}
    assert ticket["status"] == CLOSED
    assert alice.post(where("postpone"), back | TO_COME | {"choose-status": "mine"}, headers=HTMX).status_code == 200
    assert ticket["status"] == 3


@pytest.mark.parametrize(("fault", "status", "words"), TROUBLES)
def test_when_to_wake_comes_back_whatever_happens(
    alice: Client,
    where: Where,
    sandbox: Sandbox,
    ticket: Row,
    fail: Callable[..., None],
    fault: dict[str, Any],
    status: int,
    words: str,
) -> None:
    typed, before = form(alice, where, "postpone") | TO_COME, dict(ticket)
    fail(**PATCH, **fault)

    response = alice.post(where("postpone"), typed, headers=HTMX)

    assert (response.status_code, words in text_of(response)) == (status, True)
    assert without_basis(fields(text_of(response))) == without_basis(typed)
    assert ticket == before
    sandbox.world.faults.clear()
    fail(**PATCH, drop="after", count=1)
    assert alice.post(where("postpone"), typed, headers=HTMX).status_code == 200
    assert ticket["status"] == 3


def test_maintenance_is_told_and_when_to_wake_stays(alice: Client, where: Where, tenant: Tenant, ticket: Row) -> None:
    """CERT-28."""
    typed, before = form(alice, where, "postpone") | TO_COME, dict(ticket)
    tenant.state = "OfflineMaintenance"

    response = alice.post(where("postpone"), typed, headers=HTMX)

    assert (response.status_code, "down for maintenance" in text_of(response)) == (503, True)
    assert without_basis(fields(text_of(response))) == without_basis(typed)
    assert ticket == before
    tenant.state = "Running"
    assert alice.post(where("postpone"), typed, headers=HTMX).status_code == 200
    assert ticket["status"] == 3


def test_without_a_status_for_it_nothing_is_postponed(
    alice: Client, bob: Client, where: Where, tenant: Tenant, ticket: Row
) -> None:
    """CERT-39: nor by who may not change it."""
    assert "request/postpone/" in text_of(alice.get(where()))
    tenant.denied["bob"] = ["ticket:update"]
    assert "request/postpone/" not in text_of(bob.get(where(human="bob")))
    assert 'class="denied"' in text_of(bob.get(where("postpone", "bob"), headers=HTMX))
    del tenant.lists["ticketstatus"][3]
    cache.clear()

    assert "request/postpone/" not in text_of(alice.get(where()))


def form(client: Client, where: Where, action: str, **query: object) -> dict[str, str]:
    return fields(text_of(client.get(where(action, **query), headers=HTMX)))


def test_facts_are_corrected_and_it_is_given_to_somebody(alice: Client, where: Where, ticket: Row) -> None:
    wanted = {"edit": {"title": "Alarm at noon", "priority": "1", "category": "3"}, "assign": {"owner": "7"}}

    for action, typed in wanted.items():
        response = alice.post(where(action), form(alice, where, action) | typed, headers=HTMX)
        assert response.status_code == 200, text_of(response)
    assert (ticket["title"], ticket["priority"], ticket["category"], ticket["owner"]) == ("Alarm at noon", 1, 3, 7)
    assert "Assigned" in text_of(response)
    assert "Kim Åkesson</b>" in text_of(response)


def notes(tenant: Tenant, key: int) -> list[Row]:
    return [row for row in tenant.table("ticket_message").values() if row["ticket"] == key][1:]


def test_a_note_is_for_colleagues_only(
    alice: Client, where: Where, tenant: Tenant, ticket: Row, key: int, sandbox: Sandbox
) -> None:
    """Nobody is told by mail."""
    typed = form(alice, where, "note") | {"body": "He has <two> of them"}

    for _ in range(2):  # a double click
        response = alice.post(where("note"), typed, headers=HTMX)
        assert response.status_code == 200
        assert "He has &lt;two&gt; of them" in text_of(response)
    [row] = notes(tenant, key)
    assert (row["level"] if "level" in row else row["slevel"], row["body"]) == ("Internal", "He has <two> of them")
    [post] = [call for call in sandbox.world.calls if call["method"] == "POST" and "TicketMessage" in call["path"]]
    assert post["status"] in (200, 201)


@pytest.fixture
def made(tenant: Tenant) -> Callable[[], list[tuple[Row, list[str]]]]:
    """Requests created during the test, each with the words of its messages."""
    before = set(tenant.table("ticket"))

    def since() -> list[tuple[Row, list[str]]]:
        new = [key for key in tenant.table("ticket") if key not in before]
        messages = tenant.table("ticket_message").values()
        return [(tenant.table("ticket")[key], [m["body"] for m in messages if m["ticket"] == key]) for key in new]

    return since


Made = Callable[[], list[tuple[Row, list[str]]]]
SAID = {"title": "It <leaks>", "category": "2", "priority": "3", "message": "Since Monday.\nAnd it is cold."}


@pytest.fixture(params=["person", "company"])
def card(request: pytest.FixtureRequest) -> str:
    """Where somebody creates a request: on the card of the one who asks, or on that of the company he works at."""
    chosen: str = request.param
    return chosen


@pytest.fixture
def said(card: str, person: int) -> dict[str, str]:
    """On a company's card also whose request it is."""
    return SAID | ({"person": f"{person}:Kari <Å>"} if card == "company" else {})


@pytest.fixture
def new(tenant: Tenant, card: str, person: int) -> Where:
    """Where a request is created."""

    def at(action: str = "request", human: str = "alice", panel: str = card, **query: object) -> str:
        who = {"contact_id": "", "person_id": person} if card == "person" else {}
        return address(tenant, human, f"{panel}/{action}", **who, **query)

    return at


@pytest.mark.parametrize("on", ["the card's panel", "request"])
def test_a_request_is_created_with_its_first_message(
    alice: Client, new: Where, person: int, card: str, said: dict[str, str], made: Made, on: str, calls: Calls
) -> None:
    where = new(panel=on if on == "request" else card)
    typed = fields(text_of(alice.get(where, headers=HTMX)))
    assert typed["priority"] == "2", "SuperOffice's own default"
    calls()

    response = alice.post(where, typed | said, headers=HTMX)

    [(row, [message])] = made()
    assert response.status_code == 200
    assert (row["title"], row["category"], row["priority"], row["person"]) == ("It <leaks>", 2, 3, person)
    assert message.split() == SAID["message"].split()
    assert "It &lt;leaks&gt;" in text_of(response)
    assert "Request created" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    assert len([call for call in calls() if "/v1/" in call]) == 5


def test_the_people_of_a_company_are_offered(alice: Client, tenant: Tenant) -> None:
    """At once, and further ones by three letters [CERT-20]; nobody else's, and a request without anybody is none."""
    where = address(tenant, path="company/request")
    people = {k: row for k, row in tenant.table("person").items() if row["contact"] == ACME and not row["retired"]}
    page = text_of(alice.get(where, headers=HTMX))
    name = next(iter(people.values()))["last_name"]

    typed = fields(page) | SAID
    found = alice.post(f"{where}&suggest=person", typed | {"find-person": name[:4]}, headers=HTMX)
    nobody = alice.post(where, typed, headers=HTMX)

    assert {int(one) for one in re.findall(r'<option value="(\d+):', page)} == set(people)
    assert f">{name}" in text_of(found) or f" {name}<" in text_of(found)
    assert nobody.status_code == 422
    assert "This field is required." in text_of(nobody)


def test_a_later_request_of_the_same_words_is_another_one(
    alice: Client, new: Where, said: dict[str, str], made: Made, fail: Callable[..., None]
) -> None:
    """A second form is a second wish, and the answer of its own message is not the first one's."""
    for _ in range(2):
        typed = form(alice, new, "request") | said
        assert alice.post(new(), typed, headers=HTMX).status_code == 200

    assert [len(messages) for _, messages in made()] == [1, 1]


def test_a_double_click_creates_one_with_one_message(
    alice: Client, new: Where, said: dict[str, str], made: Made
) -> None:
    typed = form(alice, new, "request") | said

    first, second = (alice.post(new(), typed, headers=HTMX) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert [len(messages) for _, messages in made()] == [1]


FAULTS = [
    ({"status": 500}, 503),
    ({"status": 429, "retry_after": "3"}, 503),
    ({"status": 403}, 403),
    ({"status": 422}, 422),
    ({"status": 412}, 409),
    ({"drop": "before"}, 503),
]


@pytest.mark.parametrize("path", [r"Ticket$", r"TicketMessage$"])
@pytest.mark.parametrize(("fault", "status"), FAULTS)
def test_what_was_typed_comes_back_and_is_saved_once_later(
    alice: Client,
    new: Where,
    said: dict[str, str],
    sandbox: Sandbox,
    made: Made,
    fail: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, Any],
    status: int,
    path: str,
) -> None:
    """Whichever of the two went wrong: in the end there is one request with one message, as last typed."""
    typed = form(alice, new, "request") | said
    fail(path, method="POST", **fault)

    failed = alice.post(new(), typed, headers=HTMX)

    back = fields(text_of(failed))
    assert failed.status_code == status
    assert without_basis(back) == without_basis(typed)
    assert len(made()) == (path != r"Ticket$")
    sandbox.world.faults.clear()
    monkeypatch.setattr("panel.panels.editing.once.now", hours_later(1))
    again = alice.post(new(), back | {"message": "Since Sunday"}, headers=HTMX)
    assert again.status_code == 200, text_of(again)
    assert [messages for _, messages in made()] == [["Since Sunday"]]


@pytest.mark.parametrize("path", [r"Ticket$", r"TicketMessage$"])
def test_answers_lost_after_the_work_are_found_out(
    alice: Client, new: Where, said: dict[str, str], made: Made, fail: Callable[..., None], path: str
) -> None:
    typed = form(alice, new, "request") | said
    fail(path, method="POST", drop="after", count=1)

    response = alice.post(new(), typed, headers=HTMX)

    assert response.status_code == 200, text_of(response)
    assert [len(messages) for _, messages in made()] == [1]


def test_who_may_create_none_is_told_so(
    bob: Client, tenant: Tenant, new: Where, said: dict[str, str], made: Made
) -> None:
    """CERT-39."""
    where = new(human="bob")
    allowed = fields(text_of(bob.get(where, headers=HTMX)))
    tenant.denied["bob"] = ["ticket:insert"]

    page = text_of(bob.get(where, headers=HTMX))
    posted = bob.post(where, allowed | said, headers=HTMX)

    assert 'class="denied"' in page
    assert 'class="pill main"' not in page
    assert posted.status_code in (403, 422)
    assert fields(text_of(posted))["message"].split() == SAID["message"].split()
    assert made() == []


def test_a_request_is_somebody_s(alice: Client, tenant: Tenant, made: Made) -> None:
    where = address(tenant, path="request/request", contact_id="", ticket_id=1)

    assert alice.get(where, headers=HTMX).status_code == 404
    assert made() == []


def test_inside_superoffice_links_lead_to_its_own_cards(alice: Client, where: Where, ticket: Row) -> None:
    page = text_of(alice.get(where(), headers=EMBEDDED))

    assert f'data-soprotocol="person.main?person_id={ticket["person"]}"' in page
    assert "/panels/person/" not in page
