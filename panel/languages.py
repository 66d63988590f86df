"""Which of our languages is meant."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import translation


def nearest(name: str) -> str:
    """The language of our texts nearest to SuperOffice's code for one (``nb-NO``, ``de``): English if we have none,
    empty if it is no code.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]+", name):
        return ""
    try:
        return translation.get_supported_language_variant(name)
    except LookupError:
        return settings.LANGUAGE_CODE
