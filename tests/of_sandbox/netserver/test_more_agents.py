"""Agents' methods for panels: every one answers, and answers what its description says."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox import agents, agents_activities, agents_business, agents_more, archive_agents
from tests.sandbox.facts import PATHS
from tests.sandbox.server import Sandbox

from .caller import Caller

OURS = (agents, agents_activities, agents_business, agents_more, archive_agents)

ALWAYS = [path for module in OURS for path in module.PATHS]


def agent(caller: Caller, name: str, status: int = 200, query: dict[str, Any] | None = None, **body: Any) -> Any:
    return caller("POST", f"v1/Agents/{name}", status, json=body, params=query or {})


def test_only_documented_methods_are_served() -> None:
    assert [path for path in ALWAYS if path not in PATHS] == []


def test_select_in_agents(alice: Caller) -> None:
    sale = agent(alice, "Sale/GetSaleEntity", query={"saleEntityId": 1, "$select": "Heading"})
    assert {name for name, value in sale.items() if value is not None} == {"Heading"}


def test_sales_and_people_of_a_company(alice: Caller) -> None:
    assert len(agent(alice, "Sale/GetSalesFromContact", ContactId=17)) == 5
    assert len(agent(alice, "Sale/GetSalesFromContact", ContactId=17, OnlyOpenSales=True)) == 3
    sales = agent(alice, "Sale/GetOpenSalesForContact", ContactId=17)
    assert {sale["Status"] for sale in sales} == {"Open"}
    assert len(agent(alice, "Sale/GetSalesFromPerson", PersonId=sales[0]["PersonId"])) == 3
    people = agent(alice, "Person/GetPersonsFromContact", ContactId=17)
    assert [p["Rank"] for p in people] == sorted(p["Rank"] for p in people)
    assert agent(alice, "Contact/GetPersons", ContactId=17) == people
    assert agent(alice, "Contact/GetContactWithPersons", ContactId=17)["Persons"] == people
    assert agent(alice, "Contact/GetContactWithPersons", ContactId=999) is None


def test_who_i_am(alice: Caller) -> None:
    assert agent(alice, "Contact/GetMyContact")["Name"] == "Nordlys Systemer AS"
    assert agent(alice, "Person/GetMyPerson")["FullName"] == "Alice Berg"
    assert agent(alice, "Person/CreateDefaultByContactId", ContactId=17)["Contact"]["Name"] == "Acme"


def test_duplicates_and_numbers(alice: Caller) -> None:
    assert [d["SoPrimaryKey"] for d in agent(alice, "Contact/GetDuplicates", Name="ACME AS")] == [17]
    assert agent(alice, "Contact/GetNameDepartmentDuplicates", Name="Acme", Department="Bergen") == []
    assert [d["EntryName"] for d in agent(alice, "Contact/GetDomainDuplicates", Domain="acme-norge.example")]
    assert agent(alice, "Project/GetDuplicates", Name="Harbour")[0]["RuleName"] == "ProjectName"
    assert agent(alice, "Sale/IsNumberValid", ContactId=0, Number="5001") is False
    assert agent(alice, "Contact/IsNumberValid", ContactId=17, Number="10017") is True
    assert agent(alice, "Person/IsNumberValid", ContactId=17, Number="") is False
    assert agent(alice, "Project/IsNumberValid", ContactId=0, Number="unused") is True


def test_consents_by_agent(alice: Caller) -> None:
    asked = {"PersonId": 43, "Purpose": "EMARKETING"}
    agent(alice, "Person/SetConsent", 204, Source="API", LegalBase="61A", Comment="by phone", **asked)
    assert agent(alice, "Person/HasConsent", **asked) is True
    agent(alice, "Person/RemoveConsent", 204, **asked)
    assert agent(alice, "Person/HasConsent", **asked) is False
    bases = {
        info["ConsentPurposeKey"]: info["LegalBaseKey"] for info in agent(alice, "Person/GetConsentInfos", PersonId=43)
    }
    assert bases == {"STORE": "61F", "EMARKETING": "WITHDRAWN"}


def test_diaries(alice: Caller, sandbox: Sandbox) -> None:
    made = agent(
        alice, "Appointment/CreateDefaultAppointmentEntityByTypeAndAssociate", Type="inChecklist", AssociateId=6
    )
    assert (made["Type"], made["Associate"]["FullName"]) == ("inChecklist", "Bob Nygård")
    agent(alice, "Appointment/CreateDefaultAppointmentEntityByType", 400, Type="Dream")
    saved = agent(alice, "Appointment/Save", AppointmentEntity=made | {"Title": "Clean up"}, UpdateMode="OnlyThis")
    key = saved["AppointmentId"]
    day = {"StartTime": saved["StartDate"], "EndTime": saved["EndDate"], "Count": 10}
    diary = agent(alice, "Appointment/GetAssociateDiary", AssociateId=6, **day)
    assert "Clean up" not in [one["Title"] for one in diary]  # it is a task
    assert "Clean up" in [one["Title"] for one in agent(Caller(sandbox, "bob"), "Appointment/GetMyTasks")]
    agent(alice, "Appointment/Save", AppointmentEntity=saved | {"Type": "inDiary"})
    diary = agent(alice, "Appointment/GetAssociateDiary", AssociateId=6, **day)
    assert "Clean up" in [one["Title"] for one in diary]
    assert "Clean up" not in [one["Title"] for one in agent(alice, "Appointment/GetMyDiary", **day)]
    past = {"StartTime": "2001-01-01T00:00:00", "EndTime": "2099-01-01T00:00:00"}
    assert len(agent(alice, "Appointment/GetContactAppointments", ContactId=17, Count=2, **past)) == 2
    assert len(agent(alice, "Appointment/GetProjectAppointments", ProjectId=1, **past)) == 1
    assert len(agent(alice, "Appointment/GetMyAppointments", Count=3, **past)) == 3
    assert agent(alice, "Appointment/GetPersonAppointments", PersonId=43, **past)
    assert agent(alice, "Appointment/ToggleAppointmentStatus", AppointmentId=key) == "Completed"
    assert agent(alice, "Appointment/ToggleAppointmentStatus", AppointmentId=key) == "NotStarted"
    agent(alice, "Appointment/Delete", 204, AppointmentId=key)
    agent(alice, "Appointment/GetMyDiary", 400, StartTime="soon")


def test_projects_and_members(alice: Caller) -> None:
    members = agent(alice, "Project/GetProjectMembers", ProjectId=1)
    assert len(members) == 3
    one = agent(alice, "Project/GetProjectMember", query={"projectMemberId": members[0]["ProjectmemberId"]})
    assert {n: v for n, v in one.items() if n != "FieldProperties"}.items() <= members[0].items()
    assert agent(alice, "Project/SaveProjectMember", **one | {"Comment": "Key user"})["Comment"] == "Key user"
    assert 1 in [p["ProjectId"] for p in agent(alice, "Project/GetProjectsFromContact", ContactId=one["ContactId"])]
    assert 1 in [p["ProjectId"] for p in agent(alice, "Project/GetProjectsFromPerson", PersonId=one["PersonId"])]
    assert agent(alice, "Person/GetPersonsFromProject", ProjectId=1)[0]["PersonId"] == one["PersonId"]
    agent(alice, "Project/AddProjectMembers", 204, ProjectEntityId=1, ProjectMembers=[{"PersonId": 1}])
    mine = agent(alice, "Project/GetMyProjects", IncludeMemberProjects=True)
    assert 1 in [p["ProjectId"] for p in mine]
    ids = [m["ProjectmemberId"] for m in agent(alice, "Project/GetProjectMembers", ProjectId=1)]
    agent(alice, "Project/DeleteProjectMembers", 204, ProjectEntityId=1, MemberIds=ids[1:])
    agent(alice, "Project/DeleteProjectMember", 204, query={"projectMemberId": ids[0]})
    assert agent(alice, "Project/GetProjectMembers", ProjectId=1) == []
    agent(alice, "Project/SetCompleted", 204, ProjectId=1, IsCompleted=True)
    assert alice("GET", "v1/Project/1")["Completed"] is True
    assert agent(alice, "Project/CreateDefaultProjectMember")["ProjectmemberId"] == 0


def test_documents_by_agent(alice: Caller) -> None:
    document = agent(alice, "Document/SaveDocumentEntity", **agent(alice, "Document/CreateDefaultDocumentEntity"))
    key, text = document["DocumentId"], base64.b64encode(b"\x00\xff hello").decode()
    agent(alice, "Document/SetDocumentStreamFromId", DocumentId=key, Stream=text)
    assert agent(alice, "Document/GetDocumentStream", DocumentId=key) == text
    assert agent(alice, "Document/GetDocumentLength", DocumentId=key) == 8
    agent(alice, "Document/SetDocumentStream", 400, DocumentEntity=document, Stream=text)
    agent(alice, "Document/SetDocumentStream", DocumentEntity=document, Stream="", OverwriteExistingData=True)
    agent(alice, "Document/SetDocumentStreamFromId", 400, DocumentId=key, Stream="no base64!")
    assert agent(alice, "Document/CreateNewPhysicalDocumentFromTemplate", DocumentId=key)["Name"].endswith(".txt")
    past = {"StartTime": "2001-01-01T00:00:00", "EndTime": "2099-01-01T00:00:00"}
    assert len(agent(alice, "Document/GetContactDocuments", ContactId=2, **past)) == 2
    person = agent(alice, "Document/GetContactDocuments", ContactId=2, **past)[0]["PersonId"]
    assert len(agent(alice, "Document/GetPersonDocuments", PersonId=person)) == 2
    assert agent(alice, "Document/GetSaleDocuments", SaleId=1) == []
    assert agent(alice, "Document/GetProjectDocuments", ProjectId=1, **past) == []


def test_requests_by_agent(alice: Caller) -> None:
    assert [t["TicketId"] for t in agent(alice, "Ticket/GetTickets", TicketIds=[2, 999, 1])] == [2, 1]
    message = agent(alice, "Ticket/CreateDefaultTicketMessageEntity") | {"Ticket": {"TicketId": 1}, "Body": "Done"}
    saved = agent(alice, "Ticket/SaveTicketMessageEntity", **message)
    bodies = [m["Body"] for m in agent(alice, "Ticket/GetTicketMessageEntities", TicketId=1)]
    assert bodies[-1] == "Done"
    assert len(agent(alice, "Ticket/GetTicketMessageEntities", TicketId=1, MessageIds=[saved["EjMessageId"]])) == 1
    agent(alice, "Ticket/DeleteTicketMessageEntity", 204, TicketMessageEntityId=saved["EjMessageId"])
    assert agent(alice, "Ticket/GetTicketMessageEntity", query={"ticketMessageEntityId": saved["EjMessageId"]}) is None
    agent(alice, "Ticket/DeleteTicketEntity", 204, TicketEntityId=1)
    assert agent(alice, "Ticket/GetTicketEntity", query={"ticketEntityId": 1}) is None


def test_relations_and_selections_by_agent(alice: Caller) -> None:
    wanted = agent(alice, "Relation/CreateDefaultContactRelationEntity")
    wanted |= {"SourceContactId": 17, "DestinationContactId": 2, "RelationDefinitionId": 1}
    made = agent(alice, "Relation/SaveContactRelation", ContactRelationEntity=wanted)
    key = made["RelationId"]
    assert agent(alice, "Relation/GetContactRelationEntity", query={"contactRelationEntityId": key}) == made
    agent(alice, "Relation/DeleteContactRelation", 204, ContactRelationEntityId=key)
    agent(alice, "Selection/CreateSelectionEntity", 400, TargetTableName="moon")
    wanted = agent(alice, "Selection/CreateSelectionEntity", TargetTableName="person") | {"Name": "Guests"}
    key = agent(alice, "Selection/SaveSelectionEntity", **wanted)["SelectionId"]
    assert agent(alice, "Selection/AddSelectionMembers", SelectionId=key, Ids=[1, 2, 1]) == 2
    agent(alice, "Selection/RemoveSelectionMembers", 204, SelectionId=key, SelectionMemberIds=[2])
    assert agent(alice, "Selection/GetSelectionEntity", query={"selectionEntityId": key})["MemberCount"] == 1
    wanted = agent(alice, "Selection/CreateSelectionEntity", TargetTableName="contact") | {"Name": "Firms"}
    firms = agent(alice, "Selection/SaveSelectionEntity", **wanted)["SelectionId"]
    pairs = [{"ContactId": 17}, {"ContactId": 2}]
    agent(alice, "Selection/AddContactSelectionMembers", 204, SelectionId=firms, ContactPersonIds=pairs)
    agent(alice, "Selection/RemoveContactSelectionMembers", 204, SelectionId=firms, ContactPersonIds=pairs[1:])
    assert agent(alice, "Selection/GetSelectionEntity", query={"selectionEntityId": firms})["MemberCount"] == 1
    assert agent(alice, "Selection/CreateDefaultSelectionEntity")["SelectionId"] == 0
    agent(alice, "Selection/DeleteSelectionEntity", 204, SelectionEntityId=key)


ASKED = {"ProviderName": "SimpleContact", "Columns": ["contactId", "name", "stop", "updatedDate", "category"]}


def test_archive_rows_with_encoded_values(alice: Caller) -> None:
    alice.world.tenants["Cust12345"].table("contact")[17]["updated"] = "2026-02-01T23:30:00"
    restriction = [{"Name": "name", "Operator": "begins", "Values": ["ac"]}]
    [row] = agent(alice, "Archive/GetArchiveListByColumns", **ASKED, Restriction=restriction)
    assert (row["PrimaryKey"], row["EntityName"]) == (17, "contact")
    assert {name: data["DisplayValue"] for name, data in row["ColumnData"].items()} == {
        "contactId": "[I:17]",
        "name": "Acme",
        "stop": "[I:0]",
        "updatedDate": "[D:02/02/2026 00:30:00.0000000]",
        "category": "Customer",
    }


@pytest.mark.parametrize(
    ("restrictions", "expected"),
    [
        ([{"Name": "contactId", "Operator": "in", "Values": ["[I:16]", "17"]}], 2),
        (
            [
                {"Name": "contactId", "Operator": "equals", "Values": ["[I:17]"], "InterOperator": "Or"},
                {"Name": "contactId", "Operator": "equals", "Values": ["1"]},
            ],
            2,
        ),
        ([{"Name": "updatedDate", "Operator": "after", "Values": ["[D:01/01/2099 00:00:00.0000000]"]}], 0),
        (
            [
                {"Name": "associateId", "Operator": "currentAssociate"},
                {"Name": "stop", "Operator": "set", "Values": ["true"]},
            ],
            0,
        ),
    ],
)
def test_restrictions_of_agents(alice: Caller, restrictions: list[dict[str, Any]], expected: int) -> None:
    answer = agent(alice, "Archive/GetArchiveListByColumnsWithHeader", **ASKED, Restriction=restrictions)
    assert (answer["RowCount"], len(answer["Rows"])) == (expected, expected)
    found = agent(
        alice,
        "Find/FindFromRestrictionsColumns",
        ProviderName="SimpleContact",
        DesiredColumns=["name"],
        Restrictions=restrictions,
    )
    assert [column["Name"] for column in found["ArchiveColumns"]] == ["name"]
    assert len(found["ArchiveRows"]) == expected


def test_archives_asked_for_with_texts(alice: Caller) -> None:
    rows = agent(
        alice,
        "Archive/GetArchiveListByColumns2",
        ProviderName="simplecontact",
        Columns="contactId,name",
        SortOrder="contactId desc",
        Restrictions="contactId lt 20",
        Entities="contact",
        Page=1,
        PageSize=5,
    )
    assert [row["PrimaryKey"] for row in rows] == [14, 13, 12, 11, 10]
    by_order = [{"Name": "name", "Direction": "DESC"}]
    assert len(agent(alice, "Archive/GetArchiveListByColumns", **ASKED, SortOrder=by_order, PageSize=3)) == 3


def test_what_archives_there_are(alice: Caller) -> None:
    names = agent(alice, "Archive/GetProviderNames")
    assert {"SimpleContact", "FindSale", "Ticket"} <= set(names)
    columns = agent(alice, "Archive/GetAvailableColumns", ProviderName="FindSale", Context="")
    amount = next(column for column in columns if column["Name"] == "amount")
    assert (amount["RestrictionType"], amount["CanOrderBy"]) == ("decimal", True)
    entities = agent(alice, "Archive/GetAvailableEntities", ProviderName="Person", Context="")
    assert [one["Name"] for one in entities] == ["person", "retiredPerson"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"ProviderName": "Nonsense", "Columns": []}, 404),
        ({"ProviderName": "SaleHistory", "Columns": []}, 501),
        ({"Columns": []}, 400),
        (ASKED | {"Restriction": [{"Name": "nmae", "Operator": "is", "Values": ["x"]}]}, 400),
        (ASKED | {"Restriction": [{"Name": "contactId", "Operator": "equals", "Values": ["x"]}]}, 400),
        (ASKED | {"Restriction": [{"Name": "name", "Operator": "is", "Values": ["x"], "InterParenthesis": 1}]}, 501),
        (ASKED | {"Restriction": "name is 'x'"}, 400),
        (ASKED | {"PageSize": "many"}, 400),
    ],
)
def test_mistakes_in_agents_are_told(alice: Caller, body: dict[str, Any], status: int) -> None:
    agent(alice, "Archive/GetArchiveListByColumns", status, **body)
