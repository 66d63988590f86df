"""Web panels and task menu items where they were put, for whom they were put there, on the web and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Tenant

from .netserver.caller import Caller
from .web_user import WebUser, panel_urls

ACME = "contact.main?contact_id=17"
ITEMS = "v1/List/WebPanel/Items"
EVERYBODY = [{"Id": 1, "Selected": True}, {"Id": 2, "Selected": True}]


@pytest.fixture
def bob(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "bob")
    yield user
    user.close()


@pytest.fixture
def alice(sandbox: Sandbox) -> Caller:
    return Caller(sandbox)


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


def put(alice: Caller, visible_in: str, groups: Any = EVERYBODY, **given: Any) -> int:
    """A panel through the API, in a window of its own name."""
    whole = {"Name": f"P {visible_in}", "Url": "https://a.example/?c=<cuid>", "WindowName": f"acme.{visible_in}"}
    key: int = alice("POST", ITEMS, json=whole | {"VisibleIn": visible_in, "Tooltip": "Acme"} | given)["WebPanelId"]
    alice("PUT", f"v1/List/28/Items/{key}/UserGroups", json=groups)
    return key


@pytest.mark.parametrize(
    ("visible_in", "place", "area"),
    [
        ("ContactCard", ACME, "card"),
        ("ContactArchive", ACME, "archive"),
        ("PersonCard", "person.main?person_id=5", "card"),
        ("PersonArchive", "person.main?person_id=5", "archive"),
        ("CompanyMinicard", "diary", "side"),
        ("NavigatorButton", "diary", "navigator"),
        ("ButtonPanelTask", "diary", "navigator"),
        ("SaleCard", "sale.main?sale_id=1", "card"),
        ("SaleArchive", "sale.main?sale_id=1", "archive"),
        ("ProjectCard", "project.main?project_id=1", "card"),
        ("ProjectArchive", "project.main?project_id=1", "archive"),
        ("TicketCard", "ticket.main?ticket_id=1", "card"),
    ],
)
def test_a_panel_has_a_button_and_a_frame_where_it_is_visible(
    alice: Caller, bob: WebUser, visible_in: str, place: str, area: str
) -> None:
    key = put(alice, visible_in)
    page = bob.open(place)
    assert f"acme.{visible_in}" in panel_urls(page)
    assert re.search(rf'data-area="{area}"\s+data-panel="{key}"', page.text)


def test_a_dashboard_shows_its_tiles_at_once(alice: Caller, bob: WebUser) -> None:
    key = put(alice, "Dashboard")
    tiles = bob.open("dashboard2.main").text.partition('data-panels="tile"')[2]
    assert f'data-panel-id="{key}"' in tiles.partition("</section>")[0]


@pytest.mark.parametrize("visible_in", ["PersonCard", "SaleCard", "Dashboard", "DocumentDialog", "Invisible"])
def test_a_panel_is_nowhere_else(alice: Caller, bob: WebUser, visible_in: str) -> None:
    put(alice, visible_in)
    assert f"acme.{visible_in}" not in panel_urls(bob.open(ACME))


def test_a_card_s_panel_is_not_in_a_list(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard")
    assert "acme.ContactCard" not in panel_urls(bob.open("contact"))


def test_who_is_in_no_chosen_group_does_not_see_it(alice: Caller, bob: WebUser, sandbox: Sandbox) -> None:
    put(alice, "ContactCard", groups=[{"Id": 2, "Selected": True}])
    kim = WebUser(sandbox, "kim")
    assert "acme.ContactCard" not in panel_urls(bob.open(ACME))
    assert "acme.ContactCard" in panel_urls(kim.open(ACME))
    kim.close()


def test_granted_to_nobody_it_is_seen_by_nobody(alice: Caller, bob: WebUser) -> None:
    alice("POST", ITEMS, json={"Name": "New", "Url": "https://a.example/", "VisibleIn": "ContactCard"})
    assert ">New<" not in bob.open(ACME).text


def test_panels_stand_by_rank(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard", Name="Last", WindowName="acme.last", Rank=99)
    put(alice, "ContactCard", Name="First", WindowName="acme.first", Rank=-1)
    cards = [name for name in panel_urls(bob.open(ACME)) if name.startswith(("acme", "sidecard.company.card"))]
    assert cards == ["acme.first", "sidecard.company.card", "acme.last"]


def test_names_are_in_the_user_s_language(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard", Name='US:"Radar view";NO:"Radarbilde"')
    page = bob.open(ACME).text
    assert "Radarbilde" in page
    assert "Radar view" not in page


def test_a_heading_stands_before_the_description(alice: Caller, bob: WebUser) -> None:
    key = put(alice, "ContactCard")
    heading = alice("POST", "v1/List/WebPanel/Headings", json={"Name": "Partners"})["HeadingId"]
    alice("PUT", f"v1/List/28/Items/{key}/Headings", json=[{"Id": heading, "Selected": True}])
    assert 'title="Partners – Acme"' in bob.open(ACME).text


def test_variables_are_filled_for_who_looks_at_what(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard", Url="https://a.example/?t=<uctx>&u=<usid>&l=<lanc>&c=<cuid>&z=<zzzz>")
    url = panel_urls(bob.open(ACME))["acme.ContactCard"]
    assert url == "https://a.example/?t=Cust12345&u=6&l=nb-NO&c=17&z="


# The phone


def phone(bob: WebUser, place: str = ACME) -> str:
    return bob.http.get(f"{bob.url}/mobile?{place}").text


def test_a_panel_for_the_phone_is_a_link_there_and_nothing_on_the_web(alice: Caller, bob: WebUser) -> None:
    clients = {"OnSalesMarketingWeb": False, "OnSalesMarketingPocket": True}
    put(alice, "ContactCard", Url="https://a.example/?c=<cuid>&on=<clie>", **clients)
    assert 'href="https://a.example/?c=17&amp;on=pocket"' in phone(bob)
    assert "<iframe" not in phone(bob)
    assert "acme.ContactCard" not in panel_urls(bob.open(ACME))


def test_a_panel_for_the_web_is_not_on_the_phone(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard")
    assert "P ContactCard" not in phone(bob)


def test_the_phone_asks_user_groups_too(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard", groups=[], OnSalesMarketingPocket=True)
    assert "P ContactCard" not in phone(bob)


def test_the_phone_shows_a_record_s_panel_with_the_record_only(alice: Caller, bob: WebUser) -> None:
    put(alice, "ContactCard", OnSalesMarketingPocket=True)
    assert "P ContactCard" not in phone(bob, "contact")
    assert "P ContactCard" in phone(bob)


# Task menus


def menu(alice: Caller, **given: Any) -> None:
    whole = alice("POST", "v1/Agents/List/CreateDefaultTaskMenu")
    whole |= {"Name": "Do it", "TableName": "contact", "TaskType": "Url", "ShowInClient": "Web"} | given
    alice("POST", "v1/Agents/List/SaveTaskMenu", json=whole)


def test_a_url_of_the_task_menu_opens_outside_with_its_variables(alice: Caller, bob: WebUser) -> None:
    menu(alice, UrlOrSoprotocol="https://a.example/?c=<cuid>", Tooltip="Acme")
    assert re.search(r'href="https://a\.example/\?c=17"\s+title="Acme"\s+target="_blank"', bob.open(ACME).text)


def test_a_soprotocol_link_of_the_task_menu_stays_inside(alice: Caller, bob: WebUser) -> None:
    link = "soprotocol:contact.main.salearchive?contact_id=<cuid>"
    menu(alice, TaskType="SoProtocol", UrlOrSoprotocol=link)
    assert 'href="?contact.main.salearchive?contact_id=17"' in bob.open(ACME).text


@pytest.mark.parametrize("given", [{"TableName": "person"}, {"ShowInClient": "Mobile"}, {"ShowInClient": "None"}])
def test_a_task_menu_item_is_nowhere_else(alice: Caller, bob: WebUser, given: dict[str, str]) -> None:
    menu(alice, UrlOrSoprotocol="https://a.example/", **given)
    assert "Do it" not in bob.open(ACME).text


def test_a_script_in_the_task_menu_is_no_link(alice: Caller, bob: WebUser) -> None:
    menu(alice, UrlOrSoprotocol="javascript:alert(1)")
    page = bob.open(ACME).text
    assert "Do it" in page
    assert "javascript:" not in page
