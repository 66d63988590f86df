"""JSON Patch (RFC 6902) and merge patch (RFC 7396) as NetServer takes them [ws/endpoints/rest-webapi].

Operations ``add``, ``replace``, ``remove`` and ``test``; the leading slash is optional and property names do not
mind case. Nothing is changed unless every operation works. A failed ``test`` answers 400 here: the documentation does
not say what NetServer answers, callers must treat any 4xx to a guarded patch as "maybe changed".
"""

from __future__ import annotations

import json
from typing import Any

from .answers import Refused, bad

Document = dict[str, Any]


def patched(document: Document, patch: Any) -> Document:
    """A changed copy of an entity; Refused (400) if an operation is malformed, points nowhere or tests false."""
    operations = merge_operations(document, patch) if isinstance(patch, dict) else patch
    if not isinstance(operations, list) or not all(isinstance(op, dict) for op in operations):
        raise bad("A patch is an array of operations or an object")
    changed: Document = json.loads(json.dumps(document))
    for operation in operations:
        _apply(changed, operation)
    return changed


def merge_operations(document: Any, patch: Document, prefix: str = "") -> list[Document]:
    """A merge patch as operations: an object given for an array is appended, an array replaces it."""
    operations: list[Document] = []
    for name, value in patch.items():
        path = f"{prefix}/{_escape(name)}"
        current = document.get(_key(document, name)) if isinstance(document, dict) else None
        if isinstance(current, list) and isinstance(value, dict):
            operations.append({"op": "add", "path": f"{path}/-", "value": value})
        elif isinstance(current, dict) and isinstance(value, dict):
            operations += merge_operations(current, value, path)
        else:
            operations.append({"op": "add", "path": path, "value": value})
    return operations


def _apply(document: Document, operation: Document) -> None:
    kind, path = operation.get("op"), operation.get("path")
    if kind not in ("add", "replace", "remove", "test") or not isinstance(path, str):
        raise bad(f"Unknown patch operation {kind!r} on {path!r}")
    if kind != "remove" and "value" not in operation:
        raise bad(f"The operation {kind} on {path} has no value")
    holder, last = _target(document, path)
    if kind == "test":
        _test(holder, last, path, operation["value"])
    elif isinstance(holder, list):
        _change_list(holder, last, path, kind, operation.get("value"))
    else:
        _change_object(holder, last, path, kind, operation.get("value"))


def _target(document: Document, path: str) -> tuple[Any, str]:
    """The object or array that holds what a path points at, and the last step."""
    *steps, last = [_unescape(step) for step in path.removeprefix("/").split("/")]
    holder: Any = document
    for step in steps:
        holder = _value(holder, step, path)
    if not isinstance(holder, (dict, list)):
        raise _nowhere(path)
    return holder, last


def _value(holder: Any, step: str, path: str) -> Any:
    if isinstance(holder, list):
        return holder[_index(holder, step, path)]
    if not isinstance(holder, dict) or _key(holder, step) not in holder:
        raise _nowhere(path)
    return holder[_key(holder, step)]


def _test(holder: Any, last: str, path: str, wanted: Any) -> None:
    current = _value(holder, last, path)
    if current != wanted or isinstance(current, bool) is not isinstance(wanted, bool):
        message = f"The current value '{current}' at path '{path}' is not equal to the test value '{wanted}'."
        raise Refused(400, "JsonPatchException", message)


def _change_list(holder: list[Any], last: str, path: str, kind: str, value: Any) -> None:
    if kind == "add":
        holder.insert(len(holder) if last == "-" else _index(holder, last, path, beyond=1), value)
    elif kind == "replace":
        holder[_index(holder, last, path)] = value
    else:
        del holder[_index(holder, last, path)]


def _change_object(holder: Document, last: str, path: str, kind: str, value: Any) -> None:
    """Properties cannot go away from a carrier: ``remove`` empties them."""
    key = _key(holder, last)
    if kind == "remove" and key not in holder:
        raise _nowhere(path)
    holder[key] = value


def _index(holder: list[Any], step: str, path: str, beyond: int = 0) -> int:
    if not step.isdecimal() or int(step) >= len(holder) + beyond:
        raise _nowhere(path)
    return int(step)


def _key(holder: Document, step: str) -> str:
    """The property a step means, whatever its case."""
    return next((key for key in holder if key.lower() == step.lower()), step)


def _nowhere(path: str) -> Refused:
    return Refused(400, "JsonPatchException", f"The target location specified by path '{path}' was not found.")


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _unescape(step: str) -> str:
    return step.replace("~1", "/").replace("~0", "~")
