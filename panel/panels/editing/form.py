"""The form of some fields of one record, with the person's rights, and with a choice where two people changed one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from panel.panels.contract import Card
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import field_for, shown
from panel.panels.editing.sheet import split

MINE, THEIRS = "mine", "theirs"
CHOOSE = "choose-"
MOST_VALUES = 20


@dataclass(frozen=True)
class Row:
    """A field as the template shows it; where two versions meet, with the choice between them."""

    field: forms.BoundField
    choice: forms.BoundField | None = None
    mine: str = ""
    theirs: str = ""


class RecordForm(forms.Form):
    """Field names are those of the sheet, with a number where there may be several (``phones-0``)."""

    def __init__(self, card: Card, basis: Basis, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.card, self.basis, self.sheet = card, basis, basis.sheet
        self.seen: dict[str, Any] = {} if basis.is_lost else self.sheet.values(basis.seen)
        for name in self._names(data or {}):
            self.fields[name] = self._field(name)
        for name in basis.torn:
            self.fields[CHOOSE + name] = _choice_between_two()

    def _names(self, data: Mapping[str, Any]) -> list[str]:
        """In the sheet's order; a form that came back may hold more phones than the record has by now."""
        subjects = list(self.sheet.labels)
        sent = {name for name in data if re.fullmatch(rf"({'|'.join(subjects)})(-[0-9]{{1,2}})?", name)}
        names = [
            name
            for name in {*self.seen, *sent}
            if ("-" in name) == self.sheet.is_plural(split(name)[0]) and split(name)[1] < MOST_VALUES
        ]
        return sorted(names, key=lambda name: (subjects.index(split(name)[0]), split(name)[1]))

    def _field(self, name: str) -> forms.Field:
        subject, place = split(name)
        right = self.sheet.right(self.basis.seen, subject)
        choices = self.basis.choices.get(subject, ())
        is_long = subject in self.sheet.long
        field = field_for(self.sheet.places[subject], right, self.card.language, choices, is_long=is_long)
        field.label, field.initial = self._label(subject, place), self.seen.get(name, "")
        field.disabled = field.disabled or not right.is_writable
        # An array's right speaks of the array: its first place stands for "there must be one".
        field.required = right.is_mandatory and not field.disabled and not place
        if right.reason:
            field.widget.attrs["title"] = right.reason
        if field.disabled:
            field.help_text = right.reason or gettext("SuperOffice does not let you change this.")
        return field

    def _label(self, subject: str, place: int) -> str:
        values = getattr(self.basis.seen, subject) if self.sheet.is_plural(subject) else ()
        described = values[place].description if place < len(values) else ""
        return described or str(self.sheet.labels[subject])

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
    def rows(self) -> Iterator[Row]:
        """What is to be shown, the reader's place marked."""
        self._focus()
        for name in self.fields:
            if CHOOSE + name in self.fields:
                field, theirs = self.fields[name], shown(self.fields[name], self.seen.get(name, ""))
                yield Row(self[name], self[CHOOSE + name], shown(field, self[name].value()), theirs)
            elif not name.startswith(CHOOSE) and not self[name].is_hidden:
                yield Row(self[name])

    def _focus(self) -> None:
        """Where the reader goes on: to the first choice, else to the first mistake, else to the first field."""
        names = [*(name for name in self.fields if name.startswith(CHOOSE)), *self.errors, *self.fields]
        open_ones = [name for name in names if name in self.fields and not self.fields[name].disabled]
        if open_ones:
            self.fields[open_ones[0]].widget.attrs["data-focus"] = True

    # What the person wants

    def wanted(self) -> dict[str, Any]:
        """By form field: his own version, or theirs where he chose so."""
        theirs = {name for name in self.basis.torn if self.cleaned_data[CHOOSE + name] == THEIRS}
        mine = {name for name in self.cleaned_data if name in self.data} - theirs
        names = [name for name in self.fields if name.partition("-")[0] in self.sheet.labels]
        return {name: self._version(name, is_mine=name in mine) for name in names}

    def _version(self, name: str, *, is_mine: bool) -> Any:
        """The value as it was seen, where it was only freed of blanks at its ends."""
        seen = self.seen.get(name, "")
        typed = self.cleaned_data[name] if is_mine else seen
        return seen if isinstance(seen, str) and typed == seen.strip() else typed

    def by_field(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """As ``records.changes`` takes them: the values of phones in one list."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            subject, _place = split(name)
            if self.sheet.is_plural(subject):
                found.setdefault(subject, []).append(value)
            else:
                found[subject] = value
        return found

    def on(self, current: Any, wanted: Mapping[str, Any]) -> RecordForm:
        """The form on the record as it is now: his changes stay; where both changed something, he chooses."""
        now = self.sheet.values(current)
        typed = {name: value for name, value in wanted.items() if value != self.seen.get(name, "")}
        torn = [name for name in typed if now.get(name, "") not in (self.seen.get(name, ""), typed[name])]
        written = {name: self._written(name, value) for name, value in {**now, **typed}.items()}
        return type(self)(self.card, self.basis.rebased(current, torn), written)

    def _written(self, name: str, value: Any) -> Any:
        return self.fields[name].prepare_value(value) if name in self.fields else value


def _choice_between_two() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Someone changed this meanwhile"),
        choices=[(MINE, _("Keep mine")), (THEIRS, _("Take theirs"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
