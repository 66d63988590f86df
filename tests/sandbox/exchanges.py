"""What was said in the newest calls, for the person at the control page; nothing in it opens a door any more."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

Headers = list[tuple[str, str]]

KEPT = 300
"""Calls whose bodies are remembered."""
LONGEST = 64 * 1024
"""Bytes of a body that are."""

SECRET_NAMES = {
    *("access_token", "applicationtoken", "client_secret", "id_token", "password", "refresh_token", "secret"),
    *("signedsystemtoken", "token"),
}
"""Of values in JSON and in forms, in lower case."""
FORM_NAMES = SECRET_NAMES | {"code", "code_verifier", "assertion"}
TOKEN = re.compile(r"\b(?:8A|7T):[\w.~+/=-]+|\beyJ[\w-]+\.[\w-]+\.[\w-]+")
"""An access token, a ticket, a JWT."""
FAULT = re.compile(rb"<faultstring>([^<]*)")
COOKIE = re.compile(r"^(\w[^=;]*)=[^;]*")


@dataclass(frozen=True)
class Exchange:
    """A request and what was answered, as they went over the wire; bodies may be cut short."""

    asked: Headers
    sent: bytes
    answered: Headers
    got: bytes

    def shown(self) -> dict[str, Any]:
        """Headers and bodies as texts, secrets and tokens masked."""
        return {
            "request": {"headers": covered(self.asked), "body": readable(self.asked, self.sent)},
            "answer": {"headers": covered(self.answered), "body": readable(self.answered, self.got)},
        }


def exchange(
    asked: Iterable[tuple[str, str]], sent: bytes, answered: Iterable[tuple[str, str]], got: bytes
) -> Exchange:
    """What is kept of a call."""
    return Exchange(list(asked), sent[:LONGEST], list(answered), got[:LONGEST])


def why(status: int, body: bytes) -> str:
    """What an answer says went wrong, empty if nothing did; status 0 is a connection that was cut."""
    if status == 0:
        return "The connection was cut, as a fault ordered"
    if status < 400 and b'"IsSuccessful":false' not in body:
        return ""
    fault = FAULT.search(body)
    try:
        told = {"error": fault[1].decode()} if fault else json.loads(body)
    except ValueError:
        told = {"error": body.decode(errors="replace")[:300] if not body.startswith(b"<") else ""}
    names = ("ErrorMessage", "error_description", "error")
    found = next((told[name] for name in names if told.get(name)), "") if isinstance(told, dict) else ""
    # A page, or nothing at all, as for a mistake of the sandbox's own.
    return veiled(str(found)) or f"HTTP {status}"


def masked(token: str) -> str:
    """Enough to tell two apart, too little to use: the last four characters."""
    return f"…{token[-4:]}"


def covered(headers: Headers) -> Headers:
    """Headers whose credentials are masked; of cookies only the names are left."""
    return [(name, _covered(name.lower(), value)) for name, value in headers]


def _covered(name: str, value: str) -> str:
    if name == "authorization":
        scheme, _, token = value.partition(" ")
        return f"{scheme} {masked(token)}"
    if name == "so-apptoken":
        return masked(value)
    if name in ("cookie", "set-cookie"):
        return "; ".join(COOKIE.sub(r"\1=…", part.strip()) for part in value.split(";"))
    return veiled(value)


def veiled(text: str) -> str:
    """A text in which nothing looks like a token any more."""
    return TOKEN.sub(lambda found: masked(found[0]), text)


def readable(headers: Headers, body: bytes) -> str:
    """A body as a text, laid out if it is JSON or a form; of what is no text only how much it is."""
    kind = next((value for name, value in headers if name.lower() == "content-type"), "").partition(";")[0]
    if not body or kind.startswith(("text/html", "image/", "multipart/")) or kind == "application/octet-stream":
        return f"({len(body)} bytes of {kind})" if body else ""
    text = body.decode(errors="replace")
    if kind == "application/x-www-form-urlencoded":
        pairs = parse_qsl(text, keep_blank_values=True)
        return "\n".join(f"{name}={_kept(name, value, FORM_NAMES)}" for name, value in pairs)
    try:
        return json.dumps(_unveiled(json.loads(text)), indent=2, ensure_ascii=False)
    except ValueError:
        # Cut short or no JSON at all: what stands before a quotation mark's end may still be a secret.
        return veiled(LOOSE.sub(r"\1…", text))


LOOSE = re.compile(rf'("(?:{"|".join(sorted(SECRET_NAMES))})"\s*:\s*")(?:[^"\\]|\\.)*', re.IGNORECASE)


def _kept(name: str, value: Any, names: set[str]) -> Any:
    return masked(value) if name.lower() in names and isinstance(value, str) and value else _unveiled(value)


def _unveiled(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _kept(name, one, SECRET_NAMES) for name, one in value.items()}
    if isinstance(value, list):
        return [_unveiled(one) for one in value]
    return veiled(value) if isinstance(value, str) else value
