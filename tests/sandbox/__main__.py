"""``python -m tests.sandbox``: the sandbox on its own."""

from __future__ import annotations

import argparse
from pathlib import Path

from .server import Sandbox


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.sandbox", description="A small SuperOffice Online.")
    parser.add_argument("--port", type=int, default=8800, help="the login host; tenants are at the next two")
    parser.add_argument("--state", type=Path, help="folder in which the sandbox remembers everything")
    parser.add_argument("--app-url", default="http://127.0.0.1:8000", help="where the seeded web panels live")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    given = parser.parse_args()
    Sandbox(port=given.port, state=given.state, app_url=given.app_url, host=given.host).run()


if __name__ == "__main__":
    main()
