"""The wire rules of NetServer, without a wire: what we ask (``Call``), how a logic asks (``Operation``), how an answer
is read (``decipher``).

An *operation* is a generator. It yields a ``Call``, gets decoded JSON back, and returns a value; an answer that is an
error is raised at its ``yield``::

    def contact_name(contact_id: int) -> Operation[str]:
        entity = yield Call("GET", f"v1/Contact/{contact_id}")
        return entity["Name"]

``Crm`` and ``AsyncCrm`` in ``clients`` drive operations; the logic is written once. ``yield from`` joins operations.
Any path of the API can be called this way, known to this package or not.

A *stream* hands rows over while it reads on: it yields ``Page`` as well as ``Call``, and is read by ``crm.each``::

    def names() -> Stream[str]:
        link = "v1/Contact?$select=name"
        while link:
            answer = yield follow(link)
            yield Page([row["name"] for row in answer["value"]])
            link = answer[NEXT_LINK]

    for name in crm.each(names()): ...
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterable, Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from email.utils import format_datetime, parsedate_to_datetime
from itertools import pairwise
from typing import IO, Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urljoin, urlsplit

from crm_client.errors import BadAnswer, CrmError, error_class
from crm_client.values import in_one_language, in_utc

NEXT_LINK = "odata.nextLink"
"""Key of an archive answer that holds the address of the next page [search/odata]."""


UNTRANSLATED = "x"
"""A ``language`` that leaves texts in all their languages: ``US:"Car";NO:"Bil"`` [ws/endpoints/http-headers]. Read a
list item so before writing it back, else one language replaces all.
"""


@dataclass(frozen=True)
class Upload:
    """A body that is sent piece by piece and never held in memory as a whole.

    ``pieces`` opens it anew for each attempt, since a call may be sent twice (401, 421). It gives an iterable of bytes
    or, for ``AsyncCrm`` only, an asynchronous one; ``AsyncCrm`` takes the pieces of a plain one in a thread.
    """

    pieces: Callable[[], Iterable[bytes] | AsyncIterable[bytes]]
    length: int
    """Bytes altogether."""
    content_type: str = "application/octet-stream"

    @classmethod
    def file(cls, file: IO[bytes], content_type: str = "application/octet-stream") -> Upload:
        """An open file, from its start. It must be seekable and stays open."""
        length = file.seek(0, 2)

        def pieces() -> Iterable[bytes]:
            file.seek(0)
            while piece := file.read(PIECE):
                yield piece

        return cls(pieces, length, content_type)


PIECE = 64 * 1024
"""Bytes read from a file at a time."""


@dataclass(frozen=True)
class Call:
    """One question to NetServer.

    ``path`` is relative to the tenant's API address (``v1/Contact/17``). Anything else raises ``ValueError``: an
    absolute URL would carry the person's token to a stranger.
    """

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    json: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    """Further headers; they win over the client's own."""
    reads: bool = False
    """A POST that changes nothing: agents read by POST too [ws/endpoints/agents-webapi]."""
    upload: Upload | None = None
    """A body that is not JSON."""
    form: Mapping[str, str] = field(default_factory=dict)
    """A body as web forms send it: for questions too long for an address [oas Archive]."""
    language: str = ""
    """Of texts, for this call only; ``UNTRANSLATED`` for all of them. Empty is the client's."""
    culture: str = ""
    """Of dates and numbers inside texts, for this call only [ws/endpoints/http-headers]."""
    time_zone: str = ""
    """SuperOffice's code (``NO``) or number of the zone of times, for this call only [ws/so-timezone]."""
    is_fresh: bool = False
    """Asks NetServer even where the client remembers an answer."""

    def __post_init__(self) -> None:
        if not is_relative(self.path):
            raise ValueError(f"A call's path is relative to the tenant's API address, unlike {self.path[:80]!r}")
        if (self.json is not None) + (self.upload is not None) + bool(self.form) > 1:
            raise ValueError("A call has one body: JSON, a form or an upload")

    @property
    def changes(self) -> bool:
        """It may change something, so it must never be sent twice on a guess."""
        return self.method not in ("GET", "HEAD") and not self.reads

    @property
    def body(self) -> bytes | None:
        """The JSON or the form to send, in UTF-8. Raises ``ValueError`` for a number that is none."""
        if self.form:
            return urlencode(self.form).encode()
        return None if self.json is None else json.dumps(self.json, default=_json_number, allow_nan=False).encode()

    @property
    def name(self) -> str:
        """How errors name the call: without query and without texts in its path, which people typed."""
        return f"{self.method} {plain(self.path)}"


type Operation[T] = Generator[Call, Any, T]
"""Logic that yields calls and returns a ``T``."""


@dataclass(frozen=True)
class Page[T]:
    """Some of a stream's rows, ready to be handed over."""

    rows: Sequence[T]


type Stream[T] = Generator[Call | Page[T], Any, None]
"""Logic that yields calls, and rows page by page as it gets them; ``None`` comes back for a page."""


def plain(path: str, number: str = "") -> str:
    """A path without what people typed: ``v1/Contact/Duplicates/Acme`` is ``v1/Contact/Duplicates/{text}``.

    ``number`` stands for ids, e.g. ``{id}``; without it they stay.
    """
    segments = path.split("/")
    if segments[1:2] and segments[1].lower() == "agents":
        return "/".join(_word(segment) for segment in segments)
    shown = segments[:2]
    for before, segment in pairwise(segments[1:]):
        if segment.isdecimal():
            shown.append(number or segment)
        else:
            # Names of records' parts and of lists follow an id or a table; anything else may be a name or a domain.
            is_name = len(shown) == 2 or before.isdecimal() or segment in _WORDS
            shown.append(_word(segment) if is_name else "{text}")
    return "/".join(shown)


def _word(segment: str) -> str:
    return segment if re.fullmatch(r"[\w$.:-]{1,60}", segment, re.ASCII) else "{text}"


_WORDS = frozenset(
    {"Items", "Headings", "UserGroups", "Published", "Publish", "selectable", "$metadata"}
    | {"Key", "Value", "Devices", "ChangeTo", "Default", "Members"}
)
"""Documented parts of paths that follow neither an id nor a table."""


def is_relative(path: str) -> bool:
    """A path that stays below the address it is appended to, with no query or fragment of its own.

    Percent signs are looked through: ``%2e%2e`` climbs as well as ``..``.
    """
    if re.fullmatch(_PLAIN_PATH, path):
        return True
    plain = unquote(path)
    if not plain or plain != plain.strip() or plain.startswith("/") or re.search(r"[\\?#\x00-\x1f\x7f]|//", plain):
        return False
    segments = plain.split("/")
    return ":" not in segments[0] and not {".", ".."} & set(segments)


_PLAIN_PATH = r"(?a)(?:\w+/)*\w+"
"""What nearly all paths look like."""


def follow(link: str) -> Call:
    """The call for a next link as ``decipher`` leaves it: relative."""
    path, _, query = link.partition("?")
    return Call("GET", path, query=dict(parse_qsl(query, keep_blank_values=True)))


SEVERAL_LANGUAGES = re.compile(rb'"\s*[A-Z]{2}\s*:\s*\\"')
"""A JSON text that begins as one in several languages does."""


def decipher(
    call: Call,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    base: str = "",
    secrets: Iterable[str] = (),
    language: str = "",
) -> Any:
    """The decoded answer to a call.

    Numbers with a decimal point become ``Decimal``, an empty body None, and so does 304 to an ``If-Modified-Since`` of
    the call's own. A link to a next page becomes relative to ``base``, the tenant's API address. ``secrets`` are
    masked wherever SuperOffice repeats them, and looked at for errors only. Header names are lower case. Texts in
    several languages that NetServer left as somebody wrote them (``NO:"Bil", US:"Car"``) are given in ``language``, if
    one is asked for [dp/standard-app/certification/checklist].

    Raises a ``CrmError``: by status, or because agents may report failure with status 200
    [ws/endpoints/agents-webapi].
    """
    if status == 304 and "if-modified-since" in map(str.lower, call.headers):
        return None
    if not 200 <= status < 300:
        raise _refusal(call, status, headers, body, secrets)
    answer = _decoded(call, status, body)
    if _is_error_object(call, answer):
        raise _refusal(call, 400, headers, body, secrets)
    if language and b'\\"' in body and SEVERAL_LANGUAGES.search(body):
        answer = in_one_language(answer, language)
    if isinstance(answer, dict) and answer.get(NEXT_LINK):
        answer[NEXT_LINK] = _below(call, base, str(answer[NEXT_LINK]))
    return answer


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds of a ``Retry-After``, given as a number or as a date; None without one or for nonsense."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    until, now = _http_date(text), _http_date(headers.get("date", ""))
    return None if until is None else max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def http_date(moment: datetime) -> str:
    """A moment as HTTP headers write it; it drops fractions of a second. Raises ``ValueError`` without a time zone."""
    return format_datetime(in_utc(moment), usegmt=True)


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _decoded(call: Call, status: int, body: bytes) -> Any:
    if not body or body.isspace():
        return None
    try:
        return _JSON.decode(body.decode("utf-8-sig"))
    except (ValueError, RecursionError, InvalidOperation) as error:
        raise BadAnswer(f"{call.name}: {status}, and the answer is not JSON", status=status) from error


def _refusal(call: Call, status: int, headers: Mapping[str, str], body: bytes, secrets: Iterable[str]) -> CrmError:
    """NetServer's error object, leniently: pages and real servers disagree on its keys [ws/endpoints/rest-webapi]."""
    secrets = tuple(secrets)
    told = object_in(body)
    error_type, source = (masked(_text(told, key), secrets) for key in ("ErrorType", "ErrorSource"))
    message = masked(_text(told, "ErrorMessage", "Message", "MessageDetail"), secrets)
    summary = f"{call.name}: {status}" + (f" {error_type}" if error_type else "")
    return error_class(status)(
        summary,
        status=status,
        error_type=error_type,
        message=message,
        source=source,
        retry_after=retry_after(headers),
    )


def object_in(body: bytes) -> dict[str, Any]:
    """The object in a JSON text; empty for anything else, for whoever looks for a key that must be there."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _is_error_object(call: Call, answer: Any) -> bool:
    if not isinstance(answer, dict):
        return False
    is_agents = call.path.lower().startswith("v1/agents/")
    return answer.get("Error") is True or (is_agents and {"Message", "MessageDetail"} <= answer.keys() <= _ERROR_KEYS)


_ERROR_KEYS = {"Message", "MessageDetail", "ExceptionMessage", "ExceptionType", "StackTrace", "InnerException"}


def _text(told: dict[str, Any], *keys: str) -> str:
    return next((told[key] for key in keys if isinstance(told.get(key), str) and told[key]), "")


def masked(text: str, secrets: tuple[str, ...]) -> str:
    """Tokens look like ``8A:Cust12345.…``, tickets like ``7T:…``; what we sent ourselves is known exactly."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, "***")
    return re.sub(r"(?i)\b(?:bearer|soticket)\s+\S+|\b\d[A-Z](?::|%3a)\S+", "***", text)


def _below(call: Call, base: str, link: str) -> str:
    """A page's link, relative to the tenant's address.

    The link is absolute and may name the default port [search/odata]. One that leads anywhere else is refused:
    following it would hand the token over.
    """
    try:
        return _relative(urlsplit(base), urlsplit(urljoin(base, link)))
    except ValueError:
        raise BadAnswer(f"{call.name}: the link to the next page leads away from the tenant's address") from None


def _relative(home: SplitResult, there: SplitResult) -> str:
    """Path and query below ``home``; ``ValueError`` for anything elsewhere."""
    prefix = home.path.rstrip("/") + "/"
    path = there.path[len(prefix) :]
    if _origin(home) != _origin(there) or not there.path.lower().startswith(prefix.lower()) or not is_relative(path):
        raise ValueError("elsewhere")
    return f"{path}?{there.query}"


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    """Scheme, host and port; ``ValueError`` for a port that is none."""
    return url.scheme, url.hostname, url.port or {"http": 80, "https": 443}.get(url.scheme)


def _json_number(value: Any) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


_JSON = json.JSONDecoder(parse_float=Decimal, parse_constant=_no_number)
"""One for all answers; ``json.loads`` would make one for each."""
