"""Our own pages around the panels: the front page, and one search for companies, people and sales."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from crm_client.calls import Operation
from crm_client.errors import NotSignedIn
from crm_client.search import (
    companies_by_id,
    companies_named,
    persons_by_id,
    persons_named,
    sales_by_id,
    sales_named,
)
from panel.panels import recents
from panel.panels.catalogue import without_record
from panel.panels.contract import Card, Section, section
from panel.panels.scene import SHORTEST, client_url, with_retry_after
from panel.panels.troubles import Trouble, explain, signed_out
from panel.tenants import access, doors
from panel.tenants.models import Membership

LONGEST = 100
"""Letters; no name is longer."""
MOST = 8
"""Hits of each kind; who sees as many types on."""


@never_cache
@require_safe
async def front(request: HttpRequest) -> HttpResponse:
    """Where people begin: the first panel that needs no record, under the search that every page of ours has."""
    mine = await access.memberships(request)
    if not mine:
        return redirect("signin")
    ctx = request.GET.get("uctx", "")
    chosen = next((one for one in mine if one.tenant.ctx.lower() == ctx.lower()), None) if ctx else mine[0]
    if chosen is None:
        return redirect("panels:home")
    card = _card(chosen, chosen.language or translation.get_language())
    begin = next((reverse("panels:show", args=[slug]) for slug in without_record()), reverse("panels:search"))
    return redirect(f"{begin}?{card.query()}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
async def find(request: HttpRequest) -> HttpResponse:
    """Hits for what was typed; before anything is, what was opened last.

    A search comes by POST, so that what was typed is in no address and no log. htmx gets the hits alone.
    """
    asked = Card.from_query(request.GET)
    try:
        membership = await access.membership(request, asked.ctx, None)
    except access.SignInNeeded:
        return _signed_out(request, asked)
    words = request.POST.get("search", "").strip()[:LONGEST]
    card = _card(membership, asked.language or membership.language or translation.get_language())
    context: dict[str, Any] = {
        "card": card,
        "language": card.language,
        "membership": membership,
        "memberships": [] if request.htmx else await access.choice(request),  # type: ignore[attr-defined]
        "client_url": client_url(membership),
        "search": words,
        "shortest": SHORTEST,
    }
    try:
        groups = await _groups(membership, card, words)
    except (NotSignedIn, doors.Paused) as error:
        return _page(request, context, explain(error))
    count = sum(len(group.hits) for group in groups)
    if groups and not count and all(group.trouble for group in groups):
        return _page(request, context, groups[0].trouble)
    return _page(request, context | {"groups": groups, "count": count})


def _page(request: HttpRequest, context: dict[str, Any], trouble: Trouble | None = None) -> HttpResponse:
    """``trouble`` that concerns all of it stands in its place."""
    template = "panels/search.html#found" if request.htmx else "panels/search.html"  # type: ignore[attr-defined]
    status = trouble.status if trouble else 200
    return with_retry_after(render(request, template, {**context, "trouble": trouble}, status=status), trouble)


def _signed_out(request: HttpRequest, asked: Card) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]
        return _page(request, {"card": asked}, signed_out())
    return redirect(reverse("signin", query={"uctx": asked.ctx, "next": reverse("panels:home")}))


def _card(membership: Membership, language: str) -> Card:
    """No record's card: who looks, and where."""
    return Card(ctx=membership.tenant.ctx, associate_id=membership.associate_id, language=language)


type Hit = tuple[str, Any]
"""The name of the record's id in a card, and its row."""


@dataclass(frozen=True)
class Group:
    """Hits under one heading."""

    title: str
    hits: list[Hit]
    trouble: Trouble | None = None
    has_more: bool = False


async def _groups(membership: Membership, card: Card, words: str) -> list[Group]:
    if not words:
        return await _recent(membership, card)
    return await _hits(membership, card, words) if len(words) >= SHORTEST else []


async def _hits(membership: Membership, card: Card, words: str) -> list[Group]:
    """The three kinds in one round trip, each with its own fate. One row more than shown tells that there are more."""
    crm = await doors.as_person(membership, card.language)
    companies, people, sales = await crm.all(
        section(companies_named(words, MOST + 1)),
        section(persons_named(words, MOST + 1)),
        section(sales_named(words, MOST + 1)),
    )
    return [
        _group(_("Companies"), "contact_id", companies),
        _group(_("People"), "person_id", people),
        _group(_("Sales"), "sale_id", sales),
    ]


def _group(title: str, name: str, found: Section[Any]) -> Group:
    rows = found.data or []
    return Group(title, [(name, row) for row in rows[:MOST]], found.trouble, has_more=len(rows) > MOST)


BY_ID: dict[str, Callable[[list[int]], Operation[list[Any]]]] = {
    "contact_id": companies_by_id,
    "person_id": persons_by_id,
    "sale_id": sales_by_id,
}


async def _recent(membership: Membership, card: Card) -> list[Group]:
    """What was opened last, in this order; only kinds that occur are asked for, and what is gone is left out."""
    opened = await recents.opened(membership)
    ids = {name: [key for kind, key in opened if kind == name] for name in BY_ID}
    asked = [name for name in BY_ID if ids[name]]
    crm = await doors.as_person(membership, card.language)
    answers = await crm.all(*(section(BY_ID[name](ids[name])) for name in asked))
    rows = {(name, getattr(row, name)): row for name, one in zip(asked, answers, strict=True) for row in one.data or ()}
    trouble = next((one.trouble for one in answers if one.trouble), None)
    return [Group(_("Opened last"), [(one[0], rows[one]) for one in opened if one in rows], trouble)]
