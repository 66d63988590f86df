"""Correcting one record, guarded by what the person saw."""

from __future__ import annotations

from django.http import QueryDict

from crm_client.clients import AsyncCrm
from crm_client.errors import Conflict
from crm_client.lists import mdo_list
from crm_client.records import changes
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
        record, *lists = await crm.all(
            self.kind.read(getattr(card, self.card_id)), *(section(mdo_list(name)) for name in self.lists.values())
        )
        return RecordForm(card, Basis.of(self, record, lists))

    def filled(self, card: Card, data: QueryDict) -> RecordForm:
        return RecordForm(card, Basis.opened(self, data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: RecordForm) -> None:
        """One guarded PATCH. Repeating it is harmless: what is wanted and already there counts as done."""
        seen, wanted = form.basis.seen, form.wanted()
        try:
            await crm(
                self.kind.change(getattr(card, self.card_id), changes(seen, **form.by_field(wanted)), seen.updated)
            )
        except Conflict as conflict:
            raise AskAgain(form.on(conflict.current, wanted)) from conflict
