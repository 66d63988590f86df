"""What a salesperson's day costs NetServer (``tests.salesday``): calls, not time."""

from __future__ import annotations

import httpx

from tests.bench.figures import figure
from tests.bench.stage import browser, sign_in, stage
from tests.salesday import Day


class Window:
    """A browser as a window of the day."""

    def __init__(self, http: httpx.Client, app_url: str) -> None:
        self.http, self.app_url = http, app_url

    def get(self, path: str, headers: dict[str, str]) -> str:
        return self.http.get(self.app_url + path, headers=headers).raise_for_status().text

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> str:
        token = self.http.get(f"{self.app_url}/csrf/").json()["token"]
        with_token = headers | {"X-CSRFToken": token}
        return self.http.post(self.app_url + path, data=fields, headers=with_token).raise_for_status().text


def run() -> None:
    with stage() as ready, browser() as http:
        sign_in(http, ready, "Cust12345", "alice")
        cost = Day(Window(http, ready.app_url), ready.sandbox.world).spend()
    figure("a salesperson's day, calls a card", cost.a_view, "calls", str(cost))
    figure("a salesperson's day, calls of the dearest card", max(cost.views), "calls", "goal: 6")
