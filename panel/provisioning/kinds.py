"""How a thing of each kind is found, made, changed and removed in SuperOffice: operations, for whoever drives them.

Each of them may be broken off anywhere and begun again: making looks first (``survey``), so nothing is made twice.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from typing import Any, Protocol

from crm_client import lists, taskmenus, udef, webhook_definitions, webpanels
from crm_client.calls import Operation
from crm_client.lists import Entry, ListDefinition
from crm_client.records import Record, changes
from crm_client.udef import FieldType, UdefField
from crm_client.values import translated
from crm_client.webhook_definitions import Webhook, WebhookState
from crm_client.webpanels import UrlEncoding, WebPanel
from panel.provisioning.plan import Found, Owned
from panel.provisioning.wanted import WEBHOOK, Wanted

OWNER: udef.Owner = "Contact"
OWN_LISTS = 136
"""``ListTableId`` of fields whose list a customer or an application made [udef]."""

type Ids = Mapping[str, str]
"""SuperOffice's ids of what is ours, by key."""


class Kind(Protocol):
    """One kind of things."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        """What is there, by key: what is wanted, what we remember, and what SuperOffice says is ours."""

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        """Make it; SuperOffice's id."""

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        """Make it as wanted; SuperOffice's id."""

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        """Remove it, for good where SuperOffice can."""


def differing(seen: Record, properties: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of what is not as wanted."""
    return tuple(name for name, value in properties.items() if changes(seen, **{name: value}))


def without(properties: Mapping[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if name not in names}


def _spoken(name: str) -> str:
    """What two web panels or applications must not share [cust/web-panels/admin/add-web-panel]."""
    return translated(name).casefold()


class Panels:
    """Web panels and buttons, known by ProgId; SuperOffice knows which application made them."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        ours = {panel.panel_id for panel in (yield from webpanels.own_panels())}
        every = yield from webpanels.panels()
        there = {panel.prog_id: panel for panel in every if panel.prog_id}
        named = {one.key: one for one in wanted}
        keys = {*named, *(one.key for one in owned), *(key for key, one in there.items() if one.panel_id in ours)}
        list_id = (yield from lists.list_definition("WebPanel")).list_id if keys & there.keys() else 0
        found = {}
        for key in keys & there.keys():
            panel = there[key]
            differs: tuple[str, ...] = ()
            if key in named:
                differs = yield from self._differs(panel, named[key].properties, list_id)
            found[key] = Found("panel", panel.name, str(panel.panel_id), differs, panel.panel_id in ours, panel)
        others = {_spoken(one.name): one for one in every if one.panel_id not in ours and not one.is_deleted}
        for key in named.keys() - there.keys():
            if other := others.get(_spoken(named[key].properties["name"])):
                found[key] = Found("panel", other.name, str(other.panel_id), is_namesake=True, seen=other)
        return found

    def _differs(
        self, panel: WebPanel, properties: Mapping[str, Any], list_id: int
    ) -> Generator[Any, Any, tuple[str, ...]]:
        differs = differing(panel, {**without(properties, "groups"), "is_deleted": False})
        groups = yield from lists.groups_of_entry(list_id, panel.panel_id)
        see_it, there = {one.id for one in groups if one.is_selected}, {one.id for one in groups}
        # A group that was removed since it was chosen cannot see anything; nobody else sees it for that.
        should = there & set(properties["groups"]) if properties["groups"] else there
        return differs if see_it == should else (*differs, "groups")

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        start = yield from webpanels.new_panel()
        basis = {"url_encoding": UrlEncoding.UNICODE, "on_central": True, "prog_id": wanted.key}
        panel = yield from webpanels.create_panel(start, **basis, **without(wanted.properties, "groups"))
        yield from self._show(panel, wanted)
        return str(panel.panel_id)

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        seen: WebPanel = found.seen
        properties = {**without(wanted.properties, "groups"), "is_deleted": False}
        panel = yield from webpanels.change_panel(seen.panel_id, changes(seen, **properties))
        yield from self._show(panel, wanted)
        return str(panel.panel_id)

    def _show(self, panel: WebPanel, wanted: Wanted) -> Operation[None]:
        if not wanted.properties["groups"]:
            yield from webpanels.show_panel(panel.panel_id)
            return
        panels_list = yield from lists.list_definition("WebPanel")
        yield from lists.show_to_groups(panels_list.list_id, panel.panel_id, wanted.properties["groups"])

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        return webpanels.remove_panel(int(found.remote_id))


def _recognised[R: (ListDefinition, Entry)](
    there: Iterable[tuple[str, R]], wanted: Sequence[Wanted], owned: Sequence[Owned]
) -> dict[str, tuple[str, R]]:
    """Things that have no ProgId: by the id we remember, else by their name in all languages."""
    by_id = dict(there)
    by_name = {record.name: remote_id for remote_id, record in by_id.items()}
    known = {one.key: one.remote_id for one in owned if one.remote_id in by_id}
    for one in wanted:
        if one.key not in known and one.properties["name"] in by_name:
            known[one.key] = by_name[one.properties["name"]]
    return {key: (remote_id, by_id[remote_id]) for key, remote_id in known.items()}


class Lists:
    """Lists of our own."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        there = [one for one in (yield from lists.list_definitions()) if one.is_own and not one.is_deleted]
        named = {one.key: one for one in wanted}
        recognised = _recognised(((str(one.list_id), one) for one in there), wanted, owned)
        found = {}
        for key, (remote_id, one) in recognised.items():
            differs = differing(one, named[key].properties) if key in named else ()
            found[key] = Found("list", one.name, remote_id, differs, seen=one)
        return found

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        made = yield from lists.create_list(wanted.properties["name"], wanted.properties["tooltip"])
        return str(made.list_id)

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        yield from lists.change_list(int(found.remote_id), changes(found.seen, **wanted.properties))
        return found.remote_id

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        return lists.delete_list(int(found.remote_id))


class Entries:
    """Items of our lists."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        found: dict[str, Found] = {}
        named = {one.key: one for one in wanted}
        keys = [one.key for one in wanted] + [one.key for one in owned]
        for list_key in dict.fromkeys(_list_of(key) for key in keys):
            if not ids.get(list_key):
                continue
            there = yield from lists.entries(int(ids[list_key]))
            of_list = [one for one in wanted if _list_of(one.key) == list_key]
            remembered = [one for one in owned if _list_of(one.key) == list_key]
            present = ((str(one.item_id), one) for one in there if not one.is_deleted)
            for key, (remote_id, one) in _recognised(present, of_list, remembered).items():
                differs = differing(one, without(named[key].properties, "of")) if key in named else ()
                found[key] = Found("entry", one.name, remote_id, differs, seen=one)
        return found

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        list_id, properties = int(ids[_list_of(wanted.key)]), without(wanted.properties, "of")
        made = yield from lists.create_entry(list_id, properties["name"], properties["tooltip"])
        if differs := changes(made, **properties):
            yield from lists.change_entry(list_id, made.item_id, differs)
        return str(made.item_id)

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        differs = changes(found.seen, **without(wanted.properties, "of"))
        yield from lists.change_entry(int(ids[_list_of(wanted.key)]), int(found.remote_id), differs)
        return found.remote_id

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        seen: Entry = found.seen
        return lists.delete_entry(seen.list_id, seen.item_id)


def _list_of(entry_key: str) -> str:
    return entry_key.rpartition(".")[0]


class Fields:
    """User-defined fields of companies. Publishing gives all of them new ids, so only the ProgId counts [udef]."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        draft = {field.prog_id: field for field in (yield from udef.layout(OWNER))}
        published = {field.prog_id: field for field in (yield from udef.udef_fields(OWNER))}
        named = {one.key: one for one in wanted}
        found = {}
        for key in {*named, *(one.key for one in owned)} & {*draft, *published}:
            differs = self._differs(draft.get(key), key in published, named[key], ids) if key in named else ()
            found[key] = Found("field", (draft.get(key) or published[key]).label, key, differs, seen=draft.get(key))
        return found

    def _differs(self, drafted: UdefField | None, is_published: bool, wanted: Wanted, ids: Ids) -> tuple[str, ...]:
        if drafted is None:
            return ("draft",)
        differs = differing(drafted, self._properties(wanted, ids))
        return differs if is_published else (*differs, "publication")

    def _properties(self, wanted: Wanted, ids: Ids) -> dict[str, Any]:
        properties = without(wanted.properties, "type", "in_list")
        if in_list := wanted.properties["in_list"]:
            properties |= {"list_table_id": OWN_LISTS, "list_id": int(ids.get(in_list, 0))}
        return properties

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        field_type = FieldType(wanted.properties["type"])
        yield from udef.add_field(OWNER, field_type, prog_id=wanted.key, **self._properties(wanted, ids))
        yield from udef.publish(OWNER)
        return wanted.key

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        if found.seen is None:
            return (yield from self.create(wanted, ids))
        if set(found.differs) - {"publication"}:
            yield from udef.change_field(OWNER, found.seen, **self._properties(wanted, ids))
        if found.differs:
            yield from udef.publish(OWNER)
        return wanted.key

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        if found.seen is not None:
            yield from udef.remove_field(OWNER, found.remote_id)
        yield from udef.publish(OWNER)


class Menus:
    """Items of task menus, known by ProgId; SuperOffice knows which application made them."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        ours = {menu.prog_id: menu for menu in (yield from taskmenus.own_task_menus())}
        named = {one.key: one for one in wanted}
        found = {}
        for key in {*named, *(one.key for one in owned), *ours}:
            menu = ours.get(key) or (yield from taskmenus.task_menu_by_prog_id(key))
            if menu is not None:
                differs = differing(menu, named[key].properties) if key in named else ()
                found[key] = Found("menu", menu.name, str(menu.menu_id), differs, key in ours, menu)
        return found

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        start = yield from taskmenus.new_task_menu()
        return str((yield from taskmenus.save_task_menu(start, prog_id=wanted.key, **wanted.properties)).menu_id)

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        if found.differs:
            yield from taskmenus.save_task_menu(found.seen, **wanted.properties)
        return found.remote_id

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        return taskmenus.remove_task_menu(int(found.remote_id))


class Webhooks:
    """Our webhook. An application sees its own ones only [wh/dev/crmscript-handlers]."""

    def survey(self, wanted: Sequence[Wanted], owned: Sequence[Owned], ids: Ids) -> Operation[dict[str, Found]]:
        found: dict[str, Found] = {}
        named = {one.key: one for one in wanted}
        for hook in sorted((yield from webhook_definitions.webhooks()), key=lambda hook: hook.webhook_id):
            key = f"{WEBHOOK}.{hook.webhook_id}" if WEBHOOK in found else WEBHOOK
            differs = self._differs(hook, named[key].properties) if key in named else ()
            found[key] = Found("webhook", hook.name, str(hook.webhook_id), differs, True, hook)
        return found

    def _differs(self, hook: Webhook, properties: Mapping[str, Any]) -> tuple[str, ...]:
        differs = differing(hook, without(properties, "events", "secret"))
        # SuperOffice need not show a secret; one it shows must be ours.
        if hook.secret and hook.secret != properties["secret"]:
            differs += ("secret",)
        if set(hook.events) != set(properties["events"]):
            differs += ("events",)
        return differs if hook.state == WebhookState.ACTIVE else (*differs, "state")

    def create(self, wanted: Wanted, ids: Ids) -> Operation[str]:
        start = yield from webhook_definitions.new_webhook()
        made = yield from webhook_definitions.create_webhook(start, type="webhook", **wanted.properties)
        return str(made.webhook_id)

    def change(self, wanted: Wanted, found: Found, ids: Ids) -> Operation[str]:
        differs = changes(found.seen, **{**wanted.properties, "state": WebhookState.ACTIVE})
        yield from webhook_definitions.change_webhook(int(found.remote_id), differs)
        return found.remote_id

    def remove(self, found: Found, ids: Ids) -> Operation[None]:
        return webhook_definitions.delete_webhook(int(found.remote_id))


KINDS: Mapping[str, Kind] = {
    "list": Lists(),
    "entry": Entries(),
    "field": Fields(),
    "panel": Panels(),
    "menu": Menus(),
    "webhook": Webhooks(),
}
"""In the order in which one leans on another."""


def settle() -> Operation[None]:
    """Bring to an end what may have been broken off where nothing shows it: published fields that no screen has."""
    return udef.show_published()


def survey(wanted: Sequence[Wanted], owned: Sequence[Owned]) -> Operation[dict[str, Found]]:
    """What is there of all kinds, by key."""
    ids = {one.key: one.remote_id for one in owned if one.remote_id}
    found: dict[str, Found] = {}
    for name, kind in KINDS.items():
        of_kind = [one for one in wanted if one.kind == name]
        remembered = [one for one in owned if one.kind == name]
        there = yield from kind.survey(of_kind, remembered, ids)
        # What somebody removed has no items, and fields do not choose from it.
        ids = {key: remote_id for key, remote_id in ids.items() if key not in {one.key for one in remembered}}
        ids |= {key: one.remote_id for key, one in there.items()}
        found |= there
    return found
