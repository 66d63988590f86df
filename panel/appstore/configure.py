"""``/appstore/configure/``: which panels, for whom, where; how it is doing; pause, export, leave [CERT-48]."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_POST

from crm_client.clients import sync_http
from crm_client.errors import CrmError
from crm_client.lists import ListItem, list_definition, mdo_list
from panel.appstore import words
from panel.appstore.choosing import Choosing
from panel.appstore.install import begin, listed
from panel.appstore.visitors import for_administrators
from panel.database import briefly
from panel.panels.troubles import Trouble, explain
from panel.provisioning import tasks
from panel.provisioning.models import Setup, Thing
from panel.provisioning.wanted import Choice
from panel.provisioning.work import Attempt, told
from panel.tenants import doors, known
from panel.tenants.diary import Happening
from panel.tenants.models import Membership, Tenant
from panel.webhooks.models import Delivery, Hook

LATELY = 30
"""Entries of the diary."""


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
async def page(request: HttpRequest, visitor: Membership) -> HttpResponse:
    groups, filters, trouble = await _user_groups(visitor, translation.get_language() or "")
    context = await briefly(lambda: _context(visitor.tenant))
    sent = request.POST if request.method == "POST" else None
    choosing = Choosing(context["choice"], groups, sent)
    if sent is not None and choosing.is_valid():
        await briefly(lambda: _chosen(visitor, choosing.choice))
        return _to("setup", visitor.tenant)
    context |= {
        "membership": visitor,
        "choosing": choosing,
        "filters": filters,
        "trouble": trouble,
        "refused": sent is not None,
        "language": translation.get_language(),
    }
    return render(request, "appstore/configure.html", context, status=200 if sent is None else 422)


async def _user_groups(visitor: Membership, language: str) -> tuple[list[ListItem] | None, bool, Trouble | None]:
    """And whether SuperOffice's list of web panels heeds them. Asked as the administrator himself; without an answer
    everything else can be configured all the same.
    """
    try:
        crm = await doors.as_person(visitor, language)
        crm.memory = None  # he chooses from what is there now, and is told what is not there any more
        groups, panels_list = await crm.all(mdo_list("usergroup"), list_definition("WebPanel"))
    except CrmError as error:
        return None, True, explain(error)
    return groups, panels_list.uses_groups, None


def _context(tenant: Tenant) -> dict[str, Any]:
    setup = Setup.objects.of(tenant).first() or Setup(tenant=tenant)
    return {
        "tenant": tenant,
        "setup": setup if setup.pk else None,
        "choice": setup.choice,
        "things": listed(Thing.objects.of(tenant)),
        "now": datetime.now(UTC),
        "drift": setup.drift,
        "reasons": words.of_trouble(setup.trouble),
        "hook": Hook.objects.of(tenant).first(),
        "waiting": Delivery.objects.of(tenant).filter(handled_at=None).count(),
        "lately": list(Happening.objects.of(tenant)[:LATELY]),
    }


def _chosen(visitor: Membership, choice: Choice) -> None:
    Happening.note(visitor.tenant, Happening.What.CONFIGURED, by=visitor.name)
    begin(visitor.tenant, Setup.Goal.PRESENT, visitor.name, choice)


@require_POST
@for_administrators
async def look(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """Compare with SuperOffice now."""
    await briefly(lambda: _look(visitor.tenant))
    return _to("configure", visitor.tenant)


def _look(tenant: Tenant) -> None:
    setup = Setup.objects.of(tenant).select_related("tenant").first()
    if setup is None:
        return
    with sync_http() as http:
        try:
            tasks.look(setup, Attempt(setup, doors.as_system_user(tenant, http)))
        except CrmError as error:
            Setup.objects.of(tenant).filter(pk=setup.pk).update(trouble=told(error))


@require_POST
@for_administrators
async def pause(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """Pause, or go on: panels say so, and work in the background reads nothing in the customer's SuperOffice. Our keys
    stay, so that it can go on; and his events are still received, so that SuperOffice does not give the webhook up.
    """
    resume = request.POST.get("resume") == "1"
    await briefly(lambda: _pause(visitor, resume=resume))
    return _to("configure", visitor.tenant)


def _pause(visitor: Membership, *, resume: bool) -> None:
    tenant = visitor.tenant
    Tenant.objects.filter(pk=tenant.pk).update(paused_at=None if resume else datetime.now(UTC))
    known.changed(tenant)
    Happening.note(tenant, Happening.What.RESUMED if resume else Happening.What.PAUSED, by=visitor.name)


@require_POST
@for_administrators
async def export(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """Everything we keep about the customer, tokens apart."""
    kept = await briefly(lambda: _kept(visitor))
    answer = JsonResponse(kept, json_dumps_params={"indent": 2, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="sidecard-{visitor.tenant.ctx}.json"'
    return answer


def _kept(visitor: Membership) -> dict[str, Any]:
    tenant = visitor.tenant
    Happening.note(tenant, Happening.What.EXPORTED, by=visitor.name)
    setup = Setup.objects.of(tenant).first()
    return {
        "customer": {
            "ctx": tenant.ctx,
            "name": tenant.company_name,
            "status": tenant.status,
            "since": tenant.created_at,
        },
        "people": list(
            Membership.objects.of(tenant).values("associate_id", "name", "email", "is_administrator", "last_used_at")
        ),
        "choice": {"off": setup.off, "groups": setup.groups} if setup else {},
        "set up": list(Thing.objects.of(tenant).values("kind", "key", "label", "remote_id", "made_at")),
        "events": list(
            Delivery.objects.of(tenant).values("name", "primary_key", "changed_by", "happened_at", "values")
        ),
        "diary": list(Happening.objects.of(tenant).values("at", "what", "about", "by")),
        "kept for days after leaving": settings.RETENTION_DAYS,
    }


def _to(page_name: str, tenant: Tenant) -> HttpResponse:
    return redirect(f"{reverse('appstore:' + page_name)}?uctx={tenant.ctx}")
