"""Correcting a company's facts: the form, its rights as SuperOffice states them, and two people editing at once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.clients import AsyncCrm
from crm_client.contacts import ELEMENTS, ITEMS, Contact, change_contact, changes, contact
from crm_client.errors import Conflict
from crm_client.lists import mdo_list
from crm_client.values import FieldRight
from panel.panels.company.basis import EDITED, Basis, choices_of
from panel.panels.contract import Action, AskAgain, Card, Text, section

LABELS: dict[str, Text] = {
    "name": _("Name"),
    "department": _("Department"),
    "phones": _("Phone"),
    "emails": _("E-mail"),
    "urls": _("Website"),
    "org_nr": _("VAT No."),
    "category": _("Category"),
    "business": _("Business"),
}
MINE, THEIRS = "mine", "theirs"
MOST_ELEMENTS = 20


class FactsForm(forms.Form):
    """The facts of one company. Field names are those of ``EDITED``, with a number where there may be several."""

    def __init__(self, card: Card, basis: Basis, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.card = card
        self.basis = basis
        seen = {} if basis.is_lost else values_of(basis.seen)
        for name in _field_names(seen, data or {}):
            self.fields[name] = self._field(name, seen.get(name, ""))
        for name in basis.torn:
            self.fields[f"choose-{name}"] = _choice_between_two(seen.get(name, ""))
        self._focus()

    def _focus(self) -> None:
        """Where the reader goes on: to the first choice, else to the first mistake, else to the first field."""
        names = [*(name for name in self.fields if name.startswith("choose-")), *self.errors, *self.fields]
        open_ones = [name for name in names if name in self.fields and not self.fields[name].disabled]
        if open_ones:
            self.fields[open_ones[0]].widget.attrs["data-focus"] = True

    def _field(self, name: str, seen: str) -> forms.Field:
        subject, _dash, place = name.partition("-")
        right = self.basis.seen.right(subject)
        label = LABELS[subject]
        if place and int(place) < len(getattr(self.basis.seen, subject)):
            label = getattr(self.basis.seen, subject)[int(place)].description or label
        field = self._list_field(subject, right) if subject in ITEMS else _text_field(subject, right)
        field.label, field.initial, field.disabled = label, seen, field.disabled or not right.is_writable
        # An array's right speaks of the array: its first place stands for "there must be one".
        field.required = right.is_mandatory and not field.disabled and place in ("", "0")
        if right.reason:
            field.widget.attrs["title"] = right.reason
        if field.disabled:
            field.help_text = right.reason or gettext("SuperOffice does not let you change this.")
        return field

    def _list_field(self, name: str, right: FieldRight) -> forms.Field:
        offered = [(str(key), label) for key, label in self.basis.choices.get(name, ())]
        none = [] if right.is_mandatory else [("0", "–")]
        field = forms.ChoiceField(choices=none + offered, error_messages={"invalid_choice": _("Choose from the list.")})
        field.disabled = not offered
        return field

    def clean(self) -> dict[str, Any]:
        if self.basis.is_lost:
            raise forms.ValidationError(
                _("This form is too old to be saved. Copy what you typed and reload the panel.")
            )
        return self.cleaned_data

    @property
    def basis_token(self) -> str:
        """What the form carries along, hidden."""
        return "" if self.basis.is_lost else self.basis.signed(self.card)

    @property
    def rows(self) -> Iterator[tuple[forms.BoundField, forms.BoundField | None]]:
        """Each field, with the choice between two versions where there is one."""
        for name in self.fields:
            if not name.startswith("choose-"):
                yield self[name], self[f"choose-{name}"] if f"choose-{name}" in self.fields else None

    def wanted(self) -> dict[str, str]:
        """What the person wants, by field: his own version, or theirs where he chose so."""
        seen = values_of(self.basis.seen)
        theirs = {name for name in self.basis.torn if self.cleaned_data[f"choose-{name}"] == THEIRS}
        mine = {name for name in self.cleaned_data if name in self.data} - theirs
        touched = {name for name in mine if self.cleaned_data[name] != seen.get(name, "").strip()}
        names = [name for name in self.fields if not name.startswith("choose-")]
        return {name: self.cleaned_data[name] if name in touched else seen.get(name, "") for name in names}


class EditFacts(Action[FactsForm]):
    """Correct the facts, guarded by what the person saw."""

    part = "edit"
    shows = "facts"

    async def blank(self, crm: AsyncCrm, card: Card) -> FactsForm:
        company, categories, businesses = await crm.all(
            contact(card.contact_id), section(mdo_list("category")), section(mdo_list("business"))
        )
        choices = {
            "category": choices_of(categories.data or (), company.category),
            "business": choices_of(businesses.data or (), company.business),
        }
        return FactsForm(card, Basis.of(company, choices))

    def filled(self, card: Card, data: QueryDict) -> FactsForm:
        return FactsForm(card, Basis.opened(data.get("basis", ""), card), data)

    async def run(self, crm: AsyncCrm, card: Card, form: FactsForm) -> None:
        """One guarded PATCH. Repeating it is harmless: what is wanted and already there counts as done."""
        seen, wanted = form.basis.seen, form.wanted()
        try:
            await crm(change_contact(card.contact_id, changes(seen, **_by_subject(wanted)), seen.updated))
        except Conflict as conflict:
            raise AskAgain(_torn(form, wanted, conflict.current)) from conflict


def _torn(form: FactsForm, wanted: dict[str, str], current: Contact) -> FactsForm:
    """The form on the company as it is now: his changes stay, where both changed something he chooses."""
    seen, now = values_of(form.basis.seen), values_of(current)
    typed = {name: value for name, value in wanted.items() if value != seen.get(name, "")}
    torn = [name for name in typed if now.get(name, "") not in (seen.get(name, ""), typed[name])]
    return FactsForm(form.card, form.basis.rebased(current, torn), {**now, **typed})


def values_of(company: Contact) -> dict[str, str]:
    """A company as a form holds it."""
    values: dict[str, str] = {}
    for subject in EDITED:
        value = getattr(company, subject)
        if subject in ELEMENTS:
            values |= {f"{subject}-{place}": element.value for place, element in enumerate(value)} or {
                f"{subject}-0": ""
            }
        else:
            values[subject] = str(value.id if value else 0) if subject in ITEMS else value
    return values


def _by_subject(values: Mapping[str, str]) -> dict[str, Any]:
    """From a form back to what ``changes`` takes."""
    wanted: dict[str, Any] = {}
    for name, value in values.items():
        subject, dash, _place = name.partition("-")
        if dash:
            wanted.setdefault(subject, []).append(value)
        else:
            wanted[subject] = int(value) if subject in ITEMS else value
    return wanted


def _field_names(seen: Mapping[str, str], data: Mapping[str, Any]) -> list[str]:
    """In the order of ``EDITED``; a form that came back may hold more phones than the company has by now."""
    names = set(seen) | {name for name in data if re.fullmatch(rf"({'|'.join(EDITED)})(-[0-9]{{1,2}})?", name)}
    in_order = sorted(names, key=lambda name: (EDITED.index(name.partition("-")[0]), int(name.partition("-")[2] or 0)))
    return [name for name in in_order if ("-" in name) == (name.partition("-")[0] in ELEMENTS) and _is_near(name)]


def _is_near(name: str) -> bool:
    return int(name.partition("-")[2] or 0) < MOST_ELEMENTS


def _text_field(subject: str, right: FieldRight) -> forms.Field:
    attrs = {"autocomplete": "off"}  # the browser would offer the reader's own number for a customer
    if subject == "emails":
        return forms.EmailField(max_length=right.max_length, widget=forms.EmailInput(attrs))
    if subject == "phones":
        return forms.CharField(max_length=right.max_length, widget=forms.TextInput(attrs | {"inputmode": "tel"}))
    return forms.CharField(max_length=right.max_length, widget=forms.TextInput(attrs))


def _choice_between_two(theirs: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Someone changed this meanwhile"),
        choices=[(MINE, _("Keep mine")), (THEIRS, _("Take theirs"))],
        widget=forms.RadioSelect,
        help_text=theirs,
        error_messages={"required": _("Choose one of the two.")},
    )
