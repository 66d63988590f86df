"""``/changed/``: an open panel asks, while it is visible, whether its record was changed elsewhere
since it was shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm_client.errors import CrmError
from crm_client.lists import mdo_list
from panel.database import briefly
from panel.panels.contract import Card
from panel.tenants import access, doors
from panel.tenants.models import Membership
from panel.webhooks.models import RecordChange

NOTHING = 204
STOP = 286
"""htmx asks no more."""


BELATED = timedelta(seconds=5)
"""Clocks differ, and events are told in the background after what happened: so much later one may say that it was."""
RECENT = timedelta(minutes=2)
"""So long it was "just now"."""


@never_cache
@require_safe
async def changed(request: HttpRequest) -> HttpResponse:
    """Nothing, or a line that says who changed it, with a link to look.

    ``since`` is as of when the panel shows the record, or when the change happened that it told last; ``own`` is when
    the panel itself changed something last, or as of when it was shown. Both are seconds of Unix time. What the same
    person did up to ``own`` he did here; what he does later he does elsewhere: in SuperOffice, in another window.
    """
    card = Card.from_query(request.GET)
    try:
        person = await access.membership(request, card.ctx, card.associate_id or None)
    except (access.SignInNeeded, access.OtherUser):
        return HttpResponse(status=STOP)
    since, own = _moment(request.GET.get("since", "")), _moment(request.GET.get("own", ""))
    found = await briefly(lambda: _latest(person, card, since, own or since)) if since else None
    if found is None:
        return HttpResponse(status=NOTHING)
    language = card.language or translation.get_language() or ""
    is_mine = found.changed_by == person.associate_id
    context = {
        "name": "" if is_mine else await _name(person, found.changed_by, language),
        "is_mine": is_mine,
        "is_recent": now() - found.changed_at < RECENT,
        "at": found.changed_at,
        "language": language,
    }
    return render(request, "panels/changed_by.html", context)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _latest(person: Membership, card: Card, since: datetime, own: datetime) -> RecordChange | None:
    """The last change of the card's own record that the panel does not know of."""
    if card.record is None:
        return None
    record, record_id = card.record
    changes = RecordChange.objects.of(person.tenant).filter(record=record, record_id=record_id, changed_at__gt=since)
    # Where nobody knows who it was, it may have been he.
    ours = Q(changed_by__in=[person.associate_id, 0], changed_at__lte=own + BELATED)
    return changes.exclude(ours).order_by("-changed_at").first()


async def _name(person: Membership, associate_id: int, language: str) -> str:
    """Who it was; empty if nobody knows. The list of users is remembered, so it seldom costs a call."""
    if not associate_id:
        return ""
    try:
        crm = await doors.as_person(person, language)
        users = await crm(mdo_list("associate"))
    except CrmError:
        return ""
    return next((user.name for user in users if user.id == associate_id), "")
