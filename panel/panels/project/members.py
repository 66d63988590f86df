"""Adding somebody to a project: one of its companies' people, or anybody else by some letters of the name. What he is
there for can be corrected, and he can be taken out again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.persons import person
from crm_client.projects import (
    MEMBERS,
    Member,
    MemberRow,
    add_member,
    member,
    members_of,
    remove_member,
    same_member,
)
from crm_client.search import persons_at
from crm_client.values import Item
from panel.panels.contract import Action, Card
from panel.panels.editing import EditRecord, Sheet
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm, with_
from panel.panels.editing.form import RecordForm
from panel.panels.editing.pickers import anybody, with_company

OFFERED = 50
"""People of the project's companies; others are found by name."""


def near(project_id: int) -> Operation[list[Item]]:
    """The people of the companies that take part, who do not take part themselves."""
    members = yield from members_of(project_id)
    companies = {member.company_id for member in members} - {0}
    if not companies:
        return []
    there = {member.person_id for member in members}
    return [with_company(row) for row in (yield from persons_at(companies, OFFERED)) if row.person_id not in there]


class MemberForm(CreateForm):
    denied = _("SuperOffice does not let you add members.")


class AddMember(Create[MemberForm]):
    """Who takes part already is not added again."""

    kind = MEMBERS
    labels = {"person": _("Contact"), "role": _("Function"), "comment": _("Comment")}
    lists = {"role": "pmembtype"}
    pickers = {"person": anybody}
    optional = ("role", "comment")
    links = ("project_id",)
    kept = ("ProjectId",)
    part = "member"
    shows = "members"
    done = _("Added")
    form = MemberForm

    def at_hand(self, card: Card) -> Mapping[str, Operation[Sequence[Item]]]:
        """Whom the project's companies have is offered at once."""
        return {"person": near(card.project_id)}

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        return {"project_id": card.project_id}

    def create(self, wanted: Member) -> Operation[Member | MemberRow]:
        """Of his own company: that is what its list of projects goes by."""
        if already := (yield from same_member(wanted)):
            return already
        who = yield from person(wanted.person.id if wanted.person else 0)
        return (yield from add_member(with_(wanted, company=who.company)))

    def find(self, wanted: Member) -> Operation[MemberRow | None]:
        return same_member(wanted)


GONE = _("Nobody takes part by this entry any more.")


class ChangeMember(EditRecord):
    """What somebody is there for."""

    kind = MEMBERS
    card_id = "member_id"
    labels = {name: AddMember.labels[name] for name in ("role", "comment")}
    lists = AddMember.lists
    kept = ("PersonId", "FullName", "ContactId", "ContactName", "Updated")
    part = "role"
    shows = "members"
    gone = GONE


class RemoveForm(RecordForm):
    """Asks whether it is meant."""

    @property
    def refused(self) -> str:
        right = self.basis.seen.table_right
        if self.basis.is_lost or right.can_delete:
            return ""
        return right.reason or gettext("SuperOffice does not let you remove members.")


class RemoveMember(Sheet, Action[RemoveForm]):
    """Take somebody out; the person stays. Who was taken out meanwhile is out."""

    kind = MEMBERS
    labels = {}
    kept = (*ChangeMember.kept, "ProjectMemberTypeId", "ProjectMemberTypeName")
    part = "remove"
    shows = "members"
    done = _("Removed")
    gone = GONE

    async def blank(self, crm: AsyncCrm, card: Card) -> RemoveForm:
        return RemoveForm(card, Basis.of(self, await crm(member(card.member_id)), {}))

    def filled(self, card: Card, data: QueryDict) -> RemoveForm:
        return RemoveForm(card, Basis.opened(self, data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: RemoveForm) -> None:
        await crm(remove_member(card.member_id))
