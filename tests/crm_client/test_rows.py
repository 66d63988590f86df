"""Persons, sales, activities, lists and the caller."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from crm_client.activities import (
    LOOK_AT_ALL,
    activities_of,
    last_activity_of,
    next_activity_of,
    overdue_activity_of,
)
from crm_client.archive import Archive
from crm_client.calls import NEXT_LINK
from crm_client.errors import BadAnswer
from crm_client.lists import mdo_list
from crm_client.persons import persons_of
from crm_client.rows import lines
from crm_client.sales import SaleRow, open_sales_of, sums, weighted_sums
from crm_client.users import current_principal

from .conftest import answered

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def page(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"odata.metadata": "https://x", NEXT_LINK: None, "value": list(rows)}


def test_persons_come_by_rank() -> None:
    operation = persons_of(17)
    query = next(operation).query
    assert (query["$entities"], query["$orderBy"]) == ("person", "rank")
    row = {
        "personId": 5,
        "fullName": "Alice Berg",
        "position": "Chief",
        "rank": 1,
        "retired": False,
        "email/emailAddress": "alice@acme.example",
        "personDirectPhone/formattedNumber": "+47 22",
        "personMobilePhone/formattedNumber": "",
        "hasEmarketingConsent": "True",
    }
    with pytest.raises(StopIteration) as done:
        operation.send(page(row))
    [alice] = done.value.value
    assert (alice.person_id, alice.name, alice.title, alice.phone) == (5, "Alice Berg", "", "+47 22")
    assert (alice.is_retired, alice.has_marketing_consent) == (False, True)
    assert alice.raw == row


def test_full_rows_are_no_lines() -> None:
    """They would read as empty."""
    with pytest.raises(ValueError, match="cells"):
        next(lines(SaleRow, Archive("v1/Sale").full()))


def test_activities_are_about_a_moment_with_a_zone() -> None:
    for about in (last_activity_of, next_activity_of, overdue_activity_of):
        with pytest.raises(ValueError, match="time zone"):
            next(about(17, NOW.replace(tzinfo=None)))


def sale(sale_id: int, amount: Any, currency: str = "NOK") -> dict[str, Any]:
    return {"saleId": sale_id, "heading": f"Sale {sale_id}", "amount": amount, "currency": currency, "probPercent": 60}


def test_only_open_sales_of_its_own() -> None:
    query = next(open_sales_of(17)).query
    assert query["$filter"] == "saleStatus oneOf (1)"
    assert query["$entities"] == "sale"


def test_sums_of_each_currency() -> None:
    """Exact, and never one currency added to another."""
    rows = page(sale(1, Decimal("0.1")), sale(2, 5, "EUR"), sale(3, Decimal("0.2")), sale(4, None, "EUR"))
    sales = answered(open_sales_of(17), rows)
    assert sums(sales) == {"NOK": Decimal("0.3"), "EUR": Decimal(5)}
    assert sums([]) == {}


def test_what_may_be_expected_in_each_currency() -> None:
    """Amount by probability, exactly; a sale without a probability promises nothing."""
    told = [(1, Decimal("0.1"), "NOK", 30), (2, 5, "EUR", 50), (3, 7, "NOK", None)]
    rows = [sale(key, amount, currency) | {"probPercent": chance} for key, amount, currency, chance in told]
    assert weighted_sums(answered(open_sales_of(17), page(*rows))) == {"NOK": Decimal("0.03"), "EUR": Decimal("2.5")}


def test_a_sales_date_is_a_day() -> None:
    """Midnight in Oslo must not become the day before."""
    row = SaleRow.parse(sale(1, 1) | {"date": "2026-03-01T00:00:00+0100", "nextDueDate": "0001-01-01T00:00:00"})
    assert (row.date, row.next_due) == (date(2026, 3, 1), None)


def follow_up(appointment_id: int, hours: float, completed: bool = False) -> dict[str, Any]:
    return {
        "appointmentId": appointment_id,
        "date": (NOW + timedelta(hours=hours)).isoformat(),
        "type": "Meeting",
        "completed": completed,
        "person/personId": 5,
        "person/fullName": "Alice Berg",
        "associate/associateDbId": 3,
    }


def test_the_last_activity_is_completed_and_past() -> None:
    operation = last_activity_of(17, NOW)
    query = next(operation).query
    assert query["$filter"] == "completed set true and date before '2026-03-11'"
    assert (query["$orderBy"], query["$entities"]) == ("date desc", "appointment")
    with pytest.raises(StopIteration) as done:
        operation.send(page(follow_up(3, 5, True), follow_up(2, -1, True), follow_up(1, -30, True)))
    last = done.value.value
    assert (last.appointment_id, last.task, last.person, last.person_id, last.owner_id) == (
        2,
        "Meeting",
        "Alice Berg",
        5,
        3,
    )
    assert last.is_completed


def test_the_next_activity_is_still_to_begin() -> None:
    operation = next_activity_of(17, NOW)
    query = next(operation).query
    assert (query["$filter"], query["$orderBy"]) == ("completed set false and date after '2026-03-09'", "date")
    with pytest.raises(StopIteration) as done:
        operation.send(page(follow_up(0, -30), follow_up(1, -2), follow_up(2, 3), follow_up(3, 48)))
    assert done.value.value.appointment_id == 2


def test_todays_undone_meeting_is_next_when_nothing_follows() -> None:
    found = answered(next_activity_of(17, NOW), page(follow_up(0, -30), follow_up(1, -4), follow_up(2, -2)))
    assert found is not None
    assert found.appointment_id == 2


def test_what_is_overdue_is_not_next() -> None:
    assert answered(next_activity_of(17, NOW), page(follow_up(0, -30))) is None
    overdue = answered(overdue_activity_of(17, NOW), page(follow_up(1, -2), follow_up(0, -30)))
    assert overdue is not None
    assert overdue.appointment_id == 0


def test_all_activities_cost_one_call() -> None:
    """Open ones come first, so that none of them is cut off by what was done since."""
    query = next(activities_of("Contact", 17)).query
    assert "$filter" not in query
    assert (query["$orderBy"], query["$entities"], query["$top"]) == ("completed,date desc", "appointment", "100")

    found = answered(activities_of("Contact", 17), page(follow_up(1, 5), follow_up(2, -5), follow_up(3, -1, True)))
    assert [one.appointment_id for one in found.open] == [1, 2]
    assert [one.appointment_id for one in found.completed] == [3]
    assert not found.is_cut
    many = page(*(follow_up(number, -number, True) for number in range(LOOK_AT_ALL)))
    assert answered(activities_of("Contact", 17), many).is_cut


@pytest.mark.parametrize("ask", [last_activity_of, next_activity_of, overdue_activity_of])
def test_a_company_nobody_works_with(ask: Any) -> None:
    assert answered(ask(17, NOW), page()) is None


def test_a_list_to_choose_from() -> None:
    operation = mdo_list("category")
    call = next(operation)
    assert (call.path, call.query) == ("v1/MDOList/category", {"flat": "true"})
    with pytest.raises(StopIteration) as done:
        operation.send([{"Id": 3, "Name": "Customer", "ToolTip": "", "Deleted": False, "Rank": 2, "Type": "x"}])
    [item] = done.value.value
    assert (item.id, item.name, item.rank, item.is_deleted) == (3, "Customer", 2, False)


def test_a_list_name_cannot_leave_the_list() -> None:
    with pytest.raises(ValueError, match="relative"):
        next(mdo_list(".."))


def test_who_am_i() -> None:
    me = answered(
        current_principal(),
        {
            "AssociateId": 5,
            "Associate": "AB",
            "FullName": "Alice Berg",
            "EMailAddress": "alice@acme.example",
            "UserType": "InternalAssociate",
            "DatabaseContextIdentifier": "Cust12345",
            "FunctionRights": ["admin-all"],
        },
    )
    assert (me.associate_id, me.full_name, me.ctx) == (5, "Alice Berg", "Cust12345")
    assert "admin-all" in me.function_rights


@pytest.mark.parametrize(
    ("ask", "answer"), [(current_principal, None), (current_principal, {}), (lambda: mdo_list("x"), {})]
)
def test_an_answer_that_is_none(ask: Any, answer: Any) -> None:
    with pytest.raises(BadAnswer):
        answered(ask(), answer)
