"""Web panels: where an application's pages stand in SuperOffice [oas WebPanelEntity, cust/web-panels].

::

    panel = crm(ensure_panel("acme.company", name="Acme", url="https://…?uctx=<uctx>&usid=<usid>", window_name=…,
                             visible_in="CompanyMinicard", tooltip="Acme by Partner AS"))

``ensure_panel`` may be called as often as one likes. It finds the panel by its ``ProgId`` (ids differ between
customers), makes it if it is missing, changes only what differs, and shows it to all user groups. It takes an
administrator's token; ``own_panels`` needs the application's token as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crm_client.calls import UNTRANSLATED, Call, Operation
from crm_client.fields import Word, flag_at, number_at, read_at, text_at, word_at
from crm_client.frozen import dataclass
from crm_client.lists import list_agent, list_definition, show_to_all_groups
from crm_client.patch import Change
from crm_client.records import Kind, Record, changes
from crm_client.values import integer


class UrlEncoding(Word):
    """How values of template variables stand in the address."""

    UNKNOWN = "Unknown"
    NONE = "None"
    ANSI = "ANSI"
    UNICODE = "Unicode"
    """UTF-8 with percent signs: the one to choose."""


@dataclass(frozen=True)
class WebPanel(Record):
    """One web panel; name and tooltip in all languages."""

    panel_id: int = read_at("WebPanelId", integer)
    prog_id: str = text_at("ProgId")
    """The application's own stable key."""
    name: str = text_at("Name")
    """Its label, at most 239 characters; no other panel or application may have it."""
    tooltip: str = text_at("Tooltip")
    """Names the application or its maker (certification), at most 254 characters."""
    url: str = text_at("Url")
    """https, with template variables, no blanks; ``<uctx>`` and ``<usid>`` are required."""
    window_name: str = text_at("WindowName")
    """Unique; target of links."""
    visible_in: str = text_at("VisibleIn")
    """The place: ``CompanyMinicard``, ``ContactArchive`` …"""
    url_encoding: UrlEncoding = word_at("UrlEncoding", UrlEncoding)
    rank: int = number_at("Rank")
    icon: int = number_at("Icon")
    on_web: bool = flag_at("OnSalesMarketingWeb")
    on_mobile: bool = flag_at("OnSalesMarketingPocket")
    on_central: bool = flag_at("OnCentral")
    always_reload: bool = flag_at("AlwaysReloadOnShow")
    """Each time its tab is shown."""
    keeps_page: bool = flag_at("NeverReloadOnCurrentChange")
    """It stays as it is when another record is shown; only side panels."""
    is_deleted: bool = flag_at("Deleted")


PANELS = Kind("List/WebPanel/Items", "WebPanelId", WebPanel, False, default="Default", language=UNTRANSLATED)


def panels() -> Operation[list[WebPanel]]:
    """All web panels of the tenant."""
    return PANELS.parse_all((yield Call("GET", PANELS.path, language=UNTRANSLATED)))


def own_panels() -> Operation[list[WebPanel]]:
    """Those of the calling application; none without its token (``app_token`` of the client)."""
    return PANELS.parse_all((yield list_agent("GetAppWebPanels", {})))


def panel(panel_id: int) -> Operation[WebPanel]:
    """One web panel. Raises ``NotFound``."""
    return PANELS.read(panel_id)


def panel_by_prog_id(prog_id: str) -> Operation[WebPanel | None]:
    """A panel by its key, also one that is marked as deleted; None without one."""
    entity = yield list_agent("GetWebPanelByProgId", {"ProgId": prog_id})
    found = WebPanel.parse(entity) if isinstance(entity, Mapping) else None
    return found if found and found.panel_id else None


def new_panel() -> Operation[WebPanel]:
    """A web panel not saved."""
    return PANELS.new()


def create_panel(start: WebPanel, **wanted: Any) -> Operation[WebPanel]:
    """Save a new web panel, begun by ``new_panel``. Nobody sees it before ``show_panel``."""
    return PANELS.create(start, wanted)


def change_panel(panel_id: int, changes: Sequence[Change]) -> Operation[WebPanel]:
    """Change a web panel. Raises ``Conflict`` with ``current: WebPanel``."""
    return PANELS.change(panel_id, changes)


def delete_panel(panel_id: int) -> Operation[None]:
    """Mark a web panel as deleted; its name may stay taken."""
    return PANELS.delete(panel_id)


def remove_panel(panel_id: int) -> Operation[None]:
    """Delete a web panel for good."""
    yield list_agent("DeleteWebPanel", {"Id": int(panel_id)}, reads=False)


def show_panel(panel_id: int) -> Operation[None]:
    """Let all user groups see a web panel, as certification demands."""
    panels_list = yield from list_definition("WebPanel")
    yield from show_to_all_groups(panels_list.list_id, panel_id)


def ensure_panel(prog_id: str, **wanted: Any) -> Operation[WebPanel]:
    """The panel with this key, as it is wanted and seen by everybody; made, mended or left alone as needed.

    Whatever ``wanted`` does not name stays as the administrator has it.
    """
    found = yield from panel_by_prog_id(prog_id)
    if found is None:
        start = yield from new_panel()
        basis = {"url_encoding": UrlEncoding.UNICODE, "on_web": True, "on_central": True}
        found = yield from create_panel(start, **{**basis, **wanted, "prog_id": prog_id})
    elif differing := changes(found, **{"is_deleted": False, **wanted}):
        found = yield from change_panel(found.panel_id, differing)
    yield from show_panel(found.panel_id)
    return found
