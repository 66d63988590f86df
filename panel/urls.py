"""Every address of Sidecard."""

from __future__ import annotations

from django.urls import include, path

from panel import health

urlpatterns = [
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("", include("panel.tenants.urls")),
    path("", include("panel.panels.urls")),
    path("", include("panel.webhooks.urls")),
    path("", include("panel.appstore.urls")),
]

handler400 = "panel.errors.bad_request"
handler403 = "panel.errors.forbidden"
handler404 = "panel.errors.not_found"
handler500 = "panel.errors.server_error"
