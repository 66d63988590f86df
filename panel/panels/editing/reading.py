"""What a form needs beside its record: the lists to choose from, and the definitions of user-defined fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.lists import ListItem, mdo_tree
from crm_client.udef import UdefField, udef_fields
from panel.panels.contract import Section, section
from panel.panels.editing.sheet import Sheet


class Needed(NamedTuple):
    answers: Sequence[Any]
    """Of the operations that were asked along with it."""
    lists: Mapping[str, Section[list[ListItem]]]
    """By MDO name."""
    own: Sequence[UdefField]


async def read_for(crm: AsyncCrm, sheet: Sheet, *operations: Operation[Any], only_mandatory: bool = False) -> Needed:
    """In one round trip with ``operations``, and in a second one where user-defined fields choose from lists.

    Which lists those are is told by their definitions; both are remembered. ``only_mandatory`` leaves out all
    user-defined fields that may stay empty.
    """
    own, *found = await crm.all(
        section(udef_fields(sheet.own) if sheet.own else nothing()),
        *operations,
        *(section(mdo_tree(name)) for name in sheet.lists.values()),
    )
    answers, lists = found[: len(operations)], found[len(operations) :]
    known = dict(zip(sheet.lists.values(), lists, strict=True))
    fields = [field for field in own.data or () if not only_mandatory or field.is_mandatory]
    names = sorted({field.list_name for field in fields if field.list_name} - known.keys())
    more = await crm.all(*(section(mdo_tree(name)) for name in names))
    return Needed(answers, known | dict(zip(names, more, strict=True)), fields)


def nothing() -> Operation[list[UdefField]]:
    """An operation that asks nothing."""
    yield from ()
    return []
