"""Check the trail: events against their seals, the seals as a chain, the chain against the digests outside.

Reads one seal and its events at a time, so that memory stays level over millions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection, transaction

from iamconsole.audit import digests, leaves
from iamconsole.audit.models import Event, Seal, SealKind
from iamconsole.audit.sealing import hash_of

__all__ = ["Verification"]

_SEALS_AT_ONCE = 20


@dataclass(slots=True)
class _Pruned:
    """A seal over reads that went, and what is met of them again in the leaves of the events' seals."""

    seal: Seal
    met: int = 0
    hash: hashlib._Hash = field(default_factory=hashlib.sha256)

    def covers(self, seal: Seal) -> bool:
        return self.seal.first_sequence <= seal.first_sequence and seal.last_sequence <= self.seal.last_sequence

    def take(self, held: list[leaves.Leaf]) -> None:
        passing = [leaf for leaf in held if leaf.passing]
        self.met += len(passing)
        self.hash.update(leaves.pack(passing))


class Verification:
    """One check of the whole trail; `findings` tells what is wrong, afterwards the rest says what was looked at."""

    def __init__(self, file: Path, key: Ed25519PublicKey) -> None:
        self._file = file
        self._lines = digests.lines(file, key)
        self.events = self.seals = self.signed = self.pruned = self.unsealed = self.newest_signed = 0

    def findings(self) -> Iterator[str]:
        """Look through everything and say in plain words what is wrong, and where."""
        with transaction.atomic():
            _as_of_now()
            yield from self._chain()
            yield from self._rest()

    def _chain(self) -> Iterator[str]:
        before: Seal | None = None
        end = 0
        gone = [_Pruned(seal) for seal in Seal.objects.filter(kind=SealKind.PRUNED).order_by("first_sequence")]
        self.pruned = sum(each.seal.events for each in gone)
        for seal in Seal.objects.order_by("number").iterator(chunk_size=_SEALS_AT_ONCE):
            self.seals += 1
            yield from self._signed(seal)
            yield from _linked(seal, before)
            if seal.kind == SealKind.EVENTS:
                if before is not None and seal.number == before.number + 1 and seal.first_sequence != end + 1:
                    yield f"{_named(seal)} begins at event {seal.first_sequence:,}; the one before ended at {end:,}."
                end = seal.last_sequence
                yield from self._events(seal, next((each for each in gone if each.covers(seal)), None))
            before = seal
        for each in gone:
            if (each.met, each.hash.hexdigest()) != (each.seal.events, each.seal.digest):
                yield f"{_named(each.seal)}, over reads that were pruned, is not over what was sealed before."
        self.unsealed = Event.objects.filter(sequence__gt=end).count()

    def _events(self, seal: Seal, pruned: _Pruned | None) -> Iterator[str]:
        """Compare the events of a range with the leaves of its seal."""
        packed = bytes(seal.leaves)
        if hashlib.sha256(packed).hexdigest() != seal.digest:
            yield f"The list of events in {_named(seal, small=True)} was changed."
            return
        held = leaves.unpack(packed)
        if pruned:
            pruned.take(held)
        if seal.form not in leaves.COLUMNS:
            yield f"{_named(seal)} has the form {seal.form}, which this version cannot check."
            return
        found = {leaf.sequence: leaf for leaf in leaves.read(seal.first_sequence, seal.last_sequence, form=seal.form)}
        self.events += len(found)
        changed, removed = [], []
        for leaf in held:
            there = found.pop(leaf.sequence, None)
            if there is None:
                if not (pruned and leaf.passing):
                    removed.append(leaf.sequence)
            elif (there.hash, there.passing) != (leaf.hash, leaf.passing):
                changed.append(leaf.sequence)
        sealed, added = [leaf.sequence for leaf in held], sorted(found)
        for numbers, order, what in (
            (changed, sealed, "changed"),
            (removed, sealed, "removed"),
            (added, added, "added"),
        ):
            for run in _runs(numbers, order):
                yield f"{run} {what} after {_named(seal, small=True)} was set."

    def _signed(self, seal: Seal) -> Iterator[str]:
        """Advance in the file of digests up to this seal."""
        for line in self._lines:
            digest = line.digest
            if digest is not None and digest.seal > seal.number:
                self._lines = chain([line], self._lines)
                return
            if line.problem:
                yield self._at(line)
            if digest is None or line.problem:
                continue
            self.signed += 1
            self.newest_signed = digest.seal
            if digest.seal < seal.number:
                yield f"Seal {digest.seal}, which line {line.number} of the digests names, is missing."
            elif digest.hash != seal.hash:
                yield f"{_named(seal)} is not the one that was signed outside of the database (line {line.number})."

    def _rest(self) -> Iterator[str]:
        """What the file still names where the database has ended."""
        beyond: digests.Digest | None = None
        for line in self._lines:
            if line.problem:
                yield self._at(line)
            elif line.digest is not None:
                beyond = line.digest
                self.signed += 1
        if beyond:
            newest = Seal.objects.order_by("number").values_list("number", flat=True).last()
            ends = f"ends at seal {newest}" if newest else "holds no seal"
            yield (
                f"The newest events are missing: the digests name seal {beyond.seal} of {beyond.sealed_at} with events "
                f"up to {beyond.last_sequence:,}, the database {ends}. It was put back to an older state, or its end "
                "was removed."
            )
        if self.seals and not self.signed:
            yield f"There are {self.seals:,} seals, but no digest of any in {self._file}: nothing vouches for them."

    def _at(self, line: digests.Line) -> str:
        return f"Line {line.number} of the digests {line.problem}."


def _linked(seal: Seal, before: Seal | None) -> Iterator[str]:
    expected = before.number + 1 if before else 1
    if seal.number != expected:
        missing = f"Seal {expected} is" if seal.number == expected + 1 else f"Seals {expected} to {seal.number - 1} are"
        yield f"{missing} missing; the events under it were not checked."
    elif seal.previous != (before.hash if before else ""):
        yield f"{_named(seal)} does not follow the seal before it: one of the two was changed."
    if hash_of(seal) != seal.hash:
        yield f"{_named(seal)} was changed: its hash is not that of what it holds."


def _named(seal: Seal, *, small: bool = False) -> str:
    word = "seal" if small else "Seal"
    return f"{word} {seal.number} of {seal.sealed_at:%Y-%m-%dT%H:%M:%SZ}"


def _runs(numbers: list[int], order: list[int]) -> Iterator[str]:
    """Say which events: those that stood next to each other as one run."""
    place = {number: index for index, number in enumerate(order)}
    runs: list[list[int]] = []
    for number in numbers:
        if runs and place[number] == place[runs[-1][-1]] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    for run in runs:
        yield f"Event {run[0]:,} was" if len(run) == 1 else f"Events {run[0]:,} to {run[-1]:,} ({len(run):,}) were"


def _as_of_now() -> None:
    """See one state of the database all along, unless the transaction has looked at something already."""
    if not connection.savepoint_ids:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
