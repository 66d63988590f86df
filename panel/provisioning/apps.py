"""The Django application of setting up and removing."""

from __future__ import annotations

from django.apps import AppConfig


class Provisioning(AppConfig):
    name = "panel.provisioning"
    label = "provisioning"
