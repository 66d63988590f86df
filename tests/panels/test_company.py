"""The company panel against a SuperOffice that behaves."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tests.panels.conftest import ACME, address, but_facts, text_of
from tests.panels.test_edit import HTMX
from tests.sandbox.world import Tenant

EMBEDDED = {"Sec-Fetch-Dest": "iframe"}


def test_it_works(alice: Client, tenant: Tenant) -> None:
    """Facts, people, sales with sums and activities of one company, on one page that nobody stores."""
    response = alice.get(address(tenant))

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "Acme" in page
    assert "post@acme-norge.example" in page
    assert "Kari" in page
    assert "Open sales" in page
    assert ">Next<" in page
    assert ">Done<" in page


def test_it_asks_superoffice_once_for_each_part(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """CERT-19: six questions side by side; the time zone is remembered, and projects wait until somebody wants them."""
    alice.get(address(tenant))

    asked = sorted(call.partition("/v1/")[2] for call in but_facts(calls()) if "/v1/" in call)
    parts = [f"Contact/{ACME}/{part}" for part in ("Activities", "Persons", "Sales", "Tickets")]
    assert asked == [f"Contact/{ACME}", *parts]


@pytest.mark.parametrize(
    ("part", "number"),
    [("facts", 1), ("people", 1), ("requests", 1), ("projects", 1), ("sales", 1), ("activities", 1), ("pulse", 3)],
)
def test_a_part_costs_only_its_own_calls(
    alice: Client, tenant: Tenant, calls: Callable[[], list[str]], part: str, number: int
) -> None:
    alice.get(address(tenant))
    calls()

    page = text_of(alice.get(address(tenant, part=part), headers=HTMX))

    assert len([call for call in but_facts(calls()) if "/v1/" in call]) == number
    assert "<html" not in page


def test_sums_are_kept_apart_by_currency(alice: Client, tenant: Tenant) -> None:
    """Two currencies are two sums; whole amounts are exact, not floats."""
    for sale in tenant.table("sale").values():
        if sale["contact"] == ACME:
            sale["status"] = "Lost"
    rows = [("100000.10", "NOK"), ("200000.20", "NOK"), ("5000", "EUR")]
    template = next(row for row in tenant.table("sale").values() if row["contact"] == ACME)
    for amount, currency in rows:
        key = tenant.next_id("sale")
        tenant.table("sale")[key] = {**template, "amount": float(amount), "currency": currency_id(tenant, currency)}
        tenant.table("sale")[key]["status"] = "Open"

    page = text_of(alice.get(address(tenant)))

    sums = re.search(r'class="sums">(.*?)</p>', page, re.DOTALL)
    assert sums is not None
    assert "<b>300,000.30 NOK</b>" in sums[1]
    assert "<b>5,000 EUR</b>" in sums[1]


def currency_id(tenant: Tenant, name: str) -> int:
    return next(key for key, item in tenant.lists["currency"].items() if name in item["name"])


def test_money_is_written_in_the_users_superoffice_language(alice: Client, tenant: Tenant) -> None:
    """CERT-66: the address says which, whatever the browser prefers."""
    page = text_of(alice.get(address(tenant, lang="de")))

    assert re.search(r"\d\.\d{3} NOK|\d\.\d{3},\d\d NOK", page)


def test_embedded_it_has_no_header_of_ours(alice: Client, tenant: Tenant) -> None:
    embedded = text_of(alice.get(address(tenant), headers=EMBEDDED))
    standalone = text_of(alice.get(address(tenant), headers={"Sec-Fetch-Dest": "document"}))

    assert '<body class="embedded"' in embedded
    assert 'class="top"' not in embedded
    assert "data-sign-out" in embedded
    assert 'class="top"' in standalone


def test_a_new_company_is_quiet(alice: Client, tenant: Tenant, calls: Callable[[], list[str]]) -> None:
    """A card that is not saved yet has id 0, an empty one or the variable itself; nothing is asked for it."""
    for nothing in ("", "0", "<cuid>", "17;DROP", "-1"):
        response = alice.get(address(tenant, contact_id=nothing))
        assert response.status_code == 200
        assert "Save the company first" in text_of(response)
    assert calls() == []


def test_a_deleted_company_no_longer_exists(alice: Client, tenant: Tenant) -> None:
    tenant.table("contact")[ACME]["deleted"] = True

    response = alice.get(address(tenant))

    assert response.status_code == 404
    assert "This company no longer exists" in text_of(response)


def test_an_unknown_company_no_longer_exists(alice: Client, tenant: Tenant) -> None:
    response = alice.get(address(tenant, contact_id=987654))

    assert response.status_code == 404
    assert "This company no longer exists" in text_of(response)


def test_a_company_called_script_shows_as_its_name(alice: Client, tenant: Tenant) -> None:
    nasty = "<script>alert(1)</script>"
    key = next(key for key, row in tenant.table("contact").items() if row["name"] == nasty)

    for page in (
        alice.get(address(tenant, contact_id=key)),
        alice.post("/search/?uctx=Cust12345", {"search": "script"}),
    ):
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text_of(page)
        assert nasty not in text_of(page)


@pytest.mark.parametrize(
    "website",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        " jAvAsCrIpT:alert(1)",
        'https://a.example/"onclick="x',
        "https://x@y.example",
    ],
)
def test_a_website_that_is_none_is_only_text(alice: Client, tenant: Tenant, website: str) -> None:
    """Only plain web addresses become links."""
    tenant.table("contact")[ACME]["urls"] = [{"id": 1, "value": website, "description": ""}]

    page = text_of(alice.get(address(tenant)))

    facts = page[page.index('id="facts"') : page.index('id="activities"')]
    assert "Website" in facts
    assert "noopener" not in facts


def test_links_leave_nothing_behind(alice: Client, tenant: Tenant) -> None:
    """The website opens without handle or referrer; phone and mail links hold just that."""
    tenant.table("contact")[ACME]["urls"] = [{"id": 1, "value": "www.acme.example", "description": ""}]
    tenant.table("contact")[ACME]["emails"] = [{"id": 1, "value": "a@b.example?bcc=evil@c.example", "description": ""}]

    page = text_of(alice.get(address(tenant)))

    assert 'href="https://www.acme.example" target="_blank" rel="noopener noreferrer"' in page
    assert "mailto:a@b.example?bcc" not in page
    assert 'data-soprotocol="person.main?person_id=' in page


def test_overdue_activities_are_named(alice: Client, tenant: Tenant) -> None:
    for row in tenant.table("appointment").values():
        if row["contact"] == ACME and row["completed"]:
            row["completed"] = False

    assert ">Overdue<" in text_of(alice.get(address(tenant)))


def test_a_company_without_anything_says_so(alice: Client, tenant: Tenant) -> None:
    for table in ("person", "sale", "appointment"):
        for row in tenant.table(table).values():
            row["contact"] = 0

    page = text_of(alice.get(address(tenant)))

    assert "Nothing planned. Plan what comes next" in page
    assert "No contact so far. Log a call to begin." in page
    assert "No open sales." in page
    assert "No open requests." in page
    assert "Nobody is registered here yet." in page
    for action in ("log", "plan", "add-sale", "add-person"):
        assert f"/panels/company/{action}/" in page
