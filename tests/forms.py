"""Forms as a browser reads them off a page."""

from __future__ import annotations

import re
from html import unescape


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of the form."""
    found = dict.fromkeys(re.findall(r'<input type="(?:text|email|time|date|hidden)" name="([^"]+)"', page), "")
    found |= dict(re.findall(r'<input type="(?:text|email|time|date|hidden)" name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select name="([^"]+)"(.*?)</select>', page, re.DOTALL):
        found[name] = next(iter(re.findall(r'value="([^"]*)" selected', options)), "")
    texts = re.findall(r'<textarea name="([^"]+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.DOTALL)
    found |= dict(texts)
    found.pop("csrfmiddlewaretoken", None)
    return {name: unescape(value) for name, value in found.items()}
