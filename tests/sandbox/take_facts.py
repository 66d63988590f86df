"""Takes ``facts.json`` anew from SuperOffice's published API description: the Swagger files of REST and agents.

    python -m tests.sandbox.take_facts FOLDER…

Needed only when SuperOffice publishes a newer description; the sandbox itself reads ``facts.json``.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

SERVED = {
    *("Appointment", "Archive", "Associate", "BLOB", "Contact", "Document", "Find", "ForeignSystem", "List", "MDO"),
    *("Person", "Preference", "Project", "Relation", "Sale", "Selection", "Ticket", "User", "UserDefinedFieldInfo"),
    *("Webhook", "ForeignApp", "MDOList", "ProjectMember", "SaleStakeholder", "TicketMessage", "TimeZone", "String"),
    *("PreferenceDescription", "PreferenceDescriptionLine", "Configuration", "Diagnostics", "Role", "Sentry"),
    "Attachment",
}
"""Subjects whose carriers are kept; of all others the paths alone, so that the sandbox can name what it lacks."""
SIMPLE = {"integer": "int", "number": "double", "boolean": "bool", "string": "string", "object": "any", "file": "any"}

Json = dict[str, Any]


def main(folders: list[str]) -> None:
    named = [file for folder in folders for file in sorted(Path(folder).glob("*.json"))]
    files = told_apart([file.read_text(encoding="utf-8") for file in named])
    definitions = {short(name): d for file in files for name, d in file["definitions"].items()}
    paths = {path.removeprefix("/api/"): methods for file in files for path, methods in file["paths"].items()}
    served = [o for path, methods in paths.items() if subject(path) in SERVED for o in methods.values()]
    wanted = needed(definitions, served)
    types = {name: properties(definitions[name]) for name in sorted(wanted)}
    answers = {p: {m.upper(): answer(o, types) for m, o in methods.items()} for p, methods in sorted(paths.items())}
    taken = {path: bodies(methods, types) for path, methods in sorted(paths.items())}
    asked = {path: queries(methods) for path, methods in sorted(paths.items()) if subject(path) in SERVED}
    write(
        types=types,
        paths=answers,
        bodies={path: kinds for path, kinds in taken.items() if kinds},
        queries={path: names for path, names in asked.items() if names},
    )


def told_apart(texts: list[str]) -> list[Json]:
    """The files; requests of several agents that share a name and differ (``Merge``) are named with their agent's."""
    files = [json.loads(text) for text in texts]
    meanings: dict[str, set[str]] = {}
    for file in files:
        for name, definition in file["definitions"].items():
            meanings.setdefault(short(name), set()).add(json.dumps(sorted(definition.get("properties", {}))))
    # …Carriers.ContactCarriers.MergeRequest becomes …Carriers.ContactCarriers.ContactMergeRequest.
    several = "|".join(sorted(name for name, found in meanings.items() if len(found) > 1))
    shared = re.compile(rf'\.(\w+)Carriers\.({several})"')
    return [json.loads(shared.sub(r'.\1Carriers.\1\2"', text)) for text in texts]


def subject(path: str) -> str:
    """``v1/Agents/Sale/GetSale`` and ``v1/Sale/{id}`` are both about sales."""
    parts = path.split("/")
    return parts[2] if parts[1] == "Agents" else parts[1]


def short(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[2]


def needed(definitions: dict[str, Json], operations: list[Json]) -> set[str]:
    """Every carrier that these operations take or give, directly or inside another."""
    found: set[str] = set()
    todo = {name for operation in operations for name in references(operation)}
    while todo:
        name = todo.pop()
        if name not in found and "properties" in definitions.get(name, {}):
            found.add(name)
            todo |= set(references(definitions[name]))
    return found


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield short(node["$ref"])
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def properties(definition: Json) -> dict[str, str]:
    return {name: kind(schema) for name, schema in definition["properties"].items()}


def kind(schema: Json) -> str:
    """A schema as ``facts.json`` writes it."""
    if "$ref" in schema:
        return short(schema["$ref"])
    if "enum" in schema:
        return "|".join(str(value) for value in schema["enum"])
    if schema.get("type") == "array":
        return f"[{kind(schema['items'])}]"
    if isinstance(schema.get("additionalProperties"), dict):
        return f"{{{kind(schema['additionalProperties'])}}}"
    if schema.get("format") == "date-time":
        return "datetime"
    return SIMPLE[schema.get("type", "object")]


def answer(operation: Json, types: dict[str, Any]) -> str:
    """What a good answer holds; ``?`` for carriers that are not kept, empty for nothing."""
    good = next((r for status, r in sorted(operation["responses"].items()) if status.startswith("2")), {})
    if "schema" not in good:
        return ""
    said = kind(good["schema"])
    carried = said.strip("[]{}")
    return said if carried in types or "|" in carried or carried in {*SIMPLE.values(), "datetime"} else "?"


def bodies(methods: Json, types: dict[str, Any]) -> dict[str, str]:
    """What a path's methods take in their body, as far as that is made of carriers that are kept."""
    sent = {m: p["schema"] for m, o in methods.items() for p in o.get("parameters", []) if p["in"] == "body"}
    kinds = {method.upper(): kind(schema) for method, schema in sent.items()}
    return {method: said for method, said in kinds.items() if said.strip("[]{}") in types}


def queries(methods: Json) -> dict[str, str]:
    """What a path's methods take in the query, as words; ``$`` stands for what all archives take. ``$select`` is taken
    nearly everywhere and left out."""
    taken = {}
    for method, operation in methods.items():
        names = [p["name"] for p in operation.get("parameters", []) if p["in"] == "query"]
        plain = [name for name in names if not name.startswith("$")]
        taken[method.upper()] = " ".join(["$", *plain] if "$filter" in names else plain)
    return {method: words for method, words in taken.items() if words}


def write(**tables: dict[str, dict[str, str]]) -> None:
    def lines(table: dict[str, Any]) -> str:
        return ",\n".join(f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in table.items())

    text = "{\n" + ",\n".join(f'"{name}": {{\n{lines(table)}\n}}' for name, table in tables.items()) + "\n}\n"
    Path(__file__).with_name("facts.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
