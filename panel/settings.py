"""Settings of Sidecard, read from the environment; README.md describes each variable."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import dj_database_url
import structlog
from django.core.exceptions import ImproperlyConfigured
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(os.environ.get("SIDECARD_VAR", BASE_DIR / "var"))
LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def required(name: str, stand_in: str) -> str:
    """A secret: from the environment, or a stand-in where only a sandbox's data can be lost."""
    value = env(name, stand_in if SANDBOXED else "")
    if not value:
        raise ImproperlyConfigured(f"Set {name} in the environment; README.md says how to make one.")
    return value


# Where we are, and which SuperOffice we talk to

SIDECARD_BASE_URL = env("SIDECARD_BASE_URL", "http://127.0.0.1:8000").rstrip("/")
_base = urlsplit(SIDECARD_BASE_URL)
_sandbox_login = env("SUPEROFFICE_LOGIN_URL").rstrip("/")
SANDBOXED = bool(_sandbox_login)
if SANDBOXED and not {_base.hostname, urlsplit(_sandbox_login).hostname} <= LOOPBACK:
    raise ImproperlyConfigured(
        "SUPEROFFICE_LOGIN_URL points at a sandbox, whose users are not real: "
        "it is refused unless both it and SIDECARD_BASE_URL are on this machine."
    )
if not SANDBOXED and _base.scheme != "https":
    raise ImproperlyConfigured("SIDECARD_BASE_URL must start with https://: SuperOffice frames nothing else.")

ENVIRONMENTS = ("sod", "qaonline", "online")
_environment = env("SUPEROFFICE_ENV", "sod")
if _environment not in ENVIRONMENTS:
    raise ImproperlyConfigured(f"SUPEROFFICE_ENV is {_environment!r}; it must be one of {', '.join(ENVIRONMENTS)}.")

SUPEROFFICE: dict[str, Any] = {
    "environment": "sandbox" if SANDBOXED else _environment,
    "login_url": _sandbox_login or f"https://{_environment}.superoffice.com",
    "client_id": required("SUPEROFFICE_CLIENT_ID", "sidecard-sandbox"),
    "client_secret": required("SUPEROFFICE_CLIENT_SECRET", "sandbox-secret"),
    # PEM or the portal's XML, for work in the background; in an environment variable line breaks may be written \n.
    "private_key": env("SUPEROFFICE_PRIVATE_KEY").replace("\\n", "\n"),
    # Hosts that may serve a tenant: an address from elsewhere is never called nor sent a token.
    "host_suffixes": ["localhost"] if SANDBOXED else [".superoffice.com"],
    "http_allowed": SANDBOXED,
}
FRAME_ANCESTORS: list[str] = ["http://localhost:*"] if SANDBOXED else ["https://*.superoffice.com"]

# Django

SECRET_KEY = required("SIDECARD_SECRET_KEY", "a-sandbox-has-nothing-to-protect-but-django-wants-fifty-characters-here")
# Newest first; each is 32 bytes in base64url. Values sealed by older keys still open.
SIDECARD_SEAL_KEYS = required("SIDECARD_SEAL_KEYS", "c2FuZGJveC1zZWFsLWtleS1vZi0zMi1ieXRlcy1sb24=").split(",")
DEBUG = False
ALLOWED_HOSTS = [_base.hostname or ""]
ROOT_URLCONF = "panel.urls"
ASGI_APPLICATION = "panel.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "django_htmx",
    "lucide",
    "panel.tenants",
    "panel.panels",
    "panel.webhooks",
    "panel.provisioning",
    "panel.appstore",
]

MIDDLEWARE = [
    # First, so that it sees every cookie any other one sets.
    "panel.middleware.PartitionedCookies",
    "panel.middleware.Compressed",
    "panel.middleware.Security",
    "servestatic.middleware.ServeStaticMiddleware",
    "panel.middleware.ContentSecurityPolicy",
    "panel.middleware.XFrameOptions",
    # Inside the two above: it answers their question "may this be framed?".
    "panel.middleware.Embeddable",
    "panel.middleware.KnownHost",
    "panel.middleware.Language",
    "panel.middleware.Session",
    "panel.middleware.Csrf",
    # Nobody is a Django user here: panels ask whose membership a session holds, see panel.tenants.access.
    "allauth.account.middleware.AccountMiddleware",
    "panel.middleware.Htmx",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": ["django.template.context_processors.request"],
        },
    }
]

DATABASE_URL = env("DATABASE_URL", f"sqlite:///{VAR_DIR / 'sidecard.sqlite3'}")
DATABASES: dict[str, Any] = {"default": dj_database_url.parse(DATABASE_URL)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # With the defaults, writers that start as readers meet "database is locked".
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # Under ASGI threads come and go with requests, so only a pool reuses connections.
    DATABASES["default"]["OPTIONS"] = {"pool": {"min_size": 2, "max_size": 16, "timeout": 10}}

REDIS_URL = env("REDIS_URL")
CACHES: dict[str, Any] = {
    "default": {"BACKEND": "panel.cache.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# Sessions and cookies: all of them live in a frame of another site, see panel.middleware.PartitionedCookies

SESSION_ENGINE = "panel.sessions" if REDIS_URL else "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "__Host-psid"
SESSION_COOKIE_SAMESITE = "None"
SESSION_COOKIE_SECURE = True
SESSION_COOKIE_HTTPONLY = True
CSRF_COOKIE_NAME = "__Host-csrf"
CSRF_COOKIE_SAMESITE = "None"
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "panel.errors.csrf_failure"

# Security

_HTTPS = _base.scheme == "https"
SECURE_SSL_REDIRECT = _HTTPS
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
# Any COOP on the pop-up's first page severs it from the frame that waits for it.
SECURE_CROSS_ORIGIN_OPENER_POLICY = None
X_FRAME_OPTIONS = "DENY"
SECURE_CSP: dict[str, list[str]] = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
SILENCED_SYSTEM_CHECKS = [
    # These look for Django's own names; ours in panel.middleware inherit from them.
    "security.W001",
    "security.W002",
    "security.W003",
    "security.W005",  # whether all sub-domains of the operator's domain are on https is his to say
    "security.W021",  # so is the browsers' preload list
]

# Signing in: only through SuperOffice; the provider's own pages of allauth are not routed

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
SOCIALACCOUNT_PROVIDERS = {
    "superoffice": {
        "APPS": [{"client_id": SUPEROFFICE["client_id"], "secret": SUPEROFFICE["client_secret"]}],
        "OAUTH_PKCE_ENABLED": True,
    }
}
SOCIALACCOUNT_ADAPTER = "panel.tenants.provider.Exchange"
SOCIALACCOUNT_STORE_TOKENS = False

# Panels, in the order in which menus show them

PANELS = [
    "panel.panels.company.Company",
    "panel.panels.person.Person",
    "panel.panels.sale.Sale",
    "panel.panels.project.Project",
    "panel.panels.request.Request",
    "panel.panels.my_day.MyDay",
    "panel.panels.pipeline.Pipeline",
]

# Language and time

LANGUAGE_CODE = "en"
# Those our own texts exist in (`make messages`); with others Django's own words would stand among English ones.
LANGUAGES = [
    ("en", "English"),
    ("nb", "Norsk bokmål"),
    ("sv", "Svenska"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("nl", "Nederlands"),
]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = "UTC"

# Customers who left

RETENTION_DAYS = int(env("SIDECARD_RETENTION_DAYS", "30"))
"""How long the rows of a customer stay who left; his tokens go at once."""

# Static files

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = VAR_DIR / "static"
if SANDBOXED:
    # A developer sees his change at the next request, without collectstatic.
    SERVESTATIC_USE_FINDERS = True
    SERVESTATIC_AUTOREFRESH = True
else:
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "servestatic.storage.CompressedManifestStaticFilesStorage"},
    }
    # What is served has its content in its name, so browsers keep it for ever.
    SERVESTATIC_KEEP_ONLY_HASHED_FILES = True

# Background work: Redis in production, a folder in the demo

CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULE = {
    # Sweeps: the database is the queue, so one that is lost or comes late loses nothing.
    name: {"task": f"panel.{task}", "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("renew grants", "tenants.tasks.renew_grants", 15.0),
        ("set up", "provisioning.tasks.sweep", 5.0),
        ("look for drift", "provisioning.tasks.look_for_drift", 600.0),
        ("handle events", "webhooks.tasks.handle", 5.0),
        ("look after webhooks", "webhooks.tasks.look_after_hooks", 60.0),
        ("tidy up events", "webhooks.tasks.tidy_up", 3600.0),
        ("heed state changes", "appstore.tasks.heed", 5.0),
        ("ask for states", "appstore.tasks.ask_for_states", 60.0),
        ("probe access", "appstore.tasks.probe", 600.0),
        ("forget who left", "appstore.tasks.forget_who_left", 3600.0),
    )
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
if REDIS_URL:
    CELERY_BROKER_URL = REDIS_URL
else:
    CELERY_BROKER_URL = "filesystem://"
    _broker = VAR_DIR / "broker"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        # One folder for both directions: what one process sends another receives.
        "data_folder_in": str(_broker / "queue"),
        "data_folder_out": str(_broker / "queue"),
        "control_folder": str(_broker / "control"),
        "processed_folder": str(_broker / "processed"),
        "store_processed": False,
    }

# Logs: events with names and ids; never tokens, URLs with queries or what the CRM holds

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "structured": {
            "()": structlog.stdlib.ProcessorFormatter,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False) if SANDBOXED else structlog.processors.JSONRenderer(),
            ],
            "foreign_pre_chain": [
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
                structlog.processors.format_exc_info,
            ],
        }
    },
    "handlers": {"standard error": {"class": "logging.StreamHandler", "formatter": "structured"}},
    "root": {"handlers": ["standard error"], "level": "INFO"},
    "loggers": {
        # Django's default would mail each error to ADMINS, with the request's cookies.
        "django": {"handlers": [], "level": "INFO"},
        # These print whole URLs.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "aiohttp": {"level": "WARNING"},
        # A line for each sweep would drown the rest; failed tasks are told at ERROR.
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        # At DEBUG, which somebody may switch on for Django as a whole, these print what a page or a query holds.
        "django.template": {"level": "INFO"},
        "django.db.backends": {"level": "INFO"},
    },
}
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
