"""My day as a salesperson finds it in the morning: what is late, what is on, what comes, whom to call."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import time
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant
from tests.tenants.cast import sign_in

from .conftest import ALICE, BOB, HTMX, local, my_day, section, shown, stored, text_of, texts

EMBEDDED = {"Sec-Fetch-Dest": "iframe"}
Diary = Callable[..., Row]


def test_it_works(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """Each follow-up is in its list, with time, type, company and person; done ones and those of others are not."""
    diary("Send contract", days=-1)
    diary("Call the board", days=-30)
    diary("Lunch", days=0, at=time(12))
    diary("Breakfast", days=0, at=time(8))
    diary("Visit", days=7)
    diary("Far away", days=8)
    diary("Done already", days=0, completed=True)
    diary("Bob's", days=0, associate=BOB)

    response = alice.get(my_day(tenant))

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert texts(section(page, "overdue")) == ["Send contract", "Call the board"]
    assert texts(section(page, "today")) == ["Breakfast", "Lunch"]
    assert texts(section(page, "coming")) == ["Visit"]
    row = section(page, "today")
    assert re.search(r">8:00\sAM<", row)
    assert "Meeting" in row
    assert "Acme, Oslo" in row
    assert re.search(r'person_id=\d+"[^>]*>Kari', row)


def test_it_asks_five_questions(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """CERT-19: for all sections, follow-ups of three lists by one of them."""
    alice.get(my_day(tenant))

    asked = sorted(call.partition("/v1/")[2] for call in calls() if "/v1/" in call)
    assert asked == ["Appointment", "Appointment", "Contact", "Sale", "TimeZone/base"]


def test_the_zone_is_asked_for_once(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """CERT-84 in spirit: what does not change is remembered."""
    alice.get(my_day(tenant, part="follow_ups"), headers=HTMX)
    calls()
    alice.get(my_day(tenant, part="follow_ups"), headers=HTMX)

    assert [call.rpartition("/v1/")[2] for call in calls()] == ["Appointment"]


def test_a_page_opened_again_is_painted_from_memory(
    alice: Client, tenant: Tenant, diary: Diary, calls: Callable[[], list[str]]
) -> None:
    """A panel without a record has its place in memory too; whatever its person changes empties it."""
    diary("Lunch")
    alice.get(my_day(tenant))
    calls()

    page = shown(alice, tenant)

    assert calls() == []
    assert "data-settles" in page
    assert texts(section(page, "today")) == ["Lunch"]


def test_empty_lists_suggest_the_next_step(alice: Client, tenant: Tenant, diary: Diary) -> None:
    tenant.table("sale").clear()
    for company in tenant.table("contact").values():
        company["associate"] = BOB

    page = shown(alice, tenant)

    assert "Nothing overdue. Well done." in section(page, "overdue")
    for name in ("today", "coming"):
        assert "appointment.main[new=true]?appointment_id=0" in section(page, name)
    assert "sale.main[new=true]?sale_id=0" in section(page, "pipeline")
    assert "You are in touch with all of them." in section(page, "neglected")


def test_inside_superoffice_links_open_its_own_cards(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """By SoProtocol; on a page of its own they lead to our panel for such a record."""
    diary("Lunch")

    embedded = section(text_of(alice.get(my_day(tenant), headers=EMBEDDED)), "today")
    standalone = section(shown(alice, tenant), "today")

    assert "/panels/company/" not in embedded
    for where in ("contact.main?contact_id=17", "person.main?person_id=", "appointment.main?appointment_id="):
        assert f'data-soprotocol="{where}' in embedded
    assert f'href="/panels/company/?uctx={tenant.ctx}&amp;usid={ALICE}&amp;lang=en-US&amp;contact_id=17"' in standalone


def test_a_follow_up_called_script_shows_as_its_text(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """CERT-04."""
    nasty = "<script>alert(1)</script>"
    diary(nasty)

    page = shown(alice, tenant)

    assert nasty not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_a_long_past_is_cut_and_says_so(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """The nearest are shown, today's first of all."""
    diary("Lunch")
    for days in range(1, 130):
        diary(f"Old {days}", days=-days)

    page = shown(alice, tenant)

    assert texts(section(page, "today")) == ["Lunch"]
    assert texts(section(page, "overdue"))[:2] == ["Old 1", "Old 2"]
    assert len(texts(section(page, "overdue"))) == 50
    assert "Only the latest are shown." in section(page, "overdue")


def test_it_does_not_praise_whom_it_does_not_know(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """Where the coming days fill the whole answer, nothing is said of what may lie before them."""
    diary("Late", days=-1)
    for number in range(200):
        diary(f"Call {number}", days=3)

    page = shown(alice, tenant)

    assert "Well done" not in page
    assert "Nothing left for today" not in page
    assert "Only the latest are shown." in section(page, "overdue")


# Whose day


def test_today_is_the_customers_day_not_utcs(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """A quarter before and after midnight in Oslo are different days, whatever day it is in UTC then."""
    diary("Late yesterday", days=-1, at=time(23, 45))
    diary("Early today", days=0, at=time(0, 15))
    diary("Late today", days=0, at=time(23, 45))
    diary("Early tomorrow", days=1, at=time(0, 15))
    diary("Last to come", days=7, at=time(23, 45))
    diary("Too late", days=8, at=time(0, 15))

    page = shown(alice, tenant)

    assert texts(section(page, "overdue")) == ["Late yesterday"]
    assert texts(section(page, "today")) == ["Early today", "Late today"]
    assert texts(section(page, "coming")) == ["Early tomorrow", "Last to come"]
    assert "Europe/Oslo" in page


@pytest.mark.parametrize("name", ["America/New_York", "America/Los_Angeles"])
def test_it_is_the_customers_day_far_from_here(alice: Client, tenant: Tenant, diary: Diary, name: str) -> None:
    tenant.base_zone = name
    zone = ZoneInfo(name)
    for title, days, at in (("Late", -1, time(23, 45)), ("Early", 0, time(0, 15)), ("Night", 0, time(23, 45))):
        diary(title, start=stored(local(days, at, zone)), end=stored(local(days, at, zone)))

    page = shown(alice, tenant)

    assert texts(section(page, "overdue")) == ["Late"]
    assert texts(section(page, "today")) == ["Early", "Night"]
    assert re.search(r">12:15\sAM<", section(page, "today"))


def test_an_all_day_follow_up_stays_on_its_day(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """Also west of Greenwich, where midnight in UTC is the evening before."""
    tenant.base_zone = "America/Los_Angeles"
    day = local(0, zone=ZoneInfo("America/Los_Angeles")).date().isoformat()
    diary("Fair", start=f"{day}T00:00:00", end=f"{day}T23:59:00", all_day=True)

    page = section(shown(alice, tenant), "today")

    assert texts(page) == ["Fair"]
    assert "All day" in page


def test_without_a_known_zone_days_are_utcs_and_it_says_so(
    alice: Client, tenant: Tenant, diary: Diary, fail: Callable[..., None]
) -> None:
    fail("TimeZone", status=500)
    diary("Lunch", days=0, at=time(12))

    page = shown(alice, tenant)

    assert "Days and times are in UTC" in page
    assert "Lunch" in page


# What may be missing


@pytest.mark.parametrize(
    ("path", "lost", "kept"),
    [
        ("Sale$", "pipeline", ["follow_ups", "neglected"]),
        ("Contact$", "neglected", ["follow_ups", "pipeline"]),
    ],
)
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, tenant: Tenant, diary: Diary, fail: Callable[..., None], path: str, lost: str, kept: list[str]
) -> None:
    diary("Lunch")
    fail(path, status=500)

    response = alice.get(my_day(tenant))

    page = text_of(response)
    assert response.status_code == 200
    assert page.count("does not answer right now") == 1
    assert f"&amp;part={lost}" in page
    assert not any(f"&amp;part={part}" in page for part in kept)


def test_a_section_is_tried_again_alone(
    alice: Client, tenant: Tenant, sandbox: Sandbox, fail: Callable[..., None], calls: Callable[[], list[str]]
) -> None:
    fail("Sale$", status=500)
    alice.get(my_day(tenant))
    sandbox.world.faults.clear()
    calls()

    part = text_of(alice.get(my_day(tenant, part="pipeline"), headers=HTMX))

    assert "My pipeline" in part
    assert "does not answer" not in part
    assert "<html" not in part
    assert [call.rpartition("/v1/")[2] for call in calls()] == ["Sale"]
    neglected = text_of(alice.get(my_day(tenant, part="neglected"), headers=HTMX))
    assert "Neglected companies" in neglected


def test_denied_sales_cost_only_the_pipeline(bob: Client, tenant: Tenant, diary: Diary) -> None:
    """CERT-39: he is told so, and there is nothing to try again."""
    diary("Bob's", associate=BOB)
    tenant.denied["bob"] = ["sale:select"]

    page = shown(bob, tenant, "bob")

    assert "does not give you access" in section(page, "pipeline")
    assert "part=pipeline" not in page
    assert "Bob&#x27;s" in section(page, "today")


def test_everything_out_of_order_is_still_a_calm_page(alice: Client, tenant: Tenant, fail: Callable[..., None]) -> None:
    fail("", status=503)

    response = alice.get(my_day(tenant))

    assert response.status_code == 200
    assert text_of(response).count("does not answer right now") == 3


# Who may see it, at an address without a record


def test_each_sees_his_own_day(alice: Client, bob: Client, charlie: Client, sandbox: Sandbox, diary: Diary) -> None:
    """The person who asks decides, not a number in the address."""
    here, there = sandbox.world.tenants["Cust12345"], sandbox.world.tenants["Cust67890"]
    diary("Alice's")
    diary("Bob's", associate=BOB)
    there.table("appointment").clear()

    assert texts(section(shown(alice, here), "today")) == ["Alice's"]
    assert texts(section(shown(bob, here, "bob"), "today")) == ["Bob's"]
    assert texts(section(shown(charlie, there, "charlie"), "today")) == []
    assert alice.get(my_day(here, "bob")).status_code == 403
    assert charlie.get(my_day(here)).status_code == 401


def test_a_navigator_button_needs_customer_and_user(alice: Client, tenant: Tenant) -> None:
    """CERT-14: framed without ``usid`` it proves nothing; any ids of records in the address do not matter."""
    assert alice.get(f"/panels/my-day/?uctx={tenant.ctx}", headers=EMBEDDED).status_code == 400
    assert alice.get(f"/panels/my-day/?uctx={tenant.ctx}").status_code == 200
    for nothing in ("0", "<cuid>", "17"):
        response = alice.get(my_day(tenant, contact_id=nothing, person_id=nothing), headers=EMBEDDED)
        assert response.status_code == 200
        assert "Overdue" in text_of(response)


def test_it_is_written_in_the_users_superoffice_language(alice: Client, tenant: Tenant, diary: Diary) -> None:
    """CERT-66: times and dates, as far as our own texts go."""
    diary("Lunch", days=0, at=time(14))

    page = text_of(alice.get(my_day(tenant, lang="nb-NO")))
    assert ">14:00</time>" in page
    assert "Møte" in page


def test_the_front_page_leads_to_it_for_each_customer(db: None, sandbox: Sandbox) -> None:
    sandbox.world.tenants["Cust67890"].approved = True
    kim = Client(headers={"Accept-Language": "en"})
    for ctx in ("Cust12345", "Cust67890"):
        sign_in(kim, ctx, "kim", sandbox)

    page = kim.get("/", follow=True)
    customers = re.findall(r'href="(/\?uctx=\w+)"', text_of(page))

    assert page.request["PATH_INFO"] == "/panels/my-day/"
    assert len(customers) == 2
    for address in customers:
        assert kim.get(address, follow=True).request["PATH_INFO"] == "/panels/my-day/"
