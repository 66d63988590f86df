"""Relations between companies and persons, and selections of records."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from . import records
from .answers import Call, bad, lacking
from .asking import fitting
from .carriers import item_of
from .facts import carrier
from .fields import Entity, Field, flag, item_id, listed, of_user, plain, record_id
from .kind import Kind, find
from .lights import name_in
from .world import Row

RELATION_FIELDS: dict[str, Field] = {
    "SourceContactId": record_id("source_contact", "contact"),
    "SourcePersonId": record_id("source_person", "person"),
    "DestinationContactId": record_id("target_contact", "contact"),
    "DestinationPersonId": record_id("target_person", "person"),
    "RelationDefinitionId": item_id("definition", "relationdefinition"),
    "Comment": plain("comment"),
}


def _more(call: Call, key: int, row: Row, new: bool) -> Entity:
    item = item_of(call.tenant, "relationdefinition", row["definition"]) or {}
    return {
        "SourceContactName": name_in(call, "contact", row["source_contact"]),
        "SourcePersonName": name_in(call, "person", row["source_person"]),
        "DestinationContactName": name_in(call, "contact", row["target_contact"]),
        "DestinationPersonName": name_in(call, "person", row["target_person"]),
        "ActiveText": item.get("name", ""),
        "PassiveText": item.get("passive", ""),
    }


def _kept(call: Call, shown: Entity, wanted: Entity) -> Row:
    for side in ("Source", "Destination"):
        if not wanted.get(f"{side}ContactId") and not wanted.get(f"{side}PersonId"):
            raise bad(f"A relation needs a company or a person as its {side.lower()}")
    return {}


RELATION = Kind(
    name="Relation",
    table="relation",
    key="RelationId",
    fields=RELATION_FIELDS,
    empty=lambda call: {
        **dict.fromkeys(("source_contact", "source_person", "target_contact", "target_person", "definition"), 0),
        "comment": "",
    },
    more=_more,
    keep=_kept,
)

SELECTION_FIELDS: dict[str, Field] = {
    "Name": plain("name"),
    "Description": plain("description"),
    "Postit": plain("postit"),
    "SelectionType": plain("kind", "Static"),
    "Completed": flag("completed"),
    "Associate": of_user("associate"),
    "SelectionCategory": listed("category", "SelectionCategory", "searchcat"),
}

TARGETS = {"contact": 5, "person": 6, "appointment": 9, "document": 10, "project": 11, "sale": 13}
"""What a selection may hold, and the table's number."""


def _more_of_selection(call: Call, key: int, row: Row, new: bool) -> Entity:
    return {
        "MemberCount": len(row["members"]),
        "TargetTableName": row["target"],
        "TargetTableNumber": TARGETS[row["target"]],
        "SelectionUnionType": "Unknown",
    }


def _kept_of_selection(call: Call, shown: Entity, wanted: Entity) -> Row:
    """What a selection holds is said when it is made, and stays."""
    target = (wanted.get("TargetTableName") or "contact").lower()
    if target not in TARGETS:
        raise bad(f"TargetTableName: {target} is none of {', '.join(TARGETS)}")
    if shown.get("SelectionId") and target != shown["TargetTableName"]:
        raise bad("TargetTableName: what a selection holds cannot be changed")
    return {"target": target}


def new_selection(call: Call, target: str = "contact") -> Row:
    """A selection that holds nothing yet."""
    return {
        **dict.fromkeys(("name", "description", "postit"), ""),
        "kind": "Static",
        "target": target,
        "category": 1,
        "associate": call.associate.associate_id,
        "members": [],
        "completed": False,
        "deleted": False,
    }


SELECTION = Kind(
    name="Selection",
    table="selection",
    key="SelectionId",
    fields=SELECTION_FIELDS,
    empty=new_selection,
    more=_more_of_selection,
    keep=_kept_of_selection,
    lists={"Associate": "associate", "SelectionCategory": "searchcat"},
)


def add_members(call: Call, key: int) -> Response:
    """``/Members/Add``: how many were new."""
    return call.answer(added(call, key, ids_of(call.json)))


def added(call: Call, key: int, ids: list[int]) -> int:
    """Put records into a static selection; 400 for ids that are none, and for one of companies and persons [oas]."""
    row = find(call, SELECTION, key, "update")
    if row["target"] == "contact":
        raise bad("Members of a selection of contact are added by AddPerson")
    return _added(call, row, ids)


def _added(call: Call, row: Row, ids: list[int]) -> int:
    known = call.tenant.table(row["target"])
    unknown = [one for one in ids if one not in known]
    if unknown:
        raise bad(f"There is no {row['target']} {unknown[0]}")
    fresh = [one for one in dict.fromkeys(ids) if one not in row["members"]]
    row["members"] = row["members"] + fresh
    records.touch(call, row)
    return len(fresh)


def remove_members(call: Call, key: int) -> Response:
    """``/Members/Remove``."""
    removed(call, key, ids_of(call.json))
    return Response(status_code=204)


def removed(call: Call, key: int, ids: list[int]) -> None:
    """Take records out of a static selection."""
    row = find(call, SELECTION, key, "update")
    row["members"] = [one for one in row["members"] if one not in ids]
    records.touch(call, row)


def add_pairs(call: Call, key: int) -> Response:
    """``/Members/AddPerson``."""
    put_pairs(call, key, call.json)
    return Response(status_code=204)


def remove_pairs(call: Call, key: int) -> Response:
    """``/Members/RemovePerson``."""
    removed(call, key, companies_of(call.json))
    return Response(status_code=204)


def put_pairs(call: Call, key: int, pairs: Any) -> None:
    """Put companies into a static selection of them."""
    _added(call, find(call, SELECTION, key, "update"), companies_of(pairs))


def companies_of(body: Any) -> list[int]:
    """The companies of an array of ContactPersonId; 400 for anything else, 501 for their persons."""
    if not isinstance(body, list):
        raise bad("The body is no array of ContactPersonId")
    pairs = [carrier("ContactPersonId") | fitting(one, "ContactPersonId") for one in body]
    if any(pair["PersonId"] for pair in pairs):
        raise lacking("persons in a selection of companies")
    return [pair["ContactId"] for pair in pairs]


def ids_of(body: Any) -> list[int]:
    """An array of ids; 400 for anything else."""
    if not isinstance(body, list) or not all(isinstance(one, int) and not isinstance(one, bool) for one in body):
        raise bad("The body is no array of ids")
    return body
