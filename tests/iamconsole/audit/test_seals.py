"""The chain over the trail: what is sealed, what a check finds out, and what may go."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Account
from accounts.operations.users import create_user, get_user
from iamconsole import grants, keys
from iamconsole.audit import digests, leaves, sealing
from iamconsole.audit.models import Event, EventKind, Seal, SealKind
from tests.factories import a_call, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def home(settings: Settings, tmp_path: Path) -> Path:
    """A state folder of the test's own: the database's seals are rolled back, a file's lines are not."""
    settings.IAMCONSOLE_HOME = tmp_path
    return tmp_path


@pytest.fixture
def trail(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Five seals of four events each, changes and reads in turns, under two signatures and more."""
    monkeypatch.setattr(sealing, "EVENTS_PER_SEAL", 4)
    sealing.seal_trail()  # what browser tests have left
    for number in range(10):
        create_user(a_call(account), user_name=f"user-{number}")
        get_user(a_call(account), user_name=f"user-{number}")
        if number in {3, 5, 9}:
            sealing.seal_trail()
    return account


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


def rewrite(first: int) -> None:
    """Do what somebody would who knows how: set all seals anew from one on, in step with the events as they are now."""
    before = Seal.objects.filter(number=first - 1).first()
    for seal in Seal.objects.filter(number__gte=first).order_by("number"):
        held = list(leaves.read(seal.first_sequence, seal.last_sequence))
        seal.leaves, seal.events = leaves.pack(held), len(held)
        seal.digest = hashlib.sha256(bytes(seal.leaves)).hexdigest()
        seal.previous = before.hash if before else ""
        seal.hash = sealing.hash_of(seal)
        tamper(
            "UPDATE audit_seal SET leaves = %s, events = %s, digest = %s, previous = %s, hash = %s WHERE number = %s",
            seal.leaves, seal.events, seal.digest, seal.previous, seal.hash, seal.number,
        )  # fmt: skip
        before = seal


def test_a_chain_that_was_set_anew_does_not_fit_the_digests(trail: Account) -> None:
    event = an_event(trail, "user-4")
    tamper("DELETE FROM audit_event WHERE sequence = %s", event.sequence)
    rewrite(seal_over(event).number)
    whole, said = verify()
    assert not whole
    assert "is not the one that was signed outside of the database" in said
    assert "was removed after" not in said


def put_back(last: int) -> None:
    """Put the database back to how it was when this seal was the newest."""
    end = Seal.objects.get(number=last).last_sequence
    tamper("DELETE FROM audit_event WHERE sequence > %s", end)
    tamper("DELETE FROM audit_seal WHERE number > %s", last)


def test_a_database_put_back_to_an_older_state_is_found(trail: Account) -> None:
    newest = Seal.objects.order_by("number").last()
    assert newest is not None
    put_back(newest.number - 1)
    whole, said = verify()
    assert not whole
    assert f"The newest events are missing: the digests name seal {newest.number} of " in said
    assert f"the database ends at seal {newest.number - 1}." in said


def test_a_database_put_back_is_not_sealed_over(trail: Account) -> None:
    newest = Seal.objects.order_by("number").last()
    assert newest is not None
    put_back(newest.number - 1)
    create_user(a_call(trail), user_name="late")
    with pytest.raises(CommandError, match="was put back to an older state"):
        call_command("auditseal")
    assert Seal.objects.count() == newest.number - 1


def lines(home: Path) -> list[str]:
    return (home / digests.FILE).read_text().splitlines(keepends=True)


def test_a_forged_digest_is_found(trail: Account, home: Path) -> None:
    written = lines(home)
    told = json.loads(written[-1])
    written[-1] = json.dumps(told | {"hash": "0" * 64}) + "\n"
    (home / digests.FILE).write_text("".join(written))
    whole, said = verify()
    assert not whole
    assert f"Line {len(written)} of the digests is forged" in said


def test_a_line_taken_out_of_the_digests_is_found(trail: Account, home: Path) -> None:
    written = lines(home)
    (home / digests.FILE).write_text("".join(written[:-2] + written[-1:]))
    assert f"Line {len(written) - 1} of the digests does not follow the line before" in verify()[1]


def test_digests_of_another_key_are_found(trail: Account, settings: Settings) -> None:
    settings.IAMCONSOLE_AUDIT_KEY = b"k" * 32
    assert "its signature does not fit" in verify()[1]
    with pytest.raises(CommandError, match="signed with another key"):
        call_command("auditseal")


def test_without_any_digest_nothing_vouches_for_the_seals(trail: Account, home: Path) -> None:
    (home / digests.FILE).unlink()
    whole, said = verify()
    assert not whole
    assert "no digest of any" in said


def test_a_copy_of_the_digests_checks_as_well(trail: Account, home: Path) -> None:
    (home / digests.FILE).rename(home / "copy")
    assert verify(digests=home / "copy")[0]


def test_a_line_that_a_power_cut_left_is_mended(trail: Account, home: Path) -> None:
    with (home / digests.FILE).open("a") as file:
        file.write('{"seal": 99')
    assert "is cut off" in verify()[1]
    create_user(a_call(trail), user_name="late")
    sealing.seal_trail()
    assert verify()[0]


def test_a_seal_whose_digest_was_not_written_is_signed_the_next_time(trail: Account, home: Path) -> None:
    create_user(a_call(trail), user_name="late")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(digests, "append", lambda *_: None)  # killed in between
        sealing.seal_trail()
    sealing.seal_trail()
    newest = Seal.objects.order_by("number").last()
    assert newest is not None
    assert json.loads(lines(home)[-1])["seal"] == newest.number


def test_key_and_digests_are_readable_by_their_owner_only(trail: Account, home: Path) -> None:
    keys.audit_key(home, {})
    assert [(home / name).stat().st_mode & 0o777 for name in ("audit.key", digests.FILE)] == [0o600, 0o600]


def test_what_is_signed_holds_no_secret_of_the_trail(trail: Account, home: Path) -> None:
    assert set(json.loads(lines(home)[0])) == {"seal", "hash", "lastSequence", "sealedAt", "previous", "signature"}


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


# Pruning


def age(account: Account, user_names: tuple[str, ...], days: int) -> None:
    """Make events old before they are sealed."""
    tamper(
        "UPDATE audit_event SET event_time = %s WHERE account_id = %s AND resource_name = ANY(%s)",
        timezone.now() - timedelta(days=days), account.account_id, list(user_names),
    )  # fmt: skip


@pytest.fixture
def old(account: Account, monkeypatch: pytest.MonkeyPatch) -> Account:
    """Old changes, reads and a refusal, and below them fresh ones, all sealed."""
    monkeypatch.setattr(sealing, "EVENTS_PER_SEAL", 5)
    sealing.seal_trail()
    for name in ("old-1", "old-2"):
        create_user(a_call(account), user_name=name)
        get_user(a_call(account), user_name=name)
    with pytest.raises(Exception, match="not authorized"):
        get_user(a_call(account, a_user(account, "carol")), user_name="old-1")
    age(account, ("old-1", "old-2"), 200)
    for name in ("new-1", "new-2"):
        create_user(a_call(account), user_name=name)
        get_user(a_call(account), user_name=name)
    sealing.seal_trail()
    return account


def kinds(account: Account, prefix: str) -> list[int]:
    rows = Event.objects.filter(account_id=account.account_id, resource_name__startswith=prefix).order_by("sequence")
    return list(rows.values_list("kind", flat=True))


def prune(**options: Any) -> str:
    out = StringIO()
    call_command("auditprune", stdout=out, **options)
    return out.getvalue()


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


# Writers and sealers at the same time


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
