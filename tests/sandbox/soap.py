"""SuperOffice's SOAP services, which the sandbox lacks: each answers 501 and names itself [ws/endpoints/soap]."""

from __future__ import annotations

from html import escape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

FAULT = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
    "<faultcode>s:Server</faultcode><faultstring>{}</faultstring>"
    "</s:Fault></s:Body></s:Envelope>"
)


async def lacking(request: Request) -> Response:
    """A SOAP fault; the operation is the last word of ``SOAPAction``."""
    action = request.headers.get("soapaction", "").strip('"').rpartition("/")[2]
    what = " of ".join(filter(None, [action, request.path_params["service"]]))
    fault = FAULT.format(escape(f"The sandbox lacks SOAP: {what}. REST and agents have the same."))
    return Response(fault, 501, media_type="text/xml")


def services() -> list[BaseRoute]:
    """NetServer's services of a tenant, of any version."""
    return [Route("/{ctx}/Remote/Services{version:int}/{service}.svc", lacking, methods=["GET", "POST"])]


def exchange() -> list[BaseRoute]:
    """The system user's exchange by SOAP; `system_user` has it in JSON."""
    paths = (f"/{login}/services/{{service}}.svc" for login in ("Login", "login"))
    return [Route(path, lacking, methods=["GET", "POST"]) for path in paths]
