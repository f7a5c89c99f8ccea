"""The environment variables that iamconsole reads, as one frozen value."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Environment:
    """What the environment asks for; `read` makes it."""

    home: Path
    production: bool
    debug: bool
    https: bool
    bind: str
    port: int
    workers: int
    threads: int
    hosts: tuple[str, ...]
    origin: str
    practice_authenticator: bool
    proxies: tuple[str, ...]
    certificate: str
    certificate_key: str
    database_url: str
    owner_url: str
    reads_kept_days: int
    purpose: str

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.bind)

    @property
    def plain_http(self) -> bool:
        """Whether people reach the server over a network without TLS."""
        return not self.https and not self.loopback


def read(environ: Mapping[str, str] = os.environ) -> Environment:
    """Read the environment; refuse with one plain sentence what cannot work."""
    bind = environ.get("BIND") or "127.0.0.1"
    database_url = environ.get("DATABASE_URL", "")
    environment = Environment(
        home=home(environ),
        production=_flag(environ, "IAMCONSOLE_PRODUCTION"),
        debug=_flag(environ, "IAMCONSOLE_DEBUG"),
        https=_flag(environ, "IAMCONSOLE_HTTPS"),
        bind=bind,
        port=_number(environ, "PORT", 8000, 1, 65535),
        workers=_number(environ, "WORKERS", 2, 1, 64),
        threads=_number(environ, "THREADS", 4, 1, 64),
        hosts=_list(environ, "IAMCONSOLE_HOSTS") or (LOCAL_HOSTS if is_loopback(bind) else ("*",)),
        origin=environ.get("IAMCONSOLE_ORIGIN", ""),
        practice_authenticator=_flag(environ, "IAMCONSOLE_PRACTICE_AUTHENTICATOR"),
        proxies=_list(environ, "IAMCONSOLE_PROXIES"),
        certificate=environ.get("IAMCONSOLE_CERTIFICATE", ""),
        certificate_key=environ.get("IAMCONSOLE_CERTIFICATE_KEY", ""),
        database_url=database_url,
        owner_url=environ.get("DATABASE_OWNER_URL", "") or database_url,
        reads_kept_days=_number(environ, "IAMCONSOLE_READS_KEPT_DAYS", 90, 1, 36_500),
        purpose=environ.get("IAMCONSOLE_PURPOSE", ""),
    )
    _check_proxies(environment.proxies)
    if environment.production:
        _refuse_in_production(environ)
    return environment


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The state folder: IAMCONSOLE_HOME, `.data` in a checkout, else the user's data folder."""
    if chosen := environ.get("IAMCONSOLE_HOME"):
        return Path(chosen).expanduser().absolute()
    if (CHECKOUT / "manage.py").exists():
        return CHECKOUT / ".data"
    shared = environ.get("XDG_DATA_HOME") or "~/.local/share"
    return Path(shared).expanduser().absolute() / "iamconsole"


def is_loopback(bind: str) -> bool:
    """Whether an address to listen on is reachable from this machine only."""
    if bind == "localhost":
        return True
    try:
        return ipaddress.ip_address(bind.strip("[]")).is_loopback
    except ValueError:
        return False


def _refuse_in_production(environ: Mapping[str, str]) -> None:
    """In production nothing is made up: each missing setting is one sentence."""
    wanted = (
        ("IAMCONSOLE_SECRET_KEY", "a long random text of its own"),
        ("IAMCONSOLE_SEALING_KEY", "32 random bytes in base64"),
        ("IAMCONSOLE_AUDIT_KEY", "32 other random bytes in base64"),
        ("IAMCONSOLE_HOSTS", "the host names people use, separated by commas"),
        ("IAMCONSOLE_HTTPS", "the value 1, because sign-in cookies travel over https only"),
    )
    for name, what in wanted:
        if not environ.get(name):
            raise ImproperlyConfigured(f"IAMCONSOLE_PRODUCTION=1 needs {name}: {what}.")
    if not _flag(environ, "IAMCONSOLE_HTTPS"):
        raise ImproperlyConfigured("IAMCONSOLE_PRODUCTION=1 needs IAMCONSOLE_HTTPS=1: cookies travel over https only.")
    if _flag(environ, "IAMCONSOLE_DEBUG"):
        raise ImproperlyConfigured("IAMCONSOLE_DEBUG=1 shows secrets: it cannot be used with IAMCONSOLE_PRODUCTION=1.")
    if "*" in _list(environ, "IAMCONSOLE_HOSTS"):
        raise ImproperlyConfigured("IAMCONSOLE_PRODUCTION=1 needs host names in IAMCONSOLE_HOSTS: * admits any.")
    if len(environ["IAMCONSOLE_SECRET_KEY"]) < 32:
        raise ImproperlyConfigured("IAMCONSOLE_PRODUCTION=1 needs an IAMCONSOLE_SECRET_KEY of 32 characters or more.")


def _check_proxies(proxies: tuple[str, ...]) -> None:
    for proxy in proxies:
        try:
            ipaddress.ip_network(proxy, strict=False)
        except ValueError:
            raise ImproperlyConfigured(
                f"IAMCONSOLE_PROXIES must hold addresses or networks; {proxy!r} is neither."
            ) from None


def _flag(environ: Mapping[str, str], name: str) -> bool:
    value = environ.get(name, "").strip().lower()
    if value not in YES | NO:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in YES


def _number(environ: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {text!r}.")
    return int(text)


def _list(environ: Mapping[str, str], name: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in environ.get(name, "").split(",") if part.strip())
