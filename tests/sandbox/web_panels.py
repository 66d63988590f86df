"""Where web panels and task menu items appear, for whom, and with which address [customization/web-panels, task menu].

Shown is what is available on the client that asks (web or mobile) and what the user's groups see, by rank. The list of
web panels filters by user group in the sandbox: a panel made through the API is nobody's until groups are chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .list_groups import headings_table, sees
from .list_kinds import BY_MDO
from .variables import Current, filled, panel_url
from .web_names import Desk
from .world import Row

EVERYWHERE = {"CompanyMinicard": "side", "NavigatorButton": "navigator", "ButtonPanelTask": "toolbar"}
ON_CARDS = {
    "contact": {"ContactCard": "card", "ContactArchive": "archive"},
    "person": {"PersonCard": "card", "PersonArchive": "archive"},
    "sale": {"SaleCard": "card", "SaleArchive": "archive"},
    "project": {"ProjectCard": "card", "ProjectArchive": "archive"},
    "ticket": {"TicketCard": "card"},
}
"""Target to the panels its card has room for."""
ON_PAGES = {"dashboard2": {"Dashboard": "tile"}}
"""The same for pages without a card; tiles are what the dashboard's library offers."""

RECORDS = {"Contact": "contact_id", "Person": "person_id", "Sale": "sale_id", "Project": "project_id"}
"""What a place's name begins with to the record it is about."""


@dataclass(frozen=True)
class Panel:
    """One web panel on this screen, its URL already filled in for the current records."""

    id: int
    area: str
    """Where it lives: ``card``, ``archive``, ``side``, ``navigator``, ``toolbar`` or ``tile``."""
    title: str
    tooltip: str
    window_name: str
    url: str
    always_reload: bool
    never_reload: bool
    headings: tuple[str, ...] = ()
    """What it stands under in the list of web panels."""

    @property
    def hint(self) -> str:
        """Its headings and its description."""
        return " – ".join(filter(None, (", ".join(self.headings), self.tooltip)))


@dataclass(frozen=True)
class Task:
    """One entry of a card's task menu; without an ``href`` it cannot be chosen here."""

    title: str
    tooltip: str
    href: str
    outside: bool
    """It opens a window of its own."""


def panels(desk: Desk, target: str, current: Current, card: bool = True) -> list[Panel]:
    """The web panels on a screen, by rank; ``card`` says whether the screen shows one."""
    areas = EVERYWHERE | ON_PAGES.get(target, {}) | (ON_CARDS.get(target, {}) if card else {})
    rows = seen(desk, "webpanel", "OnSalesMarketingWeb", True)
    return [
        _panel(desk, key, row, areas[row["visible_in"]], current) for key, row in rows if row["visible_in"] in areas
    ]


def seen(desk: Desk, mdo: str, flag: str, default: bool) -> list[tuple[int, Row]]:
    """Items of a list that a client and the user's groups are to see, by rank."""
    kind = BY_MDO[mdo]
    live = [(key, row) for key, row in kind.rows(desk.tenant).items() if not row["deleted"] and row.get(flag, default)]
    live.sort(key=lambda one: (one[1].get("rank", 0), one[0]))
    return [(key, row) for key, row in live if sees(desk.tenant, desk.associate, kind, row)]


def _panel(desk: Desk, key: int, row: Row, area: str, current: Current) -> Panel:
    return Panel(
        id=key,
        area=area,
        title=desk.say(row["name"]),
        tooltip=desk.say(row.get("tooltip")),
        window_name=row["window_name"],
        url=panel_url(row, desk, current),
        always_reload=bool(row.get("always_reload")),
        never_reload=bool(row.get("never_reload_on_current_change")),
        headings=_headings(desk, row),
    )


def _headings(desk: Desk, row: Row) -> tuple[str, ...]:
    table = headings_table(desk.tenant, BY_MDO["webpanel"])
    found = [table[key] for key in row.get("headings", []) if not table[key]["deleted"]]
    return tuple(desk.say(one["name"]) for one in sorted(found, key=lambda one: one["rank"]))


def on_phone(desk: Desk, current: Current) -> list[Panel]:
    """What SuperOffice Mobile lists: links that leave it, by rank, where the record they are about is chosen."""
    rows = seen(desk, "webpanel", "OnSalesMarketingPocket", False)
    return [
        _panel(desk, key, row, row["visible_in"], current) for key, row in rows if _fits(row["visible_in"], current)
    ]


def _fits(visible_in: str, current: Current) -> bool:
    record = next((name for begin, name in RECORDS.items() if visible_in.startswith(begin)), None)
    return record is None or bool(getattr(current, record))


def tasks(desk: Desk, target: str, current: Current) -> list[Task]:
    """The task menu of a card, by rank; the sandbox runs no CRMScript."""
    found = [row for _, row in seen(desk, "taskmenu", "ShowInClient", False) if row["TableName"].lower() == target]
    return [_task(desk, row, current) for row in found if desk.client.title() in row["ShowInClient"]]


def _task(desk: Desk, row: Row, current: Current) -> Task:
    given: dict[str, Any] = {"title": desk.say(row["name"]), "tooltip": desk.say(row.get("tooltip"))}
    there = filled(row["UrlOrSoprotocol"], row["Encoding"], desk, current)
    match row["TaskType"]:
        case "Url" if there.startswith(("https://", "http://")):
            return Task(**given, href=there, outside=True)
        case "SoProtocol":
            return Task(
                **given, href="?" + there.removeprefix("superoffice:").removeprefix("soprotocol:"), outside=False
            )
        case _:
            return Task(**given, href="", outside=False)
