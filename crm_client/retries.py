"""Whether a call is sent again by itself, and after how long: decisions without waiting.

What is safe, and nothing else:

- A call that found no connection surely was not sent; it is sent, whatever it is. (One that waited for a connection
  until its time was up was not sent either, but has waited enough.)
- A question (``Call.changes`` is false) is asked again when its connection died, as kept connections do when a server
  ends them, and when NetServer or something in front of it says 429, 502, 503 or 504. It is not asked again after
  silence: a server that is slow would have twice the work.
- A change that was sent is never sent again. Also not after 429 and 503: nothing is documented about either, so nobody
  knows that the change was not done [dp/standard-app/requirements/technical]. The caller is told, ``retry_after``
  included.

(401 and 421 are documented to mean "not done": see ``auth`` and ``sending``.)
"""

from __future__ import annotations

from crm_client.calls import Call
from crm_client.errors import CrmError
from crm_client.fates import Fate
from crm_client.frozen import dataclass

PASSING_STATUSES = frozenset({429, 502, 503, 504})


@dataclass(frozen=True)
class Retries:
    """How persistent a client is. ``Retries(attempts=1)`` never sends again by itself."""

    attempts: int = 3
    """At most, the first one included."""
    first: float = 0.2
    """Seconds before the second attempt; each further pause is twice as long."""
    longest: float = 2.0
    """The longest pause. Does SuperOffice ask for a longer one by ``Retry-After``, the error is raised at once: whoever
    looks at a screen should hear of it, and a background task comes back later by itself.
    """

    def pause(self, call: Call, error: CrmError, fate: Fate, attempt: int, left: float, chance: float) -> float | None:
        """Seconds to wait before the next attempt; None to give up and raise ``error``.

        ``attempt`` is the number of the one that failed, from 1. ``left`` are the seconds until the deadline: no wait
        goes beyond it. ``chance`` from 0 to 1 spreads those who failed together.
        """
        if attempt >= self.attempts or not is_safe(call, error, fate):
            return None
        if fate is Fate.DIED and attempt == 1:
            return 0.0  # most likely a kept connection that ended: a new one works at once
        asked = error.retry_after or 0.0
        wished = min(self.first * 2 ** (attempt - 1), self.longest) * (1 + chance) / 2
        pause = asked + wished
        return pause if asked <= self.longest and pause < left else None


def is_safe(call: Call, error: CrmError, fate: Fate) -> bool:
    """Sending again cannot do anything twice, and may help."""
    if fate is Fate.REFUSED:
        return True
    if call.changes:
        return False
    return fate is Fate.DIED or (fate is Fate.ANSWERED and error.status in PASSING_STATUSES)
