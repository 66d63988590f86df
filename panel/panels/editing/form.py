"""The form of some fields of one record, with the person's rights, and with a choice where two people changed one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from crm_client.fields import Place
from crm_client.patch import Change
from crm_client.values import FieldRight, Item, integer, text
from panel.panels.contract import Card, Text
from panel.panels.editing.basis import Basis
from panel.panels.editing.fields import PhoneField, PickField, field_for, phone_in, shown
from panel.panels.editing.sheet import OWN, Entry

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
    group: Text = ""
    """A heading, where one begins."""

    @property
    def is_picked(self) -> bool:
        """It is looked up by name."""
        return isinstance(self.field.field, PickField) and not self.field.field.disabled

    @property
    def is_tooltip(self) -> bool:
        """Its help is its tooltip, read out but not shown twice; why a field is locked is shown."""
        field = self.field.field
        return not field.disabled and field.widget.attrs.get("title") == field.help_text


class RecordForm(forms.Form):
    """Field names are those of the sheet, with a number where there may be several (``phones-0``)."""

    def __init__(self, card: Card, basis: Basis, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.card, self.basis, self.sheet = card, basis, basis.sheet
        self.entries = _as_sent(basis, data or {}) if basis.is_lost else basis.entries
        self.seen: dict[str, Any] = {} if basis.is_lost else self._values(basis.seen)
        for name in self._names(data or {}):
            self.fields[name] = self._field(name)
        for name in basis.torn:
            self.fields[CHOOSE + name] = _choice_between_two(basis.torn_by)

    def _values(self, record: Any) -> dict[str, Any]:
        """A record as a form holds it."""
        found = [entry.values(name, record) for name, entry in self.entries.items()]
        return {name: value for values in found for name, value in values.items()}

    def _names(self, data: Mapping[str, Any]) -> list[str]:
        """In the sheet's order; a form that came back may hold more phones than the record has by now."""
        names: list[str] = []
        for subject, entry in self.entries.items():
            if entry.is_plural:
                several = re.compile(re.escape(subject) + "-[0-9]{1,2}")
                ranks = {rank(name) for name in (*self.seen, *data) if several.fullmatch(name)}
                names += [f"{subject}-{one}" for one in sorted(ranks) if one < MOST_VALUES]
            elif subject in self.seen or subject in data:
                names.append(subject)
        return names

    def subject(self, name: str) -> str:
        """The entry behind a form field: ``phones`` behind ``phones-1``."""
        return name if name in self.entries else name.rpartition("-")[0]

    def _field(self, name: str) -> forms.Field:
        subject = self.subject(name)
        entry = self.entries[subject]
        right = entry.right
        field = field_for(entry, self.card.language, self.basis.choices.get(subject, ()), self.basis.region)
        field.label, field.initial = self._label(name, entry), self.seen.get(name, "")
        field.disabled = field.disabled or not right.is_writable
        # An array's right speaks of the array: its first place stands for "there must be one".
        field.required = right.is_mandatory and not field.disabled and (name == subject or not rank(name))
        field.help_text = right.reason
        if right.reason:
            field.widget.attrs["title"] = right.reason
        if field.disabled:
            field.help_text = right.reason or gettext("SuperOffice does not let you change this.")
        elif field.required and right.reason:
            field.error_messages["required"] = right.reason
        return field

    def _label(self, name: str, entry: Entry) -> str:
        values = entry.place.read(self.basis.seen.raw) if entry.is_plural else ()
        place = rank(name) if entry.is_plural else 0
        described = values[place].description if place < len(values) else ""
        return described or str(entry.label)

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
    def refused(self) -> str:
        """SuperOffice's reason, or ours for it, where the person may not do this at all."""
        right = self.basis.seen.table_right
        if self.basis.is_lost or right.can_update:
            return ""
        return right.reason or gettext("SuperOffice does not let you change this.")

    @property
    def rows(self) -> Iterator[Row]:
        """What is to be shown, the reader's place marked."""
        self._focus()
        group: Text = ""
        for name in self.fields:
            if not self._is_more(name) and not name.startswith(CHOOSE) and not self[name].is_hidden:
                before, group = group, self.entries[self.subject(name)].group if self._is_ours(name) else ""
                yield self._row(name, group if group != before else "")

    @property
    def more(self) -> list[Row]:
        """What stands folded away at the end."""
        return [self._row(name) for name in self.fields if self._is_more(name)]

    @property
    def more_is_open(self) -> bool:
        """There is something to do in it."""
        return any(self._is_more(name) for name in (*self.errors, *self.basis.torn))

    def _is_ours(self, name: str) -> bool:
        """A field of the record, rather than one that a form adds."""
        return self.subject(name) in self.entries

    def _is_more(self, name: str) -> bool:
        return self._is_ours(name) and self.entries[self.subject(name)].is_more

    def _row(self, name: str, group: Text = "") -> Row:
        if CHOOSE + name not in self.fields:
            return Row(self[name], group=group)
        field = self.fields[name]
        mine, theirs = shown(field, self[name].value()), shown(field, self.seen.get(name, ""))
        return Row(self[name], self[CHOOSE + name], mine, theirs, group)

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
        names = [name for name in self.fields if self._is_ours(name)]
        return {name: self._version(name, is_mine=name in mine) for name in names}

    def _version(self, name: str, *, is_mine: bool) -> Any:
        """The value as it was seen, where it was only freed of blanks at its ends."""
        seen = self.seen.get(name, "")
        if not is_mine or (isinstance(seen, str) and str(self.data[name]).strip() == seen.strip()):
            return seen
        return self.cleaned_data[name]

    @property
    def warning(self) -> str:
        """What the person should look at again, although it is saved; empty if there is nothing."""
        phones = {name: field.region for name, field in self.fields.items() if isinstance(field, PhoneField)}
        typed = {name: self.cleaned_data.get(name, "") for name in phones if name in self.changed_data}
        odd = [number for name, number in typed.items() if number and phone_in(number, phones[name]) is None]
        return gettext("%s does not look like a phone number.") % ", ".join(odd) if odd else ""

    def refuse(self, said: str) -> bool:
        """Put SuperOffice's refusal beside the field it speaks of; False if it names none of them."""
        for name in self.fields:
            entry = self.entries.get(self.subject(name))
            key = entry.place.path.partition("/")[2 if name.startswith(OWN) else 0] if entry else ""
            if entry and (said == entry.right.reason or re.search(rf"(?<![\w:.]){re.escape(key)}(?![\w:.])", said)):
                self.add_error(name, said.replace(key, str(entry.label)) if name.startswith(OWN) else said)
                return True
        return False

    def by_subject(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """By entry: the values of phones in one list, of an item its id."""
        found: dict[str, Any] = {}
        for name, value in values.items():
            subject = self.subject(name)
            if self.entries[subject].is_plural:
                found.setdefault(subject, []).append(value)
            else:
                found[subject] = integer(_bare(value)) if self.entries[subject].is_choice else value
        return found

    def changes(self, wanted: Mapping[str, Any], record: Any = None) -> list[Change]:
        """What must change in a record; without one, in that which was seen."""
        seen = (record or self.basis.seen).raw
        return [
            change
            for subject, value in self.by_subject(wanted).items()
            for change in self.entries[subject].place.changes(seen, value)
        ]

    def on(self, current: Any, wanted: Mapping[str, Any]) -> RecordForm:
        """The form on the record as it is now: his changes stay; where both changed something, he chooses."""
        now = self._values(current)
        typed = {name: value for name, value in wanted.items() if _bare(value) != _bare(self.seen.get(name, ""))}
        torn = [
            name
            for name, mine in typed.items()
            if _bare(now.get(name, "")) not in (_bare(self.seen.get(name, "")), _bare(mine))
        ]
        written = {name: self._written(name, value) for name, value in {**now, **typed}.items()}
        return type(self)(self.card, self.basis.rebased(current, torn), written)

    def offer(self, name: str, found: Sequence[Item]) -> None:
        """Show what was found for a field. Nothing that was typed so far is judged yet."""
        field: Any = self.fields[name]
        field.offer(found)
        self._errors = forms.utils.ErrorDict()

    def _written(self, name: str, value: Any) -> Any:
        return self.fields[name].prepare_value(value) if name in self.fields else value


def _as_sent(basis: Basis, data: Mapping[str, Any]) -> dict[str, Entry]:
    """Of a form that was lost: what nobody can name any more still keeps what was typed."""
    unnamed = [name for name in data if name.startswith((OWN, *(f"{label}." for label in basis.sheet.labels)))]
    texts = {name: Entry(name.partition(".")[2], Place(name, text, str), FieldRight()) for name in unnamed}
    return {**basis.entries, **texts}


def _bare(value: Any) -> Any:
    """Of a record or an item its id: what it is called may differ from place to place."""
    return value.id if isinstance(value, Item) else value


def rank(name: str) -> int:
    """``phones-1`` is the second of the field ``phones``."""
    return int(name.rpartition("-")[2])


def _choice_between_two(by: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=gettext("%s changed this meanwhile") % by if by else _("Someone changed this meanwhile"),
        choices=[(MINE, _("Keep mine")), (THEIRS, _("Take theirs"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of the two.")},
    )
