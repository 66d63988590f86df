"""From the App Store's green button to the first panel [dp/provisioning]."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from panel.appstore import words
from panel.appstore.visitors import for_administrators, to_sign_in
from panel.database import briefly
from panel.panels.contract import Text
from panel.provisioning import tasks
from panel.provisioning.models import Setup, Thing
from panel.provisioning.plan import Verb
from panel.provisioning.wanted import Choice, Wanted, address_of, wanted
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
VERBS: dict[Verb, Text] = {
    Verb.CREATE: _("new"),
    Verb.CHANGE: _("changed"),
    Verb.KEEP: _("as it should be"),
    Verb.REMOVE: _("removed"),
    Verb.FORGET: _("gone already"),
    Verb.FOREIGN: _("somebody else's, left alone"),
}
"""What is done with a thing, before and after it is done."""
WITH_PROG_ID = ("field", "panel", "menu")
NO_HOOK = {"target_url": "", "secret": ""}
LEAVING = "leaving"
"""In the session of who asked for the removal: the customers whose removal he may watch to its end, for with it his
membership ends."""


@never_cache
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """``/appstore/install/``: what Sidecard does and sets up, before anything is approved."""
    context = {"groups": listed(wanted(Choice(), NO_HOOK)), "now": datetime.now(UTC), "language": get_language()}
    return render(request, "appstore/install.html", context)


def grouped(things: list[Any]) -> list[tuple[Text, list[Any]]]:
    """By kind, in the words of an administrator."""
    kinds: dict[str, list[Any]] = {}
    for one in things:
        kinds.setdefault(one.kind, []).append(one)
    return [(KIND_NAMES[kind], members) for kind, members in kinds.items()]


@dataclass(frozen=True)
class Listed:
    """One thing in a list of all that is set up, which is also a document to print [CERT-56]."""

    kind: str
    label: Text
    prog_id: str
    """What SuperOffice knows it by, where it keeps such a word."""
    address: str
    """What SuperOffice opens there."""


def listed(things: Iterable[Wanted | Thing]) -> list[tuple[Text, list[Any]]]:
    """By kind, in the words of an administrator, and in those of SuperOffice."""
    return grouped(
        [
            Listed(one.kind, one.label, one.key if one.kind in WITH_PROG_ID else "", address_of(one.key))
            for one in things
        ]
    )


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
    verb: Text = ""
    """What is done with it; empty until SuperOffice was looked at."""
    state: str = "waiting"
    """Or ``working``, ``done``, ``failed``."""
    reasons: Sequence[str] = ()


def progress_of(tenant: Tenant) -> dict[str, Any]:
    """What the page shows."""
    found = Setup.objects.of(tenant).first()
    if found is None:
        return {"tenant": tenant, "setup": None, "groups": grouped([])}
    things = list(Thing.objects.of(tenant))
    shown = {"tenant": tenant, "setup": found}
    if found.goal == Setup.Goal.GONE:
        return shown | {"groups": grouped(things), "reasons": words.of_trouble(found.trouble)}
    foreign = [f"Foreign: {label}" for verb, _kind, _key, label in found.plan if verb == Verb.FOREIGN]
    verbs = Counter(Verb(verb) for verb, *_rest in found.plan)
    return shown | {
        "groups": grouped(_coming(found, {thing.key: thing.trouble for thing in things})),
        "all": len(found.plan),
        "counts": [(text, verbs[verb]) for verb, text in VERBS.items() if verbs[verb]],
        "reasons": words.of_trouble("\n".join([*foreign, *found.trouble.splitlines()])),
    }


def _coming(found: Setup, troubles: Mapping[str, str]) -> list[Line]:
    """What is wanted; once SuperOffice was looked at, the whole plan: what is done with it, and with what must go."""
    should = wanted(found.choice, NO_HOOK)
    if not found.plan:
        return [Line(one.kind, one.label) for one in should]
    names = {one.key: one.label for one in should}
    lines = []
    for number, (verb, kind, key, label) in enumerate(found.plan):
        reasons = words.of_trouble(troubles.get(key, "")) if number <= found.passed else []
        if verb == Verb.FOREIGN:
            reasons = [gettext("“%(name)s” is there already, and Sidecard did not make it.") % {"name": label}]
        state = "waiting"
        if reasons:
            state = "failed"
        elif number <= found.passed:
            state = "done" if number < found.passed else "working"
        lines.append(Line(kind, names.get(key, label), VERBS[Verb(verb)], state, reasons))
    return lines


def _superoffice(tenant: Tenant) -> str:
    """Where the customer's SuperOffice is now."""
    return tenant.api_address.removesuffix("api/")
