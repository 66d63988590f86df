"""Lists a person chooses from, as the person may see them: filtered by user group, grouped under headings
[lists/services].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from crm_client.calls import Call, Operation
from crm_client.errors import BadAnswer
from crm_client.values import integer, text, yes


@dataclass(frozen=True)
class ListItem:
    """One choice of a list [oas MDOListItem]."""

    id: int
    name: str
    tooltip: str = ""
    rank: int = 0
    is_deleted: bool = False
    kind: str = ""
    """``Type``: marks an item or a heading."""
    raw: Mapping[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def parse(cls, item: Mapping[str, Any]) -> ListItem:
        return cls(
            id=integer(item.get("Id")),
            name=text(item.get("Name")),
            tooltip=text(item.get("ToolTip")),
            rank=integer(item.get("Rank")),
            is_deleted=yes(item.get("Deleted")),
            kind=text(item.get("Type")),
            raw=item,
        )


def mdo_list(name: str) -> Operation[list[ListItem]]:
    """The items of a list by its MDO name (``category``, ``business``, ``task`` …), flat and in the list's own
    order.
    """
    items = yield Call("GET", f"v1/MDOList/{quote(name, safe='')}", query={"flat": "true"})
    if not isinstance(items, list):
        raise BadAnswer(f"MDO list {name}: the answer is no list")
    return [ListItem.parse(item) for item in items if isinstance(item, Mapping)]
