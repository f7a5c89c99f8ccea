"""What the serving role may do: rows of every table, events only to add and read, nothing else."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper
from pghistory.models import Event as HistoryEvent
from psycopg import sql

from iamconsole import databaseurl

SERVING_ROLE = "iamconsole_app"
ROWS = ("SELECT", "INSERT", "UPDATE", "DELETE")
APPEND_ONLY = ("SELECT", "INSERT")
TRAIL = ("audit_event", "audit_seal")


def after_migrate(sender: AppConfig, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """Grant once a `migrate`, when the last app has said that it is done."""
    last = [config for config in apps.get_app_configs() if config.models_module is not None][-1]
    if sender is last:
        with transaction.atomic(using), connections[using].cursor() as cursor:
            grant(cursor, serving_roles(cursor))


def serving_roles(cursor: CursorWrapper) -> list[str]:
    """The roles to grant to: those that exist and are not the one that migrates."""
    from django.conf import settings

    url = settings.IAMCONSOLE_DATABASE_URLS["serving"]
    named = {SERVING_ROLE, databaseurl.parse(url)["USER"] if url else ""}
    cursor.execute("select rolname from pg_roles where rolname = any(%s) and rolname <> current_user", [sorted(named)])
    return [name for (name,) in cursor.fetchall()]


def grant(cursor: CursorWrapper, roles: list[str]) -> None:
    """Give each role exactly what serving needs, on every table and sequence of the schema."""
    if not roles:
        return
    cursor.execute("select current_schema(), current_user")
    schema, owner = cursor.fetchone()
    cursor.execute(
        "select c.relname, c.relkind from pg_class c where c.relnamespace = %s::regnamespace"
        " and c.relkind in ('r', 'p', 'v', 'm', 'S') and pg_get_userbyid(c.relowner) = %s order by 1",
        [schema, owner],
    )
    relations = [(name, kind == "S") for name, kind in cursor.fetchall()]
    append_only = append_only_tables()
    for role in roles:
        to = sql.Identifier(role)
        _run(cursor, "grant usage on schema {} to {}", sql.Identifier(schema), to)
        for name, is_sequence in relations:
            what = sql.SQL("sequence" if is_sequence else "table")
            relation = sql.Identifier(schema, name)
            _run(cursor, "revoke all on {} {} from {}", what, relation, to)
            rights = ("USAGE",) if is_sequence else APPEND_ONLY if name in append_only else ROWS
            _run(cursor, "grant {} on {} {} to {}", sql.SQL(", ").join(map(sql.SQL, rights)), what, relation, to)


def append_only_tables() -> frozenset[str]:
    """The tables that only grow: the trail with its seals, and the history of every other."""
    history = {model._meta.db_table for model in apps.get_models() if issubclass(model, HistoryEvent)}
    return frozenset({*TRAIL, *history})


def _run(cursor: CursorWrapper, statement: str, *parts: sql.Composable) -> None:
    cursor.execute(sql.SQL(statement).format(*parts))


@checks.register(checks.Tags.security, deploy=True)
def check_roles(app_configs: object, **kwargs: Any) -> list[checks.CheckMessage]:
    """Warn where one role both owns the tables and serves."""
    from django.conf import settings

    urls = settings.IAMCONSOLE_DATABASE_URLS
    if not urls["serving"]:  # the embedded server always has two roles
        return []
    serving, owner = (databaseurl.parse(urls[key])["USER"] for key in ("serving", "owner"))
    if serving != owner:
        return []
    return [
        checks.Warning(
            "The database role that serves also owns the tables: only a trigger keeps it from changing the trail.",
            hint="Serve as a role that owns nothing (DATABASE_URL) and migrate as the owner (DATABASE_OWNER_URL).",
            id="iamconsole.W001",
        )
    ]
