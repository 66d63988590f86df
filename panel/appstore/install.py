"""From the App Store's green button to the first panel [dp/provisioning]."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from panel.appstore import words
from panel.appstore.visitors import for_administrators, to_sign_in
from panel.database import briefly
from panel.panels.contract import Text
from panel.provisioning import tasks
from panel.provisioning.models import Setup, Thing
from panel.provisioning.wanted import Choice, wanted
from panel.tenants import access
from panel.tenants.diary import Happening
from panel.tenants.models import Membership, Tenant
from panel.tenants.refusals import loggable

KIND_NAMES: dict[str, Text] = {
    "list": _("Lists"),
    "entry": _("List items"),
    "field": _("Company fields"),
    "panel": _("Panels and buttons"),
    "menu": _("Task menus"),
    "webhook": _("Webhook"),
}
NO_HOOK = {"target_url": "", "secret": ""}
LEAVING = "leaving"
"""In the session of who asked for the removal: the customers whose removal he may watch to its end, for with it his
membership ends."""


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``/appstore/install/``: what Sidecard does and sets up, before anything is approved."""
    return render(request, "appstore/install.html", {"groups": grouped(wanted(Choice(), NO_HOOK))})


def grouped(things: list[Any]) -> list[tuple[Text, list[Any]]]:
    """By kind, in the words of an administrator."""
    kinds: dict[str, list[Any]] = {}
    for one in things:
        kinds.setdefault(one.kind, []).append(one)
    return [(KIND_NAMES[kind], members) for kind, members in kinds.items()]


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
async def setup(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """Where an administrator lands who approved: POST begins the set-up, or has it mended; GET shows how far it is."""
    if request.method == "POST":
        await briefly(lambda: begin(visitor.tenant, Setup.Goal.PRESENT, visitor.name))
        if not request.htmx:  # type: ignore[attr-defined]
            return redirect(f"{reverse('appstore:setup')}?uctx={visitor.tenant.ctx}")
    context = await briefly(lambda: progress_of(visitor.tenant))
    found = context["setup"]
    # Whoever comes from SuperID's approval need not press anything more; the page itself asks for it.
    context["starts"] = found is None or ("begin" in request.GET and request.method == "GET" and not found.is_under_way)
    template = "appstore/setup.html#progress" if request.htmx else "appstore/setup.html"  # type: ignore[attr-defined]
    return render(request, template, {"membership": visitor, "back": _superoffice(visitor.tenant), **context})


def begin(tenant: Tenant, goal: Setup.Goal, by: str, choice: Choice | None = None) -> Setup:
    """Have a goal worked at; of two who ask at once the second joins the first."""
    asked = Setup.ask(tenant, goal, by, choice)
    what = Happening.What.INSTALLING if goal == Setup.Goal.PRESENT else Happening.What.REMOVING
    Happening.note(tenant, what, by=by)
    tasks.nudge(asked)
    return asked


@never_cache
@require_safe
async def progress(request: HttpRequest) -> HttpResponse:
    """How far it is, for who may know; asked again and again by the page."""
    ctx = loggable(request.GET.get("uctx", ""))
    try:
        tenant = await _watched(request, ctx)
    except access.SignInNeeded:
        return to_sign_in(request, reverse("appstore:setup"), ctx)
    if tenant is None:
        return HttpResponse(status=204)
    context = await briefly(lambda: progress_of(tenant))
    return render(request, "appstore/setup.html#progress", {"back": _superoffice(tenant), **context})


async def _watched(request: HttpRequest, ctx: str) -> Tenant | None:
    try:
        visitor = await access.membership(request, ctx, None)
    except access.SignInNeeded:
        if ctx.lower() not in await request.session.aget(LEAVING, []):
            raise
        environment = settings.SUPEROFFICE["environment"]
        return await briefly(lambda: Tenant.objects.filter(environment=environment, ctx__iexact=ctx).first())
    return visitor.tenant if visitor.is_administrator else None


@dataclass(frozen=True)
class Line:
    """One thing on the page that shows how far it is."""

    kind: str
    label: Text
    state: str
    """``waiting``, ``working``, ``done`` or ``failed``."""
    reasons: list[str]


def progress_of(tenant: Tenant) -> dict[str, Any]:
    """What the page shows."""
    found = Setup.objects.of(tenant).first()
    if found is None:
        return {"tenant": tenant, "setup": None, "groups": grouped([])}
    things = {thing.key: thing for thing in Thing.objects.of(tenant)}
    lines = _leaving(things) if found.goal == Setup.Goal.GONE else _coming(found, things)
    return {
        "tenant": tenant,
        "setup": found,
        "groups": grouped(lines),
        "done": sum(line.state == "done" for line in lines),
        "all": len(lines),
        "reasons": words.of_trouble(found.trouble),
    }


def _coming(found: Setup, things: dict[str, Thing]) -> list[Line]:
    lines = []
    for one in wanted(found.choice, NO_HOOK):
        thing = things.get(one.key)
        if thing is None:
            state = "waiting"
        elif thing.trouble:
            state = "failed"
        else:
            state = "done" if thing.remote_id else "working"
        lines.append(Line(one.kind, one.label, state, words.of_trouble(thing.trouble) if thing else []))
    return lines


def _leaving(things: dict[str, Thing]) -> list[Line]:
    return [
        Line(one.kind, one.label, "failed" if one.trouble else "waiting", words.of_trouble(one.trouble))
        for one in things.values()
    ]


def _superoffice(tenant: Tenant) -> str:
    """Where the customer's SuperOffice is now."""
    return tenant.api_address.removesuffix("api/")
