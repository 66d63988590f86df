"""What Sidecard did at a customer's lately, for his administrator to read: codes and names, no CRM data."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from panel.tenants.models import Tenant
from panel.tenants.owned import TenantOwned

KEPT = timedelta(days=100)
"""SuperOffice asks for three months [CERT-27]."""


class Happening(TenantOwned):
    """One entry."""

    class What(models.TextChoices):
        INSTALLING = "installing", _("Set-up was asked for")
        REMOVING = "removing", _("Removal was asked for")
        SET_UP = "set-up", _("Everything is set up")
        STUCK = "stuck", _("Some of it could not be done")
        REMOVED = "removed", _("Everything was removed")
        REVOKED = "revoked", _("SuperOffice no longer lets Sidecard in")
        CONFIGURED = "configured", _("The choice of panels was changed")
        PAUSED = "paused", _("Paused")
        RESUMED = "resumed", _("Resumed")
        EXPORTED = "exported", _("Data was exported")
        STATE = "state", _("SuperOffice reported a change")
        WEBHOOK = "webhook", _("The webhook was switched on again")

    what = models.CharField(max_length=16, choices=What)
    about = models.CharField(max_length=255, blank=True)
    by = models.CharField(max_length=255, blank=True)
    """Who asked for it; empty for background work."""
    at = models.DateTimeField(default=now)

    class Meta(TenantOwned.Meta):
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["tenant", "-at"], name="happenings_by_tenant")]

    def __str__(self) -> str:
        return f"{self.what} {self.about}"

    @classmethod
    def note(cls, tenant: Tenant, what: What, about: str = "", by: str = "") -> None:
        cls.objects.of(tenant).filter(at__lt=now() - KEPT).delete()
        cls.across_tenants.create(tenant=tenant, what=what, about=about[:255], by=by[:255])
