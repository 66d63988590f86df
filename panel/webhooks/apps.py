"""The Django application of webhooks."""

from __future__ import annotations

from django.apps import AppConfig


class Webhooks(AppConfig):
    name = "panel.webhooks"
    label = "webhooks"
