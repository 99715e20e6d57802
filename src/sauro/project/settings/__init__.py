"""Django's settings, from the table of environment variables in `table.py`."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import django_stubs_ext
from django.utils.translation import gettext_lazy as _

from sauro.core.vault.scanner import ClamdScanner
from sauro.project.settings import accounts, collector, database, edge, limits, logs, security
from sauro.project.settings.accounts import *  # noqa: F403
from sauro.project.settings.security import CACHES as CACHES
from sauro.project.settings.table import ROOT as ROOT
from sauro.project.settings.table import WrongSetting, folder, number, text, yes

# Lets generic Django classes be written with their parameters, as the type checker wants them.
django_stubs_ext.monkeypatch()

# Where, and which kind
SAURO_PROFILE = text("SAURO_PROFILE")
DEMONSTRATION = SAURO_PROFILE == "demonstration"
SAURO_VAR = folder("SAURO_VAR", ROOT / "var")
SAURO_KEYS = folder("SAURO_KEYS", SAURO_VAR / "keys")
SAURO_FILES = folder("SAURO_FILES", SAURO_VAR / "files")
SAURO_BACKUP_RECIPIENT = text("SAURO_BACKUP_RECIPIENT")
SAURO_SOURCE_URL = text("SAURO_SOURCE_URL")
SAURO_CLOCK_AHEAD_HOURS = number("SAURO_CLOCK_AHEAD_HOURS", 0, 100_000)
SAURO_PROVINCES = frozenset(code.strip() for code in text("SAURO_PROVINCES").split(",") if code.strip())
SAURO_PRELOAD = number("SAURO_PRELOAD", 0, 1_000_000)
SAURO_PACE = number("SAURO_PACE", 0, 60)
SAURO_SIGNER = text("SAURO_SIGNER")
SAURO_CLAMD = text("SAURO_CLAMD")
if SAURO_CLAMD:
    try:
        ClamdScanner(SAURO_CLAMD)
    except ValueError:
        raise WrongSetting(
            f"SAURO_CLAMD is {SAURO_CLAMD!r}: write host:port, or the path of a Unix socket."
        ) from None
SAURO_HOST = text("SAURO_HOST")
SAURO_PORT = number("SAURO_PORT", 1, 65535)
SAURO_PUBLIC_URL = text("SAURO_PUBLIC_URL").rstrip("/") or f"http://{SAURO_HOST}:{SAURO_PORT}"
SAURO_EDGE_PORT = edge.port(SAURO_PORT)
SAURO_EDGE_URL = edge.address(SAURO_HOST, SAURO_EDGE_PORT, SAURO_PUBLIC_URL)
SAURO_EDGE_STREAMS = number("SAURO_EDGE_STREAMS", 1, 100_000)
SAURO_EDGE_STREAMS_PER_ADDRESS = number("SAURO_EDGE_STREAMS_PER_ADDRESS", 1, 100_000)
SAURO_WEB_PROCESSES = number("SAURO_WEB_PROCESSES", 1, 64)
SAURO_WEB_THREADS = number("SAURO_WEB_THREADS", 1, 256)
SAURO_WORKERS = number("SAURO_WORKERS", 1, 64)
SAURO_SEAL_EVERY_MS = number("SAURO_SEAL_EVERY_MS", 10, 250)
# Citizens of a back office enter through the national portal, the counter, a kiosk or the post.
SAURO_CITIZEN_ACCOUNTS = SAURO_PROFILE != "back-office"

DEBUG = yes("SAURO_DEBUG") and DEMONSTRATION
SECRET_KEY = security.secret_key(SAURO_KEYS)
SAURO_OPERATOR_TOKEN = text("SAURO_OPERATOR_TOKEN") or security.kept_secret(SAURO_KEYS, "operator-token")
ALLOWED_HOSTS = [host.strip() for host in text("SAURO_HOSTS").split(",") if host.strip()]

# Live pages: what a page may listen to, and the consumer of the journal that must have read it (None: the journal)
LIVE_TOPICS: dict[str, str | None] = {"journal": None, "numbers": "watch.measure"}
EDGE_ORIGINS = edge.origins(SAURO_PUBLIC_URL, ALLOWED_HOSTS, SAURO_PORT)

# Applications
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    # Before allauth: its pages wear our layout and speak our words.
    "sauro.web",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "csp",
    "sauro.core",
    "sauro.serve",
    "sauro.steer",
    "sauro.watch",
    "sauro.packs",
    "sauro.project",
]
MIDDLEWARE = [
    # Around the static files too: a drawing that is opened by itself is a page.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "sauro.web.downloads.DownloadMiddleware",
    "sauro.project.request_number.RequestNumberMiddleware",
    "sauro.project.traces.TracesMiddleware",
    # Behind the static files, which nobody needs to count, and around everything else.
    "sauro.project.metrics.RequestsMiddleware",
    # Around the session, so that it sees a sign-in and a sign-out too.
    "sauro.web.caching.PersonalPageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    # Both before anything reads what was sent, and where the reader's language is known.
    "sauro.project.limits.middleware.SizeMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "sauro.project.limits.middleware.RateMiddleware",
    "sauro.project.accounts.gate.GateMiddleware",
    "sauro.web.refusals.RefusalMiddleware",
    "sauro.web.reading.ReadableMiddleware",
]
CSRF_FAILURE_VIEW = "sauro.web.errors.csrf_failure"
FORM_RENDERER = "sauro.web.forms.renderer.GovukFormRenderer"
ROOT_URLCONF = "sauro.project.urls"
WSGI_APPLICATION = "sauro.project.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sauro.web.context.shell",
                "sauro.project.walk.guide.guide",
            ]
        },
    }
]

# Database
BUNDLED_POSTGRES = SAURO_VAR / "pg"
_given = database.by_address("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": _given or database.bundled(BUNDLED_POSTGRES, database.APPLICATION)
}
USES_BUNDLED_POSTGRES = _given is None
OWNER_DATABASE: dict[str, Any] | None = (
    database.bundled(BUNDLED_POSTGRES, database.OWNER)
    if USES_BUNDLED_POSTGRES
    else database.by_address("SAURO_OWNER_DATABASE_URL")
)

# Language and time
LANGUAGE_CODE = text("SAURO_LANGUAGE")
LANGUAGES = [("vi", _("Vietnamese")), ("en", _("English"))]
FORMAT_MODULE_PATH = "sauro.web.formats"
# The project is no application, so Django would not find its words by itself.
LOCALE_PATHS = [Path(__file__).resolve().parents[1] / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"

# Signing in, beside what `accounts.py` says
SAURO_SECOND_FACTOR_REQUIRED = accounts.second_factor(SAURO_PROFILE)
SAURO_OIDC = accounts.provider(SAURO_PUBLIC_URL.startswith("https://") and not DEMONSTRATION)
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [SAURO_OIDC] if SAURO_OIDC else []}}

# What the browser must refuse
CONTENT_SECURITY_POLICY = security.policy(edge.origin(SAURO_EDGE_URL), accounts.origin_of(SAURO_OIDC))
_HTTPS = SAURO_PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _HTTPS
# The prefix binds a cookie to this very host, so that no neighbour's name can plant one; browsers take it over HTTPS only.
_HOST = "__Host-" if _HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HOST}sessionid", f"{_HOST}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_HOST}sauro_language"
MESSAGE_STORAGE = "sauro.web.notices.Notices"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "sauro.project.accounts.session_store"
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_AGE = None
CSRF_TRUSTED_ORIGINS = [SAURO_PUBLIC_URL]
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Files: static ones are collected once per version; uploads go through the vault, never to MEDIA_ROOT
STATIC_URL = "/static/"
# Styles, scripts and fonts are for our own pages.
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATIC_ROOT = SAURO_VAR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    # The front end's build has hashed and compressed every file already.
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
SAURO_RATES = limits.rates()
SAURO_LARGEST_REQUEST = 32 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1000
DATA_UPLOAD_MAX_NUMBER_FILES = 20
# A larger body would pass with its files left out unseen: the middleware answers it with 413 first.
FILE_UPLOAD_MAX_MEMORY_SIZE = SAURO_LARGEST_REQUEST

# Mail
DEFAULT_FROM_EMAIL = SERVER_EMAIL = text("SAURO_MAIL_FROM")
EMAIL_TIMEOUT = 20
_mail = urlsplit(text("SAURO_SMTP_URL"))
SAURO_SENDS_MAIL = bool(_mail.geturl())
if not _mail.geturl():
    # No letter is sent, and none lies about as a file: what people are told waits in their inbox.
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
elif _mail.scheme != "smtp" or not _mail.hostname:
    raise WrongSetting(
        "SAURO_SMTP_URL is not a mail address. Write it as smtp://user:password@host:587?starttls=1."
    )
else:
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    EMAIL_HOST, EMAIL_PORT = _mail.hostname, _mail.port or 25
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
    EMAIL_USE_TLS = dict(parse_qsl(_mail.query)).get("starttls") == "1"

# Logs and traces
SAURO_TRACES_TO = collector.traces_to()
LOGGING = logs.configured(text("SAURO_LOG_LEVEL"))
