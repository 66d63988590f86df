"""Which addresses may be called and sent a token: only those under the environment's own hosts.

SuperOffice moves customers between hosts, so an address comes from a token or from the state API; whatever its
source, a foreign one is refused: only https and the environment's suffix pass.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings


class ForeignAddress(ValueError):
    """An address that does not belong to the SuperOffice environment we serve."""


def guarded(address: str) -> str:
    """``address`` with one slash at its end, if it is ours to call.

    Raises:
        ForeignAddress: its scheme or host is not the environment's.
    """
    parts = urlsplit(address)
    schemes = ("https", "http") if settings.SUPEROFFICE["http_allowed"] else ("https",)
    if parts.scheme not in schemes or not _is_ours(parts.hostname or ""):
        raise ForeignAddress("the address is not one of the environment's")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ForeignAddress("the address holds more than a place")
    return address.rstrip("/") + "/"


def _is_ours(host: str) -> bool:
    suffixes = settings.SUPEROFFICE["host_suffixes"]
    return any(host.endswith(suffix) if suffix.startswith(".") else host == suffix for suffix in suffixes)
