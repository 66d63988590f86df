"""The form in which an administrator chooses the panels: where each is shown and to whom; and what is optional."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm_client.lists import ListItem
from panel.panels.catalogue import panels
from panel.panels.contract import Panel, Text
from panel.provisioning.wanted import OPTIONAL, PLACE_NAMES, Choice, offered, panel_key

ALL, SOME = "all", "some"
LARGEST_ID = 2**31 - 1


class Ticks(forms.MultipleChoiceField):
    """Any number of ticks, none too."""

    def __init__(self) -> None:
        super().__init__(required=False, widget=forms.CheckboxSelectMultiple)


class ForPanel(forms.Form):
    """The part of one panel."""

    places = Ticks()
    whom = forms.ChoiceField(
        choices=[(ALL, gettext_lazy("Everybody")), (SOME, gettext_lazy("Only these user groups"))],
        widget=forms.RadioSelect,
    )
    groups = Ticks()

    def __init__(
        self,
        slug: str,
        panel: Panel,
        choice: Choice,
        user_groups: Sequence[ListItem] | None,
        data: QueryDict | None,
    ) -> None:
        self.slug, self.title = slug, panel.title
        keys = {panel_key(slug, place): PLACE_NAMES[place] for place in panel.places}
        chosen = [str(group) for group in choice.groups.get(slug, ())]
        initial = {
            "places": [key for key in keys if key not in choice.off],
            "whom": SOME if chosen else ALL,
            "groups": chosen,
        }
        super().__init__(data, prefix=slug, initial=initial)
        named = _named(user_groups, [*chosen, *(data.getlist(self.add_prefix("groups")) if data else ())])
        self._offer("places", keys)
        self._offer("groups", named)
        self.fields["groups"].error_messages["invalid_choice"] = _(
            "A user group you had chosen was removed in SuperOffice meanwhile. Look whether the others are right."
        )
        self.has_lost = bool(set(chosen) - named.keys())
        """A group that was chosen before is not there any more."""

    def _offer(self, name: str, choices: Mapping[str, Text]) -> None:
        cast("Ticks", self.fields[name]).choices = list(choices.items())

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if found.get("whom") == SOME and found.get("groups") == []:
            self.add_error("groups", _("Choose at least one user group, or everybody."))
        return found

    @property
    def is_limited(self) -> bool:
        return bool(self["whom"].value() == SOME)

    @property
    def seen_by(self) -> str:
        """Who sees the panel, in short."""
        if not self.is_limited:
            return _("For everybody")
        chosen = self["groups"].value()
        names = [str(one.choice_label) for one in self["groups"] if one.data["value"] in chosen]
        if not names:
            return _("For nobody")
        return _("Only for %(groups)s") % {"groups": ", ".join(names)}

    @property
    def groups_chosen(self) -> tuple[int, ...]:
        """Empty for everybody."""
        found = self.cleaned_data
        return tuple(map(int, found["groups"])) if found["whom"] == SOME else ()


def _named(user_groups: Sequence[ListItem] | None, chosen: Sequence[str]) -> dict[str, str]:
    """The user groups that can be chosen; where SuperOffice does not tell them now, those that are chosen already."""
    if user_groups is not None:
        return {str(group.id): group.name for group in user_groups}
    ids = (group for group in dict.fromkeys(chosen) if group.isascii() and group.isdecimal())
    return {group: _("User group %(number)s") % {"number": group} for group in ids if int(group) <= LARGEST_ID}


class Optional(forms.Form):
    """The part of fields and lists."""

    on = Ticks()

    def __init__(self, choice: Choice, data: QueryDict | None) -> None:
        super().__init__(data, initial={"on": [key for key in OPTIONAL if key not in choice.off]})
        cast("Ticks", self.fields["on"]).choices = list(OPTIONAL.items())


class Choosing:
    """The whole form. ``user_groups`` is None where SuperOffice does not tell them: what is chosen stays chosen."""

    def __init__(self, choice: Choice, user_groups: Sequence[ListItem] | None, data: QueryDict | None = None) -> None:
        self.panels = [ForPanel(slug, panel, choice, user_groups, data) for slug, panel in panels().items()]
        self.optional = Optional(choice, data)

    def is_valid(self) -> bool:
        return not any(part.errors for part in (*self.panels, self.optional))

    @property
    def choice(self) -> Choice:
        """What is not ticked is off."""
        keys = {*(key for key, _panel, _place in offered()), *OPTIONAL}
        on = {key for part in self.panels for key in part.cleaned_data["places"]} | {*self.optional.cleaned_data["on"]}
        groups = {part.slug: part.groups_chosen for part in self.panels if part.groups_chosen}
        return Choice(frozenset(keys - on), groups)
