"""What a customer's SuperOffice should hold of ours: pure, from the catalogue of panels and his administrator's choice.

Each thing has a key that never changes. SuperOffice keeps it as ``ProgId`` where it can; ids differ between customers,
and those of fields at every publishing [udef].
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from crm_client.taskmenus import ShownIn, TaskType
from panel.panels.catalogue import panels, slug_of
from panel.panels.contract import Panel, Place, Text
from panel.provisioning.texts import in_all_languages

APPLICATION = "Sidecard"
"""In every name and description, so that an administrator sees whose it is [CERT-17]."""

NEXT_STEP = "Sidecard.Company.NextStep"
HEALTH = "Sidecard.Company.Health"
HEALTH_LIST = "sidecard.health"
OUTCOME_LIST = "sidecard.call-outcome"
WEBHOOK = "sidecard.events"

OPTIONAL = {
    OUTCOME_LIST: _("The list “call outcome”"),
    NEXT_STEP: _("The company field “next step”"),
    HEALTH: _("The company field “health” and its list"),
}
"""What an administrator may do without, besides each panel."""

EVENTS = (
    *(f"contact.{what}" for what in ("created", "changed", "softdeleted", "deleted")),
    *(f"person.{what}" for what in ("created", "changed", "softdeleted", "deleted", "consented", "unconsented")),
    *(f"activity.{what}" for what in ("created", "changed", "deleted")),
    *(f"sale.{what}" for what in ("created", "changed", "deleted", "sold", "lost")),
    *(f"salestakeholder.{what}" for what in ("created", "changed", "deleted")),
    *(f"project.{what}" for what in ("created", "changed", "deleted")),
    *(f"projectmember.{what}" for what in ("created", "changed", "deleted")),
    *(f"ticket.{what}" for what in ("created", "changed")),
    *(
        f"list.{name}.{what}"
        for name in ("category", "business", "task", "priority", "projstatus", "projtype", "perspos", "ticketstatus")
        for what in ("created", "changed", "softdeleted")
    ),
)
"""Whatever changes something a panel shows [wh/reference]."""

RECORD_AT: Mapping[Place, Mapping[str, str]] = {
    Place.COMPANY_SIDE: {"contact_id": "cuid"},
    Place.COMPANY_TAB: {"contact_id": "cuid"},
    Place.COMPANY_CARD: {"contact_id": "cuid"},
    Place.PERSON_TAB: {"person_id": "atid"},
    Place.PERSON_CARD: {"person_id": "atid"},
    Place.SALE_TAB: {"sale_id": "said"},
    Place.SALE_CARD: {"sale_id": "said"},
    Place.PROJECT_TAB: {"project_id": "prid"},
    Place.PROJECT_CARD: {"project_id": "prid"},
    Place.REQUEST_CARD: {"ticket_id": "tiid"},
}
"""The template variables that name the record of each place [var/*]."""

PLACE_NAMES: Mapping[Place, Text] = {
    Place.COMPANY_SIDE: _("side panel"),
    Place.COMPANY_TAB: _("company, section tab"),
    Place.COMPANY_CARD: _("company card"),
    Place.PERSON_TAB: _("contact, section tab"),
    Place.PERSON_CARD: _("contact card"),
    Place.SALE_TAB: _("sale, section tab"),
    Place.SALE_CARD: _("sale card"),
    Place.PROJECT_TAB: _("project, section tab"),
    Place.PROJECT_CARD: _("project card"),
    Place.REQUEST_CARD: _("request card"),
    Place.FOLLOW_UP_DIALOG: _("follow-up"),
    Place.NAVIGATOR: _("navigator button"),
    Place.TOOLBAR: _("toolbar button"),
    Place.DASHBOARD: _("dashboard tile"),
}


TABLES: Mapping[Place, str] = {
    Place.COMPANY_TAB: "contact",
    Place.PERSON_TAB: "person",
    Place.SALE_TAB: "sale",
    Place.PROJECT_TAB: "project",
}
"""Cards whose task menu opens the panel that has a tab there [cust/admin/add-items-to-task-menu]."""

PLACE_WORDS: Mapping[str, Text] = {
    "Minicard": _("side"),
    "Archive": _("tab"),
    "Card": _("card"),
    "Task": _("toolbar"),
}
"""In names of panels, which must be short: SuperOffice takes 239 characters for all languages together."""


@dataclass(frozen=True)
class Wanted:
    """One thing as it should be."""

    kind: str
    """Which of ``kinds.KINDS`` knows how."""
    key: str
    label: Text
    """What we call it to the administrator."""
    properties: Mapping[str, Any] = field(default_factory=dict)
    """By the names of the client's records."""


@dataclass(frozen=True)
class Choice:
    """What the customer's administrator chose."""

    off: frozenset[str] = frozenset()
    """Keys of panels and optional things he does without."""
    groups: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    """By a panel's slug, the user groups that see it; a panel that is not here is everybody's, as certification demands
    of a fresh set-up [CERT-16].

    This is a matter of showing alone: SuperOffice leaves a panel out of the screens of other groups, and only where its
    list of web panels filters by user group [en/admin/lists/user-group-filtering]. It protects nothing. Whoever calls a
    panel's address all the same gets it, for the panel asks SuperOffice as that person, whose rights there decide about
    every record [dp/standard-app/requirements/security].
    """


def panel_key(slug: str, place: Place) -> str:
    return f"sidecard.{slug}.{place.value}"


def offered() -> list[tuple[str, Panel, Place]]:
    """Every panel at every place it can stand, in the catalogue's order: key, panel, place."""
    return [(panel_key(slug, place), panel, place) for slug, panel in panels().items() for place in panel.places]


def wanted(choice: Choice, hook: Mapping[str, str]) -> list[Wanted]:
    """All of it, what others lean on first. ``hook`` has the webhook's ``target_url`` and ``secret``."""
    found = [*_call_outcomes(), *_health(), *_fields(), *_panels(choice), *_menus(choice), _webhook(hook)]
    return [one for one in found if not {one.key, one.properties.get("of", "")} & _off(choice)]


def _off(choice: Choice) -> frozenset[str]:
    return choice.off | {HEALTH_LIST} if HEALTH in choice.off else choice.off


def _call_outcomes() -> Iterator[Wanted]:
    yield _list(OUTCOME_LIST, _("Call outcome"))
    outcomes: Sequence[tuple[str, Text]] = (
        ("reached", _("Reached")),
        ("message", _("Left a message")),
        ("no-answer", _("No answer")),
        ("later", _("Call back later")),
        ("wrong-number", _("Wrong number")),
    )
    yield from _entries(OUTCOME_LIST, outcomes)


def _health() -> Iterator[Wanted]:
    yield _list(HEALTH_LIST, _("Health"))
    yield from _entries(HEALTH_LIST, (("good", _("Good")), ("attention", _("Needs attention")), ("risk", _("At risk"))))


def _list(key: str, name: Text) -> Wanted:
    named = format_lazy("{}: {}", APPLICATION, name)
    return Wanted("list", key, named, {"name": in_all_languages(named), "tooltip": APPLICATION})


def _entries(list_key: str, entries: Sequence[tuple[str, Text]]) -> Iterator[Wanted]:
    for rank, (word, name) in enumerate(entries, 1):
        properties = {"of": list_key, "name": in_all_languages(name), "tooltip": APPLICATION, "rank": rank}
        yield Wanted("entry", f"{list_key}.{word}", name, properties)


def _fields() -> Iterator[Wanted]:
    yield _field(NEXT_STEP, _("Next step"), "LongText")
    yield _field(HEALTH, _("Health"), "List", in_list=HEALTH_LIST)


def _field(key: str, label: Text, field_type: str, in_list: str = "") -> Wanted:
    texts = {"label": in_all_languages(label), "short_label": in_all_languages(label), "tooltip": APPLICATION}
    return Wanted("field", key, label, {"type": field_type, "in_list": in_list, **texts})


def _panels(choice: Choice) -> Iterator[Wanted]:
    for rank, (key, panel, place) in enumerate(offered(), 1):
        label = format_lazy("{}: {} ({})", APPLICATION, panel.title, PLACE_NAMES[place])
        groups = choice.groups.get(slug_of(panel), ())
        yield Wanted("panel", key, label, {**_panel(key, panel, place), "rank": rank, "groups": groups})


def _panel(key: str, panel: Panel, place: Place) -> dict[str, Any]:
    is_first = place == panel.places[0]
    # No two web panels or applications may have the same name; people see it on the tab, so the first is short.
    word = next((word for end, word in PLACE_WORDS.items() if place.value.endswith(end)), PLACE_NAMES[place])
    title = panel.title if is_first else format_lazy("{} ({})", panel.title, word)
    named = in_all_languages(format_lazy("{}: {}", APPLICATION, title))
    return {
        "name": named,
        "tooltip": in_all_languages(format_lazy("{}: {}", APPLICATION, panel.title)),
        "url": panel_url(key, place),
        "window_name": key,
        "visible_in": place.value,
        "on_web": True,
        "on_mobile": (place in RECORD_AT and is_first) or place == Place.NAVIGATOR,
    }


def address_of(key: str) -> str:
    """What a web panel or an entry in a task menu opens; empty for all else, and for a panel of another version."""
    return next((panel_url(name, place) for name, _panel, place in offered() if key in (name, f"{name}.menu")), "")


def panel_url(key: str, place: Place) -> str:
    """The address with SuperOffice's template variables; ``uctx`` and ``usid`` are mandatory, ``usec`` is forbidden
    [CERT-14, CERT-15].
    """
    slug = key.split(".")[1]
    record = "".join(f"&{name}=<{variable}>" for name, variable in RECORD_AT.get(place, {}).items())
    return f"{settings.SIDECARD_BASE_URL}/panels/{slug}/?uctx=<uctx>&usid=<usid>&lang=<lanc>&client=<clie>{record}"


def _menus(choice: Choice) -> Iterator[Wanted]:
    """The panel of a card in a window of its own, where it stands on that card; task menus know no user groups, so not
    of a panel that only some see.
    """
    for rank, (key, panel, place) in enumerate(offered(), 1):
        table = TABLES.get(place)
        if table is None or key in choice.off or slug_of(panel) in choice.groups:
            continue
        label = format_lazy("{}: {}", APPLICATION, panel.title)
        properties = {
            "name": in_all_languages(label),
            "tooltip": APPLICATION,
            "table": table,
            "task_type": TaskType.URL,
            "target": panel_url(key, place),
            "shown_in": ShownIn.WEB,
            "rank": rank,
            "is_deleted": False,
        }
        yield Wanted("menu", f"{key}.menu", format_lazy("{} ({})", label, _("task menu")), properties)


def _webhook(hook: Mapping[str, str]) -> Wanted:
    properties = {
        "name": APPLICATION,
        "description": "Tells Sidecard's panels what changed, so that they show it.",
        "events": EVENTS,
        **hook,
    }
    return Wanted("webhook", WEBHOOK, _("Webhook: what changed"), properties)
