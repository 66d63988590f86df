"""Correcting one record, guarded by what the person saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.errors import BadRequest, Conflict
from crm_client.lists import mdo_tree
from crm_client.udef import UdefField, udef_fields
from panel.panels.contract import Action, AskAgain, Card, section
from panel.panels.editing.basis import Basis
from panel.panels.editing.form import RecordForm
from panel.panels.editing.sheet import Sheet


class EditRecord(Sheet, Action[RecordForm]):
    """An action that corrects some fields of the card's record: name ``kind``, ``labels`` and ``lists``."""

    part = "edit"
    shows = "facts"

    card_id = "contact_id"
    """Which of the card's records."""

    async def blank(self, crm: AsyncCrm, card: Card) -> RecordForm:
        record, own, *lists = await crm.all(
            self.kind.read(getattr(card, self.card_id)),
            section(udef_fields(self.own) if self.own else nothing()),
            *(section(mdo_tree(name)) for name in self.lists.values()),
        )
        known = dict(zip(self.lists.values(), lists, strict=True))
        fields = own.data or []
        # Which lists user-defined fields choose from is told by their definitions; both are remembered.
        names = sorted({field.list_name for field in fields if field.list_name} - known.keys())
        more = await crm.all(*(section(mdo_tree(name)) for name in names))
        return RecordForm(card, Basis.of(self, record, known | dict(zip(names, more, strict=True)), fields))

    def filled(self, card: Card, data: QueryDict) -> RecordForm:
        return RecordForm(card, Basis.opened(self, data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: RecordForm) -> Mapping[str, Any]:
        """One guarded PATCH. Repeating it is harmless: what is wanted and already there counts as done."""
        seen, wanted = form.basis.seen, form.wanted()
        try:
            await crm(self.kind.change(getattr(card, self.card_id), form.changes(wanted), seen.updated))
        except Conflict as conflict:
            raise AskAgain(form.on(conflict.current, wanted)) from conflict
        except BadRequest as refusal:
            if not form.refuse(refusal.message):
                raise
            raise AskAgain(form, status=422) from refusal
        return {"warning": form.warning} if form.warning else {}


def nothing() -> Operation[list[UdefField]]:
    """An operation that asks nothing."""
    yield from ()
    return []
