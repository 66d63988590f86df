"""Correcting one record, guarded by what the person saw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import QueryDict

from crm_client.clients import AsyncCrm
from crm_client.errors import BadRequest, Conflict
from panel.panels.contract import Action, AskAgain, Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.form import RecordForm
from panel.panels.editing.reading import read_for
from panel.panels.editing.sheet import Sheet


class EditRecord(Sheet, Action[RecordForm]):
    """An action that corrects some fields of the card's record: name ``kind``, ``labels`` and ``lists``."""

    part = "edit"
    shows = "facts"

    card_id = "contact_id"
    """Which of the card's records."""
    form: ClassVar[type[RecordForm]] = RecordForm

    async def blank(self, crm: AsyncCrm, card: Card) -> RecordForm:
        [record], lists, own = await read_for(crm, self, self.kind.read(getattr(card, self.card_id)))
        return self.form(card, Basis.of(self, record, lists, own))

    def filled(self, card: Card, data: QueryDict) -> RecordForm:
        return self.form(card, Basis.opened(self, data.get("basis", ""), card), data)

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
