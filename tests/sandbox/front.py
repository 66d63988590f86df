"""The front page of the login host: who lives here, where to go, what can be switched."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .control import TENANT_TYPES
from .overview import CLIENT_SWITCHES
from .pages import page
from .roles import roles
from .texts import in_language
from .webhooks import EVENTS
from .world import NetServerSwitches, World

CONTROLS = [
    ("GET /__sandbox__/calls", "", "every call to SuperID and NetServer, and why it failed; DELETE forgets them"),
    ("GET /__sandbox__/calls/{number}", "", "headers and bodies of one of the newest, tokens masked"),
    (
        "POST /__sandbox__/faults",
        '{"path": "^v1/Sale", "status": 500, "count": 1}',
        "trouble for matching calls: ctx, method, status, delay, drop (before, after), retry_after; DELETE ends it",
    ),
    (
        "POST /__sandbox__/tenants/Cust12345",
        '{"move": "app"}',
        ", ".join(TENANT_TYPES),
    ),
    (
        "GET /__sandbox__/tenants/Cust12345/dump",
        "",
        "panels, lists, fields, webhooks, keys and preferences without ids and time stamps, to be compared",
    ),
    (
        "POST /__sandbox__/login",
        '{"coop": true}',
        "coop, rotate (signing keys), access_token_seconds, code_seconds, id_token_seconds, state_seconds",
    ),
    ("POST /__sandbox__/clock", '{"advance": 3600}', "advance, offset (seconds) or now"),
    ("POST /__sandbox__/token", '{"ctx": "Cust12345", "user": "alice"}', "an access token without a sign-in"),
    ("POST /__sandbox__/tokens/{id}", "{}", "a token expires now; DELETE revokes it; ids are in the overview"),
    ("DELETE /__sandbox__/sessions/alice", "", "signs somebody out of SuperID and SuperOffice Web"),
    ("POST /__sandbox__/tenants/Cust12345/webhooks/1", '{"state": "Stopped"}', "stops or starts (Active) a webhook"),
    (
        "POST /__sandbox__/netserver",
        '{"patch_honours_unmodified_since": true}',
        ", ".join(vars(NetServerSwitches())) + ": what NetServer's documentation leaves open",
    ),
    (
        "POST /__sandbox__/clients/sidecard-sandbox",
        '{"state_push": true}',
        f"{', '.join(CLIENT_SWITCHES)}; more than customers approved needs their approval anew",
    ),
    (
        "POST /__sandbox__/webhooks/contact.changed",
        '{"ctx": "Cust12345", "primary_key": 17}',
        "fires an event at the webhooks that listen: ctx, primary_key, by (an associate id)",
    ),
    (
        "POST /__sandbox__/deliveries/{event id}",
        '{"new_id": true}',
        "sends an event of a webhook once more, as it was or as a new one",
    ),
    ("GET /__sandbox__/overview", "", "all that this page shows"),
    ("POST /__sandbox__/reset", "{}", "everything back to the beginning; signing keys stay"),
]
"""Method and path, an example body, and what else it takes."""


def routes(world: World, urls: dict[str, str]) -> list[BaseRoute]:
    """``GET /``."""

    async def front(request: Request) -> Response:
        tenants = [(tenant, f"{urls[tenant.host]}/{tenant.ctx}") for tenant in world.tenants.values()]
        return page(
            "front.html",
            people=world.humans.values(),
            tenants=tenants,
            levels={
                one.ctx: {key: in_language(row["name"], "US") for key, row in roles(one).items()} for one, _ in tenants
            },
            clients=world.clients.values(),
            login_url=urls["login"],
            controls=CONTROLS,
            events=[f"{entity}.{event}" for entity, events in EVENTS.items() for event in events if entity != "list"],
        )

    return [Route("/", front)]
