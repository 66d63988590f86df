"""What makes painting fast must not show: nobody reads another's words, and figures are still the reader's own."""

from __future__ import annotations

from decimal import Decimal

from babel.numbers import format_decimal
from django.template import Context, Template
from django.test import Client
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from panel.panels.templatetags.panels import locale_of, money
from tests.panels.conftest import address, text_of
from tests.sandbox.world import Tenant


def template(source: str) -> Template:
    return Template("{% load i18n panels %}" + source)


def test_what_is_painted_once_knows_nothing_of_a_customer() -> None:
    """Else the second reader would see the first one's words."""
    head = template("{% once %}<h2>Contacts{{ name }}{{ card.ctx }}{% csrf_token %}</h2>{% endonce %} of {{ name }}")

    assert head.render(Context({"name": "Alice", "csrf_token": "secret"})) == "<h2>Contacts</h2> of Alice"
    assert head.render(Context({"name": "Bob", "csrf_token": "other"})) == "<h2>Contacts</h2> of Bob"


def test_what_is_painted_once_is_painted_for_each_language() -> None:
    month = template('{% once %}{% translate "January" %}{% endonce %}')  # Django itself translates this word

    said = []
    for language in ("en", "nb", "de", "en"):
        with translation.override(language):
            said.append(month.render(Context()))

    assert said == ["January", "januar", "Januar", "January"]


@given(
    st.decimals(min_value=-(10**12), max_value=10**12, places=2),
    st.sampled_from(["en-US", "nb-NO", "sv-SE", "de", "de-AT", "fr", "hi", "ar", "klingon"]),
)
def test_money_is_written_as_babel_writes_numbers(amount: Decimal, language: str) -> None:
    """Ours is faster, and has to agree: separators and minus sign."""
    pattern = "#,##0" if amount == int(amount) else "#,##0.00"
    expected = format_decimal(amount, pattern, locale=locale_of(language))

    assert money(Context({"language": language}), amount, "NOK") == f"{expected} NOK"


def test_an_action_s_address_stands_on_the_same_card(alice: Client, tenant: Tenant) -> None:
    page = text_of(alice.get(address(tenant)))
    form = address(tenant, path="company/edit").replace("&", "&amp;")

    assert f'href="{form}"' in page
    assert f'hx-get="{form}"' in page
