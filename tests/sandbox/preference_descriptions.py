"""What preferences there are, for the administrator's screens: PreferenceDescription [oas].

Rows of the table ``preference_description`` are the carrier's properties; only administrators change them, and not the
built-in ones.
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

TYPE = "PreferenceDescription"

DEFAULTS = {"ValueType": "Text", "MaxLevel": "Individual", "SysMaxLevel": "Individual", "AccessFlags": "adminGUI"}


def shown(key: int, row: Row) -> Given:
    """A PreferenceDescription."""
    return carrier(TYPE, **row) | {"PrefDescId": key}


def every(call: Call, section: str = "") -> list[Given]:
    """All descriptions, or those of one section, by rank."""
    rows = call.tenant.table("preference_description").items()
    found = [shown(key, row) for key, row in rows if section.lower() in ("", row["Section"].lower())]
    return sorted(found, key=lambda one: (one["Section"], one["Rank"], one["PrefDescId"]))


def find(call: Call, section: str, key: str) -> Given | None:
    """By section and key."""
    return next((one for one in every(call, section) if section and one["Key"].lower() == key.lower()), None)


def save(call: Call, key: int, sent: Any) -> Given:
    """Change a description, or add one if ``key`` is 0; 400 without a name or for a key that is taken."""
    demand_administrator(call, "describe preferences")
    given = carrier(TYPE, **DEFAULTS) | fitting(sent, TYPE)
    section, name = given["Section"] or "", given["Key"] or ""
    if not section or not name or not given["Name"]:
        raise Refused(400, "SoValidationException", "A preference has a section, a key and a name")
    taken = find(call, section, name)
    if taken is not None and taken["PrefDescId"] != key:
        raise Refused(400, "SoValidationException", f"The preference {section}/{name} exists already")
    table = call.tenant.table("preference_description")
    if key and key not in table:
        raise not_found(TYPE, key)
    key = key or call.tenant.next_id("preference_description")
    empty = carrier(TYPE)
    left_out = ("PrefDescId", "TableRight", "FieldProperties")
    table[key] = {n: empty[n] if given[n] is None else given[n] for n in empty if n not in left_out}
    return shown(key, table[key])


def remove(call: Call, found: Given | None) -> None:
    """Take a description away; 404 if there is none, 403 for a built-in one."""
    demand_administrator(call, "describe preferences")
    if found is None:
        raise not_found(TYPE, "")
    if found["IsBuiltin"]:
        raise Refused(403, "SoSentryException", "A built-in preference cannot be removed")
    del call.tenant.table("preference_description")[found["PrefDescId"]]


def by_id(call: Call, key: int) -> Given | None:
    """By id."""
    row = call.tenant.table("preference_description").get(key)
    return shown(key, row) if row else None


def _there(found: Given | None, key: object) -> Given:
    if found is None:
        raise not_found(TYPE, key)
    return found


def _all(call: Call, section: str = "") -> Response:
    return call.answer(every(call, section))


def _linked(call: Call, one: Given) -> Response:
    return call.answer(one | {"_Links": {"Self": f"{call.api}v1/PreferenceDescription/{one['PrefDescId']}"}})


def _delete(call: Call, key: int) -> Response:
    remove(call, by_id(call, key))
    return nothing()


def _delete_named(call: Call, section: str, name: str) -> Response:
    remove(call, find(call, section, name))
    return nothing()


def _save_named(call: Call, section: str, name: str, sent: Any) -> Given:
    found = find(call, section, name)
    return save(call, found["PrefDescId"] if found else 0, fitting(sent, TYPE) | {"Section": section, "Key": name})


def _save_agent(call: Call) -> Response:
    return call.answer(save(call, fitting(call.json, TYPE).get("PrefDescId") or 0, call.json))


ANSWERING: dict[str, Callable[[Call, Given], Any]] = {
    "GetFromSectionAndKey": lambda c, g: find(c, g["Section"] or "", g["Key"] or ""),
    "GetAllFromSection": lambda c, g: every(c, g["Section"] or "-"),
    "SaveFromSectionAndKey": lambda c, g: _save_named(
        c, g["Section"] or "", g["Key"] or "", g["PreferenceDescription"]
    ),
}


def _remove_named(call: Call, given: Given) -> None:
    remove(call, find(call, given["Section"] or "", given["Key"] or ""))


_REST = "v1/PreferenceDescription"

_ID = r"(?P<key>\d+)"

_NAMED = rf"{_REST}/(?P<section>[^/]+)/(?P<name>[^/]+)"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    _REST: {"GET": _all, "POST": lambda call: _linked(call, save(call, 0, call.json))},
    f"{_REST}/default": {"GET": lambda call: call.answer(carrier(TYPE, **DEFAULTS))},
    f"{_REST}/{_ID}": {
        "GET": lambda call, key: _linked(call, _there(by_id(call, key), key)),
        "PUT": lambda call, key: _linked(call, save(call, key, call.json)),
        "DELETE": _delete,
    },
    rf"{_REST}/(?P<section>[^/]+)": {"GET": _all},
    _NAMED: {
        "GET": lambda call, section, name: call.answer(_there(find(call, section, name), f"{section}/{name}")),
        "PUT": lambda call, section, name: call.answer(_save_named(call, section, name, call.json)),
        "DELETE": _delete_named,
    },
    f"{AGENT}CreateDefaultPreferenceDescription": {"POST": lambda call: call.answer(carrier(TYPE, **DEFAULTS))},
    f"{AGENT}GetAll": {"POST": _all},
    f"{AGENT}SavePreferenceDescription": {"POST": _save_agent},
    f"{AGENT}GetPreferenceDescription": {
        "POST": lambda call: call.answer(by_id(call, number(call, "preferenceDescriptionId")))
    },
    f"{AGENT}DeletePreferenceDescription": {
        "POST": lambda call: _delete(call, number(call, "preferenceDescriptionId"))
    },
    f"{AGENT}DeleteFromSectionAndKey": {"POST": partial(silent, work=_remove_named)},
    **{AGENT + name: {"POST": partial(answering, work=work)} for name, work in ANSWERING.items()},
}
