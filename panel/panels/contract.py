"""The contract between Sidecard and a panel: one class, one template, one line in ``settings.PANELS``."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import CrmError, NotSignedIn
from crm_client.values import Item
from panel.panels.troubles import Trouble, explain

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

type Text = str | _StrPromise
"""A text of ours, translated now or when it is shown."""


class Place(Enum):
    """Where in SuperOffice a panel can be shown; the value is the name its API uses for ``VisibleIn``."""

    COMPANY_SIDE = "CompanyMinicard"
    COMPANY_TAB = "ContactArchive"
    COMPANY_CARD = "ContactCard"
    PERSON_TAB = "PersonArchive"
    PERSON_CARD = "PersonCard"
    SALE_TAB = "SaleArchive"
    SALE_CARD = "SaleCard"
    PROJECT_TAB = "ProjectArchive"
    PROJECT_CARD = "ProjectCard"
    REQUEST_CARD = "TicketCard"
    FOLLOW_UP_DIALOG = "ActivityDialog"
    NAVIGATOR = "NavigatorButton"
    TOOLBAR = "ButtonPanelTask"
    DASHBOARD = "Dashboard"


@dataclass(frozen=True)
class Card:
    """The card a panel stands on: who looks, at which record, in which language.

    Read leniently from the panel's address, because SuperOffice leaves a variable empty where a screen has no such
    record, writes 0 on a new, unsaved card, and an older client may leave ``<cuid>`` as it is. All of these are 0,
    SuperOffice's own word for "none".
    """

    ctx: str = ""
    """SuperOffice's name of the customer, such as ``Cust12345``; empty where the address names none."""
    associate_id: int = 0
    """The user SuperOffice shows; 0 if the address does not say."""
    language: str = ""
    """SuperOffice's code of the user's language: ``en-US``, ``nb-NO``, ``de``; empty where the address names none."""
    member_id: int = 0
    """Which of a project's members an action is about; first, because all others are more of the card's own."""
    contact_id: int = 0
    person_id: int = 0
    sale_id: int = 0
    project_id: int = 0
    ticket_id: int = 0
    client: str = ""
    """SuperOffice's word for the program that shows the panel, its variable ``<clie>``: ``web``, ``pocket`` …"""
    view: str = ""
    """Which of several views of a panel was chosen in it."""
    embedded: bool = False
    """Inside SuperOffice's frame, rather than on a page of its own."""

    @classmethod
    def from_query(cls, query: Mapping[str, str], *, embedded: bool = False) -> Card:
        """Read the panel's address; whatever is not an id counts as no id."""
        return cls(
            ctx=_word(query.get("uctx", "")),
            associate_id=_id(query.get("usid", "")),
            language=_word(query.get("lang", "")),
            client=_word(query.get("client", "")),
            view=_word(query.get("view", "")),
            embedded=embedded,
            **{name: _id(query.get(name, "")) for name in RECORDS},
        )

    @property
    def record(self) -> tuple[str, int] | None:
        """The card's own record: what cards call its id, and that; None for a card without. Of several it is the most
        special one, for a sale's card may name its company too.
        """
        return next(((name, key) for name in reversed(RECORDS) if (key := getattr(self, name))), None)

    @property
    def is_mobile(self) -> bool:
        """In SuperOffice Mobile, whose older name is Pocket CRM; it shows panels at top level [cust/soprotocol]."""
        return self.client == MOBILE and not self.embedded

    def query(self) -> str:
        """The query of an address that leads to the same card, in the same program."""
        said: dict[str, str | int] = {"uctx": self.ctx, "usid": self.associate_id, "lang": self.language}
        said |= {"client": self.client}
        said |= {name: getattr(self, name) for name in RECORDS} | {"view": self.view}
        return urlencode({key: value for key, value in said.items() if value})


MOBILE = "pocket"
RECORDS = tuple(field.name for field in fields(Card) if field.name.endswith("_id") and field.name != "associate_id")


def _id(text: str) -> int:
    """``"17"`` is 17. More digits than a database key has are no id either."""
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text.strip()) else 0


def _word(text: str) -> str:
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text) else ""


@dataclass(frozen=True)
class Section[T]:
    """One part of a panel that may be missing without taking the others along.

    In a template: ``{% if sales.denied %}`` says why by ``sales.trouble.text``; ``{% if sales.unavailable %}`` offers
    another try; otherwise ``sales.data`` is what the operation returned. ``panels/section.html`` does the first two.
    """

    data: T | None = None
    trouble: Trouble | None = None

    @property
    def denied(self) -> bool:
        """SuperOffice does not show this to the person who asks; trying again would not help."""
        return self.trouble is not None and not self.trouble.retry

    @property
    def unavailable(self) -> bool:
        """It could not be read now; trying again may help."""
        return self.trouble is not None and self.trouble.retry


def section[T](operation: Generator[Any, Any, T]) -> Generator[Any, Any, Section[T]]:
    """An operation that answers with what happened, instead of failing.

    Only a lost sign-in passes through: it concerns the whole panel.
    """
    try:
        return Section(data=(yield from operation))
    except NotSignedIn:
        raise
    except CrmError as error:
        return Section(trouble=explain(error))


class AskAgain(Exception):
    """The action's form cannot be carried out as it stands; ``form`` says why and holds what was typed."""

    def __init__(self, form: forms.Form, status: int = 409) -> None:
        super().__init__("the form has to be shown again")
        self.form, self.status = form, status


class Action[F: forms.Form]:
    """One thing a person can do in a panel: a Django form and an async function.

    Its address is ``/panels/<slug>/<name>/``; GET shows the form, POST carries it out. Both work without JavaScript;
    with htmx they replace one part of the panel.
    """

    part: ClassVar[str]
    """The ``{% partialdef %}`` of the panel's template that shows ``form``. Mandatory."""

    shows: ClassVar[str]
    """The partial that takes its place when the action is done. Mandatory."""

    done: ClassVar[Text] = _("Saved")
    """What the person is told then; empty where ``shows`` tells it itself."""

    gone: ClassVar[Text] = ""
    """What to say when the record it is about is not found; the panel's own word by default."""

    async def blank(self, crm: AsyncCrm, card: Card) -> F:
        """The form as first shown, with initial values. May read from the CRM; any ``CrmError`` is taken care of."""
        raise NotImplementedError

    def filled(self, card: Card, data: QueryDict) -> F:
        """The form as sent back. Reads nothing from the CRM, so that what was typed survives whatever happens to it."""
        raise NotImplementedError

    def suggest(self, card: Card, form: F, field: str, text: str) -> Operation[Sequence[Item]] | None:
        """What a field of the form offers for some letters, at least three; None if nothing is looked up for it.

        Such a form also has ``offer(field, items)``, which shows them without scripts. ``Sheet`` has all that.
        """
        return None

    async def run(self, crm: AsyncCrm, card: Card, form: F) -> Mapping[str, Any] | None:
        """Carry out the valid form. Raise ``AskAgain`` to show it again; any ``CrmError`` is taken care of.

        What is returned is in the context of ``shows``, on top of what ``load_part`` reads for it; a ``warning`` in it
        is told with ``done``. Without JavaScript
        it is shown on a page of its own; if nothing is returned, the person is back at the panel.
        """
        raise NotImplementedError


class Panel:
    """One panel: what it is called, where it belongs, what it reads and what can be done in it.

    A panel is this class and one template; a line in ``settings.PANELS`` switches it on, and ``manage.py check`` says
    what is missing. The smallest one::

        class OpenSales(Panel):
            title = _("Open sales")
            places = [Place.COMPANY_SIDE]

            async def load(self, crm, card):
                return {"sales": await crm(open_sales_of(card.contact_id))}

    One instance serves all requests: keep nothing on ``self``.
    """

    title: ClassVar[Text] = ""
    """What people call it. Mandatory."""

    places: ClassVar[Sequence[Place]] = ()
    """Where SuperOffice shows it, the preferred place first. Mandatory."""

    slug: ClassVar[str] = ""
    """Its address is ``/panels/<slug>/``. Default: the class name, ``OpenSales`` → ``open-sales``."""

    template: ClassVar[str] = ""
    """Default: ``panels/<slug with _ for ->.html``. It extends ``shell`` and fills the block ``panel``."""

    needs: ClassVar[str] = "contact_id"
    """The id without which there is nothing to show, as on a new, unsaved card; empty for a panel that needs none."""

    is_personal: ClassVar[bool] = False
    """Where it needs no record: all it lists is the person's own, or tells of what is his own. Others' changes make it
    ask anew only where they concern that; where it is not so, any change at the customer does.
    """

    or_needs: ClassVar[Sequence[str]] = ()
    """Other ids that will do where the card has not that one: a request's customer instead of a request."""

    quiet: ClassVar[Text] = _("Save the company first; then this panel has something to show.")
    """What to say on a card without the needed id."""

    gone: ClassVar[Text] = _("This company no longer exists.")
    """What to say when the record itself is not found."""

    parts: ClassVar[Sequence[str]] = ()
    """The ``{% partialdef %}`` names that htmx may ask for by ``?part=``, for a section's "try again"."""

    actions: ClassVar[Mapping[str, Action[Any]]] = {}
    """What can be done, by the last part of its address."""

    def stands_on(self, card: Card) -> bool:
        """The card has a record this panel can show, or the panel needs none."""
        return not self.needs or any(getattr(card, name) for name in (self.needs, *self.or_needs))

    async def load(self, crm: AsyncCrm, card: Card) -> Mapping[str, Any]:
        """Read what the template shows; mandatory. Called at each visit with the CRM opened as the person who looks.

        Only read: a card opened again is first shown by a CRM that answers from what was seen a moment ago.

        Ask in one ``await crm.all(…)``: the reads run side by side. Wrap in ``section(…)`` all but the record itself.
        No error handling: any ``CrmError`` becomes a calm page with a "try again".
        """
        raise NotImplementedError

    async def load_part(self, crm: AsyncCrm, card: Card, part: str) -> Mapping[str, Any]:
        """Read what one partial shows. Default: everything; override it to ask SuperOffice for less."""
        return await self.load(crm, card)
