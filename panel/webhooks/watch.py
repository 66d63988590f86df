"""``/changed/``: an open panel asks, while it is visible, whether somebody changed its record since it was shown."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from crm_client.errors import CrmError
from crm_client.lists import mdo_list
from panel.database import briefly
from panel.panels.contract import RECORDS, Card
from panel.tenants import access, doors
from panel.tenants.models import Membership
from panel.webhooks.models import RecordChange

NOTHING = 204
STOP = 286
"""htmx asks no more."""


@never_cache
@require_safe
async def changed(request: HttpRequest) -> HttpResponse:
    """Nothing, or a line that says who changed it, with a link to look. ``since`` is when the panel was shown, in
    seconds of Unix time.
    """
    card = Card.from_query(request.GET)
    try:
        person = await access.membership(request, card.ctx, card.associate_id or None)
    except (access.SignInNeeded, access.OtherUser):
        return HttpResponse(status=STOP)
    since = _moment(request.GET.get("since", ""))
    found = await briefly(lambda: _latest(person, card, since)) if since else None
    if found is None:
        return HttpResponse(status=NOTHING)
    name = await _name(person, found.changed_by, card.language or translation.get_language() or "")
    return render(request, "panels/changed_by.html", {"name": name})


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _latest(person: Membership, card: Card, since: datetime) -> RecordChange | None:
    """The last change of the card's own record by somebody else; what he did himself he knows."""
    for record in reversed(RECORDS):  # a sale's card names its company too; the more special one is the card's own
        if record_id := getattr(card, record):
            changes = RecordChange.objects.of(person.tenant).filter(record=record, record_id=record_id)
            return changes.filter(changed_at__gt=since).exclude(changed_by=person.associate_id).first()
    return None


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
