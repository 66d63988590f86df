"""What a preference with a list of values may be: PreferenceDescriptionLine [oas].

Rows of the table ``preference_line`` are the carrier's properties. Lines outlive their description here: there are
methods to take them away with it, and nothing says that it takes them along.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from .answers import Call, Refused, not_found
from .asking import demand_administrator, fitting, nothing, number
from .facts import carrier
from .preferences import AGENT, answering, silent
from .world import Row

Given = dict[str, Any]

TYPE = "PreferenceDescriptionLine"

KEPT = ("PrefDescId", "PrefValue", "PrefShowValue", "Description", "IsBuiltin")


def _rows(call: Call) -> dict[int, Row]:
    return call.tenant.table("preference_line")


def shown(key: int, row: Row) -> Given:
    """A PreferenceDescriptionLine."""
    return carrier(TYPE, **row) | {"PrefDescLineId": key}


def some(call: Call, **wanted: Any) -> list[Given]:
    """Lines that hold some values."""
    rows = _rows(call).items()
    return [shown(key, row) for key, row in rows if all(row[name] == value for name, value in wanted.items())]


def one(call: Call, key: int) -> Given | None:
    """By id."""
    row = _rows(call).get(key)
    return shown(key, row) if row else None


def save(call: Call, key: int, sent: Any) -> Given:
    """Change a line, or add one if ``key`` is 0; 404 for a description that does not exist, 400 for a value twice."""
    demand_administrator(call, "describe preferences")
    given = carrier(TYPE) | fitting(sent, TYPE)
    row = {name: carrier(TYPE)[name] if given[name] is None else given[name] for name in KEPT}
    if row["PrefDescId"] not in call.tenant.table("preference_description"):
        raise not_found("PreferenceDescription", row["PrefDescId"])
    if key and key not in _rows(call):
        raise not_found(TYPE, key)
    twins = some(call, PrefDescId=row["PrefDescId"], PrefValue=row["PrefValue"])
    if any(twin["PrefDescLineId"] != key for twin in twins):
        raise Refused(400, "SoValidationException", f"The value {row['PrefValue']} exists already")
    key = key or call.tenant.next_id("preference_line")
    _rows(call)[key] = row
    return shown(key, row)


def remove(call: Call, keys: list[int]) -> None:
    """Take lines away; nothing happens for those that do not exist."""
    demand_administrator(call, "describe preferences")
    for key in keys:
        _rows(call).pop(key, None)


def _of(call: Call, descriptions: list[int]) -> list[int]:
    return [key for key, row in _rows(call).items() if row["PrefDescId"] in descriptions]


def _linked(call: Call, line: Given | None, key: int = 0) -> Response:
    if line is None:
        raise not_found(TYPE, key)
    return call.answer(line | {"_Links": {"Self": f"{call.api}v1/{TYPE}/{line['PrefDescLineId']}"}})


def _delete(call: Call, key: int) -> Response:
    if key not in _rows(call):
        raise not_found(TYPE, key)
    remove(call, [key])
    return nothing()


def _default(call: Call) -> Response:
    return call.answer(carrier(TYPE))


def _save_sent(call: Call, line: Any) -> Given:
    return save(call, fitting(line, TYPE).get("PrefDescLineId") or 0, line)


ANSWERING: dict[str, Callable[[Call, Given], Any]] = {
    "GetPreferenceDescriptionLineFromIdAndValue": lambda c, g: next(
        iter(some(c, PrefDescId=g["PrefDescId"], PrefValue=g["PrefValue"] or "")), None
    ),
    "GetPreferenceDescriptionLinesByPrefDescId": lambda c, g: some(c, PrefDescId=g["PrefDescId"]),
    "SavePreferenceDescriptionLines": lambda c, g: [
        _save_sent(c, line) for line in g["PreferenceDescriptionLines"] or []
    ],
}

SILENT: dict[str, Callable[[Call, Given], None]] = {
    "DeletePreferenceDescriptionLines": lambda c, g: remove(c, g["PrefDescLineIds"] or []),
    "DeletePrefDescLinesByPrefDescId": lambda c, g: remove(c, _of(c, [g["PrefDescId"]])),
    "DeletePrefDescLinesByPrefDescIds": lambda c, g: remove(c, _of(c, g["PrefDescIds"] or [])),
}

_ID = "preferenceDescriptionLineId"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    f"v1/{TYPE}": {"POST": lambda call: _linked(call, save(call, 0, call.json))},
    f"v1/{TYPE}/default": {"GET": _default},
    rf"v1/{TYPE}/(?P<key>\d+)": {
        "GET": lambda call, key: _linked(call, one(call, key), key),
        "PUT": lambda call, key: _linked(call, save(call, key, call.json)),
        "DELETE": _delete,
    },
    f"{AGENT}CreateDefault{TYPE}": {"POST": _default},
    f"{AGENT}Save{TYPE}": {"POST": lambda call: call.answer(_save_sent(call, call.json))},
    f"{AGENT}Get{TYPE}": {"POST": lambda call: call.answer(one(call, number(call, _ID)))},
    f"{AGENT}Delete{TYPE}": {"POST": lambda call: _delete(call, number(call, _ID))},
    **{AGENT + name: {"POST": partial(answering, work=work)} for name, work in ANSWERING.items()},
    **{AGENT + name: {"POST": partial(silent, work=work)} for name, work in SILENT.items()},
}
