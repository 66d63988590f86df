"""Values inside texts: ``[I:3]``, ``[D:05/13/1999 00:00:00.0000000]`` [arch/encoded-values, client payloads].

User-defined fields and the archive rows of agents hold them; texts are plain. Dates are written month first with
slashes; the documentation's example with dots has no stated order and is not read.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from crm_client.values import in_utc, integer

type Encodable = str | bool | int | Decimal | date | datetime | time
type Decoded = Encodable | timedelta | None

_ENCODED = re.compile(r"\[(DT|TS|[IDFMT]):([^\]]*)\]")
_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{4})(?: (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,7}))?)?")
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d+)?")


def decoded(written: str) -> Decoded:
    """What a text means; itself if it is no encoded value, None for the empty date and for nonsense.

    ``[D:…]`` is a date, ``[DT:…]`` a moment in UTC (the zone clients ask for), ``[T:…]`` a time of day.
    """
    found = _ENCODED.fullmatch(written)
    if not found:
        return written
    kind, inner = found.groups()
    if kind == "I":
        return integer(inner)
    if kind in "FM":
        return _number(inner)
    if kind in ("D", "DT"):
        at = _moment(inner)
        return at.date() if at and kind == "D" else at
    clock = _time(inner)
    return timedelta(hours=clock.hour, minutes=clock.minute, seconds=clock.second) if clock and kind == "TS" else clock


def encoded(value: Encodable) -> str:
    """A value as SuperOffice writes it. Raises ``ValueError`` for a moment without time zone, or what is no number."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return f"[I:{int(value)}]"
    if isinstance(value, int):
        return f"[I:{value}]"
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no number")
        return f"[F:{value:f}]"
    if isinstance(value, time):
        return f"[T:{value:%H:%M}]"
    if not isinstance(value, datetime):
        return f"[D:{value:%m/%d}/{value.year:04} 00:00:00.0000000]"
    at = in_utc(value)
    return f"[DT:{at:%m/%d}/{at.year:04} {at:%H:%M:%S}.{at.microsecond:06}0]"


EMPTY_DATE = "[DT:01/01/0001 00:00:00.0000000]"
"""As ``CustomFields`` has it [client payloads]."""


def _number(inner: str) -> Decimal | None:
    try:
        number = Decimal(inner)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _moment(inner: str) -> datetime | None:
    found = _DATE.fullmatch(inner.strip())
    if not found:
        return None
    month, day, year, hour, minute, second = (integer(part) for part in found.groups()[:6])
    fraction = int((found[7] or "")[:6].ljust(6, "0"))
    try:
        at = datetime(year, month, day, hour, minute, second, fraction, tzinfo=UTC)
    except ValueError:
        return None
    return None if at.year == 1 else at


def _time(inner: str) -> time | None:
    found = _TIME.fullmatch(inner.strip())
    if not found:
        return None
    try:
        return time(integer(found[1]), integer(found[2]), integer(found[3]))
    except ValueError:
        return None
