"""Renders the client's pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lucide.jinja import lucide
from starlette.requests import Request
from starlette.responses import HTMLResponse

if TYPE_CHECKING:
    from .web import Client

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages" / "web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals["icon"] = lambda name, size=20: lucide(name, size=size, aria_hidden="true")


def policy(login: str) -> str:
    """Our own script and style only; frames from anywhere, because a panel may live anywhere."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'self'",
        "frame-src": "*",
        "form-action": f"'self' {login}",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    return "; ".join(f"{name} {value}" for name, value in rules.items())


def page(client: Client, request: Request, name: str, status: int = 200, **context: Any) -> HTMLResponse:
    """One of the templates in ``pages/web``, filled in."""
    home = f"/{request.path_params['ctx']}"
    text = _templates.get_template(name).render(home=home, login=client.urls["login"], **context)
    headers = {"Content-Security-Policy": policy(client.urls["login"]), "Cache-Control": "no-store"}
    return HTMLResponse(text, status, headers)
