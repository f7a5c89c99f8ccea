"""A policy in a table: for each service what is allowed or denied, by access level, on which resources, and when.

Rules: access_policies_understand-policy-summary.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from policies.catalog import AccessLevel, action_bits, action_index, is_service, level_bits, service_bits, services
from policies.language.document import Document, Effect, Statement

__all__ = ["PolicySummary", "ServiceRow", "summarize"]

FULL_ACCESS = "Full access"
ALL_RESOURCES = "All resources"
NO_CONDITION = "None"
MULTIPLE = "Multiple"


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """What the statements of one effect say of one service."""

    name: str
    access_level: str
    resource: str
    condition: str


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """The rows of a policy by effect; `unknown` are prefixes of no service, `services` counts those of AWS."""

    deny: tuple[ServiceRow, ...]
    allow: tuple[ServiceRow, ...]
    unknown: tuple[str, ...]
    services: int


def summarize(document: Document) -> PolicySummary:
    """Sum a policy up; an action that is allowed and denied stands in both tables."""
    return PolicySummary(
        deny=tuple(_rows(document, Effect.DENY)),
        allow=tuple(_rows(document, Effect.ALLOW)),
        unknown=tuple(sorted(_unknown(document))),
        services=len(services()),
    )


def _rows(document: Document, effect: Effect) -> Iterable[ServiceRow]:
    said = [(_covered(statement), statement) for statement in document.statements if statement.effect is effect]
    for service in services():
        every = service_bits(service.prefix)
        concerned = [(bits & every, statement) for bits, statement in said if bits & every]
        if concerned:
            statements = [statement for _, statement in concerned]
            bits = 0
            for part, _ in concerned:
                bits |= part
            yield ServiceRow(service.name, _levels(bits, every), _resources(statements), _conditions(statements))


def _covered(statement: Statement) -> int:
    element = statement.action or statement.not_action
    bits = 0
    for text in element.texts if element else ():
        bits |= action_bits(text)
    return bits if statement.action else action_index().every_action & ~bits


def _levels(bits: int, every: int) -> str:
    """Reads `Full: List, Read Limited: Write`."""
    if bits == every:
        return FULL_ACCESS
    full: list[str] = []
    limited: list[str] = []
    for level in AccessLevel:
        here = level_bits(level) & every
        if bits & here:
            (full if bits & here == here else limited).append(level.value)
    parts = [f"{word}: {', '.join(levels)}" for word, levels in (("Full", full), ("Limited", limited)) if levels]
    return " ".join(parts)


def _resources(statements: Sequence[Statement]) -> str:
    said: dict[str, None] = {}
    for statement in statements:
        if statement.not_resource:
            said.update((f"All except {text}", None) for text in statement.not_resource.texts)
        elif statement.resource:
            said.update((ALL_RESOURCES if text == "*" else text, None) for text in statement.resource.texts)
    return _one(tuple(said), ALL_RESOURCES)


def _conditions(statements: Sequence[Statement]) -> str:
    said: dict[str, None] = {}
    for statement in statements:
        if not statement.conditions:
            said[NO_CONDITION] = None
        for condition in statement.conditions:
            values = ", ".join(value.text for value in condition.values)
            said[f"{condition.key.text} | {condition.operator.text} | {values}"] = None
    return _one(tuple(said), NO_CONDITION)


def _one(said: Sequence[str], none: str) -> str:
    return none if not said else said[0] if len(said) == 1 else MULTIPLE


def _unknown(document: Document) -> set[str]:
    elements = (statement.action or statement.not_action for statement in document.statements)
    prefixes = {text.partition(":")[0] for element in elements if element for text in element.texts if ":" in text}
    return {prefix for prefix in prefixes if not is_service(prefix) and "*" not in prefix and "?" not in prefix}
