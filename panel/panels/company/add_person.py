"""Registering a person at a company: after a look who is there already, and with how we know of him.

SuperOffice has no rule for duplicates among persons. So those with the same name or e-mail address are shown first, at
whatever company they work; the reader opens the one he meant, or creates another one all the same.

A new person brings along a consent to be stored, whose source is never left unknown [CERT-24]; who knows better than
"another integration" chooses so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from crm_client.calls import Operation
from crm_client.clients import AsyncCrm
from crm_client.consents import API, LEGITIMATE_INTEREST, STORE, WITHDRAWN, Keyword, consent_info, keywords
from crm_client.errors import Denied
from crm_client.persons import PERSONS, Namesake, Person, create_person, same_person, same_persons
from panel.panels.contract import AskAgain, Card, Section, section
from panel.panels.editing.basis import Basis
from panel.panels.editing.creating import Create, CreateForm
from panel.panels.editing.fields import Choice, Choices
from panel.panels.editing.once import first_attempt

SOURCE, LEGAL_BASE = "source", "legal_base"


@dataclass(frozen=True)
class NewPerson:
    """What is to be created."""

    person: Person
    consent: Mapping[str, str]
    besides: frozenset[int]
    """Namesakes that were there before."""


class PersonForm(CreateForm):
    """Who it is, how to reach him, and how we know of him."""

    denied = _("SuperOffice does not let you create contacts.")

    def __init__(self, card: Card, basis: Basis, data: Any = None) -> None:
        super().__init__(card, basis, data)
        self.namesakes: Sequence[Namesake] = ()
        """Who is there already."""
        self._ask(SOURCE, _("How do we know of this person?"), API)
        self._ask(LEGAL_BASE, _("Legal basis"), LEGITIMATE_INTEREST)
        # Ids of those who were shown, sent by the button that creates all the same.
        self.fields["anyway"] = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)

    def _ask(self, name: str, label: Any, default: str) -> None:
        offered = self.basis.choices.get(name) or [Choice(default, default)]
        choices = [(one.id, one.name) for one in offered]
        self.fields[name] = forms.ChoiceField(label=label, choices=choices, initial=default)

    def clean_anyway(self) -> frozenset[int]:
        return frozenset(map(int, re.findall(r"[0-9]{1,10}", self.cleaned_data["anyway"])))

    @property
    def shown(self) -> str:
        return ",".join(str(one.person_id) for one in self.namesakes)


class AddPerson(Create[PersonForm]):
    """Register somebody who works here."""

    kind = PERSONS
    labels = {
        "first_name": _("First name"),
        "last_name": _("Last name"),
        "title": _("Title"),
        "mobile_phones": _("Mobile"),
        "office_phones": _("Phone"),
        "emails": _("E-mail"),
        "position": _("Position"),
        "number": _("Number"),
    }
    lists = {"position": "perspos"}
    only_if_required = ("position", "number")
    optional = ("last_name", "title", "mobile_phones", "office_phones", "emails")
    links = ("company",)
    kept = ("Contact",)
    own = "Person"
    part = "add_person"
    shows = "people"
    done = _("Contact created")
    form = PersonForm

    def belongs(self, card: Card) -> Operation[dict[str, Any]]:
        yield from ()
        return {"company": card.contact_id}

    async def blank(self, crm: AsyncCrm, card: Card) -> PersonForm:
        sources, bases = await crm.all(section(keywords("ConsentSource")), section(keywords("LegalBase")))
        basis = (await super().blank(crm, card)).basis
        more = {SOURCE: _choices(sources, API), LEGAL_BASE: _choices(bases, LEGITIMATE_INTEREST)}
        return PersonForm(card, replace(basis, choices={**basis.choices, **more}))

    async def run(self, crm: AsyncCrm, card: Card, form: PersonForm) -> None:
        """Look first; but not again after a lost answer: it would find the one who was just created."""
        if await first_attempt(card, form.basis.once) is None:
            form.namesakes = await crm(self._already_there(form))
            if {one.person_id for one in form.namesakes} - form.cleaned_data["anyway"]:
                raise AskAgain(form)
        await self.save(crm, card, form)

    def _already_there(self, form: PersonForm) -> Operation[list[Namesake]]:
        """Nobody where the person may not look at persons: he may create them all the same."""
        wanted = form.by_subject(form.wanted())
        try:
            return (yield from same_persons(wanted["first_name"], wanted["last_name"], wanted["emails"]))
        except Denied:
            return []

    def made(self, start: Person, first_at: datetime, form: PersonForm) -> NewPerson:
        typed = form.cleaned_data
        consent = consent_info(STORE, legal_base=typed[LEGAL_BASE], source=typed[SOURCE])
        return NewPerson(start, consent, typed["anyway"])

    def create(self, wanted: NewPerson) -> Operation[Person]:
        return create_person(wanted.person, [wanted.consent])

    def find(self, wanted: NewPerson) -> Operation[Person | None]:
        return same_person(wanted.person, wanted.besides)


def _choices(words: Section[list[Keyword]], default: str) -> Choices:
    """By key, never by name or id [privacy/admin/add-source]; without the list the default alone."""
    offered = {word.key: word.name for word in words.data or () if word.key != WITHDRAWN}
    return [Choice(*one) for one in ({default: default} | offered).items()]
