"""How columns of archives get their values from rows: the pieces ``providers.py`` is put together from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .answers import Call
from .carriers import formatted, full_name, stripped, user, user_name
from .lights import company_full_name, item_name, name_in
from .world import Row


@dataclass(frozen=True)
class Cell:
    """A value: what filters and sorting see, what a Slim row shows if that is something else, the record's key."""

    raw: Any
    shown: Any = None
    key: int = 0


Getter = Callable[[Call, int, Row], Any]
"""A raw value, a Cell, or a list of them where a record has many (the first is shown, filters look at all)."""

Step = Callable[[Call, Row], tuple[int, Row | None]]
"""From a row to the joined one."""


@dataclass(frozen=True)
class Join:
    """Another table's columns under a prefix."""

    table: str
    step: Step
    right: str = ""
    """The table whose select right the columns need; without it they are empty."""


@dataclass(frozen=True)
class Columns:
    """What the sandbox fills of one table's columns."""

    name: str
    getters: dict[str, Getter]
    joins: dict[str, Join] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """A column of a query, found and ready: how each of the archive's tables fills it."""

    name: str
    kind: str
    sortable: bool
    getters: dict[str, Getter]

    def cells(self, call: Call, table: str, key: int, row: Row) -> list[Cell]:
        """All values of a row, at least one; a table that does not know the column has nothing in it."""
        getter = self.getters.get(table)
        found = getter(call, key, row) if getter is not None else None
        many = found if isinstance(found, list) else [found]
        return [item if isinstance(item, Cell) else Cell(item) for item in many] or [Cell(None)]


def stored(name: str) -> Getter:
    """The value of a key as it lies in the row."""
    return lambda call, key, row: row[name]


def own_key(call: Call, key: int, row: Row) -> Any:
    """The primary key."""
    return key


def day(name: str) -> Getter:
    """A date without time: midnight wherever the caller is, so never another day."""
    return lambda call, key, row: call.clock.store(row[name]) if row[name] else ""


def named(name: str) -> Getter:
    """A text one can also restrict by primary key."""
    return lambda call, key, row: Cell(row[name], key=key)


def fixed(value: Any) -> Getter:
    """The same for every row."""
    return lambda call, key, row: value


def filled(name: str) -> Getter:
    """Whether a key holds anything."""
    return lambda call, key, row: bool(row[name])


def listed(mdo: str, name: str) -> Getter:
    """A list column: its id for filters, its name to show."""
    return lambda call, key, row: Cell(row[name], item_name(call, mdo, row[name]))


def of_user(name: str) -> Getter:
    """A user column: his associate id for filters, his name to show."""
    return lambda call, key, row: Cell(row[name], user_name(call.tenant, row[name]))


def elements(name: str, part: str) -> Getter:
    """One part (``value``, ``description``, ``id``) of all phones, e-mails or web addresses under a key."""
    return lambda call, key, row: [element[part] for element in row.get(name, [])]


def phones(names: tuple[str, ...], machine: bool = False) -> Getter:
    """Numbers of several kinds in one column; ``machine``: without spaces too, for searching."""

    def get(call: Call, key: int, row: Row) -> Any:
        numbers = [element["value"] for name in names for element in row.get(name, [])]
        return numbers + [stripped(number) for number in numbers] if machine else numbers

    return get


def address(name: str, prefix: str) -> dict[str, Getter]:
    """All parts of an address under a key."""
    parts = ("line1", "line2", "line3", "county", "city", "zip", "state")
    getters: dict[str, Getter] = {f"{prefix}/{part}": _address_part(name, part) for part in parts}
    getters[f"{prefix}/formattedAddress"] = lambda call, key, row: formatted(row[name]).strip().replace("\n", ", ")
    getters[f"{prefix}/formattedMultiLineAddress"] = lambda call, key, row: formatted(row[name])
    return getters


def _address_part(name: str, part: str) -> Getter:
    return lambda call, key, row: row[name].get(part, "")


def phone_columns(prefix: str, name: str) -> dict[str, Getter]:
    """Number and description of the phones under a key."""
    return {
        f"{prefix}/formattedNumber": elements(name, "value"),
        f"{prefix}/description": elements(name, "description"),
    }


def email_columns() -> dict[str, Getter]:
    """What is known of e-mail addresses."""
    return {
        "email/emailProtocol": lambda call, key, row: ["SMTP" for _ in row["emails"]],
        "email/emailAddress": elements("emails", "value"),
        "email/emailDescription": elements("emails", "description"),
        "email/emailId": elements("emails", "id"),
    }


def stamps(prefix: str) -> dict[str, Getter]:
    """Updated and registered, named as the provider names them."""
    updated, registered = ("personUpdated", "personRegistered") if prefix else ("updated", "registered")
    return {
        f"{updated}By": of_user("updated_by"),
        f"{updated}ByFullName": of_user("updated_by"),
        f"{updated}Date": stored("updated"),
        f"{registered}By": of_user("registered_by"),
        f"{registered}ByFullName": of_user("registered_by"),
        f"{registered}Date": stored("registered"),
    }


def to(table: str, name: str) -> Step:
    """To the row of a table whose id lies under a key."""
    return lambda call, row: (row[name], call.tenant.table(table).get(row[name]))


def to_user(name: str) -> Step:
    """To the person row of a user, under his associate id."""

    def step(call: Call, row: Row) -> tuple[int, Row | None]:
        found = user(call.tenant, row[name])
        return row[name], call.tenant.table("person").get(found.person_id) if found else None

    return step


def user_columns(prefix: str, name: str) -> dict[str, Join]:
    """The user under a key."""
    return {prefix: Join("user", to_user(name))}


def clock_time(name: str) -> Getter:
    """The time of day of a moment."""

    def get(call: Call, key: int, row: Row) -> Any:
        local = call.clock.local(row[name]) if row[name] and not row.get("all_day") else None
        return local.strftime("%H:%M") if local else ""

    return get


def begin(name: str) -> Getter:
    """A moment of a follow-up; that of an all-day one is midnight wherever the caller is."""
    return lambda call, key, row: call.clock.store(row[name]) if row["all_day"] else row[name]


def cell_of(table: str, name: str) -> Getter:
    """Another record: id for filters, name to show."""
    return lambda call, key, row: Cell(row[name], name_in(call, table, row[name]))


def words(*names: str) -> Getter:
    """Free text: all words of some texts, and the whole of them."""

    def get(call: Call, key: int, row: Row) -> Any:
        texts = [str(row.get(name) or "") for name in names]
        return [*(word for text in texts for word in text.split()), " ".join(texts)]

    return get


def company_cell(call: Call, key: int, row: Row) -> Any:
    """The company of a sale, person or activity: id for filters, name to show."""
    found = call.tenant.table("contact").get(row["contact"])
    return Cell(row["contact"], company_full_name(found) if found else "")


def person_cell(call: Call, key: int, row: Row) -> Any:
    """The person of a sale or activity: id for filters, name to show."""
    return Cell(row["person"], full_name(call.tenant.table("person").get(row["person"])))


def main_contact(call: Call, key: int, row: Row) -> Any:
    """Name of the person a company is mainly spoken to through."""
    return full_name(call.tenant.table("person").get(row["person"]))
