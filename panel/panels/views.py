"""The one view of all panels: who asks, which panel, which card; then the panel's own work, and calm when it fails."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm_client.cache import NotRemembered
from crm_client.clients import AsyncCrm
from crm_client.errors import CrmError, NotSignedIn
from panel.panels import memory, recents
from panel.panels.catalogue import panels
from panel.panels.contract import Action, AskAgain
from panel.panels.memory import Recollection
from panel.panels.scene import SHORTEST, Scene
from panel.panels.touched import Touched
from panel.panels.troubles import explain
from panel.tenants import access, doors
from panel.tenants.models import Membership

Room = Callable[[Scene, Membership], Awaitable[HttpResponse]]


@never_cache
@require_safe
async def show(request: HttpRequest, slug: str) -> HttpResponse:
    """A panel for one card; with ``?part=`` and htmx only that partial of it."""
    return await _visit(Scene.of(request, _known(slug)), _look)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def act(request: HttpRequest, slug: str, action: str) -> HttpResponse:
    """One of the panel's actions: GET shows its form, POST carries it out; with ``?suggest=`` it looks up what a field
    may be. What was typed comes in the body, so that it is in no address and no log.
    """
    scene = Scene.of(request, _known(slug), action)
    if action not in scene.panel.actions:
        raise Http404
    if request.method != "POST":
        return await _visit(scene, _ask)
    return await _visit(scene, _suggest if scene.suggests else _change)


def _known(slug: str) -> str:
    if slug not in panels():
        raise Http404
    return slug


async def _visit(scene: Scene, room: Room) -> HttpResponse:
    """Find out who asks, enter the room; whatever fails on the way is told calmly."""
    if trouble := scene.misaddressed():
        return scene.trouble(trouble)
    try:
        scene.membership = await access.membership(scene.request, scene.card.ctx, scene.card.associate_id or None)
        if scene.card.embedded or scene.card.is_mobile:
            await scene.membership.speak(scene.card.language)
        if scene.is_own_page:
            scene.memberships = await access.choice(scene.request)
        if not scene.panel.stands_on(scene.card):
            return scene.quiet()
        return await room(scene, scene.membership)
    except access.SignInNeeded:
        return scene.sign_in()
    except access.OtherUser as other:
        return scene.other_user(other)
    except CrmError as error:
        return scene.failed(error)


async def _look(scene: Scene, person: Membership) -> HttpResponse:
    if scene.wanted_part:
        crm = await doors.as_person(person, scene.language)
        return scene.part(scene.wanted_part, await scene.panel.load_part(crm, scene.card, scene.wanted_part))
    response = await _whole(scene, person)
    if scene.is_own_page and scene.panel.needs:
        await recents.note(person, scene.panel.needs, getattr(scene.card, scene.panel.needs))
    return response


async def _whole(scene: Scene, person: Membership) -> HttpResponse:
    seen = await memory.recalled(person, scene.slug, scene.card, is_personal=scene.panel.is_personal)
    if seen.answers and not scene.settles:
        try:
            return await _painted(scene, person, seen)
        except NotRemembered:
            pass  # not all of it was seen
    return await _asked(scene, person, seen)


async def _painted(scene: Scene, person: Membership, seen: Recollection) -> HttpResponse:
    """At once, from what was seen a moment ago; the page then asks for itself anew (``settles``)."""
    crm = await doors.as_person(person, scene.language, seen, asks=False)
    as_of = scene.began_at - timedelta(seconds=seen.age)
    return scene.page(scene.template, {**await scene.panel.load(crm, scene.card), "seen": seen, "as_of": as_of})


async def _asked(scene: Scene, person: Membership, seen: Recollection) -> HttpResponse:
    """As SuperOffice says now; nothing if the page shows it already."""
    painted = seen.word if scene.settles else ""
    crm = await doors.as_person(person, scene.language, seen)
    try:
        context = await scene.panel.load(crm, scene.card)
    except CrmError as error:
        if error.permanent:  # gone, or not his to see any more
            await memory.forget(person.tenant, memory.of_card(scene.card))
        raise
    await seen.keep()
    if scene.settles and scene.request.htmx and scene.settles == painted == seen.word:  # type: ignore[attr-defined]
        return HttpResponse(status=204)
    return scene.page(scene.template, context)


async def _ask(scene: Scene, person: Membership) -> HttpResponse:
    action = scene.panel.actions[scene.action]
    crm = await doors.as_person(person, scene.language)
    return scene.form(action, await action.blank(crm, scene.card))


async def _suggest(scene: Scene, person: Membership) -> HttpResponse:
    """Nothing is asked for fewer than three letters [CERT-20]."""
    action, field = scene.panel.actions[scene.action], scene.suggests
    form = action.filled(scene.card, scene.request.POST)
    text = scene.request.POST.get(f"find-{field}", "").strip()
    search = action.suggest(scene.card, form, field, text)
    if search is None or field not in form.fields:
        raise Http404
    if len(text) < SHORTEST:
        return scene.suggestions(action, form, [], text)
    crm = await doors.as_person(person, scene.language)
    try:
        return scene.suggestions(action, form, await crm(search), text)
    except NotSignedIn:
        raise
    except CrmError as error:
        return scene.suggestions(action, form, [], text, explain(error))


async def _change(scene: Scene, person: Membership) -> HttpResponse:
    """Carry out the action. Whatever goes wrong, the form comes back with what was typed."""
    action = scene.panel.actions[scene.action]
    form = action.filled(scene.card, scene.request.POST)
    if not form.is_valid():
        return scene.form(action, form, status=422)
    touched = Touched(memory.of_card(scene.card))
    crm = await doors.as_person(person, scene.language, changing=touched)
    try:
        outcome = await action.run(crm, scene.card, form) or {}
    except AskAgain as again:
        return scene.form(action, again.form, status=again.status)
    except CrmError as error:
        return scene.form(action, form, trouble=explain(error, gone=scene.gone))
    finally:
        await memory.forget(person.tenant, touched.records)  # also where it is not known whether it was done
    return await _done(scene, crm, action, outcome)


async def _done(scene: Scene, crm: AsyncCrm, action: Action[Any], outcome: Mapping[str, Any]) -> HttpResponse:
    if not scene.wants_fragment and not outcome:
        return scene.done_elsewhere()
    try:
        return scene.done(action, {**await scene.panel.load_part(crm, scene.card, action.shows), **outcome})
    except CrmError as error:
        return scene.done_but_unseen(error)
