"""Addresses of signing in and out."""

from __future__ import annotations

from django.urls import path

from panel.tenants import callback, embedded, standalone

urlpatterns = [
    path("signin/", standalone.sign_in, name="signin"),
    path("signin/begin/", embedded.begin, name="signin_begin"),
    path("signin/popup/", embedded.popup, name="signin_popup"),
    path("signin/bind/", embedded.bind, name="signin_bind"),
    path("signin/complete/", embedded.complete, name="signin_complete"),
    path("signin/callback/", callback.callback, name="superoffice_callback"),
    path("signin/done/", embedded.done, name="signin_done"),
    path("signout/", standalone.sign_out, name="signout"),
    path("csrf/", embedded.csrf, name="csrf"),
]
