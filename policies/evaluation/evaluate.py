"""The decision about a request.

Rules: reference_policies_evaluation-logic_policy-eval-denyallow;
reference_policies_evaluation-logic-cross-account; reference_policies_evaluation-logic_policy-eval-basics.
"""

from policies.evaluation.callers import CallerKind
from policies.evaluation.examination import Examination
from policies.evaluation.plan import Candidates
from policies.evaluation.principals import Grant
from policies.evaluation.records import AppliedPolicies, Decision, EvalDecision, PolicyType, Request

__all__ = ["NO_POLICY", "ROOT", "decide", "evaluate"]

ROOT = "root"
"""`decided_by` of a root user whom no policy needed to allow."""
NO_POLICY = "none"
"""`decided_by` of an action that needs no permission."""

Verdict = tuple[EvalDecision, str]

_ALLOWED = EvalDecision.ALLOWED
_IMPLICIT = EvalDecision.IMPLICIT_DENY
_OUTER = (PolicyType.VPC_ENDPOINT, PolicyType.SCP)
_LIMITS = (PolicyType.BOUNDARY, PolicyType.SESSION)
_BY_GRANT = (*_OUTER, PolicyType.RESOURCE)
_BY_LIMITED_GRANT = (*_BY_GRANT, *_LIMITS)
_BY_IDENTITY = (*_BY_GRANT, PolicyType.IDENTITY, *_LIMITS)
_BY_ROOT = _BY_GRANT


def evaluate(request: Request, applied: AppliedPolicies, *, explain: bool = False) -> Decision:
    """Decide a request; with `explain` also say each layer's verdict and which statements nearly matched."""
    examination = Examination(request, applied)
    decision, decided_by = decide(examination)
    if not explain:
        return Decision(decision, decided_by, examination)
    from policies.evaluation.explanation import steps
    from policies.evaluation.near_misses import near_misses

    return Decision(
        decision, decided_by, examination, steps(examination, decided_by), near_misses(examination, decision)
    )


def decide(examination: Examination) -> Verdict:
    """The answer and the layer it is credited to."""
    if examination.action == "sts:getcalleridentity":
        return _ALLOWED, NO_POLICY
    for denial in examination.plan.denials:
        if examination.denies(denial):
            return EvalDecision.EXPLICIT_DENY, denial.layer.value
    kind = examination.caller.kind
    if examination.action == "sts:getsessiontoken" and kind in (CallerKind.USER, CallerKind.ROOT):
        return _ALLOWED, ROOT if kind is CallerKind.ROOT else NO_POLICY
    if stopped := _outer_limit(examination):
        return _IMPLICIT, stopped.value
    if examination.caller.has_identity_policies:
        return _within_accounts(examination)
    examination.granting = _BY_GRANT
    return (_ALLOWED if examination.resource_grant() else _IMPLICIT), PolicyType.RESOURCE.value


def _outer_limit(examination: Examination) -> PolicyType | None:
    """The VPC endpoint policy or the SCPs, where they do not allow. RCPs only deny: RCPFullAWSAccess is implied."""
    plan = examination.plan
    if plan.vpc_endpoint is not None and not _any(examination, plan.vpc_endpoint):
        return PolicyType.VPC_ENDPOINT
    if plan.scp and not all(_any(examination, level) for level in plan.scp) and examination.scps_bind:
        return PolicyType.SCP
    return None


def _within_accounts(examination: Examination) -> Verdict:
    grant = examination.resource_grant() if examination.plan.resource else Grant.NONE
    foreign = examination.is_foreign
    if not grant and (foreign or examination.needs_resource_policy):
        return _IMPLICIT, PolicyType.RESOURCE.value
    if examination.caller.kind is CallerKind.ROOT:
        return _root(examination, foreign=foreign)
    if foreign or grant < Grant.LIMITED:
        if not _any(examination, examination.plan.identity):
            return _IMPLICIT, PolicyType.IDENTITY.value
        examination.granting = _BY_IDENTITY
        allowed_by = PolicyType.IDENTITY
    else:
        allowed_by = PolicyType.RESOURCE
        if grant is Grant.DIRECT:
            examination.granting = _BY_GRANT
            return _ALLOWED, allowed_by.value
        examination.granting = _BY_LIMITED_GRANT
    if stopped := _inner_limit(examination):
        return _IMPLICIT, stopped.value
    return _ALLOWED, allowed_by.value


def _root(examination: Examination, *, foreign: bool) -> Verdict:
    """The root user's identity layer allows everything but assuming a role."""
    if examination.is_role_assumption:
        return _IMPLICIT, PolicyType.IDENTITY.value
    examination.granting = _BY_ROOT
    needed = foreign or examination.needs_resource_policy
    return _ALLOWED, PolicyType.RESOURCE.value if needed else ROOT


def _inner_limit(examination: Examination) -> PolicyType | None:
    """The permissions boundary or the session policy, where it does not allow."""
    plan = examination.plan
    if plan.boundary is not None and not _any(examination, plan.boundary):
        return PolicyType.BOUNDARY
    if plan.session is None:
        return PolicyType.SESSION if examination.caller.kind is CallerKind.FEDERATED_USER else None
    return None if _any(examination, plan.session) else PolicyType.SESSION


def _any(examination: Examination, candidates: Candidates) -> bool:
    for candidate in candidates:  # noqa: SIM110 - a generator costs more than the tests
        if examination.matches(candidate):
            return True
    return False
