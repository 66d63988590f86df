"""Foreign keys: a partner's own ids on records, by application, device and key [oas].

Rows: ``foreign_app`` {name}, ``foreign_device`` {app, name, identifier}, ``foreign_key`` {device, key, value, table,
record}. Names are compared without case. Long values are stored whole; NetServer chains segments of 239 characters and
shows none of it. Keys live on the tables the documentation names and on records that exist, all else is 400.
"""

from __future__ import annotations

from typing import Any

from . import kind
from .answers import Call, bad, not_found
from .asking import fitting, flag
from .carriers import associate, user_name
from .facts import carrier
from .world import Row

Given = dict[str, Any]

TABLES = ("contact", "person", "associate", "project", "document", "appointment", "sale")


def _matching(call: Call, source: str, /, **wanted: Any) -> list[tuple[int, Row]]:
    def fits(row: Row) -> bool:
        return all(_plain(row[name]) == _plain(value) for name, value in wanted.items())

    return [(key, row) for key, row in call.tenant.table(source).items() if fits(row)]


def _plain(value: Any) -> Any:
    return value.lower() if isinstance(value, str) else value


def _stamped(call: Call, row: Row, new: bool) -> Row:
    now, who = call.world.stamp(), call.associate.associate_id
    born = {"registered": now, "registered_by": who} if new else {}
    return row | born | {"updated": now, "updated_by": who}


def _put(call: Call, table: str, found: list[tuple[int, Row]], row: Row) -> tuple[int, Row]:
    """Change the one row found, or add one."""
    key, old = found[0] if found else (call.tenant.next_id(table), {})
    call.tenant.table(table)[key] = _stamped(call, old | row, new=not found)
    return key, call.tenant.table(table)[key]


def app(call: Call, name: str) -> tuple[int, Row] | None:
    """An application by its name."""
    return next(iter(_matching(call, "foreign_app", name=name)), None)


def save_app(call: Call, name: str, key: int = 0) -> tuple[int, Row]:
    """Add an application, or rename the one with an id."""
    if not name.strip():
        raise bad("An application has a name")
    table = call.tenant.table("foreign_app")
    found = [(key, table[key])] if key in table else _matching(call, "foreign_app", name=name)
    return _put(call, "foreign_app", found, {"name": name})


def delete_app(call: Call, key: int) -> None:
    """Take an application away, with its devices and keys; nothing happens if there is none."""
    for device, _ in _matching(call, "foreign_device", app=key):
        delete_device(call, device)
    call.tenant.table("foreign_app").pop(key, None)


def devices(call: Call, app_name: str, name: str | None = None, identifier: str | None = None) -> list[tuple[int, Row]]:
    """Devices of an application, with a name and an identifier if those are given."""
    found = app(call, app_name)
    given = {"name": name, "identifier": identifier}
    wanted = {key: value for key, value in given.items() if value is not None}
    return _matching(call, "foreign_device", app=found[0], **wanted) if found else []


def save_device(call: Call, app_name: str, name: str, identifier: str) -> tuple[int, Row]:
    """Add a device to an application; 404 if that does not exist."""
    owner = app(call, app_name)
    if owner is None:
        raise not_found("Foreign application", app_name)
    if not name.strip():
        raise bad("A device has a name")
    row = {"app": owner[0], "name": name, "identifier": identifier}
    return _put(call, "foreign_device", devices(call, app_name, name, identifier), row)


def delete_device(call: Call, key: int) -> None:
    """Take a device away, with its keys."""
    for number, _ in _matching(call, "foreign_key", device=key):
        del call.tenant.table("foreign_key")[number]
    call.tenant.table("foreign_device").pop(key, None)


def keys(call: Call, found: list[tuple[int, Row]], /, **wanted: Any) -> list[tuple[int, Row]]:
    """Keys of some devices that hold some values."""
    numbers = {device for device, _ in found}
    return [pair for pair in _matching(call, "foreign_key", **wanted) if pair[1]["device"] in numbers]


def save_key(call: Call, app_name: str, device_name: str, identifier: str, sent: Any) -> tuple[int, Row]:
    """Write a key; 404 if the device does not exist, 400 for records that cannot have one."""
    given = carrier("ForeignKey") | fitting(sent, "ForeignKey")
    found = devices(call, app_name, device_name, identifier)
    if not found:
        raise not_found("Foreign device", f"{app_name}/{device_name}/{identifier}")
    table, record = (given["TableName"] or "").lower(), given["RecordId"]
    _refuse_record(call, table, record)
    if not given["Key"]:
        raise bad("A foreign key has a name")
    at = {"device": found[0][0], "key": given["Key"], "table": table, "record": record}
    return _put(call, "foreign_key", _matching(call, "foreign_key", **at), at | {"value": given["Value"] or ""})


def _refuse_record(call: Call, table: str, record: int) -> None:
    if table not in TABLES:
        raise bad(f"The table {table or '(none)'} has no foreign keys")
    if record not in call.tenant.table(table):
        raise bad(f"There is no {table} {record}")


def delete_keys(call: Call, found: list[tuple[int, Row]], name: str, table: str, record: int) -> None:
    """Take keys of a name away: of one record, of a table if ``record`` is 0, of all if ``table`` is empty."""
    wanted: Given = {"key": name}
    if table.strip():
        wanted |= {"table": table} | ({"record": record} if record else {})
    for number, _ in keys(call, found, **wanted):
        del call.tenant.table("foreign_key")[number]


def of_record(call: Call, table: str, record: int) -> dict[str, str]:
    """All keys of a record as ``app.device.key`` to value."""
    apps, all_devices = call.tenant.table("foreign_app"), call.tenant.table("foreign_device")
    made = {}
    for _, row in _matching(call, "foreign_key", table=table, record=record):
        device = all_devices[row["device"]]
        made[f"{apps[device['app']]['name']}.{device['name']}.{row['key']}"] = row["value"]
    return made


def shown_app(call: Call, found: tuple[int, Row]) -> Given:
    """A ForeignAppEntity."""
    key, row = found
    inside = [shown_device(call, pair) for pair in _matching(call, "foreign_device", app=key)]
    who = {"CreatedBy": associate(call, row["registered_by"]), "UpdatedBy": associate(call, row["updated_by"])}
    return carrier("ForeignAppEntity", ForeignAppId=key, Name=row["name"], Devices=inside, **_when(call, row), **who)


def shown_device(call: Call, found: tuple[int, Row]) -> Given:
    """A ForeignDevice."""
    key, row = found
    return carrier(
        "ForeignDevice",
        ForeignDeviceId=key,
        Name=row["name"],
        DeviceIdentifier=row["identifier"],
        ForeignAppId=row["app"],
        AssociateFullName=user_name(call.tenant, row["registered_by"]),
        **_when(call, row),
        **_who(call, row),
    )


def shown_key(call: Call, found: tuple[int, Row]) -> Given:
    """A ForeignKey."""
    row = found[1]
    given = {"Key": row["key"], "Value": row["value"], "RecordId": row["record"], "TableName": row["table"]}
    return carrier("ForeignKey", **given, **_when(call, row), **_who(call, row))


def _when(call: Call, row: Row) -> Given:
    return {"CreatedDate": call.clock.show(row["registered"]), "UpdatedDate": call.clock.show(row["updated"])}


def _who(call: Call, row: Row) -> Given:
    names = {"CreatedBy": row["registered_by"], "UpdatedBy": row["updated_by"]}
    return {name: user_name(call.tenant, key) for name, key in names.items()}


def _on_entity(call: Call, table: str, key: int, row: Row | None) -> Given:
    """With ``?fk=true`` an entity's foreign keys are among its ExtraFields."""
    if row is None or not flag(call, "fk"):
        return {}
    return {"ExtraFields": of_record(call, table, key)}


kind.EXTRAS.append(_on_entity)
