"""The Django application of the App Store's pages."""

from __future__ import annotations

from django.apps import AppConfig


class AppStore(AppConfig):
    name = "panel.appstore"
    label = "appstore"
