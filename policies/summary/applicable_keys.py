"""Which actions know a condition key.

Rules: reference_policies_actions-resources-contextkeys (condition keys); reference_policies_condition-keys.
"""

import re
from collections.abc import Mapping
from functools import lru_cache

from policies.catalog import action_index, actions, is_service, service_bits

__all__ = ["actions_knowing", "service_of_key"]

_NAMED_BY_ACTIONS = ("aws:requesttag/", "aws:resourcetag/", "aws:tagkeys")
"""The global keys that a request carries only where the action is said to; the others every action knows."""
_STEM = re.compile(r"[^:]*:[^:/]*[:/]?")


def service_of_key(key: str) -> str:
    """The service that a key belongs to; nothing for a global key or one of no known service."""
    prefix = key.partition(":")[0].lower()
    return prefix if is_service(prefix) else ""


@lru_cache(maxsize=4096)
def actions_knowing(key: str, service: str) -> int:
    """The set of a service's actions whose requests may carry a key."""
    lowered = key.lower()
    if not lowered.startswith(_NAMED_BY_ACTIONS) and not service_of_key(key):
        return service_bits(service)
    start, _ = action_index().spans[service]
    return _by_key(service).get(_stem(lowered), 0) << start


@lru_cache(maxsize=512)
def _by_key(service: str) -> Mapping[str, int]:
    """A service's actions by key, counted from its first."""
    found: dict[str, int] = {}
    for at, action in enumerate(actions(service).values()):
        for stem in {_stem(key.lower()) for key in action.all_condition_keys}:
            found[stem] = found.get(stem, 0) | 1 << at
    return found


def _stem(lowered: str) -> str:
    """What keys of one family have in common: `aws:requesttag/` of `aws:RequestTag/team`."""
    match = _STEM.match(lowered)
    return match[0] if match else lowered
