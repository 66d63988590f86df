"""Lists and the caller himself."""

from __future__ import annotations

import pytest

from tests.sandbox import lists
from tests.sandbox.server import Sandbox

from .caller import Caller


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


@pytest.mark.parametrize("name", sorted(lists.TYPED))
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
    assert 7 in [i["Id"] for i in alice("GET", "v1/List/Category/Items")]


def test_lists_that_are_searched(alice: Caller) -> None:
    assert alice("GET", "v1/MDOList/contact_new") == []
    found = alice("GET", "v1/MDOList/contact_new", params={"query": "ACM"})
    assert [(i["Id"], i["Name"]) for i in found] == [(17, "Acme, Oslo")]
    assert alice("GET", "v1/MDOList/person_freetextsearch", params={"query": "bob"})[0]["Id"] == 2


def test_unknown_lists_are_404_and_missing_ones_501(alice: Caller) -> None:
    alice("GET", "v1/MDOList/nonsense", status=404)
    alice("GET", "v1/MDOList/visiblein", status=501)
    alice("GET", "v1/MDOList/categorywithallitem", status=501)
    alice("GET", "v1/List/QuoteDenyReason/Items", status=501)


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
