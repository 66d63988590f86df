"""What the company card and the contact card show, as plain values for the templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

from . import udef, udef_layout
from .web_names import Desk, first, full_name, street_line
from .web_place import Place
from .web_tables import TABLES, Table
from .world import Row


class Fact(NamedTuple):
    """One line of a card; with an ``href`` the value is a link."""

    label: str
    value: str
    href: str = ""
    strong: bool = False


class Tab(NamedTuple):
    label: str
    place: Place
    selected: bool


@dataclass(frozen=True)
class Card:
    """A record's card with its section below."""

    kind: str
    title: str
    subtitle: str
    land: str
    """Two letters of the country; empty when unknown."""
    place: Place
    upper: list[Tab]
    lower: list[Tab]
    left: list[Fact] = field(default_factory=list)
    right: list[Fact] = field(default_factory=list)
    text: str = ""
    """A free text instead of facts (the Note tab)."""
    checks: list[tuple[str, bool]] = field(default_factory=list)
    updated: str = ""
    previous: Place | None = None
    next: Place | None = None
    edit: Place | None = None
    table: Table | None = None


COMPANY_UPPER = {"main": "Company", "udef": "More", "interest": "Interests", "info": "Note"}
PERSON_UPPER = {"main": "Contact", "udef": "More", "interest": "Interests", "info": "Note"}
COMPANY_LOWER = {
    "personarchive": "Contacts",
    "activityarchive": "Activities",
    "salearchive": "Sales",
    "ticketarchive": "Requests",
    "projectarchive": "Projects",
    "relationarchive": "Relations",
}
PERSON_LOWER = {key: label for key, label in COMPANY_LOWER.items() if key != "personarchive"}


def company_card(desk: Desk, place: Place, key: int, row: Row) -> Card:
    """The card of a stored company."""
    upper, lower = place.tab(tuple(COMPANY_UPPER)), place.tab(tuple(COMPANY_LOWER))
    order = sorted(desk.live("contact"), key=lambda one: (one[1]["name"].casefold(), one[0]))
    before, after = neighbours([found for found, _ in order], key)
    content = {"main": _company_main, "udef": _company_more, "interest": _interests, "info": _note}[upper]
    return Card(
        kind="contact",
        title=row["name"],
        subtitle=row.get("department") or "",
        land=_land(desk, row),
        place=place.at(upper, lower, contact_id=key),
        upper=[Tab(text, place.at(tab, lower, contact_id=key), tab == upper) for tab, text in COMPANY_UPPER.items()],
        lower=[Tab(text, place.at(upper, tab, contact_id=key), tab == lower) for tab, text in COMPANY_LOWER.items()],
        checks=[("Stop", bool(row.get("stop"))), ("No Mailings", bool(row.get("no_mailing")))],
        updated=updated(desk, row),
        previous=place.at(upper, lower, contact_id=before) if before else None,
        next=place.at(upper, lower, contact_id=after) if after else None,
        edit=_edit(desk, place, "contact", row, contact_id=key),
        table=TABLES[lower](desk, place.at(upper, lower, **place.what), "contact", key),
        **content(desk, row),
    )


def person_card(desk: Desk, place: Place, key: int, row: Row) -> Card:
    """The card of a stored contact (person)."""
    upper, lower = place.tab(tuple(PERSON_UPPER)), place.tab(tuple(PERSON_LOWER))
    mates = sorted(found for found, mate in desk.live("person") if mate["contact"] == row["contact"])
    before, after = neighbours(mates, key)
    content = {"main": _person_main, "udef": _person_more, "interest": _interests, "info": _note}[upper]
    return Card(
        kind="person",
        title=full_name(row),
        subtitle=row.get("title") or "",
        land=_land(desk, row),
        place=place.at(upper, lower, person_id=key),
        upper=[Tab(text, place.at(tab, lower, person_id=key), tab == upper) for tab, text in PERSON_UPPER.items()],
        lower=[Tab(text, place.at(upper, tab, person_id=key), tab == lower) for tab, text in PERSON_LOWER.items()],
        checks=[("Former employee", bool(row.get("retired"))), ("No Mailings", bool(row.get("no_mailing")))],
        updated=updated(desk, row),
        previous=place.at(upper, lower, person_id=before) if before else None,
        next=place.at(upper, lower, person_id=after) if after else None,
        edit=_edit(desk, place, "person", row, person_id=key),
        table=TABLES[lower](desk, place.at(upper, lower, **place.what), "person", key),
        **content(desk, row),
    )


def neighbours(order: list[int], key: int) -> tuple[int | None, int | None]:
    """Who stands before and after a record."""
    at = order.index(key)
    return (order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None)


def _edit(desk: Desk, place: Place, table: str, row: Row, **what: int) -> Place | None:
    if not desk.may(f"{table}:update", row):
        return None
    return Place(place.target, ("main",), {"mode": "edit"}, {key: str(value) for key, value in what.items()})


def _land(desk: Desk, row: Row) -> str:
    return str(desk.tenant.lists.get("country", {}).get(row.get("country", 0), {}).get("iso2", ""))


def updated(desk: Desk, row: Row) -> str:
    """When and by whom a record was changed last."""
    return f"{desk.date(row.get('updated'))} {desk.user(row.get('updated_by'))}".strip()


def _phone(label: str, entries: list[Row] | None) -> Fact:
    value = first(entries)
    return Fact(label, value, f"tel:{value.replace(' ', '')}" if value else "")


def _mail(entries: list[Row] | None) -> Fact:
    value = first(entries)
    return Fact("E-mail:", value, f"mailto:{value}" if value else "")


def _website(entries: list[Row] | None) -> Fact:
    value = first(entries)
    safe = value if value.startswith(("https://", "http://")) else f"https://{value}"
    return Fact("Website:", value, safe if value else "")


def _company_main(desk: Desk, row: Row) -> dict[str, object]:
    country = desk.tenant.lists.get("country", {}).get(row.get("country", 0), {})
    left = [
        Fact("Postal:", street_line(row.get("postal")), _map(row.get("postal"))),
        Fact("Visiting:", street_line(row.get("street")), _map(row.get("street"))),
        Fact("Country:", desk.item("country", row.get("country"))),
        _phone("Phone:", row.get("phones")),
        _website(row.get("urls")),
        _mail(row.get("emails")),
    ]
    main = row.get("person", 0)
    right = [
        Fact("Our contact:", desk.user(row.get("associate")), strong=True),
        Fact("Category:", desk.item("category", row.get("category")), strong=True),
        Fact("Code:", row.get("code") or ""),
        Fact("Number:", row.get("number") or ""),
        Fact(str(country.get("orgnr_text") or "VAT No.:"), row.get("orgnr") or ""),
        Fact("Business:", desk.item("business", row.get("business"))),
        Fact("Main contact:", desk.person(main), f"?person.main?person_id={main}" if main else ""),
    ]
    return {"left": left, "right": right}


def _map(address: Row | None) -> str:
    line = street_line(address)
    return f"https://www.openstreetmap.org/search?{urlencode({'query': line})}" if line else ""


def _company_more(desk: Desk, row: Row) -> dict[str, object]:
    left = [
        Fact("Source:", desk.item("source", row.get("source"))),
        Fact("Department:", row.get("department") or ""),
        *(_phone(f"{entry.get('description') or 'Phone'}:", [entry]) for entry in row.get("phones") or []),
        _phone("Fax:", row.get("faxes")),
    ]
    right = [
        *own_fields(desk, "Contact", row),
        Fact("Registered:", desk.date(row.get("registered"))),
        Fact("Registered by:", desk.user(row.get("registered_by"))),
    ]
    return {"left": left, "right": right}


def own_fields(desk: Desk, owner: str, row: Row) -> list[Fact]:
    """User-defined fields as the screens have them since they were last rebuilt, in the order of their tabs."""
    fields = (field for _, field in udef_layout.owned(desk.tenant, owner, "udef_screen"))
    return [Fact(f"{desk.say(field['FieldLabel'])}:", _own_value(desk, udef.column_of(field), row)) for field in fields]


def _own_value(desk: Desk, column: udef.Column, row: Row) -> str:
    value = column.value(row)
    if column.kind == "Checkbox":
        return "Yes" if value else "No"
    if column.kind == "List":
        return desk.item(column.mdo, value)
    return desk.date(value) if column.kind in udef.DATES else str(value)


def _interests(_: Desk, __: Row) -> dict[str, object]:
    return {"text": "No interests are chosen."}


def _note(_: Desk, row: Row) -> dict[str, object]:
    return {"text": row.get("note") or "There is no note."}


def _person_main(desk: Desk, row: Row) -> dict[str, object]:
    company = row.get("contact", 0)
    left = [
        Fact("Company:", desk.company(company), f"?contact.main?contact_id={company}" if company else ""),
        Fact("Title:", row.get("title") or ""),
        _phone("Direct:", row.get("direct_phones")),
        _phone("Mobile:", row.get("mobile_phones")),
        _mail(row.get("emails")),
    ]
    right = [
        Fact("Mr/Ms:", str(row.get("mrmrs") or "")),
        Fact("Position:", desk.item("perspos", row.get("position"))),
        Fact("Country:", desk.item("country", row.get("country"))),
        Fact("Number:", row.get("number") or ""),
        Fact("Our contact:", desk.user((desk.row("contact", company) or {}).get("associate")), strong=True),
    ]
    return {"left": left, "right": right}


def _person_more(desk: Desk, row: Row) -> dict[str, object]:
    left = [_phone("Private:", row.get("private_phones")), _website(row.get("urls"))]
    right = [
        *own_fields(desk, "Person", row),
        Fact("Source:", desk.item("source", row.get("source"))),
        Fact("Registered:", desk.date(row.get("registered"))),
        Fact("Registered by:", desk.user(row.get("registered_by"))),
    ]
    return {"left": left, "right": right}
