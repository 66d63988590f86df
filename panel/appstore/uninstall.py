"""``/appstore/uninstall/``: everything of ours goes, before the authorization is revoked; afterwards nothing would let
us in [dp/provisioning/revoke].
"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods, require_safe

from crm_client.archive import Archive, stream
from crm_client.errors import CrmError
from crm_client.values import text
from panel.appstore.install import LEAVING, begin, listed
from panel.appstore.visitors import for_administrators
from panel.database import briefly
from panel.panels.troubles import explain
from panel.provisioning.models import Setup, Thing
from panel.tenants import doors
from panel.tenants.diary import Happening
from panel.tenants.models import Membership


@require_http_methods(["GET", "HEAD", "POST"])
@for_administrators
async def page(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """What will be removed; with the administrator's explicit word it is."""
    tenant = visitor.tenant
    if request.method == "POST" and request.POST.get("sure") == "1":
        watched = await request.session.aget(LEAVING, [])
        await request.session.aset(LEAVING, [*{*watched, tenant.ctx.lower()}])
        await briefly(lambda: begin(tenant, Setup.Goal.GONE, visitor.name))
        return redirect(f"{reverse('appstore:setup')}?uctx={tenant.ctx}")
    things = await briefly(lambda: list(Thing.objects.of(tenant)))
    context = {
        "membership": visitor,
        "tenant": tenant,
        "groups": listed(things),
        "now": datetime.now(UTC),
        "language": translation.get_language(),
        "fields": [one for one in things if one.kind == "field"],
        "days": settings.RETENTION_DAYS,
        "unsure": request.method == "POST",
    }
    return render(request, "appstore/uninstall.html", context, status=422 if request.method == "POST" else 200)


@require_safe
@for_administrators
async def values(request: HttpRequest, visitor: Membership) -> HttpResponse:
    """What people wrote into our fields, as this administrator may see it, for a spreadsheet."""
    things = await briefly(lambda: list(Thing.objects.of(visitor.tenant).filter(kind="field")))
    try:
        table = await _table(visitor, [one.key for one in things], translation.get_language() or "")
    except CrmError as error:
        trouble = explain(error)
        return render(
            request, "appstore/trouble.html", {"trouble": trouble, "membership": visitor}, status=trouble.status
        )
    await briefly(lambda: Happening.note(visitor.tenant, Happening.What.EXPORTED, by=visitor.name))
    answer = HttpResponse(table, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="sidecard-fields-{visitor.tenant.ctx}.csv"'
    return answer


async def _table(visitor: Membership, keys: list[str], language: str) -> str:
    """Companies with a value in any of the fields. Raises ``CrmError``."""
    crm = await doors.as_person(visitor, language)
    columns = [f"contactUdef/{key}" for key in keys]
    file = io.StringIO()
    table = csv.writer(file)
    table.writerow(["contactId", "company", *keys])
    if not keys:
        return file.getvalue()
    async for row in crm.each(stream(Archive("v1/Contact").select("contactId", "nameDepartment", *columns))):
        found = [_harmless(text(row.get(column))) for column in columns]
        if any(found):
            table.writerow([row.get("contactId"), _harmless(text(row.get("nameDepartment"))), *found])
    return file.getvalue()


def _harmless(value: str) -> str:
    """A spreadsheet must not take a text for a formula."""
    return f"'{value}" if value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
