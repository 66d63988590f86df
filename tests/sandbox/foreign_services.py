"""Foreign keys over HTTP: ``/ForeignApp``, ``/{Entity}/{id}/ForeignKey``, the ForeignSystem agent [oas]."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from . import foreign_keys as fk
from .answers import Call, not_found
from .asking import fitting, nothing, number
from .facts import carrier
from .preferences import answering, silent
from .world import Row

Given = dict[str, Any]

Found = list[tuple[int, Row]]

ENTITIES = {
    "Contact": "contact",
    "Person": "person",
    "Sale": "sale",
    "Project": "project",
    "Appointment": "appointment",
    "Document": "document",
    "Ticket": "ticket",
    "TicketMessage": "ticket_message",
    "User": "associate",
}


def _first(found: Found, what: str) -> tuple[int, Row]:
    if not found:
        raise not_found("Foreign", what)
    return found[0]


def _app(call: Call, app: str) -> Response:
    """By id, with links, or by name."""
    table = call.tenant.table("foreign_app")
    by_id = int(app) if app.isdigit() and int(app) in table else None
    found = (by_id, table[by_id]) if by_id else fk.app(call, app)
    return _linked(call, fk.shown_app(call, _first([found] if found else [], app)), links=bool(by_id))


def _linked(call: Call, entity: Given, links: bool = True) -> Response:
    if links:
        entity["_Links"] = {"Self": f"{call.api}v1/ForeignApp/{entity['ForeignAppId']}"}
    return call.answer(entity)


def _create_app(call: Call) -> Response:
    sent = fitting(call.json, "ForeignAppEntity")
    return _linked(call, fk.shown_app(call, fk.save_app(call, sent.get("Name") or "")))


def _save_app(call: Call, app: str) -> Response:
    """By a number: rename that application; by a name: add it."""
    if not app.isdigit():
        return call.answer(fk.shown_app(call, fk.save_app(call, app)))
    if int(app) not in call.tenant.table("foreign_app"):
        raise not_found("Foreign application", app)
    sent = fitting(call.json, "ForeignAppEntity")
    return _linked(call, fk.shown_app(call, fk.save_app(call, sent.get("Name") or "", int(app))))


def _delete_app(call: Call, key: int) -> Response:
    fk.delete_app(call, key)
    return nothing()


def _devices(call: Call, app: str) -> Response:
    return call.answer([fk.shown_device(call, one) for one in fk.devices(call, app)])


def _device(call: Call, app: str, device: str, identifier: str) -> Response:
    found = _first(fk.devices(call, app, device, identifier), f"device {device}")
    return call.answer(fk.shown_device(call, found))


def _save_device(call: Call, app: str, device: str, identifier: str) -> Response:
    return call.answer(fk.shown_device(call, fk.save_device(call, app, device, identifier)))


def _delete_device(call: Call, app: str, device: str, identifier: str) -> Response:
    fk.delete_device(call, _first(fk.devices(call, app, device, identifier), f"device {device}")[0])
    return nothing()


def _save_key(call: Call, app: str, device: str, identifier: str) -> Response:
    return call.answer(fk.shown_key(call, fk.save_key(call, app, device, identifier, call.json)))


def _of_record(call: Call, app: str, device: str, name: str, table: str, record: str, identifier: str | None) -> Row:
    found = fk.keys(call, fk.devices(call, app, device, identifier), key=name, table=table, record=int(record))
    return _first(found, f"key {name} of {table} {record}")


def _key(call: Call, identifier: str | None = None, **where: str) -> Response:
    return call.answer(fk.shown_key(call, _of_record(call, identifier=identifier, **where)))


def _value(call: Call, identifier: str | None = None, **where: str) -> Response:
    return call.answer(_of_record(call, identifier=identifier, **where)[1]["value"])


def _by_value(call: Call, app: str, device: str, name: str, table: str, identifier: str | None = None) -> Response:
    value = call.parameter("keyValue" if identifier is None else "Value") or ""
    found = fk.keys(call, fk.devices(call, app, device, identifier), key=name, table=table, value=value)
    return call.answer(fk.shown_key(call, _first(found, f"key {name} with this value")))


def _delete_key(call: Call, app: str, device: str, identifier: str, name: str, table: str, record: str) -> Response:
    fk.delete_keys(call, fk.devices(call, app, device, identifier), name, table, int(record))
    return nothing()


def _of_entity(call: Call, key: int, table: str) -> Response:
    if key not in call.tenant.table(table):
        raise not_found(table, key)
    return call.answer(fk.of_record(call, table, key))


def _in(call: Call, given: Given) -> Found:
    """The devices a request means; without an identifier all with the name."""
    return fk.devices(call, given["ApplicationName"] or "", given.get("DeviceName"), given.get("DeviceIdentifier"))


def _wanted(call: Call, given: Given) -> Found:
    at: Given = {}
    for name, key in (("KeyName", "key"), ("KeyValue", "value"), ("TableName", "table"), ("RecordId", "record")):
        if name in given:
            at[key] = given[name] or (0 if key == "record" else "")
    return fk.keys(call, _in(call, given), **at)


def _all_keys(call: Call, given: Given) -> list[Given]:
    return [fk.shown_key(call, one) for one in _wanted(call, given)]


def _one_key(call: Call, given: Given) -> Given | None:
    return next(iter(_all_keys(call, given)), None)


def _one_value(call: Call, given: Given) -> str | None:
    return next((row["value"] for _, row in _wanted(call, given)), None)


def _one_device(call: Call, given: Given) -> Given | None:
    return next((fk.shown_device(call, one) for one in _in(call, given)), None)


def _one_app(call: Call, given: Given) -> Given | None:
    found = fk.app(call, given["ApplicationName"] or "")
    return fk.shown_app(call, found) if found else None


def _add_device(call: Call, given: Given) -> Given:
    device = given.get("ForeignDevice") or {}
    name = given.get("DeviceName") or device.get("Name") or ""
    identifier = given.get("DeviceIdentifier") or device.get("DeviceIdentifier") or ""
    return fk.shown_device(call, fk.save_device(call, given["ApplicationName"] or "", name, identifier))


def _add_key(call: Call, given: Given) -> Given:
    at = (given["ApplicationName"] or "", given["DeviceName"] or "", given["DeviceIdentifier"] or "")
    return fk.shown_key(call, fk.save_key(call, *at, given["ForeignKey"]))


ANSWERING: dict[str, Callable[[Call, Given], Any]] = {
    "GetAppByName": _one_app,
    "GetApplicationDevices": lambda c, g: [fk.shown_device(c, one) for one in _in(c, g)],
    "GetDeviceByName": _one_device,
    "GetDeviceByIdentifier": _one_device,
    "AddDeviceByIdentifier": _add_device,
    "SaveDeviceByIdentifier": _add_device,
    "SaveForeignDevice": _add_device,
    "AddForeignKey": _add_key,
    "SaveForeignKey": _add_key,
    **dict.fromkeys(("GetKey", "GetKeyOnDeviceIdentifier", "GetKeyByValue", "GetKeyByValueAndIdentifier"), _one_key),
    **dict.fromkeys(("GetKeyValue", "GetKeyValueOnDeviceIdentifier"), _one_value),
    **dict.fromkeys(("GetApplicationKeys", "GetDeviceKeys", "GetDeviceKeysOnDeviceIdentifier"), _all_keys),
    "GetDeviceKeysOnDeviceIdentifierTable": _all_keys,
    "GetDeviceKeysOnDeviceIdentifierTableRecordId": _all_keys,
    "GetAllForeignKeysOnEntity": lambda c, g: fk.of_record(c, (g["EntityType"] or "").lower(), g["EntityId"]),
}


def _drop_devices(call: Call, given: Given) -> None:
    for key, _ in _in(call, given):
        fk.delete_device(call, key)


def _drop_device(call: Call, given: Given) -> None:
    device = given["ForeignDevice"] or {}
    found = fk.devices(call, given["ApplicationName"] or "", device.get("Name"), device.get("DeviceIdentifier"))
    for key, _ in found:
        fk.delete_device(call, key)


def _drop_keys(call: Call, given: Given) -> None:
    name = given.get("KeyName") or (given.get("ForeignKey") or {}).get("Key") or ""
    fk.delete_keys(call, _in(call, given), name, given["TableName"] or "", given["RecordId"])


SILENT: dict[str, Callable[[Call, Given], None]] = {
    "DeleteDeviceByIdentifier": _drop_devices,
    "DeleteForeignDevice": _drop_device,
    "DeleteForeignKeyOnName": _drop_keys,
    "DeleteForeignKey": _drop_keys,
}


def _get_app(call: Call) -> Response:
    key = number(call, "foreignAppEntityId")
    row = call.tenant.table("foreign_app").get(key)
    return call.answer(fk.shown_app(call, (key, row)) if row else None)


def _get_device(call: Call) -> Response:
    key = number(call, "foreignDeviceId")
    row = call.tenant.table("foreign_device").get(key)
    return call.answer(fk.shown_device(call, (key, row)) if row else None)


def _put_app(call: Call) -> Response:
    sent = fitting(call.json, "ForeignAppEntity")
    return call.answer(fk.shown_app(call, fk.save_app(call, sent.get("Name") or "", sent.get("ForeignAppId") or 0)))


AGENT = "v1/Agents/ForeignSystem/"

_APP = r"v1/ForeignApp/(?P<app>[^/]+)"

_DEVICE = rf"{_APP}/(?P<device>[^/]+)"

_IDENTIFIED = rf"{_DEVICE}/(?P<identifier>[^/]+)"

_KEY = r"Key/(?P<name>[^/]+)/(?P<table>\w+)"

_RECORD = rf"{_KEY}/(?P<record>\d+)"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    "v1/ForeignApp": {"POST": _create_app},
    "v1/ForeignApp/default": {"GET": lambda call: call.answer(carrier("ForeignAppEntity"))},
    r"v1/ForeignApp/(?P<key>\d+)": {"DELETE": _delete_app},
    _APP: {"GET": _app, "PUT": _save_app, "POST": _save_app},
    f"{_APP}/Devices": {"GET": _devices},
    f"{_DEVICE}/{_KEY}": {"GET": _by_value},
    f"{_DEVICE}/{_RECORD}": {"GET": _key},
    f"{_DEVICE}/{_RECORD}/Value": {"GET": _value},
    _IDENTIFIED: {"GET": _device, "PUT": _save_device, "POST": _save_device, "DELETE": _delete_device},
    f"{_IDENTIFIED}/Key": {"PUT": _save_key, "POST": _save_key},
    f"{_IDENTIFIED}/{_KEY}": {"GET": _by_value},
    f"{_IDENTIFIED}/{_RECORD}": {"GET": _key, "DELETE": _delete_key},
    f"{_IDENTIFIED}/{_RECORD}/Value": {"GET": _value},
    **{rf"v1/{e}/(?P<key>\d+)/ForeignKey": {"GET": partial(_of_entity, table=t)} for e, t in ENTITIES.items()},
    f"{AGENT}CreateDefaultForeignAppEntity": {"POST": lambda call: call.answer(carrier("ForeignAppEntity"))},
    f"{AGENT}SaveForeignAppEntity": {"POST": _put_app},
    f"{AGENT}GetForeignAppEntity": {"POST": _get_app},
    f"{AGENT}DeleteForeignAppEntity": {"POST": lambda call: _delete_app(call, number(call, "foreignAppEntityId"))},
    f"{AGENT}GetForeignDevice": {"POST": _get_device},
    **{AGENT + name: {"POST": partial(answering, work=work)} for name, work in ANSWERING.items()},
    **{AGENT + name: {"POST": partial(silent, work=work)} for name, work in SILENT.items()},
}
