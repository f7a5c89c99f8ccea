"""What a seal holds of each event: its sequence, whether it may go one day, and the hash of its content.

The content is read as PostgreSQL writes it, column by column, so that a million events need no JSON in between.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

__all__ = ["COLUMNS", "FORM", "Leaf", "pack", "read", "unpack"]

FORM = 1
"""The form in which new seals take events. A form never changes: old seals are checked by the one they name."""

COLUMNS = {
    1: (
        "event_id", "account_id", "event_time", "event_name", "event_source", "read_only", "user_name", "principal_id",
        "access_key_id", "resource_type", "resource_name", "error_code", "request_id", "record", "decision",
    ),
}  # fmt: skip
"""The columns that a form's hash is over, in their order."""

_ENTRY = struct.Struct(">q?32s")
_WRITTEN = {"event_time": "to_char(event_time AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"}


@dataclass(frozen=True, slots=True)
class Leaf:
    """One event under a seal; `passing` are successful reads, which may go when they are old."""

    sequence: int
    passing: bool
    hash: bytes
    time: datetime | None = None


def read(first: int, last: int, *, limit: int | None = None, form: int = FORM) -> Iterator[Leaf]:
    """Read the events of a range as leaves, the oldest first."""
    written = ", ".join(_WRITTEN.get(column, f"{column}::text") for column in COLUMNS[form])
    query = (
        f"SELECT sequence, read_only AND error_code = '', event_time, {written} FROM audit_event"  # noqa: S608 - constants
        " WHERE sequence BETWEEN %s AND %s ORDER BY sequence LIMIT %s"
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [first, last, limit])
        for sequence, passing, time, *content in cursor:
            yield Leaf(sequence, passing, _hash(content), time)


def pack(leaves: Iterable[Leaf]) -> bytes:
    """Write leaves one after the other."""
    return b"".join(_ENTRY.pack(leaf.sequence, leaf.passing, leaf.hash) for leaf in leaves)


def unpack(packed: bytes) -> list[Leaf]:
    """Read leaves that were packed; what is left over at the end is none."""
    whole = len(packed) - len(packed) % _ENTRY.size
    return [Leaf(*entry) for entry in _ENTRY.iter_unpack(packed[:whole])]


def _hash(content: Iterable[Any]) -> bytes:
    """Hash texts with their lengths, so that nothing can move from one column to the next."""
    parts: list[bytes] = []
    for text in content:
        if text is None:
            parts.append(b"-")
        else:
            written = text.encode()
            parts += (b"%d:" % len(written), written)
    return hashlib.sha256(b"".join(parts)).digest()
