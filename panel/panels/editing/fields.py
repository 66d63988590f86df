"""How one value is asked for, written as the reader's language writes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import phonenumbers
from babel.dates import format_date, parse_date
from babel.numbers import NumberFormatError, get_decimal_symbol, parse_decimal
from django import forms
from django.utils.choices import flatten_choices
from django.utils.translation import gettext_lazy as _

from crm_client.values import Item, amount, day, integer, yes
from panel.panels.editing.sheet import Entry
from panel.panels.templatetags.panels import locale_of

PLAIN = {"autocomplete": "off"}
"""The browser would offer the reader's own number for a customer."""


SHORT = 12
"""Longer lists are searched by typing, where there are scripts."""


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
            return _from_elsewhere(value) or parse_decimal("".join(value.split()), self.locale, strict=True)
        except NumberFormatError:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        return f"{value.normalize():f}".replace(".", get_decimal_symbol(self.locale))


def _from_elsewhere(typed: str) -> Decimal | None:
    """``1.234,50`` and ``1,234.50`` can mean one thing only, whatever the reader's language."""
    plain = re.sub(r"[\s'’]", "", typed)
    for group, point in ((",", "."), (".", ",")):
        if re.fullmatch(rf"-?\d{{1,3}}(\{group}\d{{3}})+\{point}\d+", plain):
            return Decimal(plain.replace(group, "").replace(point, "."))
    return None


class PhoneField(forms.CharField):
    """A phone number. One typed without its country gets that of the record; what cannot be read stays as typed."""

    def __init__(self, region: str, length: int | None) -> None:
        self.region = region
        super().__init__(max_length=length, widget=forms.TextInput(PLAIN | {"inputmode": "tel"}))

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        number = phone_in(typed, self.region)
        is_clear = typed.startswith("+") and " " in typed  # people group digits as they like
        if number is None or is_clear:
            return typed
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_in(typed: str, region: str) -> phonenumbers.PhoneNumber | None:
    """The number somebody typed in a country; None if there is no such number."""
    try:
        number = phonenumbers.parse(typed, region or None)
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None


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


class PickField(forms.Field):
    """A record that is looked up by its name. It is sent as ``12:Kari Nordmann``: whatever happens, the form can say
    again who that is.
    """

    def __init__(self) -> None:
        super().__init__(widget=Pick(), required=False, error_messages={"invalid": _("Choose from the list.")})

    def offer(self, found: Sequence[Item]) -> None:
        """Show what was found."""
        self.widget.choices = [*self.widget.choices, *((written(item), item.name) for item in found)]

    def to_python(self, value: Any) -> Item | None:
        if value in self.empty_values or isinstance(value, Item):
            return value or None
        key, _colon, name = str(value).partition(":")
        if not re.fullmatch(r"[0-9]{1,10}", key):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Item(int(key), name) if int(key) else None

    def prepare_value(self, value: Any) -> Any:
        return written(value) if isinstance(value, Item) else value


class Pick(forms.Select):
    """Offers nobody, who is chosen, and what was found."""

    def __init__(self) -> None:
        super().__init__({"data-combobox": True}, choices=[("", "–")])

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> list[Any]:
        known = {key for key, _label in self.choices}
        here = self.choices
        self.choices = [*here, *((one, one.partition(":")[2]) for one in value if one not in known)]
        groups = super().optgroups(name, value, attrs)
        self.choices = here
        return groups


def written(item: Item) -> str:
    return f"{item.id}:{item.name}"


def field_for(entry: Entry, language: str, choices: Choices, region: str = "") -> forms.Field:
    """The form field for a property of a record; ``region`` is its country, as two letters."""
    if entry.is_picked:
        return PickField()
    if entry.is_choice:
        return choice_field(choices, is_mandatory=entry.right.is_mandatory)
    if entry.place.reads in KINDS:
        return KINDS[entry.place.reads](language)
    if entry.place.path.endswith("Phones"):
        return PhoneField(region, entry.right.max_length)
    return _text(entry)


KINDS: dict[Callable[[Any], Any], Callable[[str], forms.Field]] = {
    day: DayField,
    amount: AmountField,
    integer: lambda _language: forms.IntegerField(widget=forms.TextInput(PLAIN | {"inputmode": "numeric"})),
    yes: lambda _language: YesNoField(),
}
"""By how the record's class reads the property; all others are texts."""


def choice_field(choices: Choices, *, is_mandatory: bool) -> forms.Field:
    """One of these, below their headings; none can be read of a list that offers nothing."""
    none = [] if is_mandatory and choices else [("0", "–")]
    field = forms.ChoiceField(
        choices=[*none, *_under_headings(choices)], error_messages={"invalid_choice": _("Choose from the list.")}
    )
    field.disabled = not choices
    if len(choices) > SHORT:
        field.widget.attrs["data-combobox"] = True
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
    widget = forms.Textarea(PLAIN | {"rows": 3}) if entry.is_long else forms.TextInput(PLAIN)
    return forms.CharField(max_length=length, widget=widget)


def shown(field: forms.Field, value: Any) -> str:
    """A value in words, to be compared with another."""
    value = field.prepare_value(value)
    if isinstance(field, PickField):
        return str(value or "").partition(":")[2]
    if isinstance(field, DayField) and isinstance(value, date):
        return field.in_words(value)
    choices: Any = getattr(field, "choices", ())
    return str(dict(flatten_choices(choices)).get(value, value or ""))
