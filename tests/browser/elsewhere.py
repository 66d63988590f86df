"""Pages of another site, good or evil: a small server on an origin that is neither SuperOffice's nor ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

FOREIGN, CRM_LIKE = "127.0.0.1", "localhost"
"""Host names of the same server: beside the sandbox our frame-ancestors allow ``http://localhost:*``, nothing else."""

HEAD = "<!doctype html><meta charset=utf-8><title>Elsewhere</title><link rel=icon href=data:,>"
"""A page's beginning; it has no icon, so that no browser looks for one."""


class Elsewhere:
    """Pages by path; each answers on both host names."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.pages: dict[str, str] = {}

    def put(self, path: str, body: str, host: str = FOREIGN) -> str:
        """Serve a page; returns its address on ``host``."""
        self.pages[path] = HEAD + body
        return f"http://{host}:{self.port}{path}"

    def framing(self, path: str, address: str, host: str = FOREIGN) -> str:
        """A page that frames an address."""
        return self.put(path, f'<iframe name="inner{path}" src="{address}" width="700" height="700"></iframe>', host)


@contextmanager
def served() -> Iterator[Elsewhere]:
    """The server, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = elsewhere.pages.get(self.path)
            self.send_response(404 if page is None else 200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write((page or "").encode())

        def log_message(self, *_args: object) -> None:
            """Nothing to tell."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        elsewhere = Elsewhere(server.server_address[1])
        Thread(target=server.serve_forever, daemon=True).start()
        yield elsewhere
        server.shutdown()
