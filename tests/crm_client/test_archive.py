"""Questions to archives: quoting above all."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.archive import (
    Archive,
    after,
    before,
    begins,
    contains,
    either,
    first_page,
    greater,
    is_,
    is_true,
    less,
    one_of,
    pages,
    quoted,
    since,
)
from crm_client.calls import NEXT_LINK, Call
from crm_client.errors import BadAnswer

from .conftest import answered


def test_a_question_reads_as_superoffice_wants_it() -> None:
    query = (
        Archive("v1/Contact")
        .select("contactId", "name")
        .where(contains("name", "O'Hara"), is_true("stop", value=False))
        .entities("contact")
        .order_by("name", "contactId desc")
        .top(50)
        .skip(100)
    )
    assert query.call == Call(
        "GET",
        "v1/Contact",
        query={
            "$select": "contactId,name",
            "$filter": "name contains 'O''Hara' and stop set false",
            "$orderBy": "name,contactId desc",
            "$entities": "contact",
            "$top": "50",
            "$skip": "100",
        },
    )


def test_what_is_not_asked_is_not_sent() -> None:
    assert Archive("v1/Contact").call.query == {}


@pytest.mark.parametrize(
    ("condition", "written"),
    [
        (is_("number", "42"), "number is '42'"),
        (is_("contactId", 42), "contactId eq 42"),
        (begins("name", "Ac"), "name begins 'Ac'"),
        (greater("contactId", 5), "contactId gt 5"),
        (less("amount", Decimal("1E+3")), "amount lt 1000"),
        (one_of("category", [3, 6]), "category oneOf (3,6)"),
        (is_true("completed"), "completed set true"),
        (before("date", date(2026, 3, 1)), "date before '2026-03-01'"),
        (after("date", datetime(2026, 3, 1, 23, 30, tzinfo=timezone(-timedelta(hours=1)))), "date after '2026-03-02'"),
        (
            since("updated", datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=1)))),
            "updated afterTime '2026-03-01T00:00:00'",
        ),
        (either(is_("a", 1), is_("b", 2)), "(a eq 1 or b eq 2)"),
    ],
)
def test_conditions(condition: str, written: str) -> None:
    assert condition == written


def test_a_list_of_ids_holds_nothing_but_ids() -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        one_of("category", ["1) or (1 eq 1"])  # type: ignore[list-item]


def unquoted(written: str) -> tuple[str, str]:
    """What a server reads from a quoted text, and what is left behind its end."""
    found = re.match(r"'((?:[^']|'')*)'", written)
    assert found
    return found[1].replace("''", "'"), written[found.end() :]


@given(st.text())
def test_any_text_stays_inside_its_quotes(text: str) -> None:
    """Whatever somebody types into a search box, it is no condition of its own."""
    assert unquoted(quoted(text)) == (text, "")


@given(
    st.text(st.characters(codec="utf-8")), st.integers(), st.decimals(allow_nan=False, allow_infinity=False), st.dates()
)
def test_any_condition_arrives_as_it_was_meant(text: str, number: int, amount: Decimal, day: date) -> None:
    """Through the query of a real URL and back."""
    condition = (
        f"{contains('name', text)} and {is_('id', number)} and {less('amount', amount)} and {before('date', day)}"
    )
    query = Archive("v1/Contact").where(condition).call.query
    url = str(httpx.URL("https://x.example/", params=query))
    assert parse_qs(urlsplit(url).query, keep_blank_values=True)["$filter"] == [condition]
    assert Decimal(quoted(amount)) == amount
    assert "E" not in quoted(amount)


@given(st.datetimes(timezones=st.timezones()).filter(lambda moment: 1 < moment.year < 9999))
def test_any_moment_is_written_in_utc(moment: datetime) -> None:
    written = datetime.fromisoformat(unquoted(quoted(moment))[0]).replace(tzinfo=UTC)
    assert written == moment.astimezone(UTC).replace(microsecond=0)


def test_one_page_is_one_call() -> None:
    assert answered(first_page(Archive("v1/Contact")), {"value": [{"name": "a"}], NEXT_LINK: "v1/Contact?$skip=1"}) == [
        {"name": "a"}
    ]


def test_pages_follow_the_links() -> None:
    operation = pages(Archive("v1/Contact").top(1))
    assert next(operation).query == {"$top": "1"}
    assert operation.send({"value": [{"n": 1}], NEXT_LINK: "v1/Contact?$skip=1"}).query == {"$skip": "1"}
    assert operation.send({"value": [{"n": 2}], NEXT_LINK: "v1/Contact?$skip=2"}).query == {"$skip": "2"}
    with pytest.raises(StopIteration) as done:
        operation.send({"value": [{"n": 3}], NEXT_LINK: None})
    assert done.value.value == [{"n": 1}, {"n": 2}, {"n": 3}]


def test_pages_that_go_round_in_a_circle() -> None:
    page: dict[str, Any] = {"value": [], NEXT_LINK: "v1/Contact?$skip=1"}
    with pytest.raises(BadAnswer, match="circle"):
        answered(pages(Archive("v1/Contact")), page, page)


@pytest.mark.parametrize("page", [None, [], {}, {"value": None}, {"value": "x"}])
def test_a_page_without_rows_is_no_page(page: Any) -> None:
    with pytest.raises(BadAnswer, match="no rows"):
        answered(first_page(Archive("v1/Contact")), page)
