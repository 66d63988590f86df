"""Items of SuperOffice's task menus: an application's own commands on a card [cust/admin/add-items-to-task-menu].

::

    start = crm(new_task_menu())
    crm(save_task_menu(start, prog_id="acme.open", name="Acme", table="contact", task_type=TaskType.URL, target=…))

There are agents only, and no path of REST's. It takes an administrator; ``own_task_menus`` needs the application's
token as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from crm_client.calls import UNTRANSLATED, Call, Operation
from crm_client.errors import BadAnswer, NotFound
from crm_client.fields import Word, flag_at, number_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.lists import list_agent
from crm_client.patch import reconciled
from crm_client.records import Record, changes
from crm_client.values import integer


class TaskType(Word):
    UNKNOWN = "Unknown"
    NONE = "None"
    URL = "Url"
    CRM_SCRIPT = "CrmScript"
    SO_PROTOCOL = "SoProtocol"


class ShownIn(Word):
    """The clients that show an item."""

    UNKNOWN = "Unknown"
    NONE = "None"
    WEB = "Web"
    MOBILE = "Mobile"


@dataclass(frozen=True)
class TaskMenu(Record):
    """One item [oas TaskMenu]; name and tooltip in all languages."""

    menu_id: int = read_at("TaskMenuId", integer)
    prog_id: str = text_at("ProgId")
    """The application's own stable key."""
    name: str = text_at("Name")
    tooltip: str = text_at("Tooltip")
    table: str = text_at("TableName")
    """Whose cards it is on: ``contact``, ``person``, ``sale`` …"""
    task_type: TaskType = word_at("TaskType", TaskType)
    target: str = text_at("UrlOrSoprotocol")
    """An address, or a text of SoProtocol; with template variables."""
    shown_in: ShownIn = word_at("ShowInClient", ShownIn)
    rank: int = number_at("Rank")
    is_deleted: bool = flag_at("Deleted")


def own_task_menus() -> Operation[list[TaskMenu]]:
    """Those of the calling application; none without its token (``app_token`` of the client)."""
    found = yield list_agent("GetAppTaskMenus", {})
    if not isinstance(found, list):
        raise BadAnswer("GetAppTaskMenus: the answer is no array")
    return [_parsed(entity) for entity in found]


def task_menu_by_prog_id(prog_id: str) -> Operation[TaskMenu | None]:
    """An item by its key; None without one."""
    entity = yield list_agent("GetTaskMenuByProgId", {"ProgId": prog_id})
    found = TaskMenu.parse(entity) if isinstance(entity, Mapping) else None
    return found if found and found.menu_id else None


def new_task_menu() -> Operation[TaskMenu]:
    """An item not saved."""
    entity = yield list_agent("CreateDefaultTaskMenu", {})
    if not isinstance(entity, Mapping):
        raise BadAnswer("CreateDefaultTaskMenu: no default came")
    return TaskMenu.parse(entity)


def save_task_menu(seen: TaskMenu, **wanted: Any) -> Operation[TaskMenu]:
    """Save a new item, begun by ``new_task_menu``, or one that was read, as it is wanted.

    Raises ``NotFound`` if it is there no more, ``Conflict`` with ``current: TaskMenu``.
    """
    now: Any = seen.raw
    if seen.menu_id:
        query = {"taskMenuId": str(seen.menu_id)}
        now = yield Call("POST", f"{_LIST}/GetTaskMenu", query=query, reads=True, language=UNTRANSLATED)
        if not isinstance(now, Mapping):
            raise NotFound(f"{_LIST}/GetTaskMenu: the item is there no more")
    body = reconciled(f"{_LIST}/SaveTaskMenu", now, changes(seen, **wanted), TaskMenu.parse)
    return _parsed((yield list_agent("SaveTaskMenu", body, reads=False)))


def remove_task_menu(menu_id: int) -> Operation[None]:
    """Delete an item for good."""
    yield Call("POST", f"{_LIST}/DeleteTaskMenu", query={"taskMenuId": str(int(menu_id))})


_LIST = "v1/Agents/List"


def _parsed(entity: Any) -> TaskMenu:
    if not isinstance(entity, Mapping) or not integer(entity.get("TaskMenuId")):
        raise BadAnswer("List: the answer is no item of a task menu")
    return TaskMenu.parse(entity)
