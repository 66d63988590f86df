"""What SuperOffice's own API description says, as two compact tables (``facts.json``, made by ``take_facts``).

``types``: carrier name to its properties, each ``int``, ``double``, ``bool``, ``string``, ``datetime``, an enumeration
(``Open|Sold|…``), another carrier, an array ``[X]`` or a map ``{X}``. ``paths``: every documented path below ``api/``
with its methods and the type of a good answer (``?`` for types the sandbox does not serve). ``bodies``: the same paths
with the type of what is sent to them. ``queries``: the same paths with the names of what they take in the query; ``$``
stands for the parameters of archives.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

EMPTY_DATE = "0001-01-01T00:00:00"

DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)?")

_FACTS = json.loads(Path(__file__).with_name("facts.json").read_text(encoding="utf-8"))

TYPES: dict[str, dict[str, str]] = _FACTS["types"]

PATHS: dict[str, dict[str, str]] = _FACTS["paths"]

MASK = "mask"


def blank(carrier: str) -> dict[str, Any]:
    """A carrier with all its properties, each at what .NET has for nothing."""
    made, containers = _empty(carrier)
    return made | {name: new() for name, new in containers}


@cache
def _empty(carrier: str) -> tuple[dict[str, Any], list[tuple[str, type[Any]]]]:
    """The properties, and which of them need a list or a map of their own."""
    made = {name: _nothing(kind) for name, kind in TYPES[carrier].items() if name != "_Links"}
    return made, [(name, type(value)) for name, value in made.items() if isinstance(value, (list, dict))]


def carrier(name: str, **given: Any) -> dict[str, Any]:
    """A carrier with some values given; a name the description does not know is a mistake of ours (KeyError)."""
    made = blank(name)
    if not given.keys() <= made.keys():
        raise KeyError(f"{name} has no property {', '.join(given.keys() - made.keys())}")
    return made | given


def documented(path: str, method: str) -> tuple[str, str] | None:
    """The documented path (with its placeholders) a request fits and the type of its answer."""
    return next(((found, PATHS[found][method]) for found in _fitting(path) if method in PATHS[found]), None)


def is_documented(path: str) -> bool:
    """Whether any method is documented for this path."""
    return bool(_fitting(path))


def _fitting(path: str) -> list[str]:
    """Documented paths a request fits; one with fewer placeholders hides others, as in a web server."""
    found = [template for pattern, template in _by_subject("paths").get(_subject(path), []) if pattern.fullmatch(path)]
    fewest = min((template.count("{") for template in found), default=0)
    return [template for template in found if template.count("{") == fewest]


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"(\{\w+\})", template)
    text = "".join(_part(part) for part in parts)
    return re.compile(text, re.IGNORECASE)


def _part(part: str) -> str:
    if not part.startswith("{"):
        return re.escape(part)
    number = part.lower().endswith("id}") and part != "{sr_id}"
    return r"\d+" if number else r"[^/]+"


def body_kind(path: str, method: str) -> str | None:
    """The type of what is sent to a documented path, if it is a carrier or made of carriers.

    PATCH is not in the description: what is merged is what PUT takes.
    """
    return _told("bodies", path, method)


def answer_kind(path: str, method: str) -> str:
    """The type of a good answer, empty if none is documented."""
    return _told("paths", path, method) or ""


def queries(path: str, method: str) -> set[str]:
    """What a path takes in the query beside ``$select``, in lower case."""
    return set((_told("queries", path, method) or "").lower().split())


def _told(table: str, path: str, method: str) -> str | None:
    """What a table says of a path and a method."""
    method = "PUT" if method == "PATCH" else method
    near = ((pattern, _FACTS[table][template]) for pattern, template in _by_subject(table).get(_subject(path), []))
    return next((kinds[method] for pattern, kinds in near if method in kinds and pattern.fullmatch(path)), None)


@cache
def _by_subject(table: str) -> dict[tuple[str, ...], list[tuple[re.Pattern[str], str]]]:
    """A table's paths. Few patterns are tried for each request; those with fewer placeholders first."""
    found: dict[tuple[str, ...], list[tuple[re.Pattern[str], str]]] = {}
    for template in sorted(_FACTS[table], key=lambda one: one.count("{")):
        found.setdefault(_subject(template), []).append((_pattern(template), template))
    return found


def _subject(path: str) -> tuple[str, ...]:
    parts = path.lower().split("/")
    return tuple(parts[1:3] if parts[1:2] == ["agents"] else parts[1:2])


def spelt(value: Any, kind: str) -> Any:
    """A value of a type with its properties spelt as documented: their case does not matter to NetServer.

    SuperOffice's own client writes ``contactId``. Keys of maps are data and stay as they are.
    """
    if isinstance(value, dict) and kind in TYPES:
        names = _names(kind)
        found = {names.get(name.lower(), name): item for name, item in value.items()}
        kinds = TYPES[kind] | ({"Mask": MASK} if kind in ("TableRight", "FieldRight") else {})
        return {name: spelt(item, kinds.get(name, "")) for name, item in found.items()}
    if isinstance(value, list) and kind.startswith("["):
        return [spelt(item, kind[1:-1]) for item in value]
    if isinstance(value, dict) and kind.startswith("{"):
        return {name: spelt(item, kind[1:-1]) for name, item in value.items()}
    if isinstance(value, int) and not isinstance(value, bool):
        return _in_words(value, kind)
    return value


def _in_words(number: int, kind: str) -> Any:
    """Flags may come as a number, whose bits are the names after the first; so may masks, which are told as texts."""
    if kind == MASK:
        return str(number)
    names = kind.split("|") if "|" in kind else []
    if not names or not 0 <= number < 1 << len(names) - 1:
        return number
    return ", ".join(name for bit, name in enumerate(names[1:]) if number >> bit & 1) or names[0]


@cache
def _names(carrier: str) -> dict[str, str]:
    return {name.lower(): name for name in TYPES[carrier]}


def _nothing(kind: str) -> Any:
    simple: dict[str, Any] = {"int": 0, "double": 0.0, "bool": False, "string": "", "datetime": EMPTY_DATE}
    if kind in simple:
        return simple[kind]
    if kind.startswith("["):
        return []
    if kind.startswith("{"):
        return {}
    return kind.split("|")[0] if "|" in kind else None


def misfits(value: Any, kind: str, path: str = "", whole: bool = True) -> list[str]:
    """What in a value does not fit a type, each as ``path: what is wrong``.

    ``whole`` demands every property of a carrier (an answer); without it some may lack (a body somebody sends).
    """
    if kind in TYPES:
        return _carrier_misfits(value, kind, path, whole)
    if kind.startswith("["):
        return _list_misfits(value, kind[1:-1], path, whole)
    if kind.startswith("{"):
        return _map_misfits(value, kind[1:-1], path, whole)
    return [] if _fits(value, kind, whole) else [f"{path}: {value!r} is no {kind}"]


def _carrier_misfits(value: Any, kind: str, path: str, whole: bool) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no {kind}"]
    known = TYPES[kind] | {"_Links": "{string}"}
    wrong = [f"{path or '/'}: {kind} has no property {name}" for name in value if name not in known]
    if whole:
        wrong += [f"{path}: {kind} lacks {name}" for name in TYPES[kind] if name not in value]
    for name, item in value.items():
        wrong += misfits(item, known[name], f"{path}/{name}", whole) if name in known else []
    return wrong


def _list_misfits(value: Any, kind: str, path: str, whole: bool) -> list[str]:
    if value is None and not whole:
        return []
    if not isinstance(value, list) or None in value:
        return [f"{path}: {value!r} is no array of {kind}"]
    return [wrong for index, item in enumerate(value) for wrong in misfits(item, kind, f"{path}/{index}", whole)]


def _map_misfits(value: Any, kind: str, path: str, whole: bool) -> list[str]:
    if value is None and not whole:
        return []
    if not isinstance(value, dict):
        return [f"{path}: {value!r} is no map"]
    if kind in ("any", "{any}"):
        return []
    return [wrong for name, item in value.items() for wrong in misfits(item, kind, f"{path}/{name}", whole)]


def _fits(value: Any, kind: str, whole: bool) -> bool:
    if kind == "any":
        return True
    if value is None:
        return kind == "string" or not whole
    if kind == "bool":
        return isinstance(value, bool)
    if kind in ("int", "double"):
        return isinstance(value, int if kind == "int" else (int, float)) and not isinstance(value, bool)
    if not isinstance(value, str):
        return False
    if "|" in kind:
        return set(value.split(", ")) <= set(kind.split("|"))
    return kind == "string" or DATE.fullmatch(value) is not None
