"""Adding somebody to a project: one of its companies' people, or anybody else by some letters of the name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.persons import person
from crm_client.projects import MEMBERS, Member, MemberRow, add_member, members_of, same_member
from crm_client.search import persons_at
from crm_client.values import Item
from panel.panels.contract import Card
from panel.panels.editing.creating import Create, CreateForm, with_
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
