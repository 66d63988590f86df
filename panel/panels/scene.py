"""One visit to a panel: the request, the card, who looks; and how each outcome is painted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template import Engine, RequestContext
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django_htmx.http import trigger_client_event

from crm_client.errors import CrmError, NotSignedIn
from crm_client.values import Item
from panel.panels.catalogue import panels, template_of
from panel.panels.contract import Action, Card, Panel
from panel.panels.troubles import Trouble, explain, saved_but_unseen, signed_out
from panel.tenants.access import OtherUser
from panel.tenants.models import Membership

CHANGED = "sidecard:changed"
"""The event by which ``panels.js`` learns that SuperOffice's own card has to be read again."""

SHELL = "X-Sidecard-Shell"
"""The header by which htmx in an embedded page says so: a script's request has no ``Sec-Fetch-Dest: iframe``."""


SHORTEST = 3
"""Letters before a search is sent; SuperOffice demands it of applications [CERT-20]."""


@dataclass
class Scene:
    """What a visit has learnt so far."""

    request: HttpRequest
    slug: str
    panel: Panel
    card: Card
    action: str = ""
    membership: Membership | None = field(default=None)
    memberships: list[Membership] = field(default_factory=list)
    """Of several customers, where a page of our own lets one choose."""
    began_at: datetime = field(default_factory=now)
    """What it shows is at least as new, unless it is painted from what was seen before."""

    @classmethod
    def of(cls, request: HttpRequest, slug: str, action: str = "") -> Scene:
        embedded = request.headers.get("Sec-Fetch-Dest") == "iframe" or request.headers.get(SHELL) == "embedded"
        return cls(request, slug, panels()[slug], Card.from_query(request.GET, embedded=embedded), action)

    # What was asked for

    @property
    def language(self) -> str:
        """The language of CRM data: the card's, else the person's own SuperOffice's, else the browser's."""
        return self.card.language or (self.membership.language if self.membership else "") or translation.get_language()

    @property
    def wants_fragment(self) -> bool:
        """htmx asks, so only what changes is sent; a page that settles is asked for whole."""
        return bool(self.request.htmx) and not self.settles  # type: ignore[attr-defined]

    @property
    def settles(self) -> str:
        """The word of what a page was painted from that now asks whether it is still so; empty for any other visit."""
        return self.request.GET.get("settles", "")

    @property
    def wanted_part(self) -> str:
        """The named partial htmx asks for; empty for the whole panel."""
        part = self.request.GET.get("part", "")
        return part if self.wants_fragment and part in self.panel.parts else ""

    @property
    def suggests(self) -> str:
        """The field whose value is looked up; empty for any other visit."""
        return self.request.GET.get("suggest", "")

    @property
    def wants_options(self) -> bool:
        """``panels.js`` looks something up: only what is found is sent."""
        return bool(self.suggests) and "application/json" in self.request.headers.get("Accept", "")

    def misaddressed(self) -> Trouble | None:
        """An address that does not say which customer, or in SuperOffice's frame not which user, proves nothing."""
        if self.card.ctx and (self.card.associate_id or not (self.card.embedded or self.request.GET.get("usid"))):
            return None
        text = _(
            "Open it from a card in SuperOffice. If you did, ask your administrator to repair the panel's address."
        )
        return Trouble(_("This address does not say who is asking"), text, 400, retry=False)

    # Addresses that lead back

    @cached_property
    def panel_url(self) -> str:
        """Found by taking the action from this visit's own address, which costs less than ``reverse``."""
        path = self.request.path.removesuffix(f"{self.action}/") if self.action else self.request.path
        return f"{path}?{self.card.query()}"

    @property
    def act_url(self) -> str:
        return f"{reverse('panels:act', args=[self.slug, self.action])}?{self.card.query()}" if self.action else ""

    @property
    def gone(self) -> str:
        """What to say when the record is not found."""
        action = self.panel.actions.get(self.action)
        return str((action.gone if action else "") or self.panel.gone)

    @property
    def client_url(self) -> str:
        """SuperOffice's own client at this customer; empty as long as his address is not known."""
        return client_url(self.membership) if self.membership else ""

    # How it is painted

    @property
    def is_own_page(self) -> bool:
        """A whole page with our own head around it."""
        return not (self.card.embedded or self.card.is_mobile or self.wants_fragment)

    @property
    def shell(self) -> str:
        """The page around the panel: in SuperOffice's frame, in its mobile app, or on its own."""
        if self.card.embedded:
            return "base_embedded.html"
        return "base_mobile.html" if self.card.is_mobile else "base_standalone.html"

    @property
    def template(self) -> str:
        return template_of(self.panel)

    @property
    def context(self) -> dict[str, Any]:
        """What every template of a panel may use."""
        return {
            "panel": self.panel,
            "slug": self.slug,
            "card": self.card,
            "language": self.language,
            "membership": self.membership,
            "memberships": self.memberships,
            "shell": self.shell,
            "panel_url": self.panel_url,
            "act_url": self.act_url,
            "client_url": self.client_url,
            "as_of": self.began_at,
            # What the fragments of signing in want to know.
            "ctx": self.card.ctx,
            "embedded": self.card.embedded,
            "next": self.panel_url,
        }

    def page(self, template: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        return HttpResponse(self._rendered(template, context), status=status)

    def part(self, name: str, context: Mapping[str, Any], status: int = 200) -> HttpResponse:
        came_back = {"came_back": "back" in self.request.GET}
        return self.page(f"{self.template}#{name}", {**came_back, **context}, status)

    def form(
        self, action: Action[Any], form: forms.Form, *, status: int = 200, trouble: Trouble | None = None
    ) -> HttpResponse:
        """The action's form: alone for htmx, else on a page of its own."""
        part = f"{self.template}#{action.part}"
        context = {"form": form, "trouble": trouble, "part": part, "letters": how_many(0, "")}
        template = part if self.wants_fragment else "panels/action.html"
        response = self.page(template, context, trouble.status if trouble else status)
        return with_retry_after(response, trouble)

    def suggestions(
        self, action: Action[Any], form: Any, found: Sequence[Item], text: str, trouble: Trouble | None = None
    ) -> HttpResponse:
        """What a field may be: for ``panels.js`` the options alone, else the form with them in it."""
        if not self.wants_options:
            form.offer(self.suggests, found)
            return self.form(action, form, trouble=trouble)
        options = [{"value": f"{item.id}:{item.name}", "text": item.name} for item in found]
        hint = trouble.title if trouble else how_many(len(found), text)
        answer = JsonResponse({"options": options, "hint": hint}, status=trouble.status if trouble else 200)
        return with_retry_after(answer, trouble)

    def done(self, action: Action[Any], context: Mapping[str, Any]) -> HttpResponse:
        """The action's result, a word about it, and an event for the host card; without htmx on a page of its own."""
        if not self.wants_fragment:
            return self.page("panels/action.html", {**context, "part": f"{self.template}#{action.shows}"})
        body = self._rendered(f"{self.template}#{action.shows}", {**context, "came_back": True})
        said = " · ".join(filter(None, (str(action.done), context.get("warning", ""))))
        notice = self._rendered("panels/notice.html", {"notice": said}) if said else ""
        return self._changed(HttpResponse(body + notice))

    def done_elsewhere(self) -> HttpResponse:
        """After a plain form post: back to the panel, where ``panels.js`` reads the fragment."""
        return HttpResponseRedirect(f"{self.panel_url}#saved", status=303)

    def done_but_unseen(self, error: CrmError) -> HttpResponse:
        """The change is made, reading it back failed; never looks like a failed change."""
        response = self.trouble(saved_but_unseen(explain(error)))
        response.status_code = 200
        return self._changed(response)

    def _changed(self, response: HttpResponse) -> HttpResponse:
        """Tells the page around what was done here: its change, up to now, is no news to it."""
        if self.card.record:
            response.write(self._rendered("panels/watch.html#own", {"as_of": now(), "is_late": True}))
        return trigger_client_event(response, CHANGED)

    def quiet(self) -> HttpResponse:
        """A new, unsaved card."""
        return self.page("panels/quiet.html", {})

    def failed(self, error: CrmError) -> HttpResponse:
        if isinstance(error, NotSignedIn):
            return self.sign_in()
        return self.trouble(explain(error, gone=self.gone))

    def trouble(self, trouble: Trouble) -> HttpResponse:
        """A calm account: a fragment for htmx, else a page."""
        template = "panels/trouble.html" if self.wants_fragment else "panels/trouble_page.html"
        # Of a form that cannot be opened there is a way back to what stood in its place.
        back = self.panel.actions[self.action].shows if self.action else ""
        return with_retry_after(self.page(template, {"trouble": trouble, "back": back}, trouble.status), trouble)

    def sign_in(self) -> HttpResponse:
        """Nobody of this customer is signed in here; what was typed stays."""
        if self.request.method == "POST":
            action = self.panel.actions[self.action]
            form = action.filled(self.card, self.request.POST)
            if self.wants_options:
                return self.suggestions(action, form, [], "", signed_out())
            return self.form(action, form, trouble=signed_out())
        return self._outside("tenants/sign_in.html", {}, status=401)

    def other_user(self, other: OtherUser) -> HttpResponse:
        """Somebody is signed in, but SuperOffice shows another one. The person decides; nothing switches by itself."""
        shown = {"membership": other.membership, "shown_associate_id": other.shown_associate_id}
        return self._outside("tenants/other_user.html", shown, status=403)

    def _outside(self, fragment: str, context: Mapping[str, Any], status: int) -> HttpResponse:
        """A fragment of signing in: alone for htmx, else on a page."""
        template = fragment if self.wants_fragment else "panels/outside.html"
        return self.page(template, {**context, "fragment": fragment}, status)

    def _rendered(self, template: str, context: Mapping[str, Any]) -> str:
        known = RequestContext(self.request, {**self.context, **context})
        try:
            return str(Engine.get_default().get_template(template).render(known))
        finally:
            # It leads back to itself: all that was shown would wait for the garbage collector.
            known.dicts.clear()


def client_url(membership: Membership) -> str:
    """SuperOffice's own client at the customer; empty as long as his address is not known."""
    api = membership.tenant.api_address
    return f"{api.removesuffix('api/')}default.aspx" if api.endswith("/api/") else ""


def how_many(found: int, text: str) -> str:
    """Said aloud, too: not everybody sees a list open."""
    if len(text) < SHORTEST:
        return ngettext("Type at least %d letter.", "Type at least %d letters.", SHORTEST) % SHORTEST
    return ngettext("%d found", "%d found", found) % found if found else _("Nothing found.")


def with_retry_after(response: HttpResponse, trouble: Trouble | None) -> HttpResponse:
    """``response``, saying when to come back if SuperOffice did."""
    if trouble and trouble.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(trouble.retry_after))
    return response
