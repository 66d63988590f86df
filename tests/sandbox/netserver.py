"""NetServer's REST interface of one tenant host: which handler answers which path.

A path SuperOffice documents and the sandbox lacks answers 501 and names itself; any other unknown path 404.

Where the documentation is silent the sandbox chooses: a missing right is 403 with ``SoSentryException``, an entity that
cannot be saved and a failed patch ``test`` are 400, a tenant that does not run is 503. It is stricter than NetServer
on purpose: invented properties, columns and parameters, and the session cookie sent back, are 400, so that mistakes
show in a test rather than at a customer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Mount

from . import (
    agents,
    agents_activities,
    agents_business,
    agents_more,
    archive_agents,
    archives,
    rest,
    subjects,
    webhooks,
)
from .answers import Call, Refused, bad, denied, lacking
from .facts import PATHS as DOCUMENTED
from .facts import body_kind, documented, is_documented, queries
from .gate import Gate
from .world import World

Methods = dict[str, Callable[..., Response]]


def routes(world: World, urls: dict[str, str], host: str) -> list[BaseRoute]:
    """Everything below ``/{ctx}/api``; ``host`` is the tenant host these routes are served by."""
    return [Mount("", app=Gate(world, urls, host, answer, version))]


def version(call: Call) -> Response:
    """``GET {api}``: who serves [ws/endpoints/get-webapi-version]; JSON if asked for, no credential needed."""
    if "application/json" not in call.headers.get("accept", ""):
        return HTMLResponse(f"<!DOCTYPE html><title>NetServer</title><p>{call.tenant.release}")
    return JSONResponse(
        {
            "v1": f"{call.api}v1/",
            "NetServerVersion": "11.10.721.0",
            "NetServerAssembly": "11.10.0.0",
            "NetServerDate": "2026-02-24",
            "NetServerLabel": call.tenant.release,
            "NetServer": f"SuperOffice NetServer 11.10.721.0 {call.tenant.release}",
            "Services": "Services87",
            "ServicesCurrent": "Services88",
            "Version": "v1",
        }
    )


def answer(call: Call) -> Response:
    """Let the handler of the path work; Refused if there is none."""
    for pattern, methods in HANDLERS.get(subject(call.path), []):
        match = pattern.fullmatch(call.path)
        if match and call.method in methods:
            _refuse_formats(call)
            _refuse_agent(call)
            _refuse_parameters(call)
            _refuse_arguments(call)
            return methods[call.method](call, **_arguments(match))
    raise _unknown(call)


JSON = ("application/json", "text/json", "application/json-patch+json", "application/merge-patch+json")


def _refuse_formats(call: Call) -> None:
    """501 for XML, in which NetServer speaks too; 415 for an entity that comes as something else."""
    wanted = call.headers.get("accept", "").lower()
    if "xml" in wanted and "json" not in wanted and "*/*" not in wanted:
        raise lacking("answers in XML")
    sent = call.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not sent or sent in JSON or not call.body or not (body_kind(call.path, call.method) or call.method == "PATCH"):
        return
    if sent in ("application/xml", "text/xml", "application/x-www-form-urlencoded"):
        raise lacking(f"bodies of type {sent}")
    raise Refused(415, "UnsupportedMediaTypeException", f"An entity cannot be sent as {sent}")


def _refuse_agent(call: Call) -> None:
    """403 for an application whose registration lacks the Webhook agent [developer-portal/create-app]."""
    if subject(call.path) in ("webhook", "agents/webhook") and not call.world.clients[call.client_id].webhooks:
        raise denied("use webhooks: the application is registered without the Webhook agent")


UNBUILT = {"w", "h", "isindexed", "notify", "versionid", "writeableurl", "embedimages", "ignoreoverrides"}
"""Documented parameters that nothing reads: the size of images, indexed columns, notifications, versions of documents,
images inside messages, texts a customer has overridden."""


UNBUILT_ARGUMENTS = (
    "Options",
    "Context",
    "IncludeStandard",
    "ConnectionInfo",
    "SmtpEMailConnectionInfo",
    "ImapEMailConnectionInfo",
    "SendEmailToParticipants",
    "Notify",
    "VersionId",
    "WriteableUrl",
)
"""The same in the requests of agents."""


def _refuse_arguments(call: Call) -> None:
    """501 for arguments that would change something and are not built."""
    if not subject(call.path).startswith("agents/") or not call.body.strip() or not isinstance(call.json, dict):
        return
    asked = [name for name in UNBUILT_ARGUMENTS if call.json.get(name)]
    if asked:
        raise lacking(f"the argument {asked[0]} of {call.path}")


def _refuse_parameters(call: Call) -> None:
    """400 for parameters the path does not take, 501 for those that would change something and are not built."""
    if not call.query:
        return
    known = queries(call.path, call.method)
    for name, value in call.query:
        if name.lower() in UNBUILT & known and value.lower() not in ("", "false"):
            raise lacking(f"the parameter {name} of {call.method} {call.path}")
        # Archives tell themselves which of theirs they know.
        if name.lower() not in known | {"$select"} and "$" not in known:
            raise bad(f"Unknown parameter {name}")


def built(path: str, method: str) -> bool:
    """Whether a documented path (with its placeholders) is served with a method."""
    count = path.count("{")
    return any(
        method in methods and pattern.fullmatch(one)
        for one in {_filled(path, filling) for filling in product(("1", "x"), repeat=count)}
        for pattern, methods in HANDLERS.get(subject(one), [])
    )


def _filled(path: str, filling: tuple[str, ...]) -> str:
    words = iter(filling)
    return PLACEHOLDER.sub(lambda match: next(words), path)


@cache
def _services() -> dict[str, dict[str, str]]:
    documented = ((path, method) for path, methods in DOCUMENTED.items() for method in methods)
    made: dict[str, dict[str, str]] = {}
    for path, method in documented:
        made.setdefault(path, {})[method] = "" if built(path, method) else "The sandbox lacks this: 501."
    return made


def services(call: Call) -> Response:
    """``GET /api/v1``: every documented URL with its methods [restful/rest], and which of them the sandbox lacks."""
    return call.answer({f"{call.api}{path}": methods for path, methods in _services().items()})


def _arguments(match: re.Match[str]) -> dict[str, Any]:
    return {name: int(value) if name == "key" else value for name, value in match.groupdict().items()}


def _unknown(call: Call) -> Refused:
    if call.method == "GET" and documented(call.path, "POST") and subject(call.path).startswith("agents/"):
        return lacking(f"the description of {call.path}, which GET is for")
    if documented(call.path, call.method):
        return lacking(f"{call.method} {call.path}")
    if is_documented(call.path):
        return Refused(405, "MethodNotAllowedException", f"{call.method} is not allowed for {call.path}")
    return Refused(404, "SoNotFoundException", f"No service at {call.path}")


def merged(*tables: dict[str, Methods]) -> dict[str, Methods]:
    """One table of all; the same path may have different methods in several."""
    whole: dict[str, Methods] = {}
    for table in tables:
        for path, methods in table.items():
            whole[path] = whole.get(path, {}) | methods
    return whole


PATHS = merged(
    rest.PATHS,
    webhooks.PATHS,
    agents.PATHS,
    agents_more.PATHS,
    agents_activities.PATHS,
    agents_business.PATHS,
    archive_agents.PATHS,
    archives.PATHS,
    subjects.PATHS,
    {"v1": {"GET": services}},
)
"""Path below ``/{ctx}/api/`` (case does not matter) to its methods."""


def subject(path: str) -> str:
    """The words a path begins with and few others do: ``sale``, ``agents/sale``."""
    words = path.lower().split("/")[1:3]
    return "/".join(words if words[:1] == ["agents"] else words[:1])


PLACEHOLDER = re.compile(r"\{[^}]*\}")

HANDLERS: dict[str, list[tuple[re.Pattern[str], Methods]]] = {}
"""The patterns of each subject, so that a call tries few."""

for _path, _methods in PATHS.items():
    HANDLERS.setdefault(subject(_path), []).append((re.compile(_path, re.IGNORECASE), _methods))
