"""The nearest name that AWS has to one that it has not: "Did you mean ...?".

Rules: access-analyzer-reference-policy-checks, "Invalid service in action", "Invalid action".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import lru_cache

from policies.catalog import actions, condition_keys, global_condition_keys, services

__all__ = ["NEAR_TO_NOTHING", "Near", "near_action", "near_global_key", "near_service", "near_service_key"]

_LONGEST = 130
_CERTAIN = 0.9


@dataclass(frozen=True, slots=True)
class Near:
    """A known name; `certain` says that hardly anything else can have been meant."""

    text: str
    certain: bool

    @property
    def hint(self) -> str:
        """A sentence behind the finding's, or nothing."""
        return f" Did you mean {self.text}?" if self.text else ""


NEAR_TO_NOTHING = Near("", certain=False)


@lru_cache(maxsize=1024)
def near_service(prefix: str) -> Near:
    """The prefix probably meant."""
    return _nearest(prefix, {known.prefix: known.prefix for known in services()})


@lru_cache(maxsize=1024)
def near_action(prefix: str, name: str) -> Near:
    """The action of a service probably meant, with its prefix."""
    return _nearest(name, {name: each.full_name for name, each in actions(prefix.lower()).items()})


@lru_cache(maxsize=1024)
def near_global_key(key: str) -> Near:
    """The global condition key probably meant."""
    return _nearest(key, _names(known.name for known in global_condition_keys()))


@lru_cache(maxsize=1024)
def near_service_key(key: str) -> Near:
    """The condition key of a service probably meant."""
    prefix = key.partition(":")[0].lower()
    return _nearest(key, _names(known.name for known in condition_keys(prefix).values()))


def _names(names: Iterable[str]) -> dict[str, str]:
    return {name.lower(): name for name in names if "${" not in name}


def _nearest(text: str, known: dict[str, str]) -> Near:
    if len(text) > _LONGEST:
        return NEAR_TO_NOTHING
    lowered = text.lower()
    near = get_close_matches(lowered, known, 2)
    if not near:
        return NEAR_TO_NOTHING
    ratios = [SequenceMatcher(None, each, lowered).ratio() for each in near]
    alone = len(near) == 1 or ratios[0] > ratios[1]
    return Near(known[near[0]], certain=alone and ratios[0] >= _CERTAIN)
