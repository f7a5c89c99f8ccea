"""What the tests of the trail do to it, and ask of it."""

from __future__ import annotations

from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from iamconsole.audit.models import Event, Seal, SealKind


def verify(**options: Any) -> tuple[bool, str]:
    """Whether the trail is found to be whole, and what was said."""
    out = StringIO()
    try:
        call_command("auditverify", stdout=out, **options)
    except CommandError:
        return False, out.getvalue()
    return True, out.getvalue()


def tamper(statement: str, *values: Any) -> None:
    """Change what triggers protect, as somebody who owns the tables could."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        for table in ("audit_event", "audit_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def an_event(account: Account, user_name: str, event_name: str = "CreateUser") -> Event:
    return Event.objects.get(account_id=account.account_id, resource_name=user_name, event_name=event_name)


def seal_over(event: Event) -> Seal:
    return Seal.objects.get(kind=SealKind.EVENTS, first_sequence__lte=event.sequence, last_sequence__gte=event.sequence)


def prune(**options: Any) -> str:
    out = StringIO()
    call_command("auditprune", stdout=out, **options)
    return out.getvalue()
