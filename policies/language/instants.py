"""Instants as policies write them: ISO 8601 dates of the W3C profile, or seconds since 1970.

Rules: reference_policies_elements_condition_operators (date condition operators); NOTE-datetime.
"""

import re
from datetime import date
from functools import lru_cache

__all__ = ["Instant", "instant"]

Instant = tuple[int, str]
"""Seconds since 1970 and the digits of the fraction, which compare as text."""

_EPOCH = re.compile(r"[0-9]{5,18}")
_DATE = re.compile(
    r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})(?:-(?P<day>[0-9]{2})"
    r"(?:T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,20}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_FIRST_DAY = date(1970, 1, 1).toordinal()


@lru_cache(4096)
def instant(text: str) -> Instant | None:
    """Read an instant, or answer None. A year, month or day alone is its start; no zone means UTC."""
    if _EPOCH.fullmatch(text):
        return int(text), ""
    match = _DATE.fullmatch(text)
    if match is None:
        return None
    hour, minute, second = (int(match[name] or 0) for name in ("hour", "minute", "second"))
    offset = _offset(match["zone"])
    if hour > 23 or minute > 59 or second > 59 or offset is None:
        return None
    try:
        day = date(int(match["year"]), int(match["month"] or 1), int(match["day"] or 1))
    except ValueError:
        return None
    seconds = (day.toordinal() - _FIRST_DAY) * 86400 + hour * 3600 + minute * 60 + second - offset
    return seconds, (match["fraction"] or "").rstrip("0")


def _offset(zone: str | None) -> int | None:
    if zone in (None, "Z"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        return None
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
