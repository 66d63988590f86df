"""Our own texts exist in every language, whole, and as they were compiled."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Message
from django.utils import translation
from django.utils.translation import gettext, ngettext

from tests import messages
from tests.messages import LANGUAGES, as_texts

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


def ids(message: Message) -> tuple[str, ...]:
    return message.id if isinstance(message.id, tuple) else (message.id,)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_translated_and_none_is_left_over(language: str):
    """`make messages` collects them; then somebody translates."""
    wanted = {(message.id, message.context) for message in messages.template() if message.id}
    catalog = messages.read(language)
    there = {(message.id, message.context) for message in catalog if message.id}
    assert there == wanted
    assert [message.id for message in catalog if message.id and not all(as_texts(message.string))] == []
    assert [message.id for message in catalog if message.fuzzy and message.id] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_what_is_filled_in(language: str):
    for message in messages.read(language):
        if message.id:
            wanted = {frozenset(PLACEHOLDER.findall(text)) for text in ids(message)}
            assert {frozenset(PLACEHOLDER.findall(text)) for text in as_texts(message.string)} <= wanted, message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_begins_and_ends_alike(language: str):
    """A blank or a full stop lost in translation shows where texts are put together."""
    for message in messages.read(language):
        for text in as_texts(message.string) if message.id else ():
            first = ids(message)[0]
            assert (text.strip() == text) is (first.strip() == first), message.id
            assert text.endswith((".", "…", ":")) is first.endswith((".", "…", ":")), message.id


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_compiled_is_what_is_written(language: str):
    """Django reads the compiled one."""
    for message in messages.read(language):
        with translation.override(language):
            if isinstance(message.id, tuple):
                assert ngettext(*message.id, 1) == message.string[0]
            elif message.id and message.context is None:
                assert gettext(message.id) == message.string


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("nb-NO", "nb"), ("sv-SE", "sv"), ("da-DK", "da"), ("de", "de"), ("nl-NL", "nl"), ("en-US", "en")],
)
def test_superoffice_s_codes_lead_to_them(wanted: str, language: str):
    assert translation.get_supported_language_variant(wanted) == language
