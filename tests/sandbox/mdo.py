"""MDO lists: what a user may choose, filtered by user group and put under headings [lists/services]."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response

from . import list_groups as groups
from .answers import Call, Refused, lacking
from .asking import asked, flag
from .carriers import full_name
from .entities import company_full_name
from .facts import TYPES, carrier
from .list_items import by_rank
from .list_items import full_name as item_full_name
from .list_kinds import Kind, kinds, lookup
from .texts import in_language
from .world import Row

Choice = dict[str, Any]

VARIANTS = {"withallitem": "[SR_ALL]", "withnoselection": "[SR_NO_SELECTION]"}
"""Ends of list names that put one more choice, with id 0, in front."""

HEADINGS = "headings"
"""The end of a list's name that asks for its headings alone."""

PAGE = 100
"""Longest answer of a search list."""

PLACES = {
    19: ("CompanyMinicard", "Side panel"),
    23: ("ButtonPanelTask", "Toolbar"),
    2: ("NavigatorButton", "Navigator button"),
    5: ("ContactCard", "Panel – Company card"),
    10: ("PersonCard", "Panel – Contact card"),
    7: ("ProjectCard", "Panel – Project card"),
    9: ("SaleCard", "Panel – Sale card"),
    46: ("SelectionCard", "Panel – Selection card"),
    13: ("BrowserPanel", "Panel – Web panel on SuperOffice button"),
    6: ("ContactArchive", "Panel – Company screen section tab"),
    67: ("PersonArchive", "Panel – Contact screen section tab"),
    8: ("ProjectArchive", "Panel – Project screen section tab"),
    29: ("SaleArchive", "Panel – Sale screen section tab"),
    11: ("ActivityDialog", "Dialog – follow-ups"),
    12: ("DocumentDialog", "Dialog – document"),
    48: ("QuoteDialog", "Dialog – quote"),
    52: ("QuoteLineDialog", "Dialog – product"),
    1: ("ToolboxMenu", "Menu – Toolbox"),
    3: ("ViewMenu", "Menu – View"),
}
"""Where a web panel can be, as the admin dialog offers it [cust/web-panels/admin]."""


def names(call: Call) -> list[str]:
    """Names of all lists a user can choose from; each also has the variants."""
    own = [kind.mdo for kind in kinds(call.tenant)]
    return sorted([*own, *SEARCHES, *COMPUTED])


def choices(call: Call, name: str, additional: str = "", text: str = "", flat: bool = True) -> list[Choice]:
    """Items of a list as MDOListItem[]; 404 for a list that does not exist.

    ``additional``: the id of an own list for ``udlist``, of a company for ``person``. ``text``: what a name must
    contain. ``flat`` leaves headings and levels out.
    """
    name = name.lower()
    for end, label in VARIANTS.items():
        if name.endswith(end):
            return [_item(call, name, 0, _row(label)), *choices(call, name.removesuffix(end), additional, text, flat)]
    if name in SEARCHES:
        return [
            _item(call, name, key, row) for key, row in list(SEARCHES[name](call, text.casefold(), additional))[:PAGE]
        ]
    if name in COMPUTED:
        return [_item(call, name, key, row) for key, row in _named(call, COMPUTED[name](call), text)]
    if name in UNBUILT:
        raise lacking(f"the MDO list {name}")
    return _of_kind(call, name, additional, text, flat)


def _of_kind(call: Call, name: str, additional: str, text: str, flat: bool) -> list[Choice]:
    wanted = f"udlist{additional}" if name == "udlist" else name
    kind = lookup(call.tenant, wanted)
    if kind is None and wanted.endswith(HEADINGS):
        kind = lookup(call.tenant, wanted.removesuffix(HEADINGS))
        if kind is not None:
            return [_item(call, "heading", key, row) for key, row in _live(groups.headings_table(call.tenant, kind))]
    if kind is None:
        raise Refused(404, "SoNotFoundException", f"There is no list {wanted}")
    rows = _named(call, _visible(call, kind), text)
    if flat:
        return [_item(call, kind.mdo, key, row) for key, row in rows]
    return _under_headings(call, kind, rows) if groups.filters(call.tenant, kind) else _levels(call, kind, rows, 0)


def _visible(call: Call, kind: Kind) -> list[tuple[int, Row]]:
    return [pair for pair in _live(kind.rows(call.tenant)) if groups.sees(call.tenant, call.associate, kind, pair[1])]


def _live(rows: dict[int, Row]) -> list[tuple[int, Row]]:
    return [(key, row) for key, row in by_rank(rows) if not row["deleted"]]


def _named(call: Call, rows: list[tuple[int, Row]], text: str) -> list[tuple[int, Row]]:
    wanted = text.casefold()
    return [(k, row) for k, row in rows if wanted in str(in_language(row["name"], call.language)).casefold()]


def _under_headings(call: Call, kind: Kind, rows: list[tuple[int, Row]]) -> list[Choice]:
    """Headings with their items inside; items under no heading come last. Empty headings are left out."""
    made = []
    for key, row in _live(groups.headings_table(call.tenant, kind)):
        inside = [_item(call, kind.mdo, k, r) for k, r in rows if key in r.get("headings", [])]
        if inside:
            made.append(_item(call, "heading", key, row) | {"ChildItems": inside})
    return made + [_item(call, kind.mdo, k, r) for k, r in rows if not r.get("headings")]


def _levels(call: Call, kind: Kind, rows: list[tuple[int, Row]], parent: int) -> list[Choice]:
    return [
        _item(call, kind.mdo, k, r) | {"ChildItems": _levels(call, kind, rows, k) if "parent" in r else []}
        for k, r in rows
        if r.get("parent", 0) == parent
    ]


def _item(call: Call, name: str, key: int, row: Row) -> Choice:
    parents = call.tenant.lists.get(name, {}) if "parent" in row else {}
    return carrier(
        "MDOListItem",
        Id=key,
        Name=row["name"],
        ToolTip=row["tooltip"],
        Deleted=row["deleted"],
        Rank=row["rank"],
        Type=name,
        IconHint=name,
        ExtraInfo=row.get("extra", ""),
        FullName=item_full_name(call, parents, row) if parents else row["name"],
    )


def selectable(items: list[Choice], chosen: set[int] = frozenset()) -> list[Choice]:
    """Choices as SelectableMDOListItem[]."""
    known = TYPES["SelectableMDOListItem"]
    return [
        carrier(
            "SelectableMDOListItem",
            **{name: value for name, value in item.items() if name in known and name != "ChildItems"},
            Selected=item["Id"] in chosen,
            ChildItems=selectable(item["ChildItems"], chosen),
        )
        for item in items
    ]


def _row(name: str, rank: int = 0, extra: str = "") -> Row:
    return {"name": name, "tooltip": "", "rank": rank, "deleted": False, "extra": extra}


def _associates(call: Call) -> list[tuple[int, Row]]:
    people = call.tenant.table("person")
    users = call.tenant.associates.values()
    return [(a.associate_id, _row(full_name(people[a.person_id]), rank)) for rank, a in enumerate(users, 1)]


def _places(call: Call) -> list[tuple[int, Row]]:
    return [(key, _row(label, rank, name)) for rank, (key, (name, label)) in enumerate(PLACES.items(), 1)]


def _lists(call: Call) -> list[tuple[int, Row]]:
    rows = call.tenant.table("list")
    return [(kind.list_id, _row(rows[kind.list_id]["name"], 0, kind.mdo)) for kind in kinds(call.tenant)]


def _seen(call: Call, table: str) -> Iterator[tuple[int, Row]]:
    """The records the caller may read; 403 if that is none at all."""
    call.demand(table, "select")
    rows = call.tenant.table(table).items()
    return ((key, row) for key, row in rows if not row["deleted"] and call.may(table, "select", row))


def _companies(call: Call, text: str, additional: str) -> Iterator[tuple[int, Row]]:
    for key, row in _seen(call, "contact"):
        if text and text in company_full_name(row).casefold():
            yield key, _row(company_full_name(row))


def _people(call: Call, text: str, additional: str) -> Iterator[tuple[int, Row]]:
    """By name; with a company's id as additional information all its people."""
    company = int(additional) if additional.isdigit() else 0
    for key, row in _seen(call, "person"):
        wanted = row["contact"] == company if company else bool(text)
        if wanted and text in full_name(row).casefold():
            yield key, _row(full_name(row))


def _titled(table: str, title: str) -> Callable[[Call, str, str], Iterator[tuple[int, Row]]]:
    def search(call: Call, text: str, additional: str) -> Iterator[tuple[int, Row]]:
        for key, row in _seen(call, table):
            if text and text in str(row[title]).casefold():
                yield key, _row(str(row[title]))

    return search


SEARCHES: dict[str, Callable[[Call, str, str], Iterator[tuple[int, Row]]]] = {
    "contact": _companies,
    "contact_new": _companies,
    "contact_freetextsearch": _companies,
    "person": _people,
    "person_new": _people,
    "person_freetextsearch": _people,
    "project": _titled("project", "name"),
    "sale": _titled("sale", "heading"),
}
"""Lists too long to be sent whole: answered for ``?query=`` only."""

COMPUTED: dict[str, Callable[[Call], list[tuple[int, Row]]]] = {
    "associate": _associates,
    "lists": _lists,
    "visiblein": _places,
}
"""Lists that are no stored ones."""

UNBUILT = ("visibleintask",)
"""MDO names the documentation gives [oas] that the sandbox does not fill."""


def listed(call: Call, name: str) -> Response:
    """``GET /MDOList/{name}``: under headings and levels unless ``flat``."""
    additional, text = call.parameter("additional") or "", call.parameter("query") or ""
    return call.answer(choices(call, name, additional, text, flag(call, "flat")))


def _names(call: Call) -> Response:
    return call.answer(names(call))


def _selectable(call: Call, name: str) -> Response:
    items = choices(call, name, call.parameter("additional") or "", "", flag(call, "flat"))
    return call.answer(selectable(items))


def remembered(call: Call, name: str) -> list[int]:
    """What the caller chose lately in a list, newest first; the table ``history`` holds ``associate, list, items``."""
    return list(_history(call, name)["items"])


def _history(call: Call, name: str) -> Row:
    table = call.tenant.table("history")
    mine = {"associate": call.associate.associate_id, "list": name.lower()}
    found = next((row for row in table.values() if mine.items() <= row.items()), None)
    return table.setdefault(call.tenant.next_id("history"), {**mine, "items": []}) if found is None else found


def _wanted(call: Call) -> list[Choice]:
    """Choices for the requests of the MDO agent; ``HistoryItems`` become the newest of the caller's history."""
    given = asked(call)
    name = given.get("Name") or ""
    if given.get("HistoryItems"):
        row = _history(call, name)
        row["items"] = list(dict.fromkeys([*given["HistoryItems"], *row["items"]]))[:10]
    flat = bool(given.get("ForceFlatList") or given.get("OnlyHistory"))
    items = choices(call, name, given.get("AdditionalInfo") or "", given.get("SearchValue") or "", flat)
    if not given.get("OnlyHistory"):
        return items
    order = remembered(call, name)
    return sorted((item for item in items if item["Id"] in order), key=lambda item: order.index(item["Id"]))


def _get(call: Call) -> Response:
    return call.answer(_wanted(call))


def _get_selectable(call: Call) -> Response:
    return call.answer(selectable(_wanted(call)))


def _get_item(call: Call) -> Response:
    given = asked(call)
    name, key = given.get("ListName") or "", given.get("Id") or 0
    return call.answer(next((item for item in choices(call, name) if item["Id"] == key), None))


def _get_id(call: Call) -> Response:
    """The id of a list by its MDO name; 0 if there is none."""
    kind = lookup(call.tenant, asked(call).get("Name") or "-")
    return call.answer(kind.list_id if kind else 0)


_AGENT = "v1/Agents/MDO"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    r"v1/MDOList": {"GET": _names},
    r"v1/MDOList/(?P<name>[^/]+)": {"GET": listed},
    r"v1/MDOList/(?P<name>[^/]+)/selectable": {"GET": _selectable},
    f"{_AGENT}/GetListNames": {"POST": _names},
    f"{_AGENT}/GetListItem": {"POST": _get_item},
    f"{_AGENT}/GetListIdByListName": {"POST": _get_id},
    **{
        f"{_AGENT}/Get{kind}": {"POST": _get}
        for kind in ("List", "ListWithHistory", "ListWithRestriction", "SimpleList")
    },
    **{
        f"{_AGENT}/GetSelectable{kind}": {"POST": _get_selectable}
        for kind in ("List", "ListWithHistory", "ListWithRestriction", "SimpleList")
    },
}
