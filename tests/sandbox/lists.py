"""Lists: what a user may choose (``MDOList``) and what an administrator sees (``List``), webapi.md §8."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import Response

from .answers import Call, Refused, lacking, not_found
from .carriers import country, full_name
from .entities import company_full_name
from .facts import carrier
from .world import Row

TYPED = {
    "Business": "business",
    "Category": "category",
    "Country": "country",
    "Currency": "currency",
    "MrMrs": "mrmrs",
    "Position": "perspos",
    "Priority": "priority",
    "Rating": "prob",
    "Reason": "reason",
    "SaleType": "saletype",
    "Source": "source",
    "Task": "task",
    "UserGroup": "usergroup",
    "WebPanel": "webpanel",
}
"""Name of a list in REST to its MDO name."""

UNBUILT = {"project", "sale", "visiblein", "visibleintask", "lists", "salestage"}
"""MDO names the documentation gives (entities.md) that the sandbox does not fill."""

VARIANTS = ("withallitem", "withnoselection", "headings")

PAGE = 100
"""Longest answer of a search list."""


def mdo_names(call: Call) -> Response:
    """Names of all lists a user can choose from."""
    return call.answer(sorted([*call.tenant.lists, *SEARCHES, "associate"]))


def mdo_list(call: Call, name: str) -> Response:
    """Items not deleted, by rank."""
    return call.answer([_mdo_item("MDOListItem", name, key, item) for key, item in _choosable(call, name.lower())])


def mdo_selectable(call: Call, name: str) -> Response:
    """The same with ``Selected``."""
    items = _choosable(call, name.lower())
    return call.answer([_mdo_item("SelectableMDOListItem", name, key, item) for key, item in items])


def list_entity(call: Call, name: str) -> Response:
    """What a list itself is."""
    mdo = _mdo_name(name)
    made = carrier(
        "ListEntityWithLinks",
        Id=28 if mdo == "webpanel" else sorted(TYPED).index(_typed_name(name)) + 1,
        Name=_typed_name(name),
        Rank=1,
        IsMDOList=True,
        ListType=mdo,
    )
    made["_Links"] = {"Items": f"{call.api}v1/List/{_typed_name(name)}/Items"}
    return call.answer(made)


def list_items(call: Call, name: str) -> Response:
    """All items, also deleted ones, as the list's own carriers."""
    mdo = _mdo_name(name)
    return call.answer([_item(call, mdo, key, row) for key, row in _by_rank(_rows(call, mdo))])


def list_item(call: Call, name: str, key: int) -> Response:
    """One item."""
    mdo = _mdo_name(name)
    row = _rows(call, mdo).get(key)
    if row is None:
        raise not_found(_typed_name(name), key)
    return call.answer(_item(call, mdo, key, row))


def list_mdo_items(call: Call, name: str) -> Response:
    """The items of an administrator's list as choices."""
    return mdo_list(call, _mdo_name(name))


def _choosable(call: Call, name: str) -> list[tuple[int, Row]]:
    if name == "associate":
        return _associates(call)
    if name in SEARCHES:
        return list(SEARCHES[name](call, (call.parameter("query") or "").casefold()))[:PAGE]
    if name in UNBUILT or name.endswith(VARIANTS):
        raise lacking(f"the MDO list {name}")
    if name not in call.tenant.lists:
        raise Refused(404, "SoNotFoundException", f"There is no list {name}")
    return [(key, row) for key, row in _by_rank(call.tenant.lists[name]) if not row["deleted"]]


def _by_rank(rows: dict[int, Row]) -> list[tuple[int, Row]]:
    return sorted(rows.items(), key=lambda pair: pair[1]["rank"])


def _choice(name: str, rank: int = 0) -> Row:
    return {"name": name, "tooltip": "", "rank": rank, "deleted": False}


def _associates(call: Call) -> list[tuple[int, Row]]:
    people = call.tenant.table("person")
    return [
        (a.associate_id, _choice(full_name(people[a.person_id]), rank))
        for rank, a in enumerate(call.tenant.associates.values(), 1)
    ]


def _companies(call: Call, text: str) -> Iterator[tuple[int, Row]]:
    call.demand("contact", "select")
    for key, row in call.tenant.table("contact").items():
        if text and text in company_full_name(row).casefold() and not row["deleted"]:
            yield key, _choice(company_full_name(row))


def _people(call: Call, text: str) -> Iterator[tuple[int, Row]]:
    call.demand("person", "select")
    for key, row in call.tenant.table("person").items():
        if text and text in full_name(row).casefold() and not row["deleted"]:
            yield key, _choice(full_name(row))


SEARCHES: dict[str, Callable[[Call, str], Iterator[tuple[int, Row]]]] = {
    "contact": _companies,
    "contact_new": _companies,
    "contact_freetextsearch": _companies,
    "person": _people,
    "person_new": _people,
    "person_freetextsearch": _people,
}
"""Lists too long to be sent whole: answered for ``?query=`` only."""


def _mdo_item(kind: str, name: str, key: int, item: Row) -> dict[str, Any]:
    return carrier(
        kind,
        Id=key,
        Name=item["name"],
        ToolTip=item["tooltip"],
        Deleted=item["deleted"],
        Rank=item["rank"],
        Type=name,
        IconHint=name,
        FullName=item["name"],
    )


def _typed_name(name: str) -> str:
    found = next((typed for typed in TYPED if typed.lower() == name.lower()), None)
    if found is None:
        raise lacking(f"the list {name}")
    return found


def _mdo_name(name: str) -> str:
    return TYPED[_typed_name(name)]


def _rows(call: Call, mdo: str) -> dict[int, Row]:
    return call.tenant.table("webpanel") if mdo == "webpanel" else call.tenant.lists[mdo]


def _item(call: Call, mdo: str, key: int, row: Row) -> dict[str, Any]:
    made = SPECIAL[mdo](key, row) if mdo in SPECIAL else carrier("ListItemEntity", Id=key, Name=row["name"])
    made |= {"Tooltip": row["tooltip"], "Rank": row["rank"], "Deleted": row["deleted"]}
    return made


def _currency(key: int, row: Row) -> dict[str, Any]:
    return carrier("CurrencyEntity", CurrencyId=key, Name=row["name"], Rate=row["rate"], Units=1.0)


def _stage(key: int, row: Row) -> dict[str, Any]:
    return carrier("SaleStageEntity", SaleStageId=key, Value=row["name"], Probability=row["probability"])


def _sale_type(key: int, row: Row) -> dict[str, Any]:
    return carrier("SaleTypeEntity", SaleTypeId=key, Name=row["name"])


def _task(key: int, row: Row) -> dict[str, Any]:
    return carrier("TaskListItem", TaskListItemId=key, Value=row["name"], Type=row["type"])


def _group(key: int, row: Row) -> dict[str, Any]:
    return carrier("UserGroup", Id=key, Value=row["name"])


def _panel(key: int, row: Row) -> dict[str, Any]:
    return carrier(
        "WebPanelEntity",
        WebPanelId=key,
        Name=row["name"],
        UrlEncoding=row["url_encoding"],
        VisibleIn=row["visible_in"],
        OnCentral=True,
        OnSalesMarketingWeb=True,
        WindowName=row["window_name"],
        Url=row["url"],
        ProgId=row["prog_id"],
        Icon=row["icon"],
        AlwaysReloadOnShow=row["always_reload"],
        NeverReloadOnCurrentChange=row["never_reload_on_current_change"],
    )


SPECIAL: dict[str, Callable[[int, Row], dict[str, Any]]] = {
    "country": country,
    "currency": _currency,
    "prob": _stage,
    "saletype": _sale_type,
    "task": _task,
    "usergroup": _group,
    "webpanel": _panel,
}
