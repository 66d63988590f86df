"""The application ``tenants``: who may ask, and on whose behalf."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "panel.tenants"
    label = "tenants"

    def ready(self) -> None:
        from panel.tenants import checks  # noqa: F401  # importing registers them
