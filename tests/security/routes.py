"""Every address of Sidecard, with samples to visit; a route without a sample fails the tests that use them."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

from panel.panels.catalogue import panels

SAMPLES = {
    "healthz": ["/healthz"],
    "readyz": ["/readyz"],
    "csrf/": ["/csrf/"],
    "signin/": ["/signin/"],
    "signin/begin/": ["/signin/begin/"],
    "signin/popup/": ["/signin/popup/"],
    "signin/bind/": ["/signin/bind/"],
    "signin/complete/": ["/signin/complete/"],
    "signin/callback/": ["/signin/callback/"],
    "signin/done/": ["/signin/done/"],
    "signout/": ["/signout/"],
    "": ["/"],
    "changed/": ["/changed/"],
    "webhooks/<str:word>/": ["/webhooks/guessed/"],
    "appstore/install/": ["/appstore/install/"],
    "appstore/setup/": ["/appstore/setup/"],
    "appstore/progress/": ["/appstore/progress/"],
    "appstore/configure/": ["/appstore/configure/"],
    "appstore/look/": ["/appstore/look/"],
    "appstore/pause/": ["/appstore/pause/"],
    "appstore/export/": ["/appstore/export/"],
    "appstore/uninstall/": ["/appstore/uninstall/"],
    "appstore/values/": ["/appstore/values/"],
    "appstore/state/": ["/appstore/state/"],
    "search/": ["/search/"],
    "panels/<slug:slug>/": [f"/panels/{slug}/" for slug in panels()],
    "panels/<slug:slug>/<slug:action>/": [
        f"/panels/{slug}/{name}/" for slug in panels() for name in panels()[slug].actions
    ],
}
"""By route, as the URL configuration writes it. Panels and their actions come from the catalogue."""

PATHS = [path for paths in SAMPLES.values() for path in paths]


def routes() -> list[str]:
    """What the URL configuration holds."""
    return list(_walk(get_resolver().url_patterns))


def _walk(patterns: list[URLPattern | URLResolver], before: str = "") -> Iterator[str]:
    for pattern in patterns:
        here = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, here)
        else:
            yield here
