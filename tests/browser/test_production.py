"""Production end to end: the real settings over https, by the real names of all hosts."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Playwright, Response, WebError, expect

from panel.panels.contract import Place
from tests import environment
from tests.browser import chromium
from tests.browser.conftest import Open
from tests.browser.elsewhere import served
from tests.browser.people import ACME, ORESUND, Desk, Facts, Search
from tests.browser.production import HOSTS, SIDECARD, SUPEROFFICE, Certificate, Production, Proxy, database, emptied
from tests.browser.test_app_store import Visitor
from tests.browser.test_changed_elsewhere import AWAY_AND_BACK
from tests.browser.test_evil import BLOCKED, frame_named
from tests.browser.test_standalone import arrive
from tests.of_sandbox.receiver import until
from tests.sandbox import delivery, webhooks
from tests.sandbox.post import Reply
from tests.sandbox.server import Sandbox

STRANGERS = (
    "http://online7.superoffice.com",
    "https://superoffice.com.example",
    "https://notsuperoffice.com",
    "https://example.com",
)
TYPED = "+47 22 00 11 22"
COOKIES = ("__Host-csrf", "__Host-psid")
UNAUTHORIZED = "the server responded with a status of 401"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return Certificate.made(tmp_path_factory.mktemp("certificate"))


@pytest.fixture(scope="module")
def the_sandbox() -> Iterator[Sandbox]:
    sandbox = Sandbox(app_url=SIDECARD, urls=SUPEROFFICE)
    sandbox.start()
    yield sandbox
    sandbox.stop()


@pytest.fixture(scope="module")
def the_proxy(the_sandbox: Sandbox, certificate: Certificate) -> Iterator[Proxy]:
    ports = [*the_sandbox.ports.values(), environment.free_ports(1)]
    with Proxy(dict(zip(HOSTS, ports, strict=True)), certificate) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def production(
    the_proxy: Proxy, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Production]:
    """Sidecard on databases of its own."""
    if environment.MISSING or environment.POSTGRES.startswith("sqlite"):
        pytest.skip("production needs PostgreSQL and Redis")
    name = f"test_sidecard_{environment.CRM_PORT}_production"
    with database(environment.POSTGRES, name) as postgres, emptied(environment.REDIS) as redis:
        running = Production(tmp_path_factory.mktemp("production"), the_proxy, certificate, postgres, redis)
        try:
            running.start()
            yield running
        finally:
            running.stop()


@pytest.fixture
def sandbox(the_sandbox: Sandbox) -> Sandbox:
    """As it was born, but for the one redirect address that README.md has registered."""
    the_sandbox.reset()
    the_sandbox.world.clients["sidecard-sandbox"].redirect_uris = [r"https://sidecard\.example\.com/signin/callback/"]
    return the_sandbox


@pytest.fixture
def app_url(production: Production, sandbox: Sandbox) -> str:
    return SIDECARD


@pytest.fixture(scope="module")
def browsers(
    playwright: Playwright,
    browser_path: str,
    defaults: list[str],
    the_proxy: Proxy,
    certificate: Certificate,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Open]:
    """As everywhere, but whatever they look for is at the proxy."""
    there = {443: the_proxy.https, 80: the_proxy.http}
    rules = [*(f"MAP *:{port} 127.0.0.1:{its}" for port, its in there.items()), "MAP * ~NOTFOUND"]
    pin = f"--ignore-certificate-errors-spki-list={certificate.pin}"
    more = (f"--host-resolver-rules={', '.join(rules)}", pin)
    running: dict[bool, BrowserContext] = {}

    def start(blocked: bool) -> BrowserContext:
        if blocked not in running:
            folder = tmp_path_factory.mktemp("browser") / "profile"
            running[blocked] = chromium.launch(
                playwright.chromium, browser_path, folder, defaults, *more, blocked=blocked
            )
        return running[blocked]

    yield start
    for context in running.values():
        context.close()


Ask = Callable[..., httpx.Response]


@pytest.fixture
def ask(production: Production, the_proxy: Proxy, certificate: Certificate) -> Iterator[Ask]:
    """Ask Sidecard as a program does, by its own name: ``ask("GET", "/signin/")``."""
    trusted = ssl.create_default_context(cafile=certificate.authority)
    with httpx.Client(verify=trusted, trust_env=False) as http:

        def asked(method: str, url: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
            at = httpx.URL(SIDECARD).join(url)
            port = the_proxy.https if at.scheme == "https" else the_proxy.http
            return http.request(
                method,
                at.copy_with(host="127.0.0.1", port=port),
                headers={"Host": at.host} | (headers or {}),
                extensions={"sni_hostname": at.host},
                **more,
            )

        yield asked


@pytest.fixture
def webhooks_arrive(ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SuperOffice posts goes by the name in its address, too."""

    async def post(url: str, headers: dict[str, str], body: str) -> Reply:
        return Reply((await asyncio.to_thread(ask, "POST", url, headers, content=body.encode())).status_code)

    for module in (delivery, webhooks):
        monkeypatch.setattr(module, "post", post)


@pytest.fixture(autouse=True)
def objections(open_browser: Open) -> Iterator[list[str]]:
    """What browsers say against our pages: things a policy forbids, cookies refused, scripts that fail. It is nothing,
    but for the status of a panel that asks its reader to sign in.
    """
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and UNAUTHORIZED not in message.text:
            said.append(f"{message.text} ({message.location['url']})")

    def fail(error: WebError) -> None:
        said.append(str(error.error))

    contexts = [open_browser(blocked) for blocked in (True, False)]
    for context in contexts:
        context.on("console", note)
        context.on("weberror", fail)
    yield said
    for context in contexts:
        context.remove_listener("console", note)
        context.remove_listener("weberror", fail)
    assert said == []


def test_from_signing_in_on_a_card_to_signing_out(desk: Desk) -> None:
    card = desk.company("alice", ACME)
    panel = card.panel()
    panel.sign_in()
    panel.facts.correct("Switchboard", TYPED)
    expect(card.phone).to_have_text(TYPED)
    assert desk.record()["phones"][0]["value"] == TYPED
    windows = len(desk.context.pages)
    card.next()
    expect(panel.facts.heading).to_contain_text("Bjørkeli Møbler AS")
    assert len(desk.context.pages) == windows

    kept = desk.context.cookies(SIDECARD)
    frame, window = "https://superoffice.com", "https://example.com"
    assert {(one["partitionKey"], one["name"]) for one in kept} == set(product((frame, window), COOKIES))
    assert all(one["secure"] and one["httpOnly"] and one["sameSite"] == "None" for one in kept)

    panel.sign_out()
    card.page.reload()
    expect(panel.sign_in_button).to_be_visible()


def test_in_a_window_of_our_own(strict_desk: Desk) -> None:
    files: list[Response] = []
    page = strict_desk.context.new_page()
    page.on("response", lambda answer: files.append(answer) if f"{SIDECARD}/static/" in answer.url else None)
    page.goto(SIDECARD)
    arrive(strict_desk, page, "alice")
    expect(page.get_by_role("heading", name="My day")).to_be_visible()
    search = Search(page)
    search.type("acm")
    search.hit("Acme").click()
    expect(Facts(page).heading).to_contain_text("Acme")
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in with SuperOffice")).to_be_visible()
    assert page.url.startswith(SIDECARD)

    assert {urlsplit(file.url).path.rpartition(".")[2] for file in files} >= {"css", "js", "woff2"}
    for file in files:
        assert file.status == 200
        assert "immutable" in file.headers["cache-control"]
        assert file.url.endswith("2") or file.headers["content-encoding"] == "gzip"


@pytest.mark.usefixtures("webhooks_arrive")
def test_installed_from_the_app_store_told_what_changes_and_moved(strict_desk: Desk, ask: Ask) -> None:
    """With Celery's worker and beat, with what SuperOffice posts, and from one of its hosts to the other."""
    world = strict_desk.sandbox.world
    world.clients["sidecard-sandbox"].state_push = True
    strict_desk.tenant(ORESUND).host = "app"
    charlie = Visitor(strict_desk)
    charlie.goes_to_install("charlie")
    charlie.click("button", "I approve")
    expect(charlie.page.get_by_text("Everything is set up.")).to_be_visible()
    charlie.leaves()

    card = strict_desk.company("dora", 2, ORESUND)
    panel = card.panel(Place.COMPANY_SIDE.value)
    panel.sign_in()
    expect(panel.facts.heading).to_have_text("Skagen Fiskeeksport A/S")
    token = world.issue_access_token(ORESUND, "charlie", "sidecard-sandbox")
    renamed = ask(
        "PATCH",
        f"{strict_desk.sandbox.tenant_url(ORESUND)}/api/v1/Contact/2",
        {"Authorization": f"Bearer {token}"},
        json=[{"op": "replace", "path": "/Name", "value": "Skagen"}],
    )
    assert renamed.is_success

    def is_told() -> bool:
        with card.page.expect_response(lambda answer: "/changed/" in answer.url):
            panel.frame.evaluate(AWAY_AND_BACK)
        return panel.body.get_by_text("Changed by Charlie Kjær").is_visible()

    until(is_told)
    card.page.close()

    assert ask("POST", f"{SUPEROFFICE['login']}/__sandbox__/tenants/{ORESUND}", json={"move": "online2"}).is_success
    until(lambda: len(world.delivered) == 2)
    assert [(one.event, one.outcome) for one in world.delivered] == [
        ("contact.changed", "delivered"),
        ("state.move", "delivered"),
    ]
    card = strict_desk.company("dora", 2, ORESUND)
    assert card.page.url.startswith(SUPEROFFICE["online2"])
    expect(card.panel(Place.COMPANY_SIDE.value).facts.heading).to_have_text("Skagen")


def test_nobody_but_superoffice_frames_a_panel(strict_desk: Desk, the_proxy: Proxy, objections: list[str]) -> None:
    with served() as elsewhere:

        def framed_by(origin: str) -> str:
            the_proxy.ports[urlsplit(origin).hostname or ""] = elsewhere.port
            elsewhere.framing("/", strict_desk.panel_url())
            return frame_named(strict_desk.open(f"{origin}/"), "inner/").url

        assert framed_by("https://online7.superoffice.com") == strict_desk.panel_url()
        assert objections == []
        for origin in STRANGERS:
            assert framed_by(origin) == BLOCKED

    assert len(objections) == len(STRANGERS)
    assert all("frame-ancestors https://*.superoffice.com" in one for one in objections)
    objections.clear()


def test_what_every_answer_promises(ask: Ask) -> None:
    page, panel = ask("GET", "/signin/"), ask("GET", "/panels/company/?uctx=Cust12345&contact_id=17")

    (cookie,) = page.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-csrf=")
    said = set(cookie.split("; ")[1:])
    assert said > {"HttpOnly", "Secure", "Partitioned", "Path=/", "SameSite=None"}
    assert not any(one.startswith("Domain") for one in said)
    for answer in (page, panel):
        assert answer.headers["strict-transport-security"] == "max-age=31536000"
        assert "cross-origin-opener-policy" not in answer.headers
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-frame-options"] == "DENY"
    assert panel.status_code == 401
    assert panel.headers["content-security-policy"].endswith("frame-ancestors https://*.superoffice.com")
    assert "x-frame-options" not in panel.headers


def test_http_leads_to_https(ask: Ask) -> None:
    answer = ask("GET", SIDECARD.replace("https", "http") + "/panels/company/?uctx=Cust12345&contact_id=17")

    assert answer.status_code == 301
    assert answer.headers["location"] == f"{SIDECARD}/panels/company/?uctx=Cust12345&contact_id=17"
    assert "set-cookie" not in answer.headers


def test_the_operator_is_told_of_nothing_amiss(production: Production, ask: Ask) -> None:
    """By Django's checks, and after all of the above by the log, which holds no address' query and no secret."""
    assert "no issues" in production.run("python manage.py check --deploy --fail-level WARNING --database default")

    ask("GET", "/panels/company/?uctx=Cust12345&contact_id=17")
    log = production.log.read_text()
    events = [json.loads(row) for row in log.splitlines() if row.startswith("{")]
    assert "sign-in needed" in [event["event"] for event in events]
    assert [event for event in events if event["level"] == "error"] == []
    assert "Traceback" not in log
    assert not [secret for secret in ("code=", "state=", "uctx=", "sandbox-secret", TYPED) if secret in log]
