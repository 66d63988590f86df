"""Pages go gzipped, except where lengths would tell a stranger something."""

from __future__ import annotations

import asyncio
import gzip

import httpx
import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import RequestFactory

from panel.middleware import Compressed
from tests.panels.test_memory import CARD

PAGE = "<p>Kåre Lødemel, +47 22 10 45 84</p>" * 100
GZIP = {"Accept-Encoding": "gzip, deflate, br, zstd"}
ANOTHER_SITE_S_LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}
SUPEROFFICE_S_FRAME = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "iframe"}


def through(response: HttpResponseBase, method: str = "GET", **headers: str) -> HttpResponseBase:
    request = RequestFactory().generic(method, "/", headers=headers)
    return Compressed(lambda _request: response)(request)


def is_plain(response: HttpResponseBase) -> bool:
    return not response.has_header("Content-Encoding") and response.content == PAGE.encode()


@pytest.mark.parametrize("kind", ["text/html; charset=utf-8", "application/json"])
def test_what_is_sent_is_small_and_reads_the_same(kind: str) -> None:
    sent = through(HttpResponse(PAGE, content_type=kind, headers={"Content-Security-Policy": "default-src"}), **GZIP)

    assert sent["Content-Encoding"] == "gzip"
    assert gzip.decompress(sent.content).decode() == PAGE
    assert len(sent.content) < len(PAGE) / 6
    assert sent["Content-Length"] == str(len(sent.content))
    assert (sent["Content-Type"], sent["Content-Security-Policy"]) == (kind, "default-src")


def test_the_same_page_has_many_lengths() -> None:
    assert len({len(through(HttpResponse(PAGE), **GZIP).content) for _ in range(50)}) > 10


def test_what_another_site_opened_goes_plain_and_superoffice_s_frame_does_not() -> None:
    assert is_plain(through(HttpResponse(PAGE), **GZIP | ANOTHER_SITE_S_LINK))
    assert not is_plain(through(HttpResponse(PAGE), **GZIP | SUPEROFFICE_S_FRAME))
    assert not is_plain(through(HttpResponse(PAGE), **GZIP | {"Sec-Fetch-Site": "same-origin"}))


@pytest.mark.parametrize("accepted", ["", "br", "gzip;q=0", "gzip ; q=0.000, br", "identity, x-gzippy", "*;q=0"])
def test_who_does_not_take_it_gets_it_plain(accepted: str) -> None:
    assert is_plain(through(HttpResponse(PAGE), **{"Accept-Encoding": accepted}))


@pytest.mark.parametrize("accepted", ["gzip", "GZIP", "br;q=1.0,\tgzip;q=0.8", "gzip ;q=0.001", "gzip;q=1"])
def test_who_takes_it_gets_it(accepted: str) -> None:
    assert not is_plain(through(HttpResponse(PAGE), **{"Accept-Encoding": accepted}))


@pytest.mark.parametrize("headers", [{}, GZIP, GZIP | ANOTHER_SITE_S_LINK])
def test_a_cache_is_told_what_it_depended_on(headers: dict[str, str]) -> None:
    sent = through(HttpResponse(PAGE, headers={"Vary": "Cookie"}), **headers)

    assert sent["Vary"] == "Cookie, Accept-Encoding, Sec-Fetch-Site, Sec-Fetch-Dest"


def test_what_fits_one_packet_is_only_measured() -> None:
    sent = through(HttpResponse("Kåre"), **GZIP)

    assert (sent.content.decode(), sent["Content-Length"]) == ("Kåre", "5")
    assert not sent.has_header("Vary")


@pytest.mark.parametrize(
    "response",
    [
        HttpResponse(PAGE, headers={"Content-Encoding": "zstd"}),
        HttpResponse(PAGE, content_type="font/woff2"),
    ],
)
def test_what_is_compressed_already_is_not_again(response: HttpResponse) -> None:
    before = response.get("Content-Encoding")
    sent = through(response, **GZIP)

    assert (sent.get("Content-Encoding"), sent.content) == (before, PAGE.encode())


@pytest.mark.parametrize(
    ("response", "method"),
    [
        (HttpResponse(status=204), "GET"),
        (HttpResponse(status=304), "GET"),
        (HttpResponse(PAGE), "HEAD"),
        (StreamingHttpResponse([PAGE]), "GET"),
    ],
)
def test_what_has_no_body_of_its_own_is_not_measured(response: HttpResponseBase, method: str) -> None:
    sent = through(response, method, **GZIP)

    assert not {"Content-Length", "Content-Encoding", "Vary"} & set(sent.headers)


def test_the_async_colour_does_the_same() -> None:
    async def view(_request: object) -> HttpResponse:
        return HttpResponse(PAGE)

    sent = asyncio.run(Compressed(view)(RequestFactory().get("/", headers=GZIP)))

    assert gzip.decompress(sent.content).decode() == PAGE


def test_over_the_wire(app_url: str) -> None:
    """The whole application, as a browser inside SuperOffice's frame meets it."""
    address = app_url + CARD
    plain, framed = (
        httpx.get(address, headers=SUPEROFFICE_S_FRAME | accepted, trust_env=False)
        for accepted in ({"Accept-Encoding": "identity"}, GZIP)
    )

    assert framed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert framed.text == plain.text
    assert int(framed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert "Transfer-Encoding" not in framed.headers
    assert framed.headers["Content-Security-Policy"] == plain.headers["Content-Security-Policy"]
    head = httpx.head(address, headers=SUPEROFFICE_S_FRAME | GZIP, trust_env=False)
    assert (head.status_code, head.content) == (framed.status_code, b"")
