"""The cards' own edit mode: what a user types on the card goes straight into the row, behind every panel's back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .events import changed, differing
from .web_names import Desk, first
from .world import Row


@dataclass(frozen=True)
class Field:
    """One input; ``kind`` is ``text``, ``entry`` (the first of a list of phones, e-mails …), ``check``, ``note``,
    ``user`` or ``list`` (of the MDO list ``source``)."""

    name: str
    label: str
    kind: str = "text"
    source: str = ""
    needed: bool = False


COMPANY = (
    Field("name", "Company", needed=True),
    Field("department", "Department"),
    Field("phones", "Phone", "entry"),
    Field("emails", "E-mail", "entry"),
    Field("urls", "Website", "entry"),
    Field("country", "Country", "list", "country"),
    Field("associate", "Our contact", "user"),
    Field("category", "Category", "list", "category"),
    Field("business", "Business", "list", "business"),
    Field("code", "Code"),
    Field("number", "Number"),
    Field("orgnr", "VAT No."),
    Field("stop", "Stop", "check"),
    Field("no_mailing", "No Mailings", "check"),
    Field("note", "Note", "note"),
)
PERSON = (
    Field("first_name", "First name"),
    Field("last_name", "Last name", needed=True),
    Field("title", "Title"),
    Field("direct_phones", "Direct", "entry"),
    Field("mobile_phones", "Mobile", "entry"),
    Field("emails", "E-mail", "entry"),
    Field("position", "Position", "list", "perspos"),
    Field("country", "Country", "list", "country"),
    Field("retired", "Former employee", "check"),
    Field("no_mailing", "No Mailings", "check"),
    Field("note", "Note", "note"),
)
FIELDS = {"contact": COMPANY, "person": PERSON}
_ADDRESS = {"line1": "", "line2": "", "line3": "", "zip": "", "city": "", "county": "", "state": ""}


@dataclass(frozen=True)
class Input:
    """A field with what it holds now and, for lists, what can be chosen."""

    field: Field
    value: str
    choices: list[tuple[str, str]] = field(default_factory=list)
    error: str = ""


def inputs(desk: Desk, table: str, row: Row, typed: Mapping[str, str] | None = None) -> list[Input]:
    """The form of a row; what was typed (after a refusal) wins over what is stored."""
    return [_input(desk, one, row, typed) for one in FIELDS[table]]


def _input(desk: Desk, one: Field, row: Row, typed: Mapping[str, str] | None) -> Input:
    value = _shown(one, row) if typed is None else typed.get(one.name, "")
    error = f"{one.label} is needed." if typed is not None and one.needed and not value.strip() else ""
    return Input(one, value, _choices(desk, one), error)


def _shown(one: Field, row: Row) -> str:
    value = row.get(one.name)
    if one.kind == "entry":
        return first(value)
    if one.kind == "check":
        return "on" if value else ""
    return str(value or "")


def _choices(desk: Desk, one: Field) -> list[tuple[str, str]]:
    if one.kind == "user":
        return [(str(a.associate_id), desk.user(a.associate_id)) for a in desk.tenant.associates.values()]
    if one.kind != "list":
        return []
    items = desk.tenant.lists.get(one.source, {}).items()
    live = sorted((item.get("rank", 0), key) for key, item in items if not item.get("deleted"))
    return [("0", ""), *((str(key), desk.item(one.source, key)) for _, key in live)]


def store(desk: Desk, table: str, key: int, typed: Mapping[str, str]) -> int:
    """Write a form that has no errors into the row ``key``, or into a new one for 0; answers the row's key."""
    rows, event = desk.tenant.table(table), "changed" if key else "created"
    if not key:
        key = desk.tenant.next_id(table)
        rows[key] = _blank(desk, table, typed.get("contact", ""))
    row, before = rows[key], dict(rows[key])
    for one in FIELDS[table]:
        _set(desk, row, one, typed.get(one.name, "").strip())
    row["updated"], row["updated_by"] = desk.world.stamp(), desk.associate.associate_id
    differ = differing(before, row) if event == "changed" else None
    changed(desk.world, desk.tenant, table, key, event, differ, desk.associate.associate_id)
    return key


def _set(desk: Desk, row: Row, one: Field, value: str) -> None:
    if one.kind == "entry":
        row[one.name] = _entries(desk, row.get(one.name) or [], value)
    elif one.kind == "check":
        row[one.name] = bool(value)
    elif one.kind in ("list", "user"):
        row[one.name] = int(value) if value.isascii() and value.isdigit() else 0
    else:
        row[one.name] = value


def _entries(desk: Desk, entries: list[Row], value: str) -> list[Row]:
    """The list with its first entry changed, added or, for an empty value, removed."""
    if not value:
        return entries[1:]
    head = entries[0] if entries else {"id": _next_entry(desk), "description": ""}
    return [{**head, "value": value}, *entries[1:]]


def _next_entry(desk: Desk) -> int:
    rows = (row for table in ("contact", "person") for row in desk.tenant.table(table).values())
    lists = (value for row in rows for value in row.values() if isinstance(value, list))
    ids = (entry["id"] for entries in lists for entry in entries if isinstance(entry, dict) and "id" in entry)
    return max(ids, default=0) + 1


def _blank(desk: Desk, table: str, company: str) -> Row:
    """A new row with the keys that the form does not fill; a person belongs to the company with this id."""
    now, me = desk.world.stamp(), desk.associate.associate_id
    stamps = {"registered": now, "registered_by": me, "updated": now, "updated_by": me, "deleted": False}
    if table == "contact":
        more: Row = {"person": 0, "postal": dict(_ADDRESS), "street": dict(_ADDRESS), "faxes": [], "source": 0}
    else:
        key = int(company) if company.isascii() and company.isdigit() else 0
        more = {"contact": key if desk.row("contact", key) else 0, "middle_name": "", "mrmrs": "", "rank": 99}
        more |= {"private_phones": [], "urls": [], "number": "", "birth": None, "source": 0}
    return {**more, **stamps}
