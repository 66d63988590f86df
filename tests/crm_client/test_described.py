"""Every property a record names is in SuperOffice's own API description, and of that type.

A misspelt property would read as empty for ever and nobody would notice. The description is ``facts.json`` of the
sandbox, taken from the official files. Whatever else a property may hold one day reads as nothing and fails nobody.
"""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_client.archive import ColumnInfo
from crm_client.consents import Consent, Keyword
from crm_client.duplicates import Duplicate
from crm_client.fields import Word
from crm_client.foreign_keys import ForeignKey
from crm_client.lists import Entry, Heading, ListItem, entries_kind
from crm_client.preferences import Preference
from crm_client.records import Kind, Record, places
from crm_client.rows import Line, columns
from crm_client.taskmenus import TaskMenu
from crm_client.udef import UdefField
from crm_client.values import amount, day, integer, moment, text, yes
from tests.sandbox.facts import TYPES, documented

from .operations import MODULES

CARRIERS: dict[type[Record], str] = {
    Consent: "ConsentInfo",
    Duplicate: "DuplicateEntry",
    ForeignKey: "ForeignKey",
    Heading: "HeadingEntity",
    Keyword: "ConsentSource",
    ListItem: "SelectableMDOListItem",
    Preference: "Preference",
    TaskMenu: "TaskMenu",
    UdefField: "UserDefinedFieldInfo",
}
"""Those that no path of their own kind answers with."""


def all_of[T](of: type[T]) -> Iterator[type[T]]:
    """Every class made from one."""
    for heir in of.__subclasses__():
        yield heir
        yield from all_of(heir)


def heirs(of: type[Record]) -> Iterator[type[Record]]:
    return (heir for heir in all_of(of) if heir.__module__.startswith("crm_client."))


def kinds() -> Iterator[Kind[Any]]:
    yield entries_kind(1)
    for module in MODULES.values():
        yield from (value for value in vars(module).values() if isinstance(value, Kind))


def carrier(kind: Kind[Any]) -> str:
    found = documented(kind.at(1), "GET") or documented(kind.path, "GET")
    assert found, f"{kind.path} is not documented"
    return found[1]


CARRIERS |= {kind.record: carrier(kind) for kind in kinds()}
RECORDS = [heir for heir in heirs(Record) if not heir.__subclasses__()]

SAMPLES: dict[str, Any] = {
    "int": 7,
    "double": 7.5,
    "bool": True,
    "string": "x",
    "datetime": "2026-03-01T10:00:00Z",
    "any": {"x": "y"},
}
READ_FROM = {
    text: {"string"},
    integer: {"int"},
    yes: {"bool", "int"},
    amount: {"double"},
    moment: {"datetime"},
    day: {"datetime"},
}
"""A company's ``Deleted`` is a number."""


def filled(kind: str, depth: int = 0) -> Any:
    """Something in every property, as deep as records look."""
    if kind in TYPES:
        return {name: filled(one, depth + 1) for name, one in TYPES[kind].items()} if depth < 4 else None
    if kind.startswith("["):
        return [filled(kind[1:-1], depth)]
    if kind.startswith("{"):
        return {"SuperOffice:1": filled(kind[1:-1], depth)}
    return SAMPLES[kind] if kind in SAMPLES else kind.split("|")[1]


def type_at(kind: str, path: str) -> str:
    for name in path.split("/"):
        kind = TYPES[kind][name]
    return kind


def test_every_record_is_looked_at() -> None:
    assert set(RECORDS) == set(CARRIERS)
    assert CARRIERS[Entry] == "ListItemEntity"


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_property_is_documented_as_it_is_read(record: type[Record]) -> None:
    for name in places(record).keys() - {"table_right"}:  # which the principal does not have
        place = places(record)[name]
        documented_as = type_at(CARRIERS[record], place.path)
        kind = "string" if "|" in documented_as else documented_as
        assert kind in READ_FROM.get(place.reads, {kind}), name


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_where_superoffice_says_something_a_record_holds_it(record: type[Record]) -> None:
    empty, full = record.parse({}), record.parse(filled(CARRIERS[record]))
    for name in places(record).keys() - {"table_right"}:
        assert getattr(full, name) != getattr(empty, name), name
        for part in parts(getattr(full, name)):
            assert all(vars(part).values()), name


def parts(value: Any) -> Iterator[Any]:
    """Items, addresses, phones: what consists of further properties."""
    for one in value if isinstance(value, tuple) else (value,):
        if dataclasses.is_dataclass(one) and not isinstance(one, Record):
            yield one


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_word_is_documented(record: type[Record]) -> None:
    for name, hint in typing.get_type_hints(record).items():
        if isinstance(hint, type) and issubclass(hint, Word):
            known = type_at(CARRIERS[record], places(record)[name].path).split("|")
            assert {word.value for word in hint} - {"Unknown"} <= set(known), name


def test_columns_of_an_archive_are_told_as_documented() -> None:
    column = ColumnInfo.parse(filled("ArchiveColumnInfo"))
    assert (column.name, column.title, column.restriction, column.list_name, column.can_order) == (*"xxxx", True)


keys = st.sampled_from(
    ["Id", "AssociateId", "ContactId", "Value", "Name", "Mask", "Selected", "Address1", "ChildItems"]
)
odd = st.sampled_from([Decimal("1e999"), Decimal("1e999999999"), "9999-12-31T23:59:59-0500", "1e999", "[I:1e999]"])
leaves = st.none() | st.booleans() | st.integers() | st.decimals(allow_nan=False) | st.floats() | st.text() | odd
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(keys, inner), max_leaves=4)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_anything_may_stand_in_any_property(record: type[Record]) -> None:
    paths = sorted({place.path.partition("/")[0] for place in places(record).values()})

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(paths), anything))
    def is_read(entity: dict[str, Any]) -> None:
        assert record.parse(entity).raw == entity

    is_read()


LINES = [heir for heir in all_of(Line) if heir.__module__.startswith("crm_client.")]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.__name__)
def test_anything_may_stand_in_any_column(line: type[Line]) -> None:
    names = ["PrimaryKey", *columns(line)]

    @settings(max_examples=20, suppress_health_check=list(HealthCheck))
    @given(st.dictionaries(st.sampled_from(names), anything))
    def is_read(row: dict[str, Any]) -> None:
        assert line.parse(row).raw == row

    is_read()
