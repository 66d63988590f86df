"""The floors: the measured panel without Sidecard, as one writes it with Django and httpx alone.

No session, no membership, no memory, no thought of errors; the same four calls at once, the same template. ``show``
asks by httpx and reads dictionaries; ``show_typed`` asks through ``crm_client``, so it has what that gives: values of
types, renewal, retries, deadlines and turns.
"""

from __future__ import annotations

import asyncio
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import httpx
from aiohttp import ClientSession, TCPConnector
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from httpx_aiohttp import AiohttpTransport

from crm_client.address import AsyncFixedAddress
from crm_client.auth import Grant, UserToken
from crm_client.clients import AsyncCrm
from crm_client.stores import AsyncMemoryStore
from tests.bench.answers import ASKED_FOR, questions

UPSTREAM = os.environ.get("BENCH_UPSTREAM", "")
QUERIES = {name: urlencode(next(operation).query) for name, operation in questions(1).items()}
HEADERS = {"Authorization": f"Bearer 8A:Cust00000.{'A' * 64}"} | ASKED_FOR

STORE = AsyncMemoryStore(Grant(f"8A:Cust00000.{'A' * 64}", "", datetime.now(UTC) + timedelta(days=1)))
CREDENTIAL = UserToken("", "", "", STORE, "bench")

_client: list[httpx.AsyncClient] = []


def client() -> httpx.AsyncClient:
    """One a worker."""
    if not _client:
        _client.append(httpx.AsyncClient(transport=AiohttpTransport(client=_session), timeout=60))
    return _client[0]


def _session() -> ClientSession:
    return ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=30))


async def read(ctx: str, contact_id: str) -> list[Any]:
    """The four answers: the company, people, sales and activities."""
    company = f"{UPSTREAM}/{ctx}/api/v1/Contact/{contact_id}"

    async def ask(name: str, query: str) -> Any:
        address = f"{company}/{name}?{query}" if name else company
        return json.loads((await client().get(address, headers=HEADERS)).content)

    return await asyncio.gather(*(ask(name, query) for name, query in QUERIES.items()))


async def show(request: HttpRequest) -> HttpResponse:
    ctx = request.GET["uctx"]
    entity, people, sales, activities = await read(ctx, request.GET["contact_id"])
    context = {
        "shell": "base_embedded.html",
        "membership": {"name": "Person", "tenant": {"ctx": ctx}},
        "company": company(entity),
        "people": [person(row) for row in people["value"]],
        "sales": [sale(row) for row in sales["value"]],
        "activity": activity(activities["value"][0]),
    }
    return HttpResponse(render_to_string("panels/four_reads.html", context))


async def show_typed(request: HttpRequest) -> HttpResponse:
    ctx = request.GET["uctx"]
    crm = AsyncCrm(client(), AsyncFixedAddress(f"{UPSTREAM}/{ctx}/api/"), CREDENTIAL, "en-US")
    read = await crm.all(*questions(int(request.GET["contact_id"])).values())
    context = {"shell": "base_embedded.html", "membership": {"name": "Person", "tenant": {"ctx": ctx}}}
    context |= zip(("company", "people", "sales", "activity"), read, strict=True)
    return HttpResponse(render_to_string("panels/four_reads.html", context))


def company(found: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": found["Name"],
        "department": found["Department"],
        "org_nr": found["OrgNr"],
        "code": found["Number1"],
        "number": found["Number2"],
        "country": found["Country"]["Name"],
        "category": {"name": found["Category"]["Value"]},
        "business": {"name": found["Business"]["Value"]},
        "owner": {"name": found["Associate"]["FullName"]},
    }


def person(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["fullName"],
        "is_retired": row["retired"],
        "title": row["title"],
        "position": row["position"],
        "email": row["email/emailAddress"],
    }


def sale(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "heading": row["heading"],
        "probability": row["probPercent"],
        "stage": row["stage"],
        "sale_type": row["saleType"],
        "owner": row["associate/fullName"],
        "currency": row["currency"],
    }


def activity(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "task": row["type"],
        "record_type": row["recordTypeText"],
        "owner": row["associate/fullName"],
        "person": row["person/fullName"],
        "is_completed": row["completed"],
        "sale_id": row["saleId"],
        "appointment_id": row["appointmentId"],
        "text": row["text"],
    }
