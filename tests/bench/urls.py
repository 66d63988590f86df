"""Sidecard's addresses, and those of the bare views beside it."""

from __future__ import annotations

from django.urls import include, path

from tests.bench import bare

urlpatterns = [path("bare/", bare.show), path("typed/", bare.show_typed), path("", include("panel.urls"))]
