"""The way in and out of every request: what living in another site's frame asks, and Django's own without its hops.

Django's middleware can be awaited, but goes through a thread to run, once for the request and once for the response:
about a millisecond of CPU for the first, a seventh for each further. What these classes do is computing, so they run
in the event loop here. A test holds the whole chain to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from http.cookies import Morsel, SimpleCookie
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.csp import ContentSecurityPolicyMiddleware, get_nonce
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.security import SecurityMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.csp import build_policy
from django.utils.text import compress_string
from django_htmx.middleware import HtmxMiddleware

from panel.languages import nearest


class _Passage:
    """Looks at the request going in and at the response coming out; the same in both colours, without a thread hop."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        if self.is_async:
            return self.__acall__(request)
        self.enter(request)
        return self.leave(request, self.get_response(request))

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        self.enter(request)
        return self.leave(request, await self.get_response(request))

    def enter(self, request: HttpRequest) -> None:
        """May raise to refuse."""

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        return response


class KnownHost(_Passage):
    """Refuses a ``Host`` that is not ours; Django itself looks only where it builds an absolute address.

    Health checks come from inside the operator's network, by whatever name.
    """

    def enter(self, request: HttpRequest) -> None:
        if request.path_info not in ("/healthz", "/readyz"):
            request.get_host()


class Language(_Passage):
    """Our own texts in the language the address names (``lang``, as a panel's does), else in the browser's.

    What it names and we do not know is English; a variable that SuperOffice left as it is (``<lanc>``) names none.
    """

    def enter(self, request: HttpRequest) -> None:
        translation.activate(_language_of(request))

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ["Accept-Language"])
        translation.deactivate()
        return response


def _language_of(request: HttpRequest) -> str:
    return nearest(request.GET.get("lang", "")) or translation.get_language_from_request(request)


class _PartitionedMorsel(Morsel[str]):
    """A cookie that knows the attribute ``Partitioned``, which the standard library learns in Python 3.14."""

    _reserved = {**Morsel._reserved, "partitioned": "Partitioned"}  # type: ignore[attr-defined]
    _flags = Morsel._flags | {"partitioned"}  # type: ignore[attr-defined]


class PartitionedCookies(_Passage):
    """Marks every ``SameSite=None`` cookie ``Secure; HttpOnly; Partitioned``, deletions too [CERT-18].

    Browsers that block third-party cookies keep a frame's cookie only if it is partitioned (CHIPS), and delete it only
    by a partitioned deletion. Where they allow third-party cookies, an unpartitioned one of the same name set at top
    level would arrive beside ours; so all of them are partitioned, also those of the pop-up.
    """

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        for name, morsel in list(response.cookies.items()):
            if str(morsel["samesite"]).lower() == "none":
                _partition(response.cookies, name, morsel)
        return response


def _partition(cookies: SimpleCookie, name: str, morsel: Morsel[str]) -> None:
    if "partitioned" not in morsel:
        fresh = _PartitionedMorsel()
        fresh.set(morsel.key, morsel.value, morsel.coded_value)
        dict.update(fresh, morsel)
        # SimpleCookie's own item assignment would take the morsel for a text.
        dict.__setitem__(cookies, name, fresh)
        morsel = fresh
    morsel["secure"] = True
    morsel["httponly"] = True
    morsel["partitioned"] = True


class Compressed(_Passage):
    """Sends pages gzipped, a sixth of their size, and says how long each answer is.

    A stranger who sees lengths may guess a page's secrets if he can also put words of his into it (BREACH). So lengths
    vary by chance, and pages that another site's link or script opens, with the visitor's cookies, go plain. In a frame
    of his or behind an image's address he has no session of ours to ask with: its cookies are partitioned.
    """

    KINDS = ("text/html", "application/json")
    WORTHWHILE = 1400
    """Bytes: less fits one packet anyway."""

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not isinstance(response, HttpResponse) or request.method == "HEAD" or response.status_code in (204, 304):
            return response
        if self._is_worthwhile(response):
            patch_vary_headers(response, ("Accept-Encoding", "Sec-Fetch-Site", "Sec-Fetch-Dest"))
            if _takes_gzip(request.headers.get("Accept-Encoding", "")) and not _is_opened_by_another_site(request):
                response.content = compress_string(response.content, max_random_bytes=100)
                response.headers["Content-Encoding"] = "gzip"
        # Without it a server sends chunks.
        response.headers["Content-Length"] = str(len(response.content))
        return response

    def _is_worthwhile(self, response: HttpResponse) -> bool:
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        is_plain = not response.has_header("Content-Encoding")
        return is_plain and kind in self.KINDS and len(response.content) >= self.WORTHWHILE


def _takes_gzip(accept_encoding: str) -> bool:
    codings = (re.sub(r"\s", "", coding).lower().partition(";") for coding in accept_encoding.split(","))
    return any(name == "gzip" and not re.fullmatch(r"q=0(\.0*)?", weight) for name, _, weight in codings)


def _is_opened_by_another_site(request: HttpRequest) -> bool:
    sent = request.headers
    return (sent.get("Sec-Fetch-Site"), sent.get("Sec-Fetch-Dest")) == ("cross-site", "document")


class Embeddable(_Passage):
    """Lets SuperOffice frame panels, and their error pages; nobody frames anything else.

    The ancestors are the environment's suffixes: a customer's own host would lock out the first visit and a moved
    customer, and separate nobody.
    """

    def leave(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if request.path_info.startswith("/panels/"):
            policy: dict[str, Collection[str] | str] = dict(settings.SECURE_CSP)
            policy["frame-ancestors"] = settings.FRAME_ANCESTORS
            response.headers["Content-Security-Policy"] = build_policy(policy, get_nonce(request))
            # The CSP says it better; X-Frame-Options knows no list.
            response.xframe_options_exempt = True  # type: ignore[attr-defined]
        return response


class Htmx(HtmxMiddleware):
    """``request.htmx``, as long as there is no answer: it leads back to the request, and all that hangs on that would
    wait for the garbage collector.
    """

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        response = await super().__acall__(request)
        del request.htmx  # type: ignore[attr-defined]
        return response


class _Inline:
    """Awaits one of Django's middleware classes in the event loop; the blocking colour stays Django's."""

    get_response: Any
    process_response: Any

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        enter = getattr(self, "process_request", None)
        response = (enter(request) if enter else None) or await self.get_response(request)
        return self.process_response(request, response)  # type: ignore[no-any-return]


class Security(_Inline, SecurityMiddleware):
    """HSTS, https only, and what a browser may tell others."""


class ContentSecurityPolicy(_Inline, ContentSecurityPolicyMiddleware):
    """Which origins a page may load from."""


class XFrameOptions(_Inline, XFrameOptionsMiddleware):
    """For browsers that do not know the policy's ``frame-ancestors``."""


class Csrf(_Inline, CsrfViewMiddleware):
    """Every POST shows that one of our own pages made it; the secret is in a cookie, so nothing is looked up."""

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        super().__init__(get_response)
        if self.async_mode:
            # Django would take a thread for a blocking process_view, in every request.
            self.process_view: Any = self._aprocess_view

    async def _aprocess_view(self, *request_and_view: Any) -> HttpResponseBase | None:
        return CsrfViewMiddleware.process_view(self, *request_and_view)


class Session(SessionMiddleware):
    """The session, read when somebody asks for it."""

    async def __acall__(self, request: HttpRequest) -> HttpResponseBase:
        self.process_request(request)
        response: Any = await self.get_response(request)  # type: ignore[misc]
        if request.session.modified:
            # Saving blocks. It happens once in a sign-in, and never on the way to a panel.
            return await sync_to_async(self.process_response)(request, response)
        return self.process_response(request, response)
