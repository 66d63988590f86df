"""Definitions of user-defined fields: a draft for the administrator, and what is published [ws/howto/custom-objects].

Rows of the tables ``udef`` (the draft) and ``udef_published`` are UserDefinedFieldInfo by UDefFieldId, which changes at
every publishing. Only administrators change them.
"""

from __future__ import annotations

from typing import Any

from .answers import Call, Refused, bad, not_found
from .asking import demand_administrator, fitting
from .facts import TYPES, carrier
from .list_kinds import FIRST_OWN, KINDS
from .udef import LENGTHS, OWNERS, Column, decode
from .world import Row, Tenant

Info = dict[str, Any]

TYPE = "UserDefinedFieldInfo"

FIELD_TYPES = TYPES[TYPE]["FieldType"].split("|")

PREFIXES = {"Contact": "c", "Person": "a", "Project": "p", "Sale": "s", "Appointment": "t", "Document": "d"}
"""First letter of an owner's template variables."""

SLOTS = {"Decimal": ("f", 10), "ShortText": ("s", 49), "LongText": ("s", 49), "UnlimitedDate": ("s", 49)}
"""Field type to the letter of its database columns and how many there are; all other types are whole numbers."""

NUMBERS = ("l", 60)

OWN_LISTS = 136
"""ListTableId of lists a customer made; a built-in list has its own, here the list's id."""


def owned(tenant: Tenant, owner: str, table: str = "udef") -> list[tuple[int, Row]]:
    """An owner's fields in the order of their tabs."""
    found = [(key, row) for key, row in tenant.table(table).items() if row["Type"] == owner]
    return sorted(found, key=lambda pair: (pair[1]["TabOrder"], pair[0]))


def shown(key: int, row: Row) -> Info:
    """A UserDefinedFieldInfo."""
    return carrier(TYPE, **row) | {"UDefFieldId": key, "TableRight": carrier("TableRight", Mask="FULL", Reason="")}


def every(tenant: Tenant, owner: str, table: str = "udef") -> list[Info]:
    return [shown(key, row) for key, row in owned(tenant, owner, table)]


def find(tenant: Tenant, owner: str, name: str, table: str = "udef") -> Info | None:
    """By ProgId or label; None if there is none."""
    wanted = name.casefold()
    named = (info for info in every(tenant, owner, table) if wanted in _names(info))
    return next(named, None)


def _names(info: Info) -> set[str]:
    label = str(info["FieldLabel"]).casefold()
    return {str(info["ProgId"]).casefold(), label, *label.split('"')[1::2]} - {""}


def template(tenant: Tenant, owner: str, field_type: str) -> Info:
    """A new field, not stored: its column, its ProgId, its place below the others."""
    _demand_owner(owner)
    if field_type not in FIELD_TYPES:
        raise bad(f"There is no field type {field_type}")
    count = len(owned(tenant, owner))
    number = 1 + max((int(row["UdefIdentity"]) for row in _all(tenant)), default=0)
    name = 1 + max((_own_number(row) for row in _all(tenant) if row["Type"] == owner), default=0)
    place = {"FieldLeft": 105, "FieldTop": 10 + 25 * count, "FieldWidth": 200, "FieldHeight": 20}
    place |= {"LabelLeft": 5, "LabelTop": 10 + 25 * count, "LabelWidth": 95, "LabelHeight": 20}
    given = {"Type": owner, "FieldType": field_type, "ProgId": f"SuperOffice:{name}", "UdefIdentity": number}
    given |= {"TabOrder": count + 1, "TextLength": LENGTHS.get(field_type, 0), "Version": 1}
    made = carrier(TYPE, **given, **place)
    return made | _slot(tenant, owner, field_type)


def _all(tenant: Tenant) -> list[Row]:
    return [*tenant.table("udef").values(), *tenant.table("udef_published").values()]


def _own_number(row: Row) -> int:
    last = str(row["ProgId"]).removeprefix("SuperOffice:")
    return int(last) if last.isdigit() else 0


def _slot(tenant: Tenant, owner: str, field_type: str) -> Row:
    letter, most = SLOTS.get(field_type, NUMBERS)
    taken = {row["TemplateVariableName"] for row in _all(tenant) if row["Type"] == owner}
    for number in range(1, most + 1):
        name = f"{PREFIXES[owner]}{letter}{number:02}"
        if name not in taken:
            return {"TemplateVariableName": name, "ColumnId": {"s": 100, "l": 200, "f": 300}[letter] + number}
    raise Refused(400, "SoValidationException", f"All {most} columns for {field_type} are taken")


def _demand_owner(owner: str) -> None:
    if owner not in OWNERS:
        raise bad(f"{owner} has no user-defined fields")


def save(call: Call, sent: Any) -> Info:
    """Change a field of the draft, or add one without an id; 404 if there is none, 400 if it cannot be so."""
    demand_administrator(call, "change user-defined fields")
    info = carrier(TYPE) | fitting(sent, TYPE)
    _demand_owner(info["Type"])
    drafts = call.tenant.table("udef")
    key = info["UDefFieldId"] or _next_id(call.tenant)
    if info["UDefFieldId"] and key not in drafts:
        raise not_found("User-defined field", key)
    _refuse_bad(call.tenant, key, info)
    fixed = drafts.get(key) or info | _slot(call.tenant, info["Type"], info["FieldType"])
    info |= {name: fixed[name] for name in ("TemplateVariableName", "ColumnId", "FieldType", "Type")}
    info |= {"UdefIdentity": fixed["UdefIdentity"] or key, "HasBeenPublished": fixed["HasBeenPublished"]}
    info["MdoListName"] = list_of(info)
    drafts[key] = _plain(info)
    return shown(key, drafts[key])


def _plain(info: Info) -> Row:
    empty = carrier(TYPE)
    left_out = ("UDefFieldId", "TableRight", "FieldProperties")
    return {name: empty[name] if value is None else value for name, value in info.items() if name not in left_out}


def _next_id(tenant: Tenant) -> int:
    return max([*tenant.table("udef"), *tenant.table("udef_published")], default=0) + 1


def _refuse_bad(tenant: Tenant, key: int, info: Info) -> None:
    if not (info["FieldLabel"] or "").strip() or not info["ProgId"]:
        raise Refused(400, "SoValidationException", "A field needs a label and a ProgId")
    if info["IsMandatory"] and info["IsReadOnly"]:
        raise Refused(400, "SoValidationException", "A field cannot be mandatory and read-only")
    others = [row for other, row in owned(tenant, info["Type"]) if other != key]
    if any(row["ProgId"].casefold() == info["ProgId"].casefold() for row in others):
        raise Refused(400, "SoValidationException", f"The ProgId {info['ProgId']} is taken")
    if info["FieldType"] == "List" and not list_of(info):
        raise Refused(400, "SoValidationException", "A list field needs a list")
    _refuse_default(info)


def _refuse_default(info: Info) -> None:
    try:
        decode(Column("", info["FieldType"], "udef", ""), info["FieldDefault"] or "")
    except ValueError as error:
        raise Refused(400, "SoValidationException", f"The default is no {info['FieldType']}") from error


def list_of(info: Info) -> str:
    """The MDO name of a list field's list; empty for none."""
    if info["FieldType"] != "List":
        return ""
    if info["ListTableId"] == OWN_LISTS:
        return f"udlist{info['UDListDefinitionId']}"
    return next((kind.mdo for kind in KINDS if kind.list_id == info["ListTableId"]), "")


def with_list(info: Info, list_id: int) -> Info:
    """A field that chooses from a list."""
    own = list_id >= FIRST_OWN
    chosen = {"ListTableId": OWN_LISTS if own else list_id, "UDListDefinitionId": list_id if own else 0}
    return info | chosen | {"MdoListName": list_of(info | chosen)}


def delete(call: Call, key: int) -> None:
    """Take a field out of the draft; it shows until the next publishing."""
    demand_administrator(call, "change user-defined fields")
    if call.tenant.table("udef").pop(key, None) is None:
        raise not_found("User-defined field", key)


def change_type(call: Call, key: int, field_type: str) -> Info:
    """Another type for a field of the draft, and with it another column; its values follow when it is published."""
    demand_administrator(call, "change user-defined fields")
    row = call.tenant.table("udef").get(key)
    if row is None:
        raise not_found("User-defined field", key)
    if field_type not in FIELD_TYPES:
        raise bad(f"There is no field type {field_type}")
    row |= {"FieldType": field_type, "TextLength": LENGTHS.get(field_type, 0), "MdoListName": ""}
    row |= _slot(call.tenant, row["Type"], field_type)
    return shown(key, row)


def changed(tenant: Tenant, owner: str, columns_only: bool = False) -> bool:
    """Whether draft and published layout differ, or only their columns."""
    old, new = ([row for _, row in owned(tenant, owner, table)] for table in ("udef_published", "udef"))
    if columns_only:
        return sorted(row["ColumnId"] for row in old) != sorted(row["ColumnId"] for row in new)
    return old != new


def revert(call: Call, owner: str) -> None:
    """Back to what is published."""
    demand_administrator(call, "change user-defined fields")
    _replace(call.tenant, owner, "udef", dict(owned(call.tenant, owner, "udef_published")))


def publish(call: Call, owner: str) -> int:
    """Make the draft what everybody sees, each field with a new id; how many fields there are."""
    demand_administrator(call, "publish user-defined fields")
    _demand_owner(owner)
    return published(call.tenant, owner)


def published(tenant: Tenant, owner: str) -> int:
    """The same for a tenant that is being made."""
    old = {row["UdefIdentity"]: row for _, row in owned(tenant, owner, "udef_published")}
    start = _next_id(tenant)
    fresh = {}
    for key, (_, row) in enumerate(owned(tenant, owner), start):
        fresh[key] = row | {"HasBeenPublished": True, "Version": row["Version"] + 1, "LastVersionId": key}
        _move_values(tenant, owner, old.get(row["UdefIdentity"]), row)
    _replace(tenant, owner, "udef", fresh)
    _replace(tenant, owner, "udef_published", fresh)
    set_publishing(tenant, owner, active=False)
    return len(fresh)


def rebuild(tenant: Tenant) -> None:
    """Make the screens of SuperOffice Web anew: they show what was published when this was last done."""
    tenant.rows["udef_screen"] = {key: dict(row) for key, row in tenant.table("udef_published").items()}


def _move_values(tenant: Tenant, owner: str, old: Row | None, new: Row) -> None:
    if old is None or old["TemplateVariableName"] == new["TemplateVariableName"]:
        return
    column = Column("", new["FieldType"], "udef", new["TemplateVariableName"])
    for record in tenant.table(OWNERS[owner]).values():
        values = record.get("udef", {})
        text = str(values.pop(old["TemplateVariableName"], ""))
        values[column.slot] = _converted(column, text)


def _converted(column: Column, text: str) -> Any:
    """A value in its field's new type; nothing where it cannot be one."""
    try:
        return decode(column, text)
    except ValueError:
        return decode(column, "")


def _replace(tenant: Tenant, owner: str, table: str, rows: dict[int, Row]) -> None:
    others = {key: row for key, row in tenant.table(table).items() if row["Type"] != owner}
    tenant.rows[table] = others | {key: dict(row) for key, row in rows.items()}


def publishing(tenant: Tenant, owner: str = "") -> bool:
    """Whether somebody has begun to publish an owner's fields, or anybody's."""
    events = tenant.table("udef_event").values()
    return any(row["active"] and owner in ("", row["owner"]) for row in events)


def set_publishing(tenant: Tenant, owner: str, active: bool) -> None:
    """Say that publishing begins or has ended."""
    tenant.table("udef_event")[list(OWNERS).index(owner)] = {"owner": owner, "active": active}
