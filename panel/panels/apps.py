"""The Django application of panels; at start-up its checks say what a panel lacks."""

from __future__ import annotations

from django.apps import AppConfig


class Panels(AppConfig):
    name = "panel.panels"
    label = "panels"
    verbose_name = "Panels"

    def ready(self) -> None:
        from panel.panels import catalogue  # noqa: F401  # registers the checks
