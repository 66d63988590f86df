"""Values inside texts, as payloads of real servers and the documentation show them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_client.encoded import EMPTY_DATE, decoded, encoded


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[I:3]", 3),
        ("[F:4.43]", Decimal("4.43")),
        ("[M:123.45]", Decimal("123.45")),
        ("[D:05/13/1999 00:00:00.0000000]", date(1999, 5, 13)),
        ("[D:05/13/1999]", date(1999, 5, 13)),
        ("[DT:11/09/2017 14:53:18]", datetime(2017, 11, 9, 14, 53, 18, tzinfo=UTC)),
        ("[DT:01/01/1760 09:34:44.0000000]", datetime(1760, 1, 1, 9, 34, 44, tzinfo=UTC)),
        ("[T:14:52]", time(14, 52)),
        ("[TS:01:30:00]", timedelta(hours=1, minutes=30)),
        (EMPTY_DATE, None),
        ("[D:09.11.2017]", None),
        ("[D:13/05/1999]", None),
        ("[T:25:00]", None),
        ("[F:much]", None),
        ("[F:NaN]", None),
        ("[I:]", 0),
        ("True", "True"),
        ("", ""),
        ("[I:3", "[I:3"),
        ("[X:3]", "[X:3]"),
        ("say [I:3]", "say [I:3]"),
    ],
)
def test_what_it_means(written: str, meant: Any) -> None:
    assert decoded(written) == meant


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (3, "[I:3]"),
        (True, "[I:1]"),
        (Decimal("1E+3"), "[F:1000]"),
        (date(2026, 3, 1), "[D:03/01/2026 00:00:00.0000000]"),
        (datetime(2026, 3, 1, 1, tzinfo=timezone(timedelta(hours=2))), "[DT:02/28/2026 23:00:00.0000000]"),
        (time(9, 5), "[T:09:05]"),
        ("[I:3] is text", "[I:3] is text"),
    ],
)
def test_how_it_is_written(value: Any, written: str) -> None:
    assert encoded(value) == written


def test_a_moment_without_zone_is_a_guess() -> None:
    with pytest.raises(ValueError, match="time zone"):
        encoded(datetime(2026, 3, 1))  # noqa: DTZ001
    with pytest.raises(ValueError, match="no number"):
        encoded(Decimal("NaN"))


days = st.dates(date(2, 1, 1))
moments = st.datetimes(datetime(2, 1, 2), datetime(9999, 12, 30), timezones=st.timezones())  # noqa: DTZ001
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=6)


@given(st.integers() | days | moments | numbers)
def test_any_value_comes_back(value: Any) -> None:
    back = decoded(encoded(value))
    assert back == (value.astimezone(UTC) if isinstance(value, datetime) else value)


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Whatever stands in brackets, nothing breaks."""
    for kind in ("I", "D", "DT", "F", "M", "T", "TS"):
        decoded(f"[{kind}:{text}]")
    assert encoded(text) == text
