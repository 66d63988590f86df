"""Lists as an administrator sees and changes them: ``/List`` [lists/services]. What a user may choose is in ``mdo``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from . import events, mdo
from . import list_groups as groups
from .answers import Call, Refused, not_found
from .asking import demand_administrator, fitting, flag, nothing
from .facts import carrier, queries
from .list_items import View
from .list_kinds import FIRST_OWN, Kind, definition, find, kinds, lookup, own_kind


def viewed(call: Call, name: str) -> View:
    """A list by its REST name shows its typed carriers, by id or another name plain ListItemEntity."""
    kind = find(call, name)
    return View(kind, kind.carrier if name.lower() == kind.rest.lower() else "ListItemEntity")


def entity(call: Call, kind: Kind, links: bool = True) -> dict[str, Any]:
    """A ListEntity: what a list itself is."""
    row = call.tenant.table("list")[kind.list_id]
    made = carrier(
        "ListEntity",
        Id=kind.list_id,
        Name=row["name"],
        Tooltip=row["tooltip"],
        Deleted=row["deleted"],
        Rank=row["rank"],
        IsCustomList=kind.own,
        IsMDOList=True,
        UseGroupsAndHeadings=row["groups"],
        ListType="udlist" if kind.own else kind.mdo,
        InUseByUserDefinedFields=_in_use(call, kind),
    )
    if links:
        made["_Links"] = {"Items": f"{call.api}v1/List/{kind.rest or kind.list_id}/Items"}
    return made


def _in_use(call: Call, kind: Kind) -> bool:
    return any(row["MdoListName"] == kind.mdo for row in call.tenant.table("udef").values())


def every(call: Call, deleted: bool) -> list[dict[str, Any]]:
    """All lists, built-in and own."""
    rows = call.tenant.table("list")
    return [entity(call, k, links=False) for k in kinds(call.tenant) if deleted or not rows[k.list_id]["deleted"]]


def save(call: Call, kind: Kind | None, sent: Any) -> Kind:
    """Change a list's own properties, or make a list if ``kind`` is None."""
    demand_administrator(call, "change lists")
    wanted = carrier("ListEntity") | fitting(sent, "ListEntity")
    name = (wanted["Name"] or "").strip()
    taken = lookup(call.tenant, name) if name else None
    if not name or (taken is not None and taken != kind):
        raise Refused(400, "SoValidationException", "A list needs a name of its own")
    table = call.tenant.table("list")
    event = "changed" if kind else "created"
    kind = kind or own_kind(max([*table, FIRST_OWN]) + 1)
    row = table.setdefault(kind.list_id, definition(name))
    row |= {"name": name, "tooltip": wanted["Tooltip"] or "", "rank": wanted["Rank"] or len(table)}
    row |= {"deleted": bool(wanted["Deleted"]), "groups": bool(wanted["UseGroupsAndHeadings"])}
    _tell(call, kind, event)
    return kind


def remove(call: Call, kind: Kind) -> None:
    """Mark a list as deleted; built-in ones stay."""
    demand_administrator(call, "delete lists")
    if not kind.own:
        raise Refused(403, "SoSentryException", "A built-in list cannot be deleted")
    call.tenant.table("list")[kind.list_id]["deleted"] = True
    _tell(call, kind, "deleted")


def _tell(call: Call, kind: Kind, event: str) -> None:
    by = call.associate.associate_id
    events.changed(call.world, call.tenant, "list.udlistdefinition", kind.list_id, event, None, by)


def save_items(call: Call, view: View, sent: Any) -> list[dict[str, Any]]:
    """Change or add several items."""
    for item in fitting(sent, f"[{view.carrier}]"):
        view.save(call, item.get(view.key, 0), item)
    return view.all(call)


def delete_items(call: Call, view: View) -> None:
    """Mark all items as deleted."""
    demand_administrator(call, "change lists")
    for key, row in view.kind.rows(call.tenant).items():
        if not row["deleted"]:
            view.delete(call, key)


def _all(call: Call) -> Response:
    return call.answer(every(call, flag(call, "includeDeleted")))


def _default(call: Call) -> Response:
    return call.answer(carrier("ListEntity", IsCustomList=True, IsMDOList=True, ListType="udlist"))


def _create(call: Call) -> Response:
    return call.answer(entity(call, save(call, None, call.json)))


def _read(call: Call, name: str) -> Response:
    return call.answer(entity(call, find(call, name)))


def _replace(call: Call, name: str) -> Response:
    return call.answer(entity(call, save(call, find(call, name), call.json)))


def _delete(call: Call, name: str) -> Response:
    remove(call, find(call, name))
    return nothing()


def _items(call: Call, name: str) -> Response:
    """Those that are deleted too if the caller wants them, or the list has no ``includeDeleted``."""
    deleted = flag(call, "includeDeleted") or "includedeleted" not in queries(call.path, call.method)
    return call.answer(viewed(call, name).all(call, deleted))


def _item_default(call: Call, name: str) -> Response:
    return call.answer(viewed(call, name).default(call))


def _item(call: Call, name: str, key: int) -> Response:
    found = viewed(call, name).one(call, key)
    if found is None:
        raise not_found(name, key)
    return call.answer(found)


def _item_create(call: Call, name: str) -> Response:
    return call.answer(viewed(call, name).save(call, 0, call.json))


def _item_replace(call: Call, name: str, key: int) -> Response:
    return call.answer(viewed(call, name).save(call, key, call.json))


def _item_delete(call: Call, name: str, key: int) -> Response:
    viewed(call, name).delete(call, key)
    return nothing()


def _items_replace(call: Call, name: str) -> Response:
    return call.answer(save_items(call, viewed(call, name), call.json))


def _items_delete(call: Call, name: str) -> Response:
    delete_items(call, viewed(call, name))
    return nothing()


def _headings_delete(call: Call, name: str) -> Response:
    groups.delete_headings(call, find(call, name))
    return nothing()


def _item_headings(call: Call, name: str, key: int) -> Response:
    return call.answer(groups.item_headings(call, find(call, name), key, flag(call, "showDeleted")))


def _reading(work: Callable[..., Any]) -> Callable[..., Response]:
    """A handler that answers what ``work(call, kind, …)`` gives."""
    return lambda call, name, **keys: call.answer(work(call, find(call, name), **keys))


def _writing(work: Callable[..., Any]) -> Callable[..., Response]:
    """A handler that answers what ``work(call, kind, …, body)`` gives."""
    return lambda call, name, **keys: call.answer(work(call, find(call, name), *keys.values(), call.json))


def _choices(call: Call, name: str) -> Response:
    return mdo.listed(call, find(call, name).mdo)


_LIST = r"v1/List/(?P<name>[^/]+)"

_ITEM = rf"{_LIST}/Items/(?P<key>\d+)"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    r"v1/List": {"GET": _all, "POST": _create},
    r"v1/List/default": {"GET": _default},
    _LIST: {"GET": _read, "PUT": _replace, "DELETE": _delete},
    rf"{_LIST}/Items": {"GET": _items, "POST": _item_create, "PUT": _items_replace, "DELETE": _items_delete},
    rf"{_LIST}/Items/Default": {"GET": _item_default},
    rf"{_LIST}/MDOItems": {"GET": _choices},
    _ITEM: {"GET": _item, "PUT": _item_replace, "DELETE": _item_delete},
    rf"{_ITEM}/UserGroups": {"GET": _reading(groups.groups), "PUT": _writing(groups.set_groups)},
    rf"{_ITEM}/Headings": {"GET": _item_headings, "PUT": _writing(groups.set_item_headings)},
    rf"{_LIST}/Headings": {
        "GET": _reading(groups.headings),
        "POST": _writing(groups.save_heading),
        "PUT": _writing(groups.save_headings),
        "DELETE": _headings_delete,
    },
    **mdo.PATHS,
}
"""Paths of ``/List`` and ``/MDOList``."""
