"""Conditions, streams and full rows, as the sandbox understands them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from crm_client import appointments, archive, contacts, documents, sales, search
from crm_client.archive import Archive, by_key, cells, first_page, metadata, pages, stream
from crm_client.calls import Operation
from crm_client.contacts import ContactRow
from crm_client.rows import Line, each_line, key, lines
from crm_client.values import TableMask, amount, day, moment

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


type Holds = Callable[[Any], bool]


def lower(holds: Callable[[str], bool]) -> Holds:
    """Case does not matter to texts."""
    return lambda value: holds(value.casefold())


def first(unit: archive.Unit, step: int) -> date:
    """The first day of the day, week, month … so many after the present one."""
    if unit in ("day", "week"):
        start = TODAY - timedelta(days=TODAY.weekday() if unit == "week" else 0)
        return start + step * timedelta(days=7 if unit == "week" else 1)
    months = {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit]
    whole = (TODAY.year * 12 + TODAY.month - 1) // months * months + months * step
    return date(whole // 12, whole % 12 + 1, 1)


def within(unit: archive.Unit, begin: int, end: int) -> Holds:
    """From one to another of these, both included."""
    return lambda day: first(unit, begin) <= day < first(unit, end + 1)


SOON = TODAY + timedelta(days=9)
SOME = {16, 18, 21}

TOLD: list[tuple[str, str, str, Holds]] = [
    ("Contact", "stop", archive.is_true("stop"), lambda flag: flag),
    ("Contact", "stop", archive.is_("stop", False), lambda flag: not flag),
    ("Contact", "contactId", archive.is_("contactId", 17), lambda key: key == 17),
    ("Contact", "contactId", archive.is_not("contactId", 17), lambda key: key != 17),
    ("Contact", "contactId", archive.greater("contactId", 17), lambda key: key > 17),
    ("Contact", "contactId", archive.less("contactId", 17), lambda key: key < 17),
    ("Contact", "contactId", archive.between("contactId", 3, 9), lambda key: 3 <= key <= 9),
    ("Contact", "contactId", archive.any_of("contactId", SOME), SOME.__contains__),
    ("Sale", "amount", archive.is_("amount", Decimal("61000.5")), lambda amount: amount == Decimal("61000.5")),
    ("Sale", "amount", archive.is_not("amount", Decimal("61000.5")), lambda amount: amount != Decimal("61000.5")),
    ("Sale", "amount", archive.greater("amount", Decimal("61000.4")), lambda amount: amount > 61000),
    ("Sale", "amount", archive.between("amount", 9, Decimal("61000.5")), lambda amount: amount <= Decimal("61000.5")),
    ("Contact", "name", archive.is_("name", 'o\'hara & søn, "ås"'), lower(lambda name: name.startswith("o'hara"))),
    ("Contact", "name", archive.is_not("name", 'O\'Hara & Søn, "Ås"'), lower(lambda name: "o'hara" not in name)),
    ("Contact", "name", archive.is_("name", 17), lambda name: name.startswith("Acme")),
    ("Contact", "name", archive.begins("name", "O'"), lower(lambda name: name.startswith("o'"))),
    ("Contact", "name", archive.not_begins("name", "O'"), lower(lambda name: not name.startswith("o'"))),
    ("Contact", "name", archive.contains("name", "' or 1 eq 1"), lambda name: "' or 1 eq 1" in name),
    ("Contact", "name", archive.contains("name", 'n, "Ås'), lambda name: 'n, "Ås' in name),
    ("Contact", "name", archive.not_contains("name", "a"), lower(lambda name: "a" not in name)),
    ("Contact", "name", archive.between("name", "B", "Ø"), lower(lambda name: "b" <= name <= "ø")),
    ("Contact", "name", archive.any_of("name", ['O\'Hara & Søn, "Ås"', "x"]), lower(lambda n: n.startswith("o'hara"))),
    ("Contact", "name", archive.substring_of("name", "'Hara"), lower(lambda name: "'hara" in name)),
    ("Contact", "name", archive.starts_with("name", "O'"), lower(lambda name: name.startswith("o'"))),
    ("Contact", "name", archive.ends_with("name", "AS"), lower(lambda name: name.endswith("as"))),
    ("Contact", "category", archive.is_("category", 2), lambda item: item == 2),
    ("Contact", "category", archive.one_of("category", [1, 2]), lambda item: item in (1, 2)),
    ("Contact", "category", archive.not_one_of("category", [1, 2]), lambda item: item not in (1, 2)),
    ("Contact", "associateId", archive.associate_one_of("associateId", [5, 7]), lambda item: item in (5, 7)),
    ("Contact", "associateId", archive.associate_not_one_of("associateId", [5]), lambda item: item != 5),
    ("Contact", "associateId", archive.mine("associateId"), lambda item: item == 5),
    ("Sale", "date", archive.on("date", SOON), lambda day: day == SOON),
    ("Sale", "date", archive.is_("date", SOON), lambda day: day == SOON),
    ("Sale", "date", archive.before("date", SOON), lambda day: day < SOON),
    ("Sale", "date", archive.until("date", SOON), lambda day: day <= SOON),
    ("Sale", "date", archive.after("date", SOON), lambda day: day > SOON),
    ("Sale", "date", archive.days("date", TODAY, SOON), lambda day: TODAY <= day <= SOON),
    ("Sale", "date", archive.between("date", TODAY, SOON), lambda day: TODAY <= day <= SOON),
    ("Appointment", "date", archive.during("date", "beforeToday"), lambda day: day < TODAY),
    ("Appointment", "date", archive.during("date", "today"), lambda day: day == TODAY),
    ("Appointment", "date", archive.during("date", "afterToday"), lambda day: day > TODAY),
    *[
        ("Appointment", "date", archive.during("date", f"{word}{unit.title()}"), within(unit, step, step))
        for unit in ("week", "month", "quarter")
        for word, step in (("last", -1), ("this", 0), ("next", 1))
    ],
    ("Appointment", "date", archive.during("date", "thisHalf"), within("half", 0, 0)),
    ("Appointment", "date", archive.during("date", "thisYear"), within("year", 0, 0)),
    ("Appointment", "date", archive.this("date", "month"), within("month", 0, 0)),
    ("Appointment", "date", archive.next_("date", 2, "week"), within("week", 1, 2)),
    ("Appointment", "date", archive.previous("date", 40, "day"), within("day", -40, -1)),
    ("Appointment", "date", archive.this_and_next("date", 1, "month"), within("month", 0, 1)),
    ("Appointment", "date", archive.this_and_previous("date", 1, "quarter"), within("quarter", -1, 0)),
    ("Appointment", "date", archive.this_and_around("date", "week"), within("week", -1, 1)),
    ("Contact", "contactId", archive.all_rows(), lambda key: True),
    ("Contact", "contactId", archive.no_rows(), lambda key: False),
]
"""Archive, column, condition, and what it says of a value of the column, in Python."""

READS: dict[str, Callable[[Any], Any]] = {"date": day, "amount": amount}


def odd_names() -> Operation[None]:
    """Companies called in such a way, and stopped."""
    for name in ('O\'Hara & Søn, "Ås"', "' or 1 eq 1 or name is '"):
        yield from contacts.create_contact((yield from contacts.new_contact()), name=name, is_stopped=True)


def one_sale() -> Operation[None]:
    """On a day and of an amount with a point."""
    wanted = {"heading": "x", "company": 17, "amount": Decimal("61000.5"), "date": SOON}
    yield from sales.create_sale((yield from sales.new_sale()), **wanted)


def follow_ups() -> Operation[None]:
    """Today, and a quarter before and after."""
    noon = datetime.combine(TODAY, time(12), UTC)
    for at in (noon, noon - timedelta(days=91), noon + timedelta(days=91)):
        start = yield from appointments.new_appointment()
        yield from appointments.create_appointment(start, title="x", start=at, end=at)


MADE: dict[str, Callable[[], Operation[None]]] = {"Contact": odd_names, "Sale": one_sale, "Appointment": follow_ups}
"""So that something is found."""


@pytest.mark.parametrize(("subject", "column", "condition", "holds"), TOLD, ids=[told[2] for told in TOLD])
def test_a_condition_means_what_it_says(alice: User, subject: str, column: str, condition: str, holds: Holds) -> None:
    alice.ask(MADE[subject]())
    query = Archive(f"v1/{subject}").select(column).full()
    every = {row.key: row[column] for row in map(cells, alice.ask(pages(query)))}
    meant = {key for key, value in every.items() if holds(READS.get(column, lambda value: value)(value))}

    assert {cells(row).key for row in alice.ask(pages(query.where(condition)))} == meant
    assert bool(meant) == (condition != archive.no_rows())


def test_conditions_on_moments(alice: User) -> None:
    """To the second, from any time zone."""
    tickets = Archive("v1/Ticket").select("ticketId", "createdAt").order_by("createdAt")
    created = {row["ticketId"]: moment(row["createdAt"]) for row in alice.ask(pages(tickets))}
    at = sorted(filter(None, created.values()))[3].astimezone(timezone(timedelta(hours=-9)))
    for condition, holds in (
        (archive.before_time, at.__gt__),
        (archive.since, at.__le__),
        (archive.at, at.__eq__),
        (archive.is_, at.__eq__),
    ):
        found = alice.ask(pages(tickets.where(condition("createdAt", at))))
        assert {row["ticketId"] for row in found} == {key for key, value in created.items() if holds(value)}
        assert found


def test_a_moment_is_the_same_for_a_client_of_another_zone(alice: User) -> None:
    """On further pages too."""
    tickets = Archive("v1/Ticket").select("ticketId", "createdAt").order_by("createdAt").top(1)
    at = moment(alice.ask(first_page(tickets.skip(1)))[0]["createdAt"])
    assert at
    crm = alice.user.crm
    alice.user.crm = type(crm)(crm.http, crm.address, crm.auth, time_zone="US-NY")  # type: ignore[arg-type]
    later = [moment(row["createdAt"]) for row in alice.ask(pages(tickets.where(archive.since("createdAt", at))))]
    assert later[0] == at
    assert len(later) == 3


def test_rows_come_as_asked(alice: User) -> None:
    """In this order, of these types, so many of them."""
    offer = {"header": "Offer", "name": "offer.txt", "company": 17, "date": TODAY}
    alice.ask(documents.create_document(alice.ask(documents.new_document()), **offer))
    query = Archive("v1/Contact/17/Activities").select("date", "text").order_by("date desc", "text")
    every = [(row["EntityName"], row["date"], row["text"]) for row in alice.ask(pages(query))]
    assert {kind for kind, _, _ in every} == {"appointment", "document"}
    by_text = sorted(every, key=lambda row: row[2].casefold())
    assert every == sorted(by_text, key=lambda row: row[1], reverse=True)
    follow_ups = alice.ask(pages(query.entities("appointment").top(2)))
    assert [row["text"] for row in follow_ups] == [text for kind, _, text in every if kind == "appointment"]
    some = alice.ask(first_page(query.entities("document", "appointment").skip(1).top(2)))
    assert [row["text"] for row in some] == [text for _, _, text in every[1:3]]


def test_a_question_too_long_for_an_address(alice: User) -> None:
    """Its pages too, each once."""
    query = COMPANIES.where(archive.any_of("contactId", [*range(1, 25), *range(10_000, 11_000)]))
    assert [row["contactId"] for row in alice.ask(pages(query.top(7)))] == list(range(1, 25))
    assert [call.method for call in alice.sent] == ["POST"] * 4
    assert [row["contactId"] for row in alice.each(by_key(query, "contactId", size=7))] == list(range(1, 25))
    found = alice.ask(search.companies_by_id(range(16, 2000)))
    assert 17 in {row.contact_id for row in found}


def test_nobody_is_among_none(alice: User) -> None:
    for by_id in (search.companies_by_id, search.persons_by_id, search.sales_by_id):
        assert alice.ask(by_id([])) == []
    assert alice.ask(search.persons_at([], 9)) == []
    assert alice.sent == []


@dataclass(frozen=True)
class Entry(Line):
    """An activity, a follow-up or not."""

    appointment_id: int = key("appointmentId")


def test_rows_of_several_types_keep_their_keys_apart(alice: User) -> None:
    offer = {"header": "Offer", "name": "offer.txt", "company": 17}
    made = alice.ask(documents.create_document(alice.ask(documents.new_document()), **offer))
    rows = alice.ask(lines(Entry, Archive("v1/Contact/17/Activities")))
    kinds = {row.raw["EntityName"]: row for row in rows if row.raw["PrimaryKey"] == str(made.document_id)}
    assert kinds["document"].appointment_id == 0
    assert all(row.appointment_id for row in rows if row.raw["EntityName"] == "appointment")


def test_a_stream_reads_on_as_rows_are_taken(alice: User) -> None:
    small = COMPANIES.top(7)
    assert alice.each(stream(small)) == alice.ask(pages(COMPANIES))
    assert alice.each(by_key(COMPANIES, "contactId", size=7)) == alice.ask(pages(COMPANIES))
    assert alice.each(by_key(COMPANIES.full(), "contactId", size=7)) == alice.ask(pages(COMPANIES.full()))


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
    assert columns["email/emailAddress"].restriction == "string"
    assert columns["contactAssociate/fullName"].can_order
