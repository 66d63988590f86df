"""The tables of the client: section tabs of the cards, the company list and the result of a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from .web_names import Desk, first, full_name
from .web_place import Place
from .world import Row

SHORTEST_SEARCH = 3
"""Fewer characters find nothing: SuperOffice does not search for them."""


class Cell(NamedTuple):
    text: str
    href: str = ""
    number: bool = False
    late: bool = False


class Line(NamedTuple):
    cells: list[Cell]
    place: Place | None
    """Where a click on the row leads."""
    selected: bool = False


@dataclass(frozen=True)
class Table:
    """Rows under their headings, or the reason why there are none."""

    heads: list[str]
    lines: list[Line] = field(default_factory=list)
    reason: str = ""
    sums: list[str] = field(default_factory=list)


def _to(target: str, **what: int) -> str:
    return "?" + str(Place(target, ("main",), {}, {key: str(value) for key, value in what.items()}))


def _denied(heads: list[str]) -> Table:
    return Table(heads, reason="Your role does not give you access to these.")


def _owned(desk: Desk, table: str, owner: str, key: int) -> list[tuple[int, Row]]:
    return [(found, row) for found, row in desk.live(table) if row.get(owner) == key]


def _line(place: Place, name: str, key: int, cells: list[Cell]) -> Line:
    tabs = place.at(*place.tabs, **place.what | {name: str(key)})
    return Line(cells, tabs, place.number(name) == key)


def persons(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """The people of a company, former employees last."""
    heads = ["Mr/Ms", "First name", "Last name", "Title", "Phone - Mobile", "E-mail"]
    if not desk.may("person:select"):
        return _denied(heads)
    rows = sorted(_owned(desk, "person", owner, key), key=lambda one: (one[1].get("retired", False), one[1]["rank"]))
    return Table(heads, [_line(place, "person_id", found, _person_cells(found, row)) for found, row in rows])


def _person_cells(key: int, row: Row) -> list[Cell]:
    href = _to("person", person_id=key)
    mail = first(row.get("emails"))
    return [
        Cell(str(row.get("mrmrs") or "")),
        Cell(row["first_name"], href),
        Cell(row["last_name"], href),
        Cell(row.get("title") or ""),
        Cell(first(row.get("mobile_phones"))),
        Cell(mail, f"mailto:{mail}" if mail else ""),
    ]


def activities(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """Follow-ups, newest first."""
    heads = ["", "Date", "Time", "Type", "Title", "Contact", "ID"]
    if not desk.may("appointment:select"):
        return _denied(heads)
    rows = sorted(_owned(desk, "appointment", owner, key), key=lambda one: one[1]["start"], reverse=True)
    return Table(heads, [_line(place, "appointment_id", found, _activity_cells(desk, row)) for found, row in rows])


def _activity_cells(desk: Desk, row: Row) -> list[Cell]:
    start = desk.local(row["start"])
    late = bool(start and start < desk.now and not row.get("completed"))
    return [
        Cell("✓" if row.get("completed") else ""),
        Cell(desk.date(row["start"]), late=late),
        Cell("" if row.get("all_day") else desk.clock(row["start"])),
        Cell(desk.item("task", row.get("task"))),
        Cell(row.get("title") or row.get("text") or ""),
        Cell(desk.person(row.get("person"))),
        Cell(_initials(desk, row.get("associate"))),
    ]


def sales(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """Sales, newest first, with one sum a currency."""
    heads = ["Sale date", "Amount", "Currency", "Stage", "Status", "Sale name", "Contact", "Owner"]
    if not desk.may("sale:select"):
        return _denied(heads)
    rows = sorted(_owned(desk, "sale", owner, key), key=lambda one: one[1]["date"], reverse=True)
    lines = [_line(place, "sale_id", found, _sale_cells(desk, found, row)) for found, row in rows]
    return Table(heads, lines, sums=_sums(desk, [row for _, row in rows]))


def _sale_cells(desk: Desk, key: int, row: Row) -> list[Cell]:
    return [
        Cell(desk.date(row["date"])),
        Cell(desk.amount(row["amount"]), number=True),
        Cell(desk.item("currency", row.get("currency"))),
        Cell(desk.item("prob", row.get("stage"))),
        Cell(row.get("status") or ""),
        Cell(row.get("heading") or "", _to("sale", sale_id=key)),
        Cell(desk.person(row.get("person"))),
        Cell(_initials(desk, row.get("associate"))),
    ]


def _sums(desk: Desk, rows: list[Row]) -> list[str]:
    totals: dict[str, float] = {}
    for row in rows:
        currency = desk.item("currency", row.get("currency"))
        totals[currency] = totals.get(currency, 0) + row["amount"]
    return [f"{desk.amount(total)} {currency}" for currency, total in totals.items()]


def _initials(desk: Desk, associate_id: object) -> str:
    found = (one for one in desk.tenant.associates.values() if one.associate_id == associate_id)
    return next((one.initials for one in found), "")


REQUEST_HEADS = ["Request ID", "Title", "Status", "Owner", "Created"]


def requests(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """Requests, the newest first; a company's are those of its people."""
    if not desk.may("ticket:select"):
        return _denied(REQUEST_HEADS)
    rows = [(found, row) for found, row in desk.live("ticket") if _asked_by(desk, row, owner) == key]
    return Table(REQUEST_HEADS, [_request_line(desk, found, row) for found, row in sorted(rows, key=_newest)])


def _asked_by(desk: Desk, row: Row, owner: str) -> int:
    person = desk.row("person", row["person"]) or {}
    found: int = person.get("contact", 0) if owner == "contact" else row[owner]
    return found


def _newest(found: tuple[int, Row]) -> int:
    return -found[0]


def _request_line(desk: Desk, key: int, row: Row) -> Line:
    cells = [
        Cell(str(key)),
        Cell(row["title"], _to("ticket", ticket_id=key)),
        Cell(desk.item("ticketstatus", row["status"])),
        Cell(desk.user(row["owner"])),
        Cell(desk.date(row["registered"])),
    ]
    return Line(cells, _card("ticket", key))


PROJECT_HEADS = ["Project name", "Type", "Status", "End date", "Manager"]


def projects(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """The projects a company or a person takes part in."""
    if not desk.may("project:select"):
        return _denied(PROJECT_HEADS)
    joined = {member["project"] for _, member in desk.live("project_member") if member[owner] == key}
    return Table(PROJECT_HEADS, [_project_line(desk, one, row) for one, row in desk.live("project") if one in joined])


def _project_line(desk: Desk, key: int, row: Row) -> Line:
    cells = [
        Cell(row["name"], _to("project", project_id=key)),
        Cell(desk.item("projecttype", row["type"])),
        Cell(desk.item("projectstatus", row["status"])),
        Cell(desk.date(row["end"])),
        Cell(desk.user(row["associate"])),
    ]
    return Line(cells, _card("project", key))


def members(desk: Desk, place: Place, owner: str, key: int) -> Table:
    """Who takes part in a project."""
    heads = ["Contact", "Company", "Function", "Comment"]
    if not desk.may("project:select"):
        return _denied(heads)
    rows = _owned(desk, "project_member", owner, key)
    return Table(heads, [Line(_member_cells(desk, row), None) for _, row in rows])


def _member_cells(desk: Desk, row: Row) -> list[Cell]:
    return [
        Cell(desk.person(row["person"]), _to("person", person_id=row["person"]) if row["person"] else ""),
        Cell(desk.company(row["contact"]), _to("contact", contact_id=row["contact"]) if row["contact"] else ""),
        Cell(desk.item("pmembtype", row["function"])),
        Cell(row["comment"]),
    ]


def _nothing(*heads: str) -> Callable[[Desk, Place, str, int], Table]:
    return lambda _desk, _place, _owner, _key: Table(list(heads))


TABLES: dict[str, Callable[[Desk, Place, str, int], Table]] = {
    "personarchive": persons,
    "activityarchive": activities,
    "saleactivityarchive": activities,
    "salearchive": sales,
    "ticketarchive": requests,
    "projectarchive": projects,
    "projectmembersarchive": members,
    "relationarchive": _nothing("Relation", "Company", "Contact", "Comment"),
}


def matches(words: str, texts: Iterable[str]) -> bool:
    """Every word begins a word of the texts, whatever its case."""
    there = " ".join(texts).casefold().split()
    return all(any(word.startswith(wanted) for word in there) for wanted in words.casefold().split())


def companies(desk: Desk, search: str) -> Table:
    """The companies whose name, department, number or town match; all of them without a search."""
    heads = ["Company", "Department", "Number", "Category", "Our contact", "Phone", "City", "Country"]
    if not desk.may("contact:select"):
        return _denied(heads)
    if search and len(search) < SHORTEST_SEARCH:
        return Table(heads, reason=f"Type at least {SHORTEST_SEARCH} characters to search.")
    rows = sorted(desk.live("contact"), key=lambda one: (one[1]["name"].casefold(), one[0]))
    lines = [Line(_company_cells(desk, key, row), _card("contact", key)) for key, row in rows if _fits(search, row)]
    return Table(heads, lines)


def _fits(search: str, row: Row) -> bool:
    town = str((row.get("postal") or {}).get("city", ""))
    return matches(search, (row["name"], row.get("department") or "", row.get("number") or "", town))


def _card(target: str, key: int) -> Place:
    return Place(target, ("main",), {}, {f"{target}_id": str(key)})


def _company_cells(desk: Desk, key: int, row: Row) -> list[Cell]:
    return [
        Cell(row["name"], _to("contact", contact_id=key)),
        Cell(row.get("department") or ""),
        Cell(row.get("number") or ""),
        Cell(desk.item("category", row.get("category"))),
        Cell(desk.user(row.get("associate"))),
        Cell(first(row.get("phones"))),
        Cell(str((row.get("postal") or {}).get("city", ""))),
        Cell(desk.item("country", row.get("country"))),
    ]


def people(desk: Desk, search: str) -> Table:
    """The contacts (persons) whose name, e-mail or company match; all of them without a search."""
    heads = ["Contact", "Title", "Company", "Phone - Mobile", "E-mail"]
    if not desk.may("person:select"):
        return _denied(heads)
    if search and len(search) < SHORTEST_SEARCH:
        return Table(heads, reason=f"Type at least {SHORTEST_SEARCH} characters to search.")
    rows = sorted(desk.live("person"), key=lambda one: (one[1]["last_name"].casefold(), one[0]))
    found = ((key, row) for key, row in rows if _knows(desk, search, row))
    lines = [Line(_found_person(desk, key, row), _card("person", key)) for key, row in found]
    return Table(heads, lines)


def _knows(desk: Desk, search: str, row: Row) -> bool:
    return matches(search, (full_name(row), first(row.get("emails")), desk.company(row.get("contact"))))


def _found_person(desk: Desk, key: int, row: Row) -> list[Cell]:
    company, mail = row.get("contact", 0), first(row.get("emails"))
    return [
        Cell(full_name(row), _to("person", person_id=key)),
        Cell(row.get("title") or ""),
        Cell(desk.company(company), _to("contact", contact_id=company) if company else ""),
        Cell(first(row.get("mobile_phones"))),
        Cell(mail, f"mailto:{mail}" if mail else ""),
    ]


def found_sales(desk: Desk, search: str) -> Table:
    """The sales whose heading, number or company match; all of them without a search."""
    heads = ["Sale", "Company", "Sale date", "Amount", "Currency", "Stage", "Status", "Owner"]
    if not desk.may("sale:select"):
        return _denied(heads)
    rows = [
        (key, row)
        for key, row in sorted(desk.live("sale"), key=lambda one: one[1]["date"], reverse=True)
        if not search or matches(search, (row["heading"], row["number"], desk.company(row["contact"])))
    ]
    return Table(heads, [Line(_found_sale(desk, key, row), _card("sale", key)) for key, row in rows])


def _found_sale(desk: Desk, key: int, row: Row) -> list[Cell]:
    return [
        Cell(row["heading"], _to("sale", sale_id=key)),
        Cell(desk.company(row["contact"])),
        Cell(desk.date(row["date"])),
        Cell(desk.amount(row["amount"]), number=True),
        Cell(desk.item("currency", row["currency"])),
        Cell(desk.item("prob", row["stage"])),
        Cell(row["status"]),
        Cell(_initials(desk, row["associate"])),
    ]


def found_projects(desk: Desk, search: str) -> Table:
    """The projects whose name or number match; all of them without a search."""
    if not desk.may("project:select"):
        return _denied(PROJECT_HEADS)
    rows = [(key, row) for key, row in desk.live("project") if matches(search, (row["name"], row["number"]))]
    return Table(PROJECT_HEADS, [_project_line(desk, key, row) for key, row in rows])


def found_requests(desk: Desk, search: str) -> Table:
    """The requests whose title matches, the newest first; all of them without a search."""
    if not desk.may("ticket:select"):
        return _denied(REQUEST_HEADS)
    rows = [(key, row) for key, row in desk.live("ticket") if matches(search, (row["title"], str(key)))]
    return Table(REQUEST_HEADS, [_request_line(desk, key, row) for key, row in sorted(rows, key=_newest)])
