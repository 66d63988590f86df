"""An attacker at his own computer: he has begun a sign-in and wants somebody else to finish it for him."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import httpx

from tests.browser.people import NORDLYS


class Attacker:
    """Speaks our sign-in's protocol as one of our frames would."""

    def __init__(self, app_url: str) -> None:
        self.http = httpx.Client(base_url=app_url, trust_env=False, verify=False)
        # By hand: Python's jars keep secure cookies from http://127.0.0.1, which browsers do not.
        self.cookies: dict[str, str] = {}
        self.verifier = ""

    def __enter__(self) -> Self:
        self.verifier = str(self.post("/signin/begin/", {"ctx": NORDLYS}).json()["verifier"])
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.http.close()

    def post(self, path: str, fields: dict[str, str]) -> httpx.Response:
        token = str(self.send("GET", "/csrf/").json()["token"])
        return self.send("POST", path, data=fields, headers={"X-CSRFToken": token})

    def send(self, method: str, path: str, **rest: dict[str, str]) -> httpx.Response:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = rest.pop("headers", {}) | {"Cookie": cookies}
        response = self.http.request(method, path, headers=headers, **rest)
        self.cookies |= dict(response.cookies)
        return response

    def gains(self) -> bool:
        """Whether somebody has signed in for him."""
        return self.post("/signin/complete/", {"verifier": self.verifier}).status_code != 202
