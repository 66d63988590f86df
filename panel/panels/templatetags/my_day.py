"""What the template of My day needs beside the tags of all panels: times of day, and links to records."""

from __future__ import annotations

from datetime import datetime
from html import escape

from babel.dates import format_time
from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from panel.panels.catalogue import panels
from panel.panels.templatetags.panels import in_superoffice, locale_of

register = template.Library()

WHERE = {"contact_id": "contact.main?contact_id=", "person_id": "person.main?person_id="}
"""Records in SuperOffice, by the name a card has for them [cust/soprotocol]."""


@register.simple_tag(takes_context=True)
def clock(context: Context, value: datetime) -> SafeString:
    """The time of day of a moment in its own zone, as the reader writes it."""
    shown = format_time(value, "short", locale=locale_of(context["language"]))
    return SafeString(f'<time datetime="{value.isoformat()}">{escape(shown)}</time>')


@register.simple_tag(takes_context=True)
def record(context: Context, name: str, key: int) -> SafeString:
    """Attributes of a link to a record: on a page of its own to our panel for it, if there is one, else SuperOffice."""
    slug = next((slug for slug, panel in panels().items() if panel.needs == name), "")
    if context["card"].embedded or not slug:
        return in_superoffice(context, WHERE[name], key)
    address = f"{reverse('panels:show', args=[slug])}?{context['card'].query()}&{name}={int(key)}"
    return SafeString(f'href="{escape(address)}"')
