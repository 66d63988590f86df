"""Preferences: a value for everybody, a group or a person, the closest one counts [oas].

Rows of the table ``preference``: ``section, key, level, target`` (associate or group id, 0 for levels above them),
``value``. Anybody sets his own; values for more people are for administrators. A preference nobody has set is 404 in
REST, null or left out in agents (not documented).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from starlette.responses import Response

from .answers import Call, bad, not_found
from .asking import asked, demand_administrator, fitting, nothing
from .facts import carrier
from .roles import groups_of
from .world import Row

Given = dict[str, Any]

LEVELS = ("HardDefault", "SystemWide", "Database", "Group", "Individual")
"""From far to near; ``PC`` is for programs on a computer of their own and cannot be set here."""


def _same(row: Row, section: str, key: str) -> bool:
    return (row["section"].lower(), row["key"].lower()) == (section.lower(), key.lower())


def target_of(call: Call, level: str) -> int:
    """Whose preference the caller means at a level."""
    if level == "Group":
        return min(groups_of(call.tenant, call.associate.associate_id))
    return call.associate.associate_id if level == "Individual" else 0


def _reachable(call: Call, row: Row) -> bool:
    if row["level"] == "Group":
        return row["target"] in groups_of(call.tenant, call.associate.associate_id)
    return row["target"] == target_of(call, row["level"])


def closest(call: Call, section: str, key: str) -> tuple[int, Row] | None:
    """The value defined closest to the caller."""
    found = [pair for pair in call.tenant.table("preference").items() if _same(pair[1], section, key)]
    mine = [pair for pair in found if _reachable(call, pair[1])]
    return max(mine, key=lambda pair: LEVELS.index(pair[1]["level"]), default=None)


def at_level(call: Call, section: str, key: str, level: str, target: int | None = None) -> tuple[int, Row] | None:
    """The value at one level."""
    whose = target_of(call, level) if target is None else target
    rows = call.tenant.table("preference").items()
    found = (p for p in rows if _same(p[1], section, key) and (p[1]["level"], p[1]["target"]) == (level, whose))
    return next(found, None)


def shown(call: Call, found: tuple[int, Row] | None) -> Given | None:
    """A Preference carrier."""
    if found is None:
        return None
    key, row = found
    described = description_of(call, row["section"], row["key"])
    return carrier(
        "Preference",
        Level=row["level"],
        RawValue=row["value"],
        Specification=carrier("PreferenceSpec", Section=row["section"], Key=row["key"]),
        DisplayValue=_displayed(described, row["value"]),
        DisplayType=described["ValueType"] if described else "Text",
        DisplayTooltip=described["Description"] if described else "",
        TargetId=row["target"],
        PrefDescId=described["PrefDescId"] if described else 0,
        TableName=described["TableName"] if described else "",
        UserPreferenceId=key,
    )


def _displayed(described: Row | None, value: str) -> str:
    if described is None or described["ValueType"] != "Bool":
        return value
    return "[SR_YES]" if value.lower() in ("1", "true", "yes") else "[SR_NO]"


def description_of(call: Call, section: str, key: str) -> Row | None:
    """The PreferenceDescription that tells what a preference is."""
    rows = call.tenant.table("preference_description").items()
    wanted = (section.lower(), key.lower())
    found = (row | {"PrefDescId": k} for k, row in rows if (row["Section"].lower(), row["Key"].lower()) == wanted)
    return next(found, None)


def save(call: Call, section: str, key: str, level: str, value: str, target: int = 0) -> tuple[int, Row]:
    """Set a value; 403 for anybody but an administrator beyond his own."""
    if not section or not key:
        raise bad("A preference has a section and a key")
    level = "Individual" if level == "Undefined" else level
    if level not in LEVELS[1:]:
        raise bad(f"A preference cannot be set at the level {level}")
    target = target if target and level in ("Group", "Individual") else target_of(call, level)
    if (level, target) != ("Individual", call.associate.associate_id):
        demand_administrator(call, "set preferences of others")
    found = at_level(call, section, key, level, target)
    number = found[0] if found else call.tenant.next_id("preference")
    row = {"section": section, "key": key, "level": level, "target": target, "value": value}
    call.tenant.table("preference")[number] = row
    return number, row


def save_carrier(call: Call, sent: Any, nearer_too: bool = False) -> tuple[int, Row]:
    """Set a value by a Preference carrier; ``nearer_too`` removes values that are closer to somebody."""
    given = carrier("Preference") | fitting(sent, "Preference")
    spec = given["Specification"] or {}
    section, key = spec.get("Section") or "", spec.get("Key") or ""
    saved = save(call, section, key, given["Level"], given["RawValue"] or "", given["TargetId"])
    if nearer_too:
        _remove_nearer(call, saved[1])
    return saved


def _remove_nearer(call: Call, saved: Row) -> None:
    demand_administrator(call, "remove preferences of others")
    table, level = call.tenant.table("preference"), LEVELS.index(saved["level"])
    for number in [n for n, row in table.items() if _same(row, saved["section"], saved["key"])]:
        if LEVELS.index(table[number]["level"]) > level:
            del table[number]


def remove(call: Call, number: int) -> None:
    """Take a value away; nothing happens if there is none."""
    row = call.tenant.table("preference").get(number)
    if row is None:
        return
    if (row["level"], row["target"]) != ("Individual", call.associate.associate_id):
        demand_administrator(call, "remove preferences of others")
    del call.tenant.table("preference")[number]


def wanted(call: Call, specs: list[Given]) -> list[Given]:
    """The closest values of what some PreferenceSpecs name; the key ``*`` means a whole section."""
    made = []
    for spec in specs:
        section, key = spec.get("Section") or "", spec.get("Key") or ""
        keys = keys_of(call, section) if key == "*" else [key]
        made += [shown(call, closest(call, section, one)) for one in keys]
    return [one for one in made if one is not None]


def keys_of(call: Call, section: str) -> list[str]:
    """All keys that have a value in a section."""
    rows = call.tenant.table("preference").values()
    return sorted({row["key"] for row in rows if row["section"].lower() == section.lower()})


def _sections(call: Call) -> Response:
    described = {row["Section"] for row in call.tenant.table("preference_description").values()}
    return call.answer(_items(described | {row["section"] for row in call.tenant.table("preference").values()}))


def _keys(call: Call, section: str) -> Response:
    rows = call.tenant.table("preference_description").values()
    described = {row["Key"] for row in rows if row["Section"].lower() == section.lower() and row["Key"] != "."}
    found = described | set(keys_of(call, section))
    if not found:
        raise not_found("Preference section", section)
    return call.answer(_items(found))


def _items(names: set[str]) -> list[Given]:
    ranked = enumerate(sorted(names), 1)
    return [carrier("MDOListItem", Id=rank, Name=name, Rank=rank, FullName=name) for rank, name in ranked]


def _read(call: Call, section: str, name: str) -> Response:
    found = shown(call, closest(call, section, name))
    if found is None:
        raise not_found("Preference", f"{section}/{name}")
    return call.answer(found)


def _write(call: Call, section: str, name: str) -> Response:
    spec = {"Section": section, "Key": name}
    save_carrier(call, fitting(call.json, "Preference") | {"Specification": spec})
    return nothing()


def _read_level(call: Call, section: str, name: str, level: str) -> Response:
    found = at_level(call, section, name, _level(level))
    if found is None:
        raise not_found("Preference", f"{section}/{name}/{level}")
    return call.answer(found[1]["value"])


def _write_level(call: Call, section: str, name: str, level: str) -> Response:
    save(call, section, name, _level(level), call.parameter("value") or "")
    return nothing()


def _level(name: str) -> str:
    found = next((level for level in LEVELS if level.lower() == name.lower()), None)
    if found is None:
        raise bad(f"There is no preference level {name}")
    return found


def _by_name(call: Call, given: Given) -> Given | None:
    owner = given.get("OwnerId") or None
    section, key, level = given["PrefSection"] or "", given["PrefKey"] or "", given["PrefLevel"]
    if level == "Undefined":
        return shown(call, closest(call, section, key))
    return shown(call, at_level(call, section, key, level, owner))


def _by_id(call: Call, given: Given) -> Given | None:
    row = call.tenant.table("preference").get(given["Id"])
    return shown(call, (given["Id"], row)) if row else None


def _save_all(call: Call, given: Given) -> None:
    for preference in given["Preferences"] or []:
        save_carrier(call, preference, bool(given.get("RemoveLowerLevels")))


def _save_own(call: Call, given: Given) -> None:
    """Level and target are not looked at: the values are the caller's own [oas]."""
    for preference in given["Preferences"] or []:
        own = {"Level": "Individual", "TargetId": 0}
        save_carrier(call, preference | own if isinstance(preference, dict) else preference)


def _save_one(call: Call, given: Given) -> None:
    save_carrier(call, given["Preference"])


def _remove_all(call: Call, given: Given) -> None:
    for key in given.get("Ids") or [given.get("Id")]:
        remove(call, key or 0)


ANSWERING: dict[str, Callable[[Call, Given], Any]] = {
    "GetPreference": _by_id,
    "GetPreferenceByName": _by_name,
    "GetPreferenceByNameAndId": _by_name,
    "GetPreferences": lambda c, g: wanted(c, g["Specifications"] or []),
    "GetPreferencesWithDisplayValues": lambda c, g: wanted(c, g["Specifications"] or []),
    "SavePreferenceEntity": lambda c, g: shown(c, save_carrier(c, g["Preference"], bool(g["RemoveLowerLevels"]))),
}

SILENT: dict[str, Callable[[Call, Given], None]] = {
    "SavePreference": _save_one,
    "SavePreferences": _save_own,
    "SavePreferenceEntities": _save_all,
    "DeletePreference": _remove_all,
    "DeletePreferences": _remove_all,
}


def answering(call: Call, work: Callable[[Call, Given], Any]) -> Response:
    """A method that takes a request and answers something."""
    return call.answer(work(call, asked(call)))


def silent(call: Call, work: Callable[[Call, Given], None]) -> Response:
    """A method that takes a request and answers nothing."""
    work(call, asked(call))
    return nothing()


AGENT = "v1/Agents/Preference/"

_ONE = r"v1/Preference/(?P<section>[^/]+)/(?P<name>[^/]+)"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    "v1/Preference": {"GET": _sections},
    r"v1/Preference/(?P<section>[^/]+)": {"GET": _keys},
    _ONE: {"GET": _read, "PUT": _write, "POST": _write},
    rf"{_ONE}/(?P<level>\w+)": {"GET": _read_level, "PUT": _write_level, "POST": _write_level},
    f"{AGENT}CreateDefaultPreference": {"POST": lambda call: call.answer(carrier("Preference", Level="Individual"))},
    **{AGENT + name: {"POST": partial(answering, work=work)} for name, work in ANSWERING.items()},
    **{AGENT + name: {"POST": partial(silent, work=work)} for name, work in SILENT.items()},
}
