"""Resource types of services, with their ARN patterns."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from policies.catalog import source
from policies.catalog.known_services import is_service

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A kind of resource that a service's actions can be limited to.

    Rules: reference_policies_actions-resources-contextkeys.
    """

    service: str
    name: str
    arn: str
    condition_keys: tuple[str, ...]

    @property
    def arn_pattern(self) -> str:
        """The ARN with `*` for every part that the caller chooses: `arn:*:s3:::*/*`."""
        return _PLACEHOLDER.sub("*", self.arn)

    @property
    def placeholders(self) -> tuple[str, ...]:
        """The parts of the ARN that the caller chooses, in order: `("Partition", "BucketName")`."""
        return tuple(found[2:-1] for found in _PLACEHOLDER.findall(self.arn))


@cache
def resource_types(service: str) -> Mapping[str, ResourceType]:
    """Give the resource types of a service by lower-case name; none for an unknown service."""
    service = service.lower()
    if not is_service(service):
        return MappingProxyType({})
    return MappingProxyType(
        {
            key: ResourceType(service, entry["key"], entry["arn"], tuple(entry.get("conditionKeys", ())))
            for key, entry in sorted(source.published("resourceTypes", service).items())
        }
    )


def resource_type(service: str, name: str) -> ResourceType | None:
    """Find one resource type, whatever the case of its name."""
    return resource_types(service.lower()).get(name.lower())
