"""Where access comes from, and what stands in its way: the statements about an action."""

from collections.abc import Iterator
from dataclasses import dataclass

from policies.analysis.reaches import statement_reaches
from policies.analysis.subjects import Subject
from policies.catalog import action_bits
from policies.evaluation import MatchedStatement
from policies.evaluation.examination import BY_PRINCIPAL, matched_statement
from policies.evaluation.plan import Candidate, plan_for
from policies.evaluation.records import PolicyType
from policies.language.document import Effect
from policies.language.resource_patterns import EVERYTHING, ResourcePattern, exact_resource

__all__ = ["Origin", "origins"]


@dataclass(frozen=True, slots=True)
class Origin:
    """A statement that allows or denies an action, on the given resource or on some.

    `conditional` says that it depends on conditions or variables, `limited` that it is not about every resource.
    """

    statement: MatchedStatement
    effect: Effect
    conditional: bool
    limited: bool


def origins(subject: Subject, action: str, resource: str | None = None) -> tuple[Origin, ...]:
    """Give the statements of all layers about an action of the catalog: denials first, then layer by layer."""
    target = EVERYTHING if resource is None else exact_resource(resource)
    plan = plan_for(subject.applied, action.lower())
    layers = (plan.vpc_endpoint or (), *plan.scp, plan.resource, plan.identity, plan.boundary or (), plan.session or ())
    candidates = (*plan.denials, *(candidate for layer in layers for candidate in layer))
    return tuple(origin for each in candidates for origin in _origin(subject, each, action_bits(action), target))


def _origin(subject: Subject, candidate: Candidate, action: int, target: ResourcePattern) -> Iterator[Origin]:
    statement, layer = candidate.statement, candidate.layer
    if layer in BY_PRINCIPAL and not statement.grant(subject.examination):
        return
    if (layer is PolicyType.SCP and not subject.is_bound_by_scps) or (
        layer is PolicyType.RCP and not subject.is_bound_by_rcps
    ):
        return
    variables = candidate.policy.compiled.document.has_variables
    reaches = [
        reach
        for reach in statement_reaches(statement, variables=variables, own=layer in BY_PRINCIPAL)
        if reach.actions & action and reach.meets(target)
    ]
    if reaches:
        yield Origin(
            matched_statement(candidate),
            Effect.DENY if statement.denies else Effect.ALLOW,
            conditional=not any(reach.certain for reach in reaches),
            limited=not any(reach.everywhere for reach in reaches),
        )
