"""Statements that nearly matched.

Rules: troubleshoot_policies; reference_policies_evaluation-logic.
"""

from collections.abc import Iterator

from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.examination import Examination
from policies.evaluation.records import EvalDecision
from policies.evaluation.statements import ExaminedStatement, examined, statements_by_layer
from policies.language.document import Effect

__all__ = ["near_misses"]

_MOST = 20


def near_misses(examination: Examination, decision: EvalDecision) -> tuple[ExaminedStatement, ...]:
    """The nearest first: Allow statements where something was refused, Deny statements where it was allowed.

    A statement about the action itself is nearer than one about another action, however few its other partings.
    """
    telling = Effect.DENY if decision is EvalDecision.ALLOWED else Effect.ALLOW
    found = list(_near(examination))
    found.sort(key=lambda miss: (miss.effect is not telling, not miss.is_about_action, len(miss.partings)))
    return tuple(found[:_MOST])


def _near(examination: Examination) -> Iterator[ExaminedStatement]:
    for layer, policy, statement in statements_by_layer(examination):
        if not statement.covers_action(examination.action) and not _same_service(statement, examination):
            continue
        miss = examined(examination, layer, policy, statement)
        # A statement about another action is near only when nothing else parts.
        if not miss.matched and (miss.is_about_action or len(miss.partings) == 1):
            yield miss


def _same_service(statement: CompiledStatement, examination: Examination) -> bool:
    element = statement.statement.action or statement.statement.not_action
    service = examination.action.partition(":")[0]
    return element is not None and any(text.lower().partition(":")[0] == service for text in element.texts)
