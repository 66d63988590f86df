"""What can go wrong when talking to SuperOffice, as one tree.

::

    CrmError                      catch this to stay calm whatever happens
    ├── Refused                   SuperOffice said no; asking again in the same way will not help
    │   ├── BadRequest            400, 501 and every other 4xx without a name of its own
    │   ├── NotSignedIn           401 after one renewal, or a refresh token that is no longer accepted
    │   ├── Denied                403: this person may not
    │   ├── NotFound              404: no such record, or not for this person
    │   ├── Changed               412: somebody changed the record since it was read
    │   └── Conflict              a guarded change met another value than the one the person saw
    ├── Passing                   trouble that passes; the same call may work later
    │   ├── Misdirected           421 twice: the tenant lives at another address
    │   ├── Throttled             429: too many calls, see ``retry_after``
    │   └── Unavailable           5xx, no connection, no answer in time
    ├── OutcomeUnknown            a change was sent and no answer came: it may or may not have happened
    ├── BadAnswer                 an answer that is not what NetServer's documentation promises
    └── Forged                    something said to be from SuperOffice that it did not sign

Callers have three questions. *Again or give up?* is ``permanent``. *Did it happen?* is ``sent``: False means the call
never left, True that SuperOffice answered it, None that nobody can know. *Whose fault is it?* is ``fault``.

No text of an error holds a token, a query or a value somebody typed: method, path, status and SuperOffice's own words.
"""

from __future__ import annotations

from typing import Any, ClassVar

APPLICATION = "application"
"""The program asked wrongly."""
PERSON = "person"
"""The person, or his administrator: sign in, get a right, choose another value."""
SUPEROFFICE = "superoffice"


class CrmError(Exception):
    """Anything that keeps an operation from its answer.

    ``message`` holds SuperOffice's own words for the person in front of the screen, in the language that was asked for;
    it is empty when SuperOffice said nothing. Errors survive pickling, so a task may fail with one.
    """

    permanent: ClassVar[bool] = True
    """The same call will fail again; do not repeat it."""
    fault: ClassVar[str] = SUPEROFFICE
    """Who can mend it: ``APPLICATION``, ``PERSON`` or ``SUPEROFFICE`` (the line to it included)."""

    def __init__(
        self,
        summary: str = "",
        *,
        sent: bool | None = True,
        status: int | None = None,
        error_type: str = "",
        message: str = "",
        source: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(summary)
        self.sent = sent
        self.status = status
        self.error_type = error_type
        """NetServer's name of the failure, e.g. ``SoNotFoundException`` [ws/endpoints/rest-webapi]."""
        self.message = message
        self.source = source
        """``ErrorSource``: the part of NetServer that failed, for a support case."""
        self.retry_after = retry_after
        """Seconds SuperOffice asked us to wait."""


class Refused(CrmError):
    """SuperOffice understood the call and said no."""

    fault = PERSON


class BadRequest(Refused):
    """The call is wrong for SuperOffice: a value it does not take, a mandatory field left empty, a method it lacks."""

    fault = APPLICATION


class NotSignedIn(Refused):
    """Nobody is signed in any more: the access token is refused and renewing it did not help."""


class Denied(Refused):
    """The person lacks a right; ``message`` says which, if SuperOffice does."""


class NotFound(Refused):
    """No such record, or none this person may see."""


class Changed(Refused):
    """``If-Unmodified-Since`` failed [ws/endpoints/http-headers]."""


class Conflict(Refused):
    """A guarded change was refused, and the record holds another value than the person saw."""

    def __init__(self, summary: str = "", *, current: Any = None, paths: tuple[str, ...] = (), **rest: Any) -> None:
        super().__init__(summary, **rest)
        self.current = current
        """The record as it is now, parsed (e.g. a ``Contact``)."""
        self.paths = paths
        """Paths of the changes whose seen value is no longer there."""


class Passing(CrmError):
    """Trouble that is expected to pass by itself."""

    permanent: ClassVar[bool] = False


class Misdirected(Passing):
    """The tenant is served from another host [dp/best-practices/tenant-status/check-status]."""


class Throttled(Passing):
    """Too many calls. The answer is not documented anywhere; ``retry_after`` is set if SuperOffice sent one."""

    fault = APPLICATION


class Unavailable(Passing):
    """SuperOffice failed, could not be reached, or gave no answer to a question in time."""


class OutcomeUnknown(CrmError):
    """A change was sent, the answer was lost. Never send it again blindly: read the record first."""


class BadAnswer(CrmError):
    """The answer is not JSON, or lacks what the documentation promises."""


class Forged(CrmError):
    """A token, a webhook or a notification without SuperOffice's good signature, or too old. Believe nothing in it."""


BY_STATUS: dict[int, type[CrmError]] = {
    401: NotSignedIn,
    403: Denied,
    404: NotFound,
    412: Changed,
    421: Misdirected,
    429: Throttled,
    501: BadRequest,
}


def error_class(status: int) -> type[CrmError]:
    """Which error a status means [dp/best-practices/tenant-status/check-status, ws/endpoints/rest-webapi]."""
    if status in BY_STATUS:
        return BY_STATUS[status]
    if status >= 500:
        return Unavailable
    return BadRequest if status >= 400 else BadAnswer
