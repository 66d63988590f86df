"""What the cards of a sale, a project and a request show, and the lists they are found in."""

from __future__ import annotations

from .web_cards import Card, Fact, Tab, neighbours, updated
from .web_names import Desk
from .web_place import Place
from .web_tables import TABLES, found_projects, found_requests, found_sales
from .world import Row

LOWER = {
    "sale": {"saleactivityarchive": "Activities", "ticketarchive": "Requests"},
    "project": {
        "projectmembersarchive": "Project members",
        "activityarchive": "Activities",
        "salearchive": "Sales",
        "ticketarchive": "Requests",
    },
    "ticket": {},
}
"""Section tabs [cust/soprotocol/navigation-points]; a request's screen has none."""

LISTS = {"sale": found_sales, "project": found_projects, "ticket": found_requests}


def record_card(desk: Desk, place: Place, table: str, key: int, row: Row) -> Card:
    """The card of a stored sale, project or request."""
    name, upper, lower = f"{table}_id", "main", LOWER[table]
    tab = place.tab(tuple(lower)) if lower else ""
    there = [upper, tab] if tab else [upper]
    before, after = neighbours(sorted(found for found, _ in desk.live(table)), key)
    title, subtitle, left, right = CONTENT[table](desk, row)
    return Card(
        kind=table,
        title=title,
        subtitle=subtitle,
        land="",
        place=place.at(*there, **{name: key}),
        upper=[Tab(LABELS[table], place.at(*there, **{name: key}), selected=True)],
        lower=[Tab(text, place.at(upper, one, **{name: key}), one == tab) for one, text in lower.items()],
        left=left,
        right=right,
        updated=updated(desk, row),
        previous=place.at(*there, **{name: before}) if before else None,
        next=place.at(*there, **{name: after}) if after else None,
        table=TABLES[tab](desk, place.at(*there, **place.what), table, key) if tab else None,
    )


LABELS = {"sale": "Sale", "project": "Project", "ticket": "Request"}

type Content = tuple[str, str, list[Fact], list[Fact]]


def _link(desk: Desk, label: str, table: str, key: int) -> Fact:
    names = {"contact": desk.company, "person": desk.person, "project": desk.project, "sale": desk.sale}
    return Fact(label, names[table](key), f"?{table}.main?{table}_id={key}" if key else "")


def _sale(desk: Desk, row: Row) -> Content:
    left = [
        _link(desk, "Company:", "contact", row["contact"]),
        _link(desk, "Contact:", "person", row["person"]),
        _link(desk, "Project:", "project", row["project"]),
        Fact("Sale date:", desk.date(row["date"]), strong=True),
        Fact("Next due:", desk.date(row["next_due"])),
    ]
    right = [
        Fact("Owner:", desk.user(row["associate"]), strong=True),
        Fact("Sale type:", desk.item("saletype", row["sale_type"])),
        Fact("Stage:", f"{desk.item('prob', row['stage'])} ({row['probability']}%)"),
        Fact("Status:", row["status"]),
        Fact("Source:", desk.item("source", row["source"])),
        Fact("Number:", row["number"]),
    ]
    money = f"{desk.amount(row['amount'])} {desk.item('currency', row['currency'])}"
    return row["heading"], money, left, right


def _project(desk: Desk, row: Row) -> Content:
    left = [
        Fact("Type:", desk.item("projecttype", row["type"])),
        Fact("Status:", desk.item("projectstatus", row["status"]), strong=True),
        Fact("Manager:", desk.user(row["associate"]), strong=True),
        Fact("Number:", row["number"]),
    ]
    right = [
        Fact("Start:", desk.date(row["start"])),
        Fact("End:", desk.date(row["end"])),
        Fact("Description:", row["description"]),
    ]
    return row["name"], "", left, right


def _ticket(desk: Desk, row: Row) -> Content:
    company = (desk.row("person", row["person"]) or {}).get("contact", 0)
    left = [
        _link(desk, "Contact:", "person", row["person"]),
        _link(desk, "Company:", "contact", company),
        Fact("Category:", desk.item("ejcategory", row["category"])),
        Fact("Priority:", desk.item("ticketpriority", row["priority"])),
        _link(desk, "Sale:", "sale", row["sale"]),
        _link(desk, "Project:", "project", row["project"]),
    ]
    right = [
        Fact("Status:", desk.item("ticketstatus", row["status"]), strong=True),
        Fact("Owner:", desk.user(row["owner"]) or "Unassigned", strong=True),
        Fact("Created:", desk.date(row["registered"])),
        Fact("Deadline:", desk.date(row["deadline"])),
        Fact("Access level:", row["slevel"]),
    ]
    return row["title"], "", left, right


CONTENT = {"sale": _sale, "project": _project, "ticket": _ticket}
