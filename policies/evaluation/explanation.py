"""Each layer's verdict on a request, in order, also behind the layer that decided.

Rules: reference_policies_evaluation-logic_policy-eval-denyallow.
"""

from collections.abc import Callable
from dataclasses import dataclass

from policies.evaluation.callers import CallerKind
from policies.evaluation.examination import Examination, matched_statement
from policies.evaluation.plan import Candidate
from policies.evaluation.principals import Grant
from policies.evaluation.records import Decision, EvalDecision, PolicyType, Step

__all__ = ["LAYER_NAMES", "steps", "summary"]

LAYER_NAMES = {
    PolicyType.VPC_ENDPOINT: "VPC endpoint policy",
    PolicyType.RCP: "resource control policies",
    PolicyType.SCP: "service control policies",
    PolicyType.RESOURCE: "resource-based policy",
    PolicyType.IDENTITY: "identity-based policies",
    PolicyType.BOUNDARY: "permissions boundary",
    PolicyType.SESSION: "session policy",
}


@dataclass(frozen=True, slots=True)
class _Finding:
    """What a layer says apart from its denials; `stops` when the request would end here."""

    applies: bool
    reason: str
    allows: tuple[Candidate, ...] = ()
    allowed: bool = False
    stops: bool = False


def steps(examination: Examination, decided_by: str) -> tuple[Step, ...]:
    """Every layer in the order of evaluation."""
    if examination.action == "sts:getcalleridentity":
        reason = "sts:GetCallerIdentity is always allowed."
        return tuple(
            Step(layer, "notApplicable", decisive=False, stops=False, reason=reason, matched=()) for layer in PolicyType
        )
    return tuple(_step(examination, layer, decided_by) for layer in PolicyType)


def summary(decision: Decision) -> str:
    """Which layer decided, and which others would have stopped the request as well; needs the steps."""
    if decision.allowed:
        return "Allowed."
    kind = "An explicit deny" if decision.decision is EvalDecision.EXPLICIT_DENY else "A missing Allow"
    decided = LAYER_NAMES[PolicyType(decision.decided_by)]
    others = [LAYER_NAMES[step.layer] for step in decision.steps if step.stops and not step.decisive]
    if not others:
        return f"{kind} in the {decided} decides."
    return f"{kind} in the {decided} decides; the request would also be stopped by the {_listed(others)}."


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and the " + names[-1]


def _step(examination: Examination, layer: PolicyType, decided_by: str) -> Step:
    decisive = layer.value == decided_by
    denials = [each for each in examination.plan.denials if each.layer is layer and examination.denies(each)]
    if denials:
        matched = tuple(map(matched_statement, denials))
        return Step(layer, "explicitDeny", decisive, stops=True, reason="A Deny statement matches.", matched=matched)
    finding = _FINDINGS[layer](examination)
    matched = tuple(map(matched_statement, finding.allows))
    if not finding.applies:
        return Step(layer, "notApplicable", decisive, stops=False, reason=finding.reason, matched=())
    verdict = EvalDecision.ALLOWED if finding.allowed else EvalDecision.IMPLICIT_DENY
    return Step(layer, verdict.value, decisive, stops=finding.stops, reason=finding.reason, matched=matched)


def _vpc_endpoint(examination: Examination) -> _Finding:
    if examination.applied.vpc_endpoint is None:
        return _Finding(applies=False, reason="The request does not pass a VPC endpoint.")
    return _limit(examination, PolicyType.VPC_ENDPOINT, "the VPC endpoint policy")


def _rcp(examination: Examination) -> _Finding:
    if examination.is_service_linked_role:
        return _Finding(applies=False, reason="Resource control policies do not bind service-linked roles.")
    if not examination.applied.rcp:
        return _Finding(applies=False, reason="No resource control policies apply to the resource's account.")
    reason = "No Deny matches, and RCPFullAWSAccess allows at every level."
    return _Finding(applies=True, allowed=True, reason=reason)


def _scp(examination: Examination) -> _Finding:
    if not examination.applied.scp:
        return _Finding(applies=False, reason="No service control policies apply to the caller's account.")
    if not examination.scps_bind:
        return _Finding(applies=False, reason="Service control policies do not bind this caller.")
    levels = [tuple(filter(examination.matches, level)) for level in examination.plan.scp]
    allows = tuple(each for level in levels for each in level)
    for number, level in enumerate(levels, 1):
        if not level:
            reason = (
                f"No service control policy allows the action at level {number} of {len(levels)}, from the root down."
            )
            return _Finding(applies=True, stops=True, reason=reason, allows=allows)
    return _Finding(applies=True, allowed=True, reason="Every level allows the action.", allows=allows)


_GRANT_REASONS = {
    Grant.ACCOUNT: "It allows the caller's account, whose identity-based policies decide further.",
    Grant.LIMITED: "It names the role or user behind the session: enough without an identity-based policy, "
    "but within the permissions boundary and the session policy.",
    Grant.DIRECT: "It names the caller, or everyone: enough by itself in the same account.",
}


def _resource(examination: Examination) -> _Finding:
    caller = examination.caller
    needed = examination.needs_resource_policy or not caller.has_identity_policies or examination.is_foreign
    grant = examination.resource_grant()
    if grant:
        reason = _GRANT_REASONS[grant]
        if examination.is_foreign and caller.has_identity_policies:
            reason = "It allows the caller of the other account, whose own policies must allow as well."
        allows = tuple(examination.allows(PolicyType.RESOURCE))
        return _Finding(applies=True, allowed=True, reason=reason, allows=allows)
    if needed:
        return _Finding(applies=True, stops=True, reason=f"{_why_needed(examination)}, and it does not.")
    if examination.applied.resource is None:
        return _Finding(applies=False, reason="The resource has no policy of its own in this request.")
    return _Finding(applies=True, reason="It does not allow; the identity-based policies decide.")


def _why_needed(examination: Examination) -> str:
    if examination.needs_resource_policy:
        noun = "trust policy of the role" if examination.is_role_assumption else "policy of the key"
        return f"The {noun} must allow the caller or its account"
    if not examination.caller.has_identity_policies:
        return "A caller without identity-based policies must be allowed by the resource's policy"
    return "The resource belongs to another account, so its policy must allow as well"


def _granted(examination: Examination) -> Grant:
    """The grant of the resource policy as far as it spares the caller's own layers."""
    return Grant.NONE if examination.is_foreign else examination.resource_grant()


def _identity(examination: Examination) -> _Finding:
    caller = examination.caller
    if not caller.has_identity_policies:
        return _Finding(applies=False, reason="This caller has no identity-based policies.")
    if caller.kind is CallerKind.ROOT:
        if examination.is_role_assumption:
            return _Finding(applies=True, stops=True, reason="The root user cannot assume a role.")
        return _Finding(applies=True, allowed=True, reason="The root user needs no policy.")
    allows = tuple(examination.allows(PolicyType.IDENTITY))
    if allows:
        return _Finding(applies=True, allowed=True, reason="An Allow statement matches.", allows=allows)
    if _granted(examination) >= Grant.LIMITED:
        return _Finding(applies=True, reason="No identity-based policy allows; the resource's policy is enough.")
    return _Finding(applies=True, stops=True, reason="No identity-based policy allows the action.")


def _boundary(examination: Examination) -> _Finding:
    if examination.applied.boundary is None or not _is_limited(examination):
        return _Finding(applies=False, reason="No permissions boundary is set.")
    return _limit(examination, PolicyType.BOUNDARY, "the permissions boundary")


def _session(examination: Examination) -> _Finding:
    if examination.applied.session is None and examination.caller.kind is CallerKind.FEDERATED_USER:
        reason = "A federated session without a session policy has no permissions from identity-based policies."
        return _Finding(applies=True, stops=_granted(examination) is not Grant.DIRECT, reason=reason)
    if examination.applied.session is None or not _is_limited(examination):
        return _Finding(applies=False, reason="No session policy was passed.")
    return _limit(examination, PolicyType.SESSION, "the session policy")


def _is_limited(examination: Examination) -> bool:
    return examination.caller.has_identity_policies and examination.caller.kind is not CallerKind.ROOT


def _limit(examination: Examination, layer: PolicyType, name: str) -> _Finding:
    allows = tuple(examination.allows(layer))
    if allows:
        return _Finding(applies=True, allowed=True, reason="An Allow statement matches.", allows=allows)
    if layer is not PolicyType.VPC_ENDPOINT and _granted(examination) is Grant.DIRECT:
        return _Finding(
            applies=True, reason=f"No Allow in {name}; it does not limit this grant of the resource's policy."
        )
    return _Finding(applies=True, stops=True, reason=f"No statement of {name} allows the action.")


_FINDINGS: dict[PolicyType, Callable[[Examination], _Finding]] = {
    PolicyType.VPC_ENDPOINT: _vpc_endpoint,
    PolicyType.RCP: _rcp,
    PolicyType.SCP: _scp,
    PolicyType.RESOURCE: _resource,
    PolicyType.IDENTITY: _identity,
    PolicyType.BOUNDARY: _boundary,
    PolicyType.SESSION: _session,
}
