"""What the serving role may do to the trail, and what nobody may."""

from __future__ import annotations

import re

import pytest
from django.core.management import CommandError
from django.db import DatabaseError, ProgrammingError, connection, transaction

from accounts.models import Account
from accounts.operations.users import create_user
from iamconsole import grants
from iamconsole.audit import sealing
from tests.factories import a_call
from tests.iamconsole.audit.evidence import prune, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


@pytest.fixture
def serving(old: Account) -> None:
    """Work as the serving role, as an installation does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [grants.SERVING_ROLE])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE ROLE {grants.SERVING_ROLE}")
            cursor.execute(f"GRANT {grants.SERVING_ROLE} TO current_user")
        grants.grant(cursor, [grants.SERVING_ROLE])
        cursor.execute(f"SET LOCAL ROLE {grants.SERVING_ROLE}")


def test_the_serving_role_seals_and_verifies(serving: None, old: Account) -> None:
    create_user(a_call(old), user_name="late")
    assert len(sealing.seal_trail()) == 1
    assert verify()[0]


def test_the_serving_role_cannot_prune(serving: None, old: Account) -> None:
    with pytest.raises(CommandError, match="Only the role that owns the tables may prune"):
        prune()


AGAINST_THE_TRAIL = (
    "UPDATE audit_event SET user_name = 'nobody'",
    "DELETE FROM audit_event",
    "TRUNCATE audit_event",
    "UPDATE audit_seal SET hash = ''",
    "DELETE FROM audit_seal",
    "TRUNCATE audit_seal",
)


@pytest.mark.parametrize("statement", AGAINST_THE_TRAIL)
@pytest.mark.parametrize("ignoring", ["", "SET LOCAL pgtrigger.ignore = '{append_only,chain_only_grows}'"])
def test_ac63_the_database_gives_the_serving_role_no_privilege_against_the_trail(
    serving: None, statement: str, ignoring: str
) -> None:
    with connection.cursor() as cursor:
        if ignoring:
            cursor.execute(ignoring)
        with pytest.raises(ProgrammingError, match="permission denied"):
            cursor.execute(statement)


@pytest.mark.parametrize("statement", AGAINST_THE_TRAIL)
def test_ac63_a_trigger_refuses_the_owner_too(old: Account, statement: str) -> None:
    with pytest.raises(DatabaseError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert re.search("never|Cannot update or delete", str(refusal.value))
