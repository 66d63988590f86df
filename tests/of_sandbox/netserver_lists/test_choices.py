"""Lists and the caller himself."""

from __future__ import annotations

import pytest

from tests.of_sandbox.netserver.caller import Caller
from tests.sandbox.list_kinds import KINDS
from tests.sandbox.server import Sandbox


def test_choices_in_the_callers_language(alice: Caller, bob: Caller) -> None:
    assert [i["Name"] for i in alice("GET", "v1/MDOList/category")][:2] == ["Customer", "Prospect"]
    assert [i["Name"] for i in bob("GET", "v1/MDOList/category")][:2] == ["Kunde", "Potensiell kunde"]
    raw = alice("GET", "v1/MDOList/category", headers={"SO-Language": "x"})
    assert raw[0]["Name"].startswith('US:"Customer"')


def test_every_list_named_can_be_read(alice: Caller) -> None:
    names = alice("GET", "v1/MDOList")
    assert {"category", "business", "country", "currency", "prob", "task", "perspos", "mrmrs"} <= set(names)
    for name in names:
        alice("GET", f"v1/MDOList/{name}")
        alice("GET", f"v1/MDOList/{name}/selectable")


@pytest.mark.parametrize("name", [kind.rest for kind in KINDS if kind.rest])
def test_every_typed_list_fits_the_description(alice: Caller, name: str) -> None:
    items = alice("GET", f"v1/List/{name}/Items")
    assert items
    assert alice("GET", f"v1/List/{name}")["Name"] == name
    key = next(value for prop, value in items[0].items() if prop.endswith("Id") and prop != "UdListDefinitionId")
    assert alice("GET", f"v1/List/{name}/Items/{key}") == items[0]
    alice("GET", f"v1/List/{name}/Items/999", status=404)


def test_deleted_items_are_no_choices(alice: Caller) -> None:
    alice.world.tenants["Cust12345"].lists["category"][7]["deleted"] = True
    assert 7 not in [i["Id"] for i in alice("GET", "v1/MDOList/category")]
    assert 7 not in [i["Id"] for i in alice("GET", "v1/List/Category/Items")]
    assert 7 in [i["Id"] for i in alice("GET", "v1/List/Category/Items?includeDeleted=true")]


def test_lists_that_are_searched(alice: Caller) -> None:
    assert alice("GET", "v1/MDOList/contact_new") == []
    found = alice("GET", "v1/MDOList/contact_new", params={"query": "ACM"})
    assert [(i["Id"], i["Name"]) for i in found] == [(17, "Acme, Oslo")]
    assert alice("GET", "v1/MDOList/person_freetextsearch", params={"query": "bob"})[0]["Id"] == 2


def test_unknown_lists_are_404_and_missing_ones_501(alice: Caller) -> None:
    alice("GET", "v1/MDOList/nonsense", status=404)
    alice("GET", "v1/List/nonsense", status=404)
    alice("GET", "v1/MDOList/visibleintask", status=501)


def test_one_more_choice_in_front(alice: Caller, bob: Caller) -> None:
    plain = alice("GET", "v1/MDOList/category")
    assert [i["Name"] for i in alice("GET", "v1/MDOList/categorywithallitem")] == ["All", *(i["Name"] for i in plain)]
    assert bob("GET", "v1/MDOList/categorywithnoselection")[0]["Name"] == "Ikke valgt"


def test_what_a_name_contains(alice: Caller, bob: Caller) -> None:
    assert [i["Id"] for i in alice("GET", "v1/MDOList/category", params={"query": "CUST"})] == [1, 5]
    assert [i["Id"] for i in bob("GET", "v1/MDOList/category", params={"query": "kunde"})] == [1, 2, 5]


def test_people_of_a_company(alice: Caller) -> None:
    found = alice("GET", "v1/MDOList/person", params={"additional": "17"})
    people = alice.world.tenants["Cust12345"].rows["person"]
    assert found
    assert all(people[item["Id"]]["contact"] == 17 for item in found)


def test_headings_stand_over_their_items(alice: Caller) -> None:
    tree = alice("GET", "v1/MDOList/udlist94")
    assert [(i["Name"], i["Type"], [c["Name"] for c in i["ChildItems"]]) for i in tree] == [
        ("Running", "heading", ["Yearly", "Monthly"]),
        ("Trial", "heading", ["Pilot"]),
    ]
    assert [i["Name"] for i in alice("GET", "v1/MDOList/udlist94?flat=true")] == ["Yearly", "Monthly", "Pilot"]
    assert alice("GET", "v1/MDOList/udlist?additional=94") == tree
    assert [i["Name"] for i in alice("GET", "v1/MDOList/udlist94headings")] == ["Running", "Trial"]
    inside = alice("GET", "v1/MDOList/udlist94/selectable")[0]["ChildItems"]
    assert [(i["Name"], i["Selected"]) for i in inside] == [("Yearly", False), ("Monthly", False)]


def test_levels_of_request_categories(alice: Caller) -> None:
    support = alice("GET", "v1/MDOList/ejcategory")[0]
    assert (support["Name"], [c["FullName"] for c in support["ChildItems"]]) == ("Support", ["Support/Hardware"])
    assert alice("GET", "v1/List/TicketCategory/Items/2")["Fullname"] == "Support/Hardware"


def test_the_mdo_agent(alice: Caller) -> None:
    def ask(method: str, **given: object) -> object:
        return alice("POST", f"v1/Agents/MDO/{method}", json=given)

    assert ask("GetList", Name="udlist", AdditionalInfo="94") == alice("GET", "v1/MDOList/udlist94")
    assert len(ask("GetList", Name="udlist", AdditionalInfo="94", ForceFlatList=True)) == 3
    assert ask("GetSimpleList", Name="category") == alice("GET", "v1/MDOList/category")
    assert ask("GetListWithRestriction", Name="contact_new", SearchValue="acm")[0]["Id"] == 17
    assert ask("GetListItem", ListName="category", Id=2)["Name"] == "Prospect"
    assert ask("GetListItem", ListName="category", Id=999) is None
    assert ask("GetListIdByListName", Name="webpanel") == 28
    assert "category" in alice("POST", "v1/Agents/MDO/GetListNames")
    alice("POST", "v1/Agents/MDO/GetList", json={"Nmae": "category"}, status=400)


def test_what_was_chosen_lately(alice: Caller, bob: Caller) -> None:
    def lately(caller: Caller, **given: object) -> list[int]:
        asked = {"Name": "category", "OnlyHistory": True, **given}
        return [i["Id"] for i in caller("POST", "v1/Agents/MDO/GetSelectableListWithHistory", json=asked)]

    assert lately(alice) == []
    assert lately(alice, HistoryItems=[3]) == [3]
    assert lately(alice, HistoryItems=[1]) == [1, 3]
    assert lately(bob) == []


def test_web_panels_are_the_seeded_ones(alice: Caller) -> None:
    panels = alice("GET", "v1/List/WebPanel/Items")
    assert panels[0]["VisibleIn"] == "CompanyMinicard"
    assert panels[0]["WindowName"] == "sidecard.company.side"


def test_who_am_i(sandbox: Sandbox, alice: Caller, bob: Caller) -> None:
    me = alice("GET", "v1/User/currentPrincipal")
    assert (me["AssociateId"], me["FullName"], me["ContactId"]) == (5, "Alice Berg", 1)
    assert me["DatabaseContextIdentifier"] == "Cust12345"
    assert "admin-all" in me["FunctionRights"]
    assert "admin-all" not in bob("GET", "v1/User/currentPrincipal")["FunctionRights"]
    kim = Caller(sandbox, "kim", "Cust67890")("GET", "v1/User/currentAssociate")
    assert (kim["AssociateId"], kim["FullName"]) == (9, "Kim Åkesson")
