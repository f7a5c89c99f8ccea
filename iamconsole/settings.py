"""Django's settings, all of them drawn from the environment (docs/operating.md lists it)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pghistory

from iamconsole import databaseurl, environment, keys

_env = environment.read()
_package = Path(__file__).resolve().parent

IAMCONSOLE_HOME = _env.home
IAMCONSOLE_PRODUCTION = _env.production
IAMCONSOLE_PLAIN_HTTP = _env.plain_http
IAMCONSOLE_PRACTICE_AUTHENTICATOR = _env.practice_authenticator
IAMCONSOLE_PROXIES = _env.proxies
IAMCONSOLE_DATABASE_URLS = {"serving": _env.database_url, "owner": _env.owner_url}
IAMCONSOLE_SEALING_KEY = keys.sealing_key(_env.home)
IAMCONSOLE_AUDIT_KEY = keys.audit_key(_env.home)
IAMCONSOLE_READS_KEPT_DAYS = _env.reads_kept_days
SECRET_KEY = keys.secret_key(_env.home)

DEBUG = _env.debug
ALLOWED_HOSTS = list(_env.hosts)
ROOT_URLCONF = "iamconsole.urls"
WSGI_APPLICATION = "iamconsole.wsgi.application"
APPEND_SLASH = False

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "iamconsole.apps.StaticFiles",
    "django_htmx",
    "pgtrigger",
    "pghistory",
    "iamconsole.apps.ProjectConfig",
    "iamconsole.audit",
    "iamconsole.classroom",
    "iamconsole.console",
    "accounts",
    "policies",
]

MIDDLEWARE = [
    "iamconsole.console.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "iamconsole.console.csp.ContentSecurityPolicy",
    "iamconsole.console.slots.SlotSessions",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "iamconsole.console.middleware.ConsoleMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [folder for folder in (_package.parent / "templates", _package / "templates") if folder.is_dir()],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "iamconsole.console.jinja.environment",
            "context_processors": ["iamconsole.console.context.shell"],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.Jinja2"

DATABASES = {
    "default": databaseurl.settings_for(
        _env.owner_url if _env.purpose == "migrate" else _env.database_url, serving=_env.purpose == "serve"
    ),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# A row's history keeps the request that wrote it beside the row itself: no second table to write to or to join.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_APPEND_ONLY = True
PGHISTORY_CREATED_AT_FUNCTION = "clock_timestamp()"

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]

SESSION_ENGINE = "iamconsole.console.sessions"
SESSION_COOKIE_NAME = "iamconsole_session"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = _env.https
MESSAGE_STORAGE = "iamconsole.console.slots.SlotMessages"

CSRF_COOKIE_NAME = "iamconsole_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = _env.https
CSRF_FAILURE_VIEW = "iamconsole.console.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = (
    [_env.origin] if _env.origin else [f"https://{host}" for host in _env.hosts if _env.https and host != "*"]
)

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if _env.https or _env.loopback else None
SECURE_SSL_REDIRECT = _env.production
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if _env.production else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # frame-ancestors, not X-Frame-Options, keeps our pages out of frames
    "security.W005",  # strict transport for the whole domain is its owner's to promise
    "security.W021",
]

# The longest honest body is a roster or a handful of policies; whatever is longer is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
DATA_UPLOAD_MAX_NUMBER_FILES = 5

STATIC_URL = "/static/"
STATIC_ROOT = _env.home / "static"
STATICFILES_DIRS = [folder for folder in (_package.parent / "static",) if folder.is_dir()]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "iamconsole.staticfiles.ServedFiles"
        if _env.purpose == "serve"
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = _env.purpose != "serve"
WHITENOISE_AUTOREFRESH = _env.debug

BRAND = "iamconsole"  # the name that every page shows

LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"level": "ERROR"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "iamconsole": {"level": "INFO"},
    },
}
