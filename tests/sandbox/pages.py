"""Renders the pages of the login host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

STORE = "/login/appstore"
"""The App Store, below ``/login`` because SuperID's cookies reach no further."""
FOLDER = Path(__file__).parent / "pages" / "superid"

_templates = Environment(
    loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_templates.globals["store"] = STORE


def page(name: str, *, status: int = 200, **context: Any) -> HTMLResponse:
    """One of the templates in ``pages/superid``, filled in."""
    return HTMLResponse(_templates.get_template(name).render(**context), status)


def notice(title: str, *paragraphs: str, status: int = 200) -> HTMLResponse:
    """A page that only says something."""
    return page("notice.html", status=status, title=title, paragraphs=paragraphs)


async def failed(request: Request, error: Exception) -> Response:
    """What a wrong address or method gets; it too says whose page it is."""
    if not isinstance(error, HTTPException):
        raise error
    response = notice(error.detail, f"{request.method} {request.url.path}", status=error.status_code)
    response.headers.update(error.headers or {})
    return response


def static() -> Mount:
    """Style sheet and the two small scripts of these pages."""
    return Mount("/login/static", StaticFiles(directory=FOLDER / "static"))
