"""Statements that nearly matched, and where they part from the request.

Rules: troubleshoot_policies; reference_policies_evaluation-logic.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.examination import BY_PRINCIPAL, Examination
from policies.evaluation.partings import (
    Part,
    action_parting,
    condition_parting,
    principal_parting,
    resource_parting,
)
from policies.evaluation.records import EvalDecision, MatchedStatement, Policy, PolicyType
from policies.language.document import Effect

__all__ = ["NearMiss", "near_misses"]

_MOST = 20


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A statement that nearly matched: its parts, those that matched and those that did not, and one sentence."""

    statement: MatchedStatement
    effect: Effect
    parts: tuple[Part, ...]

    @property
    def partings(self) -> tuple[Part, ...]:
        """The parts that did not match."""
        return tuple(part for part in self.parts if not part.matched)

    @property
    def sentence(self) -> str:
        """Why the statement did not count: its first parting."""
        return self.partings[0].sentence


def near_misses(examination: Examination, decision: EvalDecision) -> tuple[NearMiss, ...]:
    """The nearest first: Allow statements where something was refused, Deny statements where it was allowed.

    A statement about the action itself is nearer than one about another action, however few its other partings.
    """
    telling = Effect.DENY if decision is EvalDecision.ALLOWED else Effect.ALLOW
    found = [miss for miss in _every(examination) if miss is not None]
    found.sort(key=lambda miss: (miss.effect is not telling, _of_another_action(miss), len(miss.partings)))
    return tuple(found[:_MOST])


def _of_another_action(miss: NearMiss) -> bool:
    return any(part.element == "action" for part in miss.partings)


def _every(examination: Examination) -> Iterator[NearMiss | None]:
    for layer, policies in _layers(examination):
        for policy in policies:
            for statement in policy.compiled.statements:
                yield _near_miss(examination, layer, policy, statement)


def _layers(examination: Examination) -> Iterator[tuple[PolicyType, Iterable[Policy]]]:
    applied = examination.applied
    yield PolicyType.VPC_ENDPOINT, applied.vpc_endpoint or ()
    yield PolicyType.RCP, (policy for level in applied.rcp for policy in level)
    yield PolicyType.SCP, (policy for level in applied.scp for policy in level)
    yield PolicyType.RESOURCE, (applied.resource,) if applied.resource else ()
    yield PolicyType.IDENTITY, applied.identity
    yield PolicyType.BOUNDARY, applied.boundary or ()
    yield PolicyType.SESSION, applied.session or ()


def _near_miss(
    examination: Examination, layer: PolicyType, policy: Policy, statement: CompiledStatement
) -> NearMiss | None:
    if not statement.covers_action(examination.action) and not _same_service(statement, examination):
        return None
    action = action_parting(statement, examination)
    parts = (action, *_other_parts(examination, layer, policy, statement))
    partings = [part for part in parts if not part.matched]
    # A statement about another action is near only when nothing else parts.
    if not partings or (not action.matched and len(partings) > 1):
        return None
    match = MatchedStatement(policy, layer, statement.sid, statement.index, statement.span)
    return NearMiss(match, statement.statement.effect, parts)


def _same_service(statement: CompiledStatement, examination: Examination) -> bool:
    element = statement.statement.action or statement.statement.not_action
    service = examination.action.partition(":")[0]
    return element is not None and any(text.lower().partition(":")[0] == service for text in element.texts)


def _other_parts(
    examination: Examination, layer: PolicyType, policy: Policy, statement: CompiledStatement
) -> Iterator[Part]:
    variables = policy.compiled.document.has_variables
    if layer in BY_PRINCIPAL:
        yield principal_parting(statement, examination)
    if statement.has_resource or layer not in BY_PRINCIPAL:
        yield resource_parting(statement, examination, variables=variables)
    for condition, test in zip(statement.statement.conditions, statement.conditions, strict=True):
        yield condition_parting(condition, test, examination, variables=variables)
