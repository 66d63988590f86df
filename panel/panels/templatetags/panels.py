"""What panel templates need to show values of the CRM: money, dates and links, in the reader's language and safely.

A row calls several of these, and a panel has dozens of rows. So they escape by Python's own ``escape`` and join with
f-strings: Django's ``format_html`` takes several times as long, and was a fifth of what painting a panel cost.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from html import escape
from urllib.parse import quote, urlsplit

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, get_decimal_symbol, get_group_symbol
from django import template
from django.template import Context
from django.template.base import Node, NodeList, Parser, Token
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from lucide.templatetags.lucide import lucide

from crm_client.udef import Value
from crm_client.values import Item

register = template.Library()

OUTSIDE = ' target="_blank" rel="noopener noreferrer"'
"""Leads out of the frame and tells nobody where from."""


MILLION = 1_000_000


@lru_cache(64)
def locale_of(language: str) -> Locale:
    """The conventions for numbers and dates of SuperOffice's language code (``nb-NO``, ``de``); English if unknown."""
    try:
        return Locale.parse(language.replace("-", "_"))
    except (ValueError, UnknownLocaleError):
        return Locale("en")


@lru_cache(64)
def separators_of(language: str) -> dict[int, str]:
    """From Python's separators in ``1,156,250.00`` to the reader's."""
    locale = locale_of(language)
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale)})


class OnceNode(Node):
    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist
        self.painted: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = get_language()
        if language not in self.painted:
            # Without what the page knows: nothing of a customer can stay in it.
            self.painted[language] = self.nodelist.render(context.new())
        return self.painted[language]


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    """``{% once %}…{% endonce %}``: painted once for each language and kept. In it no variable has a value."""
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(nodelist)


@register.simple_tag
@cache
def icon(name: str, size: int) -> str:
    """A decorative line icon of lucide, kept: reading it from lucide's archive takes a millisecond."""
    return SafeString(lucide(name, size=size, aria_hidden="true"))


@register.simple_tag(takes_context=True)
def money(context: Context, amount: Decimal, currency: str) -> str:
    """An amount as SuperOffice shows it, ``1,156,250 NOK``, in the reader's figures; whole amounts without decimals."""
    figures = f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"
    return f"{figures.translate(separators_of(context['language']))} {currency}".strip()


@register.simple_tag(takes_context=True)
def short_money(context: Context, amount: Decimal) -> str:
    """An amount where there is little room, in the reader's figures: ``485K``."""
    return format_compact_decimal(
        amount, fraction_digits=int(abs(amount) >= MILLION), locale=locale_of(context["language"])
    )


@register.simple_tag(takes_context=True)
def month(context: Context, value: date) -> str:
    """The short name of a day's month, as the reader writes it."""
    return format_date(value, "LLL", locale=locale_of(context["language"]))


@register.simple_tag(takes_context=True)
def day(context: Context, value: date | None) -> SafeString | str:
    """A date as the reader writes it."""
    return "" if value is None else _day(value, context["language"])


@lru_cache(1024)
def _day(value: date, language: str) -> SafeString:
    shown = format_date(value, "medium", locale=locale_of(language))
    return SafeString(f'<time datetime="{value.isoformat()}">{escape(shown)}</time>')


@register.simple_tag(takes_context=True)
def moment(context: Context, value: datetime | None) -> SafeString | str:
    """A moment; ``panels.js`` turns it to the reader's own time zone, without it UTC is named."""
    if value is None:
        return ""
    locale = locale_of(context["language"])
    shown = escape(format_datetime(value, "medium", locale=locale))
    code = str(locale).replace("_", "-")
    return SafeString(f'<time datetime="{value.isoformat()}" data-local="{code}">{shown} UTC</time>')


@register.simple_tag(takes_context=True)
def ago(context: Context, value: date | None, today: date | None = None) -> str:
    """How long ago a day or a moment is, or in what time it comes: "3 days ago", "in 2 weeks". Of a day it is told by
    the reader's ``today``; without it, by that of UTC.
    """
    if value is None:
        return ""
    now = datetime.now(UTC)
    distance = value - now if isinstance(value, datetime) else value - (today or now.date())
    if not distance:
        return gettext("Today")
    return format_timedelta(distance, add_direction=True, locale=locale_of(context["language"]))


@register.simple_tag(takes_context=True)
def value_of(context: Context, value: Value) -> SafeString | str:
    """The value of a user-defined field, whatever its type, as the reader writes it."""
    match value:
        case bool():
            return str(_("Yes") if value else _("No"))
        case Decimal():
            return format_decimal(value, locale=locale_of(context["language"]))
        case date():
            return _day(value, context["language"])
        case Item():
            return value.name
    return "" if value is None else str(value)


@register.simple_tag(takes_context=True)
def action_url(context: Context, action: str, **about: int) -> str:
    """The address of one of the panel's actions, on this card: ``{% action_url "edit" as edit_url %}``; ``about`` are
    further ids: ``{% action_url "role" member_id=member.member_id as role_url %}``.
    """
    return f"{reverse('panels:act', args=[context['slug'], action])}?{replace(context['card'], **about).query()}"


@register.simple_tag(takes_context=True)
def view_url(context: Context, view: str) -> str:
    """The address of this panel on this card in one of its views: ``{% view_url "group" %}``."""
    return f"{reverse('panels:show', args=[context['slug']])}?{replace(context['card'], view=view).query()}"


@register.simple_tag(takes_context=True)
def in_superoffice(context: Context, where: str, key: int) -> SafeString:
    """Attributes of a link to a record in SuperOffice: ``<a {% in_superoffice "sale.main?sale_id=" sale.sale_id %}>``.

    Inside SuperOffice ``panels.js`` sends the SoProtocol text to the page around; elsewhere the link opens the client,
    and in SuperOffice Mobile the app's own screen.
    """
    if context["card"].is_mobile:
        return _in_mobile(where, int(key))
    target, client = escape(f"{where}{int(key)}"), escape(context["client_url"])
    link = f'data-soprotocol="{target}"'
    return SafeString(f'{link} href="{client}?{target}"{OUTSIDE}' if client else link)


def _in_mobile(where: str, key: int) -> SafeString:
    """The app knows no SoProtocol, but addresses of its own [cust/soprotocol/used-in-webpanels-mobile].

    A record it has no screen for is mere text; an offer to make a new one, which it has no address for, is not made.
    """
    if record := re.match(r"(contact|person|project|sale|appointment|document)\.\w+\?(\w+)=$", where):
        return SafeString(f'href="superoffice://{record[1]}?{record[2]}={key}"')
    if where.startswith("diary."):
        return SafeString('href="superoffice://diaryhome.day"')
    return SafeString("hidden" if "[new=true]" in where else "")


@register.filter
def web_link(text: str) -> SafeString | str:
    """A company's website as a link, without handle or referrer; only text where it is no plain web address."""
    return _link(web_href(text), text, OUTSIDE)


@register.filter
def phone_link(text: str) -> SafeString | str:
    """A phone number to call; only text where it is none."""
    return _link(tel_href(text), text)


@register.filter
def mail_link(text: str) -> SafeString | str:
    """An e-mail address to write to; only text where it is none."""
    return _link(mail_href(text), text)


def _link(href: str, text: str, more: str = "") -> SafeString | str:
    return SafeString(f'<a href="{escape(href)}"{more}>{escape(text)}</a>') if href else text


def web_href(text: str) -> str:
    """The address behind a company's website as typed in the CRM; empty unless it is a plain web address."""
    text = text.strip()
    address = text if re.match(r"(?i)https?://", text) else f"https://{text}"
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return ""
    is_host = re.fullmatch(r"[\w-]+(\.[\w-]+)+", host or "") is not None
    return address if is_host and not parts.username and not re.search(r"[\s\x00-\x1f\\<>\"]", address) else ""


def tel_href(text: str) -> str:
    """``tel:`` with the digits of a phone number; empty without any."""
    digits = re.sub(r"[^0-9+]", "", text)
    return f"tel:{digits}" if re.fullmatch(r"\+?[0-9]{3,}", digits) else ""


def mail_href(text: str) -> str:
    """``mailto:`` for one plain address; no headers can be smuggled in."""
    return f"mailto:{quote(text.strip(), safe='@')}" if re.fullmatch(r"[^@\s]+@[^@\s]+", text.strip()) else ""
