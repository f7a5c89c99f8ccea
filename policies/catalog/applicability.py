"""Which actions can be limited to which resources: the way back from an ARN to the actions that name its type.

Rules: reference_policies_actions-resources-contextkeys (resource types defined by a service).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from policies.catalog.index import action_index
from policies.catalog.known_resource_types import ResourceType, resource_types
from policies.catalog.known_services import services
from policies.language.resource_patterns import ResourcePattern, covers, overlap, resource_pattern
from policies.language.wildcards import ANY, ONE, compile_pattern

__all__ = ["ArnForm", "actions_of_form", "actions_on", "actions_without_resource", "forms_of"]


@dataclass(frozen=True, slots=True)
class ArnForm:
    """One way in which the ARN of a resource type is written."""

    type: ResourceType
    pattern: ResourcePattern


@lru_cache(maxsize=8192)
def forms_of(pattern: ResourcePattern) -> tuple[ArnForm, ...]:
    """Give the forms that a pattern can name.

    `arn:aws:s3:::my-bucket/*` is of the form of objects; that it would also fit the wider one of buckets counts for
    nothing, as objects are forms of their own within the service.
    """
    found = tuple(form for form in _near(pattern) if overlap(form.pattern, pattern))
    return tuple(form for form in found if not _is_taken(form, found, pattern))


@lru_cache(maxsize=8192)
def actions_on(pattern: ResourcePattern) -> int:
    """Give the set of actions for which a pattern can stand in a Resource element."""
    if pattern.everything:
        return action_index().every_action
    if not pattern.parts:
        return actions_without_resource()
    bits = 0
    for form in forms_of(pattern):
        bits |= actions_of_form(form)
    return bits


def actions_of_form(form: ArnForm) -> int:
    """Give the set of actions that name the resource type of a form."""
    index = action_index()
    start, _ = index.spans[form.type.service]
    return index.types[form.type.service].get(form.type.name.lower(), 0) << start


@cache
def actions_without_resource() -> int:
    """Give the set of actions that can be asked for without naming a resource: those that require no type."""
    index = action_index()
    bits = 0
    for prefix, (start, _) in index.spans.items():
        bits |= index.types[prefix].get("", 0) << start
    return bits


def _is_taken(form: ArnForm, found: tuple[ArnForm, ...], pattern: ResourcePattern) -> bool:
    """Whether all that the pattern names is of a narrower form of the same service."""
    return any(
        other.type.service == form.type.service
        and other.pattern.parts != form.pattern.parts
        and covers(form.pattern, other.pattern)
        and covers(other.pattern, pattern)
        for other in found
    )


def _near(pattern: ResourcePattern) -> Iterator[ArnForm]:
    if pattern.everything:
        yield from (form for forms in _forms().values() for form in forms)
        return
    if not pattern.parts:
        return
    service = pattern.parts[2]
    forms = _forms()
    if ANY not in service and ONE not in service:
        yield from (*forms.get(service, ()), *forms.get(ANY, ()))
        return
    match = compile_pattern(service)
    for name, found in forms.items():
        if name == ANY or match(name):
            yield from found


@cache
def _forms() -> dict[str, tuple[ArnForm, ...]]:
    """All forms by the service field of their ARNs."""
    found: dict[str, list[ArnForm]] = {}
    for known in services():
        for each in resource_types(known.prefix).values():
            for arn in each.arn_pattern.split(", "):
                pattern = resource_pattern(arn, variables=False)
                if pattern is not None:
                    found.setdefault(pattern.parts[2] if pattern.parts else ANY, []).append(ArnForm(each, pattern))
    return {service: tuple(forms) for service, forms in found.items()}
