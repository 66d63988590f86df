"""What SuperOffice documents and the sandbox lacks says so; what nobody documents is a mistake of the caller."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from tests.sandbox import netserver
from tests.sandbox.facts import PATHS, TYPES, body_kind
from tests.sandbox.server import Sandbox

from .caller import Caller


def built(path: str, method: str) -> bool:
    tables = netserver.HANDLERS.get(netserver.subject(path), [])
    return any(pattern.fullmatch(path) and method in methods for pattern, methods in tables)


def filled(path: str) -> str:
    """A documented path with something in its places."""
    return re.sub(r"\{(\w+)\}", lambda place: "1" if place[1].lower().endswith("id") else "x", path)


LACKING = [(method, filled(path)) for path, methods in PATHS.items() for method in methods]
LACKING = [(method, path) for method, path in LACKING if not built(path, method)]


def test_every_documented_call_is_built_or_501_by_name(alice: Caller) -> None:
    assert len(LACKING) > 1000
    for method, path in LACKING:
        response = alice.send(method, path)
        assert response.status_code == 501, (method, path, response.text)
        assert path in response.json()["ErrorMessage"]


def test_get_of_an_agents_method_would_describe_it(alice: Caller) -> None:
    assert "description" in alice("GET", "v1/Agents/Contact/GetContactEntity", 501)["ErrorMessage"]
    alice("GET", "v1/Agents/Contact/Invented", 404)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "v1/Contact/17?$top=1"),
        ("GET", "v1/Contact/17?$selct=Name"),
        ("GET", "v1/Contact/17?select=Name"),
        ("GET", "v1/Contact/17?$filter=name is 'x'"),
        ("GET", "v1/MDOList/category?flatt=true"),
        ("GET", "v1/Contact/Duplicates/Acme?dept=x"),
        ("DELETE", "v1/Contact/16?force=true"),
        ("POST", "v1/Agents/Contact/GetContactEntity?contactEntityId=17&fk=true"),
        ("GET", "v1/Webhook?namefilter=x&state=Active"),
    ],
)
def test_invented_parameters_are_refused(alice: Caller, method: str, path: str) -> None:
    assert "Unknown parameter" in alice(method, path, 400)["ErrorMessage"]
    assert not alice.world.tenants["Cust12345"].table("contact")[16]["deleted"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "v1/Ticket?notify=true", {}),
        ("GET", "v1/TicketMessage/1?embedImages=Inline", None),
        ("GET", "v1/Document/1/Url?writeableUrl=true", None),
        ("GET", "v1/Document/1/Length?versionId=2", None),
        ("GET", "v1/Contact?$context=x", None),
        ("GET", "v1/Contact?$inlineCount=True", None),
        ("POST", "v1/Agents/Archive/GetAvailableColumns", {"ProviderName": "FindSale", "Context": "x"}),
        ("POST", "v1/Agents/Appointment/Delete", {"AppointmentId": 4, "SendEmailToParticipants": True}),
    ],
)
def test_what_would_change_an_answer_and_is_not_built(alice: Caller, method: str, path: str, body: Any) -> None:
    name = re.split(r"[?=]", path)[1] if "?" in path else [*body][-1]
    assert name in alice(method, path, 501, json=body)["ErrorMessage"]


def test_what_is_not_built_may_be_switched_off(alice: Caller) -> None:
    fresh = alice("GET", "v1/Ticket/default") | {"Title": "Quiet"}
    assert alice("POST", "v1/Ticket?notify=false", json=fresh)["Title"] == "Quiet"
    alice("GET", "v1/Document/1/Url?versionId=")
    assert alice("GET", "v1/Contact?$context=&$options=&$top=1")["value"]


def test_select_leaves_the_named_properties_of_every_answer(alice: Caller) -> None:
    asked = alice.send("POST", "v1/Agents/Contact/GetContact?contactId=17&$select=Name").json()
    assert {name for name, value in asked.items() if value is not None} == {"Name"}
    several = alice.send("POST", "v1/Agents/Contact/GetContactList?$select=name,contactId", json=[17, 1]).json()
    assert [one["ContactId"] for one in several] == [17, 1]
    assert {value for one in several for name, value in one.items() if name not in ("Name", "ContactId")} == {None}
    me = alice.send("GET", "v1/User/currentAssociate?$select=FullName").json()
    assert (me["FullName"], me["Name"]) == ("Alice Berg", None)
    saved = alice.send("PATCH", "v1/Contact/17?$select=Department", json={"Department": "Oslo S"}).json()
    assert (saved["Department"], saved["Name"]) == ("Oslo S", None)
    assert alice("POST", "v1/Agents/Contact/GetContact?contactId=987654&$select=Name") is None
    for path in ("GetContact?contactId=17&$select=Nmae", "GetContactList?$select=Nmae"):
        assert "nmae" in alice("POST", f"v1/Agents/Contact/{path}", 400, json=[17])["ErrorMessage"]


@pytest.mark.parametrize("name", ["Category", "Country", "Task", "Currency", "TicketPriority"])
def test_deleted_items_of_a_list_only_for_who_wants_them(alice: Caller, name: str) -> None:
    path = f"v1/List/{name}/Items"
    items = alice("GET", path)
    key = next(prop for prop in items[0] if prop in ("Id", f"{name}Id", "TaskListItemId"))
    gone = items[-1][key]
    alice("DELETE", f"{path}/{gone}", 204)
    assert gone not in [item[key] for item in alice("GET", path)]
    assert gone in [item[key] for item in alice("GET", f"{path}?includeDeleted=true")]


BUILT = [(method, path) for path, methods in PATHS.items() for method in methods if built(filled(path), method)]


def nonsense(path: str, method: str) -> list[Any]:
    """Bodies that nobody should send; where a carrier is expected, one whose every property is wrong."""
    names = TYPES.get(body_kind(path, method) or "", {})
    wrong: list[Any] = [None, -1, [{}]]
    return ["x", [None], [{}], {}, *(dict.fromkeys(names, value) for value in wrong)]


def test_no_built_call_fails_or_is_unknown_whatever_it_is_sent(alice: Caller) -> None:
    """Nonsense gets an answer of NetServer's own: neither a failure of the sandbox nor an address it does not know."""
    assert len(BUILT) > 900
    for number, (method, path) in enumerate(BUILT):
        # Every other body: those of all calls together take long, and the next call gets the rest.
        for body in nonsense(path, method)[number % 2 :: 2] if method != "GET" else [None]:
            response = alice.send(method, filled(path), json=body)
            assert response.status_code in (200, 204, 400, 403, 404, 412, 501), (method, path, body)
            assert "No service at" not in response.text


@pytest.mark.parametrize(
    ("host", "path", "told"),
    [
        ("online2", "/Cust12345/Remote/Services88/Contact.svc", "GetContactEntity of Contact"),
        ("online2", "/Cust12345/Remote/Services86/SoPrincipal.svc", "GetContactEntity of SoPrincipal"),
        ("login", "/login/services/PartnerSystemUserService.svc", "GetContactEntity of PartnerSystemUserService"),
    ],
)
def test_soap_says_that_it_is_lacking(sandbox: Sandbox, host: str, path: str, told: str) -> None:
    action = '"http://www.superoffice.net/ws/crm/NetServer/Services88/Contact/GetContactEntity"'
    response = httpx.post(sandbox.urls[host] + path, content="<x/>", headers={"SOAPAction": action}, trust_env=False)
    assert (response.status_code, response.headers["content-type"]) == (501, "text/xml; charset=utf-8")
    assert f"<faultstring>The sandbox lacks SOAP: {told}." in response.text
    last = sandbox.world.calls[-1]
    assert (last["path"], last["status"], told in last["why"]) == (path, 501, True)


STAMPED = {"CreatedDate", "UpdatedDate", "CreatedAt", "LastChanged"}
COUNTED = {"ActiveInterests", "ActiveLinks", "ActiveErpLinks", "ActiveStatusMonitorId"}
TIMES = {"AlarmLeadTime", "LagTime", "LeadTime"}
WORKED_OUT = {
    "Contact": {"Deleted", "GroupId"},
    "Person": {"IsAssociate", "CreatedByFormId", "LeadstatusId", "Leadstatus"},
    "Sale": {"NextDueDate"},
    "Project": {"HasImage", "ImageDescription", "NextMilestoneDate", "NmdAppointmentId", "EventId"},
    "Appointment": {"MotherId", "RejectCounter", "HasConflict", "PreferredTZLocation", "SuggestedAppointmentId"},
    "Document": {"ExternalRef", "SuggestedDocumentId", "Snum"},
    "Ticket": {
        *("FirstReadByOwner", "FirstReadByUser", "ClosedAt", "ConnectId", "HasAttachment", "NumReplies", "NumMessages"),
        *("SuggestedCategoryId", "SuggestedCategoryName", "OrigHumanCategoryId"),
    },
}
"""What NetServer counts, stamps or follows from something else, beside keys and times spent on requests."""


@pytest.mark.parametrize("kind", WORKED_OUT)
def test_every_other_property_is_kept_when_it_is_saved(alice: Caller, kind: str) -> None:
    path = f"v1/{kind}/{alice('GET', f'v1/{kind}?$top=1')['value'][0]['PrimaryKey']}"
    shown = alice("GET", path)
    types = TYPES[f"{kind}Entity"]
    passed_by = WORKED_OUT[kind] | STAMPED | COUNTED | {f"{kind}Id"}
    wanted = {
        name: another(types[name], name, shown[name])
        for name in types
        if types[name] in ("string", "int", "double", "bool", "datetime")
        and name not in passed_by
        and not re.match("(Real)?Time(To|Spent)", name)
        and shown["FieldProperties"].get(name, {}).get("FieldRight", {}).get("Mask") != "Read"
    }
    kept = []
    for name, value in wanted.items():
        answer = alice.send("PATCH", path, json=[{"op": "replace", "path": f"/{name}", "value": value}])
        if answer.status_code == 200:
            assert alice("GET", path)[name] == value, name
            kept.append(name)
    assert len(kept) >= 7


def another(kind: str, name: str, now: Any) -> Any:
    """A value of this type that is not the one there."""
    some: dict[str, Any] = {"int": 1 if now != 1 else 2, "double": 7.5, "bool": not now}
    some |= {"string": "00:30:00" if name in TIMES else "Other", "datetime": "2026-01-05T00:00:00"}
    return some[kind]
