"""A sign-in that ends in a refusal: one clear page for the person, one log line for the operator.

The log gets a reason code and the tenant, never a token, a code, an address or SuperID's own text.
"""

from __future__ import annotations

import structlog
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

log = structlog.get_logger(__name__)

Text = str | Promise


class SignInRefused(Exception):
    """Why a sign-in ends here. ``reason`` is a code for the log; ``text`` is for the person."""

    def __init__(self, reason: str, text: Text, *, status: int = 403, ctx: str = "") -> None:
        super().__init__(reason)
        self.reason, self.text, self.status, self.ctx = reason, text, status, ctx


STALE = gettext_lazy("This sign-in was begun elsewhere, or too long ago. Please go back and sign in again.")
NOT_PROVEN = gettext_lazy("We could not make sure that the answer came from SuperOffice. Please sign in again.")
DENIED = gettext_lazy(
    "SuperOffice did not let you in. An administrator of your company may have to approve this application first."
)
APPROVAL = {
    "Revoked": gettext_lazy("Your company has taken away Sidecard's access to SuperOffice."),
    "Expired": gettext_lazy("Your company's approval of Sidecard has run out."),
    "NeedsReapproval": gettext_lazy(
        "An administrator of your company has to approve Sidecard: for the first time, or again because it asks "
        "SuperOffice for more than before. Until then nobody there can use it."
    ),
}
"""What an administrator can mend, by SuperID's names of it [auth/troubleshooting]."""
LEFT = gettext_lazy("Your company has removed Sidecard. An administrator can install it again from the App Store.")
UNREACHABLE = gettext_lazy("SuperOffice's sign-in service does not answer at the moment. Please try again soon.")


def other_tenant(proven: str, proven_name: str, asked: str) -> SignInRefused:
    """He signed in to another customer's SuperOffice than the one the panel belongs to."""
    text = _("You signed in to %(name)s (%(proven)s), but this panel belongs to %(asked)s.") % {
        "name": proven_name,
        "proven": proven,
        "asked": asked,
    }
    return SignInRefused("other-tenant", text, ctx=asked)


def page(request: HttpRequest, refused: SignInRefused) -> HttpResponse:
    """Show the refusal, and leave a line in the log."""
    log.warning("sign-in refused", reason=refused.reason, ctx=loggable(refused.ctx))
    is_approval = refused.text in (DENIED, LEFT, *APPROVAL.values())
    context = {"text": refused.text, "reason": refused.reason, "is_approval": is_approval}
    return render(request, "tenants/refused.html", context, status=refused.status)


def loggable(ctx: str) -> str:
    """``ctx`` if it can be a context identifier; anybody may have typed something else."""
    return ctx if ctx.isascii() and ctx.isalnum() and len(ctx) <= 64 else ""
