"""AWS's sentences for a refusal.

Rules: troubleshoot_access-denied.
"""

from policies.evaluation.callers import CallerKind
from policies.evaluation.records import Decision, EvalDecision, PolicyType

__all__ = ["denial", "reason"]

_ROOT_ASSUMES_ROLE = "Roles may not be assumed by root accounts."

_NOUNS = {
    PolicyType.VPC_ENDPOINT: ("VPC endpoint policy", "a VPC endpoint policy"),
    PolicyType.RCP: ("resource control policy", "a resource control policy"),
    PolicyType.SCP: ("service control policy", "a service control policy"),
    PolicyType.RESOURCE: ("resource-based policy", "a resource-based policy"),
    PolicyType.IDENTITY: ("identity-based policy", "an identity-based policy"),
    PolicyType.BOUNDARY: ("permissions boundary", "a permissions boundary"),
    PolicyType.SESSION: ("session policy", "a session policy"),
}
_TRUST_NOUNS = ("role trust policy", "the role trust policy")


def denial(principal_arn: str, action: str, resource: str, decision: Decision) -> str:
    """The message of an AccessDenied error; the resource is left out for actions that have none."""
    examination = decision.examination
    if (
        decision.decision is EvalDecision.IMPLICIT_DENY
        and examination.caller.kind is CallerKind.ROOT
        and examination.is_role_assumption
        and decision.decided_by == PolicyType.IDENTITY
    ):
        return _ROOT_ASSUMES_ROLE
    place = f" on resource: {resource}" if resource not in ("", "*") else ""
    return f"User: {principal_arn} is not authorized to perform: {action}{place} {reason(action, decision)}"


def reason(action: str, decision: Decision) -> str:
    """The half sentence that says which type of policy is missing or denies; nothing for an allowed request."""
    if decision.allowed:
        return ""
    layer = PolicyType(decision.decided_by)
    trust = layer is PolicyType.RESOURCE and decision.examination.is_role_assumption
    noun, with_article = _TRUST_NOUNS if trust else _NOUNS[layer]
    if decision.decision is EvalDecision.IMPLICIT_DENY:
        return f"because no {noun} allows the {action} action"
    sources = (match.policy.source for match in decision.matched if match.policy_type is layer)
    source = next(sources, "")
    # One policy is named at most, and only one that has an ARN: inline and resource policies have none.
    arn = f": {source}" if source.startswith("arn:") and layer is not PolicyType.RESOURCE else ""
    return f"with an explicit deny in {with_article}{arn}"
