"""All actions of all services in one fixed order, so that a set of actions is a whole number: one bit an action.

Union, intersection and difference of such sets are `|`, `&` and `& ~`; `int.bit_count()` is the size.
"""

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from policies.catalog import source
from policies.catalog.access_levels import AccessLevel, level_of
from policies.catalog.known_services import services
from policies.language.wildcards import compile_pattern, marked


@dataclass(frozen=True, slots=True)
class ActionIndex:
    """The order: sorted by service prefix, then by name, ignoring case.

    `lowered` and `names` are parallel (`s3:getobject`, `s3:GetObject`); `spans` gives each service's first position and
    the position after its last; `levels` the bit set of each access level; `types` for each service the actions that
    name a resource type, as a set counted from the service's first, and under "" those that require none.
    """

    names: tuple[str, ...]
    lowered: tuple[str, ...]
    spans: dict[str, tuple[int, int]]
    levels: dict[AccessLevel, int]
    types: dict[str, dict[str, int]]

    @property
    def every_action(self) -> int:
        """The bit set of all actions."""
        return (1 << len(self.names)) - 1

    def position(self, full_name: str) -> int | None:
        """Find the bit of an action, whatever the case of its name."""
        lowered = full_name.lower()
        start, stop = self.spans.get(lowered.partition(":")[0], (0, 0))
        at = bisect_left(self.lowered, lowered, start, stop)
        return at if at < stop and self.lowered[at] == lowered else None


@cache
def action_index() -> ActionIndex:
    """Build the index; some tenths of a second once, then kept."""
    names: list[str] = []
    spans: dict[str, tuple[int, int]] = {}
    types: dict[str, dict[str, int]] = {}
    positions: dict[AccessLevel, list[int]] = {level: [] for level in AccessLevel}
    for service in services():
        start = len(names)
        entries = source.published_actions(service.prefix)
        for at, key in enumerate(sorted(entries), start):
            full_name = f"{service.prefix}:{entries[key]['name']}"
            names.append(full_name)
            positions[level_of(full_name, entries[key]["accessLevel"])].append(at)
        spans[service.prefix] = (start, len(names))
        types[service.prefix] = _by_type(entries)
    levels = {level: _bits_at(found, len(names)) for level, found in positions.items()}
    return ActionIndex(tuple(names), tuple(name.lower() for name in names), spans, levels, types)


def _by_type(entries: dict[str, Any]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, key in enumerate(sorted(entries)):
        named = entries[key]["resourceTypes"]
        types = [each["name"].lower() for each in named]
        if not any(each["required"] for each in named):
            types.append("")
        for name in types:
            found[name] = found.get(name, 0) | 1 << at
    return found


def service_bits(prefix: str) -> int:
    """Give the set of all actions of a service; empty for an unknown one."""
    start, stop = action_index().spans.get(prefix.lower(), (0, 0))
    return _run(start, stop)


def level_bits(level: AccessLevel) -> int:
    """Give the set of all actions of an access level."""
    return action_index().levels[level]


@lru_cache(maxsize=16_384)
def action_bits(pattern: str) -> int:
    """Give the set of the actions that an Action pattern such as `s3:Get*`, `*` or `*:Describe*` covers.

    Rules: reference_policies_elements_action.
    """
    lowered = pattern.lower()
    index = action_index()
    if lowered and not lowered.strip("*"):
        return index.every_action
    literal = _literal_start(lowered)
    if literal == lowered:
        at = index.position(lowered)
        return 0 if at is None else 1 << at
    start, stop = _range_of_prefix(index, literal)
    if ":" in literal and lowered == literal + "*":
        return _run(start, stop)
    return _matching(index, lowered, start, stop)


def actions_matching(pattern: str) -> tuple[str, ...]:
    """Give the names of the actions that an Action pattern covers, sorted ignoring case."""
    return action_names(action_bits(pattern))


def action_names(bits: int) -> tuple[str, ...]:
    """Give the names of a set of actions, sorted ignoring case."""
    names = action_index().names
    return tuple(names[at] for at in positions_of(bits))


def positions_of(bits: int) -> Iterator[int]:
    """Walk the positions of a set in ascending order, in time linear in the size of the catalog."""
    data = bits.to_bytes((bits.bit_length() + 7) // 8, "little")
    for base, byte in enumerate(data):
        rest = byte
        while rest:
            lowest = rest & -rest
            yield base * 8 + lowest.bit_length() - 1
            rest ^= lowest


def _matching(index: ActionIndex, lowered: str, start: int, stop: int) -> int:
    """Try the candidates one by one; the service part and the name part are matched apart."""
    service_pattern, colon, name_pattern = lowered.partition(":")
    if not colon:
        return 0
    covers_service = compile_pattern(marked(service_pattern))
    covers_name = compile_pattern(marked(name_pattern))
    found: list[int] = []
    for prefix, (first, after) in index.spans.items():
        if after <= start or first >= stop or not covers_service(prefix):
            continue
        skip = len(prefix) + 1
        candidates = range(max(first, start), min(after, stop))
        found.extend(at for at in candidates if covers_name(index.lowered[at][skip:]))
    return _bits_at(found, len(index.names))


def _literal_start(pattern: str) -> str:
    stops = [at for at in (pattern.find("*"), pattern.find("?")) if at >= 0]
    return pattern[: min(stops)] if stops else pattern


def _range_of_prefix(index: ActionIndex, literal: str) -> tuple[int, int]:
    """Find the run of names that begin with these characters.

    Services and names are sorted apart, so a start without a colon may lie anywhere.
    """
    prefix, colon, _ = literal.partition(":")
    if not colon:
        return 0, len(index.names)
    start, stop = index.spans.get(prefix, (0, 0))
    first = bisect_left(index.lowered, literal, start, stop)
    after = bisect_left(index.lowered, literal + "\U0010ffff", start, stop)
    return first, after


def _run(start: int, stop: int) -> int:
    return (1 << stop) - (1 << start)


def _bits_at(positions: list[int], size: int) -> int:
    data = bytearray((size + 7) // 8)
    for at in positions:
        data[at >> 3] |= 1 << (at & 7)
    return int.from_bytes(data, "little")
