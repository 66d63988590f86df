"""What every response carries because it may be shown inside another site's frame."""

from __future__ import annotations

import asyncio
import copy
import pickle

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from panel.middleware import Embeddable, PartitionedCookies


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
