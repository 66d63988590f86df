"""What went wrong, in the words of the person who looks, and whether another try can help."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from crm_client import errors
from crm_client.errors import CrmError
from panel.tenants.doors import Paused


@dataclass(frozen=True)
class Trouble:
    """A calm account of an error."""

    title: str
    text: str
    status: int
    """The HTTP status that tells scripts and proxies the same."""
    retry: bool
    """Trying the same again may help."""
    retry_after: float | None = None
    """Seconds after which SuperOffice wants to be asked again, if it said so."""


def explain(error: CrmError, *, gone: str = "") -> Trouble:
    """Put an error of the CRM into words; ``gone`` says what a missing record is called.

    All that heals by itself answers 503: from 502 and 504 some proxies make a page of their own.
    """
    if isinstance(error, errors.NotSignedIn):
        return signed_out()
    if isinstance(error, errors.Denied):
        text = error.message or _("Ask your SuperOffice administrator if you should see it.")
        return Trouble(_("SuperOffice does not give you access to this"), text, 403, False)
    if isinstance(error, errors.NotFound):
        return Trouble(gone or _("This no longer exists"), _("Someone may have deleted it."), 404, False)
    if isinstance(error, errors.Changed | errors.Conflict):
        return Trouble(_("Someone changed this meanwhile"), _("Look at it again before you save."), 409, True)
    if isinstance(error, errors.Throttled):
        return _throttled(error)
    if isinstance(error, errors.OutcomeUnknown):
        text = _("The connection broke before SuperOffice answered. Saving again is safe: it is done only once.")
        return Trouble(_("We do not know whether this was saved"), text, 503, True)
    if isinstance(error, errors.BadRequest):
        text = error.message or _("It gave no reason.")
        return Trouble(_("SuperOffice did not accept this"), text, 422, False)
    if isinstance(error, Paused):
        text = _("Your SuperOffice administrator has paused it, and can have it go on.")
        return Trouble(_("Sidecard is paused"), text, 503, True)
    # The address says in its own words that a customer's SuperOffice is not running.
    text = error.message if error.sent is False else ""
    text = text or _("It may be busy or down for maintenance. Please try again in a moment.")
    return Trouble(_("SuperOffice does not answer right now"), text, 503, True, error.retry_after)


def signed_out() -> Trouble:
    return Trouble(_("You are signed out"), _("Sign in again to go on; what you typed stays."), 401, retry=False)


def _throttled(error: CrmError) -> Trouble:
    seconds = round(error.retry_after or 0)
    text = _("Please try again in a moment.")
    if seconds:
        text = ngettext("Please try again in %d second.", "Please try again in %d seconds.", seconds) % seconds
    return Trouble(_("SuperOffice asks us to slow down"), text, 503, True, error.retry_after)


def saved_but_unseen(trouble: Trouble) -> Trouble:
    """The trouble of reading back what was just saved: the person must not save again."""
    return replace(trouble, title=_("Your change is saved, but it cannot be shown right now"))
