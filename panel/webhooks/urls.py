"""The address SuperOffice tells events to, and the one at which open panels ask for them."""

from __future__ import annotations

from django.urls import path

from panel.webhooks import views, watch

app_name = "webhooks"
urlpatterns = [
    path("webhooks/<str:word>/", views.hear, name="hear"),
    path("changed/", watch.changed, name="changed"),
]
