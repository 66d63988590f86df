"""What the template of My day needs beside the tags of all panels."""

from __future__ import annotations

from datetime import datetime
from html import escape

from babel.dates import format_time
from django import template
from django.template import Context
from django.utils.safestring import SafeString

from panel.panels.templatetags.panels import locale_of

register = template.Library()


@register.simple_tag(takes_context=True)
def clock(context: Context, value: datetime) -> SafeString:
    """The time of day of a moment in its own zone, as the reader writes it."""
    shown = format_time(value, "short", locale=locale_of(context["language"]))
    return SafeString(f'<time datetime="{value.isoformat()}">{escape(shown)}</time>')
