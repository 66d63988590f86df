"""The front page: the customer's companies, to open panels without SuperOffice."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from crm_client.contacts import contacts
from crm_client.errors import CrmError
from panel.panels.catalogue import panels
from panel.panels.contract import Card
from panel.panels.scene import with_retry_after
from panel.panels.troubles import Trouble, explain
from panel.tenants import access, doors
from panel.tenants.models import Membership

PAGE = 25
MOST = 200
"""No more than that in one list: narrowing the search serves people and SuperOffice better."""
SHORTEST = 3
"""Letters before a search is sent; SuperOffice demands it of applications (CERT-20)."""


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def companies(request: HttpRequest) -> HttpResponse:
    """Companies by name. A search comes by POST, so that what was typed is in no address and no log."""
    mine = await access.memberships(request)
    if not mine:
        return redirect("signin")
    with translation.override(translation.get_language_from_request(request)):
        return await _listed(request, mine, _chosen(mine, request.GET.get("uctx", "")))


def _chosen(mine: list[Membership], ctx: str) -> Membership | None:
    """The customer named in the address, else the only or first one. A stranger's is none, not another."""
    if not ctx:
        return mine[0]
    return next((one for one in mine if one.tenant.ctx.lower() == ctx.lower()), None)


async def _listed(request: HttpRequest, mine: list[Membership], chosen: Membership | None) -> HttpResponse:
    if chosen is None:
        return redirect("panels:home")
    language = translation.get_language_from_request(request)
    search = request.POST.get("search", "").strip()
    context: dict[str, Any] = {
        "membership": chosen,
        "memberships": mine,
        "search": search,
        "language": language,
        "card": _card(chosen, language),
        "days": [(one, _card(one, language)) for one in mine] if "my-day" in panels() else [],
        "too_short": 0 < len(search) < SHORTEST,
        "shortest": SHORTEST,
    }
    trouble: Trouble | None = None
    if not context["too_short"]:
        try:
            context |= await _found(chosen, language, search, _size(request.POST.get("size", "")))
        except CrmError as error:
            trouble = context["trouble"] = explain(error)
    template = "panels/home.html#companies" if request.htmx else "panels/home.html"  # type: ignore[attr-defined]
    response = render(request, template, context, status=trouble.status if trouble else 200)
    return with_retry_after(response, trouble)


def _card(membership: Membership, language: str) -> Card:
    """No record's card: who looks, and where."""
    return Card(ctx=membership.tenant.ctx, associate_id=membership.associate_id, language=language)


async def _found(chosen: Membership, language: str, search: str, size: int) -> dict[str, Any]:
    """One row more than shown tells whether there are more."""
    crm = await doors.as_person(chosen, language)
    rows = await crm(contacts(search, top=size + 1))
    more = min(size * 2, MOST) if len(rows) > size and size < MOST else 0
    return {"companies": rows[:size], "more": more, "cut": len(rows) > size}


def _size(text: str) -> int:
    return min(max(int(text), PAGE), MOST) if text.isascii() and text.isdecimal() and len(text) < 5 else PAGE
