"""Looking for records that exist already: by name, by web domain, by number."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from .answers import Call
from .entities import domain_of
from .facts import carrier
from .fields import Entity
from .kind import Kind
from .lights import NAMES, company_full_name
from .world import Row


def companies(call: Call, name: str) -> Response:
    """Companies whose name begins alike, and whose department is ``?department=`` if that is given."""
    return call.answer(companies_named(call, name, call.parameter("department") or ""))


def companies_named(call: Call, name: str, department: str = "") -> list[Entity]:
    """The same as a list."""

    def fits(row: Row) -> bool:
        return _alike(row["name"], name) and (not department or row["department"].casefold() == department.casefold())

    return found(call, "contact", "NameDepartment", fits)


def domains(call: Call, domain: str) -> Response:
    """Companies with a web or e-mail address of a domain."""
    return call.answer(companies_at(call, domain))


def companies_at(call: Call, domain: str) -> list[Entity]:
    """The same as a list."""

    def fits(row: Row) -> bool:
        mails = [element["value"].rpartition("@")[2].lower() for element in row["emails"]]
        return domain_of(domain) in [*mails, *(domain_of(element["value"]) for element in row["urls"])]

    return found(call, "contact", "Domain", fits)


def projects(call: Call, name: str) -> Response:
    """Projects whose name begins alike."""
    return call.answer(projects_named(call, name))


def projects_named(call: Call, name: str) -> list[Entity]:
    """The same as a list."""
    return found(call, "project", "ProjectName", lambda row: _alike(row["name"], name))


def selections(call: Call, name: str) -> Response:
    """Selections whose name begins alike."""
    return call.answer(found(call, "selection", "SelectionName", lambda row: _alike(row["name"], name)))


def found(call: Call, table: str, rule: str, fits: Callable[[Row], bool]) -> list[Entity]:
    """What a rule finds; nothing of what the caller may not see."""
    call.demand(table, "select")
    rows = call.tenant.table(table).items()
    return [
        _entry(rule, table, key, row)
        for key, row in rows
        if not row["deleted"] and fits(row) and call.may(table, "select", row)
    ]


def _alike(one: str, other: str) -> bool:
    """The sandbox's rule: one name begins with the other."""
    first, second = one.strip().casefold(), other.strip().casefold()
    return bool(first and second) and (first.startswith(second) or second.startswith(first))


def _entry(rule: str, table: str, key: int, row: Row) -> Entity:
    name = company_full_name(row) if table == "contact" else NAMES[table](row)
    return carrier(
        "DuplicateEntry",
        RuleName=rule,
        RuleDisplayName=rule,
        SoPrimaryKey=key,
        EntryName=name,
        EntryIdentifier=str(key),
    )


def is_number_valid(call: Call, kind: Kind, key: int, number: str) -> Response:
    """Whether a number may be used for the record ``key`` (0: a new one)."""
    return call.answer(is_free(call, kind, key, number))


def is_free(call: Call, kind: Kind, key: int, number: str) -> bool:
    """Whether no other record of a kind has a number."""
    rows = call.tenant.table(kind.table).items()
    return bool(number) and not any(row["number"] == number and other != key for other, row in rows)
