"""In SuperOffice Mobile: at top level, without a head of ours, and with links into the app."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.template import Context, Template
from django.test import Client

from panel.panels.contract import Card
from tests.panels.conftest import ACME, address, text_of
from tests.sandbox.world import Tenant

IFRAME = {"Sec-Fetch-Dest": "iframe"}


def mobile(tenant: Tenant, **query: object) -> str:
    return address(tenant, client="pocket", **query)


def test_it_works(alice: Client, tenant: Tenant) -> None:
    page = text_of(alice.get(mobile(tenant)))

    assert '<body class="mobile">' in page
    assert "data-soprotocol" not in page
    assert f'href="superoffice://person?person_id={tenant.table("contact")[ACME]["person"]}"' in page
    assert "Sign out" in page


def test_whatever_is_opened_or_saved_stays_in_it(alice: Client, tenant: Tenant) -> None:
    """The word is in every address that leads back to the panel."""
    page = text_of(alice.get(mobile(tenant)))
    ours = [unescape(link) for link in re.findall(r'(?:href|hx-get|hx-post|action)="(/panels/[^"]*)"', page)]

    assert ours
    assert [link for link in ours if "client=pocket" not in link] == []
    assert '<body class="mobile">' in text_of(alice.get(mobile(tenant, path="company/edit")))


def test_elsewhere_it_is_another_page(alice: Client, tenant: Tenant) -> None:
    for client in ("web", "win", "<clie>", ""):
        assert '<body class="standalone">' in text_of(alice.get(address(tenant, client=client)))
    assert '<body class="embedded"' in text_of(alice.get(mobile(tenant), headers=IFRAME))


def test_signing_in_is_a_page_not_a_window(db: None, client: Client, tenant: Tenant) -> None:
    answer = client.get(mobile(tenant))

    page = text_of(answer)
    assert answer.status_code == 401
    assert "data-sign-in " not in page
    assert re.search(r'href="/signin/\?next=[^"]*client%3Dpocket', page)


def test_signing_out_leads_back_to_it(alice: Client, tenant: Tenant) -> None:
    page = text_of(alice.get(mobile(tenant)))
    fields = {name: unescape(value) for name, value in re.findall(r'name="(ctx|uctx|next)" value="([^"]*)"', page)}

    answer = alice.post("/signout/", fields)

    assert answer.status_code == 302
    assert re.match(r"/signin/\?next=%2Fpanels%2Fcompany.*client%3Dpocket.*&uctx=Cust12345", answer.headers["location"])


@pytest.mark.parametrize(
    ("where", "key", "said"),
    [
        ("contact.main?contact_id=", 17, 'href="superoffice://contact?contact_id=17"'),
        ("person.main?person_id=", 3, 'href="superoffice://person?person_id=3"'),
        ("sale.main?sale_id=", 4, 'href="superoffice://sale?sale_id=4"'),
        ("project.main?project_id=", 5, 'href="superoffice://project?project_id=5"'),
        ("appointment.main?appointment_id=", 6, 'href="superoffice://appointment?appointment_id=6"'),
        ("document.main?document_id=", 7, 'href="superoffice://document?document_id=7"'),
        ("diary.day?diaryowner_id=", 8, 'href="superoffice://diaryhome.day"'),
        ("ticket.main?ticket_id=", 9, ""),
        ("sale.main[new=true]?sale_id=", 0, "hidden"),
    ],
)
def test_links_lead_into_the_app(where: str, key: int, said: str) -> None:
    link = Template("{% load panels %}{% in_superoffice where key %}")
    card = Card("Cust12345", 5, client="pocket")

    assert link.render(Context({"card": card, "client_url": "", "where": where, "key": key})) == said
