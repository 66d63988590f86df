"""Links to records, inside SuperOffice to its own card, elsewhere to our page for such a record; and to our pages."""

from __future__ import annotations

import re
from html import escape

from django import template
from django.template import Context
from django.urls import reverse
from django.utils.safestring import SafeString

from panel.panels.catalogue import panels, without_record
from panel.panels.contract import Card
from panel.panels.templatetags.panels import in_superoffice

register = template.Library()


@register.simple_tag(takes_context=True)
def record_link(context: Context, where: str, key: int) -> SafeString:
    """Attributes of a link to a record: ``<a {% record_link "contact.main?contact_id=" company.id %}>``.

    ``where`` is as for ``in_superoffice``. Our page is that of the first panel which needs such a record; without one,
    and inside SuperOffice or its mobile app, the link leads there.
    """
    named = re.search(r"(\w+)=$", where)
    name, card = named[1] if named else "", context["card"]
    slug = next((slug for slug, panel in panels().items() if panel.needs == name), "")
    if card.embedded or card.is_mobile or not slug:
        return in_superoffice(context, where, key)
    said = {"uctx": card.ctx, "usid": str(card.associate_id), "lang": card.language, name: str(key)}
    address = f"{reverse('panels:show', args=[slug])}?{Card.from_query(said).query()}"
    return SafeString(f'data-soprotocol="{escape(where)}{int(key)}" href="{escape(address)}"')


@register.simple_tag(takes_context=True)
def own_query(context: Context) -> str:
    """The query of an address of ours beside no record, for the person of ``membership``; a page without a ``card`` is
    in the browser's language.
    """
    membership, card = context["membership"], context.get("card") or Card()
    return Card(membership.tenant.ctx, membership.associate_id, card.language).query()


@register.simple_tag
def own_pages() -> list[tuple[str, str]]:
    """Panels that need no record, for menus: slug and title."""
    return [(slug, str(panels()[slug].title)) for slug in without_record()]
