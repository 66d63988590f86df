"""SoProtocol: where the client is, as its address says it after ``default.aspx?``.

The form is ``target[.upperTab][.lowerTab]?key=value&…`` with flags in square brackets behind a part, e.g.
``contact.main[new=true].salearchive?contact_id=0``. The order of the tabs does not matter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from urllib.parse import parse_qsl, quote, unquote, urlencode

_FLAGS = re.compile(r"\[([^\]]*)\]")


@dataclass(frozen=True)
class Place:
    """One point of navigation."""

    target: str = "contact"
    tabs: tuple[str, ...] = ()
    flags: dict[str, str] = field(default_factory=dict)
    what: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> int:
        """A record id of the parameters; 0 when absent or no number."""
        text = self.what.get(name, "")
        return int(text) if text.isascii() and text.isdigit() else 0

    def tab(self, known: tuple[str, ...]) -> str:
        """Which of the known tabs is named; the first one when none is."""
        return next((tab for tab in self.tabs if tab in known), known[0])

    def flag(self, name: str) -> bool:
        return self.flags.get(name) == "true"

    def at(self, *tabs: str, **what: object) -> Place:
        """The same target with other tabs and parameters, without flags."""
        return replace(self, tabs=tabs, flags={}, what={key: str(value) for key, value in what.items()})

    def __str__(self) -> str:
        flags = "&".join(f"{key}={value}" for key, value in self.flags.items())
        head, *tail = (self.target, *self.tabs)
        where = ".".join((head, *tail)) + (f"[{flags}]" if flags else "")
        return quote(where, safe=".[]=&") + ("?" + urlencode(self.what) if self.what else "")


def parse(query: str) -> Place:
    """The place behind the first question mark of ``default.aspx?WHERE?WHAT``; the company list for nothing."""
    where, _, what = query.partition("?")
    where = unquote(where)
    flags = dict(pair for part in _FLAGS.findall(where) for pair in parse_qsl(part))
    target, *tabs = _FLAGS.sub("", where).strip().lower().split(".")
    return Place(target or "contact", tuple(filter(None, tabs)), flags, dict(parse_qsl(what)))
