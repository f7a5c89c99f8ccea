"""What a principal's policies have to say about one action: found once, kept with the applied policies."""

from collections.abc import Iterable
from dataclasses import dataclass

from policies.evaluation.compiled import CompiledStatement
from policies.evaluation.records import AppliedPolicies, Policy, PolicyType

__all__ = ["Candidate", "Plan", "plan_for"]

_MOST_PLANS = 4096
"""Bounds the memory that requests for invented action names could take."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A statement about the action, in its layer."""

    policy: Policy
    layer: PolicyType
    statement: CompiledStatement


Candidates = tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The statements about one action: all denials in the order of layers, and each layer's Allow statements."""

    denials: Candidates
    vpc_endpoint: Candidates | None
    scp: tuple[Candidates, ...]
    resource: Candidates
    identity: Candidates
    boundary: Candidates | None
    session: Candidates | None
    keys: tuple[tuple[str, str], ...]


def plan_for(applied: AppliedPolicies, action: str) -> Plan:
    """The plan for a lower-case action."""
    plan = applied.plans.get(action)
    if plan is None:
        if len(applied.plans) >= _MOST_PLANS:
            applied.plans.clear()
        plan = applied.plans[action] = _make(applied, action)
    return plan


def _make(applied: AppliedPolicies, action: str) -> Plan:
    def about(layer: PolicyType, policies: Iterable[Policy] | None) -> Candidates:
        return tuple(
            Candidate(policy, layer, statement)
            for policy in policies or ()
            for statement in policy.compiled.candidates(action)
        )

    endpoint = about(PolicyType.VPC_ENDPOINT, applied.vpc_endpoint)
    rcp = tuple(about(PolicyType.RCP, level) for level in applied.rcp)
    scp = tuple(about(PolicyType.SCP, level) for level in applied.scp)
    resource = about(PolicyType.RESOURCE, (applied.resource,) if applied.resource else ())
    identity = about(PolicyType.IDENTITY, applied.identity)
    boundary = about(PolicyType.BOUNDARY, applied.boundary)
    session = about(PolicyType.SESSION, applied.session)
    everything = (endpoint, *rcp, *scp, resource, identity, boundary, session)
    keys = dict(key for layer in everything for candidate in layer for key in candidate.statement.keys)
    return Plan(
        denials=tuple(each for layer in everything for each in layer if each.statement.denies),
        vpc_endpoint=None if applied.vpc_endpoint is None else _allows(endpoint),
        scp=tuple(map(_allows, scp)),
        resource=_allows(resource),
        identity=_allows(identity),
        boundary=None if applied.boundary is None else _allows(boundary),
        session=None if applied.session is None else _allows(session),
        keys=tuple(keys.items()),
    )


def _allows(candidates: Candidates) -> Candidates:
    return tuple(each for each in candidates if not each.statement.denies)
