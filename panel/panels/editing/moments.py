"""Asking for a moment: a day and a time, on the reader's own clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from panel.panels.editing.fields import PLAIN, DayField

WORKDAY_BEGINS = time(9)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2199, 12, 31)
"""Beyond these somebody mistyped the year."""
MOMENT = ("day", "time", "zone")
"""The fields."""


class MomentForm(forms.Form):
    """The reader's time zone comes from his browser (``panels.js``); without it it is UTC."""

    def ask_moment(self, language: str) -> None:
        """Add the fields, with the beginning of the next workday in them."""
        day = self.fields["day"] = DayField(language)
        day.label, day.initial = _("Date"), next_workday(datetime.now(UTC).date())
        day.validators += [MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)]
        self.fields["time"] = forms.TimeField(
            label=_("Time"),
            initial=WORKDAY_BEGINS,
            widget=forms.TimeInput(PLAIN | {"type": "time"}, format="%H:%M"),
        )
        self.fields["zone"] = forms.CharField(
            required=False, widget=forms.HiddenInput({"data-zone": "id_time_helptext"}), initial="UTC"
        )
        self.fields["time"].help_text = _("In UTC")

    def clean_zone(self) -> ZoneInfo:
        zone = self.cleaned_data["zone"]
        return ZoneInfo(zone if zone in known_zones() else "UTC")

    @property
    def moment(self) -> datetime:
        """In UTC; of a valid form."""
        typed: dict[str, Any] = self.cleaned_data
        return datetime.combine(typed["day"], typed["time"], typed["zone"]).astimezone(UTC)


def next_workday(today: date) -> date:
    """Tomorrow, or Monday."""
    return today + timedelta(days=7 - today.weekday() if today.weekday() >= 4 else 1)


@cache
def known_zones() -> set[str]:
    return available_timezones()
