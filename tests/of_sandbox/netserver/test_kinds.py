"""Sales, follow-ups, projects and the rest: what all kinds of records can do, in REST and by agents."""

from __future__ import annotations

from datetime import timedelta
from email.utils import formatdate
from typing import Any

import pytest

from tests.sandbox import rest
from tests.sandbox.kind import Kind

from .caller import Caller

KINDS = list(rest.KINDS.values())


def some(caller: Caller, kind: Kind) -> int:
    """The first record of a kind."""
    return min(caller.world.tenants["Cust12345"].table(kind.table))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_every_record_fits_the_description(alice: Caller, kind: Kind) -> None:
    rows = alice.world.tenants["Cust12345"].table(kind.table)
    assert rows or kind.name == "SaleStakeholder"
    for key in list(rows)[:40]:
        assert alice("GET", f"v1/{kind.name}/{key}")[kind.key] == key
        if kind.simple is not None and kind.name != "Document":
            alice("GET", f"v1/{kind.name}/{key}/Simple")
    alice("GET", f"v1/{kind.name}/99999", status=404)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_default_has_no_id_and_the_authors_name(alice: Caller, kind: Kind) -> None:
    entity = alice("GET", f"v1/{kind.name}/default")
    assert entity[kind.key] == 0
    assert entity["TableRight"]["Mask"] == "Select, Update, Insert, Delete"
    assert set(entity["FieldProperties"]) >= set(kind.fields)


@pytest.mark.parametrize("kind", [k for k in KINDS if k.name != "SaleStakeholder"], ids=lambda kind: kind.name)
def test_putting_back_what_one_got_changes_nothing(alice: Caller, kind: Kind) -> None:
    path = f"v1/{kind.name}/{some(alice, kind)}"
    entity = alice("GET", path)
    saved = alice("PUT", path, json=entity)
    for one in (entity, saved):
        for stamp in ("UpdatedDate", "UpdatedBy", "Updated", "LastChanged", "ChangedAt", "Persons", "Ticket"):
            one.pop(stamp, None)
    assert saved == entity


def new_sale(caller: Caller, **given: Any) -> dict[str, Any]:
    entity = caller("GET", "v1/Sale/default") | {"Heading": "Two robots", "Contact": {"ContactId": 17}}
    made: dict[str, Any] = caller("POST", "v1/Sale", json=entity | given)
    return made


def test_a_sale_from_its_default(alice: Caller) -> None:
    sale = new_sale(alice, Amount=1250000, Currency={"Id": 3}, Rating={"Id": 2}, Probability=35)
    assert (sale["Contact"]["Name"], sale["Amount"], sale["Currency"]["Value"]) == ("Acme", 1250000.0, "EUR")
    assert (sale["Rating"]["Value"], sale["Probability"], sale["Status"]) == ("Need analysis", 35, "Open")
    assert sale["Associate"]["FullName"] == "Alice Berg"
    assert alice("GET", f"v1/Sale/{sale['SaleId']}/Simple")["WeightedAmount"] == 437500.0


def test_a_sale_is_won_by_a_patch(alice: Caller) -> None:
    key = new_sale(alice)["SaleId"]
    patch = [
        {"op": "test", "path": "/Status", "value": "Open"},
        {"op": "replace", "path": "/Status", "value": "Sold"},
        {"op": "replace", "path": "/ReasonSold", "value": {"Id": 1}},
    ]
    sale = alice("PATCH", f"v1/Sale/{key}", json=patch)
    assert (sale["Status"], sale["Completed"], sale["ReasonSold"]["Id"]) == ("Sold", "Completed", 1)
    assert alice("PATCH", f"v1/Sale/{key}", json={"Amount": 5})["Amount"] == 5.0
    alice("PATCH", f"v1/Sale/{key}", json=patch, status=400)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"Heading": ""}, "Sale is a mandatory field"),
        ({"Associate": None}, "Owner is a mandatory field"),
        ({"Saledate": "0001-01-01T00:00:00"}, "Sale date is a mandatory field"),
        ({"Currency": {"Id": 77}}, "Currency: there is no Id 77"),
        ({"Person": {"PersonId": 1}}, "Person: the person does not belong to the company"),
        ({"Probability": 101}, "Probability is a percentage from 0 to 100"),
        ({"Status": "Won"}, "/Status: 'Won' is no Unknown|Open|Sold|Lost|Stalled|SaintAll"),
        ({"Links": [{"EntityName": "sale", "Id": 99999}]}, "Links: there is no sale 99999"),
    ],
)
def test_what_is_no_sale_is_refused(alice: Caller, change: dict[str, Any], message: str) -> None:
    entity = alice("GET", "v1/Sale/default") | {"Heading": "x", "Contact": {"ContactId": 17}}
    assert alice("POST", "v1/Sale", json=entity | change, status=400)["ErrorMessage"] == message


def test_validate_tells_and_saves_nothing(alice: Caller) -> None:
    before = len(alice.world.tenants["Cust12345"].table("sale"))
    entity = alice("GET", "v1/Sale/default") | {"Number": "9" * 300}
    assert alice("POST", "v1/Sale/Validate", json=entity) == {
        "Heading": "Sale is a mandatory field",
        "Number": "The value of Number is too long: at most 255 characters",
    }
    assert alice("POST", "v1/Sale/Validate", json=entity | {"Heading": "x", "Number": "1"}) == {}
    assert len(alice.world.tenants["Cust12345"].table("sale")) == before


def new_follow_up(caller: Caller, **given: Any) -> dict[str, Any]:
    entity = caller("GET", "v1/Appointment/default") | {"Title": "Visit"}
    made: dict[str, Any] = caller("POST", "v1/Appointment", json=entity | given)
    return made


def test_a_follow_up_from_its_default(alice: Caller) -> None:
    meeting = new_follow_up(alice, Contact={"ContactId": 17}, Location="Oslo", Participants=[{"AssociateId": 6}])
    assert (meeting["Type"], meeting["Completed"], meeting["Location"]) == ("inDiary", "NotStarted", "Oslo")
    assert (meeting["Task"]["Value"], meeting["Task"]["Type"]) == ("Meeting", "Appointment")
    assert [p["PersonId"] for p in meeting["Participants"]] == [2]
    done = alice("PATCH", f"v1/Appointment/{meeting['AppointmentId']}", json={"Completed": "Completed"})
    assert done["Completed"] == "Completed"


def test_a_follow_up_is_at_one_time_in_all_zones(alice: Caller) -> None:
    times = {"StartDate": "2026-06-01T09:00:00", "EndDate": "2026-06-01T10:00:00"}
    key = new_follow_up(alice, **times)["AppointmentId"]
    path = f"v1/Appointment/{key}"
    seen = {z: alice("GET", path, headers={"SO-TimeZone": z})["StartDate"] for z in ("NO", "UTC, includeTZOffset")}
    assert seen == {"NO": "2026-06-01T09:00:00", "UTC, includeTZOffset": "2026-06-01T07:00:00Z"}
    alice("PATCH", path, json={"EndDate": "2026-06-01T09:30:00Z"}, headers={"SO-TimeZone": "US-NY"})
    assert alice("GET", path)["EndDate"] == "2026-06-01T11:30:00"


def test_an_all_day_follow_up_is_on_one_day_in_all_zones(alice: Caller) -> None:
    days = {"StartDate": "2026-06-01T00:00:00", "EndDate": "2026-06-02T00:00:00", "IsAlldayEvent": True}
    key = new_follow_up(alice, **days)["AppointmentId"]
    for zone in ("NO, includeTZOffset", "US-CA", "UTC"):
        shown = alice("GET", f"v1/Appointment/{key}", headers={"SO-TimeZone": zone})
        assert (shown["StartDate"][:10], shown["EndDate"][:10]) == ("2026-06-01", "2026-06-02")
        assert alice("GET", f"v1/Appointment/{key}/Simple", headers={"SO-TimeZone": zone})["IsAlldayEvent"]


@pytest.mark.parametrize(
    "change",
    [
        {"EndDate": "2020-01-01T00:00:00"},
        {"StartDate": "0001-01-01T00:00:00"},
        {"Participants": [{"AssociateId": 6, "PersonId": 1}]},
        {"Participants": [{"PersonId": 99999}]},
        {"Task": {"TaskListItemId": 99}},
        {"Associate": {"AssociateId": 99}},
    ],
)
def test_what_is_no_follow_up_is_refused(alice: Caller, change: dict[str, Any]) -> None:
    entity = alice("GET", "v1/Appointment/default")
    alice("POST", "v1/Appointment", json=entity | change, status=400)


def test_a_project_and_its_members(alice: Caller) -> None:
    entity = alice("GET", "v1/Project/default") | {"Name": "Moving house"}
    person = alice.world.tenants["Cust12345"].table("contact")[17]["person"]
    project = alice("POST", "v1/Project", json=entity | {"ProjectMembers": [{"PersonId": person}]})
    key = project["ProjectId"]
    assert project["ProjectNumber"].isdecimal()
    assert [(m["ContactName"], m["PersonId"]) for m in project["ProjectMembers"]] == [("Acme", person)]
    member = alice("GET", "v1/ProjectMember/default") | {"ProjectId": key, "PersonId": 2, "ProjectMemberTypeId": 1}
    made = alice("POST", "v1/ProjectMember", json=member)
    assert (made["FullName"], made["ProjectName"]) == ("Bob Nygård", "Moving house")
    alice("PATCH", f"v1/Project/{key}", json={"ProjectMembers": []})
    assert alice("GET", f"v1/Project/{key}")["ProjectMembers"] == []
    alice("GET", f"v1/ProjectMember/{made['ProjectmemberId']}", status=404)


def test_a_stakeholder_of_a_sale(alice: Caller) -> None:
    key = new_sale(alice)["SaleId"]
    wanted = alice("GET", "v1/SaleStakeholder/default") | {"SaleId": key, "PersonId": 1, "StakeholderRoleId": 1}
    made = alice("POST", "v1/SaleStakeholder", json=wanted)
    assert made["StakeholderRoleName"] == "Decision maker"
    assert [s["Firstname"] for s in alice("GET", f"v1/Sale/{key}")["SaleStakeholders"]] == ["Alice"]
    alice("DELETE", f"v1/SaleStakeholder/{made['SaleStakeholderId']}", status=204)
    assert alice("GET", f"v1/Sale/{key}")["SaleStakeholders"] == []


@pytest.mark.parametrize("name", ["Sale", "Appointment", "Project"])
def test_guarded_by_time(alice: Caller, name: str) -> None:
    path = f"v1/{name}/{some(alice, rest.KINDS[name])}"
    entity = alice("GET", path)
    past = formatdate((alice.world.now() - timedelta(seconds=10)).timestamp(), usegmt=True)
    now = formatdate(alice.world.now().timestamp(), usegmt=True)
    alice("GET", path, headers={"If-Modified-Since": now}, status=304)
    alice("PUT", path, json=entity, headers={"If-Unmodified-Since": past})
    alice("PUT", path, json=entity, headers={"If-Unmodified-Since": past}, status=412)
    alice("DELETE", path, headers={"If-Unmodified-Since": past}, status=412)
    alice("PATCH", path, json=[], headers={"If-Unmodified-Since": past})
    alice.world.netserver.patch_honours_unmodified_since = True
    alice("PATCH", path, json=[], headers={"If-Unmodified-Since": past}, status=412)
    alice("DELETE", path, status=204)
    alice("GET", path, status=404)


@pytest.mark.parametrize("name", ["Sale", "Appointment", "Project", "ProjectMember"])
def test_rights_rule_every_verb(alice: Caller, bob: Caller, name: str) -> None:
    kind = rest.KINDS[name]
    path = f"v1/{name}/{some(alice, kind)}"
    entity = bob("GET", path)
    denied = [f"{kind.right}:{right}" for right in ("update", "insert", "delete")]
    bob.world.tenants["Cust12345"].denied["bob"] = denied
    assert bob("GET", path)["TableRight"]["Mask"] == "Select"
    for method, at, body in (("PUT", path, entity), ("PATCH", path, []), ("DELETE", path, None)):
        assert bob(method, at, json=body, status=403)["ErrorType"] == "SoSentryException"
    bob("POST", f"v1/{name}", json=entity, status=403)
    bob("GET", f"v1/{name}/default", status=403)
    bob.world.tenants["Cust12345"].denied["bob"] = [f"{kind.right}:select"]
    bob("GET", path, status=403)


@pytest.mark.parametrize("name", ["Contact", "Person", "Sale", "Appointment", "Project"])
def test_agents_of_every_main_entity(alice: Caller, name: str) -> None:
    kind, agent = rest.KINDS[name], f"v1/Agents/{name}"
    lower, key = name[0].lower() + name[1:], max(alice.world.tenants["Cust12345"].table(kind.table))
    entity = alice("POST", f"{agent}/Get{name}Entity", params={f"{lower}EntityId": key})
    assert entity[kind.key] == key
    assert "_Links" not in entity
    assert alice("POST", f"{agent}/Save{name}Entity", json=entity)[kind.key] == key
    assert alice("POST", f"{agent}/Save{name}Entity", json=entity | {kind.key: 0})[kind.key] == key + 1
    assert alice("POST", f"{agent}/Get{name}", params={f"{lower}Id": key})[kind.key] == key
    assert [one[kind.key] for one in alice("POST", f"{agent}/Get{name}List", json=[key, 99999])] == [key]
    assert alice("POST", f"{agent}/Validate{name}Entity", json={f"{name}Entity": entity}) == {}
    assert alice("POST", f"{agent}/CreateDefault{name}Entity")[kind.key] == 0
    assert alice("POST", f"{agent}/Delete{name}Entity", params={f"{lower}EntityId": key + 1}, status=204) is None


@pytest.mark.parametrize("name", ["Contact", "Person", "Sale", "Appointment", "Project"])
def test_agents_have_null_for_what_is_missing(alice: Caller, name: str) -> None:
    lower = name[0].lower() + name[1:]
    assert alice("POST", f"v1/Agents/{name}/Get{name}Entity", params={f"{lower}EntityId": 99999}) is None
    assert alice("POST", f"v1/Agents/{name}/Get{name}", params={f"{lower}Id": 99999}) is None
    alice("POST", f"v1/Agents/{name}/Get{name}Entity", status=400)
    alice("GET", f"v1/Agents/{name}/Get{name}Entity", status=501)
