"""``/appstore/state/``: what SuperOffice pushes when a tenant is upgraded, restored, suspended, moved or deleted. It is
verified, kept and answered at once, and heeded in the background [CERT-77].
"""

from __future__ import annotations

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm_client.calls import object_in
from crm_client.errors import BadAnswer, Forged
from crm_client.state_changes import StateChange
from crm_client.values import text
from panel.appstore.models import Notice
from panel.tenants import discovery, doors
from panel.tenants.discovery import SuperIdUnavailable
from panel.tenants.models import Tenant
from panel.tenants.refusals import loggable

log = structlog.get_logger(__name__)


@never_cache
@csrf_exempt  # SuperOffice has no cookie of ours; its token is the proof
@require_POST
def change(request: HttpRequest) -> HttpResponse:
    """401 for what SuperOffice did not sign, 400 for what is no notification, 503 if its keys cannot be had now."""
    try:
        told = _verified(request.body)
    except Forged:
        log.warning("forged state change")
        return HttpResponse(status=401)
    except BadAnswer:
        return HttpResponse(status=400)
    except SuperIdUnavailable:
        return HttpResponse(status=503)
    tenant = Tenant.objects.filter(environment=settings.SUPEROFFICE["environment"], ctx__iexact=told.ctx).first()
    log.info("state change", change=told.name, ctx=loggable(told.ctx), known=tenant is not None)
    if tenant is not None:
        Notice.across_tenants.create(tenant=tenant, change=told.name[:32])
    return HttpResponse(status=200)


def _verified(body: bytes) -> StateChange:
    token = text(object_in(body).get("Token"))
    if token and doors.keys.wants(token):
        doors.keys.learn(discovery.fetch(discovery.superid().endpoints().jwks))
    return StateChange.from_http(body, doors.keys.known, settings.SUPEROFFICE["login_url"])
