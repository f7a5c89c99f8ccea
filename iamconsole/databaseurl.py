"""DATABASE_URL to Django's DATABASES entry."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured

# Without a DATABASE_URL no command that needs a database gets this far; this names a server that cannot exist.
NOWHERE = "postgresql:///iamconsole?host=/nonexistent"
SERVING_TIMEOUT = "-c statement_timeout=20000 -c idle_in_transaction_session_timeout=60000"
SERVING_PLANS = "-c jit=off"
"""Every query of a page is short: compiling one would take longer than running it."""
LEAST_VERSION = 150000
POOL = {"min_size": 1, "max_size": 8, "timeout": 5}


def parse(url: str) -> dict[str, Any]:
    """Split `postgresql://user:password@host:port/name?key=value` into Django's words.

    A `host` in the query (a folder of sockets) wins; every other query key goes to libpq as it is.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured("DATABASE_URL has a host or port that cannot be read.") from None
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql://; no other database is supported.")
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise ImproperlyConfigured(
            "DATABASE_URL must end with the database's name, as in postgresql://host/iamconsole."
        )
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": options.pop("port", "") or str(port or ""),
        "OPTIONS": options,
    }


def settings_for(url: str, *, serving: bool) -> dict[str, Any]:
    """The DATABASES entry: pooled connections, checked before use, with time limits when serving."""
    entry = parse(url or NOWHERE)
    options = entry["OPTIONS"]
    if serving:
        options["options"] = f"{options.get('options', '')} {SERVING_TIMEOUT} {SERVING_PLANS}".strip()
    if url:
        options["pool"] = dict(POOL)
    return entry | {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": True}


def check_answer(variable: str, url: str) -> None:
    """Refuse with one sentence a server that does not answer or is too old."""
    entry = parse(url)
    names = {"NAME": "dbname", "USER": "user", "PASSWORD": "password", "HOST": "host", "PORT": "port"}
    parameters = {names[key]: entry[key] for key in names if entry[key]}
    try:
        with psycopg.connect(**{"connect_timeout": 5} | parameters | entry["OPTIONS"]) as connection:
            version = connection.info.server_version
    except psycopg.Error as error:
        reason = str(error).strip().splitlines() or ["no reason given"]
        raise ImproperlyConfigured(f"The database of {variable} cannot be used: {reason[0]}") from None
    if version < LEAST_VERSION:
        raise ImproperlyConfigured(
            f"The database of {variable} is PostgreSQL {version // 10000}; 15 or later is needed."
        )
