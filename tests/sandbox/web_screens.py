"""From a place to a screen: which template, with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from .system_messages import live
from .variables import Current
from .web_cards import Card, company_card, person_card
from .web_edit import Input, inputs
from .web_names import Desk, full_name
from .web_panels import Panel, Task, panels, tasks
from .web_place import Place
from .web_records import LABELS, LISTS, record_card
from .web_side import Month, Preview, months, preview, shifted
from .web_tables import Table, companies, people
from .world import Row


class Entry(NamedTuple):
    """A button of the navigator."""

    target: str
    label: str
    icon: str


NAVIGATOR = (
    Entry("dashboard2", "Dashboard", "gauge"),
    Entry("contact", "Company", "building-2"),
    Entry("person", "Contact", "circle-user"),
    Entry("diary", "Diary", "calendar-days"),
    Entry("sale", "Sale", "circle-dollar-sign"),
    Entry("project", "Project", "clipboard-list"),
    Entry("ticket", "Requests", "ticket"),
    Entry("selection", "Selection", "copy-check"),
    Entry("newinbox", "Inbox", "at-sign"),
    Entry("emarketing", "Marketing", "target"),
)


@dataclass(frozen=True)
class Screen:
    """Everything a template needs; what a screen does not have stays empty."""

    template: str
    title: str
    place: Place
    current: Current
    panels: list[Panel]
    months: list[Month]
    around: dict[str, str]
    """The months before and after the shown ones, as ``2026-11``."""
    preview: Preview | None
    status: int = 200
    navigator: tuple[Entry, ...] = NAVIGATOR
    card: Card | None = None
    form: list[Input] = field(default_factory=list)
    cancel: Place | None = None
    table: Table | None = None
    tables: list[tuple[str, Table]] = field(default_factory=list)
    lines: tuple[str, ...] = ()
    way: Place | None = None
    """Where a calm page points to instead."""

    tasks: list[Task] = field(default_factory=list)
    messages: list[Row] = field(default_factory=list)
    """Banners that applications show the user."""

    def area(self, *names: str) -> list[Panel]:
        return [panel for panel in self.panels if panel.area in names]

    @property
    def side(self) -> str:
        """What the side panel shows at first: the first web panel once there is a company, else the calendar."""
        first = self.area("side")
        return str(first[0].id) if first and (self.current.contact_id or self.current.new) else "month"


def open_place(desk: Desk, place: Place, session: dict[str, str], typed: Mapping[str, str] | None = None) -> Screen:
    """The screen at a place; the session remembers the current records (SuperOffice's "SuperState")."""
    current = current_records(desk, place, session)
    for name in ("contact_id", "person_id", "sale_id", "project_id"):
        session[name] = str(getattr(current, name))
    return OPENERS.get(place.target, _calm)(desk, place, current, typed)


def current_records(desk: Desk, place: Place, session: dict[str, str]) -> Current:
    """The ids named by the place, with the company each belongs to, else those of the session."""
    if place.target == "contact" and (place.flag("new") or place.what.get("contact_id") == "0"):
        return Current(new=True)
    contact, person, sale = (place.number(name) for name in ("contact_id", "person_id", "sale_id"))
    if place.target == "person" and place.flag("new"):
        return Current(contact_id=contact)
    ticket, last = place.number("ticket_id"), Place(what=session)
    project = place.number("project_id") or last.number("project_id")
    person = person or _of(desk, "ticket", ticket, "person")
    if place.target == "sale":
        person = person or _of(desk, "sale", sale, "person")
    contact = contact or _of(desk, "sale", sale, "contact") or _of(desk, "person", person, "contact")
    if not contact and not person:
        contact, person, sale = (last.number(name) for name in ("contact_id", "person_id", "sale_id"))
    return Current(
        contact_id=contact if desk.row("contact", contact) else 0,
        person_id=_owned(desk, "person", person, contact),
        sale_id=_owned(desk, "sale", sale, contact),
        project_id=project if desk.row("project", project) else 0,
        ticket_id=ticket if desk.row("ticket", ticket) else 0,
    )


def _of(desk: Desk, table: str, key: int, name: str) -> int:
    """The id of another record that one names."""
    found: int = (desk.row(table, key) or {}).get(name, 0)
    return found


def _owned(desk: Desk, table: str, key: int, contact: int) -> int:
    row = desk.row(table, key)
    return key if row and row.get("contact", 0) == contact else 0


def _screen(desk: Desk, template: str, title: str, place: Place, current: Current, **more: Any) -> Screen:
    return Screen(
        template=template,
        title=title,
        place=place,
        current=current,
        panels=panels(desk, place.target, current, card="card" in more),
        tasks=tasks(desk, place.target, current) if "card" in more else [],
        preview=preview(desk, current),
        messages=[row for _, row in live(desk.tenant, desk.associate.associate_id, desk.world.stamp())],
        **month_page(desk, ""),
        **more,
    )


def _company(desk: Desk, place: Place, current: Current, typed: Mapping[str, str] | None) -> Screen:
    if current.new:
        card = _unsaved("contact", "New company", place)
        return _edit(desk, card, place, current, "contact", 0, typed)
    key = place.number("contact_id")
    if not place.what.get("contact_id"):
        table = companies(desk, place.what.get("search", "").strip())
        return _screen(desk, "find.html", "Company", place, current, table=table)
    row = desk.row("contact", key)
    if row is None:
        return _missing(desk, place, current, "company")
    card = company_card(desk, place, key, row)
    if place.flags.get("mode") == "edit" and card.edit:
        return _edit(desk, card, place, current, "contact", key, typed)
    return _screen(desk, "card.html", row["name"], place, current, card=card)


def _person(desk: Desk, place: Place, current: Current, typed: Mapping[str, str] | None) -> Screen:
    key = place.number("person_id")
    if place.flag("new"):
        return _edit(desk, _unsaved("person", "New contact", place), place, current, "person", 0, typed)
    if not place.what.get("person_id"):
        table = people(desk, place.what.get("search", "").strip())
        return _screen(desk, "find.html", "Contact", place, current, table=table)
    row = desk.row("person", key)
    if row is None:
        return _missing(desk, place, current, "contact")
    card = person_card(desk, place, key, row)
    if place.flags.get("mode") == "edit" and card.edit:
        return _edit(desk, card, place, current, "person", key, typed)
    return _screen(desk, "card.html", full_name(row), place, current, card=card)


def _unsaved(kind: str, title: str, place: Place) -> Card:
    return Card(kind=kind, title=title, subtitle="", land="", place=place, upper=[], lower=[])


def _edit(
    desk: Desk, card: Card, place: Place, current: Current, table: str, key: int, typed: Mapping[str, str] | None
) -> Screen:
    blank: Row = {"associate": desk.associate.associate_id}
    row = desk.row(table, key) or blank
    shown = {"form": inputs(desk, table, row, typed), "cancel": Place(table, ("main",), {}, {f"{table}_id": str(key)})}
    if not key:
        shown["cancel"] = Place(table)
    return _screen(desk, "card.html", card.title, place, current, card=card, status=422 if typed else 200, **shown)


def _missing(desk: Desk, place: Place, current: Current, what: str) -> Screen:
    lines = (f"This {what} does not exist, or your role does not let you see it.",)
    return _screen(desk, "calm.html", "Not found", place, current, status=404, lines=lines, way=Place(place.target))


def _record(desk: Desk, place: Place, current: Current, _: Mapping[str, str] | None) -> Screen:
    """A sale, a project or a request, or the list of them."""
    table = place.target
    key, label = place.number(f"{table}_id"), LABELS[table]
    if not place.what.get(f"{table}_id") or place.flag("new"):
        found = LISTS[table](desk, place.what.get("search", "").strip())
        return _screen(desk, "find.html", label, place, current, table=found)
    row = desk.row(table, key)
    if row is None:
        return _missing(desk, place, current, label.lower())
    card = record_card(desk, place, table, key, row)
    return _screen(desk, "card.html", card.title, place, current, card=card)


def _dashboard(desk: Desk, place: Place, current: Current, _: Mapping[str, str] | None) -> Screen:
    return _screen(desk, "dashboard.html", "Dashboard", place, current)


def _search(desk: Desk, place: Place, current: Current, _: Mapping[str, str] | None) -> Screen:
    words = place.what.get("search", "").strip()
    tables = [("Companies", companies(desk, words or " ")), ("Contacts", people(desk, words or " "))]
    return _screen(desk, "search.html", "Freetext search", place, current, tables=tables)


def _calm(desk: Desk, place: Place, current: Current, _: Mapping[str, str] | None) -> Screen:
    entry = next((one for one in NAVIGATOR if place.target.startswith(one.target)), None)
    title = entry.label if entry else place.target.capitalize()
    lines = (
        "This part of SuperOffice is not in this sandbox.",
        "Its cards are: company, contact, sale, project, request.",
    )
    return _screen(desk, "calm.html", title, place, current, lines=lines, way=Place("contact"))


OPENERS = {
    "contact": _company,
    "person": _person,
    **dict.fromkeys(LISTS, _record),
    "dashboard2": _dashboard,
    "freetextresult": _search,
}


def month_page(desk: Desk, of: str) -> dict[str, Any]:
    """The two months from ``2026-11`` on; this month's for anything else."""
    try:
        start = date.fromisoformat(f"{of}-01")
    except ValueError:
        start = desk.now.date()
    around = {"before": f"{shifted(start, -1):%Y-%m}", "after": f"{shifted(start, 1):%Y-%m}"}
    return {"months": months(desk, start), "around": around}
