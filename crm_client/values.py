"""Small values many records share: list items, phones, rights, dates, texts in several languages.

Everything is parsed here, leniently: NetServer writes rights as words or numbers, leaves keys out and invents new ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from enum import IntFlag
from typing import Any

from crm_client.frozen import dataclass


@dataclass(frozen=True)
class Item:
    """A value from a list (category, business …): the id decides, the name is for people."""

    id: int
    name: str


@dataclass(frozen=True)
class Element:
    """A phone, e-mail or web address. It has no id; its place in the array is its rank [oas EntityElement]."""

    value: str
    description: str = ""
    """Its label, e.g. "Work"."""
    stripped: str = ""
    """The machine's form: a phone's digits."""

    @classmethod
    def parse_all(cls, values: Any) -> tuple[Element, ...]:
        """From an array of ``{"Value", "Description", "StrippedValue"}``, places kept."""
        return tuple(map(cls.parse, objects(values)))

    @classmethod
    def parse(cls, value: Mapping[str, Any]) -> Element:
        return cls(text(value.get("Value")), text(value.get("Description")), text(value.get("StrippedValue")))

    @property
    def as_json(self) -> dict[str, str]:
        """As NetServer takes a new one."""
        return {"Value": self.value, "Description": self.description}


@dataclass(frozen=True)
class Address:
    """A postal or street address in its parts [oas StructuredAddress]."""

    line1: str = ""
    line2: str = ""
    line3: str = ""
    zip: str = ""
    city: str = ""
    county: str = ""
    state: str = ""

    @classmethod
    def parse(cls, value: Any) -> Address:
        """From a StructuredAddress; null is an empty address."""
        keys = ("Address1", "Address2", "Address3", "Zipcode", "City", "County", "State")
        return cls(*(text(value.get(key)) for key in keys)) if isinstance(value, Mapping) else cls()


class TableMask(IntFlag):
    """What the person may do with a record [sec/sentry/services/tableright]."""

    NONE = 0
    SELECT = 1
    UPDATE = 2
    INSERT = 4
    DELETE = 8
    FILTERING = 16
    """The record exists but its content is hidden, e.g. a private appointment."""
    RESTRICTED_UPDATE = 32
    """Some fields are locked, e.g. the owner company's name."""
    UNINITIALIZED = 128


_TABLE_WORDS = {
    "none": 0,
    "select": 1,
    "update": 2,
    "insert": 4,
    "delete": 8,
    "filtering": 16,
    "restrictedupdate": 32,
    "uninitialized": 128,
    "ur": 3,
    "ri": 5,
    "uri": 7,
    "udr": 11,
    "full": 15,
    "rf": 17,
    "fi": 20,
    "uru": 34,
    "write": 38,
}


@dataclass(frozen=True)
class TableRight:
    """Rights on one record, with SuperOffice's reason for what is missing.

    The mask comes as words (``"Select, Update"``, ``"FULL"``) from entities and as a number from archives. Without any
    statement everything is allowed: NetServer has the last word anyway.
    """

    mask: TableMask
    reason: str = ""

    @classmethod
    def parse(cls, value: Any) -> TableRight:
        if not isinstance(value, Mapping) or value.get("Mask") in (None, ""):
            return cls(TableMask(15))
        return cls(TableMask(_mask(value["Mask"], _TABLE_WORDS)), text(value.get("Reason")))

    @property
    def can_update(self) -> bool:
        return bool(self.mask & (TableMask.UPDATE | TableMask.RESTRICTED_UPDATE))

    @property
    def can_delete(self) -> bool:
        return bool(self.mask & TableMask.DELETE)


_FIELD_WORDS = {
    "none": 0,
    "read": 1,
    "write": 2,
    "update": 3,
    "nullable": 32,
    "unused4": 32,
    "uihintmandatory": 64,
    "uihintreadonly": 128,
}


@dataclass(frozen=True)
class FieldRight:
    """What the person may do with one field. A field nobody mentions is free to edit."""

    is_readable: bool = True
    is_writable: bool = True
    is_mandatory: bool = False
    reason: str = ""
    """SuperOffice's explanation, to show with the field."""
    max_length: int | None = None
    """Characters, for texts."""

    @classmethod
    def parse(cls, value: Any) -> FieldRight:
        """From an entry of ``FieldProperties``; unknown words are ignored [sec/sentry, client payloads]."""
        right = value.get("FieldRight") if isinstance(value, Mapping) else None
        if not isinstance(right, Mapping) or right.get("Mask") in (None, ""):
            return cls(max_length=_length(value))
        mask = _mask(right["Mask"], _FIELD_WORDS)
        return cls(
            is_readable=bool(mask & 1),
            is_writable=bool(mask & 2) and not mask & 128,
            is_mandatory=bool(mask & 64),
            reason=text(right.get("Reason")),
            max_length=_length(value),
        )


def _mask(value: Any, words: Mapping[str, int]) -> int:
    """A mask from a number or from words; what we do not know adds nothing."""
    if isinstance(value, int):
        return value
    mask = 0
    for word in re.split(r"[\s,]+", str(value).strip().lower()):
        mask |= int(word) if word.isdecimal() else words.get(word, 0)
    return mask


def _length(properties: Any) -> int | None:
    """``FieldLength`` counts characters for texts only; -1 and 0 mean no limit stated."""
    if not isinstance(properties, Mapping) or properties.get("FieldType") != "System.String":
        return None
    return integer(properties.get("FieldLength")) if integer(properties.get("FieldLength")) > 0 else None


def text(value: Any) -> str:
    """A text; null is empty."""
    return value if isinstance(value, str) else ""


def texts(values: Any) -> tuple[str, ...]:
    """The texts in an array; anything else is none."""
    return tuple(text(value) for value in values) if isinstance(values, list) else ()


def objects(values: Any) -> list[Mapping[str, Any]]:
    """The objects in an array; anything else is none."""
    return [value for value in values if isinstance(value, Mapping)] if isinstance(values, list) else []


def integer(value: Any) -> int:
    """An id or a count; null and nonsense are 0, SuperOffice's "none"."""
    try:
        return int(amount(value) if isinstance(value, Decimal) else value)
    except (TypeError, ValueError, OverflowError):
        return 0


def yes(value: Any) -> bool:
    """A flag, which archives may write as a text or a number."""
    return value.strip().lower() in ("true", "1", "yes") if isinstance(value, str) else bool(value)


def amount(value: Any) -> Decimal:
    """A sum of money; JSON uses a decimal point whatever the culture [ws/endpoints/http-headers]. Null and what is
    beyond NetServer's own numbers (``double``) are 0.
    """
    try:
        number = Decimal(str(value).strip()) if value is not None else Decimal(0)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and number.adjusted() < 309 else Decimal(0)


def moment(value: Any) -> datetime | None:
    """A moment in UTC. Year 1 is SuperOffice's empty date; without an offset it is UTC, the zone clients ask for
    [ws/so-timezone].
    """
    try:
        read = datetime.fromisoformat(text(value).strip())
        if read.year == 1:
            return None
        return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def in_utc(value: datetime) -> datetime:
    """A moment to be written. Raises ``ValueError`` for one without a time zone: nobody can say which it means."""
    if value.tzinfo is None:
        raise ValueError("A moment needs its time zone")
    return value.astimezone(UTC)


def day(value: Any) -> date | None:
    """A date without a time, taken as written and never shifted by a time zone; year 1 is empty."""
    try:
        read = date.fromisoformat(text(value).strip()[:10])
    except ValueError:
        return None
    return None if read.year == 1 else read


def translations(value: str) -> dict[str, str]:
    """A text in several languages, by SuperOffice's two-letter code: ``US:"Car";NO:"Bil"``.

    Commas and spaces between the parts are accepted as well [ws/endpoints/http-headers,
    dp/standard-app/certification/checklist]. A plain text gives an empty dictionary.
    """
    if not re.fullmatch(r'\s*(?:[A-Z]{2}\s*:\s*"[^"]*"\s*(?:[;,]\s*)?)+', value):
        return {}
    return dict(re.findall(r'([A-Z]{2})\s*:\s*"([^"]*)"', value))


def translated(value: str, language: str = "US") -> str:
    """The text in one language, else in the first one given; a plain text stays as it is."""
    known = translations(value)
    return known.get(language.upper()) or next(iter(known.values()), value)


CODES = {
    "en": "US",
    "nb": "NO",
    "nn": "NO",
    "no": "NO",
    "de": "GE",
    "sv": "SW",
    "da": "DA",
    "nl": "NL",
    "fr": "FR",
    "it": "IT",
    "es": "SP",
    "fi": "FI",
    "pl": "PL",
    "cs": "CZ",
    "ru": "RU",
    "ja": "JP",
    "zh": "CN",
}
"""SuperOffice's codes in texts of several languages, by the language's own."""


def in_one_language(answer: Any, language: str) -> Any:
    """The same with each text of several languages in one, wherever it stands; ``language`` is as in HTTP."""
    if isinstance(answer, str):
        if '"' not in answer:  # as of nearly all; the expression takes ten times as long
            return answer
        return translated(answer, CODES.get(language.lower().partition("-")[0], "US"))
    if isinstance(answer, dict):
        return {key: in_one_language(value, language) for key, value in answer.items()}
    if isinstance(answer, list):
        return [in_one_language(value, language) for value in answer]
    return answer
