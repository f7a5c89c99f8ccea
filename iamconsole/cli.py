"""The command line: `./manage.py NAME`, and `iamconsole NAME` once installed."""

from __future__ import annotations

import os
import secrets
import signal
import sys
from types import FrameType
from typing import NoReturn

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from iamconsole import environment, keys, lan, localpg

# These answer without a database, so none is started for them.
NO_DATABASE = frozenset(
    {
        "",
        "help",
        "version",
        "check",
        "collectstatic",
        "compilemessages",
        "diffsettings",
        "findstatic",
        "makemessages",
        "makemigrations",
        "simulate",
        "startapp",
        "test",
        "update_catalog",
    }
)
PURPOSES = {
    "serve": "serve",
    "collectstatic": "serve",
    "migrate": "migrate",
    "auditprune": "migrate",  # only the owner of the tables may delete an event
    "bench": "migrate",  # it gathers statistics of its rows, which only the tables' owner may
}


def main() -> None:
    """Prepare the environment and run one command; a refusal is one sentence on standard error."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iamconsole.settings")
    signal.signal(signal.SIGTERM, _leave)
    try:
        prepare(sys.argv[1:])
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, localpg.LocalPostgresError) as error:
        sys.exit(f"iamconsole: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def prepare(arguments: list[str]) -> None:
    """Fill in what the command needs and the environment does not give."""
    command = arguments[0] if arguments else ""
    os.environ["IAMCONSOLE_HOME"] = str(environment.home())
    os.environ.setdefault("IAMCONSOLE_PURPOSE", PURPOSES.get(command, ""))
    if command == "serve":
        lan.prepare(arguments[1:])
    env = environment.read()
    if command.startswith("-") or command in NO_DATABASE or {"-h", "--help"} & set(arguments):
        if not env.production:  # such a command needs no key either: it gets one for its own life
            os.environ.setdefault("IAMCONSOLE_SECRET_KEY", secrets.token_urlsafe(32))
            os.environ.setdefault("IAMCONSOLE_SEALING_KEY", keys.new_key())
            os.environ.setdefault("IAMCONSOLE_AUDIT_KEY", keys.new_key())
    elif not env.database_url:
        urls = localpg.LocalPostgres(env.home).start()
        os.environ["DATABASE_URL"] = urls.serving
        os.environ["DATABASE_OWNER_URL"] = urls.owner


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """TERM ends a command as it should: with everything closed that it opened."""
    sys.exit(128 + number)
