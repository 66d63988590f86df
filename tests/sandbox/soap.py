"""SuperOffice's SOAP services, which the sandbox lacks: each answers 501 and names itself [ws/endpoints/soap]."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from .exchanges import exchange
from .world import World

FAULT = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    "<faultcode>s:Server</faultcode><faultstring>{}</faultstring>"
    "</s:Fault></s:Body></s:Envelope>"
)


def lacking(request: Request) -> Response:
    """A SOAP fault; the operation is the last word of ``SOAPAction``."""
    action = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
    what = " of ".join(filter(None, [action, request.path_params["service"]]))
    fault = FAULT.format(escape(f"The sandbox lacks SOAP: {what}. REST and agents have the same."))
    return Response(fault, 501, media_type="text/xml")


def services(world: World) -> list[BaseRoute]:
    """NetServer's services of a tenant, of any version; each call is logged, as those to REST are."""

    async def service(request: Request) -> Response:
        response = lacking(request)
        entry = {"method": request.method, "path": request.url.path, "query": "", "user": "", "ms": 0.0}
        entry |= {"tenant": request.path_params["ctx"], "status": response.status_code}
        body = await request.body()
        world.log(entry, exchange(request.headers.items(), body, response.headers.items(), bytes(response.body)))
        return response

    return [Route("/{ctx}/Remote/Services{version:int}/{service}.svc", service, methods=["GET", "POST"])]


def system_user() -> list[BaseRoute]:
    """The system user's exchange by SOAP, which the module of that name has in JSON."""
    paths = (f"/{login}/services/{{service}}.svc" for login in ("Login", "login"))
    return [Route(path, lacking, methods=["GET", "POST"]) for path in paths]
