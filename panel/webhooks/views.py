"""The receiver of events: verify the bytes, store once, answer at once [wh/dev/notification].

SuperOffice counts everything but 200 as a failure, and nine in a row switch the webhook off. So whatever is genuine is
answered by 200, whether it means anything to us or not, and an address that no customer has any more by 410, which
switches a forgotten webhook off at once.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm_client.errors import BadAnswer, Forged
from crm_client.webhooks import Event
from panel.database import briefly
from panel.tenants import known
from panel.webhooks import tasks
from panel.webhooks.models import Delivery, Hook

log = structlog.get_logger(__name__)

_whose: dict[str, str] = {}
"""The customers whose events this process heard, by the word in their addresses."""


@never_cache
@csrf_exempt  # SuperOffice has no cookie of ours; its signature is the proof
@require_POST
async def hear(request: HttpRequest, word: str) -> HttpResponse:
    """``/webhooks/<word>/``."""
    hook = await _hook(word)
    if hook is None:
        return HttpResponse(status=410)
    try:
        event = Event.from_http(request.headers, request.body, hook.secret)
    except Forged:
        log.warning("forged event", ctx=hook.tenant.ctx)
        return HttpResponse(status=401)
    except BadAnswer:
        log.warning("event not understood", ctx=hook.tenant.ctx)
        return HttpResponse(status=200)
    if not event.is_test:
        await briefly(lambda: _store(hook, event))
    return HttpResponse(status=200)


async def _hook(word: str) -> Hook | None:
    """Remembered from the second event on, for only then it is known whose changes to heed."""
    rows = Hook.across_tenants.select_related("tenant").filter(word=word)
    if word in _whose:
        return await known.row(_whose[word], ("hook", word), rows.first)
    hook = await briefly(rows.first)
    if hook is not None:
        _whose[word] = hook.tenant.ctx
    return hook


def _store(hook: Hook, event: Event) -> None:
    if event.ctx and event.ctx.lower() not in (hook.tenant.ctx.lower(), "default"):
        log.warning("event of another customer", ctx=hook.tenant.ctx)
        return
    Delivery.across_tenants.bulk_create([Delivery.of_event(hook.tenant, event)], ignore_conflicts=True)
    if hook.heard_at is None or (now() - hook.heard_at).total_seconds() > 60:
        hook.heard_at = now()
        Hook.objects.of(hook.tenant).filter(pk=hook.pk).update(heard_at=hook.heard_at)
    tasks.nudge()
