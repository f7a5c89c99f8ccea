"""What could be typed next in the JSON editor: elements, services, actions, resources, condition keys, operators."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from policies.catalog import (
    ConditionKeyType,
    actions,
    condition_key,
    condition_keys,
    global_condition_keys,
    resource_types,
    services,
)
from policies.language.document import Effect, PrincipalType, Version
from policies.language.operators import BASE_OPERATORS

__all__ = ["Option", "complete"]

MOST = 200
_LENGTH = 256
_ELEMENTS = (
    "Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource",
    "NotResource", "Condition",
)  # fmt: skip
_SETS = ("ForAnyValue:", "ForAllValues:")


class Option(NamedTuple):
    """One completion: the text, and what to know of it."""

    label: str
    detail: str = ""


def complete(element: str, text: str) -> tuple[Option, ...]:
    """Complete a string of the document that stands under `element`; no element means that a name is being typed."""
    text = text[:_LENGTH]
    source = _SOURCES.get(element) or (_values_of_key if ":" in element else None)
    if source is None:
        return ()
    return tuple(islice(_beginning(source(element, text), text), MOST))


def _beginning(options: Iterable[Option], text: str) -> Iterator[Option]:
    lowered = text.lower()
    return (option for option in options if option.label.lower().startswith(lowered))


def _names(element: str, text: str) -> Iterator[Option]:
    """The name of an element, a kind of principal, an operator or a condition key."""
    if ":" not in text:
        yield from (Option(name, "element") for name in _ELEMENTS)
        yield from (Option(kind.value, "principal") for kind in PrincipalType)
        yield from (Option(name, "operator") for name in _operators())
        yield from (Option(set_name, "set operator") for set_name in _SETS)
    elif text.startswith(_SETS):
        set_name = text.partition(":")[0]
        yield from (Option(f"{set_name}:{name}", "operator") for name in _operators())
    yield from (Option(key.name, key.type.value) for key in global_condition_keys())
    if ":" in text:
        keys = condition_keys(text.partition(":")[0]).values()
        yield from (Option(key.name, key.type.value) for key in keys if not key.is_global)


def _operators() -> Iterator[str]:
    for name in BASE_OPERATORS:
        yield name
        if name != "Null":
            yield f"{name}IfExists"


def _actions(element: str, text: str) -> Iterator[Option]:
    prefix, colon, _ = text.partition(":")
    if colon:
        yield Option(f"{prefix}:*", "every action of the service")
        yield from (Option(action.full_name, action.access_level.value) for action in actions(prefix).values())
    else:
        yield Option("*", "every action")
        yield from (Option(f"{service.prefix}:", service.name) for service in services())


def _resources(element: str, text: str) -> Iterator[Option]:
    yield Option("*", "every resource")
    parts = text.split(":")
    if len(parts) < 3:
        yield from (Option(f"arn:aws:{service.prefix}:", service.name) for service in services())
    else:
        for kind in resource_types(parts[2]).values():
            yield Option(kind.arn_pattern.replace("arn:*:", "arn:aws:", 1), kind.name)


def _values_of_key(element: str, text: str) -> Iterator[Option]:
    key = condition_key(element)
    if key is not None and key.type is ConditionKeyType.BOOL:
        yield from (Option("true"), Option("false"))


def _versions(element: str, text: str) -> Iterator[Option]:
    yield from (Option(version.value) for version in Version)


def _effects(element: str, text: str) -> Iterator[Option]:
    yield from (Option(effect.value) for effect in Effect)


def _everyone(element: str, text: str) -> Iterator[Option]:
    yield Option("*", "everyone")


_SOURCES: Mapping[str, Callable[[str, str], Iterator[Option]]] = {
    "": _names,
    "Action": _actions,
    "NotAction": _actions,
    "Resource": _resources,
    "NotResource": _resources,
    "Version": _versions,
    "Effect": _effects,
    "Principal": _everyone,
    "AWS": _everyone,
}
