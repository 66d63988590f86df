"""The application ``tenants``: who may ask, and on whose behalf."""

from __future__ import annotations

from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "panel.tenants"
    label = "tenants"

    def import_models(self) -> None:
        super().import_models()
        from panel.tenants import diary  # noqa: F401  # a model in a file of its own

    def ready(self) -> None:
        from panel.tenants import checks  # noqa: F401  # importing registers them
