"""The test of the tests: the two browsers really differ in what they do with third-party cookies."""

from __future__ import annotations

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext


class ControlPages(BaseHTTPRequestHandler):
    """``/host`` frames ``/frame`` of the other site; ``/frame`` shows the cookies it got and sets its own two."""

    def do_GET(self) -> None:
        port = self.server.server_address[1]
        if self.path == "/host":
            self.answer(f'<iframe name="f" src="http://127.0.0.1:{port}/frame"></iframe>')
        else:
            self.answer(
                f"<p>{self.headers.get('Cookie', '')}</p>",
                "control=yes; Path=/; SameSite=None; Secure",
                "chips=yes; Path=/; SameSite=None; Secure; Partitioned",
            )

    def answer(self, body: str, *cookies: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        for cookie in cookies:
            self.send_header("Set-Cookie", cookie)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_args: object) -> None:
        """Nothing to tell."""


@pytest.fixture
def control_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), ControlPages) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def cookies_in_frame(context: BrowserContext, port: int) -> str:
    page = context.new_page()
    for _ in range(2):
        page.goto(f"http://localhost:{port}/host")
        text = page.frame_locator("iframe").locator("p").text_content() or ""
    return text


def test_the_unpartitioned_cookie_reaches_the_frame_only_where_allowed(
    context: BrowserContext, control_port: int, cookies: str
) -> None:
    """Without this, every other green light here could be a lie."""
    arrived = cookies_in_frame(context, control_port)

    assert "chips=yes" in arrived
    assert ("control=yes" in arrived) == (cookies == "allowed")


def test_storage_is_partitioned(context: BrowserContext, control_port: int) -> None:
    """A message from the top-level site must not reach the same site's frame under another site."""
    page = context.new_page()
    page.goto(f"http://localhost:{control_port}/host")
    frame = page.frame(name="f")
    assert frame is not None
    frame.wait_for_load_state()
    frame.evaluate("() => { window.heard = 0; new BroadcastChannel('x').onmessage = () => { window.heard += 1; } }")
    top = context.new_page()
    top.goto(f"http://127.0.0.1:{control_port}/frame")
    top.evaluate("() => new BroadcastChannel('x').postMessage('hello')")
    top.wait_for_timeout(500)

    assert frame.evaluate("() => window.heard") == 0
