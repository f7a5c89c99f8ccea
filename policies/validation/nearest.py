"""The nearest name that AWS has to one that it has not: "Did you mean ...?".

Rules: access-analyzer-reference-policy-checks, "Invalid service in action", "Invalid action".
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache, lru_cache
from heapq import nlargest
from itertools import pairwise

from policies.catalog import actions, condition_keys, global_condition_keys, services

__all__ = ["NEAR_TO_NOTHING", "Near", "near_action", "near_global_key", "near_service", "near_service_key"]

_LONGEST = 130
_CERTAIN = 0.9
_MOST_COMPARED = 10


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
    return _nearest(prefix, _services())


@lru_cache(maxsize=1024)
def near_action(prefix: str, name: str) -> Near:
    """The action of a service probably meant, with its prefix."""
    return _nearest(name, _actions(prefix.lower()))


@lru_cache(maxsize=1024)
def near_global_key(key: str) -> Near:
    """The global condition key probably meant."""
    return _nearest(key, _global_keys())


@lru_cache(maxsize=1024)
def near_service_key(key: str) -> Near:
    """The condition key of a service probably meant."""
    return _nearest(key, _service_keys(key.partition(":")[0].lower()))


@dataclass(frozen=True, slots=True)
class _Names:
    """Names by their lower-case forms, and the pairs of letters in each, by which most are told apart soon."""

    written: dict[str, str]
    pairs: dict[str, frozenset[str]]


@cache
def _services() -> _Names:
    return _names((known.prefix, known.prefix) for known in services())


@cache
def _actions(prefix: str) -> _Names:
    return _names((name, each.full_name) for name, each in actions(prefix).items())


@cache
def _global_keys() -> _Names:
    return _names((known.name.lower(), known.name) for known in global_condition_keys())


@cache
def _service_keys(prefix: str) -> _Names:
    return _names((known.name.lower(), known.name) for known in condition_keys(prefix).values())


def _names(names: Iterable[tuple[str, str]]) -> _Names:
    written = {lowered: name for lowered, name in names if "${" not in name}
    return _Names(written, {lowered: _pairs(lowered) for lowered in written})


def _pairs(text: str) -> frozenset[str]:
    return frozenset(map("".join, pairwise(f" {text} ")))


def _nearest(text: str, known: _Names) -> Near:
    if len(text) > _LONGEST:
        return NEAR_TO_NOTHING
    lowered = text.lower()
    pairs = _pairs(lowered)
    alike = nlargest(_MOST_COMPARED, known.pairs.items(), lambda item: len(pairs & item[1]) / (len(pairs | item[1])))
    near = get_close_matches(lowered, [name for name, _ in alike], 2)
    if not near:
        return NEAR_TO_NOTHING
    ratios = [SequenceMatcher(None, each, lowered).ratio() for each in near]
    alone = len(near) == 1 or ratios[0] > ratios[1]
    return Near(known.written[near[0]], certain=alone and ratios[0] >= _CERTAIN)
