"""How one value is asked for, written as the reader's language writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from babel.dates import format_date, parse_date
from babel.numbers import NumberFormatError, get_decimal_symbol, parse_decimal
from django import forms
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from crm_client.values import FieldRight, amount, day, integer, yes
from panel.panels.editing.sheet import Entry
from panel.panels.templatetags.panels import locale_of

PLAIN = {"autocomplete": "off"}
"""The browser would offer the reader's own number for a customer."""


class Choice(NamedTuple):
    """One item a field offers."""

    id: int | str
    name: str
    heading: str = ""
    """What it stands under in its list."""


type Choices = Sequence[Choice]


class DayField(forms.DateField):
    """A day, by the browser's own calendar; without one also in the reader's order and signs."""

    def __init__(self, language: str) -> None:
        self.locale = locale_of(language)
        # Always with all digits of the year.
        self.pattern = re.sub("y+", "y", self.locale.date_formats["short"].pattern)
        example = self.in_words(date(2027, 12, 31))
        widget = forms.DateInput(PLAIN | {"type": "date", "max": "9999-12-31"}, format="%Y-%m-%d")
        super().__init__(widget=widget, error_messages={"invalid": _("Write a date like %s.") % example})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(value, self.locale, "short")  # an ISO date is understood in any language
        except (ValueError, IndexError):  # babel stumbles over a part that is missing
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        """The browser's calendar shows nothing of a day in another form."""
        try:
            return self.to_python(value)
        except forms.ValidationError:
            return value

    def in_words(self, value: date) -> str:
        """As the reader writes it."""
        return format_date(value, self.pattern, self.locale)


class AmountField(forms.DecimalField):
    """Any number, with the reader's signs."""

    def __init__(self, language: str) -> None:
        self.locale = locale_of(language)
        super().__init__(widget=forms.TextInput(PLAIN | {"inputmode": "decimal"}))

    def to_python(self, value: Any) -> Any:
        if value in self.empty_values or isinstance(value, Decimal):
            return super().to_python(value)
        try:
            return parse_decimal("".join(value.split()), self.locale, strict=True)
        except NumberFormatError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value:f}".replace(".", get_decimal_symbol(self.locale))


class YesNoField(forms.ChoiceField):
    """A flag. Two words to choose from: of a box nobody could tell whether it came unticked or not at all."""

    WORDS = ("0", _("No")), ("1", _("Yes"))

    def __init__(self) -> None:
        super().__init__(choices=self.WORDS)

    def to_python(self, value: Any) -> Any:
        return value if isinstance(value, bool) or value not in dict(self.WORDS) else value == "1"

    def validate(self, value: Any) -> None:
        super().validate(self.prepare_value(value))

    def prepare_value(self, value: Any) -> Any:
        return str(int(value)) if isinstance(value, bool) else value


def field_for(entry: Entry, language: str, choices: Choices) -> forms.Field:
    """The form field for a property of a record."""
    if entry.is_choice:
        return _choice(entry.right, choices)
    if entry.place.reads in KINDS:
        return KINDS[entry.place.reads](language)
    return _text(entry)


KINDS: dict[Callable[[Any], Any], Callable[[str], forms.Field]] = {
    day: DayField,
    amount: AmountField,
    integer: lambda _language: forms.IntegerField(widget=forms.TextInput(PLAIN | {"inputmode": "numeric"})),
    yes: lambda _language: YesNoField(),
}
"""By how the record's class reads the property; all others are texts."""


def _choice(right: FieldRight, choices: Choices) -> forms.Field:
    none = [] if right.is_mandatory and choices else [("0", "–")]
    field = forms.ChoiceField(
        choices=[*none, *_under_headings(choices)], error_messages={"invalid_choice": _("Choose from the list.")}
    )
    field.disabled = not choices
    return field


def _under_headings(choices: Choices) -> Iterator[tuple[str, Any]]:
    """As Django takes them."""
    for heading, below in groupby(choices, key=lambda choice: choice.heading):
        options = [(str(choice.id), choice.name) for choice in below]
        yield from [(heading, options)] if heading else options


def _text(entry: Entry) -> forms.Field:
    path, length = entry.place.path, entry.right.max_length
    if path.endswith("Emails"):
        return forms.EmailField(max_length=length, widget=forms.EmailInput(PLAIN))
    more = {"inputmode": "tel"} if path.endswith("Phones") else {}
    widget = forms.Textarea(PLAIN | {"rows": 3}) if entry.is_long else forms.TextInput(PLAIN | more)
    return forms.CharField(max_length=length, widget=widget)


def shown(field: forms.Field, value: Any) -> str:
    """A value in words, to be compared with another."""
    value = field.prepare_value(value)
    if isinstance(field, DayField) and isinstance(value, date):
        return field.in_words(value)
    choices: Any = getattr(field, "choices", ())
    return str(dict(flatten_choices(choices)).get(value, value or ""))
