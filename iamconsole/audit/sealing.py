"""Seals: links of a hash chain over the events that are settled.

Writers never wait for the chain. A sequence is drawn before its transaction commits, so a late one may bring a low
number; a seal therefore ends at a number of which every writer that may have drawn a lower one is gone. Each of them
holds a lock on the table from before it draws until after it is visible, and PostgreSQL tells who holds one.
"""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from iamconsole.audit import digests, leaves
from iamconsole.audit.models import Seal, SealKind

__all__ = ["EVENTS_PER_SEAL", "add", "hash_of", "keep_sealing", "key_and_file", "queue", "seal_trail", "sign_newest"]

EVENTS_PER_SEAL = 4096
_QUEUE = 0x5EA1
_POLL_SECONDS = 0.02
_log = logging.getLogger("iamconsole.audit")


def seal_trail(*, patience: float = 5.0) -> list[Seal]:
    """Seal every event that is settled, and sign the newest seal outside of the database.

    `patience` is for how many seconds to wait for those who are writing; where one is still not done, nothing is
    sealed this time. Raises digests.DigestError where the digests and the database do not belong together.
    """
    sign_newest()
    last = _settled(patience)
    sealed: list[Seal] = []
    while last is not None and (seal := _seal_next(last)):
        sealed.append(seal)
    if sealed:
        sign_newest()
    return sealed


def add(kind: SealKind, span: tuple[int, int], held: list[leaves.Leaf], *, keep: bool) -> Seal:
    """Add a link to the chain; whoever calls stands in the queue, inside of a transaction."""
    last = Seal.objects.defer("leaves").order_by("number").last()
    packed = leaves.pack(held)
    seal = Seal(
        number=last.number + 1 if last else 1,
        kind=kind,
        form=leaves.FORM,
        first_sequence=span[0],
        last_sequence=span[1],
        events=len(held),
        newest_event=max((leaf.time for leaf in held if leaf.time), default=None),
        leaves=packed if keep else b"",
        digest=hashlib.sha256(packed).hexdigest(),
        sealed_at=timezone.now(),
        previous=last.hash if last else "",
    )
    seal.hash = hash_of(seal)
    seal.save(force_insert=True)
    return seal


def hash_of(seal: Seal) -> str:
    """The hash that a seal must carry."""
    newest = _time(seal.newest_event) if seal.newest_event else "-"
    lines = (
        "iamconsole seal", seal.number, seal.kind, seal.form, seal.first_sequence, seal.last_sequence, seal.events,
        newest, seal.digest, _time(seal.sealed_at), seal.previous,
    )  # fmt: skip
    return hashlib.sha256("\n".join(map(str, lines)).encode()).hexdigest()


def queue(*, wait: bool) -> bool:
    """Let one at a time add to the chain, until its transaction ends; False where it is another's turn."""
    with connection.cursor() as cursor:
        if wait:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_QUEUE])
            return True
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_QUEUE])
        return bool(cursor.fetchone()[0])


def key_and_file() -> tuple[bytes, Path]:
    """What digests are signed with, and where they stand."""
    return settings.IAMCONSOLE_AUDIT_KEY, Path(settings.IAMCONSOLE_HOME) / digests.FILE


def sign_newest() -> None:
    """Write the digest of the newest seal, unless it is written."""
    key, file = key_and_file()
    with digests.appending(file):
        signed = digests.newest(file, key)
        seal = Seal.objects.defer("leaves").order_by("number").last()
        if signed is not None:
            known = Seal.objects.filter(number=signed.seal, hash=signed.hash).exists()
            if not known:
                raise digests.DigestError(
                    f"The newest digest in {file} names seal {signed.seal}, which the database does not hold as it was "
                    "signed: the database was put back to an older state, was changed, or is another one. Nothing is "
                    "sealed. Run ./manage.py auditverify; to go on knowingly, keep that file elsewhere and remove it."
                )
        if seal is not None and (signed is None or seal.number > signed.seal):
            digests.append(file, key, digests.Digest(seal.number, seal.hash, seal.last_sequence, _time(seal.sealed_at)))


def keep_sealing(every: float = 60.0, *, first: float = 5.0, stop: Callable[[float], None] = time.sleep) -> Thread:
    """Seal again and again in a thread of its own; of several processes one does the work each time."""
    thread = Thread(target=_run, args=(every, first, stop), name="sealing", daemon=True)
    thread.start()
    return thread


def _run(every: float, first: float, pause: Callable[[float], None]) -> None:
    said = ""
    pause(first)
    while True:
        try:
            seal_trail()
            said = ""
        except (DatabaseError, digests.DigestError, OSError) as error:
            if str(error) != said:  # once, not every minute
                _log.error("The trail is not sealed: %s", error)
                said = str(error)
        finally:
            connection.close()
        pause(every)


def _settled(patience: float) -> int | None:
    """The highest sequence of which all lower ones are visible or never will be; None where a writer takes longer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sequence_last_value(pg_get_serial_sequence('audit_event', 'sequence')::regclass)")
        last: int | None = cursor.fetchone()[0]
    writing, deadline = _writers(), time.monotonic() + patience
    while writing:
        if time.monotonic() >= deadline:
            return None
        time.sleep(_POLL_SECONDS)
        writing &= _writers()
    return last


def _writers() -> set[str]:
    """The transactions of others that have written events, or are about to."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT virtualtransaction FROM pg_locks WHERE locktype = 'relation' AND granted"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            " AND relation = 'audit_event'::regclass AND mode = 'RowExclusiveLock' AND pid <> pg_backend_pid()"
        )
        return {name for (name,) in cursor.fetchall()}


def _seal_next(last: int) -> Seal | None:
    """Seal the next range up to this sequence; None where nothing is left, or another is at it."""
    with transaction.atomic():
        if not queue(wait=False):
            return None
        before = Seal.objects.filter(kind=SealKind.EVENTS).defer("leaves").order_by("number").last()
        first = before.last_sequence + 1 if before else 1
        held = list(leaves.read(first, last, limit=EVENTS_PER_SEAL))
        if not held:
            return None
        end = held[-1].sequence if len(held) == EVENTS_PER_SEAL else last
        return add(SealKind.EVENTS, (first, end), held, keep=True)


def _time(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
