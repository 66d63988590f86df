"""User-defined fields over HTTP: ``/{Entity}/UdefLayout``, ``/{Entity}/CustomField`` and their agent."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from . import udef_layout as layout
from .answers import Call, Refused, bad, not_found
from .asking import asked, demand_administrator, fitting, flag, nothing, number
from .facts import carrier
from .udef import OWNERS, Column, columns

FIELD_INFO_TYPES = {"Number": "Integer", "UnlimitedDate": "Date", "List": "MdoList"}
"""UDefFieldType to the FieldType of a FieldInfoBase, where they differ."""

EXTENDED = {**OWNERS, "Ticket": "ticket", "TicketMessage": "ticket_message", "User": "associate"}
"""REST names of everything that can have extra fields."""

Given = dict[str, Any]


def _list(call: Call, owner: str, table: str) -> Response:
    return call.answer(layout.every(call.tenant, owner, table))


def _one(call: Call, owner: str, table: str, name: str) -> Response:
    return call.answer(_found(call, owner, name, table))


def _found(call: Call, owner: str, name: str, table: str = "udef") -> layout.Info:
    found = layout.find(call.tenant, owner, name, table)
    if found is None:
        raise not_found("User-defined field", name)
    return found


def _add(call: Call, owner: str) -> Response:
    """A new field of the draft, to be changed and saved by PUT."""
    made = layout.template(call.tenant, owner, call.parameter("udefFieldType") or "")
    label = f"{made['FieldType']} {made['TabOrder']}"
    chosen = layout.with_list(made, 2) if made["FieldType"] == "List" else made
    return call.answer(layout.save(call, chosen | {"FieldLabel": label}))


def _save(call: Call, owner: str) -> Response:
    for info in fitting(call.json, f"[{layout.TYPE}]"):
        if info.get("Type") != owner:
            raise bad(f"The field is none of {owner}")
        layout.save(call, info)
    return call.answer(layout.every(call.tenant, owner))


def _delete(call: Call, owner: str, name: str) -> Response:
    layout.delete(call, _found(call, owner, name)["UDefFieldId"])
    return nothing()


def _change_type(call: Call, owner: str, name: str, kind: str) -> Response:
    return call.answer(layout.change_type(call, _found(call, owner, name)["UDefFieldId"], kind))


def _changed(call: Call, owner: str) -> Response:
    return call.answer(layout.changed(call.tenant, owner, flag(call, "columnChangesOnly")))


def _publishing(call: Call, owner: str) -> Response:
    return call.answer(layout.publishing(call.tenant, owner))


def _publish(call: Call, owner: str) -> Response:
    if layout.publishing(call.tenant):
        raise Refused(400, "SoInvalidOperationException", "Somebody is publishing user-defined fields")
    return call.answer(layout.publish(call, owner))


def _revert(call: Call, owner: str) -> Response:
    layout.revert(call, owner)
    return nothing()


def _infos(call: Call, table: str) -> list[Given]:
    rows = call.tenant.table("udef_published").values()
    labels = {row["ProgId"]: row for row in rows if OWNERS[row["Type"]] == table}
    labels |= {row["name"]: row for row in call.tenant.table("extra_field").values() if row["table"] == table}
    found = columns(call.tenant, table)
    return [_info(column, labels[column.name], rank) for rank, column in enumerate(found, 1)]


def _info(column: Column, row: Given, rank: int) -> Given:
    return carrier(
        "FieldInfoBase",
        FieldType=FIELD_INFO_TYPES.get(column.kind, column.kind),
        FieldName=column.name,
        DisplayName=row.get("FieldLabel") or row.get("label", ""),
        Description=row.get("Tooltip", ""),
        ShortLabel=row.get("ShortLabel", ""),
        HideLabel=row.get("HideLabel", False),
        IsIndexed=row.get("IsIndexed", False),
        IsMandatory=column.mandatory,
        IsReadOnly=column.read_only,
        Rank=rank,
        TemplateVariableName=column.slot if column.at == "udef" else "",
    )


def _custom_fields(call: Call, table: str) -> Response:
    return call.answer(_infos(call, table))


def _custom_field(call: Call, table: str, name: str) -> Response:
    found = next((info for info in _infos(call, table) if info["FieldName"].lower() == name.lower()), None)
    if found is None:
        raise not_found("Custom field", name)
    return call.answer(found)


def _agent_custom_field(call: Call, given: Given) -> Given | None:
    infos = _infos(call, given["TableName"] or "")
    return next((info for info in infos if info["FieldName"] == given["FieldName"]), None)


def _create(call: Call, given: Given) -> Given:
    return layout.template(call.tenant, given["OwnerType"], given["FieldType"])


def _by_name(call: Call, given: Given, table: str = "udef") -> Given | None:
    name = given.get("ProgId") or given.get("FieldLabel") or ""
    return layout.find(call.tenant, given["OwnerType"], name, table)


def _by_ids(call: Call, given: Given) -> list[Given]:
    rows = call.tenant.table("udef")
    return [layout.shown(key, rows[key]) for key in given["Ids"] or [] if key in rows]


def _by_prog_ids(call: Call, given: Given) -> list[Given]:
    found = (layout.find(call.tenant, given["OwnerType"], name) for name in given["ProgIds"] or [])
    return [info for info in found if info is not None]


def _page_one(call: Call, given: Given, table: str) -> list[Given]:
    return [info for info in layout.every(call.tenant, given["OwnerType"], table) if info["Page1LineNo"]]


def _list_id(call: Call, given: Given) -> int:
    info = given["Info"] or {}
    return int(info.get("UDListDefinitionId") or info.get("ListTableId") or 0)


def _change(call: Call, given: Given) -> Given:
    return layout.change_type(call, (given["Info"] or {}).get("UDefFieldId", 0), given["FieldType"])


ANSWERING: dict[str, Callable[[Call, Given], Any]] = {
    "GetCustomFieldInfoList": lambda c, g: _infos(c, g["TableName"] or ""),
    "GetCustomFieldInfo": _agent_custom_field,
    "CreateUserDefinedFieldInfo": _create,
    "GetUserDefinedFieldList": lambda c, g: layout.every(c.tenant, g["OwnerType"]),
    "GetPublishedUserDefinedFieldList": lambda c, g: layout.every(c.tenant, g["OwnerType"], "udef_published"),
    "GetUserDefinedFieldFromFieldLabel": _by_name,
    "GetPublishedUserDefinedFieldFromFieldLabel": partial(_by_name, table="udef_published"),
    "GetUserDefinedFieldFromProgId": _by_name,
    "GetPublishedUserDefinedFieldFromProgId": partial(_by_name, table="udef_published"),
    "GetUserDefinedFieldFromIds": _by_ids,
    "GetUserDefinedFieldFromProgIds": _by_prog_ids,
    "ChangeFieldType": _change,
    "GetUserDefinedPageOneFields": partial(_page_one, table="udef"),
    "GetPublishedUserDefinedPageOneFields": partial(_page_one, table="udef_published"),
    "Publish": lambda c, g: layout.publish(c, g["OwnerType"]),
    "DetectUnpublishedChanges": lambda c, g: layout.changed(c.tenant, g["OwnerType"]),
    "DetectColumnIdChanges": lambda c, g: layout.changed(c.tenant, g["OwnerType"], columns_only=True),
    "IsPublishEventActive": lambda c, g: layout.publishing(c.tenant, g["Type"]),
    "SetListTableIdAndUDListDefinitionIdFromSelectedListId": lambda c, g: layout.with_list(
        carrier(layout.TYPE) | (g["Info"] or {}), g["SelectedListId"]
    ),
    "FigureOutListIdFromListTableIdAndUDListDefinitionId": _list_id,
}
"""Methods of the agent that take a request and answer something."""


def _save_all(call: Call, given: Given) -> None:
    for info in given["Infos"] or []:
        layout.save(call, info)


def _begin(call: Call, given: Given) -> None:
    demand_administrator(call, "publish user-defined fields")
    if given["OwnerType"] not in OWNERS:
        raise bad(f"{given['OwnerType']} has no user-defined fields")
    layout.set_publishing(call.tenant, given["OwnerType"], active=True)


def _rank(call: Call, given: Given) -> None:
    demand_administrator(call, "change user-defined fields")
    rows = call.tenant.table("udef")
    for order, key in enumerate(given["RankedFieldsIds"] or [], 1):
        if key not in rows:
            raise not_found("User-defined field", key)
        rows[key]["TabOrder"] = order


def _page_line(call: Call, given: Given) -> None:
    demand_administrator(call, "change user-defined fields")
    row = call.tenant.table("udef").get(given["UdefFieldId"])
    if row is None:
        raise not_found("User-defined field", given["UdefFieldId"])
    row["Page1LineNo"] = given["FieldLineNo"]


SILENT: dict[str, Callable[[Call, Given], None]] = {
    "SaveUserDefinedFieldInfos": _save_all,
    "Revert": lambda c, g: layout.revert(c, g["OwnerType"]),
    "SetPublishStartSystemEvent": _begin,
    "SetRankOnFields": _rank,
    "SetUserDefinedPageOneField": _page_line,
}
"""Methods that answer nothing."""


def _get(call: Call) -> Response:
    key = number(call, "userDefinedFieldInfoId")
    rows = call.tenant.table("udef")
    return call.answer(layout.shown(key, rows[key]) if key in rows else None)


def _remove(call: Call) -> Response:
    layout.delete(call, number(call, "userDefinedFieldInfoId"))
    return nothing()


def _rebuild(call: Call) -> Response:
    """Web panels and task menus: here their screens are always new."""
    demand_administrator(call, "rebuild screens")
    return nothing()


def _rebuild_fields(call: Call) -> Response:
    """SuperOffice Web shows the published fields from now on."""
    demand_administrator(call, "rebuild screens")
    layout.rebuild(call.tenant)
    return nothing()


def _silent(call: Call, work: Callable[[Call, Given], None]) -> Response:
    work(call, asked(call))
    return nothing()


def _answering(call: Call, work: Callable[[Call, Given], Any]) -> Response:
    return call.answer(work(call, asked(call)))


AGENT = "v1/Agents/UserDefinedFieldInfo/"

Paths = dict[str, dict[str, Callable[..., Response]]]


def _rest(owner: str) -> Paths:
    base = f"v1/{owner}/UdefLayout"
    named = r"(?P<name>[^/]+)"
    read, one = partial(_list, owner=owner), partial(_one, owner=owner)
    return {
        base: {
            "GET": partial(read, table="udef"),
            "POST": partial(_add, owner=owner),
            "PUT": partial(_save, owner=owner),
        },
        f"{base}/Published": {"GET": partial(read, table="udef_published")},
        f"{base}/Published/{named}": {"GET": partial(one, table="udef_published")},
        f"{base}/Changed": {"GET": partial(_changed, owner=owner)},
        f"{base}/Publish": {"GET": partial(_publishing, owner=owner), "POST": partial(_publish, owner=owner)},
        f"{base}/Revert": {"POST": partial(_revert, owner=owner)},
        f"{base}/{named}": {"GET": partial(one, table="udef"), "DELETE": partial(_delete, owner=owner)},
        rf"{base}/{named}/ChangeTo/(?P<kind>\w+)": {"POST": partial(_change_type, owner=owner)},
    }


def _custom(name: str, table: str) -> Paths:
    return {
        f"v1/{name}/CustomField": {"GET": partial(_custom_fields, table=table)},
        rf"v1/{name}/CustomField/(?P<name>[^/]+)": {"GET": partial(_custom_field, table=table)},
    }


PATHS: Paths = {
    **{path: methods for owner in OWNERS for path, methods in _rest(owner).items()},
    **{path: methods for name, table in EXTENDED.items() for path, methods in _custom(name, table).items()},
    **{AGENT + name: {"POST": partial(_answering, work=work)} for name, work in ANSWERING.items()},
    **{AGENT + name: {"POST": partial(_silent, work=work)} for name, work in SILENT.items()},
    f"{AGENT}CreateDefaultUserDefinedFieldInfo": {"POST": lambda call: call.answer(carrier(layout.TYPE))},
    f"{AGENT}SaveUserDefinedFieldInfo": {"POST": lambda call: call.answer(layout.save(call, call.json))},
    f"{AGENT}GetUserDefinedFieldInfo": {"POST": _get},
    f"{AGENT}DeleteUserDefinedFieldInfo": {"POST": _remove},
    f"{AGENT}IsAnyPublishEventActive": {"POST": lambda call: call.answer(layout.publishing(call.tenant))},
    f"{AGENT}ClearCaches": {"POST": lambda call: nothing()},
    "v1/Agents/Configuration/RebuildUdefDeltas": {"POST": _rebuild_fields},
    "v1/Agents/Configuration/RebuildWebpanelDeltas": {"POST": _rebuild},
    "v1/Agents/Configuration/RebuildTaskMenuDeltas": {"POST": _rebuild},
    "v1/Agents/Configuration/ClearConfigurationCache": {"POST": lambda call: nothing()},
}
