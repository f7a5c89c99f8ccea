"""Slow down those who guess passwords and codes, without keeping anybody from signing in.

An attempt is counted before it is checked, in one statement for each counter, so that a thousand guesses at the same
time are no more than a thousand in a row; one that succeeds is taken back. After a few failures of a user name from an
address, that address is refused for that name, for longer each time. So is an address from which much fails, and a name
that fails from many places; but the latter never holds for an address from which that name has not failed before:
nobody is locked out by what others do elsewhere.

A key that refuses nobody says so by a time long past: of two attempts at the same moment, the one that began first may
be counted last.

A refused attempt is not counted, looks like any other failure, and takes as long.
"""

import ipaddress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.crypto import salted_hmac

__all__ = ["ADDRESS", "FORGOTTEN", "KEPT", "PLACE", "SUBJECT", "Attempted", "admit"]

FORGOTTEN = timedelta(hours=1)
"""After so long without a failure, counting begins anew."""
KEPT = timedelta(days=1)
_PRUNED_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many failures are free, and how long the first and the longest refusal after them is."""

    free: int
    first: timedelta
    longest: timedelta


PLACE = Allowance(5, timedelta(seconds=15), timedelta(minutes=15))
"""A user name from one address."""
SUBJECT = Allowance(25, timedelta(seconds=15), timedelta(minutes=15))
"""A user name from everywhere."""
ADDRESS = Allowance(50, timedelta(seconds=1), timedelta(minutes=1))
"""An address, whatever the user name: a whole class may share one."""

_COUNT = """
    INSERT INTO accounts_signinthrottle AS throttle (key, failures, last_failure, refused_until)
    VALUES (%(key)s, 1, %(now)s, %(forgotten)s)
    ON CONFLICT (key) DO UPDATE SET (failures, last_failure, refused_until) = (
        SELECT count, %(now)s, CASE WHEN count < %(free)s THEN %(forgotten)s
            ELSE %(now)s + least(%(longest)s, %(first)s * power(2, least(count - %(free)s, 20))) END
        FROM (SELECT CASE WHEN throttle.last_failure < %(forgotten)s THEN 1 ELSE throttle.failures + 1 END AS count) new
    )
    WHERE throttle.refused_until <= %(now)s
    RETURNING failures
"""
_TAKE_BACK = """
    UPDATE accounts_signinthrottle SET failures = greatest(failures - 1, 0), refused_until = least(refused_until, %s)
    WHERE key = %s
"""
_FORGET = "DELETE FROM accounts_signinthrottle WHERE key = %s"
_PRUNE = """
    DELETE FROM accounts_signinthrottle WHERE key IN (
        SELECT key FROM accounts_signinthrottle WHERE last_failure < %s LIMIT %s FOR UPDATE SKIP LOCKED
    )
"""


class _Refused(Exception):
    """One of the counters refuses: none of them counts."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """An attempt that was counted, or refused."""

    place: str
    subject: str
    address: str
    now: datetime
    admitted: bool

    def succeeded(self) -> None:
        """Take the attempt back, and forget the failures of this name from this address."""
        if not self.admitted:
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_FORGET, [self.place])
            for key in (self.subject, self.address):
                cursor.execute(_TAKE_BACK, [self.now - FORGOTTEN, key])


def admit(subject: str, source_ip: str, now: datetime) -> Attempted:
    """Count an attempt on a subject, a user name in an account or the like, or refuse it."""
    block = _block(source_ip)
    keys = _mark("place", subject, block), _mark("subject", subject), _mark("address", block)
    try:
        here = _count_all(*keys, now)
    except _Refused:
        return Attempted(*keys, now, admitted=False)
    if here == 1:
        with connection.cursor() as cursor:
            cursor.execute(_PRUNE, [now - KEPT, _PRUNED_AT_ONCE])
    return Attempted(*keys, now, admitted=True)


@transaction.atomic
def _count_all(place: str, subject: str, address: str, now: datetime) -> int:
    """Count at all three, or at none and raise _Refused; answers how often it was at the place."""
    here = _count(place, PLACE, now)
    if here is None:
        raise _Refused
    if _count(subject, SUBJECT, now) is None and here > 1:
        raise _Refused
    if _count(address, ADDRESS, now) is None:
        raise _Refused
    return here


def _count(key: str, allowance: Allowance, now: datetime) -> int | None:
    """Count one more; None where the key is refused now."""
    values: dict[str, Any] = {
        "key": key,
        "now": now,
        "free": allowance.free,
        "first": allowance.first,
        "longest": allowance.longest,
        "forgotten": now - FORGOTTEN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        row = cursor.fetchone()
    return int(row[0]) if row else None


def _mark(*parts: str) -> str:
    """Stand for a key without telling it: what is typed as a user name may be a password."""
    return salted_hmac("accounts.operations.throttling", "\0".join(parts), algorithm="sha256").hexdigest()


def _block(source_ip: str) -> str:
    """The address, or the network of one that has many: whoever has an IPv6 address has 2**64 of them."""
    try:
        address = ipaddress.ip_address(source_ip)
    except ValueError:
        return source_ip
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)
