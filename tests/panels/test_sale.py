"""The sale panel: where a sale stands, what is missing, and moving it on without losing or doubling anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from panel.panels.day import a_month_after
from tests.panels.conftest import ACME, address, but_facts, text_of
from tests.panels.test_edit import HTMX
from tests.panels.test_person import EMBEDDED, fields, without_basis
from tests.sandbox.server import Sandbox
from tests.sandbox.world import Row, Tenant

QUOTE_SENT, NEGOTIATION = 3, 4
PATCH = {"path": r"Sale/\d+$", "method": "PATCH"}
TROUBLES: list[tuple[dict[str, Any], int, str]] = [
    ({"status": 403}, 403, "does not give you access"),
    ({"status": 412}, 409, "Someone changed this meanwhile"),
    ({"status": 422}, 422, "did not accept this"),
    ({"status": 429, "retry_after": "9"}, 503, "asks us to slow down"),
    ({"status": 500}, 503, "does not answer right now"),
    ({"drop": "before"}, 503, "We do not know whether this was saved"),
]


@pytest.fixture
def key(tenant: Tenant) -> int:
    """Acme's open sale in the stage Negotiation."""
    sales = tenant.table("sale").items()
    return next(key for key, row in sales if row["contact"] == ACME and row["heading"].startswith("Upgrade"))


@pytest.fixture
def sale(tenant: Tenant, key: int) -> Row:
    """Due in ten days, so that it is not late."""
    row = tenant.table("sale")[key]
    row["date"] = f"{today() + timedelta(days=10)}T00:00:00"
    return row


@pytest.fixture
def where(tenant: Tenant, key: int) -> Callable[..., str]:
    def at(action: str = "", human: str = "alice", **query: object) -> str:
        return address(tenant, human, f"sale/{action}".rstrip("/"), **{"contact_id": "", "sale_id": key, **query})

    return at


Where = Callable[..., str]
Calls = Callable[[], list[str]]


def today() -> date:
    return datetime.now(UTC).date()


def token(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found, page
    return unescape(found[1])


def press(client: Client, where: Where, action: str, seen: str, **typed: object) -> HttpResponse:
    return client.post(where(action), {"seen": seen, **typed}, headers=HTMX)


def present(page: str) -> str:
    [found] = re.findall(r'aria-current="step"[^>]*><b>Now</b> ([^<]+)<', page)
    return found.strip()


# Looking


def test_it_says_where_the_sale_stands(alice: Client, where: Where, sale: Row) -> None:
    sale["competitor"] = 1

    response = alice.get(where())

    page = text_of(response)
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
    assert "485,000 NOK" in page
    assert present(page) == "Negotiation 80%"
    assert f'<time datetime="{sale["date"][:10]}">' in page
    assert "<dt>Competitor</dt><dd>Nordic CRM</dd>" in page
    assert re.findall(r"Move to</span> ([^<]+)</button>", page) == [
        "Lead 10%",
        "Need analysis 30%",
        "Quote sent 50%",
        "Sold 100%",
        "Lost 0%",
    ]


def test_it_asks_two_questions(alice: Client, where: Where, key: int, sale: Row, calls: Calls) -> None:
    """CERT-19; lists, definitions of fields and the time zone are remembered, so the next visit asks no more."""
    alice.get(where())
    first = sorted(call.partition("/v1/")[2] for call in calls() if "/v1/" in call)
    alice.get(where("", back="1"))
    second = [call for call in calls() if "/v1/" in call]

    lists = ["List/Rating/Items", f"List/SaleType/Items/{sale['sale_type']}"]
    assert first == [*lists, f"Sale/{key}", f"Sale/{key}/Activities", "Sale/UdefLayout/Published", "TimeZone/base"]
    assert but_facts(second) == second


def test_a_part_costs_only_its_own_calls(alice: Client, where: Where, calls: Calls) -> None:
    for part, number in (("facts", 2), ("activities", 1)):
        page = text_of(alice.get(where(part=part), headers=HTMX))

        assert len([call for call in but_facts(calls()) if "/v1/" in call]) == number
        assert "<html" not in page


def test_a_type_has_its_own_stages(alice: Client, where: Where, tenant: Tenant, sale: Row) -> None:
    """In the order of the list of stages, also in the form; the present one is never left out, no other is taken."""
    sale |= {"sale_type": 3, "probability": 75}
    tenant.lists["saletype"][3]["stages"] = [1, 3]
    tenant.lists["prob"][1]["rank"], tenant.lists["prob"][3]["rank"] = 3, 1

    page, form_page = text_of(alice.get(where())), text_of(alice.get(where("edit"), headers=HTMX))
    refused = press(alice, where, "move", token(page), stage=2)
    typed = fields(form_page)
    wrong = alice.post(where("edit"), typed | {"stage": "2"}, headers=HTMX)
    saved = alice.post(where("edit"), typed | {"stage": "1"}, headers=HTMX)

    assert re.findall(r"Move to</span> ([^<]+)</button>", page) == ["Quote sent 50%", "Lead 10%"]
    assert present(page) == "Negotiation 75%"
    [options] = re.findall(r'<select name="stage".*?</select>', form_page, re.DOTALL)
    assert re.findall(r">([^<]+)</option>", options) == ["–", "Negotiation 75%", "Quote sent 50%", "Lead 10%"]
    assert (refused.status_code, wrong.status_code, saved.status_code) == (422, 422, 200)
    assert (sale["stage"], sale["probability"]) == (1, 10)


def test_in_the_form_a_stage_brings_its_probability_unless_another_is_typed(
    alice: Client, where: Where, sale: Row
) -> None:
    for typed, expected in (
        ({"stage": "3"}, (3, 50)),
        ({"stage": "2", "probability": "42"}, (2, 42)),
        ({"probability": "44"}, (2, 44)),
        ({"heading": "Pumps"}, (2, 44)),
    ):
        response = alice.post(where("edit"), form(alice, where, "edit") | typed, headers=HTMX)
        assert response.status_code == 200
        assert (sale["stage"], sale["probability"]) == expected


def test_a_form_knows_the_stages_already(alice: Client, where: Where, calls: Calls) -> None:
    alice.get(where())
    calls()

    alice.get(where("edit"), headers=HTMX)

    assert not [call for call in calls() if "Rating" in call or "SaleType" in call]


def test_what_is_missing_is_said_by_rule(alice: Client, where: Where, tenant: Tenant, sale: Row) -> None:
    tenant.table("appointment").clear()
    sale |= {"amount": 0.0, "date": "2026-01-01T00:00:00", "heading": ""}

    page = text_of(alice.get(where()))

    for rule in (
        "No amount: it is 0.",
        "The sale date has passed.",
        "Nothing planned: no open follow-up from today on.",
        "Sale is empty: SuperOffice requires it.",
    ):
        assert rule in page


def test_nothing_is_said_to_be_missing_that_is_not_known(
    alice: Client, where: Where, sale: Row, fail: Callable[..., None]
) -> None:
    """Follow-ups that cannot be read are not "nothing planned"; and a decided sale misses nothing."""
    fail("Activities", status=500)
    page = text_of(alice.get(where()))
    assert "missing-" not in page

    sale |= {"status": "Sold", "amount": 0.0, "reason_sold": 1}
    page = text_of(alice.get(where(part="facts"), headers=HTMX))
    assert "<b>Sold</b> – Best solution" in page
    assert "missing-" not in page
    assert "Move to" not in page
    assert "Postpone" not in page


def test_company_and_person_are_links_that_stay_where_one_is(alice: Client, where: Where, sale: Row) -> None:
    embedded = text_of(alice.get(where(), headers=EMBEDDED))
    standalone = text_of(alice.get(where()))

    for card, slug in ((f"contact_id={ACME}", "company"), (f"person_id={sale['person']}", "person")):
        assert f"?{card}" in embedded
        assert f'href="/panels/{slug}/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;{card}"' in standalone
    assert "/panels/company/?" not in embedded


def test_a_company_s_sales_lead_to_this_panel(alice: Client, tenant: Tenant, key: int) -> None:
    page = text_of(alice.get(address(tenant)))

    assert f'href="/panels/sale/?uctx=Cust12345&amp;usid=5&amp;lang=en-US&amp;sale_id={key}"' in page


def test_without_a_sale_there_is_nothing_to_show(alice: Client, where: Where) -> None:
    unsaved, deleted = alice.get(where(sale_id=0)), alice.get(where(sale_id=987654))

    assert (unsaved.status_code, deleted.status_code) == (200, 404)
    assert "Save the sale first" in text_of(unsaved)
    assert "This sale no longer exists" in text_of(deleted)


@pytest.mark.parametrize(
    ("path", "part"), [("List/Rating", "facts"), ("List/SaleType", "facts"), ("Activities", "activities")]
)
def test_a_section_out_of_order_costs_only_itself(
    alice: Client, where: Where, sale: Row, fail: Callable[..., None], path: str, part: str
) -> None:
    fail(path, status=500)

    page = text_of(alice.get(where()))

    assert page.count("does not answer right now") == 1
    assert f"&amp;part={part}" in page
    assert sale["heading"] in page


def test_who_may_not_look_at_types_sees_all_stages(alice: Client, where: Where, fail: Callable[..., None]) -> None:
    fail("List/SaleType", status=403)

    assert text_of(alice.get(where())).count("Move to") == 5


def test_who_may_not_change_has_no_buttons(bob: Client, tenant: Tenant, where: Where) -> None:
    """CERT-39."""
    tenant.denied["bob"] = ["sale:update"]

    page = text_of(bob.get(where(human="bob")))

    assert 'class="locked"' in page
    assert present(page) == "Negotiation 80%"
    for words in ("Move to", "Postpone", "Mark as", "Edit the facts"):
        assert words not in page


def test_hostile_names_are_only_names(alice: Client, where: Where, tenant: Tenant, sale: Row) -> None:
    """CERT-04."""
    nasty = '"><script>alert(1)</script>'
    sale["heading"] = nasty
    for name in ("prob", "reason", "comptr"):
        tenant.lists[name][1]["name"] = nasty

    for action in ("", "edit", "lost"):
        assert "<script>alert" not in text_of(alice.get(where(action)))


# One click


def test_it_is_moved_to_a_stage(alice: Client, where: Where, sale: Row, calls: Calls) -> None:
    """One guarded PATCH; the section comes back with the stage in place, and SuperOffice's card is told."""
    seen = token(text_of(alice.get(where())))
    calls()

    response = press(alice, where, "move", seen, stage=QUOTE_SENT)

    assert response.status_code == 200
    assert (sale["stage"], sale["probability"], sale["status"]) == (QUOTE_SENT, 50, "Open")
    assert present(text_of(response)) == "Quote sent 50%"
    assert "Saved" in text_of(response)
    assert "sidecard:changed" in response.headers["HX-Trigger"]
    assert [call.partition(" ")[0] for call in calls()].count("PATCH") == 1


def test_its_date_is_put_off(alice: Client, where: Where, sale: Row) -> None:
    for by, target in (("week", "2027-02-07"), ("month", "2027-02-28")):
        sale["date"] = "2027-01-31T00:00:00"
        seen = token(text_of(alice.get(where(part="facts"), headers=HTMX)))

        response = press(alice, where, "postpone", seen, by=by)

        assert response.status_code == 200
        assert sale["date"][:10] == target
        assert f'datetime="{target}"' in text_of(response)


def test_a_month_later_is_the_next_month_s_last_day_at_most() -> None:
    assert a_month_after(date(2028, 1, 31)) == date(2028, 2, 29)
    assert a_month_after(date(2026, 12, 15)) == date(2027, 1, 15)


def test_pressed_twice_it_is_done_once(alice: Client, where: Where, sale: Row) -> None:
    seen = token(text_of(alice.get(where())))
    due = (today() + timedelta(days=17)).isoformat()

    for _ in range(2):
        assert press(alice, where, "postpone", seen, by="week").status_code == 200
        assert sale["date"][:10] == due


def test_what_somebody_changed_meanwhile_is_shown_and_not_overwritten(alice: Client, where: Where, sale: Row) -> None:
    """With buttons that mean what it is now."""
    seen = token(text_of(alice.get(where())))
    sale |= {"stage": 1, "probability": 10}

    response = press(alice, where, "move", seen, stage=QUOTE_SENT)

    page = text_of(response)
    assert response.status_code == 409
    assert "Someone changed this meanwhile" in page
    assert present(page) == "Lead 10%"
    assert sale["stage"] == 1
    assert press(alice, where, "move", token(page), stage=QUOTE_SENT).status_code == 200
    assert sale["stage"] == QUOTE_SENT


@pytest.mark.parametrize(("action", "typed"), [("move", {"stage": QUOTE_SENT}), ("postpone", {"by": "week"})])
def test_a_sale_closed_meanwhile_is_not_moved(
    alice: Client, where: Where, sale: Row, action: str, typed: dict[str, Any]
) -> None:
    seen, before = token(text_of(alice.get(where()))), dict(sale)
    sale["status"] = "Lost"

    response = press(alice, where, action, seen, **typed)

    assert response.status_code == 409
    assert "<b>Lost</b>" in text_of(response)
    assert "Move to" not in text_of(response)
    assert sale == before | {"status": "Lost"}


@pytest.mark.parametrize(("fault", "status", "words"), TROUBLES)
def test_the_buttons_stay_whatever_superoffice_answers(
    alice: Client,
    where: Where,
    sandbox: Sandbox,
    sale: Row,
    fail: Callable[..., None],
    fault: dict[str, Any],
    status: int,
    words: str,
) -> None:
    seen, before = token(text_of(alice.get(where()))), dict(sale)
    fail(**PATCH, **fault)

    response = press(alice, where, "move", seen, stage=QUOTE_SENT)

    assert response.status_code == status
    assert words in text_of(response)
    assert present(text_of(response)) == "Negotiation 80%"
    assert sale == before
    sandbox.world.faults.clear()
    assert press(alice, where, "move", token(text_of(response)), stage=QUOTE_SENT).status_code == 200
    assert sale["stage"] == QUOTE_SENT


def test_an_answer_lost_after_the_work_is_found_out(
    alice: Client, where: Where, sale: Row, fail: Callable[..., None], calls: Calls
) -> None:
    seen = token(text_of(alice.get(where())))
    fail(**PATCH, drop="after")
    calls()

    assert press(alice, where, "move", seen, stage=QUOTE_SENT).status_code == 200
    assert sale["stage"] == QUOTE_SENT
    assert [call.partition(" ")[0] for call in calls()].count("PATCH") == 1


def test_only_what_was_offered_is_done(alice: Client, bob: Client, tenant: Tenant, where: Where, sale: Row) -> None:
    """No made-up stage, nobody else's buttons, no other sale's, and no button's address alone."""
    seen, before = token(text_of(alice.get(where()))), dict(sale)
    other = next(key for key in tenant.table("sale") if f"sale_id={key}" not in where())

    assert press(alice, where, "move", seen, stage=99).status_code == 422
    assert press(alice, where, "postpone", seen, by="year").status_code == 422
    assert bob.post(where("move", "bob"), {"seen": seen, "stage": QUOTE_SENT}, headers=HTMX).status_code == 422
    stolen = alice.post(where("move", sale_id=other), {"seen": seen, "stage": QUOTE_SENT}, headers=HTMX)
    assert stolen.status_code == 422
    assert "too old to act on" in text_of(stolen)
    assert alice.get(where("move")).status_code == 404
    assert sale == before


def test_it_works_without_javascript(alice: Client, where: Where, sale: Row) -> None:
    response = alice.post(where("move"), {"seen": token(text_of(alice.get(where()))), "stage": QUOTE_SENT})

    assert response.status_code == 303
    assert response.headers["Location"].endswith("#saved")
    assert sale["stage"] == QUOTE_SENT


# Forms


def form(client: Client, where: Where, action: str) -> dict[str, str]:
    return fields(text_of(client.get(where(action), headers=HTMX)))


def save(client: Client, where: Where, action: str, typed: dict[str, str]) -> HttpResponse:
    return client.post(where(action), typed, headers=HTMX)


def test_facts_are_corrected(alice: Client, where: Where, sale: Row) -> None:
    """Cents survive, and what was not touched stays."""
    sale["amount"] = 129900.5
    typed = form(alice, where, "edit")
    assert typed["amount"] == "129900.5"

    response = save(alice, where, "edit", typed | {"heading": "Pumps", "stage": "2", "competitor": "1"})
    assert response.status_code == 200
    assert (sale["heading"], sale["stage"], sale["competitor"]) == ("Pumps", 2, 1)
    assert sale["amount"] == 129900.5
    assert "129,900.50 NOK" in text_of(response)


def test_a_conflict_lets_the_person_choose(alice: Client, where: Where, sale: Row) -> None:
    sale["amount"] = 100.25
    typed = form(alice, where, "edit") | {"amount": "200.5"}
    sale["amount"] = 300.75

    torn = save(alice, where, "edit", typed)

    assert torn.status_code == 409
    assert "<b>300.75</b>" in text_of(torn)
    assert save(alice, where, "edit", fields(text_of(torn)) | {"choose-amount": "mine"}).status_code == 200
    assert sale["amount"] == 200.5


@pytest.mark.parametrize(("action", "status", "reason"), [("sold", "Sold", "reason_sold"), ("lost", "Lost", "reason")])
def test_it_is_decided_with_its_reason(
    alice: Client, where: Where, sale: Row, action: str, status: str, reason: str
) -> None:
    typed = form(alice, where, action)
    stage = sale["stage"]

    for _ in range(2):  # an impatient second click is done already
        response = save(alice, where, action, typed | {reason: "2"})
        assert response.status_code == 200
        assert f"<b>{status}</b>" in text_of(response)
    assert (sale["status"], sale[reason], sale["date"][:10]) == (status, 2, today().isoformat())
    assert sale["stage"] == stage


def test_nothing_is_lost_without_a_reason(alice: Client, where: Where, sale: Row) -> None:
    """None is chosen beforehand; for a sale won it may stay so."""
    typed = form(alice, where, "lost")
    assert typed["reason"] == ""

    assert save(alice, where, "lost", typed).status_code == 422
    assert "too old to be saved" in text_of(save(alice, where, "lost", {"reason": "1"}))
    assert sale["status"] == "Open"
    assert save(alice, where, "sold", form(alice, where, "sold")).status_code == 200
    assert sale["status"] == "Sold"


def test_without_the_list_of_reasons_it_is_not_begun(alice: Client, where: Where, fail: Callable[..., None]) -> None:
    fail("MDOList/reason", status=500)

    response = alice.get(where("lost"), headers=HTMX)

    assert response.status_code == 503
    assert "does not answer right now" in text_of(response)


def test_a_sale_decided_otherwise_meanwhile_is_not_decided_again(alice: Client, where: Where, sale: Row) -> None:
    """It says so; who saves again, means it."""
    typed = form(alice, where, "lost") | {"reason": "1"}
    sale["status"] = "Sold"

    response = save(alice, where, "lost", typed)

    assert response.status_code == 409
    assert "Someone changed this meanwhile: Sold" in text_of(response)
    assert sale["status"] == "Sold"
    again = fields(text_of(response))
    assert again["reason"] == "1"
    assert save(alice, where, "lost", again).status_code == 200
    assert sale["status"] == "Lost"


def test_what_was_typed_comes_back_whatever_happens(
    alice: Client, where: Where, sandbox: Sandbox, sale: Row, fail: Callable[..., None]
) -> None:
    wanted = {"edit": {"heading": "<Pumps> & co", "amount": "1200.5"}, "lost": {"reason": "2", "date": "2027-01-31"}}
    forms = {action: form(alice, where, action) | typed for action, typed in wanted.items()}
    before = dict(sale)

    for fault, status, words in TROUBLES:
        sandbox.world.faults.clear()
        fail(**PATCH, **fault)
        for action, typed in forms.items():
            response = save(alice, where, action, typed)
            assert (response.status_code, words in text_of(response)) == (status, True)
            assert without_basis(fields(text_of(response))) == without_basis(typed)
    assert sale == before


def test_a_planned_follow_up_belongs_to_the_sale(
    alice: Client, where: Where, tenant: Tenant, key: int, sale: Row
) -> None:
    """And to its company and person; nothing planned is missing no more."""
    tenant.table("appointment").clear()
    assert "missing-plan" in text_of(alice.get(where()))
    typed = form(alice, where, "plan") | {"task": "1", "title": "Call back"}

    response = save(alice, where, "plan", typed)

    assert response.status_code == 200, text_of(response)
    [row] = tenant.table("appointment").values()
    assert (row["sale"], row["contact"], row["person"]) == (key, ACME, sale["person"])
    assert "Call back" in text_of(response)
    assert 'id="missing-plan" hx-swap-oob="delete"' in text_of(response)
    assert "missing-plan" not in text_of(alice.get(where()))
