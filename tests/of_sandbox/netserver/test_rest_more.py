"""Documents, requests, relations, selections, consents, duplicates, time zones: what each has of its own in REST."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.sandbox import filters, operators
from tests.sandbox.texts import Clock

from .caller import Caller


def test_a_document_and_its_bytes(alice: Caller) -> None:
    entity = alice("GET", "v1/Document/default") | {"Header": "Drawing", "Name": "drawing.png"}
    key = alice("POST", "v1/Document", json=entity | {"Contact": {"ContactId": 17}})["DocumentId"]
    path, content = f"v1/Document/{key}/Content", bytes(range(256)) * 300
    assert alice.send("GET", path).content == b""
    put = alice.send("PUT", path, content=content, headers={"Content-Type": "application/octet-stream"})
    assert (put.status_code, put.json()["DocumentId"]) == (200, key)
    got = alice.send("GET", path)
    assert (got.content, got.headers["content-type"]) == (content, "image/png")
    assert alice("GET", f"v1/Document/{key}/Length") == len(content)
    assert alice("GET", f"v1/Document/{key}/Url").endswith(f"/Cust12345/default.aspx?document.main?document_id={key}")
    assert alice("POST", path)["Name"] == "drawing.png"
    alice("GET", "v1/Document/9999/Content", status=404)


def test_links_of_a_document(alice: Caller) -> None:
    links = [{"EntityName": "sale", "Id": 1, "Description": "Quote"}, {"EntityName": "contact", "Id": 17}]
    saved = alice("PATCH", "v1/Document/1", json={"Links": links})
    assert [(link["EntityName"], link["Id"]) for link in saved["Links"]] == [("sale", 1), ("contact", 17)]
    assert saved["ActiveLinks"] == 2
    assert [row["EntityName"] for row in alice.rows("v1/Document/1/Links", select="text,who")] == ["sale"]
    assert alice.rows("v1/Sale/1/Links", select="text") == []
    alice("PATCH", "v1/Document/1", json={"Links": [{"EntityName": "moon", "Id": 1}]}, status=400)


def test_a_document_right(bob: Caller) -> None:
    bob.world.tenants["Cust12345"].denied["bob"] = ["document:select"]
    for path in ("v1/Document/1", "v1/Document/1/Content", "v1/Document", "v1/Document/1/Length", "v1/Document/1/Url"):
        bob("GET", path, status=403)
    rows = bob.rows("v1/Contact/2/Activities", select="text")
    assert {row["EntityName"] for row in rows} == {"appointment"}


def test_a_request_is_answered_and_closed(alice: Caller) -> None:
    entity = alice("GET", "v1/Ticket/default") | {"Title": "No heat", "Person": {"PersonId": 43}}
    ticket = alice("POST", "v1/Ticket", json=entity)
    key = ticket["TicketId"]
    assert (ticket["BaseStatus"], ticket["Origin"], ticket["Priority"]["Name"]) == ("Active", "API", "Medium")
    message = alice("GET", "v1/TicketMessage/default") | {"Ticket": {"TicketId": key}, "Body": "We come today"}
    assert alice("POST", "v1/TicketMessage", json=message)["SearchTitle"] == "No heat"
    closed = alice("PATCH", f"v1/Ticket/{key}", json={"Status": {"TicketStatusId": 2}})
    assert (closed["BaseStatus"], closed["NumMessages"]) == ("Closed", 1)
    assert not closed["ClosedAt"].startswith("0001")
    rows = alice.rows(f"v1/Ticket/{key}/Messages", select="body,author,ticket/title")
    assert [(row["body"], row["ticket/title"]) for row in rows] == [("We come today", "No heat")]
    alice("POST", "v1/Ticket", json=entity | {"Title": ""}, status=400)
    alice("POST", "v1/TicketMessage", json=message | {"Ticket": None}, status=400)


def test_requests_of_a_company_open_and_closed(alice: Caller) -> None:
    company = alice.rows("v1/Ticket", select="contactId", top=1)[0]["contactId"]
    path = f"v1/Contact/{company}/Tickets"
    select = "ticketId,title,status,ticketStatusName,priorityName,categoryFullName,ownedBy,createdAt,lastChanged"
    [row] = alice.rows(path, select=f"{select},deadline,numberOfMessages,contact/name")
    assert (row["status"], row["numberOfMessages"]) == ("Active", 1)
    alice("PATCH", f"v1/Ticket/{row['ticketId']}", json={"Status": {"TicketStatusId": 2}})
    assert alice.rows(path, select="title", entities="ticket") == []
    assert len(alice.rows(path, select="title", entities="ticketdisplayclosed")) == 1


def test_a_relation_between_companies(alice: Caller) -> None:
    wanted = alice("GET", "v1/Relation/default") | {"SourceContactId": 17, "RelationDefinitionId": 2}
    alice("POST", "v1/Relation", json=wanted, status=400)
    made = alice("POST", "v1/Relation", json=wanted | {"DestinationContactId": 2})
    assert (made["SourceContactName"], made["ActiveText"]) == ("Acme, Oslo", "partner of")
    for company in (17, 2):
        rows = alice.rows(f"v1/Contact/{company}/Relations", select="relationId,relationName,fullName")
        assert made["RelationId"] in [row["relationId"] for row in rows]
    alice("DELETE", f"v1/Relation/{made['RelationId']}", status=204)


def test_a_selection_and_its_members(alice: Caller) -> None:
    wanted = alice("GET", "v1/Selection/default") | {"Name": "Mailing"}
    made = alice("POST", "v1/Selection", json=wanted)
    key = made["SelectionId"]
    pairs = [{"ContactId": 17}, {"ContactId": 2, "PersonId": 0}, {"ContactId": 17}, {"ContactId": 16}]
    alice("POST", f"v1/Selection/{key}/Members/AddPerson", json=pairs, status=204)
    alice("POST", f"v1/Selection/{key}/Members/RemovePerson", json=pairs[3:], status=204)
    alice("POST", f"v1/Selection/{key}/Members/AddPerson", json=[{"ContactId": 9999}], status=400)
    alice("POST", f"v1/Selection/{key}/Members/AddPerson", json=[{"ContactId": 17, "PersonId": 3}], status=501)
    alice("POST", f"v1/Selection/{key}/Members/Add", json=[17], status=400)
    alice("POST", f"v1/Selection/{key}/Members/Remove", json={"Id": 1}, status=400)
    rows = alice.send("GET", f"v1/Selection/{key}/Members", params={"$select": "name"}).json()["value"]
    assert {row["PrimaryKey"] for row in rows} == {"2", "17"}
    alice("POST", f"v1/Selection/{key}/Members/Remove", json=[2], status=204)
    assert alice("GET", f"v1/Selection/{key}")["MemberCount"] == 1
    alice("PATCH", f"v1/Selection/{key}", json={"TargetTableName": "sale"}, status=400)
    assert alice.rows("v1/Selection", select="name,memberCount,kind", filter="name is 'mailing'")[0]["memberCount"] == 1
    assert alice("GET", "v1/Selection/Duplicates/Mail")[0]["SoPrimaryKey"] == key


def consent(caller: Caller, purpose: str) -> bool:
    answer: bool = caller("GET", f"v1/Person/43/Consent/{purpose}")
    return answer


def test_consents_are_given_and_withdrawn(alice: Caller) -> None:
    path = "v1/Person/43/Consent/EMARKETING"
    alice("PUT", path, params={"source": "API", "legalBase": "61A", "comment": "At the fair"}, status=204)
    assert consent(alice, "EMARKETING")
    row = alice.rows("v1/Person", select="hasEmarketingConsent,legalBaseEmarketing", filter="personId eq 43")[0]
    assert (row["hasEmarketingConsent"], row["legalBaseEmarketing"]) == (True, "Consent")
    alice("DELETE", path, status=204)
    assert not consent(alice, "EMARKETING")
    assert consent(alice, "STORE")
    infos = {info["ConsentPurposeKey"]: info for info in alice("GET", "v1/Person/43/Consent")}
    assert (infos["EMARKETING"]["LegalBaseKey"], infos["EMARKETING"]["Comment"]) == ("WITHDRAWN", "At the fair")


@pytest.mark.parametrize(
    "parameters", [{}, {"source": "API"}, {"source": "API", "legalBase": "99"}, {"source": "BIRD", "legalBase": "61A"}]
)
def test_a_consent_needs_source_and_legal_base(alice: Caller, parameters: dict[str, str]) -> None:
    alice("PUT", "v1/Person/43/Consent/STORE", params=parameters, status=400)
    alice("PUT", "v1/Person/43/Consent/FISHING", params={"source": "API", "legalBase": "61A"}, status=400)


def test_consents_on_the_entity(alice: Caller) -> None:
    person = alice("GET", "v1/Person/43")
    entry = {"ConsentPurposeKey": "EMARKETING", "LegalBaseKey": "61A", "ConsentSourceKey": "WEBFORM"}
    saved = alice("PUT", "v1/Person/43", json=person | {"Consents": [entry]})
    assert {c["ConsentPurposeKey"] for c in saved["Consents"]} == {"STORE", "EMARKETING"}
    saved = alice("PATCH", "v1/Person/43", json={"Consents": [entry | {"LegalBaseKey": "WITHDRAWN"}]})
    bases = {c["ConsentPurposeKey"]: c["LegalBaseKey"] for c in saved["Consents"]}
    assert bases == {"STORE": "61F", "EMARKETING": "WITHDRAWN"}
    alice("PATCH", "v1/Person/43", json={"Consents": [{"ConsentPurposeId": 77}]}, status=400)


def test_a_new_person_is_stored_as_a_legitimate_interest(alice: Caller) -> None:
    entity = alice("GET", "v1/Person/default") | {"Firstname": "Ida", "Contact": {"ContactId": 17}}
    [info] = alice("POST", "v1/Person", json=entity)["Consents"]
    assert (info["ConsentPurposeKey"], info["LegalBaseKey"], info["ConsentSourceKey"]) == ("STORE", "61F", "API")


def test_duplicates(alice: Caller) -> None:
    def found(path: str, **parameters: str) -> list[int]:
        return [entry["SoPrimaryKey"] for entry in alice("GET", path, params=parameters)]

    assert found("v1/Contact/Duplicates/acme") == [17]
    assert found("v1/Contact/Duplicates/acme", department="Bergen") == []
    assert found("v1/Contact/DuplicateDomains/www.acme-norge.example") == [17]
    assert found("v1/Contact/DuplicateDomains/nowhere.example") == []
    assert found("v1/Project/Duplicates/Harbour pilot") == [2]


def test_numbers(alice: Caller) -> None:
    assert alice("GET", "v1/Sale/0/IsNumberValid/5001") is False
    assert alice("GET", "v1/Sale/1/IsNumberValid/5001") is True
    assert alice("GET", "v1/Project/0/IsNumberValid/4711") is True


def test_time_zones(alice: Caller) -> None:
    rows: list[dict[str, Any]] = alice.send("GET", "v1/TimeZone").json()["value"]
    assert {row["tzLocationCode"] for row in rows} >= {"NO", "UTC", "US-NY"}
    base = alice("GET", "v1/TimeZone/base")
    assert (base["TZLocationID"], base["TZLocationCode"]) == (261, "NO")
    current = alice("GET", "v1/TimeZone/current", headers={"SO-TimeZone": "US-NY"})
    assert (current["TZLocationID"], current["TZLocationCode"]) == (460, "US-NY")


LISTS = {
    "v1/Contact/17/Appointments": "appointmentId,date,text",
    "v1/Contact/2/Documents": "documentId,name,contact/name",
    "v1/Contact/17/Sales": "saleId,heading,isStakeholderSale",
    "v1/Appointment": "appointmentId,date,endDate,time,type,text,location,completed,priority,isFree,booking,alarm",
    "v1/Project": "projectId,name,number,type,status,associateId,nextMilestone,endDate,completed",
    "v1/Project/1/Members": "projectMemberId,personId,contactId,function,person/fullName,contact/nameDepartment",
    "v1/Project/1/Activities": "date,text,isMilestone",
    "v1/ProjectMember": "projectMemberId,project/name",
    "v1/Document": "documentId,subject,type,date",
    "v1/Relation": "relationId,relationName,reversedName",
    "v1/Selection": "selectionId,name,selectionAssociate/fullName",
    "v1/Ticket": "ticketId,title,ownedBy/fullName",
    "v1/TicketMessage": "ticketMessageId,ticketId,createdAt,body",
    "v1/User": "associateDbId,assocName,fullName,usergroup,usergroupId,personId,personEmail,assocType,isActive",
    "v1/Archive/InternalUsers": "associateDbId,userName",
    "v1/Archive/DiaryActivity": "date,text,recordTypeText,appointmentId,documentId",
    "v1/Archive/CheckListAppointment": "appointmentId,type",
    "v1/Archive/OwnerContacts": "contactId,name",
}


@pytest.mark.parametrize("path", LISTS)
def test_lists_as_the_documentation_recommends(alice: Caller, path: str) -> None:
    assert alice.rows(path, select=LISTS[path])


def test_projects_of_a_company_and_of_a_person(alice: Caller) -> None:
    member = alice("GET", "v1/ProjectMember/1")
    by_company = alice.rows(f"v1/Contact/{member['ContactId']}/Projects", select="projectId")
    by_person = alice.rows(
        "v1/Archive/PersonProjects", select="projectId,name", filter=f"personId eq {member['PersonId']}"
    )
    assert member["ProjectId"] in [row["projectId"] for row in by_company]
    assert member["ProjectId"] in [row["projectId"] for row in by_person]


def test_activities_of_a_sale_and_stakes_in_it(alice: Caller) -> None:
    follow_up = alice("GET", "v1/Appointment/default") | {"Title": "Call", "Sale": {"SaleId": 1}}
    alice("POST", "v1/Appointment", json=follow_up)
    assert [row["text"] for row in alice.rows("v1/Sale/1/Activities", select="text")] == ["Call"]
    stake = alice("GET", "v1/SaleStakeholder/default") | {"SaleId": 1, "ContactId": 17, "StakeholderRoleId": 2}
    alice("POST", "v1/SaleStakeholder", json=stake)
    assert len(alice.rows("v1/Sale/1/Stakeholders", select="salesRoleId,contact/name")) == 1
    own = alice.rows("v1/Contact/17/Sales", select="saleId", entities="sale")
    both = alice.rows("v1/Contact/17/Sales", select="saleId")
    assert len(both) == len(own) + 1


def test_participants_of_a_follow_up(alice: Caller) -> None:
    entity = alice("GET", "v1/Appointment/default") | {"Participants": [{"AssociateId": 6}, {"PersonId": 43}]}
    key = alice("POST", "v1/Appointment", json=entity)["AppointmentId"]
    rows = alice.rows(f"v1/Appointment/{key}/Participants", select="fullName,personId,contactId")
    assert [(row["EntityName"], row["personId"]) for row in rows] == [("associate", 2), ("externalPerson", 43)]
    alice("GET", "v1/Appointment/99999/Participants", status=404)


def test_free_text(alice: Caller) -> None:
    def found(name: str, text: str) -> list[str]:
        return [row["PrimaryKey"] for row in alice.rows(f"v1/Archive/Freetext{name}", filter=f"searchwords {text}")]

    assert found("Contact", "begins 'osl'") == ["17"]
    assert found("Person", "contains 'Berg'")
    assert found("Project", "begins 'harb'") == ["2"]


def test_an_archive_by_form(alice: Caller) -> None:
    form = {"$select": "contactId,name", "$filter": "contactId in (16,17)", "$orderby": "contactId desc", "$top": "1"}
    answer = alice("POST", "v1/Archive/SimpleContact", data=form)
    assert [row["contactId"] for row in answer["value"]] == [17]
    again = alice("GET", answer["odata.nextLink"])
    assert [row["contactId"] for row in again["value"]] == [16]


def test_what_archives_and_columns_there_are(alice: Caller) -> None:
    assert "FindSale" in alice("GET", "v1/Archive")
    columns = alice.send("GET", "v1/Archive/findsale/$metadata").json()["value"]
    amount = next(column for column in columns if column["Name"] == "amount")
    assert (amount["RestrictionType"], amount["CanRestrictBy"], amount["CanOrderBy"]) == ("decimal", True, True)
    alice("GET", "v1/Archive/Nonsense/$metadata", status=404)


def test_json_safe_keys(alice: Caller) -> None:
    parameters = {"$select": "email/emailAddress", "$filter": "contactId eq 17", "$jsonSafe": "true"}
    [row] = alice.send("GET", "v1/Contact", params=parameters).json()["value"]
    assert row["email_emailAddress"].endswith("@acme-norge.example")


@pytest.mark.parametrize(
    ("function", "days", "expected"),
    [
        ("this(date,month)", 0, True),
        ("this(date,'week')", 8, False),
        ("next(date,1,month)", 20, True),
        ("next(date,1,month)", 0, False),
        ("next(date,2,day)", 2, True),
        ("next(date,2,day)", 3, False),
        ("previous(date,1,quarter)", -80, True),
        ("previous(date,1,year)", 0, False),
        ("thisAndNext(date,1,month)", 0, True),
        ("thisAndNext(date,1,month)", -20, False),
        ("thisAndPrevious(date,3,month)", -80, True),
        ("thisAndPreviousAndNext(date,month)", 20, True),
        ("thisAndPreviousAndNext(date,1,half)", -170, True),
    ],
)
def test_functions_of_dates(function: str, days: int, expected: bool) -> None:
    today = datetime(2026, 5, 15, 12, tzinfo=UTC)
    [condition] = filters.conditions(filters.parse(function))
    asker = operators.Asker(Clock(ZoneInfo("UTC")), today.date(), 5)
    test = operators.test_for("date", "date", condition.operator, condition.values, asker)
    assert test((today + timedelta(days=days)).replace(tzinfo=None).isoformat()) is expected


@pytest.mark.parametrize("text", ["this(date,aeon)", "next(date,0,day)", "next(date,1.5,day)", "this(date)"])
def test_functions_of_dates_gone_wrong(alice: Caller, text: str) -> None:
    alice("GET", "v1/Appointment", params={"$select": "date", "$filter": text}, status=400)


def test_negative_operators_look_at_all_values(alice: Caller) -> None:
    text = "contactId eq 17 and phone/formattedNumber notContains '+47'"
    assert alice.rows("v1/Contact", select="contactId", filter=text) == []
