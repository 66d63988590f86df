"""Pages for what goes wrong outside any panel: calm, in the reader's words, never a traceback."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def _page(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "errors/error.html", {"title": title, "text": text, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 400, _("We could not read that request"), _("Please go back and try again."))


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 403, _("This is not open to you"), _("Ask your SuperOffice administrator if it should be."))


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page(request, 404, _("There is nothing here"), _("The address may be mistyped, or the page has moved."))


def server_error(request: HttpRequest) -> HttpResponse:
    text = _("Please try again in a moment.")
    if request.method == "POST":
        text = _("If you were saving something, please look first whether it was saved.")
    return _page(request, 500, _("Something broke on our side"), text)


def csrf_failure(request: HttpRequest, reason: str = "", **_kwargs: Any) -> HttpResponse:
    """Answers 403 with a header that lets our own script fetch a fresh token and send once more."""
    response = _page(request, 403, _("This page is out of date"), _("Please reload it and try again."))
    response.headers["X-Csrf-Failed"] = "1"
    return response
