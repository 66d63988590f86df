"""Somebody who calls the sandbox's NetServer and compares every answer with SuperOffice's own description."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.sandbox import archives, providers
from tests.sandbox.facts import DATE, TYPES, documented, misfits
from tests.sandbox.server import Sandbox

CLIENT = httpx.Client(trust_env=False)
"""One for all callers: only its connections are kept."""

SHOWN = {"int": (int,), "bool": (bool,), "decimal": (float, int)}
"""Types of Slim values by restriction type; all others are texts."""

IDS = ("associateDbId", "stageId", "stageRank", "saleTypeId", "statusRank")

NUMBERS = ("amountInBaseCurrency", "amountWeightedInBaseCurrency")


def provider_of(path: str) -> str:
    """The archive provider behind a list."""
    entity, *_, last = path.split("/")[1:] * 2
    if path.count("/") == 1:
        return archives.LISTS[entity]
    return archives.SUBLISTS.get(entity.lower(), {}).get(last, last)


class Caller:
    """One user with a valid access token; ``headers`` go with every call."""

    def __init__(self, sandbox: Sandbox, human: str = "alice", ctx: str = "Cust12345", **headers: str) -> None:
        self.world = sandbox.world
        self.ctx = ctx
        self.token = self.world.issue_access_token(ctx, human, "sidecard-sandbox")
        self.api = f"{sandbox.tenant_url(ctx)}/api/"
        standard = {"Authorization": f"Bearer {self.token}", "Accept": "application/json", "Accept-Language": "en"}
        self.headers = standard | {name.replace("_", "-"): value for name, value in headers.items()}

    def send(self, method: str, path: str, **given: Any) -> httpx.Response:
        """The answer as it is; ``path`` below ``/{ctx}/api/``, or an absolute URL. No cookie is ever sent back."""
        headers = self.headers | given.pop("headers", {})
        url = path if path.startswith("http") else self.api + path
        response = CLIENT.request(method, url, headers=headers, **given)
        CLIENT.cookies.clear()
        return response

    def __call__(self, method: str, path: str, status: int = 200, **given: Any) -> Any:
        """The JSON of an answer with the expected status, checked against the facts."""
        response = self.send(method, path, **given)
        assert response.status_code == status, response.text
        if not response.content:
            return None
        value = response.json()
        if status < 300:
            self.check(method, response, value)
        else:
            assert {"Error", "ErrorType", "ErrorMessage", "ErrorSource"} == set(value)
        return value

    def rows(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of one page of an archive; ``select="a,b"`` is sent as ``$select``."""
        answer = self("GET", path, params={f"${name}": value for name, value in parameters.items()})
        return list(answer["value"])

    def check(self, method: str, response: httpx.Response, value: Any) -> None:
        """Names and types of an answer are the documented ones, nested ones too."""
        path = urlsplit(str(response.url)).path.split("/api/")[1]
        fact = documented(path, "PUT" if method == "PATCH" else method)
        if fact is None:
            assert path in ("", "v1"), path
            return
        kind = fact[1]
        assert kind not in ("", "?"), f"{path} is served but its type is not in the facts"
        selected = "$select" in response.request.url.params
        assert misfits(value, kind, whole=not (selected and kind in TYPES)) == []
        if kind == "ODataSlimResponse":
            self.check_rows(path, response.request.url.params, value["value"])

    def check_rows(self, path: str, parameters: httpx.QueryParams, rows: list[dict[str, Any]]) -> None:
        provider = provider_of(path)
        wanted = parameters.get("$select", "").split(",")
        if "(" in parameters.get("$select", "") or parameters.get("$options"):
            return
        for row in rows:
            assert isinstance(row["PrimaryKey"], int if "Column" in row else str)
            assert isinstance(row["EntityName"], str)
            for column in filter(None, wanted):
                if "Column" in row:
                    assert set(row["Column"][column]) == {"RawValue", "DisplayValue", "LinkHint", "TooltipHint"}
                else:
                    self.check_value(provider, column, row[column])

    def check_value(self, provider: str, column: str, value: Any) -> None:
        kind = providers.find(self.world.tenants[self.ctx], provider, column).kind
        last = column.rsplit("/", 1)[-1]
        if value is None:
            return
        if last in IDS or last in NUMBERS:
            assert isinstance(value, (int, float)), column
        elif kind in ("date", "datetime"):
            assert DATE.fullmatch(value), column
        else:
            assert isinstance(value, SHOWN.get(kind, (str,))), column
