"""Addresses that are registered with SuperOffice for the App Store, and those behind them."""

from __future__ import annotations

from django.urls import path

from panel.appstore import configure, install, state, uninstall

app_name = "appstore"
urlpatterns = [
    path("appstore/install/", install.page, name="install"),
    path("appstore/setup/", install.setup, name="setup"),
    path("appstore/progress/", install.progress, name="progress"),
    path("appstore/configure/", configure.page, name="configure"),
    path("appstore/look/", configure.look, name="look"),
    path("appstore/pause/", configure.pause, name="pause"),
    path("appstore/export/", configure.export, name="export"),
    path("appstore/uninstall/", uninstall.page, name="uninstall"),
    path("appstore/values/", uninstall.values, name="values"),
    path("appstore/state/", state.change, name="state"),
]
