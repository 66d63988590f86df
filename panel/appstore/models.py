"""What SuperOffice pushes about a tenant, kept until it is heeded."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q
from django.utils.timezone import now

from panel.tenants.owned import TenantOwned

LEASE = timedelta(seconds=60)


class Notice(TenantOwned):
    """One state change [dp/best-practices/tenant-status/get-notifications]. Told twice, it is heeded twice: its effects
    follow from what the state API says then.
    """

    change = models.CharField(max_length=32)
    """``Upgrade``, ``Suspend`` …"""
    received_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(default=now)
    """Also a lease: whoever works at it moves it ahead."""
    heeded_at = models.DateTimeField(null=True, blank=True)

    class Meta(TenantOwned.Meta):
        indexes = [models.Index("due_at", condition=Q(heeded_at=None), name="notices_due")]

    def __str__(self) -> str:
        return self.change

    @classmethod
    def due(cls) -> models.QuerySet[Notice]:
        return cls.across_tenants.filter(heeded_at=None, due_at__lte=now()).select_related("tenant").order_by("pk")

    @classmethod
    def heeded_before(cls, moment: datetime) -> models.QuerySet[Notice]:
        return cls.across_tenants.filter(heeded_at__lt=moment)

    def claim(self) -> bool:
        return Notice.due().filter(pk=self.pk).update(due_at=now() + LEASE) == 1

    def heeded(self) -> None:
        Notice.objects.of(self.tenant).filter(pk=self.pk).update(heeded_at=now())
