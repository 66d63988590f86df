"""What painting the company panel costs: CPU of the template alone, the data read beforehand, whole and by partial.

The data are what NetServer's sandbox tells of a company with people, sales and activities. Rounds take all pages by
turns, so that a busy machine troubles all alike, and CPU is this process's own. ``--profile`` says where it goes.
"""

from __future__ import annotations

import asyncio
import cProfile
import os
import pstats
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from statistics import median
from typing import Any

from crm_client.address import AsyncFixedAddress
from crm_client.auth import UserToken
from crm_client.clients import AsyncCrm, async_http
from tests import environment
from tests.bench.client_cpu import Kept
from tests.bench.figures import figure, machine
from tests.sandbox.server import Sandbox

ROUNDS, TIMES = 25, 20
QUERY = {"uctx": "Cust12345", "usid": "5", "lang": "en-US", "contact_id": "17"}
ROWS = 12
"""People and sales each: so many that the panel has some thirty rows."""

type Paint = Callable[[], bytes]


def run() -> None:
    pages = all_pages()
    for paint in pages.values():
        paint()
    rounds = [{name: cpu(paint) for name, paint in pages.items()} for _ in range(ROUNDS)]
    for name, paint in pages.items():
        beside = f"{len(paint()) / 1000:.1f} kB; {machine()}"
        figure(f"rendering, {name}", median(told[name] for told in rounds) * 1000, "ms", beside)


def cpu(paint: Paint) -> float:
    """CPU seconds of painting once."""
    started = time.process_time()
    for _ in range(TIMES):
        paint()
    return (time.process_time() - started) / TIMES


def all_pages() -> dict[str, Paint]:
    """How to paint each page and partial of the company panel."""
    _set_up_django()
    from panel.panels.scene import Scene  # it needs Django's settings

    context, form = asyncio.run(_read())
    pages: dict[str, Paint] = {}
    for shell, embedded in (("embedded page", True), ("page of its own", False)):
        pages[shell] = partial(_page, _scene(embedded=embedded), context)
    scene = _scene(embedded=True)
    for part in scene.panel.parts:
        pages[f"partial {part}"] = partial(_part, scene, part, context)
    editing: Scene = replace(scene, action="edit")
    pages["partial edit"] = lambda: editing.part("edit", {"form": form, "trouble": None}).content
    return pages


def _page(scene: Any, context: Mapping[str, Any]) -> bytes:
    return scene.page(scene.template, context).content


def _part(scene: Any, name: str, context: Mapping[str, Any]) -> bytes:
    return scene.part(name, context).content


def _set_up_django() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "panel.settings")
    import django  # its settings read what tests.environment has set

    django.setup()


def _scene(*, embedded: bool) -> Any:
    """Alice looks at the company."""
    from django.test import RequestFactory

    from panel.panels.scene import Scene
    from panel.tenants.models import Membership, Tenant

    destination = {"Sec-Fetch-Dest": "iframe"} if embedded else {}
    scene = Scene.of(RequestFactory().get("/panels/company/", QUERY, headers=destination), "company")
    api = f"http://localhost:{environment.CRM_PORT + 1}/Cust12345/api/"
    tenant = Tenant(ctx="Cust12345", company_name="Nordlys", api_address=api)
    scene.membership = Membership(tenant=tenant, associate_id=5, name="Alice Andersen", email="alice@nordlys.example")
    return scene


async def _read() -> tuple[dict[str, Any], Any]:
    """What the panel loads, and the form of its action, from a sandbox that goes away again."""
    sandbox = Sandbox(port=environment.CRM_PORT, app_url=f"http://127.0.0.1:{environment.APP_PORT}").start()
    try:
        async with async_http() as http:
            base = f"{sandbox.tenant_url('Cust12345')}/api/"
            token = sandbox.world.issue_access_token("Cust12345", "alice", "sidecard-sandbox")
            kept = Kept()
            kept.grant = replace(kept.grant, access_token=token)
            crm = AsyncCrm(http, AsyncFixedAddress(base), UserToken("", "", "", kept, base))
            scene = _scene(embedded=True)
            context = dict(await scene.panel.load(crm, scene.card))
            return _grown(context), await scene.panel.actions["edit"].blank(crm, scene.card)
    finally:
        sandbox.stop()


def _grown(context: dict[str, Any]) -> dict[str, Any]:
    """A company with as many people and sales as good customers have."""
    for name in ("people", "sales"):
        data = context[name].data
        context[name] = replace(context[name], data=[data[number % len(data)] for number in range(ROWS)])
    return context


def profile() -> None:
    """What the embedded page's time is made of."""
    paint = all_pages()["embedded page"]
    paint()
    with cProfile.Profile() as profiler:
        for _ in range(ROUNDS * TIMES):
            paint()
    pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


if __name__ == "__main__":
    profile() if "--profile" in sys.argv else run()
