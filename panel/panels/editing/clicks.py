"""Changing a record by one click: once, and never over somebody's head.

The change is guarded by what the person saw, which his buttons carry along (``Seen``). If somebody changed the record
meanwhile, it is shown as it is now and nothing is done; a second click of the same button finds its wish fulfilled, and
that is all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self

from django import forms
from django.core import signing
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_client.clients import AsyncCrm
from crm_client.errors import Conflict, NotFound
from crm_client.patch import Change
from crm_client.records import Kind, Record, changes
from panel.panels.contract import RECORDS, Action, AskAgain, Card
from panel.panels.editing.basis import AsItCame
from panel.panels.troubles import Trouble


class Seen(Protocol):
    """What a panel shows of a record, signed into a token of its own, so that it can be shown again without a CRM."""

    @property
    def record(self) -> Any:
        """The record as it was seen."""

    def now(self, current: Record, card: Card) -> Self:
        """The same with the record as it is now."""

    @classmethod
    def opened(cls, token: str, card: Card) -> Self | None:
        """None for a token that is not ours for this person on this card."""


def signed(name: str, whole: Mapping[str, Any], card: Card) -> str:
    """What was seen, so that what was seen of one record cannot be posted to another, nor anything be made up."""
    return signing.dumps(whole, salt=_salt(name, card), serializer=AsItCame, compress=True)


def opened(name: str, token: str, card: Card) -> Mapping[str, Any] | None:
    """What was signed under this name; None for a token that is not ours for this person on this card."""
    try:
        whole: Mapping[str, Any] = signing.loads(token, salt=_salt(name, card), serializer=AsItCame)
    except signing.BadSignature:
        return None
    return whole


def _salt(name: str, card: Card) -> str:
    records = "/".join(str(getattr(card, record)) for record in RECORDS)
    return f"{name}/{card.ctx}/{card.associate_id}/{records}".lower()


class ClickForm[S: Seen](forms.Form):
    """Buttons, with the record as it was seen."""

    seen = forms.CharField(
        max_length=30_000,
        error_messages={"required": gettext_lazy("This page is too old to act on. Load it anew.")},
    )
    shown: ClassVar[type[Any]]
    """The class of ``Seen``. Mandatory."""

    def __init__(self, card: Card, data: QueryDict) -> None:
        super().__init__(data)
        self.facts: S | None = self.shown.opened(data.get("seen", ""), card)
        self.trouble: Trouble | None = None

    def clean(self) -> dict[str, Any]:
        if self.facts is None:
            raise forms.ValidationError(self.fields["seen"].error_messages["required"])
        return self.cleaned_data | {"record": self.facts.record, "wishes": self.wishes(self.facts)}

    def wishes(self, facts: S) -> dict[str, Any]:
        """Names of the record, and what shall stand there. Raises ``ValidationError`` for what was not offered."""
        raise NotImplementedError


class Click[F: ClickForm[Any]](Action[F]):
    """What the buttons of one form do: name ``kind``, ``card_id`` and ``form``.

    The template's ``answer`` shows the record again by ``form.facts``, with ``form.trouble`` or the form's errors.
    """

    part = "answer"
    shows = "facts"
    kind: ClassVar[Kind[Any]]
    card_id: ClassVar[str]
    """Which of the card's records."""
    form: type[F]

    held: ClassVar[Sequence[str]] = ()
    """Properties that have to be as they were seen, although they are not changed."""

    async def blank(self, crm: AsyncCrm, card: Card) -> F:
        """Without a button there is nothing to ask."""
        raise NotFound("no button was pressed")

    def filled(self, card: Card, data: QueryDict) -> F:
        return self.form(card, data)

    async def run(self, crm: AsyncCrm, card: Card, form: F) -> None:
        seen: Any = form.cleaned_data["record"]
        held = [Change(f"/{name}", seen.raw[name], seen.raw[name]) for name in self.held]
        wanted = [*held, *changes(seen, **form.cleaned_data["wishes"])]
        try:
            await crm(self.kind.change(getattr(card, self.card_id), wanted, seen.updated))
        except Conflict as conflict:
            form.facts = form.facts and form.facts.now(conflict.current, card)
            form.trouble = _overtaken()
            raise AskAgain(form) from conflict


def _overtaken() -> Trouble:
    return Trouble(_("Someone changed this meanwhile"), _("This is how it is now; nothing was done."), 409, retry=False)
