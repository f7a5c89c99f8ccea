"""The chain over the trail: what is sealed, and what a check finds out."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from io import StringIO
from unittest.mock import Mock

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import Account
from accounts.operations.users import create_user
from iamconsole.audit import digests, leaves, sealing
from iamconsole.audit.models import Event, Seal
from tests.factories import a_call
from tests.iamconsole.audit.evidence import an_event, seal_over, tamper, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def test_every_event_is_under_one_seal_and_each_seal_follows_the_one_before(trail: Account) -> None:
    seals = list(Seal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert [seal.previous for seal in seals] == ["", *(seal.hash for seal in seals[:-1])]
    assert [seal.first_sequence for seal in seals[1:]] == [seal.last_sequence + 1 for seal in seals[:-1]]
    assert sum(seal.events for seal in seals) == Event.objects.count()
    assert verify() == (True, verify()[1])


def test_nothing_new_is_no_new_seal(trail: Account) -> None:
    before = Seal.objects.count()
    out = StringIO()
    call_command("auditseal", stdout=out)
    assert (Seal.objects.count(), out.getvalue()) == (before, "Nothing new to seal.\n")


def test_events_that_are_not_sealed_yet_are_told_and_no_fault(trail: Account) -> None:
    create_user(a_call(trail), user_name="late")
    whole, said = verify()
    assert whole
    assert "1 newer events are not sealed yet." in said


@pytest.mark.parametrize(
    "change",
    [
        "user_name = 'nobody'",
        "event_time = event_time + interval '1 microsecond'",
        "record = jsonb_set(record, '{sourceIPAddress}', '\"10.0.0.1\"')",
        "decision = NULL",
        "resource_name = '', resource_type = resource_type || resource_name",
        "error_code = 'AccessDenied'",
    ],
)
def test_a_changed_event_is_named(trail: Account, change: str) -> None:
    event = an_event(trail, "user-4")
    tamper(f"UPDATE audit_event SET {change} WHERE sequence = %s", event.sequence)
    whole, said = verify()
    assert not whole
    assert f"Event {event.sequence:,} was changed after seal {seal_over(event).number} of " in said
    assert said.count(" after seal ") == 1


def test_every_column_of_an_event_is_sealed() -> None:
    columns = {field.column for field in Event._meta.concrete_fields} - {"sequence", "kind"}
    assert set(leaves.COLUMNS[leaves.FORM]) == columns


def test_a_removed_event_is_named(trail: Account) -> None:
    event = an_event(trail, "user-4")
    tamper("DELETE FROM audit_event WHERE sequence = %s", event.sequence)
    whole, said = verify()
    assert not whole
    assert f"Event {event.sequence:,} was removed after seal {seal_over(event).number} of " in said


def test_events_removed_in_a_row_are_told_as_one(trail: Account) -> None:
    first, second = an_event(trail, "user-4"), an_event(trail, "user-4", "GetUser")
    tamper("DELETE FROM audit_event WHERE sequence IN (%s, %s)", first.sequence, second.sequence)
    assert f"Events {first.sequence:,} to {second.sequence:,} (2) were removed" in verify()[1]


def test_an_event_that_is_slipped_in_is_named(trail: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('audit_event', 'sequence'))")  # as a rollback leaves it
        gap = cursor.fetchone()[0]
    create_user(a_call(trail), user_name="honest")
    sealing.seal_trail()
    create_user(a_call(trail), user_name="late")
    tamper("UPDATE audit_event SET sequence = %s WHERE resource_name = 'late'", gap)
    assert f"Event {gap:,} was added after seal {seal_over(an_event(trail, 'honest')).number} of " in verify()[1]


def test_a_removed_seal_is_found(trail: Account) -> None:
    seal = seal_over(an_event(trail, "user-4"))
    tamper("DELETE FROM audit_seal WHERE number = %s", seal.number)
    whole, said = verify()
    assert not whole
    assert f"Seal {seal.number} is missing" in said


def test_a_changed_seal_is_found(trail: Account) -> None:
    seal = seal_over(an_event(trail, "user-4"))
    tamper("UPDATE audit_seal SET sealed_at = now() WHERE number = %s", seal.number)
    assert f"Seal {seal.number} of " in verify()[1]
    assert "its hash is not that of what it holds" in verify()[1]


def test_a_server_seals_again_and_again_and_says_once_why_it_cannot(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    steps: list[str] = []

    def seal() -> None:
        steps.append("seal")
        if steps.count("seal") < 3:
            raise digests.DigestError("The database was put back.")

    def pause(seconds: float) -> None:
        steps.append(f"pause {seconds:.0f}")
        if len(steps) > 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(sealing, "seal_trail", seal)
    monkeypatch.setattr(sealing, "connection", Mock())
    with pytest.raises(KeyboardInterrupt):
        sealing._run(60, 5, pause)
    assert steps == ["pause 5", *["seal", "pause 60"] * 3]
    assert [record.getMessage() for record in caplog.records] == ["The trail is not sealed: The database was put back."]


@pytest.fixture
def writer(db: None) -> Iterator[psycopg.Connection]:
    """Somebody else's connection."""
    wanted = {"dbname", "user", "password", "host", "port"}
    parameters = {name: value for name, value in connection.get_connection_params().items() if name in wanted}
    with psycopg.connect(**parameters) as other:
        yield other
        other.rollback()


INSERT = (
    "INSERT INTO audit_event (event_id, account_id, event_time, event_name, event_source, read_only, user_name,"
    " principal_id, access_key_id, resource_type, resource_name, error_code, request_id, record) VALUES"
    " (gen_random_uuid(), '000000000000', now(), 'Late', '', true, '', '', '', '', '', '', gen_random_uuid(), '{}')"
)


def test_an_event_that_commits_late_with_a_low_number_is_sealed_with_the_others(writer: psycopg.Connection) -> None:
    sealing.seal_trail()
    before = Seal.objects.count()
    writer.execute(INSERT)  # draws a number and does not commit
    with connection.cursor() as cursor:
        cursor.execute(INSERT)  # draws a higher one and commits
    assert sealing.seal_trail(patience=0.1) == []
    threading.Timer(0.2, writer.commit).start()
    (seal,) = sealing.seal_trail(patience=5)
    assert (seal.number, seal.events) == (before + 1, 2)
