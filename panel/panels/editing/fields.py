"""How one value is asked for, written as the reader's language writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from babel.dates import format_date, parse_date
from babel.numbers import NumberFormatError, get_decimal_symbol, parse_decimal
from django import forms
from django.utils.translation import gettext_lazy as _

from crm_client.fields import ElementsPlace, ItemPlace, Place
from crm_client.values import FieldRight, amount, day, integer, yes
from panel.panels.templatetags.panels import locale_of

PLAIN = {"autocomplete": "off"}
"""The browser would offer the reader's own number for a customer."""

type Choices = Sequence[tuple[int, str]]


class DayField(forms.DateField):
    """A day in the reader's order and signs, always with all digits of the year; ``2027-01-31`` is understood too."""

    def __init__(self, language: str) -> None:
        self.locale = locale_of(language)
        self.pattern = re.sub("y+", "y", self.locale.date_formats["short"].pattern)
        example = self.prepare_value(date(2027, 12, 31))
        widget = forms.TextInput(PLAIN | {"placeholder": example})
        super().__init__(widget=widget, error_messages={"invalid": _("Write a date like %s.") % example})

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_date(value, self.locale, "short")
        except (ValueError, IndexError):  # babel stumbles over a part that is missing
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        return format_date(value, self.pattern, self.locale) if isinstance(value, date) else value


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


def field_for(place: Place[Any], right: FieldRight, language: str, choices: Choices, *, is_long: bool) -> forms.Field:
    """The form field for a property of a record."""
    if isinstance(place, ItemPlace):
        return _choice(right, choices)
    if isinstance(place, ElementsPlace) or place.reads not in KINDS:
        return _text(place.path, right, is_long)
    return KINDS[place.reads](language)


KINDS: dict[Callable[[Any], Any], Callable[[str], forms.Field]] = {
    day: DayField,
    amount: AmountField,
    integer: lambda _language: forms.IntegerField(widget=forms.TextInput(PLAIN | {"inputmode": "numeric"})),
    yes: lambda _language: YesNoField(),
}
"""By how the record's class reads the property; all others are texts."""


def _choice(right: FieldRight, choices: Choices) -> forms.Field:
    offered = [(str(key), label) for key, label in choices]
    none = [] if right.is_mandatory and offered else [("0", "–")]
    field = forms.ChoiceField(choices=none + offered, error_messages={"invalid_choice": _("Choose from the list.")})
    field.disabled = not offered
    return field


def _text(path: str, right: FieldRight, is_long: bool) -> forms.Field:
    if path.endswith("Emails"):
        return forms.EmailField(max_length=right.max_length, widget=forms.EmailInput(PLAIN))
    more = {"inputmode": "tel"} if path.endswith("Phones") else {}
    widget = forms.Textarea(PLAIN | {"rows": 3}) if is_long else forms.TextInput(PLAIN | more)
    return forms.CharField(max_length=right.max_length, widget=widget)


def shown(field: forms.Field, value: Any) -> str:
    """A value in words, to be compared with another."""
    value = field.prepare_value(value)
    choices: Any = getattr(field, "choices", ())
    return str(dict(choices).get(value, value or ""))
