"""Lists: what a person chooses from, and what an administrator keeps [lists/services].

To choose from, use the MDO lists: they hold what this person's user group may see, under headings, translated::

    choices = crm(mdo_list("category"))
    tree = crm(mdo_tree("task"))                # headings with their items below
    ticked = crm(selectable("usergroup"))
    lately = crm(with_history("business"))      # what the person chose last

To keep, use the lists themselves. Their texts come in all languages here (``US:"Car";NO:"Bil"``, see
``values.translated``): a translated text sent back would replace all of them. Lists know no PATCH; an item is read,
compared and sent back whole. It takes an administrator.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from crm_client.calls import UNTRANSLATED, Call, Operation
from crm_client.errors import BadAnswer
from crm_client.fields import flag_at, number_at, read_at, text_at
from crm_client.frozen import dataclass
from crm_client.patch import Change
from crm_client.records import Kind, Record
from crm_client.values import integer, objects, text, yes


@dataclass(frozen=True)
class ListItem(Record):
    """One choice of a list [oas MDOListItem, SelectableMDOListItem]."""

    id: int = read_at("Id", integer)
    name: str = read_at("Name", text)
    tooltip: str = read_at("ToolTip", text)
    rank: int = read_at("Rank", integer)
    is_deleted: bool = read_at("Deleted", yes)
    kind: str = read_at("Type", text)
    """Marks an item or a heading."""
    is_selected: bool = read_at("Selected", yes)
    """Only in selectable lists."""
    is_hidden: bool = read_at("Hidden", yes)
    full_name: str = read_at("FullName", text)
    """Its path in a hierarchy."""
    extra: str = read_at("ExtraInfo", text)
    """Depends on the list."""
    children: tuple[ListItem, ...] = read_at("ChildItems", lambda items: tuple(map(ListItem.parse, objects(items))))
    """Below a heading, or the next level."""

    @property
    def is_heading(self) -> bool:
        """Is there for its ``children``, and not to be chosen."""
        return self.kind.lower() == "heading"


def mdo_list(name: str, additional: str = "", search: str = "") -> Operation[list[ListItem]]:
    """The items of a list by its MDO name (``category``, ``business``, ``task`` …), flat and in the list's own
    order.

    ``additional`` is what some lists ask for (a company for its persons); ``search`` narrows those that can be
    searched.
    """
    return _mdo(name, "", {"flat": "true", "additional": additional, "query": search})


def mdo_tree(name: str, additional: str = "") -> Operation[list[ListItem]]:
    """The same list with its headings and levels: items are in ``children``."""
    return _mdo(name, "", {"flat": "false", "additional": additional})


def selectable(name: str, additional: str = "") -> Operation[list[ListItem]]:
    """A list whose items may be ticked; ``is_selected`` tells which are."""
    return _mdo(name, "/selectable", {"flat": "true", "additional": additional})


def with_history(name: str, additional: str = "") -> Operation[list[ListItem]]:
    """What the person chose from a list lately: the items SuperOffice shows first."""
    body = {"Name": name, "ForceFlatList": True, "AdditionalInfo": additional, "OnlyHistory": True}
    return _items((yield Call("POST", "v1/Agents/MDO/GetList", json=body, reads=True)), name)


def mdo_names() -> Operation[list[str]]:
    """The names of all MDO lists of the tenant."""
    names = yield Call("GET", "v1/MDOList")
    if not isinstance(names, list):
        raise BadAnswer("v1/MDOList: the answer is no list")
    return [text(name) for name in names]


def _mdo(name: str, part: str, query: Mapping[str, str]) -> Operation[list[ListItem]]:
    asked = {key: value for key, value in query.items() if value}
    return _items((yield Call("GET", f"v1/MDOList/{quote(name, safe='')}{part}", query=asked)), name)


def _items(items: Any, name: str) -> list[ListItem]:
    if not isinstance(items, list):
        raise BadAnswer(f"MDO list {name}: the answer is no list")
    return [ListItem.parse(item) for item in objects(items)]


@dataclass(frozen=True)
class ListDefinition(Record):
    """A list itself [oas ListEntity]; its name in all languages."""

    list_id: int = read_at("Id", integer)
    name: str = text_at("Name")
    tooltip: str = text_at("Tooltip")
    rank: int = number_at("Rank")
    is_own: bool = read_at("IsCustomList", yes)
    """Made by the customer or an application; never delete another."""
    uses_groups: bool = flag_at("UseGroupsAndHeadings")
    """Its items are filtered by user group and stand under headings."""
    list_type: str = text_at("ListType", reads_only=True)
    """Often the name of its table."""
    is_deleted: bool = read_at("Deleted", yes)


@dataclass(frozen=True)
class Entry(Record):
    """An item as the administrator keeps it [oas ListItemEntity]; texts in all languages."""

    item_id: int = read_at("Id", integer)
    name: str = text_at("Name")
    tooltip: str = text_at("Tooltip")
    rank: int = number_at("Rank")
    list_id: int = number_at("UdListDefinitionId", reads_only=True)
    is_deleted: bool = flag_at("Deleted")


@dataclass(frozen=True)
class Heading(Record):
    """A heading of a list [oas HeadingEntity]; texts in all languages."""

    heading_id: int = read_at("HeadingId", integer)
    name: str = text_at("Name")
    tooltip: str = text_at("Tooltip")
    rank: int = number_at("Rank")
    list_id: int = number_at("UdListDefinitionId", reads_only=True)
    is_deleted: bool = flag_at("Deleted")


LISTS = Kind("List", "Id", ListDefinition, has_patch=False, language=UNTRANSLATED)


def entries_kind(list_id: int) -> Kind[Entry]:
    """The items of one list as records."""
    return Kind(f"List/{int(list_id)}/Items", "Id", Entry, has_patch=False, default="Default", language=UNTRANSLATED)


def headings_kind(list_id: int) -> Kind[Heading]:
    """The headings of one list as records."""
    return Kind(f"List/{int(list_id)}/Headings", "HeadingId", Heading, has_patch=False, language=UNTRANSLATED)


def list_definitions() -> Operation[list[ListDefinition]]:
    """All lists."""
    return LISTS.parse_all((yield Call("GET", LISTS.path, language=UNTRANSLATED)))


def list_definition(name: str) -> Operation[ListDefinition]:
    """A list by the name the API has for it (``WebPanel``, ``Category`` …). Raises ``NotFound``."""
    return LISTS.parse((yield Call("GET", f"v1/List/{quote(name, safe='')}", language=UNTRANSLATED)))


def create_list(name: str, tooltip: str = "", uses_groups: bool = False) -> Operation[ListDefinition]:
    """A list of one's own."""
    body = {"Name": name, "Tooltip": tooltip, "UseGroupsAndHeadings": uses_groups}
    return LISTS.parse((yield Call("POST", LISTS.path, json=body, language=UNTRANSLATED)))


def change_list(list_id: int, changes: Sequence[Change]) -> Operation[ListDefinition]:
    """Change a list's own texts."""
    return LISTS.change(list_id, changes)


def delete_list(list_id: int) -> Operation[None]:
    """Mark a list of one's own as deleted."""
    return LISTS.delete(list_id)


def entries(list_id: int) -> Operation[list[Entry]]:
    """All items of a list, deleted ones too."""
    kind = entries_kind(list_id)
    return kind.parse_all((yield Call("GET", kind.path, language=UNTRANSLATED)))


def entry(list_id: int, item_id: int) -> Operation[Entry]:
    """One item. Raises ``NotFound``."""
    return entries_kind(list_id).read(item_id)


def create_entry(list_id: int, name: str, tooltip: str = "") -> Operation[Entry]:
    """Add an item. In a list that ``uses_groups`` nobody sees it yet: ``show_to_all_groups`` comes next."""
    kind = entries_kind(list_id)
    body = {"Name": name, "Tooltip": tooltip}
    return kind.parse((yield Call("POST", kind.path, json=body, language=UNTRANSLATED)))


def change_entry(list_id: int, item_id: int, changes: Sequence[Change]) -> Operation[Entry]:
    """Change an item, guarded by what the administrator saw. Raises ``Conflict`` with ``current: Entry``."""
    return entries_kind(list_id).change(item_id, changes)


def delete_entry(list_id: int, item_id: int) -> Operation[None]:
    """Mark an item as deleted; records that have it keep it."""
    return entries_kind(list_id).delete(item_id)


def headings(list_id: int) -> Operation[list[Heading]]:
    """The headings of a list."""
    kind = headings_kind(list_id)
    return kind.parse_all((yield Call("GET", kind.path, language=UNTRANSLATED)))


def create_heading(list_id: int, name: str, tooltip: str = "") -> Operation[Heading]:
    """Add a heading."""
    kind = headings_kind(list_id)
    body = {"Name": name, "Tooltip": tooltip, "UdListDefinitionId": int(list_id)}
    return kind.parse((yield Call("POST", kind.path, json=body, language=UNTRANSLATED)))


def groups_of_entry(list_id: int, item_id: int) -> Operation[list[ListItem]]:
    """All user groups; ``is_selected`` tells which see an item."""
    return _ticks(list_id, item_id, "UserGroups")


def headings_of_entry(list_id: int, item_id: int) -> Operation[list[ListItem]]:
    """All headings; ``is_selected`` tells under which an item stands."""
    return _ticks(list_id, item_id, "Headings")


def show_to_groups(list_id: int, item_id: int, group_ids: Sequence[int]) -> Operation[list[ListItem]]:
    """Let exactly these user groups see an item."""
    return _tick(list_id, item_id, "UserGroups", frozenset(group_ids))


def show_to_all_groups(list_id: int, item_id: int) -> Operation[list[ListItem]]:
    """Let everybody see an item. User groups made later do not: offer it again
    [dp/standard-app/certification/checklist].
    """
    return _tick(list_id, item_id, "UserGroups", None)


def put_under_headings(list_id: int, item_id: int, heading_ids: Sequence[int]) -> Operation[list[ListItem]]:
    """Let an item stand under exactly these headings."""
    return _tick(list_id, item_id, "Headings", frozenset(heading_ids))


def _ticks(list_id: int, item_id: int, part: str) -> Operation[list[ListItem]]:
    call = Call("GET", f"v1/List/{int(list_id)}/Items/{int(item_id)}/{part}", language=UNTRANSLATED)
    return _items((yield call), part)


def _tick(list_id: int, item_id: int, part: str, ids: frozenset[int] | None) -> Operation[list[ListItem]]:
    """Tick items and leave all else in them as it was; None ticks all. Nothing is sent if they are ticked so."""
    found = yield from _ticks(list_id, item_id, part)
    wanted = [{**one.raw, "Selected": ids is None or one.id in ids} for one in found]
    if [one["Selected"] for one in wanted] == [one.is_selected for one in found]:
        return found
    path = f"v1/List/{int(list_id)}/Items/{int(item_id)}/{part}"
    return _items((yield Call("PUT", path, json=wanted, language=UNTRANSLATED)), part)


def list_agent(method: str, body: Mapping[str, Any], reads: bool = True) -> Call:
    """A call of the List agent, for what REST has no path of; texts in all languages [ws/endpoints/agents-webapi]."""
    return Call("POST", f"v1/Agents/List/{method}", json=body or None, reads=reads, language=UNTRANSLATED)
