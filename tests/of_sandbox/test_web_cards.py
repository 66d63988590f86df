"""Cards, lists and forms of SuperOffice Web."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

import pytest

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

from .web_user import WebUser, panel_urls


@pytest.fixture
def alice(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "alice")
    yield user
    user.close()


@pytest.fixture
def bob(sandbox: Sandbox) -> Iterator[WebUser]:
    user = WebUser(sandbox, "bob")
    yield user
    user.close()


@pytest.fixture
def tenant(sandbox: Sandbox) -> Tenant:
    return sandbox.world.tenants["Cust12345"]


@pytest.fixture
def acme(tenant: Tenant) -> Row:
    return tenant.rows["contact"][17]


def named(tenant: Tenant, name: str) -> int:
    return next(key for key, row in tenant.rows["contact"].items() if row["name"] == name)


def test_the_company_card_shows_the_row(alice: WebUser, acme: Row) -> None:
    page = alice.open("contact.main?contact_id=17").text
    for text in (
        "<h1>Acme",
        "Oslo",
        acme["phones"][0]["value"],
        "Norway",
        "Customer",
        "Kari",
        "Sandbox – not SuperOffice",
    ):
        assert text in page


def test_a_change_through_the_api_is_on_the_card_at_the_next_look(alice: WebUser, acme: Row) -> None:
    acme["phones"][0]["value"] = "+47 12 34 56 78"
    assert "+47 12 34 56 78" in alice.open("contact.main?contact_id=17").text


def test_lists_and_dates_are_in_the_users_language(alice: WebUser, bob: WebUser, acme: Row) -> None:
    acme["updated"] = "2026-02-27T23:30:00"
    norsk, english = (user.open("contact.main?contact_id=17").text for user in (bob, alice))
    assert "Norge" in norsk
    assert "Kunde" in norsk
    assert "Updated: 28.02.2026" in norsk
    assert "Updated: 2/28/2026" in english


def test_the_user_chooses_his_language(alice: WebUser) -> None:
    back = alice.http.post(f"{alice.url}/language", data={"language": "sv-SE", "return": "//evil.example"})
    assert back.headers["location"] == "/Cust12345/default.aspx"
    assert "Kund<" in alice.open("contact.main?contact_id=17").text


def test_a_company_called_like_a_script_is_only_a_name(alice: WebUser, tenant: Tenant) -> None:
    key = named(tenant, "<script>alert(1)</script>")
    for place in (f"contact.main?contact_id={key}", "contact", f"contact.main[mode=edit]?contact_id={key}"):
        page = alice.open(place).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_what_stands_in_the_address_is_escaped(alice: WebUser) -> None:
    page = alice.open('freetextresult.main?search="><script>alert(2)</script>').text
    assert "<script>alert(2)" not in page


@pytest.mark.parametrize(
    ("tab", "text"),
    [
        ("personarchive", "Mr/Ms"),
        ("activityarchive", "Annual review"),
        ("salearchive", "485,000.00"),
        ("ticketarchive", "Request ID"),
        ("projectarchive", "Project name"),
        ("relationarchive", "Relation"),
    ],
)
def test_each_section_tab_has_its_table(alice: WebUser, tenant: Tenant, tab: str, text: str) -> None:
    activity = next(row for row in tenant.rows["appointment"].values() if row["contact"] == 17)
    activity["title"] = "Annual review"
    page = alice.open(f"contact.main.{tab}?contact_id=17").text
    assert text in page
    assert re.search(
        rf'href="\?contact\.main\.{tab}\?contact_id=17"\s+data-area="archive"\s+aria-selected="true"', page
    )


def test_sales_are_summed_per_currency(alice: WebUser, tenant: Tenant) -> None:
    rows = [row for row in tenant.rows["sale"].values() if row["contact"] == 17]
    kroner = sum(row["amount"] for row in rows if row["currency"] == 1)
    euros = sum(row["amount"] for row in rows if row["currency"] == 3)
    page = alice.open("contact.main.salearchive?contact_id=17").text
    assert f"{kroner:,.2f} NOK" in page
    assert f"{euros:,.2f} EUR" in page


def test_denied_sales_show_a_reason_and_nothing_else(bob: WebUser, tenant: Tenant) -> None:
    tenant.denied["bob"] = ["sale:select"]
    page = bob.open("contact.main.salearchive?contact_id=17").text
    assert "Your role does not give you access" in page
    assert "Upgrade of the control system" not in page


def test_upper_tabs_show_note_and_more(alice: WebUser) -> None:
    assert "Invoices to be sent by EHF." in alice.open("contact.info?contact_id=17").text
    assert "Registered by:" in alice.open("contact.udef?contact_id=17").text


def test_the_contact_card_shows_the_person_and_his_company(alice: WebUser, tenant: Tenant, acme: Row) -> None:
    person = tenant.rows["person"][acme["person"]]
    page = alice.open(f"person.main?person_id={acme['person']}").text
    assert person["mobile_phones"][0]["value"] in page
    assert 'href="?contact.main?contact_id=17">Acme</a>' in page


def test_the_list_finds_companies_from_three_characters_on(alice: WebUser) -> None:
    assert "count : 27" in alice.open("contact").text
    assert "at least 3 characters" in alice.open("contact.main?search=ac").text
    found = alice.open("contact.main?search=acm").text
    assert "count : 1" in found
    assert 'href="?contact.main?contact_id=17">Acme</a>' in found


def test_free_text_finds_companies_and_contacts(alice: WebUser) -> None:
    page = alice.open("freetextresult.main?search=acme").text
    assert "Companies (1)" in page
    assert "Contacts (3)" in page
    assert alice.http.get(f"{alice.url}/search?search=a b").headers["location"].endswith("main?search=a+b")


@pytest.mark.parametrize("place", ["diary", "selection", "appointment.main?appointment_id=4"])
def test_what_the_sandbox_has_not_is_said_calmly(alice: WebUser, place: str) -> None:
    page = alice.open(place)
    assert page.status_code == 200
    assert "not in this sandbox" in page.text


CARDS = {
    "sale": ("heading", ["485,000.00 NOK", "?contact.main?contact_id=17", "saleactivityarchive", "Sidecard (sale)"]),
    "project": ("name", ["Delivery", "projectmembersarchive", "Project manager"]),
    "ticket": ("title", ["Open", "Sidecard (request)"]),
}
"""A record's table: its title, and what else stands on the card of the first one at Acme, or anywhere."""


@pytest.mark.parametrize("table", CARDS)
def test_sales_projects_and_requests_have_cards_and_lists(alice: WebUser, tenant: Tenant, table: str) -> None:
    title, texts = CARDS[table]
    rows = tenant.rows[table].items()
    key, row = next((k, row) for k, row in rows if row.get("amount", 485000.0) == 485000.0)
    page = alice.open(f"{table}.main?{table}_id={key}").text
    assert f"<h1>{row[title]}" in page
    assert [text for text in texts if text not in page] == []
    assert f'href="?{table}.main?{table}_id={key}">{row[title]}</a>' in alice.open(table).text
    assert alice.open(f"{table}.main?{table}_id=9999").status_code == 404


@pytest.mark.parametrize("table", CARDS)
def test_who_may_not_see_them_sees_none(bob: WebUser, tenant: Tenant, table: str) -> None:
    tenant.denied["bob"] = [f"{table}:select"]
    key, row = next(iter(tenant.rows[table].items()))
    assert bob.open(f"{table}.main?{table}_id={key}").status_code == 404
    assert row[CARDS[table][0]] not in bob.open(table).text


def test_a_panel_on_such_a_card_is_told_its_record(alice: WebUser, tenant: Tenant) -> None:
    """And whose it is: those are the current company and person then."""
    key = next(key for key, row in tenant.rows["sale"].items() if row["contact"] == 17)
    urls = panel_urls(alice.open(f"sale.main?sale_id={key}"))
    assert unquote(urls["sidecard.sale.tab"]).endswith(f"&sale_id={key}")
    assert unquote(urls["sidecard.company.side"]).endswith("&contact_id=17")
    ticket, asked = next(iter(tenant.rows["ticket"].items()))
    page = alice.open(f"ticket.main?ticket_id={ticket}")
    company = tenant.rows["person"][asked["person"]]["contact"]
    assert unquote(panel_urls(page)["sidecard.request.card"]).endswith(f"&ticket_id={ticket}")
    assert f'data-record="{company}/{asked["person"]}/' in page.text


@pytest.mark.parametrize(
    "place", ["contact.main?contact_id=9999", "person.main?person_id=x", "contact.main?contact_id=x"]
)
def test_an_unknown_record_is_not_found(alice: WebUser, place: str) -> None:
    assert alice.open(place).status_code == 404


def test_a_deleted_company_is_gone_from_card_and_list(alice: WebUser, acme: Row) -> None:
    acme["deleted"] = True
    assert alice.open("contact.main?contact_id=17").status_code == 404
    assert "count : 26" in alice.open("contact").text


def test_arrows_lead_to_the_neighbours_in_the_list_and_keep_the_tabs(alice: WebUser, tenant: Tenant) -> None:
    page = alice.open("contact.info.salearchive?contact_id=17").text
    after = named(tenant, "Bjørkeli Møbler AS")
    assert re.search(rf'href="\?contact\.info\.salearchive\?contact_id={after}"\s+title="Next"', page)


def test_the_cards_own_form_writes_the_row(alice: WebUser, acme: Row) -> None:
    assert 'name="phones"' in alice.open("contact.main[mode=edit]?contact_id=17").text
    second = acme["phones"][1]
    saved = alice.save("contact", 17, name="Acme", phones="+47 99 00 00 00", category="2", no_mailing="on")
    assert saved.headers["location"] == "/Cust12345/default.aspx?contact.main?contact_id=17"
    assert acme["phones"][0]["value"] == "+47 99 00 00 00"
    assert acme["phones"][1] == second
    assert (acme["category"], acme["no_mailing"], acme["stop"], acme["updated_by"]) == (2, True, False, 5)


def test_a_form_without_a_name_comes_back_with_what_was_typed(alice: WebUser, acme: Row) -> None:
    answer = alice.save("contact", 17, name=" ", phones="+47 98 76 54 32")
    assert answer.status_code == 422
    assert "Company is needed." in answer.text
    assert "+47 98 76 54 32" in answer.text
    assert acme["name"] == "Acme"


FIELDS = {"udef", "extra"}
"""Keys of rows whose user-defined or extra fields somebody filled in."""


def test_a_new_company_and_its_first_contact(alice: WebUser, tenant: Tenant) -> None:
    assert "New company" in alice.open("contact.main[new=true]?contact_id=0").text
    address = alice.save("contact", 0, name="Ny Bedrift AS", phones="+47 1", country="578").headers["location"]
    key = int(address.rpartition("=")[2])
    row, other = tenant.rows["contact"][key], tenant.rows["contact"][17]
    assert row.keys() == other.keys() - FIELDS
    assert row["phones"][0].keys() == other["phones"][0].keys()

    address = alice.save("person", 0, last_name="Holm", contact=str(key)).headers["location"]
    person = tenant.rows["person"][int(address.rpartition("=")[2])]
    assert person["contact"] == key
    assert person.keys() == tenant.rows["person"][1].keys() - FIELDS
    assert "Ny Bedrift AS" in alice.http.get(alice.url.removesuffix("/Cust12345") + address).text


def test_who_may_not_change_a_company_sees_no_pencil(bob: WebUser, tenant: Tenant, acme: Row) -> None:
    tenant.denied["bob"] = ["contact:update"]
    assert "mode=edit" not in bob.open("contact.main?contact_id=17").text
    assert bob.save("contact", 17, name="Bob's").status_code == 403
    assert acme["name"] == "Acme"


def test_the_month_shows_two_months_and_survives_nonsense(alice: WebUser) -> None:
    page = alice.http.get(f"{alice.url}/month?of=2026-12").text
    assert re.findall(r"<caption>(.*?)</caption>", page) == ["December 2026", "January 2027"]
    assert 'data-month="2026-11"' in page
    assert alice.http.get(f"{alice.url}/month?of=nonsense").status_code == 200


def test_web_panels_are_where_they_are_visible_in(alice: WebUser) -> None:
    company = panel_urls(alice.open("contact.main?contact_id=17"))
    person = panel_urls(alice.open("person.main?person_id=5"))
    everywhere = {"sidecard.company.side", "sidecard.my-day.button"}
    assert set(company) == everywhere | {"sidecard.company.tab", "sidecard.company.card"}
    assert set(person) == everywhere | {"sidecard.person.tab"}


def test_a_navigator_panel_has_a_button_on_every_page(alice: WebUser, tenant: Tenant) -> None:
    page = alice.open("diary").text
    assert re.search(r'data-area="navigator"\s+data-panel="5"[^>]*>.*?<span>My day</span>', page, re.DOTALL)


def test_a_deleted_panel_is_gone(alice: WebUser, tenant: Tenant) -> None:
    tenant.rows["webpanel"][1]["deleted"] = True
    assert "sidecard.company.side" not in panel_urls(alice.open("contact.main?contact_id=17"))


def test_the_other_tenant_has_no_panels_and_none_of_this_data(sandbox: Sandbox) -> None:
    charlie = WebUser(sandbox, "charlie", "Cust67890")
    page = charlie.open("contact.main?contact_id=17")
    charlie.close()
    assert panel_urls(page) == {}
    assert "Acme" not in page.text
