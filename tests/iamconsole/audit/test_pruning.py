"""What may go from the trail, and that nothing else does."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from accounts.models import Account
from iamconsole.audit.models import Event, EventKind
from tests.iamconsole.audit.evidence import an_event, prune, tamper, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def kinds(account: Account, prefix: str) -> list[int]:
    rows = Event.objects.filter(account_id=account.account_id, resource_name__startswith=prefix).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def test_old_reads_go_and_changes_and_refusals_stay(old: Account) -> None:
    assert prune() == "2 reads older than 90 days went, under a seal.\n"
    assert kinds(old, "old") == [EventKind.CHANGE, EventKind.CHANGE, EventKind.REFUSED_READ]
    assert kinds(old, "new") == [EventKind.CHANGE, EventKind.READ] * 2


def test_the_trail_is_whole_after_pruning_and_says_so(old: Account) -> None:
    prune()
    whole, said = verify()
    assert whole, said
    assert "2 old reads were pruned under a seal." in said


def test_pruning_twice_takes_nothing_more(old: Account) -> None:
    prune()
    assert prune() == "0 reads older than 90 days went, under a seal.\n"
    assert verify()[0]


def test_a_setting_says_how_long_reads_are_kept(old: Account, settings: Settings) -> None:
    settings.IAMCONSOLE_READS_KEPT_DAYS = 300
    assert prune().startswith("0 reads")
    with pytest.raises(CommandError, match="0 is not a number of days"):
        call_command("auditprune", "--days=0")


def test_a_change_that_goes_with_the_reads_is_found(old: Account) -> None:
    prune()
    event = an_event(old, "old-2")
    tamper("DELETE FROM audit_event WHERE sequence = %s", event.sequence)
    assert f"Event {event.sequence:,} was removed" in verify()[1]


def test_a_read_that_goes_without_a_seal_is_found(old: Account) -> None:
    event = an_event(old, "new-1", "GetUser")
    tamper("DELETE FROM audit_event WHERE sequence = %s", event.sequence)
    assert f"Event {event.sequence:,} was removed" in verify()[1]


def test_a_seal_over_reads_that_were_other_ones_is_found(old: Account) -> None:
    prune()
    tamper("UPDATE audit_seal SET events = 1 WHERE kind = 'pruned'")
    assert "over reads that were pruned, is not over what was sealed before" in verify()[1]


def test_a_changed_read_is_not_tidied_up(old: Account) -> None:
    read = an_event(old, "old-2", "GetUser")
    tamper("UPDATE audit_event SET user_name = 'x' WHERE sequence = %s", read.sequence)
    with pytest.raises(CommandError, match="are not those under seal"):
        prune()
    assert kinds(old, "old").count(EventKind.READ) == 2


@pytest.mark.parametrize("statement", ["DELETE FROM audit_event", "UPDATE audit_event SET user_name = 'x'"])
@pytest.mark.parametrize(("user_name", "event_name"), [("old-1", "CreateUser"), ("new-1", "GetUser")])
def test_the_owner_removes_nothing_but_reads_under_a_seal(
    old: Account, statement: str, user_name: str, event_name: str
) -> None:
    prune()
    event = an_event(old, user_name, event_name)
    with pytest.raises(DatabaseError, match="events are never"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement} WHERE sequence = %s", [event.sequence])
