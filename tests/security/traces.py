"""What must not be found where it does not belong: a customer's texts, tokens and secrets, and where to look."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import unescape
from typing import Any

from tests.sandbox.world import Row, World

COLUMNS = {
    "contact": ("name", "orgnr", "phones", "emails", "urls"),
    "person": ("last_name", "direct_phones", "mobile_phones", "emails"),
    "sale": ("heading",),
    "appointment": ("text",),
}
"""By table of the sandbox: what would give a customer away."""


def texts_of(world: World, ctx: str) -> set[str]:
    """Texts that only this customer's CRM holds."""
    others = {text for name in world.tenants if name != ctx for text in _texts(world, name)}
    return set(_texts(world, ctx)) - others


def _texts(world: World, ctx: str) -> Iterator[str]:
    tenant = world.tenants[ctx]
    yield tenant.company_name
    yield tenant.serial
    yield from (world.humans[human].email for human in tenant.associates)
    for table, columns in COLUMNS.items():
        for row in tenant.table(table).values():
            yield from (text for column in columns for text in _values(row[column]) if len(text) > 3)


def _values(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        yield from (element["value"] for element in value)


def found(texts: Iterable[str], where: str) -> list[str]:
    """Those that stand somewhere, as words of their own, escaped for HTML or not."""
    plain = where + unescape(where)
    return sorted(text for text in texts if text in plain and re.search(rf"(?<!\w){re.escape(text)}(?!\w)", plain))


def row(world: World, ctx: str, table: str, key: int) -> Row:
    return world.tenants[ctx].table(table)[key]
