"""Headings over list items and the user groups that see them [lists/services]."""

from __future__ import annotations

from typing import Any

from .answers import Call, Refused, bad, not_found
from .asking import demand_administrator, fitting
from .facts import carrier
from .list_items import by_rank
from .list_kinds import Kind
from .roles import groups_of
from .world import Associate, Row, Tenant

Chosen = list[dict[str, Any]]
"""SelectableMDOListItem[]."""


def sees(tenant: Tenant, who: Associate, kind: Kind, row: Row) -> bool:
    """Whether an item is a choice for somebody: everything is, where a list does not filter by user group."""
    groups = row.get("groups")
    return not filters(tenant, kind) or groups is None or bool(groups_of(tenant, who.associate_id) & set(groups))


def filters(tenant: Tenant, kind: Kind) -> bool:
    """Whether a list uses groups and headings."""
    return bool(tenant.table("list")[kind.list_id]["groups"])


def item_row(call: Call, kind: Kind, key: int) -> Row:
    """An item's row; 404 if there is none."""
    row = kind.rows(call.tenant).get(key)
    if row is None:
        raise not_found(kind.rest or kind.mdo, key)
    return row


def groups(call: Call, kind: Kind, key: int) -> Chosen:
    """All user groups, ``Selected`` those that see an item."""
    chosen = item_row(call, kind, key).get("groups")
    rows = by_rank(call.tenant.lists["usergroup"])
    return [_choice(k, row, "usergroup", chosen is None or k in chosen) for k, row in rows if not row["deleted"]]


def set_groups(call: Call, kind: Kind, key: int, sent: Any) -> Chosen:
    """Show an item to exactly the groups selected."""
    choose_groups(call, kind, key, selected(sent))
    return groups(call, kind, key)


def choose_groups(call: Call, kind: Kind, key: int, keys: list[int]) -> None:
    """The same by ids; 400 for a group that does not exist."""
    demand_administrator(call, "say who sees list items")
    _refuse_unknown(keys, call.tenant.lists["usergroup"], "user group")
    item_row(call, kind, key)["groups"] = sorted(set(keys))


def add_groups(call: Call, kind: Kind, key: int, keys: list[int], enable: bool) -> None:
    """Show or hide an item for some groups, leaving the others."""
    before = {group["Id"] for group in groups(call, kind, key) if group["Selected"]}
    choose_groups(call, kind, key, list(before | set(keys) if enable else before - set(keys)))


def headings_table(tenant: Tenant, kind: Kind) -> dict[int, Row]:
    """A list's headings, by id; the table ``heading`` holds all lists' with ``list``, their list's id."""
    return {key: row for key, row in tenant.table("heading").items() if row["list"] == kind.list_id}


def headings(call: Call, kind: Kind) -> list[dict[str, Any]]:
    """A list's headings as HeadingEntity[], deleted ones too."""
    return [heading(key, row) for key, row in by_rank(headings_table(call.tenant, kind))]


def heading(key: int, row: Row) -> dict[str, Any]:
    """A HeadingEntity."""
    given = {"Name": row["name"], "Tooltip": row["tooltip"], "Deleted": row["deleted"], "Rank": row["rank"]}
    return carrier("HeadingEntity", HeadingId=key, UdListDefinitionId=row["list"], **given)


def save_heading(call: Call, kind: Kind, sent: Any) -> dict[str, Any]:
    """Change a heading, or add one that has no id."""
    demand_administrator(call, "change headings")
    entity = carrier("HeadingEntity") | fitting(sent, "HeadingEntity")
    if not (entity["Name"] or "").strip():
        raise Refused(400, "SoValidationException", "Name is a mandatory field")
    key = entity["HeadingId"] or call.tenant.next_id("heading")
    table = headings_table(call.tenant, kind)
    if entity["HeadingId"] and key not in table:
        raise not_found("Heading", key)
    row = {"list": kind.list_id, "name": entity["Name"], "tooltip": entity["Tooltip"] or ""}
    row |= {"deleted": bool(entity["Deleted"]), "rank": entity["Rank"] or len(table) + 1}
    call.tenant.table("heading")[key] = row
    return heading(key, row)


def save_headings(call: Call, kind: Kind, sent: Any) -> list[dict[str, Any]]:
    """Change or add several headings."""
    for entity in fitting(sent, "[HeadingEntity]"):
        save_heading(call, kind, entity)
    return headings(call, kind)


def delete_headings(call: Call, kind: Kind) -> None:
    """Mark all headings as deleted; their items stay [lists/services]."""
    demand_administrator(call, "change headings")
    for row in headings_table(call.tenant, kind).values():
        row["deleted"] = True


def item_headings(call: Call, kind: Kind, key: int, deleted: bool = False) -> Chosen:
    """A list's headings, ``Selected`` those an item stands under."""
    under = item_row(call, kind, key).get("headings", [])
    rows = by_rank(headings_table(call.tenant, kind))
    return [_choice(k, row, "heading", k in under) for k, row in rows if deleted or not row["deleted"]]


def set_item_headings(call: Call, kind: Kind, key: int, sent: Any) -> Chosen:
    """Put an item under exactly the headings selected."""
    choose_headings(call, kind, key, selected(sent))
    return item_headings(call, kind, key)


def choose_headings(call: Call, kind: Kind, key: int, keys: list[int]) -> None:
    """The same by ids; 400 for a heading that does not exist."""
    demand_administrator(call, "change headings")
    _refuse_unknown(keys, headings_table(call.tenant, kind), "heading")
    item_row(call, kind, key)["headings"] = sorted(set(keys))


def add_headings(call: Call, kind: Kind, key: int, keys: list[int], enable: bool) -> None:
    """Put an item under some headings or take it from them, leaving the others."""
    before = set(item_row(call, kind, key).get("headings", []))
    choose_headings(call, kind, key, list(before | set(keys) if enable else before - set(keys)))


def members(call: Call, kind: Kind, at: str, key: int) -> Chosen:
    """All items of a list, ``Selected`` those under a heading (``headings``) or seen by a group (``groups``)."""
    rows = by_rank(kind.rows(call.tenant))
    return [_choice(k, row, kind.mdo, key in _at(row, at, key)) for k, row in rows if not row["deleted"]]


def _at(row: Row, at: str, key: int) -> list[int]:
    found = row.get(at)
    if found is None:
        return [key] if at == "groups" else []
    return list(found)


def selected(sent: Any) -> list[int]:
    """Ids of what is selected in a SelectableMDOListItem[] somebody sent."""
    return [item["Id"] for item in fitting(sent, "[SelectableMDOListItem]") if item.get("Selected")]


def _refuse_unknown(keys: list[int], known: dict[int, Row], what: str) -> None:
    for key in keys:
        if key not in known:
            raise bad(f"There is no {what} {key}")


def _choice(key: int, row: Row, kind: str, is_selected: bool) -> dict[str, Any]:
    given = {"Name": row["name"], "ToolTip": row["tooltip"], "FullName": row["name"], "Type": kind, "IconHint": kind}
    given |= {"Rank": row["rank"], "Deleted": row["deleted"], "Selected": is_selected}
    return carrier("SelectableMDOListItem", Id=key, **given)
