"""Actions of services: access level, resource types, condition keys, dependent actions."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from policies.catalog import source
from policies.catalog.access_levels import AccessLevel, level_of
from policies.catalog.known_services import is_service


@dataclass(frozen=True, slots=True)
class ActionResource:
    """A resource type that an action can be limited to, with the keys that apply there."""

    name: str
    required: bool
    condition_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """One action of a service.

    Rules: reference_policies_actions-resources-contextkeys.
    """

    service: str
    name: str
    description: str
    access_level: AccessLevel
    resources: tuple[ActionResource, ...]
    condition_keys: tuple[str, ...]
    dependent_actions: tuple[str, ...]

    @property
    def full_name(self) -> str:
        """The action as a policy writes it: `s3:GetObject`."""
        return f"{self.service}:{self.name}"

    @property
    def has_resource_level_permissions(self) -> bool:
        """Whether a statement can name single resources; otherwise only Resource "*" covers the action."""
        return bool(self.resources)

    @property
    def resource_types(self) -> tuple[str, ...]:
        """The names of the resource types that the action can be limited to."""
        return tuple(resource.name for resource in self.resources)

    @property
    def required_resource_types(self) -> tuple[str, ...]:
        """The types of which a request always names a resource; where none is marked, any listed type will do."""
        return tuple(resource.name for resource in self.resources if resource.required)

    @property
    def all_condition_keys(self) -> tuple[str, ...]:
        """The keys of the action and of its resource types together, global keys left aside."""
        keys = dict.fromkeys(self.condition_keys)
        for resource in self.resources:
            keys.update(dict.fromkeys(resource.condition_keys))
        return tuple(keys)


@cache
def actions(service: str) -> Mapping[str, Action]:
    """Give the actions of a service by lower-case name, sorted; none for an unknown service."""
    service = service.lower()
    if not is_service(service):
        return MappingProxyType({})
    entries = source.published_actions(service)
    return MappingProxyType({key: _action(service, entries[key]) for key in sorted(entries)})


def action(full_name: str) -> Action | None:
    """Find the action that a policy calls `s3:GetObject`, whatever its case."""
    service, colon, name = full_name.partition(":")
    return actions(service.lower()).get(name.lower()) if colon else None


def access_level(full_name: str) -> AccessLevel | None:
    """Give the access level of an action; None when the catalog does not know it."""
    found = action(full_name)
    return found.access_level if found else None


def _action(service: str, entry: dict[str, Any]) -> Action:
    full_name = f"{service}:{entry['name']}"
    resources = (
        ActionResource(resource["name"], resource["required"], tuple(resource["conditionKeys"]))
        for resource in entry["resourceTypes"]
    )
    return Action(
        service=service,
        name=entry["name"],
        description=entry["description"],
        access_level=level_of(full_name, entry["accessLevel"]),
        resources=tuple(resources),
        condition_keys=tuple(entry["conditionKeys"]),
        dependent_actions=_dependent_actions().get(full_name.lower(), ()),
    )


@cache
def _dependent_actions() -> dict[str, tuple[str, ...]]:
    entries = source.own("dependent_actions.json")["entries"]
    return {name.lower(): tuple(needed) for name, needed in entries.items()}
