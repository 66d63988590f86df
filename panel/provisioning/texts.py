"""Texts of ours as SuperOffice keeps them: every language in one string."""

from __future__ import annotations

from django.utils import translation

from panel.panels.contract import Text

CODES = {"en": "US", "nb": "NO", "sv": "SW", "da": "DA", "de": "GE", "nl": "NL"}
"""SuperOffice's two-letter codes of the languages our texts exist in [ws/endpoints/http-headers]."""


def in_all_languages(text: Text) -> str:
    """``US:"Company";NO:"Firma"…``, as list items, panels and labels are written [CERT-26]."""
    found = {}
    for language, code in CODES.items():
        with translation.override(language):
            # SuperOffice's form knows no way to write a quotation mark inside a text.
            found[code] = str(text).replace('"', "”")
    return ";".join(f'{code}:"{words}"' for code, words in found.items())
