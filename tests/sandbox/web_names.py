"""How SuperOffice Web writes things: names in the user's language, dates of his time zone, amounts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.numbers import format_decimal

from .roles import allows
from .world import Associate, Row, Tenant, World


@dataclass(frozen=True)
class Language:
    """One language of the client, under all the names SuperOffice has for it."""

    code: str
    """``en-US``: template variable ``lanc``."""
    iso: str
    superoffice: str
    """Two letters of the multi-language texts: ``US``, ``NO``, ``GE``."""
    name: str
    date: str
    """A ``strftime`` form."""
    time: str = "%H:%M"


LANGUAGES = {
    language.code: language
    for language in (
        Language("en-US", "en", "US", "English", "%-m/%-d/%Y", "%-I:%M %p"),
        Language("nb-NO", "no", "NO", "Norsk", "%d.%m.%Y"),
        Language("sv-SE", "sv", "SW", "Svenska", "%Y-%m-%d"),
        Language("da-DK", "da", "DA", "Dansk", "%d-%m-%Y"),
        Language("de-DE", "de", "GE", "Deutsch", "%d.%m.%Y"),
        Language("fi-FI", "fi", "FI", "Suomi", "%-d.%-m.%Y", "%-H.%M"),
        Language("nl-NL", "nl", "NL", "Nederlands", "%d-%m-%Y"),
    )
}
ENGLISH = LANGUAGES["en-US"]
_MULTI = re.compile(r'\s*([A-Z]{2})\s*:\s*"([^"]*)"\s*(?:[;,]|$)')


def language_of(code: str) -> Language:
    """The language of ``nb-NO``, ``nb`` or ``nb_no``; English when nobody knows it."""
    wanted = code.replace("_", "-").lower()
    exact = (one for one in LANGUAGES.values() if one.code.lower() == wanted)
    near = (one for one in LANGUAGES.values() if one.code[:2].lower() == wanted[:2])
    return next(exact, None) or next(near, ENGLISH)


def spoken(text: str, language: Language) -> str:
    """A multi-language text (``US:"Car";NO:"Bil"``) in this language, else English, else its first; others as is."""
    versions: dict[str, str] = {}
    at = 0
    while at < len(text) and (found := _MULTI.match(text, at)):
        versions[found[1]] = found[2]
        at = found.end()
    if not versions or text[at:].strip():
        return text
    return versions.get(language.superoffice) or versions.get("US") or next(iter(versions.values()))


def full_name(person: Row) -> str:
    """First, middle and last name, as far as there are."""
    return " ".join(filter(None, (person.get(part) for part in ("first_name", "middle_name", "last_name"))))


def first(entries: list[Row] | None) -> str:
    """The value of the first phone, e-mail or web address; empty when there is none."""
    return str(entries[0]["value"]) if entries else ""


def street_line(address: Row | None) -> str:
    """An address on one line: ``Storgata 1, 0155 Oslo``."""
    if not address:
        return ""
    lines = [address.get(line) for line in ("line1", "line2", "line3")]
    town = " ".join(filter(None, (address.get("zip"), address.get("city"))))
    return ", ".join(filter(None, [*lines, town]))


@dataclass(frozen=True)
class Desk:
    """One signed-in user in one tenant's client."""

    world: World
    tenant: Tenant
    associate: Associate
    client: str = "web"
    """``mobile`` on a phone; the template variable ``clie`` calls it by its old name, ``pocket``."""

    @property
    def language(self) -> Language:
        return language_of(self.associate.language)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.tenant.base_zone)

    @property
    def now(self) -> datetime:
        """The sandbox's time in the tenant's zone."""
        return self.world.now().astimezone(self.zone)

    @property
    def user_name(self) -> str:
        human = self.world.humans[self.associate.human]
        return f"{human.first_name} {human.last_name}"

    def row(self, table: str, key: object) -> Row | None:
        """A stored record that is not deleted, if this user may read it."""
        found = self.tenant.table(table).get(key) if isinstance(key, int) else None
        return None if found is None or found.get("deleted") or not self.may(f"{table}:select", found) else found

    def live(self, table: str) -> list[tuple[int, Row]]:
        """All records of a table that are not deleted and that this user may read."""
        rows = self.tenant.table(table).items()
        return [(key, row) for key, row in rows if not row.get("deleted") and self.may(f"{table}:select", row)]

    def may(self, right: str, row: Row | None = None) -> bool:
        """What sentry says of a record, or of a table: ``sale:select``, ``contact:update`` …"""
        table, _, what = right.partition(":")
        return allows(self.tenant, self.associate, table, what, row)

    def say(self, text: object) -> str:
        return spoken(str(text or ""), self.language)

    def item(self, list_name: str, key: object) -> str:
        """A list item's name; empty for none."""
        items = self.tenant.lists.get(list_name, {})
        return self.say(items.get(key, {}).get("name")) if isinstance(key, int) else ""

    def company(self, key: object) -> str:
        row = self.row("contact", key)
        return str(row["name"]) if row else ""

    def person(self, key: object) -> str:
        row = self.row("person", key)
        return full_name(row) if row else ""

    def project(self, key: object) -> str:
        row = self.row("project", key)
        return str(row["name"]) if row else ""

    def sale(self, key: object) -> str:
        row = self.row("sale", key)
        return str(row["heading"]) if row else ""

    def user(self, key: object) -> str:
        """An associate's full name, else his initials."""
        for associate in self.tenant.associates.values():
            if associate.associate_id == key:
                human = self.world.humans.get(associate.human)
                return f"{human.first_name} {human.last_name}" if human else associate.initials
        return ""

    def local(self, stamp: str | None) -> datetime | None:
        """A stored UTC time in the tenant's zone."""
        if not stamp:
            return None
        moment = datetime.fromisoformat(stamp)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(self.zone)

    def date(self, stamp: str | None) -> str:
        moment = self.local(stamp)
        return moment.strftime(self.language.date) if moment else ""

    def clock(self, stamp: str | None) -> str:
        moment = self.local(stamp)
        return moment.strftime(self.language.time) if moment else ""

    def amount(self, value: float | None) -> str:
        """Money with two decimals as the language groups it."""
        locale = self.language.code.replace("-", "_")
        return str(format_decimal(value or 0, format="#,##0.00", locale=locale))
