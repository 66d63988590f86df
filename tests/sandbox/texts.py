"""How NetServer shows texts and dates to a caller: language and time zone headers ([http-headers])."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

LANGUAGES = {
    "en": "US",
    "nb": "NO",
    "no": "NO",
    "nn": "NO",
    "sv": "SW",
    "da": "DA",
    "fi": "FI",
    "de": "GE",
    "nl": "NL",
    "fr": "FR",
    "it": "IT",
    "es": "SP",
    "pl": "PL",
    "cs": "CZ",
    "ru": "RU",
    "ja": "JP",
    "zh": "CN",
}
"""ISO code to SuperOffice's own."""

ZONES = {
    "UTC": "UTC",
    "1": "UTC",
    "DK": "Europe/Copenhagen",
    "140": "Europe/Copenhagen",
    "FR": "Europe/Paris",
    "156": "Europe/Paris",
    "NO": "Europe/Oslo",
    "261": "Europe/Oslo",
    "US-CA": "America/Los_Angeles",
    "425": "America/Los_Angeles",
    "US-NY": "America/New_York",
    "460": "America/New_York",
}
"""Codes and ids of time zones the documentation names."""

MULTI = re.compile(r'\s*(?:[A-Z]{2}\s*:\s*"[^"]*"\s*[;,]?\s*)+')

PART = re.compile(r'([A-Z]{2})\s*:\s*"([^"]*)"')

RESOURCES = {
    "SR_MANDATORY_FIELD_1281": {"US": "Company name is a mandatory field", "NO": "Firmanavn er et obligatorisk felt"},
    "SR_MANDATORY_FIELD_1288": {"US": "Business is a mandatory field", "NO": "Bransje er et obligatorisk felt"},
    "SR_MANDATORY_FIELD_1289": {"US": "Category is a mandatory field", "NO": "Kategori er et obligatorisk felt"},
    "SR_MANDATORY_FIELD_1539": {"US": "First name is a mandatory field", "NO": "Fornavn er et obligatorisk felt"},
    "SR_MANDATORY_FIELD_1541": {"US": "Company is a mandatory field", "NO": "Firma er et obligatorisk felt"},
    "SR_ACCESS_ASSOCCONT_DELETE": {
        "US": "This is the company that owns the database",
        "NO": "Dette er firmaet som eier databasen",
    },
    "SR_ACCESS_OWNER_NAME": {
        "US": "The name of the company that owns the licence cannot be changed",
        "NO": "Navnet på firmaet som eier lisensen kan ikke endres",
    },
    "SR_ACCESS_ASSOCIATE_CONTACT": {
        "US": "A user cannot be moved to another company",
        "NO": "En bruker kan ikke flyttes til et annet firma",
    },
    "SR_ACCESS_ROLE": {"US": "Your role does not allow this", "NO": "Rollen din tillater ikke dette"},
    "SR_ACCESS_DENIED": {"US": "Access denied.", "NO": "Ingen tilgang."},
    "SR_ALL": {"US": "All", "NO": "Alle", "SW": "Alla", "DA": "Alle", "FI": "Kaikki"},
    "SR_NO_SELECTION": {"US": "Not selected", "NO": "Ikke valgt", "SW": "Inte valt", "DA": "Ikke valgt"},
    "SR_YES": {"US": "Yes", "NO": "Ja", "SW": "Ja", "DA": "Ja", "FI": "Kyllä"},
    "SR_NO": {"US": "No", "NO": "Nei", "SW": "Nej", "DA": "Nej", "FI": "Ei"},
}
"""A few of NetServer's own texts; real ones read like these but are not published."""

RESOURCE = re.compile(r"\[(SR_\w+)\]")


def language_of(headers: Mapping[str, str]) -> str | None:
    """SuperOffice's code for the language asked for; None without a header, for ``*``, ``x`` and unknown languages."""
    wanted = headers.get("so-language") or headers.get("accept-language") or "x"
    first = wanted.split(",")[0].split(";")[0].strip().lower()
    if first in ("*", "x"):
        return None
    return LANGUAGES.get(first.split("-")[0], "US")


def in_language(value: Any, language: str | None) -> Any:
    """A whole answer with its multi-language texts and resource names in one language."""
    if language is None:
        return value
    if isinstance(value, str):
        return _text_in(value, language)
    if isinstance(value, dict):
        return {key: in_language(item, language) for key, item in value.items()}
    return [in_language(item, language) for item in value] if isinstance(value, list) else value


def _text_in(text: str, language: str) -> str:
    if '"' in text and MULTI.fullmatch(text):
        parts = dict(PART.findall(text))
        return str(parts.get(language) or parts.get("US") or next(iter(parts.values())))
    return RESOURCE.sub(lambda match: _resource(match.group(1), language), text) if "[SR_" in text else text


def _resource(name: str, language: str) -> str:
    texts = RESOURCES.get(name, {})
    return texts.get(language) or texts.get("US") or f"[{name}]"


@dataclass(frozen=True)
class Clock:
    """A caller's time zone and whether dates tell their offset."""

    zone: ZoneInfo
    offsets: bool = False

    def show(self, stored: str) -> str:
        """A stored UTC text as the caller sees it; with offsets ``+0100`` or ``Z``."""
        if not stored or stored.startswith("0001-"):
            return "0001-01-01T00:00:00" + ("Z" if self.offsets else "")
        local = datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(self.zone)
        text = local.strftime("%Y-%m-%dT%H:%M:%S")
        return text + self._offset(local) if self.offsets else text

    def show_day(self, stored: str) -> str:
        """A date without time: never moved between zones."""
        if not stored or stored.startswith("0001-"):
            return self.show("")
        return stored + ("Z" if self.offsets else "")

    def local(self, stored: str) -> datetime | None:
        """A stored UTC text as aware local time; None for an empty date."""
        if not stored or stored.startswith("0001-"):
            return None
        return datetime.fromisoformat(stored).replace(tzinfo=UTC).astimezone(self.zone)

    def store(self, shown: str) -> str:
        """What a caller sent, as stored; raises ValueError if it is no date. An offset in it wins over the header."""
        moment = datetime.fromisoformat(shown)
        if moment.year == 1:
            return ""
        aware = moment if moment.tzinfo else moment.replace(tzinfo=self.zone)
        return aware.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds")

    @staticmethod
    def _offset(local: datetime) -> str:
        text = local.strftime("%z")
        return "Z" if text == "+0000" else text


def clock_of(headers: Mapping[str, str], base_zone: str) -> Clock | None:
    """What the ``SO-TimeZone`` header asks for; the tenant's own zone without one, None for an unknown zone."""
    parts = [part.strip() for part in headers.get("so-timezone", "").split(",")]
    offsets = "includetzoffset" in [part.lower() for part in parts[1:]]
    if not parts[0]:
        return Clock(ZoneInfo(base_zone), offsets)
    name = ZONES.get(parts[0].upper())
    return Clock(ZoneInfo(name), offsets) if name else None
