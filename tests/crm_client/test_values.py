"""Values as NetServer writes them, and as it might."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.calls import http_date
from crm_client.encoded import decoded, encoded
from crm_client.values import (
    Element,
    FieldRight,
    TableMask,
    TableRight,
    amount,
    day,
    in_utc,
    integer,
    moment,
    translated,
    translations,
    yes,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01T14:52:00Z", datetime(2026, 3, 1, 14, 52, tzinfo=UTC)),
        ("2026-03-01T14:52:00+01:00", datetime(2026, 3, 1, 13, 52, tzinfo=UTC)),
        ("2026-03-01T14:52:00+0100", datetime(2026, 3, 1, 13, 52, tzinfo=UTC)),
        ("2026-03-01T14:52:00", datetime(2026, 3, 1, 14, 52, tzinfo=UTC)),
        ("2026-03-01T14:52:00.1234567Z", datetime(2026, 3, 1, 14, 52, 0, 123456, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00+0100", None),
        ("", None),
        ("9999-12-31T23:59:59-0500", None),
        ("soon", None),
        (None, None),
        (5, None),
    ],
)
def test_moments(written: Any, read: datetime | None) -> None:
    """Always aware and UTC; the year 1 is SuperOffice's empty date."""
    assert moment(written) == read


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_an_unspecified_moment_is_utc_wherever_we_run(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is to be written must say which moment it means."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert moment("2026-03-01T14:52:00") == datetime(2026, 3, 1, 14, 52, tzinfo=UTC)
        assert decoded("[DT:03/01/2026 14:52:00.0000000]") == datetime(2026, 3, 1, 14, 52, tzinfo=UTC)
        for write in (in_utc, http_date, encoded):
            with pytest.raises(ValueError, match="time zone"):
                write(datetime(2026, 3, 1, 14, 52))  # noqa: DTZ001
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-03-01T00:00:00+0100", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("0001-01-01T00:00:00", None),
        (None, None),
    ],
)
def test_days_are_never_shifted(written: Any, read: date | None) -> None:
    assert day(written) == read


@pytest.mark.parametrize(
    ("mask", "right"),
    [
        ("FULL", TableMask(15)),
        ("Select, Update", TableMask.SELECT | TableMask.UPDATE),
        ("RI, RestrictedUpdate", TableMask.SELECT | TableMask.INSERT | TableMask.RESTRICTED_UPDATE),
        ("None", TableMask.NONE),
        ("Select, SomethingNew", TableMask.SELECT),
        (3, TableMask.SELECT | TableMask.UPDATE),
        (0, TableMask.NONE),
        ("7", TableMask.SELECT | TableMask.UPDATE | TableMask.INSERT),
    ],
)
def test_table_rights_are_words_or_a_number(mask: str | int, right: TableMask) -> None:
    """Entities write words, archives a number."""
    assert TableRight.parse({"Mask": mask, "Reason": "because"}) == TableRight(right, "because")


def test_a_record_without_rights_is_free() -> None:
    assert TableRight.parse(None).can_update
    assert TableRight.parse({"Mask": "Select"}).can_update is False
    assert TableRight.parse({"Mask": "RI, RestrictedUpdate"}).can_update
    assert not TableRight.parse({"Mask": "RI, RestrictedUpdate"}).can_delete


def _property(mask: str, kind: str | None = "System.String", length: int = 49) -> dict[str, Any]:
    return {"FieldRight": {"Mask": mask, "Reason": "SuperOffice's reason"}, "FieldType": kind, "FieldLength": length}


@pytest.mark.parametrize(
    ("mask", "readable", "writable", "mandatory"),
    [
        ("Update", True, True, False),
        ("Update, UIHintMandatory", True, True, True),
        ("Read", True, False, False),
        ("None", False, False, False),
        ("Update, Unused4", True, True, False),
        ("Unused4, UIHintReadOnly", False, False, False),
        ("Update, UIHintReadOnly", True, False, False),
        ("Update, InventedIn2027", True, True, False),
    ],
)
def test_field_rights(mask: str, readable: bool, writable: bool, mandatory: bool) -> None:
    right = FieldRight.parse(_property(mask))
    assert (right.is_readable, right.is_writable, right.is_mandatory) == (readable, writable, mandatory)
    assert (right.reason, right.max_length) == ("SuperOffice's reason", 49)


@pytest.mark.parametrize("stated", [None, {}, {"FieldRight": None}, {"FieldRight": {"Mask": ""}}])
def test_a_field_nobody_mentions_can_be_edited(stated: Any) -> None:
    assert FieldRight.parse(stated) == FieldRight()


@pytest.mark.parametrize(
    ("kind", "length"), [("System.Int32", 4), ("System.String", -1), ("System.String", 0), (None, 0)]
)
def test_only_texts_have_a_length(kind: str | None, length: int) -> None:
    """A number's FieldLength counts bytes."""
    assert FieldRight.parse(_property("Update", kind, length)).max_length is None


@pytest.mark.parametrize("written", ['US:"Car";NO:"Bil"', 'US:"Car";NO:"Bil";', 'NO: "Bil", US: "Car"'])
def test_texts_in_several_languages(written: str) -> None:
    """The checklist writes them differently from the API."""
    assert translations(written) == {"US": "Car", "NO": "Bil"}
    assert translated(written, "no") == "Bil"
    assert translated('NO:"Bil"', "US") == "Bil"


def test_a_long_text_that_is_nearly_one_takes_no_longer() -> None:
    """Administrators type these; each way to divide the blanks must not be tried with each other."""
    nearly = 'US:"Car"            ' * 40 + "!"
    assert translations(nearly) == {}


@given(st.text())
def test_a_plain_text_stays_as_it_is(written: str) -> None:
    if not translations(written):
        assert translated(written) == written


def test_elements_keep_their_places() -> None:
    """A phone has no id: its place tells which one is meant."""
    values = [{"Value": "22", "Description": None, "StrippedValue": "22"}, {"Value": None}]
    assert Element.parse_all(values) == (Element("22", "", "22"), Element(""))
    assert Element.parse_all(None) == ()


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, 0),
        ("5", 5),
        (5, 5),
        ("x", 0),
        ([], 0),
        (Decimal("5.0"), 5),
        (float("inf"), 0),
        (Decimal("Infinity"), 0),
        (Decimal("1e999999999"), 0),
    ],
)
def test_integers(written: Any, read: int) -> None:
    assert integer(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (None, Decimal(0)),
        ("1 000", Decimal(0)),
        (Decimal("4.43"), Decimal("4.43")),
        (7, Decimal(7)),
        ("NaN", Decimal(0)),
        (Decimal("1e999999999"), Decimal(0)),
    ],
)
def test_amounts(written: Any, read: Decimal) -> None:
    assert amount(written) == read


@pytest.mark.parametrize(
    ("written", "read"), [(True, True), ("False", False), ("true", True), (0, False), (None, False)]
)
def test_flags(written: Any, read: bool) -> None:
    assert yes(written) is read
