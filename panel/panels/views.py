"""The one view of all panels: who asks, which panel, which card; then the panel's own work, and calm when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm_client.clients import AsyncCrm
from crm_client.errors import CrmError
from panel.panels.catalogue import panels
from panel.panels.contract import Action, AskAgain
from panel.panels.scene import Scene
from panel.panels.troubles import explain
from panel.tenants import access, doors

Room = Callable[[Scene, AsyncCrm], Awaitable[HttpResponse]]


@never_cache
@require_safe
async def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A panel for one card; with ``?part=`` and htmx only that partial of it."""
    return await _visit(Scene.of(request, _known(slug)), _look)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def act(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """One of the panel's actions: GET shows its form, POST carries it out."""
    scene = Scene.of(request, _known(slug), action)
    if action not in scene.panel.actions:
        raise Http404
    return await _visit(scene, _change if request.method == "POST" else _ask)


def _known(slug: str) -> str:
    if slug not in panels():
        raise Http404
    return slug


async def _visit(scene: Scene, room: Room) -> HttpResponse:
    """Find out who asks, open his CRM, enter the room; whatever fails on the way is told calmly."""
    with translation.override(scene.text_language):
        return await _received(scene, room)


async def _received(scene: Scene, room: Room) -> HttpResponse:
    if trouble := scene.misaddressed():
        return scene.trouble(trouble)
    try:
        scene.membership = await access.membership(scene.request, scene.card.ctx, scene.card.associate_id or None)
        if scene.panel.needs and not getattr(scene.card, scene.panel.needs):
            return scene.quiet()
        return await room(scene, await doors.as_person(scene.membership, scene.language))
    except access.SignInNeeded:
        return scene.sign_in()
    except access.OtherUser as other:
        return scene.other_user(other)
    except CrmError as error:
        return scene.failed(error)


async def _look(scene: Scene, crm: AsyncCrm) -> HttpResponse:
    part = scene.wanted_part
    if part:
        return scene.part(part, await scene.panel.load_part(crm, scene.card, part))
    return scene.page(scene.template, await scene.panel.load(crm, scene.card))


async def _ask(scene: Scene, crm: AsyncCrm) -> HttpResponse:
    action = scene.panel.actions[scene.action]
    return scene.form(action, await action.blank(crm, scene.card))


async def _change(scene: Scene, crm: AsyncCrm) -> HttpResponse:
    """Carry out the action. Whatever goes wrong, the form comes back with what was typed."""
    action = scene.panel.actions[scene.action]
    form = action.filled(scene.card, scene.request.POST)
    if not form.is_valid():
        return scene.form(action, form, status=422)
    try:
        await action.run(crm, scene.card, form)
    except AskAgain as again:
        return scene.form(action, again.form, status=again.status)
    except CrmError as error:
        return scene.form(action, form, trouble=explain(error, gone=str(scene.panel.gone)))
    return await _done(scene, crm, action)


async def _done(scene: Scene, crm: AsyncCrm, action: Action[Any]) -> HttpResponse:
    if not scene.wants_fragment:
        return scene.done_elsewhere()
    try:
        return scene.done(action, await scene.panel.load_part(crm, scene.card, action.shows))
    except CrmError as error:
        return scene.done_but_unseen(error)
