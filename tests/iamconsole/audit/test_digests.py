"""The digests that are signed outside of the database: what they vouch for, and how they are kept."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts.models import Account
from accounts.operations.users import create_user
from iamconsole import keys
from iamconsole.audit import digests, leaves, sealing
from iamconsole.audit.models import Seal
from tests.factories import a_call
from tests.iamconsole.audit.evidence import an_event, seal_over, tamper, verify

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


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
