"""Resource patterns beside each other: whether one covers all that another does, whether two have anything in common.

Rules: reference_policies_elements_resource.
"""

from dataclasses import dataclass
from functools import lru_cache

from policies.language.variables import Template, parse_template, split_arn
from policies.language.wildcards import ANY, ONE, compile_pattern, marked

__all__ = ["EVERYTHING", "ResourcePattern", "covers", "exact_resource", "overlap", "resource_pattern"]

_PARTS = 6


@dataclass(frozen=True, slots=True, eq=False)
class ResourcePattern:
    """A set of resources: the six marked parts of an ARN, everything, or (without parts) what is no ARN.

    A variable stands as a wildcard, so that with `has_variables` the set is the widest that it can be. Compared by
    identity, which makes what is remembered about a pair quick to find.
    """

    text: str

    parts: tuple[str, ...]
    everything: bool = False
    has_variables: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether it is one resource only."""
        return not self.everything and not any(ANY in part or ONE in part for part in self.parts)


EVERYTHING = ResourcePattern("*", (), everything=True)
"""All that `*` covers; nothing else covers a request without a resource."""
_NO_ARN = ResourcePattern("", ())


@lru_cache(maxsize=16_384)
def resource_pattern(text: str, *, variables: bool) -> ResourcePattern | None:
    """Read an entry of a Resource element; None for one that covers nothing."""
    if text and not text.strip("*"):
        return EVERYTHING
    parts = split_arn(text, variables=variables)
    last: Template | None = (ANY,)
    if len(parts) == _PARTS:
        last = parse_template(parts.pop(), variables=variables, wildcards=True)
    if last is None or (variables and any("${" in part for part in parts)):
        return None
    front = [marked(part) for part in parts]
    front += [ANY] * (_PARTS - 1 - len(front))
    pieces = [piece if isinstance(piece, str) else ANY for piece in last]
    has_variables = not all(isinstance(piece, str) for piece in last)
    return ResourcePattern(text, (*front, "".join(pieces)), has_variables=has_variables)


@lru_cache(maxsize=16_384)
def exact_resource(resource: str) -> ResourcePattern:
    """The resource of a request, which has no wildcards; `*` is a request without a resource."""
    parts = tuple(resource.split(":", _PARTS - 1))
    return ResourcePattern(resource, parts) if len(parts) == _PARTS else _NO_ARN


@lru_cache(maxsize=65_536)
def covers(wide: ResourcePattern, narrow: ResourcePattern) -> bool:
    """Whether surely each resource of the one is a resource of the other."""
    if wide.everything:
        return True
    if (wide.text, wide.has_variables) == (narrow.text, narrow.has_variables):
        return bool(wide.parts) and wide.parts == narrow.parts
    if wide.has_variables or narrow.everything or not narrow.parts:
        return False
    return all(_part_covers(*pair) for pair in zip(wide.parts, narrow.parts, strict=False))


@lru_cache(maxsize=65_536)
def overlap(one: ResourcePattern, other: ResourcePattern) -> bool:
    """Whether a resource may belong to both; no is certain."""
    if one.everything or other.everything:
        return True
    return bool(one.parts and other.parts) and all(map(_part_overlaps, one.parts, other.parts))


def _part_covers(wide: str, narrow: str) -> bool:
    """The narrow one's `*` counts as a character that only `*` meets."""
    if wide in (narrow, ANY):
        return True
    if ONE in wide and ANY in narrow:
        return False
    return compile_pattern(wide)(narrow)


def _part_overlaps(one: str, other: str) -> bool:
    if not _is_open(one):
        return compile_pattern(other)(one)
    if not _is_open(other):
        return compile_pattern(one)(other)
    return _begin_alike(one, other) and _begin_alike(one[::-1], other[::-1])


def _is_open(part: str) -> bool:
    return ANY in part or ONE in part


def _begin_alike(one: str, other: str) -> bool:
    for mark, sign in zip(one, other, strict=False):
        if ANY in (mark, sign):
            return True
        if mark != sign and ONE not in (mark, sign):
            return False
    return True
