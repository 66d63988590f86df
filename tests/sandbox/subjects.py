"""Paths of everything that is no record: lists, panels, users, fields, preferences, foreign keys, texts."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from . import (
    attachments,
    foreign_services,
    images,
    list_agents,
    lists,
    preference_descriptions,
    preference_lines,
    preferences,
    rest_more,
    role_services,
    strings,
    system_messages,
    udef_services,
    users,
    webpanels,
)

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    **attachments.PATHS,
    **images.PATHS,
    **lists.PATHS,
    **list_agents.PATHS,
    **webpanels.PATHS,
    **rest_more.PATHS,
    **role_services.PATHS,
    **users.PATHS,
    **udef_services.PATHS,
    **preferences.PATHS,
    **preference_descriptions.PATHS,
    **preference_lines.PATHS,
    **foreign_services.PATHS,
    **strings.PATHS,
    **system_messages.PATHS,
}
