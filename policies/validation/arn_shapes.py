"""The shapes that a service's ARNs have: whether Region and account are filled, and how the last field reads.

Rules: reference-arns; reference_policies_actions-resources-contextkeys (resource types).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from policies.catalog import resource_types, services
from policies.language.wildcards import compile_pattern, marked
from policies.validation.patterns import first_wildcard, has_wildcard

__all__ = ["ArnShape", "fitting_shapes", "is_arn_service", "is_region", "may_meet", "shapes"]

_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")
_REGIONS: Mapping[str, str] = {
    "af-south": "1",
    "ap-east": "12",
    "ap-northeast": "123",
    "ap-south": "12",
    "ap-southeast": "1234567",
    "ca-central": "1",
    "ca-west": "1",
    "cn-north": "1",
    "cn-northwest": "1",
    "eu-central": "12",
    "eu-isoe-west": "1",
    "eu-north": "1",
    "eu-south": "12",
    "eu-west": "123",
    "eusc-de-east": "1",
    "il-central": "1",
    "me-central": "1",
    "me-south": "1",
    "mx-central": "1",
    "sa-east": "1",
    "us-east": "12",
    "us-gov-east": "1",
    "us-gov-west": "1",
    "us-iso-east": "1",
    "us-iso-west": "1",
    "us-isob-east": "1",
    "us-isob-west": "1",
    "us-isof-east": "1",
    "us-isof-south": "1",
    "us-west": "12",
}
"""The Regions of every partition, the number apart."""


@dataclass(frozen=True, slots=True)
class ArnShape:
    """One form of ARN; a field is a pattern in which `*` stands for what the caller chooses."""

    region: str
    account: str
    resource: str


def is_region(text: str) -> bool:
    """Whether a Region of that name exists."""
    area, hyphen, number = text.rpartition("-")
    return bool(hyphen) and len(number) == 1 and number in _REGIONS.get(area, "")


def is_arn_service(name: str) -> bool:
    """Whether ARNs with that service field exist; not every one is the prefix of actions too."""
    return name in _prefixes() or name in _shapes()


def shapes(service: str) -> tuple[ArnShape, ...]:
    """The forms of a service's ARNs; none where the catalog knows none."""
    return _shapes().get(service, ())


@lru_cache(maxsize=8192)
def fitting_shapes(service: str, resource: str) -> tuple[ArnShape, ...]:
    """The forms that a last field could be of; a field with wildcards need only begin and end alike."""
    return tuple(shape for shape in shapes(service) if may_meet(resource, shape.resource))


def may_meet(one: str, other: str) -> bool:
    """Whether a last field, perhaps with wildcards, could be of a form."""
    if not has_wildcard(one):
        return compile_pattern(marked(other))(one)
    return _begin_alike(one, other) and _begin_alike(one[::-1], other[::-1])


def _begin_alike(one: str, other: str) -> bool:
    first, second = first_wildcard(one), first_wildcard(other)
    begin, start = (one if first < 0 else one[:first]), (other if second < 0 else other[:second])
    return begin.startswith(start) or start.startswith(begin)


_FURTHER: Mapping[str, tuple[ArnShape, ...]] = {
    "apigateway": (ArnShape("*", "", "/tags*"),),
    "backup": (ArnShape("*", "*", "recovery-point:*"),),
    "cloudformation": (ArnShape("*", "*", "transform/*"),),
    "resource-explorer-2": (ArnShape("*", "", "view/AWSServiceView*"),),
    "ssm": (
        ArnShape("*", "", "document/A*"),
        ArnShape("*", "", "automation-definition/A*"),
        ArnShape("*", "", "parameter/aws/*"),
    ),
    "waf": (ArnShape("", "*", "changetoken/*"),),
    "waf-regional": (ArnShape("*", "*", "changetoken/*"),),
}
"""What the services' own guides use and the published resource types leave out: things of AWS's own, and old forms."""


@cache
def _prefixes() -> frozenset[str]:
    return frozenset(known.prefix for known in services())


@cache
def _shapes() -> dict[str, tuple[ArnShape, ...]]:
    found: dict[str, dict[ArnShape, None]] = {}
    for known in services():
        for each in resource_types(known.prefix).values():
            fields = _PLACEHOLDER.sub("*", each.arn).split(":", 5)
            if len(fields) == 6:
                found.setdefault(fields[2], {})[ArnShape(*fields[3:])] = None
    for service, forms in _FURTHER.items():
        found.setdefault(service, {}).update(dict.fromkeys(forms))
    return {service: tuple(forms) for service, forms in found.items()}
