"""Condition keys: type, number of values, and when a request carries them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from policies.catalog import source
from policies.catalog.known_services import is_service

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}|<[^>]*>")
_LIST_PREFIX = "ArrayOf"


class ConditionKeyType(StrEnum):
    """The type of a key's values, which decides the operators that suit it."""

    STRING = "String"
    ARN = "ARN"
    BOOL = "Bool"
    NUMERIC = "Numeric"
    DATE = "Date"
    IP_ADDRESS = "IPAddress"


@dataclass(frozen=True, slots=True)
class ConditionKey:
    """A key that a Condition element can test.

    `name` may hold a placeholder, as in `aws:PrincipalTag/${TagKey}`. In the value of a `sensitive` key a wildcard or a
    variable is an error. `present` says which requests carry the key, where that is known.

    Rules: reference_policies_condition-keys; reference_policies_iam-condition-keys.
    """

    name: str
    type: ConditionKeyType
    multivalued: bool
    description: str
    is_global: bool = False
    sensitive: bool = False
    present: str = ""
    group: str = ""
    source: str = ""

    @property
    def has_placeholder(self) -> bool:
        """Whether the name stands for many keys, one for each tag or context key."""
        return _PLACEHOLDER.search(self.name) is not None


def global_condition_keys() -> tuple[ConditionKey, ...]:
    """Give the keys that requests of any service may carry, in the order of the guide."""
    return tuple(_global_keys().values())


@cache
def condition_keys(service: str) -> Mapping[str, ConditionKey]:
    """Give the keys that a service's actions name, by lower-case name; none for an unknown service.

    What our own data says of a key goes before the service data.
    """
    service = service.lower()
    if not is_service(service):
        return MappingProxyType({})
    ours = _global_keys() | _service_keys()
    return MappingProxyType(
        {
            lowered: _combined(ours.get(lowered), _published_key(entry))
            for lowered, entry in sorted(source.published("conditionKeys", service).items())
        }
    )


@lru_cache(maxsize=16_384)
def condition_key(name: str) -> ConditionKey | None:
    """Find the key that a policy calls `aws:PrincipalTag/team` or `s3:prefix`, whatever its case."""
    lowered = name.lower()
    for family in _families(lowered):
        found = family.get(lowered) or _by_placeholder(lowered, family)
        if found:
            return found
    return None


def is_multivalued(name: str) -> bool:
    """Tell whether a request can carry several values of the key, so that set operators make sense."""
    found = condition_key(name)
    return found is not None and found.multivalued


def _families(lowered: str) -> tuple[Mapping[str, ConditionKey], ...]:
    prefix = lowered.partition(":")[0]
    own_service = (condition_keys(prefix),) if is_service(prefix) else ()
    return (_global_keys(), *own_service, _keys_of_other_prefixes(), _service_keys())


def _by_placeholder(lowered: str, family: Mapping[str, ConditionKey]) -> ConditionKey | None:
    for template, key in family.items():
        if key.has_placeholder and _fits(lowered, _PLACEHOLDER.split(template)):
            return key
    return None


def _fits(name: str, parts: list[str]) -> bool:
    """Tell whether the fixed parts of a template occur in order, with at least one character between them."""
    first, *middle, last = parts
    if not name.startswith(first):
        return False
    at = len(first)
    for part in middle:
        found = name.find(part, at + 1)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - len(last) > at and name.endswith(last)


@cache
def _global_keys() -> dict[str, ConditionKey]:
    return _own_keys("global_condition_keys.json", is_global=True)


@cache
def _service_keys() -> dict[str, ConditionKey]:
    return _own_keys("service_condition_keys.json", is_global=False)


@cache
def _keys_of_other_prefixes() -> dict[str, ConditionKey]:
    """Collect the keys with the prefix of no service or of another one: `saml:aud`, the hosts of identity providers."""
    homes = sorted({home for services in source.published("unassociatedConditions").values() for home in services})
    elsewhere = (*homes, "ec2-instance-connect", "iotjobsdata", "q", "qbusiness")
    return {
        lowered: key
        for service in elsewhere
        for lowered, key in condition_keys(service).items()
        if not lowered.startswith((f"{service}:", "aws:"))
    }


def _own_keys(file_name: str, *, is_global: bool) -> dict[str, ConditionKey]:
    data = source.own(file_name)
    return {entry["key"].lower(): _own_key(entry, data["source"], is_global=is_global) for entry in data["entries"]}


def _own_key(entry: dict[str, Any], default_source: str, *, is_global: bool) -> ConditionKey:
    return ConditionKey(
        name=entry["key"],
        type=ConditionKeyType(entry["type"]),
        multivalued=entry.get("multivalued", False),
        description=entry.get("description", ""),
        is_global=is_global,
        sensitive=entry.get("sensitive", False),
        present=entry["present"],
        group=entry["group"],
        source=entry.get("source", default_source),
    )


def _published_key(entry: dict[str, str]) -> ConditionKey:
    kind = entry["type"]
    return ConditionKey(
        name=entry["key"],
        type=ConditionKeyType(kind.removeprefix(_LIST_PREFIX)),
        multivalued=kind.startswith(_LIST_PREFIX),
        description=entry["description"],
    )


def _combined(ours: ConditionKey | None, published: ConditionKey) -> ConditionKey:
    """Let our entry stand for the published one, with the description that AWS gives."""
    if ours is None:
        return published
    return ConditionKey(
        name=ours.name,
        type=ours.type,
        multivalued=ours.multivalued,
        description=ours.description or published.description,
        is_global=ours.is_global,
        sensitive=ours.sensitive,
        present=ours.present,
        group=ours.group,
        source=ours.source,
    )
