"""``make messages``: collect our own texts, bring the catalogues in ``locale/`` up to date and compile them.

It does what Django's makemessages and compilemessages do, by Babel instead of GNU gettext, which not every machine has.
Texts that are gone are dropped, new ones stand there untranslated, and nothing is guessed: ``tests/test_messages.py``
fails until somebody has translated them.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]

type Found = tuple[str | tuple[str, ...], str | None, str]
"""A text, or its singular and plural; its context; the file."""


def texts() -> Iterator[Found]:
    """Every text of ours, in code and templates."""
    for folder, pattern in (("panel", "*.py"), ("templates", "*.html")):
        for file in sorted((ROOT / folder).rglob(pattern)):
            source = file.read_text()
            code = unindented(templatize(source, origin=str(file))) if file.suffix == ".html" else source
            for _line, message, _comments, context in extract("python", io.BytesIO(code.encode()), FUNCTIONS):
                yield message, context, str(file.relative_to(ROOT))


def unindented(code: str) -> str:
    """What Django makes of a template is Python, but for the template's own indentation."""
    return "\n".join(line.strip() for line in code.splitlines())


def template() -> Catalog:
    """All texts, without translations. Only the files are named: line numbers would change all the time."""
    catalog = Catalog(project="Sidecard", charset="utf-8")
    for message, context, file in texts():
        catalog.add(message, locations=[(file, None)], context=context)
    return catalog


def source(language: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    """A language's catalogue as it is; empty if there is none yet."""
    if not source(language).exists():
        return Catalog(locale=language, charset="utf-8")
    with source(language).open("rb") as file:
        return read_po(file, locale=language)


def write(language: str, catalog: Catalog) -> None:
    source(language).parent.mkdir(parents=True, exist_ok=True)
    with source(language).open("wb") as file:
        write_po(file, catalog, width=100, omit_header=False, sort_output=True, ignore_obsolete=True)
    source(language).with_suffix(".mo").write_bytes(compiled(catalog))


def compiled(catalog: Catalog) -> bytes:
    """What Django reads."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def main() -> None:
    current = template()
    for language in LANGUAGES:
        catalog = read(language)
        catalog.update(current, no_fuzzy_matching=True, update_creation_date=False)
        write(language, catalog)
        missing = sum(1 for message in catalog if message.id and not all(as_texts(message.string)))
        print(f"{language}: {len(catalog)} texts, {missing} not translated")


def as_texts(string: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """The translation, or one a plural form."""
    return string if isinstance(string, tuple) else (string or "",)


if __name__ == "__main__":
    import django

    django.setup()
    main()
