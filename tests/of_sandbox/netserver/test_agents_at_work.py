"""What panels do by agents: win and lose sales, move follow-ups, change teams, people and requests."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from tests.sandbox import images
from tests.sandbox.server import Sandbox

from .caller import Caller
from .test_more_agents import agent

EVER = {"StartTime": "2001-01-01T00:00:00", "EndTime": "2099-01-01T00:00:00"}


def keys(found: list[dict[str, Any]], name: str) -> list[int]:
    return [one[name] for one in found]


# Sales


def test_sales_are_sold_and_lost_with_a_reason(alice: Caller) -> None:
    agent(alice, "Sale/SetAsSold", 204, SaleIds=[1])
    agent(alice, "Sale/SetAsLostWithReason", 204, SaleIds=[2, 3], ReasonId=2)
    assert alice("GET", "v1/Sale/1")["Status"] == "Sold"
    lost = alice("GET", "v1/Sale/3")
    assert (lost["Status"], lost["Reason"]["Id"]) == ("Lost", 2)
    agent(alice, "Sale/SetAsSoldWithReason", 204, SaleIds=[2], ReasonId=1)
    assert alice("GET", "v1/Sale/2")["ReasonSold"]["Id"] == 1
    agent(alice, "Sale/SetAsLost", 404, SaleIds=[1, 987654])
    assert alice("GET", "v1/Sale/1")["Status"] == "Sold"
    agent(alice, "Sale/SetAsLostWithReason", 400, SaleIds=[1], ReasonId=987654)


def test_sales_of_an_hour(alice: Caller, sandbox: Sandbox) -> None:
    rows = sandbox.world.tenants["Cust12345"].table("sale")
    mine = agent(alice, "Sale/GetMyOpportunities", Count=0)
    assert keys(mine, "AssociateId") == [5] * len(mine)
    assert {one["Status"] for one in mine} == {"Open"}
    dates = [one["SaleDate"] for one in mine]
    assert dates == sorted(dates, reverse=True)
    assert len(agent(alice, "Sale/GetMyOpportunities", Count=1)) == 1
    sold = agent(alice, "Sale/GetRecentSales", AmountLimit=-1, Count=100)
    assert len(sold) == sum(row["status"] == "Sold" for row in rows.values())
    assert all(one["Amount"] >= 100000 for one in agent(alice, "Sale/GetRecentSales", AmountLimit=100000, Count=9))
    likely = agent(alice, "Sale/GetUpcomingSales", WeightedAmountLimit=50000, Count=0)
    assert likely
    assert all(rows[key]["amount"] * rows[key]["probability"] >= 5000000 for key in keys(likely, "SaleId"))
    day = rows[1]["date"]
    that_day = agent(alice, "Sale/GetSalesByDate", FromDate=day, ToDate=day, AmountLimit=-1, Status="Unknown")
    assert 1 in keys(that_day, "SaleId")
    other = agent(alice, "Sale/GetSalesByDate", FromDate=day, ToDate=day, AmountLimit=-1, Status="Lost")
    assert 1 not in keys(other, "SaleId")


def test_stages_of_a_sale(alice: Caller, sandbox: Sandbox) -> None:
    stages, sale = sandbox.world.tenants["Cust12345"].lists["prob"], alice("GET", "v1/Sale/1")
    stage = sale["Rating"]["Id"]
    assert agent(alice, "Sale/GetProbabilityFromStage", StageId=stage) == stages[stage]["probability"]
    assert agent(alice, "Sale/GetNextSaleStage", SaleId=1) == stage
    stages[stage]["deleted"] = True
    after = agent(alice, "Sale/GetNextSaleStage", SaleId=1)
    assert stages[after]["rank"] > stages[stage]["rank"]
    agent(alice, "Sale/GetProbabilityFromStage", 400, StageId=987654)


def test_when_a_sale_is_next_due(alice: Caller) -> None:
    assert agent(alice, "Sale/GetNextDueDate", SaleId=9).startswith("0001-")
    wanted = agent(alice, "Appointment/CreateDefaultAppointmentEntity") | {"Sale": {"SaleId": 9}}
    made = agent(alice, "Appointment/SaveAppointmentEntity", **wanted)
    assert agent(alice, "Sale/GetNextDueDate", SaleId=9) == made["StartDate"]
    again = agent(alice, "Appointment/CreateDefaultReOpenAppointment", SaleId=9)
    assert (again["AppointmentId"], again["Sale"]["SaleId"]) == (0, 9)


def test_stakeholders_by_agent(alice: Caller) -> None:
    fresh = agent(alice, "Sale/CreateDefaultSaleStakeholder")
    first = agent(alice, "Sale/SaveSaleStakeholder", **fresh | {"SaleId": 1, "ContactId": 17, "Comment": "Signs"})
    one = {"ContactId": 17, "StakeholderRoleId": 1}
    agent(alice, "Sale/AddSaleStakeholders", 204, SaleId=1, SaleStakeholders=[one])
    found = agent(alice, "Sale/GetSaleStakeholders", SaleId=1)
    assert first["SaleStakeholderId"] in keys(found, "SaleStakeholderId")
    both = keys(found, "SaleStakeholderId")
    assert keys(agent(alice, "Sale/GetSaleStakeholderById", SaleStakeholderIds=both), "SaleStakeholderId") == both
    changed = [first | {"Comment": "Pays"}]
    assert agent(alice, "Sale/UpdateSaleStakeholders", Stakeholders=changed)[0]["Comment"] == "Pays"
    agent(alice, "Sale/UpdateSaleStakeholders", 400, Stakeholders=[one])
    agent(alice, "Sale/DeleteSaleStakeholder", 204, query={"saleStakeholderId": both[0]})
    agent(alice, "Sale/DeleteSaleStakeholders", 204, SaleStakeholderIds=both[1:])
    assert agent(alice, "Sale/GetSaleStakeholders", SaleId=1) == []
    gone = {"saleStakeholderId": both[0]}
    assert agent(alice, "Sale/GetSaleStakeholder", query=gone) is None


# Follow-ups


@pytest.fixture
def meeting(alice: Caller) -> dict[str, Any]:
    """Alice's, on a day when nobody has another, of two hours."""
    wanted = agent(alice, "Appointment/CreateDefaultAppointmentEntity")
    times = {"StartDate": "2031-05-14T09:00:00", "EndDate": "2031-05-14T11:00:00"}
    of = {"Contact": {"ContactId": 17}, "Project": {"ProjectId": 1}, "Task": {"TaskListItemId": 1}}
    return agent(alice, "Appointment/Save", AppointmentEntity=wanted | times | of | {"Title": "Meet"})


def test_a_follow_up_is_moved_and_keeps_its_length(alice: Caller, meeting: dict[str, Any]) -> None:
    key = meeting["AppointmentId"]
    moved = agent(alice, "Appointment/Move", AppointmentId=key, NewStartTime="2031-05-15T13:30:00")
    assert (moved["StartDate"], moved["EndDate"]) == ("2031-05-15T13:30:00", "2031-05-15T15:30:00")
    changes = {"StartTime": "2031-05-16T08:00:00", "EndTime": "2031-05-16T09:00:00", "Status": "Completed"}
    owner = {"Type": "inChecklist", "AssociateId": 6}
    light = agent(alice, "Appointment/UpdateAppointmentWithMode", Id=key, **changes, **owner)
    assert (light["StartDate"], light["AssociateId"]) == ("2031-05-16T08:00:00", 6)
    saved = alice("GET", f"v1/Appointment/{key}")
    assert (saved["Completed"], saved["Type"]) == ("Completed", "inChecklist")
    backwards = changes | owner | {"EndTime": "2031-05-15T09:00:00"}
    agent(alice, "Appointment/UpdateAppointmentWithMode", 400, Id=key, **backwards)
    agent(alice, "Appointment/UpdateAppointmentWithMode", 400, Id=key, **changes | owner | {"Status": "Booking"})


def test_lists_of_follow_ups_are_narrowed(alice: Caller, meeting: dict[str, Any], sandbox: Sandbox) -> None:
    key = meeting["AppointmentId"]
    day = {"StartTime": "2031-05-14T00:00:00", "EndTime": "2031-05-14T23:00:00"}
    member = agent(alice, "Project/GetProjectMembers", ProjectId=1)[0]["PersonId"]
    sandbox.world.tenants["Cust12345"].lists["task"][1]["headings"] = [7]
    places = {"Contact": {"ContactId": 17}, "Project": {"ProjectId": 1}, "ProjectMember": {"PersonId": member}}
    for place, record in places.items():
        narrowed = {
            "ByTask": ({"TaskId": 1}, {"TaskId": 2}),
            "ByTasks": ({"TaskIds": [1, 2]}, {"TaskIds": [2]}),
            "ByTaskHeading": ({"TaskHeadingId": 7}, {"TaskHeadingId": 8}),
            "ByType": ({"AppointmentType": "inDiary"}, {"AppointmentType": "Note"}),
        }
        for ending, (fits, misses) in narrowed.items():
            method = f"Appointment/Get{place}Appointments{ending}"
            assert keys(agent(alice, method, **record, **day, **fits), "AppointmentId") == [key], method
            assert agent(alice, method, **record, **day, **misses) == [], method
    assert keys(agent(alice, "Appointment/GetProjectMemberAppointments", PersonId=member, **day), "AppointmentId") == [
        key
    ]
    own = agent(alice, "Appointment/GetPersonAppointments", PersonId=member, **day)
    more = agent(alice, "Appointment/GetPersonAppointments", PersonId=member, IncludeProjectAppointments=True, **day)
    assert (own, keys(more, "AppointmentId")) == ([], [key])


def test_diaries_of_persons_and_of_several(alice: Caller, meeting: dict[str, Any], sandbox: Sandbox) -> None:
    me = sandbox.world.tenants["Cust12345"].associates["alice"].person_id
    day = {"StartTime": "2031-05-14T00:00:00", "EndTime": "2031-05-14T23:00:00"}
    key = [meeting["AppointmentId"]]
    assert keys(agent(alice, "Appointment/GetPersonDiary", PersonId=me, **day), "AppointmentId") == key
    assert keys(agent(alice, "Appointment/GetAssociatesDiary", AssociateIds=[5, 6], **day), "AppointmentId") == key
    assert agent(alice, "Appointment/GetAssociatesDiary", AssociateIds=[6], **day) == []
    agent(alice, "Appointment/GetPersonDiary", 400, PersonId=43, **day)
    agent(alice, "Appointment/ConvertAppointmentToTask", AppointmentId=key[0])
    assert agent(alice, "Appointment/GetPersonDiary", PersonId=me, **day) == []
    assert key[0] in keys(agent(alice, "Appointment/GetPersonTasks", PersonId=me), "AppointmentId")
    agent(alice, "Appointment/SetActivityStatus", 204, ActivityIdentifier=[f"appointment_id={key[0]}"])
    assert key[0] in keys(agent(alice, "Appointment/GetMyTasks"), "AppointmentId")
    done = {"ActivityIdentifier": [f"appointment_id={key[0]}", "document_id=1"], "ActivityStatus": "Completed"}
    agent(alice, "Appointment/SetActivityStatus", 204, **done)
    assert alice("GET", "v1/Document/1")["Completed"] == "Completed"
    assert key[0] not in keys(agent(alice, "Appointment/GetMyTasks"), "AppointmentId")


def test_activities_are_toggled_all_or_none(alice: Caller, meeting: dict[str, Any]) -> None:
    name = f"appointment_id={meeting['AppointmentId']}"
    assert agent(alice, "Appointment/ToggleActivity", ActivityIdentifier=name) == "Completed"
    assert agent(alice, "Appointment/ToggleActivities", ActivityIdentifier=[name]) == "NotStarted"
    assert agent(alice, "Appointment/ToggleActivities", ActivityIdentifier=[name, "document_id=9876"]) == "Unknown"
    assert alice("GET", f"v1/Appointment/{meeting['AppointmentId']}")["Completed"] == "NotStarted"
    agent(alice, "Appointment/ToggleActivity", 400, ActivityIdentifier="5")


def test_a_follow_up_like_another(alice: Caller, meeting: dict[str, Any], sandbox: Sandbox) -> None:
    made = agent(
        alice,
        "Appointment/CreateAppointmentEntityFromExisting",
        AppointmentId=meeting["AppointmentId"],
        AssociateId=6,
    )
    assert (made["AppointmentId"], made["Associate"]["AssociateId"]) == (0, 6)
    assert made["Task"]["TaskListItemId"] == 1
    assert made["StartDate"][:10] == sandbox.world.now().date().isoformat()
    assert made["StartDate"][14:] == "00:00"


def test_what_is_not_built_of_follow_ups_says_so(alice: Caller, meeting: dict[str, Any]) -> None:
    mailed = {"AppointmentEntity": meeting, "SendEmailToParticipants": True}
    assert "SendEmailToParticipants" in agent(alice, "Appointment/Save", 501, **mailed)["ErrorMessage"]


def test_properties_of_a_request_are_spelt_as_its_agent_does(alice: Caller, meeting: dict[str, Any]) -> None:
    """Several agents have a ``SaveRequest``; SuperOffice's own client begins properties with a small letter."""
    saved = agent(alice, "Appointment/Save", appointmentEntity=meeting | {"Title": "In small letters"})
    assert saved["Title"] == "In small letters"


def test_whose_diary_one_may_write(alice: Caller) -> None:
    assert agent(alice, "Appointment/GetCanInsertForAssociates", AssociateIds=[5, 6]) == [True, True]


# Projects


def test_members_are_changed_together(alice: Caller) -> None:
    members = agent(alice, "Project/GetProjectMembers", ProjectId=1)
    ids = keys(members, "ProjectmemberId")
    told = {"ProjectMemberIds": ids, "RoleId": 2, "Comment": "On board"}
    agent(alice, "Project/SaveProjectMembersFunctionAndComment", 204, **told)
    found = agent(alice, "Project/GetProjectMembersById", ProjectMemberIds=[*ids, 987654])
    assert [(one["ProjectMemberTypeId"], one["Comment"]) for one in found] == [(2, "On board")] * len(ids)
    agent(alice, "Project/SaveProjectMembersFunctionAndComment", 400, **told | {"RoleId": 987654})
    changed = agent(alice, "Project/UpdateProjectMember", ProjectMember=found[0] | {"Comment": "Leads"})
    assert changed["Comment"] == "Leads"
    agent(alice, "Project/UpdateProjectMembers", 204, ProjectId=1, ProjectMembers=[changed | {"Comment": "Led"}])
    assert alice("GET", f"v1/ProjectMember/{ids[0]}")["Comment"] == "Led"
    agent(alice, "Project/UpdateProjectMembers", 400, ProjectId=1, ProjectMembers=[{"PersonId": 1}])
    agent(alice, "Project/DeleteProjectMemberByIds", 204, ProjectMemberIds=ids)
    assert agent(alice, "Project/GetProjectMembers", ProjectId=1) == []


def test_a_project_without_its_members(alice: Caller) -> None:
    project = agent(alice, "Project/GetProjectEntityWithoutMembers", ProjectId=1)
    assert project["ProjectMembers"] == []
    saved = agent(alice, "Project/SaveProjectEntityWithoutMembers", ProjectEntity=project | {"Description": "Anew"})
    assert (saved["Description"], saved["ProjectMembers"]) == ("Anew", [])
    assert agent(alice, "Project/GetProjectMembers", ProjectId=1)
    assert agent(alice, "Project/GetProjectEntityWithoutMembers", ProjectId=987654) is None


def test_projects_one_takes_part_in_and_their_milestone(alice: Caller, sandbox: Sandbox) -> None:
    me = sandbox.world.tenants["Cust12345"].associates["alice"].person_id
    agent(alice, "Project/AddProjectMembers", 204, ProjectEntityId=2, ProjectMembers=[{"PersonId": me}])
    assert 2 in keys(agent(alice, "Project/GetMyMemberProjects"), "ProjectId")
    wanted = agent(alice, "Appointment/CreateDefaultAppointmentEntity")
    at = {"StartDate": "2020-05-14T09:00:00", "EndDate": "2020-05-14T09:00:00", "IsMileStone": True}
    made = agent(alice, "Appointment/SaveAppointmentEntity", **wanted | at | {"Project": {"ProjectId": 2}})
    found = agent(alice, "Project/GetNextMilestone", ProjectId=2)
    assert found["AppointmentId"] == made["AppointmentId"]
    assert agent(alice, "Project/GetNextMilestone", ProjectId=987654) is None


# Documents


def test_documents_by_template_date_and_link(alice: Caller, meeting: dict[str, Any]) -> None:
    document = agent(alice, "Document/GetContactDocuments", ContactId=2, **EVER)[0]
    key, person = document["DocumentId"], document["PersonId"]
    template = alice("GET", f"v1/Document/{key}")["DocumentTemplate"]["DocumentTemplateId"]
    for place, record in (("Contact", {"ContactId": 2}), ("Person", {"PersonId": person})):
        method, given = f"Document/Get{place}DocumentsByTemplate", record | EVER
        assert key in keys(agent(alice, method + "Type", DocumentTemplateId=template, **given), "DocumentId")
        assert key in keys(agent(alice, method + "Types", DocumentTemplateIds=[template], **given), "DocumentId")
        assert agent(alice, method + "Types", DocumentTemplateIds=[987654], **given) == []
        assert agent(alice, method + "Heading", TemplateHeadingId=987654, **given) == []
    assert key in keys(agent(alice, "Document/GetPersonDocumentsByDate", PersonId=person, **EVER), "DocumentId")
    links = [{"EntityName": "document", "Id": key}]
    agent(alice, "Appointment/SaveAppointmentEntity", **meeting | {"Links": links})
    linked = agent(alice, "Document/GetAppointmentDocuments", AppointmentId=meeting["AppointmentId"])
    assert keys(linked, "DocumentId") == [key]


def test_a_document_is_renamed_and_found(alice: Caller) -> None:
    assert agent(alice, "Document/RenameDocument", DocumentId=1, NewFilename="other.txt") == "other.txt"
    entity = alice("GET", "v1/Document/1")
    assert entity["Name"] == "other.txt"
    agent(alice, "Document/RenameDocument", 400, DocumentId=1, NewFilename=" ")
    by_id = agent(alice, "Document/GetDocumentStream", DocumentId=1)
    bare = {name: value for name, value in entity.items() if name != "_Links"}
    assert agent(alice, "Document/GetDocumentStreamFromEntity", DocumentEntity=bare) == by_id
    assert agent(alice, "Document/GetDocumentUrl", DocumentId=1).endswith("document_id=1")
    agent(alice, "Document/GetDocumentUrl", 501, DocumentId=1, WriteableUrl=True)


# People


def test_companies_and_cards_of_ones_own(alice: Caller) -> None:
    mine = agent(alice, "Contact/GetMyContacts")
    assert mine
    assert keys(mine, "AssociateId") == [5] * len(mine)
    card = agent(alice, "Contact/GetMyBizCard")
    assert keys(card["Persons"], "PersonId") == [agent(alice, "Person/GetMyPerson")["PersonId"]]
    assert card["ContactId"] == 1
    assert keys(agent(alice, "Person/GetColleagues"), "ContactId").count(1) >= 2


def test_a_person_is_added_and_ranked(alice: Caller) -> None:
    fresh = agent(alice, "Person/CreateDefaultPersonEntity") | {"Firstname": "Ola", "Lastname": "Nes"}
    made = agent(alice, "Contact/AddPerson", ContactId=17, NewPersonEntity=fresh)
    assert made["Contact"]["ContactId"] == 17
    key, ids = made["PersonId"], lambda: keys(agent(alice, "Contact/GetPersons", ContactId=17), "PersonId")
    before = ids()
    assert before[-1] == key
    assert agent(alice, "Person/SetPersonRank", PersonId=key, DesiredRank=1) is True
    assert ids() == [key, *before[:-1]]
    assert agent(alice, "Person/ChangePersonRank", PersonId=key, MoveUp=False) == 2
    assert ids()[:2] == [before[0], key]
    assert agent(alice, "Person/ChangePersonRank", PersonId=before[0], MoveUp=True) == 1
    assert agent(alice, "Person/NormalizeRanks", ContactId=17) is True
    assert ids()[:2] == [before[0], key]


def test_a_person_moves_with_what_is_to_come(alice: Caller) -> None:
    person = agent(alice, "Contact/GetPersons", ContactId=17)[0]["PersonId"]
    found = agent(alice, "Appointment/GetPersonAppointments", PersonId=person, **EVER)
    middle = found[len(found) // 2]["StartDate"]
    agent(alice, "Person/Move", 204, PersonId=person, DestinationContactId=2, MoveAfterDate=middle)
    assert alice("GET", f"v1/Person/{person}")["Contact"]["ContactId"] == 2
    moved = agent(alice, "Appointment/GetPersonAppointments", PersonId=person, **EVER)
    assert {one["ContactId"] for one in moved if one["StartDate"] >= middle} == {2}
    assert {one["ContactId"] for one in moved if one["StartDate"] < middle} == {17}
    assert agent(alice, "Contact/GetPersons", ContactId=2)[-1]["PersonId"] == person


def test_a_user_stays_in_his_company(alice: Caller, sandbox: Sandbox) -> None:
    me = sandbox.world.tenants["Cust12345"].associates["bob"].person_id
    to = {"DestinationContactId": 2, "MoveAfterDate": "2020-01-01T00:00:00"}
    agent(alice, "Person/Move", 403, PersonId=me, **to)


def test_phones_addresses_and_owners(alice: Caller) -> None:
    entity = alice("GET", "v1/Person/43")
    numbers = [one["Value"] for name in ("OfficePhones", "MobilePhones") for one in entity[name]]
    assert [one["Value"] for one in agent(alice, "Person/GetPhones", PersonId=43)][: len(numbers)] == numbers
    assert agent(alice, "Person/GetPhones", PersonId=987654) == []
    street = agent(alice, "Contact/GetAddress", ContactId=17)["Street"]
    assert street == alice("GET", "v1/Contact/17")["Address"]["Street"]
    assert agent(alice, "Person/GetAddress", PersonId=987654) is None
    owner = agent(alice, "Person/GetOwnerOnPersonId", PersonId=43)
    company = alice("GET", f"v1/Contact/{entity['Contact']['ContactId']}")
    assert owner["PersonId"] == company["Associate"]["PersonId"]
    assert agent(alice, "Person/GetMyOwner")["ContactId"] == 1


def test_interests_go_on_and_off(alice: Caller) -> None:
    on = {"ContactId": 17, "EnableInterestIds": [1, 2], "DisableInterestIds": []}
    agent(alice, "Contact/UpdateInterests", 204, **on)
    agent(alice, "Contact/UpdateInterests", 204, ContactId=17, EnableInterestIds=[], DisableInterestIds=[1])
    chosen = [one["Id"] for one in alice("GET", "v1/Contact/17")["Interests"] if one["Selected"]]
    assert 2 in chosen
    assert 1 not in chosen
    agent(alice, "Contact/UpdateInterests", 400, **on | {"DisableInterestIds": [1]})
    agent(alice, "Person/UpdateInterests", 204, PersonId=43, EnableInterestIds=[1], DisableInterestIds=[])


def test_back_out_of_the_recycle_bin(alice: Caller) -> None:
    agent(alice, "Person/DeletePersonEntity", 204, query={"personEntityId": 43})
    assert agent(alice, "Person/GetPerson", query={"personId": 43}) is None
    agent(alice, "Person/Undelete", 204, Id=43)
    assert agent(alice, "Person/GetPerson", query={"personId": 43})["PersonId"] == 43
    agent(alice, "Contact/Undelete", 404, Id=987654)


# Requests


def test_requests_change_hands_and_come_back(alice: Caller, sandbox: Sandbox) -> None:
    bob = Caller(sandbox, "bob")
    agent(bob, "Ticket/AcceptTickets", 204, TicketIds=[1, 2])
    assert alice("GET", "v1/Ticket/2")["OwnedBy"]["AssociateId"] == 6
    assert agent(bob, "Ticket/SetTicketReadByOwner", TicketEntityId=1, ReadStatus="Green")["ReadStatus"] == "Green"
    assert agent(alice, "Ticket/SetTicketReadByOwner", TicketEntityId=1, ReadStatus="Red")["ReadStatus"] == "Green"
    assert agent(bob, "Ticket/UpdateTicketsReadStatus", TicketIds=[1, 987654], NewStatus="Yellow") == [1]
    assert agent(bob, "Ticket/SetDeletedStatusByIds", TicketIds=[1, 987654]) == [1]
    assert agent(bob, "Ticket/GetTicketEntity", query={"ticketEntityId": 1}) is None
    agent(bob, "Ticket/UndeleteByIds", 204, TicketIds=[1])
    assert agent(bob, "Ticket/GetTicketEntity", query={"ticketEntityId": 1})["BaseStatus"] == "Active"


def test_a_request_of_a_type_and_its_messages(alice: Caller) -> None:
    fresh = agent(alice, "Ticket/CreateDefaultForTicketType", TicketTypeId=1) | {"Title": "It hums"}
    made = agent(alice, "Ticket/SaveTicketEntityWithNotify", NewEntity=fresh, Notify=False)
    assert made["TicketType"]["TicketTypeId"] == 1
    agent(alice, "Ticket/SaveTicketEntityWithNotify", 501, NewEntity=fresh, Notify=True)
    message = agent(alice, "Ticket/CreateDefaultTicketMessageEntity") | {"Ticket": {"TicketId": made["TicketId"]}}
    said = agent(alice, "Ticket/SaveTicketMessageEntityWithNotify", NewEntity=message | {"Body": "Since today"})
    agent(alice, "Ticket/SetTicketMessageImportant", 204, TicketMessageId=said["EjMessageId"], Important=True)
    light = agent(alice, "Ticket/GetTicketMessage", query={"ticketMessageId": said["EjMessageId"]})
    assert light["Important"] is True
    agent(alice, "Ticket/CreateDefaultForTicketType", 400, TicketTypeId=987654)


# Pictures, tasks, and what there is none of


def test_pictures_of_persons_and_projects(alice: Caller) -> None:
    pixel = base64.b64encode(images.CLEAR_PIXEL).decode()
    assert agent(alice, "Person/GetPersonImage", PersonId=43) is None
    agent(alice, "Person/SetPersonImage", 204, PersonId=43, Image=pixel)
    assert agent(alice, "Person/GetPersonImage", PersonId=43) == pixel
    raw = {"json": {"PersonId": 43}, "headers": {"Accept": "application/octet-stream"}}
    assert alice.send("POST", "v1/Agents/Person/GetPersonImage", **raw).content == images.CLEAR_PIXEL
    assert agent(alice, "Person/GetPersonImages", PersonIds=[43, 4]) == [{"PersonId": 43, "ImageData": pixel}]
    agent(alice, "Person/GetPersonImages", 501, PersonIds=[43], ScaledWidth=10)
    agent(alice, "Project/SetProjectImage", 204, ProjectId=1, Image=pixel)
    assert alice.send("GET", "v1/Project/1/Image").content == images.CLEAR_PIXEL
    agent(alice, "Project/SetProjectImage", 400, ProjectId=1, Image="bm8gcGljdHVyZQ==")
    assert agent(alice, "Project/GetProjectImage", ProjectId=987654) is None


def test_task_types_by_the_agent_of_follow_ups(alice: Caller) -> None:
    fresh = agent(alice, "Appointment/CreateDefaultTaskListItem") | {"Value": "Site visit", "Type": "Appointment"}
    made = agent(alice, "Appointment/SaveTaskListItem", **fresh)
    key = made["TaskListItemId"]
    assert agent(alice, "Appointment/GetTaskListItem", query={"taskListItemId": key})["Value"] == "Site visit"
    assert key in keys(agent(alice, "Appointment/GetTaskListItems", IncludeDeleted=False), "TaskListItemId")
    changed = agent(alice, "Appointment/SaveTaskListItem", **made | {"Value": "Visit"})
    assert (changed["TaskListItemId"], changed["Value"]) == (key, "Visit")


@pytest.mark.parametrize(
    ("method", "body", "answer"),
    [
        ("Sale/HasGuide", {"SaleId": 1}, False),
        ("Sale/SaleHasQuote", {"SaleId": 1}, False),
        ("Project/HasGuideActivities", {"ProjectId": 1}, False),
        ("Appointment/WillSendEmail", {"Appointment": None}, False),
        ("Document/GetVersionList", {"DocumentId": 1}, []),
        ("Ticket/GetTicketRelations", {"TicketId": 1}, []),
        ("Ticket/GetTicketAttachments", {"TicketEntityId": 1}, []),
        ("Archive/GetGroupAssociateIds", {"GroupIds": []}, []),
    ],
)
def test_what_there_is_none_of(alice: Caller, method: str, body: dict[str, Any], answer: Any) -> None:
    assert agent(alice, method, **body) == answer


def test_groups_locks_and_summaries(alice: Caller, sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants["Cust12345"]
    group = tenant.table("associate")[6]["group"]
    assert 6 in agent(alice, "Archive/GetGroupAssociateIds", GroupIds=[group])
    assert agent(alice, "Archive/CreateDefaultArchiveListResult")["RowCount"] == 0
    assert agent(alice, "Document/GetCheckoutState", DocumentId=1)["State"] == "LockingNotSupported"
    (summary,) = agent(alice, "Ticket/GetTicketSummaries", TicketIds=[1, 987654])
    row = tenant.table("ticket")[1]
    assert (summary["Title"], summary["TicketStatus"]) == (row["title"], row["status"])
    assert summary["Registered"] == alice("GET", "v1/Ticket/1")["CreatedAt"]
