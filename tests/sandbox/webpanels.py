"""Web panels and task menu items through the List agent [cust/web-panels/admin/add-web-panel].

A panel belongs to the application whose ``SO-AppToken`` came with the call that made it. Panels made without one
belong to nobody, and without one ``GetApp…`` finds and ``DeleteApp…`` deletes nothing. Agents remove rows for good,
where REST's DELETE only marks them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from .answers import Call
from .asking import application, asked, demand_administrator, nothing, number
from .list_items import View
from .list_kinds import BY_MDO

PANELS = View(BY_MDO["webpanel"], "WebPanelEntity")

MENUS = View(BY_MDO["taskmenu"], "TaskMenu")


def _default(call: Call, view: View) -> Response:
    return call.answer(view.default(call))


def _save(call: Call, view: View) -> Response:
    key = call.json.get(view.key) if isinstance(call.json, dict) else 0
    return call.answer(view.save(call, key or 0, call.json))


def _all(call: Call, view: View) -> Response:
    return call.answer(view.all(call))


def _by_prog_id(call: Call, view: View) -> Response:
    """The item with a ProgId, also one marked deleted; null if there is none."""
    wanted = asked(call).get("ProgId") or ""
    found = (item for item in view.all(call) if wanted and item["ProgId"] == wanted)
    return call.answer(next(found, None))


def _of_application(call: Call, view: View) -> list[int]:
    mine = application(call)
    return [key for key, row in view.kind.rows(call.tenant).items() if mine and row.get("client_id") == mine]


def _all_of_application(call: Call, view: View) -> Response:
    return call.answer(view.some(call, _of_application(call, view)))


def _remove(call: Call, view: View, keys: list[int]) -> Response:
    demand_administrator(call, f"change the list {view.kind.rest or view.kind.mdo}")
    for key in keys:
        view.remove(call, key)
    return nothing()


def _on(view: View, work: Callable[..., Any]) -> dict[str, Callable[[Call], Response]]:
    return {"POST": lambda call: work(call, view)}


_AGENT = "v1/Agents/List"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    f"{_AGENT}/CreateDefaultWebPanelEntity": _on(PANELS, _default),
    f"{_AGENT}/SaveWebPanelEntity": _on(PANELS, _save),
    f"{_AGENT}/GetWebPanelEntity": {"POST": lambda c: c.answer(PANELS.one(c, number(c, "webPanelEntityId")))},
    f"{_AGENT}/GetWebPanelList": _on(PANELS, _all),
    f"{_AGENT}/GetWebPanelByProgId": _on(PANELS, _by_prog_id),
    f"{_AGENT}/GetAppWebPanels": _on(PANELS, _all_of_application),
    f"{_AGENT}/DeleteWebPanel": {"POST": lambda c: _remove(c, PANELS, [asked(c).get("Id") or 0])},
    f"{_AGENT}/DeleteAppWebPanels": {"POST": lambda c: _remove(c, PANELS, _of_application(c, PANELS))},
    f"{_AGENT}/CreateDefaultTaskMenu": _on(MENUS, _default),
    f"{_AGENT}/SaveTaskMenu": _on(MENUS, _save),
    f"{_AGENT}/GetTaskMenu": {"POST": lambda c: c.answer(MENUS.one(c, number(c, "taskMenuId")))},
    f"{_AGENT}/GetTaskMenuByProgId": _on(MENUS, _by_prog_id),
    f"{_AGENT}/GetAppTaskMenus": _on(MENUS, _all_of_application),
    f"{_AGENT}/DeleteTaskMenu": {"POST": lambda c: _remove(c, MENUS, [number(c, "taskMenuId")])},
    f"{_AGENT}/DeleteAppTaskMenus": {"POST": lambda c: _remove(c, MENUS, _of_application(c, MENUS))},
}
