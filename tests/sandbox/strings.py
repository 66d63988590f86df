"""NetServer's own texts: ``/String`` [http-headers]. The sandbox has a few of them, in the languages it speaks."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response

from .answers import Call, bad, not_found
from .asking import fitting
from .texts import LANGUAGES, RESOURCES

KNOWN = {"da": "DA", "de": "GE", "en-US": "US", "fi": "FI", "nb-NO": "NO", "sv": "SW"}
"""ISO code as NetServer names a language to SuperOffice's own."""


def text(name: str, language: str) -> str:
    """A text in one of SuperOffice's languages; English where it has none. 404 for an unknown name."""
    texts = RESOURCES.get(name.strip("[]").upper())
    if texts is None:
        raise not_found("String", name)
    return texts.get(language) or texts["US"]


def language_named(iso: str) -> str:
    """SuperOffice's code for an ISO code; 400 for a language the sandbox does not speak."""
    found = LANGUAGES.get(iso.lower().split("-")[0])
    if found is None:
        raise bad(f"Unknown language {iso}")
    return found


def _wanted(call: Call) -> dict[str, str]:
    iso = call.parameter("isoLangCode")
    return {iso: language_named(iso)} if iso else KNOWN


def _all_languages(call: Call, name: str) -> dict[str, str]:
    return {iso: text(name, code) for iso, code in _wanted(call).items()}


def _known(call: Call) -> Response:
    return call.answer(list(KNOWN))


def _search(call: Call) -> Response:
    """Names of strings whose name or text contains ``q``."""
    wanted = (call.parameter("q") or "").casefold()
    codes = _wanted(call).values()
    texts = {name: " ".join([name, *(text(name, code) for code in codes)]) for name in RESOURCES}
    return call.answer(sorted(name for name, all_of_it in texts.items() if wanted in all_of_it.casefold()))


def _several(call: Call) -> Response:
    return call.answer({name: _all_languages(call, name) for name in fitting(call.json, "[string]")})


def _one(call: Call, name: str) -> Response:
    return call.answer({name: _all_languages(call, name)})


def _one_text(call: Call, name: str, language: str) -> Response:
    return call.answer(text(name, language_named(language)))


_NAME = r"v1/String/(?P<name>[\w\[\]]+)"

PATHS: dict[str, dict[str, Callable[..., Response]]] = {
    "v1/String": {"GET": _search, "POST": _several},
    "v1/String/KnownLanguages": {"GET": _known},
    _NAME: {"GET": _one},
    rf"{_NAME}/(?P<language>[\w-]+)": {"GET": _one_text},
}
