"""The statements of all policies beside a request: which of their parts match, and where they part from it.

Rules: reference_policies_elements; reference_policies_evaluation-logic.
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
from policies.evaluation.records import MatchedStatement, Policy, PolicyType
from policies.language.document import Effect

__all__ = ["ExaminedStatement", "every_statement", "examined", "statements_by_layer"]


@dataclass(frozen=True, slots=True)
class ExaminedStatement:
    """A statement with its parts, those that match the request and those that do not."""

    statement: MatchedStatement
    effect: Effect
    parts: tuple[Part, ...]

    @property
    def matched(self) -> bool:
        """Whether the whole statement matches the request."""
        return all(part.matched for part in self.parts)

    @property
    def is_about_action(self) -> bool:
        """Whether it speaks of the action that is asked for."""
        return all(part.matched for part in self.parts if part.element == "action")

    @property
    def partings(self) -> tuple[Part, ...]:
        """The parts that did not match."""
        return tuple(part for part in self.parts if not part.matched)

    @property
    def sentence(self) -> str:
        """Why the statement did not count, by its first parting; nothing for one that matches."""
        return next((part.sentence for part in self.partings), "")


def every_statement(examination: Examination) -> Iterator[ExaminedStatement]:
    """All statements in the order of layers; of one about another action only the action is looked at."""
    for layer, policy, statement in statements_by_layer(examination):
        if statement.covers_action(examination.action):
            yield examined(examination, layer, policy, statement)
        else:
            parts = (action_parting(statement, examination),)
            yield ExaminedStatement(_match(layer, policy, statement), statement.statement.effect, parts)


def statements_by_layer(examination: Examination) -> Iterator[tuple[PolicyType, Policy, CompiledStatement]]:
    """The statements of all policies, layer by layer."""
    for layer, policies in _layers(examination):
        for policy in policies:
            for statement in policy.compiled.statements:
                yield layer, policy, statement


def examined(
    examination: Examination, layer: PolicyType, policy: Policy, statement: CompiledStatement
) -> ExaminedStatement:
    """Lay one statement beside the request, with all its parts."""
    parts = (action_parting(statement, examination), *_other_parts(examination, layer, policy, statement))
    return ExaminedStatement(_match(layer, policy, statement), statement.statement.effect, parts)


def _match(layer: PolicyType, policy: Policy, statement: CompiledStatement) -> MatchedStatement:
    return MatchedStatement(policy, layer, statement.sid, statement.index, statement.span)


def _layers(examination: Examination) -> Iterator[tuple[PolicyType, Iterable[Policy]]]:
    applied = examination.applied
    yield PolicyType.VPC_ENDPOINT, applied.vpc_endpoint or ()
    yield PolicyType.RCP, (policy for level in applied.rcp for policy in level)
    yield PolicyType.SCP, (policy for level in applied.scp for policy in level)
    yield PolicyType.RESOURCE, (applied.resource,) if applied.resource else ()
    yield PolicyType.IDENTITY, applied.identity
    yield PolicyType.BOUNDARY, applied.boundary or ()
    yield PolicyType.SESSION, applied.session or ()


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
