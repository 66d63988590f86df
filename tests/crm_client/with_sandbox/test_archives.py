"""Conditions, streams and full rows, as the sandbox understands them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from crm_client import archive
from crm_client.archive import PERIODS, Archive, by_key, cells, first_page, metadata, pages, stream
from crm_client.contacts import ContactRow
from crm_client.rows import each_line, lines
from crm_client.values import TableMask

from .conftest import User

COMPANIES = Archive("v1/Contact").select("contactId", "name", "updatedDate").order_by("contactId")
TODAY = datetime.now(UTC).date()


def ids(user: User, *conditions: str) -> list[int]:
    return [row["contactId"] for row in user.ask(pages(COMPANIES.where(*conditions)))]


PARTS = [
    (archive.is_("name", "Acme AS"), archive.is_not("name", "Acme AS")),
    (archive.contains("name", "a"), archive.not_contains("name", "a")),
    (archive.begins("name", "A"), archive.not_begins("name", "A")),
    (archive.is_("contactId", 17), archive.is_not("contactId", 17)),
    (archive.greater("contactId", 17), archive.less("contactId", 18)),
    (archive.between("contactId", 3, 9), archive.either(archive.less("contactId", 3), "contactId gt 9")),
    (archive.any_of("contactId", [17]), archive.is_not("contactId", 17)),
    (archive.one_of("category", [1, 2]), archive.not_one_of("category", [1, 2])),
    (archive.is_true("stop"), archive.is_true("stop", False)),
    (archive.until("updatedDate", TODAY), archive.after("updatedDate", TODAY)),
    (archive.before("updatedDate", TODAY), archive.either("updatedDate today", "updatedDate afterToday")),
    (archive.associate_one_of("associateId", [1]), archive.associate_not_one_of("associateId", [1])),
    (archive.starts_with("name", "A"), archive.not_begins("name", "A")),
    (archive.substring_of("name", "a"), archive.not_contains("name", "a")),
]
"""Pairs of conditions of which each company meets exactly one."""


def test_two_conditions_part_all_companies(alice: User) -> None:
    every = ids(alice)
    for one, other in PARTS:
        assert sorted(ids(alice, one) + ids(alice, other)) == every, one


UNDERSTOOD = [
    archive.on("updatedDate", TODAY),
    archive.days("updatedDate", TODAY - timedelta(days=3), TODAY),
    archive.between("updatedDate", date(2020, 1, 1), TODAY),
    archive.mine("associateId"),
    archive.ends_with("name", "S"),
    archive.this("updatedDate", "month"),
    archive.next_("updatedDate", 2, "week"),
    archive.previous("updatedDate", 2, "month"),
    archive.this_and_next("updatedDate", 1, "year"),
    archive.this_and_previous("updatedDate", 3, "day"),
    archive.this_and_around("updatedDate", 1, "quarter"),
    archive.all_rows(),
    archive.no_rows(),
]


def test_conditions_are_understood(alice: User) -> None:
    every = set(ids(alice))
    for condition in UNDERSTOOD + [archive.during("updatedDate", period) for period in PERIODS]:
        assert set(ids(alice, condition)) <= every, condition


def test_conditions_on_moments(alice: User) -> None:
    tickets, now = Archive("v1/Ticket").select("ticketId"), datetime.now(UTC)
    early, late, exact = [
        alice.ask(first_page(tickets.where(condition("createdAt", now))))
        for condition in (archive.before_time, archive.since, archive.at)
    ]
    assert early
    assert (late, exact) == ([], [])


def test_a_stream_reads_on_as_rows_are_taken(alice: User) -> None:
    small = COMPANIES.top(7)
    assert alice.each(stream(small)) == alice.ask(pages(COMPANIES))
    assert alice.each(by_key(COMPANIES, "contactId", size=7)) == alice.ask(pages(COMPANIES))


def test_typed_rows_stream_as_they_come(alice: User) -> None:
    query = Archive("v1/Contact").order_by("contactId")
    typed = alice.each(each_line(ContactRow, query.top(7)))
    assert typed == alice.ask(lines(ContactRow, query))
    assert all(row.contact_id and row.name for row in typed)


def test_full_rows_have_values_texts_and_rights(alice: User) -> None:
    query = Archive("v1/Contact").select("contactId", "name", "category", "stop").where("contactId eq 17").full()
    [row] = [cells(row) for row in alice.ask(pages(query))]
    assert (row.record, row.key) == ("contact", 17)
    assert row["contactId"] == 17
    assert isinstance(row["category"], int)
    assert row.columns["category"].display not in ("", str(row["category"]))
    assert row["stop"] is False
    assert row.table_right.mask & TableMask.SELECT
    assert "contact_id=17" in row.link


def test_columns_tell_what_they_are(alice: User) -> None:
    columns = {column.name: column for column in alice.ask(metadata("SimpleContact"))}
    assert columns["name"].restriction == "stringorPK"
    assert columns["name"].can_order
    assert columns["mainContact"].restriction == ""
    assert columns["category"].title
