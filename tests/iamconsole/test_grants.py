from __future__ import annotations

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import ProgrammingError, connection, transaction
from pytest_django import Settings

from iamconsole import grants

pytestmark = pytest.mark.django_db
TABLES = [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


@pytest.fixture
def serving() -> None:
    """Work as the serving role for the rest of the test, as an installation does."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_roles where rolname = %s", [grants.SERVING_ROLE])
        if cursor.fetchone() is None:  # a server of the user's own, given by DATABASE_URL
            cursor.execute(f"create role {grants.SERVING_ROLE}")
            cursor.execute(f"grant {grants.SERVING_ROLE} to current_user")
        grants.grant(cursor, [grants.SERVING_ROLE])
        cursor.execute(f"set local role {grants.SERVING_ROLE}")


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    return False


def test_the_serving_role_reads_and_adds_events_and_nothing_else(serving: None) -> None:
    assert not refused("select 1 from audit_event")
    for statement in (
        "update audit_event set event_name = 'X'",
        "delete from audit_event",
        "truncate audit_event",
        "drop table audit_event",
        "alter table audit_event disable trigger all",
    ):
        assert refused(statement), statement


def test_the_serving_role_only_adds_to_the_history_of_rows(serving: None) -> None:
    tables = grants.append_only_tables() - set(grants.TRAIL)
    assert len(tables) > 5
    for table in tables:
        assert not refused(f"select 1 from {table}"), table
        assert refused(f"delete from {table}"), table


def test_the_serving_role_truncates_and_makes_nothing(serving: None) -> None:
    for model in TABLES:
        assert refused(f"truncate {model._meta.db_table} cascade"), model
    assert refused("create table mine (n int)")
    assert refused("set session_replication_role = replica")


def test_the_serving_role_works_with_the_rows_of_every_other_table(serving: None) -> None:
    for model in TABLES:
        if model._meta.db_table not in grants.append_only_tables():
            table, key = model._meta.db_table, model._meta.pk.column
            assert not refused(f"update {table} set {key} = {key} where false"), table
            assert not refused(f"delete from {table} where false"), table


def test_a_deployment_with_one_role_is_warned(settings: Settings) -> None:
    one = "postgresql://me@db/iam"
    settings.IAMCONSOLE_DATABASE_URLS = {"serving": one, "owner": one}
    assert [warning.id for warning in grants.check_roles(None)] == ["iamconsole.W001"]
    settings.IAMCONSOLE_DATABASE_URLS = {"serving": one, "owner": "postgresql://owner@db/iam"}
    assert grants.check_roles(None) == []
    settings.IAMCONSOLE_DATABASE_URLS = {"serving": "", "owner": ""}
    assert grants.check_roles(None) == []


def test_check_deploy_runs_the_warning(
    settings: Settings, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")
    one = "postgresql://me@db/iam"
    settings.IAMCONSOLE_DATABASE_URLS = {"serving": one, "owner": one}
    call_command("check", "--deploy")
    assert "iamconsole.W001" in capsys.readouterr().err
