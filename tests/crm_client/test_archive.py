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

from crm_client import archive
from crm_client.archive import (
    Archive,
    Cell,
    after,
    before,
    begins,
    by_key,
    cells,
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
    stream,
)
from crm_client.calls import NEXT_LINK, Call, Page
from crm_client.errors import BadAnswer
from crm_client.frozen import replace
from tests.sandbox import archives

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


def test_a_column_is_asked_for_once() -> None:
    assert Archive("v1/Contact").select("a", "b", "a").select("b", "c").call.query == {"$select": "a,b,c"}


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


def test_what_nobody_can_compare_with() -> None:
    for value in (datetime(2026, 3, 1), Decimal("NaN"), Decimal("Infinity")):  # noqa: DTZ001
        with pytest.raises(ValueError, match=r"time zone|no number"):
            is_("updated", value)
    with pytest.raises(ValueError, match="time zone"):
        after("date", datetime(2026, 3, 1))  # noqa: DTZ001


MORE = {
    "name isNot 'x'": archive.is_not("name", "x"),
    "contactId ne 5": archive.is_not("contactId", 5),
    "name notBegins 'x'": archive.not_begins("name", "x"),
    "name notContains 'x'": archive.not_contains("name", "x"),
    "amount between (1,9.5)": archive.between("amount", 1, Decimal("9.5")),
    "name between ('a','b')": archive.between("name", "a", "b"),
    "name in ('a','O''Hara')": archive.any_of("name", ["a", "O'Hara"]),
    "contactId in (1,9)": archive.any_of("contactId", [1, 9]),
    "category notOneOf (3,6)": archive.not_one_of("category", [3, 6]),
    "date date '2026-03-01'": archive.on("date", date(2026, 3, 1)),
    "date date '2026-03-02'": archive.is_("date", date(2026, 3, 2)),
    "at dateTime '2026-03-02T15:00:00'": archive.is_("at", datetime(2026, 3, 2, 15, tzinfo=UTC)),
    "date beforeOrEqual '2026-03-01'": archive.until("date", date(2026, 3, 1)),
    "date dateBetween ('2026-03-01','2026-03-31')": archive.days("date", date(2026, 3, 1), date(2026, 3, 31)),
    "at beforeTime '2026-03-01T15:00:00'": archive.before_time("at", datetime(2026, 3, 1, 15, tzinfo=UTC)),
    "at dateTime '2026-03-01T15:00:00'": archive.at("at", datetime(2026, 3, 1, 15, tzinfo=UTC)),
    "date thisWeek": archive.during("date", "thisWeek"),
    "this(date,month)": archive.this("date", "month"),
    "next(date,2,week)": archive.next_("date", 2, "week"),
    "previous(date,1,year)": archive.previous("date", 1, "year"),
    "thisAndNext(date,1,day)": archive.this_and_next("date", 1, "day"),
    "thisAndPrevious(date,1,day)": archive.this_and_previous("date", 1, "day"),
    "thisAndPreviousAndNext(date,day)": archive.this_and_around("date", "day"),
    "substringof('x',name)": archive.substring_of("name", "x"),
    "startswith(name,'x')": archive.starts_with("name", "x"),
    "endswith(name,'x')": archive.ends_with("name", "x"),
    "associateId associateIsOneOf (1,6)": archive.associate_one_of("associateId", [1, 6]),
    "associateId associateIsNotOneOf (1)": archive.associate_not_one_of("associateId", [1]),
    "associateId currentAssociate": archive.mine("associateId"),
    "getAllRows set true": archive.all_rows(),
    "getNoRows set true": archive.no_rows(),
    "amount unequals 5": archive.condition("amount", "unequals", 5),
    "amount between (1,2)": archive.condition("amount", "between", 1, 2),
    "date today": archive.condition("date", "today"),
}


def test_every_documented_condition() -> None:
    assert list(MORE) == list(MORE.values())


DOCUMENTED = [
    *("set", "eq", "=", "ne", "lt", "gt", "equals", "unequals", "less", "greater", "between", "in"),
    *("begins", "contains", "is", "isNot", "notBegins", "notContains"),
    *("before", "after", "date", "beforeOrEqual", "dateBetween", "beforeTime", "afterTime", "dateTime"),
    *("associateIsOneOf", "associateIsNotOneOf", "currentAssociate", "oneOf", "notOneOf"),
]


@pytest.mark.parametrize("operator", [*DOCUMENTED, *archive.PERIODS])
def test_every_documented_operator_can_be_written(operator: str) -> None:
    assert archive.condition("column", operator) == f"column {operator}"


@pytest.mark.parametrize("operator", ["le", "ge", "notEnds", "LE"])
def test_what_fails_on_real_servers_is_refused(operator: str) -> None:
    with pytest.raises(ValueError, match="fails on SuperOffice's servers"):
        archive.condition("amount", operator, 5)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: archive.condition("a", "is 'x' or b is", "y"),
        lambda: archive.during("date", "lastYear"),  # type: ignore[arg-type]
        lambda: archive.this("date", "month) or (1 eq 1"),  # type: ignore[arg-type]
        lambda: archive.next_("date", "2", "1=1"),  # type: ignore[arg-type]
        lambda: archive.any_of("name", []),
        lambda: one_of("category", []),
        either,
    ],
)
def test_words_of_the_language_are_no_place_for_values(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"word|none of|at least one|no conditions"):
        wrong()


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


def test_a_stream_asks_for_the_next_page_when_one_is_taken() -> None:
    asked = stream(Archive("v1/Contact").top(1))
    assert next(asked) == Archive("v1/Contact").top(1).call
    assert asked.send({"value": [{"n": 1}], NEXT_LINK: "v1/Contact?$skip=1"}) == Page([{"n": 1}])
    assert next(asked) == Call("GET", "v1/Contact", query={"$skip": "1"})
    assert asked.send({"value": []}) == Page([])
    with pytest.raises(StopIteration):
        next(asked)


def test_reading_by_key_asks_beyond_the_last() -> None:
    asked = by_key(Archive("v1/Contact").select("name").where(is_true("stop")), "contactId", size=2)
    first = next(asked)
    assert isinstance(first, Call)
    assert first.query == {
        "$select": "name,contactId",
        "$filter": "stop set true and contactId gt 0",
        "$orderBy": "contactId",
        "$top": "2",
    }
    assert asked.send({"value": [{"contactId": 3}, {"contactId": 7}]}) == Page([{"contactId": 3}, {"contactId": 7}])
    second = next(asked)
    assert isinstance(second, Call)
    assert second.query["$filter"] == "stop set true and contactId gt 7"
    asked.send({"value": []})
    with pytest.raises(StopIteration):
        next(asked)


def test_a_short_page_with_a_link_is_not_the_last() -> None:
    """Rights are applied to each row of a page, so it may hold fewer than were asked for."""
    asked = by_key(Archive("v1/Contact"), "contactId", size=3)
    next(asked)
    asked.send({"value": [{"contactId": 3}], NEXT_LINK: "v1/Contact?$skip=3"})
    second = next(asked)
    assert isinstance(second, Call)
    assert second.query["$filter"] == "contactId gt 3"
    asked.send({"value": [], NEXT_LINK: "v1/Contact?$skip=6"})
    assert next(asked) == Call("GET", "v1/Contact", query={"$skip": "6"})
    asked.send({"value": [{"contactId": 9}], NEXT_LINK: None})
    with pytest.raises(StopIteration):
        next(asked)


def test_a_key_that_does_not_grow_ends_it() -> None:
    asked = by_key(Archive("v1/Contact"), "contactId", size=1)
    next(asked)
    asked.send({"value": [{"contactId": "none"}]})
    with pytest.raises(BadAnswer, match="does not grow"):
        next(asked)


FULL = {
    "PrimaryKey": 25,
    "EntityName": "contact",
    "LinkHint": "nav=contact&contact_id=25",
    "TableRight": {"Mask": 3, "Reason": "not yours"},
    "Column": {"category": {"RawValue": 3, "DisplayValue": "Customer", "TooltipHint": None}, "odd": None},
}


def test_a_full_row() -> None:
    row = cells(FULL)
    assert (row.record, row.key, row.link) == ("contact", 25, "nav=contact&contact_id=25")
    assert row["category"] == 3
    assert row.columns["category"] == Cell(3, "Customer")
    assert (row.table_right.can_update, row.table_right.can_delete, row.table_right.reason) == (
        True,
        False,
        "not yours",
    )
    with pytest.raises(BadAnswer):
        cells({"PrimaryKey": "25"})


def test_options_and_providers() -> None:
    query = Archive.provider("FreetextContact").full().option("GrandTotal=true").call
    assert (query.path, query.query) == (
        "v1/Archive/FreetextContact",
        {"$mode": "Full", "$options": "GrandTotal=true"},
    )


MANY = archive.any_of("saleId", range(10_000, 11_000))
LONG = Archive("v1/Sale").select("saleId").where(MANY).order_by("date").top(9)


def test_a_question_too_long_for_an_address_is_sent_as_a_form() -> None:
    short = LONG.call
    assert (short.method, short.path, short.query, short.reads) == ("POST", "v1/Archive/FindSale", {}, True)
    assert parse_qs((short.body or b"").decode())["$filter"] == [MANY]
    assert replace(LONG, path="v1/Archive/FreetextSale").call.path == "v1/Archive/FreetextSale"
    assert replace(LONG, path="v1/Contact/17/Sales").call.method == "GET"
    assert replace(LONG, conditions=()).call.method == "GET"
    with pytest.raises(ValueError, match="one body"):
        Call("POST", "v1/Archive/FindSale", form={"$top": "1"}, json={})


def test_the_sandbox_knows_the_same_providers() -> None:
    """Two readers of one table."""
    assert archive.PROVIDERS == archives.LISTS


def test_so_are_its_further_pages() -> None:
    """A link to one would be as long."""
    asked = stream(LONG)
    next(asked)
    asked.send({"value": [], NEXT_LINK: "v1/Archive/FindSale?$skip=9&$orderby=date"})
    further = next(asked)
    assert isinstance(further, Call)
    assert (further.method, further.path) == ("POST", "v1/Archive/FindSale")
    assert further.form == {**LONG.call.form, "$skip": "9"}
