"""What roles allow: by table, and by whose a record is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.roles import RELATIONS, TABLES, groups_of, related, roles
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row

from .caller import Caller

POLARFISK = 27
"""Eva's company; whose Acme (17) is, and all other companies, the seed decides: nobody's with a limited role."""

ROLE = {"Mask": "Select", "Reason": "Your role does not allow this"}


@pytest.fixture
def eva(sandbox: Sandbox) -> Caller:
    """User level 4: full rights to what is hers, of others' sales nothing."""
    return Caller(sandbox, "eva")


@pytest.fixture
def gus(sandbox: Sandbox) -> Caller:
    """User level 5: he reads, and creates follow-ups and documents."""
    return Caller(sandbox, "gus")


@pytest.fixture
def freja(sandbox: Sandbox) -> Caller:
    """User level 3 of the second tenant, in Sales: what is her group's she may read."""
    return Caller(sandbox, "freja", "Cust67890")


def table(caller: Caller, name: str) -> dict[int, Row]:
    return caller.world.tenants[caller.ctx].table(name)


def somebodys(caller: Caller, name: str, human: str = "bob") -> int:
    """The first record of a table that is a user's."""
    owner = caller.world.tenants[caller.ctx].associates[human].associate_id
    return next(key for key, row in table(caller, name).items() if row["associate"] == owner and not row["deleted"])


def is_denied(caller: Caller, method: str, path: str, **given: Any) -> None:
    assert caller(method, path, status=403, **given)["ErrorType"] == "SoSentryException"


# One's own, and other people's


def test_one_s_own_records_are_one_s_to_change(eva: Caller) -> None:
    company = eva("GET", f"v1/Contact/{POLARFISK}")
    assert company["Associate"]["FullName"] == "Eva Lund"
    assert company["TableRight"] == {"Mask": "Select, Update, Insert, Delete", "Reason": ""}
    assert company["FieldProperties"]["Name"]["FieldRight"]["Mask"] == "Update, UIHintMandatory"
    assert eva("PATCH", f"v1/Contact/{POLARFISK}", json={"Department": "Tromsø"})["Department"] == "Tromsø"
    mine = somebodys(eva, "sale", "eva")
    assert eva("PATCH", f"v1/Sale/{mine}", json={"Amount": 5.0})["Amount"] == 5.0
    eva("DELETE", f"v1/Sale/{mine}", status=204)


def test_of_somebody_else_s_company_there_is_reading_only(eva: Caller) -> None:
    company = eva("GET", "v1/Contact/17")
    assert company["TableRight"] == ROLE
    assert company["FieldProperties"]["Phones"]["FieldRight"] == {"Mask": "Read", "Reason": ROLE["Reason"]}
    assert all(person["TableRight"] == ROLE for person in company["Persons"])
    is_denied(eva, "PATCH", "v1/Contact/17", json={"Department": "x"})
    is_denied(eva, "PUT", "v1/Contact/17", json=company)
    is_denied(eva, "DELETE", "v1/Contact/17")
    assert table(eva, "contact")[17]["department"] == "Oslo"


def test_somebody_else_s_sale_is_neither_shown_nor_listed_nor_named(eva: Caller) -> None:
    hers = somebodys(eva, "sale")
    for method, body in (("GET", None), ("PATCH", {"Amount": 1.0}), ("DELETE", None)):
        is_denied(eva, method, f"v1/Sale/{hers}", **({"json": body} if body else {}))
    is_denied(eva, "GET", f"v1/Sale/{hers}/Simple")
    is_denied(eva, "GET", f"v1/Sale/{hers}/Activities")
    assert {row["associate/fullName"] for row in eva.rows("v1/Sale", select="associate/fullName")} == {"Eva Lund"}
    found = eva("GET", "v1/MDOList/sale", params={"query": table(eva, "sale")[hers]["heading"]})
    assert hers not in {item["Id"] for item in found}
    mine = somebodys(eva, "appointment", "eva")
    table(eva, "appointment")[mine]["sale"] = hers
    shown = eva("GET", f"v1/Appointment/{mine}")
    assert (shown["Sale"]["SaleId"], shown["Sale"]["Title"]) == (hers, "")
    assert shown["Sale"]["TableRight"]["Mask"] == "None"
    assert eva("GET", f"v1/Appointment/{mine}/Simple")["SaleName"] == ""
    assert eva("PATCH", f"v1/Appointment/{mine}", json={"Title": "Kept"})["Sale"]["SaleId"] == hers


def test_full_rows_of_archives_tell_the_rights_to_each(eva: Caller) -> None:
    rows = eva.rows("v1/Contact", select="contactId", mode="Full", orderby="contactId")
    assert {row["PrimaryKey"]: row["TableRight"]["Mask"] for row in rows}[POLARFISK] == 15
    assert {row["TableRight"]["Mask"] for row in rows if row["PrimaryKey"] != POLARFISK} == {1}


def test_agents_leave_out_what_is_hidden_and_refuse_it_alone(eva: Caller) -> None:
    mine, his = somebodys(eva, "sale", "eva"), somebodys(eva, "sale")
    sales = eva("POST", "v1/Agents/Sale/GetSaleList", json=[mine, his])
    assert [sale["SaleId"] for sale in sales] == [mine]
    is_denied(eva, "POST", "v1/Agents/Sale/GetSaleEntity", params={"saleEntityId": his})
    is_denied(eva, "POST", "v1/Agents/Sale/SaveSaleEntity", json={"SaleId": his, "Heading": "Mine"})


def test_a_person_is_who_looks_after_the_company_s(eva: Caller) -> None:
    fresh = eva("GET", "v1/Person/default") | {"Firstname": "Ada", "Lastname": "Berg"}
    assert fresh["TableRight"]["Mask"] == "Select, Update, Insert, Delete"
    is_denied(eva, "POST", "v1/Person", json=fresh | {"Contact": {"ContactId": 17}})
    eva("POST", "v1/Person", json=fresh | {"Contact": {"ContactId": POLARFISK}})


def test_one_cannot_create_what_is_another_s(eva: Caller) -> None:
    fresh = eva("GET", "v1/Sale/default") | {"Heading": "New", "Contact": {"ContactId": 17}}
    is_denied(eva, "POST", "v1/Sale", json=fresh | {"Associate": {"AssociateId": 6}})
    made = eva("POST", "v1/Sale", json=fresh)
    assert (made["Contact"]["Name"], made["Associate"]["AssociateId"]) == ("Acme", 8)


# Groups


def test_the_group_s_sales_can_be_read(freja: Caller) -> None:
    hers, dora, kim = (somebodys(freja, "sale", human) for human in ("freja", "dora", "kim"))
    masks = [freja("GET", f"v1/Sale/{key}")["TableRight"]["Mask"] for key in (hers, dora)]
    assert masks == ["Select, Update, Insert, Delete", "Select"]
    is_denied(freja, "PATCH", f"v1/Sale/{dora}", json={"Amount": 1.0})
    is_denied(freja, "GET", f"v1/Sale/{kim}")


def test_who_joins_a_group_shares_with_it(freja: Caller) -> None:
    kim = somebodys(freja, "sale", "kim")
    table(freja, "associate")[9]["other_groups"] = [1]
    assert freja("GET", f"v1/Sale/{kim}")["TableRight"]["Mask"] == "Select"


def test_how_an_owner_is_related(sandbox: Sandbox) -> None:
    tenant = sandbox.world.tenants["Cust67890"]
    freja = tenant.associates["freja"]
    assert [related(tenant, freja, owner) for owner in (10, 8, 9, 0)] == [
        *("MyOwn", "PrimaryGroup", "OtherAssociates", "OtherAssociates"),
    ]
    tenant.table("associate")[10]["other_groups"] = [2]
    assert groups_of(tenant, 10) == {1, 2}
    assert related(tenant, freja, 9) == "OtherGroups"


# Reading only


def test_a_reader_changes_nothing(gus: Caller) -> None:
    sale, company = somebodys(gus, "sale", "kim"), gus("GET", "v1/Contact/17")
    assert gus("GET", f"v1/Sale/{sale}")["TableRight"] == ROLE
    assert company["TableRight"] == ROLE
    for path in ("v1/Contact", "v1/Person", "v1/Sale", "v1/Project", "v1/Ticket"):
        is_denied(gus, "GET", f"{path}/default")
    is_denied(gus, "PATCH", f"v1/Sale/{sale}", json={"Amount": 1.0})
    is_denied(gus, "PATCH", "v1/Ticket/1", json={"Title": "x"})
    is_denied(gus, "PUT", "v1/Person/10/Consent/STORE", params={"source": "PHONE", "legalBase": "CONSENT"})


def test_a_reader_creates_follow_ups_and_is_done_with_them(gus: Caller) -> None:
    fresh = gus("GET", "v1/Appointment/default")
    assert fresh["TableRight"]["Mask"] == "Select, Insert"
    made = gus("POST", "v1/Appointment", json=fresh | {"Title": "Call", "Contact": {"ContactId": 17}})
    assert made["TableRight"]["Mask"] == "Select, Insert"
    is_denied(gus, "PATCH", f"v1/Appointment/{made['AppointmentId']}", json={"Title": "Called"})
    toggle = {"AppointmentId": made["AppointmentId"]}
    is_denied(gus, "POST", "v1/Agents/Appointment/ToggleAppointmentStatus", json=toggle)


# What no role opens, what no role closes


def test_private_follow_ups_are_seen_by_their_owner_alone(sandbox: Sandbox, eva: Caller, alice: Caller) -> None:
    mine = somebodys(eva, "appointment", "eva")
    eva("PATCH", f"v1/Appointment/{mine}", json={"Private": "PrivateUser"})
    is_denied(alice, "GET", f"v1/Appointment/{mine}")
    assert not alice.rows("v1/Appointment", select="text", filter=f"appointmentId eq {mine}")
    eva("PATCH", f"v1/Appointment/{mine}", json={"Private": "PrivateGroup"})
    assert alice("GET", f"v1/Appointment/{mine}")["AppointmentId"] == mine
    is_denied(Caller(sandbox, "kim"), "GET", f"v1/Appointment/{mine}")


def test_denying_only_takes_rights_away(eva: Caller) -> None:
    eva.world.tenants["Cust12345"].denied["eva"] = ["contact:update"]
    right = eva("GET", f"v1/Contact/{POLARFISK}")["TableRight"]
    assert right == {"Mask": "Select, Insert, Delete", "Reason": "Your role does not allow this"}


# Reading roles


def test_a_role_as_its_matrix(alice: Caller) -> None:
    role = alice("GET", "v1/Role/5")
    assert (role["Name"], role["RoleType"]) == ("User level 4", "Employee")
    rights = role["DataRights"]
    assert [column["Value"] for column in rights["ColumnsInfo"]] == list(RELATIONS)
    assert [line["TableName"] for line in rights["RowsInfo"]] == list(TABLES)
    sale = rights["Rights"][TABLES.index("sale")]
    assert [cell["Value"] for cell in sale] == ["CRUD", "", "", ""]
    assert alice("GET", "v1/Role/5/DataRight/sale") == dict(zip(RELATIONS, ("CRUD", "", "", ""), strict=True))
    assert alice("GET", "v1/Role/5/DataRight/MyOwn") == dict.fromkeys(TABLES, "CRUD")
    assert alice("GET", "v1/Role/4/DataRight/contact/PrimaryGroup") == "CRU"
    assert alice("GET", "v1/Role/4/DataRight/contact/ExternalUser") == ""
    alice("GET", "v1/Role/4/DataRight/contact/Nobody", status=400)
    alice("GET", "v1/Role/4/DataRight/webpanel/MyOwn", status=400)
    alice("GET", "v1/Role/99", status=404)


def test_roles_and_function_rights(alice: Caller, eva: Caller) -> None:
    everyone = [role["Name"] for role in alice("GET", "v1/Role/Employee")]
    assert everyone == [f"User level {level}" for level in range(6)]
    assert alice("GET", "v1/Role/ExternalUser") == []
    alice("GET", "v1/Role/Guest", status=400)
    assert len(alice("GET", "v1/Role/Employee/FunctionRight")) == 5
    assert [role["Id"] for role in alice("GET", "v1/Role/WithFunctionRight/admin-udef")] == [1]
    assert [right["Name"] for right in alice("GET", "v1/Role/2/FunctionRight")] == ["allow-bulk-export"]
    assert eva("GET", "v1/User/currentPrincipal")["RoleName"] == "User level 4"
    assert eva("GET", "v1/User/currentPrincipal")["FunctionRights"] == []
    assert eva.rows("v1/User", select="role", filter="associateDbId associateIsOneOf (8)")[0]["role"] == "User level 4"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "v1/Role/default"),
        ("POST", "v1/Role"),
        ("PUT", "v1/Role/5"),
        ("DELETE", "v1/Role/5?replacingRoleId=1"),
        ("PUT", "v1/Role/5/FunctionRight"),
        ("PUT", "v1/Role/5/DataRight/sale/MyOwn?dataRightValue=R"),
    ],
)
def test_applications_do_not_change_roles(alice: Caller, method: str, path: str) -> None:
    is_denied(alice, method, path)
    assert roles(alice.world.tenants["Cust12345"])[5]["rights"]["sale"]["MyOwn"] == "CRUD"


def test_sentry_tells_the_caller_s_rights(eva: Caller, gus: Caller) -> None:
    def ask(caller: Caller, method: str, **given: Any) -> Any:
        return caller("POST", f"v1/Agents/Sentry/{method}", json=given)

    assert ask(eva, "GetNewTableRight", TableName="sale")["Mask"] == "Select, Update, Insert, Delete"
    assert ask(gus, "GetNewTableRight", TableName="sale") == ROLE
    assert ask(eva, "GetTableRightByOwnership", TableName="contact", ContactAssociateId=6) == ROLE
    assert ask(eva, "GetTableRightByOwnership", TableName="sale", ContactGroupId=2)["Mask"] == "None"
    assert ask(eva, "GetTableRightByContactOwnership", TableName="projectmember", ContactId=POLARFISK)["Reason"] == ""
    assert ask(eva, "HasFunctionRight", FunctionRight="admin-all") is False
    assert eva("POST", "v1/Agents/Sentry/GetFunctionRights") == []
    diaries = "CanCreateAppointmentIn"
    assert ask(eva, f"{diaries}EachAssociatesDiary", AssociateIds=[8, 6, 99]) == [True, False, True]
    assert ask(eva, f"{diaries}AssociateDiaries", AssociateIds=[8]) is True
    assert eva("POST", f"v1/Agents/Sentry/{diaries}AllDiaries") is False
    eva("POST", "v1/Agents/Sentry/GetNewTableRight", json={"TableName": "planet"}, status=400)
    eva("POST", "v1/Agents/Sentry/GetTableRightByContactOwnership", json={"ContactId": 999}, status=404)


# Single fields


def test_a_single_field_is_locked(sandbox: Sandbox, alice: Caller) -> None:
    sandbox.world.tenants["Cust12345"].denied["alice"] = ["sale.Amount:update"]
    amount = alice("GET", "v1/Sale/1")["FieldProperties"]["Amount"]
    assert amount["FieldRight"] == {"Mask": "Read", "Reason": "Your role does not allow this"}
    is_denied(alice, "PATCH", "v1/Sale/1", json={"Amount": 1.0})
    assert alice("PATCH", "v1/Sale/1", json={"Heading": "Other"})["Heading"] == "Other"


def test_a_hidden_field_is_blank_and_stays(sandbox: Sandbox, alice: Caller) -> None:
    """Nothing is lost of it when the rest is saved, neither by a patch nor by the whole entity."""
    before = dict(table(alice, "sale")[1])
    sandbox.world.tenants["Cust12345"].denied["alice"] = ["sale.Amount:select", "sale.Heading:select"]
    shown = alice("GET", "v1/Sale/1")
    assert (shown["Amount"], shown["Heading"]) == (0.0, "")
    assert shown["FieldProperties"]["Amount"]["FieldRight"]["Mask"] == "None"
    is_denied(alice, "PATCH", "v1/Sale/1", json={"Amount": 1.0})
    alice("PATCH", "v1/Sale/1", json={"SaleText": "By patch"})
    alice("PUT", "v1/Sale/1", json=shown | {"SaleText": "Whole"})
    row = table(alice, "sale")[1]
    assert (row["amount"], row["heading"]) == (before["amount"], before["heading"])
    assert row["description"] == "Whole"


def test_what_is_worked_out_of_a_hidden_field_stays_too(sandbox: Sandbox, alice: Caller) -> None:
    before = dict(table(alice, "contact")[17])
    sandbox.world.tenants["Cust12345"].denied["alice"] = ["contact.Address:select", "contact.Interests:select"]
    shown = alice("GET", "v1/Contact/17")
    assert (shown["Address"], shown["Interests"]) == (None, [])
    alice("PUT", "v1/Contact/17", json=shown | {"Department": "Bergen"})
    row = table(alice, "contact")[17]
    assert (row["department"], row["street"], row["postal"]) == ("Bergen", before["street"], before["postal"])
