"""Styles, scripts and fonts as production serves them: collected, hashed, compressed, and kept by browsers for ever."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.deployment_check import environment
from tests.environment import free_ports

ROOT = Path(__file__).resolve().parent.parent
PANEL = "/panels/company/?uctx=Cust12345&usid=5&lang=en-US&contact_id=17"
PAGES = [PANEL, "/signin/", "/signin/popup/", "/no-such-page"]
HASHED = re.compile(r"/static/[a-z_/-]+[\w.-]*\.[0-9a-f]{12}\.[a-z0-9]+")
FOR_EVER = "max-age=315360000, public, immutable"
BROWSER = {"Accept-Encoding": "gzip, deflate, br, zstd", "Sec-Fetch-Dest": "iframe"}


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of Sidecard in production, behind its TLS proxy. No database and no SuperOffice is asked for a page."""
    env = environment(str(tmp_path_factory.mktemp("production")))
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"], cwd=ROOT, env=env, check=True)
    port = free_ports(1)
    command = [sys.executable, "-m", "uvicorn", "panel.asgi:application", "--port", str(port), "--no-access-log"]
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    proxied = {"Host": "sidecard.example.com", "X-Forwarded-Proto": "https"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=proxied | BROWSER, trust_env=False) as client:
        try:
            wait_for(client)
            yield client
        finally:
            process.terminate()
            process.wait(20)


def wait_for(client: httpx.Client) -> None:
    for _ in range(300):
        try:
            if client.get("/healthz").is_success:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise RuntimeError("Sidecard did not start within 30 s")


def files_of(page: str) -> list[str]:
    """What the page makes a browser fetch."""
    return re.findall(r'(?:href|src)="(/static/[^"]*)"', page)


def fetched(client: httpx.Client, address: str, **headers: str) -> tuple[httpx.Response, int]:
    """A file, and the bytes it took."""
    with client.stream("GET", address, headers=headers) as response:
        size = sum(len(chunk) for chunk in response.iter_raw())
    return response, size


@pytest.mark.parametrize("address", PAGES)
def test_what_a_page_asks_for_is_kept_for_ever(production: httpx.Client, address: str) -> None:
    files = files_of(production.get(address).text)

    assert files
    for file in files:
        answer = production.get(file)
        assert HASHED.fullmatch(file)
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == FOR_EVER


def test_the_style_sheet_asks_for_hashed_fonts_which_the_page_has_asked_for_early(production: httpx.Client) -> None:
    page = production.get(PANEL).text
    sheet = next(file for file in files_of(page) if file.endswith(".css"))
    fonts = [f"/static/panels/{font}" for font in re.findall(r'url\("?([^")]*)"?\)', production.get(sheet).text)]

    assert len(fonts) == 2
    assert set(fonts) == set(re.findall(r'<link rel="preload"\s+href="([^"]*)"\s+as="font"', page))
    assert set(fonts) <= set(files_of(page))


def test_texts_come_compressed_to_those_who_can_read_it(production: httpx.Client) -> None:
    texts = [file for file in files_of(production.get(PANEL).text) if file.endswith((".js", ".css"))]

    assert len(texts) == 3
    for file in texts:
        small, small_size = fetched(production, file)
        plain, plain_size = fetched(production, file, **{"Accept-Encoding": "identity"})
        assert small.headers["Content-Encoding"] == "gzip"
        assert small.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in plain.headers
        assert small_size < plain_size / 2


def test_a_panel_is_one_style_sheet_htmx_and_one_script_of_ours(production: httpx.Client) -> None:
    page = production.get(PANEL).text
    style, htmx, ours = (
        [file for file in files_of(page) if re.search(pattern, file)]
        for pattern in (r"\.css$", r"/django_htmx/.*\.js$", r"/panels/.*\.js$")
    )

    assert len(style) == len(htmx) == len(ours) == 1
    assert page.count("<script") == 2
    assert page.count('rel="stylesheet"') == 1
    assert fetched(production, style[0])[1] < 8_000  # of all panels
    assert fetched(production, ours[0])[1] < 9_216
    assert sum(fetched(production, file)[1] for file in files_of(page)) < 85_000


def test_only_names_with_their_content_in_them_are_served(production: httpx.Client) -> None:
    """Anything else would be kept for ever although it changes."""
    assert production.get("/static/panels/panels.css").status_code == 404
    assert production.get("/static/staticfiles.json").status_code == 404


def test_a_developer_has_them_without_collecting(app_url: str) -> None:
    page = httpx.get(app_url + PANEL, headers=BROWSER, trust_env=False).text

    assert "/static/panels/panels.css" in files_of(page)
    for file in files_of(page):
        answer = httpx.head(app_url + file, trust_env=False)
        assert answer.status_code == 200
        assert "immutable" not in answer.headers["Cache-Control"]
