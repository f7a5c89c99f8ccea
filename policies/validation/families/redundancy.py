"""Statements that say the same.

Rules: access-analyzer-reference-policy-checks, "Redundant statement".
"""

from collections.abc import Hashable, Iterator

from policies.language.document import Element, PrincipalElement, Statement
from policies.validation.checks import Check, Finding, Severity
from policies.validation.subject import Subject

__all__ = ["CHECKS", "RULES"]

REDUNDANT_STATEMENT = Check(
    "REDUNDANT_STATEMENT",
    "Redundant statement",
    Severity.SUGGESTION,
    "This statement gives the same permissions as the one in line {line}.",
    "The order of entries, the case of actions and the Sid make no difference. One of the two can go.",
)
CHECKS = (REDUNDANT_STATEMENT,)


def statements(subject: Subject) -> Iterator[Finding]:
    """No statement says what another has said."""
    seen: dict[Hashable, int] = {}
    for statement in subject.statements:
        meaning = _meaning(statement)
        if meaning in seen:
            yield REDUNDANT_STATEMENT.at(statement.span, ("Statement", statement.index), line=str(seen[meaning]))
        seen.setdefault(meaning, statement.span.start.line)


def _meaning(statement: Statement) -> Hashable:
    return (
        statement.effect,
        _principals(statement.principal),
        _principals(statement.not_principal),
        _texts(statement.action, fold=True),
        _texts(statement.not_action, fold=True),
        _texts(statement.resource, fold=False),
        _texts(statement.not_resource, fold=False),
        frozenset(
            (each.operator.text, each.key.text.lower(), frozenset(value.text for value in each.values))
            for each in statement.conditions
        ),
    )


def _texts(element: Element | None, *, fold: bool) -> Hashable:
    if element is None:
        return None
    return frozenset(text.lower() if fold else text for text in element.texts)


def _principals(element: PrincipalElement | None) -> Hashable:
    if element is None:
        return None
    return frozenset((entry.type, entry.value.text) for entry in element.entries)


RULES = (statements,)
