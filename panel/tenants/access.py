"""Who may see what: the memberships a session holds, checked on every request (see ``known``).

A session holds ``{ctx: [membership id, generation]}``, several at once: a consultant works for several customers, and
the frames of all of them share one cookie. So each request names its tenant, and what the session has not proven for
that tenant never falls back to something else.
"""

from __future__ import annotations

from collections.abc import Iterable

import structlog
from django.conf import settings
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import translation

from panel.languages import nearest
from panel.tenants import known
from panel.tenants.models import Membership, Tenant
from panel.tenants.refusals import loggable

log = structlog.get_logger(__name__)

HELD = "memberships"
CLOSED = (Tenant.Status.REVOKED, Tenant.Status.REMOVED)

type Held = dict[str, list[int]]


class SignInNeeded(Exception):
    """This session has not proven to belong to ``ctx``, or was signed out of it."""

    def __init__(self, ctx: str) -> None:
        super().__init__("sign-in needed")
        self.ctx = ctx


class OtherUser(Exception):
    """Signed in as ``membership``, but the CRM shows its panel to the user ``shown_associate_id``."""

    def __init__(self, membership: Membership, shown_associate_id: int) -> None:
        super().__init__("another user is signed in")
        self.membership = membership
        self.shown_associate_id = shown_associate_id


async def membership(request: HttpRequest, ctx: str, associate_id: int | None) -> Membership:
    """The person asking, as a user of the tenant ``ctx``; its ``tenant`` is loaded. Where the address names no
    language, the texts that follow are in his.

    ``associate_id`` is whom the CRM says it shows the panel to (``usid``), None when it does not say.

    Raises:
        SignInNeeded: nobody is signed in to that tenant here.
        OtherUser: somebody else is.
    """
    held: Held = await request.session.aget(HELD, {})
    proven = held.get(ctx.lower())
    found = await _proven(ctx, proven) if proven else None
    if found is None:
        log.info("sign-in needed", ctx=loggable(ctx))
        raise SignInNeeded(ctx)
    if associate_id is not None and found.associate_id != associate_id:
        log.warning("another user is signed in", ctx=found.tenant.ctx, signed_in=found.associate_id, shown=associate_id)
        raise OtherUser(found, associate_id)
    await found.touch()
    if found.language and not nearest(request.GET.get("lang", "")):
        translation.activate(nearest(found.language))
    return found


async def _proven(ctx: str, proven: list[int]) -> Membership | None:
    pk, generation = proven
    return await known.membership(ctx, pk, generation, lambda: _valid([proven]).filter(tenant__ctx__iexact=ctx).first())


async def memberships(request: HttpRequest) -> list[Membership]:
    """Everything this session may enter, by company name."""
    held: Held = await request.session.aget(HELD, {})
    return [found async for found in _valid(held.values()).order_by("tenant__company_name")] if held else []


async def choice(request: HttpRequest) -> list[Membership]:
    """The same, if there are several to choose from; who has one is not looked for again."""
    held: Held = await request.session.aget(HELD, {})
    return await memberships(request) if len(held) > 1 else []


def remember(request: HttpRequest, membership: Membership) -> None:
    """Sign this session in to one tenant, beside the others it holds; its key changes (session fixation)."""
    request.session.cycle_key()
    held: Held = request.session.get(HELD, {})
    request.session[HELD] = held | {membership.tenant.ctx.lower(): [membership.pk, membership.generation]}
    log.info("signed in", ctx=membership.tenant.ctx, associate_id=membership.associate_id)


def forget(request: HttpRequest, ctx: str = "") -> None:
    """Sign out of one tenant, or of all: everywhere, and without a trace of tokens."""
    held: Held = request.session.get(HELD, {})
    leaving = {name: proven for name, proven in held.items() if not ctx or name == ctx.lower()}
    for found in _valid(leaving.values()) if leaving else ():
        found.sign_out()
        log.info("signed out", ctx=found.tenant.ctx, associate_id=found.associate_id)
    request.session[HELD] = {name: proven for name, proven in held.items() if name not in leaving}


def _valid(proven: Iterable[list[int]]) -> QuerySet[Membership]:
    """Those whose generation still is the one that signed in."""
    any_of = Q(pk__in=[])
    for pk, generation in proven:
        any_of |= Q(pk=pk, generation=generation)
    ours = Membership.across_tenants.filter(tenant__environment=settings.SUPEROFFICE["environment"])
    return ours.filter(any_of).exclude(tenant__status__in=CLOSED).select_related("tenant")
