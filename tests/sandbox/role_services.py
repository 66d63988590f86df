"""Roles as applications read them, and the Sentry agent, which tells the caller's rights [oas Role, Sentry].

Roles are changed by a customer's administrator, not by applications: the User agent, which would do it, is not open to
them online. The sandbox's control API takes his place (``/__sandbox__/tenants/{ctx}``, ``roles``).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from .answers import Call, bad, denied, not_found
from .asking import asked, number
from .carriers import user
from .facts import carrier
from .rights import mask_of, table_right
from .roles import ADMINISTRATOR_RIGHTS, GOVERNED, RELATIONS, TABLES, USER_RIGHTS, rights_in, role_of, roles
from .users import role
from .world import Row

Given = dict[str, Any]

RELATION_IDS = {"MyOwn": 0, "PrimaryGroup": 1, "OtherAssociates": 2, "OtherGroups": 3}
"""[database/tables/dataright], ``relationToOwner``."""

ELSEWHERE = ("ExternalUser", "Anonymous", "MyCompany", "SameProject", "CustomObjects")
"""Documented relations to owners of whom the sandbox has none."""

TYPES = ("Employee", "ExternalUser", "Anonymous", "System")

FUNCTIONS = dict(enumerate(sorted({*ADMINISTRATOR_RIGHTS, *USER_RIGHTS}), 1))
"""Ids of the function rights that roles here have."""


def _row(call: Call, key: object) -> Row:
    row = roles(call.tenant).get(int(str(key)))
    if row is None:
        raise not_found("Role", key)
    return row


def entity(call: Call, key: int, row: Row) -> Given:
    """A RoleEntity: the matrix has a row for each table, a column for each relation."""
    columns = [carrier("RelationToOwner", Id=RELATION_IDS[name], Value=name) for name in RELATIONS]
    lines = [[carrier("DataRight", Value=row["rights"][table][name]) for name in RELATIONS] for table in TABLES]
    tables = [carrier("EntityName", TableName=table, TableDescription=table) for table in TABLES]
    made = carrier(
        "RoleEntityWithLinks",
        RoleId=key,
        Name=row["name"],
        Tooltip=row["tooltip"],
        RoleType="Employee",
        Rank=row["rank"],
        Created=call.clock.show(""),
        Updated=call.clock.show(""),
        DataRights=carrier("DataRights", ColumnsInfo=columns, RowsInfo=tables, Rights=lines),
        TableRight=carrier("TableRight", Mask="Select", Reason="[SR_ACCESS_ROLE]"),
    )
    return made | {"_Links": {"Self": f"{call.api}v1/Role/{key}"}}


def _read(call: Call, key: int) -> Response:
    return call.answer(entity(call, key, _row(call, key)))


def _choices(values: dict[int, str], chosen: set[int]) -> list[Given]:
    return [
        carrier("SelectableMDOListItem", Id=key, Name=name, FullName=name, Rank=key, Selected=key in chosen)
        for key, name in values.items()
    ]


def _of_type(call: Call, kind: str = "Employee") -> Response:
    """All roles are employees' here."""
    _refuse_type(kind)
    found = {key: row["name"] for key, row in roles(call.tenant).items() if kind.lower() == "employee"}
    return call.answer(_choices(found, set()))


def _refuse_type(kind: str) -> None:
    if kind.lower() not in map(str.lower, TYPES):
        raise bad(f"roleType is one of {', '.join(TYPES)}")


def _functions_of_type(call: Call, kind: str = "Employee") -> Response:
    _refuse_type(kind)
    return call.answer(_choices(FUNCTIONS if kind.lower() == "employee" else {}, set()))


def _functions(call: Call, key: int) -> Response:
    """``/Role/{id}/FunctionRight``: rights the role has not are left out."""
    mine = {one: name for one, name in FUNCTIONS.items() if name in _row(call, key)["functions"]}
    return call.answer(_choices(mine, set(mine)))


def _functions_of_role(call: Call) -> Response:
    """The agent's way: all of them, ``Selected`` those of the role."""
    mine = _row(call, asked(call)["RoleId"])["functions"]
    return call.answer(_choices(FUNCTIONS, {key for key, name in FUNCTIONS.items() if name in mine}))


def _with_function(call: Call, name: str) -> Response:
    found = [(key, row) for key, row in roles(call.tenant).items() if name in row["functions"]]
    return call.answer(
        [carrier("MDOListItem", Id=key, Name=row["name"], FullName=row["name"], Rank=row["rank"]) for key, row in found]
    )


def _of_relation(call: Call, key: int, relation: str) -> Response:
    """By table, what a role may do with records of owners so related."""
    rights = _row(call, key)["rights"]
    return call.answer({table: _letters(rights, table, relation) for table in TABLES})


def _of_table(call: Call, key: int, table: str) -> Response:
    rights = _row(call, key)["rights"]
    return call.answer({relation: _letters(rights, table, relation) for relation in RELATIONS})


def _one(call: Call, key: int, table: str, relation: str) -> Response:
    return call.answer(_letters(_row(call, key)["rights"], table, relation))


def _letters(rights: dict[str, dict[str, str]], table: str, relation: str) -> str:
    """One cell of the matrix; 400 where there is none ("an exception will be thrown")."""
    if table.lower() not in rights or relation not in (*RELATIONS, *ELSEWHERE):
        raise bad(f"There is no data right of {table} for {relation}")
    return rights[table.lower()].get(relation, "")


def _refused(call: Call, **names: Any) -> Response:
    raise denied("manage roles: the User agent is restricted online")


def _table(name: str) -> str:
    """A table by its database name, which is written ``projectmember`` there; 400 for one without rights."""
    known = {table.replace("_", ""): table for table in (*TABLES, *GOVERNED)}
    found = known.get(name.lower().replace("_", ""))
    if found is None:
        raise bad(f"There are no rights for the table {name!r}")
    return found


def _new_right(call: Call) -> Response:
    return call.answer(table_right(call, _table(asked(call)["TableName"] or ""), None))


def _right_by_owner(call: Call) -> Response:
    """By the user, else by the user group, whose a record would be."""
    given = asked(call)
    return call.answer(_right(call, given["TableName"] or "", given["ContactAssociateId"], given["ContactGroupId"]))


def _right_by_contact(call: Call) -> Response:
    """By the company a record would belong to: its *our contact*."""
    given = asked(call)
    row = call.tenant.table("contact").get(given["ContactId"])
    if row is None:
        raise not_found("Contact", given["ContactId"])
    return call.answer(_right(call, given["TableName"] or "", row["associate"], 0))


def _right(call: Call, name: str, owner: int, group: int) -> Given:
    rights = rights_in(call.tenant, call.associate, _table(name), owner, group)
    return carrier("TableRight", Mask=mask_of(rights), Reason="" if len(rights) == 4 else "[SR_ACCESS_ROLE]")


def _has_function(call: Call) -> Response:
    return call.answer((asked(call)["FunctionRight"] or "") in role_of(call.tenant, call.associate)["functions"])


def _diaries(call: Call, owners: list[int]) -> list[bool]:
    """Whether the caller may put a follow-up into each of these diaries; somebody who has none counts as yes."""
    return [
        user(call.tenant, owner) is None or "insert" in rights_in(call.tenant, call.associate, "appointment", owner)
        for owner in owners
    ]


def _everybody(call: Call) -> list[int]:
    return [one.associate_id for one in call.tenant.associates.values()]


Handler = Callable[..., Response]

AGENTS: dict[str, Handler] = {
    "User/GetRole": lambda c: c.answer(role(c, number(c, "roleId"))),
    "User/GetAllRoles": _of_type,
    "User/GetAllFunctionalRights": _functions_of_type,
    "User/GetFunctionalRights": _functions_of_role,
    "Sentry/GetNewTableRight": _new_right,
    "Sentry/GetTableRightByOwnership": _right_by_owner,
    "Sentry/GetTableRightByContactOwnership": _right_by_contact,
    "Sentry/GetFunctionRights": lambda c: c.answer(role_of(c.tenant, c.associate)["functions"]),
    "Sentry/HasFunctionRight": _has_function,
    "Sentry/CanCreateAppointmentInAssociateDiaries": lambda c: c.answer(all(_diaries(c, asked(c)["AssociateIds"]))),
    "Sentry/CanCreateAppointmentInEachAssociatesDiary": lambda c: c.answer(_diaries(c, asked(c)["AssociateIds"])),
    "Sentry/CanCreateAppointmentInAllDiaries": lambda c: c.answer(all(_diaries(c, _everybody(c)))),
}

KIND, RELATION = "[a-z]+", "|".join((*RELATIONS, *ELSEWHERE))

PATHS: dict[str, dict[str, Handler]] = {
    "v1/Role": {"POST": _refused},
    "v1/Role/default": {"GET": _refused},
    rf"v1/Role/(?P<kind>{KIND})": {"GET": _of_type},
    rf"v1/Role/(?P<kind>{KIND})/Default": {"GET": _refused},
    rf"v1/Role/(?P<kind>{KIND})/FunctionRight": {"GET": _functions_of_type},
    r"v1/Role/WithFunctionRight/(?P<name>[^/]+)": {"GET": _with_function},
    r"v1/Role/(?P<key>\d+)": {"GET": _read, "PUT": _refused, "DELETE": _refused},
    r"v1/Role/(?P<key>\d+)/FunctionRight": {"GET": _functions, "PUT": _refused},
    rf"v1/Role/(?P<key>\d+)/DataRight/(?P<relation>{RELATION})": {"GET": _of_relation},
    r"v1/Role/(?P<key>\d+)/DataRight/(?P<table>\w+)": {"GET": _of_table},
    r"v1/Role/(?P<key>\d+)/DataRight/(?P<table>\w+)/(?P<relation>\w+)": {"GET": _one, "PUT": _refused},
    **{f"v1/Agents/{name}": {"POST": work} for name, work in AGENTS.items()},
}
