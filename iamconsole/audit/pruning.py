"""Let successful reads go when they are old, under a seal over what went.

Changes and refusals stay for good. The trigger on events lets a read go only where such a seal lies over it, and only
the role that owns the tables may delete at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from iamconsole.audit import leaves
from iamconsole.audit.models import Event, EventKind, Seal, SealKind
from iamconsole.audit.sealing import add, hash_of, queue

__all__ = ["PruningError", "prune"]

_READS_AT_ONCE = 50_000


class PruningError(Exception):
    """What should go is not what was sealed."""


def prune(before: datetime) -> Iterator[Seal]:
    """Remove successful reads under seals whose every event is older; give the seal over each lot that went.

    Each lot is a transaction of its own. Raises PruningError, and removes nothing more, where an event or a seal is not
    as it was sealed: a changed trail must not be tidied up.
    """
    start = 0
    while True:
        with transaction.atomic():
            queue(wait=True)
            lot = _next_lot(start, before)
            if lot is None:
                return
            start, held, first = lot
            if not held:
                continue
            seal = add(SealKind.PRUNED, (first, start), held, keep=False)
            gone, _ = Event.objects.filter(kind=EventKind.READ, sequence__range=(first, start)).delete()
            if gone != len(held):
                raise PruningError(f"{gone:,} reads were about to go under a seal over {len(held):,}.")
        yield seal


def _next_lot(start: int, before: datetime) -> tuple[int, list[leaves.Leaf], int] | None:
    """The reads of the next old seals that are not pruned yet, with the range they lie in."""
    pruned = Seal.objects.filter(kind=SealKind.PRUNED).order_by("last_sequence").last()
    start = max(start, pruned.last_sequence if pruned else 0)
    held: list[leaves.Leaf] = []
    end, first = start, 0
    seals = Seal.objects.filter(kind=SealKind.EVENTS, first_sequence__gt=start).order_by("number")
    for seal in seals.iterator(chunk_size=20):
        if len(held) >= _READS_AT_ONCE or seal.newest_event is None or seal.newest_event >= before:
            break
        held += _checked(seal)
        end, first = seal.last_sequence, first or seal.first_sequence
    return (end, held, first) if end > start else None


def _checked(seal: Seal) -> list[leaves.Leaf]:
    """The leaves of a seal's reads, after comparing them with the events."""
    held = leaves.unpack(bytes(seal.leaves))
    if hash_of(seal) != seal.hash:
        raise PruningError(f"Seal {seal.number} is not as it was set: nothing more goes. Run ./manage.py auditverify.")
    found = list(leaves.read(seal.first_sequence, seal.last_sequence, form=seal.form))
    if leaves.pack(found) != bytes(seal.leaves):
        raise PruningError(
            f"The events {seal.first_sequence:,} to {seal.last_sequence:,} are not those under seal {seal.number}: "
            "nothing more goes. Run ./manage.py auditverify."
        )
    return [leaf for leaf in held if leaf.passing]
