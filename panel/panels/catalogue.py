"""Which panels are switched on: ``settings.PANELS`` as a map, and the checks that say what a panel lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from inspect import iscoroutinefunction
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.signals import setting_changed
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.template.loader import get_template
from django.utils.module_loading import import_string

from panel.panels.contract import RECORDS, Panel, Place


@cache
def panels() -> dict[str, Panel]:
    """Every panel that is switched on, by slug, in the order of the settings."""
    found = [import_string(path)() for path in settings.PANELS]
    return {slug_of(panel): panel for panel in found}


def without_record() -> list[str]:
    """Slugs of the panels that are shown beside no record, as My day: the first one is where people begin."""
    return [slug for slug, panel in panels().items() if not panel.needs]


def slug_of(panel: Panel | type[Panel]) -> str:
    """The panel's word in addresses."""
    name = panel.__name__ if isinstance(panel, type) else type(panel).__name__
    return panel.slug or re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def template_of(panel: Panel | type[Panel]) -> str:
    """The name of the panel's template."""
    return panel.template or f"panels/{slug_of(panel).replace('-', '_')}.html"


def _forget(*, setting: str, **_kwargs: Any) -> None:
    if setting == "PANELS":
        panels.cache_clear()


setting_changed.connect(_forget)


@register
def check_panels(app_configs: object = None, **_kwargs: Any) -> list[CheckMessage]:
    """Tell kindly, at start-up, what would otherwise be a traceback at the first visit."""
    messages: list[CheckMessage] = []
    slugs: dict[str, str] = {}
    for path in settings.PANELS:
        try:
            panel = import_string(path)
        except ImportError as error:
            messages.append(_error(path, f"cannot be imported: {error}", "Mend the line in settings.PANELS.", 1))
            continue
        if not (isinstance(panel, type) and issubclass(panel, Panel)):
            messages.append(_error(path, "is not a Panel.", "Derive it from panel.panels.contract.Panel.", 2))
            continue
        messages += _complaints(path, panel)
        if twin := slugs.get(slug_of(panel)):
            hint = f"{twin} is there already; give one of them another slug."
            messages.append(_error(path, f"has a slug that is taken: {slug_of(panel)!r}.", hint, 3))
        slugs[slug_of(panel)] = path
    return messages


def _complaints(path: str, panel: type[Panel]) -> Iterator[CheckMessage]:
    if not panel.title:
        yield _error(path, "has no title.", 'Give it one: title = _("Open sales").', 4)
    if not panel.places or not all(isinstance(place, Place) for place in panel.places):
        yield _error(path, "does not say where it belongs.", "Give it places = [Place.COMPANY_SIDE].", 5)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug_of(panel)):
        yield _error(path, f"has a slug that makes no address: {slug_of(panel)!r}.", "Use a-z, 0-9 and -.", 6)
    if panel.load is Panel.load or not iscoroutinefunction(panel.load):
        yield _error(path, "does not load.", "Write: async def load(self, crm, card): return {…}", 7)
    for name in filter(None, (panel.needs, *panel.or_needs)):
        if name not in RECORDS:
            yield _error(path, f"needs {name!r}, which no card has.", f"A card has {', '.join(RECORDS)}.", 8)
    yield from _template_complaints(path, panel)


def _template_complaints(path: str, panel: type[Panel]) -> Iterator[CheckMessage]:
    name = template_of(panel)
    try:
        get_template(name)
    except TemplateDoesNotExist as error:
        if str(error) != name:
            yield _error(path, f"has a template that leans on a missing one: {error}.", f"Look into {name}.", 9)
        else:
            yield _error(path, "has no template.", f"Write templates/{name}, or name another: template = …", 9)
        return
    except TemplateSyntaxError as error:
        yield _error(path, f"has a template that cannot be read: {error}", f"Look into {name}.", 9)
        return
    for part in _named_parts(panel):
        try:
            get_template(f"{name}#{part}")
        except TemplateDoesNotExist:
            yield _error(path, f"names a part that {name} lacks.", f"Write {{% partialdef {part} inline %}} there.", 10)


def _named_parts(panel: type[Panel]) -> Sequence[str]:
    named = [*panel.parts]
    for action in panel.actions.values():
        named += [action.part, action.shows]
    return list(dict.fromkeys(named))


def _error(path: str, complaint: str, hint: str, number: int) -> Error:
    return Error(f"The panel {path} {complaint}", hint=hint, id=f"panels.E{number:03}")
