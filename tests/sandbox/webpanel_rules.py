"""Web panels as items of a list: what they hold and what SuperOffice demands of them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from .answers import Call, Refused
from .texts import in_language

FIELDS = {
    "UrlEncoding": "url_encoding",
    "VisibleIn": "visible_in",
    "WindowName": "window_name",
    "Url": "url",
    "ProgId": "prog_id",
    "Icon": "icon",
    "AlwaysReloadOnShow": "always_reload",
    "NeverReloadOnCurrentChange": "never_reload_on_current_change",
}

DEFAULTS = {"OnCentral": True, "OnSalesMarketingWeb": True, "UrlEncoding": "Unknown"}

LOOPBACK = ("127.0.0.1", "localhost", "::1")

LONGEST = {"Url": 1023, "WindowName": 254}


def check(call: Call, key: int, item: dict[str, Any]) -> None:
    """400 for a panel SuperOffice would not take; ``key`` is its id, 0 for a new one."""
    for name, length in LONGEST.items():
        _demand(len(item[name] or "") <= length, f"{name} is too long: at most {length} characters")
    _check_url(item["Url"] or "")
    for name, row_key in (("Name", "name"), ("WindowName", "window_name"), ("ProgId", "prog_id")):
        if item[name]:
            _refuse_taken(call, key, name, row_key, item[name])


def _check_url(url: str) -> None:
    _demand(" " not in url, "Url must not contain spaces")
    parts = urlsplit(url)
    # SuperOffice Online shows https pages only; panels on this machine are what the sandbox is for.
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    _demand(safe and bool(parts.netloc), "Url must be an https address")
    _demand("<usec>" not in url.lower(), "The template variable usec is forbidden online")


def _refuse_taken(call: Call, key: int, name: str, row_key: str, value: str) -> None:
    """Names count in every language, and those of deleted panels too: an administrator may bring them back."""
    mine = _spoken(call, value)
    others = (row for other, row in call.tenant.table("webpanel").items() if other != key)
    taken = any(mine == _spoken(call, row.get(row_key) or "") for row in others)
    _demand(not taken, f"{name} {value} is already in use by another web panel")


def _spoken(call: Call, text: str) -> str:
    return str(in_language(text, call.language or "US")).casefold()


def _demand(good: bool, message: str) -> None:
    if not good:
        raise Refused(400, "SoValidationException", message)
