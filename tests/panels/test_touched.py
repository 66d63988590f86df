"""What a change makes everybody forget: all that may be another figure now, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.test import Client
from django.utils.html import strip_tags

from crm_client.calls import Call
from panel.panels.catalogue import panels
from panel.panels.touched import EVERYTHING, concerned, told_of
from tests.forms import fields
from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.world import Tenant

ALICE = 5
HTMX = {"HX-Request": "true"}

BUTTONS = "buttons"
"""In place of what is typed into a form: what a button of the panel itself says."""
ASKED = {"title": "It leaks", "category": "2", "priority": "3", "message": "Since Monday"}
TITLE = {"task": "1", "title": "Talk about <it>"}
type Where = Callable[[str], str]

DOINGS: dict[str, dict[str, dict[str, str]]] = {
    "company": {
        "edit": {"name": "Acme Nord"},
        "log": TITLE,
        "plan": TITLE,
        "add-person": {"first_name": "Ada", "last_name": "Ås", "source": "API", "legal_base": "61F"},
        "add-sale": {"heading": "Pumps", "amount": "1200", "date": "2027-01-20"},
        "request": ASKED | {"person": "{newcomer}:Somebody"},
    },
    "person": {
        "edit": {"first_name": "Karianne"},
        "log": TITLE,
        "plan": TITLE,
        "request": ASKED,
    },
    "sale": {
        "move": {BUTTONS: "", "stage": "2"},
        "postpone": {BUTTONS: "", "by": "week"},
        "edit": {"heading": "Pumps", "amount": "77"},
        "log": TITLE,
        "plan": TITLE,
        "sold": {"reason_sold": "2"},
    },
    "sale ": {"lost": {"reason": "2"}},
    "project": {
        "edit": {"name": "Harbour master"},
        "status": {"status": "2"},
        "member": {"person": "{newcomer}:Somebody", "role": "2"},
        "role": {"role": "3"},
        "remove": {},
        "log": TITLE,
        "plan": TITLE,
    },
    "request": {
        "take": {BUTTONS: "", "take": "1"},
        "status": {BUTTONS: "", "status": "2"},
        "postpone": {"status": "3"},
        "assign": {"owner": "6"},
        "edit": {"title": "Alarm at noon"},
        "note": {"body": "He called again"},
        "request": ASKED,
    },
    "my-day": {"complete": {BUTTONS: ""}, "undo": {BUTTONS: ""}, "move": {BUTTONS: "", "date": "{tomorrow}"}},
}
"""What is done, by panel and action; each is done once, in this order."""


@dataclass(frozen=True)
class Seen:
    """A panel as somebody is shown it."""

    text: str
    settles: str
    """Where a page painted from memory asks whether it is still so; empty for any other."""


@dataclass(frozen=True)
class Reader:
    client: Client
    human: str

    def look(self, where: Where) -> Seen:
        page = text_of(self.client.get(where(self.human), headers={"Sec-Fetch-Dest": "iframe"}))
        said = re.sub(r"<head>.*?</head>|<script.*?</script>|As seen \d+ seconds? ago", "", page, flags=re.DOTALL)
        settles = re.search(r'hx-get="([^"]*settles=[^"]*)"', page)
        return Seen(" ".join(strip_tags(said).split()), unescape(settles[1]) if settles else "")

    def is_current(self, seen: Seen) -> bool:
        """What is painted from memory is what SuperOffice says now."""
        return not seen.settles or self.client.get(seen.settles, headers=HTMX).status_code == 204


@pytest.fixture
def records(tenant: Tenant) -> dict[str, int]:
    """Of one company, each belonging to the others; its open follow-up is Alice's."""
    sales = tenant.table("sale")
    sale = next(key for key, row in sales.items() if row["contact"] == ACME and row["heading"].startswith("Upgrade"))
    person = next(key for key, row in tenant.table("person").items() if row["contact"] == ACME)
    project = next(key for key, row in tenant.table("project").items() if row["name"] == "Harbour pilot")
    ticket = next(key for key, row in tenant.table("ticket").items() if row["title"] == "Alarm at night")
    due = f"{datetime.now(UTC).date() + timedelta(days=10)}T00:00:00"
    sales[sale] |= {"person": person, "project": project, "date": due, "associate": ALICE}
    tenant.table("ticket")[ticket] |= {"person": person, "contact": ACME, "owner": 6}
    links = {"contact": ACME, "person": person, "sale": sale, "project": project, "associate": ALICE}
    today = f"{datetime.now(UTC).date()}T10:00:00"
    (_key, row), *others = tenant.table("appointment").items()
    for other, _row in others:
        del tenant.table("appointment")[other]
    row |= links | {"title": "Send contract", "start": today, "end": today, "completed": False, "deleted": False}
    row |= {"all_day": False}
    return {"contact_id": ACME, "person_id": person, "sale_id": sale, "project_id": project, "ticket_id": ticket}


def places(tenant: Tenant, records: dict[str, int], more: dict[str, dict[str, object]]) -> dict[str, Where]:
    """Every panel where it shows one of these records, or many."""

    def at(slug: str, **query: object) -> Where:
        return lambda human: address(tenant, human, slug, **{"contact_id": "", **query})

    found = {slug: at(slug, **{one.needs: records[one.needs]} if one.needs else {}) for slug, one in panels().items()}
    return found | {f"{slug} {said}": at(slug, **said) for slug, said in more.items()}


def do(
    client: Client, tenant: Tenant, where: tuple[str, str, dict[str, int]], typed: dict[str, str], answer: str
) -> str:
    """As a person does it: open the form, or look at the buttons (of the last answer, to undo it), fill in, send."""
    slug, action, record = where

    def at(path: str) -> str:
        return address(tenant, "alice", path, **{"contact_id": "", **record})

    if BUTTONS in typed:
        page = answer if action == "undo" else text_of(client.get(at(slug)))
        token = re.search(r'name="seen"\s+value="([^"]+)"', page)
        assert token, page
        typed = {"seen": unescape(token[1])} | {name: text for name, text in typed.items() if name != BUTTONS}
    else:
        typed = fields(text_of(client.get(at(f"{slug}/{action}"), headers=HTMX))) | typed
    response = client.post(at(f"{slug}/{action}"), typed, headers=HTMX)
    assert response.status_code == 200, f"{slug} {action}: {text_of(response)}"
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    return text_of(response)


def test_every_action_of_every_panel_is_done_here() -> None:
    done = {(slug.strip(), action) for slug, actions in DOINGS.items() for action in actions}
    assert done == {(slug, action) for slug, panel in panels().items() for action in panel.actions}


@pytest.mark.parametrize("slug", DOINGS)
def test_after_a_change_nobody_is_shown_what_it_may_have_changed(
    alice: Client,
    bob: Client,
    tenant: Tenant,
    records: dict[str, int],
    slug: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither who made it nor a colleague with a memory of his own: what is still painted from memory is what
    SuperOffice says now. And of a company that has nothing to do with it everything is still remembered.
    """
    monkeypatch.setattr("crm_client.cache.ROWS_STAND", -1.0)  # whoever asks at all asks for all
    panel = panels()[slug.strip()]
    record = {panel.needs: records[panel.needs]} if panel.needs else {}
    person = {"person_id": records["person_id"]}
    everywhere = places(tenant, records, {"request": person, "pipeline": {"view": "all"}})
    shown_to = [(Reader(bob, "bob"), name) for name in everywhere]
    shown_to += [(Reader(alice, "alice"), name) for name in {slug.strip(), "my-day"}]
    newcomer = [key for key, row in tenant.table("person").items() if row["contact"] == ACME][-1]
    said = {"newcomer": str(newcomer), "tomorrow": str(datetime.now(UTC).date() + timedelta(days=1))}

    def elsewhere(human: str) -> str:
        return address(tenant, human, contact_id=11)

    answer, seen = "", [one.look(everywhere[name]) for one, name in shown_to]
    shown_to[0][0].look(elsewhere)
    for action, typed in DOINGS[slug].items():
        what = record
        if (slug, action) == ("request", "request"):
            what = person
        elif action in ("role", "remove"):
            what = record | {"member_id": max(tenant.table("project_member"))}
        typed = {name: text.format(**said) for name, text in typed.items()}
        answer = do(alice, tenant, (slug.strip(), action, what), typed, answer)

        before, seen = seen, [one.look(everywhere[name]) for one, name in shown_to]

        for now, (one, name) in zip(seen, shown_to, strict=True):
            assert one.is_current(now), f"{one.human} is shown {name} as it was before {slug} {action}"
        assert [now.text for now in seen] != [once.text for once in before], f"{slug} {action} changes nothing to see"
        assert shown_to[0][0].look(elsewhere).settles, f"{slug} {action} makes everybody forget everything"


def test_a_change_concerns_what_its_path_body_and_answer_name_and_whose_it_is() -> None:
    """But not the one who wrote it, who is named in everything he wrote."""
    answer = {
        "AppointmentId": 63,
        "Contact": {"ContactId": 4, "AssociateId": 8},
        "Person": {"PersonId": 22, "FieldProperties": {"PersonId": {"FieldLength": 4}}},
        "Associate": {"AssociateId": 3, "Name": "ANNE", "PersonId": 11},
        "UpdatedBy": {"PersonId": 12, "AssociateId": 9},
        "Project": None,
    }
    call = Call("PUT", "v1/Appointment/63", json={"Sale": {"SaleId": 5}})

    assert concerned(call, answer) == {
        *("appointment_id:63", "contact_id:4", "person_id:22", "sale_id:5"),
        *("associate_id:3", "associate_id:8", "associate_id:9"),
    }
    assert concerned(call, None) == {"appointment_id:63", "sale_id:5"}, "nobody knows what became of it"


def test_a_colleague_s_own_name_stands_everywhere() -> None:
    assert concerned(Call("PATCH", "v1/Person/11"), {"PersonId": 11, "IsAssociate": True}) == {EVERYTHING}


def test_rows_tell_of_the_records_in_their_columns() -> None:
    rows = b'[{"PrimaryKey": "7", "saleId": 7, "person/personId" : "30", "contact/contactId": 0, "rowId": 4}]'

    assert told_of(rows) == {"sale_id:7", "person_id:30"}
