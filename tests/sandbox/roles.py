"""Roles: what a user may do with records, by whose they are [sec/role-based, admin/role].

Rows of the table ``role``: ``name, tooltip, rank, functions`` (names of function rights) and ``rights``, the data
rights: table to relation to letters of CRUD. Who has which role is `world.Associate.role`. A tenant without such rows
(one that was saved before there were roles) gets the predefined ones.

A record's owner is its user: *our contact* of a company and of its persons, the owner of a sale or a follow-up, the
responsible of a project, who wrote a document. Service has rights of its own; here a role says of requests, too, what
may be done with them. The matrix of each predefined role is a choice that fits its description: the documentation
prints a part of one (User level 3).
"""

from __future__ import annotations

import copy

from .world import Associate, Row, Tenant

RELATIONS = ("MyOwn", "PrimaryGroup", "OtherGroups", "OtherAssociates")
"""How a record's owner may be related to who asks, nearest first [oas, Role]."""

LETTERS = {"select": "R", "update": "U", "insert": "C", "delete": "D"}

GOVERNED = {"project_member": "project", "sale_stakeholder": "sale", "ticket_message": "ticket"}
"""Sub-tables that inherit the rights of another [sec/sentry/services/tableright]."""

OWNERS = {"document": "registered_by", "relation": "registered_by", "ticket": "owner"}
"""Which key of a row holds its owner, where that is not ``associate``."""

PRIVACY = {"PrivateUser": ("MyOwn",), "PrivateGroup": ("MyOwn", "PrimaryGroup")}
"""Who sees a private follow-up or document, whatever his role [sec/sentry]."""

ADMINISTRATOR_RIGHTS = ["admin-all", "admin-preferences", "admin-roles", "admin-udef"]

USER_RIGHTS = ["allow-bulk-export"]

TABLES = ("contact", "person", "project", "appointment", "document", "sale", "selection", "relation", "ticket")
"""What there are data rights for; everything else is open to every user."""

Matrix = dict[str, dict[str, str]]


def _matrix(**lines: str) -> Matrix:
    """Tables with their rights in the order of `RELATIONS`, ``-`` for none."""
    return {table: dict(zip(RELATIONS, line.replace("-", "").split(" "), strict=True)) for table, line in lines.items()}


def _all(line: str) -> Matrix:
    return _matrix(**dict.fromkeys(TABLES, line))


FULL = "CRUD CRUD CRUD CRUD"

PREDEFINED: tuple[tuple[str, list[str], Matrix], ...] = (
    ("Has full access to all data and maintains the system.", ADMINISTRATOR_RIGHTS, _all(FULL)),
    ("Has full access to all data.", USER_RIGHTS, _all(FULL)),
    ("Has full access within the own user group, reads the rest.", USER_RIGHTS, _all("CRUD CRUD R R")),
    (
        "Has full access to own data, reads what the own user group has.",
        USER_RIGHTS,
        _matrix(
            contact="CRU CRU R R",
            person="CRUD CRUD R R",
            project="CRU CRU R R",
            appointment="CRUD R - -",
            document="CRUD R - -",
            sale="CRUD R - -",
            selection="CRUD CR - -",
            relation="CRUD R R R",
            ticket="CRUD CRU R R",
        ),
    ),
    (
        "Has full access to own data and sees of others' little more than companies.",
        [],
        _matrix(
            contact="CRUD R R R",
            person="CRUD R R R",
            project="CRUD R R R",
            appointment="CRUD R - -",
            document="CRUD R - -",
            sale="CRUD - - -",
            selection="CRUD - - -",
            relation="CRUD R R R",
            ticket="CRUD R R R",
        ),
    ),
    (
        "Reads most data and creates follow-ups and documents.",
        [],
        _matrix(
            **dict.fromkeys(("contact", "person", "project", "relation", "ticket"), "R R R R"),
            **dict.fromkeys(("appointment", "document"), "CR R R R"),
            **dict.fromkeys(("sale", "selection"), "R R R -"),
        ),
    ),
)
"""Tooltip, function rights and data rights of User level 0 to 5; ids count from 1."""

WORDS = {"US": "User level", "NO": "Brukernivå", "SW": "Användarnivå", "DA": "Brugerniveau"}


def roles(tenant: Tenant) -> dict[int, Row]:
    """A tenant's roles by id."""
    rows = tenant.table("role")
    if not rows:
        rows |= {key: _row(key - 1, *one) for key, one in enumerate(copy.deepcopy(PREDEFINED), 1)}
    return rows


def _row(level: int, tooltip: str, functions: list[str], rights: Matrix) -> Row:
    name = ";".join(f'{code}:"{word} {level}"' for code, word in WORDS.items())
    return {"name": name, "tooltip": tooltip, "rank": level + 1, "functions": functions, "rights": rights}


def role_of(tenant: Tenant, who: Associate) -> Row:
    """Somebody's role; the system user's overrides all controls and is in no list."""
    return roles(tenant)[who.role]


def groups_of(tenant: Tenant, associate_id: int) -> set[int]:
    """The user groups somebody belongs to; the table ``associate`` holds them: ``group`` and ``other_groups``."""
    row = tenant.table("associate").get(associate_id, {})
    return {row.get("group", 1), *row.get("other_groups", [])}


def governing(table: str) -> str:
    """The table whose rights rule another; most rule themselves."""
    return GOVERNED.get(table, table)


def allows(tenant: Tenant, who: Associate, table: str, right: str, row: Row | None = None) -> bool:
    """Whether somebody may ``select``, ``update``, ``insert`` or ``delete`` a row.

    Without a row: whether he may create one of his own, or has the right to anybody's. What ``Tenant.denied`` says only
    removes rights, as overrides of sentry do [sec/sentry/overrides].
    """
    if who.system:
        return True
    if f"{governing(table)}:{right}" in tenant.denied.get(who.human, []):
        return False
    lines = role_of(tenant, who)["rights"].get(governing(table))
    if lines is None:
        return True
    if row is None:
        return LETTERS[right] in (lines["MyOwn"] if right == "insert" else "".join(lines.values()))
    seen_by = PRIVACY.get(row.get("private", ""), RELATIONS)
    if seen_by is RELATIONS and all(LETTERS[right] in line for line in lines.values()):
        return True
    relation = related(tenant, who, owner_of(tenant, table, row))
    return relation in seen_by and LETTERS[right] in lines[relation]


def rights_in(tenant: Tenant, who: Associate, table: str, owner: int, group: int = 0) -> list[str]:
    """What somebody may do with a record of a user's, or of anybody's in a user group."""
    lines = role_of(tenant, who)["rights"][governing(table)]
    letters = lines[related(tenant, who, owner, {group} if group else None)]
    return [right for right, letter in LETTERS.items() if letter in letters and allows(tenant, who, table, right)]


def owner_of(tenant: Tenant, table: str, row: Row) -> int:
    """The associate whose a record is, 0 for nobody's."""
    ruling = governing(table)
    if ruling != table:
        row = tenant.table(ruling).get(row[ruling], {})
    if ruling == "person":
        row = tenant.table("contact").get(row["contact"]) or {"associate": row.get("registered_by", 0)}
    return int(row.get(OWNERS.get(ruling, "associate"), 0))


def related(tenant: Tenant, who: Associate, owner: int, groups: set[int] | None = None) -> str:
    """One of `RELATIONS`. An owner's other groups count as much as his first: he shares his data with all of them.

    ``groups`` stand for an owner of whom no more is known.
    """
    if owner == who.associate_id:
        return "MyOwn"
    theirs = groups_of(tenant, owner) if owner else groups or set()
    first = tenant.table("associate").get(who.associate_id, {}).get("group", 1)
    if first in theirs:
        return "PrimaryGroup"
    return "OtherGroups" if theirs & groups_of(tenant, who.associate_id) else "OtherAssociates"
