"""Values of the CRM on a page: in the reader's language, and never more than they look like."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.template import Context, Template

from panel.panels.contract import Card
from panel.panels.templatetags.panels import mail_href, tel_href, web_href


def shown(source: str, language: str = "en-US", **context: object) -> str:
    around = {"language": language, "client_url": "", "card": Card(), **context}
    return Template("{% load panels %}" + source).render(Context(around))


@pytest.mark.parametrize(
    ("language", "amount", "expected"),
    [
        ("en-US", "1234567.5", "1,234,567.50 NOK"),
        ("en-US", "1234567", "1,234,567 NOK"),
        ("nb-NO", "1234567.50", "1\xa0234\xa0567,50 NOK"),
        ("de", "1234567.005", "1.234.567,00 NOK"),
        ("de-CH", "1234567.5", "1&#x27;234&#x27;567.50 NOK"),  # Babel loses such separators, taking them for quotes
        ("klingon", "5", "5 NOK"),
        ("", "0.1", "0.10 NOK"),
    ],
)
def test_money(language: str, amount: str, expected: str) -> None:
    assert shown("{% money amount 'NOK' %}", language, amount=Decimal(amount)) == expected


def test_money_with_a_nasty_currency_is_text() -> None:
    assert shown("{% money amount currency %}", amount=Decimal(1), currency="<b>") == "1 &lt;b&gt;"


def test_days_and_moments() -> None:
    """A moment is left to the reader's clock; until then it names its zone."""
    at = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)

    assert shown("{% day when %}", "nb-NO", when=date(2026, 3, 1)) == '<time datetime="2026-03-01">1. mars 2026</time>'
    assert 'data-local="nb-NO"' in shown("{% moment when %}", "nb-NO", when=at)
    assert " UTC</time>" in shown("{% moment when %}", when=at)
    assert shown("{% day when %}{% moment when %}", when=None) == ""


def test_a_link_into_superoffice() -> None:
    """In the frame a message, elsewhere the client's own address."""
    source = '<a {% in_superoffice "sale.main?sale_id=" key %}>'
    client = "https://online2.superoffice.com/Cust12345/default.aspx"

    assert shown(source, key=7) == '<a data-soprotocol="sale.main?sale_id=7">'
    assert f'href="{client}?sale.main?sale_id=7"' in shown(source, key=7, client_url=client)


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("www.acme.example", "https://www.acme.example"),
        (" http://acme.example/a?b=c ", "http://acme.example/a?b=c"),
        ("HTTPS://Acme.Example", "HTTPS://Acme.Example"),
        ("javascript:alert(1)", ""),
        ("java\nscript:alert(1)", ""),
        ("data:text/html,<script>", ""),
        ("https://user:pass@acme.example", ""),
        ("https://[broken", ""),
        ("no website", ""),
        ("", ""),
    ],
)
def test_websites(typed: str, href: str) -> None:
    assert web_href(typed) == href


@pytest.mark.parametrize(
    ("typed", "href"),
    [("+47 22 10 45 84", "tel:+4722104584"), ("(0)22-10", "tel:02210"), ("none", ""), ("1+2+3", ""), ("", "")],
)
def test_phones(typed: str, href: str) -> None:
    assert tel_href(typed) == href


@pytest.mark.parametrize(
    ("typed", "href"),
    [
        ("post@acme.example", "mailto:post@acme.example"),
        ("a@b.example?bcc=c@d.example", ""),
        ("a@b.example?subject=x", "mailto:a@b.example%3Fsubject%3Dx"),
        ("nobody", ""),
    ],
)
def test_mail(typed: str, href: str) -> None:
    assert mail_href(typed) == href
