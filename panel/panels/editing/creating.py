"""Creating one record from SuperOffice's own default, once, by a form in its place."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import Denied
from crm_client.fields import ItemPlace
from crm_client.patch import MISSING, Change, applied
from crm_client.records import Record, changes, places
from crm_client.udef import UdefField
from crm_client.values import FieldRight, Item, TableMask, TableRight
from panel.panels.contract import Action, AskAgain, Card, Text, section
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import Choice
from panel.panels.editing.form import RecordForm
from panel.panels.editing.once import NotKnownYet, create_once
from panel.panels.editing.reading import read_for
from panel.panels.editing.sheet import Entry, Sheet

NOT_KNOWN_YET = _(
    "We do not know yet whether this was saved: SuperOffice does not show it so far. "
    "Save again in half a minute; it is done only once."
)


CLOCKS_DIFFER = timedelta(minutes=2)
"""By how much SuperOffice's clock may be behind ours."""


@dataclass(frozen=True)
class Wanted[R]:
    """What shall be created, and since when it may be there: an older one that says the same is another one."""

    record: R
    since: datetime

    @classmethod
    def of(cls, record: R, first_at: datetime) -> Wanted[R]:
        """Tried for the first time at a moment of our clock."""
        return cls(record, first_at - CLOCKS_DIFFER)


class CreateForm(RecordForm):
    """What a new record shall say."""

    denied: ClassVar[Text] = _("SuperOffice does not let you create this.")
    """What to say where SuperOffice gives no reason."""

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        for name in self.sheet.pickers:
            field: Any = self.fields.get(name)
            if field is not None and not field.disabled:
                field.offer([Item(int(one.id), one.name) for one in basis.choices.get(name, ())])
        for name in () if basis.is_lost else self.sheet.only_if_required:
            if name in self.fields and not self._is_lacking(name):
                del self.fields[name]

    def _is_lacking(self, name: str) -> bool:
        """SuperOffice wants the field, but its default leaves it empty."""
        right = self.sheet.right(self.basis.seen, name)
        return right.is_mandatory and right.is_writable and not getattr(self.basis.seen, name)

    def on_top_of[R: Record](self, begun: R) -> R:
        """A record with what was typed, not saved."""
        return type(begun).parse(applied(begun.raw, self.changes(self.wanted(), begun)))

    @property
    def refused(self) -> str:
        """SuperOffice's reason, or ours for it, where the person may create none."""
        if self.basis.is_lost or may_create(self.basis.seen):
            return ""
        return self.basis.seen.table_right.reason or str(self.denied)


class Create[F: CreateForm](Sheet, Action[F]):
    """An action that creates a record: name ``kind``, ``labels``, ``lists``, and how a lost one is found again.

    The record begins as SuperOffice's default; what it belongs to (``belongs``) is asked for when the form is opened,
    and stays with the form.
    """

    form: ClassVar[type[Any]] = CreateForm

    links: ClassVar[Sequence[str]] = ()
    """Names of what a record belongs to; their properties have to be in ``kept``."""

    optional: ClassVar[Sequence[str]] = ()
    """Fields that may stay empty, unless SuperOffice wants them."""

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        """What the record is about, by name."""
        yield from ()
        return {}

    def at_hand(self, card: Card) -> Mapping[str, Operation[Sequence[Item]]]:
        """What some of the ``pickers`` offer before anybody types; the form carries it along."""
        return {}

    def create(self, wanted: Any) -> Operation[Any]:
        """Save it."""
        return self.kind.create(wanted, {})

    def find(self, wanted: Any) -> Operation[Any]:
        """The same record if it is in SuperOffice already: for a look after a lost answer. Mandatory."""
        raise NotImplementedError

    def made(self, start: Any, first_at: datetime, form: F) -> Any:
        """The whole record, for the moment of the first attempt; ``start`` has the sheet's fields and the links."""
        return start

    async def blank(self, crm: AsyncCrm, card: Card) -> F:
        at_hand = self.at_hand(card)
        asked = self._begin(), self.belongs(card), *map(section, at_hand.values())
        (start, about, *found), lists, own = await read_for(crm, self, *asked, only_mandatory=True)
        basis = Basis.of(self, named(with_(start, **about), about), lists, own, once=uuid.uuid4().hex)
        near = {
            name: [Choice(item.id, item.name) for item in one.data or ()]
            for name, one in zip(at_hand, found, strict=True)
        }
        form: F = self.form(card, replace(basis, choices={**basis.choices, **near}))
        return form

    def filled(self, card: Card, data: QueryDict) -> F:
        form: F = self.form(card, Basis.opened(self, data.get("basis", ""), card), data)
        return form

    async def run(self, crm: AsyncCrm, card: Card, form: F) -> None:
        """Begun from SuperOffice's own default; created once."""
        await self.save(crm, card, form)

    async def save(self, crm: AsyncCrm, card: Card, form: F) -> Any:
        """The record; None if this form made it before. Raises ``AskAgain`` as long as nobody knows."""
        links = {name: getattr(form.basis.seen, name) for name in self.links}
        start = form.on_top_of(with_(await crm(self.kind.new()), **links))
        word = form.basis.once
        return await once(crm, card, form, word, lambda at: self.made(start, at, form), self.create, self.find)

    def right(self, seen: Any, name: str) -> FieldRight:
        """Of a record that is to be created: the right to change it does not matter."""
        if not may_create(seen):
            return FieldRight(is_writable=False, reason=seen.table_right.reason)
        right: FieldRight = replace(seen, table_right=TableRight(TableMask.UPDATE)).right(name)
        may_stay_empty = name in self.optional or name in self.only_if_required
        return replace(right, is_mandatory=right.is_mandatory or not may_stay_empty)

    def entries(self, seen: Record, own: Sequence[UdefField] = ()) -> dict[str, Entry]:
        """User-defined fields that SuperOffice wants stand among the others."""
        return {name: replace(entry, is_more=False) for name, entry in super().entries(seen, own).items()}

    def _begin(self) -> Operation[Any]:
        """SuperOffice's default; where the person may create none, an empty one that says why."""
        try:
            return (yield from self.kind.new())
        except Denied as error:
            return self.kind.record.parse({"TableRight": {"Mask": "None", "Reason": error.message}})


async def once[R](
    crm: AsyncCrm,
    card: Card,
    form: CreateForm,
    word: str,
    made: Callable[[datetime], R],
    create: Callable[[R], Operation[Any]],
    find: Callable[[R], Operation[Any]],
) -> Any:
    """``create_once`` for a form: raises ``AskAgain`` as long as nobody knows."""
    try:
        return await create_once(crm, card, word, made, create, find)
    except NotKnownYet:
        form.add_error(None, NOT_KNOWN_YET)
        raise AskAgain(form) from None


def may_create(start: Record) -> bool:
    return bool(start.table_right.mask & TableMask.INSERT)


def with_[R: Record](begun: R, /, **wanted: Any) -> R:
    """The same record with other values, not saved."""
    return type(begun).parse(applied(begun.raw, changes(begun, **wanted)))


def named[R: Record](begun: R, about: Mapping[str, Any]) -> R:
    """The same record, which says what those are called that it is about: of a link only its id is written."""
    known = places(type(begun))
    names = [
        Change(f"/{place.path}/{place.name_key}", MISSING, item.name)
        for name, item in about.items()
        if isinstance(item, Item) and isinstance(place := known[name], ItemPlace)
    ]
    return type(begun).parse(applied(begun.raw, names))
