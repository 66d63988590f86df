"""Which events a change has, and what they tell: the names and numbers of the database, as documented."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.event_kinds import EVENTS
from tests.sandbox.list_kinds import FIRST_OWN
from tests.sandbox.server import Sandbox

from .netserver.caller import Caller
from .receiver import Receiver, until


class Listener(Caller):
    """Alice, and all that her application's webhook was told."""

    def __init__(self, sandbox: Sandbox, receiver: Receiver) -> None:
        super().__init__(sandbox)
        self.tenant = self.world.tenants[self.ctx]
        events = [f"{entity}.{what}" for entity in EVENTS if entity != "list" for what in EVENTS[entity]]
        events += [
            f"list.{name}.{what}" for name in ("category", FIRST_OWN, "udlistdefinition") for what in EVENTS["list"]
        ]
        wanted = {"Name": "all", "TargetUrl": receiver.url, "Events": events}
        self("POST", "v1/Webhook", json=self("GET", "v1/Webhook/default") | wanted)

    def heard(self) -> list[dict[str, Any]]:
        """What was told since the last time, in the order it happened."""
        until(lambda: not self.world.deliveries)
        told = sorted(self.world.delivered, key=lambda message: message.queued)
        self.world.delivered.clear()
        return [json.loads(message.body) for message in told]

    def names(self) -> list[str]:
        return [one["Event"] for one in self.heard()]


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[Listener]:
    with Receiver() as receiver:
        yield Listener(sandbox, receiver)


def test_life_of_a_stakeholder(alice: Listener) -> None:
    sale, person = next(iter(alice.tenant.table("sale"))), alice.tenant.table("person")[2]
    fresh = alice("GET", "v1/SaleStakeholder/default")
    given = {"SaleId": sale, "PersonId": 2, "ContactId": person["contact"], "StakeholderRoleId": 1}
    made = alice("POST", "v1/SaleStakeholder", json=fresh | given)
    (told,) = alice.heard()
    assert (told["Event"], told["Entity"], told["PrimaryKey"]) == (
        "salestakeholder.created",
        "salestakeholder",
        made["SaleStakeholderId"],
    )
    values = told["FieldValues"]
    assert (values["sale_id"], values["person_id"], values["stakeholderrole_id"]) == (sale, 2, 1)
    path = f"v1/SaleStakeholder/{made['SaleStakeholderId']}"
    alice("PATCH", path, json=[{"op": "replace", "path": "/StakeholderRoleId", "value": 2}])
    (told,) = alice.heard()
    assert told["Event"] == "salestakeholder.changed"
    assert "stakeholderrole_id" in told["Changes"]
    alice("DELETE", path, 204)
    assert alice.names() == ["salestakeholder.deleted"]


def test_members_of_a_project_are_told_whoever_saves_them(alice: Listener) -> None:
    project = alice("GET", "v1/Project/1")
    kept = project["ProjectMembers"][1:]
    person = next(key for key in alice.tenant.table("person") if key not in [m["PersonId"] for m in kept])
    alice("PUT", "v1/Project/1", json=project | {"ProjectMembers": [*kept, {"PersonId": person}]})
    told = alice.heard()
    assert [one["Event"] for one in told if one["Entity"] == "projectmember"] == [
        "projectmember.deleted",
        "projectmember.created",
    ]
    alice(
        "POST",
        "v1/Agents/Project/AddProjectMembers",
        204,
        json={"ProjectEntityId": 1, "ProjectMembers": [{"PersonId": 1, "ProjectMemberTypeId": 2}]},
    )
    (added,) = alice.heard()
    assert (added["Event"], added["FieldValues"]["mtype_idx"]) == ("projectmember.created", 2)


def test_a_document_has_one_event_for_its_properties_and_one_for_its_content(alice: Listener) -> None:
    alice("PATCH", "v1/Document/1", json=[{"op": "replace", "path": "/Header", "value": "Draft"}])
    alice("PUT", "v1/Document/1/Content", content=b"new")
    assert alice.names() == ["document.changed", "document.edited"]


def test_a_request_that_is_deleted_has_changed(alice: Listener) -> None:
    key, row = next((key, row) for key, row in alice.tenant.table("ticket").items() if row["person"])
    alice("DELETE", f"v1/Ticket/{key}", 204)
    (told,) = alice.heard()
    values = told["FieldValues"]
    assert (told["Event"], values["status"]) == ("ticket.changed", 4)
    assert (values["ticket_status"], values["ticket_type"]) == (row["status"], row["type"])
    assert values["contact_id"] == alice.tenant.table("person")[row["person"]]["contact"]


def test_consents_have_events_of_their_own(alice: Listener) -> None:
    keys = {mdo: [item["key"] for item in alice.tenant.lists[mdo].values()] for mdo in ("consentsource", "legalbase")}
    given = {"source": keys["consentsource"][0], "legalBase": keys["legalbase"][0]}
    alice("PUT", "v1/Person/4/Consent/EMARKETING", 204, params=given)
    alice("DELETE", "v1/Person/4/Consent/EMARKETING", 204)
    assert alice.names() == ["person.consented", "person.unconsented"]


def test_the_status_of_a_sale_is_a_number(alice: Listener) -> None:
    key = next(key for key, row in alice.tenant.table("sale").items() if row["status"] == "Open")
    alice("PATCH", f"v1/Sale/{key}", json=[{"op": "replace", "path": "/Status", "value": "Sold"}])
    told = alice.heard()
    assert [one["Event"] for one in told] == ["sale.changed", "sale.sold", "sale.completed"]
    assert told[0]["FieldValues"]["status"] == 2
    assert told[0]["FieldValues"]["done"] is True


def test_why_a_sale_was_lost_is_told_by_its_column(alice: Listener) -> None:
    key = next(key for key, row in alice.tenant.table("sale").items() if row["status"] == "Open")
    lost = {"SaleIds": [key], "ReasonId": 2}
    alice("POST", "v1/Agents/Sale/SetAsLostWithReason", 204, json=lost)
    told = alice.heard()
    assert sorted(one["Event"] for one in told) == ["sale.changed", "sale.completed", "sale.lost"]
    changed = next(one for one in told if one["Event"] == "sale.changed")
    assert {"reason_id", "status"} <= set(changed["Changes"])
    assert (changed["FieldValues"]["reason_id"], changed["FieldValues"]["reasonSold_id"]) == (2, 0)


def test_a_follow_up_is_an_activity(alice: Listener) -> None:
    key = next(key for key, row in alice.tenant.table("appointment").items() if not row["completed"])
    alice("POST", "v1/Agents/Appointment/ToggleAppointmentStatus", json={"AppointmentId": key})
    (told,) = alice.heard()
    assert (told["Event"], told["FieldValues"]["status"], told["FieldValues"]["type"]) == ("activity.changed", 3, 1)
    assert told["Changes"] == ["appointment_id", "status", "updated", "updated_associate_id"]


def test_a_relation_tells_its_ends(alice: Listener) -> None:
    key, row = next(iter(alice.tenant.table("relation").items()))
    alice("PATCH", f"v1/Relation/{key}", json=[{"op": "replace", "path": "/RelationDefinitionId", "value": 2}])
    (told,) = alice.heard()
    values = told["FieldValues"]
    assert (values["source_table"], values["source_record"]) == (5, row["source_contact"])
    assert (values["destination_table"], values["destination_record"]) == (5, row["target_contact"])


def test_lists_are_told_by_name_and_own_ones_by_id(alice: Listener) -> None:
    item = alice("POST", "v1/List/Category/Items", json={"Name": "Lead"})
    alice("DELETE", f"v1/List/Category/Items/{item['Id']}", 204)
    own = alice("GET", f"v1/List/{FIRST_OWN}")
    alice("PUT", f"v1/List/{FIRST_OWN}", json=own | {"Tooltip": "How long"})
    alice("POST", f"v1/List/{FIRST_OWN}/Items", json={"Name": "Daily"})
    assert alice.names() == [
        "list.category.created",
        "list.category.softdeleted",
        "list.udlistdefinition.changed",
        f"list.{FIRST_OWN}.created",
    ]


def test_no_value_is_a_text_that_somebody_wrote(alice: Listener) -> None:
    for entity, path, field in (
        ("Contact", "v1/Contact/17", "Name"),
        ("Person", "v1/Person/4", "Lastname"),
        ("Project", "v1/Project/1", "Name"),
        ("Ticket", f"v1/Ticket/{next(iter(alice.tenant.table('ticket')))}", "Title"),
    ):
        alice("PATCH", path, json=[{"op": "replace", "path": f"/{field}", "value": f"Hush {entity}"}])
    told = alice.heard()
    assert len(told) == 4
    for one in told:
        texts = [value for value in one["FieldValues"].values() if isinstance(value, str)]
        assert texts == [text for text in texts if text[:4].isdigit() and text[10] == "T"], one
