"""Rows that belong to one tenant: reading them without naming it raises."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

from django.db import models

if TYPE_CHECKING:
    from panel.tenants.models import Tenant


class TenantNotNamed(Exception):
    """A query over tenant-owned rows did not say whose."""


class OfTenant[M: models.Model](models.Manager[M]):
    """A manager that only answers for one tenant."""

    def of(self, tenant: Tenant) -> models.QuerySet[M]:
        """The rows of ``tenant``, to filter further."""
        return super().get_queryset().filter(tenant=tenant)

    def get_queryset(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        raise TenantNotNamed(f"use {self.model.__name__}.objects.of(tenant)")


class TenantOwned(models.Model):
    """Base of every model whose rows belong to one tenant.

    ``across_tenants`` is the plain manager that Django's own machinery uses. Only sign-in and the background sweeps,
    which do not know the tenant yet or serve all of them, name it.
    """

    tenant = models.ForeignKey("tenants.Tenant", on_delete=models.CASCADE, related_name="%(class)ss")

    across_tenants = models.Manager()
    objects = OfTenant()

    class Meta:
        abstract = True
        default_manager_name = "across_tenants"
        base_manager_name = "across_tenants"
