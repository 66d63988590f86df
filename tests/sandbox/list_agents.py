"""The List agent for any list: items, headings, visibility, and the carriers of built-in lists [lists/services]."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from . import facts, lists
from . import list_groups as groups
from .answers import Call, bad
from .asking import asked, demand_administrator, fitting, nothing, number
from .facts import carrier
from .list_items import View, by_rank
from .list_kinds import BY_MDO, KINDS, Kind, find
from .texts import in_language

Given = dict[str, Any]

AGENT = "v1/Agents/List/"

LIGHT = {kind.rest: kind for kind in KINDS if kind.rest and kind.rest not in ("WebPanel", "UserGroup")} | {
    "CustomerLanguage": BY_MDO["customerlanguage"],
    "SoTask": BY_MDO["task"],
}
"""Carriers of list values inside entities (``{Id, Value, Tooltip}``) to their lists."""

FULL = {name: kind for kind in KINDS for name in (kind.carrier, kind.entity) if name not in ("", "ListItemEntity")}
"""Carriers with all an item has to their lists."""

SERVED = {name: View(kind, name) for name, kind in (LIGHT | FULL).items() if name in facts.TYPES}

OTHERS = ("WebPanelEntity", "TaskMenu")
"""Full carriers that ``webpanels`` serves."""


def kind_in(call: Call, given: Given) -> Kind:
    """The list a request names by its id or its name."""
    names = ("UdListDefinitionId", "UdListDefinitionName", "Id", "Name")
    return find(call, str(next((given[name] for name in names if given.get(name)), "-")))


def items_of(kind: Kind) -> View:
    return View(kind, "ListItemEntity")


def _move(call: Call, kind: Kind, given: Given) -> None:
    """One step up (negative ``Direction``) or down."""
    demand_administrator(call, "change lists")
    order = [key for key, _ in by_rank(kind.rows(call.tenant))]
    at = order.index(groups.item_row(call, kind, given.get("ListItemId") or 0) and given["ListItemId"])
    to = max(0, min(len(order) - 1, at + (1 if given.get("Direction", 0) > 0 else -1)))
    order.insert(to, order.pop(at))
    _rank(kind.rows(call.tenant), order)


def _sort(call: Call, kind: Kind, given: Given) -> None:
    demand_administrator(call, "change lists")
    rows = kind.rows(call.tenant)
    _rank(rows, sorted(rows, key=lambda key: str(in_language(rows[key]["name"], call.language or "US")).casefold()))


def _rank_headings(call: Call, kind: Kind, given: Given) -> None:
    demand_administrator(call, "change headings")
    _rank(groups.headings_table(call.tenant, kind), given.get("HeadingIds") or [])


def _rank(rows: dict[int, dict[str, Any]], order: list[int]) -> None:
    for rank, key in enumerate(order, 1):
        if key not in rows:
            raise bad(f"There is no {key} in this list")
        rows[key]["rank"] = rank


def _set_members(call: Call, kind: Kind, given: Given, key: int, change: Callable[..., None]) -> None:
    for item in given.get("ListItemIds") or given.get("ListItemsID") or []:
        change(call, kind, item, [key], bool(given.get("Enable")))


def _group_members(call: Call, kind: Kind, given: Given) -> None:
    _set_members(call, kind, given, given.get("UsergroupId") or 0, groups.add_groups)


def _heading_members(call: Call, kind: Kind, given: Given) -> None:
    _set_members(call, kind, given, given.get("HeadingId") or 0, groups.add_headings)


ANSWERING: dict[str, Callable[[Call, Kind, Given], Any]] = {
    "AddFromList*": lambda c, k, g: items_of(k).save(c, 0, g.get("Item")),
    "SaveFromList*": lambda c, k, g: items_of(k).save(c, g.get("Id") or 0, g.get("Item")),
    "GetFromList*": lambda c, k, g: items_of(k).one(c, g.get("Id") or 0),
    "GetAllFromList*": lambda c, k, g: items_of(k).all(c, bool(g.get("IncludeDeleted"))),
    "SaveAllFromList*": lambda c, k, g: lists.save_items(c, items_of(k), g.get("Items")),
    "GetHeadingsFrom+": lambda c, k, g: groups.headings(c, k),
    "SaveHeadingFrom+": lambda c, k, g: groups.save_heading(c, k, g.get("Entity")),
    "SaveHeadingsFrom+": lambda c, k, g: groups.save_headings(c, k, g.get("Entities")),
    "CreateDefaultHeadingFromListDefinition": lambda c, k, g: carrier("HeadingEntity", UdListDefinitionId=k.list_id),
    "GetHeadings": lambda c, k, g: groups.item_headings(c, k, g["ListItemId"], bool(g.get("ShowDeleted"))),
    "GetHeadingsForListItemFromListName": lambda c, k, g: groups.item_headings(c, k, g["ListItemId"]),
    "SaveHeadingsForListItemFromList*": lambda c, k, g: groups.set_item_headings(c, k, g["ListItemId"], g["Headings"]),
    "GetVisibleForUserGroups": lambda c, k, g: groups.groups(c, k, g["ListItemId"]),
    "GetVisibleForUserGroupsFromListName": lambda c, k, g: groups.groups(c, k, g["ListItemId"]),
    "SetVisibleForUserGroups": lambda c, k, g: groups.set_groups(c, k, g["ListItemId"], g["UserGroups"]),
    "SetVisibleForUserGroupsFromListName": lambda c, k, g: groups.set_groups(c, k, g["ListItemId"], g["UserGroups"]),
    "GetListItemsForHeading": lambda c, k, g: groups.members(c, k, "headings", g["HeadingId"]),
    "GetListItemsForHeadingFromListName": lambda c, k, g: groups.members(c, k, "headings", g["HeadingId"]),
    "GetListItemsForUserGroup": lambda c, k, g: groups.members(c, k, "groups", g["GroupId"]),
    "GetListItemsForUserGroupFromListName": lambda c, k, g: groups.members(c, k, "groups", g["GroupId"]),
    "GetListEntityByName": lambda c, k, g: lists.entity(c, k, links=False),
    "SaveListEntityByName": lambda c, k, g: lists.entity(c, lists.save(c, k, g.get("ListEntity")), links=False),
}
"""Methods that name a list in their request and answer something; ``*`` stands for ``Definition`` and ``Name``, ``+``
for ``ListDefinition`` and ``Name``."""

SILENT: dict[str, Callable[[Call, Kind, Given], None]] = {
    "DeleteFromList*": lambda c, k, g: items_of(k).delete(c, g.get("Id") or 0),
    "DeleteAllFromList*": lambda c, k, g: lists.delete_items(c, items_of(k)),
    "DeleteAllHeadingsFrom+": lambda c, k, g: groups.delete_headings(c, k),
    "DeleteListEntityByName": lambda c, k, g: lists.remove(c, k),
    "SetVisibleForUserGroup": lambda c, k, g: groups.add_groups(
        c, k, g["ListItemId"], g.get("UserGroupId") or [], bool(g.get("Enable"))
    ),
    "SetHeadingsForListItem": lambda c, k, g: groups.add_headings(
        c, k, g["ListItemId"], g.get("HeadingIds") or [], bool(g.get("Enable"))
    ),
    "SetListItemsForHeading": _heading_members,
    "SetListItemsForHeadingFromListName": _heading_members,
    "SetListItemsForUserGroup": _group_members,
    "SetListItemsForUserGroupFromListName": _group_members,
    "SetRankOnHeadings": _rank_headings,
    "MoveListItem": _move,
    "SortListItems": _sort,
}
"""The same for methods that answer nothing."""


def _answering(work: Callable[[Call, Kind, Given], Any]) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        given = asked(call)
        return call.answer(work(call, kind_in(call, given), given))

    return handler


def _silent(work: Callable[[Call, Kind, Given], None]) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        given = asked(call)
        work(call, kind_in(call, given), given)
        return nothing()

    return handler


def _spelt(name: str) -> list[str]:
    ends = {"*": ("Definition", "Name"), "+": ("ListDefinition", "Name")}.get(name[-1])
    return [name[:-1] + end for end in ends] if ends else [name]


def _save_item(call: Call) -> Response:
    item = asked(call).get("ListItemEntity") or {}
    view = items_of(find(call, str(item.get("UdListDefinitionId") or "-")))
    return call.answer(view.save(call, item.get("Id") or 0, item))


def _save_list(call: Call) -> Response:
    sent = fitting(call.json, "ListEntity")
    kind = find(call, str(sent["Id"])) if sent.get("Id") else None
    return call.answer(lists.entity(call, lists.save(call, kind, sent), links=False))


def _get_list(call: Call) -> Response:
    key = number(call, "listEntityId")
    exists = key in call.tenant.table("list")
    return call.answer(lists.entity(call, find(call, str(key)), links=False) if exists else None)


def _delete_list(call: Call) -> Response:
    lists.remove(call, find(call, str(number(call, "listEntityId"))))
    return nothing()


def _save_heading(call: Call) -> Response:
    sent = fitting(call.json, "HeadingEntity")
    return call.answer(groups.save_heading(call, find(call, str(sent.get("UdListDefinitionId") or "-")), sent))


def _get_heading(call: Call) -> Response:
    key = number(call, "headingEntityId")
    row = call.tenant.table("heading").get(key)
    return call.answer(groups.heading(key, row) if row else None)


def _change_currency(call: Call) -> Response:
    given = asked(call)
    rates = {row["name"]: row["rate"] for row in call.tenant.lists["currency"].values()}
    try:
        amount = given.get("Amount", 0) * rates[given["FromCurrency"]] / rates[given["ToCurrency"]]
    except KeyError as error:
        raise bad(f"There is no currency {error}") from error
    return call.answer(round(amount, 2))


def _own_currency(call: Call, view: View) -> Response:
    owner = call.tenant.table("contact")[call.tenant.owner_contact_id]
    return call.answer(view.one(call, call.tenant.lists["country"][owner["country"]]["currency"]))


OWN_CURRENCY = {
    "GetBaseCurrency": "CurrencyEntity",
    "GetOurCurrency": "Currency",
    "GetOwnerCompanysCurrency": "Currency",
}

SPECIAL: dict[str, Callable[[Call], Response]] = {
    "CreateDefaultListEntity": lambda c: c.answer(carrier("ListEntity", IsCustomList=True, IsMDOList=True)),
    "CreateDefaultListItemEntity": lambda c: c.answer(carrier("ListItemEntity")),
    "CreateDefaultHeadingEntity": lambda c: c.answer(carrier("HeadingEntity")),
    "SaveListItemEntity": _save_item,
    "SaveListEntity": _save_list,
    "GetListEntity": _get_list,
    "DeleteListEntity": _delete_list,
    "GetListDefinitions": lambda c: c.answer(lists.every(c, bool(asked(c).get("IncludeDeleted")))),
    "SaveHeadingEntity": _save_heading,
    "GetHeadingEntity": _get_heading,
    "ChangeCurrency": _change_currency,
    **{name: lambda c, kind=kind: _own_currency(c, SERVED[kind]) for name, kind in OWN_CURRENCY.items()},
}


def _carried(method: str, answers: str) -> Callable[[Call], Response] | None:
    """The handler of a method that reads or writes items in one of the served carriers; None for other methods."""
    name = answers.strip("[]")
    view = SERVED.get(name)
    if method.startswith("Delete"):
        view = SERVED.get(method.removeprefix("Delete"))
        return _deleting(view, method) if view else None
    if view is None or name in OTHERS or method in ODD:
        return None
    if method.startswith("CreateDefault"):
        return lambda call: call.answer(view.default(call))
    if method.startswith("Save"):
        return lambda call: call.answer(_saved(call, view))
    if answers == name:
        return lambda call: call.answer(view.one(call, number(call, _parameter(method, "Get"))))
    if method.endswith("List"):
        return lambda call: call.answer(view.some(call, fitting(call.json, "[int]")))
    if facts.body_kind(AGENT + method, "POST") is None:
        return lambda call: call.answer(view.all(call, False))
    return lambda call: call.answer(view.all(call, asked(call)["IncludeDeleted"]))


def _deleting(view: View, method: str) -> Callable[[Call], Response]:
    def handler(call: Call) -> Response:
        view.delete(call, number(call, _parameter(method, "Delete")))
        return nothing()

    return handler


def _parameter(method: str, verb: str) -> str:
    """``GetCategoryEntity`` takes ``categoryEntityId``."""
    name = method.removeprefix(verb)
    return f"{name[0].lower()}{name[1:]}Id"


def _saved(call: Call, view: View) -> Given:
    wrapped = f"Save{view.carrier}Request" in facts.TYPES
    sent = asked(call).get(view.carrier) if wrapped else call.json
    key = sent.get(view.key) if isinstance(sent, dict) else 0
    return view.save(call, key or 0, sent)


ODD = (
    "GetDocumentTemplateTask",
    "GetDocumentTemplatesTasks",
    "SetDocumentTemplateFromDocumentTemplate",
    "SetDocumentTemplateStream",
)
"""Methods that answer such a carrier and mean something else."""


def _all_carried() -> dict[str, Callable[[Call], Response]]:
    methods = {path.removeprefix(AGENT): kinds["POST"] for path, kinds in facts.PATHS.items() if path.startswith(AGENT)}
    found = {method: _carried(method, answers) for method, answers in methods.items()}
    return {method: handler for method, handler in found.items() if handler is not None}


METHODS: dict[str, Callable[[Call], Response]] = {
    **_all_carried(),
    **{spelt: _answering(work) for name, work in ANSWERING.items() for spelt in _spelt(name)},
    **{spelt: _silent(work) for name, work in SILENT.items() for spelt in _spelt(name)},
    **SPECIAL,
}

PATHS: dict[str, dict[str, Callable[..., Response]]] = {AGENT + name: {"POST": work} for name, work in METHODS.items()}
