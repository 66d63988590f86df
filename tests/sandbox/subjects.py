"""Paths of everything that is no record: lists, panels, users, fields (one line for ``netserver`` to merge)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from . import list_agents, lists, udef_services, users, webpanels

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    **lists.PATHS,
    **list_agents.PATHS,
    **webpanels.PATHS,
    **users.PATHS,
    **udef_services.PATHS,
}
