"""Lists as an administrator changes them."""

from __future__ import annotations

import pytest

from tests.of_sandbox.netserver.caller import Caller
from tests.sandbox.list_kinds import KINDS, Kind

RAW = {"SO-Language": "x"}


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.rest != "WebPanel"], ids=lambda kind: kind.mdo)
def test_items_of_every_list_live_and_die(alice: Caller, kind: Kind) -> None:
    by_id = f"v1/List/{kind.list_id}"
    made = alice("POST", f"{by_id}/Items", json={"Name": "New one", "Tooltip": "Says more"})
    path = f"{by_id}/Items/{made['Id']}"
    assert (made["UdListDefinitionId"], made["Rank"]) == (kind.list_id, len(alice("GET", f"{by_id}/Items")))
    assert alice("PUT", path, json=made | {"Name": "Other"})["Name"] == "Other"
    assert alice("DELETE", path, status=204) is None
    assert alice("GET", path)["Deleted"] is True
    assert made["Id"] not in [item["Id"] for item in alice("GET", f"{by_id}/Items")]
    assert made["Id"] in [item["Id"] for item in alice("GET", f"{by_id}/Items?includeDeleted=true")]


def test_typed_items_keep_all_they_have(alice: Caller) -> None:
    default = alice("GET", "v1/List/SaleType/Items/Default")
    given = {"Name": 'US:"Renewal";NO:"Fornyelse"', "DurationUnit": "Month", "SaleDuration": 3, "HasGuide": True}
    made = alice("POST", "v1/List/SaleType/Items", json=default | given)
    read = alice("GET", f"v1/List/SaleType/Items/{made['SaleTypeId']}", headers=RAW)
    assert {name: read[name] for name in given} == given
    assert made["Name"] == "Renewal"


def test_a_type_of_sales_has_the_stages_that_are_selected(alice: Caller) -> None:
    """All of the list come along; sending them back keeps what is selected."""
    path = "v1/List/SaleType/Items/3"
    seen = alice("GET", path)
    chosen = [stage["Name"] for stage in seen["Stages"] if stage["Selected"]]
    stages = [stage | {"Selected": stage["Name"] in ("Lead", "Sold")} for stage in seen["Stages"]]

    saved = alice("PUT", path, json=seen | {"Stages": stages})

    assert chosen == ["Lead", "Negotiation", "Sold", "Lost"]
    assert len(seen["Stages"]) == 6
    assert saved["Stages"] == stages == alice("GET", path)["Stages"]
    assert not any(stage["Selected"] for stage in alice("GET", "v1/List/SaleType/Items/1")["Stages"])


def test_editing_in_one_language_loses_the_others(alice: Caller) -> None:
    seen = alice("GET", "v1/List/Business/Items/1", headers=RAW)
    assert seen["Name"].startswith('US:"IT"')
    alice("PUT", "v1/List/Business/Items/1", json=alice("GET", "v1/List/Business/Items/1"))
    assert alice("GET", "v1/List/Business/Items/1", headers=RAW)["Name"] == "IT"


def test_only_administrators_change_lists(bob: Caller) -> None:
    item = bob("GET", "v1/List/Category/Items/1")
    assert item["TableRight"]["Mask"] == "Select"
    bob("PUT", "v1/List/Category/Items/1", json=item, status=403)
    bob("POST", "v1/List/Category/Items", json={"Name": "x"}, status=403)
    bob("DELETE", "v1/List/Category/Items/1", status=403)
    bob("DELETE", "v1/List/Category/Items", status=403)
    bob("POST", "v1/List", json={"Name": "x"}, status=403)
    bob("POST", "v1/List/Category/Headings", json={"Name": "x"}, status=403)
    bob("PUT", "v1/List/Category/Items/1/UserGroups", json=[], status=403)


@pytest.mark.parametrize(
    ("item", "message"),
    [
        ({"Name": " "}, "Name is a mandatory field"),
        ({"Name": "x" * 240}, "Name is too long: at most 239 characters"),
        ({"Name": "x", "Tooltip": "y" * 255}, "Tooltip is too long: at most 254 characters"),
        ({"Name": "x", "Rank": "1"}, "/Rank: '1' is no int"),
    ],
)
def test_items_that_cannot_be_saved(alice: Caller, item: dict[str, object], message: str) -> None:
    assert alice("POST", "v1/List/Business/Items", json=item, status=400)["ErrorMessage"] == message


def test_own_lists(alice: Caller) -> None:
    made = alice("POST", "v1/List", json={"Name": "Sidecard choices", "Tooltip": "t", "UseGroupsAndHeadings": False})
    assert (made["Id"], made["IsCustomList"]) == (95, True)
    alice("POST", "v1/List/95/Items", json={"Name": "First"})
    alice("POST", "v1/List/Sidecard choices/Items", json={"Name": "Second"})
    assert [i["Name"] for i in alice("GET", "v1/MDOList/udlist95")] == ["First", "Second"]
    alice("POST", "v1/List", json={"Name": "Sidecard choices"}, status=400)
    assert alice("PUT", "v1/List/95", json=made | {"Tooltip": "other"})["Tooltip"] == "other"
    assert alice("GET", "v1/List/Sidecard choices")["Tooltip"] == "other"
    alice("DELETE", "v1/List/95", status=204)
    assert 95 not in [one["Id"] for one in alice("GET", "v1/List")]
    assert 95 in [one["Id"] for one in alice("GET", "v1/List?includeDeleted=true")]
    alice("DELETE", "v1/List/Business", status=403)


def test_several_items_at_once(alice: Caller) -> None:
    items = alice("GET", "v1/List/udlist94/Items", headers=RAW)
    items[0]["Rank"] = 9
    saved = alice("PUT", "v1/List/udlist94/Items", json=[*items, {"Name": "Fourth"}])
    assert [i["Name"] for i in saved] == ["Monthly", "Pilot", "Fourth", "Yearly"]
    alice("DELETE", "v1/List/udlist94/Items", status=204)
    assert alice("GET", "v1/List/udlist94/Items") == []


def test_user_groups_see_what_they_are_meant_to(alice: Caller, bob: Caller, kim: Caller) -> None:
    made = alice("POST", "v1/List/94/Items", json={"Name": "For service"})
    path = f"v1/List/94/Items/{made['Id']}/UserGroups"
    groups = alice("GET", path)
    assert [(group["Name"], group["Selected"]) for group in groups] == [("Sales", False), ("Service", False)]
    alice("PUT", path, json=[group | {"Selected": group["Name"] == "Service"} for group in groups])

    def seen(caller: Caller) -> bool:
        return made["Id"] in [i["Id"] for i in caller("GET", "v1/MDOList/udlist94?flat=true")]

    assert (seen(bob), seen(kim)) == (False, True)
    whole = alice("GET", "v1/List/94", headers=RAW)
    alice("PUT", "v1/List/94", json={k: v for k, v in whole.items() if k != "_Links"} | {"UseGroupsAndHeadings": False})
    assert (seen(bob), seen(kim)) == (True, True)
    alice("PUT", path, json=[{"Id": 99, "Selected": True}], status=400)


def test_headings_and_what_stands_under_them(alice: Caller) -> None:
    new = alice("POST", "v1/List/94/Headings", json={"Name": "Rare"})
    path = "v1/List/Contract type/Items/3/Headings"
    chosen = alice("GET", path)
    assert [h["Name"] for h in chosen if h["Selected"]] == ["Trial"]
    alice("PUT", path, json=[h | {"Selected": h["Id"] == new["HeadingId"]} for h in chosen])
    assert [i["Name"] for i in alice("GET", "v1/MDOList/udlist94")] == ["Running", "Rare"]
    alice("PUT", "v1/List/94/Headings", json=[new | {"Name": "Very rare"}])
    assert [h["Name"] for h in alice("GET", "v1/List/94/Headings")] == ["Running", "Trial", "Very rare"]
    alice("DELETE", "v1/List/94/Headings", status=204)
    assert [i["Name"] for i in alice("GET", "v1/MDOList/udlist94?flat=true")] == ["Yearly", "Monthly", "Pilot"]
    assert alice("GET", path) == []
    assert len(alice("GET", f"{path}?showDeleted=true")) == 3


def test_all_lists(alice: Caller) -> None:
    named = {one["ListType"]: one["Id"] for one in alice("GET", "v1/List")}
    assert named["webpanel"] == 28
    assert alice("GET", "v1/List/28") == alice("GET", "v1/List/WebPanel")
    assert alice("GET", "v1/List/default")["IsCustomList"] is True
