"""What every response carries because it may be shown inside another site's frame."""

from __future__ import annotations

import asyncio
import copy
import pickle

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.utils import translation

from panel.middleware import Embeddable, Language, PartitionedCookies


def respond(**cookie: object) -> HttpResponse:
    response = HttpResponse()
    response.set_cookie("__Host-psid", "value", **cookie)
    return response


def through(response: HttpResponse) -> HttpResponse:
    return PartitionedCookies(lambda _request: response)(HttpRequest())


def test_a_frame_s_cookie_is_partitioned():
    """Browsers that block third-party cookies keep only these."""
    header = through(respond(samesite="None", httponly=True)).cookies["__Host-psid"].OutputString()

    assert {"Partitioned", "Secure", "HttpOnly", "SameSite=None", "Path=/"} <= set(header.split("; "))


def test_a_first_party_cookie_is_left_alone():
    assert "Partitioned" not in through(respond(samesite="Lax")).cookies["__Host-psid"].OutputString()


def test_a_deletion_is_partitioned_too():
    """An unpartitioned deletion would leave the frame signed in."""
    response = HttpResponse()
    response.delete_cookie("__Host-psid", samesite="None")

    header = through(response).cookies["__Host-psid"].OutputString()

    assert "Partitioned" in header
    assert "Max-Age=0" in header


def test_a_partitioned_cookie_survives_caches():
    response = through(respond(samesite="None"))

    for survivor in (copy.deepcopy(response.cookies), pickle.loads(pickle.dumps(response.cookies))):
        assert survivor["__Host-psid"].value == "value"


def test_the_async_colour_does_the_same():
    async def view(_request: HttpRequest) -> HttpResponse:
        return respond(samesite="None")

    response = asyncio.run(PartitionedCookies(view)(HttpRequest()))

    assert "Partitioned" in response.cookies["__Host-psid"].OutputString()


@pytest.mark.parametrize("status", [200, 403, 404, 500])
def test_superoffice_may_frame_a_panel_and_its_error_pages(status: int):
    """An error page nobody may frame would leave a browser's grey page on the card."""
    request = RequestFactory().get("/panels/company/")

    response = Embeddable(lambda _request: HttpResponse(status=status))(request)

    assert "frame-ancestors http://localhost:*" in response["Content-Security-Policy"]
    assert response.xframe_options_exempt


def test_nobody_frames_anything_else(client):
    response = client.get("/healthz")

    assert "frame-ancestors 'none'" in response["Content-Security-Policy"]
    assert response["X-Frame-Options"] == "DENY"


def heard(where: str, accepts: str = "", *, awaited: bool = False) -> tuple[str, str]:
    """The language a view finds active, and the one the response says."""
    spoken: list[str] = []

    def view(_request: HttpRequest) -> HttpResponse:
        spoken.append(translation.get_language())
        return HttpResponse()

    async def aview(request: HttpRequest) -> HttpResponse:
        return view(request)

    request = RequestFactory().get(where, headers={"Accept-Language": accepts})
    response = asyncio.run(Language(aview)(request)) if awaited else Language(view)(request)
    assert "Accept-Language" in response["Vary"]
    return spoken[0], response["Content-Language"]


@pytest.mark.parametrize("awaited", [False, True])
@pytest.mark.parametrize(
    ("where", "accepts", "language"),
    [
        ("/signin/", "", "en"),
        ("/signin/", "sv-SE,sv;q=0.9", "sv"),
        ("/signin/popup/?lang=nb", "sv", "nb"),
        ("/signin/popup/?lang=nb-NO", "", "nb"),
        ("/signin/popup/?lang=fi", "sv", "en"),
        ("/signin/popup/?lang=", "sv", "sv"),
        ("/signin/popup/?lang=%3Clanc%3E", "sv", "sv"),
        ("/signin/popup/?lang=../../etc", "sv", "sv"),
        ("/signin/popup/?lang=" + "x" * 1000, "sv", "en"),
        ("/signin/", "x" * 5000, "en"),
    ],
)
def test_the_address_chooses_the_language_else_the_browser(where: str, accepts: str, language: str, awaited: bool):
    assert heard(where, accepts, awaited=awaited) == (language, language)


def test_a_view_s_own_word_about_its_language_stands():
    said = HttpResponse(headers={"Content-Language": "fr", "Vary": "Cookie"})

    response = Language(lambda _request: said)(RequestFactory().get("/?lang=de"))

    assert response["Content-Language"] == "fr"
    assert response["Vary"] == "Cookie, Accept-Language"


def test_a_language_ends_with_its_request():
    """Work that the thread does next would speak it."""
    assert heard("/?lang=de") == ("de", "de")
    assert translation.get_language() == "en"
