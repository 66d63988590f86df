"""A tenant's configuration in a form that can be compared: before an application was installed, after it has gone.

Ids, time stamps, whoever changed something last and statistics differ without anything being different: they are left
out, and what refers to an id names the thing instead. Rows marked deleted are left out too, unless they are wanted:
REST's DELETE and a list's own items leave nothing else behind.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .list_kinds import Kind, kinds
from .roles import roles
from .udef_layout import publishing
from .world import Row, Tenant

STAMPS = {"registered", "registered_by", "updated", "updated_by"}
STATISTICS = {"total_calls", "total_errors", "consecutive_errors", "last_error"}
SEQUENCES = {"UDefFieldId", "UdefIdentity", "Version", "LastVersionId", "LastVersionKey", "UDListDefinitionId"}
"""Of user-defined fields: new with every publishing. Which list a field chooses from, its ``list`` says."""

Dump = dict[str, Any]


def dump(tenant: Tenant, deleted: bool = False) -> Dump:
    """Everything an application can set up; ``deleted`` shows rows that are only marked, too."""
    names = {kind.mdo: list_name(tenant, kind) for kind in kinds(tenant)}
    found = {names[kind.mdo]: listed(tenant, kind, deleted) for kind in kinds(tenant)}
    gone = {name for name, one in found.items() if one["deleted"] and not deleted}
    return {
        "web_panels": found.pop(names["webpanel"])["items"],
        "task_menus": found.pop(names["taskmenu"])["items"],
        "lists": {name: one for name, one in sorted(found.items()) if name not in gone},
        "fields": fields(tenant, "udef_published", names),
        "draft_fields": fields(tenant, "udef", names),
        "screen_fields": fields(tenant, "udef_screen", names),
        "publishing": publishing(tenant),
        "roles": canonical(roles(tenant).values(), set()),
        "webhooks": canonical(tenant.table("webhook").values(), STAMPS | STATISTICS),
        "foreign_keys": foreign_keys(tenant),
        "preferences": canonical(tenant.table("preference").values(), STAMPS),
        "preference_descriptions": canonical(tenant.table("preference_description").values(), STAMPS),
        "preference_lines": preference_lines(tenant),
        "system_messages": canonical(tenant.table("system_message").values(), set()),
    }


def canonical(rows: Iterable[Row], left_out: set[str]) -> list[Row]:
    """Rows without some keys, in an order that depends on nothing but what they hold."""
    kept = ({name: value for name, value in row.items() if name not in left_out} for row in rows)
    return sorted(kept, key=lambda row: json.dumps(row, sort_keys=True))


def list_name(tenant: Tenant, kind: Kind) -> str:
    """What a list is called, whatever its id."""
    return str(tenant.table("list")[kind.list_id]["name"]) if kind.own else kind.mdo


def listed(tenant: Tenant, kind: Kind, deleted: bool) -> Row:
    """A list with its headings and its items."""
    headings = {key: row for key, row in tenant.table("heading").items() if row["list"] == kind.list_id}
    shown = [row for row in headings.values() if deleted or not row["deleted"]]
    items = [
        row | {"headings": sorted(headings[key]["name"] for key in row.get("headings", []))}
        for row in kind.rows(tenant).values()
        if deleted or not row["deleted"]
    ]
    named = {"headings": canonical(shown, STAMPS | {"list"}), "items": canonical(items, STAMPS)}
    return tenant.table("list")[kind.list_id] | named


def fields(tenant: Tenant, table: str, names: dict[str, str]) -> list[Row]:
    """User-defined fields by what they are; the list of a list field by its name."""
    rows = (row | {"list": names.get(row["MdoListName"], "")} for row in tenant.table(table).values())
    return canonical(rows, SEQUENCES | {"MdoListName"})


def preference_lines(tenant: Tenant) -> list[Row]:
    """Values of preferences; the preference by its name, empty for one that is gone."""
    described = tenant.table("preference_description")
    owners = {key: f"{row['Section']}/{row['Key']}" for key, row in described.items()}
    lines = tenant.table("preference_line").values()
    return canonical((row | {"of": owners.get(row["PrefDescId"], "")} for row in lines), {"PrefDescId"})


def foreign_keys(tenant: Tenant) -> Row:
    """Applications to their devices to what these keep on which record."""
    devices, made = tenant.table("foreign_device"), {row["name"]: {} for row in tenant.table("foreign_app").values()}
    for key, device in devices.items():
        app = tenant.table("foreign_app")[device["app"]]["name"]
        kept = (row for row in tenant.table("foreign_key").values() if row["device"] == key)
        made[app][f"{device['name']}/{device['identifier']}"] = canonical(kept, STAMPS | {"device"})
    return made
