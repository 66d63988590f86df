"""Sidecard's addresses, and that of the bare view beside it."""

from __future__ import annotations

from django.urls import include, path

from tests.bench import bare

urlpatterns = [path("bare/", bare.show), path("", include("panel.urls"))]
