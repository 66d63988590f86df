"""What the sandbox knows: people, tenants, tokens, faults and a clock; plain values that one JSON file keeps."""

from __future__ import annotations

import copy
import hmac
import json
import os
import secrets
from collections import deque
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from .application_keys import sandbox_key
from .exchanges import KEPT, Exchange, why

TICKET_SECONDS = 6 * 3600
"""A system user's ticket lives this long after its last use."""

ADMINISTRATOR = 1
"""The id of the role of those who maintain a tenant, User level 0."""

RELEASE = "Release_11.10_2026.02.24-02"
"""The build tenants run until they are upgraded."""

APP_LINKS = {
    "install_url": "/appstore/install/",
    "configure_url": "/appstore/configure/",
    "uninstall_url": "/appstore/uninstall/",
    "state_url": "/appstore/state/",
}
"""Where the application of this repository has what a `Client` registers."""

Row = dict[str, Any]
"""One stored record; its keys are described in ``seed.py``. Dates are ISO texts in UTC (``2026-11-29T09:00:00``)."""


@dataclass
class Human:
    """Somebody with a SuperID; he may be a user (associate) in several tenants."""

    key: str
    first_name: str
    last_name: str
    email: str
    password: str


@dataclass
class Associate:
    """A user of one tenant: what SuperOffice calls an associate."""

    associate_id: int
    human: str
    initials: str
    person_id: int
    role: int = 2
    """A role's id (``roles.py``)."""
    language: str = "en-US"
    system: bool = False
    """The system user of an application: nobody's, without limits by role or sentry; ``human`` is empty."""

    @property
    def administrator(self) -> bool:
        """Whether SuperOffice takes him for one: the role is User level 0."""
        return self.role == ADMINISTRATOR


@dataclass
class Tenant:
    """One customer's SuperOffice."""

    ctx: str
    serial: str
    company_name: str
    owner_contact_id: int
    host: str = "online2"
    """Which of the two tenant hosts serves it now: ``online2`` or ``app``."""
    state: str = "Running"
    release: str = RELEASE
    """The build it runs, as the state API and NetServer label it."""
    approved: bool = False
    """An administrator has consented to the application."""
    approved_by: str = ""
    """User name of the administrator who did; empty when SuperOffice did it for him."""
    approved_at: str = ""
    """When, as records store dates."""
    needs_reapproval: bool = False
    """The application asks for more than was approved: nobody gets in until an administrator approves again."""
    expired: bool = False
    """The authorization's validity has run out."""
    revoked: bool = False
    revoked_by: str = ""
    """User name of the customer's administrator who did it in the App Store; empty when SuperOffice did."""
    base_zone: str = "Europe/Oslo"
    associates: dict[str, Associate] = field(default_factory=dict)
    """By human key."""
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    """By table (``contact``, ``person``, ``sale``, ``appointment``, ``webpanel`` …), then primary key."""
    lists: dict[str, dict[int, Row]] = field(default_factory=dict)
    """By MDO list name, then item id."""
    denied: dict[str, list[str]] = field(default_factory=dict)
    """Human key to what sentry denies him, e.g. ``{"bob": ["sale:delete", "sale.Amount:select"]}``. Single fields
    (``select``, ``update``) are hidden and locked in entities; archives show their columns all the same."""
    mandatory: dict[str, list[str]] = field(default_factory=dict)
    """By table, the properties that must be filled here and need not elsewhere, e.g. ``{"sale": ["Source"]}``."""
    system_tokens: dict[str, str] = field(default_factory=dict)
    """By client id: ``{Application Name}-{random}``, constant until the authorization is revoked."""
    system_users: dict[str, Associate] = field(default_factory=dict)
    """By client id: the associate that stands for an application working without a person."""

    @property
    def gone(self) -> bool:
        """Nobody signs in to a tenant that is deleted, and no application works for it."""
        return self.state == "Deleted"

    @property
    def refusal(self) -> str:
        """SuperID's name and code for why the application gets nobody in; empty while it is authorised."""
        if self.gone:
            return "Denied (4)"
        if self.revoked:
            return "Revoked (1)"
        if self.expired:
            return "Expired (3)"
        return "" if self.approved and not self.needs_reapproval else "NeedsReapproval (5)"

    def table(self, name: str) -> dict[int, Row]:
        return self.rows.setdefault(name, {})

    def system_user(self, client: Client) -> Associate:
        """The associate of an application's system user; made when it first works here."""
        if client.client_id not in self.system_users:
            taken = [a.associate_id for a in (*self.associates.values(), *self.system_users.values())]
            made = Associate(max(taken) + 1, "", client.name, 0, role=ADMINISTRATOR, system=True)
            self.system_users[client.client_id] = made
        return self.system_users[client.client_id]

    def next_id(self, table: str) -> int:
        return max(self.table(table), default=0) + 1


@dataclass
class Client:
    """An application registered in the developer portal."""

    client_id: str
    secret: str
    name: str
    redirect_uris: list[str]
    """Regular expressions, matched in full."""
    install_url: str = ""
    """Where the App Store's green button leads; without it there is no button."""
    configure_url: str = ""
    uninstall_url: str = ""
    """The link of the type "Disabled": the application takes its things away itself."""
    error_url: str = ""
    """The custom error callback: where the browser goes when a sign-in failed; empty is the callback itself."""
    system_token: bool = True
    """Whether it may work as a system user; switching it on needs every customer's approval anew."""
    webhooks: bool = True
    """Whether it may have webhooks; the same is true."""
    key_xml: str = field(default_factory=sandbox_key)
    """Its RSA key pair, as the portal issues it. SuperOffice keeps the public half only; the sandbox shows both."""
    state_push: bool = False
    """Whether it is told when the state of a tenant changes."""
    state_url: str = ""
    """Where."""


@dataclass
class Login:
    """Switches of the identity provider; lifetimes in seconds."""

    coop: bool = False
    access_token_seconds: int = 3600
    code_seconds: int = 600
    id_token_seconds: int = 300
    state_seconds: int = 900
    """How long an answer of the state API may be kept."""


@dataclass
class NetServerSwitches:
    """What NetServer's documentation leaves open, so that both readings can be tried."""

    patch_honours_unmodified_since: bool = False
    """Whether a PATCH with a stale ``If-Unmodified-Since`` is refused (412); documented for PUT only."""
    hidden_records_are_blank: bool = False
    """Whether a record somebody may not read comes with nothing in it and no right to it, as NetServer's own objects do
    [sec/sentry/rows], and not as a refusal (403)."""
    duplicate_deliveries: float = 0.0
    """The share of webhook events that arrive twice (0 to 1); nothing documented promises that they come once."""


@dataclass
class Fault:
    """Trouble for calls to NetServer that match; ``count`` None lasts until reset."""

    path: str = ""
    """A regular expression searched in the path below ``/{ctx}/api/``, without the query."""
    ctx: str | None = None
    method: str | None = None
    status: int | None = None
    delay: float = 0.0
    """Seconds before the work."""
    drop: str | None = None
    """``before`` or ``after`` the work: the connection dies without an answer."""
    retry_after: str | None = None
    count: int | None = None


@dataclass(eq=False)
class Delivery:
    """One message on its way to an application: an event for a webhook, or a change of a tenant's state."""

    ctx: str
    event: str
    event_id: str
    url: str
    headers: dict[str, str]
    body: str
    due: float
    """When it is to be sent, a Unix time of the sandbox's clock."""
    queued: float
    webhook_id: int = 0
    """0 for a change of state."""
    attempts: list[dict[str, Any]] = field(default_factory=list)
    """``{"at", "status", "error"}`` each; ``status`` 0 when nobody answered."""
    outcome: str = ""
    """Empty while it waits; then ``delivered``, ``discarded`` (three failures) or ``stopped`` (its webhook was)."""


@dataclass
class World:
    """Everything, and the only thing that is saved."""

    humans: dict[str, Human] = field(default_factory=dict)
    tenants: dict[str, Tenant] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    login: Login = field(default_factory=Login)
    netserver: NetServerSwitches = field(default_factory=NetServerSwitches)
    keys: list[str] = field(default_factory=list)
    """RSA private keys in PEM, newest first: the first one signs, all are published."""
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    access_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Token to ``{"ctx", "human", "client_id", "expires"}`` (``expires`` a Unix time)."""
    refresh_tokens: dict[str, dict[str, Any]] = field(default_factory=dict)
    tickets: dict[str, dict[str, Any]] = field(default_factory=dict)
    """A system user's ticket to ``{"ctx", "client_id", "expires"}``; each use moves ``expires``."""
    sessions: dict[str, str] = field(default_factory=dict)
    """Cookie of the identity provider's own session to human key."""
    web_sessions: dict[str, dict[str, str]] = field(default_factory=dict)
    """Cookie of SuperOffice Web to ``{"human", "ctx"}`` pairs, one cookie a tenant."""
    faults: list[Fault] = field(default_factory=list)
    calls: deque[dict[str, Any]] = field(default_factory=lambda: deque(maxlen=2000))
    """Every call to NetServer and SuperID: number, method, path, tenant, user, status, why it failed, ms."""
    called: int = 0
    """How many calls there were so far."""
    exchanges: deque[tuple[int, Exchange]] = field(default_factory=lambda: deque(maxlen=KEPT))
    """Number and bodies of the newest calls."""
    announced: int = 0
    """How many events were queued for webhooks so far."""
    deliveries: list[Delivery] = field(default_factory=list)
    """Messages that wait for their turn, oldest first."""
    delivered: deque[Delivery] = field(default_factory=lambda: deque(maxlen=500))
    """Messages that were sent, or given up."""
    backups: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By ctx, the ``rows`` and ``lists`` of a tenant as they were."""
    app_url: str = ""
    """Where the application is whose web panels were seeded."""
    clock_offset: float = 0.0
    """Seconds the sandbox's clock is ahead of the machine's."""

    def now(self) -> datetime:
        """The sandbox's time, aware, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset)

    def stamp(self) -> str:
        """``now`` as records store it."""
        return self.now().replace(tzinfo=None).isoformat(timespec="seconds")

    def log(self, entry: dict[str, Any], said: Exchange) -> None:
        """Remember a call. Its time is the sandbox's, as that of everything else."""
        self.called += 1
        self.calls.append(
            {"number": self.called, "at": self.now().timestamp()} | entry | {"why": why(entry["status"], said.got)}
        )
        self.exchanges.append((self.called, said))

    def tenant(self, ctx: str) -> Tenant | None:
        """By context identifier, whose case does not matter."""
        return next((t for t in self.tenants.values() if t.ctx.lower() == ctx.lower()), None)

    def email(self, associate: Associate) -> str:
        """The address a user signs in with; a system user has none."""
        return "" if associate.system else self.humans[associate.human].email

    def issue_access_token(self, ctx: str, human: str, client_id: str) -> str:
        """A new opaque access token in SuperOffice's form ``8A:{ctx}.{opaque}``."""
        token = f"8A:{ctx}.{secrets.token_urlsafe(48)}"
        expires = self.now().timestamp() + self.login.access_token_seconds
        self.access_tokens[token] = {"ctx": ctx, "human": human, "client_id": client_id, "expires": expires}
        return token

    def bearer(self, token: str) -> tuple[Tenant, Associate] | None:
        """Who holds a valid access token; None for unknown, expired and revoked ones."""
        found = self.access_tokens.get(token)
        if found is None or found["expires"] <= self.now().timestamp():
            return None
        tenant = self.tenants[found["ctx"]]
        if tenant.revoked or tenant.expired or tenant.needs_reapproval:
            return None
        return tenant, tenant.associates[found["human"]]

    def issue_ticket(self, ctx: str, client_id: str) -> str:
        """A new ticket of an application's system user, in SuperOffice's form ``7T:{opaque}``."""
        ticket = f"7T:{secrets.token_urlsafe(48)}"
        expires = self.now().timestamp() + TICKET_SECONDS
        self.tickets[ticket] = {"ctx": ctx, "client_id": client_id, "expires": expires}
        return ticket

    def system_user(self, ticket: str, secret: str) -> tuple[Tenant, Associate] | None:
        """Whose ticket this is, sent with the application's secret; using it gives it another six hours."""
        found, now = self.tickets.get(ticket), self.now().timestamp()
        if found is None or found["expires"] <= now:
            return None
        tenant, client = self.tenants[found["ctx"]], self.clients[found["client_id"]]
        if (
            tenant.refusal
            or not client.system_token
            or not hmac.compare_digest(client.secret.encode(), secret.encode())
        ):
            return None
        found["expires"] = now + TICKET_SECONDS
        return tenant, tenant.system_user(client)

    def approve(self, tenant: Tenant, by: str = "") -> None:
        """Authorise the application at one tenant; ``by`` is an administrator's user name, empty for SuperOffice."""
        tenant.approved, tenant.approved_by, tenant.approved_at = True, by, self.stamp()
        tenant.needs_reapproval = tenant.expired = tenant.revoked = False
        tenant.revoked_by = ""

    def demand_reapproval(self) -> None:
        """The application's configuration was published with more than customers approved."""
        for tenant in self.tenants.values():
            tenant.needs_reapproval |= tenant.approved

    def end_authorization(self, tenant: Tenant, by: str = "") -> None:
        """Revoke the application at one tenant: its tokens end with the authorization record. Its panels, fields and
        webhooks stay."""
        tenant.revoked, tenant.revoked_by = True, by
        tenant.approved, tenant.approved_by, tenant.approved_at = False, "", ""
        tenant.needs_reapproval = tenant.expired = False
        tenant.system_tokens.clear()
        for tokens in (self.access_tokens, self.refresh_tokens, self.tickets):
            for token in [t for t, held in tokens.items() if held["ctx"] == tenant.ctx]:
                del tokens[token]

    def back_up(self, tenant: Tenant) -> None:
        """Keep the tenant's database as it is now; who is authorised is no part of it."""
        self.backups[tenant.ctx] = copy.deepcopy({"rows": tenant.rows, "lists": tenant.lists})

    def restore_backup(self, tenant: Tenant) -> None:
        """Put the tenant's database back to its backup, if there is one: what came later is gone, ids too."""
        for part, kept in copy.deepcopy(self.backups.get(tenant.ctx, {})).items():
            setattr(tenant, part, kept)

    def move_app(self, app_url: str) -> None:
        """Point web panels, task menu items and the registered links at the application's new address."""
        for tenant in self.tenants.values():
            for row in (*tenant.table("webpanel").values(), *tenant.lists.get("taskmenu", {}).values()):
                if "url" in row:
                    row["url"] = self._moved(row["url"], app_url)
        for client in self.clients.values():
            for link in APP_LINKS:
                setattr(client, link, self._moved(getattr(client, link), app_url))
        self.app_url = app_url

    def _moved(self, url: str, app_url: str) -> str:
        return app_url + url.removeprefix(self.app_url) if url.startswith(self.app_url + "/") else url

    def become(self, other: World) -> None:
        """Take over everything of another world; whoever holds this object sees the change."""
        for part in fields(self):
            setattr(self, part.name, getattr(other, part.name))

    def save(self, path: Path) -> None:
        """Write atomically, readable by the owner only; a crash leaves the previous file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(vars(self) | {"calls": [], "delivered": [], "exchanges": []}, file, default=vars)
        fresh.replace(path)

    @classmethod
    def load(cls, path: Path) -> World:
        """What ``save`` wrote."""
        state = json.loads(path.read_text())
        state["humans"] = {k: Human(**v) for k, v in state["humans"].items()}
        state["clients"] = {k: _client(v, state["app_url"]) for k, v in state["clients"].items()}
        state["login"] = Login(**state["login"])
        state["netserver"] = NetServerSwitches(**state.get("netserver", {}))
        state["faults"] = [Fault(**f) for f in state["faults"]]
        state["calls"], state["exchanges"] = deque(maxlen=2000), deque(maxlen=KEPT)
        state["deliveries"] = [Delivery(**d) for d in state.get("deliveries", [])]
        state["delivered"] = deque(maxlen=500)
        for ctx, tenant in state["tenants"].items():
            for kind in ("associates", "system_users"):
                tenant[kind] = {k: _associate(v) for k, v in tenant.get(kind, {}).items()}
            state["tenants"][ctx] = Tenant(**(tenant | _by_id(tenant)))
        state["backups"] = {ctx: _by_id(kept) for ctx, kept in state.get("backups", {}).items()}
        return cls(**state)


def _associate(saved: dict[str, Any]) -> Associate:
    """One that was saved before there were roles is an administrator or a user with full access."""
    if "administrator" not in saved:
        return Associate(**saved)
    kept = {name: value for name, value in saved.items() if name != "administrator"}
    return Associate(**kept, role=ADMINISTRATOR if saved["administrator"] else ADMINISTRATOR + 1)


def _client(saved: dict[str, Any], app_url: str) -> Client:
    """One that was saved before applications registered links has the usual ones."""
    usual = {name: app_url + path for name, path in APP_LINKS.items()}
    return Client(**(saved if "install_url" in saved else saved | usual))


def _by_id(saved: dict[str, Any]) -> dict[str, Any]:
    """``rows`` and ``lists`` read from JSON, which knows no numbers as keys."""
    tables = ((part, saved[part].items()) for part in ("rows", "lists"))
    return {
        part: {name: {int(key): row for key, row in rows.items()} for name, rows in found} for part, found in tables
    }
