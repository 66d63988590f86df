"""Addresses of what people see."""

from __future__ import annotations

from django.urls import path

from panel.panels import home, views

app_name = "panels"
urlpatterns = [
    path("", home.front, name="home"),
    path("search/", home.find, name="search"),
    path("panels/<slug:slug>/", views.show, name="show"),
    path("panels/<slug:slug>/<slug:action>/", views.act, name="act"),
]
